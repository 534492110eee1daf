/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "input/system/system.h"
#include "snapshot/file.h"
#include "probe/probe.h"
#include "util/array.h"

#define BEGIN "{\"schema\": \"kcompat/snapshot/1\", \"source\": {\"kind\": \"probed\"}"
#define XDP "\"contexts\": [{\"name\": \"xdp\", \"program_type\": \"xdp\", \"state\": \"ok\"}]"

/* Everything that the schema has, in no order. */
static const char full[] =
	"{\"helpers\": [{\"name\": \"bpf_loop\", \"id\": 181, \"cells\": {\"tc\": \"loadable\"}},"
	"              {\"name\": \"bpf_map_lookup_elem\", \"id\": 1, \"cells\": {}}],"
	" \"schema\": \"kcompat/snapshot/1\", \"future\": {\"key\": [1, 2]},"
	" \"meta\": {\"kcompat\": \"9.9\", \"unrecognised\": 3},"
	" \"kernel\": {\"release\": \"6.18.0\", \"version\": \"#1 SMP\", \"machine\": \"x86_64\", \"arch\": "
	"\"x86\", \"distribution\": null, \"flavor\": \"cloud-amd64\", \"btf_sha256\": \"00ff\"},"
	" \"source\": {\"kind\": \"probed\", \"facts\": [\"btf\", \"probe\"]},"
	" \"environment\": {\"capabilities\": [\"CAP_BPF\"], \"lockdown\": \"none\", \"lsm\": [\"bpf\"],"
	"   \"jit\": \"1\", \"unprivileged_bpf_disabled\": \"2\", \"kptr_restrict\": \"0\","
	"   \"container\": \"docker\", \"config_source\": \"/proc/config.gz\","
	"   \"limits\": [{\"what\": \"w\", \"remedy\": \"r\"}, {\"what\": \"w2\", \"remedy\": null}]},"
	" \"config\": {\"CONFIG_Z\": \"m\", \"CONFIG_A\": \"y\"},"
	" \"contexts\": ["
	"   {\"name\": \"tc\", \"program_type\": \"sched_cls\", \"attach_type\": null, \"state\": \"ok\"},"
	"   {\"name\": \"lsm.s\", \"program_type\": \"lsm\", \"attach_type\": \"lsm_mac\", \"target\": "
	"\"bpf_lsm_file_open\", \"sleepable\": true, \"state\": \"blocked\", \"reason\": \"why\", \"errno\": 1}],"
	" \"kfuncs\": ["
	"   {\"name\": \"k\", \"module\": \"b\", \"prototype\": \"void k(void)\", \"flags\": [\"KF_SLEEPABLE\"],"
	"    \"found_by\": [\"decl_tag\", \"list\"], \"cells\": {\"tc\": \"conditional\", \"lsm.s\": \"blocked\"}},"
	"   {\"name\": \"k\", \"module\": \"a\", \"cells\": {\"tc\": \"refused\"}},"
	"   {\"name\": \"a\", \"module\": \"vmlinux\", \"found_by\": [\"kfunc_set\"], \"cells\": {\"tc\": \"unknown\"}}],"
	" \"functions\": [{\"name\": \"f\", \"state\": \"present\", \"reason\": null, \"collision\": true,"
	"   \"symbols\": [{\"name\": \"f.cold\", \"module\": \"vmlinux\", \"type\": \"t\", \"address\": \"0xff\"}],"
	"   \"prototypes\": [\"int f(void)\"], \"traceable\": true, \"kprobe_blacklisted\": false,"
	"   \"fentry\": \"blocked\", \"fentry_evidence\": {\"errno\": \"EPERM\"}},"
	"  {\"name\": \"e\", \"state\": \"absent\", \"reason\": \"r\", \"traceable\": null}],"
	" \"program_types\": [{\"name\": \"xdp\", \"state\": \"ok\"}],"
	" \"map_types\": [{\"name\": \"arena\", \"state\": \"unsupported\", \"reason\": \"no\", \"errno\": 22}],"
	" \"attach_types\": [], \"link_types\": null,"
	" \"features\": [{\"name\": \"trampoline\", \"state\": \"blocked\"}],"
	" \"programs\": [{\"name\": \"arena.alloc\", \"context\": \"syscall\", \"method\": \"test_run\", \"state\": "
	"\"ran\", \"reason\": \"fine\", \"errno\": 0}],"
	" \"evidence\": {\"kfunc/a@tc\": {\"errno\": 524}, \"kfunc/a@gone\": {}, \"other/shape\": {}},"
	" \"reasons\": [{\"errno\": 22, \"line\": \"must be sleepable\", \"rule\": \"sleepable\", \"cells\": ["
	"     {\"kfuncs\": [\"k[b]\"], \"contexts\": [\"tc\"]}]},"
	"   {\"errno\": 5, \"cells\": [{\"kfuncs\": [\"gone\", \"a\"], \"contexts\": [\"gone\", \"tc\"]}]},"
	"   {\"line\": \"l\", \"cells\": [{\"helpers\": [\"bpf_loop\"], \"contexts\": [\"tc\"]}]}]}";

