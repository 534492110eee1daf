/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/past.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/history/features.h"
#include "snapshot/history/names.h"
#include "util/array.h"
#include "util/sort.h"
#include "util/version.h"

struct past {
	struct pool pool;
	const struct store *store;
	struct check_past_kernel *list;
	size_t cnt;
};

static void past_deinit(struct past *past)
{
	for (size_t i = 0; i < past->cnt; i++)
		kbtf_destroy(past->list[i].btf);
	pool_destroy(&past->pool);
}

static struct error *add_kernel(struct past *past, size_t number)
{
	const struct store_kernel *entry = store_kernel(past->store, number);
	struct check_past_kernel *here = &past->list[past->cnt];
	struct kernel model = {0};
	struct kernel_name name;

	store_identify(entry, &model);
	bool read = kernel_name_read(&past->pool, &model.identity, &name);
	*here = (struct check_past_kernel) {
		.version = read ? pool_strdup(&past->pool, name.version) : NULL,
		.arch = read ? pool_strdup(&past->pool, name.arch) : NULL,
		.btf_sha256 = entry->btf_sha256,
		.number = number,
	};
	kernel_deinit(&model);
	if (!here->version || !here->arch)
		return error_no_memory();
	struct error *error = store_btf_on_demand(past->store, number, &here->btf);
	past->cnt += !error;
	return error;
}

static int compare_past(const void *a, const void *b)
{
	const struct check_past_kernel *x = a, *y = b;

	return order_numbers(version_parse(x->version), version_parse(y->version));
}

static struct error *read_past(struct past *past)
{
	size_t cnt = store_kernel_cnt(past->store);
	struct error *error = NULL;

	past->list = pool_calloc(&past->pool, cnt + 1, sizeof(*past->list));
	if (!past->list)
		return error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++)
		error = *store_kernel(past->store, i)->btf_sha256 ? add_kernel(past, i) : NULL;
	if (past->cnt)
		qsort(past->list, past->cnt, sizeof(*past->list), compare_past);
	return error;
}

/* What a compiler makes of a function that is not there under its own name. */
static bool is_form(const char *symbol, size_t len)
{
	static const char *const forms[] = {".isra.", ".constprop.", ".part."};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (!strncmp(symbol + len, forms[i], strlen(forms[i])))
			return true;
	}
	return false;
}

static struct error *put_forms(void *context, size_t number, const char *function, struct buf *out)
{
	const struct past *past = context;
	struct kernel kernel = {0};
	struct error *error = store_find_symbols(past->store, number, &function, 1, &kernel);
	const struct kernel_symbols *symbols = kernel.symbols;

	for (size_t i = 0; !error && symbols && i < symbols->cnt; i++) {
		const char *name = symbols->list[i].name;
		if (is_form(name, strlen(function)) && (!i || strcmp(symbols->list[i - 1].name, name)))
			buf_printf(out, "%s%s", out->len ? ", " : "", name);
	}
	kernel_deinit(&kernel);
	return error;
}

static void put_since(const char *name, const char *version, struct buf *out)
{
	struct feature_origin origin;
	char option[FEATURE_OPTION_MAX];

	/* The list writes "v6.7". */
	if (feature_origin_find(name, &origin) &&
		version_parse(origin.version) > version_parse(version))
		buf_printf(out, "in Linux since %.*s", (int)origin.version_len - 1, origin.version + 1);
	if (feature_option_find(name, option))
		buf_printf(out, "%sonly with %s", out->len ? ", and " : "", option);
}

struct error *past_hint(struct opened *opened, struct check *check)
{
	struct past past = {0};
	struct error *error = opened_shipped_types(opened, &past.store);

	if (!error && past.store)
		error = read_past(&past);
	const struct check_past given = {
		.list = past.list,
		.cnt = past.cnt,
		.context = &past,
		.forms = put_forms,
		.since = put_since,
	};
	if (!error && past.store)
		error = check_hint(check, &given);
	for (size_t i = 0; i < past.cnt && !error; i++)
		error = kbtf_take_error(past.list[i].btf);
	past_deinit(&past);
	return error;
}
