/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/arguments.h"
#include "probe/calls/survey.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define CALLS_TRIED_MAX 6
#define WALKS_TRIED_MAX 9
#define WALK_NODES_MAX 12 /* structs of one level that are walked further */
#define PENALTY_UNTRUSTED 5
#define KPTR_EXCHANGE "kptr-exchange"
#define KPTR_LOAD "kptr-load"

/* Sources that cost no load. */

static struct value load_context(struct builder *builder, const struct alternative *alternative)
{
	ADD(builder, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_6, (int16_t)alternative->number));
	if (alternative->walk.may_be_null)
		builder_bail_if_null(builder, BPF_REG_1);
	struct value kept = builder_keep(builder, BPF_REG_1);
	kept.add = alternative->add;
	return kept;
}

static struct value call_for_slot(struct builder *builder, const struct alternative *alternative)
{
	builder_call(builder, alternative->callee);
	return builder_keep(builder, BPF_REG_0);
}

static struct value cast_context(struct builder *builder, const struct alternative *alternative)
{
	ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_6));
	return call_for_slot(builder, alternative);
}

static void add_objects(
	struct builder *builder, struct alternatives *alternatives, const char *type)
{
	(void)builder;
	if (!strcmp(type, "bpf_map"))
		alternatives_add(alternatives, make_map, "map")->text = "hash";
}

static void add_context_words(
	struct builder *builder, struct alternatives *alternatives, const char *type)
{
	const struct survey *words = survey_context(builder);
	uint32_t add;

	for (size_t i = 0; words && i < words->cnt; i++) {
		if (!planner_holds(builder->planner, words->list[i].struct_id, type, &add))
			continue;
		struct alternative *added = alternatives_add(alternatives, load_context,
			"ctx.%u+%u", words->list[i].offset / 8, add);
		added->number = (int32_t)words->list[i].offset;
		added->add = (int32_t)add;
		added->walk.may_be_null = words->list[i].may_be_null;
	}
}

static void add_certain(
	struct builder *builder, struct alternatives *alternatives, const char *type)
{
	bool is_task = !strcmp(type, "task_struct");
	const struct callee *callee = is_task || is_context_type(type)
		? planner_usable(builder->planner,
			  is_task ? "bpf_get_current_task_btf" : "bpf_cast_to_kern_ctx")
		: NULL;

	if (callee && is_task)
		alternatives_add(alternatives, call_for_slot, "current")->callee = callee;
	else if (callee)
		alternatives_add(alternatives, cast_context, "kern_ctx")->callee = callee;
}

static void add_sockets(
	struct builder *builder, struct alternatives *alternatives, const char *type)
{
	if (is_socket_type(type))
		sockets_add(builder, alternatives, type);
}

static struct value call_source(struct builder *builder, const struct alternative *alternative)
{
	call_plan(builder, alternative->callee, NULL);
	struct value kept = keep_acquired(builder, alternative->text);
	kept.add = alternative->add;
	return kept;
}

static bool is_being_planned(const struct builder *builder, const struct callee *callee)
{
	for (size_t i = 0; i < builder->depth; i++) {
		if (!strcmp(builder->stack[i]->name, callee->name))
			return true;
		/* Functions of one iterator need the iterator that is being made. */
		const char *a = strrchr(builder->stack[i]->name, '_'), *b = strrchr(callee->name, '_');
		size_t len = b ? (size_t)(b - callee->name) : 0;
		if (a && b && strstr(callee->name, "bpf_iter_") &&
			(size_t)(a - builder->stack[i]->name) == len &&
			!strncmp(callee->name, builder->stack[i]->name, len))
			return true;
	}
	return false;
}

static bool takes_what_it_gives(const struct callee *callee, const char *type)
{
	uint32_t cnt = 0, id;
	const struct btf_param *params = type_params(callee->btf, callee->func_id, &cnt, NULL);

	for (uint32_t i = 0; params && i < cnt; i++) {
		const char *takes = type_struct_pointee(callee->btf, params[i].type, &id);
		if (takes && !strcmp(takes, type) &&
			!text_ends(kbtf_string(callee->btf, params[i].name_off), "__nullable"))
			return true;
	}
	return false;
}

/* Does it take the context of another program type? */
static bool takes_other_context(struct builder *builder, const char *type)
{
	const struct kbtf *btf = builder->planner->kernel->btf;
	uint32_t own = walk_kernel_context(builder->planner);

	return is_context_type(type) && own &&
		strcmp(kbtf_name(btf, kbtf_type(btf, own)), kernel_type(type)) != 0;
}

