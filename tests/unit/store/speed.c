/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store: a name is found without reading the others, and what that costs. With KCOMPAT_STORE=FILE.kts, it measures that
 * file and prints a line for each figure, of processor time; with KCOMPAT_RECORDS=DIR, too, it writes there the same
 * records for peers: `records`, with section, key, body and mask between tabs (those in a body are spaces), and the BTF of each kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/form.h"
#include "util/clock.h"
#include "util/file.h"

#define NAMES 500u

static void must(struct error *error)
{
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
}

static double ms_since(uint64_t begin)
{
	return (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin) / 1e6;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *list, size_t cnt)
{
	qsort(list, cnt, sizeof(*list), compare_doubles);
	return list[cnt / 2];
}

/* Names from all over a section. */
static size_t take_names(
	const struct store *store, enum store_section section, const char **names, struct pool *pool)
{
	const struct store_index *index = store_section_index(store, section);
	size_t cnt = 0;

	for (size_t i = 0; i < NAMES && index->cnt; i++) {
		struct store_block block = {0};
		must(store_read_block(store, section, i * index->cnt / NAMES, &block));
		const struct store_line *line = &block.lines[i * 7919 % block.cnt];
		names[cnt++] = pool_strndup(pool, line->text, store_key_length(line));
		store_block_deinit(&block);
	}
	return cnt;
}

/* As a program that asks once: the file is opened for each name. */
static void measure_names(const char *path, const struct store *store, enum store_section section, const char *what)
{
	static double cold[NAMES], warm[NAMES];
	const char *names[NAMES];
	struct pool pool = {0};
	size_t cnt = take_names(store, section, names, &pool);

	for (size_t i = 0; i < cnt; i++) {
		struct store *own = NULL;
		struct store_records found = {0};
		must(store_open(path, &own));
		uint64_t begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		must(store_find(own, section, names[i], &pool, &found));
		cold[i] = ms_since(begin);
		assert_true(found.cnt);
		begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		must(store_find(own, section, names[i], &pool, &found));
		warm[i] = ms_since(begin);
		store_close(own);
	}
	if (cnt) {
		printf("%s, one name over all kernels: %.3f ms\n", what, median(cold, cnt));
		printf("%s, the same from a block that is kept: %.4f ms\n", what, median(warm, cnt));
	}
	pool_destroy(&pool);
}

static void measure_btf(const struct store *store)
{
	static double all[STORE_KERNELS_MAX];
	size_t cnt = 0;

	for (size_t i = 0; i < store_kernel_cnt(store); i++) {
		struct kbtf *btf = NULL;
		uint64_t begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		struct error *error = store_btf(store, i, &btf);
		if (!error)
			all[cnt++] = ms_since(begin);
		error_free(error);
		kbtf_destroy(btf);
	}
	if (cnt)
		printf("BTF of one kernel made again: %.1f ms (median of %zu kernels)\n", median(all, cnt), cnt);
}

static void write_records(const struct store *store, const char *directory)
{
	struct pool pool = {0};
	FILE *out = fopen(pool_printf(&pool, "%s/records", directory), "w");

	assert_non_null(out);
	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++) {
		for (size_t i = 0; i < store_section_index(store, section)->cnt; i++) {
			struct store_block block = {0};
			must(store_read_block(store, section, i, &block));
			for (size_t line = 0; line < block.cnt; line++) {
				size_t key = store_key_length(&block.lines[line]), len = block.lines[line].len;
				char *text = pool_strndup(&pool, block.lines[line].text, len);
				for (size_t k = key + 1; k < len; k++)
					text[k] = text[k] == '\t' ? ' ' : text[k];
				fprintf(out, "%c\t%s\t", store_section_letter(section), text);
				for (size_t k = 0; k < store_mask_bytes(store); k++)
					fprintf(out, "%02x", store_mask(store, block.masks[line])[k]);
				fputc('\n', out);
			}
			store_block_deinit(&block);
		}
	}
	fclose(out);
	for (size_t i = 0; i < store_kernel_cnt(store); i++) {
		struct kbtf *btf = NULL;
		size_t size;
		struct error *error = store_btf(store, i, &btf);
		if (!error) {
			const void *bytes = kbtf_bytes(btf, &size);
			must(file_write_atomic(pool_printf(&pool, "%s/%zu.btf", directory, i), bytes, size));
		}
		error_free(error);
		kbtf_destroy(btf);
	}
	pool_destroy(&pool);
}

static void measure(const char *path)
{
	struct store *store = NULL;
	uint64_t begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	must(store_open(path, &store));
	printf("%zu kernels, opened: %.2f ms\n", store_kernel_cnt(store), ms_since(begin));
	measure_names(path, store, STORE_TYPES, "types");
	measure_names(path, store, STORE_SYMBOLS, "symbols");
	measure_names(path, store, STORE_ATTACH, "attachments");
	measure_names(path, store, STORE_CALLERS, "callers");
	measure_btf(store);
	begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	must(store_check(store));
	printf("everything read: %.0f ms\n", ms_since(begin));
	if (getenv("KCOMPAT_RECORDS"))
		write_records(store, getenv("KCOMPAT_RECORDS"));
	store_close(store);
}

/* Of many blocks, one is read: the others may be damaged. */
static void test_one_block_is_read(void **state)
{
	struct store_addition addition = {.kernel = {.name = "one", .release = "6.1", .version = "", .machine = "x86_64",
						  .btf_sha256 = "", .whole = 1u << STORE_SYMBOLS}};
	struct store_records found = {0};
	struct buf bytes = {0};
	struct store *store = NULL;
	struct pool pool = {0};

	(void)state;
	for (unsigned int i = 0; i < 60000; i++)
		buf_printf(&addition.lines.text[STORE_SYMBOLS], "function_%08x\tT\n", i * 65537u);
	must(store_write(NULL, &addition, 1, &bytes));
	store_lines_deinit(&addition.lines);
	must(store_open_bytes(bytes.data, bytes.len, &store));
	const struct store_index *index = store_section_index(store, STORE_SYMBOLS);
	assert_true(index->cnt > 3);
	/* The store owns the bytes, and the test knows where they are. */
	memset(bytes.data + index->blocks[2].at, 0, index->blocks[2].packed_bytes);
	must(store_find(store, STORE_SYMBOLS, "function_00000000", &pool, &found));
	assert_int_equal(found.cnt, 1);
	_cleanup_error_ struct error *error = store_check(store);
	assert_non_null(error);
	pool_destroy(&pool);
	store_close(store);
}

static void test_costs(void **state)
{
	(void)state;
	if (!getenv("KCOMPAT_STORE"))
		skip();
	measure(getenv("KCOMPAT_STORE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_block_is_read),
		cmocka_unit_test(test_costs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
