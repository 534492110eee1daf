/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.img and vendor_boot.img of Android: system/tools/mkbootimg/include/bootimg/bootimg.h. A header
 * and its parts start at multiples of a page. All numbers are little-endian.
 */
#include "input/container/container.h"

#include "util/array.h"

#include <string.h>

/* struct boot_img_hdr_v0 to v2: offsets. */
#define OLD_KERNEL_SIZE 8
#define OLD_RAMDISK_SIZE 16
#define OLD_PAGE_SIZE 36
#define OLD_HEADER_BYTES 1632u
/* The same place in every version. */
#define HEADER_VERSION 40
/* struct boot_img_hdr_v3 and v4: a page has 4096 bytes. */
#define NEW_KERNEL_SIZE 8
#define NEW_RAMDISK_SIZE 12
#define NEW_PAGE_BYTES 4096u
/* struct vendor_boot_img_hdr_v3 and v4. */
#define VENDOR_VERSION 8
#define VENDOR_PAGE_SIZE 12
#define VENDOR_RAMDISK_SIZE 24
#define VENDOR_DTB_SIZE 2100
#define VENDOR_HEADER_BYTES 2112u
#define VENDOR_TABLE_SIZE 2112
#define VENDOR_TABLE_CNT 2116
#define VENDOR_TABLE_ENTRY_SIZE 2120
#define VENDOR_HEADER_V4_BYTES 2128u
/* struct vendor_ramdisk_table_entry_v4 */
#define ENTRY_RAMDISK_SIZE 0
#define ENTRY_RAMDISK_OFFSET 4
#define ENTRY_NAME 12
#define ENTRY_NAME_BYTES 32u
#define ENTRY_BYTES 108u

#define PAGE_MAX_BYTES (1u << 20)

static uint64_t to_page(uint64_t size, uint32_t page)
{
	return (size + page - 1) / page * page;
}

bool android_recognise(const unsigned char *head, size_t size)
{
	return size >= OLD_HEADER_BYTES && !memcmp(head, "ANDROID!", 8);
}

struct error *android_read(struct container *container, const unsigned char *data, size_t size)
{
	uint32_t version = container_le32(data + HEADER_VERSION);
	/* Before there were versions, vendors had the size of their device trees in this place. */
	bool is_new = version == 3 || version == 4;
	uint32_t page = is_new ? NEW_PAGE_BYTES : container_le32(data + OLD_PAGE_SIZE);
	uint32_t kernel = container_le32(data + (is_new ? NEW_KERNEL_SIZE : OLD_KERNEL_SIZE));
	uint32_t ramdisk = container_le32(data + (is_new ? NEW_RAMDISK_SIZE : OLD_RAMDISK_SIZE));

	if (page < 512 || page > PAGE_MAX_BYTES)
		return container_damaged("its size of a page");
	uint64_t at = to_page(is_new ? NEW_PAGE_BYTES : OLD_HEADER_BYTES, page);
	struct container_part parts[] = {
		{"kernel", (size_t)at, kernel, true},
		{"ramdisk", (size_t)(at + to_page(kernel, page)), ramdisk, false},
	};
	struct error *error = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(parts) && !error; i++)
		error = container_add(container, size, &parts[i]);
	return error;
}

bool vendor_boot_recognise(const unsigned char *head, size_t size)
{
	return size >= VENDOR_HEADER_V4_BYTES && !memcmp(head, "VNDRBOOT", 8);
}

/* A fragment: "ramdisk-NAME", or "ramdisk" for the one without a name. */
static struct error *add_fragment(struct container *container, const unsigned char *data,
	size_t size, uint64_t ramdisks, const unsigned char *entry)
{
	char name[sizeof("ramdisk-") + ENTRY_NAME_BYTES] = "ramdisk";
	size_t len = strnlen((const char *)entry + ENTRY_NAME, ENTRY_NAME_BYTES);

	if (len) {
		strcat(name, "-");
		strncat(name, (const char *)entry + ENTRY_NAME, len);
	}
	uint32_t total = container_le32(data + VENDOR_RAMDISK_SIZE);
	uint32_t offset = container_le32(entry + ENTRY_RAMDISK_OFFSET);
	struct container_part part = {name, (size_t)(ramdisks + offset),
		container_le32(entry + ENTRY_RAMDISK_SIZE), false};
	if (offset > total || part.size_bytes > total - offset)
		return container_damaged("a fragment outside the ramdisk");
	return container_add(container, size, &part);
}

static struct error *add_fragments(
	struct container *container, const unsigned char *data, size_t size, uint64_t ramdisks)
{
	uint32_t page = container_le32(data + VENDOR_PAGE_SIZE);
	uint32_t cnt = container_le32(data + VENDOR_TABLE_CNT);
	uint32_t entry_size = container_le32(data + VENDOR_TABLE_ENTRY_SIZE);
	uint64_t at = ramdisks + to_page(container_le32(data + VENDOR_RAMDISK_SIZE), page) +
		to_page(container_le32(data + VENDOR_DTB_SIZE), page);
	struct error *error = NULL;

	if (entry_size < ENTRY_BYTES || (uint64_t)cnt * entry_size != container_le32(data + VENDOR_TABLE_SIZE))
		return container_damaged("its table of ramdisks");
	if (at > size || (uint64_t)cnt * entry_size > size - at)
		return container_damaged("its table of ramdisks lies outside the file: truncated?");
	for (uint32_t i = 0; i < cnt && !error; i++)
		error = add_fragment(
			container, data, size, ramdisks, data + at + (uint64_t)i * entry_size);
	return error;
}

struct error *vendor_boot_read(struct container *container, const unsigned char *data, size_t size)
{
	uint32_t version = container_le32(data + VENDOR_VERSION);
	uint32_t page = container_le32(data + VENDOR_PAGE_SIZE);

	if (page < 512 || page > PAGE_MAX_BYTES)
		return container_damaged("its size of a page");
	uint64_t at = to_page(version >= 4 ? VENDOR_HEADER_V4_BYTES : VENDOR_HEADER_BYTES, page);
	if (version >= 4 && container_le32(data + VENDOR_TABLE_CNT))
		return add_fragments(container, data, size, at);
	struct container_part part = {
		"ramdisk", (size_t)at, container_le32(data + VENDOR_RAMDISK_SIZE), false};
	return container_add(container, size, &part);
}
