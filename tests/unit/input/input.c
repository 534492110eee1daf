/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture/btf_builder.h"
#include "fixture/image_builder.h"
#include "input/archive.h"
#include "util/array.h"
#include "util/sha256.h"
#include "input/input.h"

#define R1 "6.12.107+deb13-cloud-arm64"
#define R2 "7.2.13+deb14-cloud-arm64"
#define CONFIG(arch, version, compiler)                                                            \
	"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/" arch " " version               \
	" Kernel Configuration\n#\nCONFIG_CC_VERSION_TEXT=\"" compiler "\"\nCONFIG_BPF=y\n"
#define COMPILER "gcc-14 (Debian 14.2.0-19) 14.2.0"

static char directory[64];

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status, (void)type, (void)ftw;
	return remove(path);
}

static int setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/kcompat-test-XXXXXX");
	return !mkdtemp(directory);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path in the test's directory. The last 64 are valid. */
static const char *in_directory(const char *name)
{
	static char paths[64][512];
	static unsigned int next;
	char *path = paths[next++ % 64];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static const char *write_file(const char *name, const void *data, size_t size)
{
	const char *path = in_directory(name);

	for (char *slash = strchr(path + strlen(directory) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	return path;
}

static const char *write_text(const char *name, const char *text)
{
	return write_file(name, text, strlen(text));
}

/* An arm64 Image of a release, with BTF of `btf_len` bytes of types. */
static void put_btf(struct buf *out, uint32_t type_len)
{
	const uint32_t words[] = {24, 0, type_len, type_len, 2};

	put_number(out, 0x0001eb9f, 4, false);
	for (size_t i = 0; i < 5; i++)
		put_number(out, words[i], 4, false);
	buf_pad(out, '\0', type_len + 2);
}

static void put_image(struct buf *out, const char *release, const char *version, uint32_t type_len)
{
	struct buf rest = {0};

	buf_printf(&rest,
		"Linux version %s (debian-kernel@lists.debian.org) (" COMPILER ", GNU ld) %s\n",
		release, version);
	buf_pad(&rest, '\0', 4 - rest.len % 4);
	put_btf(&rest, type_len);
	build_arm64(out, rest.data, rest.len);
	buf_deinit(&rest);
}

static void put_module(struct buf *out, const char *name, const char *release, bool debug)
{
	struct buf info = {0};

	buf_printf(&info, "name=%s%cvermagic=%s SMP mod_unload%c", name, '\0', release, '\0');
	struct elf_section sections[] = {
		{".text", debug ? SHT_NOBITS : SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, NULL, 64,
			16},
		{".modinfo", SHT_PROGBITS, SHF_ALLOC, 0, info.data, info.len, 8},
	};
	struct elf_plan plan = {false, false, ET_REL, EM_AARCH64, sections, 2, false};
	build_elf(out, &plan);
	buf_deinit(&info);
}

struct member {
	const char *name;
	const void *data;
	size_t size;
};

static struct member member(const char *name, const struct buf *bytes)
{
	return (struct member) {name, bytes->data, bytes->len};
}

static struct member text_member(const char *name, const char *text)
{
	return (struct member) {name, text, strlen(text)};
}

/* An ISO image has 300 KiB of its own. */
#define PUT_MORE_BYTES (1u << 20)

enum package { TAR_PLAIN, TAR_XZ, TAR_ZSTD, TAR_GZIP, ZIP, ISO, CPIO_GZIP };

static void put_tar(struct buf *out, enum package kind, const struct member *members, size_t cnt)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t total = 0, used = 0;

	for (size_t i = 0; i < cnt; i++)
		total += members[i].size + 4096;
	char *bytes = malloc(total + PUT_MORE_BYTES);
	if (kind == CPIO_GZIP)
		archive_write_set_format_cpio_newc(archive);
	else if (kind == ZIP)
		archive_write_set_format_zip(archive);
	else if (kind == ISO)
		archive_write_set_format_iso9660(archive);
	else
		archive_write_set_format_gnutar(archive);
	if (kind == TAR_XZ)
		archive_write_add_filter_xz(archive);
	if (kind == TAR_ZSTD)
		archive_write_add_filter_zstd(archive);
	if (kind == TAR_GZIP || kind == CPIO_GZIP)
		archive_write_add_filter_gzip(archive);
	assert_int_equal(
		archive_write_open_memory(archive, bytes, total + PUT_MORE_BYTES, &used), ARCHIVE_OK);
	for (size_t i = 0; i < cnt; i++) {
		archive_entry_clear(entry);
		archive_entry_set_pathname(entry, members[i].name);
		archive_entry_set_perm(entry, 0644);
		if (members[i].data) {
			archive_entry_set_filetype(entry, AE_IFREG);
			archive_entry_set_size(entry, (la_int64_t)members[i].size);
		} else {
			archive_entry_set_size(entry, 0);
			archive_entry_set_filetype(entry, AE_IFLNK);
			archive_entry_set_symlink(entry, "/etc/passwd");
		}
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (members[i].data)
			archive_write_data(archive, members[i].data, members[i].size);
	}
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
	buf_add(out, bytes, used);
	free(bytes);
}

static void put_ar_member(struct buf *out, const char *name, const void *data, size_t size)
{
	buf_printf(out, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "100644", size);
	buf_add(out, data, size);
	if (size % 2)
		buf_putc(out, '\n');
}

static void put_deb(struct buf *out, enum package kind, const struct member *members, size_t cnt)
{
	static const char *const names[] = {
		"data.tar", "data.tar.xz", "data.tar.zst", "data.tar.gz"};
	struct buf tar = {0};

	put_tar(&tar, kind, members, cnt);
	buf_puts(out, "!<arch>\n");
	put_ar_member(out, "debian-binary", "2.0\n", 4);
	put_ar_member(out, "control.tar", "not looked at", 13);
	put_ar_member(out, names[kind], tar.data, tar.len);
	buf_deinit(&tar);
}

/* The lead, two empty headers (signature and own), the cpio. */
static void put_rpm(struct buf *out, const struct member *members, size_t cnt)
{
	static const char header[16] = {(char)0x8e, (char)0xad, (char)0xe8, 1};

	buf_puts(out, "\xed\xab\xee\xdb\x03");
	buf_pad(out, '\0', 91);
	buf_add(out, header, sizeof(header));
	buf_add(out, header, sizeof(header));
	put_tar(out, CPIO_GZIP, members, cnt);
}

static struct input *opened(const char *path)
{
	struct input *input;
	struct error *error = input_open(path, &input);

	if (error)
		fail_msg("%s", error->what);
	return input;
}

static void refused(const char *path, const char *says)
{
	struct input *input = NULL;
	struct error *error = input_open(path, &input);

	assert_null(input);
	if (!error)
		fail_msg("%s was not refused with \"%s\"", path, says);
	if (!strstr(error->what, says) || !strstr(error->what, path))
		fail_msg("\"%s\" does not say \"%s\"", error->what, says);
	error_free(error);
}

/* The names of all modules in one text. Unpacks each. */
static void list_modules(struct input *input, struct buf *names)
{
	struct input_item *item;

	for (;;) {
		assert_null(input_next_module(input, &item));
		if (!item)
			break;
		assert_null(input_module_unpack(item));
		buf_printf(names, "%s@%s ", image_modinfo(item->image, "name"), item->release);
		input_item_destroy(item);
	}
	assert_null(input_next_module(input, &item));
	assert_null(item);
}

static void check_modules(struct input *input, const char *expected)
{
	for (int i = 0; i < 3; i++) {
		_cleanup_buf_ struct buf names = {0};
		list_modules(input, &names);
		assert_string_equal(buf_text(&names), expected);
		assert_null(input_rewind(input));
	}
}

static const struct input_item *find_item(const struct input *input, enum input_kind kind)
{
	for (size_t i = 0; i < input_item_cnt(input); i++) {
		if (input_item(input, i)->kind == kind)
			return input_item(input, i);
	}
	return NULL;
}

struct parts {
	struct buf image, module, second, packed, debug;
};

static void make_parts(struct parts *parts)
{
	*parts = (struct parts) {0};
	put_image(&parts->image, R1, BUILD_VERSION, 240);
	put_module(&parts->module, "veth", R1, false);
	put_module(&parts->second, "xfs", R1, false);
	put_module(&parts->debug, "xfs", R1, true);
	put_packed(&parts->packed, COMPRESSION_XZ, parts->second.data, parts->second.len);
}

static void free_parts(struct parts *parts)
{
	buf_deinit(&parts->image);
	buf_deinit(&parts->module);
	buf_deinit(&parts->second);
	buf_deinit(&parts->packed);
	buf_deinit(&parts->debug);
}

/* For every order of the members and every compression. */
static void test_packages(void **state)
{
	static const char config[] = CONFIG("arm64", "6.12.107", COMPILER);
	struct parts parts;

	(void)state;
	make_parts(&parts);
	const struct member first = member("./boot/vmlinuz-" R1, &parts.image);
	const struct member one = member("./lib/modules/" R1 "/kernel/veth.ko", &parts.module);
	const struct member two = member("lib/modules/" R1 "/kernel/xfs.ko.xz", &parts.packed);
	const struct member debug = member("usr/lib/debug/lib/modules/" R1 "/xfs.ko", &parts.debug);
	const struct member text = text_member("boot/config-" R1, config);
	const struct member link = {"boot/vmlinuz", NULL, 0};
	const struct member other = text_member("usr/share/doc/copyright", "words\n");
	/* An ELF file without a banner is read and left out. */
	_cleanup_buf_ struct buf elf = {0};
	struct elf_section section = {".text", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 64, 16};
	struct elf_plan plan = {false, false, ET_DYN, EM_AARCH64, &section, 1, false};
	build_elf(&elf, &plan);
	const struct member vdso = member("lib/modules/" R1 "/vdso/vdso.so", &elf);
	const struct member orders[][8] = {
		{other, first, text, link, one, two, debug, vdso},
		{one, two, first, vdso, text, link, other, debug},
		{debug, vdso, one, first, two, text, other, link},
		{first, one, vdso, text, two, debug, link, other},
	};
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		for (int kind = TAR_PLAIN; kind <= CPIO_GZIP + 1 + ISO; kind++) {
			_cleanup_buf_ struct buf bytes = {0};
			const char *format = "Debian package";
			const struct input_item *module;
			if (kind == ZIP || kind == ISO)
				continue;
			if (kind < CPIO_GZIP) {
				put_deb(&bytes, (enum package)kind, orders[i], 8);
			} else if (kind == CPIO_GZIP) {
				put_rpm(&bytes, orders[i], 8);
				format = "RPM package";
			} else {
				put_tar(&bytes, (enum package)(kind - CPIO_GZIP - 1), orders[i], 8);
				format = kind - CPIO_GZIP - 1 == ZIP ? "zip archive"
					: kind - CPIO_GZIP - 1 == ISO ? "ISO image"
								      : "tar archive";
			}
			/* The name has no meaning. */
			struct input *input =
				opened(write_file("some.file", bytes.data, bytes.len));
			assert_string_equal(input_format(input), format);
			assert_true(input_has_modules(input));
			assert_null(input_first_module(input, &module));
			assert_string_equal(module->release, R1);
			const struct input_item *image = find_item(input, INPUT_IMAGE);
			assert_non_null(image);
			assert_string_equal(image->release, R1);
			assert_string_equal(image->claimed_release, R1);
			assert_non_null(strstr(image->name, "some.file: boot/vmlinuz-" R1));
			check_modules(input, "veth@" R1 " xfs@" R1 " ");
			assert_int_equal(input_item_cnt(input), 2);
			const struct input_item *found = find_item(input, INPUT_CONFIG);
			assert_non_null(found);
			assert_string_equal((const char *)found->data, config);
			assert_int_equal(input_problem_cnt(input), 0);
			input_close(input);
		}
	}
	free_parts(&parts);
}

static void test_damaged_packages(void **state)
{
	_cleanup_buf_ struct buf deb = {0}, nested = {0}, nothing = {0}, partly = {0};
	struct parts parts;

	(void)state;
	make_parts(&parts);
	const struct member members[] = {
		member("boot/vmlinuz", &parts.image),
		member("lib/modules/veth.ko", &parts.module),
	};
	put_deb(&deb, TAR_XZ, members, 2);
	for (size_t len = 200; len < deb.len - 40; len += 37) {
		struct input *input = NULL;
		struct error *error = input_open(write_file("cut.deb", deb.data, len), &input);
		/* Truncated after the image: reading the modules finds the damage. */
		struct input_item *item = NULL;
		if (!error)
			error = input_next_module(input, &item);
		input_item_destroy(item);
		item = NULL;
		if (!error)
			error = input_next_module(input, &item);
		assert_null(item);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
		assert_non_null(strstr(error->what, "cut.deb"));
		error_free(error);
		input_close(input);
	}
	/* An archive in an archive is not read. */
	const struct member packed[] = {
		member("linux-image.deb", &deb), text_member("readme", "a\n")};
	put_tar(&nested, TAR_GZIP, packed, 2);
	refused(write_file("nested.tar.gz", nested.data, nested.len),
		"contains no kernel and no module");
	put_deb(&nothing, TAR_PLAIN, packed + 1, 1);
	refused(write_file("doc.deb", nothing.data, nothing.len), "contains no kernel and no module");
	refused(write_text(
			"short.deb", "!<arch>\ndebian-binary   0           0     0     100644  4"),
		"");
	/* A damaged member beside a valid one. */
	const struct member mixed[] = {
		{"boot/vmlinuz-a", parts.image.data, parts.image.len},
		{"boot/vmlinuz-b", "\x1f\x8b\x08", 3},
		{"boot/bad.btf", "\x9f\xeb\x01\x00\x18\0\0\0\0\0\0\0\x40\0\0\0\x40\0\0\0\xff\0\0\0",
			24},
	};
	put_tar(&partly, TAR_PLAIN, mixed, 3);
	struct input *input = opened(write_file("partly.tar", partly.data, partly.len));
	assert_int_equal(input_item_cnt(input), 1);
	assert_int_equal(input_problem_cnt(input), 1);
	assert_non_null(strstr(input_problem(input, 0), "boot/bad.btf: BTF: "));
	input_close(input);
	free_parts(&parts);
}

static void test_limits(void **state)
{
	_cleanup_buf_ struct buf tar = {0};
	struct archive_reader *reader;
	struct error *error;
	const char *name;
	size_t cnt = 0;

	(void)state;
	/* Empty members: a header of 512 bytes each. */
	struct member *members = calloc(ARCHIVE_MEMBER_MAX + 1, sizeof(*members));
	for (size_t i = 0; i <= ARCHIVE_MEMBER_MAX; i++)
		members[i] = (struct member) {"a", "", 0};
	put_tar(&tar, TAR_PLAIN, members, ARCHIVE_MEMBER_MAX + 1);
	free(members);
	assert_null(archive_reader_open(NULL, tar.data, tar.len, &reader));
	while (!(error = archive_reader_next(reader, &name)) && name)
		cnt++;
	assert_non_null(error);
	assert_non_null(strstr(error->what, "more than 200000 members"));
	assert_int_equal(cnt, ARCHIVE_MEMBER_MAX);
	error_free(error);
	archive_reader_close(reader);
}

/* One byte, then a hole larger than the limit of a member. */
static void test_sparse_member(void **state)
{
	_cleanup_buf_ struct buf tar = {0};
	struct archive_reader *reader;
	unsigned char *data = NULL;
	const char *name;
	unsigned int sum = 0;
	size_t size;

	(void)state;
	buf_pad(&tar, '\0', 512);
	strcpy(tar.data, "boot/vmlinuz");
	strcpy(tar.data + 100, "0000644");
	strcpy(tar.data + 124, "00000000001");
	strcpy(tar.data + 136, "00000000000");
	memcpy(tar.data + 148, "        ", 8);
	tar.data[156] = 'S';
	memcpy(tar.data + 257, "ustar  ", 8);
	strcpy(tar.data + 386, "00000000000");
	strcpy(tar.data + 398, "00000000001");
	/* 64 GiB, as a base-256 number of GNU tar. */
	tar.data[483] = (char)0x80;
	set_number(&tar, 487, 64ull << 30, 8, true);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)tar.data[i];
	snprintf(tar.data + 148, 8, "%06o", sum);
	buf_pad(&tar, '\0', 512 * 3);
	assert_null(archive_reader_open(NULL, tar.data, tar.len, &reader));
	assert_null(archive_reader_next(reader, &name));
	assert_string_equal(name, "boot/vmlinuz");
	struct error *error = archive_reader_take(reader, &data, &size);
	/* Whether libarchive stops at the hole or fills it: never 64 GiB. */
	if (error) {
		assert_int_equal(error->code, ERROR_INPUT);
	} else {
		assert_true(size <= ARCHIVE_TAKE_MAX_BYTES);
		free(data);
	}
	error_free(error);
	archive_reader_close(reader);
}

