/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BPF object from anywhere: read, relocated on its own types, and followed. */
#include <stdlib.h>
#include <string.h>

#include "object/check/flow.h"
#include "object/check/parts.h"

/* libFuzzer's own limit of time is a minute; an input of its size has few programs. */
#define PROGRAM_MAX 8u

static void follow(const struct world *world, const struct object_function *function)
{
	const struct flow_case cases[] = {{.assumption = FLOW_UNKNOWN},
		{.assumption = FLOW_AS_BUILT}, {.assumption = FLOW_TESTS, .value = 1}};
	struct flow_result results[3];

	for (size_t i = 0; i < 3; i++) {
		if (flow_run(world, function, &cases[i], &results[i]))
			abort();
		/* What is reached with known values is reached with any. */
		for (uint32_t at = function->first; i == 1 && at < function->first + function->cnt;
			at++) {
			if (flow_reaches(&results[1], function->section, at) &&
				!results[1].gave_up &&
				!flow_reaches(&results[0], function->section, at))
				abort();
		}
	}
	for (size_t i = 0; i < 3; i++)
		flow_result_deinit(&results[i]);
}

static void check_object(struct object *object)
{
	struct check_kernel kernel = {.name = "fuzz"};
	_cleanup_pool_ struct pool pool = {0};
	struct world world;

	if (object->btf && core_target_create(object->btf, NULL, 0, &kernel.target))
		abort();
	if (world_create(object, &kernel, &pool, &world))
		abort();
	for (uint32_t i = 0; i < object->function_cnt && i < PROGRAM_MAX; i++)
		follow(&world, &object->functions[i]);
	for (size_t i = 0; i < object->core_cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		const struct object_core *core = &object->cores[i];
		core_describe(object->btf, core->type_id, core->kind, core->access, &text);
		object_line_at(object, core->section, core->insn);
	}
	core_target_destroy(kernel.target);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct object *object = NULL;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	struct error *error = object_create(copy, size, &object);
	if (!error)
		check_object(object);
	error_free(error);
	object_destroy(object);
	return 0;
}
