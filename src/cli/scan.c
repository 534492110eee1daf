/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"
#include "cli/near.h"
#include "cli/output.h"
#include "cli/parts.h"
#include "cli/scan_store.h"
#include "cli/snapshot_form.h"
#include "cli/supervise.h"
#include "cli/unmatched.h"
#include "scan/scan.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/sha256.h"
#include "snapshot/file.h"
#include "inventory/inventory.h"
#include "probe/probe.h"
#include "render/render.h"
#include "util/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct cli_option options[] = {
	CLI_FORMAT_OPTION("text|json|jsonl",
		"text (the default), json (snapshots, schema kcompat/snapshot/1; several kernels: one per line) or "
		"jsonl (each snapshot on one line)"),
	CLI_JSON_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_SNAPSHOT_FORM_OPTIONS,
	CLI_ONLY_OPTION("report only", ""),
	{'n', "name", "GLOB...",
		"report kernel functions that match, instead of the watch list"},
	{0, "functions", "FILE",
		"write the facts of all functions of the kernel to FILE, usually NAME.functions.gz"},
	{0, "store", "FILE",
		"add the types and functions of the kernels to FILE, usually NAME.kts, and print no snapshot; "
		"the kernels that FILE has stay"},
	{0, "callers", NULL,
		"with --store: also keep who calls each function, and where debug information says that it is declared and "
		"inlined, in a second file beside it, NAME-callers.kts"},
	{0, "forget", "NAME...",
		"instead of reading an image: drop the kernel of this name from the FILE of --store"},
	{0, "base", "FILE...",
		"base BTF for the given modules or module BTF: BTF, or an image that contains it"},
	{0, "debug", "FILE...", "detached debug file of a given image"},
	{0, "no-modules", NULL, "do not read modules; their kfuncs are then not found"},
	{0, "addresses", NULL, "print the addresses of kernel functions, as linked"},
	{0, "stats", NULL, "print on standard error what was found, and the time of each step"},
	CLI_VERBOSE_OPTION,
};

static const struct cli_clash clashes[] = {
	{"store", (const char *const[]) {"format", "output", "brief", "evidence", "without", "only", "name",
			"functions", "addresses", "stats", NULL}},
};

struct session {
	const struct cli_args *args;
	struct input **inputs;
	size_t input_cnt;
	struct input_joined *joined;
	struct pool pool;
	unsigned int parts; /* of --only: mask of 1u << enum probe_part */
	const char *const *functions; /* names and globs: --name, or the watch list */
	size_t function_cnt;
	struct scan_times times;
	uint64_t open_ns, predict_ns;
	struct buf stats; /* the files of each kernel, for --stats */
	bool complained; /* a part could not be used: exit status 2 at the end */
	int status;      /* of the names, unless complained */
	struct scan_store adding; /* for --store */
};

/* After a bad input, the others are still read. */
static struct error *scan_complain(struct session *session, struct error *error)
{
	if (!error || error->code == ERROR_NO_MEMORY || error->code == ERROR_INTERRUPTED)
		return error;
	cli_report(error);
	error_free(error);
	session->complained = true;
	return NULL;
}

static struct error *open_one(struct session *session, const char *path, enum input_role role)
{
	struct input *input = NULL;

	if (supervise_is_left_out(path)) {
		session->complained = true;
		return NULL;
	}
	reading_begin(path);
	struct error *error = scan_complain(session, reading_end(path, input_open(path, &input)));

	if (!input)
		return error;
	input_set_role(input, role);
	session->inputs[session->input_cnt++] = input;
	return error;
}

/* In the order of their roles: a base or debug file is checked against its kernel. */
static struct error *open_inputs(struct session *session)
{
	const char *const *paths[3];
	size_t cnts[3];
	struct error *error = NULL;

