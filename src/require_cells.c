/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc: and helper: from the cells of a snapshot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "require_rules.h"
#include "util_buf.h"
#include "util_suggest.h"

#define CONTEXTS_NAMED_MAX 3

/* Everything of one name that a program can call: several modules may have a kfunc of that name. */
struct callable {
	const struct cell **rows; /* each [snapshot->context_cnt] */
	size_t cnt;
};

static enum tristate cell_value(enum cell_state state)
{
	if (cell_state_usable(state))
		return TRISTATE_YES;
	return cell_state_definite(state) ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

/* What an answer that no load gave was derived from. */
static const char *derivation(struct require_context *context)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	_cleanup_buf_ struct buf text = {0};

	buf_puts(&text, "derived from the image, not observed");
	for (size_t i = 0; i < snapshot->fact_cnt; i++)
		buf_printf(&text, "%s%s", i ? ", " : ": ", snapshot->facts[i]);
	if (text.failed)
		context->no_memory = true;
	return require_reason(context, "%s", buf_text(&text));
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
		: cell->predicted      ? derivation(context)
				       : cell_state_meaning(cell->state);
	if (cell->state == CELL_NONE)
		verdict.reason = "this was never asked of the kernel";
	else
		verdict.reason = require_with_errno(context,
			require_reason(context, "%s: %s", verdict.state, why), verdict.errnum);
	return verdict;
}

/*
 * What a call's cell is worth where the context itself was refused: a program that was loaded is
 * proof, and so is a function that is not there; anything else was never really asked.
 */
static bool outweighs_context(enum cell_state state)
{
	return state == CELL_RAN || state == CELL_LOADABLE || state == CELL_ABSENT;
}

static struct require_verdict row_verdict(struct require_context *context,
	const struct snapshot_context *place, const struct cell *cell)
{
	struct require_verdict verdict;

	if (place->state == SUPPORT_OK || outweighs_context(cell->state))
		return cell_verdict(context, cell);
	verdict = require_place_verdict(context, place);
	verdict.reason = require_reason(context, "context %s is %s", place->name, verdict.reason);
	return verdict;
}

static bool better(enum tristate a, enum tristate b)
{
	static const int rank[] = {[TRISTATE_NO] = 0, [TRISTATE_UNKNOWN] = 1, [TRISTATE_YES] = 2};

	return rank[a] > rank[b];
}

/* The best of all rows: one module's function that can be called is enough. */
static struct require_verdict callable_in(struct require_context *context,
	const struct callable *callable, const struct snapshot_context *place)
{
	size_t at = (size_t)(place - context->scope->snapshot->contexts);
	struct require_verdict best = {0};

	for (size_t i = 0; i < callable->cnt; i++) {
		struct require_verdict verdict =
			row_verdict(context, place, &callable->rows[i][at]);
		if (!i || better(verdict.value, best.value))
			best = verdict;
	}
	return best;
}

/* Over all contexts: how many of each value, and the first verdict of each. */
struct tally {
	size_t cnt[3];
	struct require_verdict first[3];
	const char *places[3];
	size_t named;
	char names[256]; /* of the first contexts that can call it */
};

