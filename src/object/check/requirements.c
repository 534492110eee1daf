/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The needs of objects as a file of requirements, without any kernel. What every load needs is a
 * requirement. What code tests for, a loader can switch off or chooses, and what the language has
 * no question for, is a comment: names come from the object, so a comment is escaped, too.
 */
#include "object/check/parts.h"
#include "kernel/context.h"
#include "util/escape.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

struct wanted {
	const char *text;  /* NULL: only `why` is said */
	const char *why;   /* why it is a comment; NULL: it is a requirement */
	size_t next;       /* of the same hash, plus one; 0: none */
	bool is_elsewhere; /* an equal text stands as a requirement */
};

struct writer {
	struct check *check;
	const struct check_object *checked;
	struct check_program *program;
	struct world *world;
	struct check_flows flows;
	struct wanted *list;
	size_t cnt, cap;
	size_t buckets[1024]; /* number in the list, plus one; 0: none */
	struct buf *out;
	bool no_memory;
};

/* The same text: as a comment, or as a requirement. */
static struct wanted *find(struct writer *writer, const char *text, bool comment)
{
	size_t at = writer->buckets[hash_bytes(text, strlen(text)) % 1024];

	while (at) {
		struct wanted *wanted = &writer->list[at - 1];
		if ((wanted->why != NULL) == comment && !strcmp(wanted->text, text))
			return wanted;
		at = wanted->next;
	}
	return NULL;
}

static struct wanted *append(struct writer *writer, const char *text, const char *why)
{
	struct wanted *list = pool_grow(
		&writer->check->pool, writer->list, writer->cnt, &writer->cap, sizeof(*list));

	if (!list) {
		writer->no_memory = true;
		return NULL;
	}
	writer->list = list;
	list[writer->cnt] = (struct wanted) {.text = text, .why = why};
	return &list[writer->cnt++];
}

/* Each once; a requirement wins over a comment. */
static void want(struct writer *writer, const char *text, const char *why)
{
	if (!text) {
		writer->no_memory = true;
		return;
	}
	struct wanted *comment = find(writer, text, true);
	if (find(writer, text, false) || (comment && why))
		return;
	if (comment)
		comment->is_elsewhere = true;
	size_t *bucket = &writer->buckets[hash_bytes(text, strlen(text)) % 1024];
	struct wanted *wanted = append(writer, text, why);
	if (!wanted)
		return;
	wanted->next = *bucket;
	*bucket = writer->cnt;
}

static void say(struct writer *writer, const char *text)
{
	if (!text)
		writer->no_memory = true;
	else
		append(writer, NULL, text);
}

/* A program that is loaded on request makes no requirement. */
static const char *reason_of_program(const struct writer *writer)
{
	return writer->program->optional ? "the program is loaded only on request" : NULL;
}

static void want_node(struct writer *writer, const struct require_node *node, const char *why)
{
	if (node)
		want(writer, node->text, why);
}

/* "struct task_struct___v5.comm[3]" is struct:task_struct.comm; NULL: it cannot be asked. */
static const char *core_question(
	struct pool *pool, const struct object *object, const struct object_core *core)
{
	_cleanup_buf_ struct buf told = {0}, text = {0};

	core_describe(object->btf, core->type_id, core->kind, core->access, &told);
	const char *at = buf_text(&told), *space = strchr(at, ' ');
	if (space && strspn(at, "abcdefghijklmnopqrstuvwxyz") != (size_t)(space - at))
		return NULL;
	buf_printf(&text, "%.*s:", space ? (int)(space - at) : 7, space ? at : "typedef");
	at = space ? space + 1 : at;
	size_t len = strcspn(at, ".[");
	const char *name = pool_strndup(pool, at, len);
	if (!name)
		return NULL;
	buf_printf(&text, "%.*s", (int)core_essential_len(name), name);
	for (at += len; *at; at += len) {
		len = 1 + strcspn(at + 1, ".[");
		if (*at == '.')
			buf_printf(&text, "%.*s", (int)len, at);
	}
	return check_is_plain(buf_text(&text)) ? pool_strdup(pool, buf_text(&text)) : NULL;
}

