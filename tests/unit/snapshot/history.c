/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of kernels, the baseline, the compared pairs, and the facts about a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot/history/diff.h"
#include "snapshot/history/history.h"
#include "util/array.h"

static struct kernels kernels;

static struct snapshot *add_as(const char *name, const char *kind, const char *release,
	const char *machine, const char *flavor)
{
	struct snapshot *snapshot = snapshot_create();

	assert_non_null(snapshot);
	snapshot->source_kind = kind;
	snapshot->kernel = (struct kernel_identity) {
		.release = release, .machine = machine, .flavor = flavor, .version = "#1"};
	assert_null(kernels_add_snapshot(&kernels, name, snapshot, false));
	return snapshot;
}

static struct snapshot *add(const char *release, const char *machine, const char *flavor)
{
	return add_as(release, "scanned", release, machine, flavor);
}

static int teardown(void **state)
{
	(void)state;
	kernels_deinit(&kernels);
	return 0;
}

static void assert_labels(const struct history *history, const char *const *labels, size_t cnt)
{
	assert_int_equal(history->row_cnt, cnt);
	for (size_t i = 0; i < cnt; i++)
		assert_string_equal(history->rows[i].label, labels[i]);
}

static void test_order(void **state)
{
	static const char *const labels[] = {"6.9 amd64 cloud", "6.10 amd64 cloud", "6.10 amd64 generic",
		"6.10 arm64 16k", "6.10 arm64 generic", "odd"};
	struct history *history;

	(void)state;
	add("6.10.2-cloud-amd64", "x86_64", "cloud-amd64");
	add("6.10.2-arm64-16k", "aarch64", "arm64-16k");
	add("6.9.1-cloud-amd64", "x86_64", "cloud-amd64");
	add("6.10.2-amd64", "x86_64", "amd64");
	add("6.10.2-arm64", "aarch64", "arm64");
	add_as("odd", "scanned", NULL, NULL, NULL);
	assert_null(history_create(&kernels, NULL, &history));
	/* '?' sorts behind digits. */
	assert_labels(history, labels, ARRAY_SIZE(labels));
	assert_string_equal(history->rows[history->baseline].label, "6.10 amd64 generic");
	assert_int_equal(history->pair_cnt, 4);
	assert_int_equal(history->pairs[0].group, HISTORY_REGULAR);
	assert_int_equal(history->pairs[0].from, 0);
	assert_int_equal(history->pairs[0].to, 1);
	assert_int_equal(history->pairs[1].group, HISTORY_ARCH);
	assert_int_equal(history->pairs[1].to, 4);
	assert_int_equal(history->pairs[2].group, HISTORY_FLAVOR);
	assert_int_equal(history->pairs[3].from, 4);
	assert_int_equal(history->pairs[3].to, 3);
	history_destroy(history);
}

static void test_baseline(void **state)
{
	struct history *history = NULL;

	(void)state;
	add("6.1.0-amd64", "x86_64", "amd64");
	add("6.12.0-amd64", "x86_64", "amd64");
	assert_null(history_create(&kernels, "6.1.0-amd64", &history));
	assert_string_equal(history->rows[history->baseline].version, "6.1");
	history_destroy(history);
	struct error *error = history_create(&kernels, "6.2", &history);
	assert_non_null(error);
	assert_int_equal(error->code, ERROR_NOT_FOUND);
	error_free(error);
}

static void set_kfunc(struct snapshot *snapshot, const char *name, enum cell_state state)
{
	snapshot->contexts = pool_calloc(&snapshot->pool, 1, sizeof(*snapshot->contexts));
	snapshot->contexts[0] = (struct snapshot_context) {
		.name = "xdp", .program_type = "xdp", .state = SUPPORT_OK};
	snapshot->context_cnt = 1;
	snapshot->kfuncs = pool_calloc(&snapshot->pool, 1, sizeof(*snapshot->kfuncs));
	snapshot->kfuncs[0] = (struct snapshot_kfunc) {.name = name, .module = "vmlinux",
		.prototype = "void f(int a)", .cells = pool_calloc(&snapshot->pool, 1, sizeof(struct cell))};
	snapshot->kfuncs[0].cells[0].state = state;
	snapshot->kfunc_cnt = 1;
}

