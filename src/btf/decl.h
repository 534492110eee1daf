/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C declarations from BTF: prototypes with type tags, function pointers and arrays. */
#ifndef KCOMPAT_BTF_DECL_H
#define KCOMPAT_BTF_DECL_H

#include "btf/btf.h"
#include "util/buf.h"

/*
 * Appends "int vfs_read(struct file *file, char *buf)" for a FUNC, or the declaration of any other
 * type with its own name. A type that cannot be written (a cycle, a chain too long, an id that
 * does not exist) prints as "<invalid type N>". A name that no kernel accepts prints as "<invalid
 * name>". Such a result is not valid C.
 */
void kbtf_print_func(const struct kbtf *btf, uint32_t func_id, struct buf *out);
/* Appends "TYPE NAME"; `name` may be "". */
void kbtf_print_decl(const struct kbtf *btf, uint32_t type_id, const char *name, struct buf *out);

#endif
