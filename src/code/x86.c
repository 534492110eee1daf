/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"
#include "util/array.h"

#include <capstone/capstone.h>
#include <elf.h>

struct x86 {
	uintptr_t handle;
	const cs_insn *source;
	const cs_x86 *detail;
	struct code_insn *insn;
	unsigned int temp_cnt;
};

/* Registers in the order of the encoding, by width. */
#define ROW(number, r8, r4, r2, r1)                                                                \
	{                                                                                          \
		{X86_REG_##r8, X86_REG_##r4, X86_REG_##r2, X86_REG_##r1}, number                   \
	}
static const struct {
	uint16_t names[4];
	uint8_t number;
} registers[] = {
	ROW(0, RAX, EAX, AX, AL),
	ROW(1, RCX, ECX, CX, CL),
	ROW(2, RDX, EDX, DX, DL),
	ROW(3, RBX, EBX, BX, BL),
	ROW(4, RSP, ESP, SP, SPL),
	ROW(5, RBP, EBP, BP, BPL),
	ROW(6, RSI, ESI, SI, SIL),
	ROW(7, RDI, EDI, DI, DIL),
	ROW(8, R8, R8D, R8W, R8B),
	ROW(9, R9, R9D, R9W, R9B),
	ROW(10, R10, R10D, R10W, R10B),
	ROW(11, R11, R11D, R11W, R11B),
	ROW(12, R12, R12D, R12W, R12B),
	ROW(13, R13, R13D, R13W, R13B),
	ROW(14, R14, R14D, R14W, R14B),
	ROW(15, R15, R15D, R15W, R15B),
};

/* ah, bh, ch and dh: only the register that they change matters. */
static const struct {
	uint16_t name;
	uint8_t number;
} high_bytes[] = {{X86_REG_AH, 0}, {X86_REG_CH, 1}, {X86_REG_DH, 2}, {X86_REG_BH, 3}};

static uint8_t x86_register_number(unsigned int name, unsigned int *width)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(registers); i++) {
		for (unsigned int j = 0; j < 4; j++) {
			if (registers[i].names[j] == name) {
				*width = 8u >> j;
				return registers[i].number;
			}
		}
	}
	return CODE_NO_REGISTER;
}

static uint8_t high_byte(unsigned int name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(high_bytes); i++) {
		if (high_bytes[i].name == name)
			return high_bytes[i].number;
	}
	return CODE_NO_REGISTER;
}

static const struct {
	unsigned int first; /* X86_INS_Jcc, CMOVcc, SETcc */
	unsigned int cmov, set;
	enum code_condition condition;
} conditions[] = {
	{X86_INS_JE, X86_INS_CMOVE, X86_INS_SETE, COND_EQ},
	{X86_INS_JNE, X86_INS_CMOVNE, X86_INS_SETNE, COND_NE},
	{X86_INS_JB, X86_INS_CMOVB, X86_INS_SETB, COND_LTU},
	{X86_INS_JAE, X86_INS_CMOVAE, X86_INS_SETAE, COND_GEU},
	{X86_INS_JA, X86_INS_CMOVA, X86_INS_SETA, COND_GTU},
	{X86_INS_JBE, X86_INS_CMOVBE, X86_INS_SETBE, COND_LEU},
	{X86_INS_JL, X86_INS_CMOVL, X86_INS_SETL, COND_LTS},
	{X86_INS_JGE, X86_INS_CMOVGE, X86_INS_SETGE, COND_GES},
	{X86_INS_JG, X86_INS_CMOVG, X86_INS_SETG, COND_GTS},
	{X86_INS_JLE, X86_INS_CMOVLE, X86_INS_SETLE, COND_LES},
	{X86_INS_JS, X86_INS_CMOVS, X86_INS_SETS, COND_NEGATIVE},
	{X86_INS_JNS, X86_INS_CMOVNS, X86_INS_SETNS, COND_POSITIVE},
	{X86_INS_JO, X86_INS_CMOVO, X86_INS_SETO, COND_UNKNOWN},
	{X86_INS_JNO, X86_INS_CMOVNO, X86_INS_SETNO, COND_UNKNOWN},
	{X86_INS_JP, X86_INS_CMOVP, X86_INS_SETP, COND_UNKNOWN},
	{X86_INS_JNP, X86_INS_CMOVNP, X86_INS_SETNP, COND_UNKNOWN},
	{X86_INS_JRCXZ, X86_INS_INVALID, X86_INS_INVALID, COND_UNKNOWN},
	{X86_INS_JECXZ, X86_INS_INVALID, X86_INS_INVALID, COND_UNKNOWN},
	{X86_INS_LOOP, X86_INS_INVALID, X86_INS_INVALID, COND_UNKNOWN},
};

