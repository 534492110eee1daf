/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs, read back by libarchive. */
#include "lab/cpio.h"
#include "util/array.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

struct expected {
	const char *path;
	unsigned mode;
	const char *data; /* NULL: none */
};

static const struct expected expected[] = {
	{"proc", S_IFDIR | 0755, NULL},
	{"dev", S_IFDIR | 0755, NULL},
	{"dev/console", S_IFCHR | 0600, NULL},
	{"init", S_IFREG | 0755, "#!"},
	{"a", S_IFDIR | 0755, NULL},
	{"a/b", S_IFDIR | 0755, NULL},
	{"a/b/c", S_IFREG | 0644, ""},
	{"a/b/d", S_IFREG | 0600, "12345"},
};

static void fill(struct lab_cpio *cpio)
{
	assert_null(lab_cpio_directory(cpio, "/proc"));
	assert_null(lab_cpio_directory(cpio, "/proc"));
	assert_null(lab_cpio_device(cpio, "/dev/console", 5, 1));
	assert_null(lab_cpio_file(cpio, "/init", "#!", 2, 0755));
	assert_null(lab_cpio_file(cpio, "//a/b/c", NULL, 0, 0644));
	assert_null(lab_cpio_file(cpio, "/a/b/d", "12345", 5, 0600));
	assert_null(lab_cpio_directory(cpio, "/a/b"));
	assert_null(lab_cpio_finish(cpio));
}

static void check_entry(
	struct archive *archive, struct archive_entry *entry, const struct expected *want)
{
	char data[16] = "";
	la_ssize_t size = archive_read_data(archive, data, sizeof(data));

	assert_string_equal(archive_entry_pathname(entry), want->path);
	assert_int_equal(archive_entry_mode(entry), want->mode);
	assert_int_equal(archive_entry_uid(entry), 0);
	assert_int_equal(size, want->data ? (la_ssize_t)strlen(want->data) : 0);
	assert_memory_equal(data, want->data ? want->data : "", (size_t)size);
	if (S_ISCHR(want->mode))
		assert_int_equal(archive_entry_rdev(entry), makedev(5, 1));
}

static void test_read_back(void **state)
{
	struct lab_cpio cpio = {0};
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	(void)state;
	fill(&cpio);
	archive_read_support_format_cpio(archive);
	assert_int_equal(
		archive_read_open_memory(archive, cpio.bytes.data, cpio.bytes.len), ARCHIVE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(archive_read_next_header(archive, &entry), ARCHIVE_OK);
		check_entry(archive, entry, &expected[i]);
	}
	assert_int_equal(archive_read_next_header(archive, &entry), ARCHIVE_EOF);
	archive_read_free(archive);
	lab_cpio_deinit(&cpio);
}

static void test_twice(void **state)
{
	struct lab_cpio cpio = {0};

	(void)state;
	assert_null(lab_cpio_file(&cpio, "/a/b", "1", 1, 0644));
	struct error *error = lab_cpio_file(&cpio, "/a/b", "2", 1, 0644);
	assert_non_null(error);
	assert_string_equal(error->what, "/a/b: added twice to the guest");
	error_free(error);
	lab_cpio_deinit(&cpio);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
