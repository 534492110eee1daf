/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/core/core.h"

#include <linux/bpf.h>

static const struct {
	uint8_t code;
	uint32_t bytes;
} sizes[] = {{BPF_W, 4}, {BPF_H, 2}, {BPF_B, 1}, {BPF_DW, 8}};

static void refuse(struct core_result *result, const char *reason)
{
	result->outcome = CORE_REFUSED;
	result->reason = reason;
}

static void patch_alu(struct core_result *result, struct object_insn *insn)
{
	if (BPF_SRC(insn->code) != BPF_K ||
		(result->validate && (uint64_t)(int64_t)insn->imm != result->original))
		return refuse(result, "the instruction does not hold what the relocation says");
	insn->imm = (int32_t)result->value;
}

static void patch_size(struct core_result *result, struct object_insn *insn)
{
	uint32_t bytes = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (sizes[i].code == BPF_SIZE(insn->code))
			bytes = sizes[i].bytes;
	}
	if (bytes != result->original_bytes)
		return refuse(result, "the load has another size than its field in the object");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (sizes[i].bytes == result->bytes) {
			insn->code = (uint8_t)(BPF_MODE(insn->code) | sizes[i].code |
				BPF_CLASS(insn->code));
			return;
		}
	}
	refuse(result, "the kernel's field has a size that no load has");
}

static void patch_memory(struct core_result *result, struct object_insn *insn)
{
	if (result->validate && (uint64_t)(int64_t)insn->off != result->original)
		return refuse(result, "the instruction does not hold what the relocation says");
	if (result->value > INT16_MAX)
		return refuse(result, "the kernel's field lies too far for one instruction");
	if (result->bad_size) {
		result->outcome = CORE_POISONED;
		result->reason =
			"the kernel's field has another size, and only pointers and unsigned integers are adjusted";
		return;
	}
	insn->off = (int16_t)result->value;
	if (result->bytes != result->original_bytes)
		patch_size(result, insn);
}

static void patch_wide(struct core_result *result, struct object_insn *insns, uint32_t cnt)
{
	if (cnt < 2 || insns[0].code != (BPF_LD | BPF_IMM | BPF_DW) || insns[0].src ||
		insns[0].off || insns[1].code || insns[1].dst || insns[1].src || insns[1].off)
		return refuse(result, "no instruction that CO-RE can relocate");
	uint64_t held = (uint32_t)insns[0].imm | (uint64_t)(uint32_t)insns[1].imm << 32;
	if (result->validate && held != result->original)
		return refuse(result, "the instruction does not hold what the relocation says");
	insns[0].imm = (int32_t)(uint32_t)result->value;
	insns[1].imm = (int32_t)(uint32_t)(result->value >> 32);
}

void core_patch(struct core_result *result, struct object_insn *insns, uint32_t cnt)
{
	if (result->outcome != CORE_RESOLVED || !cnt)
		return;
	switch (BPF_CLASS(insns->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return patch_alu(result, insns);
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return patch_memory(result, insns);
	case BPF_LD:
		return patch_wide(result, insns, cnt);
	default:
		refuse(result, "no instruction that CO-RE can relocate");
	}
}
