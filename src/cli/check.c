/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "object/check/check.h"
#include "cli/asked.h"
#include "cli/check_load.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/near.h"
#include "cli/objects.h"
#include "cli/output.h"
#include "cli/past.h"
#include "cli/require_kernels.h"
#include "cli/supervise.h"
#include "cli/token.h"
#include "input/system/system.h"
#include "util/argument.h"
#include "util/array.h"
#include "util/lines.h"
#include "util/reading.h"

#define PROFILE_MAX_BYTES (1024u * 1024)

struct run {
	const struct cli_args *args;
	struct pool pool;
	struct words words; /* of all questions */
	struct object_files files;
	struct buf profile;
	struct check check;
	struct require_list live_list; /* what the running kernel is asked: the questions of `check` */
	struct asked running; /* the running kernel, if it is asked */
	struct opened opened;
	struct require_kernel *rows;
	size_t row_cnt;
	struct check_policy policy;
	bool load, try_attach;
};

static void run_deinit(struct run *run)
{
	check_deinit(&run->check);
	for (size_t i = 0; i < run->row_cnt; i++)
		require_answer_deinit(&run->rows[i].answer);
	opened_deinit(&run->opened);
	asked_deinit(&run->running);
	require_list_deinit(&run->live_list);
	buf_deinit(&run->profile);
	object_files_deinit(&run->files);
	pool_destroy(&run->pool);
}

/* As bytes: nothing in them is looked at. */
static struct error *read_files(struct run *run)
{
	const char *profile = cli_value(run->args, "profile");
	size_t cnt;
	const char *const *paths = cli_operands(run->args, &cnt);
	struct error *error;

	if (!cnt)
		return error_create(
			ERROR_USAGE, "such as kcompat check program.bpf.o", "no object given");
	error = object_files_read(&run->files, paths, cnt);
	if (error || !profile)
		return error;
	reading_begin(profile);
	return reading_end(profile, input_read(profile, PROFILE_MAX_BYTES, &run->profile));
}

static struct error *parse_profile(struct run *run)
{
	const char *path = cli_value(run->args, "profile");

	if (!path)
		return NULL;
	reading_begin(path);
	return reading_end(path,
		check_read_profile(
			&run->check, input_name(path), buf_text(&run->profile), run->profile.len));
}

static size_t count_programs(const struct check *check)
{
	size_t cnt = 0;

	for (size_t i = 0; i < check->object_cnt; i++)
		cnt += check->objects[i].program_cnt;
	return cnt;
}

/* Of no program at all, everything is true. */
static struct error *complain_of_glob(struct run *run, const char *glob)
{
	size_t cap = 0, cnt = 0;
	const char **names = NULL;

	for (size_t i = 0; i < run->check.object_cnt; i++) {
		const struct object *object = run->check.objects[i].object;
		for (uint32_t j = 0; j < object->function_cnt; j++) {
			if (!object->functions[j].is_program)
				continue;
			names = pool_grow(&run->pool, names, cnt, &cap, sizeof(*names));
			if (!names)
				return error_no_memory();
			names[cnt++] = object->functions[j].name;
		}
	}
	return near_error(glob, names, cnt, "without --program, all are checked",
		"no program matches '%s'", glob);
}

static bool asks_live(const struct run *run, bool *only)
{
	size_t cnt, live_cnt = 0;
	const char *const *words = cli_values(run->args, "kernel", &cnt);

	for (size_t i = 0; i < cnt; i++)
		live_cnt += opened_is_live(words[i]);
	*only = live_cnt == cnt; /* also without a word */
	return live_cnt || !cnt;
}

/* Finds what the objects need. The process is confined, but for --load, which loads them as they are. */
static struct error *parse_files(struct run *run)
{
	const char *glob = cli_value(run->args, "program");
	struct error *error = object_files_parse(&run->files, &run->check);

	asks_live(run, &run->check.only_running);
	if (!error)
		error = parse_profile(run);
	if (!error)
		error = check_ask(&run->check, glob);
	if (!error && glob && !count_programs(&run->check))
		error = complain_of_glob(run, glob);
	return error;
}

