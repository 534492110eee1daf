/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "cli/show_matches.h"
#include "cli/show_missing.h"
#include "kernel/context.h"
#include "snapshot/history/history.h"
#include "render/render.h"
#include "util/array.h"
#include "util/glob.h"

static const struct cli_option options[] = {
	{'k', "kernel", "KERNEL...",
		"use KERNEL instead of the running kernel and all shipped ones: " KERNEL_HELP},
	{'b', "baseline", "KERNEL",
		"compare architectures and flavors with KERNEL: a name such as amd64-6.12-cloud, a release, "
		"or the name of a file"},
	{'a', "arch", "ARCH",
		"in text, the architecture of the kernels in the table: amd64, arm64, ...; default: that of this "
		"machine"},
	CLI_FORMAT_OPTION("text|json|jsonl|md",
		"text (the default), json (schema kcompat/show/1), jsonl (the same) or md (Markdown, in the form "
		"of published function reports)"),
	CLI_JSON_OPTION,
	CLI_MARKDOWN_OPTION,
	{'d', "deep", NULL, "also list added and removed callers, all that moved, and all that matches a glob"},
	CLI_OUTPUT_OPTION,
	{0, "pack", NULL,
		"print everything that the kernels know as one history; takes no NAME; show reads a name from "
		"a history in milliseconds"},
	CLI_PAGER_OPTION,
	CLI_VERBOSE_OPTION,
};

static const struct cli_clash clashes[] = {
	{"pack", (const char *const[]) {"format", "deep", "baseline", NULL}},
};

struct session {
	const struct cli_args *args;
	struct pool pool;
	const char **names; /* as given */
	size_t name_cnt;
	const char **globs; /* the names to read, and the names that their answers depend on */
	size_t glob_cnt;
	bool all_calls;
	const char **contexts; /* the only ones that are asked about; none: all */
	size_t context_cnt, context_cap;
	const char *arch;
	struct opened opened;
	struct history *history;
	struct subjects subjects;
	struct type_subject **types; /* by name; of all kernels that are stored */
	size_t *type_cnts, type_cnt;
	size_t *match_cnts; /* of the names that are globs */
};

static void show_session_deinit(struct session *session)
{
	subjects_deinit(&session->subjects);
	history_destroy(session->history);
	opened_deinit(&session->opened);
	pool_destroy(&session->pool);
}

static bool add_context(struct session *session, const char *name)
{
	const char **contexts = pool_grow(&session->pool, session->contexts, session->context_cnt,
		&session->context_cap, sizeof(*contexts));

	if (!contexts || !name)
		return false;
	session->contexts = contexts;
	contexts[session->context_cnt++] = name;
	return true;
}

/* "xdp" of the word or of BPF_PROG_TYPE_XDP; PROG_TYPE_CNT: no program type. */
static uint32_t program_type_of(const char *name)
{
	for (uint32_t type = 0; type < PROG_TYPE_CNT; type++) {
		const char *word = prog_type_word(type);
		if (word && (!strcmp(word, name) || prog_type_has_enumerator(word, name)))
			return type;
	}
	return PROG_TYPE_CNT;
}

/* An iterator and a struct of operations each have a context of their own. */
static bool add_contexts_of(struct session *session, uint32_t type)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		bool expands = row->target == TARGET_ITER || row->target == TARGET_STRUCT_OPS;
		if (row->prog_type == (enum prog_type)type &&
			!add_context(session, expands ? pool_printf(&session->pool, "%s/*", row->name) : row->name))
			return false;
	}
	return true;
}

/* For a program type and a context, every call of their programs is shown. */
static struct error *read_programs(struct session *session, const char *name, bool *names_programs)
{
	char context[256];
	uint32_t type = program_type_of(name);
	bool named = context_canonical(name, context, sizeof(context));

	*names_programs = type != PROG_TYPE_CNT || named;
	if (type != PROG_TYPE_CNT) {
		session->globs[session->glob_cnt - 1] = prog_type_word(type);
		if (!add_contexts_of(session, type))
			return error_no_memory();
	}
	if (named && !add_context(session, pool_strdup(&session->pool, context)))
		return error_no_memory();
	return NULL;
}

static struct error *show_read_names(struct session *session)
{
	const char *const *operands = cli_operands(session->args, &session->name_cnt);
	size_t cnt = session->name_cnt, program_cnt = 0;
	struct error *error = NULL;

