/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The controls of a context, before any of its cells. A trivial program must load. An ordinary
 * kernel function must be refused as not allowed. A helper that does not exist must be refused as
 * invalid. The controls also find out whether programs of the context may sleep. If a control gives
 * another result, the cells of the context say why. Changed messages of the verifier are found here.
 */
#ifndef KCOMPAT_PROBE_CONTROL_H
#define KCOMPAT_PROBE_CONTROL_H

#include "probe/program/arena.h"
#include "probe/bound.h"
#include "inventory/contexts.h"
#include "inventory/inventory.h"
#include "probe/kit.h"
#include "probe/module_fds.h"
#include "probe/replaceable.h"

struct controls {
	struct kit *kit;
	struct pool *pool;
	struct loader loader;
	/* Ids of functions that are not kfuncs, so calls must be refused. The first that works is kept. */
	uint32_t ordinary[8];
	const char *ordinary_names[8];
	size_t ordinary_cnt;
	uint32_t attach_type_enum; /* BTF id of enum bpf_attach_type; 0: not found */
	struct replaceable replaceable; /* what a freplace program replaces */
	struct arena arena;        /* fd 0: not made yet; negative: could not be made */
	enum tristate pointees_first;
	bool pointees_asked;
	struct hooks *hooks;       /* for targets that names select; NULL: not opened yet */
	struct module_fds modules; /* for targets in modules; cnt 0: not opened yet */
	struct bound_device device; /* from bound_find(), if can_bind */
	bool can_bind, bound_asked;
};

struct error *controls_init(struct controls *controls, struct kit *kit, struct pool *pool);
void controls_deinit(struct controls *controls); /* closes descriptors that its contexts use */

/* Fills state, target, place, kfuncs, helpers and sleepable form of every context. */
struct error *controls_run(struct controls *controls, struct probe_contexts *contexts);

#endif
