/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that are bound to a network device. Metadata kfuncs require this before the allow check
 * (linux kernel/bpf/offload.c, bpf_dev_bound_kfunc_check(), since 6.3). To reach the allow check, a
 * program is bound to a device of this network namespace. Nothing is attached to the device, and
 * no other process sees the program.
 */
#ifndef KCOMPAT_PROBE_BOUND_H
#define KCOMPAT_PROBE_BOUND_H

#include "probe/load.h"
#include "probe/verdict.h"

/*
 * bpf_prog_dev_bound_init() checks the program's type, then the device. The driver of the device must
 * know XDP. The loopback device takes no program, but its errno shows which types are allowed.
 */
struct bound_device {
	uint32_t ifindex;
	bool takes; /* an XDP program was bound to it; false: only its errno is useful */
};

/* Finds a device; false: this kernel binds no program. */
bool bound_find(struct loader *loader, struct bound_device *device);

/* The same place, bound. */
struct load_place bound_place(const struct load_place *place, const struct bound_device *device);

/*
 * Repeats a call with the answer RULE_DEVICE_BOUND in the bound `place`. Conditional: a bound program
 * may make the call. Refused: the allow check, which is now reached, refuses it. Impossible: the
 * kernel refuses, without a message, to bind any program of this type. Otherwise CELL_UNKNOWN. *errnum
 * and *verdict belong to the new load. The loader's log has its messages.
 */
enum cell_state bound_ask(struct loader *loader, const struct load_place *place,
	struct bpf_insn call, int *errnum, struct verdict *verdict);

#endif
