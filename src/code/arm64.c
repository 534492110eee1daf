/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"
#include "util/array.h"

#include <capstone/capstone.h>
#include <elf.h>

struct arm64 {
	uintptr_t handle;
	const cs_insn *source;
	const cs_arm64 *detail;
	const cs_arm64_op *operands;
	unsigned int operand_cnt;
	struct code_insn *insn;
};

static uint8_t arm64_register_number(unsigned int name, unsigned int *width)
{
	*width = 8;
	if (name >= ARM64_REG_X0 && name <= ARM64_REG_X28)
		return (uint8_t)(name - ARM64_REG_X0);
	if (name == ARM64_REG_X29 || name == ARM64_REG_X30)
		return name == ARM64_REG_X29 ? 29 : 30;
	if (name == ARM64_REG_SP)
		return CODE_ARM64_SP;
	*width = 4;
	if (name >= ARM64_REG_W0 && name <= ARM64_REG_W30)
		return (uint8_t)(name - ARM64_REG_W0);
	if (name == ARM64_REG_WSP)
		return CODE_ARM64_SP;
	return CODE_NO_REGISTER;
}

static bool is_zero(unsigned int name)
{
	return name == ARM64_REG_XZR || name == ARM64_REG_WZR;
}

static enum code_condition condition_of(arm64_cc cc)
{
	static const uint8_t conditions[] = {
		[ARM64_CC_EQ] = COND_EQ,
		[ARM64_CC_NE] = COND_NE,
		[ARM64_CC_HS] = COND_GEU,
		[ARM64_CC_LO] = COND_LTU,
		[ARM64_CC_MI] = COND_NEGATIVE,
		[ARM64_CC_PL] = COND_POSITIVE,
		[ARM64_CC_VS] = COND_UNKNOWN,
		[ARM64_CC_VC] = COND_UNKNOWN,
		[ARM64_CC_HI] = COND_GTU,
		[ARM64_CC_LS] = COND_LEU,
		[ARM64_CC_GE] = COND_GES,
		[ARM64_CC_LT] = COND_LTS,
		[ARM64_CC_GT] = COND_GTS,
		[ARM64_CC_LE] = COND_LES,
		[ARM64_CC_AL] = COND_ALWAYS,
		[ARM64_CC_NV] = COND_ALWAYS,
	};

	return cc > ARM64_CC_INVALID && cc <= ARM64_CC_NV ? (enum code_condition)conditions[cc]
							  : COND_UNKNOWN;
}

static const struct {
	uint8_t bytes;
	bool sign;
} extenders[] = {
	[ARM64_EXT_UXTB] = {1, false},
	[ARM64_EXT_UXTH] = {2, false},
	[ARM64_EXT_UXTW] = {4, false},
	[ARM64_EXT_UXTX] = {8, false},
	[ARM64_EXT_SXTB] = {1, true},
	[ARM64_EXT_SXTH] = {2, true},
	[ARM64_EXT_SXTW] = {4, true},
	[ARM64_EXT_SXTX] = {8, true},
};

static void arm64_forget(struct arm64 *arm, uint8_t reg)
{
	code_add_op(arm->insn, CODE_FORGET)->dst = reg;
}

/* A right shift needs its own operation. */
static struct code_operand shift_right(struct arm64 *arm, struct code_operand operand,
	const cs_arm64_op *source, unsigned int width)
{
	struct code_op *op = code_add_op(arm->insn, CODE_ALU);

	op->alu = source->shift.type == ARM64_SFT_LSR ? ALU_SHR
		: source->shift.type == ARM64_SFT_ASR ? ALU_SAR
						      : ALU_UNKNOWN;
	op->dst = CODE_TEMP + 2;
	op->width_bytes = (uint8_t)width;
	op->a = operand;
	op->b = code_operand_number(source->shift.value);
	return code_operand_reg(CODE_TEMP + 2);
}

static struct code_operand arm64_read_operand(struct arm64 *arm, const cs_arm64_op *source)
{
	unsigned int width;
	struct code_operand operand = code_operand_number((uint64_t)source->imm);

