/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A history of any bytes: what is accepted must be written and read again without a difference. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "history/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also one name alone, which must be what it is among all. */
static void read_one(const uint8_t *data, size_t size, const struct history_pack *all)
{
	const char *name = all->cnt && all->list[0].snapshot->kfunc_cnt
		? all->list[0].snapshot->kfuncs[0].name
		: "f";
	const struct history_wanted wanted = {.names = &name, .name_cnt = 1};
	struct history_pack *pack = NULL;
	struct error *error = strpbrk(name, "*?[\\") ? NULL : history_load_bytes(data, size, &wanted, &pack);

	if (error || (pack && pack->cnt != all->cnt))
		abort();
	if (pack && all->cnt && all->list[0].snapshot->kfunc_cnt &&
		!snapshot_find_kfunc(pack->list[0].snapshot, name))
		abort();
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
	if (render_json_history(pack->list, pack->cnt, &first))
		abort();
	history_pack_destroy(pack);
	if (history_load_bytes(first.data, first.len, NULL, &pack) ||
		render_json_history(pack->list, pack->cnt, &second))
		abort();
	history_pack_destroy(pack);
	if (strcmp(buf_text(&first), buf_text(&second)))
		abort();
	return 0;
}
