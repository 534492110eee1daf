/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types and functions of many kernels in one file, FILE.kts. The BTF of a kernel is taken apart into
 * named records. Each distinct record is stored once, with a mask of the kernels that have it. From its
 * records, the BTF of a kernel is made again. It is equal to the kernel's own but for the numbers of its
 * types and their order. Types of modules are not stored.
 *
 * The file, numbers in little endian order:
 *   "KTS1", u32 packed size and u32 size of the header, zstd(header), then the blocks, zstd each.
 *   header: varint kernels; for each: name, release, version, machine, SHA-256 of its BTF ("": none), each
 *     with a NUL; varint flags (STORE_KERNEL_*), mask of the sections that it has whole; varint files; for
 *     each: name, SHA-256.
 *     varint masks; for each: a bit for each kernel, in whole bytes.
 *     varint sections; for each: u8 letter, varint blocks; for each: varint packed size, varint size,
 *     varint lines, its first key with a NUL.
 *   block: lines "KEY\tBODY\n", then for each line a varint, the number of its mask.
 * Lines and keys are sorted by their bytes, each line once. All lines of one key are in one block. A
 * section with an unknown letter is left out. A file that breaks a rule is refused. Sections of facts about
 * functions and symbols (from 'a' on) have numbers instead of names: store/words.h.
 */
#ifndef KCOMPAT_STORE_STORE_H
#define KCOMPAT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf/btf.h"
#include "kernel/kernel.h"
#include "util/buf.h"

#define STORE_KERNELS_MAX 1024u
#define STORE_SIZE_MAX_BYTES (256u << 20)

/* X(enumerator, letter in the file, what it holds) */
#define STORE_SECTIONS(X)                                                                          \
	X(FUNCTIONS, 'F', "the prototypes of functions")                                           \
	X(TYPES, 'T', "types, variables and sections of variables")                                \
	X(SYMBOLS, 'y', "the symbols of functions of the kernel itself")                           \
	X(ATTACH, 'a', "what an attachment takes: the entry that ftrace patches, the kprobe blacklist, ...") \
	X(CALLERS, 'c', "which functions call a function directly")                                \
	X(DECLARED, 'd', "where debug information says that a function is declared")               \
	X(INSTANCES, 'i', "the definitions of a function that debug information has, and where it is inlined") \
	X(INLINERS, 'j', "the functions that a function is inlined in")                            \
	X(PROTOTYPES, 'p', "prototypes by debug information, of functions that BTF lacks")         \
	X(DATA, 'z', "the symbols of data of the kernel itself")

enum store_section {
#define STORE_SECTION_ENUM(name, letter, meaning) STORE_##name,
	STORE_SECTIONS(STORE_SECTION_ENUM)
#undef STORE_SECTION_ENUM
	STORE_SECTION_CNT
};

/* A file that the kernel was read from. */
struct store_source {
	const char *name;   /* without its directory */
	const char *sha256; /* 64 hex digits */
};

struct store_kernel {
	const char *name;    /* "amd64-6.12-cloud"; unique in the file */
	const char *release; /* of uname(2), as the next two; "": unknown */
	const char *version;
	const char *machine;
	const char *btf_sha256; /* of the kernel's own BTF; "": it has none, or it was not read */
	uint32_t whole;      /* mask of 1u << enum store_section: all its records are in the file */
	bool no_btf;         /* proved: its whole image was read and has no BTF */
	struct store_source *sources;
	size_t source_cnt;
};

struct store;

/* Opens a file, or takes malloc'd bytes, also after an error. ERROR_INPUT: it breaks a rule. */
struct error *store_open(const char *path, struct store **ret);
struct error *store_open_bytes(void *data, size_t size_bytes, struct store **ret);
void store_close(struct store *store); /* NULL-safe */
static inline void store_cleanup(struct store **store)
{
	store_close(*store);
}
#define _cleanup_store_ __attribute__((cleanup(store_cleanup)))
/* Do the first bytes say that it is such a file? False also if reading fails. */
bool store_recognise(const char *path);

/* The file beside a store with the callers of functions: NAME-callers.kts for NAME.kts. In `pool`; NULL: no memory. */
const char *store_callers_path(struct pool *pool, const char *path);

size_t store_kernel_cnt(const struct store *store);
const struct store_kernel *store_kernel(const struct store *store, size_t index);
/* Reads and checks every block. */
struct error *store_check(const struct store *store);

/* A line, and which kernels have it. Texts in the pool of the look-up; the mask is the store's. */
struct store_record {
	enum store_section section;
	/* "task_struct"; "NAME#1", "NAME#2", ... for further types of that name. STORE_NAMELESS begins that of
	 * a type without a name. */
	const char *key;
	const char *body; /* private to this folder; of a symbol: its nm(1) letters */
	const unsigned char *mask;
};
#define STORE_NAMELESS '~'
static inline bool store_record_is_of(const struct store_record *record, size_t kernel)
{
	return record->mask[kernel / 8] >> kernel % 8 & 1;
}
struct store_records {
	struct store_record *list; /* by key and body */
	size_t cnt, cap;
};
/* Adds the records of a name to *ret, in all kernels: every type, function, or symbol with what a compiler
 * appended, of that name. */
