/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pair of network devices in the guest. Their driver needs no hardware. Programs that read
 * metadata of packets can be bound to them (linux drivers/net/veth.c, veth_xdp_metadata_ops, since
 * 6.3).
 */
#ifndef KCOMPAT_LAB_GUEST_VETH_H
#define KCOMPAT_LAB_GUEST_VETH_H

#include <stdbool.h>

/* lab0 and lab1, both up. False: the kernel lacks the driver, or refuses. */
bool veth_create(void);

#endif
