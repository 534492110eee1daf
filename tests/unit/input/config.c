/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "input/system/system.h"
#include "util/array.h"
#include "util/file.h"

static void test_values(void **state)
{
	static const char text[] = "#\n# Linux/x86 6.1.192 Kernel Configuration\n"
				   "CONFIG_Z=m\n"
				   "CONFIG_BPF=y\n"
				   "CONFIG_HZ=250\n"
				   "CONFIG_HEX=0xffffffff\n"
				   "CONFIG_LSM=\"landlock,bpf\"\n"
				   "CONFIG_EMPTY_TEXT=\"\"\n"
				   "CONFIG_WITH_EQUALS=\"a=b\"\n"
				   "# CONFIG_OFF is not set\n"
				   "CONFIG_NO=n\n"
				   "CONFIG_TWICE=y\n"
				   "CONFIG_TWICE=m\n"
				   "CONFIG_ON_THEN_OFF=y\n"
				   "# CONFIG_ON_THEN_OFF is not set\n"
				   "# CONFIG_OFF_THEN_ON is not set\n"
				   "CONFIG_OFF_THEN_ON=y\n"
				   "CONFIG_DOS=y\r\n"
				   "CONFIG_NOTHING=\n"
				   "CONFIG_=y\n"
				   " CONFIG_INDENTED=y\n"
				   "CONFIG_SPACE =y\n"
				   "# CONFIG_COMMENT=y\n"
				   "CONFIG_LAST=y\n";
	static const struct {
		const char *name, *value;
	} expected[] = {
		{"CONFIG_BPF", "y"},
		{"CONFIG_DOS", "y"},
		{"CONFIG_EMPTY_TEXT", "\"\""},
		{"CONFIG_HEX", "0xffffffff"},
		{"CONFIG_HZ", "250"},
		{"CONFIG_LAST", "y"},
		{"CONFIG_LSM", "\"landlock,bpf\""},
		{"CONFIG_OFF_THEN_ON", "y"},
		{"CONFIG_TWICE", "m"},
		{"CONFIG_WITH_EQUALS", "\"a=b\""},
		{"CONFIG_Z", "m"},
	};
	const size_t expected_cnt = ARRAY_SIZE(expected);
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_config_option *list;
	size_t cnt;

	(void)state;
	assert_null(config_parse(&pool, text, sizeof(text) - 1, &list, &cnt));
	for (size_t i = 0; i < cnt && i < expected_cnt; i++) {
		assert_string_equal(list[i].name, expected[i].name);
		assert_string_equal(list[i].value, expected[i].value);
	}
	assert_int_equal(cnt, expected_cnt);
}

static void expect_input_error(const void *data, size_t size, const char *words)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_config_option *list = NULL;
	size_t cnt = 77;
	_cleanup_error_ struct error *error = config_parse(&pool, data, size, &list, &cnt);

	assert_non_null(error);
	assert_int_equal(error->code, ERROR_INPUT);
	if (!strstr(error->what, words))
		fail_msg("\"%s\" without \"%s\"", error->what, words);
	/* Out parameters are written on success only. */
	assert_null(list);
	assert_int_equal(cnt, 77);
}

