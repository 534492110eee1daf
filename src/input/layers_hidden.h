/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internal to the folder: which files of the layers of one image are hidden by higher layers. Paths are
 * kept as hashes of 64 bits, so a hostile image can only hide its own files.
 */
#ifndef KCOMPAT_INPUT_LAYERS_HIDDEN_H
#define KCOMPAT_INPUT_LAYERS_HIDDEN_H

#include <stdbool.h>

#include "util/error.h"

struct layers_hidden;

struct error *layers_hidden_create(struct layers_hidden **ret);
void layers_hidden_destroy(struct layers_hidden *hidden); /* NULL-safe */

/* An entry of the layer `rank` of the image, in any order. A whiteout hides what is below it. */
struct error *layers_hidden_note(
	struct layers_hidden *hidden, const char *name, unsigned int rank, bool is_directory);
/* Does the image show this file of that layer? All entries were noted. A whiteout is no file. */
bool layers_hidden_shows(const struct layers_hidden *hidden, const char *name, unsigned int rank);

#endif
