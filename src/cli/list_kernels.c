/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/output.h"
#include "render/render.h"
#include "store/store.h"
#include "util/array.h"
#include "util/columns.h"
#include "util/reading.h"

static const struct cli_option options[] = {
	CLI_FORMAT_OPTION("text|json|jsonl",
		"text (the default), json (schema kcompat/kernels/1) or jsonl (the same on one line)"),
	CLI_JSON_OPTION,
	CLI_OUTPUT_OPTION,
	{0, "store", "FILE",
		"list the kernels of a store (scan --store) instead, with the numbers of their records"},
	CLI_VERBOSE_OPTION,
};

static const struct cli_clash clashes[] = {
	{"store", (const char *const[]) {"format", NULL}},
};

/* A kernel that several words name is listed once. */
static struct error *keep_named(struct shipped *shipped, const char *const *words, size_t word_cnt)
{
	size_t cnt = 0;

	for (size_t w = 0; w < word_cnt; w++) {
		bool names = false;
		for (size_t i = 0; i < shipped->cnt; i++)
			names |= shipped_is_called(&shipped->list[i], words[w]);
		if (!names)
			return shipped_no_such(shipped, words[w]);
	}
	for (size_t i = 0; i < shipped->cnt; i++) {
		bool named = !word_cnt;
		for (size_t w = 0; w < word_cnt; w++)
			named |= shipped_is_called(&shipped->list[i], words[w]);
		if (named)
			shipped->list[cnt++] = shipped->list[i];
	}
	shipped->cnt = cnt;
	return NULL;
}

/* What another program reads has a line for each kernel. */
static size_t list_width(const struct cli_args *args)
{
	return cli_value(args, "output") || !cli_is_on_terminal() ? COLUMNS_UNLIMITED : cli_width();
}

/* The whole store is read, and every kernel of it. */
static struct error *list_store(const char *path, size_t width, struct buf *out)
{
	_cleanup_store_ struct store *store = NULL;

	reading_begin(path);
	struct error *error = store_open(path, &store);
	if (!error)
		error = store_describe(store, width, out);
	return reading_end(path, error);
}

static struct error *list_shipped(const struct cli_args *args, int *status)
{
	_cleanup_shipped_ struct shipped shipped = {0};
	_cleanup_output_ struct output out = {0};
	size_t cnt;
	const char *const *words = cli_operands(args, &cnt);
	struct error *error = shipped_read(&shipped);

	if (!error)
		error = keep_named(&shipped, words, cnt);
	if (!error && cli_prints_json(args))
		error = render_json_shipped(&shipped, cli_format(args) == CLI_FORMAT_JSONL, &out.text);
	else if (!error)
		render_shipped_text(&shipped, list_width(args), &out.text);
	if (!error)
		error = output_finish(&out, cli_value(args, "output"));
	if (!error)
		*status = STATUS_OK;
	return error;
}

static struct error *list_one_store(const struct cli_args *args, const char *path, int *status)
{
	_cleanup_output_ struct output out = {0};
	size_t cnt;
	struct error *error = NULL;

	cli_operands(args, &cnt);
	if (cnt)
		error = error_create(ERROR_USAGE, NULL, "--store lists all kernels of a store, and takes no NAME");
	if (!error)
		error = list_store(path, list_width(args), &out.text);
	if (!error)
		error = output_finish(&out, cli_value(args, "output"));
	if (!error)
		*status = STATUS_OK;
	return error;
}

static struct error *list_run(const struct cli_args *args, int *status)
{
	const char *store = cli_value(args, "store");

	return store ? list_one_store(args, store, status) : list_shipped(args, status);
}

static struct error *list_reads(const struct cli_args *args, struct foreign *foreign)
{
	struct error *error = foreign_add(foreign, &foreign->inputs, cli_value(args, "store"));

	return error ? error : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

const struct command cmd_kernels = {
	.name = "kernels",
	.summary = "list the kernels that are shipped, and their names",
	.usage = "[OPTION]... [NAME]...",
	.description =
		"Lists the kernels whose answers are shipped with kcompat: name, release, architecture, and what "
		"is known: 'probed', answers of the kernel itself; 'predicted', read from its image. show, diff, "
		"require, check and docs take these names. NAME lists only the kernels that it names: a whole name, a "
		"release, or a version such as 6.12.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.operand = "SHIPPED",
	.epilog = "Exit status: 0 listed; 2 no such kernel, or another error.\n\n"
		  "Examples:\n"
		  "  kcompat kernels\n"
		  "  kcompat kernels 6.12\n"
		  "  kcompat kernels --store fleet.kts\n",
	.run = list_run,
	.reads = list_reads,
};
