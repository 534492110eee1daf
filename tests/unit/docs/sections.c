/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections between markers: how they are found, how they are updated, and which bytes stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/docs_fixture.h"
#include "snapshot/history/features.h"
#include "docs/docs.h"
#include "util/array.h"
#include "util/version.h"

static struct docs_fixture fixture;

static int setup(void **state)
{
	(void)state;
	fixture_init(&fixture);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_deinit(&fixture);
	return 0;
}

static bool has_no_page(void *context, const char *page, const char *relative)
{
	(void)context;
	(void)page;
	return !strstr(relative, "SYSCALL");
}

struct filling {
	enum since_policy policy;
	bool c_signatures;
	struct docs_report report;
	struct buf out;
};

static void filling_deinit(struct filling *filling)
{
	docs_report_deinit(&filling->report);
	buf_deinit(&filling->out);
}

static struct error *try_fill(struct filling *filling, const char *text)
{
	struct docs_options options = {.c_signatures = filling->c_signatures, .has_page = has_no_page};

	assert_null(since_create(fixture.history, filling->policy, &options.since));
	struct error *error = docs_fill(
		&options, "page.md", text, strlen(text), &filling->report, &filling->out);
	since_destroy(options.since);
	return error;
}

/* The first update gives `expected`. The second update changes nothing. */
static size_t assert_fills(enum since_policy policy, const char *text, const char *expected)
{
	__attribute__((cleanup(filling_deinit))) struct filling first = {.policy = policy};
	__attribute__((cleanup(filling_deinit))) struct filling second = {.policy = policy};

	assert_null(try_fill(&first, text));
	assert_string_equal(buf_text(&first.out), expected);
	assert_null(try_fill(&second, expected));
	assert_string_equal(buf_text(&second.out), expected);
	assert_int_equal(second.report.difference_cnt, 0);
	return first.report.difference_cnt;
}

static void assert_stays(const char *text)
{
	assert_int_equal(assert_fills(SINCE_LOADABLE, text, text), 0);
}

#define PAGE(body) "# `bpf_f`\n<!-- [KFUNC_PROG_REF] -->" body "<!-- [/KFUNC_PROG_REF] -->\nend"
#define LINE(type, rest) "- [`BPF_PROG_TYPE_" type "`](../program-type/BPF_PROG_TYPE_" type ".md)" rest "\n"
#define ICON ":octicons-tag-24: "

/* bpf_f is not in 6.1, and in 6.6. */
#define SEEN " " ICON "v6.2-v6.6"

static void test_list(void **state)
{
	(void)state;
	assert_int_equal(assert_fills(SINCE_LOADABLE, PAGE(""),
		PAGE("\n" LINE("PERF_EVENT", " " ICON "v6.13-v7.0 - ")
			LINE("SCHED_CLS", SEEN " -  " ICON "v6.13-v7.0") "- `BPF_PROG_TYPE_SYSCALL`" SEEN " - \n"
			LINE("XDP", " " ICON "v6.7-v6.12 - "))), 4);
	assert_fills(SINCE_HOOK, PAGE("\n"),
		PAGE("\n" LINE("PERF_EVENT", " " ICON "v6.7-v6.12 - ")
			LINE("SCHED_CLS", SEEN " -  " ICON "v6.13-v7.0") "- `BPF_PROG_TYPE_SYSCALL`" SEEN " - \n"
			LINE("XDP", " " ICON "v6.7-v6.12 - ")));
}

#define TAG(version) " [" ICON version "](https://example.org/" version ")"
#define GOOD_SINCE LINE("XDP", TAG("v6.9") " - ")
#define REST LINE("SYSCALL", "")

