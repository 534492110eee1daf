/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed reading of an untrusted JSON document. The first mismatch is kept as an error with its
 * place ("kfuncs[3].cells: expected an object, found a number"). After it, every function returns
 * NULL, false or 0, so the caller checks once at the end.
 */
#ifndef KCOMPAT_UTIL_JSON_H
#define KCOMPAT_UTIL_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/pool.h"

struct json_reader {
	struct pool *pool;   /* texts and arrays go there */
	struct error *error; /* owned until taken; NULL: no error */
};

/* A place in the document: `list` alone, or list[at]. */
struct json_place {
	const char *list; /* "" for the document itself */
	size_t at;        /* JSON_PLACE_ALONE: not in an array */
};
#define JSON_PLACE_ALONE ((size_t)-1)

/* Keeps the first error: "PLACE.KEY: expected WANTED, found ...". `key` may be NULL. */
void json_expected(struct json_reader *reader, struct json_place place, const char *key,
	const char *wanted, const json_t *found);
/* "PLACE.KEY: expected WANTED, found 'TEXT'", for a text that is itself a key. */
void json_expected_key(struct json_reader *reader, struct json_place place, const char *key,
	const char *wanted, const char *text);
void json_no_memory(struct json_reader *reader);

/*
 * json_loadb() for foreign bytes: refuses a document whose values would not fit into the budget of the run
 * (util/budget.h) before it makes one. Two bytes can become an array, which takes 130.
 * ERROR_INPUT: this, or the syntax, with its place.
 */
struct error *json_parse(const char *text, size_t len_bytes, size_t flags, json_t **ret);

/*
 * A member of `object`. A missing key and a null give NULL, false or 0 without an error. A value
 * of another type is an error. Texts are copied into the pool.
 */
const char *json_text(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key);
bool json_flag(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key);
uint64_t json_number(struct json_reader *reader, struct json_place place, const json_t *object,
	const char *key, uint64_t max);
#define ERRNO_MAX 4095 /* MAX_ERRNO of include/linux/err.h */
/* An errno by number or by name ("EPERM"); 0 when missing. */
int json_errno(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key);
/* Like json_text, but a missing key is an error. Never NULL: "" after an error. */
const char *json_required_text(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key);
/* NULL when missing; *cnt is 0 then. */
const char **json_texts(struct json_reader *reader, struct json_place place, const json_t *object,
	const char *key, size_t *cnt);
const json_t *json_member_object(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key);
const json_t *json_member_array(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key);

/* Several texts at once: each goes to the const char * at `offset` of *base. */
struct json_text_field {
	const char *key;
	size_t offset;
};
void json_fill(struct json_reader *reader, struct json_place place, const json_t *object,
	const struct json_text_field *fields, size_t field_cnt, void *base);

/*
 * An array of objects. `each` gets each object and the memory of one element. Returns the elements
 * in the pool, NULL when the key is missing. `*cnt` of them are filled.
 */
typedef void json_element_function(struct json_reader *reader, struct json_place place,
	const json_t *object, void *element, void *context);
void *json_objects(struct json_reader *reader, struct json_place place, const json_t *object,
	const char *key, size_t size_bytes, json_element_function *each, void *context,
	size_t *cnt);

#endif