static void tally_up(struct tally *tally, const struct require_verdict *verdict, const char *place)
{
	size_t used = strlen(tally->names);

	if (!tally->cnt[verdict->value]++) {
		tally->first[verdict->value] = *verdict;
		tally->places[verdict->value] = place;
	}
	if (verdict->value != TRISTATE_YES || tally->named == CONTEXTS_NAMED_MAX)
		return;
	snprintf(tally->names + used, sizeof(tally->names) - used, "%s%s", used ? ", " : "", place);
	tally->named++;
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

static struct require_verdict tally_verdict(
	struct require_context *context, const struct tally *tally)
{
	size_t no_cnt = tally->cnt[TRISTATE_NO], unknown_cnt = tally->cnt[TRISTATE_UNKNOWN];
	struct require_verdict verdict;

	if (tally->cnt[TRISTATE_YES]) {
		verdict = tally->first[TRISTATE_YES];
		verdict.reason = usable_reason(context, tally);
	} else if (unknown_cnt && !no_cnt) {
		verdict = tally->first[TRISTATE_UNKNOWN];
		verdict.reason =
			require_reason(context, "none of the %zu contexts answered: %s: %s",
				unknown_cnt, tally->places[TRISTATE_UNKNOWN], verdict.reason);
	} else if (unknown_cnt) {
		verdict = tally->first[TRISTATE_UNKNOWN];
		verdict.reason = require_reason(context,
			"in none of the %zu contexts that answered, and %zu did not: %s: %s",
			no_cnt, unknown_cnt, tally->places[TRISTATE_UNKNOWN], verdict.reason);
	} else {
		verdict = tally->first[TRISTATE_NO];
		verdict.reason = require_reason(context, "in none of the %zu contexts: %s: %s",
			no_cnt, tally->places[TRISTATE_NO], verdict.reason);
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
		tally_up(&tally, &verdict, place->name);
	}
	if (!snapshot->context_cnt)
		return (struct require_verdict) {.reason = "no context was probed"};
	struct require_verdict verdict = tally_verdict(context, &tally);
	/* Contexts that were left out on request might be the ones that can call it. */
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
	place = snapshot_find_context(context->scope->snapshot, node->context);
	return place ? callable_in(context, callable, place)
		     : require_no_place(context, node->context);
}

/* " (did you mean 'bpf_loop'?)" or "": from a list with the name as the last word of each line. */
static const char *near_miss(
	struct require_context *context, const char *name, const char *list, size_t size)
{
	const char *end = list + size;
	struct suggestion near = {0};
	char words[2][SUGGEST_LENGTH_MAX + 1];
	unsigned int spare = 0; /* the word that is not near.best */

	while (list < end) {
		const char *newline = memchr(list, '\n', (size_t)(end - list));
		const char *line_end = newline ? newline : end;
		const char *space =
			*list == '#' ? NULL : memrchr(list, ' ', (size_t)(line_end - list));
		const char *word = space ? space + 1 : list;
		size_t len = (size_t)(line_end - word);
		list = line_end + 1;
		if (len > SUGGEST_LENGTH_MAX || *word == '#')
			continue;
		memcpy(words[spare], word, len);
		words[spare][len] = '\0';
		suggest_consider(&near, name, words[spare]);
		if (near.best == words[spare])
			spare = !spare;
	}
	return near.best && strcmp(near.best, name)
		? require_reason(context, " (did you mean '%s'?)", near.best)
		: "";
}

static bool is_listed(const char *name, const char *list, size_t size)
{
	size_t len = strlen(name);
	const char *at = memmem(list, size, name, len);

	/* Names stand at the end of a line, behind a space or another line. */
	while (at && ((at > list && at[-1] != '\n' && at[-1] != ' ') || at[len] != '\n'))
		at = memmem(at + 1, size - (size_t)(at + 1 - list), name, len);
	return at != NULL;
}

/* What may have been meant by a kfunc's name that is none, or a helper's. */
static const char *hint(struct require_context *context, const struct require_node *node)
{
	bool kfunc = node->kind == REQUIRE_KFUNC;

	if (kfunc && is_listed(node->name, embed_helpers, embed_helpers_size()))
		return require_reason(context, " (it is a helper: helper:%s)", node->name);
	if (!kfunc && is_listed(node->name, embed_kfuncs, embed_kfuncs_size()))
		return require_reason(context, " (it is a kfunc: kfunc:%s)", node->name);
	return kfunc ? near_miss(context, node->name, embed_kfuncs, embed_kfuncs_size())
		     : near_miss(context, node->name, embed_helpers, embed_helpers_size());
}

static struct require_verdict absent(const char *reason, bool proved)
{
	return (struct require_verdict) {
		.value = proved ? TRISTATE_NO : TRISTATE_UNKNOWN,
		.state = proved ? cell_state_word(CELL_ABSENT) : NULL,
		.reason = reason,
	};
}

static bool kernel_has_function(const struct kernel *kernel, const char *name)
{
	if (kbtf_find(kernel->btf, name, BTF_KIND_FUNC))
		return true;
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		if (kbtf_find(kernel->modules[i].btf, name, BTF_KIND_FUNC))
			return true;
	}
	return false;
}

/*
 * The probe tries whatever function is named and leaves it out when it is no kfunc: when all
 * contexts refused the call, or the kernel's tags leave it out and none accepted it
 * (kfuncs_conclude).
 */
static struct require_verdict plain_function(
	struct require_context *context, const struct kernel *kernel, const char *near)
{
	bool tagged = kbtf_find(kernel->btf, "bpf_kfunc", BTF_KIND_DECL_TAG);

	if (!context->scope->snapshot->context_cnt)
		return absent(
			"the kernel has a function of that name; no context was probed", false);
	return (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = cell_state_word(CELL_REFUSED),
		.reason = require_reason(context,
			"refused: the kernel has a function of that name, which %s%s",
			tagged ? "its BTF does not tag as a kfunc" : "no program may call", near),
	};
}

