/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows every path of a function in machine code, with the constant values of registers and stack
 * slots. Nothing is executed. capstone decodes x86-64 and arm64. kcompat itself decodes ppc64le and
 * riscv64: their formats are few and fixed, and capstone 4 lacks prefixed instructions of ppc64le
 * and all of riscv64. An instruction becomes a few operations that are the same for every
 * architecture. An unknown instruction makes the registers that it writes unknown.
 *
 * Limits stop hostile code: CODE_STEP_MAX instructions a walk, CODE_STEP_TOTAL_MAX in all,
 * CODE_PENDING_MAX queued branches, CODE_SEEN_MAX places. No place is entered twice with the same
 * values.
 */
#ifndef KCOMPAT_CODE_CODE_H
#define KCOMPAT_CODE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"
#include "kernel/kernel.h"
#include "util/error.h"

#define CODE_STEP_MAX 60000
#define CODE_STEP_TOTAL_MAX 20000000 /* of all walks with one reader; a kernel needs a tenth */
#define CODE_PENDING_MAX 1024
#define CODE_OP_MAX 8
#define CODE_SLOT_MAX 24
#define CODE_SEEN_MAX 4096  /* places with values in one walk */
#define CODE_SEEN_CAP 32768 /* a power of two */

/*
 * x86-64 in the order of the instruction encoding (rax 0 .. r15 15); arm64 x0 .. x30, sp 31; ppc64
 * r0 .. r31 and a few special ones; riscv64 x0 .. x31.
 */
enum code_register {
	CODE_X86_SP = 4,
	CODE_ARM64_SP = 31,
	CODE_TEMP = 32, /* .. CODE_TEMP + 3, inside one instruction */
	CODE_PPC_LR = 36,
	CODE_PPC_CTR,
	CODE_PPC_CARRY, /* 0 or 1 */
	CODE_REGISTER_CNT,
	CODE_NO_REGISTER = 255,
};

enum code_value_kind {
	VALUE_UNKNOWN,
	VALUE_NUMBER,
	VALUE_STACK,  /* the stack pointer at the start of the walk plus `number` */
	VALUE_OBJECT, /* the visitor's object `object` plus `number` bytes */
};

struct code_value {
	uint32_t kind, object;
	uint64_t number;
};

static inline struct code_value code_number(uint64_t number)
{
	return (struct code_value) {.kind = VALUE_NUMBER, .number = number};
}
static inline struct code_value code_object(uint32_t object, uint64_t offset)
{
	return (struct code_value) {.kind = VALUE_OBJECT, .object = object, .number = offset};
}

enum code_condition {
	COND_ALWAYS,
	COND_UNKNOWN,
	COND_EQ,
	COND_NE,
	COND_LTU,
	COND_GEU,
	COND_GTU,
	COND_LEU,
	COND_LTS,
	COND_GES,
	COND_GTS,
	COND_LES,
	COND_NEGATIVE,
	COND_POSITIVE,
};

enum code_alu {
	ALU_COPY,
	ALU_ADD,
	ALU_SUB,
	ALU_AND,
	ALU_OR,
	ALU_XOR,
	ALU_SHL,
	ALU_SHR,
	ALU_SAR,
	ALU_CLZ, /* zero bits above the highest one of a */
	ALU_UNKNOWN,
};

enum code_op_kind {
	CODE_ALU,        /* dst = a alu b */
	CODE_LOAD,       /* dst = memory */
	CODE_STORE,      /* memory = a */
	CODE_COMPARE,    /* flags of a alu b: ALU_SUB, ALU_AND; ALU_COPY: only of a */
	CODE_SELECT,     /* dst = cond ? a : b */
	CODE_BRANCH,     /* if cond: to target */
	CODE_BRANCH_ON,  /* if the flags of a alu b meet cond: to target; leaves the flags alone */
	CODE_JUMP_VALUE, /* jump to a */
	CODE_CALL,       /* call target; target 0: call a, if known */
	CODE_RETURN,
	CODE_TRAP,   /* ud2, brk: a path ends */
	CODE_FORGET, /* dst becomes unknown; CODE_NO_REGISTER: the flags it names */
	CODE_FORGET_STACK,
};

struct code_operand {
	uint64_t number;      /* if reg is CODE_NO_REGISTER, else unused */
	uint8_t reg;          /* CODE_NO_REGISTER: the number */
	uint8_t extend_bytes; /* 0: none; else only this many low bytes count ... */
	bool sign;            /* ... and are sign-extended */
	uint8_t shift;        /* left shift, the last step */
};

struct code_memory {
	uint8_t base, index; /* CODE_NO_REGISTER: none */
	uint8_t index_extend_bytes, index_shift;
	bool index_sign, opaque; /* opaque: another segment, of unknown address */
	int64_t offset;
	uint8_t size_bytes;
};

