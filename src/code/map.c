/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"
#include "kernel/kernel.h"
#include "util/sort.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* The largest distance of a call target from the function's start, see code_machine.entry(). */
#define ENTRY_DISTANCE_MAX 8
/* Limit of names to check at one address. */
#define ALIAS_MAX 64

struct entry {
	uint64_t address;
	uint32_t index;
};

static int compare_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return order_numbers(x->index, y->index);
}

static size_t take_functions(
	const struct kernel_symbols *symbols, struct entry *entries, bool *sorted)
{
	size_t cnt = 0;

	*sorted = true;
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (!symbol_is_function(symbol) || symbol->module)
			continue;
		if (cnt && entries[cnt - 1].address > symbol->address)
			*sorted = false;
		entries[cnt++] = (struct entry) {symbol->address, (uint32_t)i};
	}
	return cnt;
}

struct error *code_map_create(
	const struct image *image, const struct kernel_symbols *symbols, struct code_map *ret)
{
	size_t cnt = symbols->cnt ? symbols->cnt : 1;
	struct entry *entries = malloc(cnt * sizeof(*entries));
	bool sorted;

	*ret = (struct code_map) {.image = image, .symbols = symbols};
	ret->functions = malloc(cnt * sizeof(*ret->functions));
	if (!entries || !ret->functions || symbols->cnt > UINT32_MAX) {
		free(entries);
		code_map_deinit(ret);
		return error_no_memory();
	}
	ret->function_cnt = take_functions(symbols, entries, &sorted);
	if (!sorted)
		qsort(entries, ret->function_cnt, sizeof(*entries), compare_entry);
	for (size_t i = 0; i < ret->function_cnt; i++)
		ret->functions[i] = entries[i].index;
	free(entries);
	return NULL;
}

void code_map_deinit(struct code_map *map)
{
	if (!map)
		return;
	free(map->functions);
	*map = (struct code_map) {0};
}

static const struct kernel_symbol *function_at(const struct code_map *map, size_t index)
{
	return &map->symbols->list[map->functions[index]];
}

