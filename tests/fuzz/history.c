/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A history of any bytes: what is accepted must be written and read again without a difference. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/history/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also one name alone in one context, which must be what it is among all. */
static void read_one(const uint8_t *data, size_t size, const struct history_pack *all)
{
	const char *name = all->cnt && all->list[0].snapshot->kfunc_cnt
		? all->list[0].snapshot->kfuncs[0].name
		: "f";
	const struct snapshot *whole = all->cnt ? all->list[0].snapshot : NULL;
	const char *context = whole && whole->context_cnt ? whole->contexts[0].name : "xdp";
	const struct history_wanted wanted = {
		.names = &name, .name_cnt = 1, .contexts = &context, .context_cnt = 1};
	bool globs = strpbrk(name, "*?[\\") || strpbrk(context, "*?[\\");
	struct history_pack *pack = NULL;
	struct error *error = globs ? NULL : history_load_bytes(data, size, &wanted, &pack);

	if (error || (pack && pack->cnt != all->cnt))
		abort();
	const struct snapshot *one = pack && whole ? pack->list[0].snapshot : NULL;
	if (one && whole->context_cnt && !one->context_cnt)
		abort();
	const struct snapshot_kfunc *kfunc = one ? snapshot_find_kfunc(one, name) : NULL;
	if (one && whole->kfunc_cnt &&
		(!kfunc ||
			(whole->context_cnt &&
				kfunc->cells[0].state != whole->kfuncs[0].cells[0].state)))
		abort();
	history_pack_destroy(pack);
}

/* The names alone of a history as it is written: those of all of it. */
static void read_names(const struct buf *text, const struct history_pack *all)
{
	const struct history_wanted wanted = {.only_names = true};
	struct history_pack *pack = NULL;

	if (history_load_bytes(text->data, text->len, &wanted, &pack) || pack->cnt != all->cnt)
		abort();
	for (size_t i = 0; i < all->cnt; i++) {
		const struct snapshot *one = pack->list[i].snapshot, *other = all->list[i].snapshot;
		if (one->kfunc_cnt != other->kfunc_cnt || one->helper_cnt != other->helper_cnt)
			abort();
	}
	history_pack_destroy(pack);
}

/* One name with cells, and all others listed without: the lists are as long as the whole ones. */
static void read_lists(const uint8_t *data, size_t size, const struct history_pack *all)
{
	const char *name = "f";
	const struct history_wanted wanted = {.names = &name, .name_cnt = 1, .lists = true};
	struct history_pack *pack = NULL;

	if (history_load_bytes(data, size, &wanted, &pack) || pack->cnt != all->cnt)
		abort();
	for (size_t i = 0; i < all->cnt; i++) {
		const struct snapshot *whole = all->list[i].snapshot,
				      *lists = pack->list[i].snapshot;
		if (lists->kfunc_cnt != whole->kfunc_cnt ||
			lists->helper_cnt != whole->helper_cnt ||
			lists->map_types.cnt != whole->map_types.cnt ||
			lists->context_cnt != whole->context_cnt)
			abort();
		for (size_t k = 0; k < lists->kfunc_cnt && lists->context_cnt; k++) {
			const struct snapshot_kfunc *kfunc = &lists->kfuncs[k];
			if (kfunc->cells[lists->context_cnt - 1].state != CELL_NONE &&
				strcmp(kfunc->name, name) && !strpbrk(kfunc->name, "\"\\"))
				abort();
		}
	}
	history_pack_destroy(pack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf first = {0}, second = {0};
	struct history_pack *pack = NULL;
	struct error *error = history_load_bytes(data, size, NULL, &pack);

	if (error) {
		if (!*error->what || pack)
			abort();
		error_free(error);
		return 0;
	}
	read_one(data, size, pack);
	read_lists(data, size, pack);
	if (render_json_history(pack->list, pack->cnt, &first))
		abort();
	history_pack_destroy(pack);
	if (history_load_bytes(first.data, first.len, NULL, &pack) ||
		render_json_history(pack->list, pack->cnt, &second))
		abort();
	read_names(&first, pack);
	history_pack_destroy(pack);
	if (strcmp(buf_text(&first), buf_text(&second)))
		abort();
	return 0;
}
