/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/diff_types.h"

#include <string.h>

#include "input/system/system.h"

const enum type_kind diff_type_kinds[DIFF_TYPE_KIND_CNT] = {TYPE_TRACEPOINT, TYPE_LSM_HOOK,
	TYPE_SYSCALL, TYPE_STRUCT, TYPE_UNION, TYPE_ENUM, TYPE_TYPEDEF, TYPE_VARIABLE};

void diff_sides_deinit(struct diff_sides *sides)
{
	if (!sides)
		return;
	for (size_t i = 0; i < 2; i++)
		store_lines_deinit(&sides->lines[i]);
	type_differences_deinit(&sides->differences);
}

unsigned int diff_types_listed(unsigned int given, unsigned int subjects, bool only, bool named)
{
	unsigned int listed = 0;

	for (size_t i = 0; i < DIFF_TYPE_KIND_CNT; i++)
		listed |= (given >> i & 1) << diff_type_kinds[i];
	if (subjects & 1u << SUBJECT_FUNCTION)
		listed |= 1u << TYPE_FUNCTION;
	/* Without a choice, what programs attach to: thousands of types differ. */
	if (!only && !named)
		listed = 1u << TYPE_TRACEPOINT | 1u << TYPE_LSM_HOOK | 1u << TYPE_SYSCALL;
	return listed;
}

static struct error *take_kernel(struct diff_sides *sides, size_t side, const struct kernel *kernel)
{
	struct store_lines *lines = &sides->lines[side];
	bool symbols = kernel->symbols && kernel_symbols_are_whole(kernel->symbols);
	bool data = symbols && symbols_list_data(kernel->symbols);
	struct error *error = kernel->btf ? store_emit(kernel->btf, lines) : NULL;

	if (!error && symbols)
		error = store_emit_symbols(kernel->symbols, lines);
	if (!error && data)
		error = store_emit_data(kernel->symbols, lines);
	if (!error && kernel->btf)
		sides->whole[side] |= 1u << STORE_TYPES | 1u << STORE_FUNCTIONS;
	if (!error && symbols)
		sides->whole[side] |= 1u << STORE_SYMBOLS;
	if (!error && data)
		sides->whole[side] |= 1u << STORE_DATA;
	return error;
}

struct error *diff_sides_read_live(struct diff_sides *sides, size_t side)
{
	struct kernel kernel = {0};
	struct error *error = load_kernel(&kernel, "", LOAD_BTF | LOAD_SYMBOLS);

	if (!error)
		error = take_kernel(sides, side, &kernel);
	kernel_deinit(&kernel);
	return error;
}

static struct error *take_stored(
	struct diff_sides *sides, size_t side, const struct store *store, size_t number)
{
	struct error *error = store_kernel_lines(store, number, &sides->lines[side]);

	if (!error)
		sides->whole[side] = store_kernel(store, number)->whole;
	return error;
}

struct error *diff_sides_read(
	struct diff_sides *sides, size_t side, struct opened *opened, const char *name)
{
	struct error *error = NULL;

	sides->names[side] = name;
	for (size_t i = 0; i < opened->kernels.cnt && !error && !sides->whole[side]; i++) {
		const struct kernel_entry *entry = &opened->kernels.list[i];
		const struct kernel *files =
			entry->store ? NULL : opened_files(opened, entry->snapshot);
		const struct store *store;
		size_t number;
		bool found;
		if (entry->store) {
			error = take_stored(sides, side, entry->store, entry->store_number);
		} else if (files) {
			error = take_kernel(sides, side, files);
		} else {
			error = opened_find_build(opened, entry->snapshot, &store, &number, &found);
			if (!error && found)
				error = take_stored(sides, side, store, number);
		}
	}
	return error;
}

struct error *diff_sides_compare(
	struct diff_sides *sides, const char *const *globs, size_t glob_cnt, struct diff_types *ret)
{
	struct types_wanted wanted = {globs, globs ? glob_cnt : 0, NULL, ret->listed};
	struct types_side list[2];

	for (size_t i = 0; i < 2; i++) {
		if (!sides->whole[i] && !ret->unknown)
			ret->unknown = pool_printf(&sides->differences.pool,
				"types and functions are not compared: those of %s are not known (kcompat scan --store "
				"makes a store of an image)",
				sides->names[i]);
		if (!sides->whole[i] && !ret->unknown)
			return error_no_memory();
		list[i] = (struct types_side) {&sides->lines[i], sides->whole[i]};
	}
	ret->differences = &sides->differences;
	wanted.seen = sides->seen =
		pool_calloc(&sides->differences.pool, wanted.glob_cnt + 1, sizeof(bool));
	if (!wanted.seen)
		return error_no_memory();
	return types_diff(&list[0], &list[1], &wanted, &sides->differences);
}

static bool is_among(const struct differences *others, const char *name)
{
	for (size_t i = 0; i < others->cnt; i++) {
		enum subject_kind kind = others->list[i].subject.kind;
		if ((subject_is_call(kind) || kind == SUBJECT_FUNCTION) &&
			!strcmp(others->list[i].subject.name, name))
			return true;
	}
	return false;
}

void diff_sides_drop(struct diff_sides *sides, const struct differences *others)
{
	struct type_differences *differences = &sides->differences;
	size_t cnt = 0;

	for (size_t i = 0; i < differences->cnt; i++) {
		const struct type_difference *difference = &differences->list[i];
		if (difference->kind != TYPE_FUNCTION || !is_among(others, difference->name))
			differences->list[cnt++] = *difference;
	}
	differences->cnt = cnt;
}

bool diff_types_changed(const struct diff_types *types)
{
	return types->differences && types->differences->cnt;
}
