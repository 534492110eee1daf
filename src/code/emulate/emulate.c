/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/emulate/emulate.h"
#include "code/emulate/unicorn.h"
#include "util/array.h"
#include "util/hash.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define STACK_ADDRESS 0x300000000000u
#define STACK_BYTES 0x10000u
#define RETURN_ADDRESS 0x400000000000u
#define PAGE_BYTES 0x10000u
/*
 * Per-CPU data (GS of x86-64, TPIDR_EL1 of arm64) is zeros around this address. On x86-64, linux
 * before 6.15 has per-CPU data at 0, later versions at the image's addresses; both are covered.
 */
#define PROCESSOR_ADDRESS 0x200000000000u
#define PROCESSOR_BYTES 0x80000000u

/* Slots of the table of executed blocks: open addressing, a power of two, at most half of them
 * taken. */
#define BLOCK_SLOT_CNT 0x10000u

struct machine {
	uint16_t machine;
	uint16_t insn_bytes; /* of the shortest instruction */
	uc_arch arch;
	uc_mode mode;
	int pc, sp, result, link, args[EMULATE_ARG_MAX];
	int processor, task; /* registers that point to per-CPU or task data; 0: none */
};

static const struct machine machines[] = {
	{EM_X86_64, 1, UC_ARCH_X86, UC_MODE_64, UC_X86_REG_RIP, UC_X86_REG_RSP, UC_X86_REG_RAX, 0,
		{UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_RCX},
		UC_X86_REG_GS_BASE, 0},
	{EM_AARCH64, 4, UC_ARCH_ARM64, UC_MODE_ARM, UC_ARM64_REG_PC, UC_ARM64_REG_SP,
		UC_ARM64_REG_X0, UC_ARM64_REG_X30,
		{UC_ARM64_REG_X0, UC_ARM64_REG_X1, UC_ARM64_REG_X2, UC_ARM64_REG_X3},
		UC_ARM64_REG_TPIDR_EL1, UC_ARM64_REG_SP_EL0},
};

struct emulator {
	const struct emulate_library *library;
	uc_engine *engine;
	uc_context *fresh;
	const struct machine *machine;
	const struct image *image;
	const struct emulate_visitor *visitor;
	unsigned char *chunk; /* EMULATE_CHUNK_BYTES */
	/*
	 * The machine's memory at EMULATE_OBJECTS, written here: uc_mem_write() to a read-only part
	 * rebuilds the whole map of the machine, twice.
	 */
	unsigned char *objects;
	size_t chunk_cnt;
	uint64_t insn_cnt, insn_total; /* of the current run, of all */
	uint64_t *blocks;              /* [BLOCK_SLOT_CNT] addresses; 0: free */
	size_t block_cnt;
	uint64_t code_bytes; /* of these blocks */
	struct emulate_result result;
	bool ended;  /* the run ended, see result */
	bool broken; /* a library call failed: no more runs */
};

static void end_run(struct emulator *emulator, enum emulate_end end, uint64_t address)
{
	if (!emulator->ended)
		emulator->result = (struct emulate_result) {.end = end, .address = address};
	emulator->ended = true;
	emulator->library->uc_emu_stop(emulator->engine);
}

static void emulate_set(struct emulator *emulator, int reg, uint64_t value)
{
	emulator->broken |=
		emulator->library->uc_reg_write(emulator->engine, reg, &value) != UC_ERR_OK;
}

static uint64_t get(const struct emulator *emulator, int reg)
{
	uint64_t value = 0;

	emulator->library->uc_reg_read(emulator->engine, reg, &value);
	return value;
}

uint64_t emulator_argument(const struct emulator *emulator, size_t index)
{
	return index < EMULATE_ARG_MAX ? get(emulator, emulator->machine->args[index]) : 0;
}

static bool return_from(struct emulator *emulator, uint64_t value)
{
	const struct machine *machine = emulator->machine;
	uint64_t back;

	if (machine->link) {
		back = get(emulator, machine->link);
	} else {
		uint64_t stack = get(emulator, machine->sp);
		if (emulator->library->uc_mem_read(emulator->engine, stack, &back, sizeof(back)) !=
			UC_ERR_OK)
			return false;
		emulate_set(emulator, machine->sp, stack + sizeof(back));
	}
	emulate_set(emulator, machine->result, value);
	emulate_set(emulator, machine->pc, back);
	return true;
}