/* Simple functions first: few arguments, few pointers, exactly this type, no iterators. */
static unsigned int cost_of_call(
	struct builder *builder, const struct returner *returner, const char *type)
{
	const struct callee *callee = returner->callee;
	uint32_t cnt = 0, pointers = 0, id;
	const struct btf_param *params = type_params(callee->btf, callee->func_id, &cnt, NULL);
	unsigned int kind;

	for (uint32_t i = 0; params && i < cnt; i++) {
		const char *takes = type_struct_pointee(callee->btf, params[i].type, &id);
		pointers += type_pointee(callee->btf, params[i].type, &id, &kind);
		if (takes && takes_other_context(builder, takes))
			pointers += 200;
	}
	return (strstr(callee->name, "_next") != NULL) * 1000u +
		(strcmp(returner->type, type) != 0) * 500u + pointers * 20u + cnt;
}

static void add_calls(struct builder *builder, struct alternatives *alternatives, const char *type)
{
	struct planner *planner = builder->planner;
	struct {
		const struct returner *returner;
		unsigned int cost;
		uint32_t add;
	} best[CALLS_TRIED_MAX + 1];
	size_t cnt = 0;

	for (size_t i = 0; builder->depth < 3 && i < planner->returner_cnt; i++) {
		const struct returner *returner = &planner->returners[i];
		uint32_t add;
		if (!planner_may_call(planner, returner->callee) ||
			!planner_holds(planner, returner->struct_id, type, &add) ||
			is_being_planned(builder, returner->callee) ||
			takes_what_it_gives(returner->callee, type))
			continue;
		unsigned int cost = cost_of_call(builder, returner, type);
		size_t at = cnt;
		for (; at > 0 && best[at - 1].cost > cost; at--)
			best[at] = best[at - 1];
		best[at].returner = returner;
		best[at].cost = cost;
		best[at].add = add;
		cnt += cnt < CALLS_TRIED_MAX;
	}
	for (size_t i = 0; i < cnt; i++) {
		struct alternative *added = alternatives_add(
			alternatives, call_source, "%s", best[i].returner->callee->name);
		added->callee = best[i].returner->callee;
		added->text = best[i].returner->type;
		added->add = (int32_t)best[i].add;
	}
}

static struct value exchange_kptr(struct builder *builder, const struct alternative *alternative)
{
	builder_set(builder, BPF_REG_1, map_value_or_fail(builder, alternative->text));
	ADD(builder, INSN_MOV(BPF_REG_2, 0));
	builder_call(builder, planner_callee(builder->planner, "bpf_kptr_xchg"));
	return keep_acquired(builder, alternative->text + strlen(KPTR_MAP));
}

static struct value load_kptr(struct builder *builder, const struct alternative *alternative)
{
	return builder_keep_pointer_in(builder, alternative->text);
}

static void add_kptr(struct builder *builder, struct alternatives *alternatives, const char *type,
	bool exchanged)
{
	const char *map = pool_printf(&builder->pool, KPTR_MAP "%s", type);

	if (!map || objects_map(&builder->planner->objects, map) < 0)
		return;
	struct alternative *added = alternatives_add(alternatives, exchanged ? exchange_kptr : load_kptr,
		exchanged ? KPTR_EXCHANGE : KPTR_LOAD);
	added->text = map;
	added->is_named = true;
}

static void add_kptrs(struct builder *builder, struct alternatives *alternatives, const char *type)
{
	struct planner *planner = builder->planner;
	const struct callee *releaser;

	/* Only types with a destructor may be in maps. Such a type has a function that releases it. */
	if (!has_releaser(planner, type))
		return;
	if (planner_usable(planner, "bpf_kptr_xchg") && releasers_find(planner, type, &releaser, 1) &&
		strcmp(type, "cpumask") != 0)
		add_kptr(builder, alternatives, type, true);
	add_kptr(builder, alternatives, type, false);
}

/* Walks along pointer fields. */

static struct value follow_walk(struct builder *builder, const struct alternative *alternative)
{
	walk_follow(builder, &alternative->walk);
	struct value kept = builder_keep_pointer(builder, BPF_REG_1);
	kept.add = alternative->add;
	return kept;
}

struct walker {
	struct builder *builder;
	const char *type;
	bool flagged; /* this kernel says which pointers are trusted */
	struct {
		struct walk walk;
		char name[RECIPE_NAME_MAX];
		uint32_t add;
		unsigned int cost;
	} best[WALKS_TRIED_MAX + 1];
	size_t cnt;
};

struct walk_node {
	struct walk walk;
	uint32_t struct_id;
	char name[RECIPE_NAME_MAX];
};

