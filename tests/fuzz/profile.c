/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile of anybody, for an object with a variable of each size, two maps and a program. */
#include <stdlib.h>
#include <string.h>

#include "object/check/check.h"

static struct object_variable variables[] = {
	{"byte", 1, 0, 1}, {"word", 1, 4, 4}, {"long", 1, 8, 8}, {"text", 1, 16, 16}};
static struct object_map maps[] = {{.name = "outer"}, {.name = "inner"}};
static struct object_function functions[] = {{.name = "runs", .is_program = true}};
static struct object_section sections[] = {{.name = ""}, {.name = ".rodata"}};

/* What a setting points to can be read. */
static void check_settings(const struct check_object *checked)
{
	for (size_t i = 0; i < checked->setting_cnt; i++) {
		const struct loader_setting *setting = &checked->settings[i];
		if (!setting->name || setting->word >= LOADER_WORD_CNT)
			abort();
		if (setting->word != LOADER_RODATA)
			continue;
		if (setting->start + setting->size_bytes > 32)
			abort();
		volatile unsigned char last = setting->bytes[setting->size_bytes - 1];
		(void)last;
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct object object = {.variables = variables,
		.variable_cnt = 4,
		.maps = maps,
		.map_cnt = 2,
		.functions = functions,
		.function_cnt = 1,
		.sections = sections,
		.section_cnt = 2};
	struct check_object checked = {.name = "fuzz", .object = &object};
	struct check check = {.objects = &checked, .object_cnt = 1};
	char *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	error_free(check_read_profile(&check, "fuzz", copy, size));
	check_settings(&checked);
	pool_destroy(&check.pool);
	free(copy);
	return 0;
}