/* A PE file with an empty section and one with the kernel, `beyond` bytes off. */
static void put_unified(struct buf *out, const struct buf *kernel, uint32_t beyond)
{
	static const char names[][8] = {".osrel", ".linux"};
	uint32_t begin = 64 + 24 + 2 * 40;

	buf_puts(out, "MZ");
	buf_pad(out, '\0', 58);
	put_number(out, 64, 4, false);
	buf_add(out, "PE\0", 4);
	put_number(out, 0xaa64, 2, false);
	put_number(out, 2, 2, false);
	buf_pad(out, '\0', 16);
	for (size_t i = 0; i < 2; i++) {
		uint32_t len = i ? (uint32_t)kernel->len : 0;
		buf_add(out, names[i], sizeof(names[i]));
		put_number(out, len, 4, false);
		put_number(out, 0x1000, 4, false);
		put_number(out, len, 4, false);
		put_number(out, begin + beyond, 4, false);
		buf_pad(out, '\0', 16);
	}
	buf_add(out, kernel->data, kernel->len);
}

static void test_files(void **state)
{
	_cleanup_buf_ struct buf image = {0}, btf = {0}, packed = {0}, module = {0}, wrapped = {0};
	_cleanup_buf_ struct buf hub = {0}, program = {0}, bpf = {0};
	const struct input_item *item;
	const struct input_item *first;
	struct input *input;

	(void)state;
	put_image(&image, R1, BUILD_VERSION, 240);
	input = opened(write_file("a", image.data, image.len));
	item = find_item(input, INPUT_IMAGE);
	assert_string_equal(item->release, R1);
	assert_null(item->claimed_release);
	assert_false(input_has_modules(input));
	assert_null(input_first_module(input, &first));
	assert_null(first);
	check_modules(input, "");
	input_close(input);

	_cleanup_buf_ struct buf unified = {0};
	put_unified(&unified, &image, 0);
	input = opened(write_file("uki", unified.data, unified.len));
	item = find_item(input, INPUT_IMAGE);
	assert_string_equal(item->release, R1);
	assert_string_equal(item->image->format, "unified kernel image");
	input_close(input);
	refused(write_file("uki", unified.data, unified.len - 1), "lies outside the file: truncated?");
	buf_clear(&unified);
	put_unified(&unified, &image, 0x7fffffff);
	refused(write_file("uki", unified.data, unified.len), "lies outside the file: truncated?");

	put_btf(&btf, 240);
	input = opened(write_file("vmlinux-" R2 ".btf", btf.data, btf.len));
	item = find_item(input, INPUT_BTF);
	assert_int_equal(item->size_bytes, btf.len);
	assert_string_equal(item->claimed_release, R2);
	input_close(input);
	put_packed(&packed, COMPRESSION_ZSTD, btf.data, btf.len);
	input = opened(write_file("b", packed.data, packed.len));
	assert_memory_equal(find_item(input, INPUT_BTF)->data, btf.data, btf.len);
	input_close(input);
	refused(write_file("b", btf.data, btf.len - 1), "BTF: its sections lie outside");

	/* bpftool and BTFHub wrap it in an ELF file without code. */
	struct elf_section section = {".BTF", SHT_PROGBITS, 0, 0, btf.data, btf.len, 4};
	struct elf_plan plan = {false, false, ET_DYN, EM_X86_64, &section, 1, false};
	build_elf(&wrapped, &plan);
	input = opened(write_file("c", wrapped.data, wrapped.len));
	assert_memory_equal(find_item(input, INPUT_BTF)->data, btf.data, btf.len);
	input_close(input);
	const struct member hub_member = member("5.4.0-26-generic.btf", &btf);
	put_tar(&hub, TAR_XZ, &hub_member, 1);
	input = opened(write_file("5.4.0-26-generic.btf.tar.xz", hub.data, hub.len));
	assert_string_equal(find_item(input, INPUT_BTF)->claimed_release, "5.4.0-26-generic");
	input_close(input);

	put_module(&module, "veth", R1, false);
	buf_clear(&packed);
	put_packed(&packed, COMPRESSION_ZSTD, module.data, module.len);
	input = opened(write_file("d", packed.data, packed.len));
	assert_true(input_has_modules(input));
	assert_null(input_first_module(input, &first));
	assert_string_equal(first->release, R1);
	_cleanup_buf_ struct buf names = {0};
	list_modules(input, &names);
	assert_string_equal(buf_text(&names), "veth@" R1 " ");
	input_close(input);

	section.name = ".text";
	build_elf(&program, &plan);
	refused(write_file("e", program.data, program.len), "an ELF file, but not a kernel");
	plan = (struct elf_plan) {false, false, ET_REL, 247, &section, 1, false};
	build_elf(&bpf, &plan);
	refused(write_file("f", bpf.data, bpf.len), "unrecognised file type");
}

