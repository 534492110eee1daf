/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A read-only view of raw BTF (Documentation/bpf/btf.rst), in either byte order, possibly split
 * BTF over a base. The bytes are hostile input. Creation walks them once, checks that every record
 * lies inside and stores where each record starts (about a millisecond for a vmlinux). Type ids
 * and string offsets inside records are checked where they are used. All recursion here is
 * limited.
 */
#ifndef KCOMPAT_BTF_BTF_H
#define KCOMPAT_BTF_BTF_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/pool.h"

/* Limit for following a chain of modifiers, pointers or typedefs. */
#define KBTF_DEPTH_MAX 64

/*
 * The longest string (KSYM_NAME_LEN of linux since 6.1; __btf_name_valid() in kernel/bpf/btf.c). BTF with
 * a longer one is refused: many names can be ends of one string, and each becomes a text of its own.
 */
#define KBTF_NAME_MAX_BYTES 512u
/*
 * The same for the parameters of a prototype, which many functions can share. A kernel's functions have some
 * 20, and a program can call or trace those with up to 12 (MAX_BPF_FUNC_ARGS).
 */
#define KBTF_PARAM_MAX 255u

struct kbtf;

/* `name` is valid during the call. */
typedef void kbtf_each_name_fn(void *context, const char *name);

enum kbtf_storage {
	KBTF_BORROWED, /* the caller keeps the bytes alive and unchanged */
	KBTF_MALLOC,   /* free() them at the end, also when creation fails */
	KBTF_MMAP,     /* munmap() them at the end, also when creation fails */
};

/* `base` is NULL, or outlives the result. */
struct error *kbtf_create(void *data, size_t size_bytes, enum kbtf_storage storage,
	const struct kbtf *base, struct kbtf **ret);
/*
 * The BTF of a BPF object (the section .BTF of its file), without a base. It may have longer strings and
 * prototypes than a kernel's: strings of C++ and Rust types are in it, and nobody writes all of them out.
 */
struct error *kbtf_create_of_object(
	void *data, size_t size_bytes, enum kbtf_storage storage, struct kbtf **ret);
/*
 * The split BTF of a module that has its base with it, the section .BTF.base: what it needs of the
 * kernel's BTF, so that it fits other builds (linux 6.11, tools/lib/bpf/btf.c btf__distill_base()). Both
 * blobs are malloc'd. Takes both, also after an error.
 */
struct error *kbtf_create_distilled(void *data, size_t size_bytes, void *base_data,
	size_t base_size_bytes, struct kbtf **ret);
/*
 * BTF whose types are read when somebody looks at them, such as those of a kernel in a store. It answers every
 * question as the whole BTF does; to ask for the number of types, and so to go through them all, reads them all.
 */
struct kbtf_source {
	void *data;
	/* Never NULL for an id that was given out. A type that cannot be read is void, and an error is kept. */
	const struct btf_type *(*type)(void *data, uint32_t id);
	const char *(*string)(void *data, uint32_t offset);
	uint32_t (*find)(void *data, const char *name, unsigned int kind);
	uint32_t (*find_next)(void *data, uint32_t id);
	uint32_t (*type_cnt)(void *data);
	/* Calls back for the name of each type of this kind, and reads none of them. */
	void (*each_name)(void *data, unsigned int kind, const char *prefix, kbtf_each_name_fn *each,
		void *context);
	/* The first error since it was made; it is the caller's from now on. */
	struct error *(*take_error)(void *data);
	void (*destroy)(void *data);
};
/* Takes source->data, also after an error. */
struct error *kbtf_create_on_demand(const struct kbtf_source *source, struct kbtf **ret);
/* An answer counts only if no type of such BTF failed to be read since: NULL. Always NULL of other BTF. */
struct error *kbtf_take_error(const struct kbtf *btf);
bool kbtf_is_on_demand(const struct kbtf *btf);
/*
 * Own names of types of one kind that begin with the prefix, some more than once. Of BTF on demand, no type is read
 * for it.
 */
void kbtf_each_name(const struct kbtf *btf, unsigned int kind, const char *prefix,
	kbtf_each_name_fn *each, void *context);
void kbtf_destroy(struct kbtf *btf); /* NULL-safe */

/* Valid ids are 1 .. kbtf_type_cnt() - 1, including the base. Own ids start at kbtf_first_id(). */
uint32_t kbtf_type_cnt(const struct kbtf *btf);
uint32_t kbtf_first_id(const struct kbtf *btf);
/* NULL for void (0) and for an id that does not exist. */
const struct btf_type *kbtf_type(const struct kbtf *btf, uint32_t id);
/* "" for an offset outside. */
const char *kbtf_string(const struct kbtf *btf, uint32_t offset);
const char *kbtf_name(const struct kbtf *btf, const struct btf_type *type); /* type may be NULL */
/* The first string offset after all strings, including those of the base. */
uint32_t kbtf_string_end(const struct kbtf *btf);
/* The bytes as passed in (for a digest), without the base. */
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
/* The data after the 12 bytes of struct btf_type. Creation has checked that vlen entries exist. */
static inline const void *kbtf_tail(const struct btf_type *type)
{
	return type + 1;
}

