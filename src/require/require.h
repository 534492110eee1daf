/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers requirements from what is known about a kernel. Pure: whatever has to be loaded or
 * probed first is what require_needs() lists.
 *
 * An answer is yes or no only on evidence. Ran, loadable and permitted are yes; conditional,
 * refused, absent and impossible are no; blocked, unknown and what was never asked are unknown.
 * That a name is nowhere is a no only where the source that would list it was read whole.
 * any(), all() and not() follow Kleene's three-valued logic.
 */
#ifndef KCOMPAT_REQUIRE_REQUIRE_H
#define KCOMPAT_REQUIRE_REQUIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "require/parse.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"

struct require_scope {
	/* Never NULL. Of a running kernel it holds at least what require_needs() asked for. */
	const struct snapshot *snapshot;
	/* The running kernel's files; NULL when the snapshot came from a file. */
	const struct kernel *kernel;
};

struct require_verdict {
	enum tristate value;
	const char *reason; /* one line; never NULL */
	/* Evidence, NULL and 0 where there is none. */
	const char *state; /* "permitted", "ok", "present", ... */
	const char *line;  /* the verifier's deciding line */
	int errnum;
	bool predicted; /* derived from an image, never from a load */
};

/* A zeroed struct is an empty one. Borrows strings of the scope and of the list. */
struct require_answer {
	struct pool pool;
	struct require_verdict *verdicts; /* [list->node_cnt] by node->id */
	/* Of the whole list: all of them together, optional ones left out. */
	enum tristate value;
	size_t yes_cnt, no_cnt, unknown_cnt; /* optional ones left out */
};

/* The only error is lack of memory. */
struct error *require_evaluate(const struct require_list *list, const struct require_scope *scope,
	struct require_answer *ret);
void require_answer_deinit(struct require_answer *answer); /* NULL-safe */

const struct require_verdict *require_verdict_of(
	const struct require_answer *answer, const struct require_node *node);
/* "yes", "no", "unknown" */
const char *require_value_word(enum tristate value);

/* What has to be read and probed on a running kernel before requirements can be answered. */

struct require_needs {
	struct pool pool;
	/* As struct probe_request has them: nothing else need be asked. parts 0: no probe at all.
	 */
	unsigned int parts;
	const char **contexts; /* cnt 0: all contexts */
	size_t context_cnt, context_cap;
	const char **names; /* kfuncs, helpers and functions */
	size_t name_cnt, name_cap;
	const char **features; /* within map types, link types and features */
	size_t feature_cnt, feature_cap;
	/* Which of the kernel's files. */
	bool btf;
	bool config;
	bool symbols;
};

/* Borrows the list's strings. The only error is lack of memory. */
struct error *require_needs(const struct require_list *list, struct require_needs *ret);
void require_needs_deinit(struct require_needs *needs); /* NULL-safe */

/*
 * Does the list ask for a kfunc or a type that the kernel's own BTF (loaded, if there is any)
 * does not have, so that the modules' BTF has to be read?
 */
bool require_wants_modules(const struct require_list *list, const struct kernel *kernel);

/*
 * The names that --format=env and --format=c give to requirements: KCOMPAT_ and upper-case
 * letters, digits and '_', so that no shell and no preprocessor reads anything else into them.
 */

#define REQUIRE_FLAG_PREFIX "KCOMPAT_"
/* --format=c says with a second flag of this ending that the first one is not known to be no. */
#define REQUIRE_FLAG_UNKNOWN "_UNKNOWN"

/* Of an expression: "kfunc:bpf_loop@xdp" gives "KCOMPAT_KFUNC_BPF_LOOP_XDP". NULL: no memory. */
const char *require_flag_make(struct pool *pool, const char *expression);
/* Of a name of letters, digits and '_' that someone gave; "arena" and "KCOMPAT_ARENA" give one
 * flag. */
const char *require_flag_spell(struct pool *pool, const char *name);

/*
 * Two different requirements that would set the same flag, or one that would set the _UNKNOWN
 * flag of another: an ERROR_USAGE that names both.
 */
struct error *require_flag_check(const struct require_list *list);

/* What the gate's answer is as an exit status, for whoever reads it. */

/* clang-format off: a table */
/* X(enumerator, word of --exit-style, satisfied, missing, cannot tell, usage or internal error) */
#define REQUIRE_STYLES(X)                                                                          \
	X(PLAIN, "plain", 0, 1, 3, 2)                                                              \
	X(SYSTEMD, "systemd", 0, 1, 3, 255) /* ExecCondition=: 1 to 254 skip, 255 fails the unit */ \
	X(NAGIOS, "nagios", 0, 2, 3, 3)     /* OK, CRITICAL, UNKNOWN, UNKNOWN */
/* clang-format on */

enum require_style {
#define REQUIRE_STYLE_ENUM(name, word, yes, no, unknown, error) REQUIRE_STYLE_##name,
	REQUIRE_STYLES(REQUIRE_STYLE_ENUM)
#undef REQUIRE_STYLE_ENUM
	REQUIRE_STYLE_CNT
};

/* REQUIRE_STYLE_CNT for a word that is none. */
enum require_style require_style_parse(const char *word);

/* What --on-unknown makes of an answer that cannot be told. */
enum require_unknown { REQUIRE_UNKNOWN_KEEP, REQUIRE_UNKNOWN_PASS, REQUIRE_UNKNOWN_FAIL };

enum tristate require_settle(enum tristate value, enum require_unknown on_unknown);
int require_exit_status(enum require_style style, enum tristate value);
int require_exit_error(enum require_style style);

/*
 * The gate's answer as text, as a shell's assignments, as C, and as JSON (kcompat/require/1).
 * Everything is appended to `out`, whose stickiness tells of a lack of memory; what came from a
 * kernel or a file is stripped of control characters first.
 */

#define REQUIRE_SCHEMA "kcompat/require/1"

/* "no       ?map:arena: unsupported: ...", a line for each requirement. */
void render_require_text(
	const struct require_list *list, const struct require_answer *answer, struct buf *out);

/*
 * One line as monitoring plugins print it. `settled` is the answer after --on-unknown, which the
 * status word follows.
 */
void render_require_nagios(const struct require_list *list, const struct require_answer *answer,
	enum tristate settled, struct buf *out);

/* KCOMPAT_NAME=yes|no|unknown, for eval. The flags have passed require_flag_check(). */
void render_require_env(
	const struct require_list *list, const struct require_answer *answer, struct buf *out);

/*
 * #define KCOMPAT_NAME 1 for yes and 0 otherwise: unknown never reads as yes, and has a second
 * KCOMPAT_NAME_UNKNOWN 1.
 */
void render_require_c(const struct require_list *list, const struct require_answer *answer,
	const struct require_scope *scope, struct buf *out);

/* In require/json.c. `settled` as above. */
void render_require_json(const struct require_list *list, const struct require_answer *answer,
	const struct require_scope *scope, enum tristate settled, struct buf *out);

#endif
