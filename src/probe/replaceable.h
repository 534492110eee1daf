/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs with BTF of their own that a freplace program can replace, made at first use. */
#ifndef KCOMPAT_PROBE_REPLACEABLE_H
#define KCOMPAT_PROBE_REPLACEABLE_H

#include "probe/bound.h"
#include "probe/kit.h"

/* A zeroed struct has none yet. A negative descriptor means that the kernel refused it. */
struct replaceable {
	int btf_fd;
	uint32_t func_id;  /* in that BTF: the function to replace */
	int fd, bound_fd;  /* the program; the same one bound to a device */
};

/*
 * The descriptor of the program, owned by the struct, or -errno if the kernel refuses it. `bound`
 * is NULL, or the device that it is bound to. Use the same device in every call.
 */
int replaceable_open(struct replaceable *replaceable, struct kit *kit, struct loader *loader,
	const struct bound_device *bound);
void replaceable_close(struct replaceable *replaceable);

#endif
