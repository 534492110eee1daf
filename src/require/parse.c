/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/parser.h"

#include <ctype.h>
#include <string.h>

#include "kernel/context.h"
#include "require/known.h"
#include "require/require.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/suggest.h"

#define SHOWN_MAX_BYTES 100
#define LITERAL_OF(value) #value
#define LITERAL(macro) LITERAL_OF(macro)

void require_list_deinit(struct require_list *list)
{
	if (!list)
		return;
	pool_destroy(&list->pool);
	*list = (struct require_list) {0};
}

static bool parse_context(struct parser *parser, struct require_node *node)
{
	size_t at = parser->at;

	node->context = parser_take_name(parser, TARGET_CHARACTERS, "a context after '@', such as xdp");
	return node->context && require_check_context(parser, &node->context, at);
}

/* A path a.b.c, or one name. */
static bool parse_member(struct parser *parser, struct require_node *node, enum require_member rule)
{
	const char *expected = rule == MEMBER_PATH ? "a member" : "an enumerator";
	size_t start = parser->at;

	do {
		if (!parser_take_name(parser, "", expected))
			return false;
	} while (rule == MEMBER_PATH && parser_take(parser, '.'));
	node->member = pool_strndup(&parser->list->pool, parser->text + start, parser->at - start);
	return node->member || parser_no_memory(parser);
}

/* Up to what ends a requirement; the parentheses of a function's type are part of it. */
static size_t type_length(const struct parser *parser)
{
	size_t at = parser->at, depth = 0;

	for (; at < parser->len; at++) {
		char c = parser->text[at];
		if (!parser_is_word(c) && !parser_is_space(c) && !strchr("*[](),.", c))
			break;
		if (!depth && (c == ',' || c == ')'))
			break;
		depth += c == '(';
		depth -= c == ')';
	}
	while (at > parser->at && parser_is_space(parser->text[at - 1]))
		at--;
	return at - parser->at;
}

static bool is_closed(const char *text, size_t len, char begin, char end)
{
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == end && !depth)
			return false;
		depth += text[i] == begin;
		depth -= text[i] == end;
	}
	return !depth;
}

static bool parse_type(struct parser *parser, struct require_node *node)
{
	size_t len = type_length(parser);
	_cleanup_buf_ struct buf type = {0};

	if (!len)
		return parser_mistake(
			parser, parser->at, "a type in C, such as field:task_struct.__state:unsigned int", NULL);
	/* A typing mistake must not be the answer that a member has another type. */
	if (!is_closed(parser->text + parser->at, len, '(', ')') || !is_closed(parser->text + parser->at, len, '[', ']'))
		return parser_mistake(parser, parser->at + len, "')' or ']' for each '(' and '['", NULL);
	require_type_spell(parser->text + parser->at, len, &type);
	parser->at += len;
	node->type = type.failed ? NULL : pool_strdup(&parser->list->pool, buf_text(&type));
	return node->type || parser_no_memory(parser);
}

/* ".MEMBER", and of a field ":TYPE". */
static bool parse_rest_of_type(
	struct parser *parser, struct require_node *node, const struct require_kind_rule *rule)
{
	if (parser_take(parser, '.') ? !parse_member(parser, node, rule->member)
				     : rule->typed && !parser_mistake(parser, parser->at, "'.' and a member", NULL))
		return false;
	return !rule->typed || !parser_take(parser, ':') || parse_type(parser, node);
}

static bool parse_quoted(struct parser *parser, struct require_node *node)
{
	size_t start = parser->at++;

	while (!parser_at_end(parser) && parser_peek(parser) != '"')
		parser->at++;
	if (!parser_take(parser, '"'))
		return parser_mistake(parser, parser->len, "a closing '\"'", NULL);
	node->value = pool_strndup(&parser->list->pool, parser->text + start, parser->at - start);
	return node->value || parser_no_memory(parser);
}