/* A line that can be true stays. So does a line without an observation or a refusal. */
static void test_kept(void **state)
{
	(void)state;
	assert_stays(PAGE("\n" LINE("LSM", TAG("v6.3") " - ") LINE("PERF_EVENT", TAG("v7.0") " - ")
		LINE("SCHED_CLS", " - " TAG("v6.15")) REST GOOD_SINCE));
	assert_stays(PAGE("\n" LINE("PERF_EVENT", TAG("v7.0") " - ") LINE("SCHED_CLS", TAG("v6.2") " - " TAG("v6.15"))
		LINE("SYSCALL", TAG("v6.6") " - ") GOOD_SINCE));
	/* It ends before the first observation. */
	assert_stays("# `bpf_g`\n<!-- [KFUNC_PROG_REF] -->\n" LINE("XDP", TAG("v6.3") " - " TAG("v6.11"))
		"<!-- [/KFUNC_PROG_REF] -->");
	/* 6.12 refuses it to all programs, which proves nothing about one type. */
	assert_stays("# `bpf_g`\n<!-- [KFUNC_PROG_REF] -->\n" LINE("XDP", TAG("v6.3") " - " TAG("v7.0"))
		"<!-- [/KFUNC_PROG_REF] -->");
	/* Only a refusal removes a line: 7.0 refuses tc, and has no answer for perf_event. */
	assert_int_equal(assert_fills(SINCE_LOADABLE,
		"# `bpf_g`\n<!-- [KFUNC_PROG_REF] -->\n" LINE("PERF_EVENT", "") LINE("SCHED_CLS", "")
		"<!-- [/KFUNC_PROG_REF] -->",
		"# `bpf_g`\n<!-- [KFUNC_PROG_REF] -->\n" LINE("PERF_EVENT", "")
		"<!-- [/KFUNC_PROG_REF] -->"), 1);
	/* The line of a name that no kernel has stays unchanged. */
	assert_stays("# `bpf_gone`\n<!-- [KFUNC_PROG_REF] -->\n" LINE("SCHED_CLS", TAG("v6.2") " - ")
		"<!-- [/KFUNC_PROG_REF] -->");
}

static void test_corrected(void **state)
{
	(void)state;
	/* The link stays, although the tree has no such page. */
	assert_int_equal(assert_fills(SINCE_LOADABLE,
		PAGE("\n" LINE("PERF_EVENT", TAG("v7.0") " - ") LINE("SCHED_CLS", " - " TAG("v6.15"))
			LINE("SYSCALL", TAG("v6.1") " - ") GOOD_SINCE),
		PAGE("\n" LINE("PERF_EVENT", TAG("v7.0") " - ") LINE("SCHED_CLS", " - " TAG("v6.15"))
			LINE("SYSCALL", SEEN " - ") GOOD_SINCE)), 1);
	/* Too early, too late, and without an end. */
	assert_int_equal(assert_fills(SINCE_LOADABLE,
		PAGE("\n" LINE("PERF_EVENT", TAG("v6.6") " - ") LINE("SCHED_CLS", TAG("v6.8") " - ") REST
			LINE("XDP", "")),
		PAGE("\n" LINE("PERF_EVENT", " " ICON "v6.13-v7.0 - ")
			LINE("SCHED_CLS", SEEN " -  " ICON "v6.13-v7.0") REST
			LINE("XDP", " " ICON "v6.7-v6.12 - "))), 3);
}

