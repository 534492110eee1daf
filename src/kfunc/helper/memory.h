/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What emulated code sees beside the code itself: which data of the image a running kernel cannot
 * have changed, the kernel's BTF, and pointers into it that are set at boot.
 */
#ifndef KCOMPAT_KFUNC_HELPER_MEMORY_H
#define KCOMPAT_KFUNC_HELPER_MEMORY_H

#include "code/code.h"

/* Where the BTF lies; its types are where btf_type_by_id() finds them. */
#define HELPER_BTF_DATA_ADDRESS 0x500000000000u
/* What a pointer holds whose object is made while the kernel runs: nothing is there. */
#define HELPER_ALLOCATED_ADDRESS 0x600000000000u
#define HELPER_POINTER_MAX 32

struct helper_memory {
	const struct code_map *map;
	const struct kbtf *btf;
	const unsigned char *btf_bytes;
	size_t btf_size_bytes;
	uint64_t constant_end; /* of a raw image, whose one segment does not tell; 0: unknown */
	uint64_t boot_begin, boot_end; /* among constants, what the boot sets (__ro_after_init) */
	/*
	 * Pointers that are set at boot: of a struct_ops type the BTF type, as its init() looked it
	 * up, and some of which no more matters than that they are set.
	 */
	struct {
		uint64_t address, value;
	} pointers[HELPER_POINTER_MAX];
	size_t pointer_cnt;
	uint32_t type_offset; /* of struct bpf_struct_ops; 0: it has no such member */
};

void helper_memory_read(
	const struct code_map *map, const struct kbtf *btf, struct helper_memory *memory);
/* Is it the same in a running kernel? */
bool helper_memory_is_constant(const struct helper_memory *memory, uint64_t address);
/* For emulate_visitor.supply(). */
bool helper_memory_supply(
	const struct helper_memory *memory, uint64_t address, unsigned char *bytes, size_t room);
/* Where the type, the string lies; 0: there is none. */
uint64_t helper_memory_type(const struct helper_memory *memory, uint32_t id);
uint64_t helper_memory_string(const struct helper_memory *memory, uint32_t offset);
/* The last symbol at or before the address; NULL: none. */
const char *helper_memory_name(const struct helper_memory *memory, uint64_t address);

#endif
