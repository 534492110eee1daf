/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/decompress.h"
#include "util/file.h"
#include "util/lines.h"
#include "util/sort.h"

/* Real configurations have about 300 KiB. A much larger one is an attack on our memory. */
#define CONFIG_SIZE_MAX_BYTES (16u * 1024 * 1024)

/* A line about an option. `value` is NULL for "is not set". */
struct config_line {
	const char *name, *value;
	size_t order;
};

struct config_parser {
	struct pool *pool;
	struct config_line *lines; /* malloc'd */
	size_t cnt, cap;
	bool truncated;
	const char **menus; /* open menus; malloc'd */
	size_t menu_cnt, menu_cap;
	bool heading;       /* the line before was "#" */
	bool ends;          /* the file marks ends of menus: since linux 5.4 */
	bool closed;        /* the last menu has ended */
	const char *headless; /* a menu that ends but does not start */
};

static void config_parser_deinit(struct config_parser *parser)
{
	free(parser->lines);
	free(parser->menus);
}

static bool add_line(struct config_parser *parser, const char *name, size_t name_len,
	const char *value, size_t value_len)
{
	if (parser->cnt == parser->cap) {
		size_t cap = parser->cap ? parser->cap * 2 : 1024;
		struct config_line *lines = realloc(parser->lines, cap * sizeof(*lines));
		if (!lines)
			return false;
		parser->lines = lines;
		parser->cap = cap;
	}
	struct config_line *line = &parser->lines[parser->cnt];
	*line = (struct config_line) {
		.name = pool_strndup(parser->pool, name, name_len),
		.value = value ? pool_strndup(parser->pool, value, value_len) : NULL,
		.order = parser->cnt++,
	};
	return line->name && (!value || line->value);
}

/* Length of the option name at the start of `text`; 0: none. */
static size_t config_name_length(const char *text, size_t len)
{
	static const char prefix[] = "CONFIG_";
	size_t at = sizeof(prefix) - 1;

	if (len <= at || memcmp(text, prefix, at))
		return 0;
	while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_'))
		at++;
	return at > sizeof(prefix) - 1 ? at : 0;
}

/*
 * Menus of conf_write() (linux scripts/kconfig/confdata.c): "#", "# NAME", "#", and since 5.4
 * "# end of NAME" after the options. On every architecture, the last menu has the options of
 * lib/Kconfig.debug. The few options after it are in no menu.
 */
static const char menu_end[] = "end of ", last_menu[] = "Kernel hacking";

static bool add_menu(struct config_parser *parser, const char *name, size_t len)
{
	if (parser->menu_cnt == parser->menu_cap) {
		size_t cap = parser->menu_cap ? parser->menu_cap * 2 : 256;
		const char **menus = realloc(parser->menus, cap * sizeof(*menus));
		if (!menus)
			return false;
		parser->menus = menus;
		parser->menu_cap = cap;
	}
	parser->menus[parser->menu_cnt] = pool_strndup(parser->pool, name, len);
	return parser->menus[parser->menu_cnt++];
}

/* Searches from the last open menu. Menus above the found one have ended, or are comments. */
static bool end_menu(struct config_parser *parser, const char *name, size_t len)
{
	size_t at = parser->menu_cnt;

	/* The file is known to be damaged, and the search would be long. */
	if (parser->headless)
		return true;
	parser->ends = true;
	parser->closed |= len == sizeof(last_menu) - 1 && !memcmp(name, last_menu, len);
	while (at && (strncmp(parser->menus[at - 1], name, len) || parser->menus[at - 1][len]))
		at--;
	if (at)
		parser->menu_cnt = at - 1;
	else if (!parser->headless)
		parser->headless = pool_strndup(parser->pool, name, len);
	return at || parser->headless;
}

/* A comment without an option; `text` without its "# ". */
static bool parse_comment(struct config_parser *parser, const char *text, size_t len)
{
	size_t end = sizeof(menu_end) - 1;

	if (len > end && !memcmp(text, menu_end, end))
		return end_menu(parser, text + end, len - end);
	return !parser->heading || add_menu(parser, text, len);
}

static bool config_parse_line(void *context, const char *line, size_t len, bool cut)
{
	static const char unset[] = " is not set";
	struct config_parser *parser = context;
	bool comment = len > 2 && !memcmp(line, "# ", 2);

	parser->truncated |= cut;
	while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	if (comment) {
		line += 2;
		len = len > 2 ? len - 2 : 0;
		if (!parse_comment(parser, line, len))
			return false;
	}
	parser->heading = len == 1 && *line == '#';
	size_t name_len = config_name_length(line, len);
	const char *rest = line + name_len;
	size_t rest_len = len - name_len;
	if (!name_len || !rest_len || memchr(rest, '\0', rest_len))
		return true;
	if (comment)
		return rest_len != sizeof(unset) - 1 || memcmp(rest, unset, rest_len) ||
			add_line(parser, line, name_len, NULL, 0);
	if (rest_len < 2 || rest[0] != '=')
		return true;
	bool no = rest_len == 2 && rest[1] == 'n';
	return add_line(parser, line, name_len, no ? NULL : rest + 1, rest_len - 1);
}

