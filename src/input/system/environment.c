/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/system/container.h"
#include "input/system/live.h"
#include "util/array.h"
#include "util/file.h"

static const char *const capability_names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

const char *const *environment_capability_names(size_t *cnt)
{
	*cnt = ARRAY_SIZE(capability_names);
	return capability_names;
}

const char **environment_capabilities(struct pool *pool, uint64_t set, size_t *cnt)
{
	const size_t known = ARRAY_SIZE(capability_names);
	const char **names = pool_calloc(pool, 64, sizeof(*names));

	*cnt = 0;
	for (size_t bit = 0; names && bit < 64; bit++) {
		if (!(set >> bit & 1))
			continue;
		const char *name =
			bit < known ? capability_names[bit] : pool_printf(pool, "CAP_%zu", bit);
		if (!name)
			return NULL;
		names[(*cnt)++] = name;
	}
	return names;
}

/* The text after "KEY:\t"; NULL: no line starts with it. */
static const char *find_value(const char *text, size_t size, const char *key)
{
	const char *end = text + size;
	size_t key_len = strlen(key);

	while (text < end) {
		if ((size_t)(end - text) > key_len && !memcmp(text, key, key_len) &&
			text[key_len] == ':')
			return text + key_len + 1;
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		text = newline ? newline + 1 : end;
	}
	return NULL;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 255;
}

bool environment_status_number(
	const char *text, size_t size, const char *key, int base, uint64_t *ret)
{
	const char *at = find_value(text, size, key), *end = text + size;
	uint64_t number = 0;

	if (!at)
		return false;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	const char *first = at;
	for (; at < end && digit_of(*at) < base; at++) {
		if (__builtin_mul_overflow(number, (uint64_t)base, &number) ||
			__builtin_add_overflow(number, (uint64_t)digit_of(*at), &number))
			return false;
	}
	/* A number at the very end may be incomplete. */
	if (at == first || at == end || *at != '\n')
		return false;
	*ret = number;
	return true;
}

struct error *environment_lockdown(struct pool *pool, const char *text, const char **ret)
{
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	*ret = NULL;
	if (!close || close == open + 1)
		return NULL;
	*ret = pool_strndup(pool, open + 1, (size_t)(close - open - 1));
	return *ret ? NULL : error_no_memory();
}

struct error *environment_list(struct pool *pool, const char *text, const char ***ret, size_t *cnt)
{
	const char **list = NULL;
	size_t list_cnt = 0, cap = 0;

	*ret = NULL;
	*cnt = 0;
	for (size_t len; *text; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		if (!len)
			continue;
		list = pool_grow(pool, list, list_cnt, &cap, sizeof(*list));
		char *word = list ? pool_strndup(pool, text, len) : NULL;
		if (!word)
			return error_no_memory();
		list[list_cnt++] = word;
	}
	*ret = list;
	*cnt = list_cnt;
	return NULL;
}

/* Reads one line into the pool. If unreadable, *ret is NULL and *errnum is set. The only error is
 * lack of memory. */
static struct error *environment_read_text(
	struct pool *pool, const char *root, const char *path, const char **ret, int *errnum)
{
	char *line = NULL;
	struct error *error = file_read_line(root, path, &line);

	*ret = NULL;
	*errnum = error ? error->errnum : 0;
	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	if (line && *line)
		*ret = pool_strdup(pool, line);
	bool failed = line && *line && !*ret;
	free(line);
	return failed ? error_no_memory() : NULL;
}

static bool is_number(const char *text)
{
	text += *text == '-';
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static struct error *read_sysctl(
	struct pool *pool, const char *root, const char *path, const char **ret)
{
	int errnum;
	struct error *error = environment_read_text(pool, root, path, ret, &errnum);

	if (!error && *ret && !is_number(*ret))
		*ret = NULL;
	return error;
}

/* The value from the configuration if the setting is missing or unreadable; NULL: unknown. */
static const char *built_jit(const struct kernel *kernel)
{
	const char *always = kernel_config_value(kernel, "CONFIG_BPF_JIT_ALWAYS_ON");

	if (always && !strcmp(always, "y"))
		return "always";
	return kernel->environment.config_source && !kernel_config_value(kernel, "CONFIG_BPF_JIT")
		? "none"
		: NULL;
}

static struct error *read_sysctls(struct kernel *kernel, const char *root)
{
	struct kernel_environment *environment = &kernel->environment;
	const struct {
		const char *path, **field;
	} sysctls[] = {
		{"/proc/sys/net/core/bpf_jit_enable", &environment->jit},
		{"/proc/sys/kernel/unprivileged_bpf_disabled",
			&environment->unprivileged_bpf_disabled},
		{"/proc/sys/kernel/kptr_restrict", &environment->kptr_restrict},
	};

	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		struct error *error =
			read_sysctl(&kernel->pool, root, sysctls[i].path, sysctls[i].field);
		if (error)
			return error;
	}
	if (!environment->jit)
		environment->jit = built_jit(kernel);
	return NULL;
}

static struct error *take_capabilities(
	struct kernel *kernel, uint64_t set, struct environment_facts *facts)
{
	struct kernel_environment *environment = &kernel->environment;

