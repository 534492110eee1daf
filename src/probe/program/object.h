/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An object of bpf/ that libbpf prepared for this kernel, once: maps created, BTF loaded, calls
 * and types resolved. Its programs are kept as instructions and not loaded, so that each can be
 * tried in any context. All loads go through probe/bpf.h.
 *
 * libbpf's print function is global to the process. It is replaced while an object is opened, and
 * restored afterwards. Not thread-safe.
 */
#ifndef KCOMPAT_PROBE_PROGRAM_OBJECT_H
#define KCOMPAT_PROBE_PROGRAM_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/bpf.h"
#include "util/error.h"

/* The name that `bpftool prog` shows while a program is loaded. */
#define PROGRAM_NAME "kcompat"

struct program_object;

struct program_object_source {
	const char *name;
	const void *data; /* ELF; outlives the object */
	size_t size_bytes;
	/* Should the program of that name be prepared? The others are skipped. */
	bool (*wanted)(void *context, const char *program);
	void *context;
	int arena_fd; /* replaces the object's arena map, which libbpf before 1.4 cannot make;
			 -1: none */
};

/* The error's text is libbpf's first warning. */
struct error *program_object_open(
	const struct program_object_source *source, struct program_object **ret);
void program_object_close(struct program_object *object); /* NULL-safe */

/*
 * The part of BPF_PROG_LOAD that belongs to the program: instructions, licence, BTF. The caller sets
 * type, attach type, target and flags. NULL: the program was not wanted.
 */
const struct bpf_load_attr *program_object_find(
	const struct program_object *object, const char *program);
/*
 * Does a call have no target? libbpf leaves a call unresolved if the kernel's prototype of the kfunc
 * differs from that of the object. Since 1.3 it does so without a message.
 */
bool program_object_unresolved(const struct program_object *object, const char *program);
/* Does the program call that function of the kernel's BTF, or that helper? Only for tests. */
bool program_object_calls(
	const struct program_object *object, const char *program, bool kfunc, uint32_t id);

int program_object_map(const struct program_object *object, const char *map); /* -1: none */
/* A global variable of 64 bits; NULL: the object has none of that name. */
volatile uint64_t *program_object_global(const struct program_object *object, const char *name);
void program_object_clear(struct program_object *object); /* all global variables */

static inline void program_object_cleanup(struct program_object **object)
{
	program_object_close(*object);
}
#define _cleanup_program_object_ __attribute__((cleanup(program_object_cleanup)))

#endif