static struct snapshot *load(const char *text)
{
	struct snapshot *snapshot = NULL;
	struct error *error = load_snapshot_bytes(text, strlen(text), &snapshot);

	if (error)
		fail_msg("%s", error->what);
	return snapshot;
}

static void reads_everything(void **state)
{
	struct snapshot *snapshot = load(full);
	const struct kernel_environment *environment = &snapshot->environment;

	(void)state;
	assert_string_equal(snapshot->kernel.release, "6.18.0");
	assert_string_equal(snapshot->kernel.flavor, "cloud-amd64");
	assert_null(snapshot->kernel.distribution);
	assert_string_equal(snapshot->source_kind, "probed");
	assert_int_equal(snapshot->fact_cnt, 2);
	assert_int_equal(snapshot->unrecognised, 3);
	assert_string_equal(environment->capabilities[0], "CAP_BPF");
	assert_string_equal(environment->config_source, "/proc/config.gz");
	assert_int_equal(environment->limit_cnt, 2);
	assert_null(environment->limits[1].remedy);
	assert_int_equal(snapshot->config_cnt, 2);
	assert_string_equal(snapshot->config[0].name, "CONFIG_A");
	assert_int_equal(snapshot->program_types.cnt, 1);
	assert_int_equal(snapshot->map_types.list[0].errnum, EINVAL);
	assert_int_equal(snapshot->link_types.cnt, 0);
	assert_int_equal(snapshot->features.list[0].state, SUPPORT_BLOCKED);
	assert_int_equal(snapshot->programs[0].state, CELL_RAN);
	assert_string_equal(snapshot->programs[0].method, "test_run");
	snapshot_destroy(snapshot);
}

static void reads_the_matrix(void **state)
{
	struct snapshot *snapshot = load(full);
	const struct snapshot_kfunc *kfuncs = snapshot->kfuncs;

	(void)state;
	assert_int_equal(snapshot->context_cnt, 2);
	assert_true(snapshot->contexts[1].sleepable);
	assert_string_equal(snapshot->contexts[1].target, "bpf_lsm_file_open");
	assert_int_equal(snapshot->contexts[1].errnum, EPERM);
	/* Sorted by name, then module, whatever the order of the file. */
	assert_int_equal(snapshot->kfunc_cnt, 3);
	assert_string_equal(kfuncs[0].name, "a");
	assert_string_equal(kfuncs[1].module, "a");
	assert_string_equal(kfuncs[2].module, "b");
	assert_string_equal(kfuncs[2].flags[0], "KF_SLEEPABLE");
	assert_int_equal(kfuncs[2].found_by, 1u << KFUNC_SOURCE_TAG | 1u << KFUNC_SOURCE_SHIPPED);
	assert_int_equal(kfuncs[2].cells[0].state, CELL_CONDITIONAL);
	assert_string_equal(kfuncs[2].cells[0].evidence->line, "must be sleepable");
	assert_string_equal(kfuncs[2].cells[0].evidence->rule, "sleepable");
	assert_int_equal(kfuncs[2].cells[1].state, CELL_BLOCKED);
	assert_null(kfuncs[1].cells[0].evidence);
	assert_int_equal(kfuncs[1].cells[1].state, CELL_NONE);
	assert_int_equal(kfuncs[0].cells[0].evidence->errnum, 524);
	assert_int_equal(snapshot->helpers[0].id, 1);
	assert_int_equal(snapshot->helpers[1].cells[0].state, CELL_LOADABLE);
	assert_string_equal(snapshot->helpers[1].cells[0].evidence->line, "l");
	assert_false(kfuncs[0].cells[0].predicted);
	snapshot_destroy(snapshot);
}

