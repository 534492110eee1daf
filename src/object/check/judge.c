/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/check/parts.h"
#include "kernel/context.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

const char *check_state_word(enum check_state state)
{
	static const char *const words[] = {
#define CHECK_STATE_WORD(name, word, meaning) [CHECK_##name] = word,
		CHECK_STATES(CHECK_STATE_WORD)};

	return words[state];
}

const char *check_kind_word(enum check_kind kind)
{
	static const char *const words[] = {
#define CHECK_KIND_WORD(name, word) [CHECK_NEEDS_##name] = word,
		CHECK_KINDS(CHECK_KIND_WORD)};

	return words[kind];
}

/* One program on one kernel. */
struct judge {
	struct check *check;
	const struct check_object *checked;
	struct check_program *program;
	const struct check_kernel *kernel;
	const struct world *world;
	struct check_flows flows;
	struct check_cell *cell;
	struct texts needs; /* "KIND NAME": the number is that in the cell */
	struct buf need;    /* one of them */
	bool no_program; /* no program loads in the context, so nothing is known of its calls */
	bool no_memory;
};

/* NULL: it is new, and the next one. */
static struct check_need *find_need(struct judge *judge, enum check_kind kind, const char *name)
{
	buf_clear(&judge->need);
	buf_printf(&judge->need, "%d %s", kind, name);
	size_t number = texts_number(&judge->needs, buf_text(&judge->need), judge->need.len);
	if (judge->need.failed || judge->needs.failed)
		judge->no_memory = true;
	return !judge->no_memory && number < judge->cell->need_cnt ? &judge->cell->needs[number] : NULL;
}

/* Of several places that need the same, the worst one stays. */
static void add_need(struct judge *judge, struct check_need need)
{
	struct check_cell *cell = judge->cell;
	struct check_need *known = need.name ? find_need(judge, need.kind, need.name) : NULL;

	if (judge->no_memory || !need.name || !need.reason) {
		judge->no_memory = true;
		return;
	}
	if (known) {
		if (need.state > known->state || (known->guarded && !need.guarded))
			*known = need;
		return;
	}
	struct check_need *needs = pool_grow(
		&judge->check->pool, cell->needs, cell->need_cnt, &cell->need_cap, sizeof(*needs));
	if (!needs) {
		judge->no_memory = true;
		return;
	}
	needs[cell->need_cnt++] = need;
	cell->needs = needs;
}

static enum check_state state_of(const struct require_verdict *verdict)
{
	if (verdict->value == TRISTATE_YES)
		return CHECK_MET;
	if (verdict->value == TRISTATE_NO)
		return verdict->state && !strcmp(verdict->state, cell_state_word(CELL_CONDITIONAL))
			? CHECK_CONDITIONAL
			: CHECK_UNMET;
	return verdict->state && !strcmp(verdict->state, support_state_word(SUPPORT_BLOCKED))
		? CHECK_BLOCKED
		: CHECK_UNKNOWN;
}

/* The answer to a question; one that could not be asked is unknown. */
static void take_answer(
	const struct judge *judge, const struct require_node *node, struct check_need *need)
{
	need->state = CHECK_UNKNOWN;
	need->reason = "kcompat has no question for it";
	if (!node)
		return;
	const struct require_verdict *verdict = require_verdict_of(judge->kernel->answer, node);
	need->state = state_of(verdict);
	need->reason = verdict->reason;
	need->predicted = verdict->predicted;
	if (need->state == CHECK_CONDITIONAL)
		need->guard = "the kernel's own condition decides";
}

/* Without an answer for the target, the answer for all targets. */
static void take_call(
	const struct judge *judge, const struct check_call *call, struct check_need *need)
{
	take_answer(judge, call->node, need);
	if (need->state != CHECK_UNKNOWN || !call->base_node)
		return;
	struct check_need base = *need;
	take_answer(judge, call->base_node, &base);
	if (base.state != CHECK_UNKNOWN && base.state != CHECK_BLOCKED)
		*need = base;
}

