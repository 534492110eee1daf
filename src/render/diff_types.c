/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types and functions in what diff prints: a summary that comes first, and what is listed. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "render/diff_types.h"
#include "render/type_change.h"
#include "util/json_write.h"
#include "util/wrap.h"

/* In the order of their use by programs. */
static const enum type_kind kinds_in_order[] = {TYPE_TRACEPOINT, TYPE_LSM_HOOK, TYPE_SYSCALL, TYPE_STRUCT, TYPE_UNION,
	TYPE_ENUM, TYPE_TYPEDEF, TYPE_VARIABLE, TYPE_FUNCTION};
#define KIND_ORDER_CNT (sizeof(kinds_in_order) / sizeof(kinds_in_order[0]))

struct printer {
	const struct diff_types *types;
	size_t width;
	struct buf *out;
};

void render_diff_line(struct buf *out, const char *text, size_t indent, size_t width)
{
	buf_pad(out, ' ', indent);
	wrap_escaped(out, text, indent, indent + 2, width);
	buf_putc(out, '\n');
}

static const char *plural(struct buf *text, const char *noun)
{
	buf_clear(text);
	buf_printf(text, "%ss", noun);
	return buf_text(text);
}

static void summary_line(struct buf *out, const char *noun, const size_t counts[TYPE_OUTCOME_CNT])
{
	buf_printf(out, "  %-14s %7zu %8zu %8zu\n", noun, counts[TYPE_ADDED], counts[TYPE_REMOVED], counts[TYPE_CHANGED]);
}

/* Calls of programs, from the other part of the comparison. */
static void summary_of_calls(const struct differences *differences, enum subject_kind kind, struct buf *out)
{
	size_t counts[TYPE_OUTCOME_CNT] = {0};
	_cleanup_buf_ struct buf noun = {0};

	for (size_t i = 0; i < differences->cnt; i++) {
		const struct difference *difference = &differences->list[i];
		const struct comparison *comparison = &difference->comparison;
		if (difference->subject.kind != kind || !comparison->cnt)
			continue;
		const char *what = comparison->cnt == 1 ? comparison->list[0].what : "";
		counts[!strcmp(what, "added") ? TYPE_ADDED : !strcmp(what, "removed") ? TYPE_REMOVED : TYPE_CHANGED]++;
	}
	summary_line(out, plural(&noun, subject_kind_noun(kind)), counts);
}

void render_diff_types_summary(
	const struct diff_types *types, const struct differences *differences, size_t width, struct buf *out)
{
	const struct type_differences *all = types->differences;
	_cleanup_buf_ struct buf noun = {0};

	if (!types->summary && !types->unknown)
		return;
	if (types->unknown) {
		render_diff_line(out, types->unknown, 2, width);
		return;
	}
	buf_printf(out, "\n%-16s %7s %8s %8s\n", "summary", "added", "removed", "changed");
	for (size_t i = 0; i < KIND_ORDER_CNT; i++) {
		enum type_kind kind = kinds_in_order[i];
		if (kind == TYPE_STRUCT) {
			summary_of_calls(differences, SUBJECT_KFUNC, out);
			summary_of_calls(differences, SUBJECT_HELPER, out);
		}
		if (all->known[kind])
			summary_line(out, plural(&noun, type_kind_noun(kind)), all->counts[kind]);
		else
			buf_printf(out, "  %-14s unknown on one of both\n", plural(&noun, type_kind_noun(kind)));
	}
	buf_clear(&noun);
	buf_printf(&noun, "members of structs and unions that both have: %zu added, %zu removed, %zu probably renamed, "
			  "%zu of another type",
		all->fields.added, all->fields.removed, all->fields.renamed, all->fields.retyped);
	render_diff_line(out, buf_text(&noun), 2, width);
	out->failed |= noun.failed;
}

static void diff_types_line(struct printer *printer, const char *text, size_t indent)
{
	render_diff_line(printer->out, text, indent, printer->width);
}

