/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/helper/memory.h"
#include "util/array.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 128

static void add_pointer(struct helper_memory *memory, uint64_t address, uint64_t value)
{
	if (memory->pointer_cnt == HELPER_POINTER_MAX)
		return;
	memory->pointers[memory->pointer_cnt].address = address;
	memory->pointers[memory->pointer_cnt++].value = value;
}

static void add_type(struct helper_memory *memory, uint64_t address, uint32_t id)
{
	if (id)
		add_pointer(memory, address, helper_memory_type(memory, id));
}

/* The value of these pointers does not matter: md_dst of bpf_get_skb_set_tunnel_proto() is only
 * null after a failed allocation, and the queue of schedule_work() is only passed on. */
static const char *const allocated[] = {"md_dst", "system_wq", "system_percpu_wq"};

static uint32_t find_struct(const struct helper_memory *memory, const char *name, size_t len)
{
	char text[NAME_MAX_BYTES];

	if (len >= sizeof(text))
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)len, name);
	return kbtf_find(memory->btf, text, BTF_KIND_STRUCT);
}

static bool ends(const char *name, size_t len, const char *suffix)
{
	return len > strlen(suffix) && !strcmp(name + len - strlen(suffix), suffix);
}

static void take_pointer(struct helper_memory *memory, const struct kernel_symbol *symbol)
{
	const char *name = symbol->name;
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(allocated); i++) {
		if (!strcmp(name, allocated[i]))
			add_pointer(memory, symbol->address, HELPER_ALLOCATED_ADDRESS);
	}
	/* tcp_congestion_ops_type; before 6.9 `type` of bpf_tcp_congestion_ops. */
	if (ends(name, len, "_ops_type"))
		add_type(memory, symbol->address, find_struct(memory, name, len - strlen("_type")));
	else if (ends(name, len, "_ops") && !strncmp(name, "bpf_", 4) && memory->type_offset)
		add_type(memory, symbol->address + memory->type_offset,
			find_struct(memory, name + 4, len - 4));
}

static void memory_take_mark(struct helper_memory *memory, const struct kernel_symbol *symbol)
{
	const struct {
		const char *name;
		uint64_t *address;
	} marks[] = {
		{"_sinittext", &memory->constant_end},
		{"__start_ro_after_init", &memory->boot_begin},
		{"__end_ro_after_init", &memory->boot_end},
	};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (!strcmp(symbol->name, marks[i].name))
			*marks[i].address = symbol->address;
	}
}

void helper_memory_read(
	const struct code_map *map, const struct kbtf *btf, struct helper_memory *memory)
{
	uint32_t bits;

	*memory = (struct helper_memory) {.map = map, .btf = btf};
	memory->btf_bytes = kbtf_bytes(btf, &memory->btf_size_bytes);
	if (kbtf_find_member(
		    btf, kbtf_find(btf, "bpf_struct_ops", BTF_KIND_STRUCT), "type", NULL, &bits))
		memory->type_offset = bits / 8;
	for (size_t i = 0; i < map->symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &map->symbols->list[i];
		memory_take_mark(memory, symbol);
		take_pointer(memory, symbol);
	}
}

static bool is_btf(const struct helper_memory *memory, uint64_t address)
{
	return address - HELPER_BTF_DATA_ADDRESS < memory->btf_size_bytes;
}

static bool is_pointer(const struct helper_memory *memory, uint64_t address)
{
	for (size_t i = 0; i < memory->pointer_cnt; i++) {
		if (memory->pointers[i].address == address)
			return true;
	}
	return false;
}

bool helper_memory_is_constant(const struct helper_memory *memory, uint64_t address)
{
	const struct image_segment *segment = image_segment_at(memory->map->image, address);

	if (is_btf(memory, address) || is_pointer(memory, address))
		return true;
	if (!segment || (address >= memory->boot_begin && address < memory->boot_end))
		return false;
	/* .rodata of x86 is writable until the end of the boot. */
	if (segment->name[0])
		return !segment->writable || !strncmp(segment->name, ".rodata", 7);
	/* arch/arm64/kernel/vmlinux.lds.S: code, constants, init sections, data. */
	return address < memory->constant_end;
}

/* The part of `from` at `begin` that lies in the bytes at `address`. */
static bool copy_part(uint64_t address, unsigned char *bytes, size_t room, uint64_t begin,
	const unsigned char *from, size_t size)
{
	uint64_t skip = begin < address ? address - begin : 0;
	uint64_t at = begin < address ? 0 : begin - address;

	if (skip >= size || at >= room)
		return false;
	size_t len = size - skip;
	if (len > room - at)
		len = room - at;
	memcpy(bytes + at, from + skip, len);
	return true;
}

bool helper_memory_supply(
	const struct helper_memory *memory, uint64_t address, unsigned char *bytes, size_t room)
{
	bool any = copy_part(address, bytes, room, HELPER_BTF_DATA_ADDRESS, memory->btf_bytes,
		memory->btf_size_bytes);

	for (size_t i = 0; i < memory->pointer_cnt; i++) {
		unsigned char value[8];
		for (size_t j = 0; j < sizeof(value); j++)
			value[j] = (unsigned char)(memory->pointers[i].value >> j * 8);
		any |= copy_part(
			address, bytes, room, memory->pointers[i].address, value, sizeof(value));
	}
	return any;
}

static uint64_t memory_place_of(const struct helper_memory *memory, const void *at)
{
	uintptr_t offset = (uintptr_t)at - (uintptr_t)memory->btf_bytes;

	return offset < memory->btf_size_bytes ? HELPER_BTF_DATA_ADDRESS + offset : 0;
}

uint64_t helper_memory_type(const struct helper_memory *memory, uint32_t id)
{
	const struct btf_type *type = kbtf_type(memory->btf, id);

	return type ? memory_place_of(memory, type) : 0;
}

uint64_t helper_memory_string(const struct helper_memory *memory, uint32_t offset)
{
	return memory_place_of(memory, kbtf_string(memory->btf, offset));
}

const char *helper_memory_name(const struct helper_memory *memory, uint64_t address)
{
	const struct kernel_symbols *symbols = memory->map->symbols;
	const struct kernel_symbol *found = NULL;

	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *one = &symbols->list[i];
		if (one->address <= address && !one->module &&
			(!found || one->address > found->address))
			found = one;
	}
	return found ? found->name : NULL;
}
