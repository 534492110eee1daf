/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of a real call, in words. Its form is that of probe/calls/recipe.h. */
#include "docs/parts.h"

#include <ctype.h>
#include <string.h>

#include "util/array.h"

#define LABEL "recipe "
#define PLAIN "plain"

/* One choice: "call/a0/source=current". Not terminated. */
struct choice {
	const char *path, *name;
	size_t path_len, name_len;
};

static bool ends_with(const struct choice *choice, const char *part)
{
	size_t len = strlen(part);

	return choice->path_len >= len && !memcmp(choice->path + choice->path_len - len, part, len);
}

static bool is_text(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(text, word, len);
}

/* The part of the path at *at, which moves behind it; its length. */
static size_t next_part(const struct choice *choice, size_t *at, const char **part)
{
	const char *begin = choice->path + *at;
	const char *slash = memchr(begin, '/', choice->path_len - *at);
	size_t len = slash ? (size_t)(slash - begin) : choice->path_len - *at;

	*part = begin;
	*at += len + (slash ? 1 : 0);
	return len;
}

/* "the first argument"; of "call/a0/source/file/a1/source", "for the first argument, for the file, the second argument" */
static void put_place(const struct choice *choice, struct buf *out)
{
	/* A call takes no more. */
	static const char *const ordinals[] = {"first", "second", "third", "fourth", "fifth"};
	_cleanup_buf_ struct buf last = {0};

	for (size_t at = 0; at < choice->path_len;) {
		const char *part;
		size_t len = next_part(choice, &at, &part);
		bool is_argument = len == 2 && *part == 'a' && part[1] >= '0' && part[1] < '0' + (int)ARRAY_SIZE(ordinals);
		if (!is_argument && !is_text(part, len, "file"))
			continue;
		if (last.len)
			buf_printf(out, "for %s, ", buf_text(&last));
		buf_clear(&last);
		if (is_argument)
			buf_printf(&last, "the %s argument", ordinals[part[1] - '0']);
		else
			buf_puts(&last, "the file");
	}
	buf_puts(out, buf_text(&last));
	out->failed |= last.failed;
}

static void put_value(const struct choice *choice, struct buf *out)
{
	static const struct {
		const char *name, *words;
	} words[] = {
		{"current", "is the current task"},
		{"stack", "is on the stack"},
		{"rodata", "is read-only data"},
		{"kern_ctx", "is the kernel's context"},
		{"object", "is in an allocated object"},
		{"percpu-kptr", "is a per-CPU object in a map"},
		{"kptr-load", "is loaded from a map"},
		{"kptr-exchange", "is exchanged with a map"},
	};
	int len = (int)choice->name_len;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (is_text(choice->name, choice->name_len, words[i].name)) {
			buf_puts(out, words[i].words);
			return;
		}
	}
	if (isdigit((unsigned char)*choice->name))
		buf_printf(out, "is %.*s", len, choice->name);
	else if (!strncmp(choice->name, "inner:", 6))
		buf_printf(out, "is a map inside a map (%.*s)", len - 6, choice->name + 6);
	else if (ends_with(choice, "map"))
		buf_printf(out, "is a map of type %.*s", len, choice->name);
	else
		buf_printf(out, "comes from %.*s%s", len, choice->name, strncmp(choice->name, "bpf_", 4) ? "" : "()");
}

static bool has_value(const struct choice *choice)
{
	return ends_with(choice, "/source") || ends_with(choice, "/number") || ends_with(choice, "/map") ||
		ends_with(choice, "/place");
}

/* Nothing of a choice that has no words here. */
static void put_choice(const struct choice *choice, struct buf *out)
{
	const char *brackets = strncmp(choice->name, "bpf_", 4) ? "" : "()";
	int len = (int)choice->name_len;
	_cleanup_buf_ struct buf place = {0};

	put_place(choice, &place);
	if (is_text(choice->path, choice->path_len, "section"))
		buf_puts(out, is_text(choice->name, choice->name_len, "rcu") ? "inside of an RCU read lock"
									       : "inside of a critical section");
	else if (is_text(choice->path, choice->path_len, "load") &&
		is_text(choice->name, choice->name_len, "device-bound"))
		buf_puts(out, "loaded for a network device");
	else if (is_text(choice->path, choice->path_len, "target"))
		buf_printf(out, "attached to %.*s", len, choice->name);
	else if (is_text(choice->path, choice->path_len, "after") && is_text(choice->name, choice->name_len, "drop-node"))
		buf_puts(out, "followed by the end of its object");
	else if (is_text(choice->path, choice->path_len, "after"))
		buf_printf(out, "followed by %.*s%s", len, choice->name, brackets);
	else if (ends_with(choice, "/release"))
		buf_printf(out, "which %.*s() releases", len, choice->name);
	else if (ends_with(choice, "/root"))
		buf_puts(out, "on a list or tree in an allocated object");
	else if (place.len && has_value(choice)) {
		buf_printf(out, "%s ", buf_text(&place));
		put_value(choice, out);
	}
	out->failed |= place.failed;
}

void docs_put_evidence(const char *line, struct buf *out)
{
	const char *before = ": ";

	if (strncmp(line, LABEL, strlen(LABEL))) {
		buf_puts(out, line);
		return;
	}
	buf_puts(out, "a program with the call was accepted");
	line += strlen(LABEL);
	if (!strcmp(line, PLAIN))
		return;
	while (*line) {
		size_t len = strcspn(line, " ");
		const char *equal = memchr(line, '=', len);
		const struct choice choice = {line, equal ? equal + 1 : line, equal ? (size_t)(equal - line) : 0,
			equal ? (size_t)(line + len - equal - 1) : len};
		_cleanup_buf_ struct buf words = {0};
		put_choice(&choice, &words);
		if (words.len) {
			buf_printf(out, "%s%s", before, buf_text(&words));
			before = ", ";
		}
		out->failed |= words.failed;
		line += len;
		line += *line == ' ';
	}
}
