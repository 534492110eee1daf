/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules by which privileges and policy limit what can be learnt here. */
#ifndef KCOMPAT_SYSTEM_LIMITS_H
#define KCOMPAT_SYSTEM_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"

/* What the rules need beside the model. */
struct environment_facts {
	bool capabilities_known; /* environment.capabilities was read, though it may be empty */
	bool seccomp_filter;     /* a filter stands before our system calls */
	enum tristate initial_user_namespace;
	const char *mounts; /* /proc/self/mounts, NULL: unreadable */
	const char *perf_event_paranoid;
	bool btf_exists, tracefs_exists;
};

/* Adds one limit per rule that holds. A rule whose facts are unknown adds nothing. */
void add_environment_limits(struct kernel *kernel, const struct environment_facts *facts);

/* One limit when lines of a list of functions, `path`, were not understood; none for 0. */
void add_odd_lines_limit(struct kernel *kernel, const char *path, size_t odd_lines);

/* Is a file system of this type mounted there, by the text of /proc/self/mounts? */
bool mounts_have(const char *mounts, const char *type, const char *directory);

#endif
