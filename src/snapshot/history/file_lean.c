/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/file_lean.h"

#include <string.h>

#include "snapshot/file.h"
#include "snapshot/history/file_scan.h"

static bool skip_string_or_null(struct scan *scan)
{
	const char *text;
	size_t len;

	return scan_text(scan, "null") || scan_string(scan, &text, &len);
}

static bool skip_texts(struct scan *scan)
{
	const char *text;
	size_t len;

	if (!scan_text(scan, "["))
		return false;
	if (scan_text(scan, "]"))
		return true;
	do {
		if (!scan_string(scan, &text, &len))
			return false;
	} while (scan_text(scan, ","));
	return scan_text(scan, "]");
}

static const char *scan_keep(struct history_reader *reader, const char *text, size_t len)
{
	const char *kept = pool_intern(&reader->pack->pool, text, len);

	if (!kept)
		json_no_memory(&reader->json);
	return kept;
}

/* A text, or null, and what stands behind it. */
static bool scan_member(struct history_reader *reader, struct scan *scan, const char **ret, const char *behind)
{
	const char *text = NULL;
	size_t len = 0;

	*ret = NULL;
	if (!scan_text(scan, "null") && !scan_string(scan, &text, &len))
		return false;
	if (text)
		*ret = scan_keep(reader, text, len);
	return scan_text(scan, behind);
}

/* "xdp","xdp","xdp",null,false,"ok",0,null,null] */
static bool scan_context(struct history_reader *reader, struct scan *scan, struct snapshot_context *ret)
{
	struct snapshot_context context = {0};
	const char *state = NULL;
	int64_t errnum;

	if (!scan_member(reader, scan, &context.name, ",") ||
		!scan_member(reader, scan, &context.program_type, ",") ||
		!scan_member(reader, scan, &context.attach_type, ",") ||
		!scan_member(reader, scan, &context.target, ","))
		return false;
	context.sleepable = scan_text(scan, "true,");
	if ((!context.sleepable && !scan_text(scan, "false,")) || !scan_member(reader, scan, &state, ",") ||
		(errnum = scan_number(scan, ERRNO_MAX)) < 0 || !scan_text(scan, ",") ||
		!scan_member(reader, scan, &context.reason, ",") || !scan_member(reader, scan, &context.rule, "]"))
		return false;
	context.errnum = (int)errnum;
	context.state = state ? support_state_parse(state) : SUPPORT_STATE_CNT;
	*ret = context;
	return context.name && context.program_type && context.state < SUPPORT_STATE_CNT;
}

/* The contexts of a list have a bracket each, so there are no more than that. */
static size_t count_brackets(struct scan scan)
{
	size_t cnt = 0;

	while (cnt <= SNAPSHOT_CONTEXT_MAX && (scan.at = memchr(scan.at, '[', (size_t)(scan.end - scan.at)))) {
		scan.at++;
		cnt++;
	}
	return cnt;
}

bool history_scan_contexts(struct history_reader *reader, const char *line, size_t len_bytes, struct context_line *ret)
{
	struct scan scan = {line, line + len_bytes};
	struct context_line found = {0};
	int64_t at;

	if (!scan_text(&scan, "{\"context_list\":") || (at = scan_number(&scan, UINT32_MAX)) < 0 ||
		!scan_text(&scan, ",\"contexts\":["))
		return false;
	size_t max = count_brackets(scan);
	found.at = (uint32_t)at;
	found.list = pool_calloc(&reader->pack->pool, max, sizeof(*found.list));
	if (!found.list)
		json_no_memory(&reader->json);
	for (bool more = max; more && !reader->json.error; more = scan_text(&scan, ",")) {
		if (found.cnt == max || !scan_text(&scan, "[") ||
			!scan_context(reader, &scan, &found.list[found.cnt++]))
			return false;
	}
	if (!reader->json.error && (!scan_text(&scan, "]}") || scan.at != scan.end))
		return false;
	*ret = found;
	return true;
}

/* What all rows of a kfunc or helper share. */
struct call_head {
	const char *name, *module;
	uint32_t id;
};

/* The row of one kfunc or helper in some kernels. */
struct call_row {
	uint32_t cells;
	struct scan kernels; /* "0,12" */
};

/* "prototype":null,"flags":[],"found_by":11,"sets":[], of a kfunc; nothing of a helper */
static bool skip_kfunc(struct scan *scan)
{
	return scan_text(scan, "\"prototype\":") && skip_string_or_null(scan) && scan_text(scan, ",\"flags\":") &&
		skip_texts(scan) && scan_text(scan, ",\"found_by\":") &&
		scan_number(scan, (1u << KFUNC_SOURCE_CNT) - 1) >= 0 &&
		(!scan_text(scan, ",\"sets\":") || skip_texts(scan)) && scan_text(scan, ",");
}

/* {..."cells":0,"kernels":[0,1]} */
static bool scan_row(const struct history_reader *reader, const struct row_kind *kind, struct scan *scan,
	struct call_row *ret)
{
	int64_t cells;

	if (!scan_text(scan, "{") || (kind == &history_kfunc_rows && !skip_kfunc(scan)) ||
		!scan_text(scan, "\"cells\":") || (cells = scan_number(scan, UINT32_MAX)) < 0 ||
		!scan_text(scan, ",\"kernels\":["))
		return false;
	ret->cells = (uint32_t)cells;
	ret->kernels.at = scan->at;
	do {
		int64_t kernel = scan_number(scan, UINT32_MAX);
		if (kernel < 0 || (size_t)kernel >= reader->pack->cnt)
			return false;
	} while (scan_text(scan, ","));
	ret->kernels.end = scan->at;
	return scan_text(scan, "]}");
}