static bool parse_value(struct parser *parser, struct require_node *node)
{
	if (parser_peek(parser) == '"')
		return parse_quoted(parser, node);
	node->value = parser_take_name(parser, "./+-", "a value: y, m, n, a number or a \"text\"");
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

/* The bytes of a ring buffer: whether such a map can be created depends on the page size. */
static bool parse_size(struct parser *parser, struct require_node *node)
{
	static const char expected[] = "a size in bytes, such as map:ringbuf(4096)";
	size_t at = parser->at;

	if (strcmp(node->name, "ringbuf") && strcmp(node->name, "user_ringbuf"))
		return parser_mistake(parser, at - 1, "the end of the requirement",
			"only ringbuf and user_ringbuf have sizes that depend on the page size");
	node->value = parser_take_name(parser, "", expected);
	if (!node->value)
		return false;
	if (strspn(node->value, "0123456789") != strlen(node->value) || strlen(node->value) > 10)
		return parser_mistake(parser, at, expected, NULL);
	return parser_take(parser, ')') || parser_mistake(parser, parser->at, "')'", NULL);
}

/* "=loadable" after '>': the only state that a call can be asked to have at least. */
static bool parse_proof(struct parser *parser, struct require_node *node)
{
	static const char expected[] = "'>=loadable'";
	size_t at = parser->at - 1;

	if (!parser_take(parser, '='))
		return parser_mistake(parser, at, expected, NULL);
	const char *state = parser_take_name(parser, "", expected);
	if (!state)
		return false;
	node->proof = !strcmp(state, cell_state_word(CELL_LOADABLE));
	return node->proof || parser_mistake(parser, at, expected, NULL);
}

static bool parse_tail(struct parser *parser, struct require_node *node, size_t name_at)
{
	const struct require_kind_rule *rule = require_kind_rule(node->kind);

	if (node->kind == REQUIRE_ATTACH && strchr(node->name, '/'))
		return require_check_attach_point(parser, node, name_at);
	if (rule->section)
		return require_make_context(parser, node, rule->section);
	if (rule->prefix)
		strip_enumerator(node, rule->prefix);
	if (require_is_type(node->kind) && !require_check_type(parser, node, name_at))
		return false;
	if (rule->is_context && !require_check_context(parser, &node->name, name_at))
		return false;
	if (rule->is_feature && !require_check_feature(parser, node, name_at))
		return false;
	if (!require_check_environment(parser, node, name_at))
		return false;
	if (rule->context && parser_take(parser, '@') && !parse_context(parser, node))
		return false;
	if (rule->context && parser_take(parser, '>') && !parse_proof(parser, node))
		return false;
	if (rule->member && !parse_rest_of_type(parser, node, rule))
		return false;
	if (rule->size && parser_take(parser, '('))
		return parse_size(parser, node);
	return !rule->value || !parser_take(parser, '=') || parse_value(parser, node);
}

static bool spell_kind(struct parser *parser, struct require_node *node)
{
	const char *context =
		require_kind_rule(node->kind)->context && node->context ? node->context : NULL;

	bool size = require_kind_rule(node->kind)->size && node->value;

	node->text = pool_printf(&parser->list->pool, "%s:%s%s%s%s%s%s%s%s%s%s%s",
		require_kind_word(node->kind), node->name, context ? "@" : "", context ? context : "",
		node->member ? "." : "", node->member ? node->member : "",
		node->type ? ":" : "", node->type ? node->type : "",
		size                  ? "("
			: node->value ? "="
				      : "",
		node->value ? node->value : "", size ? ")" : "", node->proof ? ">=loadable" : "");
	return node->text || parser_no_memory(parser);
}

/* Nothing may follow an atom except the forms of its kind. */
static bool check_atom_end(struct parser *parser, const struct require_node *node)
{
	_cleanup_buf_ struct buf expected = {0};
	char c = parser_peek(parser);

	if (parser_at_end(parser) || parser_is_space(c) || c == ',' || c == ')')
		return true;
	buf_printf(
		&expected, "%s:%s", require_kind_word(node->kind), require_kind_shape(node->kind));
	return parser_mistake(parser, parser->at, buf_text(&expected),
		c == '!' ? "write not(config:CONFIG_X=y) for a value it must not have"
			: c == '*' || c == '?' || c == '['
			? "a requirement has one name; kcompat probe lists what matches a pattern"
			: NULL);
}

static bool parse_kind(struct parser *parser, struct require_node *node)
{
	const struct require_kind_rule *rule = require_kind_rule(node->kind);
	size_t name_at = parser->at;

	node->name = parser_take_name(parser, rule->extra, rule->noun);
	if (node->name && node->kind == REQUIRE_HELPER && !strncmp(node->name, "BPF_FUNC_", 9)) {
		/* The kernel's enumerator of bpf_loop is BPF_FUNC_loop. */
		node->name = pool_printf(&parser->list->pool, "bpf_%s", node->name + 9);
		if (!node->name)
			return parser_no_memory(parser);
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
	return node->text || parser_no_memory(parser);
}

static bool parse_add_member(
	struct parser *parser, struct require_node *node, const struct require_node *member)
{
	const struct require_node **members = pool_grow(&parser->list->pool, node->members,
		node->member_cnt, &node->member_cap, sizeof(*members));

	if (!members)
		return parser_no_memory(parser);
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
		parser_skip_space(parser);
	} while (list && parser_take(parser, ','));
	if (!parser_take(parser, ')'))
		return parser_mistake(parser, parser->at, list ? "',' or ')'" : "')'", NULL);
	return spell_group(parser, node);
}

static bool enter_group(struct parser *parser, struct require_node *node, size_t at)
{
	if (parser->depth == REQUIRE_DEPTH_MAX)
		return parser_mistake(parser, at, "fewer any(), all() and not() inside each other",
			"at most " LITERAL(REQUIRE_DEPTH_MAX));
	parser->depth++;
	bool parsed = parse_group(parser, node);
	parser->depth--;
	return parsed;
}

/* "bpf_loop" alone, without a kind. */
static bool needs_kind(struct parser *parser, const char *word, size_t at)
{
	_cleanup_buf_ struct buf todo = {0};
	struct section section;

	if (!strncmp(word, "bpf_", 4))
		buf_printf(&todo, "write kfunc:%s or helper:%s", word, word);
	else if (section_parse(word, &section))
		buf_printf(&todo, "write context:%s or prog:%s", word,
			prog_type_word(section.row->prog_type));
	else
		buf_puts(&todo,
			"a requirement begins with its kind, such as func:vfs_read; see kcompat require --help");
	return parser_mistake(parser, at, "a kind", buf_text(&todo));
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
			return parser_mistake(parser, at, "a kind", version);
	}
	for (size_t i = 0; i < REQUIRE_WORD_CNT; i++)
		suggest_consider(&near, word, require_kind_word(i));
	if (near.best)
		buf_printf(&todo, "did you mean '%s'?", near.best);
	else if (parser_peek(parser) != ':' && parser_peek(parser) != '(')
		return needs_kind(parser, word, at);
	for (size_t i = 0; !near.best && i < REQUIRE_WORD_CNT; i++)
		buf_printf(&todo, "%s%s", i ? ", " : "one of ", require_kind_word(i));
	return parser_mistake(parser, at, "a kind", buf_text(&todo));
}

