/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a history (history/file.h) that name something. Only history/file.c asks. */
#ifndef KCOMPAT_HISTORY_FILE_ROWS_H
#define KCOMPAT_HISTORY_FILE_ROWS_H

#include "history/file.h"
#include "util/json.h"

#define HISTORY_NO_PLACE SIZE_MAX

struct history_contexts {
	struct snapshot_context *list; /* the wanted ones */
	size_t cnt;
	size_t *places; /* [file_cnt]: where each of the file is in `list`; HISTORY_NO_PLACE: not wanted */
	size_t file_cnt;
};

/* A line that rows refer to by its number. Its text is borrowed. */
struct history_line {
	const char *text;
	size_t len_bytes;
	void *parsed; /* NULL: no row asked for it yet */
	/* For cells: the contexts and the kind of the kernels that have them. */
	const struct history_contexts *contexts;
	bool predicted;
};

struct history_lines {
	struct history_line *list;
	size_t cnt, cap;
};

struct history_reader {
	const struct history_wanted *wanted;
	struct history_pack *pack; /* list has kernel_cnt elements, cnt of them are filled */
	struct json_reader json;   /* its pool is the pack's */
	struct history_contexts *lists;
	struct history_lines evidence, cells;
	uint32_t kernel_cnt, list_cnt;
	bool ended;          /* the last line was read */
	bool wants_contexts; /* a context is wanted */
	size_t cell_cnt;     /* that were made; same limit as in a snapshot */
};

/* Evidence and cells have the number that they come at. */
void history_keep_line(struct history_reader *reader, struct history_lines *lines, const char *text,
	size_t len_bytes);
/* The cells that a row of this kernel refers to, [context_cnt]; NULL only after an error. */
void *history_read_cells(
	struct history_reader *reader, const json_t *row, const struct snapshot *snapshot);

void history_read_kfunc(struct history_reader *reader, const json_t *root);
void history_read_helper(struct history_reader *reader, const json_t *root);
void history_read_function(struct history_reader *reader, const json_t *root);
void history_read_feature(struct history_reader *reader, const json_t *root);
void history_read_layout(struct history_reader *reader, const json_t *root);

/* Sorts the lists that are sorted in every snapshot, and refuses repeated names. */
struct error *history_finish(struct history_reader *reader);

#endif