static void x86_fill_memory(const struct x86 *x86, const cs_x86_op *operand, struct code_memory *memory)
{
	const x86_op_mem *source = &operand->mem;
	unsigned int width = 8;

	*memory = (struct code_memory) {
		.base = CODE_NO_REGISTER,
		.index = CODE_NO_REGISTER,
		.offset = source->disp,
		.size_bytes = operand->size <= 8 ? operand->size : 0,
		.opaque = (source->segment != X86_REG_INVALID && source->segment != X86_REG_DS &&
				  source->segment != X86_REG_SS) ||
			operand->size > 8 || !operand->size,
	};
	if (source->base == X86_REG_RIP) {
		memory->offset += (int64_t)(x86->insn->address + x86->insn->size_bytes);
	} else if (source->base != X86_REG_INVALID) {
		memory->base = x86_register_number(source->base, &width);
		memory->opaque |= memory->base == CODE_NO_REGISTER || width != 8;
	}
	if (source->index != X86_REG_INVALID && source->index != X86_REG_RIZ) {
		memory->index = x86_register_number(source->index, &width);
		memory->index_shift =
			(uint8_t)__builtin_ctz((unsigned int)(source->scale ? source->scale : 1));
		memory->opaque |= memory->index == CODE_NO_REGISTER || width != 8;
	}
}

/* The value of an operand. Memory is loaded into a temporary register first. */
static struct code_operand x86_read_operand(struct x86 *x86, const cs_x86_op *operand)
{
	unsigned int width = 8;
	uint8_t reg = CODE_NO_REGISTER;

	if (operand->type == X86_OP_IMM)
		return code_operand_number((uint64_t)operand->imm);
	if (operand->type == X86_OP_REG)
		reg = x86_register_number(operand->reg, &width);
	if (reg != CODE_NO_REGISTER)
		return code_operand_reg(reg);
	uint8_t temp = (uint8_t)(CODE_TEMP + x86->temp_cnt++ % 4);
	if (operand->type == X86_OP_MEM) {
		struct code_op *op = code_add_op(x86->insn, CODE_LOAD);
		op->dst = temp;
		x86_fill_memory(x86, operand, &op->memory);
	} else {
		code_add_op(x86->insn, CODE_FORGET)->dst = temp;
	}
	return code_operand_reg(temp);
}

static void write_operand(struct x86 *x86, const cs_x86_op *operand, enum code_alu alu,
	struct code_operand a, struct code_operand b)
{
	unsigned int width = operand->size;
	uint8_t reg = CODE_NO_REGISTER;

	if (operand->type == X86_OP_REG) {
		reg = x86_register_number(operand->reg, &width);
		if (reg == CODE_NO_REGISTER) {
			code_add_op(x86->insn, CODE_FORGET)->dst = high_byte(operand->reg);
			return;
		}
	}
	struct code_op *op = code_add_op(x86->insn, CODE_ALU);
	op->alu = (uint8_t)alu;
	op->a = a;
	op->b = b;
	op->width_bytes = (uint8_t)(width <= 8 && width ? width : 8);
	op->dst = reg;
	if (operand->type != X86_OP_MEM)
		return;
	op->dst = (uint8_t)(CODE_TEMP + x86->temp_cnt++ % 4);
	uint8_t temp = op->dst;
	op = code_add_op(x86->insn, CODE_STORE);
	op->a = code_operand_reg(temp);
	x86_fill_memory(x86, operand, &op->memory);
}

