/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/check/world.h"

#include <linux/bpf.h>
#include <string.h>

static struct error *copy_insns(struct world *world)
{
	const struct object *object = world->object;

	world->insns = pool_calloc(world->pool, object->section_cnt, sizeof(*world->insns));
	world->cores = pool_calloc(world->pool, object->section_cnt, sizeof(*world->cores));
	world->relocated = pool_calloc(world->pool, object->core_cnt, sizeof(*world->relocated));
	world->externs = pool_calloc(world->pool, object->extern_cnt, sizeof(*world->externs));
	if (!world->insns || !world->cores || !world->relocated || !world->externs)
		return error_no_memory();
	for (uint32_t i = 0; i < object->section_cnt; i++) {
		const struct object_section *section = &object->sections[i];
		if (!section->insns)
			continue;
		world->insns[i] =
			pool_calloc(world->pool, section->insn_cnt, sizeof(**world->insns));
		world->cores[i] =
			pool_calloc(world->pool, section->insn_cnt, sizeof(**world->cores));
		if (!world->insns[i] || !world->cores[i])
			return error_no_memory();
		memcpy(world->insns[i], section->insns,
			section->insn_cnt * sizeof(*section->insns));
	}
	return NULL;
}

static enum world_mark mark_of(const struct core_result *result)
{
	static const enum world_mark marks[] = {
		[CORE_RESOLVED] = MARK_NONE,
		[CORE_POISONED] = MARK_POISON,
		[CORE_REFUSED] = MARK_REFUSED,
	};

	return marks[result->outcome];
}

static struct error *relocate(struct world *world, struct core_relocator *relocator, size_t at)
{
	const struct object_core *core = &world->object->cores[at];
	struct world_core *relocated = &world->relocated[at];
	uint32_t cnt = world->object->sections[core->section].insn_cnt;

	relocated->core = core;
	relocated->mark = MARK_UNKNOWN;
	world->cores[core->section][core->insn] = (uint32_t)at + 1;
	if (!relocator)
		return NULL;
	struct error *error = core_resolve(
		relocator, core->type_id, core->kind, core->access, &relocated->result);
	if (error)
		return error;
	core_patch(&relocated->result, &world->insns[core->section][core->insn], cnt - core->insn);
	relocated->mark = mark_of(&relocated->result);
	return NULL;
}

static struct error *relocate_all(struct world *world)
{
	struct core_relocator *relocator = NULL;
	struct error *error = NULL;

	if (world->object->btf && world->kernel->target)
		error = core_relocator_create(world->object->btf, world->object->big_endian,
			world->kernel->target, &relocator);
	for (size_t i = 0; i < world->object->core_cnt && !error; i++)
		error = relocate(world, relocator, i);
	core_relocator_destroy(relocator);
	return error;
}

const struct world_core *world_core_at(const struct world *world, uint32_t section, uint32_t insn)
{
	uint32_t at = world->cores[section][insn];

	return at ? &world->relocated[at - 1] : NULL;
}

struct error *world_create(const struct object *object, const struct check_kernel *kernel,
	struct pool *pool, struct world *ret)
{
	*ret = (struct world) {.object = object, .kernel = kernel, .pool = pool};
	struct error *error = copy_insns(ret);

	if (!error)
		error = world_resolve_externs(ret);
	return error ? error : relocate_all(ret);
}