/* The module that registers a kfunc of that name on the kernels that were scanned; NULL: none. */
static const char *module_of_kfunc(struct require_context *context, const char *name)
{
	size_t name_len = strlen(name);

	for (const char *line = embed_module_kfuncs; *line;) {
		size_t len = strcspn(line, "\n");
		if (!strncmp(line, name, name_len) && line[name_len] == ' ')
			return pool_strndup(context->pool, line + name_len + 1, len - name_len - 1);
		line += len + (line[len] == '\n');
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

/* Without CONFIG_MODULES what is not there cannot come. */
static bool may_load_modules(const struct kernel *kernel)
{
	return !kernel->environment.config_source || kernel_config_value(kernel, "CONFIG_MODULES");
}

static struct require_verdict kfunc_missing_live(
	struct require_context *context, const struct require_node *node, const char *near)
{
	const struct kernel *kernel = context->scope->kernel;

	if (!kernel->btf)
		return absent(require_reason(context, "the kernel's BTF cannot be read: %s",
				      kernel->btf_missing ? kernel->btf_missing : "not loaded"),
			false);
	if (kernel_has_function(kernel, node->name))
		return plain_function(context, kernel, near);
	const char *module = module_of_kfunc(context, node->name);
	if (module && may_load_modules(kernel) && !module_is_loaded(kernel, module))
		return absent(require_reason(context,
				      "module %s has it elsewhere and is not loaded (modprobe %s)",
				      module, module),
			false);
	return absent(require_reason(context,
			      "absent: no function of that name in the BTF of the kernel%s%s",
			      kernel->module_cnt ? " and its loaded modules" : "", near),
		true);
}

static struct require_verdict kfunc_missing(
	struct require_context *context, const struct require_node *node)
{
	const char *near = hint(context, node);

	if (context->scope->kernel)
		return kfunc_missing_live(context, node, near);
	const char *module = module_of_kfunc(context, node->name);
	if (module && !require_has_fact(context, "modules"))
		return absent(require_reason(context,
				      "module %s has it elsewhere, and not every module is in the snapshot",
				      module),
			false);
	const char *kind = context->scope->snapshot->source_kind;
	if (kind && !strcmp(kind, "scanned") &&
		!require_has_fact(context, "modules"))
		return absent(require_reason(context,
				      "not in the kernel itself, and its modules were not read%s", near),
			false);
	/* Without tags, sets or discovery the list is only of the names that were looked for. */
	if (require_lists_whole(context) && context->scope->snapshot->kfunc_cnt &&
		(require_has_fact(context, "kfunc_tags") || require_has_fact(context, "kfunc_sets") ||
			require_has_fact(context, "discovered")))
		return absent(
			require_reason(context,
				"absent: not among the %zu kfuncs found in this kernel's BTF%s",
				context->scope->snapshot->kfunc_cnt, near),
			true);
	return absent(
		require_reason(context, "the snapshot does not list every kfunc%s", near), false);
}

struct require_verdict require_kfunc(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	struct callable callable = {
		.rows = pool_calloc(context->pool, snapshot->kfunc_cnt, sizeof(*callable.rows)),
	};

	if (!callable.rows) {
		context->no_memory = true;
		return (struct require_verdict) {.reason = ""};
	}
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (!strcmp(snapshot->kfuncs[i].name, node->name))
			callable.rows[callable.cnt++] = snapshot->kfuncs[i].cells;
	}
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
		return absent(require_reason(context,
				      "the kernel's BTF has no enum bpf_func_id to look it up in%s",
				      near),
			false);
	if (kernel_has_helper(context, kernel, node->name, id))
		return absent(
			"the kernel has a helper of that name; the probe gave no answer for it",
			false);
	return absent(require_reason(context,
			      "absent: not in enum bpf_func_id of the kernel's BTF%s", near),
		true);
}

static struct require_verdict helper_missing(
	struct require_context *context, const struct require_node *node)
{
	const char *near = hint(context, node);

	if (context->scope->kernel)
		return helper_missing_live(context, node, near);
	if (require_lists_whole(context) && context->scope->snapshot->helper_cnt)
		return absent(require_reason(context,
				      "absent: not among the %zu helpers of this kernel's BTF%s",
				      context->scope->snapshot->helper_cnt, near),
			true);
	return absent(
		require_reason(context, "the snapshot does not list every helper%s", near), false);
}

struct require_verdict require_helper(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot_helper *helper =
		snapshot_find_helper(context->scope->snapshot, node->name);
	const struct cell *row = helper ? helper->cells : NULL;
	const struct callable callable = {.rows = &row, .cnt = 1};

	return helper ? callable_verdict(context, node, &callable) : helper_missing(context, node);
}
