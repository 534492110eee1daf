/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/build.h"
#include "btf/btf.h"
#include "btf/decl.h"
#include "kernel/kernel.h"
#include "util/array.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

/* A symbol and the name of its function. */
struct named_symbol {
	const char *base; /* in the result's pool */
	const struct code_symbol *symbol;
};

struct builder {
	struct function_parts *parts;
	const struct function_sources *sources;
	struct kernel_functions *ret;
	struct named_symbol *symbols; /* sorted by base, address */
	size_t symbol_cnt;
	uint32_t *rank;       /* by node: its place by unit, name */
	uint32_t *by_address; /* nodes with code, sorted by address */
	size_t by_address_cnt;
	struct buf text;
};

static bool build_add(void **list, size_t *cnt, size_t *cap, const void *element, size_t size)
{
	if (*cnt == *cap) {
		size_t wanted = *cap ? *cap * 2 : 1024;
		void *grown = wanted < UINT32_MAX ? realloc(*list, wanted * size) : NULL;
		if (!grown)
			return false;
		*list = grown;
		*cap = wanted;
	}
	memcpy((char *)*list + *cnt * size, element, size);
	++*cnt;
	return true;
}

bool function_parts_add_node(struct function_parts *parts, const struct function_node *node)
{
	void *list = parts->nodes;
	bool done = build_add(&list, &parts->node_cnt, &parts->node_cap, node, sizeof(*node));

	parts->nodes = list;
	return done;
}

bool function_parts_add_link(struct function_parts *parts, const struct function_link *link)
{
	void *list = parts->links;
	bool done = build_add(&list, &parts->link_cnt, &parts->link_cap, link, sizeof(*link));

	parts->links = list;
	return done;
}

void function_parts_deinit(struct function_parts *parts)
{
	if (!parts)
		return;
	free(parts->nodes);
	free(parts->links);
	*parts = (struct function_parts) {0};
}

static int compare_node(const void *a, const void *b, void *context)
{
	const struct function_node *nodes = context;
	const struct function_node *x = &nodes[*(const uint32_t *)a];
	const struct function_node *y = &nodes[*(const uint32_t *)b];
	int order = strcmp(x->name, y->name);

	if (!order)
		order = order_texts(x->instance.unit, y->instance.unit);
	if (!order)
		order = order_texts(x->instance.file, y->instance.file);
	if (!order)
		order = order_numbers(x->instance.line, y->instance.line);
	if (!order)
		order = order_numbers(x->instance.address, y->instance.address);
	return order ? order : order_texts(x->instance.prototype, y->instance.prototype);
}

static int compare_rank(const void *a, const void *b, void *context)
{
	const struct function_node *nodes = context;
	const struct function_node *x = &nodes[*(const uint32_t *)a];
	const struct function_node *y = &nodes[*(const uint32_t *)b];
	int order = order_texts(x->instance.unit, y->instance.unit);

	return order ? order : strcmp(x->name, y->name);
}

static uint32_t *numbers_to(size_t cnt)
{
	uint32_t *list = malloc((cnt + 1) * sizeof(*list));

	for (size_t i = 0; list && i < cnt; i++)
		list[i] = (uint32_t)i;
	return list;
}

/* Sorts nodes by name and adjusts the links. */
static bool sort_nodes(struct function_parts *parts)
{
	uint32_t *order = numbers_to(parts->node_cnt), *moved = numbers_to(parts->node_cnt);
	struct function_node *sorted = malloc((parts->node_cnt + 1) * sizeof(*sorted));

	if (order && moved && sorted) {
		qsort_r(order, parts->node_cnt, sizeof(*order), compare_node, parts->nodes);
		for (size_t i = 0; i < parts->node_cnt; i++) {
			sorted[i] = parts->nodes[order[i]];
			moved[order[i]] = (uint32_t)i;
		}
		for (size_t i = 0; i < parts->link_cnt; i++) {
			parts->links[i].caller = moved[parts->links[i].caller];
			parts->links[i].callee = moved[parts->links[i].callee];
		}
		free(parts->nodes);
		parts->nodes = sorted;
		parts->node_cap = parts->node_cnt;
		sorted = NULL;
	}
	free(sorted);
	free(order);
	free(moved);
	return !sorted;
}

