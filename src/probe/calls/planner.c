/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/planner.h"
#include "inventory/inventory.h"
#include "probe/calls/builder.h"
#include "probe/calls/helper_args.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_TRIES 3

static int compare_callees(const void *a, const void *b)
{
	const struct callee *one = a, *other = b;

	int order = strcmp(one->name, other->name);

	if (!order)
		order = (int)one->kind - (int)other->kind;
	/* Several modules may have a kfunc of one name. */
	return order ? order : one->insn.off - other->insn.off;
}

static const struct kbtf *btf_of_insn(const struct kernel *kernel, struct bpf_insn insn)
{
	size_t module = (size_t)insn.off;

	return module && module <= kernel->module_cnt ? kernel->modules[module - 1].btf : kernel->btf;
}

static struct callee callee_of(const struct kernel *kernel, const struct call *call)
{
	struct callee callee = {.name = call->name,
		.kind = call->kind,
		.insn = call->insn,
		.cells = call->cells};

	if (call->kind == CALL_KFUNC) {
		callee.btf = btf_of_insn(kernel, call->insn);
		callee.func_id = (uint32_t)call->insn.imm;
		callee.releases = is_releaser_name(call->name);
	} else {
		callee.arguments = helper_arguments(call->name);
	}
	return callee;
}

static struct error *find_returners(struct planner *planner)
{
	planner->returners =
		pool_calloc(&planner->pool, planner->callee_cnt + 1, sizeof(*planner->returners));
	if (!planner->returners)
		return error_no_memory();
	for (size_t i = 0; i < planner->callee_cnt; i++) {
		const struct callee *callee = &planner->callees[i];
		uint32_t cnt, ret, id;
		if (!callee->btf || !type_params(callee->btf, callee->func_id, &cnt, &ret))
			continue;
		const char *type = type_struct_pointee(callee->btf, ret, &id);
		if (type)
			planner->returners[planner->returner_cnt++] =
				(struct returner) {type, id, callee};
	}
	return NULL;
}

struct error *planner_create(struct planner *planner, struct kit *kit, const struct calls_job *job,
	const struct planner_ways *ways)
{
	*planner = (struct planner) {
		.kit = kit, .kernel = kit->kernel, .contexts = job->contexts, .ways = ways};
	objects_init(&planner->objects, kit);
	struct error *error = loader_init(&planner->loader, &kit->sys);
	if (error)
		return error;
	planner->loader.fd_array = job->fd_array;
	planner->callees = pool_calloc(&planner->pool, job->call_cnt, sizeof(*planner->callees));
	if (!planner->callees)
		return error_no_memory();
	for (size_t i = 0; i < job->call_cnt; i++)
		planner->callees[i] = callee_of(planner->kernel, &job->calls[i]);
	planner->callee_cnt = job->call_cnt;
	qsort(planner->callees, planner->callee_cnt, sizeof(*planner->callees), compare_callees);
	return find_returners(planner);
}

void planner_destroy(struct planner *planner)
{
	objects_destroy(&planner->objects);
	free(planner->held);
	loader_deinit(&planner->loader);
	pool_destroy(&planner->pool);
}

void planner_enter(struct planner *planner, size_t context_at)
{
	planner->context_at = context_at;
	planner->context = &planner->contexts->list[context_at];
}

static struct held *held_slot(
	struct held *slots, size_t cap, uint32_t struct_id, const char *type)
{
	size_t at = (((uintptr_t)type >> 3) * 31 + struct_id * 7919u) & (cap - 1);

	while (slots[at].type && (slots[at].type != type || slots[at].struct_id != struct_id))
		at = (at + 1) & (cap - 1);
	return &slots[at];
}

static bool held_grow(struct planner *planner)
{
	size_t cap = planner->held_cap ? planner->held_cap * 2 : 4096;
	struct held *slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < planner->held_cap; i++) {
		const struct held *old = &planner->held[i];
		if (old->type)
			*held_slot(slots, cap, old->struct_id, old->type) = *old;
	}
	free(planner->held);
	planner->held = slots;
	planner->held_cap = cap;
	return true;
}

