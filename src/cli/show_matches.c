/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/show_matches.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/history/matches.h"
#include "util/array.h"

struct printing {
	struct show_matches *matches;
	struct match_table *table;
	size_t cnt;
	bool cut;
};

static int compare_subjects(const void *a, const void *b)
{
	const struct subject *left = a, *right = b;

	return left->kind != right->kind ? (int)left->kind - (int)right->kind : strcmp(left->name, right->name);
}

static bool is_shown(const struct subjects *shown, const struct type_match *match)
{
	static const enum subject_kind kinds[] = {SUBJECT_KFUNC, SUBJECT_HELPER, SUBJECT_FUNCTION};

	for (size_t i = 0; match->kind == TYPE_FUNCTION && shown->cnt && i < ARRAY_SIZE(kinds); i++) {
		const struct subject subject = {kinds[i], match->name};
		if (bsearch(&subject, shown->list, shown->cnt, sizeof(subject), compare_subjects))
			return true;
	}
	return false;
}

static struct error *print_json(struct show_matches *matches, const struct type_match *match)
{
	struct error *error = matches->json_begun
		? NULL
		: render_json_show_begin(matches->history, &matches->out->text);

	if (!error)
		error = render_json_match(matches->history, match, matches->json_first, &matches->out->text);
	matches->json_begun = true;
	matches->json_first = false;
	return error;
}

static struct error *print_one(void *context, const struct type_match *match, bool *stop)
{
	struct printing *printing = context;
	struct show_matches *matches = printing->matches;
	struct buf *out = &matches->out->text;
	bool first = !printing->cnt, json = cli_prints_json(matches->args);
	struct error *error = NULL;

	if (is_shown(matches->shown, match))
		return NULL;
	if (!json && !matches->options->deep && printing->cnt == SHOW_MATCHES_MAX) {
		*stop = printing->cut = true;
		return NULL;
	}
	printing->cnt++;
	if (!json && first && !output_is_empty(matches->out))
		buf_putc(out, '\n');
	if (json)
		error = print_json(matches, match);
	else if (cli_format(matches->args) == CLI_FORMAT_MD)
		render_match_markdown(printing->table, match, first, out);
	else
		render_match_text(printing->table, match, first, out);
	return error ? error : output_relieve(matches->out);
}

struct error *show_matches_print(struct show_matches *matches, const char *glob, size_t *cnt)
{
	struct printing printing = {.matches = matches};
	struct error *error = render_matches_begin(matches->history, matches->options, glob, &printing.table);

	if (!error)
		error = matches_find(matches->history, glob, (1u << TYPE_KIND_CNT) - 1, print_one, &printing);
	if (!error && printing.cut)
		buf_printf(&matches->out->text, "%sand more: --deep lists all, and a narrower glob what is meant\n",
			cli_format(matches->args) == CLI_FORMAT_MD ? "\n" : "  ");
	render_matches_end(printing.table);
	*cnt = printing.cnt;
	return error;
}
