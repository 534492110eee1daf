/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of load_input*: what bytes are, and items made of them. */
#ifndef KCOMPAT_INPUT_KIND_H
#define KCOMPAT_INPUT_KIND_H

#include "input/input.h"

/* How much of a file input_classify() wants to see. */
#define INPUT_HEAD_BYTES IMAGE_HEAD_BYTES

/* An ELF file that is not relocatable is an IMAGE here, whatever turns out to be in it. */
enum input_kind input_classify(const void *head, size_t size_bytes);

/* The same of a file beside others, where modules.order (linux scripts/Makefile.modinst) has a meaning. */
enum input_kind input_classify_member(const char *name, const void *head, size_t size_bytes);

/* An empty item with its names; NULL: no memory. */
struct input_item *input_item_create(const char *name);
/*
 * Takes `data` (malloc'd, also on error) as what input_classify() said and finds out the rest: an
 * IMAGE may become BTF, DEBUG or, being an ELF file that is none of them, NONE.
 */
struct error *input_item_fill(
	struct input_item *item, enum input_kind kind, unsigned char *data, size_t size_bytes);

#endif
