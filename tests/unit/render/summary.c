/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render_summary(): one screen, whatever the kernel is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "render/render.h"
#include "util/array.h"
#include "util/colour.h"
#include "util/escape.h"

enum { LINES_MAX = 30, MANY = 200 };

static struct snapshot *make_snapshot(void)
{
	struct snapshot *snapshot = snapshot_create();

	assert_non_null(snapshot);
	snapshot->source_kind = "probed";
	snapshot->kernel.release = "6.1.0-test";
	assert_true(snapshot_add_fact(snapshot, "probe"));
	return snapshot;
}

static bool has_line(const char *text, const char *line)
{
	const size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at++) {
		if ((at == text || at[-1] == '\n') && (at[len] == '\n' || !at[len]))
			return true;
	}
	return false;
}

static size_t columns_of(const char *line, size_t len)
{
	size_t columns = 0, step;
	uint32_t code;

	while ((step = escape_next(line, len, &code))) {
		assert_true(escape_is_printable(code));
		line += step;
		len -= step;
		columns++;
	}
	return columns;
}

static void check_screen(const char *text, size_t width)
{
	size_t lines = 0;

	for (const char *line = text; *line; lines++) {
		size_t len = strcspn(line, "\n");
		assert_true(columns_of(line, len) <= width);
		assert_int_equal(line[len], '\n');
		line += len + 1;
	}
	assert_true(lines <= LINES_MAX);
}

/* More of everything than fits, and bytes that a terminal would obey. */
static struct snapshot_context many_contexts[MANY];
static struct kernel_limit many_limits[MANY];
static char many_words[MANY][400];

static void fill_many(struct snapshot *snapshot)
{
	static char release[3000];

	memset(release, 'n', sizeof(release) - 1);
	memcpy(release, "6.1\033[2J\n\xff\xe2\x80\xae", 12);
	snapshot->kernel.release = release;
	snapshot->kernel.distribution = "two\nlines";
	for (size_t i = 0; i < MANY; i++) {
		snprintf(many_words[i], sizeof(many_words[i]),
			"%zu \033[31m reason with \xc3\xa9 and %0*zu and more words to wrap, so many that they "
			"take several lines of any terminal that a person has on a desk",
			i, (int)(i % 100) + 1, i);
		many_contexts[i] = (struct snapshot_context) {.name = many_words[i],
			.program_type = "xdp",
			.state = i % 2 ? SUPPORT_BLOCKED : SUPPORT_UNKNOWN,
			.reason = many_words[i]};
		many_limits[i] = (struct kernel_limit) {
			many_words[i], i % 3 ? many_words[MANY - i - 1] : NULL};
	}
	snapshot->contexts = many_contexts;
	snapshot->context_cnt = MANY;
	snapshot->environment.limits = many_limits;
	snapshot->environment.limit_cnt = MANY;
}

static void test_more_than_fits(void **state)
{
	static const enum tristate values[] = {TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_YES};
	static const char *const labels[] = {"BTF", "ring buffer", "loops", "fentry", "LSM",
		"struct_ops", "sched_ext", "arena", "tokens", "more"};
	struct summary_answer answers[ARRAY_SIZE(labels)];
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	fill_many(snapshot);
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		answers[i] = (struct summary_answer) {labels[i], many_words[i * 7], values[i % 2]};
	for (size_t limits = 0; limits < 9; limits++) {
		snapshot->environment.limit_cnt = limits < 8 ? limits : MANY;
		for (size_t width = 60; width < 240; width += 7) {
			const struct render_text_options options = {.width = width};
			_cleanup_buf_ struct buf out = {0};
			assert_null(render_summary(
				snapshot, answers, ARRAY_SIZE(labels), &options, &out));
			check_screen(buf_text(&out), width);
			for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
				assert_non_null(strstr(buf_text(&out), labels[i]));
			/* What does not fit is said to be there. */
			assert_true(limits < 8 ||
				strstr(buf_text(&out), " more: kcompat probe --all\n") ||
				strstr(buf_text(&out), " limits: kcompat probe --all\n"));
		}
	}
	snapshot_destroy(snapshot);
}

