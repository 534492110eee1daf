/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files about what programs attach to; private to the folder. */
#ifndef KCOMPAT_INVENTORY_HOOKS_H
#define KCOMPAT_INVENTORY_HOOKS_H

#include "inventory/inventory.h"

struct hooks {
	const struct kernel *kernel;
	struct pool *pool;
	struct symbol_index *index; /* NULL: no symbols */
};

/* The symbols of exactly one name. */
struct hook_symbols {
	size_t function_cnt, data_cnt;
	const struct kernel_symbol *first; /* the first function */
	const char *changed;               /* "f.isra.0" if no symbol is "f" itself; NULL: none */
};
struct hook_symbols hook_symbols(const struct hooks *hooks, const char *name);
/* Why a symbol may exist that the list lacks; NULL: the list is complete. */
const char *hook_symbols_doubt(const struct hooks *hooks);

/* May a module (or "vmlinux") have the type? Not if the target names another one. */
bool hook_type_is_in(const struct hook_type *type, const char *module);

/* FUNCTION of "MODULE:FUNCTION+OFFSET" of a kprobe; NULL: no memory. */
const char *hook_function_name(const struct hooks *hooks, const struct section *section);
bool hook_has_offset(const struct section *section);

/*
 * Is the function in a list of the kernel, which has one name for each address? Another symbol of the
 * same address may stand for it: __ia32_sys_getppid for __x64_sys_getppid. Unknown if the addresses are
 * hidden.
 */
enum tristate hook_listed(
	const struct hooks *hooks, const char *const *names, size_t cnt, const char *name);

/* Each sets *ret and returns an error only without memory. `format` makes the reason. */
struct error *hook_say(struct hooks *hooks, struct hook_answer *ret, enum tristate value,
	enum hook_need need, const char *format, ...) __attribute__((format(printf, 5, 6)));
struct error *hook_yes(struct hook_answer *ret);

/* Counts the functions that match a glob, among those that ftrace can trace, else all symbols. */
size_t hook_count(const struct hooks *hooks, const char *glob);

/* Does the ELF file of a uprobe or a USDT mark have it? The file is on this machine. */
struct error *hook_in_file(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret);

#endif