/*
 * The first type of that kind and name: own ids, then the base. 0: there is none, or the name is
 * "". A single look-up costs half a millisecond. Call kbtf_index() before many look-ups.
 */
uint32_t kbtf_find(const struct kbtf *btf, const char *name, unsigned int kind);
/* The next type of the same kind and name after `id`, in the same BTF. 0: there is none. */
uint32_t kbtf_find_next(const struct kbtf *btf, uint32_t id);
struct error *kbtf_index(struct kbtf *btf);

/* Strips typedefs and const/volatile/restrict/type tags; 0 for void or a chain too long. */
uint32_t kbtf_skip_modifiers(const struct kbtf *btf, uint32_t id);
/* Is it a pointer to a function, after all typedefs and qualifiers (a member of an ops struct)? */
bool kbtf_is_function_pointer(const struct kbtf *btf, uint32_t id);
/* Finds a member of a struct or union by name, also in anonymous members. False: there is none. */
bool kbtf_find_member(const struct kbtf *btf, uint32_t struct_id, const char *name,
	uint32_t *type_id, uint32_t *offset_bits);
/* The `index`th enumerator (below vlen) of an ENUM or ENUM64. */
int64_t kbtf_enumerator(const struct btf_type *type, uint32_t index, uint32_t *name_off);
/*
 * Does every type, member and parameter refer to an existing name and type? The functions here
 * check each reference on use. Other libraries trust BTF and crash on a wrong reference.
 */
bool kbtf_references_hold(const struct kbtf *btf);
/* Finds the value of an enumerator of enum `enum_id` (ENUM or ENUM64). */
bool kbtf_enum_value(const struct kbtf *btf, uint32_t enum_id, const char *name, int64_t *value);

/*
 * Split BTF, such as a module's, extends a base, such as the kernel's. Its type ids and string
 * offsets continue where the base ends (Documentation/bpf/btf.rst). It does not name its base:
 * decoding against the wrong base succeeds and yields wrong names.
 */

/*
 * ERROR_INPUT if `base` is not the base that `split` was made for. Every name must be the start of
 * a string, and every reference must be a valid type id. Unused strings are allowed: some modules
 * of Debian's s390x kernels end with one.
 */
struct error *kbtf_split_check(const struct kbtf *split, const struct kbtf *base);

/*
 * The size of the string section of this BTF's base. 0: no type uses an own string. The result is
 * right if a type uses the last own string, as libbpf's btf__dedup() usually leaves it.
 * ERROR_INPUT: damaged.
 */
struct error *kbtf_split_base_strings(
	const void *data, size_t size_bytes, uint32_t *base_strings_bytes);

/* Which prototypes can a BPF program call, or the kernel build a trampoline for? */

/*
 * Why btf_distill_func_proto() (linux kernel/bpf/btf.c) refuses the FUNC `func_id`. The kernel
 * calls it first for a kfunc and for an attach target. Static; NULL: it accepts.
 */
const char *kbtf_func_problem(const struct kbtf *btf, uint32_t func_id);
/*
 * Why only some kernels can build a trampoline: unions, or more arguments than the registers of
 * `machine` (EM_*; get_nr_used_regs() in arch/x86/net/bpf_jit_comp.c and others). Static; NULL:
 * no reason. For a FUNC that the function above accepts.
 */
const char *kbtf_func_doubt(const struct kbtf *btf, uint32_t func_id, uint16_t machine);

/* The fields of a struct that a program can address: members in BTF, down to scalars. */

#define KBTF_FIELDS_MAX 1024u

struct kbtf_field {
	const char *name; /* "len", "regs.ip", "cb[1]" */
	const char *type; /* in C (btf/decl.h): "__u32", "struct bpf_sock *" */
	uint32_t offset_bytes, size_bytes;
};

/*
 * The fields of a STRUCT or UNION, in BTF's order. Structs, unions and arrays are replaced by their
 * parts; anonymous ones add nothing to the name. Left out are bit fields, nameless scalars, types
 * without size, names that are too long, and offsets that no instruction can encode. ERROR_INPUT:
 * BTF with more than KBTF_FIELDS_MAX fields, or nested deeper than KBTF_DEPTH_MAX.
 */
struct error *kbtf_fields(const struct kbtf *btf, uint32_t struct_id, struct pool *pool,
	struct kbtf_field **ret, size_t *cnt);

#endif
