/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kernel of a history says about a name. "absent" needs a list that was read completely. */
#include "snapshot/history/index.h"

#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/snapshot.h"
#include "util/array.h"

static const struct finding unknown = {.state = "unknown"};

static struct finding find_not_told(const char *reason)
{
	struct finding finding = unknown;

	finding.reason = reason;
	return finding;
}

static struct finding find_absent(const struct snapshot *snapshot, const char *reason)
{
	return (struct finding) {.state = "absent", .reason = reason, .snapshot = snapshot};
}

/* As snapshot_find_kfunc(), in a list that is complete and therefore sorted. */
static const struct snapshot_kfunc *find_kfunc(const struct snapshot *snapshot, const char *name)
{
	size_t low = 0, high = snapshot->kfunc_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(snapshot->kfuncs[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < snapshot->kfunc_cnt && !strcmp(snapshot->kfuncs[low].name, name)
		? &snapshot->kfuncs[low]
		: NULL;
}

/* Why a snapshot that does not list a kfunc proves nothing; NULL: it proves absence. */
static const char *kfunc_doubt(
	const struct history *history, const struct snapshot *snapshot, const char *name, struct pool *pool)
{
	const char *module;

	if (snapshot_has_fact(snapshot, "filtered"))
		return "something was left out when the snapshot was made";
	if (!snapshot_has_fact(snapshot, "modules")) {
		if (snapshot_is_scanned(snapshot))
			return "modules were not read; one of them may have it";
		module = history_module_of(history, name);
		if (module)
			return pool_printf(pool,
				"in another kernel, module %s has it; not all modules were read", module);
	}
	if (snapshot_has_fact(snapshot, "kfunc_tags") || snapshot_has_fact(snapshot, "kfunc_sets") ||
		snapshot_has_fact(snapshot, "discovered"))
		return NULL;
	return snapshot_is_scanned(snapshot)
		? "not all calls that register kfuncs could be read"
		: "its BTF does not tag kfuncs; only known names were searched";
}

/* `kfunc` and those of the same name, which stand behind it. */
static size_t count_kfuncs(const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc)
{
	size_t cnt = 1, left = snapshot->kfunc_cnt - (size_t)(kfunc - snapshot->kfuncs);

	while (cnt < left && !strcmp(kfunc[cnt].name, kfunc->name))
		cnt++;
	return cnt;
}

static struct finding kfunc_in(const struct history *history, const struct snapshot *snapshot,
	const char *name, struct pool *pool)
{
	const struct snapshot_kfunc *kfunc = find_kfunc(snapshot, name);
	const struct snapshot_feature *calls =
		snapshot_find_feature(&snapshot->features, FEATURE_KFUNC_CALLS);

	if (kfunc)
		return (struct finding) {.state = "present", .snapshot = snapshot, .kfunc = kfunc,
			.kfunc_cnt = count_kfuncs(snapshot, kfunc)};
	if (calls && calls->state == SUPPORT_UNSUPPORTED)
		return find_absent(snapshot, calls->reason);
	const char *doubt = kfunc_doubt(history, snapshot, name, pool);
	return doubt ? find_not_told(doubt) : find_absent(snapshot, NULL);
}

static struct finding helper_in(const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_helper *helper = snapshot_find_helper(snapshot, name);

	if (helper)
		return (struct finding) {.state = "present", .snapshot = snapshot, .helper = helper};
	if (snapshot_has_fact(snapshot, "filtered"))
		return find_not_told("something was left out when the snapshot was made");
	return snapshot_has_fact(snapshot, "btf")
		? find_absent(snapshot, NULL)
		: find_not_told("no BTF, so no list of helpers");
}

/* Does the context belong to a family with one context for each type in BTF? */
static bool find_expands(const char *name)
{
	static const char *const families[] = {"iter/", "iter.s/", "struct_ops/", "struct_ops.s/"};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (!strncmp(name, families[i], strlen(families[i])))
			return true;
	}
	return false;
}

static struct finding context_in(const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_context *context = snapshot_find_context(snapshot, name);

	if (!context && find_expands(name) && snapshot_has_fact(snapshot, "btf") &&
		snapshot_has_fact(snapshot, "modules") && !snapshot_has_fact(snapshot, "filtered"))
		return find_absent(snapshot, "the BTF of the kernel and its modules has no such target");
	if (!context)
		return find_not_told("the snapshot has no such context");
	return (struct finding) {.state = support_state_word(context->state),
		.reason = context->reason, .snapshot = snapshot, .context = context};
}

static const struct snapshot_features *list_of(
	const struct snapshot *snapshot, enum subject_kind kind)
{
	switch (kind) {
	case SUBJECT_PROGRAM_TYPE:
		return &snapshot->program_types;
	case SUBJECT_MAP_TYPE:
		return &snapshot->map_types;
	case SUBJECT_ATTACH_TYPE:
		return &snapshot->attach_types;
	case SUBJECT_LINK_TYPE:
		return &snapshot->link_types;
	default:
		return &snapshot->features;
	}
}

static struct finding feature_in(
	const struct snapshot *snapshot, enum subject_kind kind, const char *name)
{
	const struct snapshot_feature *feature =
		snapshot_find_feature(list_of(snapshot, kind), name);

	if (!feature)
		return find_not_told("not listed in the snapshot");
	return (struct finding) {.state = support_state_word(feature->state),
		.reason = feature->reason, .snapshot = snapshot, .feature = feature};
}

static bool find_copy_symbols(struct pool *pool, const struct snapshot_function *from, struct function_view *view)
{
	unsigned int mask = 0;

	view->symbols = pool_calloc(pool, from->symbol_cnt, sizeof(*view->symbols));
	view->changes = pool_calloc(pool, SYMBOL_CHANGE_CNT, sizeof(*view->changes));
	if (!view->symbols || !view->changes)
		return false;
	for (size_t i = 0; i < from->symbol_cnt; i++) {
		const struct snapshot_symbol *symbol = &from->symbols[i];
		unsigned int changes = 0;
		symbol_base_length(symbol->name, &changes);
		mask |= changes;
		view->symbols[view->symbol_cnt++] = (struct view_symbol) {
			.name = symbol->name,
			.module = symbol->module,
			.address = symbol->address,
			/* nm's letter: upper case is global, and t of /proc/kallsyms is local. */
			.binding = symbol->type == 'W' || symbol->type == 'w' ? "weak"
				: symbol->type == 'T'                         ? "global"
				: symbol->type == 't'                         ? "local"
									      : NULL,
		};
	}
	for (int i = 0; i < SYMBOL_CHANGE_CNT; i++) {
		if (!(mask & 1u << i))
			continue;
		view->changes[view->change_cnt++] = symbol_change_suffix(i);
		view->changed |= symbol_change_effect(i) > SYMBOL_EFFECT_SPLIT;
	}
	return true;
}

/* A view from symbols and BTF alone. */
static bool view_of(const struct snapshot *snapshot, const struct snapshot_function *from,
	struct pool *pool, struct function_view *view)
{
	*view = (struct function_view) {
		.name = from->name,
		.state = from->state,
		.reason = from->reason,
		.collision = from->collision ? "several" : NULL,
		.changes_known = snapshot_has_fact(snapshot, "kallsyms"),
		.prototypes = from->prototypes,
		.prototype_cnt = from->prototype_cnt,
		.traceable = from->traceable,
		.kprobe_blacklisted = from->kprobe_blacklisted,
		.fentry = from->fentry.state == CELL_NONE ? NULL : cell_state_word(from->fentry.state),
		.sources = "symbols and BTF; no debug information",
	};
	return find_copy_symbols(pool, from, view);
}

static bool is_of_module(const struct view_symbol *symbol)
{
	return symbol->module && strcmp(symbol->module, "vmlinux");
}

/* The facts describe the kernel's own functions. This adds the symbols of modules. */
static bool add_module_symbols(
	const struct function_view *from, struct pool *pool, struct function_view *view)
{
	struct view_symbol *symbols =
		pool_calloc(pool, view->symbol_cnt + from->symbol_cnt, sizeof(*symbols));

	if (!symbols)
		return false;
	if (view->symbol_cnt)
		memcpy(symbols, view->symbols, view->symbol_cnt * sizeof(*symbols));
	for (size_t i = 0; i < from->symbol_cnt; i++) {
		if (is_of_module(&from->symbols[i]))
			symbols[view->symbol_cnt++] = from->symbols[i];
	}
	view->symbols = symbols;
	return true;
}

/* A view of a function that the snapshot lists, from the facts of the image if those were read. */
static struct error *view_in(const struct snapshot *snapshot, const struct snapshot_function *from,
	struct pool *pool, struct function_view *view)
{
	struct function_view bare;

	if (!view_of(snapshot, from, pool, &bare))
		return error_no_memory();
	if (!from->facts || from->facts->kind == FUNCTION_KIND_DECLARATION) {
		*view = bare;
		return NULL;
	}
	struct error *error =
		function_view_fill(snapshot->function_sources, from->facts, pool, view);
	if (!error && !view->prototype_cnt) {
		view->prototypes = bare.prototypes;
		view->prototype_cnt = bare.prototype_cnt;
	}
	if (!error && !add_module_symbols(&bare, pool, view))
		error = error_no_memory();
	return error;
}

/* A search for a glob that the name matches did not find it. */
static struct error *by_glob(
	const struct kernel_entry *entry, const char *name, struct finding *ret)
{
	const struct snapshot_function_glob *glob =
		snapshot_find_function_glob(entry->snapshot, name);

	if (glob)
		*ret = (struct finding) {
			.state = glob->state, .reason = glob->reason, .snapshot = entry->snapshot};
	return NULL;
}

static struct error *function_in(const struct kernel_entry *entry, const char *name,
	struct pool *pool, struct finding *ret)
{
	const struct snapshot_function *function = snapshot_find_function(entry->snapshot, name);
	struct function_view *view = pool_alloc(pool, sizeof(*view));
	struct error *error = NULL;

	*ret = find_not_told("no debug information was read, and its snapshot does not ask for it");
	if (!view)
		return error_no_memory();
	if (entry->functions)
		error = function_views_find(entry->functions, name, pool, view);
	else if (!function)
		return by_glob(entry, name, ret);
	else
		error = view_in(entry->snapshot, function, pool, view);
	/* The file of functions has no functions of modules. The snapshot may have one. */
	if (!error && entry->functions && function && !strcmp(view->state, "absent") &&
		strcmp(function->state, "absent"))
		error = view_in(entry->snapshot, function, pool, view);
	if (error)
		return error;
	*ret = (struct finding) {.state = view->state, .reason = view->reason,
		.snapshot = entry->snapshot, .function = view};
	return NULL;
}

static struct error *find_in(const struct history *history, const struct kernel_entry *entry,
	const struct subject *subject, struct pool *pool, struct finding *ret)
{
	switch (subject->kind) {
	case SUBJECT_KFUNC:
		*ret = kfunc_in(history, entry->snapshot, subject->name, pool);
		return NULL;
	case SUBJECT_HELPER:
		*ret = helper_in(entry->snapshot, subject->name);
		return NULL;
	case SUBJECT_CONTEXT:
		*ret = context_in(entry->snapshot, subject->name);
		return NULL;
	case SUBJECT_FUNCTION:
		return function_in(entry, subject->name, pool, ret);
	default:
		*ret = feature_in(entry->snapshot, subject->kind, subject->name);
		return NULL;
	}
}

/*
 * Chooses between answers about one kernel: known before unknown, then present before absent. Who looked for a function
 * in vain knows more than who was not asked.
 */
static bool is_better(const struct finding *a, const struct finding *b)
{
	if (finding_is_known(a) != finding_is_known(b))
		return finding_is_known(a);
	if (!finding_is_known(a) && !a->function != !b->function)
		return a->function;
	if (a->function && b->function && a->function->instances_known != b->function->instances_known)
		return a->function->instances_known;
	return a->kfunc && !b->kfunc;
}

/* Each source of one build tells what the best one does not know of a function. */
static struct error *complete(struct finding *best, const struct finding *all, size_t cnt, struct pool *pool)
{
	struct function_view *view;

	if (!best->function || strcmp(best->state, "present"))
		return NULL;
	view = pool_alloc(pool, sizeof(*view));
	if (!view)
		return error_no_memory();
	*view = *best->function;
	best->function = view;
	for (size_t i = 0; i < cnt; i++) {
		if (all[i].function && !strcmp(all[i].state, "present") &&
			!function_view_complete(view, all[i].function, pool))
			return error_no_memory();
	}
	return NULL;
}

struct error *history_find(const struct history *history, size_t row, const struct subject *subject,
	struct pool *pool, struct finding *ret)
{
	size_t cnt = history->rows[row].entry_cnt;
	struct finding best = unknown, *all = pool_calloc(pool, cnt, sizeof(*all));

	if (!all)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		struct error *error =
			find_in(history, history->rows[row].entries[i], subject, pool, &all[i]);
		if (error)
			return error;
		if (!i || is_better(&all[i], &best))
			best = all[i];
	}
	struct error *error = cnt > 1 ? complete(&best, all, cnt, pool) : NULL;
	*ret = best;
	return error;
}