/* Equal unit and name get equal ranks: they are one caller. */
static bool rank_nodes(struct builder *builder)
{
	const struct function_parts *parts = builder->parts;
	uint32_t *order = numbers_to(parts->node_cnt), rank = 0;

	builder->rank = malloc((parts->node_cnt + 1) * sizeof(*builder->rank));
	if (!order || !builder->rank) {
		free(order);
		return false;
	}
	qsort_r(order, parts->node_cnt, sizeof(*order), compare_rank, parts->nodes);
	for (size_t i = 0; i < parts->node_cnt; i++) {
		if (i && compare_rank(&order[i - 1], &order[i], parts->nodes))
			rank++;
		builder->rank[order[i]] = rank;
	}
	free(order);
	return true;
}

static int compare_link(const void *a, const void *b, void *context)
{
	const struct function_link *x = a, *y = b;
	const uint32_t *rank = context;

	if (x->callee != y->callee)
		return x->callee < y->callee ? -1 : 1;
	if (x->inlined != y->inlined)
		return x->inlined ? 1 : -1;
	return order_numbers(rank[x->caller], rank[y->caller]);
}

static int compare_by_address(const void *a, const void *b, void *context)
{
	const struct function_node *nodes = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = order_numbers(nodes[x].instance.address, nodes[y].instance.address);

	return order ? order : order_numbers(x, y);
}

static bool index_addresses(struct builder *builder)
{
	const struct function_parts *parts = builder->parts;

	builder->by_address = malloc((parts->node_cnt + 1) * sizeof(*builder->by_address));
	for (uint32_t i = 0; builder->by_address && i < parts->node_cnt; i++) {
		if (parts->nodes[i].instance.has_address)
			builder->by_address[builder->by_address_cnt++] = i;
	}
	if (builder->by_address)
		qsort_r(builder->by_address, builder->by_address_cnt, sizeof(uint32_t),
			compare_by_address, parts->nodes);
	return builder->by_address;
}

/* A definition at that address with another name. */
static const char *other_name_at(const struct builder *builder, uint64_t address, const char *name)
{
	const struct function_node *nodes = builder->parts->nodes;
	size_t low = 0, high = builder->by_address_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (nodes[builder->by_address[middle]].instance.address < address)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < builder->by_address_cnt; low++) {
		const struct function_node *node = &nodes[builder->by_address[low]];
		if (node->instance.address != address)
			return NULL;
		if (strcmp(node->name, name))
			return node->name;
	}
	return NULL;
}

static int compare_named(const void *a, const void *b)
{
	const struct named_symbol *x = a, *y = b;
	int order = x->base == y->base ? 0 : strcmp(x->base, y->base);

	if (!order)
		order = order_numbers(x->symbol->address, y->symbol->address);
	return order ? order : strcmp(x->symbol->name, y->symbol->name);
}

/* Labels of code count if a definition or declaration has the same name. */
static bool is_wanted_label(const struct builder *builder, const struct code_symbol *symbol)
{
	const struct function_parts *parts = builder->parts;
	size_t low = 0, high = parts->node_cnt;

	if (!symbol->label || symbol->binding == FUNCTION_BINDING_LOCAL)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(parts->nodes[middle].name, symbol->name);
		if (!order)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static struct error *name_symbols(struct builder *builder)
{
	const struct code_symbols *symbols = builder->sources->symbols;

	if (!symbols)
		return NULL;
	builder->symbols = malloc((symbols->cnt + 1) * sizeof(*builder->symbols));
	if (!builder->symbols)
		return error_no_memory();
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct code_symbol *symbol = &symbols->list[i];
		if (symbol->function ? function_mark_is_name(symbol->name)
				     : !is_wanted_label(builder, symbol))
			continue;
		const char *base = pool_intern(&builder->ret->pool, symbol->name,
			symbol_base_length(symbol->name, NULL));
		if (!base)
			return error_no_memory();
		builder->symbols[builder->symbol_cnt++] = (struct named_symbol) {base, symbol};
	}
	qsort(builder->symbols, builder->symbol_cnt, sizeof(*builder->symbols), compare_named);
	return NULL;
}

