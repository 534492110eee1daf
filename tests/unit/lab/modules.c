/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which modules of a package are loaded. The test makes archives as packages. */
#include "fixture/image_builder.h"
#include "lab/modules.h"
#include "util/array.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOT "usr/lib/modules/6.1.0/kernel/"

struct module {
	const char *path;
	const char *info; /* "KEY=VALUE" texts with a NUL between them; NULL: not an ELF file */
	size_t info_size;
};
#define MODULE(path, info) {ROOT path, info, sizeof(info)}

static const struct module modules[] = {
	MODULE("net/a.ko", "name=a\0depends=b,c-x"),
	/* In a directory that the first pass does not read, like its own dependencies. */
	MODULE("drivers/b.ko", "name=b\0depends=d"),
	MODULE("drivers/d.ko", "name=d\0depends="),
	MODULE("net/c-x.ko.gz", "name=c_x\0depends=d"),
	MODULE("net/soft.ko", "name=soft\0softdep=pre: crypto-crc32c d post: a\0depends="),
	MODULE("crypto/crc32c_one.ko", "name=crc32c_one\0alias=crypto-crc32c\0depends="),
	MODULE("crypto/crc32c_two.ko", "name=crc32c_two\0alias=other\0alias=crypto-crc32c\0depends="),
	MODULE("net/gone.ko", "name=gone\0depends=builtin"),
	MODULE("net/round.ko", "name=round\0depends=trip"),
	MODULE("net/trip.ko", "name=trip\0depends=round"),
};
static const struct module damaged[] = {{ROOT "net/bad.ko", NULL, 0}};

static void build_module(struct buf *out, const struct module *module)
{
	const struct elf_section sections[] = {
		{".modinfo", SHT_PROGBITS, SHF_ALLOC, 0, module->info, module->info_size, 8},
	};
	const struct elf_plan plan = {.type = ET_REL,
		.machine = EM_X86_64,
		.sections = sections,
		.section_cnt = 1};

	if (module->info)
		build_elf(out, &plan);
	else
		buf_puts(out, "a text that stands where a module should");
}

static void pack(struct buf *bytes)
{
	uLongf size = compressBound(bytes->len) + 32;
	unsigned char *packed = malloc(size);
	z_stream stream = {.next_in = (unsigned char *)bytes->data,
		.avail_in = (unsigned)bytes->len,
		.next_out = packed,
		.avail_out = (unsigned)size};

	assert_int_equal(
		deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	bytes->len = 0;
	buf_add(bytes, packed, stream.total_out);
	deflateEnd(&stream);
	free(packed);
}

static void put_member(struct archive *archive, const struct module *module)
{
	struct archive_entry *entry = archive_entry_new();
	_cleanup_buf_ struct buf bytes = {0};

	build_module(&bytes, module);
	if (strstr(module->path, ".gz"))
		pack(&bytes);
	archive_entry_set_pathname(entry, module->path);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, (la_int64_t)bytes.len);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, bytes.data, bytes.len), bytes.len);
	archive_entry_free(entry);
}

static void make_package(char *path, const struct module *members, size_t cnt)
{
	struct archive *archive = archive_write_new();
	int fd = mkstemps(path, 4);

	assert_true(fd >= 0);
	archive_write_set_format_gnutar(archive);
	assert_int_equal(archive_write_open_fd(archive, fd), ARCHIVE_OK);
	for (size_t i = 0; i < cnt; i++)
		put_member(archive, &members[i]);
	assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
	close(fd);
}

/* The modules that one wanted module loads, in order, "?" behind optional ones; then missing ones. */
static struct error *load(const struct module *members, size_t cnt, const char *wanted, struct buf *said)
{
	char path[] = "/tmp/kcompat-test-XXXXXX.tar";
	const char *const paths[] = {path};
	const struct lab_image image = {.paths = paths, .path_cnt = 1};
	struct lab_modules loaded;

	make_package(path, members, cnt);
	struct error *error = lab_modules_load(&image, &wanted, 1, &loaded);
	unlink(path);
	if (error)
		return error;
	for (size_t i = 0; i < loaded.cnt; i++) {
		assert_memory_equal(loaded.modules[i].data, ELFMAG, SELFMAG);
		buf_printf(said, "%s%s ", loaded.modules[i].name, loaded.modules[i].optional ? "?" : "");
	}
	for (size_t i = 0; i < loaded.missing_cnt; i++)
		buf_printf(said, "no %s ", loaded.missing[i]);
	lab_modules_deinit(&loaded);
	return NULL;
}

static void test_order(void **state)
{
	static const struct {
		const char *wanted, *loaded;
	} rows[] = {
		{"d", "d "},
		{"b", "d b "},
		{"a", "d b c_x a "},
		{"c-x", "d c_x "},
		{"c_x", "d c_x "},
		/* All modules with the alias. Modules of "post:" are not loaded. */
		{"soft", "crc32c_one? crc32c_two? d? soft "},
		/* The package has no file for its dependency: perhaps it is built in. */
		{"gone", "gone "},
		{"nosuch", "no nosuch "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_buf_ struct buf said = {0};
		assert_null(load(modules, ARRAY_SIZE(modules), rows[i].wanted, &said));
		assert_string_equal(buf_text(&said), rows[i].loaded);
	}
}

static void test_needs_itself(void **state)
{
	_cleanup_buf_ struct buf said = {0};

	(void)state;
	struct error *error = load(modules, ARRAY_SIZE(modules), "round", &said);
	assert_non_null(error);
	assert_non_null(strstr(error->what, "needs itself"));
	error_free(error);
}

static void test_damaged(void **state)
{
	_cleanup_buf_ struct buf said = {0};

	(void)state;
	struct error *error = load(damaged, 1, "bad", &said);
	assert_non_null(error);
	assert_int_equal(error->code, ERROR_INPUT);
	assert_non_null(strstr(error->what, "module bad"));
	error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_needs_itself),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