static struct code_op *x86_add_compare(struct x86 *x86, enum code_alu alu, struct code_operand a,
	struct code_operand b, unsigned int width)
{
	struct code_op *op = code_add_op(x86->insn, CODE_COMPARE);

	op->alu = (uint8_t)alu;
	op->cond = COND_ALWAYS;
	op->a = a;
	op->b = b;
	op->width_bytes = (uint8_t)(width <= 8 && width ? width : 8);
	return op;
}

static void x86_decode_copy(struct x86 *x86)
{
	const cs_x86_op *ops = x86->detail->operands;

	write_operand(x86, &ops[0], ALU_COPY, x86_read_operand(x86, &ops[1]), code_operand_number(0));
}

static void x86_decode_extend(struct x86 *x86, bool sign)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_operand source = x86_read_operand(x86, &ops[1]);

	source.extend_bytes = ops[1].size;
	source.sign = sign;
	write_operand(x86, &ops[0], ALU_COPY, source, code_operand_number(0));
}

static void decode_lea(struct x86 *x86)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_memory memory;
	uint8_t temp = CODE_TEMP;

	x86_fill_memory(x86, &ops[1], &memory);
	bool bad = (memory.base == CODE_NO_REGISTER && ops[1].mem.base != X86_REG_INVALID &&
		ops[1].mem.base != X86_REG_RIP);
	struct code_operand base = memory.base == CODE_NO_REGISTER ? code_operand_number(0)
								   : code_operand_reg(memory.base);
	struct code_operand index = memory.index == CODE_NO_REGISTER
		? code_operand_number(0)
		: code_operand_reg(memory.index);
	index.shift = memory.index_shift;
	struct code_op *op = code_add_op(x86->insn, CODE_ALU);
	op->alu = bad ? ALU_UNKNOWN : ALU_ADD;
	op->dst = temp;
	op->a = base;
	op->b = index;
	write_operand(x86, &ops[0], ALU_ADD, code_operand_reg(temp),
		code_operand_number((uint64_t)memory.offset));
}

static bool same_register(const cs_x86_op *ops)
{
	return ops[0].type == X86_OP_REG && ops[1].type == X86_OP_REG && ops[0].reg == ops[1].reg;
}

/* add, sub, and, or, xor and shifts: the result, and its flags. */
static void x86_decode_alu(struct x86 *x86, enum code_alu alu)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_operand zero = code_operand_number(0);

	if ((alu == ALU_XOR || alu == ALU_SUB) && same_register(ops)) {
		write_operand(x86, &ops[0], ALU_COPY, zero, zero);
		x86_add_compare(x86, ALU_AND, zero, zero, ops[0].size);
		return;
	}
	struct code_operand a = x86_read_operand(x86, &ops[0]);
	struct code_operand b =
		x86->detail->op_count > 1 ? x86_read_operand(x86, &ops[1]) : code_operand_number(1);
	if (alu == ALU_SUB)
		x86_add_compare(x86, ALU_SUB, a, b, ops[0].size);
	write_operand(x86, &ops[0], alu, a, b);
	if (alu == ALU_SUB || ops[0].type != X86_OP_REG) {
		if (alu != ALU_SUB)
			code_add_op(x86->insn, CODE_FORGET);
		return;
	}
	a = x86_read_operand(x86, &ops[0]);
	if (alu == ALU_AND || alu == ALU_OR || alu == ALU_XOR)
		x86_add_compare(x86, ALU_AND, a, a, ops[0].size);
	else
		x86_add_compare(x86, ALU_COPY, a, code_operand_number(0), ops[0].size);
}

