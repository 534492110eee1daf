/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An object of bpf/ made ready for this kernel by libbpf, once: maps created, BTF loaded, calls
 * and types resolved. Its programs are kept as instructions and not loaded, so that each can be
 * tried in any context, and through the one seam of probe/bpf.h.
 *
 * libbpf's printing is global to the process: it is caught while an object is opened and put back
 * afterwards. Not thread-safe.
 */
#ifndef KCOMPAT_PROBE_PROGRAM_OBJECT_H
#define KCOMPAT_PROBE_PROGRAM_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/bpf.h"
#include "util/error.h"

/* What `bpftool prog` shows while one is loaded. */
#define PROGRAM_NAME "kcompat"

struct program_object;

struct program_object_source {
	const char *name;
	const void *data; /* ELF; outlives the object */
	size_t size_bytes;
	/* Is the program of that name to be made ready? The others are left alone. */
	bool (*wanted)(void *context, const char *program);
	void *context;
	int arena_fd; /* stands in for the object's arena map, which libbpf before 1.4 cannot make;
			 -1 */
};

/* The error's text is libbpf's own first complaint. */
struct error *program_object_open(
	const struct program_object_source *source, struct program_object **ret);
void program_object_close(struct program_object *object); /* NULL-safe */

/*
 * What BPF_PROG_LOAD needs of the program itself: instructions, licence, BTF. Type, attach type,
 * target and flags are left to the caller. NULL when it was not wanted.
 */
const struct bpf_load_attr *program_object_find(
	const struct program_object *object, const char *program);
/*
 * Was a call left without a target? libbpf does so, without a word since 1.3, when a kfunc's
 * prototype in the kernel is not the one the object expects.
 */
bool program_object_unresolved(const struct program_object *object, const char *program);
/* Does the program call that function of the kernel's BTF, or that helper? For tests of tables. */
bool program_object_calls(
	const struct program_object *object, const char *program, bool kfunc, uint32_t id);

int program_object_map(const struct program_object *object, const char *map); /* -1: none */
/* A global variable of 64 bits; NULL when the object has none of that name. */
volatile uint64_t *program_object_global(const struct program_object *object, const char *name);
void program_object_clear(struct program_object *object); /* all global variables */

static inline void program_object_cleanup(struct program_object **object)
{
	program_object_close(*object);
}
#define _cleanup_program_object_ __attribute__((cleanup(program_object_cleanup)))

#endif
