/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/docs.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/docs_html.h"
#include "util/array.h"
#include "util/file.h"

static const struct cli_option options[] = {
	{'u', "update", NULL,
		"correct the text between the markers of the pages, and nothing else"},
	{'c', "check", NULL,
		"change nothing; print each fact that differs, with its evidence; exit with 1 if any differs"},
	{'k', "kernel", "KERNEL...",
		"take facts from KERNEL instead of the shipped kernels: " KERNEL_HELP},
	{'p', "policy", "POLICY",
		"which calls a table lists: loadable (the default), calls in programs that can be loaded; "
		"hook, all calls that the kernel registers for the program type"},
	{'s', "signature", "FORM",
		"form of signatures: compat, as in existing trees (default for existing pages); c, as in C "
		"(default for new pages)"},
	{'j', "json", NULL, "print JSON (schema kcompat/docs/1)"},
	{'d', "diff", NULL, "print the changes as a unified diff"},
	{0, "kfunc", "NAME", "print a new page for this kfunc"},
	{0, "program-type", "TYPE",
		"print a new page for this program type: xdp or BPF_PROG_TYPE_XDP"},
	{0, "type-tag", "NAME", "print a new page for this type tag: __percpu_kptr"},
	{0, "function", "NAME", "print the report of this kernel function"},
	{0, "index", "KIND", "print a page that lists all names of a kind: kfuncs"},
	{0, "matrix", "KIND",
		"print a table: functions (by kernel), or kfuncs (by context, on one kernel)"},
	{0, "html", "DIR",
		"write everything that is known as a web site to DIR; it opens from the file system"},
	{'n', "name", "GLOB...",
		"use only these names in a table or index; functions: replaces the watch list"},
	{'b', "baseline", "KERNEL",
		"compare architectures and flavors with KERNEL; a table of kfuncs then describes KERNEL"},
	{0, "csv", NULL, "print the table as CSV instead of Markdown"},
	{'o', "output", "FILE", "write to FILE atomically, instead of standard output"},
	CLI_VERBOSE_OPTION,
};

static struct error *docs_site(const struct docs_run *run, int *status)
{
	struct error *error = docs_html(run->history, cli_value(run->args, "html"));

	if (!error)
		*status = STATUS_OK;
	return error;
}

/* The options that select an action; exactly one is given. */
static const struct docs_action {
	const char *option;
	bool takes_operands;
	const char *operands; /* a word for the operands in messages, if the action takes any */
	docs_action_fn *run;
	docs_wanted_fn *wanted; /* NULL: all names */
} actions[] = {
	{"update", true, "a page, or a directory of pages", docs_tree, NULL},
	{"check", true, "a page, or a directory of pages", docs_tree, NULL},
	{"kfunc", false, NULL, docs_page, docs_page_wanted},
	{"program-type", false, NULL, docs_page, docs_page_wanted},
	{"type-tag", false, NULL, docs_page, docs_page_wanted},
	{"function", false, NULL, docs_page, docs_page_wanted},
	{"index", false, NULL, docs_page, docs_page_wanted},
	{"matrix", false, NULL, docs_page, docs_page_wanted},
	{"html", false, NULL, docs_site, NULL},
};

#define ACTION_CNT ARRAY_SIZE(actions)

/* Options that only some actions take. Other actions refuse them, instead of ignoring them. */
static const struct {
	const char *option, *actions[ACTION_CNT];
} scopes[] = {
	{"policy", {"update", "check", "kfunc", "program-type"}},
	{"signature", {"update", "check", "kfunc", "program-type"}},
	{"json", {"update", "check"}},
	{"diff", {"update", "check"}},
	{"name", {"index", "matrix"}},
	{"csv", {"matrix"}},
	{"output", {"update", "check", "kfunc", "program-type", "type-tag", "function", "index", "matrix"}},
};

static struct error *find_action(const struct cli_args *args, const struct docs_action **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < ACTION_CNT; i++) {
		if (!cli_has(args, actions[i].option))
			continue;
		if (*ret)
			return error_create(ERROR_USAGE, "give one of them", "--%s and --%s contradict",
				(*ret)->option, actions[i].option);
		*ret = &actions[i];
	}
	if (*ret)
		return NULL;
	return error_create(ERROR_USAGE, "such as --check DIR; see kcompat docs --help",
		"nothing to do: no action given");
}

static bool takes(const char *const *takers, const struct docs_action *action)
{
	for (size_t i = 0; i < ACTION_CNT && takers[i]; i++) {
		if (!strcmp(takers[i], action->option))
			return true;
	}
	return false;
}