	if (source->type == ARM64_OP_REG) {
		uint8_t reg = arm64_register_number(source->reg, &width);
		operand = is_zero(source->reg) ? code_operand_number(0) : code_operand_reg(reg);
		if (reg == CODE_NO_REGISTER && !is_zero(source->reg)) {
			arm64_forget(arm, CODE_TEMP + 1);
			return code_operand_reg(CODE_TEMP + 1);
		}
		if (source->ext > ARM64_EXT_INVALID && source->ext <= ARM64_EXT_SXTX) {
			operand.extend_bytes = extenders[source->ext].bytes;
			operand.sign = extenders[source->ext].sign;
		}
		if (source->shift.type > ARM64_SFT_LSL)
			return shift_right(arm, operand, source, width);
	}
	if (source->shift.type == ARM64_SFT_LSL)
		operand.shift = (uint8_t)(source->shift.value & 63);
	return operand;
}

static struct code_op *write_register(
	struct arm64 *arm, enum code_alu alu, struct code_operand a, struct code_operand b)
{
	unsigned int width;
	uint8_t reg = arm64_register_number(arm->operands[0].reg, &width);
	struct code_op *op = code_add_op(arm->insn, CODE_ALU);

	op->alu = (uint8_t)alu;
	op->a = a;
	op->b = b;
	op->dst = reg;
	op->width_bytes = (uint8_t)(arm->operands[0].reg == ARM64_REG_WZR ? 4
			: reg == CODE_NO_REGISTER                         ? 8
									  : width);
	return op;
}

static unsigned int operand_width(const cs_arm64_op *source)
{
	unsigned int width;

	arm64_register_number(source->reg, &width);
	return source->reg == ARM64_REG_XZR ? 8 : width;
}

static struct code_op *arm64_add_compare(struct arm64 *arm, enum code_op_kind kind, enum code_alu alu,
	struct code_operand a, struct code_operand b, unsigned int width)
{
	struct code_op *op = code_add_op(arm->insn, kind);

	op->alu = (uint8_t)alu;
	op->cond = COND_ALWAYS;
	op->a = a;
	op->b = b;
	op->width_bytes = (uint8_t)width;
	return op;
}

static struct code_operand arm64_inverted(struct arm64 *arm, struct code_operand operand)
{
	struct code_op *op = code_add_op(arm->insn, CODE_ALU);

	op->alu = ALU_XOR;
	op->dst = CODE_TEMP + 3;
	op->a = operand;
	op->b = code_operand_number(UINT64_MAX);
	return code_operand_reg(CODE_TEMP + 3);
}

/* Three operands: dst, a, b. `invert`: bic, orn. */
static void arm64_decode_alu(struct arm64 *arm, enum code_alu alu, bool invert)
{
	unsigned int width = operand_width(&arm->operands[0]);

	if (arm->operand_cnt < 3) {
		arm64_forget(arm, arm64_register_number(arm->operands[0].reg, &width));
		return;
	}
	struct code_operand a = arm64_read_operand(arm, &arm->operands[1]);
	struct code_operand b = arm64_read_operand(arm, &arm->operands[2]);
	if (invert)
		b = arm64_inverted(arm, b);
	if (!arm->detail->update_flags) {
		write_register(arm, alu, a, b);
		return;
	}
	if (alu == ALU_SUB || alu == ALU_AND)
		arm64_add_compare(arm, CODE_COMPARE, alu, a, b, width);
	write_register(arm, alu, a, b);
	if (alu == ALU_ADD)
		arm64_add_compare(arm, CODE_COMPARE, ALU_COPY,
			code_operand_reg(arm64_register_number(arm->operands[0].reg, &width)),
			code_operand_number(0), width);
}

static void arm64_decode_copy(struct arm64 *arm, bool invert)
{
	struct code_operand a = arm64_read_operand(arm, &arm->operands[1]);

	if (invert)
		a = arm64_inverted(arm, a);
	write_register(arm, ALU_COPY, a, code_operand_number(0));
}

