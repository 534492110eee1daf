/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of BTF; private to the folder. KEY is the name of a type, a variable or a function. Further
 * ones of the same letter and name are NAME#1, NAME#2, ... BODY is a letter and its content:
 *
 *   i size,encoding     INT; the second number as in BTF        d size  FLOAT
 *   t TYPE              TYPEDEF        w x                      FWD of a struct, of a union
 *   s u size[k]{name:TYPE[offset][%bits];...}                   STRUCT, UNION; k: the kind flag
 *       offset: +bytes, ~bits or -bits from the offset of the member before; none: the same
 *   e E size[k]{name[=value];...}  ENUM, ENUM64; value in decimal; none: that of the one before plus 1
 *   F linkage(name:TYPE,...)TYPE   FUNC with its prototype
 *   V linkage TYPE      VAR            D size{VAR+bytes,size;...}      DATASEC, offset from the one before
 * then a decl tag each: !name[@index], !!name with the kind flag, sorted. Other numbers are in hex.
 *
 *   TYPE: v void; * pointer; K const; O volatile; R restrict; @tag; type tag (@@: with the kind flag);
 *     [count]TYPE array ([count/TYPE]: another type of index than usual);
 *     (name:TYPE,...)TYPE a prototype; S U N M a struct, union, enum, enum64 without a name, as above;
 *     a letter of above and KEY: that record.
 *
 * In the section of symbols, KEY is the whole name of a function, with what a compiler appended, and BODY the
 * nm(1) letters of the symbols of that name, sorted. Addresses are not stored, and no names of what
 * lies before an entry, __pfx_NAME and __cfi_NAME: they stand in the section of data.
 *
 * In that section, KEY is a name, or what is left of names without what a macro puts before them
 * (store/data_names.h). BODY: the nm(1) letters of the symbols of that name, each once; "-": none has it. Behind a tab:
 * '.' if there is NAME.NUMBER, too, and the letter of each macro that made a name of it.
 *
 * A type without a name that nothing refers to has the key "~" and its first member's name, and the
 * body ~TYPE. The line with the key " " has the usual type of an array's index.
 */
#ifndef KCOMPAT_STORE_FORM_H
#define KCOMPAT_STORE_FORM_H

#include "store/store.h"

/* The nesting of a TYPE. Kernels need 14. */
#define STORE_DEPTH_MAX 60u
/* Of a line without its newline. The longest one of a kernel has 100 kB. */
#define STORE_LINE_MAX_BYTES (4u << 20)
#define STORE_BLOCK_BYTES (128u << 10)
#define STORE_BLOCK_MAX_BYTES (64u << 20)
#define STORE_HEADER_MAX_BYTES (64u << 20)
#define STORE_KEY_USUAL_INDEX " "
#define STORE_KEY_NAMELESS STORE_NAMELESS

/* All of the next two. */
extern const char store_letters[];
/* The letter of a named record; 0: a type of this kind has none. */
char store_letter(const struct btf_type *type);
/* The kind of a letter, with its flag; BTF_KIND_UNKN: no such letter. */
unsigned int store_letter_kind(char letter, bool *kind_flag);
/* May it be in the name of a type, member or function? Asked for each byte of a store. */
extern const bool store_name_chars[256];
static inline bool store_is_name_char(char c)
{
	return store_name_chars[(unsigned char)c];
}
/* May it be in a tag? */
bool store_is_tag_char(char c);

struct store_line {
	const char *text; /* without the newline, not terminated */
	size_t len;
};
int store_compare_lines(const void *a, const void *b); /* by their bytes, for qsort() */
/* The length of the key; the length of the line: there is no tab. */
size_t store_key_length(const struct store_line *line);
/* Splits a text into its lines, in `pool`. */
struct error *store_split_lines(
	const struct buf *text, struct pool *pool, struct store_line **ret, size_t *cnt);

/* Appends the lines in the order of their bytes, equal ones once. ERROR_INPUT: one is too long. */
struct error *store_sort_lines(const struct buf *text, struct buf *out);

/*
 * Which of several types of one letter and name is which: their shapes decide, so that equal types of
 * different kernels mostly get the same number. (*ret)[id] is the number, 0 for the first. malloc'd.
 */
struct error *store_number_types(const struct kbtf *btf, uint32_t **ret);

/*
 * BTF from sorted lines of several sections. `stubs`: a record that is not among them is made without
 * content; else it is an error. *first is the id of the first line's type.
 */
struct error *store_regenerate(
	const struct store_line *lines, size_t cnt, bool stubs, struct kbtf **ret);
/* ERROR_INPUT: a type needs itself without a pointer between. */
struct error *store_check_cycles(const struct kbtf *btf);

/* A block of a section, unpacked and checked. */
struct store_block {
	unsigned char *data; /* malloc'd */
	size_t size;         /* of the text, and the masks behind it if they are not coded */
	bool coded;
	struct store_line *lines; /* malloc'd */
	uint32_t *masks;          /* malloc'd; their numbers */
	size_t cnt;
};
struct store_index_block {
	size_t at, packed_bytes, bytes, line_cnt;
	const char *first; /* its first key */
};
struct store_index {
	struct store_index_block *blocks;
	size_t cnt;
};
char store_section_letter(enum store_section section);
const struct store_index *store_section_index(const struct store *store, enum store_section section);
struct error *store_read_block(const struct store *store, enum store_section section, size_t block,
	struct store_block *ret);
/*
 * The same, but most blocks are kept until the store is closed: questions about several kernels look at them again
 * and again. *ret is valid as long as the store and *scratch.
 */
struct error *store_look_at_block(const struct store *store, enum store_section section,
	size_t block, struct store_block *scratch, const struct store_block **ret);
/* The blocks that a store keeps. */
struct store_kept {
	struct store_block *blocks[STORE_SECTION_CNT]; /* by number; without data: not read */
	size_t cnt[STORE_SECTION_CNT];
	size_t bytes;
};
struct store_kept **store_kept(const struct store *store);
/* The block that has a key, if one has it: the last that begins with the key or before it. */
size_t store_block_of(const struct store_index *index, const char *key);
/* Its first line at or behind `text`, which is compared as far as it goes. */
size_t store_line_from(const struct store_block *block, const char *text, size_t len);
bool store_line_is_of(
	const struct store *store, const struct store_block *block, size_t line, size_t kernel);
void store_block_deinit(struct store_block *block);
#define _cleanup_block_ __attribute__((cleanup(store_block_deinit)))
/* Appends the lines that a kernel has in a section. */
struct error *store_add_lines(
	const struct store *store, enum store_section section, size_t kernel, struct buf *out);
/* The same of a kernel in a store, whose texts are borrowed. Its data is found by name. */
struct error *store_symbols_on_demand(
	const struct store *store, size_t kernel, struct pool *pool, struct kernel_symbols **ret);
/*
 * The nm letter of a symbol of data; '?': its letter was not stored. 0: the kernel has none of that name, or a number
 * ends the name.
 */
struct error *store_find_data(const struct store *store, size_t kernel, const char *name, char *type);
/* Symbols from sorted lines of their section, without addresses, in `pool`. */
struct error *store_read_symbols(
	const struct buf *text, struct pool *pool, struct kernel_symbols **ret);
/* Bytes of a mask, and the mask of that number. */
size_t store_mask_bytes(const struct store *store);
const unsigned char *store_mask(const struct store *store, uint32_t number);
static inline bool store_mask_has(const unsigned char *mask, size_t kernel)
{
	return mask[kernel / 8] >> kernel % 8 & 1;
}

#endif
