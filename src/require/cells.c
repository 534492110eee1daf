/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc: and helper: from the cells of a snapshot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/embed.h"
#include "util/lines.h"
#include "require/near.h"
#include "require/rules.h"
#include "util/buf.h"

#define CONTEXTS_NAMED_MAX 3

/* All rows of one name that a program can call. Several modules may have a kfunc of one name. */
struct callable {
	const struct cell **rows; /* each [snapshot->context_cnt] */
	size_t cnt;
	bool proof; /* a permitted call is not enough */
};

static enum tristate cell_value(enum cell_state state)
{
	if (cell_state_usable(state))
		return TRISTATE_YES;
	return cell_state_definite(state) ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

/* Is the state no answer without its reason? */
static bool says_too_little(enum cell_state state)
{
	return state == CELL_CONDITIONAL || state == CELL_UNKNOWN;
}

static struct require_verdict cell_verdict(struct require_context *context, const struct cell *cell)
{
	const struct evidence *evidence = cell->evidence;
	struct require_verdict verdict = {
		.value = cell_value(cell->state),
		.state = cell_state_word(cell->state),
		.predicted = cell->predicted,
	};

	if (evidence) {
		verdict.line = evidence->line;
		verdict.errnum = evidence->errnum;
	}
	const char *why = verdict.line ? verdict.line
		: !evidence && says_too_little(cell->state) ? "the snapshot does not keep the reason"
		: cell->predicted      ? require_derivation(context)
				       : cell_state_meaning(cell->state);
	/* Not absent: another build of the kernel may have it. */
	const char *there = cell->predicted && cell->state == CELL_IMPOSSIBLE ? "the kernel has it; " : "";
	if (cell->state == CELL_NONE)
		verdict.reason = "this call was never tried on the kernel";
	else
		verdict.reason = require_with_errno(context,
			require_reason(context, "%s: %s%s", verdict.state, there, why),
			verdict.errnum);
	return verdict;
}

/*
 * The value of a cell whose context itself was refused. A loaded program is proof. So is a missing
 * function, or one that no program can ever call. Any other cell was never tested.
 */
static bool outweighs_context(enum cell_state state)
{
	return state == CELL_RAN || state == CELL_LOADABLE || state == CELL_ABSENT ||
		state == CELL_IMPOSSIBLE;
}

static struct require_verdict row_verdict(struct require_context *context,
	const struct snapshot_context *place, const struct cell *cell, bool proof)
{
	struct require_verdict verdict;

	if (place->state == SUPPORT_OK || outweighs_context(cell->state)) {
		verdict = cell_verdict(context, cell);
		if (!proof || cell->state != CELL_PERMITTED)
			return verdict;
		verdict.value = TRISTATE_UNKNOWN;
		verdict.reason = require_reason(context, "no program is known to load with it; %s",
			verdict.reason);
		return verdict;
	}
	verdict = require_place_verdict(context, place);
	verdict.reason = require_reason(context, "context %s is %s", place->name, verdict.reason);
	return verdict;
}

static bool better(enum tristate a, enum tristate b)
{
	static const int rank[] = {[TRISTATE_NO] = 0, [TRISTATE_UNKNOWN] = 1, [TRISTATE_YES] = 2};

	return rank[a] > rank[b];
}

/* The best of all rows: one module with a callable function is enough. */
static struct require_verdict callable_in(struct require_context *context,
	const struct callable *callable, const struct snapshot_context *place)
{
	size_t at = (size_t)(place - context->scope->snapshot->contexts);
	struct require_verdict best = {0};

	for (size_t i = 0; i < callable->cnt; i++) {
		struct require_verdict verdict =
			row_verdict(context, place, &callable->rows[i][at], callable->proof);
		if (!i || better(verdict.value, best.value))
			best = verdict;
	}
	return best;
}

/*
 * Counts over all contexts: the number of each value, and the first verdict of each. A missing
 * context is reported only if there is no better reason.
 */
struct tally {
	size_t cnt[3];
	struct require_verdict first[3];
	const char *places[3];
	bool differ[3]; /* some verdict of that value has another reason than the first */
	size_t missing; /* contexts that the kernel lacks */
	struct require_verdict missing_first;
	const char *missing_place;
	size_t named;
	char names[256]; /* the first contexts that can call it */
};

static void tally_up(struct tally *tally, const struct require_verdict *verdict, const char *place)
{
	size_t used = strlen(tally->names);

	if (!tally->cnt[verdict->value]++) {
		tally->first[verdict->value] = *verdict;
		tally->places[verdict->value] = place;
	}
	tally->differ[verdict->value] |=
		strcmp(tally->first[verdict->value].reason, verdict->reason) != 0;
	if (verdict->value != TRISTATE_YES || tally->named == CONTEXTS_NAMED_MAX)
		return;
	snprintf(tally->names + used, sizeof(tally->names) - used, "%s%s", used ? ", " : "", place);
	tally->named++;
}

static void tally_missing(
	struct tally *tally, const struct require_verdict *verdict, const char *place)
{
	if (tally->missing++)
		return;
	tally->missing_first = *verdict;
	tally->missing_place = place;
}

static const char *usable_reason(struct require_context *context, const struct tally *tally)
{
	const char *state = tally->first[TRISTATE_YES].state;
	size_t more = tally->cnt[TRISTATE_YES] - tally->named;

	if (!more)
		return require_reason(context, "%s in %s", state, tally->names);
	return require_reason(context, "%s in %s and usable in %zu more context%s", state,
		tally->names, more, more == 1 ? "" : "s");
}

/* "REASON" if all contexts of the value share it, else "PLACE: REASON" of the first. */
static const char *cells_quoted(
	struct require_context *context, const struct tally *tally, enum tristate value)
{
	if (!tally->differ[value] && tally->cnt[value] > 1)
		return tally->first[value].reason;
	return require_reason(
		context, "%s: %s", tally->places[value], tally->first[value].reason);
}

static const char *unknown_reason(struct require_context *context, const struct tally *tally)
{
	size_t no_cnt = tally->cnt[TRISTATE_NO], unknown_cnt = tally->cnt[TRISTATE_UNKNOWN];
	const char *why = cells_quoted(context, tally, TRISTATE_UNKNOWN);

	if (!no_cnt)
		return require_reason(
			context, "none of the %zu contexts answered: %s", unknown_cnt, why);
	return require_reason(context,
		"in none of the %zu contexts that answered, and %zu did not: %s", no_cnt,
		unknown_cnt, why);
}

static struct require_verdict tally_verdict(
	struct require_context *context, const struct tally *tally)
{
	struct require_verdict verdict;

