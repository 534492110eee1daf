/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/join_judge.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "image/image.h"
#include "image/kallsyms/kallsyms.h"
#include "input/system/system.h"
#include "util/array.h"

/* The number of functions to compare. After the first change, different builds agree in few. */
#define SAMPLE_CNT 4096
#define SAMPLE_MIN 64

/*
 * A raw image has no sections, and may contain notes of other files, so its own build id is
 * unknown. But a build id that is not in it belongs to another build.
 */
static bool holds_build_id(const struct image *image, const char *id)
{
	unsigned char bytes[4 + IMAGE_BUILD_ID_MAX_BYTES] = "GNU";
	size_t len = 4;

	for (; id[0] && id[1] && len < sizeof(bytes); id += 2) {
		const char digits[] = {id[0], id[1], '\0'};
		bytes[len++] = (unsigned char)strtoul(digits, NULL, 16);
	}
	for (size_t i = 0; i < image->segment_cnt; i++) {
		if (memmem(image->segments[i].data, image->segments[i].size_bytes, bytes, len))
			return true;
	}
	return false;
}

static struct error *judge_image(struct pool *pool, const struct image *image,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	const struct image *other = item->image;

	*ret = JUDGE_NO;
	if (image->machine != other->machine)
		return judge_say(pool, why, "the architecture differs");
	if (image->build_id && other->build_id && strcmp(image->build_id, other->build_id))
		return judge_say(
			pool, why, "build id %s there, %s here", image->build_id, other->build_id);
	if (image->banner && other->banner && strcmp(image->banner, other->banner))
		return judge_say(pool, why, "\"%s\" there, \"%s\" here",
			image->version ? image->version : image->banner,
			other->version ? other->version : other->banner);
	bool held = !image->build_id && other->build_id && holds_build_id(image, other->build_id);
	if (!image->build_id && other->build_id && !other->banner && !held)
		return judge_say(
			pool, why, "its build id %s is not in that image", other->build_id);
	bool proven = held || (image->build_id && other->build_id) ||
		(image->banner && other->banner);
	*ret = proven ? JUDGE_YES : JUDGE_UNPROVEN;
	return NULL;
}

/* Missing or damaged kallsyms give no symbols. The code that needs them reports it. */
static struct error *own_symbols(
	const struct image *image, struct pool *pool, struct kernel_symbols **ret)
{
	struct error *error = image_kallsyms(image, pool, ret, NULL);

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	return NULL;
}

static struct error *judge_foreign_btf(struct pool *pool, const struct image *image,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	_cleanup_pool_ struct pool scratch = {0};
	struct kernel_symbols *symbols = NULL;
	struct error *error = own_symbols(image, &scratch, &symbols);

	if (error || !symbols)
		return error;
	return judge_functions(pool, item, symbols, ret, why);
}

/* Does a section or the raw image contain exactly these bytes? */
static struct error *judge_btf(struct pool *pool, const struct image *image,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	const unsigned char *data;
	size_t size;

	if (!image_btf(image, &data, &size))
		return judge_foreign_btf(pool, image, item, ret, why);
	/* Padding may follow the blob in a section. */
	size_t len = btf_blob_length(data, size),
	       other = btf_blob_length(item->data, item->size_bytes);
	if (len && len == other && !memcmp(data, item->data, len)) {
		*ret = JUDGE_YES;
		return NULL;
	}
	*ret = JUDGE_NO;
	return judge_say(pool, why, "that kernel has different BTF");
}

/* The only symbol of exactly that name; NULL: none, or several. */
static const struct kernel_symbol *find_unique(
	struct pool *pool, const struct symbol_index *index, const char *name)
{
	char *base = pool_strndup(pool, name, symbol_base_length(name, NULL));
	const struct kernel_symbol *found = NULL;

	if (!base)
		return NULL;
	for (const struct kernel_symbol *at = symbol_index_first(index, base); at;
		at = symbol_index_next(index, at)) {
		if (at->module || strcmp(at->name, name))
			continue;
		if (found)
			return NULL;
		found = at;
	}
	return found;
}

struct comparison {
	uint64_t shift;
	size_t common, equal;
};

/* A sample of the names that occur exactly once in both lists. */
static struct error *join_judge_compare_symbols(const struct kernel_symbols *own,
	const struct kernel_symbols *given, struct comparison *result)
{
	_cleanup_pool_ struct pool pool = {0};
	struct symbol_index *own_index = NULL, *given_index = NULL;
	size_t step = own->cnt / SAMPLE_CNT + 1;

	struct error *error = symbol_index_create(own, &own_index);
	if (!error)
		error = symbol_index_create(given, &given_index);
	for (size_t i = 0; i < own->cnt && !error; i += step) {
		const struct kernel_symbol *one = &own->list[i], *two;
		if (!symbol_is_function(one) || find_unique(&pool, own_index, one->name) != one)
			continue;
		two = find_unique(&pool, given_index, one->name);
		if (!two)
			continue;
		if (!result->common++)
			result->shift = two->address - one->address;
		result->equal += two->address - one->address == result->shift;
	}
	symbol_index_destroy(own_index);
	symbol_index_destroy(given_index);
	return error;
}

/* Damaged symbols give no answer either. */
static struct error *given_symbols(
	const struct input_item *item, struct pool *pool, struct kernel_symbols **ret)
{
	struct error *error = system_map_parse(pool, item->data, item->size_bytes, ret);

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	return NULL;
}

