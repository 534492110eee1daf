/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/agent_features.h"
#include "cli/commands.h"
#include "cli/pager.h"
#include "input/system/system.h"
#include "probe/probe.h"
#include "cli/near.h"
#include "snapshot/file.h"
#include "cli/output.h"
#include "cli/parts.h"
#include "cli/snapshot_form.h"
#include "cli/stats.h"
#include "cli/supervise.h"
#include "cli/token.h"
#include "cli/unmatched.h"
#include "inventory/inventory.h"
#include "render/render.h"
#include "util/array.h"
#include "util/budget.h"
#include "util/root.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct cli_option options[] = {
	CLI_FORMAT_OPTION("text|json|jsonl|c",
		"text (the default), json (a snapshot, schema kcompat/snapshot/1), jsonl (the same on one line) or "
		"c (#define lines, as of bpftool feature probe macros)"),
	CLI_JSON_OPTION,
	CLI_OUTPUT_OPTION,
	{0, "all", NULL, "print everything that was found, instead of one screen; with -c, the whole matrix"},
	CLI_SNAPSHOT_FORM_OPTIONS,
	CLI_ONLY_OPTION("observe only", ", programs"),
	{'c', "context", "CONTEXT...",
		"ask only about these contexts, or those that match a glob, such as xdp, 'cgroup/*' or fentry.s"},
	{0, "bare", NULL,
		"make bare calls alone; without this option, a program with real arguments is planned for "
		"each call that is permitted"},
	{0, "search", NULL,
		"search for such programs where no known recipe helps; takes half a minute or more"},
	{0, "discover", NULL,
		"try every BTF function as a kfunc; finds the kfuncs of kernels without tags and proves that "
		"a list is complete; takes half a minute or more"},
	{0, "full", NULL,
		"also ask about bpf_probe_write_user; the kernel then writes warnings to its log"},
	{0, "layout", NULL,
		"find which fields of its context a program can read and write, in every context; implied by "
		"--full"},
	{0, "run", NULL,
		"execute programs that are harmless: built-in ones, and some real calls; without this option "
		"they are only loaded"},
	{0, "attach", NULL,
		"attach a program that does nothing to each reported function, by fentry and by a kprobe, "
		"and detach it at once; a load alone does not prove that this works"},
	{0, "addresses", NULL, "print the addresses of kernel functions"},
	{0, "verifier-log", "NAME@CONTEXT", "print only the complete verifier log of one cell"},
	{0, "example", "NAME@CONTEXT",
		"print only a program that makes the call and that the kernel accepts, in C and as "
		"instructions; exit status 1 if none is found"},
	{0, "root", "DIR",
		"read the files of a captured root directory; load nothing and report no cells"},
	CLI_TOKEN_OPTION,
	CLI_VERBOSE_OPTION,
	{0, "threads", "N", "load on N threads; default: one per processor"},
	{0, "stats", NULL, "print the cost of the observation on standard error"},
	CLI_PAGER_OPTION,
};

/* What a captured directory, or one cell, leaves without an effect. */
static const struct cli_clash clashes[] = {
	{"format", (const char *const[]) {"all", NULL}},
	{"only", (const char *const[]) {"all", NULL}},
	{"root",
		(const char *const[]) {"discover", "full", "layout", "run", "attach", "token",
			"bare", "search", "context", "threads", "stats", NULL}},
	{"verifier-log",
		(const char *const[]) {"example", "search", "format", "all", "only",
			"context", "bare", "discover", "full", "layout", "run", "attach",
			"addresses", "root", "threads", "stats", NULL}},
	{"example",
		(const char *const[]) {"format", "all", "only", "context", "bare",
			"discover", "full", "layout", "run", "attach", "addresses", "root",
			"threads", "stats", NULL}},
	{"bare", (const char *const[]) {"search", NULL}},
};

struct session {
	const struct cli_args *args;
	struct pool pool; /* of the words of --only, and of the answers about features */
	struct probe_request request;
	struct kernel kernel;
	struct snapshot *snapshot;
	struct probe_stats stats;
	struct timespec start;
};

#define OF(part) (1u << PROBE_##part)
#define OF_CALLS (OF(KFUNCS) | OF(HELPERS))
#define OF_CONTEXTS (OF_CALLS | OF(CONTEXTS) | OF(PROGRAM_TYPES) | OF(ATTACH_TYPES) | OF(PROGRAMS))

