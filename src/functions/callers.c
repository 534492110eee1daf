/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/callers.h"
#include "code/code.h"
#include "kernel/kernel.h"
#include "image/image.h"
#include "util/array.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING UINT32_MAX

/* A symbol and the name of its function. */
struct reference {
	const char *base; /* in the pool: equal names are equal pointers */
	uint32_t symbol, node;
};

struct finder {
	const struct image *code;
	const struct code_symbols *symbols;
	struct pool *pool;
	struct function_parts *parts;
	struct reference *references; /* of functions: by base; later in the order of the symbols */
	size_t reference_cnt;
	uint64_t begin, end; /* of the current function */
	uint32_t node;
	bool no_memory;
};

static int compare_reference(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;
	int order = x->base == y->base ? 0 : strcmp(x->base, y->base);

	return order ? order : (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

static int callers_compare_symbol(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;

	return (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

static bool is_plain(const struct finder *finder, const struct reference *reference)
{
	return !strcmp(finder->symbols->list[reference->symbol].name, reference->base);
}

static struct error *callers_add_node(struct finder *finder, struct reference *reference)
{
	const struct code_symbol *symbol = &finder->symbols->list[reference->symbol];
	const struct function_node node = {
		.name = reference->base,
		.kind = FUNCTION_KIND_SYMBOL,
		.instance = {
			.has_address = true,
			.address = symbol->address,
			.external = symbol->binding == FUNCTION_BINDING_UNKNOWN ? TRISTATE_UNKNOWN
				: symbol->binding == FUNCTION_BINDING_LOCAL     ? TRISTATE_NO
										: TRISTATE_YES,
		},
	};

	reference->node = (uint32_t)finder->parts->node_cnt;
	return function_parts_add_node(finder->parts, &node) ? NULL : error_no_memory();
}

/* The references of one name: a node for each plain symbol, else one for the first symbol. */
static struct error *callers_add_nodes_of_name(struct finder *finder, struct reference *list, size_t cnt)
{
	uint32_t main = NOTHING;
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++) {
		if (!is_plain(finder, &list[i]))
			continue;
		error = callers_add_node(finder, &list[i]);
		main = main == NOTHING ? list[i].node : main;
	}
	if (main == NOTHING && !error) {
		error = callers_add_node(finder, &list[0]);
		main = list[0].node;
	}
	for (size_t i = 0; i < cnt && !error; i++) {
		if (list[i].node == NOTHING)
			list[i].node = main;
	}
	return error;
}

static struct error *callers_add_nodes(struct finder *finder)
{
	const struct code_symbols *symbols = finder->symbols;
	struct error *error = NULL;

	finder->references = calloc(symbols->cnt + 1, sizeof(*finder->references));
	if (!finder->references)
		return error_no_memory();
	for (size_t i = 0; i < symbols->cnt; i++) {
		const char *name = symbols->list[i].name;
		if (!symbols->list[i].function || function_mark_is_name(name))
			continue;
		const char *base =
			pool_intern(finder->pool, name, symbol_base_length(name, NULL));
		if (!base)
			return error_no_memory();
		finder->references[finder->reference_cnt++] =
			(struct reference) {base, (uint32_t)i, NOTHING};
	}
	struct reference *list = finder->references;
	qsort(list, finder->reference_cnt, sizeof(*list), compare_reference);
	for (size_t begin = 0, end; begin < finder->reference_cnt && !error; begin = end) {
		for (end = begin; end < finder->reference_cnt && list[end].base == list[begin].base;
			end++)
			;
		error = callers_add_nodes_of_name(finder, list + begin, end - begin);
	}
	qsort(list, finder->reference_cnt, sizeof(*list), callers_compare_symbol);
	return error;
}

static uint64_t callers_address_of(const struct finder *finder, size_t reference)
{
	return finder->symbols->list[finder->references[reference].symbol].address;
}

/* The last reference that starts at or before `address`; reference_cnt: none. */
static size_t reference_until(const struct finder *finder, uint64_t address)
{
	size_t low = 0, high = finder->reference_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (callers_address_of(finder, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : finder->reference_cnt;
}

/* Hooks of tracers, and thunks for returns and for calls through pointers. */
static bool is_no_callee(const char *name)
{
	static const char *const prefixes[] = {"__fentry__", "_mcount", "mcount", "__gnu_mcount_nc",
		"ftrace_caller", "__x86_indirect_", "__x86_return_", "srso_", "retbleed_", "its_return_"};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	}
	return false;
}

/*
 * The code does not say which of several names of one address is called. The shortest name is used,
 * because the others have prefixes ("__x64_sys_getpid" for "__do_sys_getpid", "__pi_memset").
 */
static size_t main_reference(const struct finder *finder, size_t last)
{
	size_t best = last;

	for (size_t i = last; i-- > 0 && callers_address_of(finder, i) == callers_address_of(finder, last);) {
		const char *one = finder->symbols->list[finder->references[i].symbol].name;
		const char *other = finder->symbols->list[finder->references[best].symbol].name;
		/* Equal ones are sorted by name. */
		if (strlen(one) <= strlen(other))
			best = i;
	}
	return best;
}

/* A call or a jump from the current function. */
static void take_target(struct finder *finder, uint64_t target, bool call)
{
	if (!call && target >= finder->begin && target < finder->end)
		return;
	size_t last = reference_until(finder, target);
	if (last == finder->reference_cnt || callers_address_of(finder, last) != target)
		return;
	const struct reference *callee = &finder->references[main_reference(finder, last)];
	const char *name = finder->symbols->list[callee->symbol].name;
	const char *own = finder->parts->nodes[finder->node].name;
	enum symbol_effect effect = symbol_effect(name);
	/* A jump between a function and its moved part is not a call. */
	if ((!call && callee->base == own && effect == SYMBOL_EFFECT_NONE) ||
		effect == SYMBOL_EFFECT_SPLIT || is_no_callee(callee->base))
		return;
	const struct function_link link = {finder->node, callee->node, false};
	finder->no_memory |= !function_parts_add_link(finder->parts, &link);
}

static uint32_t callers_little_u32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool read_x86(struct finder *finder, const unsigned char *data, size_t size)
{
	unsigned int relative;

	for (size_t at = 0, length; at < size; at += length) {
		length = x86_length(data + at, size - at, &relative);
		if (!length)
			return false;
		const unsigned char *distance = data + at + length - relative;
		uint64_t next = finder->begin + at + length;
		if (relative == 4)
			take_target(finder, next + (uint64_t)(int64_t)(int32_t)callers_little_u32(distance),
				distance[-1] == 0xe8);
		else if (relative == 1)
			take_target(finder, next + (uint64_t)(int64_t)(int8_t)*distance, false);
	}
	return true;
}

/* `value` is in bits [shift, shift + bits) of the instruction, in units of 4 bytes. */
static uint64_t arm64_distance(uint32_t insn, unsigned int shift, unsigned int bits)
{
	return (uint64_t)((int64_t)((uint64_t)insn << (64 - shift - bits)) >> (64 - bits) << 2);
}

/* bl, b; b.cond, cbz and cbnz; tbz and tbnz. */
static bool read_arm64(struct finder *finder, const unsigned char *data, size_t size)
{
	for (size_t at = 0; at + 4 <= size; at += 4) {
		uint32_t insn = callers_little_u32(data + at);
		uint64_t place = finder->begin + at;
		if ((insn & 0x7c000000) == 0x14000000)
			take_target(finder, place + arm64_distance(insn, 0, 26), insn >> 31);
		else if ((insn & 0xff000010) == 0x54000000 || (insn & 0x7e000000) == 0x34000000)
			take_target(finder, place + arm64_distance(insn, 5, 19), false);
		else if ((insn & 0x7e000000) == 0x36000000)
			take_target(finder, place + arm64_distance(insn, 5, 14), false);
	}
	return true;
}

/* The end of a reference's code: by its size, else the next reference, else the section. */
static size_t callers_size_of(const struct finder *finder, size_t index, const struct image_segment *segment)
{
	uint64_t address = callers_address_of(finder, index);
	uint64_t size = segment->size_bytes - (address - segment->address);
	uint64_t own = finder->symbols->list[finder->references[index].symbol].size_bytes;

	if (index + 1 < finder->reference_cnt &&
		callers_address_of(finder, index + 1) - address < size)
		size = callers_address_of(finder, index + 1) - address;
	/* Assembly often lacks a size. */
	if (own && own < size)
		size = own;
	return size < CALLERS_FUNCTION_MAX_BYTES ? (size_t)size : CALLERS_FUNCTION_MAX_BYTES;
}

static size_t read_functions(
	struct finder *finder, bool (*read)(struct finder *, const unsigned char *, size_t))
{
	size_t unknown = 0;

	for (size_t i = 0; i < finder->reference_cnt && !finder->no_memory; i++) {
		uint64_t address = callers_address_of(finder, i);
		const struct image_segment *segment = image_segment_at(finder->code, address);
		if (!segment || !segment->executable ||
			(i + 1 < finder->reference_cnt && callers_address_of(finder, i + 1) == address))
			continue;
		size_t size = callers_size_of(finder, i, segment);
		finder->node = finder->references[main_reference(finder, i)].node;
		finder->begin = address;
		finder->end = address + size;
		unknown += !read(finder, segment->data + (address - segment->address), size);
	}
	return unknown;
}

struct error *code_callers_load(const struct image *code, const struct code_symbols *symbols,
	struct pool *pool, struct function_parts *ret, struct callers_unknown *unknown)
{
	struct finder finder = {.code = code, .symbols = symbols, .pool = pool, .parts = ret};
	struct error *error = callers_add_nodes(&finder);

	*unknown = (struct callers_unknown) {0};
	if (!error && code->no_code)
		unknown->why = "the file contains no code";
	else if (!error && code->relocatable && code->segment_cnt &&
		code->segments[0].address < MODULE_ADDRESS)
		unknown->why = "the module's relocations are not applied";
	else if (!error && code->machine == EM_X86_64)
		unknown->function_cnt = read_functions(&finder, read_x86);
	else if (!error && code->machine == EM_AARCH64)
		unknown->function_cnt = read_functions(&finder, read_arm64);
	else if (!error)
		unknown->why = "instructions of this architecture are not supported";
	free(finder.references);
	return error ? error : finder.no_memory ? error_no_memory() : NULL;
}
