/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/relocate_apply.h"
#include "util/array.h"

#include <elf.h>
#include <string.h>

/* Missing from the headers of Debian 12. */
#ifndef R_PPC64_ENTRY
#define R_PPC64_ENTRY 118
#endif

static void relocate_apply_store(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> i * 8);
}

static void store_big(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> (size - 1 - i) * 8);
}

static uint64_t relocate_apply_load(const unsigned char *at, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

/* Replaces the bits of `mask` with the value. */
static void insert_masked(unsigned char *at, uint64_t value, uint64_t mask, size_t size)
{
	relocate_apply_store(at, (relocate_apply_load(at, size) & ~mask) | (value & mask), size);
}

/* Writes `bits` bits of the value into the instruction at `at`, from bit `shift` on. */
static void relocate_apply_insert(unsigned char *at, uint64_t value, unsigned int bits, unsigned int shift)
{
	insert_masked(at, value << shift, ((1ull << bits) - 1) << shift, 4);
}

static bool apply_x86(const struct relocation *relocation)
{
	uint32_t type = relocation->type;
	uint64_t value = relocation->value, place = relocation->place;
	unsigned char *at = relocation->at;
	size_t size = type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4;

	if (relocation->room_bytes < size)
		return false;
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_32:
	case R_X86_64_32S:
		relocate_apply_store(at, value, size);
		return true;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_PC64:
		relocate_apply_store(at, value - place, size);
		return true;
	default:
		return false;
	}
}

static const struct {
	uint32_t type;
	uint8_t shift; /* of the low twelve bits of the address in a load or store */
} arm64_low_bits[] = {
	{R_AARCH64_ADD_ABS_LO12_NC, 0},
	{R_AARCH64_LDST8_ABS_LO12_NC, 0},
	{R_AARCH64_LDST16_ABS_LO12_NC, 1},
	{R_AARCH64_LDST32_ABS_LO12_NC, 2},
	{R_AARCH64_LDST64_ABS_LO12_NC, 3},
	{R_AARCH64_LDST128_ABS_LO12_NC, 4},
};

static bool apply_arm64_low(unsigned char *at, uint32_t type, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(arm64_low_bits); i++) {
		if (arm64_low_bits[i].type == type) {
			relocate_apply_insert(at, (value & 0xfff) >> arm64_low_bits[i].shift, 12, 10);
			return true;
		}
	}
	return false;
}

static bool apply_arm64(const struct relocation *relocation)
{
	uint32_t type = relocation->type;
	uint64_t value = relocation->value, place = relocation->place;
	unsigned char *at = relocation->at;
	uint64_t pages = (value >> 12) - (place >> 12);

	if (relocation->room_bytes < (type == R_AARCH64_ABS64 || type == R_AARCH64_PREL64 ? 8u : 4u))
		return false;
	switch (type) {
	case R_AARCH64_ABS64:
		relocate_apply_store(at, value, 8);
		return true;
	case R_AARCH64_PREL64:
		relocate_apply_store(at, value - place, 8);
		return true;
	case R_AARCH64_ABS32:
		relocate_apply_store(at, value, 4);
		return true;
	case R_AARCH64_PREL32:
		relocate_apply_store(at, value - place, 4);
		return true;
	case R_AARCH64_CALL26:
	case R_AARCH64_JUMP26:
		relocate_apply_insert(at, (value - place) >> 2, 26, 0);
		return true;
	case R_AARCH64_CONDBR19:
		relocate_apply_insert(at, (value - place) >> 2, 19, 5);
		return true;
	case R_AARCH64_ADR_PREL_PG_HI21:
	case R_AARCH64_ADR_PREL_PG_HI21_NC:
		relocate_apply_insert(at, pages & 3, 2, 29);
		relocate_apply_insert(at, pages >> 2, 19, 5);
		return true;
	default:
		return apply_arm64_low(at, type, value);
	}
}

/* What a relocation type writes: the value, or its distance from the place or the TOC. */
enum origin { ORIGIN_NONE, ORIGIN_PLACE, ORIGIN_TOC };