	if (tally->cnt[TRISTATE_YES]) {
		verdict = tally->first[TRISTATE_YES];
		verdict.reason = usable_reason(context, tally);
	} else if (tally->cnt[TRISTATE_UNKNOWN]) {
		verdict = tally->first[TRISTATE_UNKNOWN];
		verdict.reason = unknown_reason(context, tally);
	} else if (tally->cnt[TRISTATE_NO]) {
		verdict = tally->first[TRISTATE_NO];
		verdict.reason = require_reason(context, "in none of the %zu contexts: %s",
			tally->cnt[TRISTATE_NO], cells_quoted(context, tally, TRISTATE_NO));
	} else {
		verdict = tally->missing_first;
		verdict.reason = require_reason(context,
			"the kernel has none of the %zu contexts: %s: %s", tally->missing,
			tally->missing_place, verdict.reason);
	}
	return verdict;
}

static struct require_verdict callable_anywhere(
	struct require_context *context, const struct callable *callable)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	struct tally tally = {0};

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *place = &snapshot->contexts[i];
		struct require_verdict verdict = callable_in(context, callable, place);
		if (place->state == SUPPORT_UNSUPPORTED && verdict.value == TRISTATE_NO)
			tally_missing(&tally, &verdict, place->name);
		else
			tally_up(&tally, &verdict, place->name);
	}
	if (!snapshot->context_cnt)
		return (struct require_verdict) {.reason = "no context was probed"};
	struct require_verdict verdict = tally_verdict(context, &tally);
	/* A context that was left out on request may be able to call it. */
	if (verdict.value == TRISTATE_NO && require_is_part(context)) {
		verdict.value = TRISTATE_UNKNOWN;
		verdict.reason = require_reason(
			context, "%s; other contexts were not probed", verdict.reason);
	}
	return verdict;
}

static struct require_verdict callable_verdict(struct require_context *context,
	const struct require_node *node, const struct callable *callable)
{
	const struct snapshot_context *place;

	if (!node->context)
		return callable_anywhere(context, callable);
	place = require_find_place(context, node->context);
	return place ? callable_in(context, callable, place)
		     : require_no_place(context, node->context);
}

/* The next name of a list: the last word of a line. */
static bool next_name(const char **list, const char **name, size_t *len)
{
	const char *line;

	if (!list_next_line(list, &line, len))
		return false;
	const char *space = memrchr(line, ' ', *len);
	*name = space ? space + 1 : line;
	*len -= (size_t)(*name - line);
	return true;
}

/* Considers the last word of each line of a list. The best one is copied to the pool. */
static void consider_list(struct require_context *context, const char *name, const char *list,
	struct suggestion *near)
{
	char text[SUGGEST_LENGTH_MAX + 1];
	size_t len;

	for (const char *word; next_name(&list, &word, &len);) {
		if (len > SUGGEST_LENGTH_MAX)
			continue;
		memcpy(text, word, len);
		text[len] = '\0';
		suggest_consider(near, name, text);
		if (near->best == text)
			near->best = require_reason(context, "%s", text);
	}
}

