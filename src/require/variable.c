/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * var: from BTF, which mostly has the variables with a value for each CPU (pahole --btf_encode), and from
 * the symbols of data, which have no type. A program finds the first with a type (libbpf's typed ksyms),
 * and all others by their address.
 */
#include <string.h>

#include "btf/decl.h"
#include "require/near.h"
#include "require/rules.h"

static struct require_verdict in_btf(
	struct require_context *context, const struct kbtf *btf, uint32_t id, const char *where)
{
	_cleanup_buf_ struct buf text = {0};
	const struct btf_type *type = kbtf_type(btf, id);

	kbtf_print_decl(btf, type->type, kbtf_name(btf, type), &text);
	context->no_memory |= text.failed;
	return (struct require_verdict) {
		.value = TRISTATE_YES,
		.state = "present",
		.reason = require_reason(context, "present in %s: %s", where, buf_text(&text)),
	};
}

static bool find_in_btf(
	struct require_context *context, const char *name, struct require_verdict *ret)
{
	const struct kernel *kernel = context->scope->files;
	struct hook_place place = kernel->btf ? hook_find_type(kernel, name, BTF_KIND_VAR)
					      : (struct hook_place) {0};

	if (!place.id)
		return false;
	*ret = in_btf(context, place.btf, place.id,
		place.module ? require_reason(context, "the BTF of module %s", place.module->name)
			     : "the kernel's BTF");
	return true;
}

/* NULL: the symbols have all variables of the kernel and of what else may have some. */
static const char *doubt(struct require_context *context)
{
	const struct kernel *kernel = context->scope->files;
	const struct kernel_symbols *symbols = kernel->symbols;

	if (!symbols)
		return kernel->symbols_missing ? kernel->symbols_missing : "the symbols were not read";
	if (!symbols_list_data(symbols))
		return "its symbols were read without those of data";
	if (symbols->odd_lines || symbols->cut)
		return symbols->odd_lines ? "some symbols could not be read" : "the symbols are truncated";
	/* A filter selects functions. */
	return symbols->module_filter ? "its modules were not searched for variables" : symbols->modules_missing;
}

static const char *near_variable(struct require_context *context, const char *name)
{
	return require_near_prefixed(context, name, "", BTF_KIND_VAR);
}

static struct require_verdict not_in_btf(struct require_context *context, const char *name)
{
	const struct kernel *kernel = context->scope->files;
	const char *why = doubt(context);
	char type = '\0';
	_cleanup_error_ struct error *error =
		kernel->symbols ? symbols_find_data(kernel->symbols, name, &type) : NULL;

	if (error)
		why = require_reason(context, "%s", error->what);
	else if (type)
		return (struct require_verdict) {
			.value = TRISTATE_YES,
			.state = "present",
			.reason = require_reason(context, "present: symbol %c %s; BTF has no type of it", type, name),
		};
	if (why)
		return (struct require_verdict) {
			.reason = require_reason(context,
				"unknown: BTF has no variable %s (it has those with a value for each CPU), and "
				"%s%s",
				name, why, near_variable(context, name)),
		};
	return (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = "absent",
		.reason = require_reason(context, "absent: neither the symbols nor BTF have a variable %s%s",
			name, near_variable(context, name)),
	};
}

struct require_verdict require_variable(
	struct require_context *context, const struct require_node *node)
{
	struct require_verdict verdict;

	if (!context->scope->files)
		return (struct require_verdict) {
			.reason = "the snapshot does not hold the variables of its kernel: ask the kernel itself"};
	return find_in_btf(context, node->name, &verdict) ? verdict : not_in_btf(context, node->name);
}
