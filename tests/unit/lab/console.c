/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output of good and of broken guests. zlib packed the streams. */
#include "lab/console.h"
#include "lab/run.h"
#include "util/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* "hello\n", deflated by Python's zlib, in base64; its CRC-32 from the same. */
#define HELLO "eJzLSM3JyecCAAhLAh8="
#define HELLO_HEADER "6 363a3020 14"
/* An empty stream, packed in the same way. */
#define NOTHING "eJwDAAAAAAE="
#define NOTHING_HEADER "0 00000000 8"

static const char good[] = "SeaBIOS\033[2J noise M is no mark here\r\n"
			   "\nMARK started\n"
			   "\nMARK stdout " HELLO_HEADER "\r\n" HELLO "\r\n"
			   "\nMARK stderr " NOTHING_HEADER "\n" NOTHING "\n"
			   "\nMARK dmesg " HELLO_HEADER "\neJzLSM3JyecC\nAAhLAh8=\n"
			   "\nMARK exit 3\n"
			   "\nMARK done\n";

static struct error *parse(const char *text, struct lab_report *report)
{
	return lab_console_parse("MARK", text, strlen(text), report);
}

static void test_everything(void **state)
{
	struct lab_report report;

	(void)state;
	assert_null(parse(good, &report));
	assert_true(report.started && report.done);
	assert_int_equal(report.end, LAB_END_EXIT);
	assert_int_equal(report.number, 3);
	assert_string_equal(buf_text(&report.streams[LAB_STREAM_STDOUT]), "hello\n");
	assert_string_equal(buf_text(&report.streams[LAB_STREAM_STDERR]), "");
	assert_string_equal(buf_text(&report.streams[LAB_STREAM_DMESG]), "hello\n");
	for (size_t i = 0; i < LAB_STREAM_CNT; i++)
		assert_true(report.sent[i]);
	lab_report_deinit(&report);
}

/* Cut at any place: never another answer than the complete console gives, and never "done". */
static void test_cut(void **state)
{
	(void)state;
	for (size_t size = 0; size + 1 < strlen(good); size++) {
		struct lab_report report;
		struct error *error = lab_console_parse("MARK", good, size, &report);
		const struct buf *out = &report.streams[LAB_STREAM_STDOUT];

		if (!error && report.end == LAB_END_EXIT)
			assert_int_equal(report.number, 3);
		assert_true(!report.sent[LAB_STREAM_STDOUT] || !strcmp(buf_text(out), "hello\n"));
		assert_false(!error && report.done);
		error_free(error);
		lab_report_deinit(&report);
	}
}

static const struct {
	const char *text, *says;
} damaged[] = {
	/* one character of the packed bytes changed */
	{"MARK stdout " HELLO_HEADER "\neJzLSM3JyedCAAhLAh8=\nMARK done\n", "stdout: damaged"},
	/* text in between that is not a message of the kernel */
	{"MARK stdout " HELLO_HEADER "\neJzLSM3J\nnoise\nyecCAAhLAh8=\nMARK done\n",
		"stdout: damaged"},
	/* another length, another CRC */
	{"MARK stdout 7 363a3020 14\n" HELLO "\nMARK done\n", "stdout: damaged"},
	{"MARK stdout 5 363a3020 14\n" HELLO "\nMARK done\n", "stdout: damaged"},
	{"MARK stdout 6 363a3021 14\n" HELLO "\nMARK done\n", "stdout: damaged"},
	/* missing bytes */
	{"MARK stdout " HELLO_HEADER "\nMARK done\n", "stdout: damaged"},
	/* headers with impossible values */
	{"MARK stdout\n", "stdout: not a stream's header"},
	{"MARK stdout -1 0 1\n", "the limit"},
	{"MARK stdout 99999999999 0 1\n", "the limit"},
	{"MARK stdout 1 0 18446744073709551615\n", "stdout: not a stream's header"},
	{"MARK stdout 1 0 1 1\n", "stdout: not a stream's header"},
	{"MARK stdout " HELLO_HEADER "\n" HELLO "\nMARK stdout " HELLO_HEADER "\n", "sent twice"},
	{"MARK exit 256\n", "not a valid number"},
	{"MARK exit -1\n", "not a valid number"},
	{"MARK exit\n", "not a valid number"},
	{"MARK signal 128\n", "not a valid number"},
	{"MARK starte\n", "sent an unknown line: starte"},
	{"MARK\n", "sent an unknown line"},
};

static void test_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		struct lab_report report;
		struct error *error = parse(damaged[i].text, &report);

		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
		if (!strstr(error->what, damaged[i].says))
			fail_msg("%s: %s", damaged[i].text, error->what);
		error_free(error);
		lab_report_deinit(&report);
	}
}

/* Complete messages of the kernel may come at any place. */
static void test_interrupted(void **state)
{
	static const char text[] = "MARK stdout " HELLO_HEADER
				   "\n[    6.4] one\r\neJzLSM3J[    6.5] Disabling IRQ #4\r\nyecCAAhLAh8=\n"
				   "MARK exit 0\nMARK done\n";
	struct lab_report report;

	(void)state;
	assert_null(parse(text, &report));
	assert_string_equal(buf_text(&report.streams[LAB_STREAM_STDOUT]), "hello\n");
	lab_report_deinit(&report);
}

static void test_ends(void **state)
{
	static const struct {
		const char *text;
		enum lab_end end;
		unsigned number;
	} ends[] = {
		{"MARK exit 0\n", LAB_END_EXIT, 0},
		{"MARK exit 255\r\n", LAB_END_EXIT, 255},
		{"junk MARK signal 11", LAB_END_SIGNAL, 11},
		{"MARK timeout\n", LAB_END_TIMEOUT, 0},
		{"MARK failed module /lab/x.ko: No such file\n", LAB_END_FAILED, 0},
		{"mark exit 0\n", LAB_END_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct lab_report report;
		assert_null(parse(ends[i].text, &report));
		assert_int_equal(report.end, ends[i].end);
		assert_int_equal(report.number, ends[i].number);
		if (report.end == LAB_END_FAILED)
			assert_string_equal(
				buf_text(&report.why), "module /lab/x.ko: No such file");
		lab_report_deinit(&report);
	}
}

static void test_panic(void **state)
{
	static const char console[] = "one\n[    4.6] Kernel panic - not syncing: sysrq triggered\033 crash\r\nCPU: 0\n";
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	lab_console_panic(console, strlen(console), &out);
	assert_string_equal(buf_text(&out), "sysrq triggered crash");
	buf_clear(&out);
	lab_console_panic(console, 10, &out);
	lab_console_panic("", 0, &out);
	assert_string_equal(buf_text(&out), "");
}

static void test_tail(void **state)
{
	static const char console[] = "one\ntwo\033[1m\r\n\nMARK started\nthree\nfour";
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	lab_console_tail("MARK", console, strlen(console), 40, &out);
	assert_string_equal(buf_text(&out), "one\ntwo[1m\nthree\nfour\n");
	buf_clear(&out);
	lab_console_tail("MARK", console, strlen(console), 2, &out);
	assert_string_equal(buf_text(&out), "three\nfour\n");
	buf_clear(&out);
	lab_console_tail("MARK", "", 0, 2, &out);
	assert_string_equal(buf_text(&out), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
