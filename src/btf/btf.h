/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A read-only view of BTF (Documentation/bpf/btf.rst): raw, possibly split over a base, of either
 * byte order. The bytes are hostile input. Creation walks them once, checks that every record
 * lies inside and remembers where each begins (about a millisecond for a vmlinux); type ids and
 * string offsets inside records are checked where they are used, and nothing here recurses
 * without a limit.
 */
#ifndef KCOMPAT_BTF_BTF_H
#define KCOMPAT_BTF_BTF_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/pool.h"

/* Longest chain of modifiers, pointers or typedefs that is followed. */
#define KBTF_DEPTH_MAX 64

struct kbtf;

enum kbtf_storage {
	KBTF_BORROWED, /* the caller keeps the bytes alive and unchanged */
	KBTF_MALLOC,   /* free() them at the end, also when creation fails */
	KBTF_MMAP,     /* munmap() them at the end, also when creation fails */
};

/* `base` is NULL, or outlives the result. */
struct error *kbtf_create(void *data, size_t size_bytes, enum kbtf_storage storage,
	const struct kbtf *base, struct kbtf **ret);
void kbtf_destroy(struct kbtf *btf); /* NULL-safe */

/* Valid ids are 1 .. kbtf_type_cnt() - 1, those of the base included. Own ids begin at kbtf_first_id(). */
uint32_t kbtf_type_cnt(const struct kbtf *btf);
uint32_t kbtf_first_id(const struct kbtf *btf);
/* NULL for void (0) and for an id that does not exist. */
const struct btf_type *kbtf_type(const struct kbtf *btf, uint32_t id);
/* "" for an offset outside. */
const char *kbtf_string(const struct kbtf *btf, uint32_t offset);
const char *kbtf_name(const struct kbtf *btf, const struct btf_type *type); /* type may be NULL */
/* The first string offset that is beyond all strings, those of the base included. */
uint32_t kbtf_string_end(const struct kbtf *btf);
/* The bytes as they came (for a digest), without a base. */
const void *kbtf_bytes(const struct kbtf *btf, size_t *size_bytes);

/* The header of linux 6.17 and older calls 5 bits kind and 16 vlen; newer ones 7 and 24. */
static inline unsigned int kbtf_kind(const struct btf_type *type)
{
	return type->info >> 24 & 0x7f;
}
static inline uint32_t kbtf_vlen(const struct btf_type *type)
{
	return type->info & 0xffffff;
}
static inline bool kbtf_kind_flag(const struct btf_type *type)
{
	return type->info >> 31;
}
/* What follows the 12 bytes of struct btf_type; creation has checked that vlen of them are there. */
static inline const void *kbtf_tail(const struct btf_type *type)
{
	return type + 1;
}

/*
 * The first type of that kind and name, own ids before the base's; 0 when there is none, and for
 * the name "". A single look-up costs half a millisecond; call kbtf_index() before many.
 */
uint32_t kbtf_find(const struct kbtf *btf, const char *name, unsigned int kind);
/* The next of the same kind and name after `id`, among own ids only; 0 when there is none. */
uint32_t kbtf_find_next(const struct kbtf *btf, uint32_t id);
struct error *kbtf_index(struct kbtf *btf);

/* Strips typedefs and const/volatile/restrict/type tags; 0 for void or a chain too long. */
uint32_t kbtf_skip_modifiers(const struct kbtf *btf, uint32_t id);
/* A pointer to a function, behind any typedefs and qualifiers: what an ops struct is made of. */
bool kbtf_is_function_pointer(const struct kbtf *btf, uint32_t id);
/* Member of a struct or union by name, looking into anonymous ones; false when there is none. */
bool kbtf_find_member(const struct kbtf *btf, uint32_t struct_id, const char *name,
	uint32_t *type_id, uint32_t *offset_bits);
/* The `index`th enumerator (below vlen) of an ENUM or ENUM64. */
int64_t kbtf_enumerator(const struct btf_type *type, uint32_t index, uint32_t *name_off);
/*
 * Does every type name, member and parameter refer to a type that exists? What is read here checks
 * each reference where it is used; other libraries trust BTF and crash on one that does not hold.
 */
bool kbtf_references_hold(const struct kbtf *btf);
/* The value of an enumerator of enum `enum_id` (ENUM or ENUM64). */
bool kbtf_enum_value(const struct kbtf *btf, uint32_t enum_id, const char *name, int64_t *value);

/*
 * BTF that continues another's, as that of a module its kernel's: type ids and string offsets go on
 * where the base ends (Documentation/bpf/btf.rst), and nothing in it names that base. Over another
 * base it reads as well, and every name and type is another one.
 */

/*
 * ERROR_INPUT when `split`, which was created over `base`, was made over another: every name must
 * begin where a string does, every reference lead to a type. Strings that nobody refers to are no
 * fault: some modules of Debian's s390x kernels end with one.
 */
struct error *kbtf_split_check(const struct kbtf *split, const struct kbtf *base);

/*
 * How many bytes of strings the base of this BTF has, if its last own string is referred to, as it is
 * after libbpf's btf__dedup() as a rule; 0 when it names none of its own strings.
 * ERROR_INPUT: damaged. `data` is aligned to 4 bytes.
 */
struct error *kbtf_split_base_strings(
	const void *data, size_t size_bytes, uint32_t *base_strings_bytes);

/* Which prototypes the kernel can make a call of a BPF program from, or a trampoline for. */

/*
 * What btf_distill_func_proto() (linux kernel/bpf/btf.c) refuses in the FUNC `func_id`; it is asked
 * before all else for a kfunc and for a function to attach to. Static; NULL: nothing.
 */
const char *kbtf_func_problem(const struct kbtf *btf, uint32_t func_id);
/*
 * What some kernels cannot make a trampoline for and others can: arguments beyond the registers of
 * `machine` (EM_*; get_nr_used_regs() of arch/x86/net/bpf_jit_comp.c and its like), and unions.
 * Static; NULL: nothing. Of a FUNC without problem.
 */
const char *kbtf_func_doubt(const struct kbtf *btf, uint32_t func_id, uint16_t machine);

/* The fields of a struct as a program can address them: BTF's members, down to scalars. */

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