/* movk replaces 16 bits of the register. */
static void decode_insert(struct arm64 *arm)
{
	struct code_operand bits = arm64_read_operand(arm, &arm->operands[1]);
	struct code_operand self = arm64_read_operand(arm, &arm->operands[0]);

	write_register(arm, ALU_AND, self, code_operand_number(~(0xffffull << bits.shift)));
	write_register(arm, ALU_OR, self, bits);
}

static void arm64_decode_extend(struct arm64 *arm, unsigned int bytes, bool sign)
{
	struct code_operand a = arm64_read_operand(arm, &arm->operands[1]);

	a.extend_bytes = (uint8_t)bytes;
	a.sign = sign;
	write_register(arm, ALU_COPY, a, code_operand_number(0));
}

/* ubfx dst, a, lsb, width: the field, shifted down. */
static void decode_field(struct arm64 *arm, bool down)
{
	uint64_t shift = (uint64_t)arm->operands[2].imm, bits = (uint64_t)arm->operands[3].imm;
	struct code_operand a = arm64_read_operand(arm, &arm->operands[1]);
	struct code_operand mask = code_operand_number(bits < 64 ? (1ull << bits) - 1 : UINT64_MAX);
	struct code_operand self = arm64_read_operand(arm, &arm->operands[0]);

	write_register(arm, down ? ALU_SHR : ALU_AND, a, down ? code_operand_number(shift) : mask);
	write_register(
		arm, down ? ALU_AND : ALU_SHL, self, down ? mask : code_operand_number(shift));
}

static void arm64_decode_compare(struct arm64 *arm, enum code_alu alu)
{
	struct code_operand a = arm64_read_operand(arm, &arm->operands[0]);
	struct code_operand b = arm64_read_operand(arm, &arm->operands[1]);

	arm64_add_compare(arm, CODE_COMPARE, alu, a, b, operand_width(&arm->operands[0]));
}

static void decode_compare_negative(struct arm64 *arm)
{
	if (arm->operands[1].type != ARM64_OP_IMM) {
		arm64_forget(arm, CODE_NO_REGISTER);
		return;
	}
	struct code_operand b = arm64_read_operand(arm, &arm->operands[1]);
	b.number = -(b.number << b.shift);
	b.shift = 0;
	arm64_add_compare(arm, CODE_COMPARE, ALU_SUB, arm64_read_operand(arm, &arm->operands[0]), b,
		operand_width(&arm->operands[0]));
}

static void decode_conditional_compare(struct arm64 *arm)
{
	if (arm->operand_cnt < 3 || arm->source->id != ARM64_INS_CCMP) {
		arm64_forget(arm, CODE_NO_REGISTER);
		return;
	}
	struct code_operand a = arm64_read_operand(arm, &arm->operands[0]);
	struct code_operand b = arm64_read_operand(arm, &arm->operands[1]);
	struct code_op *op =
		arm64_add_compare(arm, CODE_COMPARE, ALU_SUB, a, b, operand_width(&arm->operands[0]));
	op->cond = (uint8_t)condition_of(arm->detail->cc);
	op->else_flags = (uint8_t)arm->operands[2].imm;
}

static void add_select(struct arm64 *arm, enum code_condition condition, struct code_operand a,
	struct code_operand b)
{
	unsigned int width;
	struct code_op *op = code_add_op(arm->insn, CODE_SELECT);

	op->cond = (uint8_t)condition;
	op->a = a;
	op->b = b;
	op->dst = arm64_register_number(arm->operands[0].reg, &width);
	op->width_bytes = (uint8_t)width;
}

/* csinc, csinv, csneg change the second choice. */
static struct code_operand arm64_changed(struct arm64 *arm, struct code_operand operand)
{
	struct code_op *op = code_add_op(arm->insn, CODE_ALU);
	unsigned int id = arm->source->id;

