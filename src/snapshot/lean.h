/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot's text without what nobody asks: nine tenths of it are the cells of some 400 kfuncs and
 * helpers. Parsing them takes ten times as long as leaving them out.
 */
#ifndef KCOMPAT_SNAPSHOT_LEAN_H
#define KCOMPAT_SNAPSHOT_LEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * Appends the document with empty "cells" for kfuncs and helpers of other names than `names`, which are
 * sorted (compare_texts()). All else stays as it is, also what is no JSON: the parser refuses it.
 */
void lean_text(const char *text, size_t len_bytes, const char *const *names, size_t name_cnt, struct buf *out);
/*
 * Appends the members of the document before the one with the key `until`, as a document. Its "config"
 * has only the options of these names, and the first one; NULL: all. False: the text has no such member,
 * or "environment" or "config" does not come before it, or one has another form. What was appended is
 * then useless.
 */
bool lean_head(const char *text, size_t len_bytes, const char *until, const char *const *names,
	size_t name_cnt, struct buf *out);

#endif