static void reads_functions(void **state)
{
	struct snapshot *snapshot = load(full);
	const struct snapshot_function *function = snapshot_find_function(snapshot, "f");

	(void)state;
	assert_string_equal(snapshot->functions[0].name, "e");
	assert_int_equal(snapshot->functions[0].traceable, TRISTATE_UNKNOWN);
	assert_true(function->collision);
	assert_int_equal(function->symbols[0].address, 0xff);
	assert_int_equal(function->symbols[0].type, 't');
	assert_int_equal(function->traceable, TRISTATE_YES);
	assert_int_equal(function->kprobe_blacklisted, TRISTATE_NO);
	assert_int_equal(function->fentry.state, CELL_BLOCKED);
	assert_int_equal(function->fentry.evidence->errnum, EPERM);
	snapshot_destroy(snapshot);
}

static void scanned_is_predicted(void **state)
{
	static const char text[] =
		"{\"schema\": \"kcompat/snapshot/1\", \"source\": {\"kind\": \"scanned\"}, " XDP
		", \"kfuncs\": [{\"name\": \"a\", \"module\": \"m\", \"cells\": {\"xdp\": \"permitted\"}}]}";
	struct snapshot *snapshot = load(text);

	(void)state;
	assert_true(snapshot->kfuncs[0].cells[0].predicted);
	snapshot_destroy(snapshot);
}

