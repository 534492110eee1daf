/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/input.h"
#include "input/join_judge.h"

#include <stdlib.h>
#include <string.h>

#include "btf/btf.h"
#include "image/image.h"
#include "util/array.h"

static void joined_cleanup(struct input_joined **joined)
{
	input_joined_destroy(*joined);
}

void input_joined_destroy(struct input_joined *joined)
{
	if (!joined)
		return;
	for (size_t i = 0; i < joined->kernel_cnt; i++)
		kbtf_destroy(joined->kernels[i].types);
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

/* `what` is in the pool; NULL: no memory. */
static struct error *join_refuse(struct input_joined *joined, const char *todo, const char *what)
{
	struct input_refusal *list = pool_grow(&joined->pool, joined->refusals,
		joined->refusal_cnt, &joined->refusal_cap, sizeof(*list));

	if (!list || !what)
		return error_no_memory();
	joined->refusals = list;
	list[joined->refusal_cnt++] = (struct input_refusal) {what, todo};
	return NULL;
}

static struct error *join_note(
	struct input_joined *joined, struct input_kernel *kernel, const char *text)
{
	const char **list = pool_grow(&joined->pool, kernel->notes, kernel->note_cnt,
		&kernel->note_cap, sizeof(*list));

	if (!list || !text)
		return error_no_memory();
	kernel->notes = list;
	list[kernel->note_cnt++] = text;
	return NULL;
}

/* "FILE (RELEASE)", or the known part. */
static const char *join_describe(struct pool *pool, const struct input_kernel *kernel)
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

static struct error *attach_split(
	struct input_joined *joined, struct input_kernel *kernel, struct input_item *item)
{
	struct input_item **list = pool_grow(&joined->pool, kernel->splits, kernel->split_cnt,
		&kernel->split_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	kernel->splits = list;
	list[kernel->split_cnt++] = item;
	return NULL;
}

/* A second image adds only debug information: it is the vmlinux of the same build. */
static struct error *join_attach(
	struct input_joined *joined, struct input_kernel *kernel, struct input_item *item)
{
	if (item->kind == INPUT_SPLIT)
		return attach_split(joined, kernel, item);
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
	return join_refuse(joined, "leave one of them out",
		pool_printf(&joined->pool, "%s: %s already has another %s: %s", item->name,
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
	if (kernel->release_claimed)
		error = join_note(joined, kernel,
			pool_printf(&joined->pool, "%s: the release comes only from its name",
				item->name));
	return error ? error : join_attach(joined, kernel, item);
}

static bool join_same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static struct error *join_image(struct input_joined *joined, struct input_item *item)
{
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		struct input_kernel *kernel = &joined->kernels[i];
		enum judgement judgement;
		const char *why = NULL;
		if (!join_same_text(kernel->release, item->release))
			continue;
		struct error *error = judge_item(&joined->pool, kernel, item, &judgement, &why);
		if (error)
			return error;
		if (judgement == JUDGE_YES)
			return join_attach(joined, kernel, item);
		return join_refuse(joined, "scan it by itself",
			pool_printf(&joined->pool, "%s: another build of the same release as %s: %s",
				item->name, join_describe(&joined->pool, kernel),
				why ? why : "no proof"));
	}
	return found_kernel(joined, item);
}

/* The kernels that an item may belong to, without proof. */
struct candidate {
	struct input_kernel *proven, *likely, *beside, *only;
	size_t likely_cnt, beside_cnt, open_cnt; /* in all kernels; in the same input; unproven */
	const char *why;                         /* the first disproved kernel */
	struct input_kernel *disproved;
	const char *likely_why;
};

static bool came_with(const struct input *input, const struct input_kernel *kernel)
{
	for (size_t i = 0; i < input_item_cnt(input); i++) {
		if (input_item(input, i) == main_item(kernel))
			return true;
	}
	return false;
}

static void take_judgement(struct candidate *candidate, struct input_kernel *kernel,
	enum judgement judgement, const char *why)
{
	switch (judgement) {
	case JUDGE_YES:
		candidate->proven = kernel;
		break;
	case JUDGE_LIKELY:
		candidate->likely_cnt++;
		candidate->likely = kernel;
		candidate->likely_why = why;
		break;
	case JUDGE_UNPROVEN:
		candidate->open_cnt++;
		candidate->only = kernel;
		break;
	case JUDGE_NO:
		if (candidate->disproved)
			break;
		candidate->disproved = kernel;
		candidate->why = why;
		break;
	}
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
		take_judgement(candidate, kernel, judgement, why);
		if (judgement == JUDGE_UNPROVEN && came_with(input, kernel)) {
			candidate->beside_cnt++;
			candidate->beside = kernel;
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
 * BTF or symbols alone make a kernel, a configuration never does. Beside an image, only BTF with
 * another release in its name makes a kernel: there are collections of such files. Symbols that do
 * not match the given BTF also make a kernel if their name has another release. A base always
 * makes a kernel.
 */
static bool stands_alone(const struct input_joined *joined, const struct input *input,
	const struct input_item *item, const struct candidate *candidate)
{
	bool btf = item->kind == INPUT_BTF;

	if (btf && input_role(input) == INPUT_ROLE_BASE)
		return true;
	if ((!btf && item->kind != INPUT_SYMBOLS) || candidate->likely_cnt)
		return false;
	if (any_image(joined) && (!btf || !item->claimed_release))
		return false;
	if (!btf && candidate->disproved && !item->claimed_release)
		return false;
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		if (item->claimed_release &&
			join_same_text(joined->kernels[i].release, item->claimed_release))
			return false;
	}
	return true;
}

/*
 * Symbols and BTF in one command that become two kernels: a note in both says so, because the user
 * expects one.
 */
static struct error *found_apart(
	struct input_joined *joined, struct input_item *item, const struct candidate *candidate)
{
	const struct input_kernel *other =
		candidate->disproved ? candidate->disproved : candidate->only;
	const char *why = candidate->disproved ? candidate->why : "nothing proves that they match";

	if (item->kind != INPUT_SYMBOLS || !other)
		return found_kernel(joined, item);
	size_t at = (size_t)(other - joined->kernels);
	const char *text = pool_printf(&joined->pool, "%s: not combined with %s: %s", item->name,
		main_item(other)->name, why);
	struct error *error = found_kernel(joined, item);
	if (!error)
		error = join_note(joined, &joined->kernels[at], text);
	return error ? error : join_note(joined, &joined->kernels[joined->kernel_cnt - 1], text);
}

/* The remedy for an item without a kernel. BTF and symbols alone are a kernel. */
static const char *remedy(const struct input_item *item)
{
	switch (item->kind) {
	case INPUT_BTF:
	case INPUT_SYMBOLS:
		return "scan it by itself";
	case INPUT_SPLIT:
		return "give its kernel's BTF or image with --base";
	default:
		return "give its own kernel, or leave it out";
	}
}

/* The message says which base the module needs. */
static struct error *refuse_split(struct input_joined *joined, const struct input_item *item)
{
	struct pool *pool = &joined->pool;
	uint32_t strings = 0;
	struct error *error =
		kbtf_split_base_strings(item->data, item->size_bytes, &strings);
	const char *what;

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	if (error)
		what = pool_printf(pool, "%s: %s", item->name, error->what);
	else if (strings)
		what = pool_printf(pool,
			"%s: a module's BTF, its base probably has %u bytes of strings",
			item->name, strings);
	else
		what = pool_printf(pool, "%s: a module's BTF, its base is missing",
			item->name);
	const char *todo = error ? NULL : remedy(item);
	error_free(error);
	return join_refuse(joined, todo, what);
}

/* Without any kernel, all of them need the same. One message, however many there are. */
static struct error *refuse_splits(
	struct input_joined *joined, struct input *const *inputs, size_t input_cnt)
{
	const struct input_item *first = NULL;
	size_t cnt = 0;

	for (size_t i = 0; i < input_cnt; i++) {
		for (size_t j = 0; j < input_item_cnt(inputs[i]); j++) {
			const struct input_item *item = input_item(inputs[i], j);
			if (item->kind != INPUT_SPLIT || input_role(inputs[i]) == INPUT_ROLE_DEBUG)
				continue;
			first = first ? first : item;
			cnt++;
		}
	}
	if (cnt <= 1)
		return first ? refuse_split(joined, first) : NULL;
	return join_refuse(joined, remedy(first),
		pool_printf(&joined->pool, "%s and %zu more: BTF of modules, their base is missing",
			first->name, cnt - 1));
}

static struct error *refuse_item(struct input_joined *joined, const struct input_item *item,
	const struct candidate *candidate)
{
	struct pool *pool = &joined->pool;
	const char *kind = input_kind_word(item->kind);

	if (candidate->open_cnt + candidate->likely_cnt > 1)
		return join_refuse(joined, "give only it and its kernel",
			pool_printf(pool,
				"%s: this %s fits several of the %zu kernels",
				item->name, kind, joined->kernel_cnt));
	if (!candidate->disproved)
		return join_refuse(joined, "give its kernel too",
			pool_printf(pool, "%s: a %s is useless without its kernel", item->name,
				kind));
	return join_refuse(joined, remedy(item),
		pool_printf(pool, "%s: this %s is not for the kernel of %s: %s", item->name, kind,
			join_describe(pool, candidate->disproved), candidate->why));
}

static struct error *attach_with_note(struct input_joined *joined, struct input_kernel *kernel,
	struct input_item *item, const char *text)
{
	struct error *error = join_note(joined, kernel, text);

	return error ? error : join_attach(joined, kernel, item);
}

static struct error *join_item(
	struct input_joined *joined, const struct input *input, struct input_item *item)
{
	struct candidate candidate = {0};
	struct pool *pool = &joined->pool;
	struct error *error = find_candidates(joined, input, item, &candidate);

	if (error)
		return error;
	if (candidate.proven)
		return join_attach(joined, candidate.proven, item);
	if (candidate.likely_cnt == 1)
		return attach_with_note(joined, candidate.likely, item,
			pool_printf(pool, "%s: assumed to belong to %s: %s", item->name,
				input_kernel_name(candidate.likely), candidate.likely_why));
	if (candidate.beside_cnt == 1)
		return join_attach(joined, candidate.beside, item);
	if (stands_alone(joined, input, item, &candidate))
		return found_apart(joined, item, &candidate);
	if (candidate.open_cnt != 1 || candidate.likely_cnt)
		return refuse_item(joined, item, &candidate);
	return attach_with_note(joined, candidate.only, item,
		pool_printf(pool,
			"%s: assumed to belong to %s, because both were given: no proof",
			item->name, input_kernel_name(candidate.only)));
}

/* A debug file makes no kernel. Refuses an input that is no debug file. */
static struct error *join_debug(
	struct input_joined *joined, const struct input *input, struct input_item *item)
{
	struct pool *pool = &joined->pool;

	if (item->kind != INPUT_IMAGE && item->kind != INPUT_DEBUG)
		return join_refuse(joined, "leave out --debug",
			pool_printf(pool, "%s: a %s, not a debug file", item->name,
				input_kind_word(item->kind)));
	if (!has_debug(item))
		return join_refuse(joined, "give the vmlinux of a -dbg or -debuginfo package",
			pool_printf(pool, "%s: it has no symbol table and no DWARF",
				item->name));
	return join_item(joined, input, item);
}

static struct error *join_one(
	struct input_joined *joined, const struct input *input, struct input_item *item)
{
	if (input_role(input) == INPUT_ROLE_DEBUG)
		return join_debug(joined, input, item);
	return item->kind == INPUT_IMAGE ? join_image(joined, item)
					 : join_item(joined, input, item);
}

static struct error *join_kind(struct input_joined *joined, struct input *const *inputs,
	size_t input_cnt, enum input_kind kind)
{
	bool alone = kind == INPUT_SPLIT && !joined->kernel_cnt;
	struct error *error = alone ? refuse_splits(joined, inputs, input_cnt) : NULL;

	for (size_t i = 0; i < input_cnt; i++) {
		for (size_t j = 0; j < input_item_cnt(inputs[i]) && !error; j++) {
			struct input_item *item = input_item(inputs[i], j);
			if (item->kind == kind && (!alone || input_role(inputs[i]) == INPUT_ROLE_DEBUG))
				error = join_one(joined, inputs[i], item);
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

static struct error *refuse_modules(
	struct input_joined *joined, const struct input *input, const struct input_item *first)
{
	struct pool *pool = &joined->pool;
	const char *release = first ? first->release : NULL;

	if (!first)
		return NULL;
	if (!joined->kernel_cnt)
		return join_refuse(joined, "give their kernel's image or BTF too",
			pool_printf(pool, "%s: modules need their kernel's BTF%s%s",
				input_path(input), release ? ", here the BTF of " : "",
				release ? release : ""));
	return join_refuse(joined, "give their own kernel too",
		pool_printf(pool, "%s: modules of %s, but the kernel is %s",
			input_path(input), release ? release : "an unknown release",
			join_describe(pool, &joined->kernels[0])));
}

/* A kernel without a release has only BTF. */
static struct error *modules_continue(struct input_joined *joined, struct input_kernel *kernel,
	const struct input_item *module, bool *ret)
{
	enum judgement judgement;
	const unsigned char *data;
	const char *why;
	size_t size;

	*ret = false;
	if (kernel->release || !module || !module->image || !image_btf(module->image, &data, &size))
		return NULL;
	struct error *error = judge_split(&joined->pool, kernel, data, size, &judgement, &why);
	*ret = !error && judgement == JUDGE_YES;
	return error;
}

/* A root directory has modules of several kernels: each kernel of that input reads all modules. */
static struct error *join_modules(struct input_joined *joined, struct input *input)
{
	const struct input_item *first;
	bool taken = false;

	struct error *error = input_first_module(input, &first);
	for (size_t i = 0; i < joined->kernel_cnt && !error; i++) {
		struct input_kernel *kernel = &joined->kernels[i];
		bool of = came_with(input, kernel) ||
			join_same_text(kernel->release, first ? first->release : NULL);
		if (!of)
			error = modules_continue(joined, kernel, first, &of);
		if (error || !of)
			continue;
		taken = true;
		error = add_modules(joined, kernel, input);
	}
	return error || taken ? error : refuse_modules(joined, input, first);
}

/* Does everything in the kernel come from the base? */
static bool only_base(const struct input_kernel *kernel, const struct input *base)
{
	const struct input_item *const items[] = {
		kernel->image, kernel->debug, kernel->btf, kernel->symbols, kernel->config};
	size_t cnt = 0, of_base = 0;

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		cnt += items[i] != NULL;
		for (size_t j = 0; items[i] && j < input_item_cnt(base); j++)
			of_base += input_item(base, j) == items[i];
	}
	return of_base == cnt && !kernel->split_cnt && !kernel->module_input_cnt;
}

static bool holds_btf(const struct input *input)
{
	const unsigned char *data;
	size_t size;

	for (size_t i = 0; i < input_item_cnt(input); i++) {
		const struct input_item *item = input_item(input, i);
		if (item->kind == INPUT_BTF || (item->image && image_btf(item->image, &data, &size)))
			return true;
	}
	return false;
}

/* Removes a base that nothing extends: the user did not ask to scan it. */
static struct error *settle_base(struct input_joined *joined, const struct input *base)
{
	struct pool *pool = &joined->pool;
	bool unused = false;

	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		struct input_kernel *kernel = &joined->kernels[i];
		if (!came_with(base, kernel) || !only_base(kernel, base))
			continue;
		unused = true;
		kbtf_destroy(kernel->types);
		memmove(kernel, kernel + 1, (--joined->kernel_cnt - i) * sizeof(*kernel));
		i--;
	}
	if (!holds_btf(base))
		return join_refuse(joined, "give the kernel's vmlinux, vmlinuz or BTF",
			pool_printf(pool, "%s: a base without BTF", input_path(base)));
	if (!unused || joined->refusal_cnt)
		return NULL;
	return join_refuse(joined, "leave out --base",
		pool_printf(pool, "%s: no input extends its BTF",
			input_path(base)));
}

struct error *inputs_join(struct input *const *inputs, size_t input_cnt, struct input_joined **ret)
{
	/* In this order, because later kinds are compared with earlier ones. */
	static const enum input_kind order[] = {
		INPUT_IMAGE, INPUT_DEBUG, INPUT_BTF, INPUT_SPLIT, INPUT_SYMBOLS, INPUT_CONFIG};
	__attribute__((cleanup(joined_cleanup))) struct input_joined *joined =
		calloc(1, sizeof(*joined));
	struct error *error = joined ? NULL : error_no_memory();

	for (size_t i = 0; i < ARRAY_SIZE(order) && !error; i++)
		error = join_kind(joined, inputs, input_cnt, order[i]);
	for (size_t i = 0; i < input_cnt && !error; i++) {
		if (input_has_modules(inputs[i]) && input_role(inputs[i]) == INPUT_ROLE_PART)
			error = join_modules(joined, inputs[i]);
	}
	for (size_t i = 0; i < input_cnt && !error; i++) {
		if (input_role(inputs[i]) == INPUT_ROLE_BASE)
			error = settle_base(joined, inputs[i]);
	}
	if (error)
		return error;
	for (size_t i = 0; i < joined->kernel_cnt; i++) {
		joined->kernels[i].inputs = inputs;
		joined->kernels[i].input_cnt = input_cnt;
	}
	*ret = joined;
	joined = NULL;
	return NULL;
}

struct error *input_module_belongs(
	const struct input_kernel *kernel, const struct input_item *module)
{
	if (!kernel->release || kernel->release_claimed ||
		join_same_text(kernel->release, module->release))
		return NULL;
	return error_create(ERROR_INPUT, NULL, "a module of %s, not of %s",
		module->release ? module->release : "an unknown release", kernel->release);
}
