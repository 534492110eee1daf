/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/survey.h"
#include "probe/calls/arguments.h"
#include "probe/calls/log.h"
#include "probe/calls/types.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

#define CONTEXT_WORDS_MAX 12
#define SURVEY_LOG_BYTES (256u * 1024)

const char *walk_base_name(enum walk_base base)
{
	static const char *const names[] = {
		[WALK_CONTEXT_ARG] = "ctx",
		[WALK_CURRENT] = "current",
		[WALK_KERNEL_CONTEXT] = "kern_ctx",
		[WALK_VMA] = "vma",
	};

	return names[base];
}

static const struct survey *find_survey(const struct planner *planner, const char *key)
{
	for (size_t i = 0; i < planner->survey_cnt; i++) {
		if (!strcmp(planner->surveys[i].key, key))
			return &planner->surveys[i];
	}
	return NULL;
}

static const struct survey *add_survey(struct planner *planner, struct survey survey)
{
	struct survey *grown = pool_grow(&planner->pool, planner->surveys, planner->survey_cnt,
		&planner->survey_cap, sizeof(*planner->surveys));

	if (!grown || !survey.key) {
		planner->no_memory = true;
		return NULL;
	}
	planner->surveys = grown;
	grown[planner->survey_cnt] = survey;
	return &grown[planner->survey_cnt++];
}

/* A program of its own for the same context and target. */
static struct builder *start(const struct builder *builder, struct recipe *recipe)
{
	struct builder *own = malloc(sizeof(*own));

	if (!own)
		return NULL;
	builder_init(own, builder->planner, recipe, builder->target);
	own->depth = builder->depth;
	memcpy(own->stack, builder->stack, sizeof(own->stack));
	ADD(own, INSN_MOV_REG(BPF_REG_6, BPF_REG_1));
	return own;
}

static void end(struct builder *own)
{
	builder_deinit(own);
	free(own);
}

/* At level 2, the log has every instruction with the registers that it changed. */
static int load_logged(struct builder *own)
{
	struct loader *loader = &own->planner->loader;
	size_t size = loader->log_size;

	loader->log_size = SURVEY_LOG_BYTES;
	int errnum = planner_load(own->planner, own, LOG_LEVEL_ALL);
	loader->log_size = size;
	return errnum;
}

static bool take_pointer(struct builder *own, const struct log_pointer *pointer, const char *field,
	uint32_t offset, struct survey_pointer *ret)
{
	char name[128];

	if (pointer->type_len >= sizeof(name))
		return false;
	memcpy(name, pointer->type, pointer->type_len);
	name[pointer->type_len] = '\0';
	*ret = (struct survey_pointer) {.field = field,
		.offset = offset,
		.struct_id = kbtf_find(own->planner->kernel->btf, name, BTF_KIND_STRUCT),
		.good = pointer->trusted || pointer->rcu,
		.may_be_null = pointer->may_be_null};
	return ret->struct_id;
}

/* A load for each word: it ends at a word that a program may not read. */
static size_t ask_words(struct builder *builder, size_t word_cnt, struct survey_pointer *list)
{
	size_t cnt = 0;

	for (size_t i = 0; i < word_cnt; i++) {
		struct recipe none = {.cnt = 0};
		struct builder *own = start(builder, &none);
		if (!own)
			return 0;
		int32_t at = (int32_t)own->insn_cnt;
		ADD(own, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_6, (int16_t)(i * 8)));
		builder_finish(own, 0);
		load_logged(own);
		struct log_pointer pointer;
		const char *log = own->planner->loader.log;
		while (log_next_pointer(&log, 1, &pointer)) {
			if (pointer.insn == at &&
				take_pointer(own, &pointer, "", (uint32_t)i * 8, &list[cnt])) {
				cnt++;
				break;
			}
		}
		end(own);
	}
	return cnt;
}

