/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms of types (history/types.h) from BTF; private to the folder. */
#ifndef KCOMPAT_HISTORY_TYPE_FORM_H
#define KCOMPAT_HISTORY_TYPE_FORM_H

#include "btf/btf.h"
#include "snapshot/history/types.h"

/* The kind under which a type of that name is shown; TYPE_KIND_CNT: none. A function is an LSM hook's. */
enum type_kind type_form_kind(const struct btf_type *type, const char *name);
bool type_is_hook(const char *function);
/* Fills a zeroed form, with texts in `pool`. */
struct error *type_form_fill(struct pool *pool, enum type_kind kind, const struct kbtf *btf, uint32_t id,
	struct type_form *form);

#endif
