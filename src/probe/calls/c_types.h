/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The declarations of the kernel's types that a program in C needs. Structs have the members that the
 * program names, with CO-RE, so they are right for other kernels too. What is only stored has its size.
 */
#ifndef KCOMPAT_PROBE_CALLS_C_TYPES_H
#define KCOMPAT_PROBE_CALLS_C_TYPES_H

#include "btf/btf.h"
#include "util/buf.h"

#define C_STRUCTS_MAX 96
#define C_MEMBERS_MAX 8
#define C_PATH_MAX 96

struct c_member {
	const struct kbtf *btf;
	const char *name;
	uint32_t type_id;
};

struct c_struct {
	const char *name;
	bool is_union, printed;
	bool is_inside; /* another struct has it as a member */
	uint32_t size_bytes; /* of a struct whose inside the program does not name; 0: not wanted */
	struct c_member members[C_MEMBERS_MAX];
	size_t member_cnt;
};

struct c_name {
	const struct kbtf *btf;
	const char *name;
	uint32_t type_id;
};

/* Zeroed: empty. Names live in the BTF. */
struct c_types {
	struct c_struct structs[C_STRUCTS_MAX];
	size_t struct_cnt;
	struct c_name names[C_STRUCTS_MAX]; /* typedefs and enums, in the order in which they are needed */
	size_t name_cnt;
	bool failed; /* there is something that cannot be declared */
};

/* Whatever a declaration of the type names. */
void c_types_add(struct c_types *types, const struct kbtf *btf, uint32_t type_id);
/* The program has an object of struct `name` and `size_bytes`, aligned to 8. */
void c_types_add_opaque(struct c_types *types, const char *name, uint32_t size_bytes);
/*
 * The member at `offset` of a struct: "inet.sk". `wanted`: the struct that lies there; NULL: a pointer lies
 * there, whose type goes to *type_id. False: there is no such member.
 */
bool c_types_member(struct c_types *types, const struct kbtf *btf, uint32_t struct_id, uint32_t offset,
	const char *wanted, char path[static C_PATH_MAX], uint32_t *type_id);
void c_types_print(struct c_types *types, struct buf *out);

#endif
