/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A BPF object file as a loader sees it: programs, subprograms, maps, externs, relocations, and
 * what .BTF and .BTF.ext say about them. The rules are libbpf's (tools/lib/bpf/libbpf.c, linker.c;
 * Documentation/bpf/btf.rst). The bytes are hostile input: every offset, size and index is checked
 * when the object is read. What is made of it takes at most a few times the size of the file.
 */
#ifndef KCOMPAT_OBJECT_OBJECT_H
#define KCOMPAT_OBJECT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf/btf.h"
#include "util/error.h"
#include "util/pool.h"

#define OBJECT_SIZE_MAX_BYTES (64u * 1024 * 1024)
/* Instructions in all sections of an object; the kernel takes a million in one program
 * (BPF_COMPLEXITY_LIMIT_INSNS). */
#define OBJECT_INSN_MAX 2000000u

/* In the host's order, whatever the object's is. */
struct object_insn {
	uint8_t code, dst, src;
	int16_t off;
	int32_t imm;
};

enum object_link_kind {
	OBJECT_LINK_NONE,
	OBJECT_LINK_MAP,  /* index: of the map; map_cnt and above: one that BTF does not describe */
	OBJECT_LINK_DATA, /* index: of the section; offset: bytes in it */
	OBJECT_LINK_CODE, /* index: of the section; offset: instructions in it */
	OBJECT_LINK_EXTERN, /* index: of the extern */
};

/* What the relocation of an instruction refers to. */
struct object_link {
	enum object_link_kind kind;
	uint32_t index;
	int64_t offset;
};

struct object_section {
	const char *name;
	const unsigned char *data; /* NULL: no bytes in the file (.bss) */
	uint64_t size_bytes;
	uint32_t type, link, info;
	uint64_t flags;
	/* Of a section with code; NULL: it has none. */
	struct object_insn *insns;
	struct object_link *links; /* [insn_cnt] */
	uint32_t insn_cnt;
};

/* A symbol of code. */
struct object_function {
	const char *name;
	uint32_t section, first, cnt; /* instructions in the section */
	bool global;                  /* verified by itself, if the BTF is there */
	bool is_program;              /* a loader loads it; false: other functions call it */
	/* Of a member of a struct_ops map: "tcp_congestion_ops" and "init"; else NULL. */
	const char *ops_type, *ops_member;
};

enum object_extern_kind {
	OBJECT_EXTERN_KFUNC,
	OBJECT_EXTERN_KSYM,    /* a variable with a type: from BTF */
	OBJECT_EXTERN_ADDRESS, /* a symbol without one (extern void): from /proc/kallsyms */
	OBJECT_EXTERN_KCONFIG,
	OBJECT_EXTERN_UNKNOWN, /* BTF does not describe it: libbpf refuses the object */
};

struct object_extern {
	const char *name;
	enum object_extern_kind kind;
	bool weak;
	uint32_t type_id; /* the FUNC or VAR in the object's BTF; 0: none */
};

struct object_map {
	const char *name;
	uint32_t type; /* BPF_MAP_TYPE_*; 0: not given */
	uint32_t key_bytes, value_bytes, max_entries, flags; /* sizes also from types; 0: not given */
	bool has_key_type, has_value_type;
	uint32_t value_type_id; /* 0: none */
	bool has_inner; /* the object says what the maps in it are like */
	const struct object_map *inner; /* what it says; NULL: nothing, or programs */
};

/* A variable of a data section. */
struct object_variable {
	const char *name;
	uint32_t section, start, size_bytes;
};

/* A struct_ops map that libbpf makes. */
struct object_ops {
	const char *name, *type; /* of the variable, and "tcp_congestion_ops" without a flavour */
	uint32_t type_id;        /* a struct of the object's BTF */
	uint32_t section, start, size_bytes;
};

/* A CO-RE relocation of .BTF.ext (struct bpf_core_relo of include/uapi/linux/bpf.h). */
struct object_core {
	uint32_t section, insn;
	uint32_t type_id, kind;
	const char *access; /* "0:1:2" */
};

struct object_line {
	uint32_t section, insn;
	const char *file, *text; /* "" if unknown */
	uint32_t line;
};

struct object {
	struct pool pool;
	unsigned char *bytes;
	size_t size_bytes;
	bool big_endian;  /* the object's byte order */
	bool swapped;     /* it is not the host's */
	struct kbtf *btf; /* NULL: no .BTF */
	struct object_section *sections;
	uint32_t section_cnt;
	struct object_function *functions; /* sorted by section and place */
	uint32_t function_cnt;
	struct object_extern *externs;
	uint32_t extern_cnt;
	struct object_map *maps;
	uint32_t map_cnt;
	struct object_core *cores;
	size_t core_cnt;
	struct object_variable *variables; /* sorted by section and place */
	size_t variable_cnt;
	struct object_ops *ops;
	size_t ops_cnt;
	struct object_line *lines; /* sorted by section and instruction */
	size_t line_cnt;
	const char *license; /* "" if it has none */
	/* Why a libbpf of today refuses the object before it asks any kernel; NULL: it does not. */
	const char *refusal;
};

/* Takes the malloc'd bytes, also after an error. ERROR_INPUT: not a BPF object, or a damaged one.
 */
struct error *object_create(unsigned char *bytes, size_t size_bytes, struct object **ret);
void object_destroy(struct object *object); /* NULL-safe */

/* Is it an ELF file for BPF? Looks at no more than the first 64 bytes. */
bool object_recognise(const void *bytes, size_t size_bytes);

/*
 * The next BPF object inside another file, such as a program with a skeleton: at or behind *at,
 * which is set to its place, with *ret bytes. False: there is no more.
 */
bool object_next_embedded(const void *bytes, size_t size_bytes, size_t *at, size_t *ret);

/* The function that holds the instruction; NULL: none does. */
const struct object_function *object_function_at(
	const struct object *object, uint32_t section, uint32_t insn);
/* The last line information at or before the instruction, in its function; NULL: none. */
const struct object_line *object_line_at(
	const struct object *object, uint32_t section, uint32_t insn);
/* The variable of a data section at this offset; NULL: no symbol names one there. */
const struct object_variable *object_variable_at(
	const struct object *object, uint32_t section, uint64_t offset);
/* The variable of that name in a section whose name begins so (".rodata"); NULL: there is none. */
const struct object_variable *object_find_variable(
	const struct object *object, const char *section, const char *name);
/* Does the kernel count this licence as compatible with the GPL (include/linux/license.h)? */
bool object_is_gpl(const struct object *object);

#endif