static void refuses_odd_documents(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{"", "line 1, column 0: '[' or '{' expected near end of file"},
		{"[", NULL},
		{"null", "expected a snapshot, an object, found null"},
		{"[]", "expected a snapshot, an object, found an array"},
		{"{}", "schema: expected a text, found nothing"},
		{"{\"schema\": 1}", "schema: expected a text, found a number"},
		{"{\"schema\": \"kcompat/snapshot/2\"}",
			"schema: expected kcompat/snapshot/1, found 'kcompat/snapshot/2'"},
		{"{\"schema\": \"kcompat/snapshot/1\"}",
			"source.kind: expected a text, found nothing"},
		{"{\"schema\": \"kcompat/snapshot/1\", \"source\": {\"kind\": \"guessed\"}}",
			"source.kind: expected probed or scanned, found 'guessed'"},
		{BEGIN ", \"source\": {\"kind\": \"probed\"}}", NULL},
		{BEGIN "} trailing", NULL},
		{BEGIN ", \"kernel\": []}", "kernel: expected an object, found an array"},
		{BEGIN ", \"kernel\": {\"release\": 6.18}}",
			"kernel.release: expected a text, found a number"},
		{BEGIN ", \"kernel\": {\"release\": \"\\u0000\"}}", NULL},
		{BEGIN ", \"kernel\": {\"release\": \"\xff\"}}", NULL},
		{BEGIN ", \"environment\": {\"lsm\": [\"a\", null]}}",
			"environment.lsm: expected texts, found null"},
		{BEGIN ", \"config\": {\"CONFIG_A\": true}}",
			"config.CONFIG_A: expected a text, found a truth value"},
		{BEGIN ", \"contexts\": {}}", "contexts: expected an array, found an object"},
		{BEGIN ", \"contexts\": [\"xdp\"]}",
			"contexts[0]: expected an object, found 'xdp'"},
		{BEGIN ", \"contexts\": [{\"name\": \"xdp\", \"program_type\": \"xdp\", \"state\": \"good\"}]}",
			"contexts[0].state: expected ok, unsupported, blocked or unknown, found 'good'"},
		{BEGIN ", \"contexts\": [{\"name\": \"x\", \"program_type\": \"x\", \"state\": \"ok\"}, "
		       "{\"name\": \"x\", \"program_type\": \"x\", \"state\": \"ok\"}]}",
			"contexts[1].name: expected a name that no other context has, found 'x'"},
		{BEGIN ", " XDP
		       ", \"kfuncs\": [{\"name\": \"k\", \"module\": \"m\", \"cells\": {\"tc\": \"ran\"}}]}",
			"kfuncs[0].cells: expected the name of one of the contexts, found 'tc'"},
		{BEGIN ", " XDP
		       ", \"kfuncs\": [{\"name\": \"k\", \"module\": \"m\", \"cells\": {\"xdp\": \"maybe\"}}]}",
			"kfuncs[0].cells: expected a state such as permitted, found 'maybe'"},
		{BEGIN ", " XDP
		       ", \"kfuncs\": [{\"name\": \"k\", \"module\": \"m\", \"cells\": {\"xdp\": 1}}]}",
			"kfuncs[0].cells: expected a state such as permitted, found a number"},
		{BEGIN ", \"kfuncs\": [{\"name\": \"k\"}]}",
			"kfuncs[0].module: expected a text, found nothing"},
		{BEGIN ", \"kfuncs\": [{\"name\": \"k\", \"module\": \"m\", \"found_by\": [\"luck\"]}]}",
			"kfuncs[0].found_by: expected decl_tag, list, discover, kfunc_set or argument, found 'luck'"},
		{BEGIN ", \"kfuncs\": [{\"name\": \"a@b\", \"module\": \"m\"}]}",
			"kfuncs[0].name: expected a name, found 'a@b'"},
		{BEGIN ", \"contexts\": [{\"name\": \"x\\n\", \"program_type\": \"x\", \"state\": \"ok\"}]}",
			"contexts[0].name: expected a name, found 'x\n'"},
		{BEGIN ", \"helpers\": [{\"name\": \"h\", \"id\": -1}]}",
			"helpers[0].id: expected a number in range, found a number"},
		{BEGIN ", \"helpers\": [{\"name\": \"h\", \"id\": 4294967296}]}",
			"helpers[0].id: expected a number in range, found a number"},
		{BEGIN ", \"features\": [{\"name\": \"f\", \"state\": \"ok\", \"errno\": 5000}]}",
			"features[0].errno: expected a number in range, found a number"},
		{BEGIN ", \"features\": [{\"name\": \"f\", \"state\": \"ok\", \"errno\": \"EODD\"}]}",
			"features[0].errno: expected an errno, found 'EODD'"},
		{BEGIN ", \"functions\": [{\"name\": \"f\", \"state\": \"here\"}]}",
			"functions[0].state: expected present, absent or unknown, found 'here'"},
		{BEGIN ", \"functions\": [{\"name\": \"f\", \"state\": \"absent\", \"traceable\": \"yes\"}]}",
			"functions[0].traceable: expected true or false, found 'yes'"},
		{BEGIN ", \"programs\": [{\"name\": \"p\", \"context\": \"xdp\"}]}",
			"programs[0].state: expected a state such as permitted, found nothing"},
		{BEGIN ", \"reasons\": {}}", "reasons: expected an array, found an object"},
		{BEGIN ", \"evidence\": []}", "evidence: expected an object, found an array"},
		{BEGIN ", \"evidence\": {\"kfunc/k@xdp\": 1}}",
			"evidence.kfunc/k@xdp: expected an object, found a number"},
		{BEGIN ", \"reasons\": [{}, 1]}", "reasons[1]: expected an object, found a number"},
		{BEGIN ", \"reasons\": [{\"cells\": [\"k\"]}]}", "reasons[0].cells: expected objects, found 'k'"},
		{BEGIN ", \"reasons\": [{\"cells\": [{\"contexts\": []}]}]}",
			"reasons.cells.kfuncs: expected an array, found nothing"},
		{BEGIN ", \"reasons\": [{\"cells\": [{\"helpers\": []}]}]}",
			"reasons.cells.contexts: expected an array, found nothing"},
		{BEGIN ", \"reasons\": [{\"cells\": [{\"helpers\": [1], \"contexts\": []}]}]}",
			"reasons.cells.helpers: expected texts, found a number"},
		{BEGIN ", \"reasons\": [{\"cells\": [{\"helpers\": [], \"contexts\": [], \"state\": \"x\"}]}]}",
			"reasons.cells.state: expected a state such as permitted, found 'x'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct snapshot *snapshot = NULL;
		struct error *error =
			load_snapshot_bytes(cases[i].text, strlen(cases[i].text), &snapshot);
		if (!error)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(error->code, ERROR_INPUT);
		assert_null(snapshot);
		if (cases[i].what && *cases[i].text)
			assert_string_equal(error->what, cases[i].what);
		error_free(error);
	}
}