/* What options need: at least one of these parts. */
static const struct {
	unsigned int parts;
	const char *option, *without;
} needs[] = {
	{OF_CALLS, "bare", "without kfuncs and helpers"},
	{OF_CALLS, "search", "without kfuncs and helpers"},
	{OF(KFUNCS), "discover", "without kfuncs"},
	{OF(FUNCTIONS), "attach", "without functions"},
	{OF(FUNCTIONS), "addresses", "without functions"},
	{OF_CONTEXTS, "context", "without contexts, or what is asked in them"},
	{OF_CONTEXTS, "layout", "without contexts"},
	{OF_CONTEXTS, "full", "without contexts"},
	{OF_CALLS | OF(PROGRAMS), "run", "without programs"},
	{OF_CALLS | OF(FUNCTIONS) | OF(FEATURES), "root",
		"without kfuncs, helpers, functions and features"},
};

static struct error *check_parts(const struct cli_args *args, unsigned int parts)
{
	struct error *error = NULL;
	size_t name_cnt;

	cli_operands(args, &name_cnt);
	for (size_t i = 0; i < ARRAY_SIZE(needs) && !error; i++) {
		const char *const option[] = {needs[i].option, NULL};
		if (!(parts & needs[i].parts))
			error = cli_no_effect(args, option, needs[i].without);
	}
	if (!error && name_cnt && !(parts & (OF_CALLS | OF(FUNCTIONS))))
		error = error_create(ERROR_USAGE, "leave it out",
			"NAME: no effect without kfuncs, helpers and functions");
	return error;
}

static struct error *parse_parts(struct session *session, unsigned int *parts)
{
	const struct cli_args *args = session->args;
	size_t name_cnt;
	struct error *error = parts_read_probed(args, &session->pool, PROBE_PART_CNT, parts);

	if (error)
		return error;
	/* With names, only those are probed. Other output would hide the answer. */
	cli_operands(args, &name_cnt);
	if (name_cnt && !cli_has(args, "only"))
		*parts &= OF(CONTEXTS) | OF_CALLS | OF(FUNCTIONS);
	return check_parts(args, *parts);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Of the time of a whole probe, in percent. */
static const int shares[PROBE_PHASE_CNT] = {
	[PROBE_PHASE_DISCOVERY] = 35,
	[PROBE_PHASE_CELLS] = 30,
	[PROBE_PHASE_REAL_CALLS] = 20,
	[PROBE_PHASE_ATTACHING] = 5,
	[PROBE_PHASE_MAP_TYPES] = 1,
	[PROBE_PHASE_LINK_TYPES] = 1,
	[PROBE_PHASE_FEATURES] = 3,
	[PROBE_PHASE_PROGRAMS] = 5,
};

static int percent_of(enum probe_phase phase, size_t done, size_t total)
{
	int before = 0;

	for (enum probe_phase i = 0; i < phase; i++)
		before += shares[i];
	if (!total)
		return before;
	return before + (int)((size_t)shares[phase] * (done < total ? done : total) / total);
}

static void probe_show_progress(void *context, enum probe_phase phase, size_t done, size_t total)
{
	struct session *session = context;

	if (seconds_since(&session->start) >= 1)
		cli_progress(probe_phase_word(phase), percent_of(phase, done, total));
}

/* The text of one cell takes no NAME, and a list of functions has no addresses. */
static struct error *check_output(const struct cli_args *args)
{
	static const char *const addresses[] = {"addresses", NULL};
	size_t name_cnt;

	cli_operands(args, &name_cnt);
	if (name_cnt && (cli_has(args, "verifier-log") || cli_has(args, "example")))
		return error_create(ERROR_USAGE, "leave it out", "NAME: no effect with one cell");
	if (cli_format(args) == CLI_FORMAT_C)
		return cli_no_effect(args, addresses, "with --format=c");
	return name_cnt || cli_prints_json(args)
		? NULL
		: cli_no_effect(args, addresses, "on a list: name functions, or print JSON");
}

static struct error *make_request(struct session *session)
{
	const struct cli_args *args = session->args;
	struct probe_request *request = &session->request;
	unsigned long threads;
	struct error *error = cli_number(args, "threads", 64, 0, &threads);