static void test_program_type(void **state)
{
	(void)state;
	assert_fills(SINCE_LOADABLE,
		"# `BPF_PROG_TYPE_XDP`\n<!-- [PROG_KFUNC_REF] --><!-- [/PROG_KFUNC_REF] -->\n"
		"<!-- [PROG_HELPER_FUNC_REF] -->\n<!-- [/PROG_HELPER_FUNC_REF] -->\n",
		"# `BPF_PROG_TYPE_XDP`\n<!-- [PROG_KFUNC_REF] -->\n??? abstract \"Supported kfuncs\"\n"
		"    - [`bpf_f`](../kfuncs/bpf_f.md) " ICON "v6.7-v6.12 - \n<!-- [/PROG_KFUNC_REF] -->\n"
		"<!-- [PROG_HELPER_FUNC_REF] -->\n??? abstract \"Supported helper functions\"\n"
		"    * [`bpf_h`](../helper-function/bpf_h.md) " ICON "v6.2-v6.6\n"
		"<!-- [/PROG_HELPER_FUNC_REF] -->\n");
	assert_stays("# `BPF_PROG_TYPE_SK_MSG`\n<!-- [PROG_KFUNC_REF] -->\nThere are currently no kfuncs "
		"supported for this program type\n<!-- [/PROG_KFUNC_REF] -->\n");
	assert_fills(SINCE_LOADABLE,
		"# `bpf_h`\n<!-- [HELPER_FUNC_PROG_REF] -->\n * [`BPF_PROG_TYPE_XDP`](x.md)\n"
		"<!-- [/HELPER_FUNC_PROG_REF] -->",
		"# `bpf_h`\n<!-- [HELPER_FUNC_PROG_REF] -->\n"
		" * [`BPF_PROG_TYPE_PERF_EVENT`](../program-type/BPF_PROG_TYPE_PERF_EVENT.md) " ICON "v4.9-v6.1\n"
		" * [`BPF_PROG_TYPE_SCHED_CLS`](../program-type/BPF_PROG_TYPE_SCHED_CLS.md) " ICON "v4.1-v6.1\n"
		" * `BPF_PROG_TYPE_SYSCALL` " ICON "v5.14-v6.1\n"
		" * [`BPF_PROG_TYPE_XDP`](x.md) " ICON "v6.2-v6.6\n"
		"<!-- [/HELPER_FUNC_PROG_REF] -->");
}

static void test_tag(void **state)
{
	(void)state;
	assert_stays("<!-- [FEATURE_TAG](bpf_f) -->\n[" ICON "v6.3](https://example.org/)\n<!-- [/FEATURE_TAG] -->");
	assert_stays("<!-- [FEATURE_TAG](nothing_like_it) -->\n" ICON "unknown\n<!-- [/FEATURE_TAG] -->");
	assert_int_equal(assert_fills(SINCE_LOADABLE,
		"<!-- [FEATURE_TAG](bpf_f) -->\n" ICON "v6.8\n<!-- [/FEATURE_TAG] -->",
		"<!-- [FEATURE_TAG](bpf_f) -->\n" ICON "v6.2-v6.6\n<!-- [/FEATURE_TAG] -->"), 1);
	assert_fills(SINCE_LOADABLE, "<!-- [FEATURE_TAG](bpf_loop) --><!-- [/FEATURE_TAG] -->",
		"<!-- [FEATURE_TAG](bpf_loop) -->\n[" ICON "v5.17](https://github.com/torvalds/linux/commit/"
		"e6f2dd0f80674e9d5960337b3e9c2a242441b326)\n<!-- [/FEATURE_TAG] -->");
}

#define DEF(body) "# `bpf_f`\n**Signature**\n\n<!-- [KFUNC_DEF] -->" body "<!-- [/KFUNC_DEF] -->\n"
#define SIGNATURE "\n`#!c struct node *bpf_f(struct node *n, bool (less)(struct node * , way))`\n"
#define ACQUIRE "\n!!! note\n\tOf ours: eventually released  \n\tindeed\n"
#define RET_NULL "\n!!! note\n    It may be NULL.\n"

