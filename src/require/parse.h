/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requirements as people write them. The grammar:
 *
 *	requirement = [ NAME "=" ] [ "?" ] expression
 *	expression  = ( "any" | "all" ) "(" expression { "," expression } ")"
 *	            | "not" "(" expression ")"
 *	            | KIND ":" what
 *
 * NAME is the feature flag that --format=env and --format=c set, "?" makes the requirement
 * optional: it is answered and reported, and never makes the gate fail. REQUIRE_KINDS describes
 * the text after each kind. In a file, each line holds one requirement. "#" at the start of a word
 * starts a comment. Blank lines, and a carriage return at the end of a line, are ignored.
 */
#ifndef KCOMPAT_REQUIRE_PARSE_H
#define KCOMPAT_REQUIRE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "require/kind.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

/* any(), all() and not() inside each other. */
#define REQUIRE_DEPTH_MAX 32
#define REQUIRE_CNT_MAX 4096
/* Expressions in all requirements together. */
#define REQUIRE_NODE_MAX 16384
/* After so many mistakes, parsing stops: the file has no requirements. */
#define REQUIRE_MISTAKE_MAX 100

struct require_node {
	enum require_kind kind;
	size_t id;        /* 0 .. require_list.node_cnt - 1, every member before its parent */
	const char *text; /* the whole expression in its one canonical spelling */
	/* Of a kind; NULL where not given. */
	const char *name;    /* types without BPF_MAP_TYPE_ and its like, in lower case */
	/*
	 * Its one name: "kretprobe" is "kprobe". A target stays: "kprobe/do_exit". Also of kinds whose
	 * name is a target or a section with one: lsm:, attach:.
	 */
	const char *context;
	const char *member;  /* "a.b", or the enumerator */
	const char *type;    /* of a member, as require_type_spell() spells it */
	bool proof;          /* of a call: ">=loadable", a permitted one is not enough */
	const char *value;   /* of an option or a setting, as written; the size of a map */
	/* Of any, all and not. */
	const struct require_node **members;
	size_t member_cnt, member_cap;
};

struct requirement {
	const struct require_node *root;
	const char *flag; /* "KCOMPAT_ARENA": the given name, or made from the expression */
	bool named;
	bool optional;
	const char *origin; /* file, NULL for an argument */
	size_t line;        /* line of the file, or number of the argument; from 1 */
};

/* A zeroed struct is an empty list. Everything in it lives in its pool. */
struct require_list {
	struct pool pool;
	struct requirement *list;
	size_t cnt, cap;
	size_t node_cnt;
	const char *
		*mistakes; /* "agent.req:3:11: found 'xpd', expected ... (did you mean 'xdp'?)" */
	size_t mistake_cnt, mistake_cap;
};

struct require_vocabulary {
	/* All names for cap:. cnt 0: any name passes. */
	const char *const *capabilities;
	size_t capability_cnt;
	/* Valid contexts that are not in the table of this kcompat. */
	const char *const *contexts;
	size_t context_cnt;
	/* All names for feature: and, after "tag:", for tag:. cnt 0: any name passes.
	 */
	const char *const *features;
	size_t feature_cnt;
	/* Does the kernel have a type (prog:, map:, link:, attach:) that kcompat's tables lack? An answer
	 * of no makes the name a mistake. NULL: any name passes. */
	enum tristate (*has_type)(void *asked, enum require_kind kind, const char *name);
	void *asked;
};

/*
 * Both append valid requirements to the list, and all others to its mistakes. All mistakes are
 * reported together. `vocabulary` may be NULL. The only error is lack of memory.
 */
struct error *require_parse_argument(struct require_list *list, size_t number, const char *text,
	const struct require_vocabulary *vocabulary);
struct error *require_parse_file(struct require_list *list, const char *origin, const void *data,
	size_t size_bytes, const struct require_vocabulary *vocabulary);

void require_list_deinit(struct require_list *list); /* NULL-safe; leaves an empty list */

/*
 * Appends a type in C as one text, however it is written: "struct file *" of "struct file*", and
 * "unsigned long" of "long unsigned int".
 */
void require_type_spell(const char *text, size_t len, struct buf *out);

#endif
