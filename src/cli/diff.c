/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/diff_types.h"
#include "cli/kernels.h"
#include "cli/near.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "cli/parts.h"
#include "render/render.h"
#include "util/array.h"

static const struct cli_option options[] = {
	{'n', "name", "GLOB...", "compare only names that match"},
	CLI_ONLY_OPTION("compare only",
		", tracepoints, lsm_hooks, syscalls, structs, unions, enums, typedefs, variables"),
	{'e', "exit-code", NULL, "exit with 1 if something changed, as git diff does"},
	{'q', "quiet", NULL, "print nothing; implies --exit-code"},
	{'d', "deep", NULL, "list added and removed callers of functions"},
	CLI_FORMAT_OPTION("text|json|jsonl",
		"text (the default), json (schema kcompat/diff/1) or jsonl (the same)"),
	CLI_JSON_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_PAGER_OPTION,
	CLI_VERBOSE_OPTION,
};

static const struct cli_clash clashes[] = {
	{"quiet", (const char *const[]) {"format", "output", NULL}},
};

struct session {
	const struct cli_args *args;
	struct pool pool;
	unsigned int kinds; /* mask of 1u << enum subject_kind */
	struct diff_sides types;
	struct diff_types shown_types;
	const char **globs; /* NULL: all names */
	size_t glob_cnt;
	struct opened sides[2];
	size_t problem_cnt; /* files of their directories that could not be read */
	struct history *history;
	struct subjects subjects;
	struct differences differences;
};

static void diff_session_deinit(struct session *session)
{
	differences_deinit(&session->differences);
	subjects_deinit(&session->subjects);
	diff_sides_deinit(&session->types);
	history_destroy(session->history);
	opened_deinit(&session->sides[0]);
	opened_deinit(&session->sides[1]);
	pool_destroy(&session->pool);
}

/* The words of both kinds of kinds: parts of a snapshot, and types. Functions are both. */
static struct error *read_kinds(struct session *session)
{
	static const char *const deep[] = {"deep", NULL};
	const char *words[SUBJECT_KIND_CNT + DIFF_TYPE_KIND_CNT];
	size_t cnt;
	unsigned int mask, all = (1u << SUBJECT_KIND_CNT) - 1;

	for (enum subject_kind kind = 0; kind < SUBJECT_KIND_CNT; kind++)
		words[kind] = part_word(subject_kind_word(kind));
	for (size_t i = 0; i < DIFF_TYPE_KIND_CNT; i++)
		words[SUBJECT_KIND_CNT + i] = pool_printf(&session->pool, "%ss", type_kind_word(diff_type_kinds[i]));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!words[i])
			return error_no_memory();
	}
	struct error *error = parts_read(session->args, &session->pool, words, ARRAY_SIZE(words), &mask);
	if (error)
		return error;
	session->kinds = mask & all;
	cli_values(session->args, "name", &cnt);
	bool only = cli_has(session->args, "only");
	session->shown_types.summary = !only && !cnt;
	session->shown_types.deep = cli_has(session->args, "deep");
	session->shown_types.listed = diff_types_listed(mask >> SUBJECT_KIND_CNT, session->kinds, only, cnt);
	return session->kinds & 1u << SUBJECT_FUNCTION || session->shown_types.listed
		? NULL
		: cli_no_effect(session->args, deep, "without functions and types");
}

/* Besides the names, reads the facts that decide whether the absence of a kfunc is proof. */
static struct error *read_globs(struct session *session)
{
	size_t cnt;
	const char *const *names = cli_values(session->args, "name", &cnt);

	if (!cnt)
		return NULL;
	for (size_t i = 0; i < cnt; i++) {
		struct error *error = near_requirement_error("diff -n", names[i]);
		if (error)
			return error;
	}
	session->globs = pool_calloc(&session->pool, cnt + 1, sizeof(*session->globs));
	if (!session->globs)
		return error_no_memory();
	memcpy(session->globs, names, cnt * sizeof(*names));
	session->globs[cnt] = FEATURE_KFUNC_CALLS;
	session->glob_cnt = cnt;
	return NULL;
}

/* One build, from any number of files. */
static struct error *check_side(const struct opened *side, const char *word)
{
	const struct kernels *kernels = &side->kernels;