static bool cells_is_listed(const char *name, const char *list)
{
	size_t name_len = strlen(name), len;

	for (const char *word; next_name(&list, &word, &len);) {
		if (len == name_len && !memcmp(word, name, len))
			return true;
	}
	return false;
}

/* A suggestion for an unknown name of a kfunc or helper. */
static const char *hint(struct require_context *context, const struct require_node *node)
{
	bool kfunc = node->kind == REQUIRE_KFUNC;

	if (kfunc && cells_is_listed(node->name, embed_helpers))
		return require_reason(context, " (it is a helper: helper:%s)", node->name);
	if (!kfunc && cells_is_listed(node->name, embed_kfuncs))
		return require_reason(context, " (it is a kfunc: kfunc:%s)", node->name);
	struct suggestion near = {0};
	consider_list(context, node->name, kfunc ? embed_kfuncs : embed_helpers, &near);
	if (kfunc)
		require_consider_kfuncs(context, node->name, &near);
	return require_near(context, &near);
}

static struct require_verdict cells_absent(const char *reason, bool proved)
{
	return (struct require_verdict) {
		.value = proved ? TRISTATE_NO : TRISTATE_UNKNOWN,
		.state = proved ? cell_state_word(CELL_ABSENT) : NULL,
		.reason = reason,
	};
}

/*
 * The probe tries every function that is named, and drops it if it is not a kfunc. It is not one if
 * all contexts refused the call, or if it lacks the kernel's tag and no context accepted it
 * (kfuncs_conclude).
 */
static struct require_verdict plain_function(
	struct require_context *context, const struct kernel *kernel, const char *near)
{
	bool tagged = kbtf_find(kernel->btf, "bpf_kfunc", BTF_KIND_DECL_TAG);

	if (!context->scope->snapshot->context_cnt)
		return cells_absent(
			"the kernel has a function of that name; no context was probed", false);
	return (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = cell_state_word(CELL_REFUSED),
		.reason = require_reason(context,
			"refused: the kernel has a function of that name, which %s%s",
			tagged ? "its BTF does not tag as a kfunc" : "no program may call", near),
	};
}

/* The module that registers a kfunc of that name on a scanned kernel; NULL: none. */
static const char *module_of_kfunc(struct require_context *context, const char *name)
{
	size_t name_len = strlen(name), len;

	for (const char *at = embed_module_kfuncs, *line; list_next_line(&at, &line, &len);) {
		if (!strncmp(line, name, name_len) && line[name_len] == ' ')
			return pool_strndup(context->pool, line + name_len + 1, len - name_len - 1);
	}
	return NULL;
}

static bool module_is_loaded(const struct kernel *kernel, const char *module)
{
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		if (!strcmp(kernel->modules[i].name, module))
			return true;
	}
	return false;
}

/* Without CONFIG_MODULES, no module can add it later. */
static bool may_load_modules(const struct kernel *kernel)
{
	return !kernel->environment.config_source || kernel_config_value(kernel, "CONFIG_MODULES");
}

static struct require_verdict kfunc_missing_live(
	struct require_context *context, const struct require_node *node, const char *near)
{
	const struct kernel *kernel = context->scope->kernel;

	if (!kernel->btf)
		return cells_absent(require_reason(context, "the kernel's BTF cannot be read: %s",
				      kernel->btf_missing ? kernel->btf_missing : "not loaded"),
			false);
	if (hook_find_type(kernel, node->name, BTF_KIND_FUNC).id)
		return plain_function(context, kernel, near);
	const char *module = module_of_kfunc(context, node->name);
	if (module && may_load_modules(kernel) && !module_is_loaded(kernel, module))
		return cells_absent(require_reason(context,
				      "module %s has it elsewhere and is not loaded (modprobe %s)",
				      module, module),
			false);
	return cells_absent(require_reason(context,
			      "absent: no function of that name in the BTF of the kernel%s%s",
			      kernel->module_cnt ? " and its loaded modules" : "", near),
		true);
}

/* Why a kfunc may exist although the snapshot does not list it; NULL: it is absent. */
static const char *may_be_unlisted(struct require_context *context, const char *name)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	const char *module = module_of_kfunc(context, name);
	const char *not_whole = require_not_whole(context);

	if (not_whole)
		return not_whole;
	if (!snapshot->kfunc_cnt)
		return "no kfunc was found";
	if (!snapshot_has_fact(snapshot, "modules") && module)
		return require_reason(context,
			"in another kernel, module %s has it; not all modules were read", module);
	if (!snapshot_has_fact(snapshot, "modules") && snapshot_is_scanned(snapshot))
		return "modules were not read; one of them may have it";
	/* Without tags, sets or discovery the list is only of the names that were looked for. */
	if (snapshot_has_fact(snapshot, "kfunc_tags") || snapshot_has_fact(snapshot, "kfunc_sets") ||
		snapshot_has_fact(snapshot, "discovered"))
		return NULL;
	return snapshot_is_scanned(snapshot)
		? "not all calls that register kfuncs could be read"
		: "its BTF does not tag kfuncs; only known names were searched";
}

