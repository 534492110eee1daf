/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row a program, one column a kernel. If the kernels do not fit beside each other, those with the same answers are
 * one column. Below it, what is not met, once, and where the source needs it.
 */
#include "object/check/parts.h"
#include "util/colour.h"
#include "util/escape.h"
#include "util/label.h"
#include "util/wrap.h"
#include "util/file.h"

#include <string.h>

#define NAME_COLUMN_MAX 44u
#define COLUMN_MIN 9u
#define PROGRAMS_NAMED_MAX 4
#define KERNELS_NAMED_MAX 4

/* Of a program that does not load, attaching tells nothing. */
static enum check_state worst_of(const struct check_cell *cell)
{
	return cell->load != CHECK_MET ? cell->load : cell->attach;
}

static const char *cell_colour(enum check_state state)
{
	return state == CHECK_MET ? COLOUR_GOOD : state == CHECK_UNMET ? COLOUR_BAD : COLOUR_DOUBT;
}

void check_put_padded(struct buf *out, const char *text, size_t width)
{
	_cleanup_buf_ struct buf plain = {0};

	escape_text(&plain, text);
	out->failed |= plain.failed;
	buf_puts(out, buf_text(&plain));
	if (plain.len < width)
		buf_pad(out, ' ', width - plain.len);
}

/* Kernels that stand in one column. */
struct column {
	const char *name; /* of the kernel; or a letter, of kernels whose answers are the same */
	size_t first;
};

struct table {
	const struct check *check;
	const struct check_object *checked;
	size_t width;
	bool colour, lettered;
	struct pool pool;
	struct column *columns;
	size_t cnt;
	size_t *of; /* [kernel_cnt]: the column of a kernel */
};

size_t check_name_width(const struct check_object *checked)
{
	size_t width = strlen(checked->name);

	for (size_t i = 0; i < checked->program_cnt; i++) {
		size_t len = strlen(checked->programs[i].name) + 2;
		width = len > width ? len : width;
	}
	return width > NAME_COLUMN_MAX ? NAME_COLUMN_MAX : width;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t len = strlen(table->columns[column].name);

	return len < COLUMN_MIN ? COLUMN_MIN : len;
}

/* How many columns fit beside the names, at least one. */
static size_t fold_end(const struct table *table, size_t from)
{
	size_t names = check_name_width(table->checked);
	size_t room = table->width > names ? table->width - names : 0, used = 0, i = from;

	while (i < table->cnt && (i == from || used + 2 + column_width(table, i) <= room))
		used += 2 + column_width(table, i++);
	return i;
}

static bool have_same_words(const struct check_object *checked, size_t a, size_t b)
{
	for (size_t i = 0; i < checked->program_cnt; i++) {
		const struct check_cell *cells = checked->programs[i].cells;
		if (strcmp(check_cell_word(&cells[a]), check_cell_word(&cells[b])))
			return false;
	}
	return true;
}

static void take_each_kernel(struct table *table)
{
	for (size_t k = 0; k < table->check->kernel_cnt; k++) {
		table->columns[k] = (struct column) {table->check->kernels[k].name, k};
		table->of[k] = k;
	}
	table->cnt = table->check->kernel_cnt;
}

static bool take_groups(struct table *table)
{
	table->lettered = true;
	table->cnt = 0;
	for (size_t k = 0; k < table->check->kernel_cnt; k++) {
		size_t at = 0;
		while (at < table->cnt &&
			!have_same_words(table->checked, table->columns[at].first, k))
			at++;
		if (at == table->cnt)
			table->columns[table->cnt++].first = k;
		table->of[k] = at;
	}
	for (size_t i = 0; i < table->cnt; i++) {
		char label[LABEL_MAX];
		label_write(i, label_length(table->cnt), label);
		table->columns[i].name = pool_strdup(&table->pool, label);
		if (!table->columns[i].name)
			return false;
	}
	return true;
}

static bool make_columns(struct table *table)
{
	size_t cnt = table->check->kernel_cnt;

	table->columns = pool_calloc(&table->pool, cnt + 1, sizeof(*table->columns));
	table->of = pool_calloc(&table->pool, cnt + 1, sizeof(*table->of));
	if (!table->columns || !table->of)
		return false;
	take_each_kernel(table);
	return fold_end(table, 0) == cnt || take_groups(table);
}

static void put_cell(
	const struct table *table, const struct check_program *program, size_t column, bool last, struct buf *out)
{
	const struct check_cell *cell = &program->cells[table->columns[column].first];
	const char *word = check_cell_word(cell);
	size_t width = column_width(table, column), len = strlen(word);

	buf_puts(out, "  ");
	if (table->colour)
		buf_puts(out, cell_colour(worst_of(cell)));
	buf_puts(out, word);
	if (table->colour)
		buf_puts(out, COLOUR_END);
	if (!last && len < width)
		buf_pad(out, ' ', width - len);
}

static void put_rows(const struct table *table, size_t from, size_t to, struct buf *out)
{
	const struct check_object *checked = table->checked;
	size_t names = check_name_width(checked);

	check_put_padded(out, checked->name, names);
	for (size_t k = from; k < to; k++) {
		buf_puts(out, "  ");
		check_put_padded(out, table->columns[k].name, k + 1 < to ? column_width(table, k) : 0);
	}
	buf_putc(out, '\n');
	for (size_t i = 0; i < checked->program_cnt; i++) {
		const struct check_program *program = &checked->programs[i];
		buf_puts(out, program->optional ? " ?" : "  ");
		check_put_padded(out, program->name, names - 2);
		for (size_t k = from; k < to; k++)
			put_cell(table, program, k, k + 1 == to, out);
		buf_putc(out, '\n');
	}
}

