/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several JSON documents are made of. Results are the caller's; NULL: no memory. */
#ifndef KCOMPAT_UTIL_JSON_WRITE_H
#define KCOMPAT_UTIL_JSON_WRITE_H

#include <jansson.h>

/* What jansson refuses as not UTF-8, with '?' for each such byte. A plain char *: free() it. */
char *json_as_ascii(const char *text);
/* null for NULL. Names come from BTF and symbol tables: what is not UTF-8 is shown rather than lost. */
json_t *json_text_or_null(const char *text);

#endif
