/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/hooks.h"
#include "util/array.h"
#include "util/glob.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const needs[HOOK_NEED_CNT] = {
#define HOOK_NEED_ROW(name, id, meaning) [HOOK_NEED_##name] = id,
	HOOK_NEEDS(HOOK_NEED_ROW)
};

const char *hook_need_id(enum hook_need need)
{
	return needs[need];
}

struct error *hooks_open(const struct kernel *kernel, struct pool *pool, struct hooks **ret)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));
	struct error *error = NULL;

	if (!hooks)
		return error_no_memory();
	hooks->kernel = kernel;
	hooks->pool = pool;
	if (kernel->symbols)
		error = symbol_index_create(kernel->symbols, &hooks->index);
	/* For hook_listed(). */
	if (!error && hooks->index && (kernel->traceable || kernel->kprobe_blacklist))
		error = symbol_index_add_addresses(hooks->index);
	if (error)
		hooks_close(hooks);
	else
		*ret = hooks;
	return error;
}

void hooks_close(struct hooks *hooks)
{
	if (!hooks)
		return;
	symbol_index_destroy(hooks->index);
	free(hooks);
}

struct error *hook_say(struct hooks *hooks, struct hook_answer *ret, enum tristate value,
	enum hook_need need, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *reason = pool_vprintf(hooks->pool, format, args);
	va_end(args);
	*ret = (struct hook_answer) {.value = value, .missing = need, .reason = reason};
	return reason ? NULL : error_no_memory();
}

struct error *hook_yes(struct hook_answer *ret)
{
	*ret = (struct hook_answer) {.value = TRISTATE_YES};
	return NULL;
}

struct hook_symbols hook_symbols(const struct hooks *hooks, const char *name)
{
	size_t len = symbol_base_length(name, NULL);
	char base[512];
	struct hook_symbols found = {0};

	if (!hooks->index || len >= sizeof(base))
		return found;
	memcpy(base, name, len);
	base[len] = '\0';
	const struct kernel_symbol *symbol = symbol_index_first(hooks->index, base);
	for (; symbol; symbol = symbol_index_next(hooks->index, symbol)) {
		bool function = symbol_is_function(symbol);
		if (strcmp(symbol->name, name)) {
			found.changed = function ? symbol->name : found.changed;
			continue;
		}
		if (function && !found.function_cnt++)
			found.first = symbol;
		found.data_cnt += !function;
	}
	if (found.function_cnt)
		found.changed = NULL;
	return found;
}

const char *hook_symbols_doubt(const struct hooks *hooks)
{
	const struct kernel *kernel = hooks->kernel;
	const struct kernel_symbols *symbols = kernel->symbols;

	if (!symbols)
		return kernel->symbols_missing ? kernel->symbols_missing : "the symbols were not read";
	if (symbols->odd_lines)
		return "some symbols could not be read";
	return symbols->cut ? "the symbols are truncated" : symbols->modules_missing;
}

const char *hook_function_name(const struct hooks *hooks, const struct section *section)
{
	const char *colon = strchr(section->target, ':');
	const char *name = colon ? colon + 1 : section->target;

	return pool_strndup(hooks->pool, name, strcspn(name, "+"));
}

bool hook_has_offset(const struct section *section)
{
	return strchr(section->target, '+');
}

/* "MODULE:FUNCTION" of libbpf: the function of that module, and of no other. */
static void hook_type_of_function(const struct section *section, struct hook_type *type)
{
	const char *colon = strchr(section->target, ':');

	*type = (struct hook_type) {
		.name = colon ? colon + 1 : section->target,
		.kind = BTF_KIND_FUNC,
		.module = colon ? section->target : NULL,
		.module_len = colon ? (size_t)(colon - section->target) : 0,
	};
}

/* NAME of "CATEGORY/NAME". */
static const char *event_name(const char *target)
{
	const char *slash = strchr(target, '/');

	return slash ? slash + 1 : target;
}