static void test_signature(void **state)
{
	(void)state;
	assert_stays(DEF(SIGNATURE ACQUIRE RET_NULL));
	/* Another spelling of the same prototype, and a note that kcompat did not write. */
	assert_stays(DEF("\n`#!c struct node * bpf_f(struct node *n, bool (*less)(struct node *, enum way))`\n"
		ACQUIRE RET_NULL "\n!!! note\n\tBeware.\n"));
	/* A missing note, a note for a flag that the kfunc lacks, and another prototype. */
	__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
	assert_null(try_fill(&filling, DEF("\n`#!c int bpf_f()`\n" RET_NULL "\n!!! note\n\tIt may sleep.\n")));
	assert_int_equal(filling.report.difference_cnt, 3);
	assert_non_null(strstr(buf_text(&filling.out), SIGNATURE "\n!!! note\n"));
	assert_non_null(strstr(buf_text(&filling.out), "must be given back"));
	assert_non_null(strstr(buf_text(&filling.out), RET_NULL "<!-- [/"));
	assert_null(strstr(buf_text(&filling.out), "sleep"));
	filling_deinit(&filling);
	filling = (struct filling) {.c_signatures = true};
	assert_null(try_fill(&filling, DEF(SIGNATURE)));
	assert_non_null(strstr(buf_text(&filling.out), "bool (*less)(struct node *, enum way))`\n"));
	/* Not behind "**Signature**": the section does not belong to kcompat. */
	assert_stays("# `bpf_f`\n<!-- [KFUNC_DEF] -->\n`#!c int f()`\n<!-- [/KFUNC_DEF] -->\n");
}

/* 7.0 has the kfunc without KF_ACQUIRE, and 6.6 without KF_RET_NULL. */
#define UNTIL "Until v6.12 or a later version before v7.0: "
#define SINCE "Since v6.7-v6.12: "
#define NOTES(acquire, null) DEF(SIGNATURE "\n!!! note\n\t" acquire "\n\n!!! note\n    " null "\n")
#define RETURNED "It must be given back."

static void test_note_ranges(void **state)
{
	static const struct {
		const char *old, *new;
		size_t difference_cnt;
	} cases[] = {
		{NOTES(RETURNED "\n    Indeed.", "May be NULL."),
			NOTES(UNTIL RETURNED "\n    Indeed.", SINCE "May be NULL."), 2},
		{NOTES("Until v6.3: " RETURNED, "Since v6.2-v6.6: May be NULL."),
			NOTES(UNTIL RETURNED, SINCE "May be NULL."), 2},
		/* Another wording of the versions, and one that can be true. */
		{NOTES(RETURNED " But not in v7.0.", "In 6.12, it can be null."), NULL, 0},
		{NOTES("Until v6.19: " RETURNED, SINCE "May be NULL."), NULL, 0},
		/* A longer number is another version. */
		{NOTES(RETURNED " But not in 17.0 and 7.01.", SINCE "May be NULL."),
			NOTES(UNTIL RETURNED " But not in 17.0 and 7.01.", SINCE "May be NULL."), 1},
	};
	struct snapshot_kfunc *last = &fixture.kernels.list[3].snapshot->kfuncs[0];
	struct snapshot_kfunc *first = &fixture.kernels.list[1].snapshot->kfuncs[0];

	(void)state;
	last->flags++;
	last->flag_cnt = first->flag_cnt = 1;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(assert_fills(SINCE_LOADABLE, cases[i].old,
			cases[i].new ? cases[i].new : cases[i].old), cases[i].difference_cnt);
	__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
	assert_null(try_fill(&filling, DEF(SIGNATURE)));
	assert_non_null(strstr(buf_text(&filling.out), "\n    " UNTIL "The pointer that"));
	assert_non_null(strstr(buf_text(&filling.out), "\n    " SINCE "The returned pointer"));
	last->flags--;
	last->flag_cnt = first->flag_cnt = 2;
}

/* Text that is not part of a note says nothing about a flag, and stays when a note goes. */
static void test_text_between_notes(void **state)
{
	static const char text[] = "\nThis text may sleep.\n", indented[] = "\n    It may sleep.\n";

	(void)state;
	assert_stays(DEF(SIGNATURE ACQUIRE "\nThis text may sleep.\n" RET_NULL));
	__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
	assert_null(try_fill(&filling, DEF(SIGNATURE "\nThis text may sleep.\n\n!!! note\n    sleepable\n" RET_NULL)));
	assert_non_null(strstr(buf_text(&filling.out), text));
	assert_null(strstr(buf_text(&filling.out), "sleepable"));
	filling_deinit(&filling);
	filling = (struct filling) {0};
	/* It would continue a note before it. */
	assert_null(try_fill(&filling, DEF(SIGNATURE "\n    It may sleep.\n")));
	const char *kept = strstr(buf_text(&filling.out), indented);
	assert_non_null(kept);
	assert_non_null(strstr(kept, "!!! note"));
	assert_ptr_equal(strstr(buf_text(&filling.out), "!!! note"), strstr(kept, "!!! note"));
}