	paths[INPUT_ROLE_PART] = cli_operands(session->args, &cnts[INPUT_ROLE_PART]);
	paths[INPUT_ROLE_BASE] = cli_values(session->args, "base", &cnts[INPUT_ROLE_BASE]);
	paths[INPUT_ROLE_DEBUG] = cli_values(session->args, "debug", &cnts[INPUT_ROLE_DEBUG]);
	if (!cnts[INPUT_ROLE_PART])
		return error_create(ERROR_USAGE, "see kcompat scan --help", "no kernel image given");
	session->inputs = calloc(cnts[INPUT_ROLE_PART] + cnts[INPUT_ROLE_BASE] + cnts[INPUT_ROLE_DEBUG],
		sizeof(*session->inputs));
	if (!session->inputs)
		return error_no_memory();
	for (int role = INPUT_ROLE_PART; role <= INPUT_ROLE_DEBUG; role++) {
		for (size_t i = 0; i < cnts[role] && !error; i++)
			error = open_one(session, paths[role][i], (enum input_role)role);
	}
	return error;
}

/* With --no-modules, modules alone do not identify a kernel. */
static struct error *check_no_modules(const struct session *session)
{
	bool only_modules = session->input_cnt > 0;

	for (size_t i = 0; i < session->input_cnt; i++)
		only_modules &= !input_item_cnt(session->inputs[i]) &&
			input_has_modules(session->inputs[i]);
	if (!only_modules || !cli_has(session->args, "no-modules"))
		return NULL;
	return error_create(ERROR_USAGE, "give their kernel, or leave out --no-modules",
		"only modules were given, but --no-modules skips them");
}

static struct error *scan_join(struct session *session)
{
	struct error *error = check_no_modules(session);

	if (!error)
		error = inputs_join(session->inputs, session->input_cnt, &session->joined);
	if (!error && session->joined->kernel_cnt > 1 && cli_has(session->args, "functions"))
		error = error_create(ERROR_USAGE, "scan one after another",
			"--functions writes one file, and %zu kernels were given",
			session->joined->kernel_cnt);
	for (size_t i = 0; !error && i < session->joined->refusal_cnt; i++) {
		const struct input_refusal *refusal = &session->joined->refusals[i];
		error = scan_complain(
			session, error_create(ERROR_INPUT, refusal->todo, "%s", refusal->what));
	}
	return error;
}

/* Writes the facts of all functions. A snapshot would be too large with them. */
static struct error *write_functions(struct session *session, const struct scanned *scanned)
{
	const char *path = cli_value(session->args, "functions");

	if (!path)
		return NULL;
	if (!scanned->functions)
		return error_create(ERROR_INPUT, "give a kernel image, or its debug file",
			"%s: not written: no input has functions", path);
	_cleanup_buf_ struct buf bytes = {0};
	struct error *error = functions_file_build(scanned->functions, &bytes);

	return error ? error : supervise_write(path, bytes.data, bytes.len);
}

/* The files that the snapshot was made from: only files of this kernel. */
static bool scan_is_of(const struct input *input, const struct input_kernel *kernel)
{
	const struct input_item *items[] = {
		kernel->image, kernel->debug, kernel->btf, kernel->symbols, kernel->config};

	for (size_t i = 0; i < kernel->module_input_cnt; i++) {
		if (kernel->module_inputs[i] == input)
			return true;
	}
	for (size_t i = 0; i < input_item_cnt(input); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(items); k++) {
			if (items[k] && items[k] == input_item(input, i))
				return true;
		}
		for (size_t k = 0; k < kernel->split_cnt; k++) {
			if (kernel->splits[k] == input_item(input, i))
				return true;
		}
	}
	return false;
}

static struct error *scan_name_inputs(
	struct session *session, const struct input_kernel *kernel, struct snapshot *snapshot)
{
	struct error *error = NULL;