/* If no program of the kernel can call any kfunc, it does not matter whether this one exists. */
static bool calls_nothing(struct require_context *context, struct require_verdict *ret)
{
	const struct snapshot_feature *calls = snapshot_find_feature(
		&context->scope->snapshot->features, FEATURE_KFUNC_CALLS);

	if (!calls || calls->state != SUPPORT_UNSUPPORTED)
		return false;
	*ret = (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = support_state_word(calls->state),
		.line = calls->reason,
		.errnum = calls->errnum,
		.reason = require_reason(context, "unsupported: %s",
			calls->reason ? calls->reason : "this kernel has no calls of kernel functions"),
	};
	return true;
}

static struct require_verdict kfunc_missing(
	struct require_context *context, const struct require_node *node)
{
	const char *near = hint(context, node);

	if (context->scope->kernel)
		return kfunc_missing_live(context, node, near);
	const char *doubt = may_be_unlisted(context, node->name);
	if (doubt)
		return cells_absent(require_reason(context,
				      "not among the snapshot's %zu kfuncs, which may be "
				      "incomplete: %s%s",
				      context->scope->snapshot->kfunc_cnt, doubt, near),
			false);
	return cells_absent(require_reason(context, "absent: not among this kernel's %zu kfuncs%s",
			      context->scope->snapshot->kfunc_cnt, near),
		true);
}

struct require_verdict require_kfunc(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	struct callable callable = {
		.rows = pool_calloc(context->pool, snapshot->kfunc_cnt, sizeof(*callable.rows)),
		.proof = node->proof,
	};

	if (!callable.rows) {
		context->no_memory = true;
		return (struct require_verdict) {.reason = ""};
	}
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (!strcmp(snapshot->kfuncs[i].name, node->name))
			callable.rows[callable.cnt++] = snapshot->kfuncs[i].cells;
	}
	struct require_verdict verdict;
	bool asked = callable.cnt &&
		(!node->context || require_find_place(context, node->context));
	if (!asked && !context->scope->kernel && calls_nothing(context, &verdict))
		return verdict;
	return callable.cnt ? callable_verdict(context, node, &callable)
			    : kfunc_missing(context, node);
}

/* enum bpf_func_id has BPF_FUNC_loop for bpf_loop. */
static bool kernel_has_helper(
	struct require_context *context, const struct kernel *kernel, const char *name, uint32_t id)
{
	const char *rest = strncmp(name, "bpf_", 4) ? name : name + 4;
	const char *enumerator = require_reason(context, "BPF_FUNC_%s", rest);
	int64_t value;

	return kbtf_enum_value(kernel->btf, id, enumerator, &value);
}

static struct require_verdict helper_missing_live(
	struct require_context *context, const struct require_node *node, const char *near)
{
	const struct kernel *kernel = context->scope->kernel;
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, "bpf_func_id", BTF_KIND_ENUM) : 0;

	if (!id)
		return cells_absent(require_reason(context,
				      "the kernel's BTF has no enum bpf_func_id to look it up in%s",
				      near),
			false);
	if (kernel_has_helper(context, kernel, node->name, id))
		return cells_absent(
			"the kernel has a helper of that name; the probe gave no answer for it",
			false);
	return cells_absent(require_reason(context,
			      "absent: not in enum bpf_func_id of the kernel's BTF%s", near),
		true);
}

static struct require_verdict helper_missing(
	struct require_context *context, const struct require_node *node)
{
	const char *near = hint(context, node);

	if (context->scope->kernel)
		return helper_missing_live(context, node, near);
	const char *doubt = require_not_whole(context);
	if (!doubt && !context->scope->snapshot->helper_cnt)
		doubt = "they were left out when it was made";
	if (doubt)
		return cells_absent(require_reason(context,
				      "the snapshot's list of helpers may be incomplete: %s%s",
				      doubt, near),
			false);
	return cells_absent(require_reason(context,
			      "absent: not among the %zu helpers of this kernel's BTF%s",
			      context->scope->snapshot->helper_cnt, near),
		true);
}

struct require_verdict require_helper(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot_helper *helper =
		snapshot_find_helper(context->scope->snapshot, node->name);
	const struct cell *row = helper ? helper->cells : NULL;
	const struct callable callable = {.rows = &row, .cnt = 1, .proof = node->proof};

	return helper ? callable_verdict(context, node, &callable) : helper_missing(context, node);
}