/* Bytes around sections, line ends, and text that is not a marker. */
static void test_untouched(void **state)
{
	(void)state;
	assert_fills(SINCE_LOADABLE,
		"# `bpf_g`\r\n\r\n<!-- [KFUNC_PROG_REF] -->\r\n- [`BPF_PROG_TYPE_XDP`](x)\r\n"
		"- [`BPF_PROG_TYPE_LSM`](y)\r\n<!-- [/KFUNC_PROG_REF] -->\r\nlast",
		"# `bpf_g`\r\n\r\n<!-- [KFUNC_PROG_REF] -->\r\n- [`BPF_PROG_TYPE_LSM`](y)\r\n"
		"<!-- [/KFUNC_PROG_REF] -->\r\nlast");
	assert_stays("```md\n<!-- [KFUNC_PROG_REF] -->\n```\n`<!-- [FEATURE_TAG](x) -->`\n"
		"<!-- [LIBBPF_TAG] -->\nanything\n<!-- [/LIBBPF_TAG] -->\n<!-- [MAP_HELPER_FUNC_REF] -->\nx\n"
		"<!-- [/MAP_HELPER_FUNC_REF] --> <!-- a remark -->\n");
	assert_stays("");
}

static void test_bad_pages(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{"\n<!-- [KFUNC_PROG_REF] -->\n", "page.md:2: [KFUNC_PROG_REF] is never closed"},
		{"<!-- [KFUNC_PROG_REF] -->\n```\n<!-- [/KFUNC_PROG_REF] -->\n", "page.md:1:"},
		{"<!-- [/KFUNC_PROG_REF] -->\n", "page.md:1: [/KFUNC_PROG_REF] closes nothing"},
		{"<!-- [KFUNC_PROG_REF] -->\n<!-- [PROG_KFUNC_REF] -->\n", "page.md:2: [PROG_KFUNC_REF] begins inside"},
		{"<!-- [KFUNC_PROG_REF] -->\n<!-- [/PROG_KFUNC_REF] -->\n", "page.md:2: [/PROG_KFUNC_REF] closes nothing"},
		{"<!-- [PROG_KFUNC_REF] --><!-- [/PROG_KFUNC_REF] -->\n\n<!-- [PROG_KFUNC_REF] -->"
		 "<!-- [/PROG_KFUNC_REF] -->", "page.md:3: [PROG_KFUNC_REF] is there twice"},
		{"<!-- [KFUNC_PROG_RFE] -->\n", "page.md:1: [KFUNC_PROG_RFE] is no marker"},
		{"<!-- [FEATURE_TAG] -->\n", "page.md:1: [FEATURE_TAG] lacks its argument"},
		{"<!-- [FEATURE_TAG]() -->\n", "page.md:1: [FEATURE_TAG] lacks its argument"},
		{"<!-- [PROG_KFUNC_REF](x) -->\n", "page.md:1: [PROG_KFUNC_REF] takes no argument"},
		{"one\n\xff\n", "page.md:2: not UTF-8"},
		{"\xc0\x80", "page.md:1: not UTF-8"},
		{"\xed\xa0\x80", "page.md:1: not UTF-8"},
		{"<!-- [KFUNC_PROG_REF] -->\nHello\n<!-- [/KFUNC_PROG_REF] -->\n", "page.md:2: not a line of"},
		{"<!-- [FEATURE_TAG](x) -->\nv6.1\n<!-- [/FEATURE_TAG] -->\n", "page.md:2: not a tag"},
		{"**Signature**\n\n<!-- [KFUNC_DEF] -->\nint f();\n<!-- [/KFUNC_DEF] -->\n", "page.md:4: not a signature"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
		struct error *error = try_fill(&filling, cases[i].text);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
		if (strncmp(error->what, cases[i].what, strlen(cases[i].what)))
			fail_msg("'%s' is not '%s'", error->what, cases[i].what);
		error_free(error);
	}
}