static struct error *load_text(struct buf *text)
{
	struct snapshot *snapshot = NULL;
	struct error *error = load_snapshot_bytes(buf_text(text), text->len, &snapshot);

	assert_null(snapshot);
	assert_non_null(error);
	return error;
}

static void refuses_bombs(void **state)
{
	_cleanup_buf_ struct buf deep = {0}, wide = {0};

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		buf_putc(&deep, '[');
	struct error *error = load_text(&deep);
	assert_int_equal(error->code, ERROR_INPUT);
	error_free(error);

	/* A small file that asks for billions of cells. */
	buf_puts(&wide, BEGIN ", \"contexts\": [");
	for (size_t i = 0; i < SNAPSHOT_CONTEXT_MAX; i++)
		buf_printf(&wide,
			"%s{\"name\": \"c%zu\", \"program_type\": \"x\", \"state\": \"ok\"}",
			i ? "," : "", i);
	buf_puts(&wide, "], \"kfuncs\": [");
	for (size_t i = 0; i <= SNAPSHOT_CELL_MAX / SNAPSHOT_CONTEXT_MAX; i++)
		buf_printf(&wide, "%s{\"name\": \"k%zu\", \"module\": \"m\"}", i ? "," : "", i);
	buf_puts(&wide, "]}");
	error = load_text(&wide);
	assert_string_equal(error->what,
		"kfuncs[1024].cells: expected fewer contexts and functions, found an object");
	error_free(error);
}

/* Every prefix of a snapshot is refused or complete. None is read as a smaller snapshot. */
static void refuses_truncation(void **state)
{
	(void)state;
	for (size_t len = 0; len + 1 < sizeof(full); len++) {
		struct snapshot *snapshot = NULL;
		char *exact = malloc(len ? len : 1);
		assert_non_null(exact);
		memcpy(exact, full, len);
		struct error *error = load_snapshot_bytes(exact, len, &snapshot);
		free(exact);
		if (len + 1 < sizeof(full) - 1)
			assert_non_null(error);
		error_free(error);
		snapshot_destroy(snapshot);
	}
}

static void render(const struct snapshot *snapshot, struct buf *out)
{
	const struct render_json_options options = {.addresses = true};

	assert_null(render_json(snapshot, &options, out));
}

/* A written snapshot is read back, and written again with the same bytes. */
static void goes_round(void **state)
{
	_cleanup_buf_ struct buf first = {0}, second = {0};
	struct snapshot *snapshot = load(full);

	(void)state;
	render(snapshot, &first);
	snapshot_destroy(snapshot);
	snapshot = load(buf_text(&first));
	render(snapshot, &second);
	snapshot_destroy(snapshot);
	assert_string_equal(buf_text(&first), buf_text(&second));
}