static size_t context_words(const struct builder *builder)
{
	uint32_t cnt = 0;

	if (builder->planner->context->row->prog_type == PROG_TYPE_NETFILTER)
		return 2; /* struct bpf_nf_ctx */
	if (!builder->target->proto_id ||
		!type_params(builder->planner->kernel->btf, builder->target->proto_id, &cnt, NULL))
		return 0;
	cnt -= builder->target->first_param < cnt ? builder->target->first_param : cnt;
	return cnt < CONTEXT_WORDS_MAX ? cnt : CONTEXT_WORDS_MAX;
}

const struct survey *survey_context(struct builder *builder)
{
	struct planner *planner = builder->planner;
	const char *key = pool_printf(&builder->pool, "%s %s words", planner->context->name,
		builder->target->name);
	const struct survey *known = key ? find_survey(planner, key) : NULL;
	struct survey survey = {.key = pool_strdup(&planner->pool, key)};

	if (known)
		return known;
	survey.list = pool_calloc(&planner->pool, CONTEXT_WORDS_MAX, sizeof(*survey.list));
	if (survey.list && planner->kernel->btf)
		survey.cnt = ask_words(builder, context_words(builder), survey.list);
	return add_survey(planner, survey);
}

uint32_t walk_kernel_context(const struct planner *planner)
{
	/* Programs of other types have better bases to walk from. */
	static const enum prog_type types[] = {PROG_TYPE_SCHED_CLS, PROG_TYPE_SCHED_ACT,
		PROG_TYPE_CGROUP_SKB, PROG_TYPE_SK_SKB, PROG_TYPE_LWT_IN, PROG_TYPE_LWT_OUT,
		PROG_TYPE_LWT_XMIT, PROG_TYPE_LWT_SEG6LOCAL, PROG_TYPE_SOCKET_FILTER, PROG_TYPE_XDP,
		PROG_TYPE_CGROUP_SOCK_ADDR, PROG_TYPE_SOCK_OPS, PROG_TYPE_SK_LOOKUP,
		PROG_TYPE_SK_MSG, PROG_TYPE_CGROUP_SOCKOPT, PROG_TYPE_CGROUP_SYSCTL,
		PROG_TYPE_SK_REUSEPORT, PROG_TYPE_CGROUP_SOCK};
	enum prog_type type = planner->context->row->prog_type;
	uint32_t id;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i] == type)
			return context_kernel_struct(planner->kernel->btf, type, &id) == TRISTATE_YES
				? id
				: 0;
	}
	return 0;
}

uint32_t walk_base_struct(struct builder *builder, enum walk_base base)
{
	struct planner *planner = builder->planner;
	const struct kbtf *btf = planner->kernel->btf;

	switch (base) {
	case WALK_CURRENT:
		return planner_usable(planner, "bpf_get_current_task_btf")
			? kbtf_find(btf, "task_struct", BTF_KIND_STRUCT)
			: 0;
	case WALK_VMA:
		return planner_usable(planner, "bpf_iter_task_vma_next")
			? kbtf_find(btf, "vm_area_struct", BTF_KIND_STRUCT)
			: 0;
	case WALK_KERNEL_CONTEXT:
		return planner_usable(planner, "bpf_cast_to_kern_ctx") ? walk_kernel_context(planner) : 0;
	default:
		return 0;
	}
}

/* R1 = the start of the walk. */
static void add_base(struct builder *builder, const struct walk *walk)
{
	switch (walk->base) {
	case WALK_CONTEXT_ARG:
		ADD(builder, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_6, (int16_t)walk->argument_offset));
		break;
	case WALK_CURRENT:
		builder_call(builder, planner_callee(builder->planner, "bpf_get_current_task_btf"));
		ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
		break;
	case WALK_KERNEL_CONTEXT:
		ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_6));
		builder_call(builder, planner_callee(builder->planner, "bpf_cast_to_kern_ctx"));
		ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
		break;
	case WALK_VMA:
		call_plan(builder, planner_callee(builder->planner, "bpf_iter_task_vma_next"), NULL);
		ADD(builder, INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
		builder_bail_if_null(builder, BPF_REG_1);
		break;
	}
}