/* The output of sha256sum for the same bytes. */
static void test_digest(void **state)
{
	static const char text[] = "CONFIG_BPF=y\n";
	char digest[DIGEST_TEXT_BYTES], of_bytes[DIGEST_TEXT_BYTES];

	(void)state;
	assert_null(digest_file(write_text("config", text), digest));
	assert_string_equal(
		digest, "447b90c944e91f1cf0734ef97fc17428396cdceb9fbd15f7b2deef7dbc7c5cbe");
	digest_bytes(text, strlen(text), of_bytes);
	assert_string_equal(digest, of_bytes);
	write_text("tree/config", text);
	assert_null(digest_file(in_directory("tree"), digest));
	assert_string_equal(digest, "");
}

static void test_texts(void **state)
{
	static const struct {
		enum input_kind kind;
		const char *text;
	} cases[] = {
		{INPUT_SYMBOLS, "ffffffff81000000 T _stext\nffffffff81000010 t a\n"},
		{INPUT_SYMBOLS, "0000000000000000 A fixed_percpu_data\n"},
		{INPUT_SYMBOLS, "c0008000 T stext\n"},
		{INPUT_SYMBOLS, "0000000000000000 t veth_xdp\t[veth]\n"},
		{INPUT_CONFIG, CONFIG("x86", "6.1.176", COMPILER)},
		{INPUT_CONFIG, "# CONFIG_BPF is not set\n"},
		{INPUT_CONFIG, "\n\nCONFIG_BPF=y\n"},
		{INPUT_NONE, "# only a comment\n"},
		{INPUT_NONE, "CONFIG_BPF\n"},
		{INPUT_NONE, "CONFIG_=y\n"},
		{INPUT_NONE, "ffffffff81000000 T _stext"},
		{INPUT_NONE, "ffffffff81000000 TT _stext\n"},
		{INPUT_NONE, "fffffff81000000 T a b\n"},
		{INPUT_NONE, "root:x:0:0:root:/root:/bin/bash\n"},
		{INPUT_NONE, "{ \"schema\": \"kcompat/snapshot/1\" }\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int packed = 0; packed < 2; packed++) {
			_cleanup_buf_ struct buf bytes = {0};
			put_packed(&bytes, packed ? COMPRESSION_GZIP : COMPRESSION_NONE,
				cases[i].text, strlen(cases[i].text));
			const char *path = write_file("text", bytes.data, bytes.len);
			if (cases[i].kind == INPUT_NONE) {
				refused(path, "unrecognised file type");
				continue;
			}
			struct input *input = opened(path);
			assert_int_equal(input_item(input, 0)->kind, cases[i].kind);
			assert_string_equal(
				(const char *)input_item(input, 0)->data, cases[i].text);
			input_close(input);
		}
	}
	refused(write_text("System.map",
			"ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n"),
		"a placeholder of Debian");
	refused(write_text("nothing", ""), "empty");
	refused(in_directory("not-there"), "No such file");
	refused("/dev/null", "neither a regular file nor a directory");
}