struct error *hook_type_of(struct pool *pool, const struct section *section, struct hook_type *ret)
{
	*ret = (struct hook_type) {0};
	if (!section->target)
		return NULL;
	switch (section->kind) {
	case SECTION_FUNCTION:
		hook_type_of_function(section, ret);
		return NULL;
	case SECTION_LSM:
		ret->kind = BTF_KIND_FUNC;
		ret->name = pool_printf(pool, HOOK_TYPE_LSM "%s", section->target);
		break;
	case SECTION_TRACEPOINT:
	case SECTION_RAW_TRACEPOINT:
		ret->kind = BTF_KIND_TYPEDEF;
		ret->name = pool_printf(pool, HOOK_TYPE_TRACEPOINT "%s",
			section->kind == SECTION_TRACEPOINT ? event_name(section->target) : section->target);
		break;
	default:
		return NULL;
	}
	return ret->name ? NULL : error_no_memory();
}

bool hook_type_is_in(const struct hook_type *type, const char *module)
{
	return !type->module || (!strncmp(type->module, module, type->module_len) &&
					!module[type->module_len]);
}

struct hook_place hook_type_find(const struct kernel *kernel, const struct hook_type *type)
{
	struct hook_place place = {.btf = kernel->btf};

	if (hook_type_is_in(type, "vmlinux"))
		place.id = kbtf_find(kernel->btf, type->name, type->kind);
	for (size_t i = 0; i < kernel->module_cnt && !place.id; i++) {
		if (!hook_type_is_in(type, kernel->modules[i].name))
			continue;
		place.module = &kernel->modules[i];
		place.btf = place.module->btf;
		place.id = kbtf_find(place.btf, type->name, type->kind);
		/* A module's BTF is split over the kernel's, which is searched with it. */
		if (place.id && place.id < kbtf_first_id(place.btf))
			place.id = 0;
	}
	return place;
}

struct hook_place hook_find_type(const struct kernel *kernel, const char *name, unsigned int kind)
{
	return hook_type_find(kernel, &(struct hook_type) {.name = name, .kind = kind});
}

size_t hook_count(const struct hooks *hooks, const char *glob)
{
	const struct kernel *kernel = hooks->kernel;
	size_t cnt = 0;

	for (size_t i = 0; i < kernel->traceable_cnt; i++)
		cnt += glob_any(&glob, 1, kernel->traceable[i]);
	for (size_t i = 0; !kernel->traceable && kernel->symbols && i < kernel->symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &kernel->symbols->list[i];
		cnt += symbol_is_function(symbol) && glob_any(&glob, 1, symbol->name);
	}
	return cnt;
}

static bool has_call(struct hooks *hooks, const char *prefix, const char *name, const char **symbol)
{
	*symbol = pool_printf(hooks->pool, "%s%s", prefix, name);
	return *symbol && hook_symbols(hooks, *symbol).function_cnt;
}

const char *hook_syscall_symbol(struct hooks *hooks, const char *name)
{
	const char *symbol;

	for (size_t i = 0; symbol_syscall_prefixes[i]; i++) {
		if (has_call(hooks, symbol_syscall_prefixes[i], name, &symbol))
			return symbol;
		/* All calls have the wrapper's prefix, and sys_copyarea() of fbdev is no call. */
		if (i < SYMBOL_SYSCALL_WRAPPERS && has_call(hooks, symbol_syscall_prefixes[i], "read", &symbol))
			return NULL;
	}
	return NULL;
}

const char *hook_syscall_name(const char *symbol)
{
	for (const char *const *prefix = symbol_syscall_prefixes; *prefix; prefix++) {
		size_t len = strlen(*prefix);
		if (!strncmp(symbol, *prefix, len))
			return symbol + len;
	}
	return NULL;
}

bool hook_is_stub(const struct hooks *hooks, const char *symbol)
{
	const struct kernel_symbol *first = hook_symbols(hooks, symbol).first;

	return first && (first->type == 'W' || first->type == 'w');
}

enum tristate hook_listed(
	const struct hooks *hooks, const char *const *names, size_t cnt, const char *name)
{
	const struct kernel_symbol *first = hook_symbols(hooks, name).first;

	if (names_count(names, cnt, name))
		return TRISTATE_YES;
	if (!first)
		return TRISTATE_NO;
	if (!first->address)
		return TRISTATE_UNKNOWN;
	const struct kernel_symbol *other = symbol_index_first_at(hooks->index, first->address);
	for (; other; other = symbol_index_next_at(hooks->index, other)) {
		if (names_count(names, cnt, other->name))
			return TRISTATE_YES;
	}
	return TRISTATE_NO;
}
