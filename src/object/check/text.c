/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row a program, one column a kernel; below it what is not met, and where the source needs it.
 */
#include "object/check/parts.h"
#include "util/colour.h"
#include "util/escape.h"
#include "util/wrap.h"
#include "util/file.h"

#include <string.h>

#define NAME_COLUMN_MAX 44u
#define COLUMN_MIN 9u
#define PROGRAMS_NAMED_MAX 4

/* Of a program that does not load, attaching tells nothing. */
static enum check_state worst_of(const struct check_cell *cell)
{
	return cell->load != CHECK_MET ? cell->load : cell->attach;
}

static const char *cell_colour(enum check_state state)
{
	return state == CHECK_MET ? COLOUR_GOOD : state == CHECK_UNMET ? COLOUR_BAD : COLOUR_DOUBT;
}

static void put_padded(struct buf *out, const char *text, size_t width)
{
	_cleanup_buf_ struct buf plain = {0};

	escape_text(&plain, text);
	out->failed |= plain.failed;
	buf_puts(out, buf_text(&plain));
	if (plain.len < width)
		buf_pad(out, ' ', width - plain.len);
}

static size_t column_width(const struct check *check, size_t kernel)
{
	size_t len = strlen(check->kernels[kernel].name);

	return len < COLUMN_MIN ? COLUMN_MIN : len;
}

static size_t name_width(const struct check_object *checked)
{
	size_t width = strlen(checked->name);

	for (size_t i = 0; i < checked->program_cnt; i++) {
		size_t len = strlen(checked->programs[i].name) + 2;
		width = len > width ? len : width;
	}
	return width > NAME_COLUMN_MAX ? NAME_COLUMN_MAX : width;
}

static void put_cell(const struct check *check, const struct check_cell *cell, size_t kernel,
	bool last, bool colour, struct buf *out)
{
	const char *word = check_cell_word(cell);
	size_t width = column_width(check, kernel), len = strlen(word);

	buf_puts(out, "  ");
	if (colour)
		buf_puts(out, cell_colour(worst_of(cell)));
	buf_puts(out, word);
	if (colour)
		buf_puts(out, COLOUR_END);
	if (!last && len < width)
		buf_pad(out, ' ', width - len);
}

/* How many kernels fit beside the names, at least one. */
static size_t fold_end(const struct check *check, size_t from, size_t width)
{
	size_t used = 0, i = from;

	while (i < check->kernel_cnt && (i == from || used + 2 + column_width(check, i) <= width))
		used += 2 + column_width(check, i++);
	return i;
}

static void put_table(const struct check *check, const struct check_object *checked, size_t from,
	size_t to, bool colour, struct buf *out)
{
	size_t names = name_width(checked);

	put_padded(out, checked->name, names);
	for (size_t k = from; k < to; k++) {
		buf_puts(out, "  ");
		put_padded(out, check->kernels[k].name, k + 1 < to ? column_width(check, k) : 0);
	}
	buf_putc(out, '\n');
	for (size_t i = 0; i < checked->program_cnt; i++) {
		const struct check_program *program = &checked->programs[i];
		buf_puts(out, program->optional ? " ?" : "  ");
		put_padded(out, program->name, names - 2);
		for (size_t k = from; k < to; k++)
			put_cell(check, &program->cells[k], k, k + 1 == to, colour, out);
		buf_putc(out, '\n');
	}
}

static bool is_same(const struct check_need *a, const struct check_need *b)
{
	return a->kind == b->kind && a->state == b->state && !strcmp(a->name, b->name) &&
		!strcmp(a->reason, b->reason) && (!a->guard == !b->guard) &&
		(!a->guard || !strcmp(a->guard, b->guard));
}

struct place {
	size_t program, kernel;
};

static const struct check_need *first_at(const struct check_object *checked, struct place place)
{
	return checked->programs[place.program].cells[place.kernel].first;
}

/* Was the need printed with an earlier cell? */
static bool is_repeated(
	const struct check *check, const struct check_object *checked, struct place place)
{
	const struct check_need *need = first_at(checked, place);

	for (size_t i = 0; i < checked->program_cnt; i++) {
		for (size_t k = 0; k < check->kernel_cnt; k++) {
			if (i == place.program && k == place.kernel)
				return false;
			const struct check_need *other = first_at(checked, (struct place) {i, k});
			if (other && is_same(need, other))
				return true;
		}
	}
	return false;
}