/* A kernel that has only BTF. */
static struct error *judge_symbols_by_btf(struct pool *pool, const struct input_item *btf,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	_cleanup_pool_ struct pool scratch = {0};
	struct kernel_symbols *given = NULL;
	struct error *error = given_symbols(item, &scratch, &given);

	if (error || !given)
		return error;
	return judge_functions(pool, btf, given, ret, why);
}

static struct error *judge_symbols(struct pool *pool, const struct image *image,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	_cleanup_pool_ struct pool scratch = {0};
	struct kernel_symbols *own = NULL, *given = NULL;
	struct comparison result = {0};

	struct error *error = own_symbols(image, &scratch, &own);
	if (!error)
		error = given_symbols(item, &scratch, &given);
	if (!error && own && given && !given->addresses_hidden)
		error = join_judge_compare_symbols(own, given, &result);
	if (error || result.common < SAMPLE_MIN)
		return error;
	*ret = result.equal == result.common ? JUDGE_YES : JUDGE_NO;
	if (*ret == JUDGE_YES)
		return NULL;
	return judge_say(pool, why, "%zu of %zu functions have another address in that kernel",
		result.common - result.equal, result.common);
}

static const char *config_arch(uint16_t machine)
{
	static const struct {
		uint16_t machine;
		const char *arch;
	} arches[] = {
		{EM_X86_64, "x86"},
		{EM_386, "x86"},
		{EM_AARCH64, "arm64"},
		{EM_ARM, "arm"},
		{EM_PPC64, "powerpc"},
		{EM_PPC, "powerpc"},
		{EM_S390, "s390"},
		{EM_RISCV, "riscv"},
		{EM_MIPS, "mips"},
		{IMAGE_EM_LOONGARCH, "loongarch"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		if (arches[i].machine == machine)
			return arches[i].arch;
	}
	return NULL;
}

/* The rest of the first line with that prefix, in the pool; NULL: there is none. */
static const char *line_after(struct pool *pool, const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, prefix, len))
			return pool_strndup(pool, line + len, strcspn(line + len, "\n"));
		if (!*line)
			break;
	}
	return NULL;
}

/* "# Linux/x86 6.12.107 Kernel Configuration", written by scripts/kconfig/confdata.c. */
static struct error *judge_config(struct pool *pool, const struct image *image,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	const char *text = (const char *)item->data, *arch = config_arch(image->machine);
	const char *header = line_after(pool, text, "# Linux/");
	const char *compiler = line_after(pool, text, "CONFIG_CC_VERSION_TEXT=\"");
	size_t arch_len = header ? strcspn(header, " ") : 0;

	*ret = JUDGE_NO;
	if (header && arch && (strlen(arch) != arch_len || strncmp(header, arch, arch_len)) &&
		/* x86_64 and i386 share one directory. */
		!(!strcmp(arch, "x86") &&
			(!strncmp(header, "x86_64 ", 7) || !strncmp(header, "i386 ", 5))))
		return judge_say(pool, why, "it is for %.*s, that kernel is for %s", (int)arch_len,
			header, arch);
	const char *version = header ? header + arch_len + (header[arch_len] == ' ') : "";
	const char *dot = strchr(version, '.');
	size_t len = dot ? (size_t)(dot - version) + 1 + strspn(dot + 1, "0123456789") : 0;
	if (len && image->release &&
		(strncmp(image->release, version, len) ||
			isdigit((unsigned char)image->release[len])))
		return judge_say(pool, why, "it is for %.*s", (int)strcspn(version, " "), version);
	size_t name_len = compiler ? strcspn(compiler, "\"") : 0;
	if (name_len && image->banner &&
		!memmem(image->banner, strlen(image->banner), compiler, name_len))
		return judge_say(pool, why, "it is for the compiler \"%.*s\"", (int)name_len, compiler);
	*ret = JUDGE_UNPROVEN;
	return NULL;
}

static struct error *judge_names(struct pool *pool, const struct input_kernel *kernel,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	if (!item->claimed_release || !kernel->release)
		return NULL;
	*ret = strcmp(item->claimed_release, kernel->release) ? JUDGE_NO : JUDGE_YES;
	return *ret == JUDGE_YES
		? NULL
		: judge_say(pool, why, "its name has the release %s", item->claimed_release);
}

struct error *judge_item(struct pool *pool, struct input_kernel *kernel,
	const struct input_item *item, enum judgement *ret, const char **why)
{
	static struct error *(*const judges[INPUT_KIND_CNT])(struct pool * pool,
		const struct image *image, const struct input_item *item, enum judgement *ret,
		const char **why) = {
		[INPUT_IMAGE] = judge_image,
		[INPUT_DEBUG] = judge_image,
		[INPUT_BTF] = judge_btf,
		[INPUT_SYMBOLS] = judge_symbols,
		[INPUT_CONFIG] = judge_config,
	};
	struct error *error = NULL;

	if (item->kind == INPUT_SPLIT)
		return judge_split(pool, kernel, item->data, item->size_bytes, ret, why);
	*ret = JUDGE_UNPROVEN;
	if (kernel->image && judges[item->kind])
		error = judges[item->kind](pool, kernel->image->image, item, ret, why);
	else if (kernel->btf && item->kind == INPUT_SYMBOLS)
		error = judge_symbols_by_btf(pool, kernel->btf, item, ret, why);
	if (!error && *ret == JUDGE_UNPROVEN)
		error = judge_names(pool, kernel, item, ret, why);
	return error;
}
