/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_join.h"
#include "load_join_judge.h"

#include <stdlib.h>
#include <string.h>

static void joined_cleanup(struct input_joined **joined)
{
	input_joined_destroy(*joined);
}

void input_joined_destroy(struct input_joined *joined)
{
	if (!joined)
		return;
	pool_destroy(&joined->pool);
	free(joined);
}

static const struct input_item *main_item(const struct input_kernel *kernel)
{
	return kernel->image      ? kernel->image
		: kernel->btf     ? kernel->btf
		: kernel->symbols ? kernel->symbols
				  : NULL;
}

const char *input_kernel_name(const struct input_kernel *kernel)
{
	const struct input_item *item = main_item(kernel);

	return kernel->release ? kernel->release : item ? item->name : "unknown";
}

static struct error *add_text(
	struct pool *pool, const char ***list, size_t *cnt, size_t *cap, const char *text)
{
	const char **grown = pool_grow(pool, *list, *cnt, cap, sizeof(*grown));

	if (!grown || !text)
		return error_no_memory();
	*list = grown;
	grown[(*cnt)++] = text;
	return NULL;
}

static struct error *refuse(struct input_joined *joined, const char *text)
{
	return add_text(
		&joined->pool, &joined->refusals, &joined->refusal_cnt, &joined->refusal_cap, text);
}

static struct error *note(
	struct input_joined *joined, struct input_kernel *kernel, const char *text)
{
	return add_text(&joined->pool, &kernel->notes, &kernel->note_cnt, &kernel->note_cap, text);
}

/* "FILE (RELEASE)", or what is known of it. */
static const char *describe(struct pool *pool, const struct input_kernel *kernel)
{
	const struct input_item *item = main_item(kernel);

	if (!kernel->release || !item)
		return input_kernel_name(kernel);
	return pool_printf(pool, "%s (%s)", item->name, kernel->release);
}

static struct error *add_kernel(struct input_joined *joined, struct input_kernel **ret)
{
	struct input_kernel *list = pool_grow(&joined->pool, joined->kernels, joined->kernel_cnt,
		&joined->kernel_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	joined->kernels = list;
	*ret = &list[joined->kernel_cnt++];
	**ret = (struct input_kernel) {0};
	return NULL;
}

static struct input_item **slot(struct input_kernel *kernel, enum input_kind kind)
{
	switch (kind) {
	case INPUT_IMAGE:
		return &kernel->image;
	case INPUT_DEBUG:
		return &kernel->debug;
	case INPUT_BTF:
		return &kernel->btf;
	case INPUT_SYMBOLS:
		return &kernel->symbols;
	default:
		return &kernel->config;
	}
}

static bool has_debug(const struct input_item *item)
{
	return image_section(item->image, ".symtab") || image_section(item->image, ".debug_info");
}

/* A second image is the vmlinux of the first one's build, or says nothing new. */
static struct error *attach(
	struct input_joined *joined, struct input_kernel *kernel, struct input_item *item)
{
	struct input_item **place = slot(kernel, item->kind);

	if (item->kind == INPUT_IMAGE && has_debug(item) && !kernel->debug)
		kernel->debug = item;
	if (!*place) {
		*place = item;
		return NULL;
	}
	if (*place == item || item->kind == INPUT_IMAGE)
		return NULL;
	if (item->data && (*place)->size_bytes == item->size_bytes &&
		!memcmp((*place)->data, item->data, item->size_bytes))
		return NULL;
	return refuse(joined,
		pool_printf(&joined->pool, "%s: %s has another %s already: %s", item->name,
			input_kernel_name(kernel), input_kind_word(item->kind), (*place)->name));
}

static struct error *found_kernel(struct input_joined *joined, struct input_item *item)
{
	struct input_kernel *kernel = NULL;
	struct error *error = add_kernel(joined, &kernel);

