/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render_*: snapshots made by hand as text and as JSON; and snapshot's own tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "snapshot/file.h"
#include "render/matrix.h"
#include "cli/stats.h"
#include "render/render.h"
#include "util/array.h"

static const struct evidence refusal = {
	13, "calling kernel function f is not allowed", "kfunc-not-allowed"};
static const struct evidence argument = {
	22, "arg#0 expected pointer to an iterator on stack", "argument"};
static const struct evidence novel = {22, "the moon is in the wrong phase", "unrecognised"};
static const struct evidence accepted = {0, NULL, "load"};
static const struct evidence blocked = {1, "EPERM: this process lacks CAP_BPF", "context"};

/* Four contexts. The first two have equal answers, and the last was never reached. */
static struct snapshot_context contexts[] = {
	{.name = "xdp", .program_type = "xdp", .attach_type = "xdp", .state = SUPPORT_OK},
	{.name = "xdp.frags", .program_type = "xdp", .attach_type = "xdp", .state = SUPPORT_OK},
	{.name = "syscall", .program_type = "syscall", .sleepable = true, .state = SUPPORT_OK},
	{.name = "fentry",
		.program_type = "tracing",
		.state = SUPPORT_BLOCKED,
		.errnum = 1,
		.reason = "EPERM: this process lacks CAP_BPF"},
};
static struct cell first_cells[] = {{CELL_REFUSED, false, &refusal},
	{CELL_REFUSED, false, &refusal}, {CELL_PERMITTED, false, &argument},
	{CELL_BLOCKED, false, &blocked}};
static struct cell second_cells[] = {{CELL_LOADABLE, false, &accepted},
	{CELL_LOADABLE, false, &accepted}, {CELL_UNKNOWN, false, &novel},
	{CELL_BLOCKED, false, &blocked}};
static const char *flags[] = {"KF_SLEEPABLE"};
static struct snapshot_kfunc kfuncs[] = {
	{.name = "bpf_first",
		.module = "vmlinux",
		.prototype = "int bpf_first(void)",
		.flags = flags,
		.flag_cnt = 1,
		.found_by = 1u << KFUNC_SOURCE_TAG | 1u << KFUNC_SOURCE_SHIPPED,
		.cells = first_cells},
	{.name = "bpf_twice", .module = "mod_a", .cells = first_cells},
	{.name = "bpf_twice", .module = "mod_b", .cells = second_cells},
};
static struct snapshot_helper helpers[] = {{.name = "bpf_loop", .id = 181, .cells = second_cells}};

static struct snapshot *make_snapshot(void)
{
	struct snapshot *snapshot = snapshot_create();

	snapshot->source_kind = "probed";
	snapshot->kernel.release = "6.1.0-test";
	snapshot->contexts = contexts;
	snapshot->context_cnt = ARRAY_SIZE(contexts);
	snapshot->kfuncs = kfuncs;
	snapshot->kfunc_cnt = ARRAY_SIZE(kfuncs);
	snapshot->helpers = helpers;
	snapshot->helper_cnt = ARRAY_SIZE(helpers);
	snapshot->unrecognised = 2;
	return snapshot;
}

static void test_states_have_words(void **state)
{
	(void)state;
	for (int i = 0; i < CELL_STATE_CNT; i++) {
		assert_int_equal(cell_state_parse(cell_state_word(i)), i);
		assert_non_null(cell_state_meaning(i));
		for (int k = 0; k < i; k++)
			assert_true(cell_state_letter(i) != cell_state_letter(k));
	}
	for (int i = 0; i < SUPPORT_STATE_CNT; i++) {
		assert_int_equal(support_state_parse(support_state_word(i)), i);
		assert_non_null(support_state_meaning(i));
	}
	for (int i = 0; i < KFUNC_SOURCE_CNT; i++)
		assert_non_null(kfunc_source_word(i));
	assert_int_equal(cell_state_parse("perhaps"), CELL_STATE_CNT);
	assert_int_equal(cell_state_parse(""), CELL_STATE_CNT);
	assert_int_equal(support_state_parse("perhaps"), SUPPORT_STATE_CNT);
}

