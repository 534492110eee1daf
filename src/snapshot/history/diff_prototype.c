/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/diff_prototype.h"

#include <ctype.h>
#include <string.h>

#include "util/array.h"
#include "util/buf.h"

#define PARAMETER_MAX 64

struct parameter {
	const char *text; /* "struct file *file" */
	const char *name; /* "" if it has none */
	const char *type; /* the text without the name and type tags: "struct file *" */
	bool matched;
};

struct declaration {
	const char *returns, *type; /* `type` is without type tags */
	struct parameter list[PARAMETER_MAX];
	size_t cnt;
};

static bool diff_prototype_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const char *trimmed(struct pool *pool, const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return pool_strndup(pool, text, len);
}

/*
 * Without type tags, in the form "void *p". Which of them BTF has depends on the tools that built the
 * kernel: the same source has "void *p" in one build and "void __arena *p" in another.
 */
static const char *without_tags(struct pool *pool, const char *text)
{
	static const char *const tags[] = {"__arena", "__kptr", "__kptr_ref", "__kptr_untrusted",
		"__percpu", "__percpu_kptr", "__rcu", "__uptr", "__user"};
	char *copy = pool_strdup(pool, text), *to = copy;

	for (const char *at = copy; at && *at;) {
		size_t len = 0;
		bool starts = at == copy || !diff_prototype_is_word(at[-1]);
		for (size_t i = 0; starts && i < ARRAY_SIZE(tags) && !len; i++) {
			len = strlen(tags[i]);
			if (strncmp(at, tags[i], len) || diff_prototype_is_word(at[len]))
				len = 0;
		}
		at += len;
		at += len && *at == ' ';
		if (!len)
			*to++ = *at++;
	}
	if (copy)
		*to = '\0';
	return copy;
}

/* A type can end with these words, so they are not names: "unsigned int". */
static bool is_type_word(const char *word, size_t len)
{
	static const char *const words[] = {"int", "char", "short", "long", "unsigned", "signed", "void",
		"bool", "_Bool", "float", "double", "const", "volatile", "__user", "__percpu", "__rcu"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i]) == len && !strncmp(words[i], word, len))
			return true;
	}
	return false;
}

/* The name of "struct x *name", "int (*name)(int)", "char name[4]"; NULL: no name. */
static const char *diff_prototype_find_name(const char *text, size_t *len)
{
	const char *pointer = strstr(text, "(*");
	const char *end = pointer ? pointer + 2 + strcspn(pointer + 2, ")[(") : text + strcspn(text, "[");
	const char *start;

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	for (start = end; start > text && diff_prototype_is_word(start[-1]);)
		start--;
	*len = (size_t)(end - start);
	/* A single word is a type. So is the word after struct, union or enum. */
	const char *before = start;
	while (before > text && isspace((unsigned char)before[-1]))
		before--;
	if (!*len || before == text || is_type_word(start, *len))
		return NULL;
	size_t head = (size_t)(before - text);
	if ((head == 6 && !strncmp(text, "struct", 6)) || (head == 5 && !strncmp(text, "union", 5)) ||
		(head == 4 && !strncmp(text, "enum", 4)))
		return NULL;
	return start;
}

static bool parse_parameter(struct pool *pool, const char *text, size_t len, struct declaration *ret)
{
	struct parameter *parameter = &ret->list[ret->cnt];
	size_t name_len = 0;

	parameter->text = trimmed(pool, text, len);
	if (!parameter->text)
		return false;
	if (!strcmp(parameter->text, "void") || !*parameter->text)
		return true;
	const char *name = diff_prototype_find_name(parameter->text, &name_len);
	parameter->name = name ? pool_strndup(pool, name, name_len) : "";
	parameter->type = name ? pool_printf(pool, "%.*s%s", (int)(name - parameter->text),
					 parameter->text, name + name_len)
			       : parameter->text;
	if (!parameter->name || !parameter->type)
		return false;
	parameter->type = without_tags(pool, parameter->type);
	if (!parameter->type)
		return false;
	parameter->type = trimmed(pool, parameter->type, strlen(parameter->type));
	ret->cnt++;
	return parameter->type != NULL;
}

/* The last pair of parentheses holds the parameters. */
static const char *parameters_of(const char *text, const char **end)
{
	const char *close = strrchr(text, ')');
	int depth = 0;

	for (const char *c = close; c && c >= text; c--) {
		depth += (*c == ')') - (*c == '(');
		if (!depth) {
			*end = close;
			return c + 1;
		}
	}
	return NULL;
}

/* False: no memory. *ok is false: not a declaration. */
static bool diff_prototype_parse(struct pool *pool, const char *text, struct declaration *ret, bool *ok)
{
	const char *end, *at = parameters_of(text, &end), *start = at;
	const char *name = at ? at - 1 : NULL;
	int depth = 0;

	*ok = false;
	while (name && name > text && diff_prototype_is_word(name[-1]))
		name--;
	if (!name || !diff_prototype_is_word(*name))
		return true;
	ret->returns = trimmed(pool, text, (size_t)(name - text));
	for (; at <= end; at++) {
		depth += (*at == '(') - (*at == ')');
		if (!((*at == ',' && !depth) || at == end))
			continue;
		if (ret->cnt == PARAMETER_MAX)
			return true;
		if (!parse_parameter(pool, start, (size_t)(at - start), ret))
			return false;
		start = at + 1;
	}
	*ok = true;
	ret->type = ret->returns ? without_tags(pool, ret->returns) : NULL;
	return ret->type != NULL;
}

