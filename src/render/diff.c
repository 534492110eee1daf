/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"
#include "util/escape.h"

#include <string.h>

#include "render/diff_types.h"
#include "render/parts.h"
#include "util/wrap.h"

struct printer {
	const struct differences *differences;
	size_t width;
	struct buf *out;
};

static void diff_line(struct printer *printer, const char *text, size_t indent)
{
	render_diff_line(printer->out, text, indent, printer->width);
}

static bool is_only(const struct difference *difference, const char *what)
{
	return difference->comparison.cnt == 1 && !strcmp(difference->comparison.list[0].what, what);
}

/* Added or removed names, as one paragraph. */
static void diff_names(struct printer *printer, enum subject_kind kind, const char *what)
{
	_cleanup_buf_ struct buf text = {0};
	size_t cnt = 0;

	for (size_t i = 0; i < printer->differences->cnt; i++) {
		const struct difference *difference = &printer->differences->list[i];
		if (difference->subject.kind != kind || !is_only(difference, what))
			continue;
		buf_printf(&text, " %s", difference->subject.name);
		cnt++;
	}
	if (!cnt)
		return;
	_cleanup_buf_ struct buf whole = {0};
	buf_printf(&whole, "%s (%zu):%s", what, cnt, buf_text(&text));
	diff_line(printer, buf_text(&whole), 2);
}

static bool diff_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_changes(const struct comparison *a, const struct comparison *b)
{
	bool same = a->cnt == b->cnt;

	for (size_t i = 0; same && i < a->cnt; i++)
		same = diff_same_text(a->list[i].what, b->list[i].what) &&
			diff_same_text(a->list[i].before, b->list[i].before) &&
			diff_same_text(a->list[i].after, b->list[i].after) &&
			diff_same_text(a->list[i].contexts, b->list[i].contexts);
	return same;
}

/* Subjects with the same changes are printed together, at the place of the first one. */
static void diff_changed(struct printer *printer, size_t first)
{
	const struct differences *all = printer->differences;
	const struct comparison *comparison = &all->list[first].comparison;
	_cleanup_buf_ struct buf names = {0};

	for (size_t i = 0; i < all->cnt; i++) {
		if (all->list[i].subject.kind != all->list[first].subject.kind ||
			!same_changes(&all->list[i].comparison, comparison))
			continue;
		if (i < first)
			return;
		buf_printf(&names, "%s%s", names.len ? " " : "", all->list[i].subject.name);
	}
	diff_line(printer, buf_text(&names), 2);
	for (size_t i = 0; i < comparison->cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		put_change(&text, &comparison->list[i]);
		diff_line(printer, buf_text(&text), 4);
	}
}

/* Subjects that are unknown on one of the kernels, grouped by reason. */
static void untold(struct printer *printer, enum subject_kind kind)
{
	const struct differences *all = printer->differences;

	for (size_t i = 0; i < all->cnt; i++) {
		const char *reason = all->list[i].comparison.unknown;
		_cleanup_buf_ struct buf text = {0};
		bool said = !reason || all->list[i].subject.kind != kind;
		for (size_t k = 0; k < i && !said; k++)
			said = all->list[k].subject.kind == kind && all->list[k].comparison.unknown &&
				!strcmp(all->list[k].comparison.unknown, reason);
		if (said)
			continue;
		buf_printf(&text, "cannot be compared, %s:", reason);
		for (size_t k = i; k < all->cnt; k++) {
			if (all->list[k].subject.kind == kind && all->list[k].comparison.unknown &&
				!strcmp(all->list[k].comparison.unknown, reason))
				buf_printf(&text, " %s", all->list[k].subject.name);
		}
		diff_line(printer, buf_text(&text), 2);
	}
}

static bool has_kind(const struct differences *differences, enum subject_kind kind)
{
	for (size_t i = 0; i < differences->cnt; i++) {
		if (differences->list[i].subject.kind == kind)
			return true;
	}
	return false;
}

static void section(struct printer *printer, enum subject_kind kind)
{
	const struct differences *all = printer->differences;

	if (!has_kind(all, kind))
		return;
	buf_printf(printer->out, "\n%ss: %zu changed\n", subject_kind_noun(kind), all->per_kind[kind]);
	diff_names(printer, kind, "added");
	diff_names(printer, kind, "removed");
	for (size_t i = 0; i < all->cnt; i++) {
		const struct difference *difference = &all->list[i];
		if (difference->subject.kind == kind && difference->comparison.cnt &&
			!is_only(difference, "added") && !is_only(difference, "removed"))
			diff_changed(printer, i);
	}
	untold(printer, kind);
}

void render_diff_text(const struct history *history, const struct differences *differences,
	const struct diff_types *types, size_t width, struct buf *out)
{
	struct printer printer = {differences, width, out};
	_cleanup_buf_ struct buf head = {0};
	size_t type_cnt = types && types->differences ? types->differences->cnt : 0;

	buf_printf(&head, "%s (%s) -> %s (%s): %zu changed, %zu inconclusive",
		history->rows[0].label, row_evidence(&history->rows[0]), history->rows[1].label,
		row_evidence(&history->rows[1]), differences->changed + type_cnt, differences->untold);
	diff_line(&printer, buf_text(&head), 0);
	if (types)
		render_diff_types_summary(types, differences, width, out);
	for (int kind = 0; kind < SUBJECT_KIND_CNT; kind++)
		section(&printer, kind);
	if (types)
		render_diff_types_text(types, width, out);
}