static void test_what_states_mean_for_a_gate(void **state)
{
	static const struct {
		enum cell_state state;
		bool usable, definite;
	} cases[] = {
		{CELL_NONE, false, false},
		{CELL_RAN, true, true},
		{CELL_LOADABLE, true, true},
		{CELL_PERMITTED, true, true},
		{CELL_CONDITIONAL, false, true},
		{CELL_REFUSED, false, true},
		{CELL_ABSENT, false, true},
		{CELL_IMPOSSIBLE, false, true},
		{CELL_UNSUPPORTED, false, true},
		{CELL_BLOCKED, false, false},
		{CELL_UNKNOWN, false, false},
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(cases), CELL_STATE_CNT);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(cell_state_usable(cases[i].state), cases[i].usable);
		assert_int_equal(cell_state_definite(cases[i].state), cases[i].definite);
	}
}

static void test_snapshot_finds(void **state)
{
	struct snapshot *snapshot = make_snapshot();
	char fact[] = "btf";

	(void)state;
	assert_ptr_equal(snapshot_find_context(snapshot, "syscall"), &contexts[2]);
	assert_null(snapshot_find_context(snapshot, "sys"));
	assert_ptr_equal(snapshot_find_kfunc(snapshot, "bpf_twice"), &kfuncs[1]);
	assert_null(snapshot_find_kfunc(snapshot, ""));
	assert_ptr_equal(snapshot_find_helper(snapshot, "bpf_loop"), &helpers[0]);
	assert_null(snapshot_find_helper(snapshot, "loop"));
	assert_null(snapshot_find_function(snapshot, "vfs_read"));
	for (int i = 0; i < 100; i++) {
		char name[16];
		snprintf(name, sizeof(name), "f%d", i);
		assert_true(snapshot_add_feature(
			snapshot, &snapshot->features, name, SUPPORT_OK, 0, NULL));
	}
	assert_non_null(snapshot_find_feature(&snapshot->features, "f73"));
	assert_null(snapshot_find_feature(&snapshot->features, "f100"));
	assert_null(snapshot_find_feature(&snapshot->map_types, "f73"));
	/* Facts are copied. */
	assert_true(snapshot_add_fact(snapshot, fact));
	assert_true(snapshot_add_fact(snapshot, "probe"));
	fact[0] = 'x';
	assert_string_equal(snapshot->facts[0], "btf");
	assert_int_equal(snapshot->fact_cnt, 2);
	snapshot_destroy(snapshot);
	snapshot_destroy(NULL);
}

static json_t *parsed(const struct snapshot *snapshot, const struct render_json_options *options)
{
	_cleanup_buf_ struct buf out = {0};
	json_error_t error;

	assert_null(render_json(snapshot, options, &out));
	assert_int_equal(out.data[out.len - 1], '\n');
	if (options->one_line)
		assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
	json_t *root = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, &error);
	if (!root)
		fail_msg("line %d: %s", error.line, error.text);
	return root;
}

static const char *text_at(json_t *root, const char *path)
{
	char part[256];

	while (*path) {
		size_t len = strcspn(path, ">");
		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		root = json_is_array(root) ? json_array_get(root, (size_t)atoi(part))
					   : json_object_get(root, part);
		path += len + (path[len] == '>');
	}
	return json_string_value(root);
}

static void test_json(void **state)
{
	struct render_json_options options = {0};
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	for (int all = 0; all < 2; all++) {
		options.one_line = all;
		json_t *root = parsed(snapshot, &options);
		assert_string_equal(text_at(root, "schema"), SNAPSHOT_SCHEMA);
		assert_string_equal(text_at(root, "kernel>release"), "6.1.0-test");
		assert_string_equal(text_at(root, "kfuncs>0>cells>xdp"), "refused");
		assert_string_equal(text_at(root, "kfuncs>0>found_by>1"), "list");
		assert_string_equal(text_at(root, "helpers>0>cells>syscall"), "unknown");
		assert_string_equal(text_at(root, "contexts>3>reason"), contexts[3].reason);
		json_decref(root);
	}
	snapshot_destroy(snapshot);
}

