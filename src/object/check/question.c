/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/check/parts.h"

#include <string.h>

/* Names come from the object: nothing else than one question can be made of them. */
bool check_is_plain(const char *text)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"_./:+*@$-";

	return strlen(text) < QUESTION_MAX_BYTES && text[strspn(text, allowed)] == '\0';
}

static struct error *parse_question(
	struct check *check, const char *text, const struct require_node **ret)
{
	struct require_list *list = &check->list;
	size_t before = list->cnt;
	struct error *error = require_parse_argument(list, before + 1, text, NULL);

	*ret = !error && list->cnt > before ? list->list[before].root : NULL;
	return error;
}

/* Each question once. */
struct error *check_ask_one(struct check *check, const struct require_node **ret, const char *kind,
	const char *name, const char *context)
{
	const char *text = pool_printf(
		&check->pool, "%s:%s%s%s", kind, name, context ? "@" : "", context ? context : "");
	struct texts *questions = &check->questions;
	size_t cnt = questions->cnt;

	*ret = NULL;
	if (!text)
		return error_no_memory();
	if (!check_is_plain(text))
		return NULL;
	size_t number = texts_number(questions, text, strlen(text));
	if (questions->failed)
		return error_no_memory();
	if (number < cnt) {
		*ret = check->nodes[number];
		return NULL;
	}
	const struct require_node **nodes =
		pool_grow(&check->pool, check->nodes, cnt, &check->node_cap, sizeof(*nodes));
	if (!nodes)
		return error_no_memory();
	check->nodes = nodes;
	nodes[number] = NULL;
	struct error *error = parse_question(check, text, &nodes[number]);
	*ret = nodes[number];
	return error;
}
