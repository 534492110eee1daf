/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What BTF proves: its base, and whether its functions are in a list of symbols. */
#include "input/join_judge.h"

#include <string.h>

#include "btf/btf.h"
#include "kernel/kernel.h"
#include "image/image.h"
#include "util/array.h"

/* With fewer functions, equal names can be chance. */
#define FUNCTION_MIN 64
/* In an incomplete list, one function in so many may be missing for an unknown reason. */
#define ODD_ONES 1000

bool input_kernel_btf(const struct input_kernel *kernel, const unsigned char **data, size_t *size,
	const char **name)
{
	struct input_item *const items[] = {kernel->image, kernel->debug};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		if (items[i] && items[i]->image && image_btf(items[i]->image, data, size)) {
			*name = items[i]->name;
			return true;
		}
	}
	if (!kernel->btf)
		return false;
	*data = kernel->btf->data;
	*size = kernel->btf->size_bytes;
	*name = kernel->btf->name;
	return true;
}

/* Damaged BTF disproves nothing: only lack of memory is returned. */
static struct error *forgive(struct error *error)
{
	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	return NULL;
}

static struct error *take_types(struct input_kernel *kernel)
{
	const unsigned char *data;
	const char *name;
	size_t size;

	if (kernel->types || !input_kernel_btf(kernel, &data, &size, &name))
		return NULL;
	return forgive(kbtf_create((void *)data, size, KBTF_BORROWED, NULL, &kernel->types));
}

struct error *judge_split(struct pool *pool, struct input_kernel *kernel, const void *data,
	size_t size, enum judgement *ret, const char **why)
{
	struct kbtf *split = NULL;
	struct error *error = take_types(kernel);

	*ret = JUDGE_NO;
	if (error)
		return error;
	if (!kernel->types)
		return judge_say(pool, why, "that kernel has no BTF to extend");
	error = kbtf_create((void *)data, size, KBTF_BORROWED, kernel->types, &split);
	if (!error)
		error = kbtf_split_check(split, kernel->types);
	kbtf_destroy(split);
	if (!error) {
		*ret = JUDGE_YES;
		return NULL;
	}
	if (error->code == ERROR_NO_MEMORY)
		return error;
	struct error *said = judge_say(pool, why, "%s", error->what);
	error_free(error);
	return said;
}

/* resolve_btfids(8) of linux 7.0 and newer adds such names for some kfuncs. No symbol has them. */
static size_t without_impl(const char *name)
{
	static const char suffix[] = "_impl";
	size_t len = strlen(name), suffix_len = sizeof(suffix) - 1;

	return len > suffix_len && !strcmp(name + len - suffix_len, suffix) ? len - suffix_len
									    : len;
}

static struct error *join_btf_has_symbol(
	struct pool *pool, const struct symbol_index *index, const char *name, bool *ret)
{
	size_t len = symbol_base_length(name, NULL), plain = without_impl(name);
	char *base = pool_strndup(pool, name, len);

	if (!base)
		return error_no_memory();
	*ret = symbol_index_first(index, base);
	if (*ret || plain >= len)
		return NULL;
	base[plain] = '\0';
	*ret = symbol_index_first(index, base);
	return NULL;
}

/*
 * Without KALLSYMS_ALL, kallsyms has only symbols between _stext and _etext, and between _sinittext
 * and _einittext (linux scripts/kallsyms.c). Functions in .exit.text are missing. Their names say
 * so.
 */
static bool names_an_end(const char *name)
{
	static const char *const words[] = {
		"exit", "fini", "cleanup", "remove", "unregister", "deinit"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strstr(name, words[i]))
			return true;
	}
	return false;
}

struct tally {
	size_t cnt, missing, ends; /* ends: missing exit functions */
	const char *example;       /* another missing function; in the BTF */
};

static struct error *count_functions(
	const struct kbtf *btf, const struct symbol_index *index, struct tally *tally)
{
	_cleanup_pool_ struct pool scratch = {0};
	struct error *error = NULL;

	for (uint32_t id = 1; id < kbtf_type_cnt(btf) && !error; id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		bool found = false;
		if (kbtf_kind(type) != BTF_KIND_FUNC)
			continue;
		error = join_btf_has_symbol(&scratch, index, kbtf_name(btf, type), &found);
		tally->cnt++;
		if (found)
			continue;
		bool end = names_an_end(kbtf_name(btf, type));
		tally->missing++;
		tally->ends += end;
		if (!end || !tally->example)
			tally->example = kbtf_name(btf, type);
	}
	return error;
}

static struct error *judge_tally(struct pool *pool, const struct tally *tally, bool whole,
	enum judgement *ret, const char **why)
{
	size_t missing = tally->missing - (whole ? 0 : tally->ends);

	*ret = JUDGE_UNPROVEN;
	if (tally->cnt < FUNCTION_MIN)
		return NULL;
	if (!missing) {
		*ret = JUDGE_LIKELY;
		return judge_say(pool, why, "its symbols contain all %zu functions of that BTF%s",
			tally->cnt - tally->missing, tally->missing ? " except in .exit.text" : "");
	}
	if (!whole && missing <= tally->cnt / ODD_ONES)
		return NULL;
	*ret = JUDGE_NO;
	return judge_say(pool, why,
		"its symbols lack %zu of the %zu functions of that BTF, such as %s", missing,
		tally->cnt, tally->example);
}

struct error *judge_functions(struct pool *pool, const struct input_item *btf,
	const struct kernel_symbols *symbols, enum judgement *ret, const char **why)
{
	struct symbol_index *index = NULL;
	struct kbtf *types = NULL;
	struct tally tally = {0};
	struct error *error = forgive(
		kbtf_create(btf->data, btf->size_bytes, KBTF_BORROWED, NULL, &types));

	*ret = JUDGE_UNPROVEN;
	if (!error && types)
		error = symbol_index_create(symbols, &index);
	if (!error && types)
		error = count_functions(types, index, &tally);
	if (!error)
		error = judge_tally(pool, &tally, symbols_list_data(symbols), ret, why);
	symbol_index_destroy(index);
	kbtf_destroy(types);
	return error;
}
