/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels in order (version, architecture, flavor), each once whatever it was read from, and what
 * each knows of a name. Pure but for look-ups in files of functions. Borrows the struct kernels.
 */
#ifndef KCOMPAT_HISTORY_HISTORY_H
#define KCOMPAT_HISTORY_HISTORY_H

#include "snapshot/function_view.h"
#include "history/kernels.h"

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
	const char *set; /* "common_btf_ids", in `pool`; NULL: not known */
};
struct registration history_registration(const struct history *history, size_t row,
	const struct finding *finding, struct pool *pool);
/* Are the two of one build: by their BTF, or by all that they say of themselves? */
bool history_is_same_build(const struct kernel_identity *a, const struct kernel_identity *b);

#endif
