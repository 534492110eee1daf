/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enumerator: from the enums of the running kernel's BTF, also those without a name. */
#include <inttypes.h>
#include <string.h>

#include "require/near.h"
#include "require/rules.h"

static bool is_enum(const struct btf_type *type)
{
	return kbtf_kind(type) == BTF_KIND_ENUM || kbtf_kind(type) == BTF_KIND_ENUM64;
}

uint32_t require_find_enumerator(const struct kbtf *btf, const char *name, int64_t *value)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (is_enum(type) && kbtf_enum_value(btf, id, name, value))
			return id;
	}
	return 0;
}

static const char *near_enumerator(struct require_context *context, const char *name)
{
	const struct kbtf *btf = context->scope->files->btf;
	struct suggestion near = {0};

	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		for (uint32_t i = 0; is_enum(type) && i < kbtf_vlen(type); i++) {
			uint32_t name_off;
			kbtf_enumerator(type, i, &name_off);
			suggest_consider(&near, name, kbtf_string(btf, name_off));
		}
	}
	return require_near(context, &near);
}

static const char *enumerator_reason(struct require_context *context, const struct kbtf *btf,
	uint32_t id, int64_t value, const char *where)
{
	const char *type = kbtf_name(btf, kbtf_type(btf, id));

	return require_reason(context, "present in %s: %s%s, value %" PRId64, where,
		*type ? "enum " : "an enum without a name", type, value);
}

struct require_verdict require_enumerator(
	struct require_context *context, const struct require_node *node)
{
	const struct kernel *kernel = context->scope->files;
	struct require_verdict verdict = {.value = TRISTATE_YES, .state = "present"};
	int64_t value;
	uint32_t id;

	if (require_without_btf(context, &verdict))
		return verdict;
	id = require_find_enumerator(kernel->btf, node->name, &value);
	if (id) {
		verdict.reason = enumerator_reason(context, kernel->btf, id, value, "the kernel's BTF");
		return verdict;
	}
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		const struct kernel_module *module = &kernel->modules[i];
		id = require_find_enumerator(module->btf, node->name, &value);
		if (!id)
			continue;
		verdict.reason = enumerator_reason(context, module->btf, id, value,
			require_reason(context, "the BTF of module %s", module->name));
		return verdict;
	}
	if (require_modules_unread(context))
		return (struct require_verdict) {
			.reason = require_reason(context,
				"no enum in the kernel's BTF has %s; the BTF of its modules is not searched%s",
				node->name, near_enumerator(context, node->name))};
	return (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = "absent",
		.reason = require_reason(context, "absent: no enum in %s has %s%s",
			kernel->module_cnt ? "the BTF of the kernel and its loaded modules"
					   : "the kernel's BTF",
			node->name, near_enumerator(context, node->name)),
	};
}