static void test_directory(void **state)
{
	_cleanup_buf_ struct buf image = {0}, module = {0}, second = {0};
	static const char config[] = CONFIG("arm64", "6.12.107", COMPILER);

	(void)state;
	put_image(&image, R1, BUILD_VERSION, 240);
	put_module(&module, "veth", R1, false);
	put_packed(&second, COMPRESSION_ZSTD, module.data, module.len);
	write_file("tree/kernel", image.data, image.len);
	write_text("tree/config", config);
	write_file("tree/modules/kernel/b.ko.zst", second.data, second.len);
	write_file("tree/modules/a.ko", module.data, module.len);
	assert_int_equal(symlink("/etc/passwd", in_directory("tree/link")), 0);
	assert_int_equal(symlink(".", in_directory("tree/loop")), 0);
	struct input *input = opened(in_directory("tree"));
	assert_string_equal(input_format(input), "directory");
	assert_int_equal(input_item_cnt(input), 2);
	check_modules(input, "veth@" R1 " veth@" R1 " ");
	input_close(input);

	/* In a root directory, only the places of kernels are read, and nothing outside. */
	write_file("root/boot/vmlinuz-" R1, image.data, image.len);
	write_file("root/home/vmlinuz", image.data, image.len);
	write_file("root/usr/lib/modules/" R1 "/kernel/a.ko", module.data, module.len);
	assert_int_equal(symlink("usr/lib", in_directory("root/lib")), 0);
	input = opened(in_directory("root"));
	assert_int_equal(input_item_cnt(input), 1);
	check_modules(input, "veth@" R1 " ");
	assert_int_equal(input_problem_cnt(input), 0);
	input_close(input);
	write_file("captured/boot/vmlinuz-" R1, image.data, image.len);
	assert_int_equal(symlink(in_directory("root/usr/lib"), in_directory("captured/lib")), 0);
	input = opened(in_directory("captured"));
	assert_false(input_has_modules(input));
	assert_int_equal(input_problem_cnt(input), 1);
	assert_non_null(strstr(input_problem(input, 0), "a link to nothing in the directory"));
	input_close(input);
	/* Files beside these places count, files below do not. */
	write_file("half/boot/readme", "words\n", 6);
	write_file("half/vmlinuz", image.data, image.len);
	write_file("half/home/vmlinuz", image.data, image.len);
	input = opened(in_directory("half"));
	assert_int_equal(input_item_cnt(input), 1);
	input_close(input);
	write_text("empty/readme", "words\n");
	refused(in_directory("empty"), "this directory contains no kernel and no module");
}