	if (!error)
		error = check_output(args);
	if (!error)
		error = parse_parts(session, &request->parts);
	if (error)
		return error;
	request->contexts = cli_values(args, "context", &request->context_cnt);
	request->names = cli_operands(args, &request->name_cnt);
	for (size_t i = 0; i < request->name_cnt; i++) {
		if (!*request->names[i])
			return error_create(ERROR_USAGE, NULL, "an empty NAME");
		error = near_requirement_error("probe", request->names[i]);
		if (error)
			return error;
	}
	request->discover = cli_has(args, "discover");
	request->calls = cli_has(args, "bare") ? PROBE_CALLS_BARE
		: cli_has(args, "search")      ? PROBE_CALLS_SEARCH
					       : PROBE_CALLS_KNOWN;
	request->full = cli_has(args, "full");
	request->layout = request->full || cli_has(args, "layout");
	request->prove = true;
	request->run = cli_has(args, "run");
	request->attach = cli_has(args, "attach");
	request->threads = (unsigned int)threads;
	request->stop = &cli_stop;
	request->sys.timed = cli_has(args, "stats");
	request->progress = probe_show_progress;
	request->progress_context = session;
	return NULL;
}

static struct error *check_root(const char *root)
{
	if (root && !*root)
		return error_create(ERROR_USAGE, NULL, "--root=: the name of the directory is empty");
	if (!root)
		return NULL;
	if (!file_exists(root, "/proc"))
		return error_create(ERROR_USAGE, "name a directory with the files that FILES in kcompat(8) lists",
			"--root=%s: there is no %s/proc", root, root);
	return NULL;
}

static struct error *probe_observe(struct session *session)
{
	const char *root = cli_value(session->args, "root");
	unsigned int facts = LOAD_ALL;
	struct error *error = check_root(root);

	if (error)
		return error;
	if (!root && !(session->request.parts & OF(FUNCTIONS)))
		facts &= ~(unsigned int)(LOAD_SYMBOLS | LOAD_NAMES);
	if (root)
		budget_add_bytes(BUDGET_MEMORY_MAX_BYTES);
	error = load_kernel(&session->kernel, root ? root : "", facts);
	if (!error && root)
		return probe_files(&session->request, &session->kernel, &session->snapshot);
	if (!error)
		error = cli_take_token(session->args, &session->kernel, &session->request.sys);
	if (!error)
		error = probe_run(&session->request, &session->kernel, &session->snapshot, &session->stats);
	return error;
}

/* Some options ask for facts that one screen does not have. */
static bool wants_all(const struct cli_args *args)
{
	static const char *const more[] = {
		"all", "only", "discover", "full", "layout", "run", "attach"};

	for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
		if (cli_has(args, more[i]))
			return true;
	}
	return false;
}

static struct error *render_screen(
	struct session *session, const struct render_text_options *options, struct buf *out)
{
	struct summary_answer *answers = NULL;
	size_t cnt = 0;
	struct error *error = agent_features_answer(
		session->snapshot, &session->kernel, &session->pool, &answers, &cnt);

	return error ? error : render_summary(session->snapshot, answers, cnt, options, out);
}

static struct error *probe_render(struct session *session, struct buf *out)
{
	const struct cli_args *args = session->args;
	struct render_text_options text = {
		.width = cli_width(),
		.details = session->request.name_cnt > 0,
		.contexts = session->request.context_cnt && !wants_all(args),
		.addresses = cli_has(args, "addresses"),
		.colour = !cli_value(args, "output") && cli_has_colour(),
	};

	if (cli_prints_json(args))
		return cli_snapshot_json(args, session->snapshot, false, out);
	if (cli_format(args) == CLI_FORMAT_C)
		return render_macros(session->snapshot, out);
	if (text.details || text.contexts || wants_all(args))
		return render_text(session->snapshot, &text, out);
	return render_screen(session, &text, out);
}

static struct error *probe_write_out(const struct cli_args *args, const struct buf *out)
{
	const char *path = cli_value(args, "output");

	if (!path)
		return cli_print(out);
	return out->failed ? error_no_memory() : output_write(path, out->data, out->len);
}

/* Loads the kernel for an option whose value is NAME@CONTEXT. *name is malloc'd. */
static struct error *open_cell(struct session *session, const char *option, const char *cell,
	char **name, const char **context)
{
	const char *at = strchr(cell, '@');

	if (!at || at == cell || !at[1])
		return error_create(ERROR_USAGE, NULL,
			"--%s=%s: expected NAME@CONTEXT, as bpf_loop@xdp", option, cell);
	*name = strndup(cell, (size_t)(at - cell));
	*context = at + 1;
	struct error *error = *name ? load_kernel(&session->kernel, "", LOAD_BTF | LOAD_MODULES)
				    : error_no_memory();
	return error ? error
		     : cli_take_token(session->args, &session->kernel, &session->request.sys);
}

static struct error *print_log(struct session *session, const char *cell)
{
	_cleanup_buf_ struct buf out = {0};
	char *log = NULL, *name = NULL;
	const char *context;
	int errnum;
	struct error *error = open_cell(session, "verifier-log", cell, &name, &context);

	if (!error)
		error = probe_verifier_log(
			&session->request, &session->kernel, name, context, &log, &errnum);
	if (!error) {
		buf_printf(&out, "%s%s: %s\n", log, cell, errnum ? strerror(errnum) : "loaded");
		error = probe_write_out(session->args, &out);
	}
	free(log);
	free(name);
	return error;
}

