/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the externs of an object are on a kernel (libbpf.c, bpf_object__resolve_externs()): kfuncs
 * and variables from BTF, with compatible types; symbols from /proc/kallsyms; options from the
 * configuration.
 */
#include "object/check/parts.h"
#include "object/check/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kernel *files_of(const struct world *world)
{
	return check_files_of(&world->kernel->scope);
}

/* The first type of that name in the kernel or a loaded module. */
const struct kbtf *world_find_type(
	const struct world *world, const char *name, unsigned int kind, uint32_t *id)
{
	const struct kernel *files = files_of(world);

	*id = kbtf_find(files->btf, name, kind);
	if (*id)
		return files->btf;
	for (size_t i = 0; i < files->module_cnt; i++) {
		if (!files->modules[i].btf)
			continue;
		*id = kbtf_find(files->modules[i].btf, name, kind);
		if (*id)
			return files->modules[i].btf;
	}
	return NULL;
}

static bool is_compatible(const struct world *world, const struct object_extern *wanted,
	const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *local = kbtf_type(world->object->btf, wanted->type_id);
	const struct btf_type *target = kbtf_type(btf, id);

	return core_types_are_compatible(world->object->btf, local->type, btf, target->type) > 0;
}

/* A variable's qualifiers do not matter. */
static bool is_compatible_variable(const struct world *world, const struct object_extern *wanted,
	const struct kbtf *btf, uint32_t id)
{
	uint32_t local = kbtf_type(world->object->btf, wanted->type_id)->type;
	uint32_t target = kbtf_type(btf, id)->type;

	local = kbtf_skip_modifiers(world->object->btf, local);
	target = kbtf_skip_modifiers(btf, target);
	return core_types_are_compatible(world->object->btf, local, btf, target) > 0;
}

static void set_absent(struct world_extern *ret, const char *reason)
{
	ret->state = EXTERN_ABSENT;
	ret->reason = reason;
}

/* An image does not say which modules will be loaded. */
static void not_found(
	const struct world *world, const char *name, struct world_extern *ret, const char *reason)
{
	if (world->kernel->scope.kernel) {
		set_absent(ret, reason);
		return;
	}
	if (check_option_of_name(world->kernel, name)) {
		set_absent(ret, CHECK_NOT_BUILT);
		return;
	}
	ret->state = EXTERN_UNKNOWN;
	ret->reason = "the kernel itself lacks it; a module may have it";
}

static struct error *resolve_kfunc(
	struct world *world, const struct object_extern *wanted, struct world_extern *ret)
{
	const char *name =
		pool_strndup(world->pool, wanted->name, core_essential_len(wanted->name));
	uint32_t id;

	if (!name)
		return error_no_memory();
	const struct kbtf *btf = world_find_type(world, name, BTF_KIND_FUNC, &id);
	if (!btf)
		not_found(world, name, ret,
			"the kernel and its loaded modules have no function of that name in BTF");
	else if (!is_compatible(world, wanted, btf, id))
		set_absent(ret, "the kernel's function has another prototype");
	else
		ret->state = EXTERN_PRESENT;
	return NULL;
}

static void resolve_variable(
	struct world *world, const struct object_extern *wanted, struct world_extern *ret)
{
	uint32_t id;
	const struct kbtf *btf = world_find_type(world, wanted->name, BTF_KIND_VAR, &id);

	if (!btf)
		not_found(world, wanted->name, ret,
			"the kernel and its loaded modules have no variable of that name in BTF");
	else if (!is_compatible_variable(world, wanted, btf, id))
		set_absent(ret, "the kernel's variable has another type");
	else
		ret->state = EXTERN_PRESENT;
}

/* A store has the data of its kernels, and finds it by name. */
static struct error *has_symbol(const struct world *world, const char *name, bool *ret)
{
	const struct kernel_symbols *symbols = files_of(world)->symbols;
	char type = 0;
	struct error *error = NULL;

	*ret = check_symbol_find(world->kernel->symbols, name);
	if (!*ret && symbols && symbols->find_data)
		error = symbols->find_data(symbols->data_source, name, &type);
	*ret |= !error && type;
	return error;
}

static struct error *resolve_address(
	struct world *world, const struct object_extern *wanted, struct world_extern *ret)
{
	const struct kernel_symbols *symbols = files_of(world)->symbols;
	bool found, lists_data = symbols && symbols_list_data(symbols);
	struct error *error = has_symbol(world, wanted->name, &found);

