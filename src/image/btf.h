/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an image keeps its BTF: the bytes for kbtf_create(). */
#ifndef KCOMPAT_IMAGE_BTF_H
#define KCOMPAT_IMAGE_BTF_H

#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"

/*
 * The section .BTF, or, of an image without section headers, the largest blob whose header and
 * lengths are right (a kernel also holds the small ones of its built-in BPF programs). False: it
 * has none. The bytes are the image's. They were not checked beyond that; those of a module are
 * split over its kernel's BTF.
 */
bool image_btf(const struct image *image, const unsigned char **data, size_t *size_bytes);
/* The length of the BTF at the begin of these bytes, of either byte order; 0: it is none. */
size_t btf_blob_length(const void *data, size_t size_bytes);
/*
 * Does it continue another's? Only BTF that stands by itself begins its strings with the empty one
 * (linux btf_parse_str_sec()).
 */
bool btf_blob_is_split(const void *data, size_t size_bytes);

#endif