	snapshot->inputs = pool_calloc(&snapshot->pool, session->input_cnt, sizeof(*snapshot->inputs));
	if (!snapshot->inputs)
		return error_no_memory();
	for (size_t i = 0; i < session->input_cnt && !error; i++) {
		const char *path = input_path(session->inputs[i]), *slash = strrchr(path, '/');
		char text[DIGEST_TEXT_BYTES];
		if (!scan_is_of(session->inputs[i], kernel))
			continue;
		error = digest_file(path, text);
		if (error || !*text)
			continue;
		snapshot->inputs[snapshot->input_cnt++] = (struct snapshot_input) {
			.name = pool_strdup(&snapshot->pool, slash ? slash + 1 : path),
			.sha256 = pool_strdup(&snapshot->pool, text),
		};
	}
	return error;
}

#define OF(part) (1u << PROBE_##part)

/* Programs are no part of an image. */
#define ALL_PARTS (OF(PROGRAMS) - 1)
_Static_assert(PROBE_PROGRAMS + 1 == PROBE_PART_CNT, "the last one");

/* A name that was left out is not absent, and calls keep their contexts: as probe does it. */
static bool keep_parts(struct snapshot *snapshot, unsigned int parts)
{
	const struct {
		unsigned int parts;
		size_t *cnt;
	} lists[] = {
		{OF(KFUNCS), &snapshot->kfunc_cnt},
		{OF(HELPERS), &snapshot->helper_cnt},
		{OF(CONTEXTS) | OF(KFUNCS) | OF(HELPERS), &snapshot->context_cnt},
		{OF(PROGRAM_TYPES), &snapshot->program_types.cnt},
		{OF(MAP_TYPES), &snapshot->map_types.cnt},
		{OF(ATTACH_TYPES), &snapshot->attach_types.cnt},
		{OF(LINK_TYPES), &snapshot->link_types.cnt},
		{OF(FEATURES), &snapshot->features.cnt},
		{OF(FUNCTIONS), &snapshot->function_cnt},
		{OF(FUNCTIONS), &snapshot->function_glob_cnt},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!(parts & lists[i].parts))
			*lists[i].cnt = 0;
	}
	return parts == ALL_PARTS || snapshot_add_fact(snapshot, "filtered");
}

static struct error *scan_render(struct session *session, struct snapshot *snapshot, struct buf *out)
{
	const struct cli_args *args = session->args;
	struct render_text_options text = {.width = cli_width(),
		.addresses = cli_has(args, "addresses"),
		.functions = cli_has(args, "name")};

	if (cli_prints_json(args))
		return cli_snapshot_json(args, snapshot, session->joined->kernel_cnt > 1, out);
	if (out->len)
		buf_putc(out, '\n');
	return render_text(snapshot, &text, out);
}

static bool same_function(const struct kfunc_registration *a, const struct kfunc_registration *b)
{
	return a->btf_id == b->btf_id &&
		(a->module && b->module ? !strcmp(a->module, b->module) : a->module == b->module);
}

/* Counts functions that programs may call. Attach targets of fmod_ret are registered, too. */
static size_t registered_kfuncs(const struct kernel_kfuncs *kfuncs)
{
	const struct kfunc_registration *list = kfuncs->registrations;
	size_t cnt = 0;

	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		size_t k = i;
		if (list[i].hook == kfuncs->fmodret_hook)
			continue;
		while (k && (list[k - 1].hook == kfuncs->fmodret_hook ||
				    !same_function(&list[k - 1], &list[i])))
			k--;
		cnt += !k;
	}
	return cnt;
}

static void keep_stats(struct session *session, const struct scanned *scanned)
{
	const struct kernel_kfuncs *kfuncs = &scanned->kfuncs;
	const char *release = scanned->kernel.identity.release;

	buf_printf(&session->stats, "kernel %s\n", release ? release : "unknown");
	buf_printf(&session->stats, "registering_calls %zu\n", kfuncs->site_cnt);
	buf_printf(&session->stats, "unresolved_calls %zu\n", kfuncs->unresolved_cnt);
	buf_printf(&session->stats, "registrations %zu\n", kfuncs->entry_cnt);
	buf_printf(&session->stats, "registered_kfuncs %zu\n", registered_kfuncs(kfuncs));
}

