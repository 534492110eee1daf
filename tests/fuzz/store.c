/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store of any bytes: what is accepted is written and read again without a difference, and its BTF can be
 * taken apart again. Behind the byte 'T' are lines of one kernel, which no packing hides from the fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/btf_walk.h"
#include "store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KERNELS_MAX 4

/* BTF that was made once comes back in the same lines. */
static void check_btf(const struct kbtf *btf)
{
	struct store_lines lines = {0}, again = {0};
	struct kbtf *made = NULL;

	walk_btf_twice((struct kbtf *)btf);
	struct error *error = store_emit(btf, &lines);
	/* What nests types through several records can be too deep for one line. */
	if (error) {
		walk_check(error->code == ERROR_INPUT);
		error_free(error);
		return;
	}
	walk_check(!store_lines_btf(&lines, &made));
	walk_check(!store_emit(made, &again));
	for (size_t i = 0; i < STORE_SECTION_CNT; i++)
		walk_check(!strcmp(buf_text(&lines.text[i]), buf_text(&again.text[i])));
	store_lines_deinit(&lines);
	store_lines_deinit(&again);
	kbtf_destroy(made);
}

static struct store *open_copy(const void *data, size_t size)
{
	struct store *store = NULL;
	void *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	struct error *error = store_open_bytes(copy, size, &store);
	if (!error)
		error = store_check(store);
	walk_check(!error || (error->code == ERROR_INPUT && *error->what));
	if (error) {
		store_close(store);
		store = NULL;
	}
	error_free(error);
	return store;
}

/* Every line of a checked store is a record with a key and a body. */
static void check_cursor(const struct store *store, enum store_section section)
{
	const struct store_record *record = NULL;
	struct store_cursor *cursor = NULL;

	walk_check(!store_cursor_create(store, section, "", &cursor));
	while (!store_cursor_next(cursor, &record) && record)
		walk_check(*record->key && *record->body);
	store_cursor_destroy(cursor);
}

static void check_kernels(const struct store *store)
{
	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++)
		check_cursor(store, section);
	for (size_t i = 0; i < store_kernel_cnt(store) && i < KERNELS_MAX; i++) {
		struct kbtf *btf = NULL;
		struct error *error = store_btf(store, i, &btf);
		walk_check(!error == (btf != NULL));
		if (btf)
			check_btf(btf);
		error_free(error);
		kbtf_destroy(btf);
	}
}

/* Was something damaged that was looked at? It has no content then, and a search ends. */
static bool left_error(const struct kbtf *btf)
{
	struct error *error = kbtf_take_error(btf);
	bool left = error != NULL;

	error_free(error);
	return left;
}

/* A look at one type, and then at all. */
static void check_on_demand(const struct store *store)
{
	for (size_t i = 0; i < store_kernel_cnt(store) && i < KERNELS_MAX; i++) {
		struct kbtf *btf = NULL;
		error_free(store_btf_on_demand(store, i, &btf));
		if (!btf)
			continue;
		uint32_t id = kbtf_find(btf, "a", BTF_KIND_STRUCT);
		walk_check(!id || kbtf_kind(kbtf_type(btf, id)) == BTF_KIND_STRUCT || left_error(btf));
		walk_check(kbtf_find_next(btf, id) != id || !id);
		/* Types of one name need not be in the order of their ids. */
		for (id = 1; id < kbtf_type_cnt(btf) && id < WALK_TYPES_MAX; id++) {
			unsigned int kind = kbtf_kind(kbtf_type(btf, id));
			walk_print(btf, id);
			if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) {
				walk_members(btf, id, kbtf_type(btf, id));
				walk_fields(btf, id);
			}
			/* A damaged store can have a second type of a name without a first one. */
			kbtf_find(btf, kbtf_name(btf, kbtf_type(btf, id)), kind);
			kbtf_find_next(btf, id);
		}
		error_free(kbtf_take_error(btf));
		kbtf_destroy(btf);
		struct kernel kernel = {0};
		error_free(store_load_on_demand(store, i, true, &kernel));
		for (size_t k = 0; kernel.symbols && k < kernel.symbols->cnt; k++)
			walk_check(*kernel.symbols->list[k].name);
		kernel_deinit(&kernel);
	}
}

