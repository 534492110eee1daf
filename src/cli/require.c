/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/asked.h"
#include "cli/commands.h"
#include "cli/near.h"
#include "cli/output.h"
#include "cli/require_words.h"
#include "cli/token.h"
#include "system/system.h"
#include "snapshot/file.h"
#include "probe/probe.h"
#include "require/require.h"
#include "util/array.h"
#include "util/argument.h"
#include "util/reading.h"

#define REQUIREMENTS_MAX_BYTES (16u * 1024 * 1024)

static const char *const unknown_words[] = {"keep", "pass", "fail"}; /* by enum require_unknown */

struct gate {
	const struct cli_args *args;
	enum cli_format format;
	enum require_style style;
	enum require_unknown on_unknown;
	bool quiet;
	struct pool pool; /* of the vocabulary */
	struct buf *texts; /* of the files of requirements, in their order */
	size_t text_cnt;
	struct words words; /* of all requirements */
	struct require_vocabulary vocabulary;
	struct require_list list;
	struct asked asked;
	bool live;
	struct require_answer answer;
};

static void gate_deinit(struct gate *gate)
{
	require_answer_deinit(&gate->answer);
	for (size_t i = 0; i < gate->text_cnt; i++)
		buf_deinit(&gate->texts[i]);
	asked_deinit(&gate->asked);
	require_list_deinit(&gate->list);
	pool_destroy(&gate->pool);
}

/* The index of the option's word; `fallback` if the option was not given. */
static struct error *require_read_word(const struct gate *gate, const char *option,
	const char *const *words, size_t cnt, size_t fallback, size_t *ret)
{
	const char *word = cli_value(gate->args, option);

	*ret = fallback;
	for (size_t i = 0; word && i < cnt; i++) {
		if (!strcmp(words[i], word)) {
			*ret = i;
			return NULL;
		}
	}
	return word ? near_error(word, words, cnt, NULL, "--%s=%s: no such value", option, word)
		    : NULL;
}

static bool names_live(const struct cli_args *args)
{
	const char *word = cli_value(args, "kernel");

	return !word || opened_is_live(word);
}

static struct error *read_options(struct gate *gate)
{
	static const char *const styles[] = {
#define STYLE_WORD(name, word, yes, no, unknown, error) word,
		REQUIRE_STYLES(STYLE_WORD)
	};
	static const char *const of_a_running_kernel[] = {"token", "attach", NULL};
	size_t style, on_unknown;
	struct error *error = require_read_word(
		gate, "exit-style", styles, REQUIRE_STYLE_CNT, REQUIRE_STYLE_PLAIN, &style);

	if (!error)
		error = require_read_word(gate, "on-unknown", unknown_words, ARRAY_SIZE(unknown_words),
			REQUIRE_UNKNOWN_KEEP, &on_unknown);
	if (error)
		return error;
	gate->live = names_live(gate->args);
	error = gate->live ? NULL : cli_no_effect(gate->args, of_a_running_kernel, "with --kernel");
	if (error)
		return error;
	gate->format = cli_format(gate->args);
	gate->style = style;
	gate->on_unknown = on_unknown;
	gate->quiet = cli_has(gate->args, "quiet");
	return NULL;
}

/*
 * The vocabulary's question about a type that kcompat's tables lack. A running kernel's BTF is read
 * for it, and then again with the other files.
 */
static enum tristate gate_has_type(void *asked, enum require_kind kind, const char *name)
{
	struct gate *gate = asked;
	struct kernel kernel = {0};

	if (!gate->live)
		return require_type_in_kernel(gate->asked.files, gate->asked.snapshot, kind, name);
	error_free(load_btf(&kernel, ""));
	enum tristate has = require_type_in_kernel(&kernel, NULL, kind, name);
	kernel_deinit(&kernel);
	return has;
}

