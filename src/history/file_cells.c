/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a row and their evidence. Rows share both, and each is parsed when a row first asks.
 */
#include "history/file_rows.h"

#include <stdlib.h>

#include "snapshot/file.h"

static const struct json_place in_rows = {.list = "rows", .at = JSON_PLACE_ALONE};

void history_keep_line(struct history_reader *reader, struct history_lines *lines, const char *text,
	size_t len_bytes)
{
	struct history_line *list =
		pool_grow(&reader->pack->pool, lines->list, lines->cnt, &lines->cap, sizeof(*list));

	if (!list) {
		json_no_memory(&reader->json);
		return;
	}
	lines->list = list;
	list[lines->cnt++] = (struct history_line) {.text = text, .len_bytes = len_bytes};
}

/* The object of line `at`, which has its number under the key `what`; NULL after an error. */
static json_t *kept_line(struct history_reader *reader, const struct history_lines *lines,
	const char *what, size_t at)
{
	const struct history_line *line = &lines->list[at];
	const struct json_place place = {.list = what, .at = at};
	json_t *root = NULL;

	if (reader->json.error)
		return NULL;
	reader->json.error =
		error_prefix(json_parse(line->text, line->len_bytes, JSON_REJECT_DUPLICATES, &root),
			"%s[%zu]", what, at);
	if (!reader->json.error && json_number(&reader->json, place, root, what, UINT32_MAX) != at)
		json_expected(
			&reader->json, place, what, "the next number", json_object_get(root, what));
	return root;
}

/* NULL only after an error. */
static const struct evidence *evidence_at(struct history_reader *reader, unsigned long at)
{
	const struct json_place place = {.list = "evidence", .at = at};

	if (at >= reader->evidence.cnt) {
		json_expected(&reader->json, in_rows, "cells", "the number of an evidence", NULL);
		return NULL;
	}
	struct history_line *line = &reader->evidence.list[at];
	if (line->parsed)
		return line->parsed;
	json_t *root = kept_line(reader, &reader->evidence, "evidence", at);
	struct evidence *evidence = pool_alloc(&reader->pack->pool, sizeof(*evidence));
	if (evidence && root)
		*evidence = (struct evidence) {
			.errnum = json_errno(&reader->json, place, root, "errno"),
			.line = json_text(&reader->json, place, root, "line"),
			.rule = json_text(&reader->json, place, root, "rule"),
		};
	if (!evidence)
		json_no_memory(&reader->json);
	json_decref(root);
	return line->parsed = reader->json.error ? NULL : evidence;
}

static enum cell_state state_of_letter(char letter)
{
	if (letter == '_')
		return CELL_NONE;
	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		if (cell_state_letter(state) == letter)
			return state;
	}
	return CELL_STATE_CNT;
}

/* The runs of one line, and how far they are read. */
struct runs {
	const char *text;
	const struct history_contexts *contexts;
	bool predicted;
	size_t done; /* contexts of the file */
};

/* "12-0": count, state, evidence. False: malformed, or the count exceeds the room. */
static bool read_run(struct history_reader *reader, struct runs *runs, struct cell *cells)
{
	char *end;
	unsigned long cnt = strtoul(runs->text, &end, 10), evidence = 0;
	struct cell cell = {.predicted = runs->predicted};

	if (end == runs->text || !*end || !cnt || cnt > runs->contexts->file_cnt - runs->done)
		return false;
	cell.state = state_of_letter(*end++);
	bool has_evidence = *end >= '0' && *end <= '9';
	if (has_evidence)
		evidence = strtoul(end, &end, 10);
	if (cell.state == CELL_STATE_CNT || (*end && *end != ' '))
		return false;
	for (; cnt; cnt--) {
		size_t place = runs->contexts->places[runs->done++];
		if (place == HISTORY_NO_PLACE)
			continue;
		if (has_evidence && !cell.evidence)
			cell.evidence = evidence_at(reader, evidence);
		cells[place] = cell;
	}
	runs->text = *end ? end + 1 : end;
	return !reader->json.error;
}

static struct cell *read_runs(struct history_reader *reader, struct json_place place,
	const json_t *root, struct runs *runs)
{
	size_t room = runs->contexts->cnt;

	runs->text = json_required_text(&reader->json, place, root, "runs");
	reader->cell_cnt += room;
	if (reader->cell_cnt > SNAPSHOT_CELL_MAX * 16)
		json_expected(&reader->json, place, "runs", "fewer cells", root);
	struct cell *cells =
		reader->json.error ? NULL : pool_calloc(&reader->pack->pool, room, sizeof(*cells));
	if (!cells) {
		json_no_memory(&reader->json);
		return NULL;
	}
	while (*runs->text && read_run(reader, runs, cells))
		;
	if (*runs->text || runs->done != runs->contexts->file_cnt)
		json_expected(&reader->json, place, "runs", "a run for every context",
			json_object_get(root, "runs"));
	return cells;
}

/* Sets cells, contexts and source of the line; all stay NULL after an error. */
static void read_cells(struct history_reader *reader, size_t at, struct history_line *line)
{
	const struct json_place place = {.list = "cells", .at = at};
	json_t *root = kept_line(reader, &reader->cells, "cells", at);
	uint64_t list =
		root ? json_number(&reader->json, place, root, "context_list", UINT32_MAX) : 0;
	struct runs runs = {
		.predicted = root && json_flag(&reader->json, place, root, "predicted")};

	if (root && (list >= reader->list_cnt || !reader->lists[list].list))
		json_expected(&reader->json, place, "context_list", "the number of a list",
			json_object_get(root, "context_list"));
	if (!reader->json.error) {
		runs.contexts = &reader->lists[list];
		line->parsed = read_runs(reader, place, root, &runs);
		line->contexts = runs.contexts;
		line->predicted = runs.predicted;
	}
	json_decref(root);
}

void *history_read_cells(
	struct history_reader *reader, const json_t *row, const struct snapshot *snapshot)
{
	uint64_t at = json_number(&reader->json, in_rows, row, "cells", UINT32_MAX);
	const json_t *number = json_object_get(row, "cells");

	if (!json_is_integer(number) || at >= reader->cells.cnt) {
		json_expected(&reader->json, in_rows, "cells", "the number of cells", number);
		return NULL;
	}
	struct history_line *line = &reader->cells.list[at];
	if (!line->parsed)
		read_cells(reader, at, line);
	if (!reader->json.error &&
		(line->contexts->list != snapshot->contexts ||
			line->predicted != snapshot_is_scanned(snapshot)))
		json_expected(&reader->json, in_rows, "cells", "cells of these kernels", number);
	return reader->json.error ? NULL : line->parsed;
}
