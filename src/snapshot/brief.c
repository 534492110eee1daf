/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The roll-up of the cells: for each kfunc and helper, the contexts in which it can be used, by
 * program type. Contexts that did not answer are listed once, and no name says anything about them.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot/write.h"
#include "util/json_write.h"

/* The contexts of one program type that answered. */
struct type {
	const char *name;
	size_t *contexts; /* [cnt] indices of the snapshot */
	size_t cnt;
};

struct roll {
	struct renderer renderer;
	struct pool pool;
	struct type *types;
	size_t type_cnt;
	bool *in; /* [context_cnt]: the contexts of the list that is written */
};

/* X(enumerator, key) */
#define USES(X)                                                                                    \
	X(USABLE, "usable")                                                                        \
	X(CONDITIONAL, "conditional")                                                              \
	X(UNKNOWN, "unknown")

enum use {
#define USE_ENUM(name, word) USE_##name,
	USES(USE_ENUM)
#undef USE_ENUM
	USE_CNT /* not usable */
};

static const char *const use_words[] = {
#define USE_WORD(name, word) word,
	USES(USE_WORD)
#undef USE_WORD
};

static enum use use_of(enum cell_state state)
{
	if (cell_state_usable(state))
		return USE_USABLE;
	if (state == CELL_CONDITIONAL)
		return USE_CONDITIONAL;
	return cell_state_definite(state) ? USE_CNT : USE_UNKNOWN;
}

static struct type *type_of(struct roll *roll, const char *name)
{
	for (size_t i = 0; i < roll->type_cnt; i++) {
		if (!strcmp(roll->types[i].name, name))
			return &roll->types[i];
	}
	struct type *type = &roll->types[roll->type_cnt];
	type->contexts = pool_calloc(
		&roll->pool, roll->renderer.snapshot->context_cnt, sizeof(*type->contexts));
	if (!type->contexts)
		return NULL;
	type->name = name;
	roll->type_cnt++;
	return type;
}

static bool find_types(struct roll *roll)
{
	const struct snapshot *snapshot = roll->renderer.snapshot;

	roll->types = pool_calloc(&roll->pool, snapshot->context_cnt + 1, sizeof(*roll->types));
	roll->in = pool_calloc(&roll->pool, snapshot->context_cnt + 1, sizeof(*roll->in));
	if (!roll->types || !roll->in)
		return false;
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (snapshot->contexts[i].state != SUPPORT_OK)
			continue;
		struct type *type = type_of(roll, snapshot->contexts[i].program_type);
		if (!type)
			return false;
		type->contexts[type->cnt++] = i;
	}
	return true;
}

static const char *name_at(const struct roll *roll, const struct type *type, size_t at)
{
	return roll->renderer.snapshot->contexts[type->contexts[at]].name;
}

/* Are all contexts with the prefix in the list, and more than one? */
static bool is_whole(
	const struct roll *roll, const struct type *type, const char *prefix, size_t len)
{
	size_t cnt = 0;

	for (size_t i = 0; i < type->cnt; i++) {
		if (strncmp(name_at(roll, type, i), prefix, len))
			continue;
		if (!roll->in[type->contexts[i]])
			return false;
		cnt++;
	}
	return cnt > 1;
}

/* The length of the shortest prefix, up to a slash, whose contexts are all in the list; 0: none. */
static size_t whole_prefix(const struct roll *roll, const struct type *type, const char *name)
{
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t len = (size_t)(slash + 1 - name);
		if (is_whole(roll, type, name, len))
			return len;
	}
	return 0;
}

static void append_prefix(struct roll *roll, json_t *array, const char *name, size_t len)
{
	_cleanup_buf_ struct buf text = {0};

	buf_add(&text, name, len);
	buf_puts(&text, EVIDENCE_OF_ALL);
	roll->renderer.failed |= text.failed;
	write_append(&roll->renderer, array, json_text_or_null(buf_text(&text)));
}

/* Drops from the list what a prefix says. */
static void drop_prefix(struct roll *roll, const struct type *type, const char *prefix, size_t len)
{
	for (size_t i = 0; i < type->cnt; i++) {
		if (!strncmp(name_at(roll, type, i), prefix, len))
			roll->in[type->contexts[i]] = false;
	}
}

/* The contexts of the type that are in the list. NULL: none of them is. */
static json_t *contexts_in(struct roll *roll, const struct type *type)
{
	size_t cnt = 0;
	json_t *array;

	for (size_t i = 0; i < type->cnt; i++)
		cnt += roll->in[type->contexts[i]];
	if (!cnt)
		return NULL;
	array = json_array();
	if (cnt == type->cnt) {
		append_prefix(roll, array, "", 0);
		return array;
	}
	for (size_t i = 0; i < type->cnt; i++) {
		const char *name = name_at(roll, type, i);
		if (!roll->in[type->contexts[i]])
			continue;
		size_t len = whole_prefix(roll, type, name);
		if (!len) {
			write_append(&roll->renderer, array, json_text_or_null(name));
			continue;
		}
		append_prefix(roll, array, name, len);
		drop_prefix(roll, type, name, len);
	}
	return array;
}

