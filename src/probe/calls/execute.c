/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/execute.h"
#include "probe/calls/program.h"
#include "probe/calls/types.h"
#include "probe/program/run.h"
#include "util/clock.h"

#include <stdlib.h>
#include <bpf/libbpf.h>

static const struct run_method *method_of(const struct planner *planner)
{
	return run_method_of_type(planner->context->place.prog_type);
}

bool execute_can(const struct planner *planner)
{
	return method_of(planner) && planner->context->state == SUPPORT_OK;
}

static bool map_element(struct planner *planner, int command, struct observed_value *value)
{
	uint32_t key = 0;
	struct {
		uint32_t map_fd, pad;
		uint64_t key, value, flags;
	} attr = {0, 0, (uintptr_t)&key, (uintptr_t)value, 0};
	int fd = objects_map(&planner->objects, OBSERVED_MAP);

	attr.map_fd = (uint32_t)fd;
	return fd >= 0 && !kit_call(planner->kit, command, &attr, sizeof(attr));
}

/* The part of R0 that the type of a kfunc's result has. */
static int64_t narrow(const struct callee *callee, uint32_t type_id, uint64_t result)
{
	const struct btf_type *type =
		kbtf_type(callee->btf, kbtf_skip_modifiers(callee->btf, type_id));
	uint32_t size = type_size(callee->btf, type_id);
	bool is_signed = type && kbtf_kind(type) == BTF_KIND_INT &&
		BTF_INT_ENCODING(*(const uint32_t *)kbtf_tail(type)) & BTF_INT_SIGNED;

	if (!size || size >= sizeof(result))
		return (int64_t)result;
	unsigned int unused = 64 - 8 * size;
	return is_signed ? (int64_t)(result << unused) >> unused : (int64_t)(result << unused >> unused);
}

static void take_result(
	const struct callee *callee, const struct observed_value *value, struct run_outcome *outcome)
{
	uint32_t cnt, type_id = 0;

	outcome->returned = (int64_t)value->result;
	if (callee->btf && type_params(callee->btf, callee->func_id, &cnt, &type_id))
		outcome->returned = narrow(callee, type_id, value->result);
}

/* A kfunc whose type is void has no result, whatever other kernels have. */
static bool returns_something(const struct callee *callee, const struct safe_run *run)
{
	uint32_t cnt, type_id = 1;

	if (callee->btf && type_params(callee->btf, callee->func_id, &cnt, &type_id) && !type_id)
		return false;
	return run->expectation.value != RUN_NOTHING;
}

static bool run_once(struct planner *planner, const struct builder *builder,
	const struct safe_run *run, struct run_outcome *outcome)
{
	int cpu_cnt = libbpf_num_possible_cpus();
	struct observed_value value = {.called = 0};
	_cleanup_fd_ int fd = map_element(planner, BPF_MAP_UPDATE_ELEM, &value)
		? planner_open(planner, builder)
		: -1;

	if (fd < 0)
		return false;
	outcome->cpu_cnt = cpu_cnt > 0 ? (unsigned int)cpu_cnt : 0;
	outcome->before_ns = clock_ns(run->expectation.clock);
	struct run_result result = method_of(planner)->run(planner->kit, fd);
	outcome->after_ns = clock_ns(run->expectation.clock);
	if (result.step || !map_element(planner, BPF_MAP_LOOKUP_ELEM, &value) || value.called != 1)
		return false;
	take_result(builder->stack[0], &value, outcome);
	return true;
}

bool execute_call(struct planner *planner, const struct callee *callee, const struct safe_run *run,
	struct run_outcome *outcome)
{
	struct builder *builder = malloc(sizeof(*builder));
	struct recipe recipe = run->recipe;

	*outcome = (struct run_outcome) {.has_value = returns_something(callee, run)};
	if (!builder) {
		planner->no_memory = true;
		return false;
	}
	builder_init(builder, planner, &recipe, NULL);
	builder->replaying = builder->no_surveys = true;
	builder->observes = outcome->has_value ? OBSERVED_RESULT : OBSERVED_CALL;
	program_build(builder, callee);
	bool ran = !builder->failed && run_once(planner, builder, run, outcome);
	builder_deinit(builder);
	free(builder);
	return ran;
}