/* The word before ':' or '('; REQUIRE_WORD_CNT with a mistake if it is unknown. */
static enum require_kind parse_word(struct parser *parser)
{
	enum require_kind kind = 0;
	size_t at = parser->at;

	if (parser_peek(parser) == '?') {
		parser_mistake(parser, at, "an expression",
			"'?' stands before the whole requirement, not inside it");
		return REQUIRE_WORD_CNT;
	}
	const char *word = parser_take_name(parser, "-", "a requirement such as kfunc:NAME@CONTEXT");
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
		parser_skip_space(parser);
	if (parser_take(parser, group ? '(' : ':'))
		return group ? enter_group(parser, node, at) : parse_kind(parser, node);
	buf_printf(&expected, "'%c' after '%s'", group ? '(' : ':', require_kind_word(node->kind));
	return parser_mistake(parser, parser->at, buf_text(&expected), NULL);
}

/* NULL with a mistake, or without memory. */
static const struct require_node *parse_expression(struct parser *parser)
{
	struct require_node *node = pool_alloc(&parser->list->pool, sizeof(*node));

	if (!node) {
		parser_no_memory(parser);
		return NULL;
	}
	parser_skip_space(parser);
	size_t at = parser->at;
	node->kind = parse_word(parser);
	if (node->kind == REQUIRE_WORD_CNT || !parse_after_word(parser, node, at))
		return NULL;
	if (parser->list->node_cnt == REQUIRE_NODE_MAX) {
		parser_mistake(parser, at, "fewer expressions", "at most " LITERAL(REQUIRE_NODE_MAX));
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
		return parser_mistake(parser, at, "a name that no other requirement has", buf_text(&todo));
	}
	return true;
}