/* More modules before the kernel than the spool holds: read twice, each delivered once. */
static void test_spool(void **state)
{
	_cleanup_buf_ struct buf deb = {0}, image = {0}, large = {0}, expected = {0};
	struct member members[10];
	char names[9][64];

	(void)state;
	put_image(&image, R1, BUILD_VERSION, 240);
	put_module(&large, "veth", R1, false);
	buf_pad(&large, '\0', INPUT_SPOOL_MAX_BYTES / 4);
	for (size_t i = 0; i < 9; i++) {
		snprintf(names[i], sizeof(names[i]), "lib/modules/%zu.ko", i);
		members[i] = member(names[i], &large);
		buf_puts(&expected, "veth@" R1 " ");
	}
	members[9] = member("lib/modules/vmlinuz", &image);
	put_deb(&deb, TAR_ZSTD, members, 10);
	struct input *input = opened(write_file("large.deb", deb.data, deb.len));
	assert_non_null(find_item(input, INPUT_IMAGE));
	check_modules(input, buf_text(&expected));
	assert_int_equal(input_item_cnt(input), 1);
	input_close(input);
}

static void test_damaged_module(void **state)
{
	_cleanup_buf_ struct buf module = {0}, packed = {0}, debug = {0};
	struct input_item *item;
	struct error *error;

	(void)state;
	put_module(&module, "veth", R1, false);
	put_module(&debug, "veth", R1, true);
	put_packed(&packed, COMPRESSION_XZ, module.data, module.len);
	write_file("modules/a.ko.xz", packed.data, packed.len - 30);
	write_file("modules/b.ko", module.data, module.len - 100);
	write_file("modules/c.ko", debug.data, debug.len);
	struct elf_section section = {".text", SHT_PROGBITS, SHF_ALLOC, 0, NULL, 64, 16};
	struct elf_plan plan = {false, false, ET_REL, EM_X86_64, &section, 1, false};
	buf_clear(&module);
	build_elf(&module, &plan);
	write_file("modules/d.o", module.data, module.len);
	struct input *input = opened(in_directory("modules"));
	static const char *const says[] = {
		"xz: ", "ELF: ", NULL, "not a module"};
	for (size_t i = 0; i < 4; i++) {
		assert_null(input_next_module(input, &item));
		error = input_module_unpack(item);
		if (says[i]) {
			assert_non_null(error);
			assert_int_equal(error->code, ERROR_INPUT);
			assert_ptr_equal(strstr(error->what, says[i]), error->what);
			error_free(error);
		} else {
			assert_null(error);
			assert_int_equal(item->kind, INPUT_DEBUG);
		}
		input_item_destroy(item);
	}
	input_close(input);
}

struct joining {
	struct input *inputs[8];
	size_t cnt;
	struct input_joined *joined;
};

static void join(struct joining *joining, const char *const *paths)
{
	*joining = (struct joining) {0};
	for (; *paths; paths++)
		joining->inputs[joining->cnt++] = opened(*paths);
	assert_null(inputs_join(joining->inputs, joining->cnt, &joining->joined));
}

static void end_join(struct joining *joining)
{
	input_joined_destroy(joining->joined);
	for (size_t i = 0; i < joining->cnt; i++)
		input_close(joining->inputs[i]);
}

static void join_refused(const char *const *paths, const char *says)
{
	struct joining joining;

	join(&joining, paths);
	assert_int_equal(joining.joined->refusal_cnt, 1);
	if (!strstr(joining.joined->refusals[0].what, says))
		fail_msg("\"%s\" does not say \"%s\"", joining.joined->refusals[0].what, says);
	end_join(&joining);
}

static void write_kernel_files(void)
{
	_cleanup_buf_ struct buf one = {0}, two = {0}, rebuilt = {0}, btf = {0}, other = {0},
				 module = {0};
	_cleanup_buf_ struct buf same = {0};

	put_image(&one, R1, BUILD_VERSION, 240);
	put_image(&two, R2, "#1 SMP PREEMPT Debian 7.2.13-1 (2026-10-28)", 480);
	put_image(&rebuilt, R1, "#2 SMP PREEMPT Debian 6.12.107-2 (2026-09-01)", 240);
	put_image(&same, "6.12.107+deb13-arm64", BUILD_VERSION, 240);
	put_btf(&btf, 240);
	put_btf(&other, 244);
	put_module(&module, "veth", R1, false);
	write_file("j/one", one.data, one.len);
	write_file("j/same-version", same.data, same.len);
	write_file("j/two", two.data, two.len);
	write_file("j/rebuilt", rebuilt.data, rebuilt.len);
	write_file("j/btf", btf.data, btf.len);
	write_file("j/other-btf", other.data, other.len);
	write_file("j/" R2 ".btf", other.data, other.len);
	write_file("j/veth.ko", module.data, module.len);
	write_text("j/config", CONFIG("arm64", "6.12.107", COMPILER));
	write_text("j/config-two", CONFIG("arm64", "7.2.13", COMPILER));
	write_text("j/config-x86", CONFIG("x86", "6.12.107", COMPILER));
	write_text("j/config-clang", CONFIG("arm64", "6.12.107", "Debian clang version 19.1.7"));
	write_text("j/config-" R2, CONFIG("arm64", "6.12.107", COMPILER));
}

#define PATHS(...) ((const char *const[]) {__VA_ARGS__, NULL})

