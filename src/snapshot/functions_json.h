/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of all functions, and each function, as one line of JSON without the newline. A key is
 * left out if its value is unknown, false, or follows from another key:
 *
 *   {"schema":"kcompat/functions/1","release":"6.12...","machine":62,"build_id":"...",
 *    "sources":["dwarf","symtab"],"limits":["..."]}
 *   {"name":"f","kind":"function","collision":"unique static","inline":"selective",
 *    "changes":[".cold"],"alias_of":"g","prototype":"int f(void)",
 *    "instances":[{"unit":"a.c","file":"a.h","line":7,"language":"C11","external":false,
 *      "address":"ffffffff81000000","inline":"full","overridden":true,"renamed":"x",
 *      "prototype":"...","direct_callers":["g","g","b.c:h"],"inline_callers":["g"]}],
 *    "symbols":[{"name":"f.cold","address":"...","size":16,"binding":"local","section":".text",
 *      "region":"init","patchable":true,"kprobe_refused":false,"exported":"gpl"}]}
 *
 * - "file" is left out if it is the unit. "name" of a symbol and "prototype" of an instance are left
 *   out if they are those of the function, and "kind" if it is "function".
 * - A caller without a unit is in the unit of the instance. ":g" is a caller in an unknown unit. A
 *   caller that calls n times is listed n times. If unit or name has a colon: ["unit", "name"].
 * - "collision", "inline" and "changes" of a function follow from the rest. They are for readers
 *   of the text. "patchable", "kprobe_refused" and "external" are null if they are unknown.
 *   "exported" is left out if it is unknown.
 * - A byte that is not ASCII is written as the character of that number.
 */
#ifndef KCOMPAT_SNAPSHOT_FUNCTIONS_JSON_H
#define KCOMPAT_SNAPSHOT_FUNCTIONS_JSON_H

#include "kernel/kernel.h"
#include "util/json.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

#define FUNCTIONS_SCHEMA "kcompat/functions/1"

void functions_put_header(struct buf *out, const struct kernel_functions *functions);
void functions_put_function(struct buf *out, const struct kernel_function *function);
/*
 * What a snapshot says in addition to symbols and prototypes, as one object: "kind", "collision_type",
 * "inline", "changes", "alias_of", "instances". Only unknown values are left out, and addresses unless
 * `addresses` is set. Callers are null if none of the sources (a mask of 1u << enum function_source)
 * knows them.
 */
void functions_put_facts(struct buf *out, const struct kernel_function *function, uint32_t sources,
	bool addresses);

/* Fills everything but the list. ERROR_INPUT says what is wrong. */
struct error *functions_parse_header(
	const char *line, size_t len_bytes, struct kernel_functions *ret);
/* The function lives in `pool`. */
struct error *functions_parse_function(const char *line, size_t len_bytes, struct pool *pool,
	struct kernel_function *ret);
/* The facts of a snapshot's function: fills kind, alias_of, instances and symbols. */
void functions_parse_facts(struct json_reader *reader, struct json_place place,
	const json_t *object, struct kernel_function *ret);

#endif
