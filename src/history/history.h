/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels in order (version, architecture, flavor), each once whatever it was read from, and what
 * each knows of a name. Pure but for look-ups in files of functions. Borrows the struct kernels.
 */
#ifndef KCOMPAT_HISTORY_HISTORY_H
#define KCOMPAT_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "history/file.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

/*
 * Kernels from files that kcompat wrote: snapshots (plain or gzip, one or JSON Lines), histories
 * (history/file.h), all functions (snapshot/functions_file.h), and directories of these. What has
 * the same name but for its suffix is of one kernel.
 */

struct functions_file; /* snapshot/function_views.h */

struct kernel_entry {
	const char *name; /* of its file without suffix; "live"; unique or not */
	const char *path; /* of its snapshot; NULL: of none */
	/* At least what was wanted of it; never NULL, empty where only functions are known. */
	struct snapshot *snapshot;
	struct functions_file *functions; /* NULL: not known */
	bool live;
	bool owned; /* the snapshot is this list's, not a pack's */
};

/* A zeroed struct is an empty one. */
struct kernels {
	struct pool pool;
	struct kernel_entry *list; /* in the order of adding */
	size_t cnt, cap;
	struct history_pack **packs;
	size_t pack_cnt, pack_cap;
	const char **problems; /* files of directories that could not be read, one line each */
	size_t problem_cnt, problem_cap;
};
void kernels_deinit(struct kernels *kernels); /* NULL-safe */
#define _cleanup_kernels_ __attribute__((cleanup(kernels_deinit)))

/*
 * Is it such a file, or a directory that has one? By its first bytes, in a directory by the suffixes
 * .json, .jsonl, .json.gz, .jsonl.gz and .functions.gz. False also for what cannot be read.
 */
bool kernels_recognise(const char *path);

/*
 * Adds all kernels of a file, or of a directory: there the history's entries are taken for the
 * snapshots they were made from, as far as those have not changed since, and a file that cannot be
 * read is a problem.
 */
struct error *kernels_add(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted);
/* Takes over the snapshot, also on an error. */
struct error *kernels_add_snapshot(
	struct kernels *kernels, const char *name, struct snapshot *snapshot, bool live);

/*
 * What a history says of the file of a snapshot: its size and its last 8 bytes, as HISTORY_TAIL_DIGITS
 * hex digits with a NUL.
 */
struct error *kernels_identify(
	const char *path, uint64_t *size_bytes, char tail[HISTORY_TAIL_DIGITS + 1]);

/*
 * The directory of the shipped snapshots: $KCOMPAT_DATA alone when that is set; else, seen from the
 * directory of this program, ../share/kcompat/snapshots (installed) or ../../data/snapshots (built).
 * In `pool`; NULL: there is none.
 */
const char *kernels_shipped(struct pool *pool);

/* X(enumerator, word of JSON, noun of a text) */
#define SUBJECT_KINDS(X)                                                                           \
	X(KFUNC, "kfunc", "kfunc")                                                                 \
	X(HELPER, "helper", "helper")                                                              \
	X(PROGRAM_TYPE, "program_type", "program type")                                            \
	X(CONTEXT, "context", "context")                                                           \
	X(MAP_TYPE, "map_type", "map type")                                                        \
	X(ATTACH_TYPE, "attach_type", "attach type")                                               \
	X(LINK_TYPE, "link_type", "link type")                                                     \
	X(FEATURE, "feature", "feature")                                                           \
	X(FUNCTION, "function", "kernel function")

enum subject_kind {
#define SUBJECT_KIND_ENUM(name, word, noun) SUBJECT_##name,
	SUBJECT_KINDS(SUBJECT_KIND_ENUM)
#undef SUBJECT_KIND_ENUM
	SUBJECT_KIND_CNT
};
const char *subject_kind_word(enum subject_kind kind);
const char *subject_kind_noun(enum subject_kind kind);

struct subject {
	enum subject_kind kind;
	const char *name;
};

/* X(enumerator, word): which comparison a kernel belongs to, as the report's parts are called. */
#define HISTORY_GROUPS(X) X(REGULAR, "Regular") X(ARCH, "Arch") X(FLAVOR, "Flavor")

enum history_group {
#define HISTORY_GROUP_ENUM(name, word) HISTORY_##name,
	HISTORY_GROUPS(HISTORY_GROUP_ENUM)
#undef HISTORY_GROUP_ENUM
	HISTORY_GROUP_CNT
};
const char *history_group_word(enum history_group group);