static void judge_object(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	if (object->refusal)
		add_need(judge,
			(struct check_need) {.kind = CHECK_NEEDS_OBJECT,
				.state = judge->check->other_loader ? CHECK_UNKNOWN : CHECK_UNMET,
				.name = "libbpf",
				.reason = object->refusal,
				.of_object = true});
	if (judge->program->too_many_members)
		add_need(judge,
			(struct check_need) {.kind = CHECK_NEEDS_OBJECT,
				.state = CHECK_UNMET,
				.name = "functions",
				.reason = "a kernel takes at most 256 functions of a program"});
}

/* Without a value, a weak one is 0, and a strong one stops the whole object. */
static void judge_externs(struct judge *judge)
{
	static const enum check_state states[] = {
		[EXTERN_UNKNOWN] = CHECK_UNKNOWN,
		[EXTERN_ABSENT] = CHECK_UNMET,
		[EXTERN_PRESENT] = CHECK_MET,
	};
	const struct object *object = judge->checked->object;

	for (uint32_t i = 0; i < object->extern_cnt; i++) {
		const struct object_extern *wanted = &object->externs[i];
		const struct world_extern *found = &judge->world->externs[i];
		struct check_need need = {
			.kind = CHECK_NEEDS_EXTERN,
			.name = wanted->name,
			.state = states[found->state],
			.reason = found->reason ? found->reason : "the kernel has it",
			.of_object = true,
		};
		if (wanted->weak) {
			need.guarded = need.state != CHECK_MET;
			need.state = CHECK_MET;
		}
		add_need(judge, need);
	}
}

static void judge_struct_ops(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (size_t i = 0; i < object->ops_cnt; i++) {
		struct check_need need = {.kind = CHECK_NEEDS_STRUCT_OPS,
			.name = object->ops[i].type,
			.of_object = true};
		struct error *error =
			check_struct_ops(&judge->check->pool, judge->world, &object->ops[i], &need);
		judge->no_memory |= error != NULL;
		error_free(error);
		add_need(judge, need);
	}
}

static void judge_maps(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (uint32_t i = 0; i < object->map_cnt; i++) {
		struct check_need need = {
			.kind = CHECK_NEEDS_MAP, .name = object->maps[i].name, .of_object = true};
		take_answer(judge, judge->checked->map_nodes[i], &need);
		if (need.state == CHECK_UNKNOWN)
			check_map_from_types(&judge->kernel->scope, object->maps[i].type, &need);
		if (need.state == CHECK_MET || !object->maps[i].type)
			check_map_of_loader(judge->check, &judge->kernel->scope, judge->checked, &object->maps[i], &need);
		add_need(judge, need);
	}
}

bool check_lacks_target(const char *section)
{
	struct section parsed;

	if (!section_parse(section, &parsed) || parsed.target)
		return false;
	return parsed.row->target != TARGET_NONE && parsed.row->target != TARGET_ITER &&
		parsed.row->target != TARGET_STRUCT_OPS;
}

static const char *statement_of(struct judge *judge, const char *statement)
{
	const char *text = pool_printf(&judge->check->pool,
		"the loader sets it: 'program %s %s' in a profile", judge->program->name, statement);

	judge->no_memory |= !text;
	return text;
}

static void judge_section(struct judge *judge)
{
	const struct check_program *program = judge->program;
	struct check_need need = {
		.kind = CHECK_NEEDS_SECTION, .name = program->section, .state = CHECK_MET};
	struct section parsed;

	need.reason = "libbpf knows the section";
	if (!program->context) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "libbpf knows no program type for this section name";
		need.guard = statement_of(judge, "section = SECTION");
	} else if (section_parse(program->section, &parsed) &&
		parsed.row->target == TARGET_PROGRAM) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "the program replaces a function of another program";
		need.guard = "the loader names the other program";
	} else if (check_lacks_target(program->section)) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "the section names no target";
		need.guard = statement_of(judge, "target = FUNCTION");
	}
	add_need(judge, need);
}

