/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/functions.h"
#include "functions/callers.h"
#include "functions/dwarf/dwarf.h"
#include "functions/dwarf_join.h"
#include "functions/build.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* The first step of both ways. */
struct loading {
	const struct functions_input *input;
	const struct image *code;
	struct pool scratch; /* owns symbols and marks */
	struct code_symbols symbols;
	struct function_marks marks;
	struct function_parts parts;
	struct kernel_functions *ret;
	bool has_symbols;
};

static void loading_deinit(struct loading *loading)
{
	pool_destroy(&loading->scratch);
	function_parts_deinit(&loading->parts);
	kernel_functions_destroy(loading->ret);
}

static struct error *load_symbols_of(struct loading *loading)
{
	const struct functions_input *input = loading->input;
	struct error *error = NULL;

	loading->has_symbols = true;
	/* A detached debug file has symbols of sections that it lacks. */
	if (image_section(loading->code, ".symtab"))
		return code_symbols_elf(&loading->scratch, loading->code, &loading->symbols);
	if (input->debug && !input->debug->no_code && image_section(input->debug, ".symtab"))
		return code_symbols_elf(&loading->scratch, input->debug, &loading->symbols);
	if (input->symbols)
		return code_symbols_listed(&loading->scratch, input->symbols, &loading->symbols);
	loading->has_symbols = false;
	return error;
}

static struct error *check_build(const struct functions_input *input)
{
	const char *debug = input->debug ? input->debug->build_id : NULL;
	const char *code = input->code ? input->code->build_id : NULL;

	if (debug && code && strcmp(debug, code))
		return error_create(ERROR_INPUT, "use the debug file of the same build",
			"the debug information is for another build: build id %s, the code has %s",
			debug, code);
	return NULL;
}

static struct error *keep_text(struct kernel_functions *functions, const char *text, const char **ret)
{
	*ret = pool_strdup(&functions->pool, text);
	return text && !*ret ? error_no_memory() : NULL;
}

static struct error *begin(struct loading *loading)
{
	const struct functions_input *input = loading->input;
	struct error *error = check_build(input);

	if (error)
		return error;
	loading->code = input->code ? input->code : input->debug;
	loading->ret = calloc(1, sizeof(*loading->ret));
	if (!loading->ret)
		return error_no_memory();
	loading->ret->machine = loading->code->machine;
	error = keep_text(loading->ret, loading->code->release, &loading->ret->release);
	if (!error)
		error = keep_text(loading->ret, loading->code->build_id, &loading->ret->build_id);
	if (!error)
		error = load_symbols_of(loading);
	if (error && error->code == ERROR_INPUT) {
		kernel_functions_limit(loading->ret, "symbols: %s", error->what);
		loading->has_symbols = false;
		error_free(error);
		error = NULL;
	}
	if (!error && loading->has_symbols)
		error = function_marks_load(
			&loading->scratch, loading->code, &loading->symbols, &loading->marks);
	return error;
}

/* Every unknown attachability has a reason. */
static void tell_limits(struct loading *loading)
{
	static const struct {
		enum function_source source;
		const char *unknown;
	} wanted[] = {
		{FUNCTION_SOURCE_ENTRIES, "which functions ftrace can patch"},
		{FUNCTION_SOURCE_BLACKLIST, "which functions are marked NOKPROBE_SYMBOL()"},
		{FUNCTION_SOURCE_EXPORTS, "which functions are exported"},
		{FUNCTION_SOURCE_REGIONS, "which functions are in special parts of the text"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (!(loading->ret->sources & 1u << wanted[i].source))
			kernel_functions_limit(loading->ret,
				"%s is unknown: the table is missing or was not found",
				wanted[i].unknown);
	}
}

static struct error *functions_finish(struct loading *loading, bool dwarf, struct kernel_functions **ret)
{
	const struct function_sources sources = {
		.symbols = loading->has_symbols ? &loading->symbols : NULL,
		.marks = loading->has_symbols ? &loading->marks : NULL,
		.btf = loading->input->btf,
		.dwarf = dwarf,
	};
	struct error *error = function_build(&loading->parts, &sources, loading->ret);

	if (error)
		return error;
	if (loading->input->btf_absent)
		loading->ret->sources |= 1u << FUNCTION_SOURCE_NO_BTF;
	tell_limits(loading);
	*ret = loading->ret;
	loading->ret = NULL;
	return NULL;
}

static void tell_left_out(struct kernel_functions *functions, const struct dwarf_facts *facts)
{
	const struct {
		size_t cnt;
		const char *what;
	} left_out[] = {
		{facts->bad_reference_cnt, "invalid references and units: callers may be missing"},
		{facts->bad_name_cnt, "functions with a name that is not a valid symbol"},
		{facts->too_deep_cnt, "blocks skipped: nested too deeply"},
		{facts->split_unit_cnt, "units skipped: .dwo files are not supported"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++) {
		if (left_out[i].cnt)
			kernel_functions_limit(functions, "debug information: %zu %s",
				left_out[i].cnt, left_out[i].what);
	}
}

struct error *dwarf_functions_load(
	const struct functions_input *input, struct kernel_functions **ret)
{
	__attribute__((cleanup(loading_deinit))) struct loading loading = {.input = input};
	__attribute__((cleanup(dwarf_facts_deinit))) struct dwarf_facts facts = {0};
	const struct dwarf_options options = {.threads = input->threads, .stop = input->stop};

	if (!input->debug)
		return error_create(ERROR_NOT_FOUND, NULL, "it has no debug information");
	struct error *error = begin(&loading);
	if (!error)
		error = dwarf_facts_load(input->debug, loading.code, &options, &facts);
	if (!error)
		error = dwarf_join(&facts, loading.code->no_code ? NULL : loading.code,
			loading.has_symbols ? &loading.symbols : NULL, &loading.parts);
	if (error)
		return error;
	tell_left_out(loading.ret, &facts);
	pool_adopt(&loading.ret->pool, &facts.pool);
	/* Free about 60 MiB for a kernel before the model grows. */
	dwarf_facts_deinit(&facts);
	return functions_finish(&loading, true, ret);
}

struct error *code_functions_load(
	const struct functions_input *input, struct kernel_functions **ret)
{
	__attribute__((cleanup(loading_deinit))) struct loading loading = {.input = input};
	struct callers_unknown unknown = {0};

	struct error *error = begin(&loading);
	if (!error && !loading.has_symbols)
		error = error_create(ERROR_NOT_FOUND, NULL,
			"it has neither debug information nor symbols");
	if (!error)
		error = code_callers_load(
			loading.code, &loading.symbols, &loading.ret->pool, &loading.parts, &unknown);
	if (error)
		return error;
	if (unknown.why)
		kernel_functions_limit(loading.ret, "callers are unknown: %s", unknown.why);
	else
		loading.ret->sources |= 1u << FUNCTION_SOURCE_CODE;
	if (unknown.function_cnt)
		kernel_functions_limit(loading.ret,
			"calls may be missing: %zu functions contain unknown instructions",
			unknown.function_cnt);
	return functions_finish(&loading, false, ret);
}

struct error *functions_load(const struct functions_input *input, struct kernel_functions **ret)
{
	struct error *error = dwarf_functions_load(input, ret);

	if (!error || (error->code != ERROR_NOT_FOUND && error->code != ERROR_INPUT))
		return error;
	struct error *other = check_build(input);
	if (!other)
		other = code_functions_load(input, ret);
	if (other) {
		error_free(other);
		return error;
	}
	kernel_functions_limit(
		*ret, "inlining and places of declarations are unknown: %s", error->what);
	error_free(error);
	return NULL;
}
