/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which function an address of an image belongs to, by its symbols; and calls by their target. */
#ifndef KCOMPAT_CODE_MAP_H
#define KCOMPAT_CODE_MAP_H

#include "kernel/kernel.h"
#include "image/image.h"
#include "util/error.h"

struct code_map {
	const struct image *image;
	const struct kernel_symbols
		*symbols;    /* only those of vmlinux, or of the module that `image` is */
	uint32_t *functions; /* indexes of symbols, by address; owned */
	size_t function_cnt;
};

/* `image` and `symbols` must outlive the map. Errors: no memory. */
struct error *code_map_create(
	const struct image *image, const struct kernel_symbols *symbols, struct code_map *ret);
void code_map_deinit(struct code_map *map); /* NULL-safe */

/* The last function that begins at or before `address`; NULL: none. */
const struct kernel_symbol *code_map_function(const struct code_map *map, uint64_t address);
/* Does a function of that very name begin at `address`? */
bool code_map_is(const struct code_map *map, uint64_t address, const char *name);
/* The name of a function that begins at `address`; NULL: none does. */
const char *code_map_name(const struct code_map *map, uint64_t address);
/* Any symbol of that very name; NULL: there is none. Reads all symbols. */
const struct kernel_symbol *code_map_find(const struct code_map *map, const char *name);
/* Do both lie in one function, its split-off parts (".cold") included? `function` begins it. */
bool code_map_inside(
	const struct code_map *map, const struct kernel_symbol *function, uint64_t address);
/* The function itself when `symbol` is a part of it that was split off. */
const struct kernel_symbol *code_map_whole(
	const struct code_map *map, const struct kernel_symbol *symbol);

/*
 * Calls and jumps to one of `targets` in everything executable, sorted by address: found by their
 * bytes, so that a few may be no instructions at all. None where code is not followed. `*ret` is
 * malloc'd.
 */
struct code_site {
	uint64_t address;
	size_t target; /* index into `targets` */
};
#define CODE_SITE_MAX 4096
struct error *code_sites_find(const struct image *image, const uint64_t *targets, size_t target_cnt,
	struct code_site **ret, size_t *ret_cnt);

#endif