static void judge_context(struct judge *judge)
{
	const struct check_program *program = judge->program;
	struct check_need need = {.kind = CHECK_NEEDS_CONTEXT, .name = program->context};

	if (!program->context)
		return;
	take_answer(judge, program->asks_context, &need);
	if (need.state == CHECK_UNKNOWN && program->asks_base) {
		struct check_need base = need;
		take_answer(judge, program->asks_base, &base);
		if (base.state == CHECK_MET)
			check_target_from_files(&judge->kernel->scope, program->section, &need);
	}
	judge->no_program = need.state == CHECK_UNMET || need.state == CHECK_BLOCKED;
	add_need(judge, need);
}

static bool is_reached(const struct judge *judge, uint32_t section, uint32_t insn)
{
	return flow_reaches(&judge->flows.any, section, insn);
}

/* Guarded calls need no licence. */
static bool reaches_kfunc(const struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (size_t i = 0; i < judge->program->member_cnt; i++) {
		const struct object_function *member =
			&object->functions[judge->program->members[i]];
		const struct object_section *section = &object->sections[member->section];
		for (uint32_t at = member->first; at < member->first + member->cnt; at++) {
			if (section->insns[at].code == (BPF_JMP | BPF_CALL) &&
				section->links[at].kind == OBJECT_LINK_EXTERN &&
				is_reached(judge, member->section, at))
				return true;
		}
	}
	return false;
}

/* bpf_prog_load(), bpf_lsm_verify_prog() and check_struct_ops_btf_id() of kernel/bpf. */
static void judge_license(struct judge *judge)
{
	const struct check_program *program = judge->program;
	const struct object *object = judge->checked->object;
	const char *context = program->context;

	if (object_is_gpl(object))
		return;
	bool calls_kfunc = reaches_kfunc(judge);
	bool whole =
		context && (!strncmp(context, "lsm", 3) || !strncmp(context, "struct_ops", 10));
	if (!whole && !program->call_cnt)
		return;
	add_need(judge,
		(struct check_need) {
			.kind = CHECK_NEEDS_LICENSE,
			.name = *object->license ? object->license : "(none)",
			.state = whole || calls_kfunc ? CHECK_UNMET : CHECK_CONDITIONAL,
			.reason = whole       ? "the kernel takes such programs only under the GPL"
				: calls_kfunc ? "only programs under the GPL may call kfuncs"
					      : "some helpers are only for programs under the GPL",
			.guard = whole || calls_kfunc ? NULL
						      : "the kernel's table of helpers decides",
		});
}

/* A need in code: guarded code needs nothing, and what a loader can switch off is conditional. */
static void add_code_need(
	struct judge *judge, struct check_need need, uint32_t section, uint32_t insn)
{
	need.line = object_line_at(judge->checked->object, section, insn);
	if (!is_reached(judge, section, insn)) {
		need.guarded = need.state != CHECK_MET;
		need.state = CHECK_MET;
		need.guard = NULL;
	} else if (need.state == CHECK_UNMET) {
		need.guard = check_guard_of(&judge->flows, &judge->check->pool, section, insn);
		if (need.guard)
			need.state = CHECK_CONDITIONAL;
	}
	add_need(judge, need);
}

static const char *core_name(struct judge *judge, const struct object_core *core)
{
	_cleanup_buf_ struct buf text = {0};

	core_describe(judge->checked->object->btf, core->type_id, core->kind, core->access, &text);
	return text.failed ? NULL : pool_strdup(&judge->check->pool, buf_text(&text));
}

/* A type that the kernel itself lacks can be in a module. Only the loaded modules of a running
 * kernel are known. */
static bool module_may_have(const struct judge *judge, const struct core_result *result)
{
	return result->no_type && !judge->kernel->scope.kernel;
}

