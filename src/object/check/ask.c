/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of an object, in the language of requirements: one list for all kernels. */
#include "object/check/check.h"
#include "object/check/parts.h"
#include "kernel/context.h"
#include "probe/probe.h"
#include "util/embed.h"
#include "util/glob.h"
#include "util/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_deinit(struct check *check)
{
	if (!check)
		return;
	for (size_t i = 0; i < check->object_cnt; i++) {
		for (size_t j = 0; j < check->objects[i].program_cnt; j++)
			texts_deinit(&check->objects[i].programs[j].call_names);
		object_destroy(check->objects[i].object);
	}
	texts_deinit(&check->questions);
	require_list_deinit(&check->list);
	pool_destroy(&check->pool);
	*check = (struct check) {0};
}

struct error *check_add_object(struct check *check, const char *name, struct object *object)
{
	struct check_object *objects = pool_grow(&check->pool, check->objects, check->object_cnt,
		&check->object_cap, sizeof(*objects));

	if (!objects) {
		object_destroy(object);
		return error_no_memory();
	}
	objects[check->object_cnt++] = (struct check_object) {.name = name, .object = object};
	check->objects = objects;
	return NULL;
}

static const char *helper_name(struct pool *pool, uint32_t id)
{
	size_t len;

	for (const char *at = embed_helpers, *line; list_next_line(&at, &line, &len);) {
		char *end;
		unsigned long number = strtoul(line, &end, 10);
		if (number == id && *end == ' ')
			return pool_strndup(pool, end + 1, len - (size_t)(end + 1 - line));
	}
	return NULL;
}

struct check_call *check_find_call(struct check_program *program, bool is_kfunc, uint32_t id)
{
	struct texts *names = &program->call_names;
	char name[16];
	int len = snprintf(name, sizeof(name), "%c%u", is_kfunc ? 'k' : 'h', id);
	size_t number = texts_number(names, name, (size_t)len);

	return !names->failed && number < program->call_cnt ? &program->calls[number] : NULL;
}

/* Helpers that bpf_lsm_func_proto() of kernel/bpf/bpf_lsm.c and bpf_d_path_allowed() give only some hooks. */
static bool depends_on_target(const char *helper)
{
	static const char *const names[] = {"bpf_d_path", "bpf_setsockopt", "bpf_getsockopt",
		"bpf_ima_inode_hash", "bpf_ima_file_hash", "bpf_bprm_opts_set"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i], helper))
			return true;
	}
	return false;
}

/*
 * What a tracing program may call depends on its attach type and on whether it may sleep, and for
 * few helpers on the function. So it is for the helpers of LSM programs. Other types have rules for hooks.
 */
static const char *base_context(const struct check_program *program, const struct check_call *call)
{
	struct section parsed;

	if (!section_parse(program->section, &parsed) || !parsed.target ||
		depends_on_target(call->name))
		return NULL;
	return parsed.row->prog_type == PROG_TYPE_TRACING ||
			(parsed.row->prog_type == PROG_TYPE_LSM && !call->is_kfunc &&
				!strncmp(program->section, "lsm/", 4))
		? parsed.row->name
		: NULL;
}

static struct error *ask_call(
	struct check *check, const struct check_program *program, struct check_call *call)
{
	const char *kind = call->is_kfunc ? "kfunc" : "helper", *base;
	struct error *error = check_ask_one(check, &call->node, kind, call->name, program->context);

	base = base_context(program, call);
	return error || !base ? error : check_ask_one(check, &call->base_node, kind, call->name, base);
}

/* check_helper_call() and fetch_kfunc_meta() of kernel/bpf/verifier.c. False: no memory. */
static bool set_license(struct check *check, const struct object *object,
	const struct check_program *program, struct check_call *call)
{
	if (object_is_gpl(object))
		return true;
	if (call->is_kfunc)
		call->for_gpl = "only programs under the GPL may call kfuncs";
	else if (program->context && check_helper_is_for_gpl(call->name, program->context))
		call->for_gpl = pool_printf(
			&check->pool, "only programs under the GPL may call %s", call->name);
	else
		return true;
	return call->for_gpl;
}

static struct error *add_call(struct check *check, const struct object *object,
	struct check_program *program, bool is_kfunc, uint32_t id)
{
	struct check_call call = {.is_kfunc = is_kfunc, .id = id};