struct code_op {
	uint8_t kind, alu, cond,
		else_flags; /* else_flags: NZCV of a CODE_COMPARE whose cond is not met */
	uint8_t dst, width_bytes;
	bool sign; /* CODE_LOAD: sign-extend to width_bytes */
	uint8_t flags;   /* index into struct code_state's flags, if it uses flags */
	bool unsigned_order; /* CODE_COMPARE: "less" is unsigned, whatever the condition */
	struct code_operand a, b;
	struct code_memory memory;
	uint64_t target;
};

struct code_insn {
	uint64_t address;
	uint8_t size_bytes;
	uint8_t op_cnt;
	struct code_op ops[CODE_OP_MAX];
};

struct code_flags {
	uint32_t alu;             /* of struct code_op; ALU_UNKNOWN: unknown */
	uint8_t width_bytes, reg; /* reg: contains `a`, unchanged since */
	bool literal;             /* `a.number` is NZCV itself */
	bool unsigned_order;      /* of struct code_op */
	struct code_value a, b;
};

struct code_slot {
	int64_t offset;
	uint64_t size_bytes;
	struct code_value value;
};

/* ppc64 has eight condition fields, the others one or none. The last is scratch for one insn. */
#define CODE_FLAGS_MAX 9
#define CODE_FLAGS_SCRATCH 8

struct code_state {
	struct code_value regs[CODE_REGISTER_CNT];
	uint64_t slot_cnt;
	struct code_slot slots[CODE_SLOT_MAX];
	struct code_flags flags[CODE_FLAGS_MAX];
};

/* A calling convention. */
struct code_abi {
	uint8_t args[6];
	uint8_t result, stack;
	uint8_t entry;      /* contains the function's address at entry; CODE_NO_REGISTER: none */
	uint8_t global;     /* constant, see code_machine.global; CODE_NO_REGISTER: none */
	uint64_t clobbered; /* mask of registers that a call may change */
};

struct code_machine;

struct code_reader {
	const struct image *image;
	const struct code_machine *machine;
	const struct code_abi *abi;
	uintptr_t handle[2]; /* capstone's */
	struct code_value global;
	void *insn;
	struct code_insn **cache;
	size_t cache_cap, cache_cnt;
	uint64_t *seen; /* places of all walks since it was last emptied, with their `walk_no` */
	size_t seen_cnt;
	uint64_t walk_no;
	size_t steps_left; /* left of CODE_STEP_TOTAL_MAX; at 0 every walk ends at its limit */
};

/* ERROR_INPUT: no decoder for the image's machine. Not thread-safe. */
struct error *code_reader_create(const struct image *image, struct code_reader **ret);
void code_reader_destroy(struct code_reader *reader); /* NULL-safe */
/* NULL: not an instruction, or not in the image. Valid as long as the reader. */
const struct code_insn *code_read(struct code_reader *reader, uint64_t address);

enum code_next {
	CODE_GO_ON,     /* the call is opaque: registers that it may change become unknown */
	CODE_GO_ON_SET, /* the same, but the visitor sets the result register */
	CODE_IGNORE,    /* ignore the call: a tracer's hook */
	CODE_IS_RETURN, /* a return in disguise: a return thunk */
	CODE_END_PATH,  /* it does not return */
	CODE_END_WALK,
};

/* Each may be NULL. `context` comes first. */
struct code_visitor {
	void *context;
	/*
	 * Follow both choices of a conditional move if both are known and the condition is unknown.
	 * Each doubles the number of paths, so use it only for a second walk.
	 */
	bool fork_selects;
	/* Is an address part of the current function? A jump elsewhere is a tail call. */
	bool (*inside)(void *context, uint64_t address);
	enum code_next (*call)(
		void *context, struct code_state *state, uint64_t site, uint64_t target, bool tail);
	void (*returned)(void *context, const struct code_state *state);
	/* A load from a VALUE_OBJECT, or from an unknown base (object UINT32_MAX). */
	bool (*load)(void *context, uint32_t object, uint64_t offset, size_t size_bytes,
		struct code_value *ret);
	/* An address with an unknown base and a known index, scaled by 1 << shift. */
	void (*indexed)(void *context, uint64_t index, unsigned int shift);
	/* Called before each instruction. */
	enum code_next (*step)(
		void *context, const struct code_state *state, const struct code_insn *insn);
};
#define CODE_OBJECT_ANY UINT32_MAX

enum code_end {
	CODE_END_ALL,     /* every path was followed to its end */
	CODE_END_LOST,    /* the same, except for paths that reached invalid instructions */
	CODE_END_VISITOR, /* the visitor ended it */
	CODE_END_LIMIT,   /* stopped at a limit: there may be more */
};

/* The state at the start of the function at `address`: only the stack is known. 0: inside one. */
void code_state_init(
	const struct code_reader *reader, uint64_t address, struct code_state *state);
