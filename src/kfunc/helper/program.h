/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A struct bpf_prog with its struct bpf_prog_aux for emulated code, in the layout of the image's
 * BTF. It also says which members the code can read.
 */
#ifndef KCOMPAT_KFUNC_HELPER_PROGRAM_H
#define KCOMPAT_KFUNC_HELPER_PROGRAM_H

#include "kernel/kernel.h"
#include "code/emulate/emulate.h"

#define HELPER_PROG_ADDRESS EMULATE_OBJECTS
#define HELPER_AUX_ADDRESS (EMULATE_OBJECTS + 0x4000u)
#define HELPER_NAME_ADDRESS (EMULATE_OBJECTS + 0x8000u)
#define HELPER_NAME_BYTES 512
/* Addresses for the replaced program and for the kernel's own struct btf. Code that reads there
 * gets no answer. */
#define HELPER_TARGET_ADDRESS (EMULATE_OBJECTS + 0xe000u)
#define HELPER_BTF_ADDRESS (EMULATE_OBJECTS + 0xf000u)
#define HELPER_STRUCT_BYTES 0x2000u

struct helper_layout {
	struct {
		bool known;
		uint32_t offset_bits;
	} fields[HELPER_FIELD_CNT];
};

/* The values of a program's fields. ATTACH_NAME has the hash of its text beside the address. */
struct helper_values {
	uint64_t fields[HELPER_FIELD_CNT];
	uint32_t name_hash;
};

/* False if BTF lacks a member that every program has. */
bool helper_layout_read(const struct kbtf *btf, struct helper_layout *layout);
void helper_values_take(const struct helper_place *place, struct helper_values *values);
/* Copies it into the emulator; false: it does not fit. */
bool helper_program_write(const struct helper_layout *layout, const struct helper_place *place,
	const struct helper_values *values, struct emulator *emulator);
/* The mask of the fields at that place; 0: no known field. */
uint32_t helper_fields_at(const struct helper_layout *layout, uint64_t address, size_t size_bytes);
/* Are the fields of the mask equal in both? */
bool helper_values_equal(
	const struct helper_values *a, const struct helper_values *b, uint32_t fields);

#endif