/* No kernel can have the call before it has the function, and before the type has kfuncs. */
static void test_bounds(void **state)
{
	struct snapshot *snapshot = fixture.kernels.list[2].snapshot;
	struct cell *cell = &snapshot->kfuncs[0].cells[2], before = *cell;

	(void)state;
	/* A kernel of a later version lacks the function. */
	assert_int_equal(assert_fills(SINCE_LOADABLE,
		PAGE("\n" LINE("PERF_EVENT", TAG("v7.0") " - ") LINE("SCHED_CLS", TAG("v6.1") " - " TAG("v6.15"))
			REST GOOD_SINCE),
		PAGE("\n" LINE("PERF_EVENT", TAG("v7.0") " - ") LINE("SCHED_CLS", SEEN " - " TAG("v6.15"))
			REST GOOD_SINCE)), 1);
	/* The table knows since when perf_event has kfuncs, unless the kfunc is for all types. */
	for (int i = 0; i < 2; i++) {
		cell[0] = fixture_cell('P');
		cell[-2] = fixture_cell(i ? 'P' : '-');
		const char *since = i ? " " ICON "v6.7-v6.12 - "
			: " [" ICON "v6.12](https://github.com/torvalds/linux/commit/"
			  "bc638d8cb5be813d4eeb9f63cce52caaa18f3960) - ";
		__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
		_cleanup_buf_ struct buf line = {0};
		buf_printf(&line, "%s%s\n",
			"- [`BPF_PROG_TYPE_PERF_EVENT`](../program-type/BPF_PROG_TYPE_PERF_EVENT.md)", since);
		assert_null(try_fill(&filling, PAGE("\n")));
		assert_non_null(strstr(buf_text(&filling.out), buf_text(&line)));
	}
	cell[0] = before;
	cell[-2] = fixture_cell('P');
}

/* The witnesses of a difference give the observations. */
static void test_evidence(void **state)
{
	__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	assert_null(try_fill(&filling, PAGE("\n" LINE("PERF_EVENT", TAG("v7.0") " - ") REST
		LINE("SCHED_CLS", " - " TAG("v6.15")) LINE("XDP", ""))));
	assert_int_equal(filling.report.difference_cnt, 1);
	const struct docs_difference *difference = filling.report.differences;
	assert_int_equal(difference->line, 6);
	assert_string_equal(difference->name, "BPF_PROG_TYPE_XDP");
	assert_int_equal(difference->change, DOCS_CHANGED);
	assert_int_equal(difference->witness_cnt, 2);
	assert_int_equal(difference->witnesses[0].stand, STAND_REFUSED);
	assert_int_equal(difference->witnesses[0].cell->evidence->errnum, 13);
	assert_string_equal(difference->witnesses[1].row->version, "6.12");
	render_docs_text(&filling.report, &text);
	assert_non_null(strstr(buf_text(&text), "page.md:6: [KFUNC_PROG_REF] bpf_f: BPF_PROG_TYPE_XDP changed"));
	assert_non_null(strstr(buf_text(&text),
		"6.6 amd64 generic refuses it (xdp, probed, EACCES: calling kernel function"));
}

