/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel model of a running system or of a captured root directory. */
#ifndef KCOMPAT_SYSTEM_SYSTEM_H
#define KCOMPAT_SYSTEM_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* Facts that cost time; identity and environment are always loaded. */
enum load_fact {
	LOAD_CONFIG = 1 << 0,
	LOAD_BTF = 1 << 1,
	LOAD_MODULES = 1 << 2,  /* needs LOAD_BTF */
	LOAD_DIGEST = 1 << 3,   /* needs LOAD_BTF */
	LOAD_SYMBOLS = 1 << 4,
	LOAD_NAMES = 1 << 5,    /* traceable functions, kprobe blacklist */
	LOAD_ALL = (1 << 6) - 1,
};

/*
 * Fills a zeroed `kernel`; the caller calls kernel_deinit() in any case. Whatever cannot be read
 * is a state of the model. Errors: lack of memory.
 */
struct error *load_kernel(struct kernel *kernel, const char *root, unsigned int facts);

/* Who the kernel is: release, version, architecture, and what its maker's naming says. */

/*
 * Fills kernel->identity (but btf_sha256) from root/proc/sys/kernel/{osrelease,version,arch}; what
 * a file does not say uname(2) says when root is "". `arch` is there since linux 6.1. A field that
 * nothing says stays NULL; the only error is lack of memory.
 */
struct error *load_identity(struct kernel *kernel, const char *root);

/* What this process may do and what the machine's policy is, as files tell it. */

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

/* The configuration the kernel was built with (.config, gzip or plain). */

/*
 * Fills kernel->config and environment.config_source from the first of /proc/config.gz,
 * /boot/config-RELEASE and the places below the module directories that can be read and is a
 * configuration. Needs kernel->identity.release. A source that is there and cannot be used is
 * named in a limit and the next one is tried; without any, config_source stays NULL and a limit
 * says so. The only error is lack of memory.
 */
struct error *load_config(struct kernel *kernel, const char *root);

/*
 * Parses `size` bytes, gzip or plain text, into an array sorted by name with each option once
 * (the last line wins) and only the options that are set: "=n" is as unset as "is not set".
 * ERROR_INPUT for what is no configuration, is damaged, or ends in the middle of a line: of a
 * truncated one nothing can be said about an option that is not seen. Neither is one believed that
 * was cut at the end of a line, as far as that shows: linux 5.4 and later write where menus end, older
 * ones do not, and neither does a file that was written by hand.
 */
struct error *config_parse(struct pool *pool, const void *data, size_t size,
	struct kernel_config_option **list, size_t *cnt);

/* BTF of the running kernel and its modules from /sys/kernel/btf below a root directory. */

/*
 * Fills kernel->btf, or kernel->btf_missing with the reason why there is none: damaged BTF is a
 * state of that kernel, not a failure. Errors: lack of memory.
 */
struct error *load_btf(struct kernel *kernel, const char *root);
/* Fills kernel->modules; needs kernel->btf. A module with damaged BTF is a limit. */
struct error *load_btf_modules(struct kernel *kernel, const char *root);
/* Fills identity.btf_sha256; needs kernel->btf. */
struct error *load_btf_digest(struct kernel *kernel);

/*
 * The symbols of a kernel as text that lies in a file: System.map (linux scripts/mksysmap), what
 * nm(1) prints, or a copy of /proc/kallsyms.
 */

/* By its first line: "ADDRESS TYPE ...", also when no symbol follows (see below). */
bool system_map_recognised(const void *data, size_t size_bytes);

/*
 * All symbols in the file's order, in `pool`; symbols of modules are kept with their module's name,
 * and a copy without addresses (kptr_restrict) has addresses_hidden set. A line that is no symbol
 * is left out and counted. ERROR_INPUT when none is one (Debian's packages put a note in place
 * of System.map) and when the last line has no end: what is missing then could be anything. Symbols
 * that do not come to the kernel's end are marked as cut.
 */
struct error *system_map_parse(
	struct pool *pool, const void *data, size_t size_bytes, struct kernel_symbols **ret);

/* The rules by which privileges and policy limit what can be learnt here. */

/* What the rules need beside the model. */
struct environment_facts {
	bool capabilities_known; /* environment.capabilities was read, though it may be empty */
	bool seccomp_filter;     /* a filter stands before our system calls */
	enum tristate initial_user_namespace;
	const char *mounts; /* /proc/self/mounts, NULL: unreadable */
	const char *perf_event_paranoid;
	bool btf_exists, tracefs_exists;
};

/* Adds one limit per rule that holds. A rule whose facts are unknown adds nothing. */
void add_environment_limits(struct kernel *kernel, const struct environment_facts *facts);

/* One limit when lines of a list of functions, `path`, were not understood; none for 0. */
void add_odd_lines_limit(struct kernel *kernel, const char *path, size_t odd_lines);

/* Is a file system of this type mounted there, by the text of /proc/self/mounts? */
bool mounts_have(const char *mounts, const char *type, const char *directory);

#endif