static const struct {
	uint32_t type;
	uint8_t origin, size_bytes;
	uint8_t shift;    /* right shift of the value */
	uint16_t rounding; /* added before the shift: the low half is sign-extended */
	uint64_t mask;
} ppc64_kinds[] = {
	{R_PPC64_ADDR64, ORIGIN_NONE, 8, 0, 0, UINT64_MAX},
	{R_PPC64_REL64, ORIGIN_PLACE, 8, 0, 0, UINT64_MAX},
	{R_PPC64_ADDR32, ORIGIN_NONE, 4, 0, 0, UINT32_MAX},
	{R_PPC64_REL32, ORIGIN_PLACE, 4, 0, 0, UINT32_MAX},
	{R_PPC64_REL24, ORIGIN_PLACE, 4, 0, 0, 0x3fffffc},
	{R_PPC64_REL14, ORIGIN_PLACE, 4, 0, 0, 0xfffc},
	{R_PPC64_TOC16, ORIGIN_TOC, 2, 0, 0, 0xffff},
	{R_PPC64_TOC16_LO, ORIGIN_TOC, 2, 0, 0, 0xffff},
	{R_PPC64_TOC16_HI, ORIGIN_TOC, 2, 16, 0, 0xffff},
	{R_PPC64_TOC16_HA, ORIGIN_TOC, 2, 16, 0x8000, 0xffff},
	{R_PPC64_TOC16_DS, ORIGIN_TOC, 2, 0, 0, 0xfffc},
	{R_PPC64_TOC16_LO_DS, ORIGIN_TOC, 2, 0, 0, 0xfffc},
	{R_PPC64_REL16_LO, ORIGIN_PLACE, 2, 0, 0, 0xffff},
	{R_PPC64_REL16_HI, ORIGIN_PLACE, 2, 16, 0, 0xffff},
	{R_PPC64_REL16_HA, ORIGIN_PLACE, 2, 16, 0x8000, 0xffff},
};

static bool apply_ppc64(const struct relocation *relocation)
{
	for (size_t i = 0; i < ARRAY_SIZE(ppc64_kinds); i++) {
		uint64_t value = relocation->value;
		if (ppc64_kinds[i].type != relocation->type)
			continue;
		if (relocation->room_bytes < ppc64_kinds[i].size_bytes)
			return false;
		if (ppc64_kinds[i].origin == ORIGIN_PLACE)
			value -= relocation->place;
		if (ppc64_kinds[i].origin == ORIGIN_TOC)
			value -= relocation->toc;
		value = (value + ppc64_kinds[i].rounding) >> ppc64_kinds[i].shift;
		insert_masked(relocation->at, value, ppc64_kinds[i].mask,
			ppc64_kinds[i].size_bytes);
		return true;
	}
	return false;
}

static const struct {
	uint32_t type;
	uint8_t size_bytes;
	int8_t sign; /* 0: store; else add to the stored value, or subtract */
} riscv_data_kinds[] = {
	{R_RISCV_64, 8, 0},
	{R_RISCV_32, 4, 0},
	{R_RISCV_ADD8, 1, 1},
	{R_RISCV_ADD16, 2, 1},
	{R_RISCV_ADD32, 4, 1},
	{R_RISCV_ADD64, 8, 1},
	{R_RISCV_SUB8, 1, -1},
	{R_RISCV_SUB16, 2, -1},
	{R_RISCV_SUB32, 4, -1},
	{R_RISCV_SUB64, 8, -1},
	{R_RISCV_SET8, 1, 0},
	{R_RISCV_SET16, 2, 0},
	{R_RISCV_SET32, 4, 0},
};

static bool apply_riscv_data(const struct relocation *relocation)
{
	for (size_t i = 0; i < ARRAY_SIZE(riscv_data_kinds); i++) {
		size_t size = riscv_data_kinds[i].size_bytes;
		if (riscv_data_kinds[i].type != relocation->type ||
			relocation->room_bytes < size)
			continue;
		uint64_t old = riscv_data_kinds[i].sign ? relocate_apply_load(relocation->at, size) : 0;
		relocate_apply_store(relocation->at,
			riscv_data_kinds[i].sign < 0 ? old - relocation->value
						     : old + relocation->value,
			size);
		return true;
	}
	return false;
}

