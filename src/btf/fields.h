/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a struct as a program can address them: BTF's members, down to scalars. */
#ifndef KCOMPAT_BTF_FIELDS_H
#define KCOMPAT_BTF_FIELDS_H

#include "btf/btf.h"
#include "util/pool.h"

#define KBTF_FIELDS_MAX 1024u

struct kbtf_field {
	const char *name; /* "len", "regs.ip", "cb[1]" */
	const char *type; /* in C (btf/decl.h): "__u32", "struct bpf_sock *" */
	uint32_t offset_bytes, size_bytes;
};

/*
 * Those of a STRUCT or UNION, in BTF's order. Structs, unions and arrays stand for what is in them,
 * nameless ones without a name of their own; bit fields, nameless scalars, what has no size, no name
 * of a sane length or no offset that an instruction can have are left out. An error is lack of memory, or
 * ERROR_INPUT for BTF with more than KBTF_FIELDS_MAX fields, or nested deeper than KBTF_DEPTH_MAX.
 */
struct error *kbtf_fields(const struct kbtf *btf, uint32_t struct_id, struct pool *pool,
	struct kbtf_field **ret, size_t *cnt);

#endif
