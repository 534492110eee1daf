/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity of an image: linux_banner of init/version-timestamp.c and the GNU build id. */
#include "image/format.h"
#include "util/array.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

/* Real banners have about 250 bytes. The compiler's name is the longest part. */
#define BANNER_MAX_BYTES 1024

static const char begin[] = "Linux version ";

/* A banner is printable up to a newline; a format string or a message is not. */
static size_t banner_length(const unsigned char *text, size_t room)
{
	size_t max = room < BANNER_MAX_BYTES ? room : BANNER_MAX_BYTES;

	if (max <= sizeof(begin) || !isdigit(text[sizeof(begin) - 1]))
		return 0;
	for (size_t i = 0; i < max; i++) {
		if (text[i] == '\n')
			return i;
		if (text[i] == '%' || !(isprint(text[i]) || text[i] >= 0x80))
			return 0;
	}
	return 0;
}

/*
 * After the release come "(user@host)" and "(compiler, linker)", each with balanced parentheses
 * inside, then UTS_VERSION.
 */
static const char *skip_parentheses(const char *text)
{
	int depth = 0;

	while (*text == ' ' || *text == '(' || depth > 0) {
		if (!*text)
			return NULL;
		depth += (*text == '(') - (*text == ')');
		text++;
	}
	return *text ? text : NULL;
}

/*
 * Since linux 6.1 a kernel has two banners. init/version.c has a placeholder without a build number
 * ("# SMP ..."), and init/version-timestamp.c overrides it.
 */
static bool banner_is_final(const char *banner)
{
	const char *rest = skip_parentheses(
		banner + sizeof(begin) - 1 + strcspn(banner + sizeof(begin) - 1, " "));

	return rest && rest[0] == '#' && rest[1] && rest[1] != ' ';
}

/* Keeps the first banner, or the first final one. */
static struct error *scan_banners(
	struct image *image, const struct image_segment *segment, bool *final)
{
	const unsigned char *data = segment->data, *end = data + segment->size_bytes;

	while (!*final && (data = memmem(data, (size_t)(end - data), begin, sizeof(begin) - 1))) {
		size_t len = banner_length(data, (size_t)(end - data));
		if (!len) {
			data++;
			continue;
		}
		const char *banner = pool_strndup(&image->pool, (const char *)data, len);
		if (!banner)
			return error_no_memory();
		*final = banner_is_final(banner);
		if (*final || !image->banner)
			image->banner = banner;
		data += len;
	}
	return NULL;
}

struct error *image_find_banner(struct image *image)
{
	bool final = false;

	if (image->relocatable)
		return NULL;
	for (size_t i = 0; i < image->segment_cnt && !final; i++) {
		struct error *error = scan_banners(image, &image->segments[i], &final);
		if (error)
			return error;
	}
	if (!image->banner)
		return NULL;
	const char *release = image->banner + sizeof(begin) - 1;
	size_t len = strcspn(release, " ");
	const char *version = skip_parentheses(release + len);
	image->release = pool_strndup(&image->pool, release, len);
	image->version = version && *version == '#' ? version : NULL;
	return image->release ? NULL : error_no_memory();
}

static uint32_t read32(const struct image *image, const unsigned char *data)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | data[image->big_endian ? i : 3 - i];
	return value;
}

static struct error *set_build_id(struct image *image, const unsigned char *id, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *text = pool_alloc(&image->pool, 2 * size + 1);

	if (!text)
		return error_no_memory();
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[id[i] >> 4];
		text[2 * i + 1] = digits[id[i] & 15];
	}
	image->build_id = text;
	return NULL;
}

/* namesz, descsz, type, "GNU\0": the same in 32 and 64 bit. */
#define NOTE_HEADER_BYTES 16

static size_t note_at(const struct image *image, const unsigned char *data, size_t room)
{
	if (room < NOTE_HEADER_BYTES || memcmp(data + 12, "GNU", 4) || read32(image, data) != 4 ||
		read32(image, data + 8) != NT_GNU_BUILD_ID)
		return 0;
	uint32_t size = read32(image, data + 4);
	return size >= 8 && size <= IMAGE_BUILD_ID_MAX_BYTES && size <= room - NOTE_HEADER_BYTES
		? size
		: 0;
}

static struct error *search_notes(struct image *image, const struct image_segment *segment)
{
	const unsigned char *data = segment->data, *end = data + segment->size_bytes, *at = data;

	while ((at = memmem(at, (size_t)(end - at), "GNU", 4))) {
		size_t before = (size_t)(at - data);
		const unsigned char *note = at - 12;
		size_t size = before >= 12 ? note_at(image, note, (size_t)(end - note)) : 0;
		if (size)
			return set_build_id(image, note + NOTE_HEADER_BYTES, size);
		at++;
	}
	return NULL;
}

/*
 * Reads only note sections: other data contains notes of other files, such as the vDSO in a kernel.
 * A raw image has no sections. Neither its first nor its last note is surely the kernel's own, so
 * none can be trusted.
 */
struct error *image_find_build_id(struct image *image)
{
	static const char *const sections[] = {".notes", ".note.gnu.build-id"};

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		const struct image_segment *section = image_section(image, sections[i]);
		struct error *error = section ? search_notes(image, section) : NULL;
		if (error || image->build_id)
			return error;
	}
	return NULL;
}

/* The marks of linux kernel/configs.c, which CONFIG_IKCONFIG builds. */
bool image_config(const struct image *image, const unsigned char **data, size_t *size)
{
	/* A mark in code or in a message is followed by something else than a gzip stream. */
	static const char start[] = "IKCFG_ST\x1f\x8b", end[] = "IKCFG_ED";
	const size_t mark = sizeof(end) - 1;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		const unsigned char *found =
			memmem(segment->data, segment->size_bytes, start, sizeof(start) - 1);
		if (!found)
			continue;
		found += mark;
		size_t left = segment->size_bytes - (size_t)(found - segment->data);
		const unsigned char *stop = memmem(found, left, end, mark);
		if (!stop)
			continue;
		*data = found;
		*size = (size_t)(stop - found);
		return true;
	}
	return false;
}

const char *image_modinfo(const struct image *image, const char *key)
{
	const struct image_segment *section = image_section(image, ".modinfo");
	size_t key_len = strlen(key), at = 0;

	while (section && at < section->size_bytes) {
		const char *text = (const char *)section->data + at;
		size_t len = strnlen(text, section->size_bytes - at);
		if (len == section->size_bytes - at)
			return NULL;
		if (len > key_len && !memcmp(text, key, key_len) && text[key_len] == '=')
			return text + key_len + 1;
		at += len + 1;
	}
	return NULL;
}