/* The features that the probe tests, and those of a snapshot, perhaps from a newer kcompat. */
static struct error *make_vocabulary(struct gate *gate)
{
	const struct snapshot *snapshot = gate->asked.snapshot;
	size_t known = 0, more = snapshot ? snapshot->features.cnt : 0;
	size_t context_cnt = snapshot ? snapshot->context_cnt : 0;

	while (probe_feature_info(known))
		known++;
	const char **features = pool_calloc(&gate->pool, known + more, sizeof(*features));
	const char **contexts = pool_calloc(&gate->pool, context_cnt, sizeof(*contexts));
	if (!features || !contexts)
		return error_no_memory();
	for (size_t i = 0; i < known; i++)
		features[i] = probe_feature_info(i)->name;
	for (size_t i = 0; i < more; i++)
		features[known + i] = snapshot->features.list[i].name;
	for (size_t i = 0; i < context_cnt; i++)
		contexts[i] = snapshot->contexts[i].name;
	size_t capability_cnt;
	const char *const *capabilities = environment_capability_names(&capability_cnt);
	gate->vocabulary = (struct require_vocabulary) {
		.capabilities = capabilities,
		.capability_cnt = capability_cnt,
		.contexts = contexts,
		.context_cnt = context_cnt,
		.features = features,
		.feature_cnt = known + more,
		.has_type = gate_has_type,
		.asked = gate,
	};
	return NULL;
}

/* Reads all requirements first: of a stored kernel, only what they can be about is read. */
static struct error *read_texts(struct gate *gate)
{
	size_t operand_cnt, file_cnt;
	const char *const *operands = cli_operands(gate->args, &operand_cnt);
	const char *const *files = cli_values(gate->args, "file", &file_cnt);
	struct error *error = NULL;

	gate->words.pool = &gate->pool;
	gate->texts = pool_calloc(&gate->pool, file_cnt, sizeof(*gate->texts));
	if (!gate->texts)
		return error_no_memory();
	for (size_t i = 0; i < operand_cnt && !error; i++)
		error = words_add(&gate->words, operands[i], strlen(operands[i]));
	for (size_t i = 0; i < file_cnt && !error; i++) {
		struct buf *text = &gate->texts[gate->text_cnt++];
		reading_begin(files[i]);
		error = reading_end(files[i], input_read(files[i], REQUIREMENTS_MAX_BYTES, text));
		if (!error)
			error = words_add(&gate->words, buf_text(text), text->len);
	}
	words_sort(&gate->words);
	return error;
}

static struct error *parse_file(struct gate *gate, const char *path, const struct buf *text)
{
	size_t before = gate->list.cnt + gate->list.mistake_cnt;

	reading_begin(path);
	struct error *error = reading_end(path,
		require_parse_file(
			&gate->list, input_name(path), buf_text(text), text->len, &gate->vocabulary));
	/* A truncated, empty file must not open the gate. */
	if (!error && gate->list.cnt + gate->list.mistake_cnt == before)
		error = error_create(
			ERROR_USAGE, NULL, "%s: no requirement in it", input_name(path));
	return error;
}

static struct error *parse_all(struct gate *gate)
{
	size_t operand_cnt, file_cnt;
	const char *const *operands = cli_operands(gate->args, &operand_cnt);
	const char *const *files = cli_values(gate->args, "file", &file_cnt);
	struct error *error = NULL;

	if (!operand_cnt && !file_cnt)
		return error_create(ERROR_USAGE,
			"such as 'map:ringbuf', or -f FILE; see "
			"kcompat require --help",
			"no requirement given");
	for (size_t i = 0; i < operand_cnt && !error; i++)
		error = require_parse_argument(&gate->list, i + 1, operands[i], &gate->vocabulary);
	for (size_t i = 0; i < file_cnt && !error; i++)
		error = parse_file(gate, files[i], &gate->texts[i]);
	return error;
}

/* Prints all mistakes. The last one is the error of the command. */
static struct error *report_mistakes(const struct require_list *list)
{
	if (!list->mistake_cnt)
		return NULL;
	for (size_t i = 0; i + 1 < list->mistake_cnt; i++)
		cli_say("%s", list->mistakes[i]);
	return error_create(ERROR_USAGE, NULL, "%s", list->mistakes[list->mistake_cnt - 1]);
}