/* Functions generated by the build, recognised by name. */
static enum function_kind kind_of_name(const char *name)
{
	static const struct {
		const char *prefix;
		enum function_kind kind;
	} known[] = {
		{"__pfx_", FUNCTION_KIND_PADDING},
		{"__cfi_", FUNCTION_KIND_PADDING},
		{"__SCT__", FUNCTION_KIND_TRAMPOLINE},
		{"__x86_indirect_", FUNCTION_KIND_TRAMPOLINE},
		{"__x86_return_", FUNCTION_KIND_TRAMPOLINE},
		{"__s390_indirect_", FUNCTION_KIND_TRAMPOLINE},
	};
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strncmp(name, known[i].prefix, strlen(known[i].prefix)))
			return known[i].kind;
	}
	/* Veneers: ld puts them between code and a target that is too far away. */
	if (len > 7 && !strcmp(name + len - 7, "_veneer"))
		return FUNCTION_KIND_TRAMPOLINE;
	return FUNCTION_KIND_FUNCTION;
}

static void set_kind(struct builder *builder, struct kernel_function *function,
	const struct function_node *nodes)
{
	bool has_symbols = function->symbol_cnt;
	enum function_kind by_name = kind_of_name(function->name);

	for (size_t i = 0; i < function->instance_cnt; i++) {
		/* Assembly, which may have no instance, can override a weak function. */
		if (nodes[i].kind == FUNCTION_KIND_FUNCTION && !function->instances[i].overridden) {
			function->kind = FUNCTION_KIND_FUNCTION;
			return;
		}
	}
	if (by_name != FUNCTION_KIND_FUNCTION) {
		function->kind = by_name;
	} else if (function->instance_cnt && nodes->kind == FUNCTION_KIND_ASSEMBLY) {
		function->kind = FUNCTION_KIND_ASSEMBLY;
	} else if (!has_symbols) {
		function->kind = function->instance_cnt ? nodes->kind : FUNCTION_KIND_DECLARATION;
	} else if (!builder->sources->dwarf) {
		function->kind = function->prototype ? FUNCTION_KIND_FUNCTION : FUNCTION_KIND_SYMBOL;
	} else {
		function->alias_of = other_name_at(
			builder, function->symbols[0].address, function->name);
		function->kind = function->alias_of ? FUNCTION_KIND_ALIAS : FUNCTION_KIND_ASSEMBLY;
	}
}

/* The prototype from BTF; none if there are several. */
static struct error *set_prototype(struct builder *builder, struct kernel_function *function)
{
	struct kbtf *btf = builder->sources->btf;
	uint32_t id = btf ? kbtf_find(btf, function->name, BTF_KIND_FUNC) : 0;

	if (!id)
		return NULL;
	function->fentry_refused = kbtf_func_problem(btf, id);
	if (!function->fentry_refused)
		function->fentry_doubt = kbtf_func_doubt(btf, id, builder->ret->machine);
	if (builder->sources->marks && function_marks_denied(builder->sources->marks, id))
		function->fentry_refused = "the verifier refuses it by name (btf_id_deny)";
	for (uint32_t other = kbtf_find_next(btf, id); other; other = kbtf_find_next(btf, other)) {
		if (kbtf_type(btf, other)->type != kbtf_type(btf, id)->type)
			return NULL;
	}
	buf_clear(&builder->text);
	kbtf_print_func(btf, id, &builder->text);
	function->prototype = pool_intern(
		&builder->ret->pool, buf_text(&builder->text), builder->text.len);
	return function->prototype && !builder->text.failed ? NULL : error_no_memory();
}