struct history_row {
	/* What is known of this kernel: running first, then probed, then scanned. */
	const struct kernel_entry **entries;
	size_t entry_cnt;
	const char *version; /* "6.12"; "?" when the release is not known */
	const char *arch;    /* as Debian names it: "amd64" */
	const char *flavor;  /* "cloud", "rt", "16k"; "generic": the ordinary one */
	const char *label;   /* "6.12 amd64 cloud"; unique */
	bool live;
	enum history_group group;
};

struct history_pair {
	enum history_group group;
	size_t from, to; /* rows */
};

struct history {
	struct pool pool;
	struct history_row *rows;
	size_t row_cnt;
	size_t baseline; /* of comparisons of architectures and flavors */
	struct history_pair *pairs;
	size_t pair_cnt;
};

/*
 * `baseline` is a file's name without suffix, a label or a release; NULL: of the newest version that
 * has most architectures and flavors the ordinary one. One that no kernel has is an ERROR_NOT_FOUND.
 * Two snapshots of one build are one row. REGULAR pairs follow the versions of one architecture and
 * flavor, the others compare with the baseline's version.
 */
struct error *history_create(
	const struct kernels *kernels, const char *baseline, struct history **ret);
/*
 * The two in the order given, with one pair. Neither may be empty; what is of another build than the
 * first of its side is left out.
 */
struct error *history_create_pair(
	const struct kernels *a, const struct kernels *b, struct history **ret);
void history_destroy(struct history *history); /* NULL-safe */

/* What a row says of a subject. */
struct finding {
	const char *state;  /* "present", "absent", "unknown"; of features "ok", "unsupported", ... */
	const char *reason; /* why, where the state needs it; may be NULL */
	const struct snapshot *snapshot; /* that says so; NULL: none does */
	const struct snapshot_kfunc *kfunc;
	size_t kfunc_cnt; /* of that name, in several modules */
	const struct snapshot_helper *helper;
	const struct snapshot_context *context;
	const struct snapshot_feature *feature;
	const struct function_view *function; /* in `pool`; also for absent and unknown ones */
};
struct error *history_find(const struct history *history, size_t row, const struct subject *subject,
	struct pool *pool, struct finding *ret);
bool finding_is_present(const struct finding *finding);
bool finding_is_known(const struct finding *finding);

/*
 * The state of a kfunc's or helper's call in the context of that name, which may be any snapshot's;
 * NONE: its own has no such context. The last one is over all contexts of a program type: the one
 * that promises most.
 */
struct cell finding_cell(const struct finding *finding, const struct snapshot_context *context);
struct cell finding_best_cell(const struct finding *finding, const char *program_type);
/*
 * The kfunc as the image registers it, whichever snapshot of the row tells: a probe sees flags only
 * by what they refuse, and no set. Not known: `kfunc` is NULL.
 */
struct registration {
	const struct snapshot_kfunc *kfunc;
	const char *set; /* "common_btf_ids", the first of them; NULL: not known */
};
struct registration history_registration(
	const struct history *history, size_t row, const struct finding *finding);
/* Are the two of one build: by their BTF, or by all that they say of themselves? */
bool history_is_same_build(const struct kernel_identity *a, const struct kernel_identity *b);

/* Which subjects of a history have a name, and calls against kernels as one matrix. */

struct subjects {
	struct pool pool;
	struct subject *list; /* by kind, then name; each once */
	size_t cnt, cap;
};
void subjects_deinit(struct subjects *subjects); /* NULL-safe */

/*
 * Every subject whose name matches one of the globs, and which some kernel has, as far as functions
 * go; NULL: every one but of files of functions.
 * A program type is also found by its enumerator ("BPF_PROG_TYPE_XDP").
 */
struct error *subjects_find(const struct history *history, const char *const *globs, size_t glob_cnt,
	struct subjects *ret);
/* The name nearest to one that was not found, among all that the history holds; NULL: none is near. */
const char *subjects_suggest(const struct history *history, const char *name);

/* States of calls, a letter each (snapshot.h). */
struct call_matrix {
	const char **rows;  /* names of contexts, or of kfuncs and helpers; those that answer alike together */
	size_t row_cnt;
	size_t *columns;    /* a row of the history for each: the first of those that answer alike */
	size_t column_cnt;
	size_t *column_of;  /* [history->row_cnt]: index into columns; SIZE_MAX: it says nothing */
	enum cell_state *states; /* [row_cnt][column_cnt] */
};

/* Of a kfunc or helper: its contexts. Of a program type or context: what its programs may call. */
struct error *call_matrix_make(const struct history *history, const struct subject *subject,
	struct pool *pool, struct call_matrix *ret);

/* Many snapshots as one history, see history/file.h for the form. */

/* kernels[].file, tail and size_bytes may be empty. Equal kernels give equal bytes. */
struct error *render_json_history(
	const struct history_kernel *kernels, size_t kernel_cnt, struct buf *out);

#endif
