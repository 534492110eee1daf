/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that are bound to a network device, which metadata kfuncs ask for before the allow check
 * (linux kernel/bpf/offload.c, bpf_dev_bound_kfunc_check(), since 6.3). What is behind that answer is
 * asked by a program bound to a device of this network namespace. Nothing is attached to the device, and
 * no other process sees the program.
 */
#ifndef KCOMPAT_PROBE_BOUND_H
#define KCOMPAT_PROBE_BOUND_H

#include "probe/load.h"
#include "probe/verdict.h"

/*
 * bpf_prog_dev_bound_init() looks at the program's type, then at the device, whose driver must know
 * XDP: the loopback device tells the types apart, and takes no program.
 */
struct bound_device {
	uint32_t ifindex;
	bool takes; /* an XDP program was bound to it; otherwise it only tells types apart */
};

/* Looks for one; false: this kernel binds no program. */
bool bound_find(struct loader *loader, struct bound_device *device);

/* The same place, bound. */
struct load_place bound_place(const struct load_place *place, const struct bound_device *device);

/*
 * A call that was answered with RULE_DEVICE_BOUND, made again in the bound `place`: conditional when
 * a bound program may make it; refused when the allow check, now reached, says so; impossible when the
 * kernel refuses, without a word, to bind any program of this type; else CELL_UNKNOWN. *errnum and
 * *verdict are those of the new load, whose words are in the loader's log.
 */
enum cell_state bound_ask(struct loader *loader, const struct load_place *place,
	struct bpf_insn call, int *errnum, struct verdict *verdict);

#endif