static struct error *fill_symbols(struct builder *builder, struct kernel_function *function,
	const struct named_symbol *named, size_t cnt)
{
	static const struct function_marks no_marks;
	const struct function_sources *sources = builder->sources;
	struct pool *pool = &builder->ret->pool;

	if (!cnt)
		return NULL;
	function->symbols = pool_calloc(pool, cnt, sizeof(*function->symbols));
	if (!function->symbols)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		const struct code_symbol *symbol = named[i].symbol;
		struct function_symbol *ret = &function->symbols[i];
		bool plain = !strcmp(symbol->name, function->name);
		ret->name = plain ? function->name : pool_strdup(pool, symbol->name);
		ret->address = symbol->address;
		ret->size_bytes = symbol->size_bytes;
		ret->binding = symbol->binding;
		function_marks_apply(sources->marks ? sources->marks : &no_marks, sources->symbols,
			symbol, ret);
		if (ret->section)
			ret->section = pool_intern(pool, ret->section, strlen(ret->section));
		if (!ret->name || (symbol->section && !ret->section))
			return error_no_memory();
	}
	function->symbol_cnt = cnt;
	return NULL;
}

static struct error *fill_callers(struct builder *builder, const struct function_link *links,
	size_t cnt, struct function_caller **ret, size_t *ret_cnt)
{
	const struct function_node *nodes = builder->parts->nodes;
	size_t unique = 0;

	for (size_t i = 0; i < cnt; i++)
		unique += !i || builder->rank[links[i].caller] != builder->rank[links[i - 1].caller];
	struct function_caller *list = pool_calloc(&builder->ret->pool, unique, sizeof(*list));
	if (!list)
		return error_no_memory();
	*ret = list--;
	*ret_cnt = unique;
	for (size_t i = 0; i < cnt; i++) {
		const struct function_node *node = &nodes[links[i].caller];
		if (!i || builder->rank[links[i].caller] != builder->rank[links[i - 1].caller])
			*++list = (struct function_caller) {node->name, node->instance.unit, 0};
		list->cnt++;
	}
	return NULL;
}

/* The function symbol at an address, whatever its name; NULL: none. */
static const char *symbol_name_at(const struct code_symbols *symbols, uint64_t address)
{
	for (size_t i = code_symbols_from(symbols, address);
		i < symbols->cnt && symbols->list[i].address == address; i++) {
		if (symbols->list[i].function)
			return symbols->list[i].name;
	}
	return NULL;
}

/* The code exists, but no symbol of the function points to it. */
static struct error *set_symbol_state(struct builder *builder,
	const struct kernel_function *function, struct function_instance *instance)
{
	const struct code_symbols *symbols = builder->sources->symbols;

	if (!instance->has_address || !symbols)
		return NULL;
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		if (function->symbols[i].address == instance->address)
			return NULL;
	}
	const char *other = symbol_name_at(symbols, instance->address);
	instance->renamed = pool_strdup(&builder->ret->pool, other);
	instance->overridden =
		!other && instance->external == TRISTATE_YES && function->symbol_cnt;
	return other && !instance->renamed ? error_no_memory() : NULL;
}

/* `links` starts with the links of `node`. Returns their number. */
static struct error *fill_instance(struct builder *builder, struct kernel_function *function,
	size_t node, struct function_instance *ret, size_t *link)
{
	const struct function_parts *parts = builder->parts;
	const struct function_link *links = parts->links;
	size_t begin = *link, middle, end;

	*ret = parts->nodes[node].instance;
	struct error *error = set_symbol_state(builder, function, ret);
	for (middle = begin; middle < parts->link_cnt && links[middle].callee == node &&
		!links[middle].inlined;
		middle++)
		;
	for (end = middle; end < parts->link_cnt && links[end].callee == node; end++)
		;
	*link = end;
	if (!error && middle > begin)
		error = fill_callers(builder, links + begin, middle - begin, &ret->direct,
			&ret->direct_cnt);
	if (!error && end > middle)
		error = fill_callers(builder, links + middle, end - middle, &ret->inline_sites,
			&ret->inline_site_cnt);
	return error;
}

