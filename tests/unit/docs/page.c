/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of new pages, the builds of kernels, and the kernels that they are compared with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/parts.h"
#include "docs/docs.h"
#include "util/array.h"
#include "util/escape.h"
#include "docs/page_parts.h"
#include "docs/parts.h"

static struct kernels kernels;

static struct snapshot *add(const char *kind, const char *release, const char *machine, const char *flavor)
{
	struct snapshot *snapshot = snapshot_create();

	assert_non_null(snapshot);
	snapshot->source_kind = kind;
	snapshot->kernel = (struct kernel_identity) {
		.release = release, .machine = machine, .flavor = flavor, .version = "#1"};
	assert_null(kernels_add_snapshot(&kernels, release, snapshot, false));
	return snapshot;
}

static int teardown(void **state)
{
	(void)state;
	kernels_deinit(&kernels);
	return 0;
}

static void assert_text(struct buf *text, const char *expected)
{
	assert_false(text->failed);
	assert_string_equal(buf_text(text), expected);
	buf_deinit(text);
}

static void test_names(void **state)
{
	static const char *const names[] = {
		"xdp", "cgroup/bind4", NULL, "iter/task", "cgroup/bind6", "iter/task_file", "cgroup/dev"};
	struct buf out = {0};

	(void)state;
	escape_code_name(&out, "bpf_loop");
	assert_text(&out, "`bpf_loop`");
	escape_code_name(&out, "f|`<b>\n");
	assert_text(&out, "<code>f&#124;&#96;&lt;b&gt;\\x0a</code>");
	put_link(&out, "f(g) .md");
	assert_text(&out, "f%28g%29%20.md");
	/* Three names get braces, two do not. */
	put_context_names(&out, names, ARRAY_SIZE(names));
	assert_text(&out, "`xdp` `cgroup/{bind4,bind6,dev}` `iter/task` `iter/task_file`");
	put_marker(&out, "FEATURE_TAG", "a) -->");
	assert_text(&out, "");
	put_marker(&out, "FEATURE_TAG", "bpf_loop");
	assert_text(&out, "<!-- [FEATURE_TAG](bpf_loop) -->\n<!-- [/FEATURE_TAG] -->\n");
	put_page_head(&out, "KFunc", "a\"\\\n", "what");
	assert_text(&out, "---\ntitle: \"KFunc 'a\\\"\\\\\\x0a'\"\ndescription: \"a\\\"\\\\\\x0a: what\"\n---\n"
			  "# KFunc <code>a\"\\\\x0a</code>\n\n");
}

/* Consecutive equal answers form one run. Other kernels appear only if they differ. */
static void test_timeline(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct buf out = {0};
	struct history *history;
	struct timeline timeline;

	(void)state;
	add("probed", "5.10.0-amd64", "x86_64", "amd64");
	add("probed", "6.1.0-amd64", "x86_64", "amd64");
	add("probed", "6.12.0-amd64", "x86_64", "amd64");
	add("scanned", "6.12.0-arm64", "aarch64", "arm64");
	add("scanned", "6.12.0-s390x", "s390x", "s390x");
	assert_null(history_create(&kernels, NULL, &history));
	assert_int_equal(history->row_cnt, 5);
	assert_null(timeline_init(&timeline, history, &pool));
	assert_true(timeline_set(&timeline, history, 0, "absent", 1, &pool));
	assert_true(timeline_set(&timeline, history, 1, "ran", 2, &pool));
	assert_true(timeline_set(&timeline, history, 2, "ran", 2, &pool));
	/* Loadable and ran are the same answer for a program's author. */
	assert_true(timeline_set(&timeline, history, 3, "permitted", 2, &pool));
	assert_true(timeline_set(&timeline, history, 4, "re|fused", 3, &pool));
	put_timeline_regular(&out, history, &timeline);
	assert_text(&out, "5.10: absent<br>6.1 – 6.12: ran");
	assert_null(put_timeline_others(&out, history, &timeline, &pool));
	assert_text(&out, "re\\|fused (predicted): s390x generic 6.12");
	history_destroy(history);
}