/* A kfunc counts once, by its best answer; a refusal in one context says nothing of the others. */
static void test_best_answer(void **state)
{
	static const struct {
		enum cell_state cells[3];
		const char *word;
	} rows[] = {
		{{CELL_REFUSED, CELL_LOADABLE, CELL_BLOCKED}, "loadable"},
		{{CELL_RAN, CELL_LOADABLE, CELL_BLOCKED}, "ran"},
		{{CELL_REFUSED, CELL_PERMITTED, CELL_UNKNOWN}, "permitted"},
		{{CELL_UNKNOWN, CELL_CONDITIONAL, CELL_REFUSED}, "conditional"},
		{{CELL_REFUSED, CELL_IMPOSSIBLE, CELL_BLOCKED}, "blocked"},
		{{CELL_BLOCKED, CELL_UNKNOWN, CELL_REFUSED}, "unknown"},
		{{CELL_REFUSED, CELL_IMPOSSIBLE, CELL_UNSUPPORTED}, "refused"},
		{{CELL_ABSENT, CELL_ABSENT, CELL_ABSENT}, "refused"},
	};
	static struct snapshot_context contexts[] = {{.name = "xdp", .state = SUPPORT_OK},
		{.name = "tc", .state = SUPPORT_OK}, {.name = "lsm", .state = SUPPORT_OK}};
	const struct render_text_options options = {.width = 80};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot *snapshot = make_snapshot();
		struct cell cells[3];
		struct snapshot_kfunc kfunc = {.name = "f", .module = "vmlinux", .cells = cells};
		_cleanup_buf_ struct buf out = {0};
		char line[80];
		for (size_t k = 0; k < 3; k++)
			cells[k] = (struct cell) {.state = rows[i].cells[k]};
		snapshot->contexts = contexts;
		snapshot->context_cnt = 3;
		snapshot->kfuncs = &kfunc;
		snapshot->kfunc_cnt = 1;
		assert_null(render_summary(snapshot, NULL, 0, &options, &out));
		snprintf(line, sizeof(line), "\n  %-12s     1       0  ", rows[i].word);
		assert_non_null(strstr(buf_text(&out), line));
		const char *table = strstr(buf_text(&out), "Functions ");
		assert_non_null(table);
		/* One row below the heading. */
		assert_int_equal(strncmp(strstr(strchr(table, '\n') + 1, "\n"), "\n\n", 2), 0);
		snapshot_destroy(snapshot);
	}
}

static void test_answers(void **state)
{
	static const struct summary_answer answers[] = {{"BTF", "7 types", TRISTATE_YES},
		{"arena", "created", TRISTATE_YES}, {"fentry", "EPERM", TRISTATE_UNKNOWN},
		{"sched_ext", "no such type", TRISTATE_NO}, {"LSM", "EPERM", TRISTATE_UNKNOWN}};
	const struct render_text_options options = {.width = 80},
					 in_colour = {.width = 80, .colour = true};
	struct snapshot *snapshot = make_snapshot();
	_cleanup_buf_ struct buf out = {0}, coloured = {0};

	(void)state;
	assert_null(render_summary(snapshot, answers, ARRAY_SIZE(answers), &options, &out));
	assert_true(has_line(buf_text(&out), "  yes         BTF, arena"));
	assert_true(has_line(buf_text(&out), "  no          sched_ext: no such type"));
	assert_true(has_line(buf_text(&out), "  unknown     fentry, LSM: EPERM"));
	assert_null(strstr(buf_text(&out), "What limits"));
	assert_null(strchr(buf_text(&out), '\033'));
	assert_null(render_summary(snapshot, answers, ARRAY_SIZE(answers), &in_colour, &coloured));
	assert_non_null(strstr(buf_text(&coloured), COLOUR_GOOD "yes" COLOUR_END "         BTF"));
	assert_non_null(strstr(buf_text(&coloured), COLOUR_BAD "no" COLOUR_END));
	assert_non_null(strstr(buf_text(&coloured), COLOUR_DOUBT "unknown" COLOUR_END));
	snapshot_destroy(snapshot);
}

/* Files of a captured system: the screen says that nothing was loaded. */
static void test_files(void **state)
{
	const struct render_text_options options = {.width = 80};
	struct snapshot *snapshot = snapshot_create();
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	assert_non_null(snapshot);
	snapshot->source_kind = "probed";
	assert_null(render_summary(snapshot, NULL, 0, &options, &out));
	assert_non_null(strstr(buf_text(&out), "nothing was loaded"));
	snapshot_destroy(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_than_fits),
		cmocka_unit_test(test_best_answer),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