static struct error *print_example(struct session *session, const char *cell, int *status)
{
	_cleanup_buf_ struct buf out = {0};
	char *name = NULL;
	const char *context;
	bool found = false;
	struct error *error = open_cell(session, "example", cell, &name, &context);

	if (!error)
		error = probe_example(
			&session->request, &session->kernel, name, context, &out, &found);
	if (!error)
		error = probe_write_out(session->args, &out);
	if (!error && !found)
		*status = STATUS_MISSING;
	free(name);
	return error;
}

static bool has_context(const struct snapshot *snapshot, const char *glob)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (!fnmatch(glob, snapshot->contexts[i].name, 0) ||
			!strcmp(glob, snapshot->contexts[i].name))
			return true;
	}
	return false;
}

static struct error *no_context(struct session *session, const char *glob)
{
	const char *todo;
	struct error *error = inventory_context_todo(&session->kernel, glob, &session->pool, &todo);

	return error ? error
		     : error_create(ERROR_USAGE, todo,
			       "--context=%s: no context of this kernel matches", glob);
}

/* A glob without a match is an error. Otherwise the kernel would seem to have no such context. */
static struct error *check_contexts(struct session *session)
{
	const struct probe_request *request = &session->request;

	for (size_t i = 0; i < request->context_cnt && !cli_has(session->args, "root"); i++) {
		if (!has_context(session->snapshot, request->contexts[i]))
			return no_context(session, request->contexts[i]);
	}
	return NULL;
}

static void probe_print_stats(const struct probe_stats *stats)
{
	_cleanup_buf_ struct buf out = {0};

	render_stats(stats, &out);
	cli_print_error(&out);
}

static struct error *print_snapshot(struct session *session, int *status)
{
	const struct unmatched_question question = {
		.names = session->request.names,
		.name_cnt = session->request.name_cnt,
		.contexts = true,
		.parts = cli_has(session->args, "only"),
	};
	_cleanup_buf_ struct buf out = {0};
	struct error *error = cli_check_snapshot_form(session->args);

	if (!error)
		error = probe_observe(session);
	if (!error && session->request.parts & (1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS | 1u << PROBE_HELPERS))
		error = check_contexts(session);
	if (!error)
		error = probe_render(session, &out);
	if (!error)
		error = probe_write_out(session->args, &out);
	if (!error)
		error = unmatched_report(session->snapshot, &session->kernel, &question, status);
	if (!error && cli_has(session->args, "stats"))
		probe_print_stats(&session->stats);
	return error;
}

static struct error *cli_probe_run(const struct cli_args *args, int *status)
{
	struct session session = {.args = args};
	const char *log = cli_value(args, "verifier-log"), *example = cli_value(args, "example");

	*status = STATUS_OK;
	clock_gettime(CLOCK_MONOTONIC, &session.start);
	struct error *error = make_request(&session);
	if (!error)
		error = log       ? print_log(&session, log)
			: example ? print_example(&session, example, status)
				  : print_snapshot(&session, status);
	snapshot_destroy(session.snapshot);
	kernel_deinit(&session.kernel);
	pool_destroy(&session.pool);
	return error;
}

/* The running kernel is asked by this process: only files of a captured tree come from others. */
static struct error *probe_reads(const struct cli_args *args, struct foreign *foreign)
{
	const char *root = cli_value(args, "root");

	if (!root || !*root)
		return NULL;
	struct error *error = foreign_add(foreign, &foreign->inputs, root);
	return error ? error : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

const struct command cmd_probe = {
	.name = "probe",
	.summary = "observe the running kernel",
	.usage = "[OPTION]... [NAME]...",
	.description =
		"Observes the running kernel. Loads one program for each cell to find the contexts of BPF "
		"programs, and the kfuncs and helpers that programs may call there. Also tries map types, "
		"link types and features, and looks up kernel functions. NAME is a kfunc, a helper, a kernel "
		"function or a glob. With NAME, kcompat asks only about the matching names. Without NAME, it "
		"prints one screen; --all prints everything.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.operand = "NAME",
	.pages = true,
	.epilog = "Exit status: 0 the observation succeeded, whatever is missing; 1 nothing has a\n"
		  "NAME, or --example found no program; 3 unknown whether something has a NAME;\n"
		  "2 error; 130 interrupted.\n\n"
		  "Examples:\n"
		  "  kcompat probe\n"
		  "  kcompat probe --all\n"
		  "  kcompat probe -c xdp\n"
		  "  kcompat probe bpf_arena_free_pages\n"
		  "  kcompat probe --only functions --attach vfs_read\n"
		  "  kcompat probe --json -o kernel.json\n"
		  "  kcompat probe --verifier-log bpf_loop@xdp\n"
		  "  kcompat probe --example bpf_task_acquire@tp_btf\n",
	.run = cli_probe_run,
	.reads = probe_reads,
};
