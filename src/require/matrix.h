/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requirements on many kernels: an answer for each kernel, one for all of them, and the formats of
 * the programs that read such reports. Pure, like require/require.h.
 */
#ifndef KCOMPAT_REQUIRE_MATRIX_H
#define KCOMPAT_REQUIRE_MATRIX_H

#include "require/require.h"

/* Which kernels must satisfy the requirements. X(enumerator, word of --need) */
#define REQUIRE_NEEDS(X)                                                                           \
	X(ALL, "all")                                                                              \
	X(ANY, "any")                                                                              \
	X(EACH_VERSION, "each:version") /* of each version at least one kernel */                  \
	X(EACH_ARCH, "each:arch")                                                                  \
	X(EACH_FLAVOR, "each:flavor")

enum require_need {
#define REQUIRE_NEED_ENUM(name, word) REQUIRE_NEED_##name,
	REQUIRE_NEEDS(REQUIRE_NEED_ENUM)
#undef REQUIRE_NEED_ENUM
		REQUIRE_NEED_CNT
};
const char *require_need_word(enum require_need need);

/* The texts are borrowed. */
struct require_kernel {
	const char *name;                    /* "amd64-6.12-cloud", "live"; unique in the matrix */
	const char *version, *arch, *flavor; /* "6.12", "amd64", "cloud"; "?" if not known */
	struct require_scope scope;
	bool excepted; /* its answers are shown, and decide nothing */
	struct require_answer answer;
	enum tristate settled; /* after --on-unknown */
};

/* A zeroed struct is an empty one. */
struct require_matrix {
	struct pool pool;
	const struct require_list *list;
	struct require_kernel *kernels;
	size_t cnt;
	enum require_need need;
	enum tristate value; /* of all kernels */
};
void require_matrix_deinit(struct require_matrix *matrix); /* NULL-safe */

/* Fills the answer of one kernel. The matrix has its list and its kernels with their scopes. */
struct error *require_matrix_evaluate(
	struct require_matrix *matrix, size_t kernel, enum require_unknown on_unknown);
/* Makes one answer of all of them, by `need`. */
void require_matrix_conclude(struct require_matrix *matrix);

/* "satisfied", "missing", "unknown" */
const char *require_settled_word(enum tristate settled);
const struct require_verdict *require_matrix_verdict(
	const struct require_matrix *matrix, size_t kernel, size_t requirement);
/*
 * Does an answer other than yes count against the kernels? Not of an optional requirement or an
 * excepted kernel, and not if the kernels together satisfy the requirements.
 */
bool require_matrix_counts(const struct require_matrix *matrix, size_t kernel, size_t requirement);

/* Kernels whose answer to one requirement is the same, for the same reason. */
struct require_shared {
	enum tristate value; /* no or unknown */
	const char *reason;
	bool predicted;
	size_t *kernels; /* in their order */
	size_t cnt;
	bool counts; /* for one of the kernels */
};
struct require_reasons {
	struct require_shared *list; /* no before unknown */
	size_t cnt;
};
/* All answers to the requirement but yes, in `pool`. The only error is lack of memory. */
struct error *require_matrix_reasons(const struct require_matrix *matrix, size_t requirement,
	struct pool *pool, struct require_reasons *ret);
/* "a, b, c and 4 more": not escaped. `max` 0: all names. */
void put_require_names(const struct require_matrix *matrix, const struct require_shared *shared,
	size_t max, struct buf *out);
/* Was the same requirement given before, as a line of two files? */
bool require_is_repeated(const struct require_list *list, size_t at);

/* All of the following append to `out`, and are safe for the program that reads it. */

/* The one kernel that answers for all: yes if all do, no if one says no. Excepted ones are left
 * out. */
struct error *require_matrix_merge(const struct require_matrix *matrix, struct require_answer *ret);

struct error *render_matrix_text(
	const struct require_matrix *matrix, size_t width, struct buf *out);
void render_matrix_nagios(const struct require_matrix *matrix, struct buf *out);
struct error *render_matrix_markdown(const struct require_matrix *matrix, struct buf *out);
/* RFC 4180, a line for each kernel and requirement. */
void render_matrix_csv(const struct require_matrix *matrix, struct buf *out);

#define MATRIX_SCHEMA "kcompat/matrix/1"
/* One document (docs/schema/matrix.json). */
void render_matrix_json(const struct require_matrix *matrix, struct buf *out);
/* A document of REQUIRE_SCHEMA for each kernel. */
void render_matrix_jsonl(const struct require_matrix *matrix, struct buf *out);

/* A suite for each kernel: no is a failure, unknown an error, what does not count is skipped. */
void render_matrix_junit(const struct require_matrix *matrix, struct buf *out);
/* SARIF 2.1.0: a result for each requirement and answer, at its line. */
struct error *render_matrix_sarif(const struct require_matrix *matrix, struct buf *out);
/* Workflow commands of GitHub: it shows ten of a kind. */
struct error *render_matrix_github(const struct require_matrix *matrix, struct buf *out);
/* The text format that Prometheus' node exporter collects from *.prom. */
void render_matrix_prometheus(const struct require_matrix *matrix, struct buf *out);
/*
 * Labels for the features.d of Kubernetes' Node Feature Discovery, of the one kernel. ERROR_USAGE:
 * a name is no label, or the file would be too large.
 */
struct error *render_matrix_nfd(const struct require_matrix *matrix, struct buf *out);

#endif
