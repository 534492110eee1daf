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
	LOAD_EVENTS = 1 << 6,   /* trace events */
	LOAD_ALL = (1 << 7) - 1,
};

/*
 * Fills a zeroed `kernel`. The caller always calls kernel_deinit(). An unreadable fact is a state
 * of the model, not an error. Errors: lack of memory.
 */
struct error *load_kernel(struct kernel *kernel, const char *root, unsigned int facts);

/* The identity of the kernel: release, version, architecture, and facts from its maker's naming. */

/*
 * Fills kernel->identity (except btf_sha256) from root/proc/sys/kernel/{osrelease,version,arch}. If
 * a file is missing and root is "", uname(2) has the value. `arch` exists since linux 6.1. Unknown
 * fields stay NULL. The only error is lack of memory.
 */
struct error *load_identity(struct kernel *kernel, const char *root);

/* The rights of this process and the machine's policy, from files. */

/*
 * Fills kernel->environment and adds the limits that follow from it. Call it after load_config():
 * if a file is missing, a configuration option may decide the answer (CONFIG_BPF_JIT_ALWAYS_ON,
 * CONFIG_SECURITY_LOCKDOWN_LSM). The field of a missing, unreadable or malformed file stays NULL.
 * The only error is lack of memory.
 */
struct error *load_environment(struct kernel *kernel, const char *root);

/* A number of /proc/self/status, `base` 10 or 16, by its key ("CapEff"). False: missing or
 * malformed. */
bool environment_status_number(
	const char *text, size_t size, const char *key, int base, uint64_t *ret);
/* Names of a capability set, linux/capability.h, lowest bit first. NULL: no memory. */
const char **environment_capabilities(struct pool *pool, uint64_t set, size_t *cnt);
/* The word in brackets ("none [integrity] confidentiality"), in the pool; *ret NULL: none. */
struct error *environment_lockdown(struct pool *pool, const char *text, const char **ret);
/* A list with commas. Empty words are skipped. *ret NULL: no word. */
struct error *environment_list(struct pool *pool, const char *text, const char ***ret, size_t *cnt);

/* The names of all known capabilities, lowest bit first. Static. */
const char *const *environment_capability_names(size_t *cnt);

/* Fills kernel->sysctls. `names` have the form of sysctl(8), with dots, and must live as long. */
struct error *load_sysctls(
	struct kernel *kernel, const char *root, const char *const *names, size_t cnt);

/* The configuration of the kernel's build (.config, gzip or plain). */

/*
 * Fills kernel->config and environment.config_source from the first readable configuration:
 * /proc/config.gz, /boot/config-RELEASE, then files below the module directories. Needs
 * kernel->identity.release. An unusable file adds a limit, and the next file is tried. If there is
 * none, config_source stays NULL and a limit says so. The only error is lack of memory.
 */
struct error *load_config(struct kernel *kernel, const char *root);

/*
 * Parses `size` bytes, gzip or plain text, into an array of set options, sorted by name, each once
 * (the last line wins). "=n" means unset, like "is not set". ERROR_INPUT: not a configuration,
 * damaged, or truncated in the middle of a line. In a truncated file, a missing option may be set.
 * Truncation between lines is detected from the ends of menus. linux 5.4 and later write these
 * ends; older versions and files written by hand lack them.
 */
struct error *config_parse(struct pool *pool, const void *data, size_t size,
	struct kernel_config_option **list, size_t *cnt);

/* BTF of the running kernel and its modules from /sys/kernel/btf below a root directory. */

/*
 * Fills kernel->btf, or kernel->btf_missing with the reason. Damaged BTF is a state of the kernel,
 * not a failure. Errors: lack of memory.
 */
struct error *load_btf(struct kernel *kernel, const char *root);
/* Fills kernel->modules; needs kernel->btf. A module with damaged BTF adds a limit. */
struct error *load_btf_modules(struct kernel *kernel, const char *root);
/* Fills identity.btf_sha256; needs kernel->btf. */
struct error *load_btf_digest(struct kernel *kernel);

/*
 * The symbols of a kernel from a text file: System.map (linux scripts/mksysmap), output of nm(1),
 * or a copy of /proc/kallsyms.
 */

/*
 * All symbols in the file's order, in `pool`. Symbols of modules have their module's name. A copy
 * without addresses (kptr_restrict) has addresses_hidden set. A malformed line is skipped and
 * counted. ERROR_INPUT: no symbol (Debian's packages have a placeholder for System.map), or a last
 * line without a newline, because any symbol may be missing then. Symbols that stop before the
 * kernel's end are marked as cut.
 */
struct error *system_map_parse(
	struct pool *pool, const void *data, size_t size_bytes, struct kernel_symbols **ret);

/* The limits of this observation by privileges and policy. */

/* Facts for the rules that are not in the model. */
struct environment_facts {
	bool capabilities_known; /* environment.capabilities was read, though it may be empty */
	bool seccomp_filter;     /* a seccomp filter checks our system calls */
	enum tristate initial_user_namespace;
	const char *mounts; /* /proc/self/mounts, NULL: unreadable */
	const char *perf_event_paranoid;
	bool status_read;               /* /proc/self/status */
	bool btf_exists, tracefs_exists;
};

/* Adds one limit for each rule that holds. A rule with unknown facts adds none. */
void add_environment_limits(struct kernel *kernel, const struct environment_facts *facts);

/* Adds a limit if `path`, a list of functions, has malformed lines; none for 0. */
void add_odd_lines_limit(struct kernel *kernel, const char *path, size_t odd_lines);

/* Is a file system of this type mounted there (NULL: anywhere), according to the text of /proc/self/mounts? */
bool mounts_have(const char *mounts, const char *type, const char *directory);

#endif