/* Only these make an instruction that the verifier refuses, if the kernel lacks what they name. */
static bool core_needs(uint32_t kind)
{
	return kind == CORE_FIELD_OFFSET || kind == CORE_FIELD_SIZE || kind == CORE_FIELD_SIGNED ||
		kind == CORE_FIELD_LSHIFT || kind == CORE_FIELD_RSHIFT ||
		kind == CORE_ENUMERATOR_VALUE;
}

static const char *guard_at(struct writer *writer, uint32_t section, uint32_t insn)
{
	const char *why = reason_of_program(writer);

	return why ? why : check_guard_of(&writer->flows, &writer->check->pool, section, insn);
}

static void write_core(
	struct writer *writer, const struct object_core *core, uint32_t section, uint32_t insn)
{
	struct pool *pool = &writer->check->pool;

	if (!core_needs(core->kind))
		return;
	const char *question = core_question(pool, writer->checked->object, core);
	if (question)
		want(writer, question, guard_at(writer, section, insn));
	else
		say(writer, "a type or field whose name cannot be written here");
}

static void write_call(
	struct writer *writer, const struct check_call *call, uint32_t section, uint32_t insn)
{
	const struct require_node *node = call->base_node ? call->base_node : call->node;

	if (node)
		want_node(writer, node, guard_at(writer, section, insn));
	else
		say(writer,
			pool_printf(&writer->check->pool, "%s: no question for it", call->name));
}

static void write_insn(struct writer *writer, uint32_t section, uint32_t at)
{
	const struct object *object = writer->checked->object;
	const struct object_insn *insn = &object->sections[section].insns[at];
	const struct object_link *link = &object->sections[section].links[at];
	const struct world_core *core = world_core_at(writer->world, section, at);
	const struct check_call *call = NULL;

	if (!flow_reaches(&writer->flows.any, section, at))
		return;
	enum check_form form = check_form_of(insn);
	if (form > CHECK_FORM_JUMP32)
		want_node(writer, writer->program->asks_forms[form],
			check_form_is_everywhere(form) ? reason_of_program(writer)
						       : guard_at(writer, section, at));
	if (core)
		write_core(writer, core->core, section, at);
	if (core || insn->code != (BPF_JMP | BPF_CALL))
		return;
	if (link->kind == OBJECT_LINK_EXTERN)
		call = check_find_call(writer->program, true, link->index);
	else if (link->kind == OBJECT_LINK_NONE && !insn->src)
		call = check_find_call(writer->program, false, (uint32_t)insn->imm);
	if (call)
		write_call(writer, call, section, at);
}

static void write_code(struct writer *writer)
{
	const struct object *object = writer->checked->object;
	const struct check_program *program = writer->program;

	for (size_t i = 0; i < program->member_cnt; i++) {
		const struct object_function *member = &object->functions[program->members[i]];
		for (uint32_t at = 0; at < member->cnt; at++)
			write_insn(writer, member->section, member->first + at);
	}
}

/* A freplace program, and a section without the target that it needs, are the loader's. */
static void write_context(struct writer *writer)
{
	const struct check_program *program = writer->program;
	const char *why = reason_of_program(writer);

	if (!program->context)
		say(writer, "libbpf knows no type for the section: the loader sets it");
	else if (check_lacks_target(program->section))
		say(writer, "the section names no target: the loader sets it");
	else {
		want_node(writer, program->asks_context, why);
		want_node(writer, program->asks_attach, why);
	}
}

static struct error *write_program(struct writer *writer, struct check_program *program)
{
	const struct flow_case any = {.assumption = FLOW_UNKNOWN};