	if (error)
		return error;
	kernel->release = item->release ? item->release : item->claimed_release;
	kernel->release_claimed = !item->release && item->claimed_release;
	return attach(joined, kernel, item);
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static struct error *join_image(struct input_joined *joined, struct input_item *item)
{
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		struct input_kernel *kernel = &joined->kernels[i];
		enum judgement judgement;
		const char *why = NULL;
		if (!same_text(kernel->release, item->release))
			continue;
		struct error *error = judge_item(&joined->pool, kernel, item, &judgement, &why);
		if (error)
			return error;
		if (judgement == JUDGE_YES)
			return attach(joined, kernel, item);
		return refuse(joined,
			pool_printf(&joined->pool, "%s: another build of the release of %s: %s",
				item->name, describe(&joined->pool, kernel),
				why ? why : "no proof"));
	}
	return found_kernel(joined, item);
}

/* The kernel an item may be of where nothing proves it. */
struct candidate {
	struct input_kernel *proven, *beside, *only;
	size_t beside_cnt, open_cnt; /* of the same input; unproven in all */
	const char *why;             /* the last one that was disproved */
	struct input_kernel *disproved;
};

static bool came_with(const struct input *input, const struct input_kernel *kernel)
{
	for (size_t i = 0; i < input_item_cnt(input); i++) {
		if (input_item(input, i) == main_item(kernel))
			return true;
	}
	return false;
}

static struct error *find_candidates(struct input_joined *joined, const struct input *input,
	const struct input_item *item, struct candidate *candidate)
{
	for (size_t i = 0; i < joined->kernel_cnt && !candidate->proven; i++) {
		struct input_kernel *kernel = &joined->kernels[i];
		enum judgement judgement;
		const char *why = NULL;
		struct error *error = judge_item(&joined->pool, kernel, item, &judgement, &why);
		if (error)
			return error;
		if (judgement == JUDGE_YES) {
			candidate->proven = kernel;
		} else if (judgement == JUDGE_NO) {
			candidate->disproved = kernel;
			candidate->why = why;
		} else {
			candidate->open_cnt++;
			candidate->only = kernel;
			if (came_with(input, kernel)) {
				candidate->beside_cnt++;
				candidate->beside = kernel;
			}
		}
	}
	return NULL;
}

static bool any_image(const struct input_joined *joined)
{
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		if (joined->kernels[i].image)
			return true;
	}
	return false;
}

/*
 * BTF or symbols alone make a kernel, a configuration never does. Beside an image only BTF does
 * that is named for another release: there are collections of such files.
 */
static bool stands_alone(const struct input_joined *joined, const struct input_item *item)
{
	bool btf = item->kind == INPUT_BTF;

	if (!btf && item->kind != INPUT_SYMBOLS)
		return false;
	if (any_image(joined) && (!btf || !item->claimed_release))
		return false;
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		if (item->claimed_release &&
			same_text(joined->kernels[i].release, item->claimed_release))
			return false;
	}
	return true;
}

static struct error *refuse_item(struct input_joined *joined, const struct input_item *item,
	const struct candidate *candidate)
{
	struct pool *pool = &joined->pool;
	const char *kind = input_kind_word(item->kind);

	if (candidate->open_cnt > 1)
		return refuse(joined,
			pool_printf(pool,
				"%s: nothing in this %s says of which of the %zu kernels it is",
				item->name, kind, joined->kernel_cnt));
	if (!candidate->disproved)
		return refuse(joined,
			pool_printf(pool,
				"%s: a %s tells nothing without its kernel: give that as well",
				item->name, kind));
	return refuse(joined,
		pool_printf(pool, "%s: a %s not of the kernel of %s: %s", item->name, kind,
			describe(pool, candidate->disproved), candidate->why));
}

static struct error *join_item(
	struct input_joined *joined, const struct input *input, struct input_item *item)
{
	struct candidate candidate = {0};
	struct error *error = find_candidates(joined, input, item, &candidate);

