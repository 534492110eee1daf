/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/function_view.h"

#include <elf.h>
#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/file.h"
#include "util/array.h"
#include "util/buf.h"

#define CALLS_MAX 4096 /* of one caller; repeated macros make some hundred */

struct error *function_views_open(const char *path, struct functions_file **ret)
{
	return functions_file_open(path, ret);
}

void function_views_close(struct functions_file *file)
{
	functions_file_close(file);
}

const char *function_views_release(const struct functions_file *file)
{
	return functions_file_header(file)->release;
}

const char *function_views_machine(const struct functions_file *file)
{
	static const struct {
		uint16_t machine;
		const char *word;
	} machines[] = {
		{EM_X86_64, "x86_64"}, {EM_AARCH64, "aarch64"}, {EM_ARM, "armv7l"}, {EM_S390, "s390x"},
		{EM_PPC64, "ppc64le"}, {EM_RISCV, "riscv64"}, {EM_386, "i686"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].machine == functions_file_header(file)->machine)
			return machines[i].word;
	}
	return NULL;
}

static bool has_source(uint32_t sources, enum function_source source)
{
	return sources & 1u << source;
}

/* "UNIT:NAME", once for each call. */
static bool copy_callers(struct pool *pool, const struct function_caller *callers, size_t cnt,
	const char ***ret, size_t *ret_cnt)
{
	size_t total = 0;

	for (size_t i = 0; i < cnt; i++)
		total += callers[i].cnt < CALLS_MAX ? callers[i].cnt : CALLS_MAX;
	const char **list = pool_calloc(pool, total, sizeof(*list));
	for (size_t i = 0; list && i < cnt; i++) {
		const char *text = callers[i].unit
			? pool_printf(pool, "%s:%s", callers[i].unit, callers[i].function)
			: pool_strdup(pool, callers[i].function);
		if (!text)
			return false;
		for (uint32_t n = 0; n < callers[i].cnt && n < CALLS_MAX; n++)
			list[(*ret_cnt)++] = text;
	}
	*ret = list;
	return list != NULL;
}

static const char *known_word(const char *word)
{
	return word && strcmp(word, "unknown") ? word : NULL;
}

static bool copy_instances(
	struct pool *pool, const struct kernel_function *function, struct function_view *view)
{
	view->instances = pool_calloc(pool, function->instance_cnt, sizeof(*view->instances));
	for (size_t i = 0; view->instances && i < function->instance_cnt; i++) {
		const struct function_instance *from = &function->instances[i];
		struct view_instance *to = &view->instances[view->instance_cnt++];
		*to = (struct view_instance) {
			.unit = from->unit,
			.file = from->file,
			.line = from->line,
			.language = from->language,
			.prototype = from->prototype,
			.inlined = known_word(function_inline_word(from->inlined)),
			.has_address = from->has_address && !function->ranked,
			.address = function->ranked ? 0 : from->address,
			.external = from->external,
		};
		if (!copy_callers(pool, from->direct, from->direct_cnt, &to->direct, &to->direct_cnt) ||
			!copy_callers(pool, from->inline_sites, from->inline_site_cnt, &to->inlines,
				&to->inline_cnt))
			return false;
	}
	return view->instances != NULL;
}

static bool function_views_copy_symbols(
	struct pool *pool, const struct kernel_function *function, struct function_view *view)
{
	view->symbols = pool_calloc(pool, function->symbol_cnt, sizeof(*view->symbols));
	for (size_t i = 0; view->symbols && i < function->symbol_cnt; i++) {
		const struct function_symbol *from = &function->symbols[i];
		view->symbols[view->symbol_cnt++] = (struct view_symbol) {
			.name = from->name,
			.binding = known_word(function_binding_word(from->binding)),
			.section = from->section,
			.region = from->region,
			.exported = known_word(function_export_word(from->exported)),
			.address = function->ranked ? 0 : from->address,
			.size_bytes = from->size_bytes,
			.patchable = from->patchable,
			.kprobe_refused = from->kprobe_refused,
		};
	}
	return view->symbols != NULL;
}

