/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internal to the folder: detects the type of bytes and makes items. */
#ifndef KCOMPAT_INPUT_KIND_H
#define KCOMPAT_INPUT_KIND_H

#include "input/input.h"
#include "util/decompress.h"

/* The number of bytes that input_classify() needs of plain data, and of most compressed data ... */
#define INPUT_HEAD_BYTES IMAGE_HEAD_BYTES
/* ... and of any compressed data: its first block may be large. */
#define INPUT_HEAD_MAX_BYTES DECOMPRESS_BLOCK_MAX_BYTES
/* May the answer for so many bytes change with INPUT_HEAD_MAX_BYTES? */
bool input_head_is_short(const void *head, size_t size_bytes);

/* An ELF file that is not relocatable is an IMAGE here; input_item_fill() may change that. */
enum input_kind input_classify(const void *head, size_t size_bytes);

/* The same for a file among others: modules.order (linux scripts/Makefile.modinst) counts there. */
enum input_kind input_classify_member(const char *name, const void *head, size_t size_bytes);

/*
 * Would a person expect a kernel in a file of this name? "vmlinuz-6.12", "Image.lz4", and not
 * "vmlinux.lds". It decides only what is worth a message.
 */
bool input_is_kernel_name(const char *path);

/* An empty item with its names; NULL: no memory. */
struct input_item *input_item_create(const char *name);
/*
 * Fills the item from `data` (malloc'd; takes ownership, also on error) and its kind from
 * input_classify(). An IMAGE may become BTF or DEBUG, or NONE for any other ELF file.
 */
struct error *input_item_fill(
	struct input_item *item, enum input_kind kind, unsigned char *data, size_t size_bytes);

#endif