static int compare_lines(const void *a, const void *b)
{
	const struct config_line *one = a, *two = b;
	int order = strcmp(one->name, two->name);

	return order ? order : order_numbers(one->order, two->order);
}

/* Keeps the last line of each name, if it sets the option. */
static struct error *config_publish(
	struct config_parser *parser, struct kernel_config_option **list, size_t *cnt)
{
	struct kernel_config_option *options =
		pool_calloc(parser->pool, parser->cnt, sizeof(*options));
	size_t kept = 0;

	if (!options)
		return error_no_memory();
	qsort(parser->lines, parser->cnt, sizeof(*parser->lines), compare_lines);
	for (size_t i = 0; i < parser->cnt; i++) {
		const struct config_line *line = &parser->lines[i];
		bool last = i + 1 == parser->cnt || strcmp(line->name, line[1].name);
		if (last && line->value)
			options[kept++] = (struct kernel_config_option) {line->name, line->value};
	}
	*list = options;
	*cnt = kept;
	return NULL;
}

static struct error *parse_text(struct pool *pool, const char *text, size_t size,
	struct kernel_config_option **list, size_t *cnt)
{
	__attribute__((cleanup(config_parser_deinit))) struct config_parser parser = {.pool = pool};
	_cleanup_line_splitter_ struct line_splitter splitter = {config_parse_line, &parser, {0}, false};

	if (!line_splitter_feed(&splitter, text, size) || !line_splitter_finish(&splitter))
		return error_no_memory();
	if (!parser.cnt)
		return error_create(ERROR_INPUT, NULL, "not a kernel configuration");
	if (parser.truncated)
		return error_create(
			ERROR_INPUT, NULL, "truncated: it ends in the middle of a line");
	if (parser.headless)
		return error_create(ERROR_INPUT, NULL,
			"damaged: the menu \"%.60s\" ends but does not start", parser.headless);
	if (parser.ends && !parser.closed)
		return error_create(ERROR_INPUT, NULL,
			"truncated: the end of the last menu, \"%s\", is missing", last_menu);
	return config_publish(&parser, list, cnt);
}

struct error *config_parse(struct pool *pool, const void *data, size_t size,
	struct kernel_config_option **list, size_t *cnt)
{
	static const unsigned char gzip_magic[] = {0x1f, 0x8b};
	struct decompressed text;

	if (size < sizeof(gzip_magic) || memcmp(data, gzip_magic, sizeof(gzip_magic)))
		return parse_text(pool, data, size, list, cnt);
	struct error *error =
		decompress(COMPRESSION_GZIP, data, size, 0, CONFIG_SIZE_MAX_BYTES, &text);
	if (error)
		return error;
	error = parse_text(pool, (const char *)text.data, text.size_bytes, list, cnt);
	free(text.data);
	return error;
}

/* "%s" is the release. */
static const char *const sources[] = {
	"/proc/config.gz",
	"/boot/config-%s",
	"/lib/modules/%s/config",
	"/lib/modules/%s/build/.config",
	"/usr/lib/modules/%s/config",
	"/usr/lib/modules/%s/build/.config",
	"/usr/lib/ostree-boot/config-%s",
	"/usr/src/linux-headers-%s/.config",
	"/usr/src/kernels/%s/.config",
};

/* The path in the pool. Sets *skip if the path needs a release and none is valid. */
static const char *source_path(
	struct pool *pool, const char *source, const char *release, bool *skip)
{
	const char *placeholder = strstr(source, "%s");

	*skip = placeholder && (!release || !*release || strchr(release, '/'));
	if (*skip)
		return NULL;
	return placeholder ? pool_printf(pool, "%.*s%s%s", (int)(placeholder - source), source,
				     release, placeholder + 2)
			   : source;
}

/* On success the fields are set. Returns only lack of memory; other errors become limits. */
static struct error *try_source(struct kernel *kernel, const char *root, const char *path)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = file_read(root, path, &bytes);

	if (!error)
		error = error_prefix(config_parse(&kernel->pool, bytes.data, bytes.size,
					     &kernel->config, &kernel->config_cnt),
			"%s", path);
	if (!error) {
		kernel->environment.config_source = path;
		return NULL;
	}
	if (error->code == ERROR_NO_MEMORY)
		return error;
	if (error->code != ERROR_NOT_FOUND)
		kernel_add_limit(kernel, error->what,
			error->code == ERROR_DENIED ? "run as a user who can read it"
						    : "replace or remove the damaged file");
	error_free(error);
	return NULL;
}

struct error *load_config(struct kernel *kernel, const char *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		bool skip;
		const char *path =
			source_path(&kernel->pool, sources[i], kernel->identity.release, &skip);
		if (skip)
			continue;
		struct error *error = path ? try_source(kernel, root, path) : error_no_memory();
		if (error || kernel->environment.config_source)
			return error;
	}
	kernel_add_limit(kernel, "kernel configuration not readable: options are unknown",
		"modprobe configs (for /proc/config.gz), or put config-RELEASE into /boot");
	return NULL;
}