bool finding_is_present(const struct finding *finding)
{
	return !strcmp(finding->state, "present") || !strcmp(finding->state, "ok");
}

bool finding_is_known(const struct finding *finding)
{
	return strcmp(finding->state, "unknown") && strcmp(finding->state, "blocked");
}

static const struct cell *cells_of(const struct finding *finding)
{
	return finding->kfunc ? finding->kfunc->cells
		: finding->helper ? finding->helper->cells
				  : NULL;
}

static const struct snapshot_context *own_context(
	const struct finding *finding, const struct snapshot_context *context)
{
	const struct snapshot *snapshot = finding->snapshot;
	uintptr_t begin = snapshot ? (uintptr_t)snapshot->contexts : 0, at = (uintptr_t)context;

	if (!snapshot)
		return NULL;
	if (at >= begin && at < begin + snapshot->context_cnt * sizeof(*context))
		return context;
	return snapshot_find_context(snapshot, context->name);
}

struct cell finding_cell(const struct finding *finding, const struct snapshot_context *context)
{
	const struct cell *cells = cells_of(finding);
	const struct snapshot_context *own = cells ? own_context(finding, context) : NULL;

	return own ? cells[own - finding->snapshot->contexts] : (struct cell) {0};
}

/* Call states, the strongest first. */
static int promise(enum cell_state state)
{
	static const int promises[CELL_STATE_CNT] = {
		[CELL_NONE] = 0, [CELL_UNSUPPORTED] = 1, [CELL_ABSENT] = 2, [CELL_REFUSED] = 3,
		[CELL_IMPOSSIBLE] = 4, [CELL_BLOCKED] = 5, [CELL_UNKNOWN] = 6, [CELL_CONDITIONAL] = 7,
		[CELL_PERMITTED] = 8, [CELL_LOADABLE] = 9, [CELL_RAN] = 10,
	};

	return promises[state];
}

