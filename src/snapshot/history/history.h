/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels, sorted by version, architecture and flavor, and what each says about a name. A kernel is
 * listed once, even if it has several sources. Only look-ups in files of functions do input and
 * output. The struct kernels is borrowed.
 */
#ifndef KCOMPAT_HISTORY_HISTORY_H
#define KCOMPAT_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot/history/file.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

/*
 * Kernels from files that kcompat wrote: snapshots (plain or gzip, one or JSON Lines), histories
 * (history/file.h), all functions (snapshot/file.h), and directories of these. Files with
 * the same name without suffix belong to one kernel.
 */

struct functions_file; /* snapshot/function_view.h */
struct store; /* store/store.h */

struct kernel_entry {
	const char *name; /* of its file without suffix; or "live"; need not be unique */
	const char *path; /* of its snapshot; NULL: no snapshot */
	/* Has at least the wanted names. Never NULL; empty if only functions are known. */
	struct snapshot *snapshot;
	struct functions_file *functions; /* NULL: not known */
	const struct store *store; /* that it is in, borrowed; NULL: in none */
	size_t store_number;       /* of the kernel there */
	bool live;
	bool owned; /* this list owns the snapshot, not a pack */
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
 * Is it such a file, or a directory with such a file? The first bytes decide. In a directory, the
 * suffixes .json, .jsonl, .json.gz, .jsonl.gz and .functions.gz decide. False also if reading fails.
 */
bool kernels_recognise(const char *path);
/* Of these: a directory, or a history. Both may hold several kernels. */
bool kernels_holds_several(const char *path);

/*
 * Adds all kernels of a file or directory. In a directory, an entry of the history replaces the
 * snapshot that it was made from, unless the snapshot changed since. A file of a directory that cannot
 * be read becomes a problem.
 */
struct error *kernels_add(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted);
/* Takes over the snapshot, also on an error. */
struct error *kernels_add_snapshot(
	struct kernels *kernels, const char *name, struct snapshot *snapshot, bool live);
/* The same of a snapshot that another entry owns. */
struct error *kernels_add_shared(struct kernels *kernels, const char *name, struct snapshot *snapshot);
/* In a directory, is it a file of snapshots? Not one of functions, a history, or another report of kcompat. */
bool kernels_is_document(const char *directory, const char *file);
/* The name of a kernel from the file of its snapshot: without directories and suffix. In `pool`; NULL: no memory. */
const char *kernels_stem(struct pool *pool, const char *path);
/*
 * A history has no environment and no configuration. If the snapshot lies beside it, this reads them from
 * there: of the configuration at least the options of these names, which are sorted (NULL: all). Nothing happens for
 * other kernels.
 */
struct error *kernels_read_environment(
	const struct kernel_entry *entry, const char *const *names, size_t name_cnt);
/* From the index `first` on, keeps only the kernels that `word` names (names.h). Returns how many. */
size_t kernels_keep(struct kernels *kernels, size_t first, const char *word);

/*
 * What identifies the file of a snapshot in a history: its size and its last 8 bytes, as
 * HISTORY_TAIL_DIGITS hex digits with a NUL.
 */
struct error *kernels_identify(
	const char *path, uint64_t *size_bytes, char tail[HISTORY_TAIL_DIGITS + 1]);

/*
 * The directory of the shipped snapshots. If $KCOMPAT_DATA is set, only that. Otherwise, relative to
 * the directory of this program, ../share/kcompat/snapshots (installed) or ../../data/snapshots
 * (built). In `pool`; NULL: no such directory.
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
#define SUBJECT_KINDS_ALL ((1u << SUBJECT_KIND_CNT) - 1)
const char *subject_kind_word(enum subject_kind kind);
const char *subject_kind_noun(enum subject_kind kind);
/* A kfunc or a helper: what programs call. */
bool subject_is_call(enum subject_kind kind);

struct subject {
	enum subject_kind kind;
	const char *name;
};

/* X(enumerator, word): the comparison that a kernel belongs to, named as in the report. */
#define HISTORY_GROUPS(X) X(REGULAR, "Regular") X(ARCH, "Arch") X(FLAVOR, "Flavor")

enum history_group {
#define HISTORY_GROUP_ENUM(name, word) HISTORY_##name,
	HISTORY_GROUPS(HISTORY_GROUP_ENUM)
#undef HISTORY_GROUP_ENUM
	HISTORY_GROUP_CNT
};
const char *history_group_word(enum history_group group);

struct history_row {
	/* The sources for this kernel: running first, then probed, then scanned. */
	const struct kernel_entry **entries;
	size_t entry_cnt;
	const char *version; /* "6.12"; "?" when the release is not known */
	const char *arch;    /* as Debian names it: "amd64" */
	const char *flavor;  /* "cloud", "rt", "16k"; "generic": the ordinary one */
	const char *label;   /* "6.12 amd64 cloud"; unique */
	const char *name;    /* of its file, "amd64-6.12-cloud", or "live"; its release if that repeats */
	bool live;
	enum history_group group;
};

struct history_pair {
	enum history_group group;
	size_t from, to; /* rows */
};

/* Where the contexts of a snapshot are in those of its history. Snapshots of a pack share it. */
struct context_map {
	const struct snapshot_context *list;
	size_t cnt;
	size_t *rows;   /* [cnt]: index into the contexts of the history */
	size_t *places; /* by that index: index into `list`; SIZE_MAX: the snapshot has no such context */
};

struct module_kfunc;
struct call_index;

struct history {
	struct pool pool;
	struct history_row *rows;
	size_t row_cnt;
	size_t baseline; /* row, for comparisons of architectures and flavors */
	struct history_pair *pairs;
	size_t pair_cnt;
	const char **contexts; /* names, each once: those of the newest kernel, then those of older ones */
	size_t context_cnt;
	struct context_map *maps;
	size_t map_cnt, map_cap;
	struct module_kfunc *module_kfuncs; /* of history/index.c */
	size_t module_kfunc_cnt, module_kfunc_cap;
	struct call_index *call_index; /* of history/index.h */
};

/* NULL: the snapshot is not of the history, or got other contexts since. */
const struct context_map *history_context_map(
	const struct history *history, const struct snapshot *snapshot);

/*
 * `baseline` is a name of names.h, or "live". NULL: the ordinary flavor in the
 * version with most architectures and flavors, the newest of several. ERROR_NOT_FOUND: no kernel has
 * that name. Two snapshots of one build are one row. REGULAR pairs follow the versions of one
 * architecture and flavor. The other pairs compare with the baseline's version.
 */
struct error *history_create(
	const struct kernels *kernels, const char *baseline, struct history **ret);
/*
 * A history of two kernels, in the order given, with one pair. Neither side may be empty. Entries of
 * another build than the first one of their side are left out.
 */
struct error *history_create_pair(
	const struct kernels *a, const struct kernels *b, struct history **ret);
void history_destroy(struct history *history); /* NULL-safe */

/* BTF and symbols alone have no release: such a row has only its label, the name of its file. */
bool history_row_has_release(const struct history_row *row);

/* What a row says about a subject. */
struct finding {
	const char *state;  /* "present", "absent", "unknown"; of features "ok", "unsupported", ... */
	const char *reason; /* why, if the state needs it; may be NULL */
	const struct snapshot *snapshot; /* the source; NULL: none */
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
 * The state of a kfunc's or helper's call in the context of that name. The context may come from any
 * snapshot. NONE: the snapshot of the finding has no such context. finding_best_cell() returns the
 * strongest state in all contexts of a program type, and finding_best_of() in some contexts of that
 * snapshot, by their indices.
 */
struct cell finding_cell(const struct finding *finding, const struct snapshot_context *context);
struct cell finding_best_cell(const struct finding *finding, const char *program_type);
struct cell finding_best_of(const struct finding *finding, const size_t *contexts, size_t cnt);
/*
 * The kfunc as the image registers it, from any snapshot of the row that says so. A probe sees a flag
 * only if a load is refused because of it, and sees no set. Not known: `kfunc` is NULL.
 */
struct registration {
	const struct snapshot_kfunc *kfunc;
	const char *set; /* "common_btf_ids", the first of them; NULL: not known */
};
struct registration history_registration(
	const struct history *history, size_t row, const struct finding *finding);
/* Are both kernels the same build? Their BTF decides, or otherwise their whole identity. */
bool history_is_same_build(const struct kernel_identity *a, const struct kernel_identity *b);

/* Which subjects of a history have a name, and calls against kernels as one matrix. */

struct subjects {
	struct pool pool;
	struct subject *list; /* by kind, then name; each once */
	size_t cnt, cap;
};
void subjects_deinit(struct subjects *subjects); /* NULL-safe */

/*
 * Every subject whose name matches one of the globs. A function must be in some kernel. NULL: every
 * subject, without the files of functions.
 * A program type is also found by its enumerator ("BPF_PROG_TYPE_XDP").
 */
struct error *subjects_find(const struct history *history, const char *const *globs, size_t glob_cnt,
	struct subjects *ret);
/*
 * The most similar name of some kinds (mask of 1u << enum subject_kind) that the kernels know, for a
 * name that was not found; NULL: no name is similar. `only_names` of struct history_wanted suffices.
 */
const char *subjects_suggest(const struct kernels *kernels, const char *name, unsigned int kinds);

/* States of calls, a letter each (snapshot.h). */
struct call_matrix {
	const char **rows;  /* names of contexts, or of kfuncs and helpers; equal rows stand together */
	size_t row_cnt;
	size_t *columns;    /* for each column, the first row of the history with these states */
	size_t column_cnt;
	size_t *column_of;  /* [history->row_cnt]: index into columns; SIZE_MAX: no answers */
	enum cell_state *states; /* [row_cnt][column_cnt] */
};

/* For a kfunc or helper: its contexts. For a program type or context: what its programs may call. */
struct error *call_matrix_make(const struct history *history, const struct subject *subject,
	struct pool *pool, struct call_matrix *ret);

/* Many snapshots as one history. history/file.h describes the format. */

/* kernels[].file, tail and size_bytes may be empty. Equal kernels give equal bytes. */
struct error *render_json_history(
	const struct history_kernel *kernels, size_t kernel_cnt, struct buf *out);

#endif