static bool copy_changes(struct pool *pool, uint32_t mask, struct function_view *view)
{
	view->changes = pool_calloc(pool, SYMBOL_CHANGE_CNT, sizeof(*view->changes));
	for (int i = 0; view->changes && i < SYMBOL_CHANGE_CNT; i++) {
		if (!(mask & 1u << i))
			continue;
		view->changes[view->change_cnt++] = symbol_change_suffix(i);
		view->changed |= symbol_change_effect(i) > SYMBOL_EFFECT_SPLIT;
	}
	view->changes_known = true;
	return view->changes != NULL;
}

static void function_views_add_prototype(struct function_view *view, const char *prototype)
{
	for (size_t i = 0; prototype && i < view->prototype_cnt; i++) {
		if (!strcmp(view->prototypes[i], prototype))
			return;
	}
	if (prototype)
		view->prototypes[view->prototype_cnt++] = prototype;
}

static bool copy_prototypes(
	struct pool *pool, const struct kernel_function *function, struct function_view *view)
{
	view->prototypes =
		pool_calloc(pool, function->instance_cnt + 1, sizeof(*view->prototypes));
	if (!view->prototypes)
		return false;
	function_views_add_prototype(view, function->prototype);
	/* DWARF spells types differently from BTF, so its prototype is used only if BTF has none. */
	for (size_t i = 0; !function->prototype && i < function->instance_cnt; i++)
		function_views_add_prototype(view, function->instances[i].prototype);
	return true;
}

/* A site asks a million times. */
static const char *source_words(struct pool *pool, uint32_t sources)
{
	size_t size = 1;
	char *text, *end;

	for (int i = 0; i < FUNCTION_SOURCE_CNT; i++)
		size += has_source(sources, i) ? strlen(function_source_word(i)) + 1 : 0;
	text = end = pool_alloc(pool, size);
	if (!text)
		return NULL;
	*text = '\0';
	for (int i = 0; i < FUNCTION_SOURCE_CNT; i++) {
		if (!has_source(sources, i))
			continue;
		if (end != text)
			*end++ = ' ';
		end = stpcpy(end, function_source_word(i));
	}
	return text;
}

static bool is_of_kernel(const struct kernel_function *function)
{
	return function->kind == FUNCTION_KIND_FUNCTION || function->kind == FUNCTION_KIND_SYMBOL;
}

struct error *function_view_fill(uint32_t sources, const struct kernel_function *function,
	struct pool *pool, struct function_view *ret)
{
	struct function_view view = {.name = function->name, .state = "present"};
	bool dwarf = has_source(sources, FUNCTION_SOURCE_DWARF);
	bool ok = copy_instances(pool, function, &view) && function_views_copy_symbols(pool, function, &view) &&
		copy_changes(pool, function_changes(function), &view) &&
		copy_prototypes(pool, function, &view);

	view.kind = is_of_kernel(function) ? NULL : function_kind_word(function->kind);
	view.alias_of = function->alias_of;
	view.collision = known_word(function_collision_word(function_collision(function)));
	view.inlined = known_word(function_inline_word(function_inline(function)));
	view.instances_known = dwarf;
	view.inlines_known = dwarf && !function->callers_left_out;
	view.callers_left_out = function->callers_left_out;
	view.callers_known =
		!function->callers_left_out && (dwarf || has_source(sources, FUNCTION_SOURCE_CODE));
	view.sources = source_words(pool, sources);
	if (!ok || !view.sources)
		return error_no_memory();
	*ret = view;
	return NULL;
}

static bool tells_attach(const struct function_view *view)
{
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		if (view->symbols[i].patchable || view->symbols[i].kprobe_refused || view->symbols[i].exported)
			return true;
	}
	return false;
}

