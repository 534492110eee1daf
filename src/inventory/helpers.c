/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/inventory.h"
#include "inventory/contexts.h"
#include "util/embed.h"
#include "util/lines.h"
#include "util/glob.h"

#include <stdlib.h>
#include <string.h>

#define ENUM_PREFIX "BPF_FUNC_"

struct helper_list {
	struct snapshot *snapshot;
	const char *const *names;
	size_t name_cnt, cap;
};

static struct error *helpers_add_helper(struct helper_list *list, const char *name, uint32_t id)
{
	struct snapshot *snapshot = list->snapshot;

	if (!name)
		return error_no_memory();
	if (!glob_any(list->names, list->name_cnt, name))
		return NULL;
	struct snapshot_helper *helpers = pool_grow(
		&snapshot->pool, snapshot->helpers, snapshot->helper_cnt, &list->cap, sizeof(*helpers));
	struct cell *cells = pool_calloc(&snapshot->pool, snapshot->context_cnt, sizeof(*cells));
	if (!helpers || !cells)
		return error_no_memory();
	helpers[snapshot->helper_cnt++] =
		(struct snapshot_helper) {.name = name, .id = id, .cells = cells};
	snapshot->helpers = helpers;
	return NULL;
}

static struct error *find_in_btf(
	struct helper_list *list, const struct kbtf *btf, const struct btf_type *type)
{
	struct error *error = NULL;

	for (uint32_t i = 0; i < kbtf_vlen(type) && !error; i++) {
		uint32_t name_off;
		int64_t id = kbtf_enumerator(type, i, &name_off);
		const char *name = kbtf_string(btf, name_off);
		if (strncmp(name, ENUM_PREFIX, strlen(ENUM_PREFIX)) || id <= 0 || id > INT32_MAX)
			continue; /* BPF_FUNC_unspec, __BPF_FUNC_MAX_ID */
		error = helpers_add_helper(list,
			pool_printf(&list->snapshot->pool, "bpf_%s", name + strlen(ENUM_PREFIX)),
			(uint32_t)id);
	}
	return error;
}

static struct error *find_in_list(struct helper_list *list)
{
	struct error *error = NULL;
	size_t len;

	for (const char *at = embed_helpers, *line; !error && list_next_line(&at, &line, &len);) {
		char *end;
		unsigned long id = strtoul(line, &end, 10);
		if (end > line && *end == ' ')
			error = helpers_add_helper(list,
				pool_strndup(&list->snapshot->pool, end + 1,
					len - (size_t)(end + 1 - line)),
				(uint32_t)id);
	}
	return error;
}

struct error *helpers_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot)
{
	struct helper_list list = {snapshot, names, name_cnt, 0};
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, "bpf_func_id", BTF_KIND_ENUM) : 0;
	struct error *error = id ? find_in_btf(&list, kernel->btf, kbtf_type(kernel->btf, id))
				 : find_in_list(&list);

	if (!error && snapshot->helper_cnt)
		qsort(snapshot->helpers, snapshot->helper_cnt, sizeof(*snapshot->helpers),
			snapshot_compare_helpers);
	return error;
}