	if (check_find_call(program, is_kfunc, id))
		return NULL;
	if (program->call_names.failed)
		return error_no_memory();
	struct check_call *calls = pool_grow(&check->pool, program->calls, program->call_cnt,
		&program->call_cap, sizeof(*calls));
	const char *name = is_kfunc ? object->externs[id].name : helper_name(&check->pool, id);
	call.name = is_kfunc ? pool_strndup(&check->pool, name, core_essential_len(name))
		: name       ? name
			     : pool_printf(&check->pool, "helper %u", id);
	if (!calls || !call.name || !set_license(check, object, program, &call))
		return error_no_memory();
	struct error *error =
		program->context && (is_kfunc || name) ? ask_call(check, program, &call) : NULL;
	calls[program->call_cnt++] = call;
	program->calls = calls;
	return error;
}

static struct error *add_member(struct check *check, const struct check_object *checked,
	struct check_program *program, uint32_t function)
{
	uint32_t number = (uint32_t)(program - checked->programs) + 1;

	if (checked->member_of[function] == number)
		return NULL;
	if (program->member_cnt == CHECK_MEMBERS_MAX) {
		program->too_many_members = true;
		return NULL;
	}
	checked->member_of[function] = number;
	uint32_t *members = pool_grow(&check->pool, program->members, program->member_cnt,
		&program->member_cap, sizeof(*members));
	if (!members)
		return error_no_memory();
	members[program->member_cnt++] = function;
	program->members = members;
	return NULL;
}

static struct error *add_callee(struct check *check, const struct check_object *checked,
	struct check_program *program, uint32_t section, int64_t insn)
{
	const struct object *object = checked->object;
	const struct object_function *function = insn < 0 || insn > UINT32_MAX
		? NULL
		: object_function_at(object, section, (uint32_t)insn);

	return function ? add_member(check, checked, program,
				  (uint32_t)(function - object->functions))
			: NULL;
}

static struct error *read_call(struct check *check, const struct check_object *checked,
	struct check_program *program, uint32_t section, uint32_t at)
{
	const struct object *object = checked->object;
	const struct object_insn *insn = &object->sections[section].insns[at];
	const struct object_link *link = &object->sections[section].links[at];

	enum check_form form = check_form_of(insn);
	if (form && !program->asks_forms[form])
		return check_ask_one(check, &program->asks_forms[form], "feature", check_form_feature(form), NULL);
	if (link->kind == OBJECT_LINK_MAP)
		return check_ask_fields(check, checked, program, link->index);
	if (link->kind == OBJECT_LINK_CODE)
		return add_callee(check, checked, program, link->index, link->offset);
	if (insn->code != (BPF_JMP | BPF_CALL))
		return NULL;
	if (link->kind == OBJECT_LINK_EXTERN)
		return add_call(check, object, program, true, link->index);
	if (insn->src == BPF_PSEUDO_CALL)
		return add_callee(check, checked, program, section, (int64_t)at + 1 + insn->imm);
	return insn->src ? NULL : add_call(check, object, program, false, (uint32_t)insn->imm);
}

static struct error *read_members(
	struct check *check, const struct check_object *checked, struct check_program *program)
{
	const struct object *object = checked->object;
	struct error *error = add_member(
		check, checked, program, (uint32_t)(program->function - object->functions));

	for (size_t i = 0; i < program->member_cnt && !error; i++) {
		const struct object_function *member = &object->functions[program->members[i]];
		for (uint32_t at = member->first; at < member->first + member->cnt && !error; at++)
			error = read_call(check, checked, program, member->section, at);
	}
	return error;
}

/* The flavour of a type's name is the object's own. */
static const char *ops_context(
	struct pool *pool, const struct object_function *function, const char *section)
{
	bool sleepable = !strncmp(section, "struct_ops.s", strlen("struct_ops.s"));

	return pool_printf(pool, "struct_ops%s/%.*s%s%s", sleepable ? ".s" : "",
		(int)core_essential_len(function->ops_type), function->ops_type,
		function->ops_member ? "/" : "", function->ops_member ? function->ops_member : "");
}

/* The context that a load depends on. The kernel looks at other targets when a program is attached.
 */
static const char *context_of(
	struct pool *pool, const struct object_function *function, const char *section)
{
	char name[QUESTION_MAX_BYTES];
	struct section parsed;

	if (function->ops_type)
		return ops_context(pool, function, section);
	if (!section_parse(section, &parsed))
		return NULL;
	if (parsed.row->target == TARGET_NONE || !context_canonical(section, name, sizeof(name)))
		return parsed.row->name;
	return pool_strdup(pool, name);
}

static struct error *ask_attach(struct check *check, struct check_program *program)
{
	const char *likewise = NULL;
	struct error *error = check_ask_one(check, &program->asks_attach, "attach", program->section, NULL);