/* The emulator translates a block once, and keeps that. */
static void count_code(struct emulator *emulator, uint64_t address, uint32_t size)
{
	size_t at = hash_bytes((const char *)&address, sizeof(address)) & (BLOCK_SLOT_CNT - 1);

	while (emulator->blocks[at] && emulator->blocks[at] != address)
		at = (at + 1) & (BLOCK_SLOT_CNT - 1);
	if (emulator->blocks[at])
		return;
	emulator->blocks[at] = address;
	emulator->block_cnt++;
	emulator->code_bytes += size;
}

static bool is_spent(const struct emulator *emulator)
{
	return emulator->insn_total + emulator->insn_cnt > EMULATE_TOTAL_MAX ||
		emulator->code_bytes > EMULATE_CODE_MAX_BYTES ||
		emulator->block_cnt >= BLOCK_SLOT_CNT / 2;
}

static void visit_block(uc_engine *engine, uint64_t address, uint32_t size, void *data)
{
	struct emulator *emulator = data;
	uint64_t value = 0;

	(void)engine;
	if (emulator->ended)
		return;
	emulator->insn_cnt += size / emulator->machine->insn_bytes + 1;
	count_code(emulator, address, size);
	if (emulator->insn_cnt > EMULATE_RUN_MAX || is_spent(emulator)) {
		end_run(emulator, EMULATE_LIMIT, address);
		return;
	}
	switch (emulator->visitor->enter(emulator->visitor->context, emulator, address, &value)) {
	case EMULATE_GO_ON:
		break;
	case EMULATE_RETURN:
		if (!return_from(emulator, value))
			end_run(emulator, EMULATE_FAULT, address);
		break;
	case EMULATE_JUMP:
		emulate_set(emulator, emulator->machine->pc, value);
		break;
	case EMULATE_STOP:
		end_run(emulator, EMULATE_STOPPED, address);
		break;
	}
}

static bool is_within(uint64_t address, uint64_t begin, uint64_t size)
{
	return address - begin < size;
}

static void emulate_visit_read(
	uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
	struct emulator *emulator = data;

	(void)engine;
	(void)type;
	(void)value;
	if (emulator->ended || is_within(address, STACK_ADDRESS, STACK_BYTES) ||
		is_within(address, PROCESSOR_ADDRESS - PROCESSOR_BYTES, 2ull * PROCESSOR_BYTES))
		return;
	if (!emulator->visitor->read(emulator->visitor->context, address, (size_t)size))
		end_run(emulator, EMULATE_STOPPED, get(emulator, emulator->machine->pc));
}

static bool copy_image(const struct image *image, uint64_t address, unsigned char *bytes)
{
	bool any = false;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		uint64_t begin = segment->address > address ? segment->address - address : 0;
		uint64_t skip = segment->address > address ? 0 : address - segment->address;
		if (begin >= EMULATE_CHUNK_BYTES || skip >= segment->size_bytes)
			continue;
		size_t size = segment->size_bytes - skip;
		if (size > EMULATE_CHUNK_BYTES - begin)
			size = EMULATE_CHUNK_BYTES - begin;
		memcpy(bytes + begin, segment->data + skip, size);
		any = true;
	}
	return any;
}

/* Parts of the image are mapped on first use. */
static bool map_chunk(struct emulator *emulator, uint64_t address)
{
	uint64_t begin = address & ~(uint64_t)(EMULATE_CHUNK_BYTES - 1);
	const struct emulate_visitor *visitor = emulator->visitor;
	uint32_t rights = UC_PROT_READ | UC_PROT_EXEC;

	if (emulator->chunk_cnt >= EMULATE_CHUNK_MAX)
		return false;
	memset(emulator->chunk, 0, EMULATE_CHUNK_BYTES);
	bool any = copy_image(emulator->image, begin, emulator->chunk);
	any |= visitor->supply(visitor->context, begin, emulator->chunk, EMULATE_CHUNK_BYTES);
	if (is_within(begin, PROCESSOR_ADDRESS - PROCESSOR_BYTES, 2ull * PROCESSOR_BYTES)) {
		any = true;
		rights = UC_PROT_READ | UC_PROT_WRITE;
	}
	if (!any ||
		emulator->library->uc_mem_map(
			emulator->engine, begin, EMULATE_CHUNK_BYTES, rights) != UC_ERR_OK)
		return false;
	emulator->chunk_cnt++;
	return emulator->library->uc_mem_write(
		       emulator->engine, begin, emulator->chunk, EMULATE_CHUNK_BYTES) == UC_ERR_OK;
}

