/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/modules.h"
#include "util/array.h"
#include "util/decompress.h"
#include "image/image.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A module of the package that was read because it is wanted, or may be needed. */
struct candidate {
	const char *name;
	unsigned char *data;
	size_t size_bytes;
	const char *depends;      /* names with commas between; "" for none */
	const char *softdep;      /* "pre: crc32c post: ..."; NULL: none */
	const char *const *alias; /* NULL at the end */
	bool optional, placed;
};

struct resolver {
	const struct lab_image *image;
	struct lab_modules *out;
	struct candidate *candidates;
	size_t cnt, cap;
	const char **wanted; /* names to search for in a package */
	size_t wanted_cnt, wanted_cap;
	size_t depth;
	bool reread; /* the packages were read completely once */
};

/* Modules that need each other. The kernel could not load them either. */
#define DEPTH_MAX 64

void lab_modules_deinit(struct lab_modules *modules)
{
	if (!modules)
		return;
	for (size_t i = 0; i < modules->cnt; i++)
		free(modules->modules[i].data);
	pool_destroy(&modules->pool);
	*modules = (struct lab_modules) {0};
}

static struct candidate *modules_find(const struct resolver *resolver, const char *name)
{
	for (size_t i = 0; i < resolver->cnt; i++) {
		if (!strcmp(resolver->candidates[i].name, name))
			return &resolver->candidates[i];
	}
	return NULL;
}

static bool modules_is_listed(const char *const *names, size_t cnt, const char *name)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

static struct error *list_name(
	struct resolver *resolver, const char ***names, size_t *cnt, size_t *cap, const char *name)
{
	struct pool *pool = &resolver->out->pool;

	if (modules_is_listed(*names, *cnt, name))
		return NULL;
	const char **grown = pool_grow(pool, *names, *cnt, cap, sizeof(*grown));
	const char *copy = pool_strdup(pool, name);
	if (!grown || !copy)
		return error_no_memory();
	*names = grown;
	grown[(*cnt)++] = copy;
	return NULL;
}

static struct error *want(struct resolver *resolver, const char *name)
{
	return list_name(
		resolver, &resolver->wanted, &resolver->wanted_cnt, &resolver->wanted_cap, name);
}

static char *kernel_name(struct pool *pool, const char *text, size_t len)
{
	char *name = pool_strndup(pool, text, len);

	for (char *c = name; c && *c; c++)
		*c = *c == '-' ? '_' : *c;
	return name;
}

/*
 * Wanted modules, and in the first pass also the modules that many others need. Each further step
 * in a chain of needs reads the package once more.
 */
static bool modules_wants(void *context, const char *name, const char *path)
{
	const struct resolver *resolver = context;
	static const char *const common[] = {
		"/kernel/net/", "/kernel/lib/", "/kernel/crypto/", "/crypto/"};

	if (modules_find(resolver, name))
		return false;
	for (size_t i = 0; !resolver->reread && i < ARRAY_SIZE(common); i++) {
		if (strstr(path, common[i]))
			return true;
	}
	return modules_is_listed(resolver->wanted, resolver->wanted_cnt, name);
}

/* All values of a key in .modinfo, which is a sequence of "KEY=VALUE" texts. */
static const char *const *modinfo_all(struct pool *pool, const struct image *image, const char *key)
{
	const struct image_segment *info = image_section(image, ".modinfo");
	const char **values = NULL;
	size_t cnt = 0, cap = 0, key_len = strlen(key);

	for (size_t at = 0, len; info && at < info->size_bytes; at += len + 1) {
		const char *text = (const char *)info->data + at;
		len = strnlen(text, info->size_bytes - at);
		if (len <= key_len || memcmp(text, key, key_len) || text[key_len] != '=')
			continue;
		values = pool_grow(pool, values, cnt, &cap, sizeof(*values));
		if (!values)
			return NULL;
		values[cnt++] = pool_strndup(pool, text + key_len + 1, len - key_len - 1);
	}
	/* The array grows zeroed, so NULL ends it. */
	return pool_grow(pool, values, cnt, &cap, sizeof(*values));
}