static bool is_listed(const struct diff_types *types, const struct type_difference *difference)
{
	return types->listed >> difference->kind & 1;
}

static size_t count_listed(
	const struct type_differences *all, enum type_kind kind, enum type_outcome outcome)
{
	size_t cnt = 0;

	for (size_t i = 0; i < all->cnt; i++)
		cnt += all->list[i].kind == kind && all->list[i].outcome == outcome;
	return cnt;
}

static void put_names(struct printer *printer, enum type_kind kind, enum type_outcome outcome)
{
	const struct type_differences *all = printer->types->differences;
	_cleanup_buf_ struct buf text = {0};

	size_t cnt = count_listed(all, kind, outcome);

	if (!cnt)
		return;
	buf_printf(&text, "%s (%zu):", type_outcome_word(outcome), cnt);
	for (size_t i = 0; i < all->cnt; i++) {
		if (all->list[i].kind == kind && all->list[i].outcome == outcome)
			buf_printf(&text, " %s", all->list[i].name);
	}
	diff_types_line(printer, buf_text(&text), 2);
	printer->out->failed |= text.failed;
}

static void put_detail(void *listener, const char *label, const struct buf *text)
{
	struct printer *printer = listener;
	_cleanup_buf_ struct buf line = {0};

	buf_printf(&line, "%-8s ", label);
	buf_puts(&line, buf_text(text));
	diff_types_line(printer, buf_text(&line), 4);
	printer->out->failed |= line.failed;
}

static bool has_parts(const struct type_change *change)
{
	return change->added_cnt || change->removed_cnt || change->renamed_cnt || change->retyped_cnt || change->moved_cnt;
}

static void put_changed(struct printer *printer, const struct type_difference *difference)
{
	const struct change_lines lines = {put_detail, printer, difference->kind, printer->types->deep};
	const struct type_form *a = difference->a, *b = difference->b;
	_cleanup_buf_ struct buf text = {0}, declarations = {0};

	buf_puts(&text, difference->name);
	if (!a || !b) {
		buf_printf(&text, ": %s type of that name", b ? "one more" : "one less");
		diff_types_line(printer, buf_text(&text), 2);
		return;
	}
	if (a->size_bytes != b->size_bytes)
		buf_printf(&text, ": %" PRIu32 " -> %" PRIu32 " bytes", a->size_bytes, b->size_bytes);
	else if (!has_parts(&difference->change) && !difference->change.declared)
		buf_puts(&text, ": only in types without a name that it has inside");
	diff_types_line(printer, buf_text(&text), 2);
	if (difference->change.declared && a->declaration && b->declaration) {
		buf_printf(&declarations, "%s -> %s", a->declaration, b->declaration);
		put_detail(printer, "", &declarations);
		/* The declarations have it all. */
		if (a->returns)
			return;
	}
	put_change_details(&lines, &difference->change);
}

static void put_kind(struct printer *printer, enum type_kind kind)
{
	const struct type_differences *all = printer->types->differences;
	size_t cnt = 0;

	for (enum type_outcome outcome = 0; outcome < TYPE_OUTCOME_CNT; outcome++)
		cnt += count_listed(all, kind, outcome);
	if (!cnt)
		return;
	buf_printf(printer->out, "\n%ss: %zu changed\n", type_kind_noun(kind), cnt);
	put_names(printer, kind, TYPE_ADDED);
	put_names(printer, kind, TYPE_REMOVED);
	for (size_t i = 0; i < all->cnt; i++) {
		if (all->list[i].kind == kind && all->list[i].outcome == TYPE_CHANGED)
			put_changed(printer, &all->list[i]);
	}
}

