/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/show_missing.h"

#include <string.h>

#include "cli/near.h"
#include "snapshot/history/types.h"
#include "util/glob.h"
#include "util/suggest.h"

/* Does a file of all functions belong to the row? */
static bool lists_all_functions(const struct history_row *row)
{
	for (size_t i = 0; i < row->entry_cnt; i++) {
		if (row->entries[i]->functions)
			return true;
	}
	return false;
}

/*
 * Is there no function of that name? Kfuncs and helpers are functions. A glob matched nothing, which
 * proves something only if all functions were searched.
 */
static struct error *is_absent(const struct history *history, size_t row, const char *name,
	struct pool *pool, bool *ret)
{
	const struct subject subject = {SUBJECT_FUNCTION, name};
	struct finding finding;

	if (glob_recognise(name)) {
		*ret = lists_all_functions(&history->rows[row]);
		return NULL;
	}
	struct error *error = history_find(history, row, &subject, pool, &finding);
	*ret = !error && !strcmp(finding.state, "absent");
	return error;
}

struct error *missing_name_judge(const struct history *history, const struct opened *opened, const char *name,
	struct pool *pool, struct missing_name *ret)
{
	struct missing_name missing = {.name = name, .kernel_cnt = history->row_cnt};

	for (size_t i = 0; i < history->row_cnt; i++) {
		bool absent;
		struct error *error = is_absent(history, i, name, pool, &absent);
		if (error)
			return error;
		if (absent || missing.silent_cnt++)
			continue;
		missing.silent = pool_strdup(pool, history->rows[i].name);
		if (!missing.silent)
			return error_no_memory();
	}
	struct error *error = glob_recognise(name) ? NULL : unstored_find(opened, name, pool, &missing.unstored);
	if (error)
		return error;
	missing.absent = !missing.silent_cnt && !missing.unstored.requirement;
	for (size_t i = 0; i < history->row_cnt; i++) {
		if (types_are_stored(history, i))
			missing.stored_cnt++;
		else if (!missing.outside && !(missing.outside = pool_strdup(pool, history->rows[i].name)))
			return error_no_memory();
	}
	*ret = missing;
	return glob_recognise(name) || !missing.stored_cnt ? NULL : types_suggest(history, name, pool, &ret->near);
}

/* What a name that is written as a requirement asks for: the part without kind and context, and the
 * part that is too much. */
static const char *bare_name(const char *name, size_t *len, const char **extra)
{
	const char *bare = near_kind(name) < REQUIRE_KIND_CNT ? strchr(name, ':') + 1 : name;

	*len = strcspn(bare, "@");
	*extra = bare > name ? "its kind" : "a context";
	return *len && (bare > name || bare[*len]) ? bare : NULL;
}

static void describe_stored(const struct missing_name *missing, struct buf *out)
{
	size_t rest = missing->kernel_cnt - missing->stored_cnt;
	bool member = strchr(missing->name, '.');

	buf_printf(out, "%s: unknown: no type%s of %zu stored kernel%s has %s", missing->name,
		member ? "" : ", function or system call", missing->stored_cnt, missing->stored_cnt == 1 ? "" : "s",
		member ? "such a member" : "that name");
	buf_puts(out, ", and a module may have it");
	if (rest)
		buf_printf(out, "; %zu other kernel%s in no store, such as %s", rest, rest == 1 ? " is" : "s are",
			missing->outside);
}

/* The nearer one of both. */
static const char *choose_near(const struct missing_name *missing, const char *near)
{
	const char *stored = missing->near;

	if (!stored || !near)
		return stored ? stored : near;
	return suggest_distance(missing->name, stored) < suggest_distance(missing->name, near) ? stored : near;
}

/* Only kernels of a store have a list of types. */
static void describe_unstored(const struct missing_name *missing, struct buf *out)
{
	const struct unstored *unstored = &missing->unstored;
	bool live = !strcmp(unstored->kernel, "live");

	buf_printf(out,
		"%s: unknown: %s has it, but show compares such names of shipped kernels and of those in a store alone "
		"(kcompat require %s%s%s)",
		missing->name, live ? "the running kernel" : unstored->kernel, live ? "" : "-k IMAGE ",
		unstored->requirement,
		live ? "" : "; kcompat scan --store FILE.kts IMAGE, and show -k FILE.kts");
}

void missing_name_describe(const struct missing_name *missing, const char *near, struct buf *out)
{
	size_t len;
	const char *name = missing->name, *extra, *bare = bare_name(name, &len, &extra);

	near = choose_near(missing, near);
	if (bare) {
		buf_printf(out,
			"%s: unknown: show takes a name without %s (kcompat show %.*s, or kcompat require "
			"%s%s)",
			name, extra, (int)len, bare, bare > name ? "" : "kfunc:", name);
		return;
	}
	if (missing->unstored.requirement) {
		describe_unstored(missing, out);
		return;
	}
	if (missing->absent)
		buf_printf(out, "%s: no kernel has it%s", name,
			missing->unstored.may_be_variable ? ", unless it is a variable without a type" : "");
	else if (glob_recognise(name) && missing->stored_cnt)
		buf_printf(out, "%s: unknown: nothing of %zu stored kernel%s matches it, and a module may have what does", name,
			missing->stored_cnt, missing->stored_cnt == 1 ? "" : "s");
	else if (glob_recognise(name))
		buf_printf(out, "%s: unknown: nothing matches it, but %zu of %zu kernels do not list all "
				"functions, such as %s", name, missing->silent_cnt, missing->kernel_cnt,
			missing->silent);
	else if (missing->stored_cnt)
		describe_stored(missing, out);
	else
		buf_printf(out, "%s: unknown: %zu of %zu kernels hold nothing about a function of that "
				"name, such as %s", name, missing->silent_cnt, missing->kernel_cnt,
			missing->silent);
	if (near)
		buf_printf(out, missing->absent ? " (did you mean '%s'?)" : " (did you mean '%s'? ", near);
	/* A shell would take a pattern for its own. */
	const char *quote = glob_recognise(name) ? "'" : "";
	if (!missing->absent && missing->stored_cnt)
		buf_printf(out, "%skcompat scan --store FILE.kts IMAGE, and show -k FILE.kts, reads those of an image)",
			near ? "" : " (");
	else if (!missing->absent)
		buf_printf(out, "%skcompat show -k IMAGE %s%s%s reads it from an image)",
			near ? "" : " (", quote, name, quote);
}
