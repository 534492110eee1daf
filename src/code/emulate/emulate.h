/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs functions of a kernel image, x86-64 or arm64, in an emulated machine. The machine has only
 * the image's bytes, read-only, a stack, and objects of the caller. It cannot reach memory of this
 * process. These end the run: a write to the image or to an unmapped address, a trap, a system
 * instruction that traps.
 *
 * Limits stop hostile code, whose instructions may be slow and its blocks long: EMULATE_RUN_MAX
 * instructions a run, EMULATE_TOTAL_MAX in all runs, EMULATE_CODE_MAX_BYTES of different code, which
 * the emulator keeps translated, and EMULATE_CHUNK_MAX parts of the image.
 *
 * Unicorn provides the machine. Without Unicorn, or for another architecture, there is none.
 */
#ifndef KCOMPAT_CODE_EMULATE_EMULATE_H
#define KCOMPAT_CODE_EMULATE_EMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"
#include "util/error.h"

/* On x86-64, each byte of an executed block counts as an instruction: none is shorter. */
#define EMULATE_RUN_MAX 200000
#define EMULATE_TOTAL_MAX 40000000
/* What the start of a run costs, in instructions. */
#define EMULATE_START_COST 64
#define EMULATE_CODE_MAX_BYTES (256u * 1024)
#define EMULATE_CHUNK_BYTES 0x40000u
#define EMULATE_CHUNK_MAX 512
#define EMULATE_ARG_MAX 4
/* The address of the caller's objects, in the half that the kernel does not use. */
#define EMULATE_OBJECTS 0x100000000000u
#define EMULATE_OBJECTS_BYTES 0x10000u

struct emulator;

/* Why this build cannot run code; NULL: it can. */
const char *emulate_missing(void);

enum emulate_next {
	EMULATE_GO_ON,
	EMULATE_RETURN, /* the function that starts here returns `value` to its caller */
	EMULATE_JUMP,   /* continue at `value`, with the same arguments */
	EMULATE_STOP,   /* this run ends */
};

struct emulate_visitor {
	void *context;
	/* Called at the start of each basic block, so also of each function. */
	enum emulate_next (*enter)(
		void *context, struct emulator *emulator, uint64_t address, uint64_t *value);
	/* Called on a read outside the stack. False ends the run. */
	bool (*read)(void *context, uint64_t address, size_t size_bytes);
	/*
	 * Supplies bytes that are not in the image (.bss, BTF): copies up to `room` bytes from
	 * `address` on, a multiple of EMULATE_CHUNK_BYTES. False: there are none.
	 */
	bool (*supply)(void *context, uint64_t address, unsigned char *bytes, size_t room);
};

enum emulate_end {
	EMULATE_RETURNED,
	EMULATE_STOPPED, /* by the visitor */
	EMULATE_FAULT,   /* at `address`: unmapped, or not writable */
	EMULATE_TRAP,
	EMULATE_LIMIT,
};

struct emulate_result {
	enum emulate_end end;
	uint64_t value;   /* of EMULATE_RETURNED */
	uint64_t address; /* EMULATE_FAULT: address of the data; others: address of the code */
};

/*
 * `*ret` NULL without an error: code of this image cannot be run. `image` and `visitor` outlive it.
 * Errors: no memory; ERROR_SYSTEM if the machine could not be created.
 */
struct error *emulator_create(
	const struct image *image, const struct emulate_visitor *visitor, struct emulator **ret);
void emulator_destroy(struct emulator *emulator); /* NULL-safe */

/* Within EMULATE_OBJECTS .. EMULATE_OBJECTS + EMULATE_OBJECTS_BYTES. False: outside. */
bool emulator_write_object(
	struct emulator *emulator, uint64_t address, const void *bytes, size_t size_bytes);

void emulator_run(struct emulator *emulator, uint64_t function, const uint64_t *args,
	size_t arg_cnt, struct emulate_result *ret);

/* For enter(): an argument of the function that starts there. */
uint64_t emulator_argument(const struct emulator *emulator, size_t index);

#endif