/* The words of all questions: a stored kernel is read only for them. */
static struct error *collect_words(struct run *run)
{
	const struct require_list *list = &run->check.list;
	struct error *error = NULL;

	run->words.pool = &run->pool;
	for (size_t i = 0; i < list->cnt && !error; i++)
		error = words_add(
			&run->words, list->list[i].root->text, strlen(list->list[i].root->text));
	words_sort(&run->words);
	return error;
}

static struct error *write_questions(void *argument, struct buf *out)
{
	struct run *run = argument;
	struct error *error = parse_files(run);

	for (size_t i = 0; i < run->check.list.cnt; i++)
		buf_printf(out, "%s\n", run->check.list.list[i].root->text);
	return error;
}

static struct error *parse_questions(struct run *run, const struct buf *text)
{
	struct error *error = NULL;
	size_t len;

	for (const char *at = buf_text(text), *line; !error && list_next_line(&at, &line, &len);) {
		const char *question = pool_strndup(&run->pool, line, len);
		error = question ? require_parse_argument(&run->live_list, run->live_list.cnt + 1,
					   question, NULL)
				 : error_no_memory();
	}
	return error;
}

/* CO-RE looks at all types, so the running kernel's files are read whole. */
static struct error *observe_live(struct run *run)
{
	const unsigned int facts = LOAD_BTF | LOAD_MODULES | LOAD_SYMBOLS | LOAD_CONFIG;
	struct error *error =
		asked_observe(&run->running, run->args, &run->live_list, facts, false);

	return error ? error
		     : kernels_add_snapshot(&run->opened.kernels, "live",
			       asked_take_snapshot(&run->running), true);
}

/*
 * A process that is confined cannot load programs, and one that is not looks at no object. So another
 * one finds the questions. With --load, libbpf is to load the objects with all rights anyway.
 */
static struct error *ask_live(struct run *run)
{
	_cleanup_buf_ struct buf text = {0};
	struct error *error = run->load ? write_questions(run, &text)
					: supervise_text(write_questions, run, &text);

	if (!error)
		error = parse_questions(run, &text);
	if (!error)
		error = observe_live(run);
	return error || !run->load ? error : check_load_programs(&run->check, run->try_attach);
}

static struct error *open_kernels(struct run *run)
{
	size_t cnt;
	const char *const *words = cli_values(run->args, "kernel", &cnt);
	bool only, live = asks_live(run, &only);
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++) {
		if (!opened_is_live(words[i]))
			error = require_open(&run->opened, words[i], cnt == 1, &run->words);
	}
	return error ? error
		     : require_list_kernels(&run->opened,
			       live ? &run->running.kernel : NULL, &run->words,
			       &run->pool, &run->rows, &run->row_cnt);
}

static struct error *index_types(struct pool *pool, const struct kernel *types, struct core_target **ret)
{
	size_t cnt = 0;

	if (!types || !types->btf)
		return NULL;
	struct kbtf **modules = pool_calloc(pool, types->module_cnt + 1, sizeof(struct kbtf *));
	if (!modules)
		return error_no_memory();
	for (size_t i = 0; i < types->module_cnt; i++) {
		if (types->modules[i].btf)
			modules[cnt++] = types->modules[i].btf;
	}
	return core_target_create(types->btf, modules, cnt, ret);
}

/* An image by the kernel in it, if it says which: names of packages are long. */
static const char *name_of(const struct require_kernel *row, const struct kernel_entry *entry)
{
	const char *release = row->scope.snapshot->kernel.release;

	return row->scope.files && !row->scope.kernel && release && !(entry && entry->store)
		? release
		: row->name;
}

static struct error *judge_kernel(struct run *run, struct require_kernel *row, const char *name)
{
	struct check_kernel kernel = {
		.name = name,
		.version = row->version,
		.arch = row->arch,
		.scope = row->scope,
		.answer = &row->answer,
	};
	struct error *error = index_types(&run->pool, check_files_of(&row->scope), &kernel.target);

