/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stores that the kernels of a history are in; private to the folder. */
#ifndef KCOMPAT_HISTORY_STORED_H
#define KCOMPAT_HISTORY_STORED_H

#include "snapshot/history/types.h"
#include "store/store.h"

/* The types and functions of a kernel that stand for a tracepoint and for an LSM hook. */
#define TRACEPOINT_PREFIX "btf_trace_"
#define LSM_PREFIX "bpf_lsm_"

/* The entry of a row that is in a store; NULL: none. */
const struct kernel_entry *stored_entry(const struct history *history, size_t row);
/* The section that has everything of a kind. */
enum store_section stored_section(enum type_kind kind);
/*
 * Do two bodies name the same types? The number of one of several types of a name ("u8#1") is another in other
 * kernels, and such a type is compared by itself.
 */
bool stored_bodies_equal(const char *a, const char *b);
/* Equal for those. */
uint64_t stored_body_hash(const char *body);
/* Each store once, in `pool`. */
struct error *stored_list(const struct history *history, struct pool *pool, const struct store ***ret, size_t *cnt);

#endif