static void set_kfunc(
	struct snapshot *snapshot, const char **flags, size_t flag_cnt, const char **sets, size_t set_cnt)
{
	snapshot->contexts = pool_calloc(&snapshot->pool, 1, sizeof(*snapshot->contexts));
	snapshot->contexts[0] = (struct snapshot_context) {
		.name = "xdp", .program_type = "xdp", .state = SUPPORT_OK};
	snapshot->context_cnt = 1;
	snapshot->kfuncs = pool_calloc(&snapshot->pool, 1, sizeof(*snapshot->kfuncs));
	snapshot->kfuncs[0] = (struct snapshot_kfunc) {.name = "f", .module = "vmlinux", .flags = flags,
		.flag_cnt = flag_cnt, .sets = sets, .set_cnt = set_cnt, .prototype = "void f(int a)",
		.cells = pool_calloc(&snapshot->pool, 1, sizeof(struct cell))};
	snapshot->kfuncs[0].cells[0] = (struct cell) {.state = CELL_REFUSED};
	snapshot->kfunc_cnt = 1;
}

/* A probe comes first. It does not see the registrations of an image. */
static void test_registration(void **state)
{
	static const char *flags[] = {"KF_RCU"}, *sets[] = {"xdp_set", "other_set"};
	const struct subject subject = {SUBJECT_KFUNC, "f"};
	_cleanup_pool_ struct pool pool = {0};
	struct history *history;
	struct finding finding;

	(void)state;
	set_kfunc(add("probed", "6.12.0-amd64", "x86_64", "amd64"), NULL, 0, NULL, 0);
	struct snapshot *scanned = add("scanned", "6.12.0-amd64", "x86_64", "amd64");
	set_kfunc(scanned, flags, 1, sets, 2);
	assert_null(history_create(&kernels, NULL, &history));
	assert_int_equal(history->row_cnt, 1);
	assert_null(history_find(history, 0, &subject, &pool, &finding));
	assert_int_equal(finding.kfunc->flag_cnt, 0);
	assert_null(history_registration(history, 0, &finding).kfunc);
	scanned->kfuncs[0].found_by = 1u << KFUNC_SOURCE_SET;
	struct registration registration = history_registration(history, 0, &finding);
	assert_ptr_equal(registration.kfunc, &scanned->kfuncs[0]);
	assert_string_equal(registration.set, "xdp_set");
	history_destroy(history);
}

/* An architecture without the baseline's flavor is compared by its generic one. */
static void test_counterpart(void **state)
{
	struct history *history;

	(void)state;
	add("scanned", "6.12.0-cloud-amd64", "x86_64", "cloud-amd64");
	add("scanned", "6.12.0-cloud-arm64", "aarch64", "cloud-arm64");
	add("scanned", "6.12.0-arm64", "aarch64", "arm64");
	add("scanned", "6.12.0-s390x", "s390x", "s390x");
	assert_null(history_create(&kernels, "6.12.0-cloud-amd64", &history));
	assert_int_equal(history->pair_cnt, 3);
	for (size_t i = 0; i < history->pair_cnt; i++) {
		const struct history_pair *pair = &history->pairs[i];
		const char *label = history->rows[pair->to].label;
		if (!strcmp(label, "6.12 arm64 generic")) {
			assert_int_equal(pair->group, HISTORY_FLAVOR);
			assert_string_equal(history->rows[pair->from].label, "6.12 arm64 cloud");
		} else {
			assert_int_equal(pair->group, HISTORY_ARCH);
			assert_int_equal(pair->from, history->baseline);
		}
	}
	history_destroy(history);
}

