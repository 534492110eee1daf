/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/parse.h"
#include "util/escape.h"

#include <ctype.h>
#include <string.h>

#include "kernel/context.h"
#include "require/known.h"
#include "require/require.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/suggest.h"

#define FOUND_MAX_BYTES 40
#define CONTEXT_MAX_BYTES 512
/* Of a section name with a target: "kprobe/tcp_*", "uprobe//bin/sh:main+4", "fentry/f.isra.0". */
#define TARGET_CHARACTERS "./:+*?[]$-"
#define LITERAL_OF(value) #value
#define LITERAL(macro) LITERAL_OF(macro)

struct parser {
	struct require_list *list;
	const struct require_vocabulary *vocabulary;
	const char *origin; /* NULL: an argument */
	size_t line;
	const char *text; /* not NUL-terminated, and NULs may be inside */
	size_t len, at;
	unsigned int depth;
	bool no_memory;
	bool full; /* the list is full, which is reported once */
};

void require_list_deinit(struct require_list *list)
{
	if (!list)
		return;
	pool_destroy(&list->pool);
	*list = (struct require_list) {0};
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* ASCII only, whatever the locale. */
static bool parse_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_';
}

static bool parse_is_name(char c, const char *extra)
{
	return parse_is_word(c) || (c && strchr(extra, c));
}

static bool at_end(const struct parser *parser)
{
	return parser->at == parser->len;
}

/* The next character; NUL at the end. A NUL byte inside the text was refused before. */
static char parse_peek(const struct parser *parser)
{
	return at_end(parser) ? '\0' : parser->text[parser->at];
}

static void skip_space(struct parser *parser)
{
	while (!at_end(parser) && is_space(parse_peek(parser)))
		parser->at++;
}

static bool parse_take(struct parser *parser, char c)
{
	if (parse_peek(parser) != c)
		return false;
	parser->at++;
	return true;
}

/* The word or the single character at `at`. */
static void put_found(struct buf *buf, const struct parser *parser, size_t at)
{
	size_t len = 0;

	if (at == parser->len) {
		buf_puts(buf, "the end");
		return;
	}
	while (at + len < parser->len && parse_is_name(parser->text[at + len], "/.-"))
		len++;
	if (!len)
		len = 1;
	buf_putc(buf, '\'');
	escape_text_len(buf, parser->text + at, len < FOUND_MAX_BYTES ? len : FOUND_MAX_BYTES);
	buf_puts(buf, len > FOUND_MAX_BYTES ? "...'" : "'");
}

static void put_place(struct buf *buf, const struct parser *parser, size_t at)
{
	if (parser->origin)
		buf_printf(buf, "%s:%zu:%zu: ", parser->origin, parser->line, at + 1);
	else
		buf_printf(buf, "requirement %zu, column %zu: ", parser->line, at + 1);
}

static bool add_mistake(struct require_list *list, const struct buf *text)
{
	const char **mistakes = pool_grow(&list->pool, list->mistakes, list->mistake_cnt,
		&list->mistake_cap, sizeof(*mistakes));
	const char *copy = text->failed ? NULL : pool_strdup(&list->pool, buf_text(text));

	if (!mistakes || !copy)
		return false;
	mistakes[list->mistake_cnt++] = copy;
	list->mistakes = mistakes;
	return true;
}

/* `expected` and `todo` may be NULL. Always false, so that it can be returned. */
static bool mistake(struct parser *parser, size_t at, const char *expected, const char *todo)
{
	_cleanup_buf_ struct buf text = {0};

	put_place(&text, parser, at);
	buf_puts(&text, "found ");
	put_found(&text, parser, at);
	if (expected)
		buf_printf(&text, ", expected %s", expected);
	if (todo)
		buf_printf(&text, " (%s)", todo);
	if (!add_mistake(parser->list, &text))
		parser->no_memory = true;
	return false;
}

static bool no_memory(struct parser *parser)
{
	parser->no_memory = true;
	return false;
}

