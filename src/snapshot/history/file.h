/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many snapshots in one file. kcompat reads one name from it in milliseconds. `show --pack` writes it
 * (history/write.c). The file is JSON Lines, plain or one gzip stream. It answers questions about
 * names, so it has no configuration and no environment:
 *
 *   {"schema":"kcompat/history/2","kernels":2,"context_lists":1}
 *   {"context_list":0,"contexts":[["xdp","xdp","xdp",null,false,"ok",0,null],...]}
 *   {"kernel":0,"name":"amd64-6.1","file":"amd64-6.1.json.gz","size":54420,"tail":"0011...",
 *    "context_list":0,"release":...,"source":"scanned","facts":["btf"]}
 *   {"evidence":0,"errno":22,"line":"...","rule":"..."}
 *   {"cells":0,"context_list":0,"predicted":true,"runs":"12-0 3P1 2/"}
 *   {"kfunc":"f","module":"vmlinux","rows":[{"kernels":[0,1],"prototype":"...","flags":[],
 *    "found_by":3,"cells":0}]}
 *   {"helper":"bpf_loop","id":181,"rows":[{"kernels":[0],"cells":0}]}
 *   {"function":"vfs_read","rows":[{"kernels":[0],"state":"present","symbols":[["vfs_read",
 *    "vmlinux","T"]],"prototypes":["..."],...}]}
 *   {"program_types":"xdp","rows":[{"kernels":[0],"state":"ok","errno":0,"reason":null}]}
 *   {"layout":"xdp_md","rows":[{"kernels":[0],"contexts":[0],"fields":[{"name":"data",...},...]}]}
 *   {"program":"perf_event.ip","rows":[{"kernels":[0],"context":"perf_event","method":"link/breakpoint",
 *    "state":"ran","errno":0,"reason":"..."}]}
 *   {"end":true}
 *
 * The lines have this order. Names are sorted within a kind. Rows have the number of their cells, and
 * these are runs over a list of contexts: a count, the letter of the state ('_' for none), and the
 * number of the evidence, if any. So equal cells and equal evidence are there once. A layout has
 * indices into the list of contexts of its kernels, and the fields of a snapshot. A kernel with
 * "layouts":true was probed for layouts. Of the programs of bpf/, a history has those that were run.
 *
 * `file`, `size` and `tail` identify the snapshot beside it that a kernel was made from. `tail` is the
 * last 8 bytes: with gzip, the CRC and the unpacked length. A reader detects stale entries with them.
 */
#ifndef KCOMPAT_HISTORY_FILE_H
#define KCOMPAT_HISTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot/snapshot.h"
#include "util/error.h"
#include "util/pool.h"

#define HISTORY_SCHEMA "kcompat/history/2"
#define HISTORY_FILE "history.jsonl.gz"
#define HISTORY_KERNEL_MAX 4096u
#define HISTORY_TAIL_DIGITS 16 /* 8 bytes in hex */

/* Which names are read, and which cells of them. Other names are skipped without parsing. */
struct history_wanted {
	const char *const *names; /* globs (fnmatch(3)); NULL: all */
	size_t name_cnt;
	bool all_calls; /* also every kfunc and helper */
	/* Globs of contexts. A history gives its snapshots no others. Snapshots in files keep all. */
	const char *const *contexts;
	size_t context_cnt; /* 0: all */
	/*
	 * Of kfuncs, helpers, types and features, a history gives its snapshots nothing but the names, which
	 * takes a tenth of the time: they are for a suggestion. Snapshots in files keep all.
	 */
	bool only_names;
	/*
	 * For requirements: a name that is missing is judged by the whole list. Names are no globs, and
	 * sorted (compare_texts()). Kfuncs and helpers of other names are there, and have no cells.
	 */
	bool lists;
};

struct history_kernel {
	const char *name;  /* "amd64-6.1"; unique in the file */
	const char *file;  /* NULL: no file */
	uint64_t size_bytes;
	const char *tail;
	struct snapshot *snapshot; /* the wanted names only; its texts live in the pack */
};

struct history_pack {
	struct pool pool;
	struct history_kernel *list;
	size_t cnt;
};

/*
 * The bytes are not trusted: damage, and every deviation from the above, is an ERROR_INPUT with its
 * line. Lines of unwanted names are not parsed. Cells and evidence are parsed when a row that was read
 * refers to them. Layouts are read if a context is wanted.
 */
struct error *history_load_bytes(const void *data, size_t size_bytes,
	const struct history_wanted *wanted, struct history_pack **ret);
struct error *history_load(
	const char *path, const struct history_wanted *wanted, struct history_pack **ret);
void history_pack_destroy(struct history_pack *pack); /* NULL-safe */

#endif