/* The first input of the kernel, which names one without a release. */
static const char *scan_input_name(const struct session *session, const struct input_kernel *kernel)
{
	size_t at = 0;

	while (at + 1 < session->input_cnt && !scan_is_of(session->inputs[at], kernel))
		at++;
	return path_base(input_path(session->inputs[at]));
}

/* For --store, no call is predicted. */
static struct error *scan_keep(struct session *session, const struct input_kernel *input)
{
	const struct scan_options options = {.no_modules = true, .no_code = true, .function_facts = true,
		.functions_by_code = true, .stop = &cli_stop};
	struct scanned *scanned = NULL;
	struct error *error = scan_load(input, &options, &session->times, &scanned);
	struct snapshot *snapshot = error ? NULL : snapshot_create();

	if (!error && !snapshot)
		error = error_no_memory();
	for (size_t i = 0; !error && i < scanned->problem_cnt; i++)
		error = scan_complain(session, error_create(ERROR_INPUT, NULL, "%s", scanned->problems[i]));
	if (!error)
		error = scan_name_inputs(session, input, snapshot);
	if (!error)
		error = scan_store_add(
			&session->adding, scanned, snapshot, scan_input_name(session, input));
	snapshot_destroy(snapshot);
	scanned_destroy(scanned);
	return error;
}

static struct error *scan_kernel(
	struct session *session, const struct input_kernel *input, struct buf *out)
{
	if (cli_has(session->args, "store"))
		return scan_keep(session, input);
	struct scan_options options = {
		.no_modules = cli_has(session->args, "no-modules"),
		.function_facts = cli_has(session->args, "name") || cli_has(session->args, "functions"),
		.functions = session->functions,
		.function_cnt = session->function_cnt,
		.stop = &cli_stop,
	};
	const struct unmatched_question question = {
		.names = session->functions, .name_cnt = session->function_cnt};
	struct scanned *scanned = NULL;
	struct error *error = scan_load(input, &options, &session->times, &scanned);
	struct snapshot *snapshot = error ? NULL : snapshot_create();
	uint64_t start = clock_ns(CLOCK_MONOTONIC);

	if (!error && !snapshot)
		error = error_no_memory();
	for (size_t i = 0; !error && i < scanned->problem_cnt; i++)
		error = scan_complain(session, error_create(ERROR_INPUT, NULL, "%s", scanned->problems[i]));
	/*
	 * No part of it could be read. The error was printed, and there is no answer. An image has at
	 * least its banner.
	 */
	bool empty = !error && scanned->problem_cnt && !input->image && !scanned->kernel.btf &&
		!scanned->kernel.symbols && !scanned->kernel.config_cnt && !scanned->functions;
	if (!error && !empty)
		error = scanned_describe(
			scanned, session->functions, session->function_cnt, snapshot);
	if (!error && !empty && !keep_parts(snapshot, session->parts))
		error = error_no_memory();
	if (!error && !empty && cli_has(session->args, "stats"))
		keep_stats(session, scanned);
	if (!error && !empty)
		error = scan_name_inputs(session, input, snapshot);
	if (!error && !empty)
		error = scan_complain(session, write_functions(session, scanned));
	if (!error && !empty)
		error = scan_render(session, snapshot, out);
	if (!error && !empty && cli_has(session->args, "name"))
		error = unmatched_report(
			snapshot, &scanned->kernel, &question, &session->status);
	session->predict_ns += clock_ns(CLOCK_MONOTONIC) - start;
	snapshot_destroy(snapshot);
	scanned_destroy(scanned);
	return error;
}

/* A kernel is read from several inputs at once. */
static struct error *cli_scan_one(
	struct session *session, const struct input_kernel *input, struct buf *out)
{
	for (size_t i = 0; i < session->input_cnt; i++) {
		if (scan_is_of(session->inputs[i], input))
			reading_begin(input_path(session->inputs[i]));
	}
	struct error *error = scan_kernel(session, input, out);
	for (size_t i = 0; i < session->input_cnt; i++)
		error = reading_end(input_path(session->inputs[i]), error);
	return error;
}

