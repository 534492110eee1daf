/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The container manager of this process, if there is a sign of one. */
#ifndef KCOMPAT_SYSTEM_CONTAINER_H
#define KCOMPAT_SYSTEM_CONTAINER_H

#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

/*
 * *ret is "kubernetes", "docker", "podman", "lxc" or the manager's own name, in the pool; NULL: no
 * sign. Signs are those of https://systemd.io/CONTAINER_INTERFACE, files of Docker and Podman,
 * Kubernetes' service account directory, and cgroup paths that end in a container's id. A sign is
 * only a hint: an image that runs as a virtual machine may have one.
 */
struct error *load_container(struct pool *pool, const char *root, const char **ret);

/* The manager in the text of /proc/PID/cgroup; NULL: none. `text` ends with a NUL. */
const char *container_of_cgroup(const char *text);

#endif