struct error *code_walk(struct code_reader *reader, uint64_t address,
	const struct code_state *state, const struct code_visitor *visitor, enum code_end *ret);

/* The value of a stack slot; false: unknown. */
bool code_stack_read(
	const struct code_state *state, int64_t offset, size_t size_bytes, uint64_t *ret);

/* The decoders: fill `ops` of an insn whose address and size are set. */
struct code_machine {
	uint16_t machine; /* EM_ */
	int capstone_arch, capstone_mode;
	const struct code_abi *abi;
	void (*decode)(uintptr_t handle, const void *capstone_insn, struct code_insn *insn);
	/* Replaces capstone and decode(), and sets the size. False: not an instruction. */
	bool (*decode_bytes)(const unsigned char *bytes, size_t size_bytes, struct code_insn *insn);
	/* The function behind a call target, if functions have two entries. May be NULL. */
	uint64_t (*entry)(const struct image *image, uint64_t target);
	/* The value of abi->global. May be NULL. */
	struct code_value (*global)(const struct image *image);
	uint8_t insn_align, flags_cnt;
};
extern const struct code_machine code_machine_x86, code_machine_arm64, code_machine_ppc64,
	code_machine_riscv64;

/* For the decoders: appends an operation. With more than CODE_OP_MAX, the path ends there. */
struct code_op *code_add_op(struct code_insn *insn, enum code_op_kind kind);

static inline struct code_operand code_operand_reg(uint8_t reg)
{
	return (struct code_operand) {.reg = reg};
}
static inline struct code_operand code_operand_number(uint64_t number)
{
	return (struct code_operand) {.reg = CODE_NO_REGISTER, .number = number};
}

/* Finds the function of an address by the image's symbols, and calls by their target. */

struct code_map {
	const struct image *image;
	const struct kernel_symbols
		*symbols;    /* only symbols of vmlinux, or of the module in `image` */
	uint32_t *functions; /* indexes of symbols, by address; owned */
	size_t function_cnt;
};

/* `image` and `symbols` must outlive the map. Errors: no memory. */
struct error *code_map_create(
	const struct image *image, const struct kernel_symbols *symbols, struct code_map *ret);
void code_map_deinit(struct code_map *map); /* NULL-safe */

/* The last function that starts at or before `address`; NULL: none. */
const struct kernel_symbol *code_map_function(const struct code_map *map, uint64_t address);
/*
 * The address behind the bytes of `function`, one of the map's: the next function begins there, or
 * the bytes of its segment end. The function's own address: its bytes are not in the image.
 */
uint64_t code_map_end(const struct code_map *map, const struct kernel_symbol *function);
/* Does a function of exactly that name start at `address`? */
bool code_map_is(const struct code_map *map, uint64_t address, const char *name);
/* The name of a function that starts at `address`; NULL: none. */
const char *code_map_name(const struct code_map *map, uint64_t address);
/* Any symbol of exactly that name; NULL: there is none. Reads all symbols. */
const struct kernel_symbol *code_map_find(const struct code_map *map, const char *name);
/* Are both in one function, including split-off parts (".cold")? `function` is its start. */
bool code_map_inside(
	const struct code_map *map, const struct kernel_symbol *function, uint64_t address);
/* The function of `symbol`, if `symbol` is a split-off part. */
const struct kernel_symbol *code_map_whole(
	const struct code_map *map, const struct kernel_symbol *symbol);

/*
 * The instructions of `function` from which jumps alone may lead to the instruction at `goal`: no
 * path of theirs is cut by a call. A walk that looks for `goal` and ends at calls may end at all
 * others. `map` and `function` must outlive the result. Errors: no memory.
 */
#define CODE_REACH_INSN_MAX 200000
struct code_reach;
struct error *code_reach_create(struct code_reader *reader, const struct code_map *map,
	const struct kernel_symbol *function, uint64_t goal, struct code_reach **ret);
void code_reach_destroy(struct code_reach *reach); /* NULL-safe */
/* True for an address of the function that was not seen to be an instruction. */
bool code_reach_leads(const struct code_reach *reach, uint64_t address);

/*
 * Finds calls and jumps to `targets` in all executable segments, sorted by address. They are found
 * by their bytes, so a few may be no instructions. Finds none if code for this machine is not
 * followed. `*ret` is malloc'd.
 */
struct code_site {
	uint64_t address;
	size_t target; /* index into `targets` */
};
#define CODE_SITE_MAX 4096
struct error *code_sites_find(const struct image *image, const uint64_t *targets, size_t target_cnt,
	struct code_site **ret, size_t *ret_cnt);

/*
 * The length of the x86-64 instruction at `data`, with `size_bytes` bytes available. 0: unknown or
 * incomplete. *relative_bytes is 4 or 1 if it ends with the distance of a call or jump, else 0.
 */
unsigned int x86_length(const unsigned char *data, size_t size_bytes, unsigned int *relative_bytes);

#endif
