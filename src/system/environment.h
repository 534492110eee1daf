/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this process may do and what the machine's policy is, as files tell it. */
#ifndef KCOMPAT_SYSTEM_ENVIRONMENT_H
#define KCOMPAT_SYSTEM_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "util/error.h"

/*
 * Fills kernel->environment and adds the limits that follow from it (system/limits.h). Call it after
 * load_config: where a file is missing, an option that decides the answer alone is taken for it
 * (CONFIG_BPF_JIT_ALWAYS_ON, CONFIG_SECURITY_LOCKDOWN_LSM). A file that is missing, unreadable or
 * odd leaves its field NULL; the only error is lack of memory.
 */
struct error *load_environment(struct kernel *kernel, const char *root);

/* A number of /proc/self/status, `base` 10 or 16, by its key ("CapEff"); false: not there or odd.
 */
bool environment_status_number(
	const char *text, size_t size, const char *key, int base, uint64_t *ret);
/* Names of a capability set, linux/capability.h, lowest bit first. NULL: no memory. */
const char **environment_capabilities(struct pool *pool, uint64_t set, size_t *cnt);
/* The word in brackets ("none [integrity] confidentiality"), in the pool; *ret NULL: none. */
struct error *environment_lockdown(struct pool *pool, const char *text, const char **ret);
/* A list with commas; empty words are left out; *ret NULL when nothing remains. */
struct error *environment_list(struct pool *pool, const char *text, const char ***ret, size_t *cnt);

#endif
