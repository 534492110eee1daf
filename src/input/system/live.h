/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel says by system calls. None of them changes anything. */
#ifndef KCOMPAT_SYSTEM_LIVE_H
#define KCOMPAT_SYSTEM_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* capget(2): the effective set. False: refused. */
bool live_capabilities(uint64_t *effective);
/* lsm_list_modules(2), since linux 6.8: the active modules in order; *ret NULL: no such call. */
struct error *live_lsm_list(struct pool *pool, const char ***ret, size_t *cnt);
/* The names that /sys/kernel/security/lsm has for the ids; "lsm-115" for an unknown one. */
struct error *live_lsm_names(struct pool *pool, const uint64_t *ids, size_t cnt, const char ***ret);
/* May this process call perf_event_open(2)? Unknown: it fails for another reason. */
enum tristate live_perf_event_opens(void);

/* The size of a page; 0: unknown. */
uint32_t live_page_bytes(void);

#endif