/* Of one build the probed answer is taken, and the scanned one where there is no other. */
static void test_probed_first(void **state)
{
	const struct subject subject = {SUBJECT_KFUNC, "f"}, other = {SUBJECT_KFUNC, "g"};
	_cleanup_pool_ struct pool pool = {0};
	struct history *history;
	struct finding finding;

	(void)state;
	set_kfunc(add_as("a", "scanned", "6.12.0-amd64", "x86_64", "amd64"), "f", CELL_REFUSED);
	set_kfunc(add_as("b", "probed", "6.12.0-amd64", "x86_64", "amd64"), "f", CELL_PERMITTED);
	assert_null(history_create(&kernels, NULL, &history));
	assert_int_equal(history->row_cnt, 1);
	assert_null(history_find(history, 0, &subject, &pool, &finding));
	assert_int_equal(finding_best_cell(&finding, "xdp").state, CELL_PERMITTED);
	/* Neither kernel lists it, and neither list is complete. */
	assert_null(history_find(history, 0, &other, &pool, &finding));
	assert_string_equal(finding.state, "unknown");
	assert_non_null(finding.reason);
	history_destroy(history);
}

/* BTF alone has no release: the name of its file stands for it, on both sides. */
static void test_pair_without_release(void **state)
{
	static const char *const labels[] = {"a", "b"};
	struct kernels sides[2] = {0};
	struct history *history;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct snapshot *snapshot = snapshot_create();
		assert_non_null(snapshot);
		snapshot->source_kind = "scanned";
		assert_null(kernels_add_snapshot(&sides[i], labels[i], snapshot, false));
	}
	assert_null(history_create_pair(&sides[0], &sides[1], &history));
	assert_labels(history, labels, 2);
	assert_int_equal(history->rows[0].entry_cnt, 1);
	assert_int_equal(history->pair_cnt, 1);
	history_destroy(history);
	for (size_t i = 0; i < 2; i++)
		kernels_deinit(&sides[i]);
}

/* The image of a kernel without BTF has no registrations: its flags are unknown, and not gone. */
static void test_flags(void **state)
{
	static const char *flags[] = {"KF_SLEEPABLE"};
	const struct subject subject = {SUBJECT_KFUNC, "f"};
	struct snapshot *old = add_as("a", "scanned", "6.12.0-amd64", "x86_64", "amd64");
	struct snapshot *new = add_as("b", "scanned", "6.16.0-amd64", "x86_64", "amd64");
	_cleanup_pool_ struct pool pool = {0};
	struct comparison comparison;
	struct history *history;

	(void)state;
	set_kfunc(old, "f", CELL_PERMITTED);
	set_kfunc(new, "f", CELL_PERMITTED);
	old->kfuncs[0].flags = flags;
	old->kfuncs[0].flag_cnt = 1;
	old->kfuncs[0].found_by = 1u << KFUNC_SOURCE_SET;
	assert_null(history_create(&kernels, NULL, &history));
	assert_null(compare_subject(history, &history->pairs[0], &subject, false, &pool, &comparison));
	assert_int_equal(comparison.cnt, 0);
	new->kfuncs[0].found_by = 1u << KFUNC_SOURCE_SET;
	assert_null(compare_subject(history, &history->pairs[0], &subject, false, &pool, &comparison));
	assert_int_equal(comparison.cnt, 1);
	assert_string_equal(comparison.list[0].what, "flag removed");
	assert_string_equal(comparison.list[0].before, "KF_SLEEPABLE");
	history_destroy(history);
}

