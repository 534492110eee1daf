/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/bound.h"
#include "probe/kit.h"

#include <errno.h>
#include <net/if.h>

#define DEVICES_MAX 32 /* a host of containers has hundreds of one kind: do not try all */

struct load_place bound_place(const struct load_place *place, const struct bound_device *device)
{
	struct load_place bound = *place;

	bound.prog_flags |= UAPI_BPF_F_XDP_DEV_BOUND_ONLY;
	bound.ifindex = device->ifindex;
	return bound;
}

static int try_device(struct loader *loader, uint32_t ifindex)
{
	const struct bound_device device = {.ifindex = ifindex};
	const struct load_place xdp = {.prog_type = BPF_PROG_TYPE_XDP};
	const struct load_place bound = bound_place(&xdp, &device);

	return loader_try_trivial(loader, &bound);
}

bool bound_find(struct loader *loader, struct bound_device *device)
{
	int errnum = try_device(loader, LO_IFINDEX);

	*device = (struct bound_device) {LO_IFINDEX, !errnum};
	/* bpf_dev_offload_check() fails after the check of the program type. */
	if (errnum != EOPNOTSUPP)
		return !errnum;
	struct if_nameindex *list = if_nameindex();
	for (int i = 0; list && list[i].if_index && i < DEVICES_MAX && !device->takes; i++) {
		if (!try_device(loader, list[i].if_index))
			*device = (struct bound_device) {list[i].if_index, true};
	}
	if (list)
		if_freenameindex(list);
	return true;
}

/* EINVAL before the verifier runs. */
static bool refuses_trivial(struct loader *loader, const struct load_place *place)
{
	return loader_try_trivial(loader, place) == EINVAL && !loader->log[0];
}

/* Does the kernel refuse every program here? Another one loads in between, so no fault is the cause. */
static bool refuses_type(struct loader *loader, const struct load_place *place, int errnum)
{
	const struct load_place control = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER};

	return errnum == EINVAL && !loader->log[0] && refuses_trivial(loader, place) &&
		!loader_try_trivial(loader, &control) && refuses_trivial(loader, place);
}

enum cell_state bound_ask(struct loader *loader, const struct load_place *place,
	struct bpf_insn call, int *errnum, struct verdict *verdict)
{
	*errnum = loader_try_call(loader, place, call);
	*verdict = verdict_read(CALL_KFUNC, *errnum, loader->log);
	if (cell_state_usable(verdict->state))
		return CELL_CONDITIONAL;
	if (verdict->state == CELL_REFUSED)
		return CELL_REFUSED;
	return refuses_type(loader, place, *errnum) ? CELL_IMPOSSIBLE : CELL_UNKNOWN;
}