/* Takes the characters of a name; NULL with a mistake if there is none. */
static const char *parse_take_name(struct parser *parser, const char *extra, const char *expected)
{
	size_t start = parser->at;

	while (!at_end(parser) && parse_is_name(parse_peek(parser), extra))
		parser->at++;
	if (parser->at == start) {
		mistake(parser, start, expected, NULL);
		return NULL;
	}
	const char *name =
		pool_strndup(&parser->list->pool, parser->text + start, parser->at - start);
	if (!name)
		no_memory(parser);
	return name;
}

static bool is_among(const char *const *words, size_t cnt, const char *word)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(words[i], word))
			return true;
	}
	return false;
}

static bool needs_target(const char *context)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		if (!strcmp(row->name, context))
			return row->target == TARGET_ITER || row->target == TARGET_STRUCT_OPS;
	}
	return false;
}

static bool unknown_context(struct parser *parser, const char *context, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	_cleanup_buf_ struct buf todo = {0};
	struct suggestion near = {0};

	for (size_t i = 0; i < context_row_cnt; i++)
		suggest_consider(&near, context, context_rows[i].name);
	for (size_t i = 0; vocabulary && i < vocabulary->context_cnt; i++)
		suggest_consider(&near, context, vocabulary->contexts[i]);
	if (near.best)
		buf_printf(&todo, "did you mean '%s'?", near.best);
	else
		buf_puts(&todo, "'kcompat probe --only contexts' lists them");
	return mistake(parser, at, "a context", buf_text(&todo));
}

/* "kprobe/do_exit" and "kprobe" are one context; `*context` becomes its one name. */
static bool check_context(struct parser *parser, const char **context, size_t at)
{
	_cleanup_buf_ struct buf todo = {0};
	char name[CONTEXT_MAX_BYTES];

	const struct require_vocabulary *vocabulary = parser->vocabulary;

	if (vocabulary && is_among(vocabulary->contexts, vocabulary->context_cnt, *context))
		return true;
	if (!context_canonical(*context, name, sizeof(name)))
		return unknown_context(parser, *context, at);
	if (needs_target(name)) {
		buf_printf(&todo, "write %s/NAME: each has its own answer", name);
		return mistake(parser, at, "a context with its target", buf_text(&todo));
	}
	*context = pool_strdup(&parser->list->pool, name);
	return *context || no_memory(parser);
}

static bool parse_context(struct parser *parser, struct require_node *node)
{
	size_t at = parser->at;

	node->context = parse_take_name(parser, TARGET_CHARACTERS, "a context after '@', such as xdp");
	return node->context && check_context(parser, &node->context, at);
}

/* feature: and tag: need a test of the probe. Another name would never get an answer.
 */
static bool check_feature(struct parser *parser, const struct require_node *node, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	const char *before = node->kind == REQUIRE_TAG ? "tag:" : "";
	_cleanup_buf_ struct buf name = {0}, todo = {0};
	size_t skip = strlen(before);

	if (!vocabulary || !vocabulary->feature_cnt)
		return true;
	buf_printf(&name, "%s%s", before, node->name);
	if (is_among(vocabulary->features, vocabulary->feature_cnt, buf_text(&name)))
		return true;
	const char *near =
		suggest_word(buf_text(&name), vocabulary->features, vocabulary->feature_cnt);
	if (near && !strncmp(near, before, skip))
		buf_printf(&todo, "did you mean '%s'?", near + skip);
	else
		buf_puts(&todo, "'kcompat probe --only features' lists them");
	return mistake(parser, at, require_kind_rule(node->kind)->noun, buf_text(&todo));
}

/* A name that neither the kernel nor kcompat knows is no type of any kernel. */
static bool check_type(struct parser *parser, const struct require_node *node, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	_cleanup_buf_ struct buf todo = {0};

	if (!vocabulary || !vocabulary->has_type || require_type_is_known(node->kind, node->name) ||
		vocabulary->has_type(vocabulary->asked, node->kind, node->name) != TRISTATE_NO)
		return true;
	require_type_hint(node->kind, node->name, &todo);
	return mistake(parser, at, require_kind_rule(node->kind)->noun, buf_text(&todo));
}