void render_diff_types_text(const struct diff_types *types, size_t width, struct buf *out)
{
	struct printer printer = {types, width, out};
	_cleanup_buf_ struct buf noun = {0}, others = {0};

	for (size_t i = 0; i < KIND_ORDER_CNT && types->differences; i++) {
		enum type_kind kind = kinds_in_order[i];
		const size_t *counts = types->differences->counts[kind];
		if (types->listed >> kind & 1)
			put_kind(&printer, kind);
		else if (types->summary && counts[TYPE_ADDED] + counts[TYPE_REMOVED] + counts[TYPE_CHANGED]) {
			buf_printf(&others, "%s %s", others.len ? "," : "not listed, without --only or --name:",
				plural(&noun, type_kind_word(kind)));
		}
	}
	if (!others.len)
		return;
	buf_putc(out, '\n');
	render_diff_line(out, buf_text(&others), 0, width);
}

static json_t *json_part(const struct type_part *part)
{
	return json_pack("{s:o,s:o,s:I,s:I}", "name", json_text_or_null(part->name), "type",
		json_text_or_null(part->type), part->type ? "at" : "value", (json_int_t)part->at, "bits",
		(json_int_t)part->bits);
}

static json_t *json_one(const struct type_part **list, size_t cnt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, json_part(list[i]));
	return array;
}

static json_t *json_pairs(const struct type_part **list, size_t cnt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, json_pack("[o,o]", json_part(list[2 * i]), json_part(list[2 * i + 1])));
	return array;
}

static json_t *json_difference(const struct type_difference *difference)
{
	const struct type_form *a = difference->a, *b = difference->b;
	const struct type_change *change = &difference->change;
	json_t *object = json_pack("{s:s,s:o,s:s}", "kind", type_kind_word(difference->kind), "name",
		json_text_or_null(difference->name), "outcome", type_outcome_word(difference->outcome));

	if (!a || !b)
		return object;
	json_object_set_new(object, "size", json_pack("[I,I]", (json_int_t)a->size_bytes, (json_int_t)b->size_bytes));
	json_object_set_new(object, "declaration",
		json_pack("[o,o]", json_text_or_null(a->declaration), json_text_or_null(b->declaration)));
	json_object_set_new(object, "added", json_one(change->added, change->added_cnt));
	json_object_set_new(object, "removed", json_one(change->removed, change->removed_cnt));
	json_object_set_new(object, "probably_renamed", json_pairs(change->renamed, change->renamed_cnt));
	json_object_set_new(object, "retyped", json_pairs(change->retyped, change->retyped_cnt));
	json_object_set_new(object, "moved", json_pairs(change->moved, change->moved_cnt));
	return object;
}

static json_t *json_summary(const struct type_differences *all)
{
	json_t *object = json_object();

	for (size_t i = 0; i < KIND_ORDER_CNT; i++) {
		enum type_kind kind = kinds_in_order[i];
		const size_t *counts = all->counts[kind];
		json_object_set_new(object, type_kind_word(kind),
			all->known[kind] ? json_pack("{s:I,s:I,s:I}", "added", (json_int_t)counts[TYPE_ADDED], "removed",
						   (json_int_t)counts[TYPE_REMOVED], "changed", (json_int_t)counts[TYPE_CHANGED])
					 : json_null());
	}
	json_object_set_new(object, "members",
		json_pack("{s:I,s:I,s:I,s:I}", "added", (json_int_t)all->fields.added, "removed", (json_int_t)all->fields.removed,
			"probably_renamed", (json_int_t)all->fields.renamed, "retyped", (json_int_t)all->fields.retyped));
	return object;
}

json_t *render_diff_types_json(const struct diff_types *types)
{
	json_t *array = json_array();

	if (types->unknown || !types->differences) {
		json_decref(array);
		return json_pack("{s:o}", "unknown", json_text_or_null(types->unknown));
	}
	for (size_t i = 0; i < types->differences->cnt; i++) {
		if (is_listed(types, &types->differences->list[i]))
			json_array_append_new(array, json_difference(&types->differences->list[i]));
	}
	return json_pack("{s:n,s:o,s:o}", "unknown", "summary", json_summary(types->differences), "list", array);
}