	if (error)
		return error;
	if (found)
		ret->state = EXTERN_PRESENT;
	else if (!lists_data || !kernel_symbols_are_whole(symbols))
		ret->reason = "the kernel's symbols were not read whole";
	else
		not_found(world, wanted->name, ret, "no symbol of that name in the kernel");
	return NULL;
}

/* "y", "m", a number or a text, for the type of the variable. */
static void option_value(const char *text, struct world_extern *ret)
{
	char *end;

	ret->state = EXTERN_PRESENT;
	if (!strcmp(text, "y") || !strcmp(text, "m")) {
		ret->has_value = true;
		ret->value = *text == 'y' ? 1 : 2; /* enum libbpf_tristate; a bool is never m */
		return;
	}
	errno = 0;
	long long number = strtoll(text, &end, 0);
	ret->has_value = end > text && !*end && !errno;
	ret->value = number;
}

/* A variable of the type char holds the letter itself. */
static bool is_char(const struct world *world, const struct object_extern *wanted)
{
	const struct btf_type *variable = kbtf_type(world->object->btf, wanted->type_id);
	const struct btf_type *type = kbtf_type(
		world->object->btf, kbtf_skip_modifiers(world->object->btf, variable->type));

	return type && kbtf_kind(type) == BTF_KIND_INT && type->size == 1 &&
		!strcmp(kbtf_name(world->object->btf, type), "char");
}

/* The identity of the running kernel or of an image; of a shipped one, that of its snapshot. */
static const struct kernel_identity *identity_of(const struct world *world)
{
	const struct kernel *files = files_of(world);

	if (files && files->identity.release)
		return &files->identity;
	return world->kernel->scope.snapshot ? &world->kernel->scope.snapshot->kernel : NULL;
}

/* uname(2) of Debian has the version in its text (libbpf.c, get_debian_kernel_version()). */
static const char *version_text(const struct kernel_identity *identity)
{
	const char *debian = identity->version ? strstr(identity->version, "Debian ") : NULL;

	return debian ? debian + strlen("Debian ") : identity->release;
}

static bool is_virtual(const struct world *world, const char *name, struct world_extern *ret)
{
	unsigned int major, minor, patch = 0;
	const struct kernel_identity *identity = identity_of(world);
	const char *text = identity ? version_text(identity) : NULL;

	if (strncmp(name, "LINUX_", 6))
		return false;
	ret->state = EXTERN_PRESENT;
	if (!strcmp(name, "LINUX_KERNEL_VERSION") && text &&
		sscanf(text, "%u.%u.%u", &major, &minor, &patch) >= 2) {
		ret->has_value = true;
		ret->value = (int64_t)major << 16 | minor << 8 | (patch > 255 ? 255 : patch);
	}
	return true;
}

static void resolve_option(
	struct world *world, const struct object_extern *wanted, struct world_extern *ret)
{
	const struct kernel *files = files_of(world);

	if (is_virtual(world, wanted->name, ret))
		return;
	if (!files || !files->environment.config_source) {
		ret->reason = "the kernel's configuration was not read";
		return;
	}
	const char *value = kernel_config_value(files, wanted->name);
	if (!value) {
		set_absent(ret, "the option is not set in the kernel's configuration");
		ret->has_value = true; /* the memory of .kconfig is zero there */
		return;
	}
	option_value(value, ret);
	if (is_char(world, wanted) && ret->has_value && (*value == 'y' || *value == 'm'))
		ret->value = *value;
}

static struct error *resolve_extern(
	struct world *world, const struct object_extern *wanted, struct world_extern *ret)
{
	const struct kernel *files = files_of(world);

	if (wanted->kind == OBJECT_EXTERN_KCONFIG) {
		resolve_option(world, wanted, ret);
		return NULL;
	}
	if (wanted->kind == OBJECT_EXTERN_UNKNOWN) {
		set_absent(ret, "the object's BTF does not describe it");
		return NULL;
	}
	if (wanted->kind == OBJECT_EXTERN_ADDRESS && files)
		return resolve_address(world, wanted, ret);
	if (!files || !files->btf) {
		ret->reason = "the kernel's types were not read";
		return NULL;
	}
	if (wanted->kind == OBJECT_EXTERN_KFUNC)
		return resolve_kfunc(world, wanted, ret);
	resolve_variable(world, wanted, ret);
	return NULL;
}

struct error *world_resolve_externs(struct world *world)
{
	struct error *error = NULL;

	for (uint32_t i = 0; i < world->object->extern_cnt && !error; i++)
		error = resolve_extern(world, &world->object->externs[i], &world->externs[i]);
	return error;
}