/* The two sides of a diff: a row of another build than the first does not belong to the side. */
static void test_sides(void **state)
{
	struct kernels other = {0};
	struct snapshot *snapshot = snapshot_create();
	struct history *history;

	(void)state;
	add("scanned", "6.12.0-amd64", "x86_64", "amd64")->kernel.btf_sha256 = "aa";
	add("probed", "6.12.0-amd64", "x86_64", "amd64")->kernel.btf_sha256 = "aa";
	add("probed", "6.12.0-amd64", "x86_64", "amd64")->kernel.btf_sha256 = "bb";
	snapshot->source_kind = "scanned";
	snapshot->kernel = (struct kernel_identity) {.release = "7.2.0-amd64", .machine = "x86_64"};
	assert_null(kernels_add_snapshot(&other, "b", snapshot, false));
	assert_null(history_create_pair(&kernels, &other, &history));
	assert_int_equal(history->rows[0].entry_cnt, 2);
	assert_string_equal(history->rows[0].entries[0]->snapshot->source_kind, "probed");
	history_destroy(history);
	kernels_deinit(&other);
}

/* Every program type and call with an example gets a complete function. */
static void test_examples(void **state)
{
	struct buf out = {0};

	(void)state;
	put_call_example(&out, "bpf_arena_alloc_pages");
	assert_non_null(strstr(buf_text(&out), "KFUNC void __arena *bpf_arena_alloc_pages("));
	assert_non_null(strstr(buf_text(&out), "        return 0;\n    }\n    ```\n"));
	buf_clear(&out);
	put_program_example(&out, "perf_event");
	assert_non_null(strstr(buf_text(&out), "SEC(\"?perf_event\")"));
	buf_clear(&out);
	put_call_example(&out, "bpf_no_such_kfunc");
	put_program_example(&out, "lirc_mode2");
	assert_text(&out, "");
}

/* The results of loads, by field. Contexts with equal answers share a table. */
static void test_layout(void **state)
{
	static struct snapshot_context contexts[] = {
		{.name = "xdp", .program_type = "xdp"}, {.name = "xdp.frags", .program_type = "xdp"}};
	static size_t indices[] = {0, 1};
	static struct snapshot_layout_field fields[] = {
		{.name = "data", .type = "__u32", .offset_bytes = 0, .size_bytes = 4, .read = 4},
		{.name = "a|b", .offset_bytes = 4, .size_bytes = 4, .read = 1 | 2, .unknown_write = 4}};
	static struct snapshot_layout layout = {"xdp_md", indices, 2, fields, 2};
	static const char *const names[] = {"xdp", "xdp.frags"};
	struct snapshot *snapshot = add("probed", "6.12.0-amd64", "x86_64", "amd64");
	struct history *history;
	struct buf out = {0};

	(void)state;
	snapshot->contexts = contexts;
	snapshot->context_cnt = 2;
	assert_null(history_create(&kernels, NULL, &history));
	render_show_layout_markdown(history, names, 2, &out);
	assert_non_null(strstr(buf_text(&out), "unknown"));
	buf_clear(&out);
	snapshot->layouts = &layout;
	snapshot->layout_cnt = 1;
	render_show_layout_markdown(history, names, 2, &out);
	assert_text(&out, "\n## Context\n\nIn 6.12 amd64 generic, `xdp_md` of `xdp` `xdp.frags`\n\n"
			  "| Field | Type | Offset | Size | Reads, in bytes | Writes, in bytes |\n|---|---|---|---|---|---|\n"
			  "| `data` | `__u32` | 0 | 4 | 4 | no |\n"
			  "| <code>a&#124;b</code> | unknown | 4 | 4 | 1 2 | 4 unknown |\n");
	history_destroy(history);
}

