/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For a build without Unicorn. */
#include "code/emulate/emulate.h"

const char *emulate_missing(void)
{
	return "this build has no emulator (libunicorn)";
}

struct error *emulator_create(
	const struct image *image, const struct emulate_visitor *visitor, struct emulator **ret)
{
	(void)image;
	(void)visitor;
	*ret = NULL;
	return NULL;
}

void emulator_destroy(struct emulator *emulator)
{
	(void)emulator;
}

bool emulator_write_object(
	struct emulator *emulator, uint64_t address, const void *bytes, size_t size)
{
	(void)emulator;
	(void)address;
	(void)bytes;
	(void)size;
	return false;
}

void emulator_run(struct emulator *emulator, uint64_t function, const uint64_t *args,
	size_t arg_cnt, struct emulate_result *ret)
{
	(void)emulator;
	(void)args;
	(void)arg_cnt;
	*ret = (struct emulate_result) {.end = EMULATE_STOPPED, .address = function};
}

uint64_t emulator_argument(const struct emulator *emulator, size_t index)
{
	(void)emulator;
	(void)index;
	return 0;
}