static void test_compare(void **state)
{
	const struct subject subject = {SUBJECT_KFUNC, "f"}, other = {SUBJECT_KFUNC, "g"};
	struct snapshot *old = add("6.1.0-amd64", "x86_64", "amd64");
	struct snapshot *new = add("6.12.0-amd64", "x86_64", "amd64");
	_cleanup_pool_ struct pool pool = {0};
	struct comparison comparison;
	struct history *history;

	(void)state;
	set_kfunc(old, "f", CELL_REFUSED);
	set_kfunc(new, "f", CELL_PERMITTED);
	assert_null(history_create(&kernels, NULL, &history));
	assert_null(compare_subject(history, &history->pairs[0], &subject, false, &pool, &comparison));
	assert_int_equal(comparison.cnt, 1);
	assert_string_equal(comparison.list[0].before, "refused");
	assert_string_equal(comparison.list[0].contexts, "xdp");
	assert_null(compare_subject(history, &history->pairs[0], &other, false, &pool, &comparison));
	assert_non_null(comparison.unknown);
	assert_true(comparison.nowhere);
	/* An unknown is not a change. */
	old->kfuncs[0].cells[0].state = CELL_UNKNOWN;
	assert_null(compare_subject(history, &history->pairs[0], &subject, false, &pool, &comparison));
	assert_int_equal(comparison.cnt, 0);
	/* A complete list without the name proves that it was added later. */
	old->kfunc_cnt = 0;
	assert_true(snapshot_add_fact(old, "kfunc_sets") && snapshot_add_fact(old, "modules"));
	assert_null(compare_subject(history, &history->pairs[0], &subject, false, &pool, &comparison));
	assert_int_equal(comparison.cnt, 1);
	assert_string_equal(comparison.list[0].what, "added");
	history_destroy(history);
}

/* Written, and of what is read again only what is wanted. */
static void test_pack(void **state)
{
	const char *const name = "no_such";
	const struct history_wanted wanted = {.names = &name, .name_cnt = 1};
	struct history_kernel list = {.name = "k"};
	_cleanup_buf_ struct buf text = {0};
	struct history_pack *pack = NULL;

	(void)state;
	list.snapshot = add("6.1.0-amd64", "x86_64", "amd64");
	set_kfunc(list.snapshot, "f", CELL_CONDITIONAL);
	assert_null(render_json_history(&list, 1, &text));
	assert_null(history_load_bytes(text.data, text.len, NULL, &pack));
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(pack->list[0].snapshot, "f");
	assert_non_null(kfunc);
	assert_int_equal(kfunc->cells[0].state, CELL_CONDITIONAL);
	assert_true(kfunc->cells[0].predicted);
	assert_string_equal(kfunc->prototype, "void f(int a)");
	history_pack_destroy(pack);
	assert_null(history_load_bytes(text.data, text.len, &wanted, &pack));
	assert_int_equal(pack->cnt, 1);
	assert_int_equal(pack->list[0].snapshot->kfunc_cnt, 0);
	history_pack_destroy(pack);
}

/* Of the programs of bpf/, those that were run. */
static void test_programs(void **state)
{
	static struct snapshot_program programs[] = {
		{"p.run", "perf_event", "link/breakpoint", CELL_RAN, "16 events", 0},
		{"p.run", "perf_event", "ioctl/breakpoint", CELL_LOADABLE, "loaded, but", 22},
		{"p.load", "xdp", NULL, CELL_LOADABLE, NULL, 0},
	};
	struct history_kernel list = {.name = "k"};
	_cleanup_buf_ struct buf text = {0};
	struct history_pack *pack = NULL;

	(void)state;
	list.snapshot = add_as("k", "probed", "6.1.0-amd64", "x86_64", "amd64");
	list.snapshot->programs = programs;
	list.snapshot->program_cnt = 3;
	assert_null(render_json_history(&list, 1, &text));
	assert_null(history_load_bytes(text.data, text.len, NULL, &pack));
	const struct snapshot *read = pack->list[0].snapshot;
	assert_int_equal(read->program_cnt, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(read->programs[i].name, programs[i].name);
		assert_string_equal(read->programs[i].context, programs[i].context);
		assert_string_equal(read->programs[i].method, programs[i].method);
		assert_string_equal(read->programs[i].reason, programs[i].reason);
		assert_int_equal(read->programs[i].state, programs[i].state);
		assert_int_equal(read->programs[i].errnum, programs[i].errnum);
	}
	history_pack_destroy(pack);
	list.snapshot->program_cnt = 0;
}

