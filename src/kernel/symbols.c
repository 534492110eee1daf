/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/glob.h"
#include "util/hash.h"
#include "util/sort.h"

static const struct {
	const char *suffix;
	size_t len; /* length of the suffix */
	enum symbol_effect effect;
} changes_of[SYMBOL_CHANGE_CNT] = {
#define SYMBOL_CHANGE_ROW(name, suffix, effect, meaning)                                           \
	[SYMBOL_CHANGE_##name] = {"." suffix, sizeof(suffix), SYMBOL_EFFECT_##effect},
	SYMBOL_CHANGES(SYMBOL_CHANGE_ROW)
#undef SYMBOL_CHANGE_ROW
};

const char *symbol_change_suffix(enum symbol_change change)
{
	return changes_of[change].suffix;
}

enum symbol_effect symbol_change_effect(enum symbol_change change)
{
	return changes_of[change].effect;
}

/* `len` minus a ".NUMBER" at the end. */
static size_t strip_number(const char *name, size_t len)
{
	size_t at = len;

	while (at && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	return at < len && at > 1 && name[at - 1] == '.' ? at - 1 : len;
}

/* `len` minus one suffix, which sets *change. Returns `len` if the name has no known suffix. */
static size_t strip_change(const char *name, size_t len, enum symbol_change *change)
{
	size_t end = strip_number(name, len);

	for (int i = 0; i < SYMBOL_CHANGE_CNT; i++) {
		size_t suffix = changes_of[i].len;
		if (end > suffix && !memcmp(name + end - suffix, changes_of[i].suffix, suffix)) {
			*change = (enum symbol_change)i;
			return end - suffix;
		}
	}
	return len;
}

size_t symbol_base_length(const char *name, unsigned int *changes)
{
	const char *dot = strchr(name, '.');
	size_t len = dot ? (size_t)(dot - name) + strlen(dot) : strlen(name), shorter;
	enum symbol_change change = SYMBOL_CHANGE_COLD;
	unsigned int mask = 0;

	while (dot && (shorter = strip_change(name, len, &change)) < len) {
		mask |= 1u << change;
		len = shorter;
	}
	if (changes)
		*changes = mask;
	return len;
}

bool symbol_base_equals(const char *name, const char *base)
{
	size_t len = strlen(base);

	return !strncmp(name, base, len) && symbol_base_length(name, NULL) == len;
}

/* fnmatch() needs a string, but a base name is only the prefix of one. */
static bool glob_matches(const char *pattern, const char *name, size_t len)
{
	char small[256], *text = len < sizeof(small) ? small : malloc(len + 1);

	if (!text)
		return false;
	memcpy(text, name, len);
	text[len] = '\0';
	bool matched = !fnmatch(pattern, text, 0);
	if (text != small)
		free(text);
	return matched;
}

enum symbol_effect symbol_effect(const char *name)
{
	enum symbol_effect worst = SYMBOL_EFFECT_NONE;
	unsigned int changes;

	symbol_base_length(name, &changes);
	for (int i = 0; i < SYMBOL_CHANGE_CNT; i++) {
		if (changes & 1u << i && changes_of[i].effect > worst)
			worst = changes_of[i].effect;
	}
	return worst;
}

/* Padding and type hash before a function's entry (x86 call padding, kCFI), not a function. */
static bool is_preamble(const char *name)
{
	return !strncmp(name, "__pfx_", 6) || !strncmp(name, "__cfi_", 6);
}

struct symbol_filter {
	const char **names, **globs; /* `exact`, sorted */
	size_t name_cnt, glob_cnt;
};

struct error *symbol_filter_create(struct pool *pool, const char *const *patterns,
	size_t pattern_cnt, struct symbol_filter **ret)
{
	struct symbol_filter *filter = pool_alloc(pool, sizeof(*filter));

	if (!filter)
		return error_no_memory();
	filter->names = pool_calloc(pool, pattern_cnt + 1, sizeof(*filter->names));
	filter->globs = pool_calloc(pool, pattern_cnt + 1, sizeof(*filter->globs));
	if (!filter->names || !filter->globs)
		return error_no_memory();
	for (size_t i = 0; i < pattern_cnt; i++) {
		if (glob_recognise(patterns[i]))
			filter->globs[filter->glob_cnt++] = patterns[i];
		else
			filter->names[filter->name_cnt++] = patterns[i];
	}
	qsort(filter->names, filter->name_cnt, sizeof(*filter->names), compare_texts);
	*ret = filter;
	return NULL;
}

static bool globs_want(const struct symbol_filter *filter, const char *name, size_t len)
{
	for (size_t i = 0; i < filter->glob_cnt && !is_preamble(name); i++) {
		if (glob_matches(filter->globs[i], name, len))
			return true;
	}
	return false;
}

static bool names_want(const struct symbol_filter *filter, const char *name, size_t len)
{
	size_t low = 0, high = filter->name_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(filter->names[middle], name, len);
		if (!order && !filter->names[middle][len])
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool symbol_filter_wants(const struct symbol_filter *filter, const char *name)
{
	size_t len = symbol_base_length(name, NULL);

	return names_want(filter, name, len) || (name[len] && names_want(filter, name, strlen(name))) ||
		globs_want(filter, name, len);
}

/* cnt: it is not listed behind `from`. */
static size_t own_symbol(const struct kernel_symbol *list, size_t from, size_t cnt, const char *name)
{
	while (from < cnt && (list[from].module || strcmp(list[from].name, name)))
		from++;
	return from;
}

/* Addresses that are hidden are all zero. */
static bool is_between(const struct kernel_symbol *symbol, uint64_t begin, uint64_t end)
{
	return !symbol->module && ((!begin && !end) || (symbol->address >= begin && symbol->address < end));
}

void symbols_letter_data(struct kernel_symbol *list, size_t cnt)
{
	size_t begin = own_symbol(list, 0, cnt, "_sdata"), end = own_symbol(list, begin, cnt, "_edata");

	for (size_t i = begin; end < cnt && i < end; i++) {
		struct kernel_symbol *symbol = &list[i];
		if (!is_between(symbol, list[begin].address, list[end].address))
			continue;
		if (symbol->type == 't' || symbol->type == 'T')
			symbol->type = symbol->type == 't' ? 'd' : 'D';
	}
}

bool symbol_is_function(const struct kernel_symbol *symbol)
{
	return symbol->type && strchr("tTwW", symbol->type);
}

/* Symbols whose keys share a hash. Each chain keeps the order of the list. */
struct chains {
	uint32_t *heads, *next; /* position + 1, 0 ends */
	size_t head_cnt;        /* a power of two */
};

struct symbol_index {
	const struct kernel_symbols *symbols;
	struct chains names; /* of base names */
	struct chains addresses;
};

static uint32_t *head_of(const struct chains *chains, const void *key, size_t len)
{
	return &chains->heads[hash_bytes(key, len) & (chains->head_cnt - 1)];
}

static struct error *chains_init(struct chains *chains, size_t cnt)
{
	chains->head_cnt = 256;
	while (chains->head_cnt < cnt)
		chains->head_cnt *= 2;
	chains->heads = calloc(chains->head_cnt, sizeof(*chains->heads));
	chains->next = calloc(cnt + 1, sizeof(*chains->next));
	return chains->heads && chains->next ? NULL : error_no_memory();
}

static void chains_deinit(struct chains *chains)
{
	free(chains->heads);
	free(chains->next);
}

/* From the last symbol to the first. */
static void chains_put(struct chains *chains, uint32_t *head, size_t i)
{
	chains->next[i] = *head;
	*head = (uint32_t)i + 1;
}

struct error *symbol_index_create(const struct kernel_symbols *symbols, struct symbol_index **ret)
{
	struct symbol_index *index = calloc(1, sizeof(*index));

	if (!index || symbols->cnt >= UINT32_MAX) {
		free(index);
		return error_no_memory();
	}
	index->symbols = symbols;
	struct error *error = chains_init(&index->names, symbols->cnt);
	if (error) {
		symbol_index_destroy(index);
		return error;
	}
	for (size_t i = symbols->cnt; i--;) {
		const char *name = symbols->list[i].name;
		chains_put(&index->names,
			head_of(&index->names, name, symbol_base_length(name, NULL)), i);
	}
	*ret = index;
	return NULL;
}

void symbol_index_destroy(struct symbol_index *index)
{
	if (!index)
		return;
	chains_deinit(&index->names);
	chains_deinit(&index->addresses);
	free(index);
}

/* The first symbol of the base name, from a place in a chain on. */
static const struct kernel_symbol *find_from(
	const struct symbol_index *index, uint32_t at, const char *base, size_t len)
{
	for (; at; at = index->names.next[at - 1]) {
		const struct kernel_symbol *symbol = &index->symbols->list[at - 1];
		if (!strncmp(symbol->name, base, len) &&
			symbol_base_length(symbol->name, NULL) == len)
			return symbol;
	}
	return NULL;
}

const struct kernel_symbol *symbol_index_first(const struct symbol_index *index, const char *base)
{
	size_t len = strlen(base);

	return find_from(index, *head_of(&index->names, base, len), base, len);
}

const struct kernel_symbol *symbol_index_next(
	const struct symbol_index *index, const struct kernel_symbol *symbol)
{
	uint32_t at = index->names.next[symbol - index->symbols->list];

	return find_from(index, at, symbol->name, symbol_base_length(symbol->name, NULL));
}

struct error *symbol_index_add_addresses(struct symbol_index *index)
{
	const struct kernel_symbols *symbols = index->symbols;
	struct error *error = chains_init(&index->addresses, symbols->cnt);

	for (size_t i = symbols->cnt; !error && i--;) {
		const uint64_t *address = &symbols->list[i].address;
		chains_put(&index->addresses,
			head_of(&index->addresses, address, sizeof(*address)), i);
	}
	return error;
}

static const struct kernel_symbol *find_at(
	const struct symbol_index *index, uint32_t at, uint64_t address)
{
	for (; at; at = index->addresses.next[at - 1]) {
		if (index->symbols->list[at - 1].address == address)
			return &index->symbols->list[at - 1];
	}
	return NULL;
}

const struct kernel_symbol *symbol_index_first_at(
	const struct symbol_index *index, uint64_t address)
{
	return find_at(index, *head_of(&index->addresses, &address, sizeof(address)), address);
}

const struct kernel_symbol *symbol_index_next_at(
	const struct symbol_index *index, const struct kernel_symbol *symbol)
{
	return find_at(index, index->addresses.next[symbol - index->symbols->list], symbol->address);
}

struct expansion {
	struct pool *pool;
	const char **names;
	size_t cnt, cap;
};

static bool expansion_add(struct expansion *expansion, const char *base, size_t len)
{
	const char **names = pool_grow(
		expansion->pool, expansion->names, expansion->cnt, &expansion->cap, sizeof(*names));
	const char *name = pool_intern(expansion->pool, base, len);

	if (!names || !name)
		return false;
	expansion->names = names;
	names[expansion->cnt++] = name;
	return true;
}

static bool expand_globs(const struct symbol_index *index, struct expansion *expansion,
	const struct symbol_filter *filter)
{
	for (size_t i = 0; i < index->symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &index->symbols->list[i];
		if (!symbol_is_function(symbol))
			continue;
		size_t len = symbol_base_length(symbol->name, NULL);
		if (globs_want(filter, symbol->name, len) &&
			!expansion_add(expansion, symbol->name, len))
			return false;
	}
	return true;
}

static bool expand_literal(
	const struct symbol_index *index, struct expansion *expansion, const char *name)
{
	const struct kernel_symbol *symbol = symbol_index_first(index, name);

	while (symbol && !symbol_is_function(symbol))
		symbol = symbol_index_next(index, symbol);
	return !symbol || expansion_add(expansion, name, strlen(name));
}

struct error *symbol_index_expand(const struct symbol_index *index, struct pool *pool,
	const char *const *patterns, size_t pattern_cnt, const char ***ret, size_t *ret_cnt)
{
	struct expansion expansion = {.pool = pool};
	struct symbol_filter *filter;
	size_t kept = 0;

	struct error *error = symbol_filter_create(pool, patterns, pattern_cnt, &filter);
	if (error)
		return error;
	for (size_t i = 0; i < filter->name_cnt; i++) {
		if (!expand_literal(index, &expansion, filter->names[i]))
			return error_no_memory();
	}
	if (filter->glob_cnt && !expand_globs(index, &expansion, filter))
		return error_no_memory();
	if (expansion.cnt)
		qsort(expansion.names, expansion.cnt, sizeof(*expansion.names), compare_texts);
	for (size_t i = 0; i < expansion.cnt; i++) {
		if (!kept || strcmp(expansion.names[kept - 1], expansion.names[i]))
			expansion.names[kept++] = expansion.names[i];
	}
	*ret = expansion.names;
	*ret_cnt = kept;
	return NULL;
}

/* The first place whose name is >= `name`, or > `name` if `after`. */
static size_t bound(const char *const *sorted, size_t cnt, const char *name, bool after)
{
	size_t low = 0, high = cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(sorted[middle], name);
		if (order < 0 || (after && !order))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t names_count(const char *const *sorted, size_t cnt, const char *name)
{
	return bound(sorted, cnt, name, true) - bound(sorted, cnt, name, false);
}

const char *const symbol_syscall_prefixes[] = {
	"__x64_sys_", "__arm64_sys_", "__riscv_sys_", "__s390x_sys_", "__se_sys_", "sys_", ".sys_", NULL};

struct error *symbols_find_data(const struct kernel_symbols *symbols, const char *name, char *type)
{
	for (size_t i = 0; i < symbols->cnt; i++) {
		if (!symbol_is_function(&symbols->list[i]) && !strcmp(symbols->list[i].name, name)) {
			*type = symbols->list[i].type;
			return NULL;
		}
	}
	*type = '\0';
	return symbols->find_data ? symbols->find_data(symbols->data_source, name, type) : NULL;
}

bool symbols_list_data(const struct kernel_symbols *symbols)
{
	size_t cnt = 0;

	if (symbols->find_data)
		return true;
	for (size_t i = 0; i < symbols->cnt; i++) {
		char type = symbols->list[i].type;
		cnt += type && strchr("dDbBrR", type);
	}
	return cnt > symbols->cnt / 20;
}
