/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CO-RE relocations: what an instruction that names a field, type or enumerator becomes on a
 * kernel, from the BTF of both. The rules are libbpf's, to the letter (tools/lib/bpf/relo_core.c in
 * linux 6.18, libbpf 1.7): `make check-oracle` compares every relocation with its log.
 */
#ifndef KCOMPAT_CORE_CORE_H
#define KCOMPAT_CORE_CORE_H

#include "btf/btf.h"
#include "object/elf/object.h"
#include "util/buf.h"
#include "util/error.h"

/* enum bpf_core_relo_kind (include/uapi/linux/bpf.h): X(enumerator, number, what it asks for) */
#define CORE_KINDS(X)                                                                              \
	X(FIELD_OFFSET, 0, "the field")                                                            \
	X(FIELD_SIZE, 1, "the size of the field")                                                  \
	X(FIELD_EXISTS, 2, "whether the field exists")                                             \
	X(FIELD_SIGNED, 3, "the sign of the field")                                                \
	X(FIELD_LSHIFT, 4, "the bits of the field")                                                \
	X(FIELD_RSHIFT, 5, "the bits of the field")                                                \
	X(TYPE_ID_LOCAL, 6, "the id of the type in the object")                                    \
	X(TYPE_ID_TARGET, 7, "the id of the type in the kernel")                                   \
	X(TYPE_EXISTS, 8, "whether the type exists")                                               \
	X(TYPE_SIZE, 9, "the size of the type")                                                    \
	X(ENUMERATOR_EXISTS, 10, "whether the enumerator exists")                                  \
	X(ENUMERATOR_VALUE, 11, "the value of the enumerator")                                     \
	X(TYPE_MATCHES, 12, "whether the type matches")

enum core_kind {
#define CORE_KIND_ENUM(name, number, meaning) CORE_##name = number,
	CORE_KINDS(CORE_KIND_ENUM)
#undef CORE_KIND_ENUM
		CORE_KIND_CNT
};
/* "field", "type", "enumerator"; NULL: no kind that libbpf knows. */
const char *core_kind_subject(uint32_t kind);
/* Does a question about existence have this kind? Its answer is 0 or 1, and it needs nothing. */
bool core_kind_is_test(uint32_t kind);

/* Types of one kernel that relocations are looked up in. */
struct core_target;
/*
 * Indexes the BTF of the kernel, and of the modules that are loaded: those are asked only about
 * types that the kernel itself lacks. Borrows all of it.
 */
struct error *core_target_create(struct kbtf *kernel, struct kbtf *const *modules,
	size_t module_cnt, struct core_target **ret);
void core_target_destroy(struct core_target *target); /* NULL-safe */

enum core_outcome {
	CORE_RESOLVED,
	CORE_POISONED, /* libbpf replaces the instruction with a call that the verifier refuses if
			  it is reached */
	CORE_REFUSED,  /* libbpf refuses the whole object */
};

struct core_result {
	enum core_outcome outcome;
	/* Of CORE_POISONED and CORE_REFUSED, and of a type or field that does not exist. Static. */
	const char *reason;
	bool no_type;                   /* no type of that name in the kernel */
	uint64_t original, value;       /* what the instruction holds, and what it becomes */
	uint32_t original_bytes, bytes; /* of the field, for the size of a load or store; 0: none */
	bool validate;                  /* libbpf compares `original` with the instruction */
	bool bad_size; /* a load or store of this field cannot be adjusted to its size */
};

/* Resolves relocations of one object on one kernel, in the order of the file: libbpf remembers
 * candidates. */
struct core_relocator;
struct error *core_relocator_create(const struct kbtf *local, bool big_endian,
	const struct core_target *target, struct core_relocator **ret);
void core_relocator_destroy(struct core_relocator *relocator); /* NULL-safe */

/* The error is lack of memory. */
struct error *core_resolve(struct core_relocator *relocator, uint32_t type_id, uint32_t kind,
	const char *access, struct core_result *ret);

/*
 * Writes the result into the instruction. insns[0 .. cnt-1]: from the instruction on. It is left as
 * it is unless the outcome is CORE_RESOLVED; the form of the instruction can change the outcome.
 */
void core_patch(struct core_result *result, struct object_insn *insns, uint32_t cnt);

/*
 * Are both types compatible, after their names were found equal (also of kfuncs and variables)?
 * Negative: one of them is damaged.
 */
int core_types_are_compatible(
	const struct kbtf *local, uint32_t local_id, const struct kbtf *target, uint32_t target_id);
/* The length of a name without its flavour: 4 of "task___v5". */
size_t core_essential_len(const char *name);

/*
 * A field that the BTF `had` has and `now` lacks: the name of the member that is most like it, by its neighbours, its
 * type and its spelling. *ret NULL: there is none, or several. False: no memory.
 */
bool core_find_renamed(const struct kbtf *local, uint32_t type_id, uint32_t kind, const char *access,
	const struct kbtf *had, const struct kbtf *now, struct pool *pool, const char **ret);

/* Appends "struct task_struct.se.vruntime", as the object's types name it. */
void core_describe(const struct kbtf *local, uint32_t type_id, uint32_t kind, const char *access,
	struct buf *out);

#endif
