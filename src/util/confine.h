/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process gives up before it reads the bytes of others. If a reader has a fault, these bytes
 * may control the process. It can then read the named files, and write to what is open.
 */
#ifndef KCOMPAT_UTIL_CONFINE_H
#define KCOMPAT_UTIL_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* X(enumerator, what holds). Each part works without the others. */
#define CONFINE_PARTS(X)                                                                           \
	X(PRIVILEGES, "no new privileges")                                                         \
	X(CAPABILITIES, "no capabilities except to read")                                          \
	X(FILES, "files (Landlock)")                                                               \
	X(CALLS, "system calls (seccomp)")

enum confine_part {
#define CONFINE_ENUM(name, words) CONFINE_##name,
	CONFINE_PARTS(CONFINE_ENUM)
#undef CONFINE_ENUM
		CONFINE_PART_CNT
};

struct confinement {
	/* Files, and directories with all that is in them. One that does not exist is left out. */
	const char *const *readable;
	size_t readable_cnt;
	/* Directories in which files may be made, replaced and removed. None: no file is written. */
	const char *const *writable;
	size_t writable_cnt;
};

enum { CONFINE_NOT_BUILT = -1 };

struct confined {
	int errnums[CONFINE_PART_CNT]; /* 0: holds; an errno or CONFINE_NOT_BUILT: why not */
};

/*
 * Confines the calling process, which has one thread, for ever. What the kernel or a container
 * refuses is in *ret, and the other parts hold. util/budget.h limits memory and time. Descriptors that are open stay as they are.
 */
void confine_apply(const struct confinement *confinement, struct confined *ret);

/* What this build can use: "Landlock, seccomp". */
const char *confine_built_in(void);

/* "files (Landlock), memory", and "; without system calls (seccomp): Invalid argument". */
void confine_describe(const struct confined *confined, struct buf *out);

/* For confine_apply(): one part each. They return a value of errnums. */
int confine_files(const struct confinement *confinement);
int confine_calls(bool writes);

#endif