static struct error *modules_describe(struct resolver *resolver, struct candidate *candidate)
{
	struct pool *pool = &resolver->out->pool;
	struct image *image = NULL;
	void *copy = malloc(candidate->size_bytes + 1);

	if (!copy)
		return error_no_memory();
	memcpy(copy, candidate->data, candidate->size_bytes);
	struct error *error = image_create(copy, candidate->size_bytes, &image);
	if (error)
		return error_prefix(error, "module %s", candidate->name);
	const char *depends = image_modinfo(image, "depends"),
		   *softdep = image_modinfo(image, "softdep");
	candidate->depends = pool_strdup(pool, depends ? depends : "");
	candidate->softdep = pool_strdup(pool, softdep);
	candidate->alias = modinfo_all(pool, image, "alias");
	image_destroy(image);
	return candidate->depends && candidate->alias ? NULL : error_no_memory();
}

static struct error *modules_unpack(struct lab_module_file *file)
{
	enum compression compression = compression_detect(file->data, file->size_bytes);
	struct decompressed unpacked = {0};

	if (compression == COMPRESSION_NONE)
		return NULL;
	struct error *error = decompress(
		compression, file->data, file->size_bytes, 0, IMAGE_SIZE_MAX_BYTES, &unpacked);
	free(file->data);
	file->data = unpacked.data;
	file->size_bytes = unpacked.size_bytes;
	return error ? error_prefix(error, "module %s", file->name) : NULL;
}

static struct error *take(void *context, struct lab_module_file *file)
{
	struct resolver *resolver = context;
	struct candidate *candidates = pool_grow(&resolver->out->pool, resolver->candidates,
		resolver->cnt, &resolver->cap, sizeof(*candidates));
	struct error *error = candidates ? modules_unpack(file) : error_no_memory();

	if (error) {
		free(file->data);
		return error;
	}
	resolver->candidates = candidates;
	struct candidate *candidate = &candidates[resolver->cnt++];
	*candidate = (struct candidate) {
		.name = pool_strdup(&resolver->out->pool, file->name),
		.data = file->data,
		.size_bytes = file->size_bytes,
	};
	return candidate->name ? modules_describe(resolver, candidate) : error_no_memory();
}

static struct error *modules_place(struct resolver *resolver, const char *name, bool optional);

static struct error *place_needs(struct resolver *resolver, const char *names)
{
	struct error *error = NULL;

	while (!error && *names) {
		size_t len = strcspn(names, ",");
		char *name = kernel_name(&resolver->out->pool, names, len);
		error = name ? modules_place(resolver, name, false) : error_no_memory();
		names += len + (names[len] == ',');
	}
	return error;
}

/* modprobe(8) treats '-' and '_' as equal. */
static bool modules_same_name(const char *a, const char *b)
{
	while (*a && (*a == '-' ? '_' : *a) == (*b == '-' ? '_' : *b))
		a++, b++;
	return *a == *b;
}

static bool goes_by(const struct candidate *candidate, const char *name)
{
	for (const char *const *alias = candidate->alias; *alias; alias++) {
		if (modules_same_name(*alias, name))
			return true;
	}
	return modules_same_name(candidate->name, name);
}

/* All modules with that name or alias: perhaps only one suits the machine (crc32c_intel). */
static struct error *place_soft(struct resolver *resolver, const char *name)
{
	struct error *error = NULL;

	for (size_t i = 0; i < resolver->cnt && !error; i++) {
		if (goes_by(&resolver->candidates[i], name))
			error = modules_place(resolver, resolver->candidates[i].name, true);
	}
	return error;
}

/* Each word of "pre: a b post: c" that must come before, until one fails. */
static struct error *each_before(struct resolver *resolver, const char *softdep,
	struct error *(*take)(struct resolver *resolver, const char *name))
{
	bool before = false;
	struct error *error = NULL;

	while (!error && *(softdep += strspn(softdep, " "))) {
		size_t len = strcspn(softdep, " ");
		char *word = kernel_name(&resolver->out->pool, softdep, len);
		softdep += len;
		if (!word)
			return error_no_memory();
		if (len && word[len - 1] == ':')
			before = !strcmp(word, "pre:");
		else if (before)
			error = take(resolver, word);
	}
	return error;
}

