/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/module_list.h"

#include <stdlib.h>
#include <string.h>

#include "util/lines.h"
#include "util/sort.h"

/* Makes KBUILD_MODNAME from a file's name (linux scripts/Makefile.lib). */
static void spell(char *name)
{
	for (; *name; name++) {
		if (*name == '-' || *name == ',')
			*name = '_';
	}
}

/* "kernel/net/netfilter/nf_conntrack.ko.xz" is nf_conntrack. */
static char *name_of_path(struct pool *pool, const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len);
	const char *base = slash ? slash + 1 : path;
	size_t base_len = len - (size_t)(base - path);
	const char *end = memmem(base, base_len, ".ko", 3);
	char *name = pool_strndup(pool, base, end ? (size_t)(end - base) : base_len);

	if (name)
		spell(name);
	return name;
}

const char *module_name(struct pool *pool, const struct input_item *module)
{
	const char *name = image_modinfo(module->image, "name");

	return name ? pool_strdup(pool, name)
		    : name_of_path(pool, module->name, strlen(module->name));
}

struct error *module_census_add(
	struct module_census *census, struct pool *pool, const char *name, bool stripped)
{
	const char **names =
		pool_grow(pool, census->names, census->cnt, &census->cap, sizeof(*names));

	if (!names)
		return error_no_memory();
	census->names = names;
	names[census->cnt++] = name;
	census->stripped_cnt += stripped;
	return NULL;
}

/* Compares the modules in a list with the modules that were read. */
struct roll_call {
	struct pool pool;
	const char **read; /* sorted */
	size_t read_cnt, listed_cnt, missing_cnt;
	const char *missing; /* the first */
	bool damaged;
};

static bool call_one(void *context, const char *line, size_t len, bool cut)
{
	struct roll_call *roll = context;
	const char *name = name_of_path(&roll->pool, line, len);

	roll->damaged |= cut;
	if (!name || !*name)
		return name != NULL;
	roll->listed_cnt++;
	if (bsearch(&name, roll->read, roll->read_cnt, sizeof(*roll->read), compare_texts))
		return true;
	if (!roll->missing_cnt++)
		roll->missing = name;
	return true;
}

static struct error *call_list(struct roll_call *roll, const struct input_item *list)
{
	_cleanup_line_splitter_ struct line_splitter splitter = {.each = call_one, .context = roll};

	return line_splitter_feed(&splitter, (const char *)list->data, list->size_bytes) &&
			line_splitter_finish(&splitter)
		? NULL
		: error_no_memory();
}

/* The path of a list has its release. Without one, it is the release of the modules beside it. */
static bool is_list_of(
	const struct input_kernel *kernel, const struct input *from, const struct input_item *list)
{
	if (kernel->release && list->claimed_release)
		return !strcmp(kernel->release, list->claimed_release);
	for (size_t i = 0; i < kernel->module_input_cnt; i++) {
		if (kernel->module_inputs[i] == from)
			return true;
	}
	return false;
}

static struct error *call_all(struct roll_call *roll, const struct module_census *census,
	const struct input_kernel *input)
{
	struct error *error = NULL;

	roll->read = pool_calloc(&roll->pool, census->cnt + 1, sizeof(*roll->read));
	if (!roll->read)
		return error_no_memory();
	if (census->cnt)
		memcpy(roll->read, census->names, census->cnt * sizeof(*roll->read));
	roll->read_cnt = census->cnt;
	qsort(roll->read, roll->read_cnt, sizeof(*roll->read), compare_texts);
	for (size_t i = 0; i < input->input_cnt; i++) {
		const struct input *from = input->inputs[i];
		for (size_t k = 0; k < input_module_list_cnt(from) && !error; k++) {
			if (is_list_of(input, from, input_module_list(from, k)))
				error = call_list(roll, input_module_list(from, k));
		}
	}
	return error;
}

static void conclude_roll(struct kernel *kernel, const struct roll_call *roll,
	const struct module_census *census, struct module_verdict *verdict)
{
	const char *missing = NULL;

	if (roll->missing_cnt)
		missing = pool_printf(&kernel->pool,
			"%zu of its %zu modules were not read (the first: %s)", roll->missing_cnt,
			roll->listed_cnt, roll->missing);
	else if (!roll->listed_cnt || roll->damaged)
		missing = "no input lists all its modules (modules.order)";
	verdict->kfuncs_missing = verdict->functions_missing = missing;
	verdict->remedy =
		missing ? "give complete packages, or the complete directory of its modules" : NULL;
	if (!missing && !kernel->btf && !kernel->btf_absent)
		verdict->kfuncs_missing =
			"the kfuncs of modules are unknown without the kernel's BTF";
	else if (!missing && census->kfuncs_unread_cnt)
		verdict->kfuncs_missing = pool_printf(&kernel->pool,
			"the kfuncs of %zu of its modules could not be read",
			census->kfuncs_unread_cnt);
	if (!missing && census->functions_unread_cnt)
		verdict->functions_missing = pool_printf(&kernel->pool,
			"%zu of its modules could not be read", census->functions_unread_cnt);
	else if (!missing && census->stripped_cnt)
		verdict->functions_missing = pool_printf(&kernel->pool,
			"%zu of its modules were stripped of the names of static functions",
			census->stripped_cnt);
}

struct error *module_census_conclude(const struct module_census *census, struct kernel *kernel,
	const struct input_kernel *input, bool left_unread, struct module_verdict *ret)
{
	_cleanup_pool_ struct pool memory = {0};
	struct roll_call roll = {0};

	if (kernel->environment.config_source && !kernel_config_value(kernel, "CONFIG_MODULES")) {
		*ret = (struct module_verdict) {0};
		return NULL;
	}
	if (left_unread || !input->module_input_cnt) {
		const char *why = left_unread ? "its modules were not read (--no-modules)"
					      : "its modules were not given";
		*ret = (struct module_verdict) {why, why,
			left_unread ? NULL : "give its package or directory of modules too"};
		return NULL;
	}
	struct error *error = call_all(&roll, census, input);
	pool_adopt(&memory, &roll.pool);
	if (!error)
		conclude_roll(kernel, &roll, census, ret);
	return error;
}
