/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/near.h"
#include "cli/output.h"
#include "cli/asked.h"
#include "cli/require_kernels.h"
#include "cli/require_object.h"
#include "cli/token.h"
#include "probe/probe.h"
#include "input/system/system.h"
#include "util/array.h"
#include "util/argument.h"
#include "util/glob.h"
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
	struct require_list first; /* what the running kernel was asked before the others were read */
	const char *const *kernel_words; /* --kernel */
	size_t word_cnt;
	struct asked running; /* the running kernel, if `live` */
	struct opened opened;
	bool live;     /* the running kernel is asked */
	bool live_only;
	struct require_matrix matrix;
};

static void gate_deinit(struct gate *gate)
{
	require_matrix_deinit(&gate->matrix);
	for (size_t i = 0; i < gate->text_cnt; i++)
		buf_deinit(&gate->texts[i]);
	opened_deinit(&gate->opened);
	asked_deinit(&gate->running);
	require_list_deinit(&gate->first);
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

/* Is the running kernel among those that are asked? *only: is no other one? */
static bool names_live(const struct cli_args *args, bool *only)
{
	size_t cnt, live_cnt = 0;
	const char *const *words = cli_values(args, "kernel", &cnt);

	for (size_t i = 0; i < cnt; i++)
		live_cnt += opened_is_live(words[i]);
	*only = live_cnt == cnt;
	return live_cnt || !cnt;
}

static struct error *read_options(struct gate *gate)
{
	static const char *const styles[] = {
#define STYLE_WORD(name, word, yes, no, unknown, error) word,
		REQUIRE_STYLES(STYLE_WORD)
	};
	static const char *const needs[] = {
#define NEED_WORD(name, word) word,
		REQUIRE_NEEDS(NEED_WORD)
	};
	static const char *const of_a_running_kernel[] = {"token", "attach", NULL};
	size_t style, on_unknown, need;
	struct error *error = require_read_word(
		gate, "exit-style", styles, REQUIRE_STYLE_CNT, REQUIRE_STYLE_PLAIN, &style);

	if (!error)
		error = require_read_word(gate, "on-unknown", unknown_words, ARRAY_SIZE(unknown_words),
			REQUIRE_UNKNOWN_KEEP, &on_unknown);
	if (!error)
		error = require_read_word(
			gate, "need", needs, REQUIRE_NEED_CNT, REQUIRE_NEED_ALL, &need);
	if (error)
		return error;
	gate->live = names_live(gate->args, &gate->live_only);
	gate->kernel_words = cli_values(gate->args, "kernel", &gate->word_cnt);
	error = gate->live ? NULL : cli_no_effect(gate->args, of_a_running_kernel, "with --kernel");
	if (error)
		return error;
	gate->format = cli_format(gate->args);
	gate->style = style;
	gate->on_unknown = on_unknown;
	gate->matrix.need = need;
	gate->quiet = cli_has(gate->args, "quiet");
	return NULL;
}

/* All but the running kernel, which cannot be probed any more once this process is confined. */
static struct error *read_kernels(struct gate *gate)
{
	struct error *error = NULL;

	for (size_t i = 0; i < gate->word_cnt && !error; i++) {
		if (!opened_is_live(gate->kernel_words[i]))
			error = require_open(&gate->opened, gate->kernel_words[i], gate->word_cnt == 1,
				&gate->words);
	}
	return error;
}

/*
 * The vocabulary's question about a type that kcompat's tables lack. A running kernel's BTF is read
 * for it, and then again with the other files.
 */
static enum tristate live_has_type(enum require_kind kind, const char *name)
{
	struct kernel kernel = {0};

	error_free(load_btf(&kernel, ""));
	enum tristate has = require_type_in_kernel(&kernel, NULL, kind, name);
	kernel_deinit(&kernel);
	return has;
}

/* No kernel may have it if the name is to be a mistake. */
static enum tristate gate_has_type(void *asked, enum require_kind kind, const char *name)
{
	const struct gate *gate = asked;
	const struct kernels *kernels = &gate->opened.kernels;
	enum tristate has = gate->live ? live_has_type(kind, name) : TRISTATE_NO;

	for (size_t i = 0; i < kernels->cnt && has != TRISTATE_YES; i++) {
		const struct snapshot *snapshot = kernels->list[i].snapshot;
		enum tristate one = require_type_in_kernel(
			opened_files(&gate->opened, snapshot), snapshot, kind, name);
		if (one != TRISTATE_NO && !kernels->list[i].live)
			has = one;
	}
	return has;
}

/* Names, each once. */
struct name_list {
	struct pool *pool;
	const char **list;
	size_t cnt, cap;
	bool failed;
};

static void add_name(struct name_list *names, const char *name)
{
	for (size_t i = 0; i < names->cnt; i++) {
		if (!strcmp(names->list[i], name))
			return;
	}
	const char **list = pool_grow(names->pool, names->list, names->cnt, &names->cap, sizeof(*list));
	names->failed |= !list;
	if (!list)
		return;
	names->list = list;
	list[names->cnt++] = name;
}

/* The features that the probe tests, and those of a snapshot, perhaps from a newer kcompat. */
static struct error *make_vocabulary(struct gate *gate)
{
	const struct kernels *kernels = &gate->opened.kernels;
	struct name_list features = {.pool = &gate->pool}, contexts = {.pool = &gate->pool};
	const struct snapshot_context *last = NULL;
	size_t capability_cnt;
	const char *const *capabilities = environment_capability_names(&capability_cnt);

	for (size_t i = 0; probe_feature_info(i); i++)
		add_name(&features, probe_feature_info(i)->name);
	for (size_t i = 0; i < kernels->cnt; i++) {
		const struct snapshot *snapshot = kernels->list[i].snapshot;
		for (size_t k = 0; k < snapshot->features.cnt; k++)
			add_name(&features, snapshot->features.list[k].name);
		/* Kernels of a history share their contexts. */
		for (size_t k = 0; k < snapshot->context_cnt && snapshot->contexts != last; k++)
			add_name(&contexts, snapshot->contexts[k].name);
		last = snapshot->contexts;
	}
	if (features.failed || contexts.failed)
		return error_no_memory();
	gate->vocabulary = (struct require_vocabulary) {
		.capabilities = capabilities,
		.capability_cnt = capability_cnt,
		.contexts = contexts.list,
		.context_cnt = contexts.cnt,
		.features = features.list,
		.feature_cnt = features.cnt,
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

static struct error *parse_file(struct gate *gate, const char *path, const struct buf *text,
	const struct require_vocabulary *vocabulary)
{
	size_t before = gate->list.cnt + gate->list.mistake_cnt;

	reading_begin(path);
	struct error *error = reading_end(path,
		require_parse_file(
			&gate->list, input_name(path), buf_text(text), text->len, vocabulary));
	/* A truncated, empty file must not open the gate. */
	if (!error && gate->list.cnt + gate->list.mistake_cnt == before)
		error = error_create(
			ERROR_USAGE, NULL, "%s: no requirement in it", input_name(path));
	return error;
}

static struct error *parse_all(struct gate *gate, const struct require_vocabulary *vocabulary)
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
		error = require_parse_argument(&gate->list, i + 1, operands[i], vocabulary);
	for (size_t i = 0; i < file_cnt && !error; i++)
		error = parse_file(gate, files[i], &gate->texts[i], vocabulary);
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
		error = parse_all(gate, &gate->vocabulary);
	if (!error)
		error = report_mistakes(&gate->list);
	if (!error &&
		(gate->format == CLI_FORMAT_ENV || gate->format == CLI_FORMAT_C ||
			gate->format == CLI_FORMAT_NFD))
		error = require_flag_check(&gate->list);
	return error;
}

static struct error *require_observe(struct gate *gate)
{
	struct error *error = asked_observe(
		&gate->running, gate->args, &gate->list, 0, cli_has(gate->args, "attach"));

	return error ? error
		     : kernels_add_snapshot(&gate->opened.kernels, "live",
			       asked_take_snapshot(&gate->running), true);
}

/*
 * The running kernel comes before the files of others. What their kernels would add to the vocabulary is
 * not known yet, so any name passes, and all is parsed again later.
 */
static struct error *observe_first(struct gate *gate)
{
	struct error *error = parse_all(gate, NULL);

	if (!error)
		error = report_mistakes(&gate->list);
	if (!error)
		error = require_observe(gate);
	/* The snapshot may borrow its texts. */
	gate->first = gate->list;
	gate->list = (struct require_list) {0};
	return error;
}

/* Several kernels, or formats that only a matrix has. */
static bool is_matrix(const struct gate *gate)
{
	return gate->matrix.cnt > 1 || gate->word_cnt > 1;
}

static struct error *except_kernels(struct gate *gate)
{
	size_t cnt, excepted = 0;
	const char *const *globs = cli_values(gate->args, "except", &cnt);

	for (size_t i = 0; i < gate->matrix.cnt && cnt; i++) {
		struct require_kernel *kernel = &gate->matrix.kernels[i];
		const char *release = kernel->scope.snapshot->kernel.release;
		kernel->excepted = glob_any(globs, cnt, kernel->name) ||
			(release && glob_any(globs, cnt, release));
		excepted += kernel->excepted;
	}
	return excepted && excepted == gate->matrix.cnt
		? error_create(ERROR_USAGE, "leave one out", "--except: every kernel is accepted, so nothing is asked")
		: NULL;
}

static struct error *render_flags(const struct gate *gate, struct buf *out)
{
	const struct require_matrix *matrix = &gate->matrix;
	const char *release = matrix->kernels[0].scope.snapshot->kernel.release;
	_cleanup_buf_ struct buf kernels = {0};
	struct require_answer merged = {0};
	const struct require_answer *answer = &matrix->kernels[0].answer;
	struct error *error = NULL;

	if (is_matrix(gate)) {
		error = require_matrix_merge(matrix, &merged);
		answer = &merged;
		buf_printf(&kernels, "%zu kernels", matrix->cnt);
	} else {
		buf_printf(&kernels, "Kernel %s", release ? release : "of unknown release");
	}
	if (!error && gate->format == CLI_FORMAT_ENV)
		render_require_env(&gate->list, answer, out);
	else if (!error)
		render_require_c(&gate->list, answer, buf_text(&kernels), out);
	require_answer_deinit(&merged);
	return error;
}

static struct error *render_text(const struct gate *gate, struct buf *out)
{
	const struct require_kernel *first = &gate->matrix.kernels[0];

	if (gate->style == REQUIRE_STYLE_NAGIOS && is_matrix(gate))
		render_matrix_nagios(&gate->matrix, out);
	else if (gate->style == REQUIRE_STYLE_NAGIOS)
		render_require_nagios(&gate->list, &first->answer, first->settled, out);
	if (gate->quiet)
		return NULL;
	if (is_matrix(gate))
		return render_matrix_text(&gate->matrix, cli_width(), out);
	/* What another program reads has a line for each requirement. */
	bool folds = cli_is_on_terminal() && !cli_value(gate->args, "output");
	render_require_text(&gate->list, &first->answer, folds ? cli_width() : SIZE_MAX, out);
	return NULL;
}

static struct error *render_nfd(const struct gate *gate, struct buf *out)
{
	return is_matrix(gate) ? error_create(ERROR_USAGE, "ask one kernel",
					 "--format=nfd: labels are of one node, and %zu kernels are asked",
					 gate->matrix.cnt)
			       : render_matrix_nfd(&gate->matrix, out);
}

static struct error *require_render(const struct gate *gate, struct buf *out)
{
	const struct require_matrix *matrix = &gate->matrix;
	const struct require_kernel *first = &matrix->kernels[0];
	bool lines = gate->format == CLI_FORMAT_JSONL;

	switch (gate->format) {
	case CLI_FORMAT_JSON:
	case CLI_FORMAT_JSONL:
		if (!is_matrix(gate))
			render_require_json(&gate->list, &first->answer, &first->scope,
				first->settled, lines, out);
		else if (lines)
			render_matrix_jsonl(matrix, out);
		else
			render_matrix_json(matrix, out);
		return NULL;
	case CLI_FORMAT_ENV:
	case CLI_FORMAT_C:
		return render_flags(gate, out);
	case CLI_FORMAT_MD:
		return render_matrix_markdown(matrix, out);
	case CLI_FORMAT_CSV:
		render_matrix_csv(matrix, out);
		return NULL;
	case CLI_FORMAT_JUNIT:
		render_matrix_junit(matrix, out);
		return NULL;
	case CLI_FORMAT_SARIF:
		return render_matrix_sarif(matrix, out);
	case CLI_FORMAT_GITHUB:
		return render_matrix_github(matrix, out);
	case CLI_FORMAT_PROMETHEUS:
		render_matrix_prometheus(matrix, out);
		return NULL;
	case CLI_FORMAT_NFD:
		return render_nfd(gate, out);
	default:
		return render_text(gate, out);
	}
}

static struct error *cli_require_answer(struct gate *gate, int *status)
{
	_cleanup_output_ struct output out = {0};
	struct require_matrix *matrix = &gate->matrix;
	struct error *error = require_list_kernels(&gate->opened,
		gate->live ? &gate->running.kernel : NULL, &gate->words, &matrix->pool,
		&matrix->kernels, &matrix->cnt);

	matrix->list = &gate->list;
	if (!error)
		error = except_kernels(gate);
	if (!error)
		error = require_ask_kernels(
			&gate->opened, &gate->words, gate->on_unknown, matrix);
	if (!error)
		error = require_render(gate, &out.text);
	if (!error)
		error = output_finish(&out, cli_value(gate->args, "output"));
	if (!error)
		*status = require_exit_status(gate->style, matrix->value);
	return error;
}

static struct error *require_run(const struct cli_args *args, int *status)
{
	if (cli_has(args, "from-object")) {
		cli_confine(args);
		*status = STATUS_OK;
		return require_from_objects(args);
	}
	__attribute__((cleanup(gate_deinit))) struct gate gate = {.args = args};
	struct error *error = read_options(&gate);

	if (!error)
		error = read_texts(&gate);
	if (!error && gate.live && !gate.live_only)
		error = observe_first(&gate);
	if (!error)
		cli_confine(args);
	if (!error)
		error = read_kernels(&gate);
	if (!error)
		error = read_requirements(&gate);
	if (!error && gate.live && gate.live_only)
		error = require_observe(&gate);
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
	{"from-object",
		(const char *const[]) {"file", "kernel", "need", "except", "attach", "on-unknown", "format",
			"json", "markdown", "token", "quiet", NULL}},
	{"quiet", (const char *const[]) {"format", "output", NULL}},
};

static const struct cli_option options[] = {
	{'f', "file", "FILE...", "read requirements from FILE, one per line; - is standard input"},
	{0, "from-object", "FILE...",
		"print the requirements of the BPF object in FILE, as --file reads them, and ask no kernel"},
	{'k', "kernel", "KERNEL...",
		"ask KERNEL instead of the running one: " KERNEL_HELP "; - is a snapshot on standard "
		"input; several kernels give a matrix"},
	{0, "need", "all|any|each:version|each:arch|each:flavor",
		"which of several kernels must satisfy the requirements: all (the default), one of them, or "
		"one of each version, architecture or flavor"},
	{0, "except", "GLOB...", "show the kernels of these names, and accept whatever they lack"},
	{0, "attach", NULL,
		"for attach:SECTION/TARGET, really attach a program that does nothing, and detach it"},
	{0, "on-unknown", "pass|fail", "treat unknown as satisfied or as missing"},
	{0, "exit-style", "plain|systemd|nagios|report",
		"exit status: plain (the default), systemd (for ExecCondition=), nagios, or report (0 for "
		"every answer); see below"},
	CLI_FORMAT_OPTION("text|json|jsonl|md|csv|env|c|junit|sarif|github|prometheus|nfd",
		"text (the default), json (schema kcompat/require/1; of several kernels kcompat/matrix/1), "
		"jsonl (kcompat/require/1, a line for each kernel), md, csv, env (assignments for eval in a "
		"shell), c (#define lines), or what another program reads: junit, sarif, github "
		"(annotations), prometheus (textfile collector), nfd (labels of a Kubernetes node)"),
	CLI_JSON_OPTION,
	CLI_MARKDOWN_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_TOKEN_OPTION,
	{'q', "quiet", NULL, "print nothing but errors"},
	CLI_VERBOSE_OPTION,
};

/* The running kernel is asked here: only an answer from a file needs another process. */
static struct error *require_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt, word_cnt, object_cnt;
	const char *const *files = cli_values(args, "file", &cnt);
	const char *const *objects = cli_values(args, "from-object", &object_cnt);
	const char *const *words = cli_values(args, "kernel", &word_cnt);
	bool only, live = names_live(args, &only);
	struct error *error = NULL;

	for (size_t i = 0; i < object_cnt && !error; i++)
		error = foreign_add(foreign, &foreign->inputs, objects[i]);
	if (error || (live && only))
		return error ? error : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
	for (size_t i = 0; i < word_cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	for (size_t i = 0; i < cnt && !error; i++)
		error = foreign_add(foreign, &foreign->inputs, files[i]);
	/* The types of a snapshot's build. */
	if (!error)
		error = shipped_reads(foreign);
	/*
	 * A process for it would take ten milliseconds: the time of a whole gate. A process that is
	 * confined writes no file, so a gate that writes one has another.
	 */
	foreign->in_place = !cli_value(args, "output") && !live;
	return error ? error
		     : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

const struct command cmd_require = {
	.name = "require",
	.summary = "check requirements on one kernel or on many",
	.usage = "[OPTION]... [REQUIREMENT]...",
	.description =
		"Asks the running kernel, snapshots or images, only about the given requirements. The exit status "
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
		  "  enum:NAME[.VALUE]  enumerator:NAME  field:STRUCT.MEMBER[:TYPE]  var:NAME\n"
		  "  config:CONFIG_OPTION[=VALUE]  cap:CAP_NAME  sysctl:NAME[=VALUE]\n"
		  "  active-lsm:NAME\n"
		  "  any(A, B, ...)  all(A, B, ...)  not(A)\n"
		  "  ?A is optional: it is reported, but never fails the gate\n"
		  "  NAME = A sets the name of the flag for --format=env and --format=c\n"
		  "\n"
		  "Exit status:    satisfied  missing  unknown  error\n"
		  "  plain                 0        1        3      2\n"
		  "  systemd               0        1        3    255\n"
		  "  nagios                0        2        3      3\n"
		  "  report                0        0        0      2\n"
		  "\n"
		  "Examples:\n"
		  "  kcompat require 'kfunc:bpf_arena_free_pages@lsm.s' 'map:arena'\n"
		  "  kcompat require -k amd64-6.12-cloud 'kfunc:bpf_dynptr_from_skb@xdp'\n"
		  "  kcompat require -f agent.req --exit-style=systemd\n"
		  "  kcompat require -f agent.req -k shipped --need=each:version\n"
		  "  eval \"$(kcompat require --format=env -f features.req)\"\n",
	.run = require_run,
	.reads = require_reads,
	.error_status = error_status,
};