/* Members of packages and directories that could not be read. They are known after the modules. */
static struct error *complain_of_members(struct session *session)
{
	struct error *error = NULL;

	for (size_t i = 0; i < session->input_cnt; i++) {
		const struct input *input = session->inputs[i];
		for (size_t k = 0; !error && k < input_problem_cnt(input); k++)
			error = scan_complain(session,
				error_create(ERROR_INPUT, NULL, "%s", input_problem(input, k)));
	}
	return error;
}

static void scan_print_stats(const struct session *session)
{
	_cleanup_buf_ struct buf out = {0};
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	buf_puts(&out, buf_text(&session->stats));
	buf_printf(&out, "open_unpack %.3f s\n", (double)session->open_ns / 1e9);
	buf_printf(&out, "kallsyms %.3f s\n", (double)session->times.kallsyms_ns / 1e9);
	buf_printf(&out, "btf_config %.3f s\n", (double)session->times.btf_ns / 1e9);
	buf_printf(&out, "functions %.3f s\n", (double)session->times.functions_ns / 1e9);
	buf_printf(&out, "kfunc_sets %.3f s\n", (double)session->times.sets_ns / 1e9);
	buf_printf(&out, "modules %.3f s\n", (double)session->times.modules_ns / 1e9);
	buf_printf(&out, "module_count %zu\n", session->times.module_cnt);
	buf_printf(&out, "predict_print %.3f s\n", (double)session->predict_ns / 1e9);
	buf_printf(&out, "peak_memory %.1f MiB\n", (double)usage.ru_maxrss / 1024);
	cli_print_error(&out);
}

static struct error *check_addresses(const struct cli_args *args)
{
	static const char *const addresses[] = {"addresses", NULL};

	return cli_has(args, "name") || cli_prints_json(args)
		? NULL
		: cli_no_effect(args, addresses, "on a list: name functions, or print JSON");
}

/* Needs no image. */
static struct error *scan_forget(const struct cli_args *args, const char *const *names, size_t cnt)
{
	size_t image_cnt;
	const char *store = cli_value(args, "store");

	cli_operands(args, &image_cnt);
	if (!store)
		return error_create(ERROR_USAGE, NULL, "--forget needs --store=FILE");
	if (image_cnt)
		return error_create(ERROR_USAGE, "add kernels with another call", "--forget takes no IMAGE");
	return scan_store_forget(store, names, cnt);
}

static struct error *scan_all(struct session *session)
{
	const char *path = cli_value(session->args, "output");
	_cleanup_buf_ struct buf out = {0};
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	struct error *error = cli_check_snapshot_form(session->args);

	if (!error)
		error = open_inputs(session);
	if (!error)
		error = scan_join(session);
	session->open_ns = clock_ns(CLOCK_MONOTONIC) - start;
	for (size_t i = 0; !error && i < session->joined->kernel_cnt; i++)
		error = scan_complain(session, cli_scan_one(session, &session->joined->kernels[i], &out));
	if (!error)
		error = complain_of_members(session);
	if (!error && session->adding.cnt)
		error = scan_store_write(&session->adding, cli_value(session->args, "store"),
			cli_has(session->args, "callers"), &out);
	if (error || !out.len)
		return error;
	if (cli_has(session->args, "stats"))
		scan_print_stats(session);
	return path ? output_write(path, out.data, out.len) : cli_print(&out);
}

static struct error *choose_parts(struct session *session)
{
	static const char *const of_functions[] = {"name", "addresses", NULL};
	struct error *error = parts_read_probed(
		session->args, &session->pool, PROBE_PROGRAMS, &session->parts);

	return error || session->parts & OF(FUNCTIONS)
		? error
		: cli_no_effect(session->args, of_functions, "without functions");
}

static struct error *choose_functions(struct session *session)
{
	const char **watched;

