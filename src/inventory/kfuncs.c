/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/inventory.h"
#include "util/embed.h"
#include "util/lines.h"
#include "btf/decl.h"
#include "util/glob.h"
#include "util/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAG_KFUNC "bpf_kfunc"
#define TAG_FASTCALL "bpf_fastcall"

struct search {
	struct kernel *kernel;
	const char *const *names;
	size_t name_cnt;
	struct pool *pool;
	struct kfunc_candidates *candidates;
};

struct error *kfuncs_add(
	struct pool *pool, struct kfunc_candidates *candidates, struct kfunc_candidate candidate)
{
	struct kfunc_candidate *list = pool_grow(
		pool, candidates->list, candidates->cnt, &candidates->cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	candidates->list = list;
	list[candidates->cnt++] = candidate;
	return NULL;
}

static struct kfunc_candidate *find_candidate(
	struct kfunc_candidates *candidates, const struct kernel_module *module, uint32_t btf_id)
{
	for (size_t i = 0; i < candidates->cnt; i++) {
		if (candidates->list[i].btf_id == btf_id && candidates->list[i].module == module)
			return &candidates->list[i];
	}
	return NULL;
}

static struct error *add_source(struct search *search, const struct kernel_module *module,
	uint32_t btf_id, const char *name, enum kfunc_source source)
{
	struct kfunc_candidate *known = find_candidate(search->candidates, module, btf_id);

	if (known) {
		known->found_by |= 1u << source;
		return NULL;
	}
	return kfuncs_add(search->pool, search->candidates,
		(struct kfunc_candidate) {
			.name = name, .module = module, .btf_id = btf_id, .found_by = 1u << source});
}

static struct error *take_tag(struct search *search, const struct kbtf *btf,
	const struct kernel_module *module, const struct btf_type *tag)
{
	const struct btf_type *func = kbtf_type(btf, tag->type);
	const char *tag_name = kbtf_name(btf, tag);
	const char *name = kbtf_name(btf, func);

	/* component_idx -1: the tag belongs to the function, not to a parameter. */
	if (!func || kbtf_kind(func) != BTF_KIND_FUNC || tag->type < kbtf_first_id(btf) ||
		((const struct btf_decl_tag *)kbtf_tail(tag))->component_idx != -1)
		return NULL;
	if (!strcmp(tag_name, TAG_KFUNC)) {
		search->candidates->tagged = true;
		if (glob_any(search->names, search->name_cnt, name))
			return add_source(search, module, tag->type, name, KFUNC_SOURCE_TAG);
	}
	return NULL;
}

static struct error *find_tagged(
	struct search *search, const struct kbtf *btf, const struct kernel_module *module)
{
	struct error *error = NULL;

	for (uint32_t id = kbtf_first_id(btf); !error && id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) == BTF_KIND_DECL_TAG)
			error = take_tag(search, btf, module, type);
	}
	return error;
}

static void note_fastcall(
	struct search *search, const struct kbtf *btf, const struct kernel_module *module)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) != BTF_KIND_DECL_TAG || strcmp(kbtf_name(btf, type), TAG_FASTCALL))
			continue;
		struct kfunc_candidate *candidate = find_candidate(search->candidates, module, type->type);
		if (candidate)
			candidate->fastcall = true;
	}
}

/* Adds every function of that name: in vmlinux, then in every module. */
static struct error *add_by_name(struct search *search, const char *name, enum kfunc_source source)
{
	struct kernel *kernel = search->kernel;
	uint32_t id = kbtf_find(kernel->btf, name, BTF_KIND_FUNC);
	struct error *error = id ? add_source(search, NULL, id,
					   kbtf_name(kernel->btf, kbtf_type(kernel->btf, id)), source)
				 : NULL;

	for (size_t i = 0; i < kernel->module_cnt && !error; i++) {
		const struct kernel_module *module = &kernel->modules[i];
		id = kbtf_find(module->btf, name, BTF_KIND_FUNC);
		if (id >= kbtf_first_id(module->btf))
			error = add_source(
				search, module, id, kbtf_name(module->btf, kbtf_type(module->btf, id)), source);
	}
	return error;
}

static struct error *find_shipped(struct search *search)
{
	struct error *error = NULL;
	size_t len;