	op->dst = CODE_TEMP + 3;
	op->alu = id == ARM64_INS_CSINC ? ALU_ADD : id == ARM64_INS_CSINV ? ALU_XOR : ALU_SUB;
	op->a = id == ARM64_INS_CSNEG ? code_operand_number(0) : operand;
	op->b = id == ARM64_INS_CSNEG ? operand
				      : code_operand_number(id == ARM64_INS_CSINC ? 1 : UINT64_MAX);
	return code_operand_reg(CODE_TEMP + 3);
}

static void arm64_decode_select(struct arm64 *arm)
{
	enum code_condition condition = condition_of(arm->detail->cc);
	unsigned int id = arm->source->id;

	if (id == ARM64_INS_CSET || id == ARM64_INS_CSETM) {
		add_select(arm, condition,
			code_operand_number(id == ARM64_INS_CSET ? 1 : UINT64_MAX),
			code_operand_number(0));
		return;
	}
	if (arm->operand_cnt < 3) { /* cinc, cinv, cneg */
		unsigned int width;
		arm64_forget(arm, arm64_register_number(arm->operands[0].reg, &width));
		return;
	}
	struct code_operand a = arm64_read_operand(arm, &arm->operands[1]);
	struct code_operand b = arm64_read_operand(arm, &arm->operands[2]);
	add_select(arm, condition, a, id == ARM64_INS_CSEL ? b : arm64_changed(arm, b));
}

static void arm64_fill_memory(const cs_arm64_op *source, unsigned int size, struct code_memory *memory)
{
	unsigned int width;

	*memory = (struct code_memory) {
		.base = arm64_register_number(source->mem.base, &width),
		.index = CODE_NO_REGISTER,
		.offset = source->mem.disp,
		.size_bytes = (uint8_t)size,
	};
	memory->opaque = memory->base == CODE_NO_REGISTER;
	if (source->mem.index == ARM64_REG_INVALID || is_zero(source->mem.index))
		return;
	memory->index = arm64_register_number(source->mem.index, &width);
	memory->opaque |= memory->index == CODE_NO_REGISTER;
	memory->index_shift =
		(uint8_t)(source->shift.type == ARM64_SFT_LSL ? source->shift.value & 7 : 0);
	if (source->ext > ARM64_EXT_INVALID && source->ext <= ARM64_EXT_SXTX) {
		memory->index_extend_bytes = extenders[source->ext].bytes;
		memory->index_sign = extenders[source->ext].sign;
	}
}

static void write_back(struct arm64 *arm, const cs_arm64_op *memory, int64_t offset)
{
	unsigned int width;
	struct code_op *op = code_add_op(arm->insn, CODE_ALU);

	op->alu = ALU_ADD;
	op->dst = arm64_register_number(memory->mem.base, &width);
	op->a = code_operand_reg(op->dst);
	op->b = code_operand_number((uint64_t)offset);
	if (op->dst == CODE_NO_REGISTER)
		op->a = code_operand_number(0);
}

/* One of the up to two registers of a load or store. */
static void arm64_access_memory(struct arm64 *arm, const cs_arm64_op *reg, const cs_arm64_op *memory,
	unsigned int size, int64_t extra, bool load, bool sign)
{
	unsigned int width;
	uint8_t number = arm64_register_number(reg->reg, &width);
	struct code_operand value = load ? code_operand_number(0) : arm64_read_operand(arm, reg);
	struct code_op *op = code_add_op(arm->insn, load ? CODE_LOAD : CODE_STORE);

	arm64_fill_memory(memory, size ? size : operand_width(reg), &op->memory);
	op->memory.offset += extra;
	op->dst = number;
	op->a = value;
	op->width_bytes = (uint8_t)operand_width(reg);
	op->sign = sign;
}

static bool is_vector(const cs_arm64_op *operand)
{
	unsigned int width;

	return operand->type == ARM64_OP_REG && !is_zero(operand->reg) &&
		arm64_register_number(operand->reg, &width) == CODE_NO_REGISTER;
}

static void arm64_decode_memory(
	struct arm64 *arm, unsigned int reg_cnt, unsigned int size, bool load, bool sign)
{
	const cs_arm64_op *memory = &arm->operands[reg_cnt];
	bool post = arm->operand_cnt > reg_cnt + 1;

