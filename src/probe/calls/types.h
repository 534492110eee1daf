/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about the kernel's types that arguments need. All take the BTF that has the type. */
#ifndef KCOMPAT_PROBE_CALLS_TYPES_H
#define KCOMPAT_PROBE_CALLS_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "btf/btf.h"
#include "kernel/context.h"
#include "util/pool.h"

/* Parameters of a FUNC_PROTO; `proto_id` may be a FUNC. NULL: it is no function. */
const struct btf_param *type_params(
	const struct kbtf *btf, uint32_t proto_id, uint32_t *cnt, uint32_t *return_id);
/* What a pointer points to, without typedefs and qualifiers. False: no pointer. *id 0: void. */
bool type_pointee(const struct kbtf *btf, uint32_t type_id, uint32_t *id, unsigned int *kind);
/* The name of the struct that a pointer points to; NULL: no pointer to a struct with a name. */
const char *type_struct_pointee(const struct kbtf *btf, uint32_t type_id, uint32_t *id);
/* Where a member begins, in bytes. */
uint32_t type_member_offset(const struct btf_type *type, const struct btf_member *member);
/* The size of a type, 0 if it has none. */
uint32_t type_size(const struct kbtf *btf, uint32_t type_id);
/*
 * A struct of numbers, or of unions of them, alone: the verifier takes any memory for it
 * (__btf_type_is_scalar_struct(), linux kernel/bpf/verifier.c).
 */
bool type_is_scalar_struct(const struct kbtf *btf, uint32_t struct_id);
/*
 * Is a pointer to the struct also one to struct `name`, at *offset? The struct itself, or the first
 * one inside it, four levels deep.
 */
bool type_holds(const struct kbtf *btf, uint32_t struct_id, const char *name, uint32_t *offset);
/* The pointer fields of a struct that point to structs, also in structs inside it. */
struct type_field {
	const char *name;
	uint32_t offset, struct_id;
};
struct type_field *type_pointer_fields(
	const struct kbtf *btf, uint32_t struct_id, struct pool *pool, size_t *cnt);

/* The struct of include/uapi/linux/ that the context of a program is; NULL: it is none. */
const char *context_struct(enum prog_type type);
/* Is it a struct that the context of some program type is, for the program or the kernel? */
bool is_context_type(const char *type);
bool is_socket_type(const char *type);
/* "sk_buff" for "__sk_buff": the kernel's own view. */
const char *kernel_type(const char *type);
/* By its name, does the function give a reference back? */
bool is_releaser_name(const char *name);
bool text_ends(const char *text, const char *end);
bool text_is_one_of(const char *text, const char *const *list, size_t cnt);

#endif