static bool has_text(const json_t *array, const char *text)
{
	const json_t *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		if (!strcmp(json_string_value(value), text))
			return true;
	}
	return false;
}

/* The line of the first evidence that names the row and the context. "*" only matches itself. */
static const char *said_of(json_t *root, const char *matrix, const char *row, const char *context)
{
	json_t *evidence, *group;
	size_t i, k;

	json_array_foreach(json_object_get(root, "reasons"), i, evidence)
	{
		json_array_foreach(json_object_get(evidence, "cells"), k, group)
		{
			if (has_text(json_object_get(group, matrix), row) &&
				has_text(json_object_get(group, "contexts"), context))
				return json_string_value(json_object_get(evidence, "line"));
		}
	}
	return NULL;
}

/* Evidence that a row or a column repeats is stored once. */
static void test_json_packed_evidence(void **state)
{
	const struct render_json_options options = {.evidence = EVIDENCE_KEPT_PACKED};
	struct snapshot *snapshot = make_snapshot();
	json_t *root = parsed(snapshot, &options);

	(void)state;
	assert_string_equal(said_of(root, "helpers", "bpf_loop", "syscall"), novel.line);
	assert_null(said_of(root, "kfuncs", "bpf_first", "xdp"));
	assert_string_equal(said_of(root, "kfuncs", "*", "xdp"), refusal.line);
	assert_string_equal(said_of(root, "kfuncs", "*", "xdp.frags"), refusal.line);
	assert_string_equal(said_of(root, "kfuncs", "*", "syscall"), argument.line);
	assert_string_equal(said_of(root, "kfuncs", "*", "fentry"), blocked.line);
	assert_null(said_of(root, "kfuncs", "bpf_first", "fentry"));
	/* Two rows of one name have distinct labels. */
	assert_string_equal(said_of(root, "kfuncs", "bpf_twice[mod_b]", "syscall"), novel.line);
	assert_null(said_of(root, "kfuncs", "bpf_twice", "syscall"));
	json_decref(root);
	snapshot_destroy(snapshot);
}

/* In a document, each cell has its own evidence. */
static void test_json_evidence(void **state)
{
	const struct render_json_options options = {0};
	struct snapshot *snapshot = make_snapshot();
	json_t *root = parsed(snapshot, &options);
	json_t *evidence = json_object_get(root, "evidence");

	(void)state;
	assert_null(json_object_get(root, "reasons"));
	assert_string_equal(text_at(evidence, "helper/bpf_loop@syscall>line"), novel.line);
	assert_string_equal(text_at(evidence, "kfunc/bpf_first@xdp>line"), refusal.line);
	assert_string_equal(text_at(evidence, "kfunc/bpf_first@fentry>line"), blocked.line);
	/* Two rows of one name have distinct labels. */
	assert_non_null(json_object_get(evidence, "kfunc/bpf_twice[mod_b]@syscall"));
	assert_null(json_object_get(evidence, "kfunc/bpf_twice@syscall"));
	json_decref(root);
	snapshot_destroy(snapshot);
}

static void test_json_is_read_back(void **state)
{
	const struct render_json_options options = {0};
	struct snapshot *snapshot = make_snapshot(), *read = NULL;
	_cleanup_buf_ struct buf first = {0}, second = {0};

	(void)state;
	assert_null(render_json(snapshot, &options, &first));
	struct error *error = load_snapshot_bytes(first.data, first.len, &read);
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
	assert_null(render_json(read, &options, &second));
	assert_string_equal(buf_text(&first), buf_text(&second));
	snapshot_destroy(read);
	snapshot_destroy(snapshot);
}