static void test_join(void **state)
{
	struct joining joining;

	(void)state;
	write_kernel_files();
	const char *one = in_directory("j/one"), *two = in_directory("j/two");
	join(&joining,
		PATHS(in_directory("j/veth.ko"), in_directory("j/config"), in_directory("j/btf"),
			one));
	assert_int_equal(joining.joined->kernel_cnt, 1);
	assert_int_equal(joining.joined->refusal_cnt, 0);
	const struct input_kernel *kernel = joining.joined->kernels;
	assert_string_equal(kernel->release, R1);
	assert_false(kernel->release_claimed);
	assert_ptr_equal(kernel->image, input_item(joining.inputs[3], 0));
	assert_ptr_equal(kernel->config, input_item(joining.inputs[1], 0));
	assert_ptr_equal(kernel->btf, input_item(joining.inputs[2], 0));
	assert_int_equal(kernel->module_input_cnt, 1);
	/* The bytes prove the BTF. The configuration is an assumption. */
	assert_int_equal(kernel->note_cnt, 1);
	assert_non_null(strstr(kernel->notes[0], "j/config: assumed to belong to"));
	end_join(&joining);

	/* Two kernels stay two, and each gets its proven files. */
	join(&joining, PATHS(one, two, in_directory("j/btf"), in_directory("j/config-two")));
	assert_int_equal(joining.joined->kernel_cnt, 2);
	assert_int_equal(joining.joined->refusal_cnt, 0);
	assert_non_null(joining.joined->kernels[0].btf);
	assert_null(joining.joined->kernels[1].btf);
	/* It fits only one of them. */
	assert_null(joining.joined->kernels[0].config);
	assert_non_null(joining.joined->kernels[1].config);
	end_join(&joining);

	join(&joining, PATHS(one, in_directory("j/same-version"), in_directory("j/config")));
	assert_int_equal(joining.joined->kernel_cnt, 2);
	assert_int_equal(joining.joined->refusal_cnt, 1);
	assert_non_null(
		strstr(joining.joined->refusals[0].what, "fits several of the 2 kernels"));
	end_join(&joining);

	/* The same image twice is one kernel. */
	join(&joining, PATHS(one, one));
	assert_int_equal(joining.joined->kernel_cnt, 1);
	assert_int_equal(joining.joined->refusal_cnt, 0);
	end_join(&joining);

	/* BTF alone makes a kernel, with the release in its name. */
	join(&joining, PATHS(in_directory("j/" R2 ".btf"), one));
	assert_int_equal(joining.joined->kernel_cnt, 2);
	assert_string_equal(joining.joined->kernels[1].release, R2);
	assert_true(joining.joined->kernels[1].release_claimed);
	assert_int_equal(joining.joined->kernels[1].note_cnt, 1);
	assert_non_null(strstr(joining.joined->kernels[1].notes[0], "the release comes only from its name"));
	end_join(&joining);
}

static void test_join_refused(void **state)
{
	(void)state;
	write_kernel_files();
	const char *one = in_directory("j/one");
	join_refused(PATHS(one, in_directory("j/rebuilt")), "another build of the same release as");
	join_refused(PATHS(one, in_directory("j/other-btf")), "that kernel has different BTF");
	join_refused(PATHS(one, in_directory("j/config-x86")),
		"it is for x86, that kernel is for arm64");
	join_refused(PATHS(one, in_directory("j/config-two")), "it is for 7.2.13");
	join_refused(PATHS(one, in_directory("j/config-clang")),
		"it is for the compiler \"Debian clang");
	join_refused(PATHS(one, in_directory("j/config-" R2)), "its name has the release " R2);
	join_refused(PATHS(in_directory("j/two"), in_directory("j/veth.ko")),
		"modules of " R1 ", but the kernel is");
	join_refused(PATHS(in_directory("j/veth.ko")), "need their kernel's BTF, here the BTF of " R1);
	join_refused(PATHS(in_directory("j/config")), "is useless without its kernel");
	write_text("j/config-b", CONFIG("arm64", "6.12.107", COMPILER) "CONFIG_MORE=y\n");
	join_refused(
		PATHS(in_directory("j/one"), in_directory("j/config"), in_directory("j/config-b")),
		R1 " already has another kernel configuration");
}

/* BTF of FUNCTION_CNT functions called f0, f1, ..., and `extra`, as a file. */
#define FUNCTION_CNT 80
static void put_functions(struct btf_builder *builder, const char *extra)
{
	char name[16];

	builder_init(builder);
	uint32_t proto = builder_proto(builder, builder_int(builder, "int", 4), NULL, 0);
	for (int i = 0; i < FUNCTION_CNT; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		builder_func(builder, name, proto);
	}
	if (extra)
		builder_func(builder, extra, proto);
}

static const char *write_btf(const char *name, struct btf_builder *builder)
{
	size_t size;
	void *bytes = builder_bytes(builder, &size);
	const char *path = write_file(name, bytes, size);

	free(bytes);
	return path;
}

static const char *write_functions(const char *name, const char *extra)
{
	struct btf_builder builder;

	put_functions(&builder, extra);
	const char *path = write_btf(name, &builder);
	builder_deinit(&builder);
	return path;
}

/* BTF of a module, over that of put_functions(extra). */
static void put_split(struct btf_builder *split, const char *extra)
{
	struct btf_builder base;

	put_functions(&base, extra);
	builder_init_split(split, &base);
	builder_func(split, "module_function", 2);
	builder_ref(split, BTF_KIND_TYPEDEF, "module_int", 1);
	builder_deinit(&base);
}

static const char *write_split(const char *name, const char *extra)
{
	struct btf_builder split;

	put_split(&split, extra);
	const char *path = write_btf(name, &split);
	builder_deinit(&split);
	return path;
}

static void join_roles(struct joining *joining, const char *const *paths, const char *base,
	const char *debug)
{
	*joining = (struct joining) {0};
	for (; *paths; paths++)
		joining->inputs[joining->cnt++] = opened(*paths);
	if (base) {
		joining->inputs[joining->cnt] = opened(base);
		input_set_role(joining->inputs[joining->cnt++], INPUT_ROLE_BASE);
	}
	if (debug) {
		joining->inputs[joining->cnt] = opened(debug);
		input_set_role(joining->inputs[joining->cnt++], INPUT_ROLE_DEBUG);
	}
	assert_null(inputs_join(joining->inputs, joining->cnt, &joining->joined));
}

static void check_joined(
	const struct joining *joining, size_t kernel_cnt, size_t split_cnt, const char *refusal)
{
	const struct input_joined *joined = joining->joined;

	assert_int_equal(joined->kernel_cnt, kernel_cnt);
	if (kernel_cnt)
		assert_int_equal(joined->kernels[kernel_cnt - 1].split_cnt, split_cnt);
	assert_int_equal(joined->refusal_cnt, refusal != NULL);
	if (refusal && !strstr(joined->refusals[0].what, refusal))
		fail_msg("\"%s\" does not say \"%s\"", joined->refusals[0].what, refusal);
}