static bool is_claimed(const struct kernel_function *function, const struct function_symbol *symbol)
{
	for (size_t i = 0; i < function->instance_cnt; i++) {
		const struct function_instance *instance = &function->instances[i];
		if (instance->has_address && instance->address == symbol->address)
			return true;
	}
	return false;
}

/* The first symbol of exactly the function's name that no definition has; NULL: none. */
static const struct function_symbol *unclaimed_symbol(
	const struct kernel_function *function, bool local)
{
	for (size_t i = 0; i < function->symbol_cnt; i++) {
		const struct function_symbol *symbol = &function->symbols[i];
		if (symbol->name == function->name && !is_claimed(function, symbol) &&
			symbol->binding != FUNCTION_BINDING_UNKNOWN &&
			(symbol->binding == FUNCTION_BINDING_LOCAL) == local)
			return symbol;
	}
	return NULL;
}

static bool lacks_code(const struct function_instance *instance, bool local)
{
	return !instance->has_address &&
		instance->external == (local ? TRISTATE_NO : TRISTATE_YES) &&
		(instance->inlined == FUNCTION_INLINE_FULL ||
			instance->inlined == FUNCTION_INLINE_GONE);
}

static enum function_inline inline_with_code(enum function_inline without)
{
	return without == FUNCTION_INLINE_FULL ? FUNCTION_INLINE_SELECTIVE : FUNCTION_INLINE_NO;
}

/*
 * The symbol table decides whether there is code: the debug information has no address of a
 * function that the compiler made another name of an equal one (-fipa-icf). Which of several such
 * definitions has it is unknown.
 */
static void settle_by_symbol(struct kernel_function *function, bool local)
{
	const struct function_symbol *symbol = unclaimed_symbol(function, local);
	size_t cnt = 0;

	if (!symbol)
		return;
	for (size_t i = 0; i < function->instance_cnt; i++)
		cnt += lacks_code(&function->instances[i], local);
	for (size_t i = 0; i < function->instance_cnt; i++) {
		struct function_instance *instance = &function->instances[i];
		if (!lacks_code(instance, local))
			continue;
		instance->inlined = cnt == 1 ? inline_with_code(instance->inlined)
					     : FUNCTION_INLINE_UNKNOWN;
		instance->has_address = cnt == 1;
		instance->address = cnt == 1 ? symbol->address : 0;
	}
}

/* Builds one function from its nodes and symbols. Advances `link` to the next one's. */
static struct error *fill_function(struct builder *builder, struct kernel_function *function,
	size_t node, size_t node_cnt, const struct named_symbol *named, size_t symbol_cnt,
	size_t *link)
{
	const struct function_node *nodes = builder->parts->nodes + node;
	struct error *error = fill_symbols(builder, function, named, symbol_cnt);

	if (!error)
		error = set_prototype(builder, function);
	if (!error && node_cnt) {
		function->instances = pool_calloc(
			&builder->ret->pool, node_cnt, sizeof(*function->instances));
		error = function->instances ? NULL : error_no_memory();
	}
	for (size_t i = 0; i < node_cnt && !error; i++, function->instance_cnt++)
		error = fill_instance(builder, function, node + i, &function->instances[i], link);
	if (error)
		return error;
	settle_by_symbol(function, true);
	settle_by_symbol(function, false);
	set_kind(builder, function, nodes);
	/* BTF describes assembly as "void f(void)". */
	if (function->kind == FUNCTION_KIND_ASSEMBLY)
		function->prototype = NULL;
	return NULL;
}

