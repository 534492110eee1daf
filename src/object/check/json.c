/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>

#include "object/check/check.h"
#include "util/json_write.h"

static void put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_text_or_null(text));
}

static json_t *line_json(const struct object_line *line)
{
	json_t *object = json_object();

	put_text(object, "file", line->file);
	json_object_set_new(object, "line", json_integer(line->line));
	put_text(object, "text", line->text);
	return object;
}

static json_t *need_json(const struct check_need *need)
{
	json_t *object = json_object();

	put_text(object, "kind", check_kind_word(need->kind));
	put_text(object, "name", need->name);
	put_text(object, "state", check_state_word(need->state));
	put_text(object, "reason", need->reason);
	put_text(object, "scope", need->of_object ? "object" : "program");
	put_text(object, "guard", need->guard);
	put_text(object, "hint", need->hint);
	if (need->guarded)
		json_object_set_new(object, "guarded", json_true());
	if (need->predicted)
		json_object_set_new(object, "predicted", json_true());
	if (need->line)
		json_object_set_new(object, "source", line_json(need->line));
	return object;
}

static json_t *cell_json(const struct check *check, const struct check_cell *cell, size_t kernel)
{
	json_t *object = json_object(), *needs = json_array();

	put_text(object, "kernel", check->kernels[kernel].name);
	put_text(object, "load", check_state_word(cell->load));
	put_text(object, "attach", check_state_word(cell->attach));
	for (size_t i = 0; i < cell->need_cnt; i++)
		json_array_append_new(needs, need_json(&cell->needs[i]));
	json_object_set_new(object, "needs", needs);
	return object;
}

static json_t *proof_json(const struct proof *proof)
{
	json_t *object = json_object();

	put_text(object, "load", proof_state_word(proof->load));
	if (proof->attach != PROOF_NONE)
		put_text(object, "attach", proof_state_word(proof->attach));
	if (proof->errnum)
		json_object_set_new(object, "errno", json_integer(proof->errnum));
	put_text(object, "words", proof->words);
	json_object_set_new(object, "by_libbpf", json_boolean(proof->by_libbpf));
	put_text(object, "libbpf", proof_libbpf_version());
	return object;
}

static json_t *program_json(const struct check *check, const struct check_program *program)
{
	json_t *object = json_object(), *kernels = json_array();

	put_text(object, "name", program->name);
	put_text(object, "section", program->section);
	put_text(object, "context", program->context);
	json_object_set_new(object, "optional", json_boolean(program->optional));
	for (size_t i = 0; i < check->kernel_cnt; i++)
		json_array_append_new(kernels, cell_json(check, &program->cells[i], i));
	if (program->proof.load != PROOF_NONE)
		json_object_set_new(object, "proof", proof_json(&program->proof));
	json_object_set_new(object, "kernels", kernels);
	return object;
}

static json_t *object_json(const struct check *check, const struct check_object *checked)
{
	json_t *object = json_object(), *programs = json_array();

	put_text(object, "name", checked->name);
	put_text(object, "license", checked->object->license);
	for (size_t i = 0; i < checked->program_cnt; i++)
		json_array_append_new(programs, program_json(check, &checked->programs[i]));
	json_object_set_new(object, "programs", programs);
	return object;
}

static json_t *kernel_json(const struct check_kernel *kernel)
{
	const struct kernel_identity *identity = &kernel->scope.snapshot->kernel;
	json_t *object = json_object();

	put_text(object, "name", kernel->name);
	put_text(object, "release", identity->release);
	put_text(object, "arch", identity->arch);
	put_text(object, "source",
		kernel->scope.kernel ? "running" : kernel->scope.snapshot->source_kind);
	json_object_set_new(object, "types", json_boolean(kernel->has_types));
	return object;
}

void check_render_json(
	const struct check *check, enum check_state settled, bool one_line, struct buf *out)
{
	struct json_members root = {.out = out, .one_line = one_line};
	json_t *kernels = json_array();

	for (size_t i = 0; i < check->kernel_cnt; i++)
		json_array_append_new(kernels, kernel_json(&check->kernels[i]));
	json_members_begin(&root);
	json_members_put(&root, "schema", json_string(CHECK_SCHEMA));
	json_members_put(&root, "verdict", json_string(check_state_word(settled)));
	json_members_put(&root, "kernels", kernels);
	json_members_list(&root, "objects");
	for (size_t i = 0; i < check->object_cnt; i++)
		json_members_element(&root, object_json(check, &check->objects[i]));
	json_members_list_end(&root);
	json_members_end(&root);
	buf_putc(out, '\n');
	out->failed |= root.failed;
}