static void test_split(void **state)
{
	struct joining joining;
	char needs[64];

	(void)state;
	const char *base = write_functions("s/vmlinux", NULL),
		   *other = write_functions("s/other", "more"),
		   *split = write_split("s/veth", NULL);
	join(&joining, PATHS(split, base));
	check_joined(&joining, 1, 1, NULL);
	assert_int_equal(input_item(joining.inputs[0], 0)->kind, INPUT_SPLIT);
	end_join(&joining);
	join_roles(&joining, PATHS(split), base, NULL);
	check_joined(&joining, 1, 1, NULL);
	end_join(&joining);

	/* A wrong base by its strings, by its types, no base, and an unused base. */
	struct btf_builder builder;
	put_functions(&builder, NULL);
	snprintf(needs, sizeof(needs), "its base probably has %zu bytes of strings",
		builder.strings.len);
	builder_deinit(&builder);
	join_roles(&joining, PATHS(split), other, NULL);
	check_joined(&joining, 0, 0, needs);
	end_join(&joining);
	join_refused(PATHS(split), needs);
	join_roles(&joining, PATHS(split), split, NULL);
	assert_int_equal(joining.joined->kernel_cnt, 0);
	assert_non_null(strstr(joining.joined->refusals[joining.joined->refusal_cnt - 1].what,
		"a base without BTF"));
	end_join(&joining);
	join_roles(&joining, PATHS(other), base, NULL);
	check_joined(&joining, 1, 0, "no input extends its BTF");
	end_join(&joining);

	put_split(&builder, NULL);
	builder_ref(&builder, BTF_KIND_PTR, NULL, 1000);
	const char *beyond = write_btf("s/beyond", &builder);
	builder_deinit(&builder);
	join_roles(&joining, PATHS(beyond), base, NULL);
	check_joined(&joining, 0, 0, "refers to types that are not in that BTF");
	end_join(&joining);
	put_split(&builder, NULL);
	builder_word(&builder, 2);
	builder_word(&builder, BTF_KIND_FWD << 24);
	builder_word(&builder, 0);
	const char *middle = write_btf("s/middle", &builder);
	builder_deinit(&builder);
	join_roles(&joining, PATHS(middle), base, NULL);
	check_joined(&joining, 0, 0, "its names are not where that BTF has strings");
	end_join(&joining);
}

/* Lines of symbols f0, f1, ...: with `data` as a System.map, else as kallsyms without data. */
static const char *write_symbols(const char *name, bool data, int cnt)
{
	_cleanup_buf_ struct buf text = {0};

	for (int i = 0; i < cnt; i++)
		buf_printf(&text, "%016x %c f%d%s\n", 0x1000 + 16 * i, i % 2 ? 't' : 'T', i,
			i % 5 ? "" : ".isra.0");
	for (int i = 0; data && i < cnt; i++)
		buf_printf(&text, "%016x d data%d\n", 0x10000 + 16 * i, i);
	return write_text(name, buf_text(&text));
}

