/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table for a page: a row for each program, a column for each kernel. */
#include "object/check/parts.h"
#include "util/escape.h"

const char *check_cell_word(const struct check_cell *cell)
{
	static const char *const words[] = {
		[CHECK_MET] = "ok",
		[CHECK_CONDITIONAL] = "depends",
		[CHECK_BLOCKED] = "blocked",
		[CHECK_UNKNOWN] = "unknown",
		[CHECK_UNMET] = "fails",
	};

	if (cell->load != CHECK_MET || cell->attach == CHECK_MET)
		return words[cell->load];
	return cell->attach == CHECK_UNMET ? "no attach" : "loads";
}

static void put_head(const struct check *check, const struct check_object *checked, struct buf *out)
{
	buf_puts(out, "| ");
	escape_code_name(out, checked->name);
	for (size_t k = 0; k < check->kernel_cnt; k++) {
		buf_puts(out, " | ");
		escape_code_name(out, check->kernels[k].name);
	}
	buf_puts(out, " |\n|---|");
	for (size_t k = 0; k < check->kernel_cnt; k++)
		buf_puts(out, "---|");
	buf_putc(out, '\n');
}

static void put_row(const struct check *check, const struct check_program *program, struct buf *out)
{
	buf_puts(out, program->optional ? "| ? " : "| ");
	escape_code_name(out, program->name);
	for (size_t k = 0; k < check->kernel_cnt; k++) {
		const struct check_cell *cell = &program->cells[k];
		buf_printf(out, " | %s", check_cell_word(cell));
		if (!cell->first)
			continue;
		buf_printf(out, ": %s ", check_kind_word(cell->first->kind));
		escape_code_name(out, cell->first->name);
	}
	buf_puts(out, " |\n");
}

void check_render_markdown(const struct check *check, struct buf *out)
{
	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		if (i)
			buf_putc(out, '\n');
		put_head(check, checked, out);
		for (size_t j = 0; j < checked->program_cnt; j++)
			put_row(check, &checked->programs[j], out);
	}
}