/* Merges the two sorted lists by name. */
static struct error *fill_functions(struct builder *builder)
{
	const struct function_node *nodes = builder->parts->nodes;
	const struct named_symbol *symbols = builder->symbols;
	size_t node = 0, symbol = 0, link = 0, node_cnt = builder->parts->node_cnt;
	struct kernel_functions *ret = builder->ret;

	ret->list = pool_calloc(
		&ret->pool, node_cnt + builder->symbol_cnt + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_no_memory();
	while (node < node_cnt || symbol < builder->symbol_cnt) {
		struct kernel_function *function = &ret->list[ret->cnt];
		bool by_node = symbol == builder->symbol_cnt ||
			(node < node_cnt && strcmp(nodes[node].name, symbols[symbol].base) <= 0);
		function->name = by_node ? nodes[node].name : symbols[symbol].base;
		size_t node_end = node, symbol_end = symbol;
		while (node_end < node_cnt && !strcmp(nodes[node_end].name, function->name))
			node_end++;
		while (symbol_end < builder->symbol_cnt &&
			!strcmp(symbols[symbol_end].base, function->name))
			symbol_end++;
		struct error *error = fill_function(builder, function, node, node_end - node,
			symbols + symbol, symbol_end - symbol, &link);
		if (error)
			return error;
		ret->cnt++;
		node = node_end;
		symbol = symbol_end;
	}
	return NULL;
}

/*
 * Data with a function's name: the kernel's look-up by name ignores the type. It finds the symbol
 * with the lowest address (kallsyms_lookup_name(), linux kernel/kallsyms.c).
 */
static void mark_namesakes(struct builder *builder)
{
	const struct code_symbols *symbols = builder->sources->symbols;
	const struct kernel_functions *functions = builder->ret;

	for (size_t i = 0; symbols && i < symbols->cnt; i++) {
		const struct code_symbol *symbol = &symbols->list[i];
		const struct kernel_function *found = symbol->function
			? NULL
			: kernel_functions_find(functions, symbol->name);
		if (!found || !found->symbol_cnt || found->symbols[0].address == symbol->address)
			continue;
		struct kernel_function *function = &functions->list[found - functions->list];
		function->namesake = true;
		if (symbol->address < function->symbols[0].address && !function->fentry_refused)
			function->fentry_doubt = "data with the same name lies before it in memory";
	}
}

static void builder_deinit(struct builder *builder)
{
	free(builder->symbols);
	free(builder->rank);
	free(builder->by_address);
	buf_deinit(&builder->text);
}

struct error *function_build(struct function_parts *parts, const struct function_sources *sources,
	struct kernel_functions *ret)
{
	__attribute__((cleanup(builder_deinit))) struct builder builder = {
		.parts = parts,
		.sources = sources,
		.ret = ret,
	};

	struct error *error = sources->btf ? kbtf_index(sources->btf) : NULL;
	if (error)
		return error;
	if (!sort_nodes(parts) || !rank_nodes(&builder) || !index_addresses(&builder))
		return error_no_memory();
	if (parts->link_cnt)
		qsort_r(parts->links, parts->link_cnt, sizeof(*parts->links), compare_link,
			builder.rank);
	error = name_symbols(&builder);
	if (!error)
		error = fill_functions(&builder);
	if (!error)
		mark_namesakes(&builder);
	if (sources->symbols)
		ret->sources |= 1u << (sources->symbols->sized ? FUNCTION_SOURCE_SYMTAB
							       : FUNCTION_SOURCE_SYMBOLS);
	ret->sources |= sources->marks ? sources->marks->sources : 0;
	ret->sources |= sources->btf ? 1u << FUNCTION_SOURCE_BTF : 0;
	ret->sources |= sources->dwarf ? 1u << FUNCTION_SOURCE_DWARF : 0;
	return error;
}
