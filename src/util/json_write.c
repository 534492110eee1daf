/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json_write.h"

#include <stdlib.h>
#include <string.h>

#include "util/escape.h"
#include "util/json_memory.h"

char *json_as_utf8(const char *text)
{
	_cleanup_buf_ struct buf copy = {0};
	uint32_t code;

	for (size_t step, len = strlen(text); (step = escape_next(text, len, &code)); text += step, len -= step) {
		if (code == ESCAPE_INVALID)
			buf_puts(&copy, "\xef\xbf\xbd");
		else
			buf_add(&copy, text, step);
	}
	return copy.failed ? NULL : strdup(buf_text(&copy));
}

json_t *json_text_or_null(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	char *copy = value ? NULL : json_as_utf8(text);
	if (copy)
		value = json_string(copy);
	free(copy);
	return value;
}

static int add_chunk(const char *chunk, size_t size, void *out)
{
	buf_add(out, chunk, size);
	return ((struct buf *)out)->failed ? -1 : 0;
}

bool json_write(json_t *root, size_t flags, struct buf *out)
{
	_cleanup_buf_ struct buf dump = {0};
	bool ok = root && !json_memory_failed() && !json_dump_callback(root, add_chunk, &dump, flags);

	json_decref(root);
	if (ok)
		escape_json_dump(out, buf_text(&dump), dump.len);
	return ok && !out->failed;
}

static void new_line(struct json_members *members, size_t depth)
{
	if (members->one_line)
		return;
	buf_putc(members->out, '\n');
	buf_pad(members->out, ' ', depth * 2);
}

/* A new line of the layout. In a text of JSON, it is an escape. */
static void put_lines(struct json_members *members, const struct buf *text, size_t depth)
{
	const char *at = buf_text(text), *end = at + text->len;

	while (at < end) {
		const char *newline = members->one_line ? NULL : memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);
		escape_json_dump(members->out, at, len);
		if (newline)
			new_line(members, depth);
		at += len + (newline != NULL);
	}
}

static void put_value(struct json_members *members, json_t *value, size_t depth)
{
	_cleanup_buf_ struct buf dump = {0};
	size_t flags = JSON_ENCODE_ANY |
		(members->one_line || members->flat ? JSON_COMPACT : JSON_INDENT(2));

	if (!value || json_dump_callback(value, add_chunk, &dump, flags))
		members->failed = true;
	json_decref(value);
	put_lines(members, &dump, depth);
	members->failed |= members->out->failed;
}

static void next_place(struct json_members *members, size_t depth)
{
	if (members->started)
		buf_putc(members->out, ',');
	members->started = true;
	new_line(members, depth);
}

void json_members_begin(struct json_members *members)
{
	buf_putc(members->out, '{');
}

static void put_key(struct json_members *members, const char *key)
{
	next_place(members, 1);
	escape_json(members->out, key);
	buf_puts(members->out, members->one_line ? ":" : ": ");
}

void json_members_put(struct json_members *members, const char *key, json_t *value)
{
	put_key(members, key);
	put_value(members, value, 1);
}

void json_members_list(struct json_members *members, const char *key)
{
	put_key(members, key);
	buf_putc(members->out, '[');
	members->started = false;
}

void json_members_element(struct json_members *members, json_t *value)
{
	next_place(members, 2);
	put_value(members, value, 2);
}

void json_members_list_end(struct json_members *members)
{
	if (members->started)
		new_line(members, 1);
	buf_putc(members->out, ']');
	members->started = true;
}

void json_members_end(struct json_members *members)
{
	new_line(members, 0);
	buf_putc(members->out, '}');
	members->failed |= members->out->failed || json_memory_failed();
}