static size_t count(const char *text, const char *part)
{
	size_t cnt = 0;

	for (; (text = strstr(text, part)); text++)
		cnt++;
	return cnt;
}

/* k of b has a flag, k of a was only loaded, and a set says that a has none. */
static void test_flags(void **state)
{
	_cleanup_buf_ struct buf text = {0};
	struct snapshot *snapshot = load(full);

	(void)state;
	render(snapshot, &text);
	snapshot_destroy(snapshot);
	assert_int_equal(count(buf_text(&text), "\"flags\":"), 3);
	assert_int_equal(count(buf_text(&text), "\"flags\": null"), 1);
	assert_int_equal(count(buf_text(&text), "\"flags\": []"), 1);
}

static void compare_rows(const struct snapshot *a, const struct cell *x, const struct cell *y)
{
	for (size_t i = 0; i < a->context_cnt; i++)
		assert_int_equal(x[i].state, y[i].state);
}

static void compare(const struct snapshot *a, const struct snapshot *b)
{
	assert_int_equal(a->context_cnt, b->context_cnt);
	assert_int_equal(a->kfunc_cnt, b->kfunc_cnt);
	assert_int_equal(a->helper_cnt, b->helper_cnt);
	for (size_t i = 0; i < a->kfunc_cnt; i++) {
		assert_string_equal(a->kfuncs[i].name, b->kfuncs[i].name);
		compare_rows(a, a->kfuncs[i].cells, b->kfuncs[i].cells);
	}
	for (size_t i = 0; i < a->helper_cnt; i++) {
		assert_int_equal(a->helpers[i].id, b->helpers[i].id);
		compare_rows(a, a->helpers[i].cells, b->helpers[i].cells);
	}
}

/* The running kernel, with whatever this process may read. */
static void live_goes_round(void **state)
{
	static const char *const contexts[] = {"xdp", "tc", "syscall", "fentry"};
	const struct probe_request request = {
		.parts = 1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS | 1u << PROBE_HELPERS,
		.contexts = contexts,
		.context_cnt = ARRAY_SIZE(contexts),
	};
	struct kernel kernel = {0};
	struct snapshot *probed = NULL;
	_cleanup_buf_ struct buf first = {0}, second = {0};

	(void)state;
	assert_null(load_kernel(&kernel, "", LOAD_BTF | LOAD_CONFIG));
	assert_null(probe_run(&request, &kernel, &probed, NULL));
	assert_int_equal(probed->context_cnt, ARRAY_SIZE(contexts));
	render(probed, &first);
	struct snapshot *read = load(buf_text(&first));
	compare(probed, read);
	render(read, &second);
	assert_string_equal(buf_text(&first), buf_text(&second));
	snapshot_destroy(read);
	snapshot_destroy(probed);
	kernel_deinit(&kernel);
}

static void names_its_file(void **state)
{
	char path[] = "/tmp/kcompat-test-XXXXXX";
	struct snapshot *snapshot = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{}", 2), 2);
	close(fd);
	struct error *error = load_snapshot(path, &snapshot);
	unlink(path);
	assert_non_null(error);
	assert_memory_equal(error->what, path, strlen(path));
	assert_string_equal(error->what + strlen(path), ": schema: expected a text, found nothing");
	error_free(error);

	error = load_snapshot("/nonexistent/file", &snapshot);
	assert_non_null(error);
	assert_int_equal(error->code, ERROR_NOT_FOUND);
	assert_null(snapshot);
	error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(reads_the_matrix),
		cmocka_unit_test(reads_functions),
		cmocka_unit_test(scanned_is_predicted),
		cmocka_unit_test(refuses_odd_documents),
		cmocka_unit_test(refuses_bombs),
		cmocka_unit_test(refuses_truncation),
		cmocka_unit_test(goes_round),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(live_goes_round),
		cmocka_unit_test(names_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