/* An empty snapshot is still a valid document and page. */
static void test_empty_snapshot(void **state)
{
	const struct render_json_options json = {0};
	struct render_text_options text = {.width = 80};
	struct snapshot *snapshot = snapshot_create();
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	json_t *root = parsed(snapshot, &json);
	assert_true(json_is_null(json_object_get(json_object_get(root, "kernel"), "release")));
	assert_int_equal(json_array_size(json_object_get(root, "kfuncs")), 0);
	json_decref(root);
	for (int details = 0; details < 2; details++) {
		text.details = details;
		assert_null(render_text(snapshot, &text, &out));
	}
	assert_non_null(strstr(buf_text(&out), "unknown"));
	snapshot_destroy(snapshot);
}

/* BTF and symbol tables may contain any bytes. JSON may not. */
static void test_names_that_are_not_utf8(void **state)
{
	const struct render_json_options options = {0};
	struct snapshot_context odd_contexts[] = {
		{.name = "struct_ops/\xff\xfe", .program_type = "struct_ops"}};
	struct snapshot_kfunc odd_kfuncs[] = {{.name = "bad\x80name",
		.module = "m\xc3",
		.prototype = "int bad\x80name(void)",
		.cells = first_cells}};
	struct kernel_config_option config[] = {{"CONFIG_\xe4", "\"\xe4\""}};
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	snapshot->contexts = odd_contexts;
	snapshot->kfuncs = odd_kfuncs;
	snapshot->config = config;
	snapshot->context_cnt = snapshot->kfunc_cnt = snapshot->config_cnt = 1;
	json_t *root = parsed(snapshot, &options);
	assert_string_equal(text_at(root, "kfuncs>0>name"), "bad\xef\xbf\xbd""name");
	assert_string_equal(text_at(root, "kfuncs>0>module"), "m\xef\xbf\xbd");
	assert_string_equal(text_at(root, "contexts>0>name"), "struct_ops/\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(text_at(root, "kfuncs>0>cells>struct_ops/\xef\xbf\xbd\xef\xbf\xbd"), "refused");
	assert_string_equal(text_at(root, "config>CONFIG_\xef\xbf\xbd"), "\"\xef\xbf\xbd\"");
	assert_non_null(
		json_object_get(json_object_get(root, "evidence"), "kfunc/bad\xef\xbf\xbd""name@struct_ops/\xef\xbf\xbd\xef\xbf\xbd"));
	json_decref(root);
	snapshot_destroy(snapshot);
}

static void test_names_of_any_length(void **state)
{
	const struct render_json_options options = {0};
	struct render_text_options text = {.width = 40};
	struct snapshot *snapshot = make_snapshot();
	struct snapshot_kfunc long_kfunc = kfuncs[0];
	_cleanup_buf_ struct buf out = {0};
	char name[2000];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	long_kfunc.name = name;
	snapshot->kfuncs = &long_kfunc;
	snapshot->kfunc_cnt = 1;
	json_t *root = parsed(snapshot, &options);
	assert_string_equal(text_at(root, "kfuncs>0>name"), name);
	json_decref(root);
	assert_null(render_text(snapshot, &text, &out));
	text.details = true;
	assert_null(render_text(snapshot, &text, &out));
	snapshot_destroy(snapshot);
}

static void test_functions_as_json(void **state)
{
	struct render_json_options options = {0};
	struct snapshot_symbol symbols[] = {
		{"f", "vmlinux", 'T', 0xffffffff81000000}, {"f.cold", "vmlinux", 't', 0}};
	struct snapshot_function function = {.name = "f",
		.state = "present",
		.symbols = symbols,
		.symbol_cnt = 2,
		.traceable = TRISTATE_YES,
		.kprobe_blacklisted = TRISTATE_NO,
		.fentry = {CELL_BLOCKED, false, &blocked}};
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	snapshot->functions = &function;
	snapshot->function_cnt = 1;
	for (int addresses = 0; addresses < 2; addresses++) {
		options.addresses = addresses;
		json_t *root = parsed(snapshot, &options);
		const char *address = text_at(root, "functions>0>symbols>0>address");
		assert_int_equal(address != NULL, addresses);
		assert_true(!address || !strcmp(address, "0xffffffff81000000"));
		/* Zero is not an address. */
		assert_null(text_at(root, "functions>0>symbols>1>address"));
		assert_string_equal(text_at(root, "functions>0>fentry"), "blocked");
		assert_string_equal(
			text_at(root, "functions>0>fentry_evidence>line"), blocked.line);
		json_decref(root);
	}
	snapshot_destroy(snapshot);
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at++) {
		if ((at == text || at[-1] == '\n') && (at[len] == '\n' || !at[len]))
			return true;
	}
	return false;
}

