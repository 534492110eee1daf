/* SPDX-License-Identifier: GPL-2.0-or-later */
/* References that a program holds, and the functions that give them back. */
#include "probe/calls/arguments.h"
#include "probe/calls/types.h"

#include <string.h>

#define RELEASERS_MAX 8

static size_t find_releasers(struct planner *planner, const char *type, bool any,
	const struct callee **callees, size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < planner->callee_cnt && found < max; i++) {
		const struct callee *callee = &planner->callees[i];
		uint32_t cnt = 0, id;
		const struct btf_param *params = callee->releases
			? type_params(callee->btf, callee->func_id, &cnt, NULL)
			: NULL;
		const char *takes =
			cnt == 1 ? type_struct_pointee(callee->btf, params[0].type, &id) : NULL;
		if (takes && !strcmp(takes, type) && (any || planner_may_call(planner, callee)))
			callees[found++] = callee;
	}
	return found;
}

size_t releasers_find(
	struct planner *planner, const char *type, const struct callee **callees, size_t max)
{
	size_t found = find_releasers(planner, type, false, callees, max);
	const struct callee *socket = is_socket_type(type) && found < max
		? planner_usable(planner, "bpf_sk_release")
		: NULL;
	if (socket)
		callees[found++] = socket;
	return found;
}

bool has_releaser(struct planner *planner, const char *type)
{
	const struct callee *callee;

	return find_releasers(planner, type, true, &callee, 1);
}

void release_register(struct builder *builder, const struct callee *callee)
{
	/* A NULL that the verifier ignores, or flags. */
	if (callee && (text_ends(callee->name, "_impl") || strstr(callee->name, "ringbuf")))
		ADD(builder, INSN_MOV(BPF_REG_2, 0));
	builder_call(builder, callee);
}

void release_now(struct builder *builder, const struct callee *callee, struct value value)
{
	builder_set(builder, BPF_REG_1, value);
	release_register(builder, callee);
}

static void run_release(struct builder *builder, const struct cleanup *cleanup)
{
	release_now(builder, cleanup->callee, cleanup->value);
}

struct cleanup release_cleanup(const struct callee *callee, struct value value)
{
	return (struct cleanup) {.run = run_release, .callee = callee, .value = value};
}

static struct value keep_with_release(
	struct builder *builder, const struct alternative *alternative)
{
	struct value kept = builder_keep_pointer(builder, BPF_REG_0);
	builder_clean_later(builder, release_cleanup(alternative->callee, kept));
	return kept;
}

static struct value keep_plain(struct builder *builder, const struct alternative *alternative)
{
	(void)alternative;
	return builder_keep_pointer(builder, BPF_REG_0);
}

/* A connection that was allocated is inserted, and the inserted one is released. */
static void run_insert(struct builder *builder, const struct cleanup *cleanup)
{
	builder_set(builder, BPF_REG_1, cleanup->value);
	builder_call(builder, cleanup->callee);
	size_t skip = builder_jump(builder, (struct bpf_insn)INSN_JMP(BPF_JEQ, BPF_REG_0, 0, 0));
	ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
	builder_call(builder, planner_callee(builder->planner, "bpf_ct_release"));
	builder_land(builder, skip);
}

static struct value keep_with_insert(
	struct builder *builder, const struct alternative *alternative)
{
	struct value kept = builder_keep_pointer(builder, BPF_REG_0);
	builder_clean_later(builder,
		(struct cleanup) {.run = run_insert, .callee = alternative->callee, .value = kept});
	return kept;
}

static bool release_by_name(
	struct builder *builder, struct alternatives *alternatives, const char *name)
{
	const struct callee *callee = planner_usable(builder->planner, name);

	if (callee)
		alternatives_add(alternatives, keep_with_release, "%s", name)->callee = callee;
	return callee;
}

struct value keep_acquired(struct builder *builder, const char *type)
{
	struct alternatives ways = {
		.wanted = "a function that gives the reference back", .by_name = release_by_name};
	const struct callee *callees[RELEASERS_MAX];

	if (!strcmp(type, "nf_conn___init")) {
		const struct callee *insert = planner_callee(builder->planner, "bpf_ct_insert_entry");
		alternatives_add(&ways, keep_with_insert, "bpf_ct_insert_entry")->callee = insert;
	} else {
		size_t cnt = releasers_find(builder->planner, type, callees, RELEASERS_MAX);
		for (size_t i = 0; i < cnt; i++)
			alternatives_add(&ways, keep_with_release, "%s", callees[i]->name)->callee =
				callees[i];
		alternatives_add(&ways, keep_plain, "no-reference");
	}
	return builder_choose(builder, "release", &ways);
}

