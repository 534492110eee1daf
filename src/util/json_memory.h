/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jansson's allocations. Where one fails, jansson goes on: a value that is made leaves no trace in its document, and a
 * text that is read loses some of its characters.
 */
#ifndef KCOMPAT_UTIL_JSON_MEMORY_H
#define KCOMPAT_UTIL_JSON_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Watches them from now on, so that json_write() and json_members_end() fail after one that failed. */
void json_watch_memory(void);
/* Has one failed, in any thread? */
bool json_memory_failed(void);

/*
 * json_loadb(). NULL with *no_memory after an allocation that failed: what was read until then is never freed, because
 * jansson would go on without a part of it, until an assertion of its own ends the process.
 */
json_t *json_read(const char *text, size_t len_bytes, size_t flags, json_error_t *error, bool *no_memory);

#endif
