/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store: BTF that is read on demand answers as the whole one does, in any order, and a damaged record is an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "btf/decl.h"
#include "fixture/btf_colours.h"
#include "store/store.h"
#include "util/array.h"
#include "util/file.h"

#define SHIPPED "data/kernels.kts"

#define KERNELS 3u

static void must(struct error *error)
{
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
}

/* One at the start, in the middle and near the end of the store, with BTF. */
static size_t kernel_number(const struct store *store, size_t which)
{
	size_t cnt = store_kernel_cnt(store), i = which * (cnt - 1) / (KERNELS - 1);

	while (!*store_kernel(store, i)->btf_sha256)
		i = (i + 1) % cnt;
	return i;
}

/* What a question can see of a type: its words, and the declarations of its parts. */
static void put_type(const struct kbtf *btf, uint32_t id, struct buf *out)
{
	const struct btf_type *type = kbtf_type(btf, id);
	unsigned int kind = kbtf_kind(type);
	const struct btf_member *members = kbtf_tail(type);

	buf_printf(out, "%s %x ", kbtf_name(btf, type), type->info);
	if (kind == BTF_KIND_FUNC) {
		kbtf_print_func(btf, id, out);
	} else if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) {
		for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
			buf_printf(out, "%s@%x ", kbtf_string(btf, members[i].name_off), members[i].offset);
			kbtf_print_decl(btf, members[i].type, "", out);
		}
	} else if (kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VAR) {
		kbtf_print_decl(btf, type->type, "", out);
	} else if (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64) {
		for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
			uint32_t name_off;
			int64_t value = kbtf_enumerator(type, i, &name_off);
			buf_printf(out, "%s=%llx ", kbtf_string(btf, name_off), (unsigned long long)value);
		}
	}
	buf_putc(out, '\n');
}

/* All types of the name and kind, in any order: the lines of a store are sorted by the digits of their numbers. */
static uint64_t sum_all(const struct kbtf *btf, const char *name, unsigned int kind)
{
	uint64_t sum = 0;

	for (uint32_t id = kbtf_find(btf, name, kind); id; id = kbtf_find_next(btf, id)) {
		_cleanup_buf_ struct buf text = {0};
		put_type(btf, id, &text);
		sum += colour_text(1, buf_text(&text));
	}
	return sum;
}

static void compare_names(struct kbtf *whole, const struct kbtf *demand)
{
	uint32_t cnt = kbtf_type_cnt(whole), at = 1;
	/* Primes: in an odd order, and no type twice. */
	uint32_t step = cnt % 7919 ? 7919 : 7907;

	must(kbtf_index(whole));
	for (uint32_t i = 0; i < cnt; i += 5, at = (at + step) % cnt) {
		const struct btf_type *type = kbtf_type(whole, at);
		if (!type || !*kbtf_name(whole, type) || kbtf_kind(type) == BTF_KIND_TYPE_TAG ||
			kbtf_kind(type) == BTF_KIND_DECL_TAG)
			continue;
		uint64_t sum = sum_all(whole, kbtf_name(whole, type), kbtf_kind(type));
		if (!sum || sum != sum_all(demand, kbtf_name(whole, type), kbtf_kind(type)))
			fail_msg("%s differs", kbtf_name(whole, type));
	}
}

static void count_name(void *context, const char *name)
{
	uint64_t *sum = context;

	*sum += colour_text(1, name);
}

static void test_equals_whole(void **state)
{
	struct store *store = NULL;

	(void)state;
	if (!file_exists("", SHIPPED))
		skip();
	must(store_open(SHIPPED, &store));
	for (size_t i = 0; i < KERNELS; i++) {
		size_t number = kernel_number(store, i);
		struct kbtf *whole = NULL, *demand = NULL;
		uint64_t x = 0, y = 0;
		must(store_btf(store, number, &whole));
		must(store_btf_on_demand(store, number, &demand));
		assert_int_equal(kbtf_find(demand, "no_such_type", BTF_KIND_STRUCT), 0);
		assert_int_equal(kbtf_find(demand, "task_struct#1", BTF_KIND_STRUCT), 0);
		compare_names(whole, demand);
		kbtf_each_name(whole, BTF_KIND_STRUCT, "task", count_name, &x);
		kbtf_each_name(demand, BTF_KIND_STRUCT, "task", count_name, &y);
		assert_true(x && x == y);
		if (!colours_equal(whole, demand))
			fail_msg("%s: another BTF", store_kernel(store, number)->name);
		must(kbtf_take_error(demand));
		kbtf_destroy(demand);
		kbtf_destroy(whole);
	}
	store_close(store);
}

/* What a look at one record says, in a store of this record and int. */
static struct error *look_at(const char *record, const char *name, unsigned int kind)
{
	struct store_addition addition = {.kernel = {.name = "k",
						  .release = "",
						  .version = "",
						  .machine = "",
						  .btf_sha256 = "",
						  .whole = 1u << STORE_TYPES | 1u << STORE_FUNCTIONS}};
	_cleanup_buf_ struct buf bytes = {0};
	struct store *store = NULL;
	struct kbtf *btf = NULL;

	buf_printf(&addition.lines.text[STORE_TYPES], " \t iint\n%s\nint\ti4,1000020\n", record);
	must(store_write(NULL, &addition, 1, &bytes));
	store_lines_deinit(&addition.lines);
	must(store_open_bytes(bytes.data, bytes.len, &store));
	bytes = (struct buf) {0};
	must(store_btf_on_demand(store, 0, &btf));
	sum_all(btf, name, kind);
	struct error *error = kbtf_take_error(btf);
	assert_null(kbtf_take_error(btf));
	assert_true(kbtf_type_cnt(btf) > 1);
	error_free(kbtf_take_error(btf));
	kbtf_destroy(btf);
	store_close(store);
	return error;
}

static void test_damaged(void **state)
{
	static const struct {
		const char *record, *why;
	} records[] = {
		{"a\ts4{x:iint;}", NULL},
		{"a\ts4{x:*sb;}", "not there"},
		{"a\ts4{x:iint;", "missing"},
		{"a\ts4{x:sa;}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		_cleanup_error_ struct error *error = look_at(records[i].record, "a", BTF_KIND_STRUCT);
		if (!records[i].why != !error || (error && !strstr(error->what, records[i].why)))
			fail_msg("%s: %s", records[i].record, error ? error->what : "accepted");
	}
	/* Nobody looks at it. */
	assert_null(look_at("a\ts4{x:iint;", "b", BTF_KIND_STRUCT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equals_whole),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
