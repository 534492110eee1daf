/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/unmatched.h"

#include <fnmatch.h>
#include <string.h>

#include "cli/near.h"
#include "inventory/inventory.h"
#include "kernel/context.h"
#include "util/glob.h"

/* A function that is inlined everywhere has no symbol, but it is present. */
static bool is_there(const struct snapshot_function *function)
{
	return !strcmp(function->state, "present") ||
		(function->facts && function->facts->kind != FUNCTION_KIND_DECLARATION);
}

/* Why a function that matches the glob may be there, but not in the snapshot; NULL: it is not there. */
static const char *glob_doubt(const struct snapshot *snapshot, const char *glob)
{
	for (size_t i = 0; i < snapshot->function_glob_cnt; i++) {
		const struct snapshot_function_glob *other = &snapshot->function_globs[i];
		if (!strcmp(other->glob, glob) && !strcmp(other->state, "unknown"))
			return other->reason;
	}
	return NULL;
}

/* Is there a call or a function of the name? Unknown: its absence is not proved. */
static enum tristate is_matched(const struct snapshot *snapshot, const char *name)
{
	enum tristate found = glob_doubt(snapshot, name) ? TRISTATE_UNKNOWN : TRISTATE_NO;

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (!fnmatch(name, snapshot->kfuncs[i].name, 0))
			return TRISTATE_YES;
	}
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		if (!fnmatch(name, snapshot->helpers[i].name, 0))
			return TRISTATE_YES;
	}
	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		const struct snapshot_function *function = &snapshot->functions[i];
		if (fnmatch(name, function->name, 0))
			continue;
		if (is_there(function))
			return TRISTATE_YES;
		if (!strcmp(function->state, "unknown"))
			found = TRISTATE_UNKNOWN;
	}
	return found;
}

static struct error *put_near(const struct kernel *kernel, const char *name, bool contexts, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *near = NULL;
	struct section section;

	if (contexts && section_parse(name, &section)) {
		buf_printf(out, " (a context: kcompat probe -c %s)", name);
		return NULL;
	}
	struct error *error = glob_recognise(name) ? NULL : inventory_near_name(kernel, name, &pool, &near);
	/* The name itself is there, but in another part than was asked for. */
	if (!error && near && strcmp(near, name))
		near_put(out, near);
	return error;
}

static struct error *report(const struct snapshot *snapshot, const struct kernel *kernel,
	const struct unmatched_question *question, const char *name, enum tristate matched)
{
	const char *doubt = glob_doubt(snapshot, name);
	const char *release = kernel->identity.release ? kernel->identity.release : "the kernel";
	_cleanup_buf_ struct buf near = {0};
	struct error *error = put_near(kernel, name, question->contexts, &near);

	if (error)
		return error;
	/* The output has the reason of a name that is not known. */
	if (matched == TRISTATE_NO)
		cli_say("%s: nothing%s in %s %s%s", name, question->parts ? " of --only" : "", release,
			glob_recognise(name) ? "matches" : "has this name", buf_text(&near));
	else if (doubt && glob_recognise(name))
		cli_say("%s: unknown: nothing in %s matches: %s", name, release, doubt);
	else if (near.len)
		cli_say("%s: unknown%s", name, buf_text(&near));
	return NULL;
}

struct error *unmatched_report(const struct snapshot *snapshot, const struct kernel *kernel,
	const struct unmatched_question *question, int *status)
{
	struct error *error = NULL;
	bool missing = false, unknown = false;

	for (size_t i = 0; i < question->name_cnt && !error; i++) {
		enum tristate matched = is_matched(snapshot, question->names[i]);
		missing |= matched == TRISTATE_NO;
		unknown |= matched == TRISTATE_UNKNOWN;
		if (matched != TRISTATE_YES)
			error = report(snapshot, kernel, question, question->names[i], matched);
	}
	if (!error && *status == STATUS_OK)
		*status = missing ? STATUS_MISSING : unknown ? STATUS_UNKNOWN : STATUS_OK;
	return error;
}