	if (arm->operand_cnt <= reg_cnt || memory->type != ARM64_OP_MEM ||
		is_vector(&arm->operands[0])) {
		/* A literal's address in place of memory: kernel code does not use this. */
		unsigned int width;
		for (unsigned int i = 0; load && i < reg_cnt; i++)
			arm64_forget(arm, arm64_register_number(arm->operands[i].reg, &width));
		if (!load)
			code_add_op(arm->insn, CODE_FORGET_STACK);
		if (memory->type == ARM64_OP_MEM && (post || arm->detail->writeback))
			write_back(arm, memory,
				post ? arm->operands[reg_cnt + 1].imm : memory->mem.disp);
		return;
	}
	cs_arm64_op at = *memory;
	if (post || arm->detail->writeback) {
		if (!post)
			write_back(arm, memory, memory->mem.disp);
		at.mem.disp = 0;
	}
	for (unsigned int i = 0; i < reg_cnt; i++)
		arm64_access_memory(arm, &arm->operands[i], &at, size,
			(int64_t)(i * (size ? size : operand_width(&arm->operands[i]))), load,
			sign);
	if (post)
		write_back(arm, memory, arm->operands[reg_cnt + 1].imm);
}

static void arm64_decode_branch(struct arm64 *arm)
{
	struct code_op *op = code_add_op(arm->insn, CODE_BRANCH);

	op->cond = (uint8_t)(arm->detail->cc == ARM64_CC_INVALID ? COND_ALWAYS
								 : condition_of(arm->detail->cc));
	op->target = (uint64_t)arm->operands[0].imm;
}

/* cbz, cbnz, tbz, tbnz. */
static void decode_branch_on(struct arm64 *arm, bool bit, enum code_condition condition)
{
	struct code_operand a = arm64_read_operand(arm, &arm->operands[0]);
	struct code_operand b = code_operand_number(0);

	if (bit)
		b.number = 1ull << (arm->operands[1].imm & 63);
	struct code_op *op = arm64_add_compare(arm, CODE_BRANCH_ON, bit ? ALU_AND : ALU_SUB, a, b,
		bit ? 8 : operand_width(&arm->operands[0]));
	op->cond = (uint8_t)condition;
	op->target = (uint64_t)arm->operands[bit ? 2 : 1].imm;
}

static bool arm64_decode_control(struct arm64 *arm)
{
	switch (arm->source->id) {
	case ARM64_INS_B:
		arm64_decode_branch(arm);
		return true;
	case ARM64_INS_BL:
		code_add_op(arm->insn, CODE_CALL)->target = (uint64_t)arm->operands[0].imm;
		return true;
	case ARM64_INS_BLR:
		code_add_op(arm->insn, CODE_CALL);
		return true;
	case ARM64_INS_BR: {
		struct code_operand target = arm64_read_operand(arm, &arm->operands[0]);
		code_add_op(arm->insn, CODE_JUMP_VALUE)->a = target;
		return true;
	}
	case ARM64_INS_RET:
		code_add_op(arm->insn, CODE_RETURN);
		return true;
	case ARM64_INS_CBZ:
	case ARM64_INS_CBNZ:
		decode_branch_on(arm, false, arm->source->id == ARM64_INS_CBZ ? COND_EQ : COND_NE);
		return true;
	case ARM64_INS_TBZ:
	case ARM64_INS_TBNZ:
		decode_branch_on(arm, true, arm->source->id == ARM64_INS_TBZ ? COND_EQ : COND_NE);
		return true;
	case ARM64_INS_BRK:
	case ARM64_INS_ERET:
		code_add_op(arm->insn, CODE_TRAP);
		return true;
	case ARM64_INS_NOP:
	case ARM64_INS_HINT:
	case ARM64_INS_PRFM:
		return true;
	default:
		return false;
	}
}