	session->functions = cli_values(session->args, "name", &session->function_cnt);
	for (size_t i = 0; i < session->function_cnt; i++) {
		if (!*session->functions[i])
			return error_create(ERROR_USAGE, "give a function's name or a pattern",
				"--name: an empty name");
		struct error *error = near_requirement_error("scan -n", session->functions[i]);
		if (error)
			return error;
	}
	if (session->function_cnt)
		return NULL;
	struct error *error = functions_watched(&session->pool, &watched, &session->function_cnt);
	if (!error)
		session->functions = watched;
	return error;
}

static struct error *scan_run(const struct cli_args *args, int *status)
{
	struct session session = {.args = args};
	struct error *error = check_addresses(args);
	size_t forgotten_cnt;
	const char *const *forgotten = cli_values(args, "forget", &forgotten_cnt);

	if (!error && forgotten_cnt) {
		*status = STATUS_OK;
		return scan_forget(args, forgotten, forgotten_cnt);
	}
	if (!error)
		error = choose_parts(&session);
	if (!error)
		error = choose_functions(&session);
	if (!error)
		error = scan_all(&session);
	input_joined_destroy(session.joined);
	for (size_t i = 0; i < session.input_cnt; i++)
		input_close(session.inputs[i]);
	free(session.inputs);
	buf_deinit(&session.stats);
	scan_store_deinit(&session.adding);
	pool_destroy(&session.pool);
	if (!error)
		*status = session.complained ? STATUS_ERROR : session.status;
	return error;
}

static struct error *scan_reads(const struct cli_args *args, struct foreign *foreign)
{
	const char *store = cli_value(args, "store");
	const char *callers = store ? store_callers_path(&foreign->pool, store) : NULL;
	const char *const outputs[] = {cli_value(args, "output"), store ? store : cli_value(args, "functions"), callers};
	const char *const *paths[3];
	size_t cnts[3];
	struct error *error = NULL;

	paths[0] = cli_operands(args, &cnts[0]);
	paths[1] = cli_values(args, "base", &cnts[1]);
	paths[2] = cli_values(args, "debug", &cnts[2]);
	for (size_t list = 0; list < ARRAY_SIZE(paths); list++) {
		for (size_t i = 0; i < cnts[list] && !error; i++)
			error = foreign_add(foreign, &foreign->inputs, paths[list][i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(outputs) && !error; i++)
		error = foreign_add(foreign, &foreign->outputs, outputs[i]);
	/* The files that it adds to. */
	if (store && file_exists("", store) && !error)
		error = foreign_add(foreign, &foreign->inputs, store);
	if (callers && file_exists("", callers) && !error)
		error = foreign_add(foreign, &foreign->inputs, callers);
	foreign->restarts = foreign->inputs.cnt > 1;
	return error;
}

const struct command cmd_scan = {
	.name = "scan",
	.summary = "read a kernel image and predict what probe would observe",
	.usage = "[OPTION]... IMAGE...",
	.description =
		"Predicts what probe would observe on a kernel, from the tables and the code in its image: "
		"the kfuncs that it registers, their flags, and the contexts that may call them. IMAGE is a "
		"vmlinux or vmlinuz of any architecture, a Debian or RPM package, a boot image of "
		"Android or U-Boot, an initramfs, a directory, BTF, System.map, "
		"a configuration or a module. File types are detected from content. Files of one kernel "
		"are combined.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.operand = "FILE",
	.epilog = "Exit status: 0 everything given was read; 1 nothing has a name of --name;\n"
		  "3 unknown whether something has it; 2 error, or something could not be read\n"
		  "(the rest is printed); 130 interrupted.\n\n"
		  "Examples:\n"
		  "  kcompat scan /boot/vmlinuz-6.12.43+deb13-cloud-amd64\n"
		  "  kcompat scan --json linux-image-6.12-cloud-amd64.deb -o image.json\n"
		  "  kcompat scan vmlinuz config modules/\n"
		  "  kcompat scan --store fleet.kts vmlinuz-6.1 vmlinuz-6.12\n",
	.run = scan_run,
	.reads = scan_reads,
};