/* Jump distances: `cnt` bits from bit `from` on are in the instruction from bit `to` on. */
struct piece {
	uint8_t from, cnt, to;
};
static const struct {
	uint32_t type;
	uint8_t size_bytes;
	struct piece pieces[8];
} riscv_jumps[] = {
	{R_RISCV_BRANCH, 4, {{12, 1, 31}, {5, 6, 25}, {1, 4, 8}, {11, 1, 7}}},
	{R_RISCV_JAL, 4, {{20, 1, 31}, {1, 10, 21}, {11, 1, 20}, {12, 8, 12}}},
	{R_RISCV_RVC_BRANCH, 2, {{8, 1, 12}, {3, 2, 10}, {6, 2, 5}, {1, 2, 3}, {5, 1, 2}}},
	{R_RISCV_RVC_JUMP, 2,
		{{11, 1, 12}, {4, 1, 11}, {8, 2, 9}, {10, 1, 8}, {6, 1, 7}, {7, 1, 6}, {1, 3, 3},
			{5, 1, 2}}},
};

static bool apply_riscv_jump(const struct relocation *relocation)
{
	uint64_t distance = relocation->value - relocation->place;

	for (size_t i = 0; i < ARRAY_SIZE(riscv_jumps); i++) {
		size_t size = riscv_jumps[i].size_bytes;
		if (riscv_jumps[i].type != relocation->type || relocation->room_bytes < size)
			continue;
		for (const struct piece *piece = riscv_jumps[i].pieces;
			piece < riscv_jumps[i].pieces + 8 && piece->cnt; piece++)
			insert_masked(relocation->at, distance >> piece->from << piece->to,
				((1ull << piece->cnt) - 1) << piece->to, size);
		return true;
	}
	return false;
}

/* Rounds the high part, because the low part is sign-extended. */
static void insert_high(unsigned char *at, uint64_t distance)
{
	relocate_apply_insert(at, (distance + 0x800) >> 12, 20, 12);
}

static bool apply_riscv(const struct relocation *relocation)
{
	uint64_t distance = relocation->value - relocation->place;
	unsigned char *at = relocation->at;
	bool call = relocation->type == R_RISCV_CALL || relocation->type == R_RISCV_CALL_PLT;

	if (apply_riscv_data(relocation) || apply_riscv_jump(relocation))
		return true;
	if (relocation->room_bytes < (call ? 8 : 4))
		return false;
	switch (relocation->type) {
	case R_RISCV_CALL:
	case R_RISCV_CALL_PLT:
		insert_high(at, distance);
		relocate_apply_insert(at + 4, distance, 12, 20);
		return true;
	case R_RISCV_PCREL_HI20:
		insert_high(at, distance);
		return true;
	case R_RISCV_PCREL_LO12_I: /* value: the distance from the place of the high part */
		relocate_apply_insert(at, relocation->value, 12, 20);
		return true;
	case R_RISCV_PCREL_LO12_S:
		relocate_apply_insert(at, relocation->value, 5, 7);
		relocate_apply_insert(at, relocation->value >> 5, 7, 25);
		return true;
	default:
		return false;
	}
}

static const struct {
	uint32_t type;
	uint8_t size_bytes;
	bool relative, halved;
} s390_kinds[] = {
	{R_390_64, 8, false, false},
	{R_390_32, 4, false, false},
	{R_390_PC64, 8, true, false},
	{R_390_PC32, 4, true, false},
	{R_390_PC32DBL, 4, true, true},
	{R_390_PLT32DBL, 4, true, true},
};

static bool apply_s390(const struct relocation *relocation)
{
	for (size_t i = 0; i < ARRAY_SIZE(s390_kinds); i++) {
		uint64_t value = relocation->value;
		if (s390_kinds[i].type != relocation->type ||
			relocation->room_bytes < s390_kinds[i].size_bytes)
			continue;
		if (s390_kinds[i].relative)
			value -= relocation->place;
		store_big(relocation->at, value >> s390_kinds[i].halved,
			s390_kinds[i].size_bytes);
		return true;
	}
	return false;
}

bool relocation_apply(uint16_t machine, const struct relocation *relocation)
{
	switch (machine) {
	case EM_X86_64:
		return apply_x86(relocation);
	case EM_AARCH64:
		return apply_arm64(relocation);
	case EM_PPC64:
		return apply_ppc64(relocation);
	case EM_RISCV:
		return apply_riscv(relocation);
	case EM_S390:
		return apply_s390(relocation);
	default:
		return false;
	}
}

bool relocation_is_hint(uint16_t machine, uint32_t type)
{
	return !type || (machine == EM_PPC64 && type == R_PPC64_ENTRY) ||
		(machine == EM_RISCV && (type == R_RISCV_RELAX || type == R_RISCV_ALIGN));
}