	if (error)
		return error;
	if (candidate.proven)
		return attach(joined, candidate.proven, item);
	if (candidate.beside_cnt == 1)
		return attach(joined, candidate.beside, item);
	if (stands_alone(joined, item))
		return found_kernel(joined, item);
	if (candidate.open_cnt != 1)
		return refuse_item(joined, item, &candidate);
	error = note(joined, candidate.only,
		pool_printf(&joined->pool,
			"%s: nothing in it proves that it is of %s, with which it was given",
			item->name, input_kernel_name(candidate.only)));
	return error ? error : attach(joined, candidate.only, item);
}

static struct error *join_kind(struct input_joined *joined, struct input *const *inputs,
	size_t input_cnt, enum input_kind kind)
{
	struct error *error = NULL;

	for (size_t i = 0; i < input_cnt; i++) {
		for (size_t j = 0; j < input_item_cnt(inputs[i]) && !error; j++) {
			struct input_item *item = input_item(inputs[i], j);
			if (item->kind != kind)
				continue;
			error = kind == INPUT_IMAGE ? join_image(joined, item)
						    : join_item(joined, inputs[i], item);
		}
	}
	return error;
}

static struct error *add_modules(
	struct input_joined *joined, struct input_kernel *kernel, struct input *input)
{
	struct input **list = pool_grow(&joined->pool, kernel->module_inputs,
		kernel->module_input_cnt, &kernel->module_input_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	kernel->module_inputs = list;
	list[kernel->module_input_cnt++] = input;
	return NULL;
}

/* A root directory has modules of several kernels: each kernel of the same input reads all. */
static struct error *join_modules(struct input_joined *joined, struct input *input)
{
	struct pool *pool = &joined->pool;
	const char *release = NULL;
	bool taken = false;

	struct error *error = input_module_release(input, &release);
	for (size_t i = 0; i < joined->kernel_cnt && !error; i++) {
		struct input_kernel *kernel = &joined->kernels[i];
		if (!same_text(kernel->release, release) && !came_with(input, kernel))
			continue;
		taken = true;
		error = add_modules(joined, kernel, input);
	}
	if (error || taken)
		return error;
	if (!joined->kernel_cnt)
		return refuse(joined,
			pool_printf(pool,
				"%s: modules build on their kernel's BTF: give its image or BTF as well%s%s",
				input_path(input), release ? ", of " : "", release ? release : ""));
	return refuse(joined,
		pool_printf(pool, "%s: modules of %s, the kernel of %s is another",
			input_path(input), release ? release : "a release they do not name",
			describe(pool, &joined->kernels[0])));
}

struct error *inputs_join(struct input *const *inputs, size_t input_cnt, struct input_joined **ret)
{
	/* What others are judged by comes first. */
	static const enum input_kind order[] = {
		INPUT_IMAGE, INPUT_DEBUG, INPUT_BTF, INPUT_SYMBOLS, INPUT_CONFIG};
	__attribute__((cleanup(joined_cleanup))) struct input_joined *joined =
		calloc(1, sizeof(*joined));
	struct error *error = joined ? NULL : error_no_memory();

	for (size_t i = 0; i < sizeof(order) / sizeof(*order) && !error; i++)
		error = join_kind(joined, inputs, input_cnt, order[i]);
	for (size_t i = 0; i < input_cnt && !error; i++) {
		if (input_has_modules(inputs[i]))
			error = join_modules(joined, inputs[i]);
	}
	if (error)
		return error;
	*ret = joined;
	joined = NULL;
	return NULL;
}

struct error *input_module_belongs(
	const struct input_kernel *kernel, const struct input_item *module)
{
	if (!kernel->release || kernel->release_claimed ||
		same_text(kernel->release, module->release))
		return NULL;
	return error_create(ERROR_INPUT, NULL, "%s: a module of %s, not of %s", module->name,
		module->release ? module->release : "an unknown release", kernel->release);
}
