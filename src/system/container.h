/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which container manager started us, where there is a sign of one. */
#ifndef KCOMPAT_SYSTEM_CONTAINER_H
#define KCOMPAT_SYSTEM_CONTAINER_H

#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

/*
 * *ret is "kubernetes", "docker", "podman", "lxc" or whatever name the manager gives itself, in
 * the pool; NULL: no sign. The signs are the ones of https://systemd.io/CONTAINER_INTERFACE, the
 * files Docker and Podman create, Kubernetes' service account directory, and cgroup paths that end
 * in a container's id. A sign is a hint: an image that runs as a virtual machine may carry one.
 */
struct error *load_container(struct pool *pool, const char *root, const char **ret);

/* The manager that a /proc/PID/cgroup text shows, NULL for none; `text` ends with a NUL. */
const char *container_of_cgroup(const char *text);

#endif