static void check_written(const struct store *store)
{
	_cleanup_buf_ struct buf first = {0}, second = {0};

	walk_check(!store_write(store, NULL, 0, &first));
	struct store *again = open_copy(first.data, first.len);
	walk_check(again && store_kernel_cnt(again) == store_kernel_cnt(store));
	walk_check(!store_write(again, NULL, 0, &second));
	walk_check(first.len == second.len && !memcmp(first.data, second.data, first.len));
	store_close(again);
}

static void check_find(const struct store *store)
{
	_cleanup_pool_ struct pool pool = {0};
	struct store_records found = {0};

	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++) {
		struct error *error = store_find(store, section, "a", &pool, &found);
		walk_check(!error);
	}
	for (size_t i = 0; i < found.cnt; i++) {
		struct kbtf *btf = NULL;
		uint32_t id;
		struct error *error = store_record_btf(&found.list[i], &btf, &id);
		walk_check(error || kbtf_type(btf, id));
		error_free(error);
		kbtf_destroy(btf);
	}
}

/* Facts about functions come back whole or not at all. */
static void check_facts(const struct store *store)
{
	static const char *const names[] = {"a", "f", "g", "vfs_read", " "};

	for (size_t i = 0; i < store_kernel_cnt(store) && i < KERNELS_MAX; i++) {
		struct kernel_functions *functions = NULL;
		struct error *error = store_load_facts(store, store, i, names, sizeof(names) / sizeof(names[0]), &functions);
		walk_check(!error || (error->code == ERROR_INPUT && !functions));
		for (size_t k = 0; functions && k < functions->cnt; k++) {
			const struct kernel_function *function = &functions->list[k];
			walk_check(*function_inline_word(function_inline(function)));
			for (int way = 0; way < FUNCTION_ATTACH_CNT; way++)
				function_attachability(function, functions->sources, 1, way);
		}
		error_free(error);
		kernel_functions_destroy(functions);
	}
}

/* The same lines in a store, whose types are read one by one. */
static void try_store_of(const struct store_lines *lines)
{
	const struct store_addition addition = {
		.kernel = {.name = "k",
			.release = "",
			.version = "",
			.machine = "",
			.btf_sha256 = "",
			.whole = 1u << STORE_TYPES | 1u << STORE_FUNCTIONS},
		.lines = *lines,
	};
	struct buf bytes = {0};
	struct store *store = NULL;
	struct error *error = store_write(NULL, &addition, 1, &bytes);

	/* Lines that are not in order make a store that is refused. */
	if (!error)
		store = open_copy(bytes.data, bytes.len);
	error_free(error);
	buf_deinit(&bytes);
	if (store)
		check_on_demand(store);
	store_close(store);
}

static void try_lines(const uint8_t *data, size_t size)
{
	struct store_lines lines = {0};
	struct kbtf *btf = NULL;

	buf_add(&lines.text[STORE_TYPES], data, size);
	struct error *error = store_lines_btf(&lines, &btf);
	walk_check(error ? error->code == ERROR_INPUT && !btf : btf != NULL);
	if (btf)
		check_btf(btf);
	error_free(error);
	kbtf_destroy(btf);
	try_store_of(&lines);
	store_lines_deinit(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data == 'T') {
		try_lines(data + 1, size - 1);
		return 0;
	}
	struct store *store = open_copy(data, size);
	if (store) {
		check_kernels(store);
		check_on_demand(store);
		check_find(store);
		check_facts(store);
		check_written(store);
	}
	store_close(store);
	return 0;
}