static struct error *modules_append(struct resolver *resolver, struct candidate *candidate, bool optional)
{
	struct lab_modules *out = resolver->out;
	struct lab_module *modules =
		pool_grow(&out->pool, out->modules, out->cnt, &out->cap, sizeof(*modules));

	if (!modules)
		return error_no_memory();
	out->modules = modules;
	modules[out->cnt++] = (struct lab_module) {
		.name = candidate->name,
		.data = candidate->data,
		.size_bytes = candidate->size_bytes,
		.optional = optional,
	};
	candidate->data = NULL;
	return NULL;
}

/* Adds a module after all that it needs. A module that is not read yet goes into the next pass. */
static struct error *modules_place(struct resolver *resolver, const char *name, bool optional)
{
	struct candidate *candidate = modules_find(resolver, name);

	if (!candidate)
		return want(resolver, name);
	if (candidate->placed)
		return NULL;
	if (resolver->depth >= DEPTH_MAX)
		return error_create(ERROR_INPUT, NULL, "module %s: needs itself", name);
	resolver->depth++;
	struct error *error =
		candidate->softdep ? each_before(resolver, candidate->softdep, place_soft) : NULL;
	if (!error)
		error = place_needs(resolver, candidate->depends);
	resolver->depth--;
	candidate->placed = true;
	return error ? error : modules_append(resolver, candidate, optional);
}

static struct error *want_needs(struct resolver *resolver, const char *names)
{
	struct error *error = NULL;

	while (!error && *names) {
		size_t len = strcspn(names, ",");
		char *name = kernel_name(&resolver->out->pool, names, len);
		error = name ? want(resolver, name) : error_no_memory();
		names += len + (names[len] == ',');
	}
	return error;
}

/* Follows the needs of the wanted modules, in any order: is any of them not read yet? */
static struct error *list_needs(struct resolver *resolver)
{
	struct error *error = NULL;

	for (size_t i = 0; i < resolver->wanted_cnt && !error; i++) {
		const struct candidate *candidate = modules_find(resolver, resolver->wanted[i]);
		if (!candidate)
			continue;
		error = want_needs(resolver, candidate->depends);
		if (!error && candidate->softdep)
			error = each_before(resolver, candidate->softdep, want);
	}
	return error;
}

static struct error *modules_read_all(struct resolver *resolver)
{
	const struct lab_module_visitor visitor = {
		.wants = modules_wants, .take = take, .context = resolver};
	size_t known = SIZE_MAX;
	struct error *error = NULL;

	/* Repeats until a pass finds no new wanted module. */
	while (!error && known != resolver->wanted_cnt) {
		known = resolver->wanted_cnt;
		error = lab_image_modules(resolver->image, &visitor);
		resolver->reread = true;
		if (!error)
			error = list_needs(resolver);
		bool whole = true;
		for (size_t i = known; i < resolver->wanted_cnt; i++)
			whole &= modules_find(resolver, resolver->wanted[i]) != NULL;
		if (whole)
			break;
	}
	return error;
}

static struct error *resolve(struct resolver *resolver, const char *const *wanted, size_t cnt)
{
	struct lab_modules *out = resolver->out;
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++) {
		char *name = kernel_name(&out->pool, wanted[i], strlen(wanted[i]));
		error = name ? want(resolver, name) : error_no_memory();
	}
	size_t asked = resolver->wanted_cnt;
	if (!error && asked)
		error = modules_read_all(resolver);
	for (size_t i = 0; i < asked && !error; i++) {
		if (modules_find(resolver, resolver->wanted[i]))
			error = modules_place(resolver, resolver->wanted[i], false);
		else
			error = list_name(resolver, &out->missing, &out->missing_cnt,
				&out->missing_cap, resolver->wanted[i]);
	}
	return error;
}

struct error *lab_modules_load(const struct lab_image *image, const char *const *wanted,
	size_t wanted_cnt, struct lab_modules *ret)
{
	struct resolver resolver = {.image = image, .out = ret};

	*ret = (struct lab_modules) {0};
	struct error *error = resolve(&resolver, wanted, wanted_cnt);
	for (size_t i = 0; i < resolver.cnt; i++)
		free(resolver.candidates[i].data);
	if (error)
		lab_modules_deinit(ret);
	return error;
}