static void take_walk(struct walker *walker, const struct walk_node *node, uint32_t add, bool good)
{
	unsigned int cost = node->walk.step_cnt + (good ? 0 : PENALTY_UNTRUSTED);
	size_t at = walker->cnt;

	for (; at > 0 && walker->best[at - 1].cost > cost; at--)
		walker->best[at] = walker->best[at - 1];
	walker->best[at].walk = node->walk;
	walker->best[at].add = add;
	walker->best[at].cost = cost;
	snprintf(walker->best[at].name, RECIPE_NAME_MAX, "%.140s+%u", node->name, add);
	walker->cnt += walker->cnt < WALKS_TRIED_MAX;
}

/* All pointer fields of one struct: those that fit are taken, those that lead on are kept. */
static void visit(struct walker *walker, const struct walk_node *node, struct walk_node *next,
	size_t *next_cnt)
{
	const struct survey *fields = survey_fields(walker->builder, &node->walk, node->struct_id);

	for (size_t i = 0; fields && i < fields->cnt; i++) {
		const struct survey_pointer *field = &fields->list[i];
		struct walk_node reached = {.walk = node->walk, .struct_id = field->struct_id};
		bool good = field->good || !walker->flagged;
		uint32_t add;
		reached.walk.offsets[reached.walk.step_cnt++] = (uint16_t)field->offset;
		snprintf(reached.name, sizeof(reached.name), "%.100s->%.40s", node->name, field->field);
		if (planner_holds(walker->builder->planner, field->struct_id, walker->type, &add))
			take_walk(walker, &reached, add, good);
		if (good && reached.walk.step_cnt < WALK_STEPS_MAX && *next_cnt < WALK_NODES_MAX)
			next[(*next_cnt)++] = reached;
	}
}

static void walk_from(struct walker *walker, const struct walk_node *start)
{
	struct walk_node level[WALK_NODES_MAX] = {*start}, next[WALK_NODES_MAX];
	size_t cnt = 1;

	for (unsigned int depth = 0; depth < WALK_STEPS_MAX && cnt; depth++) {
		size_t next_cnt = 0;
		for (size_t i = 0; i < cnt; i++)
			visit(walker, &level[i], next, &next_cnt);
		memcpy(level, next, next_cnt * sizeof(*next));
		cnt = next_cnt;
	}
}

static void start_walk(struct walker *walker, enum walk_base base)
{
	struct walk_node start = {.walk = {.base = base},
		.struct_id = walk_base_struct(walker->builder, base)};

	snprintf(start.name, sizeof(start.name), "%s", walk_base_name(base));
	if (start.struct_id)
		walk_from(walker, &start);
}

static bool vma_may_help(const struct walker *walker)
{
	static const char *const types[] = {"file", "path", "mm_struct", "inode", "socket"};

	return walker->builder->depth < 3 &&
		text_is_one_of(walker->type, types, ARRAY_SIZE(types));
}

/* Is there a walk to a pointer that the kernel trusts? */
static bool has_good_walk(const struct walker *walker)
{
	return walker->cnt && walker->best[0].cost < PENALTY_UNTRUSTED;
}

static void find_walks(struct builder *builder, struct alternatives *alternatives)
{
	struct walker walker = {.builder = builder, .type = alternatives->wanted};
	const struct survey *words = survey_context(builder);
	int64_t flag;

	walker.flagged = kit_enum(builder->planner->kernel, "bpf_type_flag", "PTR_TRUSTED", &flag) ==
		TRISTATE_YES;
	for (size_t i = 0; words && i < words->cnt; i++) {
		struct walk_node start = {.struct_id = words->list[i].struct_id};
		start.walk = (struct walk) {.base = WALK_CONTEXT_ARG,
			.argument_offset = (int32_t)words->list[i].offset,
			.may_be_null = words->list[i].may_be_null};
		snprintf(start.name, sizeof(start.name), "ctx.%u", words->list[i].offset / 8);
		walk_from(&walker, &start);
	}
	start_walk(&walker, WALK_CURRENT);
	start_walk(&walker, WALK_KERNEL_CONTEXT);
	if (!has_good_walk(&walker) && vma_may_help(&walker))
		start_walk(&walker, WALK_VMA);
	for (size_t i = 0; i < walker.cnt; i++) {
		struct alternative *added =
			alternatives_add(alternatives, follow_walk, "%s", walker.best[i].name);
		added->walk = walker.best[i].walk;
		added->add = (int32_t)walker.best[i].add;
		added->is_named = true; /* a replay makes no surveys */
	}
}

