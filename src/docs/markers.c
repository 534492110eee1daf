/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docs/markers.h"
#include "util/escape.h"

#include <stdio.h>
#include <string.h>

#include "util/array.h"
#include "util/suggest.h"

#define NAME_LEN_MAX 64
#define HEADING "# "
#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors put it at the start of a file */
#define OPENING "<!-- ["
#define SIGNATURE "**Signature**"

static const struct {
	const char *name;
	bool ours, takes_argument;
} names[] = {
#define MARKER_ROW(name) [MARKER_##name] = {#name, true, MARKER_##name == MARKER_FEATURE_TAG},
	MARKERS(MARKER_ROW)
#undef MARKER_ROW
	/* Other tools write these, from other sources. */
	{"HELPER_FUNC_DEF", false, false},
	{"LIBBPF_TAG", false, true},
	{"MTU_TABLE", false, false},
};

#define NAME_CNT ARRAY_SIZE(names)

struct parsing {
	const char *path, *data;
	size_t size;
	size_t line, line_begin;  /* where we are */
	char fence;               /* '`' or '~' inside of fenced code, else 0 */
	size_t fence_len;
	bool open;                /* the last section is open */
	struct marker_page *page;
};

/* A comment that looks like a marker. */
struct comment {
	const char *name, *argument; /* not terminated */
	size_t name_len, argument_len;
	bool closing, has_argument;
	size_t begin, end;           /* of the whole comment */
};

const char *marker_name(enum marker marker)
{
	return names[marker].name;
}

void marker_page_deinit(struct marker_page *page)
{
	if (page)
		pool_destroy(&page->pool);
}

static struct error *markers_complain(const struct parsing *parsing, size_t line, const char *todo,
	const char *why, const struct comment *comment)
{
	return error_create(ERROR_INPUT, todo, "%s:%zu: [%s%.*s] %s", parsing->path, line,
		comment->closing ? "/" : "", (int)comment->name_len, comment->name, why);
}

static struct error *check_text(const struct parsing *parsing)
{
	size_t line = 1, at = 0;
	uint32_t code;

	for (size_t len; (len = escape_next(parsing->data + at, parsing->size - at, &code)); at += len) {
		if (code == ESCAPE_INVALID || !code)
			return error_create(ERROR_INPUT, "store it as UTF-8", "%s:%zu: not UTF-8 text",
				parsing->path, line);
		line += code == '\n';
	}
	return NULL;
}

static bool starts(const char *text, size_t len, const char *prefix)
{
	return len >= strlen(prefix) && !memcmp(text, prefix, strlen(prefix));
}

static size_t span(const char *text, size_t len, const char *accepted)
{
	size_t at = 0;

	while (at < len && text[at] && strchr(accepted, text[at]))
		at++;
	return at;
}

/* The distance to the first byte of `stop`, or to the end. */
static size_t reach(const char *text, size_t len, const char *stop)
{
	size_t at = 0;

	while (at < len && !strchr(stop, text[at]))
		at++;
	return at;
}

/* Reads a comment at `at` in the line that ends at `end`; false: it is not a marker. */
static bool read_comment(const struct parsing *parsing, size_t at, size_t end, struct comment *ret)
{
	const char *data = parsing->data;

	*ret = (struct comment) {.begin = at};
	if (!starts(data + at, end - at, OPENING))
		return false;
	at += strlen(OPENING);
	ret->closing = at < end && data[at] == '/';
	at += ret->closing;
	ret->name = data + at;
	ret->name_len = span(data + at, end - at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
	at += ret->name_len;
	if (!ret->name_len || ret->name_len > NAME_LEN_MAX || at == end || data[at++] != ']')
		return false;
	if (at < end && data[at] == '(') {
		ret->has_argument = true;
		ret->argument = data + ++at;
		ret->argument_len = reach(data + at, end - at, "()<>\r");
		at += ret->argument_len;
		if (at == end || data[at++] != ')')
			return false;
	}
	if (!starts(data + at, end - at, " -->"))
		return false;
	ret->end = at + strlen(" -->");
	return true;
}

static size_t markers_find_name(const struct comment *comment)
{
	size_t i = 0;

	while (i < NAME_CNT && (strlen(names[i].name) != comment->name_len ||
				       memcmp(names[i].name, comment->name, comment->name_len)))
		i++;
	return i;
}

static struct error *unknown_name(const struct parsing *parsing, const struct comment *comment)
{
	char name[NAME_LEN_MAX + 1] = "";
	struct suggestion suggestion = {0};
	char todo[NAME_LEN_MAX + 32];

	for (size_t i = 0; i < comment->name_len; i++)
		name[i] = comment->name[i];
	for (size_t i = 0; i < NAME_CNT; i++)
		suggest_consider(&suggestion, name, names[i].name);
	if (suggestion.best)
		snprintf(todo, sizeof(todo), "did you mean [%s]?", suggestion.best);
	return markers_complain(parsing, parsing->line, suggestion.best ? todo : NULL, "is no marker", comment);
}

/* True behind "**Signature**" and an empty line. Another section does not belong to kcompat. */
static bool follows_signature(const struct parsing *parsing)
{
	static const char *const before[] = {SIGNATURE "\n\n", SIGNATURE "\r\n\r\n"};

	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		size_t len = strlen(before[i]);
		if (parsing->line_begin >= len &&
			!memcmp(parsing->data + parsing->line_begin - len, before[i], len))
			return true;
	}
	return false;
}

