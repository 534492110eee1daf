/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many snapshots in one file from which one name is read in milliseconds: what `show --pack` writes
 * (history/write.h). JSON Lines, plain or one gzip stream, that hold what questions about
 * names need, so not the configuration, the environment and the programs of bpf/:
 *
 *   {"schema":"kcompat/history/1","kernels":2,"context_lists":1}
 *   {"context_list":0,"contexts":[["xdp","xdp","xdp",null,false,"ok",0,null],...]}
 *   {"kernel":0,"name":"amd64-6.1","file":"amd64-6.1.json.gz","size":54420,"tail":"0011...",
 *    "context_list":0,"release":...,"source":"scanned","facts":["btf"]}
 *   {"kfunc":"f","module":"vmlinux","rows":[{"kernels":[0,1],"prototype":"...","flags":[],
 *    "found_by":3,"cells":"12-0 3P1 2/","evidence":[[0,"line","rule"],...]}]}
 *   {"helper":"bpf_loop","id":181,"rows":[{"kernels":[0],"cells":"...","evidence":[]}]}
 *   {"function":"vfs_read","rows":[{"kernels":[0],"state":"present","symbols":[["vfs_read",
 *    "vmlinux","T"]],"prototypes":["..."],...}]}
 *   {"program_types":"xdp","rows":[{"kernels":[0],"state":"ok","errno":0,"reason":null}]}
 *   {"layout":"xdp_md","rows":[{"kernels":[0],"contexts":[0],"fields":[{"name":"data",...},...]}]}
 *   {"end":true}
 *
 * In this order, names sorted within a kind. Cells are runs over the kernels' list of contexts: a
 * count, the state's letter ('_' for none), the index of their evidence if they have one. Contexts of a
 * layout are numbers within that list, its fields those of a snapshot. Kernels whose layouts were asked for
 * have "layouts":true. Whoever knows no layouts passes over both.
 *
 * `file`, `size` and `tail` (the last 8 bytes: of gzip the CRC and length of what it unpacks to) say
 * which snapshot beside it a kernel was made from, so that a stale entry is seen and not believed.
 */
#ifndef KCOMPAT_HISTORY_FILE_H
#define KCOMPAT_HISTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot/snapshot.h"
#include "util/error.h"
#include "util/pool.h"

#define HISTORY_SCHEMA "kcompat/history/1"
#define HISTORY_FILE "history.jsonl.gz"
#define HISTORY_KERNEL_MAX 4096u
#define HISTORY_TAIL_DIGITS 16 /* of 8 bytes */

/* Which names are read; the others cost nothing. */
struct history_wanted {
	const char *const *names; /* globs (fnmatch(3)); NULL: all */
	size_t name_cnt;
};

struct history_kernel {
	const char *name;  /* "amd64-6.1"; unique in the file */
	const char *file;  /* NULL: of no file */
	uint64_t size_bytes;
	const char *tail;
	struct snapshot *snapshot; /* of the wanted names; its texts live in the pack */
};

struct history_pack {
	struct pool pool;
	struct history_kernel *list;
	size_t cnt;
};

/*
 * The bytes are not trusted: damage and whatever is not as above is an ERROR_INPUT with its line.
 * Lines of names that are not wanted are not looked into; layouts are wanted where a context is.
 */
struct error *history_load_bytes(const void *data, size_t size_bytes,
	const struct history_wanted *wanted, struct history_pack **ret);
struct error *history_load(
	const char *path, const struct history_wanted *wanted, struct history_pack **ret);
void history_pack_destroy(struct history_pack *pack); /* NULL-safe */

#endif