/* Has some program this need as its first one there? */
static bool kernel_has(
	const struct check_object *checked, const struct check_need *need, size_t kernel)
{
	for (size_t i = 0; i < checked->program_cnt; i++) {
		const struct check_need *other = first_at(checked, (struct place) {i, kernel});
		if (other && is_same(need, other))
			return true;
	}
	return false;
}

static bool program_has(const struct check *check, const struct check_program *program,
	const struct check_need *need)
{
	for (size_t k = 0; k < check->kernel_cnt; k++) {
		if (program->cells[k].first && is_same(need, program->cells[k].first))
			return true;
	}
	return false;
}

static void put_programs(const struct check *check, const struct check_object *checked,
	const struct check_need *need, struct buf *text)
{
	size_t cnt = 0;

	for (size_t i = 0; i < checked->program_cnt; i++) {
		if (!program_has(check, &checked->programs[i], need))
			continue;
		if (cnt++ < PROGRAMS_NAMED_MAX)
			buf_printf(text, "%s%s", cnt > 1 ? ", " : "", checked->programs[i].name);
	}
	if (cnt > PROGRAMS_NAMED_MAX)
		buf_printf(text, " and %zu more", cnt - PROGRAMS_NAMED_MAX);
}

static void put_kernels(const struct check *check, const struct check_object *checked,
	const struct check_need *need, struct buf *text)
{
	size_t cnt = 0;

	for (size_t k = 0; k < check->kernel_cnt && check->kernel_cnt > 1; k++) {
		if (kernel_has(checked, need, k))
			buf_printf(text, "%s%s", cnt++ ? ", " : " on ", check->kernels[k].name);
	}
}

static void put_line(const struct object_line *line, size_t width, struct buf *out)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s:%u: %s", path_base(line->file), line->line,
		line->text + strspn(line->text, " \t"));
	out->failed |= text.failed;
	buf_puts(out, "      ");
	wrap_escaped(out, buf_text(&text), 6, 8, width);
	buf_putc(out, '\n');
}

static void put_need(const struct check *check, const struct check_object *checked,
	const struct check_need *need, size_t width, struct buf *out)
{
	_cleanup_buf_ struct buf text = {0};

	put_programs(check, checked, need, &text);
	put_kernels(check, checked, need, &text);
	buf_printf(&text, ": %s %s %s: %s", check_kind_word(need->kind), need->name,
		check_state_word(need->state), need->reason);
	if (need->guard)
		buf_printf(&text, "; %s", need->guard);
	if (need->of_object && need->state == CHECK_UNMET)
		buf_puts(&text, "; libbpf refuses the whole object");
	out->failed |= text.failed;
	buf_puts(out, "  ");
	wrap_escaped(out, buf_text(&text), 2, 4, width);
	buf_puts(out, need->predicted ? " [predicted]\n" : "\n");
	if (need->line)
		put_line(need->line, width, out);
}

static void put_needs(const struct check *check, const struct check_object *checked, size_t width,
	struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < checked->program_cnt; i++) {
		for (size_t k = 0; k < check->kernel_cnt; k++) {
			struct place place = {i, k};
			const struct check_need *need = first_at(checked, place);
			if (!need || is_repeated(check, checked, place))
				continue;
			if (first)
				buf_putc(out, '\n');
			first = false;
			put_need(check, checked, need, width, out);
		}
	}
}

static bool has_optional(const struct check *check)
{
	for (size_t i = 0; i < check->object_cnt; i++) {
		for (size_t j = 0; j < check->objects[i].program_cnt; j++) {
			if (check->objects[i].programs[j].optional)
				return true;
		}
	}
	return false;
}

void check_render_text(const struct check *check, size_t width, bool colour, struct buf *out)
{
	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		size_t room = width > name_width(checked) ? width - name_width(checked) : 0;
		if (i)
			buf_putc(out, '\n');
		for (size_t from = 0; from < check->kernel_cnt;) {
			size_t to = fold_end(check, from, room);
			if (from)
				buf_putc(out, '\n');
			put_table(check, checked, from, to, colour, out);
			from = to;
		}
		put_needs(check, checked, width, out);
	}
	if (has_optional(check))
		buf_puts(out, "\n? is loaded only if the loader asks for it.\n");
	buf_puts(out, "\nok: all needs are met. The verifier has the last word.\n");
}