/* A layout with types, on the architecture that most readers use, comes before a newer one. */
static void test_layout_choice(void **state)
{
	static struct snapshot_context contexts[] = {{.name = "xdp", .program_type = "xdp"}};
	static size_t indices[] = {0};
	static struct snapshot_layout_field fields[][1] = {
		{{.name = "data", .type = "__u32", .size_bytes = 4, .read = 4}},
		{{.name = "data", .size_bytes = 4, .read = 4}}};
	static struct snapshot_layout typed = {"xdp_md", indices, 1, fields[0], 1};
	static struct snapshot_layout untyped = {"xdp_md", indices, 1, fields[1], 1};
	static const struct {
		const char *release, *machine, *flavor;
		struct snapshot_layout *layout;
		const char *shown; /* after this kernel was added too */
	} cases[] = {
		{"7.2.0-amd64", "x86_64", "amd64", &untyped, "In 7.2 amd64 generic, "},
		{"7.3.0-s390x", "s390x", "s390x", &untyped, "In 7.2 amd64 generic, "},
		{"7.3.0-s390x", "s390x", "s390x", &typed, "In 7.3 s390x generic, "},
		{"6.12.0-arm64", "aarch64", "arm64", &typed, "In 6.12 arm64 generic, "},
		/* Its field is that of the newer one. */
		{"6.1.0-amd64", "x86_64", "amd64", &typed,
			"In 7.2 amd64 generic, `xdp_md` of `xdp`; types of 6.1 amd64 generic\n"},
		{"7.3.0-amd64", "x86_64", "amd64", &typed, "In 7.3 amd64 generic, `xdp_md` of `xdp`\n"},
	};
	static const char *const names[] = {"xdp"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct snapshot *snapshot =
			add("probed", cases[i].release, cases[i].machine, cases[i].flavor);
		struct history *history;
		struct buf out = {0};
		snapshot->contexts = contexts;
		snapshot->context_cnt = 1;
		snapshot->layouts = cases[i].layout;
		snapshot->layout_cnt = 1;
		assert_null(history_create(&kernels, NULL, &history));
		render_show_layout_markdown(history, names, 1, &out);
		if (!strstr(buf_text(&out), cases[i].shown))
			fail_msg("%zu: '%s' is not in '%s'", i, cases[i].shown, buf_text(&out));
		buf_deinit(&out);
		history_destroy(history);
	}
}

static void test_evidence_in_words(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{"program must be sleepable", "program must be sleepable"},
		{"recipe plain", "a program with the call was accepted"},
		{"recipe section=rcu after=bpf_iter_task_destroy",
			"a program with the call was accepted: inside of an RCU read lock, followed by "
			"bpf_iter_task_destroy()"},
		{"recipe call/a0/source=bpf_task_from_pid call/a0/source/release=bpf_task_release",
			"a program with the call was accepted: the first argument comes from bpf_task_from_pid(), which "
			"bpf_task_release() releases"},
		{"recipe call/a0/source/file/source=ctx.0->seq->file+0",
			"a program with the call was accepted: for the first argument, the file comes from ctx.0->seq->file+0"},
		{"recipe call/a0/map=array call/a2/number=8 call/a1/source=inner:stack_trace",
			"a program with the call was accepted: the first argument is a map of type array, the third argument is 8, "
			"the second argument is a map inside a map (stack_trace)"},
		{"recipe call/root=object after=drop-node",
			"a program with the call was accepted: on a list or tree in an allocated object, followed by "
			"the end of its object"},
		{"recipe load=device-bound target=x",
			"a program with the call was accepted: loaded for a network device, attached to x"},
		/* What has no words, and what is no recipe after all, is left out. */
		{"recipe consume=cleanup-0 x= =y = a0", "a program with the call was accepted"},
		{"recipe ", "a program with the call was accepted"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf text = {0};
		docs_put_evidence(cases[i].line, &text);
		assert_text(&text, cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_teardown(test_timeline, teardown),
		cmocka_unit_test_teardown(test_registration, teardown),
		cmocka_unit_test_teardown(test_counterpart, teardown),
		cmocka_unit_test_teardown(test_sides, teardown),
		cmocka_unit_test(test_examples),
		cmocka_unit_test_teardown(test_layout, teardown),
		cmocka_unit_test_teardown(test_layout_choice, teardown),
		cmocka_unit_test(test_evidence_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