	writer->program = program;
	writer->flows = (struct check_flows) {.world = writer->world, .entry = program->function};
	say(writer,
		pool_printf(&writer->check->pool, "program %s, SEC(\"%s%s\")", program->name,
			program->optional ? "?" : "", program->section));
	struct error *error = flow_run(writer->world, program->function, &any, &writer->flows.any);
	if (!error) {
		write_context(writer);
		write_code(writer);
		writer->no_memory |= writer->flows.no_memory;
	}
	check_flows_deinit(&writer->flows);
	return error;
}

static void write_extern(struct writer *writer, const struct object_extern *wanted)
{
	struct pool *pool = &writer->check->pool;
	const char *text = NULL, *weak = wanted->weak ? "a weak extern" : NULL;
	bool is_virtual = !strncmp(wanted->name, "LINUX_", 6);

	if (wanted->kind == OBJECT_EXTERN_KFUNC)
		text = pool_printf(
			pool, "func:%.*s", (int)core_essential_len(wanted->name), wanted->name);
	else if (wanted->kind == OBJECT_EXTERN_KCONFIG && !is_virtual)
		text = pool_printf(pool, "config:%s", wanted->name);
	if (text && check_is_plain(text))
		want(writer, text, weak);
	else if (!is_virtual && !weak)
		say(writer, pool_printf(pool, "%s: no question for this extern", wanted->name));
}

static void write_externs_and_maps(struct writer *writer)
{
	const struct object *object = writer->checked->object;

	if (object->extern_cnt || object->map_cnt)
		say(writer, "for every program of the object");
	for (uint32_t i = 0; i < object->extern_cnt; i++)
		write_extern(writer, &object->externs[i]);
	for (uint32_t i = 0; i < object->map_cnt; i++) {
		const struct require_node *node = writer->checked->map_nodes[i];
		if (node)
			want_node(writer, node, NULL);
		else
			say(writer,
				pool_printf(&writer->check->pool,
					"map %s: no question for its type", object->maps[i].name));
	}
}

static struct error *write_object(struct writer *writer, const struct check_object *checked)
{
	const struct check_kernel none = {.name = ""};
	_cleanup_pool_ struct pool pool = {0};
	struct world world;

	if (checked->object->refusal)
		return error_create(ERROR_INPUT, "no kernel makes up for that", "%s: %s",
			checked->name, checked->object->refusal);
	struct error *error = world_create(checked->object, &none, &pool, &world);
	writer->checked = checked;
	writer->world = &world;
	if (error)
		return error;
	say(writer, pool_printf(&writer->check->pool, "%s", checked->name));
	if (!object_is_gpl(checked->object))
		say(writer, "its licence is not the GPL: some helpers and all kfuncs refuse it");
	write_externs_and_maps(writer);
	for (size_t i = 0; i < checked->program_cnt && !error; i++)
		error = write_program(writer, &checked->programs[i]);
	return error;
}

static void print(const struct writer *writer, struct buf *out)
{
	for (size_t i = 0; i < writer->cnt; i++) {
		const struct wanted *wanted = &writer->list[i];
		if (wanted->is_elsewhere)
			continue;
		if (wanted->why)
			buf_puts(out, "# ");
		if (wanted->text)
			escape_text(out, wanted->text);
		if (wanted->text && wanted->why)
			buf_puts(out, "  # ");
		if (wanted->why)
			escape_text(out, wanted->why);
		buf_putc(out, '\n');
	}
}

struct error *check_render_requirements(struct check *check, struct buf *out)
{
	struct writer *writer = pool_alloc(&check->pool, sizeof(*writer));
	struct error *error = NULL;

	if (!writer)
		return error_no_memory();
	writer->check = check;
	for (size_t i = 0; i < check->object_cnt && !error; i++)
		error = write_object(writer, &check->objects[i]);
	if (error)
		return error;
	if (writer->no_memory)
		return error_no_memory();
	buf_puts(out,
		"# Requirements of BPF objects, by kcompat require --from-object.\n"
		"# Comments: what code tests for, and what a loader can choose.\n");
	print(writer, out);
	return NULL;
}