/* regs, bytes (0: the register's width), load, sign */
static const struct {
	unsigned int id;
	uint8_t regs, size;
	bool load, sign;
} memory_insns[] = {
	{ARM64_INS_LDR, 1, 0, true, false},
	{ARM64_INS_LDUR, 1, 0, true, false},
	{ARM64_INS_LDP, 2, 0, true, false},
	{ARM64_INS_LDRB, 1, 1, true, false},
	{ARM64_INS_LDURB, 1, 1, true, false},
	{ARM64_INS_LDRH, 1, 2, true, false},
	{ARM64_INS_LDURH, 1, 2, true, false},
	{ARM64_INS_LDRSB, 1, 1, true, true},
	{ARM64_INS_LDURSB, 1, 1, true, true},
	{ARM64_INS_LDRSH, 1, 2, true, true},
	{ARM64_INS_LDURSH, 1, 2, true, true},
	{ARM64_INS_LDRSW, 1, 4, true, true},
	{ARM64_INS_LDURSW, 1, 4, true, true},
	{ARM64_INS_LDPSW, 2, 4, true, true},
	{ARM64_INS_LDAR, 1, 0, true, false},
	{ARM64_INS_STR, 1, 0, false, false},
	{ARM64_INS_STUR, 1, 0, false, false},
	{ARM64_INS_STP, 2, 0, false, false},
	{ARM64_INS_STRB, 1, 1, false, false},
	{ARM64_INS_STURB, 1, 1, false, false},
	{ARM64_INS_STRH, 1, 2, false, false},
	{ARM64_INS_STURH, 1, 2, false, false},
	{ARM64_INS_STLR, 1, 0, false, false},
};

static bool decode_access(struct arm64 *arm)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(memory_insns); i++) {
		if (memory_insns[i].id == arm->source->id) {
			arm64_decode_memory(arm, memory_insns[i].regs, memory_insns[i].size,
				memory_insns[i].load, memory_insns[i].sign);
			return true;
		}
	}
	return false;
}

static const struct {
	unsigned int id;
	enum code_alu alu;
	bool invert;
} alu_insns[] = {
	{ARM64_INS_ADD, ALU_ADD, false},
	{ARM64_INS_SUB, ALU_SUB, false},
	{ARM64_INS_AND, ALU_AND, false},
	{ARM64_INS_ORR, ALU_OR, false},
	{ARM64_INS_EOR, ALU_XOR, false},
	{ARM64_INS_BIC, ALU_AND, true},
	{ARM64_INS_ORN, ALU_OR, true},
	{ARM64_INS_LSL, ALU_SHL, false},
	{ARM64_INS_LSR, ALU_SHR, false},
	{ARM64_INS_ASR, ALU_SAR, false},
};

static bool arm64_decode_arithmetic(struct arm64 *arm)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(alu_insns); i++) {
		if (alu_insns[i].id == arm->source->id) {
			arm64_decode_alu(arm, alu_insns[i].alu, alu_insns[i].invert);
			return true;
		}
	}
	return false;
}

static const struct {
	unsigned int id;
	uint8_t bytes;
	bool sign;
} extend_insns[] = {
	{ARM64_INS_UXTB, 1, false},
	{ARM64_INS_UXTH, 2, false},
	{ARM64_INS_UXTW, 4, false},
	{ARM64_INS_SXTB, 1, true},
	{ARM64_INS_SXTH, 2, true},
	{ARM64_INS_SXTW, 4, true},
};

static bool decode_extension(struct arm64 *arm)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(extend_insns); i++) {
		if (extend_insns[i].id == arm->source->id) {
			arm64_decode_extend(arm, extend_insns[i].bytes, extend_insns[i].sign);
			return true;
		}
	}
	return false;
}

