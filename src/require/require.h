/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers requirements from the facts about a kernel. Pure: require_needs() lists everything that
 * must be loaded or probed before.
 *
 * An answer is yes or no only on evidence. Ran, loadable and permitted are yes. Conditional,
 * refused, absent and impossible are no. Blocked, unknown and anything that was never asked are
 * unknown. A missing name is a no only if the source that would list it was read completely.
 * any(), all() and not() follow Kleene's three-valued logic.
 */
#ifndef KCOMPAT_REQUIRE_REQUIRE_H
#define KCOMPAT_REQUIRE_REQUIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "require/known.h"
#include "require/parse.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"

struct require_scope {
	/* Never NULL. Of a running kernel it holds at least the parts of require_needs(). */
	const struct snapshot *snapshot;
	/* The running kernel's files; NULL when the snapshot came from a file. */
	const struct kernel *kernel;
	/* The files with the kernel's types: of the running kernel, or of the image that was scanned; NULL
	 * when the snapshot came from JSON, which has no types. */
	const struct kernel *files;
	/* Without files: the types and functions of that build from a store, for the questions that only
	 * files answer. NULL: it is in none, or the list has no such question. */
	const struct kernel *types;
};
/* Has the list a question that types and functions of the kernel answer? */
bool require_asks_types(const struct require_list *list);
/* Does one of them ask whether a program can be attached to a function? */
bool require_asks_functions(const struct require_list *list);

struct require_verdict {
	enum tristate value;
	const char *reason; /* one line; never NULL */
	/* Evidence; NULL and 0 without any. */
	const char *state; /* "permitted", "ok", "present", ... */
	const char *line;  /* the verifier's deciding line */
	int errnum;
	const char *missing; /* of attach:, the id of what is missing or not known; else NULL */
	bool predicted; /* derived from an image, never from a load */
};

/* A zeroed struct is an empty one. Borrows strings of the scope and of the list. */
struct require_answer {
	struct pool pool;
	struct require_verdict *verdicts; /* [list->node_cnt] by node->id */
	/* The answer of the whole list, without optional requirements. */
	enum tristate value;
	size_t yes_cnt, no_cnt, unknown_cnt; /* optional ones left out */
};

/* The only error is lack of memory. */
struct error *require_evaluate(const struct require_list *list, const struct require_scope *scope,
	struct require_answer *ret);
/*
 * Copies the texts of the answer that it borrows, so that it holds without the kernel. The only error is
 * lack of memory.
 */
struct error *require_answer_own(const struct require_list *list, struct require_answer *answer);
void require_answer_deinit(struct require_answer *answer); /* NULL-safe */

const struct require_verdict *require_verdict_of(
	const struct require_answer *answer, const struct require_node *node);
/* "yes", "no", "unknown" */
const char *require_value_word(enum tristate value);

/* The parts of a running kernel that must be read and probed before requirements are answered. */

struct require_needs {
	struct pool pool;
	/* As in struct probe_request: nothing else must be probed. parts 0: no probe at all.
	 */
	unsigned int parts;
	const char **contexts; /* cnt 0: all contexts */
	size_t context_cnt, context_cap;
	const char **names; /* kfuncs, helpers and functions */
	size_t name_cnt, name_cap;
	const char **features; /* within map types, link types and features */
	size_t feature_cnt, feature_cap;
	const char **sysctls; /* "net.core.bpf_jit_enable" */
	size_t sysctl_cnt, sysctl_cap;
	/* Which of the kernel's files. */
	bool proof; /* programs have to be searched for calls that are permitted */
	bool btf;
	bool config;
	bool symbols;
	bool traceable; /* which functions ftrace can patch, and which kprobes refuse */
	bool events; /* trace events */
};

/* Borrows the list's strings. The only error is lack of memory. */
struct error *require_needs(const struct require_list *list, struct require_needs *ret);
void require_needs_deinit(struct require_needs *needs); /* NULL-safe */

/*
 * Does the list need a kfunc or a type that the kernel's own BTF (loaded, if it exists) lacks? Then
 * the BTF of the modules must be read.
 */
bool require_wants_modules(const struct require_list *list, const struct kernel *kernel);

