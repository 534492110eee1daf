/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A path into a type; private to this folder. */
#ifndef KCOMPAT_CORE_SPEC_H
#define KCOMPAT_CORE_SPEC_H

#include "object/core/core.h"

/* BPF_CORE_SPEC_MAX_LEN. */
#define CORE_SPEC_MAX 64
/* Limit of recursion and of chains in libbpf. */
#define CORE_DEPTH_MAX 32

/* One step: a member of a struct, or an element of an array (name NULL). */
struct core_step {
	uint32_t type_id, index;
	const char *name;
};

struct core_spec {
	const struct kbtf *btf;
	uint32_t root;
	enum core_kind kind;
	struct core_step steps[CORE_SPEC_MAX];
	int len;
	int raw_len; /* with members without a name */
	uint32_t bit_offset;
};

bool core_is_field(uint32_t kind);
bool core_is_type(uint32_t kind);
bool core_is_enumerator(uint32_t kind);

/* Void has a type of its own here. NULL: no such id. */
const struct btf_type *core_type(const struct kbtf *btf, uint32_t id);
/* The same behind typedefs and qualifiers; sets *id. */
const struct btf_type *core_skip(const struct kbtf *btf, uint32_t *id);
/* Bytes; -1: it has none. */
int64_t core_size(const struct kbtf *btf, uint32_t id);
bool core_is_enum(const struct btf_type *type);
bool core_is_composite(const struct btf_type *type);
/* Is it the same kind, or two kinds of enum? */
bool core_same_kind(const struct btf_type *a, const struct btf_type *b);
bool core_same_essential(const char *a, const char *b);
uint32_t core_member_bits(const struct btf_type *type, const struct btf_member *member);
uint32_t core_int_word(const struct btf_type *type);
/* Is the array the last member of its struct, without a size? `step` is the one before it; NULL:
 * none. */
bool core_is_flexible(
	const struct kbtf *btf, const struct core_step *step, const struct btf_array *array);

/* 0, or -1: libbpf refuses it. */
int core_parse(const struct kbtf *btf, uint32_t root, const char *access, uint32_t kind,
	struct core_spec *ret);
/* 1: it matches; 0: it does not; -1: libbpf refuses the relocation. */
int core_match(
	const struct core_spec *local, const struct kbtf *btf, uint32_t id, struct core_spec *ret);
int core_types_match(const struct kbtf *local, uint32_t local_id, const struct kbtf *target,
	uint32_t target_id, bool behind_pointer, int level);

struct core_value {
	uint64_t value;
	uint32_t bytes, type_id;
	bool validate, poison;
};
/* `spec` NULL: nothing was found. -1: libbpf refuses the relocation. */
int core_value_of(
	const struct core_spec *spec, enum core_kind kind, bool big_endian, struct core_value *ret);

#endif
