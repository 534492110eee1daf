/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/kind.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "image/image.h"

/* Texts and BTF blobs: the largest BTF of a kernel has about 8 MiB, kallsyms 20 MiB. */
#define TEXT_MAX_BYTES (128u * 1024 * 1024)
/* A module with debug information; the largest of Debian has 90 MiB. */
#define MODULE_MAX_BYTES (512u * 1024 * 1024)

const char *input_kind_word(enum input_kind kind)
{
	static const char *const words[] = {
#define INPUT_KIND_WORD(name, word) word,
		INPUT_KINDS(INPUT_KIND_WORD)
#undef INPUT_KIND_WORD
	};

	return (unsigned int)kind < INPUT_KIND_CNT ? words[kind] : words[INPUT_NONE];
}

/* The length of "ffffffff81000000", or of "          (null)", a hidden address (4.15 to 5.1); 0: neither. */
static size_t address_length(const char *line, size_t len)
{
	static const char hidden[] = "(null)";
	size_t spaces = 0, digits = 0;

	while (spaces < len && line[spaces] == ' ')
		spaces++;
	if (len - spaces >= sizeof(hidden) && !memcmp(line + spaces, hidden, sizeof(hidden) - 1))
		return spaces + sizeof(hidden) - 1;
	while (digits < len && isxdigit((unsigned char)line[digits]))
		digits++;
	return digits >= 8 && digits <= 16 ? digits : 0;
}

/* "ffffffff81000000 T _stext", also with "\t[module]" at the end. */
static bool symbol_line(const char *line, size_t len)
{
	size_t digits = address_length(line, len);

	if (!digits || len < digits + 4 || line[digits] != ' ' ||
		!(isalpha((unsigned char)line[digits + 1]) || line[digits + 1] == '?') ||
		line[digits + 2] != ' ')
		return false;
	for (size_t i = digits + 3; i < len && line[i] != '\t'; i++) {
		if (!isgraph((unsigned char)line[i]))
			return false;
	}
	return true;
}

static bool config_line(const char *line, size_t len)
{
	static const char option[] = "CONFIG_", comment[] = "# CONFIG_", unset[] = " is not set";
	size_t at = sizeof(option) - 1;

	if (len > sizeof(comment) + sizeof(unset) && !memcmp(line, comment, sizeof(comment) - 1))
		return !memcmp(line + len - (sizeof(unset) - 1), unset, sizeof(unset) - 1);
	if (len <= at || memcmp(line, option, at))
		return false;
	while (at < len && (isalnum((unsigned char)line[at]) || line[at] == '_'))
		at++;
	return at > sizeof(option) - 1 && at < len && line[at] == '=';
}

/* A configuration starts with comments, then options. */
static enum input_kind classify_text(const char *text, size_t size)
{
	size_t at = 0;

	while (at < size) {
		const char *line = text + at, *end = memchr(line, '\n', size - at);
		if (!end)
			return INPUT_NONE;
		size_t len = (size_t)(end - line);
		if (config_line(line, len))
			return INPUT_CONFIG;
		if (len && *line != '#')
			return symbol_line(line, len) ? INPUT_SYMBOLS : INPUT_NONE;
		at += len + 1;
	}
	return INPUT_NONE;
}

static enum input_kind classify_elf(const unsigned char *head, size_t size)
{
	if (size < EI_NIDENT + 4)
		return INPUT_NONE;
	bool big = head[EI_DATA] == ELFDATA2MSB;
	unsigned int type = big ? head[16] << 8 | head[17] : head[17] << 8 | head[16];
	unsigned int machine = big ? head[18] << 8 | head[19] : head[19] << 8 | head[18];
	if (type == ET_REL)
		return machine == EM_BPF ? INPUT_NONE : INPUT_MODULE;
	return type == ET_EXEC || type == ET_DYN ? INPUT_IMAGE : INPUT_NONE;
}

static enum input_kind classify_plain(const unsigned char *head, size_t size)
{
	if (size >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG))
		return classify_elf(head, size);
	if (image_recognised(head, size))
		return INPUT_IMAGE;
	/* Its end is not in `data`: only the header can be checked. */
	if (size >= 24 && btf_blob_length(head, UINT32_MAX))
		return INPUT_BTF;
	return classify_text((const char *)head, size);
}

