/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of one line of requirements: characters, names and mistakes. Private to the folder. */
#ifndef KCOMPAT_REQUIRE_PARSER_H
#define KCOMPAT_REQUIRE_PARSER_H

#include "require/parse.h"

/* Of a section name with a target: "kprobe/tcp_*", "uprobe//bin/sh:main+4", "fentry/f.isra.0". */
#define TARGET_CHARACTERS "./:+*?[]$-"

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

bool parser_is_space(char c);
/* A letter, a digit or '_'. ASCII only, whatever the locale. */
bool parser_is_word(char c);
bool parser_at_end(const struct parser *parser);
/* The next character; NUL at the end. A NUL byte inside the text was refused before. */
char parser_peek(const struct parser *parser);
void parser_skip_space(struct parser *parser);
bool parser_take(struct parser *parser, char c);
/* Takes the characters of a name; NULL with a mistake if there is none. */
const char *parser_take_name(struct parser *parser, const char *extra, const char *expected);

/* Adds a mistake. `expected` and `todo` may be NULL. Always false, so that it can be returned. */
bool parser_mistake(struct parser *parser, size_t at, const char *expected, const char *todo);
bool parser_no_memory(struct parser *parser); /* always false, too */

/*
 * In require/check.c: is the name one that can have an answer? Each adds a mistake, at `at`, and returns
 * false if it is not.
 */

/* A section name. *context becomes its one name. */
bool require_check_context(struct parser *parser, const char **context, size_t at);
bool require_check_feature(struct parser *parser, const struct require_node *node, size_t at);
bool require_check_type(struct parser *parser, const struct require_node *node, size_t at);
bool require_check_environment(struct parser *parser, struct require_node *node, size_t at);
/* Also fills node->context. */
bool require_check_attach_point(struct parser *parser, struct require_node *node, size_t at);
bool require_make_context(struct parser *parser, struct require_node *node, const char *section);

#endif