struct error *store_find(const struct store *store, enum store_section section, const char *name,
	struct pool *pool, struct store_records *ret);
/*
 * The records of data with the name, in all kernels. A number at the end of the name is left out (store/form.h): any
 * number will do.
 */
struct error *store_find_data_of_any_number(
	const struct store *store, const char *name, struct pool *pool, struct store_records *ret);
/* Adds the records that have an enum with the enumerator, also one without a name, in all kernels. */
struct error *store_find_enumerator(const struct store *store, const char *name, struct pool *pool,
	struct store_records *ret);
/* Reads the records of a section whose keys begin with `prefix` one by one, by key. */
struct store_cursor;
struct error *store_cursor_create(const struct store *store, enum store_section section,
	const char *prefix, struct store_cursor **ret);
/* *ret NULL: no more. Its texts last until the next call. */
struct error *store_cursor_next(struct store_cursor *cursor, const struct store_record **ret);
void store_cursor_destroy(struct store_cursor *cursor); /* NULL-safe */
/*
 * BTF with the one type or function of the record. Types that it names exist there without their
 * content, so it can be printed (btf/decl.h), and its members listed. *id is its type.
 */
struct error *store_record_btf(
	const struct store_record *record, struct kbtf **ret, uint32_t *id);

/*
 * Appends a line for each kernel: its name, how many types, functions and symbols, the SHA-256 of its records, and that
 * of its BTF. Lines fold at `width` (util/columns.h).
 */
struct error *store_describe(const struct store *store, size_t width, struct buf *out);
/* Makes the BTF of a kernel again. ERROR_NOT_FOUND: the file has no BTF of it. */
struct error *store_btf(const struct store *store, size_t kernel, struct kbtf **ret);
/*
 * The same BTF, whose types are read when somebody looks at them (kbtf_take_error() of btf/btf.h). Borrows the store,
 * which keeps what it unpacked for the next kernel.
 */
struct error *store_btf_on_demand(const struct store *store, size_t kernel, struct kbtf **ret);
/* Fills an empty kernel with the symbols of these names, and BTF that has only their prototypes. */
struct error *store_load_functions(const struct store *store, size_t kernel,
	const char *const *names, size_t name_cnt, struct kernel *ret);
/*
 * Fills an empty kernel with what the store knows, with BTF on demand, which borrows the store. Without `symbols`, none are read. Ask
 * kbtf_take_error() before an answer counts.
 */
struct error *store_load_on_demand(
	const struct store *store, size_t kernel, bool symbols, struct kernel *ret);
/* Gives a kernel the symbols of these names, with what a compiler appended: enough to describe those functions. */
struct error *store_find_symbols(const struct store *store, size_t kernel, const char *const *names,
	size_t name_cnt, struct kernel *ret);
/*
 * The facts of functions of these names: of those that are found. *ret NULL: the store has no facts about functions of
 * the kernel. `callers`: a second store, for the sections that the first one lacks of this kernel; may be NULL.
 */
struct error *store_load_facts(const struct store *store, const struct store *callers, size_t kernel,
	const char *const *names, size_t name_cnt, struct kernel_functions **ret);
/* Only its identity. */
void store_identify(const struct store_kernel *kernel, struct kernel *ret);

/* The sorted lines of one kernel in a section, each with a newline. */
struct store_lines {
	struct buf text[STORE_SECTION_CNT];
};
void store_lines_deinit(struct store_lines *lines); /* NULL-safe */
/* Takes BTF apart. ERROR_INPUT: it has something that no kernel has, which cannot be stored. */
struct error *store_emit(const struct kbtf *btf, struct store_lines *ret);
/* Adds the section of symbols. */
struct error *store_emit_symbols(const struct kernel_symbols *symbols, struct store_lines *lines);
/* Adds the section of data, of symbols that list it (symbols_list_data()). */
struct error *store_emit_data(const struct kernel_symbols *symbols, struct store_lines *lines);
/*
 * Adds what an attachment takes, and the callers, of functions that were read from code (functions/functions.h).
 * `sections`: the same functions with the sections of their symbols; may be NULL.
 */
struct error *store_emit_attach(const struct kernel_functions *functions,
	const struct kernel_functions *sections, struct store_lines *lines);
/* Adds what debug information has, and the callers if the code did not have them. */
struct error *store_emit_instances(const struct kernel_functions *functions, struct store_lines *lines);
/* Makes the BTF again. */
struct error *store_lines_btf(const struct store_lines *lines, struct kbtf **ret);
/* The lines that a store holds of a kernel. */
struct error *store_kernel_lines(
	const struct store *store, size_t kernel, struct store_lines *ret);

struct store_addition {
	struct store_kernel kernel;
	struct store_lines lines;
};
/*
 * The bytes of a file with the kernels of `old` (NULL: none) and then the additions. A kernel of the same
 * name as an addition is left out. Equal kernels in equal order give equal bytes.
 */
struct error *store_write(const struct store *old, const struct store_addition *additions,
	size_t addition_cnt, struct buf *out);
/* The bytes of a file without the kernels of these names. ERROR_NOT_FOUND: it has none of a name. */
struct error *store_forget(
	const struct store *old, const char *const *names, size_t name_cnt, struct buf *out);

#endif