	session->names = pool_calloc(&session->pool, cnt, sizeof(*session->names));
	session->globs = pool_calloc(&session->pool, cnt + 1, sizeof(*session->globs));
	if (!session->names || !session->globs)
		return error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++) {
		bool programs = false;
		session->names[i] = session->globs[session->glob_cnt++] = operands[i];
		error = read_programs(session, operands[i], &programs);
		program_cnt += programs;
	}
	session->all_calls = program_cnt > 0;
	/* Another name is asked in all contexts, and the running kernel about every name. */
	if (program_cnt < cnt) {
		session->context_cnt = 0;
		if (program_cnt)
			session->globs[0] = "*";
	}
	/* The absence of a kfunc depends on whether any kfunc can be called. */
	session->globs[session->glob_cnt++] = FEATURE_KFUNC_CALLS;
	return error;
}

static struct error *show_open_kernels(struct session *session, const struct history_wanted *wanted)
{
	size_t cnt;
	const char *const *words = cli_values(session->args, "kernel", &cnt);
	/* A history is made of snapshots. */
	session->opened.with_shipped_store = wanted->names && !cli_has(session->args, "pack");
	if (cnt)
		return opened_add_words(&session->opened, session->args, words, cnt, wanted);
	struct error *error = opened_add(&session->opened, "live", wanted);
	if (!error)
		error = shipped_add(&session->opened.kernels, wanted, false);
	return error ? error : opened_add_shipped_store(&session->opened, NULL, wanted);
}

static bool is_found(const struct session *session, const char *name)
{
	for (size_t i = 0; i < session->subjects.cnt; i++) {
		const struct subject *subject = &session->subjects.list[i];
		if (!fnmatch(name, subject->name, 0) ||
			(subject->kind == SUBJECT_PROGRAM_TYPE && prog_type_has_enumerator(subject->name, name)))
			return true;
	}
	for (size_t i = 0; i < session->name_cnt; i++) {
		if ((session->type_cnts[i] || session->match_cnts[i]) && !strcmp(session->names[i], name))
			return true;
	}
	return false;
}

/* The nearest name of all kernels, except the running one: it is not probed for this. */
static struct error *suggest(struct session *session, const struct missing_name *missing)
{
	const struct history_wanted all = {.only_names = true};
	struct opened *opened = &session->opened;
	_cleanup_buf_ struct buf line = {0};
	const char *near = NULL;
	bool given = cli_has(session->args, "kernel");
	struct error *error = NULL;

	opened_deinit(opened);
	if (given)
		error = show_open_kernels(session, &all);
	else
		error = shipped_add(&opened->kernels, &all, false);
	if (!error)
		near = subjects_suggest(&opened->kernels, missing->name, SUBJECT_KINDS_ALL);
	if (!error)
		missing_name_describe(missing, near, &line);
	if (!error)
		cli_say("%s", buf_text(&line));
	return error;
}

static struct error *find_missing(struct session *session, struct missing_name *missing, size_t *cnt)
{
	struct error *error = NULL;

	for (size_t i = 0; !error && i < session->name_cnt; i++) {
		if (!is_found(session, session->names[i]))
			error = missing_name_judge(session->history, &session->opened,
				session->names[i], &session->pool, &missing[(*cnt)++]);
	}
	return error;
}

/* Comes last because it reads the kernels again. */
static struct error *report_missing(struct session *session, int *status)
{
	struct missing_name *missing =
		pool_calloc(&session->pool, session->name_cnt, sizeof(*missing));
	size_t cnt = 0, absent_cnt = 0;
	struct error *error =
		missing ? find_missing(session, missing, &cnt) : error_no_memory();

	history_destroy(session->history);
	session->history = NULL;
	for (size_t i = 0; !error && i < cnt; i++) {
		absent_cnt += missing[i].absent;
		error = suggest(session, &missing[i]);
	}
	/* As for require: a proved no counts before an unknown. An unreadable file counts before both. */
	if (!error && cnt && *status == STATUS_OK)
		*status = absent_cnt ? STATUS_MISSING : STATUS_UNKNOWN;
	return error;
}

static struct error *render_one(struct session *session, const struct subject *subject,
	const struct show_options *options, struct output *out)
{
	const struct history *history = session->history;

	if (cli_prints_json(session->args))
		return render_json_show_subject(
			history, subject, options, subject == session->subjects.list, &out->text);
	if (!output_is_empty(out))
		buf_putc(&out->text, '\n');
	return cli_format(session->args) == CLI_FORMAT_MD
		? render_show_markdown(history, subject, options, &out->text)
		: render_show_text(history, subject, options, &out->text);
}

static struct error *find_types(struct session *session)
{
	struct error *error = NULL;