static void judge_core(struct judge *judge, const struct world_core *relocated)
{
	const struct object_core *core = relocated->core;
	struct check_need need = {.kind = CHECK_NEEDS_CORE, .state = CHECK_MET, .core = core};

	/* A test needs nothing: it is there to be answered with no. */
	if (core_kind_is_test(core->kind) && relocated->mark != MARK_REFUSED)
		return;
	need.name = core_name(judge, core);
	need.reason = relocated->result.reason ? relocated->result.reason : "the kernel has it";
	need.predicted = false;
	if (relocated->mark == MARK_REFUSED) {
		need.state = CHECK_UNMET;
		need.line = object_line_at(judge->checked->object, core->section, core->insn);
		add_need(judge, need);
		return;
	}
	if (relocated->mark == MARK_POISON)
		need.state =
			module_may_have(judge, &relocated->result) ? CHECK_UNKNOWN : CHECK_UNMET;
	if (need.state == CHECK_UNKNOWN)
		need.reason = "the kernel itself has no such type; a module may have it";
	if (relocated->mark == MARK_UNKNOWN && core->kind != CORE_TYPE_ID_LOCAL) {
		need.state = CHECK_UNKNOWN;
		need.reason = judge->kernel->target || !judge->kernel->scope.files
			? "a snapshot has no types: give the kernel's image, package or BTF"
			: "the kernel's types were not read";
	}
	add_code_need(judge, need, core->section, core->insn);
}

static void judge_kfunc(
	struct judge *judge, const struct check_call *call, uint32_t section, uint32_t insn)
{
	const struct object_extern *wanted = &judge->checked->object->externs[call->id];
	const struct world_extern *found = &judge->world->externs[call->id];
	struct check_need need = {.kind = CHECK_NEEDS_KFUNC, .name = call->name};

	/* The object's own need says it already. */
	if (found->state == EXTERN_ABSENT && !wanted->weak)
		return;
	if (found->state == EXTERN_ABSENT) {
		need.state = CHECK_UNMET;
		need.reason = found->reason;
	} else if (judge->no_program)
		return;
	else
		take_call(judge, call, &need);
	add_code_need(judge, need, section, insn);
}

static void judge_helper(
	struct judge *judge, const struct check_call *call, uint32_t section, uint32_t insn)
{
	struct check_need need = {.kind = CHECK_NEEDS_HELPER, .name = call->name};

	if (judge->no_program)
		return;
	take_call(judge, call, &need);
	if (!call->node && !judge->program->context) {
		need.state = CHECK_CONDITIONAL;
		need.reason = "it depends on the program's type";
		need.guard = "the loader sets the type";
	}
	add_code_need(judge, need, section, insn);
}

/* Every kernel that is asked knows the forms of the second and third version, if nothing says otherwise. */
static void judge_form(struct judge *judge, enum check_form form, uint32_t section, uint32_t at)
{
	struct check_need need = {.kind = CHECK_NEEDS_INSN, .name = check_form_feature(form)};

	take_answer(judge, judge->program->asks_forms[form], &need);
	if (need.state == CHECK_UNKNOWN && form <= CHECK_FORM_JUMP32)
		return;
	if (!check_form_is_everywhere(form)) {
		add_code_need(judge, need, section, at);
		return;
	}
	need.line = object_line_at(judge->checked->object, section, at);
	add_need(judge, need);
}

static void judge_insn(struct judge *judge, uint32_t section, uint32_t at)
{
	const struct object *object = judge->checked->object;
	const struct object_insn *insn = &object->sections[section].insns[at];
	const struct object_link *link = &object->sections[section].links[at];
	const struct world_core *core = world_core_at(judge->world, section, at);
	const struct check_call *call;

	if (check_form_of(insn))
		judge_form(judge, check_form_of(insn), section, at);
	if (core)
		judge_core(judge, core);
	if (insn->code != (BPF_JMP | BPF_CALL) || core)
		return;
	if (link->kind == OBJECT_LINK_EXTERN) {
		call = check_find_call(judge->program, true, link->index);
		if (call && object->externs[link->index].kind == OBJECT_EXTERN_KFUNC)
			judge_kfunc(judge, call, section, at);
	} else if (link->kind == OBJECT_LINK_NONE && !insn->src) {
		call = check_find_call(judge->program, false, (uint32_t)insn->imm);
		if (call)
			judge_helper(judge, call, section, at);
	}
}

