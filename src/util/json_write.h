/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by all JSON documents. Names come from BTF and symbol tables and may contain any byte. */
#ifndef KCOMPAT_UTIL_JSON_WRITE_H
#define KCOMPAT_UTIL_JSON_WRITE_H

#include <jansson.h>

#include "util/buf.h"

/* The text with U+FFFD for each byte that is not UTF-8, which jansson refuses; free() it. NULL: no memory. */
char *json_as_utf8(const char *text);
/* A string of it; null for NULL. Caller's; NULL: no memory. */
json_t *json_text_or_null(const char *text);
/*
 * Appends the document, which is taken over. `flags` are jansson's. Characters that are not printable
 * become escapes. False: no memory, also for a root of NULL.
 */
bool json_write(json_t *root, size_t flags, struct buf *out);

/*
 * An object whose members are written one after another, as json_write() would write all of them. A
 * large document then needs the memory of its text, and not ten times that for its values.
 */
struct json_members {
	struct buf *out;
	bool one_line; /* else indented by 2 */
	bool flat;     /* each member and each element on a line of its own, and no more lines */
	bool started, failed;
};

void json_members_begin(struct json_members *members);
/* Takes `value`; NULL, or no memory, sets `failed`. */
void json_members_put(struct json_members *members, const char *key, json_t *value);
/* A member that is an array: its elements follow, then the end of it. */
void json_members_list(struct json_members *members, const char *key);
void json_members_element(struct json_members *members, json_t *value); /* takes it, as above */
void json_members_list_end(struct json_members *members);
void json_members_end(struct json_members *members);

#endif