/* A path a.b.c, or one name. */
static bool parse_member(struct parser *parser, struct require_node *node, enum require_member rule)
{
	const char *expected = rule == MEMBER_PATH ? "a member" : "an enumerator";
	size_t start = parser->at;

	do {
		if (!parse_take_name(parser, "", expected))
			return false;
	} while (rule == MEMBER_PATH && parse_take(parser, '.'));
	node->member = pool_strndup(&parser->list->pool, parser->text + start, parser->at - start);
	return node->member || no_memory(parser);
}

static bool parse_quoted(struct parser *parser, struct require_node *node)
{
	size_t start = parser->at++;

	while (!at_end(parser) && parse_peek(parser) != '"')
		parser->at++;
	if (!parse_take(parser, '"'))
		return mistake(parser, parser->len, "a closing '\"'", NULL);
	node->value = pool_strndup(&parser->list->pool, parser->text + start, parser->at - start);
	return node->value || no_memory(parser);
}

static bool parse_value(struct parser *parser, struct require_node *node)
{
	if (parse_peek(parser) == '"')
		return parse_quoted(parser, node);
	node->value = parse_take_name(parser, "./+-", "a value: y, m, n, a number or a \"text\"");
	return node->value != NULL;
}

/* BPF_MAP_TYPE_ARENA, Arena and arena are one map type. */
static void strip_enumerator(struct require_node *node, const char *prefix)
{
	size_t len = strlen(prefix);

	/* Cuts every occurrence, so that the canonical spelling does not change again. */
	while (!strncasecmp(node->name, prefix, len) && node->name[len])
		node->name += len;
	for (char *c = (char *)node->name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

static bool check_option(struct parser *parser, const char *name, size_t at)
{
	_cleanup_buf_ struct buf todo = {0};

	if (!strncmp(name, "CONFIG_", 7) && name[7])
		return true;
	buf_puts(&todo, "did you mean 'CONFIG_");
	for (const char *c = name; *c; c++)
		buf_putc(&todo, (char)toupper((unsigned char)*c));
	buf_puts(&todo, "'?");
	return mistake(parser, at, require_kind_rule(REQUIRE_CONFIG)->noun,
		strlen(name) > 64 ? NULL : buf_text(&todo));
}

/* A section, with a target unless the program attaches without one ("cgroup/dev"). */
static bool check_attach_point(struct parser *parser, struct require_node *node, size_t at)
{
	if (!check_context(parser, &node->name, at))
		return false;
	node->context = node->name;
	return true;
}

static bool make_context(struct parser *parser, struct require_node *node, const char *section)
{
	node->context = pool_printf(&parser->list->pool, "%s/%s", section, node->name);
	return node->context || no_memory(parser);
}

static bool check_capability(struct parser *parser, const char *name, size_t at)
{
	const struct require_vocabulary *vocabulary = parser->vocabulary;
	_cleanup_buf_ struct buf todo = {0};

	if (!vocabulary || !vocabulary->capability_cnt ||
		is_among(vocabulary->capabilities, vocabulary->capability_cnt, name))
		return true;
	const char *near = suggest_word(name, vocabulary->capabilities, vocabulary->capability_cnt);
	if (near)
		buf_printf(&todo, "did you mean '%s'?", near);
	return mistake(parser, at, require_kind_rule(REQUIRE_CAP)->noun, near ? buf_text(&todo) : NULL);
}

/* The names of an option, a capability and a setting have a form of their own. */
static bool check_environment(struct parser *parser, struct require_node *node, size_t at)
{
	switch (node->kind) {
	case REQUIRE_CONFIG:
		return check_option(parser, node->name, at);
	case REQUIRE_CAP:
		return check_capability(parser, node->name, at);
	case REQUIRE_SYSCTL:
		return require_spell_sysctl((char *)node->name) ||
			mistake(parser, at, require_kind_rule(REQUIRE_SYSCTL)->noun, NULL);
	default:
		return true;
	}
}

static bool parse_tail(struct parser *parser, struct require_node *node, size_t name_at)
{
	const struct require_kind_rule *rule = require_kind_rule(node->kind);

	if (node->kind == REQUIRE_ATTACH && strchr(node->name, '/'))
		return check_attach_point(parser, node, name_at);
	if (rule->section)
		return make_context(parser, node, rule->section);
	if (rule->prefix)
		strip_enumerator(node, rule->prefix);
	if (require_is_type(node->kind) && !check_type(parser, node, name_at))
		return false;
	if (rule->is_context && !check_context(parser, &node->name, name_at))
		return false;
	if (rule->is_feature && !check_feature(parser, node, name_at))
		return false;
	if (!check_environment(parser, node, name_at))
		return false;
	if (rule->context && parse_take(parser, '@') && !parse_context(parser, node))
		return false;
	if (rule->member && parse_take(parser, '.') && !parse_member(parser, node, rule->member))
		return false;
	return !rule->value || !parse_take(parser, '=') || parse_value(parser, node);
}

static bool spell_kind(struct parser *parser, struct require_node *node)
{
	const char *context =
		require_kind_rule(node->kind)->context && node->context ? node->context : NULL;

	node->text =
		pool_printf(&parser->list->pool, "%s:%s%s%s%s%s%s%s", require_kind_word(node->kind),
			node->name, context ? "@" : "", context ? context : "",
			node->member ? "." : "", node->member ? node->member : "",
			node->value ? "=" : "", node->value ? node->value : "");
	return node->text || no_memory(parser);
}

/* Nothing may follow an atom except the forms of its kind. */
static bool check_atom_end(struct parser *parser, const struct require_node *node)
{
	_cleanup_buf_ struct buf expected = {0};
	char c = parse_peek(parser);

	if (at_end(parser) || is_space(c) || c == ',' || c == ')')
		return true;
	buf_printf(
		&expected, "%s:%s", require_kind_word(node->kind), require_kind_shape(node->kind));
	return mistake(parser, parser->at, buf_text(&expected),
		c == '!' ? "write not(config:CONFIG_X=y) for a value it must not have" : NULL);
}

static bool parse_kind(struct parser *parser, struct require_node *node)
{
	const struct require_kind_rule *rule = require_kind_rule(node->kind);
	size_t name_at = parser->at;

	node->name = parse_take_name(parser, rule->extra, rule->noun);
	if (node->name && node->kind == REQUIRE_HELPER && !strncmp(node->name, "BPF_FUNC_", 9)) {
		/* The kernel's enumerator of bpf_loop is BPF_FUNC_loop. */
		node->name = pool_printf(&parser->list->pool, "bpf_%s", node->name + 9);
		if (!node->name)
			return no_memory(parser);
	}
	return node->name && parse_tail(parser, node, name_at) && check_atom_end(parser, node) &&
		spell_kind(parser, node);
}

static bool spell_group(struct parser *parser, struct require_node *node)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s(", require_kind_word(node->kind));
	for (size_t i = 0; i < node->member_cnt; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", node->members[i]->text);
	buf_putc(&text, ')');
	node->text = text.failed ? NULL : pool_strdup(&parser->list->pool, buf_text(&text));
	return node->text || no_memory(parser);
}

static bool parse_add_member(
	struct parser *parser, struct require_node *node, const struct require_node *member)
{
	const struct require_node **members = pool_grow(&parser->list->pool, node->members,
		node->member_cnt, &node->member_cap, sizeof(*members));

	if (!members)
		return no_memory(parser);
	members[node->member_cnt++] = member;
	node->members = members;
	return true;
}

static const struct require_node *parse_expression(struct parser *parser);

static bool parse_group(struct parser *parser, struct require_node *node)
{
	bool list = node->kind != REQUIRE_NOT;

	do {
		const struct require_node *member = parse_expression(parser);
		if (!member || !parse_add_member(parser, node, member))
			return false;
		skip_space(parser);
	} while (list && parse_take(parser, ','));
	if (!parse_take(parser, ')'))
		return mistake(parser, parser->at, list ? "',' or ')'" : "')'", NULL);
	return spell_group(parser, node);
}

static bool enter_group(struct parser *parser, struct require_node *node, size_t at)
{
	if (parser->depth == REQUIRE_DEPTH_MAX)
		return mistake(parser, at, "fewer any(), all() and not() inside each other",
			"at most " LITERAL(REQUIRE_DEPTH_MAX));
	parser->depth++;
	bool parsed = parse_group(parser, node);
	parser->depth--;
	return parsed;
}

static bool unknown_kind(struct parser *parser, const char *word, size_t at)
{
	static const char version[] =
		"kernel versions are not supported, because distributions backport: "
		"ask for what is needed, such as kfunc: or struct:";
	static const char *const versions[] = {"kernel", "version", "release", "linux"};
	_cleanup_buf_ struct buf todo = {0};
	struct suggestion near = {0};

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		if (!strcmp(word, versions[i]))
			return mistake(parser, at, "a kind", version);
	}
	for (size_t i = 0; i < REQUIRE_WORD_CNT; i++)
		suggest_consider(&near, word, require_kind_word(i));
	if (near.best)
		buf_printf(&todo, "did you mean '%s'?", near.best);
	for (size_t i = 0; !near.best && i < REQUIRE_WORD_CNT; i++)
		buf_printf(&todo, "%s%s", i ? ", " : "one of ", require_kind_word(i));
	return mistake(parser, at, "a kind", buf_text(&todo));
}

/* The word before ':' or '('; REQUIRE_WORD_CNT with a mistake if it is unknown. */
static enum require_kind parse_word(struct parser *parser)
{
	enum require_kind kind = 0;
	size_t at = parser->at;

	if (parse_peek(parser) == '?') {
		mistake(parser, at, "an expression",
			"'?' stands before the whole requirement, not inside it");
		return REQUIRE_WORD_CNT;
	}
	const char *word = parse_take_name(parser, "-", "a requirement such as kfunc:NAME@CONTEXT");
	if (!word)
		return REQUIRE_WORD_CNT;
	while (kind < REQUIRE_WORD_CNT && strcmp(require_kind_word(kind), word))
		kind++;
	if (kind == REQUIRE_WORD_CNT)
		unknown_kind(parser, word, at);
	return kind;
}

static bool parse_after_word(struct parser *parser, struct require_node *node, size_t at)
{
	bool group = node->kind >= REQUIRE_KIND_CNT;
	_cleanup_buf_ struct buf expected = {0};

	if (group)
		skip_space(parser);
	if (parse_take(parser, group ? '(' : ':'))
		return group ? enter_group(parser, node, at) : parse_kind(parser, node);
	buf_printf(&expected, "'%c' after '%s'", group ? '(' : ':', require_kind_word(node->kind));
	return mistake(parser, parser->at, buf_text(&expected), NULL);
}

/* NULL with a mistake, or without memory. */
static const struct require_node *parse_expression(struct parser *parser)
{
	struct require_node *node = pool_alloc(&parser->list->pool, sizeof(*node));

	if (!node) {
		no_memory(parser);
		return NULL;
	}
	skip_space(parser);
	size_t at = parser->at;
	node->kind = parse_word(parser);
	if (node->kind == REQUIRE_WORD_CNT || !parse_after_word(parser, node, at))
		return NULL;
	if (parser->list->node_cnt == REQUIRE_NODE_MAX) {
		mistake(parser, at, "fewer expressions", "at most " LITERAL(REQUIRE_NODE_MAX));
		return NULL;
	}
	node->id = parser->list->node_cnt++;
	return node;
}

static bool check_flag_unique(struct parser *parser, const char *flag, size_t at)
{
	_cleanup_buf_ struct buf todo = {0};

	for (size_t i = 0; i < parser->list->cnt; i++) {
		const struct requirement *other = &parser->list->list[i];
		if (!other->named || strcmp(other->flag, flag))
			continue;
		buf_printf(&todo, "%s %zu has it", other->origin ? "line" : "requirement",
			other->line);
		return mistake(parser, at, "a name that no other requirement has", buf_text(&todo));
	}
	return true;
}

/* An optional "NAME =" in front. */
static bool parse_flag(struct parser *parser, struct requirement *requirement)
{
	size_t start = parser->at, end = start;

	while (end < parser->len && parse_is_word(parser->text[end]))
		end++;
	size_t equals = end;
	while (equals < parser->len && is_space(parser->text[equals]))
		equals++;
	if (equals == parser->len || parser->text[equals] != '=')
		return true;
	if (end == start || (parser->text[start] >= '0' && parser->text[start] <= '9'))
		return mistake(parser, start, "a name before '='", "it begins with a letter");
	const char *name = parse_take_name(parser, "", "a name");
	parser->at = equals + 1;
	requirement->named = true;
	requirement->flag = name ? require_flag_spell(&parser->list->pool, name) : NULL;
	if (!requirement->flag)
		return no_memory(parser);
	return check_flag_unique(parser, requirement->flag, start);
}

static bool parse_whole(struct parser *parser, struct requirement *requirement)
{
	const char *nul = memchr(parser->text, '\0', parser->len);

	if (nul)
		return mistake(parser, (size_t)(nul - parser->text), "text", NULL);
	skip_space(parser);
	if (!parse_flag(parser, requirement))
		return false;
	skip_space(parser);
	requirement->optional = parse_take(parser, '?');
	requirement->root = parse_expression(parser);
	if (!requirement->root)
		return false;
	skip_space(parser);
	if (!at_end(parser))
		return mistake(parser, parser->at, "the end of the requirement",
			parser->origin
				? "one requirement a line; any(A, B) and all(A, B) combine"
				: "one requirement an argument; any(A, B) and all(A, B) combine");
	if (!requirement->named)
		requirement->flag = require_flag_make(&parser->list->pool, requirement->root->text);
	return requirement->flag || no_memory(parser);
}

static void parse_requirement(struct parser *parser)
{
	struct require_list *list = parser->list;
	struct requirement requirement = {.origin = parser->origin, .line = parser->line};
	size_t node_cnt = list->node_cnt;

	if (list->cnt == REQUIRE_CNT_MAX) {
		parser->full = true;
		mistake(parser, 0, "at most " LITERAL(REQUIRE_CNT_MAX) " requirements", NULL);
		return;
	}
	if (!parse_whole(parser, &requirement)) {
		list->node_cnt = node_cnt;
		return;
	}
	struct requirement *grown =
		pool_grow(&list->pool, list->list, list->cnt, &list->cap, sizeof(*grown));
	if (!grown) {
		parser->no_memory = true;
		return;
	}
	grown[list->cnt++] = requirement;
	list->list = grown;
}

struct error *require_parse_argument(struct require_list *list, size_t number, const char *text,
	const struct require_vocabulary *vocabulary)
{
	struct parser parser = {
		.list = list,
		.vocabulary = vocabulary,
		.line = number,
		.text = text,
		.len = strlen(text),
	};

	parse_requirement(&parser);
	return parser.no_memory ? error_no_memory() : NULL;
}

/* Removes the comment, the carriage return and the white space around. */
static size_t line_length(const char *line, size_t len)
{
	bool quoted = false;
	size_t end = 0;

	for (; end < len; end++) {
		if (line[end] == '"')
			quoted = !quoted;
		if (line[end] == '#' && !quoted && (!end || is_space(line[end - 1])))
			break;
	}
	while (end && (is_space(line[end - 1]) || line[end - 1] == '\r'))
		end--;
	return end;
}

static bool is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_space(line[i]))
			return false;
	}
	return true;
}

struct error *require_parse_file(struct require_list *list, const char *origin, const void *data,
	size_t size, const struct require_vocabulary *vocabulary)
{
	const char *at = data, *end = at + size;
	struct parser parser = {.list = list, .vocabulary = vocabulary};

	parser.origin = pool_strdup(&list->pool, origin);
	if (!parser.origin)
		return error_no_memory();
	/* Some editors put the UTF-8 form of U+FEFF at the start of a file. */
	if (size >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	while (at < end && !parser.no_memory && !parser.full &&
		list->mistake_cnt < REQUIRE_MISTAKE_MAX) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);
		parser.line++;
		parser.text = at;
		parser.len = line_length(at, len);
		parser.at = 0;
		if (!is_blank(at, parser.len))
			parse_requirement(&parser);
		at += len + (newline != NULL);
	}
	return parser.no_memory ? error_no_memory() : NULL;
}