/* A call that is refused for one target may be permitted for another target of the type. */
static void test_targets(void **state)
{
	static struct evidence target = {22, "no", "helper-not-allowed"}, type = {22, "no", "helper-program-type"};
	struct snapshot *snapshot = fixture.kernels.list[1].snapshot;
	struct snapshot_context *context = &snapshot->contexts[0];
	struct cell *cell = &snapshot->helpers[0].cells[0], kept = *cell;
	const char *page = "# `bpf_h`\n<!-- [HELPER_FUNC_PROG_REF] -->\n * [`BPF_PROG_TYPE_LSM`](x.md)\n"
			   "<!-- [/HELPER_FUNC_PROG_REF] -->\n";

	(void)state;
	context->program_type = "lsm";
	for (int i = 0; i < 2; i++) {
		__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
		*cell = (struct cell) {CELL_REFUSED, false, i ? &type : &target};
		assert_null(try_fill(&filling, page));
		assert_int_equal(strstr(buf_text(&filling.out), "LSM") != NULL, !i);
	}
	context->program_type = "xdp";
	*cell = kept;
}

/* A refusal whose reason was not kept may be of one target: the line stays, as with an unknown answer. */
static void test_refusal_without_reason(void **state)
{
	static struct evidence type = {22, "no", "helper-program-type"};
	struct snapshot *snapshot = fixture.kernels.list[1].snapshot;
	struct snapshot_context *context = &snapshot->contexts[0];
	struct cell *cell = &snapshot->helpers[0].cells[0], kept = *cell;
	const char *page = "# `bpf_h`\n<!-- [HELPER_FUNC_PROG_REF] -->\n * [`BPF_PROG_TYPE_SK_MSG`](x.md)\n"
			   "<!-- [/HELPER_FUNC_PROG_REF] -->\n";

	(void)state;
	context->program_type = "sk_msg";
	for (int i = 0; i < 2; i++) {
		__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
		*cell = (struct cell) {CELL_REFUSED, false, i ? &type : NULL};
		assert_null(try_fill(&filling, page));
		assert_int_equal(strstr(buf_text(&filling.out), "SK_MSG") != NULL, !i);
	}
	context->program_type = "xdp";
	*cell = kept;
}

/* An observation that the verifier keeps the field from the type: the table does not have the call. */
static void test_kept_fields(void **state)
{
	static struct evidence kept_field = {22, "tracing progs cannot use bpf_timer yet", "map-field"};
	static struct evidence sleepable = {22, "must be sleepable", "sleepable"};
	static const enum cell_state states[] = {CELL_CONDITIONAL, CELL_IMPOSSIBLE};
	const char *page = "# `bpf_h`\n<!-- [HELPER_FUNC_PROG_REF] -->\n * [`BPF_PROG_TYPE_KPROBE`](x.md)\n"
			   "<!-- [/HELPER_FUNC_PROG_REF] -->\n";
	struct snapshot *snapshot = fixture.kernels.list[1].snapshot;
	struct snapshot_context *context = &snapshot->contexts[0];
	struct cell *cell = &snapshot->helpers[0].cells[0], before = *cell;

	(void)state;
	context->program_type = "kprobe";
	for (size_t i = 0; i <= ARRAY_SIZE(states); i++) {
		__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
		bool is_kept = i < ARRAY_SIZE(states);
		*cell = (struct cell) {is_kept ? states[i] : CELL_CONDITIONAL, false,
			is_kept ? &kept_field : &sleepable};
		assert_null(try_fill(&filling, page));
		assert_int_equal(strstr(buf_text(&filling.out), "KPROBE") != NULL, !is_kept);
	}
	context->program_type = "xdp";
	*cell = before;
}