static bool markers_is_same(const struct marker_section *section, size_t marker, const struct comment *comment)
{
	if (section->marker != marker)
		return false;
	return !comment->has_argument ||
		(strlen(section->argument) == comment->argument_len &&
			!memcmp(section->argument, comment->argument, comment->argument_len));
}

static struct error *check_opening(
	const struct parsing *parsing, const struct comment *comment, size_t marker)
{
	const struct marker_page *page = parsing->page;

	if (parsing->open)
		return markers_complain(parsing, parsing->line, "close that one first",
			"begins inside of another section", comment);
	if (names[marker].takes_argument != comment->has_argument ||
		(comment->has_argument && !comment->argument_len))
		return markers_complain(parsing, parsing->line, NULL,
			names[marker].takes_argument ? "lacks its argument" : "takes no argument", comment);
	for (size_t i = 0; i < page->section_cnt; i++) {
		if (markers_is_same(&page->sections[i], marker, comment))
			return markers_complain(parsing, parsing->line, NULL, "is there twice", comment);
	}
	if (page->section_cnt == MARKERS_SECTION_MAX)
		return markers_complain(parsing, parsing->line, NULL, "is one section too many", comment);
	return NULL;
}

static struct error *open_section(
	struct parsing *parsing, const struct comment *comment, size_t marker, size_t line_end)
{
	struct marker_page *page = parsing->page;
	struct error *error = check_opening(parsing, comment, marker);

	if (error)
		return error;
	page->sections = pool_grow(&page->pool, page->sections, page->section_cnt,
		&page->section_cap, sizeof(*page->sections));
	const char *argument = comment->has_argument
		? pool_strndup(&page->pool, comment->argument, comment->argument_len)
		: NULL;
	if (!page->sections || (comment->has_argument && !argument))
		return error_no_memory();
	page->sections[page->section_cnt++] = (struct marker_section) {
		.marker = (enum marker)marker,
		.argument = argument,
		.line = parsing->line,
		.begin = comment->end,
		.crlf = line_end > comment->end && parsing->data[line_end - 1] == '\r',
	};
	parsing->open = true;
	return NULL;
}

static struct error *close_section(
	struct parsing *parsing, const struct comment *comment, size_t marker)
{
	struct marker_page *page = parsing->page;
	struct marker_section *last = parsing->open ? &page->sections[page->section_cnt - 1] : NULL;

	/* A marker that does not belong to kcompat at this place, such as a signature elsewhere. */
	if (!last && marker == MARKER_KFUNC_DEF)
		return NULL;
	if (!last || last->marker != marker)
		return markers_complain(parsing, parsing->line, NULL, "closes nothing: no marker is open", comment);
	last->end = comment->begin;
	parsing->open = false;
	return NULL;
}

static struct error *take_comment(
	struct parsing *parsing, const struct comment *comment, size_t line_end)
{
	size_t marker = markers_find_name(comment);