/*
 * The names of requirements in --format=env and --format=c: KCOMPAT_ with upper-case letters,
 * digits and '_'. A shell or preprocessor can read nothing else into such a name.
 */

#define REQUIRE_FLAG_PREFIX "KCOMPAT_"
/* --format=c sets a second flag with this ending if the answer is unknown, not no. */
#define REQUIRE_FLAG_UNKNOWN "_UNKNOWN"

/* From an expression: "kfunc:bpf_loop@xdp" gives "KCOMPAT_KFUNC_BPF_LOOP_XDP". NULL: no memory. */
const char *require_flag_make(struct pool *pool, const char *expression);
/* From a given name of letters, digits and '_'. "arena" and "KCOMPAT_ARENA" give one flag. */
const char *require_flag_spell(struct pool *pool, const char *name);

/*
 * Refuses two different requirements that set the same flag, or one that sets the _UNKNOWN flag of
 * another: an ERROR_USAGE that names both.
 */
struct error *require_flag_check(const struct require_list *list);

/* The exit status of each answer, by the program that reads it. */

/* clang-format off: a table */
/* X(enumerator, word of --exit-style, satisfied, missing, unknown, usage or internal error) */
#define REQUIRE_STYLES(X)                                                                          \
	X(PLAIN, "plain", 0, 1, 3, 2)                                                              \
	X(SYSTEMD, "systemd", 0, 1, 3, 255) /* ExecCondition=: 1 to 254 skip, 255 fails the unit */ \
	X(NAGIOS, "nagios", 0, 2, 3, 3)     /* OK, CRITICAL, UNKNOWN, UNKNOWN */                   \
	X(REPORT, "report", 0, 0, 0, 2)     /* for collectors: any answer is a success */
/* clang-format on */

enum require_style {
#define REQUIRE_STYLE_ENUM(name, word, yes, no, unknown, error) REQUIRE_STYLE_##name,
	REQUIRE_STYLES(REQUIRE_STYLE_ENUM)
#undef REQUIRE_STYLE_ENUM
	REQUIRE_STYLE_CNT
};

/* REQUIRE_STYLE_CNT for an unknown word. */
enum require_style require_style_parse(const char *word);

/* The treatment of unknown by --on-unknown. */
enum require_unknown { REQUIRE_UNKNOWN_KEEP, REQUIRE_UNKNOWN_PASS, REQUIRE_UNKNOWN_FAIL };

enum tristate require_settle(enum tristate value, enum require_unknown on_unknown);
int require_exit_status(enum require_style style, enum tristate value);
int require_exit_error(enum require_style style);

/*
 * The gate's answer as text, as a shell's assignments, as C, and as JSON (kcompat/require/1).
 * All append to `out`, which stays failed after a lack of memory. Text from a kernel or a file is
 * stripped of control characters first.
 */

#define REQUIRE_SCHEMA "kcompat/require/1"

/* "no       ?map:arena: unsupported: ...", one line per requirement, which is wrapped at `width`. */
void render_require_text(const struct require_list *list, const struct require_answer *answer, size_t width,
	struct buf *out);

/*
 * One line in the form of a monitoring plugin. `settled` is the answer after --on-unknown. It gives
 * the status word.
 */
void render_require_nagios(const struct require_list *list, const struct require_answer *answer,
	enum tristate settled, struct buf *out);

/* KCOMPAT_NAME=yes|no|unknown, for eval. The flags have passed require_flag_check(). */
void render_require_env(
	const struct require_list *list, const struct require_answer *answer, struct buf *out);

/*
 * #define KCOMPAT_NAME 1 for yes and 0 otherwise: unknown never reads as yes, and has a second
 * KCOMPAT_NAME_UNKNOWN 1. `kernels` is for the comment: "kernel 6.12.1".
 */
void render_require_c(const struct require_list *list, const struct require_answer *answer,
	const char *kernels, struct buf *out);

/* In require/json.c. `settled` as above. */
void render_require_json(const struct require_list *list, const struct require_answer *answer,
	const struct require_scope *scope, enum tristate settled, bool one_line, struct buf *out);

#endif