static json_t *types_in(struct roll *roll, const struct cell *cells, enum use use)
{
	json_t *object = json_object();

	for (size_t i = 0; i < roll->renderer.snapshot->context_cnt; i++)
		roll->in[i] = use_of(cells[i].state) == use;
	for (size_t i = 0; i < roll->type_cnt; i++) {
		json_t *contexts = contexts_in(roll, &roll->types[i]);
		if (contexts)
			write_set(&roll->renderer, object, roll->types[i].name, contexts);
	}
	return object;
}

/* `usable` is always there: a reader may ask for a type in it. */
static void set_uses(struct roll *roll, json_t *object, const struct cell *cells)
{
	for (int use = 0; use < USE_CNT; use++) {
		json_t *types = types_in(roll, cells, use);
		if (use == USE_USABLE || json_object_size(types))
			write_set(&roll->renderer, object, use_words[use], types);
		else
			json_decref(types);
	}
}

static void put_kfuncs(struct roll *roll, struct json_members *root)
{
	const struct snapshot *snapshot = roll->renderer.snapshot;

	json_members_list(root, "kfuncs");
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		json_t *object = json_object();
		write_text(&roll->renderer, object, "name", snapshot->kfuncs[i].name);
		write_text(&roll->renderer, object, "module", snapshot->kfuncs[i].module);
		set_uses(roll, object, snapshot->kfuncs[i].cells);
		json_members_element(root, object);
	}
	json_members_list_end(root);
}

static void put_helpers(struct roll *roll, struct json_members *root)
{
	const struct snapshot *snapshot = roll->renderer.snapshot;

	json_members_list(root, "helpers");
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		json_t *object = json_object();
		write_text(&roll->renderer, object, "name", snapshot->helpers[i].name);
		write_set(&roll->renderer, object, "id", json_integer(snapshot->helpers[i].id));
		set_uses(roll, object, snapshot->helpers[i].cells);
		json_members_element(root, object);
	}
	json_members_list_end(root);
}

static json_t *answered(struct roll *roll)
{
	json_t *object = json_object();

	for (size_t i = 0; i < roll->type_cnt; i++) {
		json_t *array = json_array();
		for (size_t k = 0; k < roll->types[i].cnt; k++)
			write_append(&roll->renderer, array,
				json_text_or_null(name_at(roll, &roll->types[i], k)));
		write_set(&roll->renderer, object, roll->types[i].name, array);
	}
	return object;
}

static json_t *unanswered(struct roll *roll)
{
	const struct snapshot *snapshot = roll->renderer.snapshot;
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		if (context->state == SUPPORT_OK || context->state == SUPPORT_UNSUPPORTED)
			continue;
		json_t *object = json_object();
		write_text(&roll->renderer, object, "name", context->name);
		write_text(&roll->renderer, object, "program_type", context->program_type);
		write_text(&roll->renderer, object, "state", support_state_word(context->state));
		write_text(&roll->renderer, object, "reason", context->reason);
		write_append(&roll->renderer, array, object);
	}
	return array;
}

static json_t *brief_source(struct roll *roll)
{
	const struct snapshot *snapshot = roll->renderer.snapshot;
	json_t *object = json_object();

	write_text(&roll->renderer, object, "kind", snapshot->source_kind);
	write_set(&roll->renderer, object, "facts",
		write_texts(&roll->renderer, snapshot->facts, snapshot->fact_cnt));
	return object;
}

static void put_brief(struct roll *roll, struct json_members *root)
{
	json_t *meta = json_object();

	write_text(&roll->renderer, meta, "kcompat", KCOMPAT_VERSION);
	json_members_begin(root);
	json_members_put(root, "schema", json_string(BRIEF_SCHEMA));
	json_members_put(root, "meta", meta);
	json_members_put(root, "kernel", write_kernel(&roll->renderer));
	json_members_put(root, "source", brief_source(roll));
	json_members_put(root, "limits", write_limits(&roll->renderer));
	json_members_put(root, "contexts", answered(roll));
	json_members_put(root, "unanswered", unanswered(roll));
	put_kfuncs(roll, root);
	put_helpers(roll, root);
	json_members_end(root);
	buf_putc(root->out, '\n');
}

struct error *render_brief(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out)
{
	struct roll roll = {.renderer = {.snapshot = snapshot, .options = options}};
	struct json_members root = {.out = out, .one_line = options->one_line, .flat = true};
	bool ok = find_types(&roll);

	if (ok)
		put_brief(&roll, &root);
	pool_destroy(&roll.pool);
	return !ok || roll.renderer.failed || root.failed || out->failed ? error_no_memory() : NULL;
}