static bool base_by_name(
	struct builder *builder, const char *name, size_t len, struct walk *walk, uint32_t *struct_id)
{
	const struct survey *words;
	unsigned int word;

	if (len > 4 && !strncmp(name, "ctx.", 4) && sscanf(name + 4, "%2u", &word) == 1) {
		words = survey_context(builder);
		for (size_t i = 0; words && i < words->cnt; i++) {
			if (words->list[i].offset != word * 8)
				continue;
			*walk = (struct walk) {.base = WALK_CONTEXT_ARG,
				.argument_offset = (int32_t)word * 8,
				.may_be_null = words->list[i].may_be_null};
			*struct_id = words->list[i].struct_id;
			return true;
		}
		return false;
	}
	for (enum walk_base base = WALK_CURRENT; base <= WALK_VMA; base++) {
		const char *base_name = walk_base_name(base);
		if (strlen(base_name) == len && !strncmp(base_name, name, len)) {
			*walk = (struct walk) {.base = base};
			*struct_id = walk_base_struct(builder, base);
			return *struct_id;
		}
	}
	return false;
}

static const struct type_field *field_by_name(
	struct builder *builder, uint32_t struct_id, const char *name, size_t len)
{
	size_t cnt;
	const struct type_field *fields = type_pointer_fields(
		builder->planner->kernel->btf, struct_id, &builder->pool, &cnt);

	for (size_t i = 0; fields && i < cnt; i++) {
		if (strlen(fields[i].name) == len && !strncmp(fields[i].name, name, len))
			return &fields[i];
	}
	return NULL;
}

/* "BASE->FIELD->FIELD+ADD". The types of the fields are those of BTF: the verifier has the last word. */
static bool walk_by_name(
	struct builder *builder, struct alternatives *alternatives, const char *name)
{
	const char *arrow = strstr(name, "->");
	struct walk walk;
	uint32_t struct_id, add;

	if (!arrow || !base_by_name(builder, name, (size_t)(arrow - name), &walk, &struct_id))
		return false;
	while (arrow) {
		const char *field = arrow + 2;
		arrow = strstr(field, "->");
		size_t len = arrow ? (size_t)(arrow - field) : strcspn(field, "+");
		const struct type_field *found = field_by_name(builder, struct_id, field, len);
		if (!found || walk.step_cnt == WALK_STEPS_MAX)
			return false;
		walk.offsets[walk.step_cnt++] = (uint16_t)found->offset;
		struct_id = found->struct_id;
	}
	if (!planner_holds(builder->planner, struct_id, alternatives->wanted, &add))
		return false;
	struct alternative *added = alternatives_add(alternatives, follow_walk, "%s", name);
	added->walk = walk;
	added->add = (int32_t)add;
	return true;
}

/* A function that gives the type, whether or not its cells were asked. */
static bool call_by_name(
	struct builder *builder, struct alternatives *alternatives, const char *name)
{
	const struct callee *callee = planner_usable(builder->planner, name);
	uint32_t cnt, ret, id, add;
	const char *type = callee && callee->btf &&
			type_params(callee->btf, callee->func_id, &cnt, &ret)
		? type_struct_pointee(callee->btf, ret, &id)
		: NULL;

	if (!type || !planner_holds(builder->planner, id, alternatives->wanted, &add))
		return false;
	struct alternative *added = alternatives_add(alternatives, call_source, "%s", name);
	added->callee = callee;
	added->text = type;
	added->add = (int32_t)add;
	return true;
}

static bool source_by_name(
	struct builder *builder, struct alternatives *alternatives, const char *name)
{
	bool exchanged = !strcmp(name, KPTR_EXCHANGE);
	size_t before = alternatives->cnt;

	if (exchanged || !strcmp(name, KPTR_LOAD)) {
		add_kptr(builder, alternatives, alternatives->wanted, exchanged);
		return alternatives->cnt > before;
	}
	return strstr(name, "->") ? walk_by_name(builder, alternatives, name)
				  : call_by_name(builder, alternatives, name);
}

void sources_add(struct builder *builder, struct alternatives *alternatives, const char *type)
{
	static void (*const stages[])(struct builder *, struct alternatives *, const char *) = {
		add_objects, add_context_words, add_certain, add_calls, add_kptrs, add_sockets};

	alternatives->wanted = pool_strdup(&builder->pool, kernel_type(type));
	for (size_t i = 0; i < ARRAY_SIZE(stages) && alternatives->wanted; i++) {
		if (builder_has_enough(builder, "source", alternatives))
			return;
		stages[i](builder, alternatives, alternatives->wanted);
	}
	alternatives->more = find_walks;
	alternatives->by_name = source_by_name;
}