static void test_matrix(void **state)
{
	struct snapshot *snapshot = make_snapshot();
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	render_matrix(snapshot, 80, &out);
	const char *text = buf_text(&out);
	/* Contexts with equal answers share a column. A context without answers has no column. */
	assert_true(has_line(text, "  a   xdp xdp.frags") || has_line(text, "   a  xdp xdp.frags"));
	assert_true(has_line(text, "   b  syscall"));
	assert_null(strstr(text, "fentry"));
	assert_true(has_line(text, "bpf_first    -P"));
	assert_true(has_line(text, "bpf_twice    -P"));
	assert_true(has_line(text, "bpf_twice    L?"));
	assert_true(has_line(text, "bpf_loop     L?"));
	assert_true(has_line(text, "3 kfuncs     ab"));
	assert_true(has_line(text, "1 helpers    ab"));
	/* The keys stand above each table, and have the states of that table alone. */
	const char *kfunc_rows = strstr(text, "3 kfuncs"), *helper_rows = strstr(text, "1 helpers");
	const char *columns = strstr(text, "\nColumns"), *states = strstr(text, "\nStates");
	assert_true(columns < states && states < kfunc_rows);
	assert_non_null(strstr(text, "  -  refused"));
	columns = strstr(kfunc_rows, "\nColumns");
	states = strstr(kfunc_rows, "\nStates");
	assert_true(columns && columns < states && states < helper_rows);
	assert_null(strstr(states, "  -  refused"));
	assert_non_null(strstr(states, "  L  loadable"));
	snapshot_destroy(snapshot);
}

/* Few contexts: names by state instead of letters; what no program may call is counted. */
static void test_groups(void **state)
{
	struct snapshot *snapshot = make_snapshot();
	const struct render_text_options options = {.width = 80, .contexts = true};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	assert_null(render_text(snapshot, &options, &out));
	const char *text = buf_text(&out);
	assert_true(has_line(text, "xdp xdp.frags"));
	assert_true(has_line(text, "syscall"));
	assert_true(has_line(text, "  refused      2 kfuncs (--all names them)"));
	assert_true(has_line(text, "  permitted    2 kfuncs: bpf_first bpf_twice"));
	assert_true(has_line(text, "  loadable     1 helpers: bpf_loop"));
	assert_true(has_line(text, "  - refused: the verifier's allow check said no"));
	assert_null(strstr(text, "Columns"));
	assert_null(strstr(text, "Kernel functions"));
	snapshot_destroy(snapshot);
}

/* More columns than fit on a line, and more than there are letters. */
static void test_wide_matrix(void **state)
{
	static struct snapshot_context many[120];
	static char names[120][16];
	static struct cell cells[120][120];
	static struct snapshot_kfunc rows[120];
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		snprintf(names[i], sizeof(names[i]), "context%zu", i);
		many[i] = (struct snapshot_context) {
			.name = names[i], .program_type = "xdp", .state = SUPPORT_OK};
		for (size_t k = 0; k < ARRAY_SIZE(many); k++)
			cells[i][k] = (struct cell) {
				i == k ? CELL_PERMITTED : CELL_REFUSED, false, &refusal};
		rows[i] = (struct snapshot_kfunc) {
			.name = names[i], .module = "vmlinux", .cells = cells[i]};
	}
	snapshot->contexts = many;
	snapshot->context_cnt = snapshot->kfunc_cnt = ARRAY_SIZE(many);
	snapshot->kfuncs = rows;
	snapshot->helper_cnt = 0;
	for (size_t width = 0; width < 200; width += 13) {
		_cleanup_buf_ struct buf out = {0};
		size_t permitted = 0, room = width > 12 + 9 ? width - 12 - 1 : 8;
		render_matrix(snapshot, width, &out);
		for (const char *line = buf_text(&out); *line;
			line += strcspn(line, "\n"), line += *line == '\n') {
			if (strncmp(line, "context", 7))
				continue;
			assert_true(strcspn(line, "\n") <= 13 + room);
			permitted += memchr(line, 'P', strcspn(line, "\n")) != NULL;
		}
		/* Each row has its one P in one of the parts. */
		assert_int_equal(permitted, ARRAY_SIZE(many));
	}
	snapshot_destroy(snapshot);
}

