/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of an image's code and marks, by address, from an ELF symbol table or kallsyms. */
#ifndef KCOMPAT_FUNCTIONS_SYMBOLS_H
#define KCOMPAT_FUNCTIONS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "image/image.h"
#include "util/error.h"
#include "util/pool.h"

struct code_symbol {
	const char *name;
	uint64_t address, size_bytes; /* size 0: unknown */
	enum function_binding binding;
	bool function;       /* STT_FUNC, or nm's t, T, w, W; false: data, a mark or a label */
	bool label;          /* of code, without a type: assembly */
	const char *section; /* NULL: unknown */
};

struct code_symbols {
	struct code_symbol *list; /* sorted by address, name */
	size_t cnt;
	bool sized; /* from ELF: sizes and sections are known */
};

/* No kernel has millions. */
#define CODE_SYMBOL_MAX (16u * 1024 * 1024)

/*
 * Functions and possible marks from .symtab of `image`. Names stay in the image's memory; the list
 * lives in `pool`. For a relocatable file, addresses are those of the image's segments.
 * ERROR_NOT_FOUND: no .symtab. ERROR_INPUT: it is damaged.
 */
struct error *code_symbols_elf(
	struct pool *pool, const struct image *image, struct code_symbols *ret);
/* From kallsyms or System.map, without symbols of modules. Names are not copied. */
struct error *code_symbols_listed(
	struct pool *pool, const struct kernel_symbols *symbols, struct code_symbols *ret);

/* The first symbol at or after `address`; symbols->cnt: none. */
size_t code_symbols_from(const struct code_symbols *symbols, uint64_t address);
/* The function that contains `address`, by size if known; NULL: none. */
const struct code_symbol *code_symbols_at(const struct code_symbols *symbols, uint64_t address);

#endif
