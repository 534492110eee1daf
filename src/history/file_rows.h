/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a history (history/file.h) that name something. Only history/file.c asks. */
#ifndef KCOMPAT_HISTORY_FILE_ROWS_H
#define KCOMPAT_HISTORY_FILE_ROWS_H

#include "history/file.h"
#include "util/json.h"

struct history_contexts {
	struct snapshot_context *list;
	size_t cnt;
};

struct history_reader {
	const struct history_wanted *wanted;
	struct history_pack *pack; /* list has kernel_cnt elements, cnt of them are filled */
	struct json_reader json;   /* its pool is the pack's */
	struct history_contexts *lists;
	uint32_t kernel_cnt, list_cnt;
	bool ended;          /* the last line was read */
	bool wants_contexts; /* a context is wanted */
	size_t cell_cnt;     /* of all rows; same limit as in a snapshot */
};

void history_read_kfunc(struct history_reader *reader, const json_t *root);
void history_read_helper(struct history_reader *reader, const json_t *root);
void history_read_function(struct history_reader *reader, const json_t *root);
void history_read_feature(struct history_reader *reader, const json_t *root);
void history_read_layout(struct history_reader *reader, const json_t *root);

/* Sorts the lists that are sorted in every snapshot, and refuses repeated names. */
struct error *history_finish(struct history_reader *reader);

#endif
