/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>

#include "require/matrix.h"
#include "util/json_write.h"

/* NULL is left out. */
static void json_put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_text_or_null(text));
}

static json_t *evidence_json(const struct require_verdict *verdict)
{
	json_t *evidence = json_object();

	json_put_text(evidence, "state", verdict->state);
	if (verdict->errnum)
		json_object_set_new(evidence, "errno", json_integer(verdict->errnum));
	json_put_text(evidence, "line", verdict->line);
	json_put_text(evidence, "missing", verdict->missing);
	return evidence;
}

static json_t *node_json(const struct require_answer *answer, const struct require_node *node)
{
	const struct require_verdict *verdict = require_verdict_of(answer, node);
	json_t *object = json_object();

	json_put_text(object, "requirement", node->text);
	json_put_text(object, "result", require_value_word(verdict->value));
	json_put_text(object, "reason", verdict->reason);
	if (verdict->state && !node->member_cnt)
		json_object_set_new(object, "evidence", evidence_json(verdict));
	if (verdict->predicted)
		json_object_set_new(object, "predicted", json_true());
	if (!node->member_cnt)
		return object;
	json_t *members = json_array();
	for (size_t i = 0; i < node->member_cnt; i++)
		json_array_append_new(members, node_json(answer, node->members[i]));
	json_object_set_new(object, "members", members);
	return object;
}

static json_t *requirement_json(
	const struct require_answer *answer, const struct requirement *requirement)
{
	json_t *object = node_json(answer, requirement->root);

	json_put_text(object, "flag", requirement->flag);
	json_object_set_new(object, "optional", json_boolean(requirement->optional));
	return object;
}

static json_t *require_json_kernel_json(const struct require_scope *scope, const char *name)
{
	const struct kernel_identity *identity = &scope->snapshot->kernel;
	json_t *object = json_object();

	json_put_text(object, "name", name);
	json_put_text(object, "release", identity->release);
	json_put_text(object, "arch", identity->arch);
	json_put_text(object, "source", scope->kernel ? "running" : scope->snapshot->source_kind);
	return object;
}

static json_t *requirements_json(const struct require_list *list, const struct require_answer *answer)
{
	json_t *requirements = json_array();

	for (size_t i = 0; i < list->cnt; i++)
		json_array_append_new(requirements, requirement_json(answer, &list->list[i]));
	return requirements;
}

static void json_put_document(json_t *root, size_t flags, struct buf *out)
{
	if (!json_write(root, flags, out))
		out->failed = true;
	buf_putc(out, '\n');
}

void render_require_json(const struct require_list *list, const struct require_answer *answer,
	const struct require_scope *scope, enum tristate settled, bool one_line, struct buf *out)
{
	json_t *root = json_object();

	json_put_text(root, "schema", REQUIRE_SCHEMA);
	json_object_set_new(root, "kernel", require_json_kernel_json(scope, NULL));
	json_put_text(root, "verdict", require_settled_word(settled));
	json_object_set_new(root, "requirements", requirements_json(list, answer));
	json_put_document(root, one_line ? JSON_COMPACT : JSON_INDENT(2), out);
}

/* The members that a kernel has in both forms. */
static void json_put_kernel(
	json_t *object, const struct require_matrix *matrix, const struct require_kernel *kernel)
{
	json_object_set_new(object, "kernel", require_json_kernel_json(&kernel->scope, kernel->name));
	json_put_text(object, "verdict", require_settled_word(kernel->settled));
	if (kernel->excepted)
		json_object_set_new(object, "accepted", json_true());
	json_object_set_new(object, "requirements", requirements_json(matrix->list, &kernel->answer));
}

void render_matrix_json(const struct require_matrix *matrix, struct buf *out)
{
	json_t *root = json_object(), *kernels = json_array();

	json_put_text(root, "schema", MATRIX_SCHEMA);
	json_put_text(root, "need", require_need_word(matrix->need));
	json_put_text(root, "verdict", require_settled_word(matrix->value));
	for (size_t i = 0; i < matrix->cnt; i++) {
		json_t *object = json_object();
		json_put_kernel(object, matrix, &matrix->kernels[i]);
		json_array_append_new(kernels, object);
	}
	json_object_set_new(root, "kernels", kernels);
	json_put_document(root, JSON_INDENT(2), out);
}

void render_matrix_jsonl(const struct require_matrix *matrix, struct buf *out)
{
	for (size_t i = 0; i < matrix->cnt; i++) {
		json_t *root = json_object();
		json_put_text(root, "schema", REQUIRE_SCHEMA);
		json_put_kernel(root, matrix, &matrix->kernels[i]);
		json_put_document(root, JSON_COMPACT, out);
	}
}