bool planner_holds(struct planner *planner, uint32_t struct_id, const char *type, uint32_t *offset)
{
	const struct kbtf *btf = planner->kernel->btf;

	type = pool_intern(&planner->pool, type, strlen(type));
	if (!type || (planner->held_cnt * 2 >= planner->held_cap && !held_grow(planner)))
		return false;
	struct held *slot = held_slot(planner->held, planner->held_cap, struct_id, type);
	if (!slot->type) {
		*slot = (struct held) {type, struct_id, -1};
		planner->held_cnt++;
		if (type_holds(btf, struct_id, type, offset))
			slot->offset = (int32_t)*offset;
	}
	*offset = slot->offset < 0 ? 0 : (uint32_t)slot->offset;
	return slot->offset >= 0;
}

/* The number of a helper in the kernel's own enum. */
static bool helper_number(const struct kernel *kernel, const char *name, int64_t *number)
{
	char enumerator[128];

	if (strncmp(name, "bpf_", 4) != 0)
		return false;
	snprintf(enumerator, sizeof(enumerator), "BPF_FUNC_%s", name + 4);
	return kit_enum(kernel, "bpf_func_id", enumerator, number) == TRISTATE_YES;
}

/* A function that was not asked about: in a request for one cell, its producers are not. */
static const struct callee *add_callee(struct planner *planner, const char *name)
{
	const struct kbtf *btf = planner->kernel->btf;
	uint32_t id = btf ? kbtf_find(btf, name, BTF_KIND_FUNC) : 0;
	struct callee *callee = pool_calloc(&planner->pool, 1, sizeof(*callee));
	int64_t helper;

	if (!callee)
		return NULL;
	for (size_t i = 0; i < planner->callee_cnt; i++) {
		if (!strcmp(planner->callees[i].name, name))
			return &planner->callees[i]; /* of a module */
	}
	*callee = (struct callee) {.name = name, .btf = btf, .func_id = id, .kind = CALL_KFUNC};
	if (helper_number(planner->kernel, name, &helper)) {
		callee->kind = CALL_HELPER;
		callee->btf = NULL;
		callee->insn = (struct bpf_insn)INSN_HELPER((int32_t)helper);
		callee->arguments = helper_arguments(name);
		return callee;
	}
	callee->insn = (struct bpf_insn)INSN_KFUNC((int32_t)id);
	return id ? callee : NULL;
}

const struct callee *planner_asked(
	const struct planner *planner, const char *name, enum call_kind kind, int16_t module)
{
	const struct callee key = {.name = name, .kind = kind, .insn.off = module};

	if (!planner->callee_cnt)
		return NULL;
	return bsearch(&key, planner->callees, planner->callee_cnt, sizeof(*planner->callees), compare_callees);
}

const struct callee *planner_callee(struct planner *planner, const char *name)
{
	const struct callee *found = planner_asked(planner, name, CALL_HELPER, 0);

	/* The kernel has a function of a helper's name too, which is no kfunc. */
	if (!found)
		found = planner_asked(planner, name, CALL_KFUNC, 0);
	if (found)
		return found;
	for (size_t i = 0; i < planner->other_cnt; i++) {
		if (!strcmp(planner->others[i].name, name))
			return planner->others[i].callee;
	}
	const char *kept = pool_strdup(&planner->pool, name);
	void *grown = pool_grow(&planner->pool, planner->others, planner->other_cnt,
		&planner->other_cap, sizeof(*planner->others));
	if (!kept || !grown) {
		planner->no_memory = true;
		return NULL;
	}
	planner->others = grown;
	found = add_callee(planner, kept);
	planner->others[planner->other_cnt].name = kept;
	planner->others[planner->other_cnt++].callee = found;
	return found;
}

static bool is_call_of(const struct callee *callee, const struct bpf_insn *insn)
{
	return callee && callee->insn.imm == insn->imm && callee->insn.src_reg == insn->src_reg &&
		callee->insn.off == insn->off;
}

const struct callee *planner_callee_of(const struct planner *planner, const struct bpf_insn *insn)
{
	for (size_t i = 0; i < planner->callee_cnt; i++) {
		if (is_call_of(&planner->callees[i], insn))
			return &planner->callees[i];
	}
	for (size_t i = 0; i < planner->other_cnt; i++) {
		if (is_call_of(planner->others[i].callee, insn))
			return planner->others[i].callee;
	}
	return NULL;
}

bool planner_may_call(const struct planner *planner, const struct callee *callee)
{
	if (!callee)
		return false;
	if (!callee->cells)
		return true;
	enum cell_state state = callee->cells[planner->context_at].state;
	return cell_state_usable(state) || state == CELL_CONDITIONAL || state == CELL_NONE;
}

