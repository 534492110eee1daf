/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/docs.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/docs_html.h"
#include "util/array.h"
#include "util/file.h"
#include "util/strtab.h"

static const struct cli_option options[] = {
	{'k', "kernel", "KERNEL...",
		"take facts from KERNEL instead of the shipped kernels: " KERNEL_HELP},
	{'p', "policy", "loadable|hook",
		"which calls a table lists: loadable (the default), calls in programs that can be loaded; "
		"hook, all calls that the kernel registers for the program type"},
	{'s', "signature", "compat|c",
		"form of signatures: compat, as in existing trees (default for existing pages); c, as in C "
		"(default for new pages)"},
	{'n', "name", "GLOB...",
		"use only these names in a table or index; functions: replaces the watch list"},
	{'b', "baseline", "KERNEL",
		"compare architectures and flavors with KERNEL; a table of kfuncs then describes KERNEL"},
	{0, "check", "FILE...",
		"of site: add a table of the programs in FILE, which kcompat check --json wrote; that of libbpf-tools "
		"is shipped, and is left out with --kernel"},
	CLI_FORMAT_OPTION("text|json|jsonl|diff|md|csv",
		"of check and update: text (the default), json (schema kcompat/docs/1), jsonl (the same) or diff "
		"(the changes as a unified diff); of table: md (the default) or csv; else md"),
	CLI_JSON_OPTION,
	CLI_MARKDOWN_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_VERBOSE_OPTION,
};

static struct error *docs_site(const struct docs_run *run, int *status)
{
	size_t cnt;
	struct error *error = docs_html(run, cli_operands(run->args, &cnt)[0]);

	if (!error)
		*status = STATUS_OK;
	return error;
}

#define OF_SECTIONS "policy", "signature"
#define OF_OUTPUT "format", "json", "markdown", "output"

static const struct cli_action actions[] = {
	{"check", {"FILE..."},
		"print each fact in pages, or in directories of pages, that differs, with its evidence; exit "
		"with 1 if any differs",
		"text|json|jsonl|diff", (const char *const[]) {OF_SECTIONS, OF_OUTPUT, NULL}},
	{"update", {"FILE..."},
		"correct the text between the markers of pages, or of directories of pages, and nothing else",
		"text|json|jsonl|diff", (const char *const[]) {OF_SECTIONS, OF_OUTPUT, NULL}},
	{"page", {"kfunc|program_type|type_tag|function", "NAME"},
		"print a new page for the name; of a function, its report", "md",
		(const char *const[]) {OF_SECTIONS, "baseline", OF_OUTPUT, NULL}},
	{"table", {"kfuncs|functions"},
		"print a table: kfuncs (by context, on one kernel), or functions (by kernel)", "md|csv",
		(const char *const[]) {"name", "baseline", OF_OUTPUT, NULL}},
	{"index", {"kfuncs"}, "print a page that lists all names of a kind", "md",
		(const char *const[]) {"name", OF_OUTPUT, NULL}},
	{"site", {"DIR"},
		"write everything that is known as a web site to DIR; it opens from the file system", NULL,
		(const char *const[]) {"baseline", "check", NULL}},
	{0},
};

/* In the order of `actions`. */
static const struct {
	docs_action_fn *run;
	docs_wanted_fn *wanted; /* NULL: all names */
} runs[] = {
	{docs_tree, NULL},
	{docs_tree, NULL},
	{docs_page, docs_page_wanted},
	{docs_page, docs_page_wanted},
	{docs_page, docs_page_wanted},
	{docs_site, NULL},
};
_Static_assert(ARRAY_SIZE(runs) + 1 == ARRAY_SIZE(actions), "one for each");

/* Of the functions that snapshots have, the store knows more: callers, inlining, what an attachment takes. */
static struct error *name_functions(struct kernels *kernels, struct history_wanted *ret)
{
	struct texts distinct = {0};
	const char **names;
	size_t cnt = 0;

	for (size_t i = 0; i < kernels->cnt; i++) {
		const struct snapshot *snapshot = kernels->list[i].snapshot;
		for (size_t k = 0; k < snapshot->function_cnt; k++)
			texts_number(&distinct, snapshot->functions[k].name, strlen(snapshot->functions[k].name));
	}
	names = pool_calloc(&kernels->pool, distinct.cnt + 1, sizeof(*names));
	while (names && cnt < distinct.cnt && (names[cnt] = pool_strdup(&kernels->pool, distinct.list[cnt])))
		cnt++;
	bool failed = distinct.failed || cnt < distinct.cnt || !names;
	texts_deinit(&distinct);
	*ret = (struct history_wanted) {.names = names, .name_cnt = cnt};
	return failed ? error_no_memory() : NULL;
}