static bool arm64_decode_data(struct arm64 *arm)
{
	bool set = arm->source->id == ARM64_INS_CSET || arm->source->id == ARM64_INS_CSETM;

	if (arm->operand_cnt < (set ? 1 : 2) || is_vector(&arm->operands[0]))
		return false;
	switch (arm->source->id) {
	case ARM64_INS_MOV:
	case ARM64_INS_MOVZ:
	case ARM64_INS_ADR:
	case ARM64_INS_ADRP:
		arm64_decode_copy(arm, false);
		return true;
	case ARM64_INS_MOVN:
	case ARM64_INS_MVN:
		arm64_decode_copy(arm, true);
		return true;
	case ARM64_INS_MOVK:
		decode_insert(arm);
		return true;
	case ARM64_INS_UBFX:
	case ARM64_INS_UBFIZ:
		if (arm->operand_cnt == 4)
			decode_field(arm, arm->source->id == ARM64_INS_UBFX);
		return arm->operand_cnt == 4;
	case ARM64_INS_CMP:
	case ARM64_INS_TST:
		arm64_decode_compare(arm, arm->source->id == ARM64_INS_CMP ? ALU_SUB : ALU_AND);
		return true;
	case ARM64_INS_CMN:
		decode_compare_negative(arm);
		return true;
	case ARM64_INS_CCMP:
	case ARM64_INS_CCMN:
		decode_conditional_compare(arm);
		return true;
	case ARM64_INS_CSEL:
	case ARM64_INS_CSINC:
	case ARM64_INS_CSINV:
	case ARM64_INS_CSNEG:
	case ARM64_INS_CSET:
	case ARM64_INS_CSETM:
		arm64_decode_select(arm);
		return true;
	default:
		return arm64_decode_arithmetic(arm) || decode_extension(arm);
	}
}

/* For any other instruction: the registers it writes become unknown. */
static void arm64_decode_other(struct arm64 *arm)
{
	uint16_t reads[sizeof(cs_regs) / sizeof(uint16_t)],
		writes[sizeof(cs_regs) / sizeof(uint16_t)];
	uint8_t read_cnt, write_cnt;
	unsigned int width;

	if (arm->detail->update_flags)
		arm64_forget(arm, CODE_NO_REGISTER);
	for (unsigned int i = 0; i < arm->operand_cnt; i++) {
		if (arm->operands[i].type == ARM64_OP_MEM)
			code_add_op(arm->insn, CODE_FORGET_STACK);
	}
	if (arm->operand_cnt && arm->operands[0].type == ARM64_OP_REG &&
		!is_vector(&arm->operands[0]) && !is_zero(arm->operands[0].reg))
		arm64_forget(arm, arm64_register_number(arm->operands[0].reg, &width));
	if (cs_regs_access(arm->handle, arm->source, reads, &read_cnt, writes, &write_cnt) !=
		CS_ERR_OK)
		return;
	for (unsigned int i = 0; i < write_cnt; i++) {
		uint8_t reg = arm64_register_number(writes[i], &width);
		if (reg != CODE_NO_REGISTER && arm->insn->op_cnt < CODE_OP_MAX)
			arm64_forget(arm, reg);
	}
}

static void arm64_decode(uintptr_t handle, const void *source, struct code_insn *insn)
{
	const cs_insn *capstone = source;
	struct arm64 arm = {
		.handle = handle,
		.source = capstone,
		.detail = &capstone->detail->arm64,
		.operands = capstone->detail->arm64.operands,
		.operand_cnt = capstone->detail->arm64.op_count,
		.insn = insn,
	};

	if (arm64_decode_control(&arm) || decode_access(&arm) || arm64_decode_data(&arm))
		return;
	insn->op_cnt = 0;
	arm64_decode_other(&arm);
}

static const struct code_abi abi = {
	.args = {0, 1, 2, 3, 4, 5},
	.result = 0,
	.stack = CODE_ARM64_SP,
	.entry = CODE_NO_REGISTER,
	.global = CODE_NO_REGISTER,
	/* x0 .. x18, the link register, the temporaries. */
	.clobbered = 0x7ffff | 1ull << 30 | 0xfull << CODE_TEMP,
};

const struct code_machine code_machine_arm64 = {
	.machine = EM_AARCH64,
	.capstone_arch = CS_ARCH_ARM64,
	.capstone_mode = CS_MODE_ARM,
	.abi = &abi,
	.decode = arm64_decode,
	.insn_align = 4,
	.flags_cnt = 1,
};
