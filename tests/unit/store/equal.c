/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store: the BTF of real kernels comes back equal. The running kernel's, and those of the files in
 * KCOMPAT_IMAGES=FILE:..., which may be packages. All of them share one store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/btf_colours.h"
#include "input/input.h"
#include "store/store.h"
#include "util/file.h"

#define RUNNING "/sys/kernel/btf/vmlinux"
enum { KERNELS_MAX = 64 };

struct original {
	const char *name;
	struct kbtf *btf;
	struct input *input;
	struct input_joined *joined;
};

static void must(struct error *error)
{
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
}

static bool take_running(struct original *ret)
{
	struct file_bytes bytes;
	struct error *error = file_read("", RUNNING, &bytes);

	*ret = (struct original) {.name = "running"};
	if (!error)
		error = kbtf_create(bytes.data, bytes.size, KBTF_MALLOC, NULL, &ret->btf);
	bool taken = !error;
	error_free(error);
	return taken;
}

static void take_file(const char *path, struct original *ret)
{
	const unsigned char *data = NULL;
	const char *name = NULL;
	size_t size = 0;

	*ret = (struct original) {.name = path};
	must(input_open(path, &ret->input));
	must(inputs_join(&ret->input, 1, &ret->joined));
	assert_int_equal(ret->joined->kernel_cnt, 1);
	assert_true(input_kernel_btf(&ret->joined->kernels[0], &data, &size, &name));
	must(kbtf_create((void *)data, size, KBTF_BORROWED, NULL, &ret->btf));
}

static size_t take_all(struct original *list, char *files)
{
	size_t cnt = take_running(&list[0]) ? 1 : 0;

	for (char *file = files ? strtok(files, ":") : NULL; file && cnt < KERNELS_MAX;
		file = strtok(NULL, ":"))
		take_file(file, &list[cnt++]);
	return cnt;
}

static void store_all(const struct original *list, size_t cnt, struct buf *bytes)
{
	struct store_addition *additions = calloc(cnt + 1, sizeof(*additions));

	for (size_t i = 0; i < cnt; i++) {
		additions[i].kernel = (struct store_kernel) {.name = list[i].name, .release = "", .version = "",
			.machine = "", .btf_sha256 = "", .whole = 1u << STORE_TYPES | 1u << STORE_FUNCTIONS};
		must(store_emit(list[i].btf, &additions[i].lines));
	}
	must(store_write(NULL, additions, cnt, bytes));
	for (size_t i = 0; i < cnt; i++)
		store_lines_deinit(&additions[i].lines);
	free(additions);
}

static void test_real_kernels(void **state)
{
	static struct original list[KERNELS_MAX + 1];
	char *files = getenv("KCOMPAT_IMAGES");
	size_t cnt = take_all(list, files ? strdup(files) : NULL);
	struct store *store = NULL;
	struct buf bytes = {0};

	(void)state;
	if (!cnt) {
		puts("skip: this kernel shows no BTF, and KCOMPAT_IMAGES names no image");
		skip();
	}
	store_all(list, cnt, &bytes);
	print_message("%zu kernels: %zu bytes\n", cnt, bytes.len);
	must(store_open_bytes(bytes.data, bytes.len, &store));
	for (size_t i = 0; i < cnt; i++) {
		struct kbtf *made = NULL;
		must(store_btf(store, i, &made));
		if (!colours_equal(list[i].btf, made))
			fail_msg("%s: another BTF", list[i].name);
		kbtf_destroy(made);
	}
	store_close(store);
	for (size_t i = 0; i < cnt; i++) {
		kbtf_destroy(list[i].btf);
		input_joined_destroy(list[i].joined);
		input_close(list[i].input);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_real_kernels)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