enum input_kind input_classify(const void *head, size_t size)
{
	static const size_t amounts[] = {4096, INPUT_HEAD_BYTES};
	enum compression compression = compression_detect(head, size);

	if (compression == COMPRESSION_NONE)
		return classify_plain(head, size);
	for (size_t i = 0; i < ARRAY_SIZE(amounts); i++) {
		unsigned char *inner = malloc(amounts[i]);
		size_t got =
			inner ? decompress_head(compression, head, size, inner, amounts[i]) : 0;
		enum input_kind kind = inner ? classify_plain(inner, got) : INPUT_NONE;
		free(inner);
		if (kind != INPUT_NONE || got < amounts[i])
			return kind;
	}
	return INPUT_NONE;
}

bool input_head_is_short(const void *head, size_t size)
{
	return size >= INPUT_HEAD_BYTES && decompress_head_is_short(head, size, INPUT_HEAD_BYTES);
}

/* modules.builtin has lines of the same form, so the name decides. */
static bool is_module_list(const char *name, const char *text, size_t size)
{
	static const char directory[] = "kernel/", suffix[] = ".ko";
	const char *base = strrchr(name, '/'), *end = memchr(text, '\n', size);

	return !strcmp(base ? base + 1 : name, "modules.order") && end &&
		end - text > (ptrdiff_t)(sizeof(directory) + sizeof(suffix)) &&
		!memcmp(text, directory, sizeof(directory) - 1) &&
		!memcmp(end - (sizeof(suffix) - 1), suffix, sizeof(suffix) - 1);
}

enum input_kind input_classify_member(const char *name, const void *head, size_t size)
{
	enum input_kind kind = input_classify(head, size);

	return kind == INPUT_NONE && is_module_list(name, head, size) ? INPUT_MODULE_LIST : kind;
}

static bool release_shape(const char *text)
{
	return isdigit((unsigned char)*text) && strchr(text, '.') &&
		isdigit((unsigned char)strchr(text, '.')[1]);
}

bool input_is_kernel_name(const char *path)
{
	static const char *const names[] = {"vmlinux", "vmlinux.bin", "vmlinuz", "Image", "bzImage", "zImage", "uImage"};
	static const char *const ends[] = {
		".gz", ".bz2", ".lzma", ".xz", ".lzo", ".lz4", ".zst", ".efi"};
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);
		if (strncmp(base, names[i], len) != 0)
			continue;
		if (!base[len] || (base[len] == '-' && isdigit((unsigned char)base[len + 1])))
			return true;
		for (size_t k = 0; k < ARRAY_SIZE(ends); k++) {
			if (!strcmp(base + len, ends[k]))
				return true;
		}
	}
	return false;
}

/* The release in a name: "config-RELEASE", "RELEASE.btf", ".../modules/RELEASE/...". */
static const char *claimed_release(struct pool *pool, const char *name)
{
	static const char *const prefixes[] = {
		"vmlinuz-", "vmlinux-", "config-", "System.map-", "kallsyms-", "Image-", "btf-"};
	static const char *const suffixes[] = {".btf", ".gz", ".xz", ".zst"};
	const char *base = strrchr(name, '/'), *modules = strstr(name, "modules/");

	base = base ? base + 1 : name;
	if (modules && (modules == name || modules[-1] == '/') && release_shape(modules + 8)) {
		size_t len = strcspn(modules + 8, "/");
		if (modules[8 + len])
			return pool_strndup(pool, modules + 8, len);
	}
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!strncmp(base, prefixes[i], strlen(prefixes[i]))) {
			base += strlen(prefixes[i]);
			break;
		}
	}
	if (!release_shape(base))
		return NULL;
	size_t len = strlen(base);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t suffix = strlen(suffixes[i]);
		if (len > suffix && !strcmp(base + len - suffix, suffixes[i]))
			len -= suffix;
	}
	return pool_strndup(pool, base, len);
}

struct input_item *input_item_create(const char *name)
{
	struct input_item *item = calloc(1, sizeof(*item));

