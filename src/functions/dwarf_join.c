/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/dwarf_join.h"
#include "kernel/kernel.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

#define NOTHING UINT32_MAX
/* For GCC, a function starts after the nops of -fpatchable-function-entry. */
#define ENTRY_NOPS_BYTES 24

/* How well an address matches the name of a function as its entry. */
enum fit { FIT_NONE, FIT_CODE, FIT_OTHER_SYMBOL, FIT_COPY, FIT_PLAIN };

/* The definition with this root record. */
struct root {
	const struct dwarf_unit *unit;
	uint64_t address;
	uint32_t inline_cnt, node;
	uint32_t called; /* the node that its callers call: not an overridden weak one */
	uint8_t fit; /* FIT_NONE: no code */
	bool defined, external;
};

struct joiner {
	const struct dwarf_facts *facts;
	const struct image *code;
	const struct code_symbols *symbols;
	struct function_parts *parts;
	uint32_t *root_of;     /* by record: its root record */
	struct root *roots;    /* by record */
	uint32_t *by_name;     /* roots, sorted by name; definitions first */
	size_t by_name_cnt;
};

static uint32_t record_at(const struct dwarf_facts *facts, uint64_t offset)
{
	size_t low = 0, high = facts->record_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (facts->records[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < facts->record_cnt && facts->records[low].offset == offset ? (uint32_t)low
									       : NOTHING;
}

/* The end of a chain of origins; the record itself if the chain is broken or a loop. */
static uint32_t find_root(const struct dwarf_facts *facts, uint32_t index)
{
	uint32_t at = index;

	for (int i = 0; i < DWARF_ORIGIN_MAX; i++) {
		uint64_t origin = facts->records[at].origin;
		if (!origin)
			return at;
		at = record_at(facts, origin);
		if (at == NOTHING)
			return index;
	}
	return index;
}

/* The address of the symbol. The debug information has the address after the nops. */
static uint64_t entry_of(const struct code_symbols *symbols, uint64_t address)
{
	const struct code_symbol *symbol =
		symbols && symbols->sized ? code_symbols_at(symbols, address) : NULL;

	return symbol && address - symbol->address <= ENTRY_NOPS_BYTES ? symbol->address : address;
}

static bool dwarf_join_is_code(const struct joiner *joiner, uint64_t address)
{
	const struct image_segment *segment =
		joiner->code ? image_segment_at(joiner->code, address) : NULL;

	return !joiner->code || (segment && segment->executable);
}

static enum fit fit_of(const struct joiner *joiner, const char *name, uint64_t address)
{
	const struct code_symbols *symbols = joiner->symbols;
	enum fit best = FIT_CODE;

	if (!dwarf_join_is_code(joiner, address))
		return FIT_NONE;
	for (size_t i = symbols ? code_symbols_from(symbols, address) : 0;
		symbols && i < symbols->cnt && symbols->list[i].address == address; i++) {
		const struct code_symbol *symbol = &symbols->list[i];
		enum fit fit = FIT_OTHER_SYMBOL;
		if (!strcmp(symbol->name, name))
			return FIT_PLAIN;
		/* Not the entry: the moved part with unlikely code. */
		if (symbol_effect(symbol->name) == SYMBOL_EFFECT_SPLIT)
			continue;
		if (symbol_base_equals(symbol->name, name))
			fit = FIT_COPY;
		best = fit > best ? fit : best;
	}
	return best;
}

static void take_addresses(
	const struct joiner *joiner, const struct dwarf_record *record, const char *name, struct root *root)
{
	for (uint32_t i = 0; i < record->start_cnt; i++) {
		uint64_t address = entry_of(joiner->symbols, record->starts[i]);
		enum fit fit = fit_of(joiner, name, address);
		if (fit > root->fit || (fit && fit == root->fit && address < root->address)) {
			root->fit = (uint8_t)fit;
			root->address = address;
			root->unit = record->unit->name ? record->unit : root->unit;
		}
	}
}

static void take_record(struct joiner *joiner, uint32_t index)
{
	const struct dwarf_record *record = &joiner->facts->records[index];
	uint32_t at = joiner->root_of[index];
	const struct dwarf_record *main = &joiner->facts->records[at];
	struct root *root = &joiner->roots[at];

	if (!root->unit || !root->unit->name)
		root->unit = main->unit->name ? main->unit : record->unit;
	root->external |= record->external;
	if (record->declaration || !main->name)
		return;
	root->defined = true;
	take_addresses(joiner, record, main->name, root);
}

static struct error *find_roots(struct joiner *joiner)
{
	const struct dwarf_facts *facts = joiner->facts;
	size_t cnt = facts->record_cnt + 1;

	joiner->root_of = calloc(cnt, sizeof(*joiner->root_of));
	joiner->roots = calloc(cnt, sizeof(*joiner->roots));
	joiner->by_name = calloc(cnt, sizeof(*joiner->by_name));
	if (!joiner->root_of || !joiner->roots || !joiner->by_name || cnt >= NOTHING)
		return error_no_memory();
	for (uint32_t i = 0; i < facts->record_cnt; i++) {
		joiner->roots[i].node = joiner->roots[i].called = NOTHING;
		joiner->root_of[i] = find_root(facts, i);
	}
	for (uint32_t i = 0; i < facts->record_cnt; i++)
		take_record(joiner, i);
	for (size_t i = 0; i < facts->edge_cnt; i++) {
		const struct dwarf_edge *edge = &facts->edges[i];
		uint32_t at = edge->inlined ? record_at(facts, edge->callee) : NOTHING;
		if (at != NOTHING)
			joiner->roots[joiner->root_of[at]].inline_cnt++;
	}
	return NULL;
}

static enum function_inline inline_of(const struct root *root)
{
	if (root->fit)
		return root->inline_cnt ? FUNCTION_INLINE_SELECTIVE : FUNCTION_INLINE_NO;
	return root->inline_cnt ? FUNCTION_INLINE_FULL : FUNCTION_INLINE_GONE;
}

static bool has_prefix(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* The record with the place of declaration: prefers a definition to a declaration. */
static struct function_node node_of(const struct dwarf_record *record, const struct root *root)
{
	bool assembly = root->unit->assembly;
	struct function_node node = {.name = record->name, .kind = FUNCTION_KIND_FUNCTION};

	if (assembly)
		node.kind = FUNCTION_KIND_ASSEMBLY;
	else if (!root->defined)
		node.kind = has_prefix(record->name, "__builtin_") ? FUNCTION_KIND_BUILTIN
								   : FUNCTION_KIND_DECLARATION;
	if (!root->defined)
		return node;
	node.instance.unit = root->unit->name;
	node.instance.language = root->unit->language;
	node.instance.file = record->file;
	node.instance.line = record->line;
	node.instance.prototype = record->prototype;
	node.instance.has_address = root->fit;
	node.instance.address = root->address;
	node.instance.external = root->external ? TRISTATE_YES : TRISTATE_NO;
	node.instance.inlined = assembly ? FUNCTION_INLINE_NO : inline_of(root);
	return node;
}

/* The definition's own record, if the root is only its declaration. */
static void take_completions(const struct joiner *joiner)
{
	const struct dwarf_facts *facts = joiner->facts;

	for (size_t i = 0; i < facts->record_cnt; i++) {
		const struct dwarf_record *record = &facts->records[i];
		uint32_t node = joiner->roots[joiner->root_of[i]].node;
		if (joiner->root_of[i] == i || record->declaration || node == NOTHING)
			continue;
		struct function_instance *instance = &joiner->parts->nodes[node].instance;
		if (!instance->file && record->file) {
			instance->file = record->file;
			instance->line = record->line;
		}
		if (!instance->prototype)
			instance->prototype = record->prototype;
	}
}

static int compare_by_name(const void *a, const void *b, void *context)
{
	const struct joiner *joiner = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct root *one = &joiner->roots[x], *two = &joiner->roots[y];
	int order = strcmp(joiner->facts->records[x].name, joiner->facts->records[y].name);

	if (order)
		return order;
	/* Sorts first the definition that a declaration of the name refers to. */
	bool one_first = one->defined && one->external, two_first = two->defined && two->external;
	if (one_first != two_first)
		return one_first ? -1 : 1;
	if (one->fit != two->fit)
		return one->fit > two->fit ? -1 : 1;
	return order_numbers(x, y);
}

static struct error *dwarf_join_add_node(struct joiner *joiner, uint32_t at)
{
	struct root *root = &joiner->roots[at];
	struct function_node node = node_of(&joiner->facts->records[at], root);

	root->node = root->called = (uint32_t)joiner->parts->node_cnt;
	return function_parts_add_node(joiner->parts, &node) ? NULL : error_no_memory();
}

/* The global definition that all units link to; NOTHING: none. */
static uint32_t linked_node(const struct joiner *joiner, size_t begin)
{
	const struct root *first = &joiner->roots[joiner->by_name[begin]];

	return first->defined && first->external ? first->node : NOTHING;
}

/* Roots of one name, [begin, end): a node for each definition, and one for all declarations. */
static struct error *dwarf_join_add_nodes_of_name(struct joiner *joiner, size_t begin, size_t end)
{
	struct error *error = NULL;

	for (size_t i = begin; i < end && !error; i++) {
		if (joiner->roots[joiner->by_name[i]].defined)
			error = dwarf_join_add_node(joiner, joiner->by_name[i]);
	}
	uint32_t linked = linked_node(joiner, begin);
	bool found = linked != NOTHING && joiner->roots[joiner->by_name[begin]].fit == FIT_PLAIN;
	for (size_t i = begin; i < end && !error; i++) {
		struct root *root = &joiner->roots[joiner->by_name[i]];
		if (root->defined && root->external && root->fit == FIT_CODE && found)
			root->called = linked;
		if (root->defined)
			continue;
		if (linked == NOTHING) {
			error = dwarf_join_add_node(joiner, joiner->by_name[i]);
			linked = root->node;
		}
		root->node = root->called = linked;
	}
	return error;
}

static struct error *dwarf_join_add_nodes(struct joiner *joiner)
{
	const struct dwarf_record *records = joiner->facts->records;
	struct error *error = NULL;

	for (uint32_t i = 0; i < joiner->facts->record_cnt; i++) {
		if (joiner->root_of[i] == i && records[i].name)
			joiner->by_name[joiner->by_name_cnt++] = i;
	}
	qsort_r(joiner->by_name, joiner->by_name_cnt, sizeof(*joiner->by_name), compare_by_name,
		joiner);
	for (size_t begin = 0, end; begin < joiner->by_name_cnt && !error; begin = end) {
		for (end = begin + 1; end < joiner->by_name_cnt &&
			!strcmp(records[joiner->by_name[end]].name,
				records[joiner->by_name[begin]].name);
			end++)
			;
		error = dwarf_join_add_nodes_of_name(joiner, begin, end);
	}
	return error;
}

static uint32_t callee_of(const struct joiner *joiner, const struct dwarf_edge *edge)
{
	uint32_t at = record_at(joiner->facts, edge->callee);

	if (at == NOTHING)
		return NOTHING;
	const struct root *root = &joiner->roots[joiner->root_of[at]];
	return edge->inlined ? root->node : root->called;
}

/*
 * A call beside an abstract function is in the function's code. If a symbol says that another
 * function's code has it, who calls is unknown.
 */
static uint32_t caller_of(const struct joiner *joiner, const struct dwarf_edge *edge)
{
	uint32_t at = record_at(joiner->facts, edge->caller);
	const struct code_symbol *symbol =
		edge->site && joiner->symbols ? code_symbols_at(joiner->symbols, edge->site) : NULL;

	if (at == NOTHING)
		return NOTHING;
	const struct root *root = &joiner->roots[joiner->root_of[at]];
	const char *name = joiner->facts->records[joiner->root_of[at]].name;
	bool own = !symbol || (name && symbol_base_equals(symbol->name, name));
	return !edge->site || (root->fit && own) ? root->node : NOTHING;
}

static struct error *add_links(struct joiner *joiner)
{
	for (size_t i = 0; i < joiner->facts->edge_cnt; i++) {
		const struct dwarf_edge *edge = &joiner->facts->edges[i];
		struct function_link link = {
			.caller = caller_of(joiner, edge),
			.callee = callee_of(joiner, edge),
			.inlined = edge->inlined,
		};
		if (link.caller == NOTHING || link.callee == NOTHING)
			continue;
		if (!function_parts_add_link(joiner->parts, &link))
			return error_no_memory();
	}
	return NULL;
}

struct error *dwarf_join(const struct dwarf_facts *facts, const struct image *code,
	const struct code_symbols *symbols, struct function_parts *ret)
{
	struct joiner joiner = {.facts = facts, .code = code, .symbols = symbols, .parts = ret};

	struct error *error = find_roots(&joiner);
	if (!error)
		error = dwarf_join_add_nodes(&joiner);
	if (!error) {
		take_completions(&joiner);
		error = add_links(&joiner);
	}
	free(joiner.root_of);
	free(joiner.roots);
	free(joiner.by_name);
	return error;
}