	if (marker == NAME_CNT)
		return unknown_name(parsing, comment);
	if (!names[marker].ours)
		return NULL;
	if (comment->closing)
		return close_section(parsing, comment, marker);
	if (marker == MARKER_KFUNC_DEF && !parsing->open && !follows_signature(parsing))
		return NULL;
	return open_section(parsing, comment, marker, line_end);
}

/* Starts or ends fenced code; true: the line is such a fence. */
static bool take_fence(struct parsing *parsing, const char *line, size_t len)
{
	size_t indent = span(line, len, " \t");
	const char *at = line + indent;
	size_t left = len - indent, ticks = 0;

	while (ticks < left && at[ticks] == at[0] && strchr("`~", at[0]))
		ticks++;
	if (ticks < 3)
		return parsing->fence;
	if (!parsing->fence) {
		/* ```code``` on one line is not a fence. */
		if (at[0] == '`' && memchr(at + ticks, '`', left - ticks))
			return false;
		parsing->fence = at[0];
		parsing->fence_len = ticks;
	} else if (parsing->fence == at[0] && ticks >= parsing->fence_len &&
		ticks + span(at + ticks, left - ticks, " \t\r") == left) {
		parsing->fence = 0;
	}
	return true;
}

static struct error *take_heading(struct parsing *parsing, const char *line, size_t len)
{
	struct marker_page *page = parsing->page;

	if (page->subject || !starts(line, len, HEADING))
		return NULL;
	const char *begin = memchr(line, '`', len);
	size_t left = begin ? len - (size_t)(begin + 1 - line) : 0;
	const char *end = begin ? memchr(begin + 1, '`', left) : NULL;
	if (!end || end == begin + 1)
		return NULL;
	page->subject = pool_strndup(&page->pool, begin + 1, (size_t)(end - begin - 1));
	return page->subject ? NULL : error_no_memory();
}

static struct error *markers_take_line(struct parsing *parsing, size_t end)
{
	const char *line = parsing->data + parsing->line_begin;
	struct comment comment;
	struct error *error;

	if (take_fence(parsing, line, end - parsing->line_begin))
		return NULL;
	error = take_heading(parsing, line, end - parsing->line_begin);
	for (size_t at = parsing->line_begin; at < end && !error; at++) {
		bool quoted = at > parsing->line_begin && parsing->data[at - 1] == '`';
		if (parsing->data[at] != '<' || quoted || !read_comment(parsing, at, end, &comment))
			continue;
		error = take_comment(parsing, &comment, end);
		at = comment.end - 1;
	}
	return error;
}

static struct error *take_lines(struct parsing *parsing)
{
	struct error *error = NULL;

	if (starts(parsing->data, parsing->size, BYTE_ORDER_MARK))
		parsing->line_begin = strlen(BYTE_ORDER_MARK);
	while (parsing->line_begin < parsing->size && !error) {
		const char *newline = memchr(parsing->data + parsing->line_begin, '\n',
			parsing->size - parsing->line_begin);
		size_t end = newline ? (size_t)(newline - parsing->data) : parsing->size;
		parsing->line++;
		error = markers_take_line(parsing, end);
		parsing->line_begin = end + 1;
	}
	return error;
}

static struct error *check_end(const struct parsing *parsing)
{
	const struct marker_page *page = parsing->page;

	if (!parsing->open)
		return NULL;
	const struct marker_section *last = &page->sections[page->section_cnt - 1];
	return error_create(ERROR_INPUT, NULL, "%s:%zu: [%s] is never closed%s", parsing->path, last->line,
		names[last->marker].name, parsing->fence ? ": fenced code inside of it has no end" : "");
}

struct error *markers_parse(const char *path, const char *data, size_t size, struct marker_page *ret)
{
	struct marker_page page = {0};
	struct parsing parsing = {.path = path, .data = data, .size = size, .page = &page};
	struct error *error = NULL;

	if (size > MARKERS_SIZE_MAX_BYTES)
		error = error_create(ERROR_INPUT, NULL, "%s: larger than %u MiB", path,
			MARKERS_SIZE_MAX_BYTES >> 20);
	if (!error)
		error = check_text(&parsing);
	if (!error)
		error = take_lines(&parsing);
	if (!error)
		error = check_end(&parsing);
	if (error)
		marker_page_deinit(&page);
	else
		*ret = page;
	return error;
}