	if (!error)
		error = require_evaluate(&run->check.list, &row->scope, &row->answer);
	/* The needs borrow its texts. */
	if (!error)
		error = require_answer_own(&run->check.list, &row->answer);
	if (!error)
		error = check_judge(&run->check, &kernel);
	core_target_destroy(kernel.target);
	return error;
}

/* The types of a snapshot are kept while it is judged: those of many kernels would not fit. */
static struct error *ask_kernel(struct run *run, struct require_kernel *row)
{
	const struct history_wanted wanted = {
		.names = run->words.list, .name_cnt = run->words.cnt};
	const struct kernel_entry *entry = opened_entry(&run->opened, row->scope.snapshot);
	struct opened_types types = {0};
	struct error *error = entry && !row->scope.files
		? opened_find_types(&run->opened, entry->snapshot, &wanted,
			  check_asks_symbols(&run->check), &types)
		: NULL;

	row->scope.types = types.kernel;
	if (!error)
		error = judge_kernel(run, row, name_of(row, entry));
	if (!error)
		error = kernel_types_check(row->scope.files ? row->scope.files : types.kernel);
	row->scope.types = NULL;
	opened_types_drop(&types);
	return error;
}

static struct error *ask_kernels(struct run *run)
{
	struct error *error = check_reserve(&run->check, run->row_cnt);

	for (size_t i = 0; i < run->row_cnt && !error; i++)
		error = ask_kernel(run, &run->rows[i]);
	return error || !check_wants_hints(&run->check) ? error : past_hint(&run->opened, &run->check);
}

static int status_of(enum check_state state)
{
	return state == CHECK_MET      ? STATUS_OK
		: state == CHECK_UNMET ? STATUS_MISSING
				       : STATUS_UNKNOWN;
}

static struct error *render(struct run *run, int *status)
{
	_cleanup_output_ struct output out = {0};
	const char *path = cli_value(run->args, "output");
	enum check_state settled = run->load ? check_settle_proofs(&run->check, &run->policy)
					     : check_settle(&run->check, &run->policy);

	if (cli_format(run->args) == CLI_FORMAT_MD)
		check_render_markdown(&run->check, &out.text);
	else if (cli_format(run->args) == CLI_FORMAT_JUNIT)
		check_render_junit(&run->check, &run->policy, &out.text);
	else if (cli_prints_json(run->args))
		check_render_json(
			&run->check, settled, cli_format(run->args) == CLI_FORMAT_JSONL, &out.text);
	else if (run->load)
		check_render_proofs(
			&run->check, cli_width(), !path && cli_has_colour(), &out.text);
	else
		check_render_text(&run->check, cli_width(), !path && cli_has_colour(), &out.text);
	struct error *error = output_finish(&out, path);
	if (!error)
		*status = status_of(settled);
	return error;
}

static struct error *read_policy(struct run *run)
{
	const char *allow = cli_value(run->args, "allow"), *attach = cli_value(run->args, "attach");

	if (allow && strcmp(allow, "conditional"))
		return error_create(
			ERROR_USAGE, "only conditional", "--allow=%s: no such value", allow);
	run->load = cli_has(run->args, "load");
	run->try_attach = attach && !strcmp(attach, "try");
	if (attach && !run->try_attach && strcmp(attach, "ignore"))
		return error_create(
			ERROR_USAGE, "ignore or try", "--attach=%s: no such value", attach);
	if (run->try_attach && !run->load)
		return error_create(ERROR_USAGE, "give --load, too",
			"--attach=try: nothing is loaded");
	run->policy = (struct check_policy) {allow != NULL, attach && !run->try_attach};
	return NULL;
}

static struct error *check_run(const struct cli_args *args, int *status)
{
	__attribute__((cleanup(run_deinit))) struct run run = {.args = args};
	struct error *error = read_policy(&run);
	bool only, live = asks_live(&run, &only);