void walk_follow(struct builder *builder, const struct walk *walk)
{
	add_base(builder, walk);
	for (size_t i = 0; i < walk->step_cnt; i++) {
		if (i || walk->may_be_null)
			builder_bail_if_null(builder, BPF_REG_1);
		ADD(builder, INSN_LOAD(BPF_DW, BPF_REG_1, BPF_REG_1, (int16_t)walk->offsets[i]));
	}
}

/* What a survey depends on: the current task is the same for all programs that may sleep alike. */
static const char *fields_key(struct builder *builder, const struct walk *walk)
{
	const struct probe_context *context = builder->planner->context;
	const char *sleeps = context->row->prog_flags & BPF_F_SLEEPABLE ? "sleepable" : "";
	const char *rcu = builder->in_rcu ? "rcu" : "";
	struct buf key = {0};

	if (walk->base == WALK_CURRENT || walk->base == WALK_VMA)
		buf_printf(&key, "%s %s %s", walk_base_name(walk->base), sleeps, rcu);
	else if (walk->base == WALK_KERNEL_CONTEXT)
		buf_printf(&key, "%d %s %s", (int)context->row->prog_type, sleeps, rcu);
	else
		buf_printf(&key, "%s %s %d%s %s", context->name, builder->target->name,
			(int)walk->argument_offset, walk->may_be_null ? "?" : "", rcu);
	for (size_t i = 0; i < walk->step_cnt; i++)
		buf_printf(&key, " %u", walk->offsets[i]);
	const char *kept = pool_strdup(&builder->pool, buf_text(&key));
	buf_deinit(&key);
	return kept;
}

static struct survey ask_fields(
	struct builder *builder, const struct walk *walk, uint32_t struct_id, const char *key)
{
	struct planner *planner = builder->planner;
	struct survey survey = {.key = pool_strdup(&planner->pool, key)};
	struct recipe none = {.cnt = 0};
	struct builder *own = start(builder, &none);
	size_t field_cnt;

	if (!own)
		return survey;
	const struct type_field *fields =
		type_pointer_fields(planner->kernel->btf, struct_id, &own->pool, &field_cnt);
	survey.list = fields ? pool_calloc(&planner->pool, field_cnt, sizeof(*survey.list)) : NULL;
	if (builder->in_rcu)
		rcu_section(own);
	walk_follow(own, walk);
	if (walk->step_cnt || walk->may_be_null)
		builder_bail_if_null(own, BPF_REG_1);
	size_t first = own->insn_cnt;
	for (size_t i = 0; i < field_cnt && survey.list; i++)
		ADD(own, INSN_LOAD(BPF_DW, BPF_REG_2, BPF_REG_1, (int16_t)fields[i].offset));
	builder_finish(own, 0);
	if (!own->failed && survey.list) {
		load_logged(own);
		struct log_pointer pointer;
		const char *log = planner->loader.log;
		while (log_next_pointer(&log, 2, &pointer)) {
			size_t at = (size_t)pointer.insn - first;
			if (pointer.insn >= 0 && (size_t)pointer.insn >= first && at < field_cnt &&
				survey.cnt < field_cnt &&
				take_pointer(own, &pointer, fields[at].name, fields[at].offset,
					&survey.list[survey.cnt]))
				survey.cnt++;
		}
	}
	end(own);
	return survey;
}

const struct survey *survey_fields(
	struct builder *builder, const struct walk *walk, uint32_t struct_id)
{
	const char *key = fields_key(builder, walk);
	const struct survey *known = key ? find_survey(builder->planner, key) : NULL;

	if (known || !key)
		return known;
	return add_survey(builder->planner, ask_fields(builder, walk, struct_id, key));
}