static const struct view_symbol *same_symbol(const struct function_view *view, const char *name)
{
	const struct view_symbol *found = NULL;

	for (size_t i = 0; i < view->symbol_cnt; i++) {
		if (!view->symbols[i].module || strcmp(view->symbols[i].module, "vmlinux"))
			continue;
		if (found && !strcmp(view->symbols[i].name, name))
			return NULL;
		found = !strcmp(view->symbols[i].name, name) ? &view->symbols[i] : found;
	}
	return found;
}

/* The symbols of the other view, with the addresses of this one, and its symbols of modules. */
static bool take_symbols(struct function_view *view, const struct function_view *other, struct pool *pool)
{
	struct view_symbol *list =
		pool_calloc(pool, view->symbol_cnt + other->symbol_cnt, sizeof(*list));
	size_t cnt = 0;

	if (!list)
		return false;
	for (size_t i = 0; i < other->symbol_cnt; i++) {
		const struct view_symbol *same = same_symbol(view, other->symbols[i].name);
		list[cnt] = other->symbols[i];
		if (same && !list[cnt].address)
			list[cnt].address = same->address;
		cnt++;
	}
	for (size_t i = 0; i < view->symbol_cnt; i++) {
		if (view->symbols[i].module && strcmp(view->symbols[i].module, "vmlinux"))
			list[cnt++] = view->symbols[i];
	}
	view->symbols = list;
	view->symbol_cnt = cnt;
	view->sources = other->sources;
	return true;
}

static void take_instances(struct function_view *view, const struct function_view *other)
{
	view->instances = other->instances;
	view->instance_cnt = other->instance_cnt;
	view->instances_known = other->instances_known;
	view->callers_known = other->callers_known;
	view->inlines_known = other->inlines_known;
	view->callers_left_out = other->callers_left_out;
	view->sources = other->sources;
}

bool function_view_complete(
	struct function_view *view, const struct function_view *other, struct pool *pool)
{
	if (!view->kind) {
		view->kind = other->kind;
		view->alias_of = other->alias_of;
	}
	/* "several" is all that symbols tell. */
	if (other->collision && (!view->collision || !strcmp(view->collision, "several")))
		view->collision = other->collision;
	view->inlined = view->inlined ? view->inlined : other->inlined;
	view->traceable = view->traceable ? view->traceable : other->traceable;
	view->kprobe_blacklisted = view->kprobe_blacklisted ? view->kprobe_blacklisted : other->kprobe_blacklisted;
	view->fentry = view->fentry ? view->fentry : other->fentry;
	if (!view->prototype_cnt) {
		view->prototypes = other->prototypes;
		view->prototype_cnt = other->prototype_cnt;
	}
	if ((other->instances_known && !view->instances_known) ||
		(other->callers_known && !view->callers_known && other->instances_known == view->instances_known))
		take_instances(view, other);
	return tells_attach(view) || !tells_attach(other) || take_symbols(view, other, pool);
}

struct error *function_views_find(struct functions_file *file, const char *name, struct pool *pool,
	struct function_view *ret)
{
	uint32_t sources = functions_file_header(file)->sources;
	const struct kernel_function *function = NULL;
	struct error *error = functions_file_find(file, name, pool, &function);

	if (error)
		return error;
	if (function && function->kind != FUNCTION_KIND_DECLARATION)
		return function_view_fill(sources, function, pool, ret);
	*ret = (struct function_view) {.name = name, .state = "absent",
		.reason = "not among all functions of the image",
		.sources = source_words(pool, sources)};
	return ret->sources ? NULL : error_no_memory();
}

struct names {
	bool (*each)(void *context, const char *name);
	void *context;
};

static bool hand_name(void *context, const struct kernel_function *function)
{
	const struct names *names = context;

	return function->kind == FUNCTION_KIND_DECLARATION || names->each(names->context, function->name);
}

struct error *function_views_names(struct functions_file *file, const char *glob,
	bool (*each)(void *context, const char *name), void *context)
{
	struct names names = {each, context};

	return functions_file_each(file, glob, hand_name, &names);
}