static void judge_code(struct judge *judge)
{
	const struct object *object = judge->checked->object;

	for (size_t i = 0; i < judge->program->member_cnt; i++) {
		const struct object_function *member =
			&object->functions[judge->program->members[i]];
		for (uint32_t at = 0; at < member->cnt; at++)
			judge_insn(judge, member->section, member->first + at);
	}
}

static void judge_arguments(struct judge *judge)
{
	const struct flow_result *any = &judge->flows.any;

	for (size_t i = 0; i < any->access_cnt && !judge->no_program; i++) {
		const struct flow_access *access = &any->accesses[i];
		struct check_need need;
		if (check_argument(judge->world, judge->program->section, access->offset,
			    &judge->check->pool, &need))
			add_code_need(judge, need, access->section, access->insn);
	}
}

static void judge_attach(struct judge *judge)
{
	const struct check_program *program = judge->program;
	struct check_need need = {.kind = CHECK_NEEDS_ATTACH, .name = program->section};

	if (!program->asks_attach)
		return;
	take_answer(judge, program->asks_attach, &need);
	add_need(judge, need);
}

static int compare_needs(const void *a, const void *b)
{
	const struct check_need *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->name, y->name);
}

static const struct check_need *first_in_state(
	const struct check_cell *cell, enum check_state state, bool attach)
{
	for (size_t i = 0; i < cell->need_cnt; i++) {
		const struct check_need *need = &cell->needs[i];
		if (need->state == state && (need->kind == CHECK_NEEDS_ATTACH) == attach)
			return need;
	}
	return NULL;
}

/* The worst one decides, and the first of the worst ones explains. Attaching comes after loading.
 */
static void conclude(struct check_cell *cell)
{
	if (cell->need_cnt)
		qsort(cell->needs, cell->need_cnt, sizeof(*cell->needs), compare_needs);
	for (size_t i = 0; i < cell->need_cnt; i++) {
		const struct check_need *need = &cell->needs[i];
		enum check_state *into =
			need->kind == CHECK_NEEDS_ATTACH ? &cell->attach : &cell->load;
		if (need->state > *into)
			*into = need->state;
	}
	if (cell->load != CHECK_MET)
		cell->first = first_in_state(cell, cell->load, false);
	else if (cell->attach != CHECK_MET)
		cell->first = first_in_state(cell, cell->attach, true);
}

static struct error *judge_program(struct judge *judge)
{
	const struct flow_case any = {.assumption = FLOW_UNKNOWN};
	struct error *error =
		flow_run(judge->world, judge->program->function, &any, &judge->flows.any);

	if (error)
		return error;
	judge_object(judge);
	judge_externs(judge);
	judge_struct_ops(judge);
	judge_maps(judge);
	judge_section(judge);
	judge_context(judge);
	judge_license(judge);
	judge_code(judge);
	judge_arguments(judge);
	judge_attach(judge);
	conclude(judge->cell);
	return judge->no_memory || judge->flows.no_memory ? error_no_memory() : NULL;
}

/* Without types, the list of kfuncs tells which of them a kernel has. */
static void refine_extern(
	struct world *world, const struct check_call *call, const struct check_kernel *kernel)
{
	struct world_extern *found = &world->externs[call->id];