	if (!kernels->cnt)
		return error_create(ERROR_NOT_FOUND, NULL, "%s: no kernel in it", word);
	for (size_t i = 1; i < kernels->cnt; i++) {
		if (!history_is_same_build(&kernels->list[0].snapshot->kernel,
			    &kernels->list[i].snapshot->kernel))
			return error_create(ERROR_USAGE, "name one of them",
				"%s: more than one kernel in it", word);
	}
	return NULL;
}

/* Observations of a build come before predictions of it. */
static struct error *add_probed(
	const char *word, const char *path, const struct history_wanted *wanted, struct opened *side)
{
	struct kernels *kernels = &side->kernels;
	struct error *error = opened_add(side, path, wanted);

	if (!error && !history_is_same_build(&kernels->list[0].snapshot->kernel,
			      &kernels->list[kernels->cnt - 1].snapshot->kernel))
		cli_say("%s: the probed snapshot is of another build and is not used", word);
	return error;
}

static struct error *add_shipped(struct session *session, const char *word,
	const struct history_wanted *wanted, struct opened *side)
{
	struct shipped_paths paths;
	struct error *error = shipped_choose(&session->pool, word, &paths);

	if (!error)
		error = opened_add(side, paths.predicted ? paths.predicted : paths.probed, wanted);
	if (error || !paths.predicted || !paths.probed)
		return error;
	return add_probed(word, paths.probed, wanted, side);
}

static struct error *open_side(struct session *session, const char *word, struct opened *side)
{
	const struct history_wanted wanted = {
		.names = session->globs, .name_cnt = session->globs ? session->glob_cnt + 1 : 0};
	bool named = kernel_word_of(word) == KERNEL_WORD_NAME;
	struct error *error = named ? add_shipped(session, word, &wanted, side)
				    : opened_add(side, word, &wanted);

	/* Of a name, a probe of another build is left out. */
	return error || named ? error : check_side(side, word);
}

static struct error *open_sides(struct session *session)
{
	size_t cnt;
	const char *const *words = cli_operands(session->args, &cnt);
	struct error *error = NULL;

	if (cnt != 2)
		return error_create(ERROR_USAGE, "see kcompat diff --help",
			"two kernels are compared, %zu given", cnt);
	/* As opened_add_words(): a running kernel comes first. */
	for (int i = 0; i < 2 && !error; i++) {
		if (opened_is_live(words[i]))
			error = open_side(session, words[i], &session->sides[i]);
		if (!error && opened_is_live(words[i]) && session->shown_types.listed)
			error = diff_sides_read_live(&session->types, i);
	}
	cli_confine(session->args);
	for (int i = 0; i < 2 && !error; i++) {
		if (!opened_is_live(words[i]))
			error = open_side(session, words[i], &session->sides[i]);
	}
	for (int i = 0; i < 2 && !error; i++)
		session->problem_cnt += opened_complain(&session->sides[i]);
	return error ? error
		     : history_create_pair(&session->sides[0].kernels, &session->sides[1].kernels,
			       &session->history);
}

static struct error *diff_compare(struct session *session)
{
	const char *const all = "*";
	struct error *error = open_sides(session);

	if (!error)
		error = subjects_find(session->history,
			session->globs ? session->globs : &(const char *) {all},
			session->globs ? session->glob_cnt : 1, &session->subjects);
	if (!error)
		error = compare_history(session->history, &session->subjects, session->kinds,
			cli_has(session->args, "deep"), &session->differences);
	for (size_t i = 0; i < 2 && !error && session->shown_types.listed; i++)
		error = diff_sides_read(
			&session->types, i, &session->sides[i], session->history->rows[i].label);
	if (!error && session->shown_types.listed)
		error = diff_sides_compare(
			&session->types, session->globs, session->glob_cnt, &session->shown_types);
	if (!error)
		diff_sides_drop(&session->types, &session->differences);
	return error;
}

static struct error *diff_print(struct session *session)
{
	const struct differences *differences = &session->differences;
	const char *path = cli_value(session->args, "output");
	const struct diff_types *types = session->shown_types.listed ? &session->shown_types : NULL;
	_cleanup_buf_ struct buf out = {0};
	struct error *error = NULL;

	if (cli_has(session->args, "quiet"))
		return NULL;
	if (cli_prints_json(session->args))
		error = render_json_diff(session->history, differences->list, differences->cnt, types, &out);
	else
		render_diff_text(session->history, differences, types, cli_width(), &out);
	if (!error && out.failed)
		error = error_no_memory();
	if (error)
		return error;
	return path ? output_write(path, out.data, out.len) : cli_print(&out);
}