static bool visit_missing(
	uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
	struct emulator *emulator = data;
	uint64_t last = address + (size > 0 ? (uint64_t)size - 1 : 0);

	(void)engine;
	(void)value;
	if (emulator->ended)
		return false;
	if (type == UC_MEM_READ_UNMAPPED || type == UC_MEM_WRITE_UNMAPPED ||
		type == UC_MEM_FETCH_UNMAPPED) {
		bool mapped = map_chunk(emulator, address);
		/* An access across two parts, the first of them mapped. */
		if (!mapped && (address ^ last) & ~(uint64_t)(EMULATE_CHUNK_BYTES - 1))
			mapped = map_chunk(emulator, last);
		if (mapped)
			return true;
	}
	end_run(emulator, EMULATE_FAULT, address);
	return false;
}

static void visit_trap(uc_engine *engine, uint32_t number, void *data)
{
	struct emulator *emulator = data;

	(void)engine;
	(void)number;
	end_run(emulator, EMULATE_TRAP, get(emulator, emulator->machine->pc));
}

static bool visit_invalid(uc_engine *engine, void *data)
{
	visit_trap(engine, 0, data);
	return false;
}

/* Each kind of hook has its own callback type. */
#define ADD_HOOK(emulator, hook, type, callback)                                                   \
	((emulator)->library->uc_hook_add((emulator)->engine, (hook), (type), (void *)(callback),  \
		 (emulator), 1, 0) != UC_ERR_OK)

static bool add_hooks(struct emulator *emulator)
{
	uc_hook hooks[5];
	bool bad = ADD_HOOK(emulator, &hooks[0], UC_HOOK_BLOCK, visit_block);

	bad |= ADD_HOOK(emulator, &hooks[1], UC_HOOK_MEM_READ, emulate_visit_read);
	bad |= ADD_HOOK(emulator, &hooks[2], UC_HOOK_MEM_INVALID, visit_missing);
	bad |= ADD_HOOK(emulator, &hooks[3], UC_HOOK_INTR, visit_trap);
	bad |= ADD_HOOK(emulator, &hooks[4], UC_HOOK_INSN_INVALID, visit_invalid);
	return !bad;
}

static bool emulate_prepare(struct emulator *emulator)
{
	const struct machine *machine = emulator->machine;
	const struct emulate_library *library = emulator->library;
	uc_engine *engine = emulator->engine;
	const uint32_t data = UC_PROT_READ | UC_PROT_WRITE;

	emulate_use_virtual_addresses(library, engine);
	if (library->uc_mem_map(engine, STACK_ADDRESS, STACK_BYTES, data) != UC_ERR_OK ||
		library->uc_mem_map_ptr(engine, EMULATE_OBJECTS, EMULATE_OBJECTS_BYTES,
			UC_PROT_READ, emulator->objects) != UC_ERR_OK ||
		library->uc_mem_map(engine, RETURN_ADDRESS, PAGE_BYTES,
			UC_PROT_READ | UC_PROT_EXEC) != UC_ERR_OK)
		return false;
	if (machine->processor)
		emulate_set(emulator, machine->processor, PROCESSOR_ADDRESS);
	if (machine->task)
		emulate_set(emulator, machine->task, PROCESSOR_ADDRESS);
	return !emulator->broken &&
		library->uc_context_alloc(engine, &emulator->fresh) == UC_ERR_OK &&
		library->uc_context_save(engine, emulator->fresh) == UC_ERR_OK &&
		add_hooks(emulator);
}

static const struct machine *find_machine(const struct image *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].machine == image->machine && !image->big_endian &&
			image->address_bytes == 8)
			return &machines[i];
	}
	return NULL;
}