	session->types = pool_calloc(&session->pool, session->name_cnt, sizeof(*session->types));
	session->type_cnts = pool_calloc(&session->pool, session->name_cnt, sizeof(*session->type_cnts));
	session->match_cnts = pool_calloc(&session->pool, session->name_cnt, sizeof(*session->match_cnts));
	if (!session->types || !session->type_cnts || !session->match_cnts)
		return error_no_memory();
	for (size_t i = 0; i < session->name_cnt && !error; i++) {
		if (!glob_recognise(session->names[i]))
			error = types_find(session->history, session->names[i], &session->pool,
				&session->types[i], &session->type_cnts[i]);
		session->type_cnt += error ? 0 : session->type_cnts[i];
	}
	return error;
}

static struct error *render_type(struct session *session, const struct type_subject *type,
	const struct show_options *options, bool first, struct output *out)
{
	bool markdown = cli_format(session->args) == CLI_FORMAT_MD;

	if (cli_prints_json(session->args))
		return render_json_show_type(session->history, type, first, &out->text);
	if (!output_is_empty(out))
		buf_putc(&out->text, '\n');
	return markdown ? render_show_type_markdown(session->history, type, options, &out->text)
			: render_show_type_text(session->history, type, options, &out->text);
}

static struct error *render_types(
	struct session *session, const struct show_options *options, struct output *out)
{
	struct error *error = NULL;
	bool first = true;

	for (size_t i = 0; i < session->name_cnt && !error; i++) {
		for (size_t k = 0; k < session->type_cnts[i] && !error; k++) {
			error = render_type(session, &session->types[i][k], options, first, out);
			first = false;
			if (!error)
				error = output_relieve(out);
		}
	}
	return error;
}

/* *begun: the JSON has a part. */
static struct error *render_matches(
	struct session *session, const struct show_options *options, struct output *out, bool *begun)
{
	struct show_matches matches = {.history = session->history, .options = options, .shown = &session->subjects,
		.args = session->args, .out = out, .json_begun = *begun, .json_first = true};
	struct error *error = NULL;

	for (size_t i = 0; i < session->name_cnt && !error; i++) {
		if (glob_recognise(session->names[i]))
			error = show_matches_print(&matches, session->names[i], &session->match_cnts[i]);
	}
	*begun = matches.json_begun;
	return error;
}

/* One after another: a glob may match every function of a kernel. */
static struct error *show_render(struct session *session, struct output *out)
{
	const struct show_options options = {
		.width = cli_width(), .deep = cli_has(session->args, "deep"), .arch = session->arch};
	bool json = cli_prints_json(session->args) && (session->subjects.cnt || session->type_cnt);
	struct error *error = json ? render_json_show_begin(session->history, &out->text) : NULL;

	for (size_t i = 0; i < session->subjects.cnt && !error; i++) {
		error = render_one(session, &session->subjects.list[i], &options, out);
		if (!error)
			error = output_relieve(out);
	}
	if (!error)
		error = render_types(session, &options, out);
	if (!error)
		error = render_matches(session, &options, out, &json);
	if (json && cli_prints_json(session->args))
		render_json_show_end(&out->text);
	return error;
}

static struct error *show_print(struct session *session, struct output *out)
{
	if (output_is_empty(out))
		return NULL;
	return output_finish(out, cli_value(session->args, "output"));
}

/* Without --arch it is that of this machine, if one of the kernels has it. */
static struct error *choose_arch(struct session *session)
{
	const char *given = cli_value(session->args, "arch");
	const struct history *history = session->history;
	_cleanup_buf_ struct buf others = {0};
	struct utsname host;

	if (!given && !uname(&host))
		session->arch = pool_strdup(&session->pool, kernel_arch_name(host.machine));
	if (!given)
		return NULL;
	session->arch = kernel_arch_name(given);
	for (size_t i = 0; i < history->row_cnt; i++) {
		const char *arch = history->rows[i].arch;
		bool again = false;
		if (!strcmp(arch, session->arch))
			return NULL;
		for (size_t k = 0; k < i; k++)
			again |= !strcmp(history->rows[k].arch, arch);
		if (!again)
			buf_printf(&others, "%s%s", i ? ", " : "", arch);
	}
	return error_create(ERROR_NOT_FOUND, NULL, "--arch=%s: none of the kernels has it; they have %s", given,
		buf_text(&others));
}

static struct error *show_show(struct session *session, int *status)
{
	const struct history_wanted wanted = {.names = session->globs, .name_cnt = session->glob_cnt,
		.all_calls = session->all_calls, .contexts = session->contexts, .context_cnt = session->context_cnt};
	_cleanup_output_ struct output out = {0};