static struct error *docs_open_kernels(const struct cli_args *args, const struct history_wanted *wanted,
	struct opened *opened)
{
	size_t cnt;
	const char *const *words = cli_values(args, "kernel", &cnt);

	/* It has functions by their names, and the site has all of them. */
	opened->with_shipped_store = wanted->names || docs_is(args, "site");
	if (cnt)
		return opened_add_words(opened, args, words, cnt, wanted);
	struct history_wanted functions = *wanted;
	struct error *error = shipped_add(&opened->kernels, wanted, true);
	if (!error && docs_is(args, "site"))
		error = name_functions(&opened->kernels, &functions);
	return error ? error : opened_add_shipped_store(opened, NULL, &functions);
}

/* In the directory of a page, a new page is made that replaces it. */
static struct error *docs_writes(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt;
	const char *const *paths = cli_operands(args, &cnt);
	bool writes = docs_is(args, "update") || docs_is(args, "site");
	struct error *error = NULL;

	for (size_t i = 0; writes && i < cnt && !error; i++)
		error = foreign_add_parent(foreign, &foreign->writable, paths[i]);
	if (error || docs_is(args, "site"))
		return error;
	return foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

static struct error *docs_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t word_cnt, operand_cnt, check_cnt;
	const char *const *checks = cli_values(args, "check", &check_cnt);
	const char *const *words = cli_values(args, "kernel", &word_cnt);
	const char *const *operands = cli_operands(args, &operand_cnt);
	bool reads_pages = docs_is(args, "check") || docs_is(args, "update");
	struct error *error = word_cnt ? NULL : shipped_reads(foreign);

	for (size_t i = 0; i < word_cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	for (size_t i = 0; i < check_cnt && !error; i++)
		error = foreign_add_input(foreign, checks[i]);
	foreign->writes_links = docs_is(args, "update");
	for (size_t i = 0; reads_pages && i < operand_cnt && !error; i++)
		error = foreign_add_input(foreign, operands[i]);
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
	const size_t action = (size_t)(cli_action(args) - actions);
	struct history_wanted wanted = {0};
	struct error *error =
		runs[action].wanted ? runs[action].wanted(args, &pool, &wanted) : NULL;

	if (!error)
		error = docs_open_kernels(args, &wanted, &opened);
	if (!error)
		error = history_create(&opened.kernels, cli_value(args, "baseline"), &history);
	if (error)
		return error;
	const struct docs_run docs = {
		.args = args, .pool = &pool, .opened = &opened, .history = history};
	error = runs[action].run(&docs, status);
	if (!error && opened_complain(&opened))
		*status = STATUS_ERROR;
	return error;
}

const struct command cmd_docs = {
	.name = "docs",
	.summary = "check, update and create documentation tables",
	.usage = "ACTION [OPTION]... [ARGUMENT]...",
	.description =
		"Checks, updates or creates pages of Markdown. Sections between markers list the first "
		"version of a function, its signature, and the program types that may call it. The facts "
		"come from the shipped snapshots or from the given kernels. Text that no kernel contradicts "
		"stays as it is. A line is removed only if a kernel has the function and refuses the call.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.actions = actions,
	.epilog =
		"Exit status: 0 no fact differs, or the output was written; 1 a fact differs, no\n"
		"page has a marker, or no kernel has the name; 2 error, or a page could not be\n"
		"read or written.\n\n"
		"Examples:\n"
		"  kcompat docs check docs/linux\n"
		"  kcompat docs check --format=diff docs/linux/kfuncs/bpf_arena_free_pages.md\n"
		"  kcompat docs update --policy hook docs/linux\n"
		"  kcompat docs page kfunc bpf_arena_free_pages -o bpf_arena_free_pages.md\n"
		"  kcompat docs table functions --format=csv --name 'tcp_*'\n"
		"  kcompat docs site site\n"
		"  kcompat check --json -k shipped *.bpf.o -o objects.json\n"
		"  kcompat docs site --check objects.json site\n",
	.run = cli_docs_run,
	.reads = docs_reads,
};
