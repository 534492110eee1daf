/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF with one type of every kind, for tests that need some of each. */
#ifndef KCOMPAT_TESTS_BTF_ALL_KINDS_H
#define KCOMPAT_TESTS_BTF_ALL_KINDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "btf_builder.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

/* Ids of add_all_kinds(), in its order. */
enum {
	INT = 1,
	TASK,
	INNER,
	TASK_PTR,
	FWD,
	PID,
	CONST_PID,
	VOLATILE_PID,
	RESTRICT_PTR,
	TAG,
	TAG_PTR,
	ARRAY,
	COLOR,
	WIDE,
	PROTO,
	VFS_READ,
	VFS_READ_2,
	JIFFIES,
	DATA,
	FLOAT,
	DECL_TAG,
	ALL_CNT
};

static inline void add_all_kinds(struct btf_builder *builder)
{
	const struct builder_param params[] = {{"task", TAG_PTR}, {"pid", CONST_PID}, {NULL, 0}};

	builder_int(builder, "int", 4);
	builder_type(builder, "task", BTF_KIND_STRUCT, 3, false, 16);
	builder_member(builder, "pid", INT, 0);
	builder_member(builder, NULL, INNER, 32);
	builder_member(builder, "next", TASK_PTR, 64);
	builder_type(builder, NULL, BTF_KIND_UNION, 2, true, 4);
	builder_member(builder, "low", INT, 4u << 24 | 0);
	builder_member(builder, "high", INT, 4u << 24 | 4);
	builder_ptr(builder, TASK);
	builder_ref(builder, BTF_KIND_FWD, "forward", 0);
	builder_ref(builder, BTF_KIND_TYPEDEF, "pid_t", INT);
	builder_ref(builder, BTF_KIND_CONST, NULL, PID);
	builder_ref(builder, BTF_KIND_VOLATILE, NULL, CONST_PID);
	builder_ref(builder, BTF_KIND_RESTRICT, NULL, TASK_PTR);
	builder_ref(builder, BTF_KIND_TYPE_TAG, "rcu", TASK);
	builder_ptr(builder, TAG);
	builder_array(builder, INT, 3);
	builder_type(builder, "color", BTF_KIND_ENUM, 2, true, 4);
	builder_pair(builder, "RED", 1);
	builder_pair(builder, "BLUE", (uint32_t)-2);
	builder_type(builder, "wide", KBTF_KIND_ENUM64, 2, false, 8);
	builder_member(builder, "WIDE", 5, 6);
	builder_member(builder, "WIDEST", UINT32_MAX, UINT32_MAX);
	builder_proto(builder, INT, params, CNT(params));
	builder_func(builder, "vfs_read", PROTO);
	builder_func(builder, "vfs_read", PROTO);
	builder_type(builder, "jiffies", BTF_KIND_VAR, 0, false, INT);
	builder_word(builder, BTF_VAR_GLOBAL_ALLOCATED);
	builder_type(builder, ".data", BTF_KIND_DATASEC, 1, false, 4);
	builder_word(builder, JIFFIES);
	builder_word(builder, 0);
	builder_word(builder, 4);
	builder_type(builder, "float", BTF_KIND_FLOAT, 0, false, 4);
	builder_decl_tag(builder, "bpf_kfunc", VFS_READ, -1);
}

static inline struct kbtf *must_create(struct btf_builder *builder, const struct kbtf *base)
{
	struct kbtf *btf = NULL;
	_cleanup_error_ struct error *error = builder_create(builder, base, &btf);

	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
	return btf;
}

#endif