static struct error *read_requirements(struct gate *gate)
{
	struct error *error = make_vocabulary(gate);

	if (!error)
		error = parse_all(gate);
	if (!error)
		error = report_mistakes(&gate->list);
	if (!error && (gate->format == CLI_FORMAT_ENV || gate->format == CLI_FORMAT_C))
		error = require_flag_check(&gate->list);
	return error;
}

static void require_render(const struct gate *gate, const struct require_scope *scope,
	enum tristate settled, struct buf *out)
{
	switch (gate->format) {
	case CLI_FORMAT_JSON:
	case CLI_FORMAT_JSONL:
		render_require_json(&gate->list, &gate->answer, scope, settled,
			gate->format == CLI_FORMAT_JSONL, out);
		break;
	case CLI_FORMAT_ENV:
		render_require_env(&gate->list, &gate->answer, out);
		break;
	case CLI_FORMAT_C:
		render_require_c(&gate->list, &gate->answer, scope, out);
		break;
	default:
		if (gate->style == REQUIRE_STYLE_NAGIOS)
			render_require_nagios(&gate->list, &gate->answer, settled, out);
		if (!gate->quiet)
			render_require_text(&gate->list, &gate->answer, out);
	}
}

static struct error *cli_require_answer(struct gate *gate, int *status)
{
	const struct require_scope scope = asked_scope(&gate->asked);
	_cleanup_output_ struct output out = {0};
	struct error *error = require_evaluate(&gate->list, &scope, &gate->answer);

	if (error)
		return error;
	enum tristate settled = require_settle(gate->answer.value, gate->on_unknown);
	require_render(gate, &scope, settled, &out.text);
	error = output_finish(&out, cli_value(gate->args, "output"));
	if (!error)
		*status = require_exit_status(gate->style, settled);
	return error;
}

static struct error *require_run(const struct cli_args *args, int *status)
{
	__attribute__((cleanup(gate_deinit))) struct gate gate = {.args = args};
	struct error *error = read_options(&gate);

	if (!error)
		error = read_texts(&gate);
	if (!error)
		error = asked_open(
			&gate.asked, "require", cli_value(args, "kernel"), &gate.words);
	if (!error)
		error = read_requirements(&gate);
	if (!error && gate.live)
		error = asked_observe(
			&gate.asked, args, &gate.list, 0, cli_has(args, "attach"));
	if (!error)
		error = asked_find_types(&gate.asked, &gate.list, &gate.words);
	return error ? error : cli_require_answer(&gate, status);
}

/* The value of a --exit-style argument, shortened as getopt allows; NULL: another argument. */
static const char *style_of_argument(const char *argument, const char *next)
{
	size_t len = strcspn(argument, "=");

	if (len < strlen("--e") || strncmp(argument, "--exit-style", len))
		return NULL;
	return argument[len] ? argument + len + 1 : next;
}

/* Even an invalid command line fails in the style that it selects. */
static int error_status(int argc, char *const *argv)
{
	enum require_style style = REQUIRE_STYLE_PLAIN;

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *word = style_of_argument(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
		enum require_style given = word ? require_style_parse(word) : REQUIRE_STYLE_CNT;
		if (given < REQUIRE_STYLE_CNT)
			style = given;
	}
	return require_exit_error(style);
}

static const struct cli_clash clashes[] = {
	{"quiet", (const char *const[]) {"format", "output", NULL}},
};