/* The number of functions that start at or before `address`. */
static size_t count_until(const struct code_map *map, uint64_t address)
{
	size_t low = 0, high = map->function_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (function_at(map, middle)->address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct kernel_symbol *code_map_function(const struct code_map *map, uint64_t address)
{
	size_t cnt = count_until(map, address);

	return cnt ? function_at(map, cnt - 1) : NULL;
}

uint64_t code_map_end(const struct code_map *map, const struct kernel_symbol *function)
{
	const struct image_segment *segment = image_segment_at(map->image, function->address);
	size_t next = count_until(map, function->address);

	if (!segment)
		return function->address;
	uint64_t end = segment->address + segment->size_bytes;
	if (next < map->function_cnt && function_at(map, next)->address < end)
		end = function_at(map, next)->address;
	return end;
}

bool code_map_is(const struct code_map *map, uint64_t address, const char *name)
{
	size_t left = ALIAS_MAX;

	for (size_t i = count_until(map, address); i-- > 0 && left--;) {
		const struct kernel_symbol *symbol = function_at(map, i);
		if (symbol->address != address)
			return false;
		if (!strcmp(symbol->name, name))
			return true;
	}
	return false;
}

const char *code_map_name(const struct code_map *map, uint64_t address)
{
	const struct kernel_symbol *symbol = code_map_function(map, address);

	return symbol && symbol->address == address ? symbol->name : NULL;
}

const struct kernel_symbol *code_map_find(const struct code_map *map, const char *name)
{
	for (size_t i = 0; i < map->symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &map->symbols->list[i];
		if (!symbol->module && !strcmp(symbol->name, name))
			return symbol;
	}
	return NULL;
}

static bool same_base(const char *a, const char *b)
{
	size_t len = symbol_base_length(a, NULL);

	return symbol_base_length(b, NULL) == len && !strncmp(a, b, len);
}

bool code_map_inside(
	const struct code_map *map, const struct kernel_symbol *function, uint64_t address)
{
	const struct kernel_symbol *other = code_map_function(map, address);

	if (!other)
		return false;
	if (other->address == function->address)
		return true;
	/* Accept only a split-off part, not another copy of the function. */
	return symbol_effect(other->name) == SYMBOL_EFFECT_SPLIT && address >= other->address &&
		same_base(other->name, function->name);
}

const struct kernel_symbol *code_map_whole(
	const struct code_map *map, const struct kernel_symbol *symbol)
{
	const char *cold = strstr(symbol->name, ".cold");

	if (!cold)
		return symbol;
	size_t len = (size_t)(cold - symbol->name);
	for (size_t i = 0; i < map->function_cnt; i++) {
		const struct kernel_symbol *other = function_at(map, i);
		if (!strncmp(other->name, symbol->name, len) && !other->name[len])
			return other;
	}
	return symbol;
}

struct scan {
	const struct image *image;
	const uint64_t *targets;
	size_t target_cnt;
	uint64_t lowest, highest;
	struct code_site *sites;
	size_t cnt, cap;
	bool no_memory, too_many;
};

static void take_site(struct scan *scan, uint64_t address, uint64_t target)
{
	size_t i = 0;

	if (target < scan->lowest || target > scan->highest)
		return;
	while (i < scan->target_cnt && scan->targets[i] != target)
		i++;
	if (i == scan->target_cnt)
		return;
	if (scan->cnt == scan->cap) {
		size_t cap = scan->cap ? scan->cap * 2 : 256;
		struct code_site *grown = realloc(scan->sites, cap * sizeof(*grown));
		scan->no_memory |= !grown;
		if (!grown)
			return;
		scan->sites = grown;
		scan->cap = cap;
	}
	if (scan->cnt == CODE_SITE_MAX)
		scan->too_many = true;
	else
		scan->sites[scan->cnt++] = (struct code_site) {address, i};
}

static int32_t little_s32(const unsigned char *at)
{
	return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24);
}

/* call and jmp rel32; jcc rel32. */
static void scan_x86(struct scan *scan, const struct image_segment *segment)
{
	const unsigned char *data = segment->data;

	for (size_t i = 0; i + 5 <= segment->size_bytes; i++) {
		size_t skip;
		if ((data[i] & 0xfe) == 0xe8)
			skip = 1;
		else if (data[i] == 0x0f && (data[i + 1] & 0xf0) == 0x80 &&
			i + 6 <= segment->size_bytes)
			skip = 2;
		else
			continue;
		take_site(scan, segment->address + i,
			segment->address + i + skip + 4 +
				(uint64_t)(int64_t)little_s32(data + i + skip));
	}
}

/* bl and b; b.cond, with a range of a megabyte. */
static void scan_arm64(struct scan *scan, const struct image_segment *segment)
{
	for (size_t i = 0; i + 4 <= segment->size_bytes; i += 4) {
		uint32_t insn = (uint32_t)little_s32(segment->data + i);
		int64_t distance;
		if ((insn & 0x7c000000) == 0x14000000)
			distance = ((int64_t)((uint64_t)insn << 38)) >> 36;
		else if ((insn & 0xff000010) == 0x54000000)
			distance = ((int64_t)((uint64_t)(insn >> 5) << 45)) >> 43;
		else
			continue;
		take_site(scan, segment->address + i, segment->address + i + (uint64_t)distance);
	}
}

/* b, bl, bc and bcl, to either entry of a function. */
static void scan_ppc64(struct scan *scan, const struct image_segment *segment)
{
	for (size_t i = 0; i + 4 <= segment->size_bytes; i += 4) {
		uint32_t insn = (uint32_t)little_s32(segment->data + i);
		uint64_t place = segment->address + i, target;
		if (insn >> 26 == 18)
			target = (uint64_t)((int64_t)((uint64_t)(insn & 0x3fffffc) << 38) >> 38);
		else if (insn >> 26 == 16)
			target = (uint64_t)(int64_t)(int16_t)(insn & 0xfffc);
		else
			continue;
		target += insn & 2 ? 0 : place;
		/* Decode only the few near candidates, like the walk. */
		if (target >= scan->lowest && target - ENTRY_DISTANCE_MAX <= scan->highest)
			take_site(scan, place, code_machine_ppc64.entry(scan->image, target));
	}
}

static uint32_t little_u16(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

/* jal and c.j; jalr after the auipc that sets its base. */
static void scan_riscv64(struct scan *scan, const struct image_segment *segment)
{
	for (size_t i = 0; i + 2 <= segment->size_bytes; i += 2) {
		const unsigned char *at = segment->data + i;
		size_t room = segment->size_bytes - i;
		uint32_t half = little_u16(at);
		if ((half & 127) == 0x6f || (half & 0xe003) == 0xa001) {
			struct code_insn insn;
			insn.address = segment->address + i;
			insn.op_cnt = 0;
			if (code_machine_riscv64.decode_bytes(at, room, &insn))
				take_site(scan, insn.address, insn.ops[0].target);
		} else if ((half & 127) == 0x17 && room >= 8) {
			uint32_t base = (uint32_t)little_s32(at), jump = (uint32_t)little_s32(at + 4);
			if ((jump & 0x707f) == 0x67 && (jump >> 15 & 31) == (base >> 7 & 31))
				take_site(scan, segment->address + i + 4,
					segment->address + i +
						(uint64_t)(int64_t)(int32_t)(base & ~0xfffu) +
						(uint64_t)(int64_t)((int32_t)jump >> 20));
		}
	}
}

static int compare_site(const void *a, const void *b)
{
	const struct code_site *x = a, *y = b;

	return order_numbers(x->address, y->address);
}

static void set_range(struct scan *scan)
{
	scan->lowest = UINT64_MAX;
	for (size_t i = 0; i < scan->target_cnt; i++) {
		if (scan->targets[i] < scan->lowest)
			scan->lowest = scan->targets[i];
		if (scan->targets[i] > scan->highest)
			scan->highest = scan->targets[i];
	}
}

struct error *code_sites_find(const struct image *image, const uint64_t *targets, size_t target_cnt,
	struct code_site **ret, size_t *ret_cnt)
{
	struct scan scan = {.image = image, .targets = targets, .target_cnt = target_cnt};

	set_range(&scan);
	for (size_t i = 0; i < image->segment_cnt; i++) {
		if (!image->segments[i].executable)
			continue;
		if (image->machine == EM_X86_64)
			scan_x86(&scan, &image->segments[i]);
		else if (image->machine == EM_AARCH64)
			scan_arm64(&scan, &image->segments[i]);
		else if (image->machine == EM_PPC64)
			scan_ppc64(&scan, &image->segments[i]);
		else if (image->machine == EM_RISCV)
			scan_riscv64(&scan, &image->segments[i]);
	}
	if (scan.no_memory || scan.too_many) {
		free(scan.sites);
		return scan.no_memory
			? error_no_memory()
			: error_create(ERROR_INPUT, NULL, "more than %d calls of one function",
				  CODE_SITE_MAX);
	}
	if (scan.cnt)
		qsort(scan.sites, scan.cnt, sizeof(*scan.sites), compare_site);
	*ret = scan.sites;
	*ret_cnt = scan.cnt;
	return NULL;
}
