/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of emulated code: data of the image that a running kernel cannot have changed, the
 * kernel's BTF, and pointers into it that the boot sets.
 */
#ifndef KCOMPAT_KFUNC_HELPER_MEMORY_H
#define KCOMPAT_KFUNC_HELPER_MEMORY_H

#include "code/code.h"

/* The address of the BTF. btf_type_by_id() returns addresses of its types. */
#define HELPER_BTF_DATA_ADDRESS 0x500000000000u
/* The value of a pointer to an object that the running kernel makes. No memory is there. */
#define HELPER_ALLOCATED_ADDRESS 0x600000000000u
#define HELPER_POINTER_MAX 32

struct helper_memory {
	const struct code_map *map;
	const struct kbtf *btf;
	const unsigned char *btf_bytes;
	size_t btf_size_bytes;
	uint64_t constant_end; /* of a raw image, which has only one segment; 0: unknown */
	uint64_t boot_begin, boot_end; /* constants that the boot sets (__ro_after_init) */
	/*
	 * Pointers that the boot sets: the BTF type that init() of a struct_ops type looks up, and
	 * some pointers that only must not be null.
	 */
	struct {
		uint64_t address, value;
	} pointers[HELPER_POINTER_MAX];
	size_t pointer_cnt;
	uint32_t type_offset; /* in struct bpf_struct_ops; 0: no such member */
};

void helper_memory_read(
	const struct code_map *map, const struct kbtf *btf, struct helper_memory *memory);
/* Does a running kernel have the same data there? */
bool helper_memory_is_constant(const struct helper_memory *memory, uint64_t address);
/* For emulate_visitor.supply(). */
bool helper_memory_supply(
	const struct helper_memory *memory, uint64_t address, unsigned char *bytes, size_t room);
/* The address of the type or the string; 0: none. */
uint64_t helper_memory_type(const struct helper_memory *memory, uint32_t id);
uint64_t helper_memory_string(const struct helper_memory *memory, uint32_t offset);
/* The last symbol at or before the address; NULL: none. */
const char *helper_memory_name(const struct helper_memory *memory, uint64_t address);

#endif
