/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"
#include "util/array.h"

#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_MAX 400000
#define X86_INSN_MAX_BYTES 15

static const struct code_machine *const machines[] = {
	&code_machine_x86, &code_machine_arm64, &code_machine_ppc64, &code_machine_riscv64};

/* NULL: code for this machine is not followed. */
static const struct code_machine *code_machine_of(const struct image *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i]->machine == image->machine && !image->big_endian &&
			image->address_bytes == 8)
			return machines[i];
	}
	return NULL;
}

static struct error *open_capstone(struct code_reader *reader)
{
	csh handle;

	if (cs_open((cs_arch)reader->machine->capstone_arch,
		    (cs_mode)reader->machine->capstone_mode, &handle) != CS_ERR_OK)
		return error_create(ERROR_SYSTEM, NULL,
			"this build of capstone does not decode the image's instructions");
	reader->handle[0] = handle;
	cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
	reader->insn = cs_malloc(handle);
	return reader->insn ? NULL : error_no_memory();
}

struct error *code_reader_create(const struct image *image, struct code_reader **ret)
{
	const struct code_machine *machine = code_machine_of(image);

	if (!machine)
		return error_create(ERROR_INPUT, NULL,
			"code for this architecture cannot be followed (ELF machine %u)",
			image->machine);
	struct code_reader *reader = calloc(1, sizeof(*reader));
	if (!reader)
		return error_no_memory();
	reader->image = image;
	reader->machine = machine;
	reader->abi = machine->abi;
	reader->steps_left = CODE_STEP_TOTAL_MAX;
	reader->seen = calloc(CODE_SEEN_CAP, sizeof(*reader->seen));
	if (machine->global)
		reader->global = machine->global(image);
	struct error *error = !reader->seen ? error_no_memory()
		: machine->decode_bytes     ? NULL
					    : open_capstone(reader);
	if (error)
		code_reader_destroy(reader);
	else
		*ret = reader;
	return error;
}

void code_reader_destroy(struct code_reader *reader)
{
	if (!reader)
		return;
	for (size_t i = 0; i < reader->cache_cap; i++)
		free(reader->cache[i]);
	free(reader->cache);
	free(reader->seen);
	if (reader->insn)
		cs_free(reader->insn, 1);
	if (reader->handle[0]) {
		csh handle = reader->handle[0];
		cs_close(&handle);
	}
	free(reader);
}

static const unsigned char *bytes_at(const struct image *image, uint64_t address, size_t *size)
{
	const struct image_segment *segment = image_segment_at(image, address);

	if (!segment || !segment->executable)
		return NULL;
	*size = segment->size_bytes - (size_t)(address - segment->address);
	if (*size > X86_INSN_MAX_BYTES)
		*size = X86_INSN_MAX_BYTES;
	return segment->data + (address - segment->address);
}

static bool decode_bytes(struct code_reader *reader, const uint8_t *bytes, size_t size,
	struct code_insn *insn)
{
	const struct code_machine *machine = reader->machine;
	uint64_t next = insn->address;

	if (machine->decode_bytes)
		return machine->decode_bytes(bytes, size, insn);
	if (!cs_disasm_iter(reader->handle[0], &bytes, &size, &next, reader->insn))
		return false;
	insn->size_bytes = (uint8_t)(next - insn->address);
	machine->decode(reader->handle[0], reader->insn, insn);
	return true;
}

static struct code_insn *code_decode(struct code_reader *reader, uint64_t address)
{
	size_t size;
	const uint8_t *bytes = bytes_at(reader->image, address, &size);
	struct code_insn insn = {.address = address};

	if (!bytes || address % reader->machine->insn_align ||
		!decode_bytes(reader, bytes, size, &insn))
		return NULL;
	struct code_insn *kept = malloc(sizeof(*kept));
	if (kept)
		*kept = insn;
	return kept;
}

static size_t cache_slot(const struct code_reader *reader, uint64_t address)
{
	size_t at = (size_t)(address * 0x9e3779b97f4a7c15u >> 20) & (reader->cache_cap - 1);

	while (reader->cache[at] && reader->cache[at]->address != address)
		at = (at + 1) & (reader->cache_cap - 1);
	return at;
}

static bool cache_grow(struct code_reader *reader)
{
	struct code_insn **old = reader->cache;
	size_t old_cap = reader->cache_cap;
	size_t cap = old_cap ? old_cap * 2 : 4096;

	if (reader->cache_cnt >= CACHE_MAX)
		return false;
	struct code_insn **grown = calloc(cap, sizeof(*grown));
	if (!grown)
		return false;
	reader->cache = grown;
	reader->cache_cap = cap;
	for (size_t i = 0; i < old_cap; i++) {
		if (old[i])
			grown[cache_slot(reader, old[i]->address)] = old[i];
	}
	free(old);
	return true;
}

const struct code_insn *code_read(struct code_reader *reader, uint64_t address)
{
	if (reader->cache_cnt * 2 >= reader->cache_cap && !cache_grow(reader))
		return NULL;
	size_t at = cache_slot(reader, address);
	if (!reader->cache[at]) {
		reader->cache[at] = code_decode(reader, address);
		reader->cache_cnt += reader->cache[at] != NULL;
	}
	return reader->cache[at];
}
