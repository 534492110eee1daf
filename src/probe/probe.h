/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Observation of the running kernel: the request, and the functions that run it. */
#ifndef KCOMPAT_PROBE_PROBE_H
#define KCOMPAT_PROBE_PROBE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "probe/bpf.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"

/* X(enumerator, word of --only) */
#define PROBE_PARTS(X)                                                                             \
	X(CONTEXTS, "contexts")                                                                    \
	X(KFUNCS, "kfuncs")                                                                        \
	X(HELPERS, "helpers")                                                                      \
	X(PROGRAM_TYPES, "program_types")                                                          \
	X(MAP_TYPES, "map_types")                                                                  \
	X(ATTACH_TYPES, "attach_types")                                                            \
	X(LINK_TYPES, "link_types")                                                                \
	X(FEATURES, "features")                                                                    \
	X(FUNCTIONS, "functions")                                                                  \
	X(PROGRAMS, "programs")

enum probe_part {
#define PROBE_PART_ENUM(name, word) PROBE_##name,
	PROBE_PARTS(PROBE_PART_ENUM)
#undef PROBE_PART_ENUM
	PROBE_PART_CNT
};
const char *probe_part_word(enum probe_part part);

/* X(enumerator, word of the progress line); in the order in which a probe goes through them. */
#define PROBE_PHASES(X)                                                                            \
	X(DISCOVERY, "discovery")                                                                  \
	X(CELLS, "cells")                                                                          \
	X(REAL_CALLS, "real calls")                                                                \
	X(ATTACHING, "attaching")                                                                  \
	X(MAP_TYPES, "map_types")                                                                  \
	X(LINK_TYPES, "link_types")                                                                \
	X(FEATURES, "features")                                                                    \
	X(PROGRAMS, "programs")

enum probe_phase {
#define PROBE_PHASE_ENUM(name, word) PROBE_PHASE_##name,
	PROBE_PHASES(PROBE_PHASE_ENUM)
#undef PROBE_PHASE_ENUM
	PROBE_PHASE_CNT
};
const char *probe_phase_word(enum probe_phase phase);

/* How much is done to make a permitted cell loadable, by a real program. */
enum probe_calls {
	PROBE_CALLS_KNOWN,  /* try the known recipes, and what is obvious */
	PROBE_CALLS_BARE,   /* nothing */
	PROBE_CALLS_SEARCH, /* search for what the recipes miss: a load can take the kernel long */
};

struct probe_request {
	unsigned int parts;            /* mask of 1u << enum probe_part */
	/* Globs; cnt 0: everything (functions: the watch list). */
	const char *const *contexts;   /* by context name */
	size_t context_cnt;
	const char *const *names;      /* kfuncs, helpers and functions */
	size_t name_cnt;
	const char *const *features;   /* names within map types, link types and features */
	size_t feature_cnt;
	bool discover;                 /* try every BTF function as a kfunc */
	bool full;                     /* also try calls that make the kernel print warnings */
	bool attach;                   /* really attach to the functions */
	bool layout;                   /* try every field of the contexts' structs */
	bool prove;                    /* try the programs of bpf/ for the cells, also without that part */
	enum probe_calls calls;
	bool run;                      /* execute the programs of bpf/ */
	unsigned int threads;          /* 0: as many as processors */
	/* Called from time to time in the calling thread; may be NULL. */
	void (*progress)(void *context, enum probe_phase phase, size_t done, size_t total);
	void *progress_context;
	const atomic_bool *stop;       /* a signal handler sets it: stop with ERROR_INTERRUPTED; may be NULL */
	struct bpf_sys sys;            /* copied for every thread */
};

struct probe_stats {
	size_t cell_cnt;       /* cells with a load of their own */
	uint64_t call_cnt;     /* bpf(2) calls */
	uint64_t inside_ns;    /* time inside bpf(2), when request->sys.timed; summed over threads */
	size_t real_call_cnt;    /* programs with real calls that were tried */
	uint64_t calls_wall_ns;  /* for them, in one thread */
	uint64_t cells_wall_ns, cells_cpu_ns; /* the cells' phase alone */
	unsigned int threads;
};

/*
 * load_kernel() has filled `kernel`. It must outlive the result, which shares its strings. It is a
 * success if everything is refused or blocked. Errors are: no memory, an interrupt, or a request that
 * names something that does not exist. A glob without a match is no error.
 * `stats` may be NULL.
 */
struct error *probe_run(const struct probe_request *request, struct kernel *kernel,
	struct snapshot **ret, struct probe_stats *stats);

/*
 * The part that only reads files: identity, environment, the names of kfuncs and helpers without cells,
 * kernel functions. It never calls bpf(2), so `kernel` may come from a captured root directory.
 */
struct error *probe_files(const struct probe_request *request, struct kernel *kernel,
	struct snapshot **ret);

/*
 * Loads the program of one cell with the full verifier log. `what` is the name of a kfunc or helper.
 * The log is malloc'd. *errnum is 0 if the program loaded.
 */
struct error *probe_verifier_log(const struct probe_request *request, struct kernel *kernel,
	const char *what, const char *context, char **log, int *errnum);

/*
 * Plans a program that really makes the call of one cell, and prints it in the notation of the verifier.
 * *found is false if none was found; *out then says why.
 */
struct error *probe_example(const struct probe_request *request, struct kernel *kernel,
	const char *what, const char *context, struct buf *out, bool *found);

/*
 * BPF features of the running kernel that BPF programs depend on. The evidence is something that the
 * kernel accepted, or a refusal that only code with the feature gives.
 */

struct feature_info {
	const char *name;    /* "bounded_loops", "tag:percpu_kptr", "map_flag:mmapable" */
	const char *meaning; /* one line, for help and documentation */
	const char *since;   /* "5.3 2589726d12a1": release and commit that added it; information,
				never a rule */
};

/* The names of kcompat's tables of map types and link types; NULL after the last. */
const char *probe_map_type_name(size_t index);
const char *probe_link_type_name(size_t index);
/* The name of a BPF_MAP_TYPE_*; NULL: the table lacks it. */
const char *probe_map_type_of(uint32_t type);

/* All features, in the order of the result; NULL after the last. */
const struct feature_info *probe_feature_info(size_t index);

/*
 * Fills snapshot->features. Leaves nothing behind: no object, no attachment, no enabled statistics.
 * Errors: no memory, an interrupt.
 */
struct error *probe_features(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);
/* The features that files answer: BTF, active LSMs, tags in BTF. Never calls bpf(2). */
struct error *probe_file_features(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

/*
 * BPF tokens (linux 6.9): what the mount options of a bpffs delegate to the user namespace that it was
 * made in (linux kernel/bpf/token.c).
 */

/*
 * Makes a token of the bpffs that is mounted at `path`, and lets `sys` send it. The kernel model then
 * counts the capabilities that the process has in its user namespace, and has a limit that names the
 * token. The caller closes sys->token_fd. Errors: no such directory, no bpffs, nothing delegated, or a
 * kernel without tokens.
 */
struct error *token_take(const char *path, struct kernel *kernel, struct bpf_sys *sys);

#endif