const struct callee *planner_usable(struct planner *planner, const char *name)
{
	const struct callee *callee = planner_callee(planner, name);

	return planner_may_call(planner, callee) ? callee : NULL;
}

/* The prototype behind a target: of a FUNC, of a tracepoint's typedef, or of a struct_ops member. */
static void find_prototype(struct planner *planner, struct call_target *target)
{
	const struct kbtf *btf = planner->kernel->btf;
	const struct btf_type *type = kbtf_type(btf, target->btf_id);
	unsigned int kind = type ? kbtf_kind(type) : BTF_KIND_UNKN, pointee_kind;
	uint32_t id;

	if (kind == BTF_KIND_FUNC) {
		target->proto_id = type->type;
	} else if (kind == BTF_KIND_TYPEDEF && type_pointee(btf, target->btf_id, &id, &pointee_kind) &&
		pointee_kind == BTF_KIND_FUNC_PROTO) {
		target->proto_id = id;
		target->first_param = 1; /* the tracer's own data */
	} else if (kind == BTF_KIND_STRUCT && target->has_attach_type &&
		target->attach_type < kbtf_vlen(type)) {
		const struct btf_member *members = kbtf_tail(type);
		if (type_pointee(btf, members[target->attach_type].type, &id, &pointee_kind) &&
			pointee_kind == BTF_KIND_FUNC_PROTO)
			target->proto_id = id;
	}
}

static struct call_target usual_target(struct planner *planner)
{
	const struct probe_context *context = planner->context;
	struct call_target target = {.name = context->target ? context->target : "usual",
		.btf_id = context->place.attach_btf_id,
		.attach_type = context->place.expected_attach_type,
		.has_attach_type = true};

	/* The target of a module or another program is not described by the kernel's BTF. */
	if (target.btf_id && planner->kernel->btf && !context->place.attach_fd)
		find_prototype(planner, &target);
	return target;
}

static bool target_gives(struct planner *planner, const struct call_target *target,
	const char *const *wanted, size_t wanted_cnt)
{
	const struct kbtf *btf = planner->kernel->btf;
	uint32_t cnt = 0, id, offset;
	const struct btf_param *params =
		target->proto_id ? type_params(btf, target->proto_id, &cnt, NULL) : NULL;

	for (uint32_t i = params ? target->first_param : cnt; i < cnt; i++) {
		if (!type_struct_pointee(btf, params[i].type, &id))
			continue;
		for (size_t j = 0; j < wanted_cnt; j++) {
			if (planner_holds(planner, id, wanted[j], &offset))
				return true;
		}
	}
	return false;
}

struct target_list {
	struct planner *planner;
	const char *const *wanted;
	size_t wanted_cnt;
	struct call_target *list;
	size_t cnt, max;
};

static void offer(struct target_list *targets, struct call_target target)
{
	if (targets->cnt == targets->max || target.btf_id == 0)
		return;
	if (target.btf_id == targets->list[0].btf_id &&
		(!target.has_attach_type || target.attach_type == targets->list[0].attach_type))
		return;
	find_prototype(targets->planner, &target);
	if (target_gives(targets->planner, &target, targets->wanted, targets->wanted_cnt))
		targets->list[targets->cnt++] = target;
}

/* The types of a kind whose name begins so. One walk over all types finds them once. */
static const struct type_ids *prefixed_types(
	struct planner *planner, struct type_ids *ids, const char *prefix, unsigned int kind)
{
	const struct kbtf *btf = planner->kernel->btf;

	for (uint32_t id = 1; !ids->found && id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (!type || kbtf_kind(type) != kind ||
			strncmp(kbtf_name(btf, type), prefix, strlen(prefix)) != 0)
			continue;
		uint32_t *grown = pool_grow(
			&planner->pool, ids->list, ids->cnt, &ids->cap, sizeof(*ids->list));
		if (!grown) {
			planner->no_memory = true;
			break;
		}
		ids->list = grown;
		ids->list[ids->cnt++] = id;
	}
	ids->found = true;
	return ids;
}