static void test_no_configuration(void **state)
{
	static const char *const texts[] = {
		"", "\n", "<html>404</html>\n", "BPF=y\n", "# CONFIG_ is not set\n", "CONFIG_X\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		expect_input_error(texts[i], strlen(texts[i]), "not a kernel configuration");
	expect_input_error("CONFIG_A=y\nCONFIG_BPF_LS", 24, "truncated");
	expect_input_error("CONFIG_A=y\nCONFIG_HZ=25", 23, "truncated");
}

/* A complete gzip member with `text`; the caller frees it. */
static unsigned char *gzip(const char *text, size_t len, size_t *size)
{
	size_t room = len + 1024;
	unsigned char *data = malloc(room);
	z_stream stream = {.next_in = (Bytef *)text,
		.avail_in = (uInt)len,
		.next_out = data,
		.avail_out = (uInt)room};

	assert_non_null(data);
	assert_int_equal(
		deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	*size = room - stream.avail_out;
	deflateEnd(&stream);
	return data;
}

/* Truncated at the end of a line: detected from the ends of menus, if the file has them. */
static void test_menus(void **state)
{
#define GENERAL "#\n# General setup\n#\nCONFIG_A=y\n"
#define GENERAL_END "# end of General setup\n"
#define HACKING "#\n# Kernel hacking\n#\nCONFIG_B=y\n#\n# a comment\n#\n"
#define HACKING_END "# end of Kernel hacking\n"
	static const char *const whole[] = {
		GENERAL GENERAL_END HACKING HACKING_END,
		/* Options outside menus follow. */
		GENERAL GENERAL_END HACKING HACKING_END "CONFIG_IO_URING_ZCRX=y\n",
		/* Before 5.4 no menu has an end. */
		GENERAL HACKING,
	};
	static const struct {
		const char *text, *says;
	} cut[] = {
		{GENERAL GENERAL_END, "truncated: the end of the last menu"},
		{GENERAL GENERAL_END HACKING, "truncated: the end of the last menu"},
		{"CONFIG_A=y\n" GENERAL_END HACKING HACKING_END, "\"General setup\" ends but does not start"},
		{GENERAL GENERAL_END GENERAL_END HACKING HACKING_END, "\"General setup\" ends but does not start"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct kernel_config_option *list;
		size_t cnt;
		assert_null(config_parse(&pool, whole[i], strlen(whole[i]), &list, &cnt));
		assert_true(cnt >= 2);
	}
	for (size_t i = 0; i < ARRAY_SIZE(cut); i++)
		expect_input_error(cut[i].text, strlen(cut[i].text), cut[i].says);
}

static void test_gzip(void **state)
{
	static const char text[] = "CONFIG_BPF=y\nCONFIG_BPF_LSM=y\n";
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_config_option *list;
	size_t size, cnt;
	unsigned char *data = gzip(text, sizeof(text) - 1, &size);

	(void)state;
	assert_null(config_parse(&pool, data, size, &list, &cnt));
	assert_int_equal(cnt, 2);
	/* Every shorter prefix is an error, and no byte after its end is read. */
	for (size_t shorter = 2; shorter < size; shorter++) {
		unsigned char *part = malloc(shorter);
		assert_non_null(part);
		memcpy(part, data, shorter);
		expect_input_error(part, shorter, "gzip");
		free(part);
	}
	/* The checksum of the text is in the last eight bytes. */
	data[size - 8] ^= 1;
	expect_input_error(data, size, "gzip");
	free(data);
}

static void test_gzip_bomb(void **state)
{
	const size_t len = 64 * 1024 * 1024;
	char *zeros = calloc(1, len);
	size_t size;

	(void)state;
	assert_non_null(zeros);
	unsigned char *data = gzip(zeros, len, &size);
	free(zeros);
	expect_input_error(data, size, "more than");
	free(data);
}

static void test_tree(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_identity(&kernel, "tests/fixtures/roots/debian-6.1-cloud"));
	assert_null(load_config(&kernel, "tests/fixtures/roots/debian-6.1-cloud"));
	assert_string_equal(kernel.environment.config_source, "/boot/config-6.1.0-56-cloud-amd64");
	assert_string_equal(kernel_config_value(&kernel, "CONFIG_BPF_LSM"), "y");
	assert_string_equal(kernel_config_value(&kernel, "CONFIG_NF_CONNTRACK"), "m");
	assert_null(kernel_config_value(&kernel, "CONFIG_IKCONFIG"));
	assert_int_equal(kernel.environment.limit_cnt, 0);
	for (size_t i = 1; i < kernel.config_cnt; i++)
		assert_true(strcmp(kernel.config[i - 1].name, kernel.config[i].name) < 0);
	kernel_deinit(&kernel);

	assert_null(load_identity(&kernel, "tests/fixtures/roots/debian-5.10-container"));
	assert_null(load_config(&kernel, "tests/fixtures/roots/debian-5.10-container"));
	assert_string_equal(
		kernel.environment.config_source, "/lib/modules/5.10.0-46-cloud-amd64/config");
	kernel_deinit(&kernel);

	assert_null(load_config(&kernel, "tests/fixtures/roots/vm-6.18"));
	assert_string_equal(kernel.environment.config_source, "/proc/config.gz");
	assert_string_equal(kernel_config_value(&kernel, "CONFIG_BPF_JIT_ALWAYS_ON"), "y");
	assert_string_equal(kernel_config_value(&kernel, "CONFIG_LSM"),
		"\"landlock,lockdown,yama,loadpin,safesetid,integrity,smack,tomoyo,apparmor,bpf\"");
	assert_null(kernel_config_value(&kernel, "CONFIG_KPROBES"));
	kernel_deinit(&kernel);
}

static void test_damaged_and_absent(void **state)
{
	struct kernel kernel = {0};

	(void)state;
	assert_null(load_identity(&kernel, "tests/fixtures/roots/hostile"));
	assert_null(load_config(&kernel, "tests/fixtures/roots/hostile"));
	assert_null(kernel.environment.config_source);
	assert_int_equal(kernel.config_cnt, 0);
	assert_int_equal(kernel.environment.limit_cnt, 2);
	assert_non_null(strstr(kernel.environment.limits[0].what, "/proc/config.gz: gzip: "));
	assert_non_null(strstr(kernel.environment.limits[1].what, "not readable"));
	assert_non_null(kernel.environment.limits[1].remedy);
	kernel_deinit(&kernel);
}

static void write_below(const char *root, const char *path, const char *text)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	struct error *error = file_write_atomic(whole, text, strlen(text));
	assert_null(error);
}

/* A damaged file is reported, and the next one is used. */
static void test_next_source(void **state)
{
	char root[] = P_tmpdir "/kcompat-test-XXXXXX", command[64];
	struct kernel kernel = {.identity.release = "6.1.0-test"};

	(void)state;
	assert_non_null(mkdtemp(root));
	write_below(root, "/proc/config.gz", "\x1f\x8bno gzip");
	write_below(root, "/boot/config-6.1.0-test", "CONFIG_BPF=y\nCONFIG_CU");
	write_below(root, "/lib/modules/6.1.0-test/build/.config", "CONFIG_BPF=y\n");
	assert_null(load_config(&kernel, root));
	assert_string_equal(
		kernel.environment.config_source, "/lib/modules/6.1.0-test/build/.config");
	assert_string_equal(kernel_config_value(&kernel, "CONFIG_BPF"), "y");
	assert_int_equal(kernel.environment.limit_cnt, 2);
	assert_non_null(strstr(kernel.environment.limits[0].what, "/proc/config.gz: "));
	assert_non_null(
		strstr(kernel.environment.limits[1].what, "/boot/config-6.1.0-test: truncated"));
	kernel_deinit(&kernel);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

/* A release is a name, never a path out of its directory. */
static void test_release_is_no_path(void **state)
{
	char root[] = P_tmpdir "/kcompat-test-XXXXXX", command[64];
	struct kernel kernel = {.identity.release = "../../outside"};

	(void)state;
	assert_non_null(mkdtemp(root));
	write_below(root, "/outside/config", "CONFIG_BPF=y\n");
	write_below(root, "/lib/modules/6.1.0-test/config", "CONFIG_BPF=y\n");
	assert_null(load_config(&kernel, root));
	assert_null(kernel.environment.config_source);
	kernel_deinit(&kernel);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_configuration),
		cmocka_unit_test(test_menus),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_gzip_bomb),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_damaged_and_absent),
		cmocka_unit_test(test_next_source),
		cmocka_unit_test(test_release_is_no_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