static struct cell better_cell(struct cell a, struct cell b)
{
	return promise(b.state) > promise(a.state) ? b : a;
}

struct cell finding_best_of(const struct finding *finding, const size_t *contexts, size_t cnt)
{
	const struct cell *cells = cells_of(finding);
	struct cell best = {0};

	for (size_t i = 0; cells && i < cnt; i++)
		best = better_cell(best, cells[contexts[i]]);
	return best;
}

struct cell finding_best_cell(const struct finding *finding, const char *program_type)
{
	const struct cell *cells = cells_of(finding);
	struct cell best = {0};

	for (size_t i = 0; cells && i < finding->snapshot->context_cnt; i++) {
		if (!strcmp(finding->snapshot->contexts[i].program_type, program_type))
			best = better_cell(best, cells[i]);
	}
	return best;
}

struct registration history_registration(
	const struct history *history, size_t row, const struct finding *finding)
{
	const struct history_row *own = &history->rows[row];

	for (size_t i = 0; finding->kfunc && i < own->entry_cnt; i++) {
		const struct snapshot *snapshot = own->entries[i]->snapshot;
		const struct snapshot_kfunc *kfunc = snapshot_find_same_kfunc(snapshot, finding->kfunc);
		if (kfunc && kfunc->found_by & 1u << KFUNC_SOURCE_SET)
			return (struct registration) {
				kfunc, kfunc->set_cnt ? kfunc->sets[0] : NULL};
	}
	return (struct registration) {0};
}
