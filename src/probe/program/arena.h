/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arena map, mapped into this process. Programs can use it only if it is mapped
 * (kernel/bpf/arena.c). A check here reads what a program wrote. This proves that both see the same
 * memory.
 */
#ifndef KCOMPAT_PROBE_PROGRAM_ARENA_H
#define KCOMPAT_PROBE_PROGRAM_ARENA_H

#include "probe/program/checks.h"
#include "probe/kit.h"

struct arena {
	int fd; /* -1: none */
	void *memory;
	size_t size_bytes;
};

/* 0 or -errno. After a failure, the arena is closed. */
int arena_open(struct kit *kit, struct arena *ret);
void arena_close(struct arena *arena);

/* Checks of probe/program/catalog.h; `resource` is the arena. */
void arena_check_written(
	const struct program_object *object, const void *resource, struct program_finding *ret);
void arena_check_freed(
	const struct program_object *object, const void *resource, struct program_finding *ret);
void arena_check_misaligned(
	const struct program_object *object, const void *resource, struct program_finding *ret);

#endif