static void test_functions_of_btf(void **state)
{
	struct joining joining;

	(void)state;
	const char *btf = write_functions("f/btf", NULL), *ends = write_functions("f/ends", "my_exit"),
		   *impl = write_functions("f/impl", "f7_impl"),
		   *map = write_symbols("f/map", true, FUNCTION_CNT),
		   *text = write_symbols("f/text", false, FUNCTION_CNT),
		   *fewer = write_symbols("f/fewer", true, FUNCTION_CNT - 1);
	/* BTF, symbols, and whether they are one kernel. */
	const struct {
		const char *btf, *symbols, *note, *refusal;
	} pairs[] = {
		{btf, map, "f/map: assumed to belong to", NULL},
		{btf, text, "its symbols contain all 80 functions of that BTF", NULL},
		{impl, map, "all 81 functions", NULL},
		{ends, text, "all 80 functions of that BTF except in .exit.text", NULL},
		{ends, map, NULL, "its symbols lack 1 of the 81 functions of that BTF, such as my_exit"},
		{btf, fewer, NULL, "its symbols lack 1 of the 80 functions of that BTF, such as f79"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		join(&joining, PATHS(pairs[i].symbols, pairs[i].btf));
		const struct input_kernel *kernel = joining.joined->kernels;
		check_joined(&joining, 1, 0, pairs[i].refusal);
		assert_int_equal(kernel->symbols != NULL, pairs[i].note != NULL);
		assert_int_equal(kernel->note_cnt, pairs[i].note != NULL);
		if (pairs[i].note && !strstr(kernel->notes[0], pairs[i].note))
			fail_msg("\"%s\" does not say \"%s\"", kernel->notes[0], pairs[i].note);
		end_join(&joining);
	}
	/* Two releases in the names make two kernels. If two kernels fit, none is chosen. */
	const char *named = write_functions("f/6.1.0-1-amd64.btf", NULL),
		   *named_map = write_symbols("f/System.map-6.1.0-2-amd64", true, 70);
	join(&joining, PATHS(named, named_map));
	check_joined(&joining, 2, 0, NULL);
	end_join(&joining);
	join(&joining, PATHS(btf, impl, map));
	check_joined(&joining, 2, 0, "fits several of the 2 kernels");
	end_join(&joining);
}

/* An ELF file with a build id of that byte, and a symbol table. */
static const char *write_elf(const char *name, char id, bool debug, bool symbols)
{
	_cleanup_buf_ struct buf elf = {0}, note = {0}, banner = {0};

	put_number(&note, 4, 4, false);
	put_number(&note, 20, 4, false);
	put_number(&note, 3, 4, false);
	buf_add(&note, "GNU", 4);
	buf_pad(&note, id, 20);
	buf_puts(&banner, "Linux version " R1 " (x) (" COMPILER ", GNU ld) " BUILD_VERSION "\n");
	struct elf_section sections[] = {
		{".text", debug ? SHT_NOBITS : SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000,
			NULL, 64, 16},
		{".rodata", debug ? SHT_NOBITS : SHT_PROGBITS, SHF_ALLOC, 0x2000, banner.data,
			banner.len, 16},
		{".notes", SHT_NOTE, SHF_ALLOC, 0x3000, note.data, note.len, 4},
		{".symtab", SHT_PROGBITS, 0, 0, NULL, 24, 8},
	};
	struct elf_plan plan = {
		false, false, ET_EXEC, EM_AARCH64, sections, symbols ? 4 : 3, false};
	build_elf(&elf, &plan);
	return write_file(name, elf.data, elf.len);
}

static void test_debug(void **state)
{
	_cleanup_buf_ struct buf raw = {0};
	struct joining joining;

	(void)state;
	const char *kernel = write_elf("d/vmlinux", 'a', false, false),
		   *debug = write_elf("d/debug", 'a', true, true),
		   *whole = write_elf("d/whole", 'a', false, true),
		   *other = write_elf("d/other", 'b', true, true),
		   *bare = write_elf("d/bare", 'a', true, false);
	const char *const good[] = {debug, whole};
	for (size_t i = 0; i < 2; i++) {
		join_roles(&joining, PATHS(kernel), NULL, good[i]);
		check_joined(&joining, 1, 0, NULL);
		assert_ptr_equal(joining.joined->kernels[0].debug, input_item(joining.inputs[1], 0));
		end_join(&joining);
	}
	static const char ids[] = "build id 6161616161616161616161616161616161616161 there, "
				  "6262626262626262626262626262626262626262 here";
	join_roles(&joining, PATHS(kernel), NULL, other);
	check_joined(&joining, 1, 0, ids);
	assert_null(joining.joined->kernels[0].debug);
	end_join(&joining);
	join_refused(PATHS(kernel, other), ids);
	join_roles(&joining, PATHS(kernel), NULL, bare);
	check_joined(&joining, 1, 0, "it has no symbol table and no DWARF");
	end_join(&joining);
	write_kernel_files();
	join_roles(&joining, PATHS(kernel), NULL, in_directory("j/config"));
	check_joined(&joining, 1, 0, "a kernel configuration, not a debug file");
	end_join(&joining);
	/* A debug file of another release makes no kernel. */
	join_roles(&joining, PATHS(in_directory("j/two")), NULL, whole);
	check_joined(&joining, 1, 0, "is not for the kernel of");
	end_join(&joining);

	/* A raw image has no known build id, but it contains the bytes. */
	_cleanup_buf_ struct buf rest = {0};
	buf_puts(&rest, "Linux version " R1 " (x) (" COMPILER ", GNU ld) " BUILD_VERSION "\n");
	buf_add(&rest, "\0GNU", 5);
	buf_pad(&rest, 'a', 20);
	build_arm64(&raw, rest.data, rest.len);
	const char *image = write_file("d/Image", raw.data, raw.len);
	join_roles(&joining, PATHS(image), NULL, debug);
	check_joined(&joining, 1, 0, NULL);
	assert_non_null(joining.joined->kernels[0].debug);
	assert_int_equal(joining.joined->kernels[0].note_cnt, 0);
	end_join(&joining);
	join_roles(&joining, PATHS(image), NULL, other);
	check_joined(&joining, 1, 0, "6262 is not in that image");
	end_join(&joining);
}

/* Packages by rpmbuild, see tests/fixtures/make-rpm.sh. */
static void test_real_rpm(void **state)
{
	static const char *const names[] = {
		"tests/fixtures/packages/kernel-xz.rpm", "tests/fixtures/packages/kernel-zstd.rpm"};

	(void)state;
	if (access(names[0], R_OK)) {
		puts("skip: tests/fixtures/ is not below the working directory");
		skip();
	}
	for (size_t i = 0; i < 2; i++) {
		struct input *input = opened(names[i]);
		assert_string_equal(input_format(input), "RPM package");
		assert_int_equal(input_item_cnt(input), 2);
		assert_non_null(find_item(input, INPUT_CONFIG));
		assert_string_equal(find_item(input, INPUT_IMAGE)->release, "6.12.9-200.fc41.aarch64");
		input_close(input);
	}
}

static void test_module_belongs(void **state)
{
	_cleanup_buf_ struct buf module = {0};
	struct input_kernel kernel = {.release = R1};
	struct input_item *item;

	(void)state;
	put_module(&module, "veth", R2, false);
	struct input *input = opened(write_file("veth.ko", module.data, module.len));
	assert_null(input_next_module(input, &item));
	assert_null(input_module_unpack(item));
	struct error *error = input_module_belongs(&kernel, item);
	assert_non_null(error);
	assert_non_null(strstr(error->what, "a module of " R2 ", not of " R1));
	error_free(error);
	kernel.release = R2;
	assert_null(input_module_belongs(&kernel, item));
	input_item_destroy(item);
	input_close(input);
}

/* One package or image of a distribution: it and the files beside it must have an identity. */
static void check_real(const char *path)
{
	struct input *input = opened(path);
	struct input_joined *joined;

	assert_null(inputs_join(&input, 1, &joined));
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		const struct input_kernel *kernel = &joined->kernels[i];
		if (!kernel->image)
			continue;
		assert_non_null(kernel->image->image->banner);
		assert_non_null(kernel->image->image->version);
		assert_true(kernel->image->image->version[1] != ' ');
		if (kernel->image->claimed_release)
			assert_string_equal(kernel->image->claimed_release, kernel->release);
		if (!kernel->module_input_cnt)
			continue;
		struct input_item *item;
		for (int n = 0; n < 20 && !input_next_module(input, &item) && item; n++) {
			assert_null(input_module_unpack(item));
			assert_null(input_module_belongs(kernel, item));
			input_item_destroy(item);
		}
	}
	input_joined_destroy(joined);
	input_close(input);
}

static void test_real(void **state)
{
	const char *path = getenv("KCOMPAT_IMAGES");
	DIR *images = path ? opendir(path) : NULL;
	struct dirent *entry;
	size_t cnt = 0;

	(void)state;
	if (!images) {
		puts("skip: KCOMPAT_IMAGES names no directory of kernel packages and images");
		skip();
	}
	while ((entry = readdir(images))) {
		char whole[4096];
		struct stat status;
		snprintf(whole, sizeof(whole), "%s/%s", path, entry->d_name);
		if (*entry->d_name == '.' || stat(whole, &status) || !S_ISREG(status.st_mode))
			continue;
		check_real(whole);
		cnt++;
	}
	closedir(images);
	assert_true(cnt > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_packages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_packages, setup, teardown),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_sparse_member),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spool, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_join, setup, teardown),
		cmocka_unit_test_setup_teardown(test_join_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_split, setup, teardown),
		cmocka_unit_test_setup_teardown(test_functions_of_btf, setup, teardown),
		cmocka_unit_test_setup_teardown(test_debug, setup, teardown),
		cmocka_unit_test(test_real_rpm),
		cmocka_unit_test_setup_teardown(test_module_belongs, setup, teardown),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