	for (const char *at = embed_kfuncs, *line; !error && list_next_line(&at, &line, &len);) {
		const char *name = pool_intern(search->pool, line, len);
		if (!name)
			return error_no_memory();
		if (glob_any(search->names, search->name_cnt, name))
			error = add_by_name(search, name, KFUNC_SOURCE_SHIPPED);
	}
	return error;
}

static struct error *find_given(struct search *search)
{
	struct error *error = NULL;

	for (size_t i = 0; i < search->name_cnt && !error; i++) {
		if (!strpbrk(search->names[i], "*?[\\"))
			error = add_by_name(search, search->names[i], KFUNC_SOURCE_GIVEN);
	}
	return error;
}

static int compare_candidates(const void *a, const void *b)
{
	const struct kfunc_candidate *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	order = strcmp(x->module ? x->module->name : "", y->module ? y->module->name : "");
	return order ? order : order_numbers(x->btf_id, y->btf_id);
}

void kfuncs_sort(struct kfunc_candidates *candidates)
{
	if (candidates->cnt)
		qsort(candidates->list, candidates->cnt, sizeof(*candidates->list), compare_candidates);
}

/* An index costs as much as a dozen look-ups. */
static struct error *index_btf(struct kernel *kernel)
{
	struct error *error = kbtf_index(kernel->btf);

	for (size_t i = 0; i < kernel->module_cnt && !error; i++)
		error = kbtf_index(kernel->modules[i].btf);
	return error;
}

struct error *kfuncs_find(struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct pool *pool, struct kfunc_candidates *candidates)
{
	struct search search = {kernel, names, name_cnt, pool, candidates};
	struct error *error = NULL;

	*candidates = (struct kfunc_candidates) {0};
	if (!kernel->btf)
		return NULL;
	if (!name_cnt)
		error = index_btf(kernel);
	if (!error)
		error = find_tagged(&search, kernel->btf, NULL);
	for (size_t i = 0; i < kernel->module_cnt && !error; i++)
		error = find_tagged(&search, kernel->modules[i].btf, &kernel->modules[i]);
	if (!error)
		error = find_shipped(&search);
	if (!error)
		error = find_given(&search);
	if (error)
		return error;
	note_fastcall(&search, kernel->btf, NULL);
	for (size_t i = 0; i < kernel->module_cnt; i++)
		note_fastcall(&search, kernel->modules[i].btf, &kernel->modules[i]);
	kfuncs_sort(candidates);
	return NULL;
}

static const struct kbtf *candidate_btf(
	const struct kernel *kernel, const struct kfunc_candidate *candidate)
{
	return candidate->module ? candidate->module->btf : kernel->btf;
}

static struct error *describe_one(const struct kernel *kernel,
	const struct kfunc_candidate *candidate, struct snapshot *snapshot, struct snapshot_kfunc *kfunc)
{
	_cleanup_buf_ struct buf prototype = {0};

	kbtf_print_func(candidate_btf(kernel, candidate), candidate->btf_id, &prototype);
	*kfunc = (struct snapshot_kfunc) {
		.name = pool_strdup(&snapshot->pool, candidate->name),
		.module = pool_strdup(&snapshot->pool, candidate->module ? candidate->module->name : "vmlinux"),
		.prototype = pool_strdup(&snapshot->pool, buf_text(&prototype)),
		.found_by = candidate->found_by,
		.cells = pool_calloc(&snapshot->pool, snapshot->context_cnt, sizeof(struct cell)),
	};
	if (!kfunc->name || !kfunc->module || !kfunc->prototype || !kfunc->cells)
		return error_no_memory();
	return NULL;
}

struct error *kfuncs_describe(const struct kernel *kernel,
	const struct kfunc_candidates *candidates, struct snapshot *snapshot)
{
	struct error *error = NULL;

	snapshot->kfuncs = pool_calloc(&snapshot->pool, candidates->cnt, sizeof(*snapshot->kfuncs));
	if (!snapshot->kfuncs)
		return error_no_memory();
	snapshot->kfunc_cnt = candidates->cnt;
	for (size_t i = 0; i < candidates->cnt && !error; i++)
		error = describe_one(kernel, &candidates->list[i], snapshot, &snapshot->kfuncs[i]);
	return error;
}