	if (!item)
		return NULL;
	item->name = pool_strdup(&item->pool, name);
	const char *member = strstr(name, ": ");
	item->claimed_release = claimed_release(&item->pool, member ? member + 2 : name);
	if (!item->name) {
		input_item_destroy(item);
		return NULL;
	}
	return item;
}

void input_item_destroy(struct input_item *item)
{
	if (!item)
		return;
	image_destroy(item->image);
	free(item->data);
	pool_destroy(&item->pool);
	free(item);
}

/* Unpacks item->data if it is compressed. A NUL follows the bytes. */
static struct error *unpack_data(struct input_item *item, size_t max)
{
	enum compression compression = compression_detect(item->data, item->size_bytes);
	struct decompressed inner;

	if (compression == COMPRESSION_NONE)
		return NULL;
	struct error *error = decompress(compression, item->data, item->size_bytes, 0, max, &inner);
	if (error)
		return error;
	unsigned char *data = realloc(inner.data, inner.size_bytes + 1);
	if (!data) {
		free(inner.data);
		return error_no_memory();
	}
	data[inner.size_bytes] = '\0';
	free(item->data);
	item->data = data;
	item->size_bytes = inner.size_bytes;
	return NULL;
}

/* An ELF file that contains only BTF: keeps only the BTF. */
static struct error *keep_btf(struct input_item *item, const unsigned char *btf, size_t size)
{
	item->data = malloc(size + 1);
	if (!item->data)
		return error_no_memory();
	memcpy(item->data, btf, size);
	item->data[size] = '\0';
	item->size_bytes = size;
	item->kind = btf_blob_is_split(btf, size) ? INPUT_SPLIT : INPUT_BTF;
	image_destroy(item->image);
	item->image = NULL;
	return NULL;
}

static struct error *fill_image(struct input_item *item)
{
	unsigned char *data = item->data;
	const unsigned char *btf;
	size_t size;

	item->data = NULL;
	struct error *error = image_create(data, item->size_bytes, &item->image);
	if (error)
		return error;
	item->size_bytes = 0;
	item->release = item->image->release;
	item->kind = INPUT_IMAGE;
	if (item->image->no_code && !item->release) {
		item->kind = INPUT_DEBUG;
		return NULL;
	}
	if (item->release)
		return NULL;
	item->kind = INPUT_NONE;
	return image_btf(item->image, &btf, &size) ? keep_btf(item, btf, size) : NULL;
}

struct error *input_item_fill(
	struct input_item *item, enum input_kind kind, unsigned char *data, size_t size)
{
	item->kind = kind;
	item->data = data;
	item->size_bytes = size;
	if (kind == INPUT_IMAGE)
		return fill_image(item);
	if (kind == INPUT_MODULE)
		return NULL;
	struct error *error = unpack_data(item, TEXT_MAX_BYTES);
	if (error || kind != INPUT_BTF)
		return error;
	if (!btf_blob_length(item->data, item->size_bytes))
		return error_create(
			ERROR_INPUT, NULL, "BTF: its sections lie outside the file: truncated?");
	if (btf_blob_is_split(item->data, item->size_bytes))
		item->kind = INPUT_SPLIT;
	return NULL;
}

struct error *input_module_unpack(struct input_item *item)
{
	if (item->image)
		return NULL;
	struct error *error = unpack_data(item, MODULE_MAX_BYTES);
	if (error)
		return error;
	unsigned char *data = item->data;
	item->data = NULL;
	error = image_create(data, item->size_bytes, &item->image);
	item->size_bytes = 0;
	if (error)
		return error;
	if (!item->image->relocatable)
		return error_create(ERROR_INPUT, NULL, "not a module");
	if (item->image->no_code) {
		item->kind = INPUT_DEBUG;
		return NULL;
	}
	const char *vermagic = image_modinfo(item->image, "vermagic");
	if (!vermagic)
		return error_create(ERROR_INPUT, NULL, "not a module: it has no vermagic");
	item->release = pool_strndup(&item->pool, vermagic, strcspn(vermagic, " "));
	return item->release ? NULL : error_no_memory();
}