static void x86_decode_compare(struct x86 *x86, enum code_alu alu)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_operand a = x86_read_operand(x86, &ops[0]);

	x86_add_compare(x86, alu, a, x86_read_operand(x86, &ops[1]), ops[0].size);
}

/* not and neg. */
static void decode_negate(struct x86 *x86, bool two_complement)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_operand a = x86_read_operand(x86, &ops[0]);

	if (!two_complement) {
		write_operand(x86, &ops[0], ALU_XOR, a, code_operand_number(UINT64_MAX));
		return;
	}
	x86_add_compare(x86, ALU_SUB, code_operand_number(0), a, ops[0].size);
	write_operand(x86, &ops[0], ALU_SUB, code_operand_number(0), a);
}

/* bt copies the bit to the carry, like a comparison of 0 with the bit. */
static void decode_bit_test(struct x86 *x86)
{
	const cs_x86_op *ops = x86->detail->operands;

	if (ops[0].type != X86_OP_REG) {
		code_add_op(x86->insn, CODE_FORGET);
		return;
	}
	struct code_operand value = x86_read_operand(x86, &ops[0]), bit = x86_read_operand(x86, &ops[1]);
	struct code_op *op = code_add_op(x86->insn, CODE_ALU);
	op->alu = ALU_SHR;
	op->dst = CODE_TEMP;
	op->width_bytes = ops[0].size;
	op->a = value;
	op->b = bit;
	op = code_add_op(x86->insn, CODE_ALU);
	op->alu = ALU_AND;
	op->dst = CODE_TEMP;
	op->a = code_operand_reg(CODE_TEMP);
	op->b = code_operand_number(1);
	x86_add_compare(x86, ALU_SUB, code_operand_number(0), code_operand_reg(CODE_TEMP), 8);
}

static void x86_decode_select(struct x86 *x86, enum code_condition condition, bool set)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_operand a = set ? code_operand_number(1) : x86_read_operand(x86, &ops[1]);
	struct code_operand b = set ? code_operand_number(0) : x86_read_operand(x86, &ops[0]);
	struct code_op *op = code_add_op(x86->insn, CODE_SELECT);

	op->cond = (uint8_t)condition;
	op->a = a;
	op->b = b;
	op->dst = CODE_TEMP + 3;
	op->width_bytes = 8;
	write_operand(
		x86, &ops[0], ALU_COPY, code_operand_reg(CODE_TEMP + 3), code_operand_number(0));
}

/* sbb r, r copies the carry into all bits. */
static void decode_borrow(struct x86 *x86)
{
	const cs_x86_op *ops = x86->detail->operands;
	struct code_op *op = code_add_op(x86->insn, CODE_SELECT);

	op->cond = same_register(ops) ? COND_LTU : COND_UNKNOWN;
	op->a = code_operand_number(UINT64_MAX);
	op->b = code_operand_number(0);
	op->dst = CODE_TEMP + 3;
	write_operand(
		x86, &ops[0], ALU_COPY, code_operand_reg(CODE_TEMP + 3), code_operand_number(0));
	code_add_op(x86->insn, CODE_FORGET);
}

static void move_stack(struct x86 *x86, enum code_alu alu)
{
	struct code_op *op = code_add_op(x86->insn, CODE_ALU);

	op->alu = (uint8_t)alu;
	op->dst = CODE_X86_SP;
	op->a = code_operand_reg(CODE_X86_SP);
	op->b = code_operand_number(8);
}

static void decode_push(struct x86 *x86)
{
	struct code_operand value = x86_read_operand(x86, &x86->detail->operands[0]);

	move_stack(x86, ALU_SUB);
	struct code_op *op = code_add_op(x86->insn, CODE_STORE);
	op->a = value;
	op->memory.base = CODE_X86_SP;
	op->memory.size_bytes = 8;
}