/* "f","module":"vmlinux", or "f","id":1, and the opening bracket of the rows. */
static bool scan_head(struct history_reader *reader, const struct row_kind *kind, struct scan *scan,
	struct call_head *ret)
{
	int64_t id = 0;

	if (!scan_text(scan, "{\"") || !scan_text(scan, kind->key) || !scan_text(scan, "\":") ||
		!scan_member(reader, scan, &ret->name, ",") || !ret->name)
		return false;
	if (kind == &history_kfunc_rows) {
		if (!scan_text(scan, "\"module\":") || !scan_member(reader, scan, &ret->module, ",") || !ret->module)
			return false;
	} else if (!scan_text(scan, "\"id\":") || (id = scan_number(scan, UINT32_MAX)) < 0 || !scan_text(scan, ",")) {
		return false;
	}
	ret->id = (uint32_t)id;
	return scan_text(scan, "\"rows\":[");
}

/* All rows: whether each has the form of kcompat. */
static bool scan_rows(const struct history_reader *reader, const struct row_kind *kind, struct scan scan)
{
	struct call_row row;

	do {
		if (!scan_row(reader, kind, &scan, &row))
			return false;
	} while (scan_text(&scan, ","));
	return scan_text(&scan, "]}") && scan.at == scan.end;
}

static void fill_call(const struct row_kind *kind, const struct call_head *head, struct cell *cells, void *element)
{
	if (kind == &history_kfunc_rows)
		*(struct snapshot_kfunc *)element = (struct snapshot_kfunc) {
			.name = head->name, .module = head->module, .cells = cells};
	else
		*(struct snapshot_helper *)element = (struct snapshot_helper) {
			.name = head->name, .id = head->id, .cells = cells};
}

static void add_call(struct history_reader *reader, const struct row_kind *kind, const struct call_head *head,
	const struct call_row *row)
{
	_Alignas(max_align_t) char element[ROW_ELEMENT_MAX_BYTES] = {0};
	const struct snapshot *first = NULL;
	struct scan kernels = row->kernels;

	do {
		struct snapshot *snapshot = reader->pack->list[scan_number(&kernels, UINT32_MAX)].snapshot;
		if (!first)
			fill_call(kind, head, history_cells_at(reader, row->cells, snapshot), element);
		first = first ? first : snapshot;
		history_add_element(reader, kind, first, snapshot, element);
	} while (!reader->json.error && scan_text(&kernels, ","));
}

bool history_scan_call(struct history_reader *reader, const struct row_kind *kind, const char *line, size_t len_bytes)
{
	struct scan scan = {line, line + len_bytes};
	struct call_head head = {0};
	struct call_row row;

	if (!scan_head(reader, kind, &scan, &head) || reader->json.error || !scan_rows(reader, kind, scan))
		return false;
	while (!reader->json.error && scan_row(reader, kind, &scan, &row)) {
		add_call(reader, kind, &head, &row);
		scan_text(&scan, ",");
	}
	return true;
}

static const struct history_contexts *contexts_of_kernel(const struct history_reader *reader, int64_t kernel)
{
	const struct snapshot *snapshot = reader->pack->list[kernel].snapshot;

	for (size_t i = 0; i < reader->list_cnt; i++) {
		if (reader->lists[i].list == snapshot->contexts)
			return &reader->lists[i];
	}
	return NULL;
}

/* [3,4], of a row. What is no number of a context is for the parser to refuse. */
static bool has_wanted_context(const struct history_contexts *contexts, struct scan numbers)
{
	do {
		int64_t number = scan_number(&numbers, UINT32_MAX);
		if (!contexts || number < 0 || (size_t)number >= contexts->file_cnt || contexts->places[number] != HISTORY_NO_PLACE)
			return true;
	} while (scan_text(&numbers, ","));
	return !scan_text(&numbers, "]");
}

/* Moves behind the next text of this kind, which no string in JSON contains: its quotes would be escaped. */
static bool scan_key(struct scan *scan, const char *key)
{
	const char *at = memmem(scan->at, (size_t)(scan->end - scan->at), key, strlen(key));

	scan->at = at ? at + strlen(key) : scan->end;
	return at;
}

bool history_layout_is_wanted(const struct history_reader *reader, const char *line, size_t len_bytes)
{
	int64_t kernel, max = (int64_t)reader->pack->cnt - 1;
	struct scan scan = {line, line + len_bytes};

	/* Each row begins with its contexts, and ends with its kernels. */
	if (max < 0 || !scan_key(&scan, "\"rows\":["))
		return true;
	do {
		struct scan contexts = scan;
		if (!scan_text(&contexts, "{\"contexts\":[") || !scan_key(&scan, "],\"kernels\":["))
			return true;
		struct scan kernels = scan;
		while ((kernel = scan_number(&scan, (uint64_t)max)) >= 0 && scan_text(&scan, ","))
			;
		if (kernel < 0 || !scan_text(&scan, "]}") ||
			has_wanted_context(contexts_of_kernel(reader, scan_number(&kernels, (uint64_t)max)), contexts))
			return true;
	} while (scan_text(&scan, ","));
	return !scan_text(&scan, "]}") || scan.at != scan.end;
}
