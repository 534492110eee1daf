/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what a loader writes into .rodata can keep code from being reached. */
#include "object/check/parts.h"

void check_flows_deinit(struct check_flows *flows)
{
	flow_result_deinit(&flows->any);
	for (size_t i = 0; i < sizeof(flows->runs) / sizeof(*flows->runs); i++)
		flow_result_deinit(&flows->runs[i].result);
}

/* Reached in this case? Each case is run once. */
static bool is_reached(struct check_flows *flows, size_t run_number, const struct flow_case *how,
	uint32_t section, uint32_t insn)
{
	struct flow_run *run = &flows->runs[run_number];

	if (!run->done) {
		run->done = true;
		run->how = *how;
		_cleanup_error_ struct error *error =
			flow_run(flows->world, flows->entry, &run->how, &run->result);
		if (error)
			flows->no_memory = true;
	}
	return flows->no_memory || flow_reaches(&run->result, section, insn);
}

/* 0 and 1 are what switches hold. */
static bool hangs_on_variable(
	struct check_flows *flows, size_t variable, uint32_t section, uint32_t insn)
{
	struct flow_case how = {
		.assumption = FLOW_VALUE, .variable = flows->any.variables[variable]};

	for (how.value = 0; how.value <= 1; how.value++) {
		size_t number = 2 * variable + (size_t)how.value;
		if (!is_reached(flows, number, &how, section, insn))
			return true;
	}
	return false;
}

static bool hangs_on_tests(struct check_flows *flows, uint32_t section, uint32_t insn)
{
	struct flow_case how = {.assumption = FLOW_TESTS};

	for (how.value = 0; how.value <= 1; how.value++) {
		size_t number = 2 * FLOW_VARIABLE_MAX + 1 + (size_t)how.value;
		if (!is_reached(flows, number, &how, section, insn))
			return true;
	}
	return false;
}

static const char *variable_text(
	struct pool *pool, const struct object *object, const struct flow_variable *variable)
{
	if (variable->name && *variable->name)
		return pool_printf(pool,
			"the loader may switch it off by the variable %s: 'rodata %s = VALUE' in a profile",
			variable->name, variable->name);
	return pool_printf(pool, "the loader may switch it off by what it writes into %s",
		object->sections[variable->section].name);
}

const char *check_guard_of(
	struct check_flows *flows, struct pool *pool, uint32_t section, uint32_t insn)
{
	const struct flow_case built = {.assumption = FLOW_AS_BUILT};

	if (flows->any.gave_up)
		return "the program is too large to follow: the code may be guarded";
	for (size_t i = 0; i < flows->any.variable_cnt; i++) {
		if (hangs_on_variable(flows, i, section, insn)) {
			const char *text =
				variable_text(pool, flows->world->object, &flows->any.variables[i]);
			flows->no_memory |= !text;
			return text;
		}
	}
	if (flows->any.unknown_tests && hangs_on_tests(flows, section, insn))
		return "a test may guard it, which only the kernel's types answer";
	if (flows->any.more_variables ||
		!is_reached(flows, 2 * FLOW_VARIABLE_MAX, &built, section, insn))
		return "the loader may switch it off by several variables of .rodata";
	return NULL;
}