static void decode_pop(struct x86 *x86)
{
	struct code_op *op = code_add_op(x86->insn, CODE_LOAD);

	op->dst = CODE_TEMP + 3;
	op->memory.base = CODE_X86_SP;
	op->memory.size_bytes = 8;
	move_stack(x86, ALU_ADD);
	write_operand(x86, &x86->detail->operands[0], ALU_COPY, code_operand_reg(CODE_TEMP + 3),
		code_operand_number(0));
}

static void x86_decode_jump(struct x86 *x86)
{
	const cs_x86_op *operand = &x86->detail->operands[0];

	if (operand->type == X86_OP_IMM) {
		struct code_op *op = code_add_op(x86->insn, CODE_BRANCH);
		op->cond = COND_ALWAYS;
		op->target = (uint64_t)operand->imm;
	} else {
		struct code_operand target = x86_read_operand(x86, operand);
		code_add_op(x86->insn, CODE_JUMP_VALUE)->a = target;
	}
}

static void decode_call(struct x86 *x86)
{
	const cs_x86_op *operand = &x86->detail->operands[0];
	struct code_op *op = code_add_op(x86->insn, CODE_CALL);

	if (operand->type == X86_OP_IMM)
		op->target = (uint64_t)operand->imm;
}

/* For any other instruction: the registers it writes become unknown. */
static void x86_decode_other(struct x86 *x86)
{
	uint16_t reads[sizeof(cs_regs) / sizeof(uint16_t)],
		writes[sizeof(cs_regs) / sizeof(uint16_t)];
	uint8_t read_cnt, write_cnt;
	unsigned int width;

	code_add_op(x86->insn, CODE_FORGET);
	for (unsigned int i = 0; i < x86->detail->op_count; i++) {
		const cs_x86_op *operand = &x86->detail->operands[i];
		bool writes = operand->access & CS_AC_WRITE;
		if (operand->type == X86_OP_MEM && writes && operand->mem.base != X86_REG_RIP)
			code_add_op(x86->insn, CODE_FORGET_STACK);
	}
	if (cs_regs_access(x86->handle, x86->source, reads, &read_cnt, writes, &write_cnt) !=
		CS_ERR_OK)
		return;
	for (unsigned int i = 0; i < write_cnt; i++) {
		uint8_t reg = x86_register_number(writes[i], &width);
		if (reg == CODE_NO_REGISTER)
			reg = high_byte(writes[i]);
		if (reg != CODE_NO_REGISTER && x86->insn->op_cnt < CODE_OP_MAX)
			code_add_op(x86->insn, CODE_FORGET)->dst = reg;
	}
}

static bool decode_conditional(struct x86 *x86)
{
	unsigned int id = x86->source->id;

	for (unsigned int i = 0; i < ARRAY_SIZE(conditions); i++) {
		enum code_condition condition = conditions[i].condition;
		if (id == conditions[i].first) {
			struct code_op *op = code_add_op(x86->insn, CODE_BRANCH);
			op->cond = (uint8_t)condition;
			op->target = (uint64_t)x86->detail->operands[0].imm;
			return true;
		}
		if (id == conditions[i].cmov || id == conditions[i].set) {
			x86_decode_select(x86, condition, id == conditions[i].set);
			return true;
		}
	}
	return false;
}

static const struct {
	unsigned int id;
	enum code_alu alu;
} alu_insns[] = {
	{X86_INS_ADD, ALU_ADD},
	{X86_INS_SUB, ALU_SUB},
	{X86_INS_AND, ALU_AND},
	{X86_INS_OR, ALU_OR},
	{X86_INS_XOR, ALU_XOR},
	{X86_INS_SHL, ALU_SHL},
	{X86_INS_SAL, ALU_SHL},
	{X86_INS_SHR, ALU_SHR},
	{X86_INS_SAR, ALU_SAR},
};

static bool x86_decode_arithmetic(struct x86 *x86)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(alu_insns); i++) {
		if (alu_insns[i].id == x86->source->id) {
			x86_decode_alu(x86, alu_insns[i].alu);
			return true;
		}
	}
	return false;
}