/* Which kernels a letter stands for. */
static void put_legend(const struct table *table, struct buf *out)
{
	buf_putc(out, '\n');
	for (size_t i = 0; i < table->cnt; i++) {
		_cleanup_buf_ struct buf names = {0};
		size_t indent = strlen(table->columns[i].name) + 2;
		for (size_t k = 0; k < table->check->kernel_cnt; k++) {
			if (table->of[k] == i)
				buf_printf(&names, "%s%s", names.len ? " " : "",
					table->check->kernels[k].name);
		}
		out->failed |= names.failed;
		buf_printf(out, "%s  ", table->columns[i].name);
		wrap_escaped(out, buf_text(&names), indent, indent, table->width);
		buf_putc(out, '\n');
	}
}

static void put_table(const struct table *table, struct buf *out)
{
	for (size_t from = 0; from < table->cnt;) {
		size_t to = fold_end(table, from);
		if (from)
			buf_putc(out, '\n');
		put_rows(table, from, to, out);
		from = to;
	}
	if (table->lettered)
		put_legend(table, out);
}

static bool is_same(const struct check_need *a, const struct check_need *b)
{
	return a->kind == b->kind && a->state == b->state && !strcmp(a->name, b->name) &&
		!strcmp(a->reason, b->reason) && !strcmp(a->hint ? a->hint : "", b->hint ? b->hint : "") && (!a->guard == !b->guard) &&
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

/* Are the kernels that have the need whole columns? */
static bool fills_columns(const struct table *table, const struct check_need *need)
{
	for (size_t k = 0; k < table->check->kernel_cnt; k++) {
		size_t first = table->columns[table->of[k]].first;
		if (kernel_has(table->checked, need, k) != kernel_has(table->checked, need, first))
			return false;
	}
	return true;
}

static void put_letters(const struct table *table, const struct check_need *need, struct buf *text)
{
	size_t cnt = 0;

	for (size_t i = 0; i < table->cnt; i++) {
		if (kernel_has(table->checked, need, table->columns[i].first))
			buf_printf(text, "%s%s", cnt++ ? ", " : " on ", table->columns[i].name);
	}
}

static void put_kernels(const struct table *table, const struct check_need *need, struct buf *text)
{
	const struct check *check = table->check;
	size_t cnt = 0, all = 0;

	for (size_t k = 0; k < check->kernel_cnt; k++)
		all += kernel_has(table->checked, need, k);
	if (check->kernel_cnt == 1)
		return;
	if (all == check->kernel_cnt) {
		buf_puts(text, " on all");
		return;
	}
	if (table->lettered && fills_columns(table, need)) {
		put_letters(table, need, text);
		return;
	}
	for (size_t k = 0; k < check->kernel_cnt; k++) {
		if (!kernel_has(table->checked, need, k))
			continue;
		if (cnt++ < KERNELS_NAMED_MAX || all == KERNELS_NAMED_MAX + 1)
			buf_printf(text, "%s%s", cnt > 1 ? ", " : " on ", check->kernels[k].name);
	}
	if (all > KERNELS_NAMED_MAX + 1)
		buf_printf(text, " and %zu more", all - KERNELS_NAMED_MAX);
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

static void put_need(const struct table *table, const struct check_need *need, struct buf *out)
{
	_cleanup_buf_ struct buf text = {0};

	put_programs(table->check, table->checked, need, &text);
	put_kernels(table, need, &text);
	buf_printf(&text, ": %s %s %s: %s", check_kind_word(need->kind), need->name,
		check_state_word(need->state), need->reason);
	if (need->guard)
		buf_printf(&text, "; %s", need->guard);
	if (need->hint)
		buf_printf(&text, "; %s", need->hint);
	if (need->of_object && need->state == CHECK_UNMET)
		buf_puts(&text, "; libbpf refuses the whole object");
	if (need->predicted)
		buf_puts(&text, " [predicted]");
	out->failed |= text.failed;
	buf_puts(out, "  ");
	wrap_escaped(out, buf_text(&text), 2, 4, table->width);
	buf_putc(out, '\n');
	if (need->line)
		put_line(need->line, table->width, out);
}

static void put_needs(const struct table *table, struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < table->checked->program_cnt; i++) {
		for (size_t k = 0; k < table->check->kernel_cnt; k++) {
			struct place place = {i, k};
			const struct check_need *need = first_at(table->checked, place);
			if (!need || is_repeated(table->check, table->checked, place))
				continue;
			if (first)
				buf_putc(out, '\n');
			first = false;
			put_need(table, need, out);
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

static void put_object(const struct check *check, const struct check_object *checked, size_t width,
	bool colour, struct buf *out)
{
	struct table table = {.check = check, .checked = checked, .width = width, .colour = colour};

	if (make_columns(&table)) {
		put_table(&table, out);
		put_needs(&table, out);
	} else {
		out->failed = true;
	}
	pool_destroy(&table.pool);
}

void check_render_text(const struct check *check, size_t width, bool colour, struct buf *out)
{
	for (size_t i = 0; i < check->object_cnt; i++) {
		if (i)
			buf_putc(out, '\n');
		put_object(check, &check->objects[i], width, colour, out);
	}
	if (has_optional(check))
		buf_puts(out, "\n? is loaded only if the loader asks for it.\n");
	buf_puts(out, "\nok: all needs are met. The verifier has the last word.\n");
}
