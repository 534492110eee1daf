/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a history (history/file.h) that name something. Only history/file.c asks. */
#ifndef KCOMPAT_HISTORY_FILE_ROWS_H
#define KCOMPAT_HISTORY_FILE_ROWS_H

#include "snapshot/history/file.h"
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
	bool without_cells;  /* of the name that is read now: it is only listed */
	struct cell *blank;  /* what listed names share; NULL: none was listed yet */
};

/* Evidence and cells have the number that they come at. */
void history_keep_line(struct history_reader *reader, struct history_lines *lines, const char *text,
	size_t len_bytes);
/* The cells that a row of this kernel refers to, [context_cnt]; NULL only after an error. */
struct cell *history_read_cells(
	struct history_reader *reader, const json_t *row, const struct snapshot *snapshot);
struct cell *history_cells_at(struct history_reader *reader, uint64_t at, const struct snapshot *snapshot);

/*
 * How the rows of one kind of line are read, and where their elements go in a snapshot. All kernels of a
 * row share its texts and cells.
 */
struct row_kind {
	const char *key; /* of the name: the first of the line */
	size_t size_bytes, name_offset;     /* of an element, and of its name */
	size_t list_offset, cnt_offset;     /* in struct snapshot */
	bool has_contexts; /* the element depends on the contexts of its kernels; `first` is one of them */
	void (*read)(struct history_reader *reader, const json_t *root, const json_t *row,
		const struct snapshot *first, void *element);
};

extern const struct row_kind history_kfunc_rows, history_helper_rows, history_function_rows,
	history_program_types_rows, history_map_types_rows, history_attach_types_rows,
	history_link_types_rows, history_features_rows, history_layout_rows,
	history_program_rows;

#define ROW_ELEMENT_MAX_BYTES 256

/* `first` is the kernel that the element was read for: others of a row must have the same contexts. */
void history_add_element(struct history_reader *reader, const struct row_kind *kind, const struct snapshot *first,
	struct snapshot *snapshot, const void *element);
void history_read_rows(
	struct history_reader *reader, const struct row_kind *kind, const json_t *root);
/* Without parsing: an element that has only its name, for each kernel that the line lists. */
void history_read_name(struct history_reader *reader, const struct row_kind *kind, const char *name,
	const char *line, size_t len_bytes);

/* Sorts the lists that are sorted in every snapshot, and refuses repeated names. */
struct error *history_finish(struct history_reader *reader);

#endif