/* The place of the '=' in "NAME ="; false: no such text is next. *end is the end of the name. */
static bool find_equals(const struct parser *parser, size_t *end, size_t *equals)
{
	*end = parser->at;
	while (*end < parser->len && parser_is_word(parser->text[*end]))
		++*end;
	*equals = *end;
	while (*equals < parser->len && parser_is_space(parser->text[*equals]))
		++*equals;
	return *equals < parser->len && parser->text[*equals] == '=';
}

/* An optional '?'. It stands before the expression, and so behind a name. */
static bool parse_optional(struct parser *parser, struct requirement *requirement)
{
	size_t at = parser->at, end, equals;
	_cleanup_buf_ struct buf todo = {0};

	requirement->optional = parser_take(parser, '?');
	if (!requirement->optional)
		return true;
	parser_skip_space(parser);
	size_t start = parser->at;
	if (!find_equals(parser, &end, &equals) || end == start)
		return true;
	while (++equals < parser->len && parser_is_space(parser->text[equals]))
		;
	if (parser->len - start <= SHOWN_MAX_BYTES)
		buf_printf(&todo, "write '%.*s = ?%.*s'", (int)(end - start), parser->text + start,
			(int)(parser->len - equals), parser->text + equals);
	else
		buf_puts(&todo, "write 'NAME = ?', and then what is required");
	return parser_mistake(parser, at, "the name before '?'", buf_text(&todo));
}

/* An optional "NAME =" in front. */
static bool parse_flag(struct parser *parser, struct requirement *requirement)
{
	size_t start = parser->at, end, equals;

	if (!find_equals(parser, &end, &equals))
		return true;
	if (end == start || (parser->text[start] >= '0' && parser->text[start] <= '9'))
		return parser_mistake(parser, start, "a name before '='", "it begins with a letter");
	const char *name = parser_take_name(parser, "", "a name");
	parser->at = equals + 1;
	requirement->named = true;
	requirement->flag = name ? require_flag_spell(&parser->list->pool, name) : NULL;
	if (!requirement->flag)
		return parser_no_memory(parser);
	return check_flag_unique(parser, requirement->flag, start);
}

static bool parse_whole(struct parser *parser, struct requirement *requirement)
{
	const char *nul = memchr(parser->text, '\0', parser->len);

	if (nul)
		return parser_mistake(parser, (size_t)(nul - parser->text), "text", NULL);
	parser_skip_space(parser);
	if (!parse_flag(parser, requirement))
		return false;
	parser_skip_space(parser);
	if (!parse_optional(parser, requirement))
		return false;
	requirement->root = parse_expression(parser);
	if (!requirement->root)
		return false;
	parser_skip_space(parser);
	if (!parser_at_end(parser))
		return parser_mistake(parser, parser->at, "the end of the requirement",
			parser->origin
				? "one requirement a line; any(A, B) and all(A, B) combine"
				: "one requirement an argument; any(A, B) and all(A, B) combine");
	if (!requirement->named)
		requirement->flag = require_flag_make(&parser->list->pool, requirement->root->text);
	return requirement->flag || parser_no_memory(parser);
}

static void parse_requirement(struct parser *parser)
{
	struct require_list *list = parser->list;
	struct requirement requirement = {.origin = parser->origin, .line = parser->line};
	size_t node_cnt = list->node_cnt;

	if (list->cnt == REQUIRE_CNT_MAX) {
		parser->full = true;
		parser_mistake(parser, 0, "at most " LITERAL(REQUIRE_CNT_MAX) " requirements", NULL);
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
		if (line[end] == '#' && !quoted && (!end || parser_is_space(line[end - 1])))
			break;
	}
	while (end && (parser_is_space(line[end - 1]) || line[end - 1] == '\r'))
		end--;
	return end;
}

static bool is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!parser_is_space(line[i]))
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
