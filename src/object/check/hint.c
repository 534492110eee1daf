/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where else a need is met: which kernels have a type, field, enumerator or function, and what a field is probably
 * called here. Only the kernels of one architecture are compared.
 */
#include "object/check/parts.h"
#include "kernel/context.h"
#include "util/version.h"

#include <string.h>

struct hinting {
	struct check *check;
	const struct check_past *past;
	const struct check_object *checked;
	const struct check_kernel *kernel;
	const struct kbtf *types; /* of the kernel; NULL: it has none */
	bool *has; /* [past->cnt]: of the need that is looked at */
	struct error *error;
};

static const struct kbtf *types_of(const struct check_kernel *kernel, const struct check_past *past)
{
	const char *digest = kernel->scope.snapshot->kernel.btf_sha256;

	if (kernel->scope.files)
		return kernel->scope.files->btf;
	for (size_t i = 0; digest && i < past->cnt; i++) {
		if (!strcmp(past->list[i].btf_sha256, digest))
			return past->list[i].btf;
	}
	return NULL;
}

static bool is_comparable(const struct hinting *hinting, size_t at)
{
	return !strcmp(hinting->past->list[at].arch, hinting->kernel->arch);
}

static unsigned int version_at(const struct hinting *hinting, size_t at)
{
	return version_parse(hinting->past->list[at].version);
}

/* The nearest older and newer kernels that have it; SIZE_MAX: none. */
struct around {
	size_t older, newer;
};

static struct around look_around(const struct hinting *hinting)
{
	unsigned int here = version_parse(hinting->kernel->version);
	struct around around = {SIZE_MAX, SIZE_MAX};

	for (size_t i = 0; i < hinting->past->cnt; i++) {
		if (!is_comparable(hinting, i) || !hinting->has[i])
			continue;
		if (version_at(hinting, i) < here)
			around.older = i;
		else if (version_at(hinting, i) > here && around.newer == SIZE_MAX)
			around.newer = i;
	}
	return around;
}

/* What no kernel of this architecture has: the types of registers, for example. */
static void put_architectures(const struct hinting *hinting, struct buf *out)
{
	const struct check_past *past = hinting->past;
	size_t cnt = 0;

	for (size_t i = 0; i < past->cnt; i++) {
		bool again = is_comparable(hinting, i);
		for (size_t k = 0; k < i && !again; k++)
			again = hinting->has[k] && !strcmp(past->list[k].arch, past->list[i].arch);
		if (hinting->has[i] && !again)
			buf_printf(out, "%s%s", cnt++ ? ", " : "only kernels of ", past->list[i].arch);
	}
	if (cnt)
		buf_puts(out, " have it");
}

/* "other kernels have it up to 5.10 and from 7.0 on" */
static void put_around(const struct hinting *hinting, struct around around, struct buf *out)
{
	const struct check_past_kernel *list = hinting->past->list;

	if (around.older == SIZE_MAX && around.newer == SIZE_MAX) {
		put_architectures(hinting, out);
		return;
	}
	buf_puts(out, "shipped kernels have it");
	if (around.older != SIZE_MAX)
		buf_printf(out, " up to %s", list[around.older].version);
	if (around.newer != SIZE_MAX)
		buf_printf(out, "%s from %s on", around.older != SIZE_MAX ? " and" : "",
			list[around.newer].version);
}

static void take_text(struct hinting *hinting, const struct buf *text, struct check_need *need)
{
	if (text->failed)
		hinting->error = hinting->error ? hinting->error : error_no_memory();
	else if (text->len)
		need->hint = pool_strdup(&hinting->check->pool, buf_text(text));
}

/* Does a kernel have what CO-RE looks up? */
static struct error *resolves(
	const struct hinting *hinting, const struct check_need *need, const struct check_past_kernel *kernel, bool *ret)
{
	const struct object *object = hinting->checked->object;
	struct core_target *target = NULL;
	struct core_relocator *relocator = NULL;
	struct core_result result = {.outcome = CORE_POISONED};
	struct error *error = core_target_create((struct kbtf *)kernel->btf, NULL, 0, &target);

	if (!error)
		error = core_relocator_create(object->btf, object->big_endian, target, &relocator);
	if (!error)
		error = core_resolve(
			relocator, need->core->type_id, need->core->kind, need->core->access, &result);
	*ret = !error && result.outcome == CORE_RESOLVED && !result.reason;
	core_relocator_destroy(relocator);
	core_target_destroy(target);
	return error;
}

static void hint_core(struct hinting *hinting, struct check_need *need)
{
	const struct object_core *core = need->core;
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf text = {0};
	const char *renamed = NULL;

	for (size_t i = 0; i < hinting->past->cnt && !hinting->error; i++)
		hinting->error = resolves(hinting, need, &hinting->past->list[i], &hinting->has[i]);
	if (hinting->error)
		return;
	struct around around = look_around(hinting);
	size_t nearest = around.older != SIZE_MAX ? around.older : around.newer;
	put_around(hinting, around, &text);
	if (nearest != SIZE_MAX &&
		!core_find_renamed(hinting->checked->object->btf, core->type_id, core->kind,
			core->access, hinting->past->list[nearest].btf, hinting->types, &pool, &renamed))
		hinting->error = error_no_memory();
	if (renamed)
		buf_printf(&text, "; here it is probably called %s", renamed);
	take_text(hinting, &text, need);
}