static struct error *check_scopes(const struct cli_args *args, const struct docs_action *action)
{
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		if (cli_has(args, scopes[i].option) && !takes(scopes[i].actions, action))
			return error_create(ERROR_USAGE, "leave it out",
				"--%s: takes no --%s", action->option, scopes[i].option);
	}
	return NULL;
}

static struct error *docs_check_usage(const struct cli_args *args, const struct docs_action *action)
{
	size_t operand_cnt;

	cli_operands(args, &operand_cnt);
	if (action->takes_operands && !operand_cnt)
		return error_create(ERROR_USAGE, NULL, "--%s: name %s", action->option, action->operands);
	if (!action->takes_operands && operand_cnt)
		return error_create(ERROR_USAGE, NULL, "--%s takes no operands", action->option);
	if (cli_has(args, "json") && cli_has(args, "diff"))
		return error_create(ERROR_USAGE, "give one of them", "--json and --diff contradict");
	return check_scopes(args, action);
}

static struct error *docs_open_kernels(const struct cli_args *args, const struct history_wanted *wanted,
	struct opened *opened)
{
	size_t cnt;
	const char *const *words = cli_values(args, "kernel", &cnt);

	return cnt ? opened_add_words(opened, args, words, cnt, wanted)
		   : shipped_add(&opened->kernels, wanted, true);
}

/* In the directory of a page, a new page is made that replaces it. */
static struct error *docs_writes(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt;
	const char *const *pages = cli_operands(args, &cnt), *site = cli_value(args, "html");
	struct error *error = site ? foreign_add_parent(foreign, &foreign->writable, site) : NULL;

	for (size_t i = 0; cli_has(args, "update") && i < cnt && !error; i++)
		error = foreign_add_parent(foreign, &foreign->writable, pages[i]);
	return error ? error
		     : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

static struct error *docs_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t word_cnt, page_cnt;
	const char *const *words = cli_values(args, "kernel", &word_cnt);
	const char *const *pages = cli_operands(args, &page_cnt);
	struct error *error = word_cnt ? NULL : shipped_reads(foreign);

	for (size_t i = 0; i < word_cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	foreign->writes_links = cli_has(args, "update");
	for (size_t i = 0; i < page_cnt && !error; i++)
		error = foreign_add_input(foreign, pages[i]);
	return error ? error : docs_writes(args, foreign);
}

static void history_cleanup(struct history **history)
{
	history_destroy(*history);
}

static struct error *cli_docs_run(const struct cli_args *args, int *status)
{
	_cleanup_opened_ struct opened opened = {0};
	_cleanup_pool_ struct pool pool = {0};
	__attribute__((cleanup(history_cleanup))) struct history *history = NULL;
	const struct docs_action *action;
	struct history_wanted wanted = {0};
	struct error *error = find_action(args, &action);

	if (!error)
		error = docs_check_usage(args, action);
	if (!error && action->wanted)
		error = action->wanted(args, &pool, &wanted);
	if (!error)
		error = docs_open_kernels(args, &wanted, &opened);
	if (!error)
		error = history_create(&opened.kernels, cli_value(args, "baseline"), &history);
	if (error)
		return error;
	const struct docs_run docs = {
		.args = args, .pool = &pool, .opened = &opened, .history = history};
	error = action->run(&docs, status);
	if (!error && opened_complain(&opened))
		*status = STATUS_ERROR;
	return error;
}

const struct command cmd_docs = {
	.name = "docs",
	.summary = "check, update and create documentation tables",
	.usage = "ACTION [OPTION]... [PAGE|DIR]...",
	.description =
		"Checks, updates or creates pages of Markdown. Sections between markers list the first "
		"version of a function, its signature, and the program types that may call it. The facts "
		"come from the shipped snapshots or from the given kernels. Text that no kernel contradicts "
		"stays as it is. A line is removed only if a kernel has the function and refuses the call.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.operand = "FILE",
	.epilog =
		"Exit status: 0 no fact differs, or the output was written; 1 a fact differs, no\n"
		"page has a marker, or no kernel has the name; 2 error, or a page could not be\n"
		"read or written.\n\n"
		"Examples:\n"
		"  kcompat docs --check docs/linux\n"
		"  kcompat docs --check --diff docs/linux/kfuncs/bpf_arena_free_pages.md\n"
		"  kcompat docs --update --policy hook docs/linux\n"
		"  kcompat docs --kfunc bpf_arena_free_pages --output bpf_arena_free_pages.md\n"
		"  kcompat docs --matrix functions --csv --name 'tcp_*'\n"
		"  kcompat docs --html site\n",
	.run = cli_docs_run,
	.reads = docs_reads,
};