/* rax from eax, eax from ax. */
static void decode_widen(struct x86 *x86, unsigned int from)
{
	struct code_op *op = code_add_op(x86->insn, CODE_ALU);

	op->alu = ALU_COPY;
	op->dst = 0;
	op->a = code_operand_reg(0);
	op->a.extend_bytes = (uint8_t)from;
	op->a.sign = true;
	op->width_bytes = (uint8_t)(from * 2);
}

static bool x86_decode_control(struct x86 *x86)
{
	switch (x86->source->id) {
	case X86_INS_JMP:
		x86_decode_jump(x86);
		return true;
	case X86_INS_CALL:
		decode_call(x86);
		return true;
	case X86_INS_RET:
		code_add_op(x86->insn, CODE_RETURN);
		return true;
	case X86_INS_UD2:
	case X86_INS_INT3:
	case X86_INS_HLT:
	case X86_INS_IRETQ:
		code_add_op(x86->insn, CODE_TRAP);
		return true;
	case X86_INS_PUSH:
		decode_push(x86);
		return true;
	case X86_INS_POP:
		decode_pop(x86);
		return true;
	case X86_INS_NOP:
	case X86_INS_ENDBR64:
	case X86_INS_PAUSE:
		return true;
	default:
		return decode_conditional(x86);
	}
}

static bool x86_decode_data(struct x86 *x86)
{
	switch (x86->source->id) {
	case X86_INS_MOV:
	case X86_INS_MOVABS:
		x86_decode_copy(x86);
		return true;
	case X86_INS_MOVZX:
		x86_decode_extend(x86, false);
		return true;
	case X86_INS_MOVSX:
	case X86_INS_MOVSXD:
		x86_decode_extend(x86, true);
		return true;
	case X86_INS_LEA:
		decode_lea(x86);
		return true;
	case X86_INS_CMP:
		x86_decode_compare(x86, ALU_SUB);
		return true;
	case X86_INS_TEST:
		x86_decode_compare(x86, ALU_AND);
		return true;
	case X86_INS_NOT:
	case X86_INS_NEG:
		decode_negate(x86, x86->source->id == X86_INS_NEG);
		return true;
	case X86_INS_BT:
		decode_bit_test(x86);
		return true;
	case X86_INS_SBB:
		decode_borrow(x86);
		return true;
	case X86_INS_CDQE:
		decode_widen(x86, 4);
		return true;
	case X86_INS_CWDE:
		decode_widen(x86, 2);
		return true;
	default:
		return x86_decode_arithmetic(x86);
	}
}

static void x86_decode(uintptr_t handle, const void *source, struct code_insn *insn)
{
	const cs_insn *capstone = source;
	struct x86 x86 = {
		.handle = handle,
		.source = capstone,
		.detail = &capstone->detail->x86,
		.insn = insn,
	};
	bool repeated = x86.detail->prefix[0] == X86_PREFIX_REP ||
		x86.detail->prefix[0] == X86_PREFIX_REPNE;

	if (x86_decode_control(&x86) || (!repeated && x86_decode_data(&x86)))
		return;
	insn->op_cnt = 0;
	x86_decode_other(&x86);
}

static const struct code_abi abi = {
	.args = {7, 6, 2, 1, 8, 9},
	.result = 0,
	.stack = CODE_X86_SP,
	.entry = CODE_NO_REGISTER,
	.global = CODE_NO_REGISTER,
	/* rax rcx rdx rsi rdi r8-r11, and the temporaries. */
	.clobbered = 0xfc7 | 0xfull << CODE_TEMP,
};

const struct code_machine code_machine_x86 = {
	.machine = EM_X86_64,
	.capstone_arch = CS_ARCH_X86,
	.capstone_mode = CS_MODE_64,
	.abi = &abi,
	.decode = x86_decode,
	.insn_align = 1,
	.flags_cnt = 1,
};
