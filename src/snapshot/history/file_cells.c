/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a row and their evidence. Rows share both, and each is parsed when a row first asks.
 */
#include "snapshot/history/file_rows.h"

#include <string.h>

#include "snapshot/file.h"
#include "snapshot/history/file_scan.h"

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
	struct scan left;
	uint64_t list; /* number of the list of contexts */
	const struct history_contexts *contexts;
	bool predicted;
	size_t done; /* contexts of the file */
};

/* "12-0": count, state, evidence. False: malformed, or the count exceeds the room. */
static bool read_run(struct history_reader *reader, struct runs *runs, struct cell *cells)
{
	struct scan *left = &runs->left;
	int64_t cnt = scan_number(left, runs->contexts->file_cnt - runs->done), evidence = -1;
	struct cell cell = {.predicted = runs->predicted};

	if (cnt <= 0 || left->at == left->end)
		return false;
	cell.state = state_of_letter(*left->at++);
	bool has_evidence = left->at < left->end && *left->at != ' ';
	if (has_evidence)
		evidence = scan_number(left, UINT32_MAX);
	if (cell.state == CELL_STATE_CNT || (has_evidence && evidence < 0) ||
		(left->at < left->end && !scan_text(left, " ")))
		return false;
	for (; cnt; cnt--) {
		size_t place = runs->contexts->places[runs->done++];
		if (place == HISTORY_NO_PLACE)
			continue;
		if (has_evidence && !cell.evidence)
			cell.evidence = evidence_at(reader, (unsigned long)evidence);
		cells[place] = cell;
	}
	return !reader->json.error;
}

/* The error that a text of the line is not what was wanted. */
static void refuse_text(struct history_reader *reader, struct json_place place, const char *key,
	const char *wanted, const char *text)
{
	if (text)
		json_expected_key(&reader->json, place, key, wanted, text);
	else
		json_no_memory(&reader->json);
}

static struct cell *read_runs(
	struct history_reader *reader, struct json_place place, struct runs *runs)
{
	struct scan *left = &runs->left, all = *left;
	size_t room = runs->contexts->cnt;

	reader->cell_cnt += room;
	if (reader->cell_cnt > SNAPSHOT_CELL_MAX * 16)
		json_expected(&reader->json, place, "runs", "fewer cells", NULL);
	struct cell *cells =
		reader->json.error ? NULL : pool_calloc(&reader->pack->pool, room, sizeof(*cells));
	if (!cells) {
		json_no_memory(&reader->json);
		return NULL;
	}
	while (left->at < left->end && read_run(reader, runs, cells))
		;
	if (left->at < left->end || runs->done != runs->contexts->file_cnt)
		refuse_text(reader, place, "runs", "a run for every context",
			pool_strndup(&reader->pack->pool, all.at, (size_t)(all.end - all.at)));
	return cells;
}

/* The line exactly as kcompat writes it. Thousands of lines have this form, and JSON takes long. */
static bool scan_cells(const struct history_line *line, size_t at, struct runs *ret)
{
	struct scan scan = {line->text, line->text + line->len_bytes};
	int64_t list = -1;
	bool scanned = scan_text(&scan, "{\"cells\":") && scan_number(&scan, UINT32_MAX) == (int64_t)at &&
		scan_text(&scan, ",\"context_list\":") && (list = scan_number(&scan, UINT32_MAX)) >= 0 &&
		scan_text(&scan, ",\"predicted\":");

	if (!scanned)
		return false;
	bool predicted = scan_text(&scan, "true");
	if ((!predicted && !scan_text(&scan, "false")) || !scan_text(&scan, ",\"runs\":\""))
		return false;
	const char *end = memchr(scan.at, '"', (size_t)(scan.end - scan.at));
	if (!end || scan.end - end != 2 || end[1] != '}')
		return false;
	*ret = (struct runs) {.left = {scan.at, end}, .list = (uint64_t)list, .predicted = predicted};
	return true;
}

/* The same for any JSON. */
static void parse_cells(struct history_reader *reader, size_t at, struct runs *ret)
{
	const struct json_place place = {.list = "cells", .at = at};
	json_t *root = kept_line(reader, &reader->cells, "cells", at);
	const char *text = root ? json_required_text(&reader->json, place, root, "runs") : "";

	*ret = (struct runs) {.left = {text, text + strlen(text)}};
	if (root) {
		ret->list = json_number(&reader->json, place, root, "context_list", UINT32_MAX);
		ret->predicted = json_flag(&reader->json, place, root, "predicted");
	}
	json_decref(root);
}

/* Sets cells, contexts and source of the line; all stay NULL after an error. */
static void read_cells(struct history_reader *reader, size_t at, struct history_line *line)
{
	const struct json_place place = {.list = "cells", .at = at};
	struct runs runs;

	if (!scan_cells(line, at, &runs))
		parse_cells(reader, at, &runs);
	if (!reader->json.error &&
		(runs.list >= reader->list_cnt || !reader->lists[runs.list].list))
		refuse_text(reader, place, "context_list", "the number of a list",
			pool_printf(&reader->pack->pool, "%llu", (unsigned long long)runs.list));
	if (reader->json.error)
		return;
	runs.contexts = &reader->lists[runs.list];
	line->parsed = read_runs(reader, place, &runs);
	line->contexts = runs.contexts;
	line->predicted = runs.predicted;
}

/* Not asked, in every context that a snapshot can have. */
static struct cell *blank_cells(struct history_reader *reader)
{
	if (!reader->blank)
		reader->blank = pool_calloc(
			&reader->pack->pool, SNAPSHOT_CONTEXT_MAX, sizeof(*reader->blank));
	if (!reader->blank)
		json_no_memory(&reader->json);
	return reader->blank;
}

struct cell *history_cells_at(struct history_reader *reader, uint64_t at, const struct snapshot *snapshot)
{
	const char *wanted = "the number of cells";
	struct history_line *line = at < reader->cells.cnt ? &reader->cells.list[at] : NULL;

	if (reader->without_cells)
		return blank_cells(reader);
	if (line && !line->parsed)
		read_cells(reader, at, line);
	if (line && line->parsed &&
		(line->contexts->list != snapshot->contexts ||
			line->predicted != snapshot_is_scanned(snapshot)))
		wanted = "cells of these kernels";
	else if (line)
		return reader->json.error ? NULL : line->parsed;
	refuse_text(reader, in_rows, "cells", wanted,
		pool_printf(&reader->pack->pool, "%llu", (unsigned long long)at));
	return NULL;
}

struct cell *history_read_cells(
	struct history_reader *reader, const json_t *row, const struct snapshot *snapshot)
{
	const json_t *number = json_object_get(row, "cells");
	uint64_t at = reader->without_cells ? 0 : json_number(&reader->json, in_rows, row, "cells", UINT32_MAX);

	if (!reader->without_cells && !json_is_integer(number)) {
		json_expected(&reader->json, in_rows, "cells", "the number of cells", number);
		return NULL;
	}
	return history_cells_at(reader, at, snapshot);
}