	facts->capabilities_known = true;
	environment->capabilities =
		environment_capabilities(&kernel->pool, set, &environment->capability_cnt);
	return environment->capabilities ? NULL : error_no_memory();
}

static struct error *read_capabilities(
	struct kernel *kernel, const char *root, struct environment_facts *facts)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	uint64_t set, mode;

	struct error *error = file_read(root, "/proc/self/status", &bytes);
	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	facts->status_read = bytes.data != NULL;
	if (!bytes.data)
		return !*root && live_capabilities(&set) ? take_capabilities(kernel, set, facts) : NULL;
	const char *text = (const char *)bytes.data;
	if (environment_status_number(text, bytes.size, "CapEff", 16, &set)) {
		error = take_capabilities(kernel, set, facts);
		if (error)
			return error;
	}
	if (environment_status_number(text, bytes.size, "Seccomp", 10, &mode))
		facts->seccomp_filter = mode == 2;
	return NULL;
}

static bool contains(const char *const *list, size_t cnt, const char *word)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(list[i], word))
			return true;
	}
	return false;
}

/*
 * Lockdown is an LSM. If it is not built in, or not in the list of active LSMs, nothing is locked
 * down. Before linux 5.4, distributions had it under another option.
 */
static bool lockdown_is_impossible(const struct kernel *kernel)
{
	const struct kernel_environment *environment = &kernel->environment;

	if (kernel_config_value(kernel, "CONFIG_LOCK_DOWN_KERNEL"))
		return false;
	if (environment->config_source &&
		!kernel_config_value(kernel, "CONFIG_SECURITY_LOCKDOWN_LSM"))
		return true;
	return environment->lsm && !contains(environment->lsm, environment->lsm_cnt, "lockdown");
}

static struct error *read_security(struct kernel *kernel, const char *root)
{
	struct kernel_environment *environment = &kernel->environment;
	struct pool *pool = &kernel->pool;
	const char *text;
	int errnum;

	struct error *error = environment_read_text(pool, root, "/sys/kernel/security/lsm", &text, &errnum);
	if (!error && text)
		error = environment_list(pool, text, &environment->lsm, &environment->lsm_cnt);
	if (!error && !environment->lsm && !*root)
		error = live_lsm_list(pool, &environment->lsm, &environment->lsm_cnt);
	if (!error)
		error = environment_read_text(pool, root, "/sys/kernel/security/lockdown", &text, &errnum);
	if (!error && text)
		error = environment_lockdown(pool, text, &environment->lockdown);
	if (error)
		return error;
	/* An unreadable file does not prove absence. */
	if (!environment->lockdown && errnum == ENOENT && lockdown_is_impossible(kernel))
		environment->lockdown = "none";
	return NULL;
}

/* "INSIDE OUTSIDE COUNT" lines: the initial namespace maps every id to itself. */
static enum tristate initial_user_namespace(const char *map)
{
	unsigned long long inside, outside, cnt;
	char *end;

	inside = strtoull(map, &end, 10);
	outside = strtoull(end, &end, 10);
	const char *third = end;
	cnt = strtoull(third, &end, 10);
	if (end == third)
		return TRISTATE_UNKNOWN;
	return !inside && !outside && cnt == UINT32_MAX ? TRISTATE_YES : TRISTATE_NO;
}

/* Facts for limits that are not in the model. */
static struct error *environment_read_facts(
	struct kernel *kernel, const char *root, struct environment_facts *facts)
{
	struct pool *pool = &kernel->pool;
	const char *map;
	int errnum;

	struct error *error = environment_read_text(pool, root, "/proc/self/uid_map", &map, &errnum);
	if (!error && map)
		facts->initial_user_namespace = initial_user_namespace(map);
	if (!error)
		error = environment_read_text(pool, root, "/proc/self/mounts", &facts->mounts, &errnum);
	if (!error)
		error = read_sysctl(pool, root, "/proc/sys/kernel/perf_event_paranoid",
			&facts->perf_event_paranoid);
	if (facts->mounts)
		kernel->environment.cgroup2 =
			mounts_have(facts->mounts, "cgroup2", NULL) ? TRISTATE_YES : TRISTATE_NO;
	if (!*root) {
		kernel->environment.perf_events = live_perf_event_opens();
		kernel->environment.page_bytes = live_page_bytes();
	}
	facts->btf_exists = file_exists(root, "/sys/kernel/btf/vmlinux");
	facts->tracefs_exists = file_exists(root, "/sys/kernel/tracing/available_events") ||
		file_exists(root, "/sys/kernel/debug/tracing/available_events");
	return error;
}

struct error *load_environment(struct kernel *kernel, const char *root)
{
	struct environment_facts facts = {0};
	struct error *error = read_sysctls(kernel, root);

	if (!error)
		error = read_capabilities(kernel, root, &facts);
	if (!error)
		error = read_security(kernel, root);
	if (!error)
		error = load_container(&kernel->pool, root, &kernel->environment.container);
	if (!error)
		error = environment_read_facts(kernel, root, &facts);
	if (!error)
		add_environment_limits(kernel, &facts);
	/* After the limits: capabilities missing in this namespace have their own limit. */
	kernel->environment.in_user_namespace = facts.initial_user_namespace == TRISTATE_NO;
	return error;
}