static void test_text_at_any_width(void **state)
{
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	snapshot_add_feature(snapshot, &snapshot->features, "ringbuf", SUPPORT_OK, 0, NULL);
	snapshot_add_feature(snapshot, &snapshot->features, "token", SUPPORT_UNKNOWN, 12,
		"the kernel had no memory");
	snapshot_add_feature(
		snapshot, &snapshot->map_types, "arena", SUPPORT_UNSUPPORTED, 22, "refused");
	for (size_t width = 1; width < 250; width += 7) {
		for (int details = 0; details < 2; details++) {
			const struct render_text_options options = {
				.width = width, .details = details};
			_cleanup_buf_ struct buf out = {0};
			assert_null(render_text(snapshot, &options, &out));
			assert_non_null(strstr(buf_text(&out), "bpf_first"));
			assert_non_null(strstr(buf_text(&out), "2 cells are unknown"));
			assert_int_equal(out.data[out.len - 1], '\n');
		}
	}
	snapshot_destroy(snapshot);
}

static void test_details(void **state)
{
	struct snapshot *snapshot = make_snapshot();

	(void)state;
	const struct render_text_options options = {.width = 120, .details = true};
	_cleanup_buf_ struct buf out = {0};
	assert_null(render_text(snapshot, &options, &out));
	const char *text = buf_text(&out);
	assert_true(has_line(text, "kfunc bpf_first (vmlinux)"));
	assert_true(has_line(text, "  prototype    int bpf_first(void)"));
	assert_true(has_line(text, "  flags        KF_SLEEPABLE"));
	assert_true(has_line(text, "  found by     decl_tag list"));
	assert_true(has_line(text, "helper bpf_loop (id 181)"));
	assert_true(has_line(text, "  unknown      syscall: the moon is in the wrong phase"));
	assert_true(has_line(text,
		"  refused      xdp xdp.frags: calling kernel function f is not allowed"));
	snapshot_destroy(snapshot);
}

static void test_stats(void **state)
{
	static const char *const keys[] = {"cells 1000\n", "bpf_calls 1005\n", "threads 2\n",
		"cells_wall 0.010 s\n", "cells_cpu 0.016 s\n", "wall_per_cell 10.00 us\n",
		"cpu_per_cell 16.00 us\n", "inside_bpf 90.0 %\n", "peak_memory "};
	const struct probe_stats stats = {.cell_cnt = 1000,
		.call_cnt = 1005,
		.inside_ns = 18000000,
		.cells_wall_ns = 10000000,
		.cells_cpu_ns = 16000000,
		.threads = 2};
	const struct probe_stats none = {0};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	render_stats(&stats, &out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_non_null(strstr(buf_text(&out), keys[i]));
	/* Zero cells: no division by zero. */
	render_stats(&none, &out);
	assert_null(strstr(buf_text(&out), "nan"));
	assert_null(strstr(buf_text(&out), "inf "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_have_words),
		cmocka_unit_test(test_what_states_mean_for_a_gate),
		cmocka_unit_test(test_snapshot_finds),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_evidence),
		cmocka_unit_test(test_json_packed_evidence),
		cmocka_unit_test(test_json_is_read_back),
		cmocka_unit_test(test_empty_snapshot),
		cmocka_unit_test(test_names_that_are_not_utf8),
		cmocka_unit_test(test_names_of_any_length),
		cmocka_unit_test(test_functions_as_json),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_wide_matrix),
		cmocka_unit_test(test_text_at_any_width),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_stats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