	if (!call->is_kfunc || !call->node || found->state != EXTERN_UNKNOWN)
		return;
	const struct require_verdict *verdict = require_verdict_of(kernel->answer, call->node);
	/* A kernel without calls of kfuncs has none, and neither have its modules. */
	bool absent = verdict->value == TRISTATE_NO && verdict->state &&
		(!strcmp(verdict->state, cell_state_word(CELL_ABSENT)) ||
			!strcmp(verdict->state, support_state_word(SUPPORT_UNSUPPORTED)));
	if (absent)
		*found = (struct world_extern) {.state = EXTERN_ABSENT,
			.reason = "not among the kfuncs of the kernel and its modules"};
	else if (verdict->value != TRISTATE_UNKNOWN)
		found->state = EXTERN_PRESENT;
}

static void refine_externs(
	struct world *world, const struct check_object *checked, const struct check_kernel *kernel)
{
	for (size_t i = 0; i < checked->program_cnt; i++) {
		for (size_t j = 0; j < checked->programs[i].call_cnt; j++)
			refine_extern(world, &checked->programs[i].calls[j], kernel);
	}
}

/* Programs that share much code follow it again and again: some seconds for each kernel are enough. */
#define FLOW_OBJECT_MAX 8000000u

static struct error *judge_on_kernel(
	struct check *check, const struct check_object *checked, size_t kernel)
{
	_cleanup_pool_ struct pool pool = {0};
	size_t flow_left = FLOW_OBJECT_MAX;
	struct world world;
	struct error *error = world_create(checked->object, &check->kernels[kernel], &pool, &world);

	world.settings = checked->settings;
	world.setting_cnt = checked->setting_cnt;
	world.as_built = check->has_profile;
	world.flow_left = &flow_left;
	if (!error)
		refine_externs(&world, checked, &check->kernels[kernel]);
	for (size_t i = 0; i < checked->program_cnt && !error; i++) {
		struct check_program *program = &checked->programs[i];
		struct judge judge = {
			.check = check,
			.checked = checked,
			.program = program,
			.kernel = &check->kernels[kernel],
			.world = &world,
			.flows = {.world = &world, .entry = program->function},
			.cell = &program->cells[kernel],
		};
		error = judge_program(&judge);
		check_flows_deinit(&judge.flows);
		texts_deinit(&judge.needs);
		buf_deinit(&judge.need);
	}
	return error;
}

struct error *check_reserve(struct check *check, size_t kernel_cnt)
{
	check->kernels = pool_calloc(&check->pool, kernel_cnt, sizeof(*check->kernels));
	if (!check->kernels)
		return error_no_memory();
	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		for (size_t j = 0; j < checked->program_cnt; j++) {
			struct check_program *program = &checked->programs[j];
			program->cells = pool_calloc(&check->pool, kernel_cnt, sizeof(*program->cells));
			if (!program->cells)
				return error_no_memory();
		}
	}
	return NULL;
}

struct error *check_judge(struct check *check, const struct check_kernel *kernel)
{
	size_t at = check->kernel_cnt++;
	struct check_kernel *here = &check->kernels[at];
	struct error *error = NULL;

	*here = *kernel;
	here->has_types = kernel->target;
	for (size_t i = 0; i < check->object_cnt && !error; i++)
		error = judge_on_kernel(check, &check->objects[i], at);
	here->target = NULL;
	here->scope.types = NULL;
	return error;
}

enum check_state check_settle_cell(
	const struct check_cell *cell, const struct check_policy *policy)
{
	enum check_state state = cell->load;

	if (!policy->ignore_attach && cell->attach > state)
		state = cell->attach;
	return state == CHECK_CONDITIONAL && policy->allow_conditional ? CHECK_MET : state;
}

enum check_state check_settle(const struct check *check, const struct check_policy *policy)
{
	enum check_state worst = CHECK_MET;

	for (size_t i = 0; i < check->object_cnt; i++) {
		for (size_t j = 0; j < check->objects[i].program_cnt; j++) {
			const struct check_program *program = &check->objects[i].programs[j];
			for (size_t k = 0; k < check->kernel_cnt && !program->optional; k++) {
				enum check_state state = check_settle_cell(&program->cells[k], policy);
				worst = state > worst ? state : worst;
			}
		}
	}
	return worst;
}