/* Does a subject of the wanted kinds have the name? */
static struct error *is_matched(const struct session *session, const char *glob, bool *ret)
{
	struct subjects subjects = {0};
	struct error *error = subjects_find(session->history, &glob, 1, &subjects);

	*ret = false;
	for (size_t i = 0; i < subjects.cnt && !error; i++)
		*ret |= (session->kinds >> subjects.list[i].kind) & 1;
	subjects_deinit(&subjects);
	return error;
}

/* Reads all names of a kernel, except of the running one: it is not probed for this. */
static struct error *suggest_of(
	struct session *session, const char *word, const char *name, const char **ret)
{
	_cleanup_opened_ struct opened side = {0};

	*ret = NULL;
	if (opened_is_live(word) || !strcmp(word, "-"))
		return NULL;
	struct error *error = open_side(session, word, &side);
	const char *near = error ? NULL : subjects_suggest(&side.kernels, name, session->kinds);
	if (near && !(*ret = pool_strdup(&session->pool, near)))
		error = error_no_memory();
	return error;
}

static struct error *diff_report_unmatched(struct session *session, const char *name)
{
	size_t cnt;
	const char *const *words = cli_operands(session->args, &cnt);
	_cleanup_buf_ struct buf text = {0};
	const char *near = NULL;
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !near && !error; i++)
		error = suggest_of(session, words[i], name, &near);
	near_put(&text, near);
	if (!error)
		cli_say("%s: neither kernel is known to have it%s", name, buf_text(&text));
	return error;
}

/* Comes last because it reads the kernels again, for all names. */
static struct error *diff_check_names(struct session *session, int *status)
{
	size_t cnt;
	const char *const *names = cli_values(session->args, "name", &cnt);
	struct error *error = NULL;

	session->globs = NULL;
	for (size_t i = 0; i < cnt && !error; i++) {
		bool matched;
		error = is_matched(session, names[i], &matched);
		if (error || matched || (session->types.seen && session->types.seen[i]))
			continue;
		*status = STATUS_MISSING;
		error = diff_report_unmatched(session, names[i]);
	}
	return error;
}

static struct error *diff_run(const struct cli_args *args, int *status)
{
	__attribute__((cleanup(diff_session_deinit))) struct session session = {.args = args};
	bool tell = cli_has(args, "exit-code") || cli_has(args, "quiet");
	struct error *error = read_kinds(&session);

	if (!error)
		error = read_globs(&session);
	if (!error)
		error = diff_compare(&session);
	if (!error)
		error = diff_print(&session);
	if (!error)
		*status = tell && (session.differences.changed || diff_types_changed(&session.shown_types))
			? STATUS_MISSING
			: STATUS_OK;
	if (!error)
		error = diff_check_names(&session, status);
	/* As for show: it comes before what was found without the file. */
	if (!error && session.problem_cnt)
		*status = STATUS_ERROR;
	return error;
}

static struct error *diff_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt;
	const char *const *words = cli_operands(args, &cnt);
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++)
		error = opened_reads(words[i], foreign);
	/* The types of a snapshot's build. */
	if (!error)
		error = shipped_reads(foreign);
	return error ? error
		     : foreign_add(foreign, &foreign->outputs, cli_value(args, "output"));
}

const struct command cmd_diff = {
	.name = "diff",
	.summary = "list what changed between two kernels",
	.usage = "[OPTION]... A B",
	.description =
		"Compares two kernels: kfuncs, helpers and the contexts that may call them, program types, "
		"map types, features and kernel functions; of two kernels whose types are known, tracepoints, LSM hooks and "
		"system calls, a summary of types and functions, and with --only or --name each of them. A and B are one kernel each: " KERNEL_HELP
		". Anything unknown on either side is not counted as a change. It is listed with the reason.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.operand = "KERNEL",
	.pages = true,
	.epilog = "Exit status: 0 compared; 1 something changed (with --exit-code or --quiet), or\n"
		  "neither kernel is known to have a --name; 2 error.\n\n"
		  "Examples:\n"
		  "  kcompat diff 6.12 7.2\n"
		  "  kcompat diff amd64-6.12-cloud amd64-7.2-cloud\n"
		  "  kcompat diff --only kfuncs --name 'bpf_arena_*' amd64-6.12 live\n"
		  "  kcompat diff --only structs -n task_struct amd64-6.1-cloud amd64-6.12-cloud\n"
		  "  kcompat diff --quiet old.json new.json || echo changed\n",
	.run = diff_run,
	.reads = diff_reads,
};