	if (!error && run.load && !only)
		error = error_create(ERROR_USAGE,
			"kcompat-lab run KERNEL --add OBJECT -- kcompat check --load OBJECT boots another one",
			"--load: only the running kernel can be asked");
	if (!error)
		error = read_files(&run);
	if (!error && live)
		error = ask_live(&run);
	if (!error)
		cli_confine(args);
	if (!error && !run.load)
		error = parse_files(&run);
	if (!error)
		error = collect_words(&run);
	if (!error)
		error = open_kernels(&run);
	if (!error)
		error = ask_kernels(&run);
	return error ? error : render(&run, status);
}

static struct error *check_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t object_cnt, word_cnt;
	const char *const *objects = cli_operands(args, &object_cnt);
	const char *const *words = cli_values(args, "kernel", &word_cnt);
	struct error *error = foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));

	for (size_t i = 0; i < object_cnt && !error; i++)
		error = foreign_add(foreign, &foreign->inputs, objects[i]);
	if (!error && cli_has(args, "profile"))
		error = foreign_add(foreign, &foreign->inputs, cli_value(args, "profile"));
	for (size_t i = 0; i < word_cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	/* The types of a snapshot's build, and those that hints look at. */
	if (!error)
		error = shipped_reads(foreign);
	/* A process that asks the running kernel confines itself later. */
	foreign->later |= !word_cnt;
	return error;
}

static const struct cli_option options[] = {
	{'k', "kernel", "KERNEL...",
		"ask KERNEL instead of the running one; may be repeated: " KERNEL_HELP},
	{0, "program", "GLOB", "check only the programs whose names match"},
	{0, "profile", "FILE",
		"what the loader does to the objects, one statement a line; see kcompat-check(8)"},
	{0, "load", NULL,
		"also load each program on the running kernel, by libbpf, and print the results beside the "
		"predictions"},
	{0, "allow", "conditional", "count what depends on the loader as met"},
	{0, "attach", "ignore|try",
		"ignore: do not count what only attaching needs; try: with --load, attach for a moment, too"},
	CLI_FORMAT_OPTION("text|json|jsonl|md|junit",
		"text (the default), json (schema " CHECK_SCHEMA "), jsonl (the same on one "
		"line), md (the table in Markdown) or junit"),
	CLI_JSON_OPTION,
	CLI_MARKDOWN_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_TOKEN_OPTION,
	CLI_VERBOSE_OPTION,
};

const struct command cmd_check = {
	.name = "check",
	.summary = "check whether BPF objects load and attach on kernels",
	.usage = "[OPTION]... OBJECT...",
	.description =
		"Reads BPF objects, also those inside a program that libbpf loads them for, finds what each BPF program "
		"needs of a kernel, and asks the kernels about it: types "
		"and fields of CO-RE, kfuncs and other externs, helpers in the program's context, program types, "
		"targets, map types, the licence. Prints a row for each program and a column for each kernel, and "
		"below it the first need that is not met, with its line of the source. A need in code that is "
		"never reached is met. Only the verifier knows whether it accepts the program.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.operand = "OBJECT",
	.epilog =
		"Answers:\n"
		"  ok         all needs are met\n"
		"  fails      the kernel lacks something, so the program does not load\n"
		"  no attach  it loads, and cannot attach to the target that its section names\n"
		"  loads      it loads, and whether it attaches is not known\n"
		"  depends    the loader decides, such as by a variable in .rodata\n"
		"  blocked    a policy or a missing privilege hides the answer\n"
		"  unknown    no file that was read has the answer; a snapshot has types only\n"
		"             if the store of the shipped kernels has the same build\n"
		"\n"
		"Exit status: 0 all are ok, 1 a need is not met, 3 that is not known, 2 error\n"
		"\n"
		"Examples:\n"
		"  kcompat check program.bpf.o\n"
		"  kcompat check program.bpf.o -k live -k 6.12 -k vmlinuz-5.10\n"
		"  kcompat check --json --program 'trace_*' program.bpf.o\n",
	.run = check_run,
	.reads = check_reads,
};
