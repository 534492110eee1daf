/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which link types the running kernel has. If it is harmless, a test makes a real link, asks it for
 * its type and closes it at once. It uses a device or hook of a private network namespace, its own
 * software event, or a program at the cgroup root that allows everything. Otherwise, the test passes
 * an argument that only the type's own code refuses (EFAULT, EBADF, ENXIO), so that nothing is
 * attached.
 */
#ifndef KCOMPAT_PROBE_LINKS_H
#define KCOMPAT_PROBE_LINKS_H

#include "probe/kit.h"

/* Time limit for all tests in the private namespace together. */
#define PROBE_LINKS_TIMEOUT_MS 5000

/*
 * Fills snapshot->link_types: the types of our table and of the kernel's own enum bpf_link_type.
 * Forks a child for the private network namespace. Errors: no memory, an interrupt.
 */
struct error *probe_link_types(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

/*
 * Attaches a program that does nothing to the entry of a rarely called function. This needs a BPF
 * trampoline. A link (caller closes) or -errno. *step is static and names the step that failed. It is
 * NULL if BTF has none of the functions that are known to be harmless, and probe_link_load if it was
 * the load.
 */
extern const char probe_link_load[];
int probe_link_fentry(struct kit *kit, const char **step);

/* A descriptor of the root of the cgroup v2 hierarchy that this process sees, or -errno. */
int probe_link_cgroup_root(void);

#endif