struct comparison {
	struct declaration before, after;
	change_fn *each;
	void *context;
	struct pool *pool;
};

static bool diff_prototype_tell(struct comparison *comparison, const char *what, const char *before, const char *after)
{
	return comparison->each(comparison->context, what, before, after);
}

static struct parameter *diff_prototype_by_name(struct declaration *declaration, const char *name)
{
	for (size_t i = 0; *name && i < declaration->cnt; i++) {
		if (!strcmp(declaration->list[i].name, name))
			return &declaration->list[i];
	}
	return NULL;
}

static bool match_names(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->before.cnt; i++) {
		struct parameter *old = &comparison->before.list[i];
		struct parameter *new = diff_prototype_by_name(&comparison->after, old->name);
		if (!new || new->matched)
			continue;
		old->matched = new->matched = true;
		if (strcmp(old->type, new->type) &&
			!diff_prototype_tell(comparison, "parameter type changed", old->text, new->text))
			return false;
	}
	return true;
}

/* How many parameters before this one are in both declarations. */
static size_t matched_before(const struct declaration *declaration, size_t at)
{
	size_t cnt = 0;

	for (size_t i = 0; i < at; i++)
		cnt += declaration->list[i].matched;
	return cnt;
}

/* Find all pairs before marking any, because a mark changes the neighbours. */
static bool match_renamed(struct comparison *comparison)
{
	struct parameter *pairs[PARAMETER_MAX][2];
	bool taken[PARAMETER_MAX] = {false};
	size_t pair_cnt = 0;

	for (size_t i = 0; i < comparison->before.cnt; i++) {
		struct parameter *old = &comparison->before.list[i];
		for (size_t k = 0; k < comparison->after.cnt && !old->matched; k++) {
			struct parameter *new = &comparison->after.list[k];
			if (new->matched || taken[k] || strcmp(old->type, new->type) ||
				matched_before(&comparison->before, i) !=
					matched_before(&comparison->after, k))
				continue;
			taken[k] = true;
			pairs[pair_cnt][0] = old;
			pairs[pair_cnt++][1] = new;
			break;
		}
	}
	for (size_t i = 0; i < pair_cnt; i++) {
		pairs[i][0]->matched = pairs[i][1]->matched = true;
		if (strcmp(pairs[i][0]->name, pairs[i][1]->name) &&
			!diff_prototype_tell(comparison, "parameter renamed", pairs[i][0]->text, pairs[i][1]->text))
			return false;
	}
	return true;
}

static bool tell_rest(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->before.cnt; i++) {
		if (!comparison->before.list[i].matched &&
			!diff_prototype_tell(comparison, "parameter removed", comparison->before.list[i].text, NULL))
			return false;
	}
	for (size_t i = 0; i < comparison->after.cnt; i++) {
		if (!comparison->after.list[i].matched &&
			!diff_prototype_tell(comparison, "parameter added", NULL, comparison->after.list[i].text))
			return false;
	}
	return true;
}

/* The names that both declarations have, in the order of this one. */
static const char *common_names(struct pool *pool, const struct declaration *of, struct declaration *other)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < of->cnt; i++) {
		if (diff_prototype_by_name(other, of->list[i].name))
			buf_printf(&text, "%s%s", text.len ? ", " : "", of->list[i].name);
	}
	return text.failed ? NULL : pool_strdup(pool, buf_text(&text));
}

static bool tell_order(struct comparison *comparison)
{
	const char *before = common_names(comparison->pool, &comparison->before, &comparison->after);
	const char *after = common_names(comparison->pool, &comparison->after, &comparison->before);

	return before && after &&
		(!strcmp(before, after) || diff_prototype_tell(comparison, "parameters reordered", before, after));
}

bool compare_prototypes(const char *before, const char *after, struct pool *pool, change_fn *each,
	void *context)
{
	struct comparison comparison = {.each = each, .context = context, .pool = pool};
	bool ok_before, ok_after;

	if (!strcmp(before, after))
		return true;
	if (!diff_prototype_parse(pool, before, &comparison.before, &ok_before) ||
		!diff_prototype_parse(pool, after, &comparison.after, &ok_after))
		return false;
	if (!ok_before || !ok_after)
		return diff_prototype_tell(&comparison, "prototype changed", before, after);
	if (strcmp(comparison.before.type, comparison.after.type) &&
		!diff_prototype_tell(&comparison, "return type changed", comparison.before.returns,
			comparison.after.returns))
		return false;
	return match_names(&comparison) && match_renamed(&comparison) && tell_rest(&comparison) &&
		tell_order(&comparison);
}