	session->opened.live_contexts = session->contexts;
	session->opened.live_context_cnt = session->context_cnt;
	struct error *error = show_open_kernels(session, &wanted);
	if (!error)
		error = history_create(&session->opened.kernels,
			cli_value(session->args, "baseline"), &session->history);
	if (!error)
		error = choose_arch(session);
	if (!error)
		error = subjects_find(
			session->history, session->names, session->name_cnt, &session->subjects);
	if (!error)
		error = find_types(session);
	if (!error)
		error = show_render(session, &out);
	if (!error)
		error = show_print(session, &out);
	if (!error)
		*status = opened_complain(&session->opened) ? STATUS_ERROR : STATUS_OK;
	return error ? error : report_missing(session, status);
}

static struct error *pack_entry(
	struct session *session, const struct kernel_entry *entry, struct history_kernel *ret)
{
	const char *slash = entry->path ? strrchr(entry->path, '/') : NULL;
	char tail[HISTORY_TAIL_DIGITS + 1];
	struct error *error = NULL;

	*ret = (struct history_kernel) {.name = entry->name, .snapshot = entry->snapshot};
	if (!entry->path || !strcmp(entry->path, "-"))
		return NULL;
	ret->file = slash ? slash + 1 : entry->path;
	error = kernels_identify(entry->path, &ret->size_bytes, tail);
	if (!error)
		ret->tail = pool_strdup(&session->pool, tail);
	return error || ret->tail ? error : error_no_memory();
}

/* Complete or not at all: a reader would trust a history that lacks a kernel. */
static struct error *pack(struct session *session, int *status)
{
	const struct history_wanted all = {0};
	const struct kernels *kernels = &session->opened.kernels;
	_cleanup_output_ struct output out = {0};
	struct error *error = show_open_kernels(session, &all);
	struct history_kernel *list =
		pool_calloc(&session->pool, kernels->cnt, sizeof(*list));

	if (!error && opened_complain(&session->opened))
		error = error_create(ERROR_INPUT, NULL, "not all kernels could be read: no output");
	if (!error && !list)
		error = error_no_memory();
	for (size_t i = 0; !error && i < kernels->cnt; i++)
		error = pack_entry(session, &kernels->list[i], &list[i]);
	if (!error)
		error = render_json_history(list, kernels->cnt, &out.text);
	if (!error)
		error = show_print(session, &out);
	if (!error)
		*status = STATUS_OK;
	return error;
}

static struct error *show_check_usage(const struct session *session)
{
	bool packs = cli_has(session->args, "pack");

	if (packs && session->name_cnt)
		return error_create(ERROR_USAGE, NULL, "--pack packs all names and takes no NAME");
	if (!packs && !session->name_cnt)
		return error_create(ERROR_USAGE, "such as bpf_arena_alloc_pages, or 'tcp_*'; see kcompat "
			"show --help", "no name given");
	for (size_t i = 0; i < session->name_cnt; i++) {
		if (!*session->names[i])
			return error_create(ERROR_USAGE, NULL, "an empty NAME");
	}
	return NULL;
}

static struct error *show_run(const struct cli_args *args, int *status)
{
	__attribute__((cleanup(show_session_deinit))) struct session session = {.args = args};
	struct error *error = show_read_names(&session);

	if (!error)
		error = show_check_usage(&session);
	if (error)
		return error;
	return cli_has(args, "pack") ? pack(&session, status) : show_show(&session, status);
}

static struct error *show_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt;
	const char *const *words = cli_values(args, "kernel", &cnt);
	struct error *error = NULL;

	foreign->spools = true;
	for (size_t i = 0; i < cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	return error ? error
		     : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

const struct command cmd_show = {
	.name = "show",
	.summary = "show a name on many kernels, and what changed",
	.usage = "[OPTION]... NAME...",
	.description =
		"Prints everything known about a kfunc, helper, program type, context, feature, kernel "
		"function, type or TYPE.MEMBER, enumerator, variable, tracepoint, LSM hook or system call. By default it uses the running kernel and the shipped snapshots of several "
		"versions, architectures and flavors. NAME may be a glob: types and functions then have a line each. If a name exists in several kinds, "
		"all are shown.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.operand = "NAME",
	.pages = true,
	.epilog = "Exit status: 0 every name was found; 1 no kernel has one of them; 3 a name was\n"
		  "not found, and some kernels hold nothing about it; 2 error.\n\n"
		  "Examples:\n"
		  "  kcompat show bpf_arena_free_pages\n"
		  "  kcompat show -k shipped task_struct.__state openat 'tcp_sock*'\n"
		  "  kcompat show --markdown -k shipped bpf_mem_alloc_destroy\n"
		  "  kcompat show -k 6.1.json.gz -k vmlinuz-6.12 'bpf_cpumask_*'\n",
	.run = show_run,
	.reads = show_reads,
};