/* A kernel without the option refuses the call to one type. That is no answer about its version. */
static void test_option(void **state)
{
	static struct evidence refusal = {0, "not registered for hook STRUCT_OPS", "not-registered"};
	static struct kernel_config_option set[] = {{"CONFIG_NET_SCH_BPF", "y"}};
	struct snapshot *snapshot = fixture.kernels.list[3].snapshot;
	struct cell *cell = &snapshot->kfuncs[0].cells[1], before = *cell;

	(void)state;
	for (size_t i = 0; i < fixture.kernels.cnt; i++) {
		fixture.kernels.list[i].snapshot->contexts[1].program_type = "struct_ops";
		fixture.kernels.list[i].snapshot->kfuncs[0].name = i ? "bpf_dynptr_from_skb" : NULL;
	}
	*cell = (struct cell) {CELL_REFUSED, true, &refusal};
	for (int i = 0; i < 2; i++) {
		__attribute__((cleanup(filling_deinit))) struct filling filling = {0};
		snapshot->config = set;
		snapshot->config_cnt = (size_t)i;
		assert_null(try_fill(&filling,
			"# `bpf_dynptr_from_skb`\n<!-- [KFUNC_PROG_REF] --><!-- [/KFUNC_PROG_REF] -->"));
		const char *line = strstr(buf_text(&filling.out), "STRUCT_OPS.md)");
		assert_non_null(line);
		const char *expected = i ? "STRUCT_OPS.md) " ICON "v6.4-v6.6 -  " ICON "v6.13-v7.0\n"
					 : "STRUCT_OPS.md) " ICON "v6.4-v6.6 - \n";
		assert_memory_equal(line, expected, strlen(expected));
	}
	*cell = before;
	snapshot->config_cnt = 0;
	for (size_t i = 0; i < fixture.kernels.cnt; i++) {
		fixture.kernels.list[i].snapshot->contexts[1].program_type = "sched_cls";
		fixture.kernels.list[i].snapshot->kfuncs[0].name = i ? "bpf_f" : NULL;
	}
}

static void test_left_out(void **state)
{
	(void)state;
	assert_null(since_left_out(SINCE_LOADABLE, "bpf_timer_init"));
	assert_non_null(since_left_out(SINCE_LOADABLE, "bpf_fentry_test1"));
	assert_null(since_left_out(SINCE_HOOK, "bpf_fentry_test1"));
}

static void test_versions(void **state)
{
	struct feature_origin origin;

	(void)state;
	assert_true(version_parse("v6.10") > version_parse("6.9"));
	assert_int_equal(version_parse("v6.1"), version_parse("6.1"));
	assert_int_equal(version_next(version_parse("6.19")), version_parse("7.0"));
	assert_int_equal(version_next(version_parse("6.1")), version_parse("6.2"));
	assert_int_equal(version_parse("v6"), 0);
	assert_int_equal(version_parse("99999.1"), 0);
	assert_int_equal(version_length("v6.10]"), 5);
	/* Every line of the table is found, also the first and the last. Other names are not. */
	assert_true(feature_origin_find("BPF_ADJ_ROOM_ENCAP_L2_MASK", &origin));
	assert_true(feature_origin_find("tcp_slow_start", &origin));
	assert_int_equal(origin.commit_len, 40);
	assert_false(feature_origin_find("bpf_loo", &origin));
	assert_false(feature_origin_find("bpf_loop2", &origin));
	assert_false(feature_origin_find("#", &origin));
	assert_false(feature_origin_find("", &origin));
}

static void assert_diff(const char *old, const char *new, const char *expected)
{
	_cleanup_buf_ struct buf out = {0};

	assert_null(render_udiff("f", old, strlen(old), new, strlen(new), &out));
	assert_string_equal(buf_text(&out), expected);
}

static void test_udiff(void **state)
{
	(void)state;
	assert_diff("a\n", "a\n", "");
	assert_diff("", "a\n", "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
	assert_diff("a\nb", "a\nc", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n"
		"+c\n\\ No newline at end of file\n");
	assert_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "2\n3\n4\n5\n6\n7\n8\n9\n10\nx\n",
		"--- a/f\n+++ b/f\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -8,3 +7,4 @@\n 8\n 9\n 10\n+x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_corrected),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_program_type),
		cmocka_unit_test(test_tag),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_text_between_notes),
		cmocka_unit_test(test_note_ranges),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_bad_pages),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_refusal_without_reason),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_kept_fields),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_udiff),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