/* Two contexts and two layouts of one struct; the second context may only look. */
static void set_layouts(struct snapshot *snapshot, unsigned int second_write)
{
	static const struct evidence why = {22, "odd words", "unrecognised"};
	const struct snapshot_layout_field fields[] = {
		{"data", "__u32", 0, 4, 4, 4, 0, 0, NULL},
		{"data", NULL, 0, 4, 4 | 8, second_write, 1, 2, &why},
	};
	struct pool *pool = &snapshot->pool;

	snapshot->contexts = pool_calloc(pool, 2, sizeof(*snapshot->contexts));
	snapshot->layouts = pool_calloc(pool, 2, sizeof(*snapshot->layouts));
	for (size_t i = 0; i < 2; i++) {
		snapshot->contexts[i] = (struct snapshot_context) {.name = i ? "xdp.frags" : "xdp",
			.program_type = "xdp", .state = SUPPORT_OK};
		snapshot->layouts[i] = (struct snapshot_layout) {"xdp_md", pool_calloc(pool, 1, sizeof(size_t)),
			1, pool_calloc(pool, 1, sizeof(*fields)), 1};
		snapshot->layouts[i].contexts[0] = i;
		snapshot->layouts[i].fields[0] = fields[i];
	}
	snapshot->context_cnt = snapshot->layout_cnt = 2;
	snapshot->has_layouts = true;
}

static struct history_pack *load(const struct buf *text, const char *name)
{
	const struct history_wanted wanted = {.names = &name, .name_cnt = 1};
	struct history_pack *pack = NULL;

	assert_null(history_load_bytes(text->data, text->len, name ? &wanted : NULL, &pack));
	return pack;
}

static size_t occurrences(const char *text, const char *part)
{
	size_t cnt = 0;

	for (; (text = strstr(text, part)); text++)
		cnt++;
	return cnt;
}