static void offer_types(struct target_list *targets, const struct type_ids *ids)
{
	const struct kbtf *btf = targets->planner->kernel->btf;

	for (size_t i = 0; i < ids->cnt && targets->cnt < targets->max; i++)
		offer(targets,
			(struct call_target) {.name = kbtf_name(btf, kbtf_type(btf, ids->list[i])),
				.btf_id = ids->list[i]});
}

/* Functions whose arguments are of many kinds, for programs that attach to functions. */
static void offer_functions(struct target_list *targets)
{
	static const char *const names[] = {"tcp_connect", "vfs_read", "do_exit", "cgroup_mkdir",
		"ip_rcv", "security_file_open", "kfree_skbmem", "bpf_prog_run_generic_xdp"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint32_t id = kbtf_find(targets->planner->kernel->btf, names[i], BTF_KIND_FUNC);
		offer(targets, (struct call_target) {.name = names[i], .btf_id = id});
	}
}

static void offer_members(struct target_list *targets)
{
	const struct probe_context *context = targets->planner->context;
	const struct kbtf *btf = targets->planner->kernel->btf;
	const struct btf_type *type = kbtf_type(btf, context->type_id);

	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT || context->member >= 0)
		return;
	const struct btf_member *members = kbtf_tail(type);
	for (uint32_t i = 0; i < kbtf_vlen(type); i++)
		offer(targets,
			(struct call_target) {.name = kbtf_string(btf, members[i].name_off),
				.btf_id = context->type_id,
				.attach_type = i,
				.has_attach_type = true});
}

size_t planner_targets(struct planner *planner, const char *const *wanted, size_t wanted_cnt,
	struct call_target *list, size_t max)
{
	struct target_list targets = {planner, wanted, wanted_cnt, list, 1, max};
	const struct probe_context *context = planner->context;

	list[0] = usual_target(planner);
	if (!planner->kernel->btf || !wanted_cnt || context->section.target)
		return 1;
	switch (context->row->target) {
	case TARGET_RAW_TP:
		offer_types(&targets, prefixed_types(planner, &planner->tracepoints, HOOK_TYPE_TRACEPOINT,
					      BTF_KIND_TYPEDEF));
		break;
	case TARGET_LSM:
	case TARGET_LSM_SLEEPABLE:
	case TARGET_LSM_CGROUP:
		offer_types(&targets,
			prefixed_types(planner, &planner->lsm_hooks, HOOK_TYPE_LSM, BTF_KIND_FUNC));
		break;
	case TARGET_FUNC:
		offer_functions(&targets);
		break;
	case TARGET_STRUCT_OPS:
		offer_members(&targets);
		break;
	default:
		break;
	}
	return targets.cnt;
}

/* Makes the loader ready for the program, too. */
static struct load_place place_of(struct planner *planner, const struct builder *builder)
{
	const struct call_target *target = builder->target;
	struct load_place place = builder->bound ? planner->context->bound : planner->context->place;

	place.map_fd = 0;
	if (target->btf_id)
		place.attach_btf_id = target->btf_id;
	if (target->has_attach_type)
		place.expected_attach_type = target->attach_type;
	/* A freplace program comes with BTF of its own. */
	if (builder->typed && !place.prog_btf_fd && planner->objects.btf_fd >= 0) {
		place.prog_btf_fd = planner->objects.btf_fd;
		planner->loader.funcs = builder->funcs;
		planner->loader.func_cnt = builder->func_cnt;
	}
	return place;
}

static void forget_functions(struct loader *loader)
{
	loader->funcs = NULL;
	loader->func_cnt = 0;
}

int planner_load(struct planner *planner, const struct builder *builder, uint32_t log_level)
{
	struct loader *loader = &planner->loader;
	const struct load_place place = place_of(planner, builder);
	uint32_t level = loader->log_level;

	if (log_level)
		loader->log_level = log_level;
	int errnum = loader_try(loader, &place, builder->insns, builder->insn_cnt);
	/* Without words it is no answer about the program: a policy, or trouble that may pass. */
	for (int i = 1; i < SILENT_TRIES && errnum && !*loader->log; i++)
		errnum = loader_try(loader, &place, builder->insns, builder->insn_cnt);
	loader->log_level = level;
	forget_functions(loader);
	return errnum;
}

int planner_open(struct planner *planner, const struct builder *builder)
{
	const struct load_place place = place_of(planner, builder);
	int fd = loader_open(&planner->loader, &place, builder->insns, builder->insn_cnt);

	forget_functions(&planner->loader);
	return fd;
}