	if (!error && !check->only_running)
		error = check_attach_likewise(&check->pool, program->section, &likewise);
	return error || !likewise ? error
				  : check_ask_one(check, &program->asks_likewise, "attach", likewise, NULL);
}

/* What a configuration can switch off. A running kernel is asked itself. */
static struct error *ask_options(struct check *check, const struct check_program *program)
{
	struct section section;
	struct error *error = NULL;

	if (check->only_running)
		return NULL;
	if (program->context)
		error = check_ask_option_of_context(check, program->context);
	if (error || !section_parse(program->section, &section) || !section.target)
		return error;
	return section.kind == SECTION_TRACEPOINT
		? check_ask_option(check, CHECK_OPTION_FTRACE_SYSCALLS)
		: check_ask_option_of_name(check, section.target);
}

static struct error *ask_options_of_object(struct check *check, const struct object *object)
{
	struct error *error = NULL;

	for (uint32_t i = 0; i < object->extern_cnt && !error && !check->only_running; i++)
		error = check_ask_option_of_name(check, object->externs[i].name);
	for (size_t i = 0; i < object->ops_cnt && !error && !check->only_running; i++)
		error = check_ask_option_of_name(check, object->ops[i].type);
	return error;
}

static struct error *ask_program(
	struct check *check, const struct check_object *checked, struct check_program *program)
{
	struct section parsed;
	struct error *error = NULL;

	program->context = context_of(&check->pool, program->function, program->section);
	if (program->context)
		error = check_ask_one(check, &program->asks_context, "context", program->context, NULL);
	const char *base = check_target_base(program->section);
	if (!error)
		error = ask_options(check, program);
	if (!error && program->context && base && !check->only_running)
		error = check_ask_one(check, &program->asks_base, "context", base, NULL);
	if (!error && section_parse(program->section, &parsed) && parsed.target &&
		parsed.kind != SECTION_PROGRAM)
		error = ask_attach(check, program);
	return error ? error : read_members(check, checked, program);
}

static struct error *ask_maps(struct check *check, struct check_object *checked)
{
	const struct object *object = checked->object;
	struct error *error = NULL;

	checked->map_nodes =
		pool_calloc(&check->pool, object->map_cnt, sizeof(*checked->map_nodes));
	checked->map_fields =
		pool_calloc(&check->pool, object->map_cnt, sizeof(*checked->map_fields));
	if (!checked->map_nodes || !checked->map_fields)
		return error_no_memory();
	for (uint32_t i = 0; i < object->map_cnt && !error; i++) {
		const char *type = probe_map_type_of(object->maps[i].type);
		checked->map_fields[i] = check_map_fields(object, &object->maps[i]);
		if (type)
			error = check_ask_one(check, &checked->map_nodes[i], "map", type, NULL);
	}
	return error;
}

static struct error *ask_object(struct check *check, struct check_object *checked, const char *glob)
{
	const struct object *object = checked->object;
	struct error *error = ask_maps(check, checked);

	if (!error)
		error = ask_options_of_object(check, object);
	checked->programs =
		pool_calloc(&check->pool, object->function_cnt, sizeof(*checked->programs));
	checked->member_of =
		pool_calloc(&check->pool, object->function_cnt, sizeof(*checked->member_of));
	if (!checked->programs || !checked->member_of)
		return error_no_memory();
	for (uint32_t i = 0; i < object->function_cnt && !error; i++) {
		const struct object_function *function = &object->functions[i];
		const char *section = object->sections[function->section].name;
		if (!function->is_program || (glob && !glob_any(&glob, 1, function->name)))
			continue;
		struct check_program *program = &checked->programs[checked->program_cnt++];
		*program = (struct check_program) {
			.name = function->name,
			.optional = *section == '?',
			.section = section + (*section == '?'),
			.function = function,
		};
		error = check_apply_profile(check, checked, program);
		if (!error)
			error = ask_program(check, checked, program);
	}
	return error;
}

bool check_asks_symbols(const struct check *check)
{
	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		for (uint32_t k = 0; k < checked->object->extern_cnt; k++) {
			if (checked->object->externs[k].kind == OBJECT_EXTERN_ADDRESS)
				return true;
		}
		for (size_t k = 0; k < checked->program_cnt; k++) {
			if (check_target_has_symbol(checked->programs[k].section))
				return true;
		}
	}
	return false;
}

struct error *check_ask(struct check *check, const char *glob)
{
	struct error *error = NULL;

	for (size_t i = 0; i < check->object_cnt && !error; i++)
		error = ask_object(check, &check->objects[i], glob);
	return error;
}
