/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pair of network devices in the guest, of the one driver that needs no machine: programs can be
 * bound to them that ask a driver for metadata of packets (linux drivers/net/veth.c,
 * veth_xdp_metadata_ops, since 6.3).
 */
#ifndef KCOMPAT_LAB_GUEST_VETH_H
#define KCOMPAT_LAB_GUEST_VETH_H

#include <stdbool.h>

/* lab0 and lab1, both up. False: the kernel has no such driver, or it said no. */
bool veth_create(void);

#endif
