/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which link types the running kernel has. Where it is harmless a real link is made, asked for its
 * type and closed at once: on a device or hook of a private network namespace, on an own software
 * event, on an allow-all program of the cgroup root. Where it is not, the attach is given an
 * argument that only the type's own code can refuse (EFAULT, EBADF, ENXIO), so that nothing is
 * ever attached.
 */
#ifndef KCOMPAT_PROBE_LINKS_H
#define KCOMPAT_PROBE_LINKS_H

#include "probe/kit.h"

/* Longest time for all tests of the private namespace together. */
#define PROBE_LINKS_TIMEOUT_MS 5000

/*
 * Fills snapshot->link_types: the types of our table and of the kernel's own enum bpf_link_type.
 * Forks a child for the private network namespace. Errors: no memory, an interrupt.
 */
struct error *probe_link_types(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

/*
 * Attaches a program that does nothing to the entry of a function that nothing calls: what a BPF
 * trampoline is needed for. A link (caller closes) or -errno, with *step, static, naming what
 * failed; it is NULL when BTF has none of the functions that are known to be harmless.
 */
int probe_link_fentry(struct kit *kit, const char **step);

/* A descriptor of the root of the cgroup v2 hierarchy this process sees, or -errno. */
int probe_link_cgroup_root(void);

#endif
