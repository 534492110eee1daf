/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/ftrace.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "input/system/system.h"
#include "util/lines.h"
#include "util/sort.h"

struct names_parser {
	struct pool *pool;
	enum names_format format;
	const char **names; /* malloc'd */
	size_t cnt, cap;
	size_t odd_lines;
};

static void names_parser_deinit(struct names_parser *parser)
{
	free(parser->names);
}

static bool ftrace_add_name(struct names_parser *parser, const char *name, size_t len)
{
	if (parser->cnt == parser->cap) {
		size_t cap = parser->cap ? parser->cap * 2 : 4096;
		const char **names = realloc(parser->names, cap * sizeof(*names));
		if (!names)
			return false;
		parser->names = names;
		parser->cap = cap;
	}
	const char *copy = pool_strndup(parser->pool, name, len);
	if (copy)
		parser->names[parser->cnt++] = copy;
	return copy;
}

/* The length of the name in "NAME" or "NAME [MODULE]"; 0: another form. */
static size_t ftrace_name_length(const char *text, size_t len)
{
	size_t name_len = 0;

	while (name_len < len && isgraph((unsigned char)text[name_len]))
		name_len++;
	if (name_len == len)
		return name_len;
	size_t rest = len - name_len;
	bool module = rest > 3 && !memcmp(text + name_len, " [", 2) && text[len - 1] == ']';
	return module ? name_len : 0;
}

/* The length of "0xHEX"; 0: another form. */
static size_t hex_length(const char *text, size_t len)
{
	size_t at = 2;

	if (len < 3 || text[0] != '0' || text[1] != 'x')
		return 0;
	while (at < len && isxdigit((unsigned char)text[at]))
		at++;
	return at > 2 ? at : 0;
}

/* The length of "0xBEGIN-0xEND\t"; 0: another form. */
static size_t range_length(const char *text, size_t len)
{
	size_t begin = hex_length(text, len);

	if (!begin || begin == len || text[begin] != '-')
		return 0;
	begin++;
	size_t end = hex_length(text + begin, len - begin);
	return end && begin + end < len && text[begin + end] == '\t' ? begin + end + 1 : 0;
}

/*
 * Without a name, the kernel prints a number for an address without a symbol. For the record of an
 * overridden weak function it prints an invented name.
 */
static bool is_no_name(const char *name, size_t len)
{
	static const char invalid[] = "__ftrace_invalid_address__";

	return isdigit((unsigned char)*name) ||
		(len >= sizeof(invalid) - 1 && !memcmp(name, invalid, sizeof(invalid) - 1));
}

static bool ftrace_parse_line(void *context, const char *line, size_t len, bool cut)
{
	struct names_parser *parser = context;
	size_t start = parser->format == NAMES_KPROBE_BLACKLIST ? range_length(line, len) : 0;

	line += start;
	len -= start;
	size_t name_len = ftrace_name_length(line, len);
	if (cut || !name_len || (parser->format == NAMES_KPROBE_BLACKLIST && !start)) {
		parser->odd_lines++;
		return true;
	}
	return is_no_name(line, name_len) || ftrace_add_name(parser, line, name_len);
}

static struct error *ftrace_publish(struct names_parser *parser, const char ***ret, size_t *cnt)
{
	const char **names = pool_calloc(parser->pool, parser->cnt, sizeof(*names));

	if (!names)
		return error_no_memory();
	if (parser->cnt) {
		qsort(parser->names, parser->cnt, sizeof(*names), compare_texts);
		memcpy(names, parser->names, parser->cnt * sizeof(*names));
	}
	*ret = names;
	*cnt = parser->cnt;
	return NULL;
}

struct error *names_parse(struct pool *pool, enum names_format format, const char *text,
	size_t size, const char ***ret, size_t *cnt, size_t *odd_lines)
{
	__attribute__((cleanup(names_parser_deinit))) struct names_parser parser = {
		.pool = pool, .format = format};
	_cleanup_line_splitter_ struct line_splitter splitter = {ftrace_parse_line, &parser, {0}, false};

	if (!line_splitter_feed(&splitter, text, size) || !line_splitter_finish(&splitter))
		return error_no_memory();
	*odd_lines = parser.odd_lines;
	return ftrace_publish(&parser, ret, cnt);
}

/* *ret is unchanged if the file is unreadable, or if it is empty and `need_names` is set. */
static struct error *ftrace_load_file(struct kernel *kernel, const char *root, const char *path,
	enum names_format format, const char ***ret, size_t *cnt)
{
	__attribute__((cleanup(names_parser_deinit))) struct names_parser parser = {
		.pool = &kernel->pool, .format = format};
	struct error *error = file_read_lines(root, path, ftrace_parse_line, &parser);

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	bool unreadable = error;
	error_free(error);
	if (unreadable)
		return NULL;
	add_odd_lines_limit(kernel, path, parser.odd_lines);
	/* An empty file is no answer: a kernel without traceable functions has no such file. */
	if (!parser.cnt && (format == NAMES_TRACEABLE || parser.odd_lines))
		return NULL;
	return ftrace_publish(&parser, ret, cnt);
}

/* The first of `paths` that can be read. */
static struct error *ftrace_load_any(struct kernel *kernel, const char *root,
	const char *const paths[2], const char ***ret, size_t *cnt)
{
	struct error *error = NULL;

	for (size_t i = 0; i < 2 && !*ret && !error; i++)
		error = ftrace_load_file(kernel, root, paths[i], NAMES_TRACEABLE, ret, cnt);
	return error;
}

struct error *load_names(struct kernel *kernel, const char *root)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	struct error *error =
		ftrace_load_any(kernel, root, paths, &kernel->traceable, &kernel->traceable_cnt);

	return error ? error
		     : ftrace_load_file(kernel, root, "/sys/kernel/debug/kprobes/blacklist",
			       NAMES_KPROBE_BLACKLIST, &kernel->kprobe_blacklist,
			       &kernel->kprobe_blacklist_cnt);
}

struct error *load_events(struct kernel *kernel, const char *root)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_events",
		"/sys/kernel/debug/tracing/available_events",
	};

	return ftrace_load_any(kernel, root, paths, &kernel->events, &kernel->event_cnt);
}
