/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "object/check/check.h"
#include "cli/asked.h"
#include "cli/commands.h"
#include "cli/objects.h"
#include "cli/output.h"
#include "cli/token.h"
#include "input/system/system.h"
#include "util/argument.h"
#include "util/array.h"
#include "util/file.h"

/* A kernel of the command line. */
struct checked_kernel {
	const char *word; /* NULL: the running one */
	struct asked asked;
	struct require_answer answer;
	struct core_target *target;
};

struct run {
	const struct cli_args *args;
	struct pool pool;
	struct words words;
	struct check check;
	struct checked_kernel *kernels;
	size_t kernel_cnt;
	struct check_policy policy;
};

static void run_deinit(struct run *run)
{
	check_deinit(&run->check);
	for (size_t i = 0; i < run->kernel_cnt; i++) {
		core_target_destroy(run->kernels[i].target);
		require_answer_deinit(&run->kernels[i].answer);
		asked_deinit(&run->kernels[i].asked);
	}
	pool_destroy(&run->pool);
}

static struct error *read_objects(struct run *run)
{
	size_t cnt;
	const char *const *paths = cli_operands(run->args, &cnt);
	struct error *error;

	if (!cnt)
		return error_create(
			ERROR_USAGE, "such as kcompat check program.bpf.o", "no object given");
	error = objects_read(&run->check, paths, cnt);
	if (!error)
		error = check_ask(&run->check, cli_value(run->args, "program"));
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

static struct error *take_words(struct run *run)
{
	size_t cnt;
	const char *const *words = cli_values(run->args, "kernel", &cnt);

	run->kernels = pool_calloc(&run->pool, cnt ? cnt : 1, sizeof(*run->kernels));
	if (!run->kernels)
		return error_no_memory();
	run->kernel_cnt = cnt ? cnt : 1;
	for (size_t i = 0; i < cnt; i++)
		run->kernels[i].word = words[i];
	return NULL;
}

static bool is_live(const struct checked_kernel *kernel)
{
	return !kernel->word || opened_is_live(kernel->word);
}

/* CO-RE looks at all types, so the running kernel's files are read whole. */
static struct error *observe_live(struct run *run, struct checked_kernel *kernel)
{
	const unsigned int facts = LOAD_BTF | LOAD_MODULES | LOAD_SYMBOLS | LOAD_CONFIG;

	return asked_observe(&kernel->asked, run->args, &run->check.list, facts, false);
}

static struct error *index_types(struct run *run, struct checked_kernel *kernel)
{
	const struct require_scope scope = asked_scope(&kernel->asked);
	const struct kernel *types = scope.files ? scope.files : scope.types;
	size_t cnt = 0;

	if (!types || !types->btf)
		return NULL;
	struct kbtf **modules = pool_calloc(&run->pool, types->module_cnt + 1, sizeof(struct kbtf *));
	if (!modules)
		return error_no_memory();
	for (size_t i = 0; i < types->module_cnt; i++) {
		if (types->modules[i].btf)
			modules[cnt++] = types->modules[i].btf;
	}
	return core_target_create(types->btf, modules, cnt, &kernel->target);
}

/* A file by the kernel in it, if it says which: names of packages are long. */
static const char *name_of(const struct checked_kernel *kernel)
{
	const char *release = kernel->asked.snapshot->kernel.release;

	if (!kernel->word)
		return "live";
	return kernel_word_of(kernel->word) == KERNEL_WORD_FILE && release
		? release
		: path_base(kernel->word);
}

static struct error *ask_kernel(struct run *run, struct checked_kernel *kernel)
{
	struct error *error = index_types(run, kernel);
	struct check_kernel checked = {
		.name = name_of(kernel),
		.scope = asked_scope(&kernel->asked),
		.answer = &kernel->answer,
		.target = kernel->target,
	};

	if (!error)
		error = require_evaluate(&run->check.list, &checked.scope, &kernel->answer);
	return error ? error : check_add_kernel(&run->check, checked);
}

static struct error *open_stored(struct run *run, struct checked_kernel *kernel)
{
	struct error *error = asked_open(&kernel->asked, "check -k", kernel->word, &run->words);

	return error ? error : asked_find_types(&kernel->asked, &run->words);
}

/* The running kernel first: a process that is confined cannot load programs. */
static struct error *open_kernels(struct run *run)
{
	struct error *error = NULL;

	for (size_t i = 0; i < run->kernel_cnt && !error; i++) {
		if (is_live(&run->kernels[i]))
			error = observe_live(run, &run->kernels[i]);
	}
	cli_confine(run->args);
	for (size_t i = 0; i < run->kernel_cnt && !error; i++) {
		if (!is_live(&run->kernels[i]))
			error = open_stored(run, &run->kernels[i]);
	}
	for (size_t i = 0; i < run->kernel_cnt && !error; i++)
		error = ask_kernel(run, &run->kernels[i]);
	return error;
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
	enum check_state settled = check_settle(&run->check, &run->policy);

	if (cli_format(run->args) == CLI_FORMAT_MD)
		check_render_markdown(&run->check, &out.text);
	else if (cli_prints_json(run->args))
		check_render_json(
			&run->check, settled, cli_format(run->args) == CLI_FORMAT_JSONL, &out.text);
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
	if (attach && strcmp(attach, "ignore"))
		return error_create(
			ERROR_USAGE, "only ignore", "--attach=%s: no such value", attach);
	run->policy = (struct check_policy) {allow != NULL, attach != NULL};
	return NULL;
}

static struct error *check_run(const struct cli_args *args, int *status)
{
	__attribute__((cleanup(run_deinit))) struct run run = {.args = args};
	struct error *error = read_policy(&run);

	if (!error)
		error = read_objects(&run);
	if (!error)
		error = collect_words(&run);
	if (!error)
		error = take_words(&run);
	if (!error)
		error = open_kernels(&run);
	if (!error)
		error = check_judge(&run.check);
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
	for (size_t i = 0; i < word_cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	/* The types of a snapshot's build. */
	if (word_cnt && !error)
		error = shipped_reads(foreign);
	/* The running kernel is asked what the objects need, so they are read before. */
	foreign->later |= !word_cnt;
	return error;
}

static const struct cli_option options[] = {
	{'k', "kernel", "KERNEL...",
		"ask KERNEL instead of the running one; may be repeated: " KERNEL_HELP
		"; each is one kernel"},
	{0, "program", "GLOB", "check only the programs whose names match"},
	{0, "allow", "conditional", "count what depends on the loader as met"},
	{0, "attach", "ignore", "do not count what only attaching needs"},
	CLI_FORMAT_OPTION("text|json|jsonl|md",
		"text (the default), json (schema " CHECK_SCHEMA "), jsonl (the same on one "
		"line) or md (the table in Markdown)"),
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