struct error *emulator_create(
	const struct image *image, const struct emulate_visitor *visitor, struct emulator **ret)
{
	const struct machine *machine = find_machine(image);

	*ret = NULL;
	if (!machine || !emulate_library())
		return NULL;
	struct emulator *emulator = calloc(1, sizeof(*emulator));
	if (!emulator)
		return error_no_memory();
	*emulator = (struct emulator) {
		.library = emulate_library(),
		.machine = machine,
		.image = image,
		.visitor = visitor,
	};
	emulate_reserve(true);
	emulator->chunk = malloc(EMULATE_CHUNK_BYTES);
	emulator->blocks = calloc(BLOCK_SLOT_CNT, sizeof(*emulator->blocks));
	emulator->objects = aligned_alloc(PAGE_BYTES, EMULATE_OBJECTS_BYTES);
	if (!emulator->chunk || !emulator->blocks || !emulator->objects) {
		emulator_destroy(emulator);
		return error_no_memory();
	}
	memset(emulator->objects, 0, EMULATE_OBJECTS_BYTES);
	if (emulator->library->uc_open(machine->arch, machine->mode, &emulator->engine) !=
			UC_ERR_OK ||
		!emulate_prepare(emulator)) {
		emulator_destroy(emulator);
		return error_create(ERROR_SYSTEM, NULL, "creating the emulated machine failed");
	}
	*ret = emulator;
	return NULL;
}

void emulator_destroy(struct emulator *emulator)
{
	if (!emulator)
		return;
	if (emulator->fresh)
		emulator->library->uc_context_free(emulator->fresh);
	if (emulator->engine)
		emulator->library->uc_close(emulator->engine);
	emulate_reserve(false);
	free(emulator->objects);
	free(emulator->blocks);
	free(emulator->chunk);
	free(emulator);
}

bool emulator_write_object(
	struct emulator *emulator, uint64_t address, const void *bytes, size_t size)
{
	if (size > EMULATE_OBJECTS_BYTES || address < EMULATE_OBJECTS ||
		address - EMULATE_OBJECTS > EMULATE_OBJECTS_BYTES - size)
		return false;
	memcpy(emulator->objects + (address - EMULATE_OBJECTS), bytes, size);
	return true;
}

static void set_begin(
	struct emulator *emulator, uint64_t function, const uint64_t *args, size_t arg_cnt)
{
	const struct machine *machine = emulator->machine;
	const uint64_t back = RETURN_ADDRESS;
	uint64_t stack = STACK_ADDRESS + STACK_BYTES - 0x100;

	emulator->broken |= emulator->library->uc_context_restore(
				    emulator->engine, emulator->fresh) != UC_ERR_OK;
	for (size_t i = 0; i < arg_cnt && i < EMULATE_ARG_MAX; i++)
		emulate_set(emulator, machine->args[i], args[i]);
	if (machine->link) {
		emulate_set(emulator, machine->link, back);
	} else {
		stack -= sizeof(back);
		emulator->broken |= emulator->library->uc_mem_write(emulator->engine, stack, &back,
					    sizeof(back)) != UC_ERR_OK;
	}
	emulate_set(emulator, machine->sp, stack);
	emulate_set(emulator, machine->pc, function);
}

void emulator_run(struct emulator *emulator, uint64_t function, const uint64_t *args,
	size_t arg_cnt, struct emulate_result *ret)
{
	emulator->ended = false;
	emulator->insn_cnt = EMULATE_START_COST;
	set_begin(emulator, function, args, arg_cnt);
	if (emulator->broken || is_spent(emulator)) {
		*ret = (struct emulate_result) {.end = EMULATE_LIMIT, .address = function};
		return;
	}
	uc_err error =
		emulator->library->uc_emu_start(emulator->engine, function, RETURN_ADDRESS, 0, 0);
	uint64_t at = get(emulator, emulator->machine->pc);
	emulator->insn_total += emulator->insn_cnt;
	if (!emulator->ended && error == UC_ERR_OK && at == RETURN_ADDRESS)
		emulator->result = (struct emulate_result) {
			.end = EMULATE_RETURNED,
			.value = get(emulator, emulator->machine->result),
		};
	else if (!emulator->ended)
		emulator->result = (struct emulate_result) {.end = EMULATE_TRAP, .address = at};
	*ret = emulator->result;
}
