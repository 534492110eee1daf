/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internal to the folder: an image of containers, as `docker save` or an OCI image layout, in a tar or a
 * directory (https://github.com/opencontainers/image-spec: image-layout.md, layer.md). Its files are
 * those of its layers, without what a higher layer replaces or removes. A tar is read twice, because its
 * manifest may come last.
 */
#ifndef KCOMPAT_INPUT_LAYERS_H
#define KCOMPAT_INPUT_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/* Docker allows 127 layers. */
#define LAYERS_IMAGE_MAX 16
#define LAYERS_MAX 512
/* A manifest has about 200 bytes for each layer. */
#define LAYERS_JSON_MAX_BYTES (256u * 1024)
#define LAYERS_ENTRY_MAX (2u * 1000 * 1000)

struct archive_reader;
struct layers;

/* Is the directory the layout of a container image? */
bool layers_recognise_directory(const char *path);
/* NULL in *ret: an archive or a directory of other things. */
struct error *layers_open(const char *path, struct layers **ret);
void layers_close(struct layers *layers); /* NULL-safe */

/* The next regular file of a layer that no other layer hides; NULL in *name: the end. */
struct error *layers_next(struct layers *layers, const char **name);
/* Has the current file, for archive_reader_peek() and archive_reader_take(). */
struct archive_reader *layers_reader(struct layers *layers);

#endif