static const struct cli_option options[] = {
	{'f', "file", "FILE...", "read requirements from FILE, one per line; - is standard input"},
	{'k', "kernel", "KERNEL",
		"ask KERNEL, one kernel, instead of the running one: " KERNEL_HELP "; - is a snapshot on "
		"standard input"},
	{0, "attach", NULL,
		"for attach:SECTION/TARGET, really attach a program that does nothing, and detach it"},
	{0, "on-unknown", "pass|fail", "treat unknown as satisfied or as missing"},
	{0, "exit-style", "plain|systemd|nagios",
		"exit status: plain (the default), systemd (for ExecCondition=) or nagios; see below"},
	CLI_FORMAT_OPTION("text|json|jsonl|env|c",
		"text (the default), json (schema kcompat/require/1), jsonl (the same on one line), env "
		"(assignments for eval in a shell) or c (#define lines)"),
	CLI_JSON_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_TOKEN_OPTION,
	{'q', "quiet", NULL, "print nothing but errors"},
	CLI_VERBOSE_OPTION,
};

/* The running kernel is asked here: only an answer from a file needs another process. */
static struct error *require_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt;
	const char *const *files = cli_values(args, "file", &cnt);
	bool live = names_live(args);
	struct error *error = live ? NULL : opened_reads(cli_value(args, "kernel"), foreign);

	/* The types of a snapshot's build. */
	if (!error && !live)
		error = shipped_reads(foreign);

	for (size_t i = 0; !live && i < cnt && !error; i++)
		error = foreign_add(foreign, &foreign->inputs, files[i]);
	/*
	 * A process for it would take ten milliseconds: the time of a whole gate. A process that is
	 * confined writes no file, so a gate that writes one has another.
	 */
	foreign->in_place = !cli_value(args, "output");
	return error ? error
		     : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

const struct command cmd_require = {
	.name = "require",
	.summary = "check requirements on a kernel",
	.usage = "[OPTION]... [REQUIREMENT]...",
	.description =
		"Asks the running kernel, a snapshot or an image, only about the given requirements. The exit status "
		"is the answer. Prints one line for each requirement: the answer (yes, no or unknown) and its "
		"reason. Never concludes anything from a version number.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.operand = "REQUIREMENT",
	.epilog = "Requirements:\n"
		  "  kfunc:NAME[@CONTEXT]  helper:NAME[@CONTEXT]  context:CONTEXT\n"
		  "  'kfunc:NAME@CONTEXT>=loadable' demands a program that makes the call\n"
		  "  A CONTEXT is a section, with a target or without: kprobe, fexit/filp_close\n"
		  "  prog:TYPE  map:TYPE[(SIZE)]  link:TYPE  attach:TYPE  feature:NAME  tag:NAME\n"
		  "  attach:SECTION/TARGET, such as fentry/vfs_read or kprobe.multi/tcp_*\n"
		  "  tracepoint:CATEGORY/NAME  raw_tracepoint:NAME  lsm:HOOK  syscall:NAME\n"
		  "  func:NAME  struct:NAME[.MEMBER]  union:NAME[.MEMBER]  typedef:NAME[.MEMBER]\n"
		  "  enum:NAME[.VALUE]  enumerator:NAME  config:CONFIG_OPTION[=VALUE]\n"
		  "  cap:CAP_NAME  sysctl:NAME[=VALUE]  active-lsm:NAME\n"
		  "  any(A, B, ...)  all(A, B, ...)  not(A)\n"
		  "  ?A is optional: it is reported, but never fails the gate\n"
		  "  NAME = A sets the name of the flag for --format=env and --format=c\n"
		  "\n"
		  "Exit status:    satisfied  missing  unknown  error\n"
		  "  plain                 0        1        3      2\n"
		  "  systemd               0        1        3    255\n"
		  "  nagios                0        2        3      3\n"
		  "\n"
		  "Examples:\n"
		  "  kcompat require 'kfunc:bpf_arena_free_pages@lsm.s' 'map:arena'\n"
		  "  kcompat require -k amd64-6.12-cloud 'kfunc:bpf_dynptr_from_skb@xdp'\n"
		  "  kcompat require -f agent.req --exit-style=systemd\n"
		  "  eval \"$(kcompat require --format=env -f features.req)\"\n",
	.run = require_run,
	.reads = require_reads,
	.error_status = error_status,
};