/* Kernels share what is the same; layouts are read where a context is wanted. */
static void test_layouts(void **state)
{
	struct history_kernel list[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
	_cleanup_buf_ struct buf text = {0}, again = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		list[i].snapshot = add_as(list[i].name, "probed", "6.1.0-amd64", "x86_64", "amd64");
	set_layouts(list[0].snapshot, 0);
	set_layouts(list[1].snapshot, 8);
	set_layouts(list[2].snapshot, 8);
	assert_null(render_json_history(list, 4, &text));
	assert_int_equal(occurrences(buf_text(&text), "\"fields\":"), 3);
	assert_int_equal(occurrences(buf_text(&text), "\"layouts\":true"), 3);
	struct history_pack *pack = load(&text, "xdp.*");
	for (size_t i = 0; i < 3; i++) {
		const struct snapshot *read = pack->list[i].snapshot;
		assert_true(read->has_layouts);
		assert_int_equal(read->layout_cnt, 2);
		assert_int_equal(read->layouts[1].contexts[0], 1);
		const struct snapshot_layout_field *field = read->layouts[1].fields;
		assert_string_equal(read->layouts[0].fields->type, "__u32");
		assert_null(field->type);
		assert_int_equal(field->read, 4 | 8);
		assert_int_equal(field->write, i ? 8 : 0);
		assert_int_equal(field->unknown_write, 2);
		assert_string_equal(field->why->line, "odd words");
	}
	assert_false(pack->list[3].snapshot->has_layouts);
	assert_int_equal(pack->list[3].snapshot->layout_cnt, 0);
	assert_null(render_json_history(pack->list, 4, &again));
	assert_string_equal(buf_text(&again), buf_text(&text));
	history_pack_destroy(pack);
	pack = load(&text, "bpf_*");
	assert_true(pack->list[0].snapshot->has_layouts);
	assert_int_equal(pack->list[0].snapshot->layout_cnt, 0);
	history_pack_destroy(pack);
}

/* Cells and evidence that rows share are written once, and read for the wanted contexts only. */
static void test_cells(void **state)
{
	static const struct evidence why = {22, "no", "not-allowed"};
	const char *const context = "xdp.frags";
	const struct history_wanted wanted = {.contexts = &context, .context_cnt = 1};
	struct history_kernel list = {.name = "k"};
	_cleanup_buf_ struct buf text = {0};
	struct history_pack *pack = NULL;

	(void)state;
	list.snapshot = add("6.1.0-amd64", "x86_64", "amd64");
	set_kfunc(list.snapshot, "f", CELL_CONDITIONAL);
	set_layouts(list.snapshot, 0);
	struct snapshot_kfunc *kfuncs = pool_calloc(&list.snapshot->pool, 2, sizeof(*kfuncs));
	struct cell *cells = pool_calloc(&list.snapshot->pool, 2, sizeof(*cells));
	cells[0] = (struct cell) {CELL_REFUSED, true, &why};
	cells[1] = (struct cell) {CELL_PERMITTED, true, &why};
	kfuncs[0] = kfuncs[1] = list.snapshot->kfuncs[0];
	kfuncs[1].name = "g";
	kfuncs[0].cells = kfuncs[1].cells = cells;
	list.snapshot->kfuncs = kfuncs;
	list.snapshot->kfunc_cnt = 2;
	assert_null(render_json_history(&list, 1, &text));
	assert_int_equal(occurrences(buf_text(&text), "{\"evidence\":"), 1);
	assert_int_equal(occurrences(buf_text(&text), "{\"cells\":"), 1);
	assert_int_equal(occurrences(buf_text(&text), "\"runs\":\"1-0 1P0\""), 1);
	assert_null(history_load_bytes(text.data, text.len, &wanted, &pack));
	const struct snapshot *read = pack->list[0].snapshot;
	assert_int_equal(read->context_cnt, 1);
	assert_string_equal(read->contexts[0].name, "xdp.frags");
	assert_int_equal(read->kfuncs[1].cells[0].state, CELL_PERMITTED);
	assert_string_equal(read->kfuncs[1].cells[0].evidence->line, "no");
	/* A layout of another context stays. */
	assert_int_equal(read->layout_cnt, 2);
	assert_int_equal(read->layouts[0].context_cnt + read->layouts[1].context_cnt, 1);
	history_pack_destroy(pack);
}

/* For a suggestion, the names that each kernel has are enough. All calls are read beside a name. */
static void test_names_alone(void **state)
{
	const char *const name = "no_such";
	const struct history_wanted names = {.only_names = true};
	const struct history_wanted calls = {.names = &name, .name_cnt = 1, .all_calls = true};
	struct history_kernel list[] = {{.name = "a"}, {.name = "b"}};
	_cleanup_buf_ struct buf text = {0};
	struct history_pack *pack = NULL;

	(void)state;
	list[0].snapshot = add("6.1.0-amd64", "x86_64", "amd64");
	list[1].snapshot = add("6.12.0-amd64", "x86_64", "amd64");
	set_kfunc(list[0].snapshot, "f", CELL_CONDITIONAL);
	set_kfunc(list[1].snapshot, "g", CELL_CONDITIONAL);
	/* A text that looks like the key of the kernels. */
	list[1].snapshot->kfuncs[0].prototype = "void f(\"kernels\":[0],\\\"kernels\":[0])";
	assert_null(render_json_history(list, 2, &text));
	assert_null(history_load_bytes(text.data, text.len, &names, &pack));
	for (size_t i = 0; i < 2; i++) {
		const struct snapshot *read = pack->list[i].snapshot;
		assert_int_equal(read->kfunc_cnt, 1);
		assert_string_equal(read->kfuncs[0].name, i ? "g" : "f");
		assert_null(read->kfuncs[0].cells);
	}
	history_pack_destroy(pack);
	assert_null(history_load_bytes(text.data, text.len, &calls, &pack));
	assert_int_equal(pack->list[0].snapshot->kfuncs[0].cells[0].state, CELL_CONDITIONAL);
	history_pack_destroy(pack);
}

static void test_refuses_odd_cells(void **state)
{
	static const struct {
		const char *evidence, *cells, *row, *what;
	} cases[] = {
#define EVIDENCE "{\"evidence\":0,\"errno\":0,\"line\":null,\"rule\":\"r\"}"
#define CELLS(list, runs) "{\"cells\":0,\"context_list\":" list ",\"predicted\":true,\"runs\":\"" runs "\"}"
		{EVIDENCE, CELLS("0", "1P0 1_"), "0", NULL},
		{EVIDENCE, CELLS("0", "1P0"), "0",
			"line 6: cells[0].runs: expected a run for every context, found '1P0'"},
		{EVIDENCE, CELLS("0", "3P0"), "0",
			"line 6: cells[0].runs: expected a run for every context, found '3P0'"},
		{EVIDENCE, CELLS("0", "2P1"), "0", "line 6: rows.cells: expected the number of an evidence"},
		{EVIDENCE, CELLS("1", "2P0"), "0",
			"line 6: cells[0].context_list: expected the number of a list, found '1'"},
		{EVIDENCE, CELLS("0", "2P0"), "1",
			"line 6: rows.cells: expected the number of cells, found '1'"},
		{EVIDENCE, CELLS("0", "2P0"), "\"0\"", "line 6: rows.cells: expected a number in range, found '0'"},
		{"{\"evidence\":1}", CELLS("0", "2P0"), "0",
			"line 6: evidence[0].evidence: expected the next number, found a number"},
		{"{\"evidence\":[}", CELLS("0", "2P0"), "0", "line 6: evidence[0]: line 1"},
		{EVIDENCE, CELLS("0", "2P4294967296"), "0",
			"line 6: cells[0].runs: expected a run for every context, found '2P4294967296'"},
		/* Another order of the keys, and blanks: any JSON is read. */
		{EVIDENCE, "{\"cells\":0, \"runs\":\"1P0 1_\", \"predicted\":true, \"context_list\":0}", "0", NULL},
		{EVIDENCE, "{\"cells\":0, \"runs\":\"1P0\", \"predicted\":true, \"context_list\":0}", "0",
			"line 6: cells[0].runs: expected a run for every context, found '1P0'"},
		{EVIDENCE, CELLS("0", "2P0") " ", "0", NULL},
		/* What no row refers to is not read. */
		{"{\"evidence\":1}", CELLS("0", "2P"), "0", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct history_kernel list = {.name = "a"};
		_cleanup_buf_ struct buf text = {0};
		struct history_pack *pack = NULL;
		list.snapshot = add("6.1.0", "x86_64", "amd64");
		set_layouts(list.snapshot, 0);
		list.snapshot->layout_cnt = 0;
		assert_null(render_json_history(&list, 1, &text));
		text.len -= strlen("{\"end\":true}\n");
		buf_printf(&text, "%s\n%s\n{\"helper\":\"h\",\"id\":1,\"rows\":[{\"kernels\":[0],\"cells\":%s}]}\n"
			"{\"end\":true}\n", cases[i].evidence, cases[i].cells, cases[i].row);
		_cleanup_error_ struct error *error = history_load_bytes(text.data, text.len, NULL, &pack);
		history_pack_destroy(pack);
		kernels_deinit(&kernels);
		if (cases[i].what)
			assert_memory_equal(error ? error->what : "", cases[i].what, strlen(cases[i].what));
		else
			assert_null(error);
	}
}

static void test_refuses_odd_layouts(void **state)
{
#define ROW(kernels, contexts) "{\"kernels\":" kernels ",\"contexts\":" contexts ",\"fields\":[]}"
	static const struct {
		const char *rows, *what;
	} cases[] = {
		{"[" ROW("[0,1]", "[0,1]") "]", NULL},
		{"[" ROW("[0]", "[]") "]", "line 7: rows.contexts: expected a context, found an array"},
		{"[" ROW("[0]", "[2]") "]",
			"line 7: rows.contexts: expected the number of a later context, found a number"},
		{"[" ROW("[0]", "[1,1]") "]",
			"line 7: rows.contexts: expected the number of a later context, found a number"},
		{"[" ROW("[0]", "[-1]") "]",
			"line 7: rows.contexts: expected the number of a later context, found a number"},
		{"[" ROW("[0]", "[\"xdp\"]") "]",
			"line 7: rows.contexts: expected the number of a later context, found 'xdp'"},
		{"[" ROW("[3]", "[0]") "]",
			"line 7: rows.kernels: expected the number of a kernel, found a number"},
		{"[" ROW("[0,2]", "[0]") "]",
			"line 7: rows.kernels: expected kernels with the same contexts, found '6.1.0'"},
		{"[" ROW("[0]", "[0]") "," ROW("[0]", "[0]") "]", "kernel a: layouts: xdp has two"},
		{"[" ROW("[0,0]", "[0]") "]", "kernel a: layouts: xdp has two"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct history_kernel list[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
		_cleanup_buf_ struct buf text = {0};
		struct history_pack *pack = NULL;
		for (size_t k = 0; k < 3; k++)
			list[k].snapshot = add_as(list[k].name, "probed", "6.1.0", "x86_64", "amd64");
		set_layouts(list[0].snapshot, 0);
		set_layouts(list[1].snapshot, 0);
		list[0].snapshot->layout_cnt = list[1].snapshot->layout_cnt = 0;
		assert_null(render_json_history(list, 3, &text));
		text.len -= strlen("{\"end\":true}\n");
		buf_printf(&text, "{\"layout\":\"xdp_md\",\"rows\":%s}\n{\"end\":true}\n", cases[i].rows);
		_cleanup_error_ struct error *error = history_load_bytes(text.data, text.len, NULL, &pack);
		history_pack_destroy(pack);
		kernels_deinit(&kernels);
		if (cases[i].what)
			assert_string_equal(error ? error->what : "", cases[i].what);
		else
			assert_null(error);
	}
}

static void test_damage(void **state)
{
	struct history_kernel list = {.name = "k"};
	_cleanup_buf_ struct buf text = {0};
	struct history_pack *pack = NULL;

	(void)state;
	list.snapshot = add("6.1.0-amd64", "x86_64", "amd64");
	set_kfunc(list.snapshot, "f", CELL_CONDITIONAL);
	list.snapshot->kfuncs[0].cells = pool_calloc(&list.snapshot->pool, 2, sizeof(struct cell));
	set_layouts(list.snapshot, 4);
	assert_null(render_json_history(&list, 1, &text));
	for (size_t len = 0; len < text.len; len++) {
		struct error *error = history_load_bytes(text.data, len, NULL, &pack);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
		error_free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_order, teardown),
		cmocka_unit_test_teardown(test_baseline, teardown),
		cmocka_unit_test_teardown(test_probed_first, teardown),
		cmocka_unit_test_teardown(test_pair_without_release, teardown),
		cmocka_unit_test_teardown(test_compare, teardown),
		cmocka_unit_test_teardown(test_flags, teardown),
		cmocka_unit_test_teardown(test_pack, teardown),
		cmocka_unit_test_teardown(test_layouts, teardown),
		cmocka_unit_test_teardown(test_cells, teardown),
		cmocka_unit_test_teardown(test_programs, teardown),
		cmocka_unit_test_teardown(test_names_alone, teardown),
		cmocka_unit_test_teardown(test_refuses_odd_cells, teardown),
		cmocka_unit_test_teardown(test_refuses_odd_layouts, teardown),
		cmocka_unit_test_teardown(test_damage, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
