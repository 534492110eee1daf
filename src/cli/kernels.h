/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels of a command line. A word names them in the same way in every command. */
#ifndef KCOMPAT_CLI_KERNELS_H
#define KCOMPAT_CLI_KERNELS_H

#include "cli/supervise.h"
#include "snapshot/history/history.h"
#include "snapshot/history/shipped.h"
#include "store/store.h"

struct cli_args;

enum kernel_word {
	KERNEL_WORD_LIVE,    /* "live": the running kernel */
	KERNEL_WORD_SHIPPED, /* "shipped": all kernels that are shipped */
	KERNEL_WORD_FILE,    /* a path that exists or has a slash, or "-": snapshots, a directory, an image,
			      * a store, "STORE.kts:NAME", "FILE.db:host=NAME" */
	KERNEL_WORD_NAME,    /* any other word: shipped kernels of that name (history/names.h) */
};
/* What --help of an option says that takes one. */
#define KERNEL_HELP                                                                                \
	"live, shipped, a name from 'kcompat kernels' such as amd64-6.12-cloud, 6.12 or 'arm64-*', a snapshot, a "  \
	"history, a directory of these, a store (scan --store) or STORE.kts:NAME, FILE.db (kcompat db) or "             \
	"FILE.db:host=NAME, or an image or package to scan"
enum kernel_word kernel_word_of(const char *word);

/* A store, and the kernels of it that were asked for. */
struct opened_store {
	struct store *store;
	struct store *callers; /* of its functions, in a file beside it; NULL: there is none */
	struct kernel **kernels; /* malloc'd, each */
	size_t *numbers;         /* of each in the store; malloc'd */
	size_t kernel_cnt;
};

struct fleet; /* fleet/fleet.h */

/* The data that a snapshot from a scan borrows. A zeroed struct is empty. */
struct opened {
	struct kernels kernels;
	struct opened_part *parts;
	size_t part_cnt;
	struct opened_store *stores;
	size_t store_cnt;
	struct fleet **fleets; /* malloc'd list; each is borrowed by its snapshots */
	size_t fleet_cnt;
	/* Names of shipped kernels mean those in the shipped store, too. */
	bool with_shipped_store;
	/* The kernels of stores have all types, on demand: without it, only the functions that are wanted. */
	bool whole_stores;
	struct store *shipped_types; /* opened when types are asked for; NULL: not yet, or there are none */
	struct store *shipped_callers; /* beside it; NULL: there are none */
	/* Globs: if there are any, the running kernel is asked about every call in these contexts alone. */
	const char *const *live_contexts;
	size_t live_context_cnt;
};
void opened_deinit(struct opened *opened); /* NULL-safe */
#define _cleanup_opened_ __attribute__((cleanup(opened_deinit)))

/*
 * Adds the kernels that `word` names. The running kernel and images are read only for `wanted`, or
 * for all names if `wanted` is empty.
 */
struct error *opened_add(struct opened *opened, const char *word, const struct history_wanted *wanted);
/*
 * The same for several words. Running kernels come first: they cannot be probed after the process
 * of `args` was confined, which happens then. In a process that is confined, they are left out.
 */
struct error *opened_add_words(struct opened *opened, const struct cli_args *args,
	const char *const *words, size_t cnt, const struct history_wanted *wanted);
/* Is it the running kernel? */
bool opened_is_live(const char *word);
/* The files of others that opened_add() reads for `word`. */
struct error *opened_reads(const char *word, struct foreign *foreign);
/* Adds the kernels of an image, a package or another input of scan. */
struct error *opened_add_image(
	struct opened *opened, const char *path, const struct history_wanted *wanted);
/* Shipped files are not of others. */
struct error *shipped_reads(struct foreign *foreign);
/* The same of a store: all kernels, or those that STORE.kts:NAME names. ERROR_NOT_FOUND: none. */
struct error *opened_add_store(
	struct opened *opened, const char *word, const struct history_wanted *wanted);
/* The kernels of the shipped store that `name` names; NULL: all. Nothing if there is no such store. */
struct error *opened_add_shipped_store(
	struct opened *opened, const char *name, const struct history_wanted *wanted);
/* The types of a snapshot's build, from the shipped store. A zeroed struct has none. */
struct opened_types {
	struct kernel *kernel; /* NULL: the store has no such build */
	/* Whose functions are some more meanwhile, and those that it had. */
	struct snapshot *snapshot;
	struct snapshot_function *functions;
	size_t function_cnt;
	uint32_t function_sources;
};
/* The kernel of the same build in the shipped store, which `opened` keeps. */
struct error *opened_find_build(struct opened *opened, const struct snapshot *snapshot,
	const struct store **ret, size_t *number, bool *found);
/*
 * Adds those functions to the snapshot that it lacks, until opened_types_drop(). The BTF is read when somebody looks
 * at it, and `opened` keeps what was unpacked for the next kernel. `symbols`: questions need the kernel's symbols.
 */
struct error *opened_find_types(struct opened *opened, struct snapshot *snapshot,
	const struct history_wanted *wanted, bool symbols, struct opened_types *ret);
/* The shipped store, as long as `opened`; *ret NULL: none is shipped. */
struct error *opened_shipped_types(struct opened *opened, const struct store **ret);
/* Could all types be read that an answer looked at? `files` may be NULL. */
struct error *kernel_types_check(const struct kernel *files);
void opened_types_drop(struct opened_types *types); /* NULL-safe */
void opened_store_deinit(struct opened_store *opened);
/* The entry with the snapshot; NULL: none has it. */
const struct kernel_entry *opened_entry(const struct opened *opened, const struct snapshot *snapshot);
/* As opened_files(), for stores alone. */
const struct kernel *opened_files_of_store(
	const struct opened *opened, const struct snapshot *snapshot);
/* Is the word a store, or STORE.kts:NAME? */
bool opened_is_store(const char *word);
/* Is it a store of snapshots (fleet/fleet.h), FILE.db:host=NAME, or FILE.db:NAME of a kernel? */
bool opened_is_fleet(const char *word);
/*
 * Adds the newest snapshot of each of its hosts and files, under their names, or those that the word
 * names. Hosts with the same answers share a snapshot. ERROR_NOT_FOUND: none.
 */
struct error *opened_add_fleet(
	struct opened *opened, const char *word, const struct history_wanted *wanted);
/* The length of the path in such a word. */
size_t opened_fleet_path_length(const char *word);
void opened_close_fleets(struct opened *opened);
/* The path of a word that names a file: without the NAME of a kernel in a store. In `pool`. */
const char *opened_path(struct pool *pool, const char *word);
/* The files of the kernel that was scanned for this snapshot, or is in a store; NULL: it has none here. */
const struct kernel *opened_files(const struct opened *opened, const struct snapshot *snapshot);
/* Those of the running kernel; NULL: it was not opened. */
const struct kernel *opened_live_files(const struct opened *opened);
/* Prints the files that could not be read on standard error. Returns their number. */
size_t opened_complain(const struct opened *opened);

#endif