/* A function that a section names as its target. */
static void hint_function(struct hinting *hinting, const char *function, struct check_need *need)
{
	_cleanup_buf_ struct buf text = {0};

	if (kbtf_find(hinting->types, function, BTF_KIND_FUNC))
		return;
	for (size_t i = 0; i < hinting->past->cnt; i++)
		hinting->has[i] = kbtf_find(hinting->past->list[i].btf, function, BTF_KIND_FUNC);
	put_around(hinting, look_around(hinting), &text);
	for (size_t i = 0; i < hinting->past->cnt && !hinting->error; i++) {
		_cleanup_buf_ struct buf forms = {0};
		if (hinting->past->list[i].btf != hinting->types)
			continue;
		hinting->error = hinting->past->forms(hinting->past->context, hinting->past->list[i].number, function, &forms);
		if (forms.len)
			buf_printf(&text, "%sthe compiler made %s of it", text.len ? "; " : "",
				buf_text(&forms));
	}
	take_text(hinting, &text, need);
}

/* kfuncs and helpers: the list of what Linux added when. */
static void hint_call(struct hinting *hinting, struct check_need *need)
{
	_cleanup_buf_ struct buf text = {0};

	hinting->past->since(need->name, hinting->kernel->version, &text);
	take_text(hinting, &text, need);
}

/* What a configuration switches off. */
static void hint_option(struct hinting *hinting, const char *option, struct check_need *need)
{
	_cleanup_buf_ struct buf text = {0};

	if (!option)
		return;
	buf_printf(&text, "only with %s, which the kernel's configuration lacks", option);
	take_text(hinting, &text, need);
}

static bool is_hintable(const struct check_need *need)
{
	return need->state != CHECK_MET && need->state != CHECK_BLOCKED && !need->hint;
}

static void hint_need(
	struct hinting *hinting, const struct check_program *program, struct check_need *need)
{
	struct section section;

	/* BTF that was given alone names no architecture, so no other kernel can be compared. */
	if (!is_hintable(need) || !strcmp(hinting->kernel->arch, "?"))
		return;
	if (need->kind == CHECK_NEEDS_CONTEXT && need->state == CHECK_UNMET && program->context)
		hint_option(hinting, check_option_of_context(hinting->kernel, program->context), need);
	if (need->kind == CHECK_NEEDS_STRUCT_OPS && need->state == CHECK_UNMET)
		hint_option(hinting, check_option_of_name(hinting->kernel, need->name), need);
	if (need->hint)
		return;
	if (need->kind == CHECK_NEEDS_CORE && need->core && hinting->types)
		hint_core(hinting, need);
	else if ((need->kind == CHECK_NEEDS_CONTEXT || need->kind == CHECK_NEEDS_ATTACH) &&
		hinting->types && section_parse(program->section, &section) && section.target &&
		(section.kind == SECTION_FUNCTION || section.kind == SECTION_KPROBE ||
			section.kind == SECTION_KRETPROBE))
		hint_function(hinting, section.target, need);
	else if (need->state != CHECK_UNMET)
		return;
	else if (need->kind == CHECK_NEEDS_KFUNC || need->kind == CHECK_NEEDS_HELPER ||
		need->kind == CHECK_NEEDS_EXTERN)
		hint_call(hinting, need);
}

/* Programs of one object often lack the same. */
static const char *find_known(
	const struct check_object *checked, size_t kernel, size_t before, const struct check_need *need)
{
	for (size_t i = 0; i < before; i++) {
		const struct check_cell *cell = &checked->programs[i].cells[kernel];
		for (size_t k = 0; k < cell->need_cnt; k++) {
			const struct check_need *other = &cell->needs[k];
			if (other->kind == need->kind && other->hint && !strcmp(other->name, need->name))
				return other->hint;
		}
	}
	return NULL;
}

static struct error *hint_object(struct hinting *hinting, size_t kernel)
{
	const struct check_object *checked = hinting->checked;

	for (size_t i = 0; i < checked->program_cnt; i++) {
		struct check_cell *cell = &checked->programs[i].cells[kernel];
		for (size_t k = 0; k < cell->need_cnt && !hinting->error; k++) {
			struct check_need *need = &cell->needs[k];
			if (is_hintable(need))
				need->hint = find_known(checked, kernel, i, need);
			hint_need(hinting, &checked->programs[i], need);
		}
	}
	return hinting->error;
}

bool check_wants_hints(const struct check *check)
{
	for (size_t i = 0; i < check->object_cnt; i++) {
		for (size_t j = 0; j < check->objects[i].program_cnt; j++) {
			for (size_t k = 0; k < check->kernel_cnt; k++) {
				const struct check_cell *cell = &check->objects[i].programs[j].cells[k];
				if (cell->first && is_hintable(cell->first))
					return true;
			}
		}
	}
	return false;
}

struct error *check_hint(struct check *check, const struct check_past *past)
{
	_cleanup_pool_ struct pool pool = {0};
	struct hinting hinting = {.check = check,
		.past = past,
		.has = pool_calloc(&pool, past->cnt + 1, sizeof(*hinting.has))};
	struct error *error = hinting.has ? NULL : error_no_memory();

	for (size_t k = 0; k < check->kernel_cnt && !error; k++) {
		hinting.kernel = &check->kernels[k];
		hinting.types = types_of(hinting.kernel, past);
		for (size_t i = 0; i < check->object_cnt && !error; i++) {
			hinting.checked = &check->objects[i];
			error = hint_object(&hinting, k);
		}
	}
	return error;
}
