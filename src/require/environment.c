/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cap:, sysctl: and active-lsm: from the environment of the observing process. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "require/near.h"
#include "require/rules.h"
#include "util/array.h"
#include "util/buf.h"

static const struct kernel_environment *environment_of(const struct require_context *context)
{
	const struct require_scope *scope = context->scope;

	return scope->kernel ? &scope->kernel->environment : &scope->snapshot->environment;
}

static bool is_in(const char *const *list, size_t cnt, const char *word)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(list[i], word))
			return true;
	}
	return false;
}

/* A snapshot speaks of the process that made it. */
static const char *whose(const struct require_context *context)
{
	return context->scope->kernel ? "this process" : "the process that made the snapshot";
}

struct require_verdict require_capability(
	struct require_context *context, const struct require_node *node)
{
	const struct kernel_environment *environment = environment_of(context);
	bool has = is_in(environment->capabilities, environment->capability_cnt, node->name);
	/* In a snapshot of captured files that an older kcompat wrote, an empty list may also mean unknown. */
	bool read = environment->capabilities &&
		(context->scope->kernel || environment->capability_cnt ||
			snapshot_has_fact(context->scope->snapshot, "probe"));

	if (!read)
		return (struct require_verdict) {
			.reason = snapshot_is_scanned(context->scope->snapshot)
				? "an image has no process: ask on the machine"
				: "the capabilities of the process could not be read (/proc/self/status)"};
	if (has && environment->in_user_namespace)
		return (struct require_verdict) {
			.value = TRISTATE_NO,
			.state = "absent",
			.reason = require_reason(context,
				"%s has it only in a user namespace of its own, and bpf(2) ignores it there",
				whose(context))};
	return (struct require_verdict) {
		.value = has ? TRISTATE_YES : TRISTATE_NO,
		.state = has ? "present" : "absent",
		.reason = require_reason(context, "%s %s it", whose(context), has ? "has" : "lacks"),
	};
}

struct require_verdict require_active_lsm(
	struct require_context *context, const struct require_node *node)
{
	/* security/ of linux; only for a suggestion */
	static const char *const known[] = {"capability", "lockdown", "landlock", "yama", "loadpin",
		"safesetid", "selinux", "smack", "tomoyo", "apparmor", "bpf", "integrity", "ima", "evm",
		"ipe"};
	const struct kernel_environment *environment = environment_of(context);
	bool active = is_in(environment->lsm, environment->lsm_cnt, node->name);
	_cleanup_buf_ struct buf list = {0};
	struct suggestion near = {0};

	if (!environment->lsm)
		return (struct require_verdict) {
			.reason = context->scope->kernel
				? "the active security modules could not be read "
				  "(mount -t securityfs securityfs /sys/kernel/security)"
				: "the snapshot does not hold the active security modules: ask on the machine"};
	for (size_t i = 0; i < environment->lsm_cnt; i++)
		buf_printf(&list, "%s%s", i ? "," : "", environment->lsm[i]);
	for (size_t i = 0; !active && i < ARRAY_SIZE(known); i++)
		suggest_consider(&near, node->name, known[i]);
	if (list.failed)
		context->no_memory = true;
	return (struct require_verdict) {
		.value = active ? TRISTATE_YES : TRISTATE_NO,
		.state = active ? "present" : "absent",
		.reason = require_reason(context, "%s: the active security modules are %s%s",
			active ? "active" : "not active", buf_text(&list), require_near(context, &near)),
	};
}

/* Those that every snapshot records. */
static const char *recorded_sysctl(const struct kernel_environment *environment, const char *name)
{
	const struct {
		const char *name, *value;
	} recorded[] = {
		{"net.core.bpf_jit_enable", environment->jit},
		{"kernel.unprivileged_bpf_disabled", environment->unprivileged_bpf_disabled},
		{"kernel.kptr_restrict", environment->kptr_restrict},
	};

	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		/* The JIT's field also has words of the configuration. */
		if (!strcmp(recorded[i].name, name) && recorded[i].value &&
			(isdigit((unsigned char)*recorded[i].value) || *recorded[i].value == '-'))
			return recorded[i].value;
	}
	return NULL;
}

static const struct kernel_sysctl *find_sysctl(const struct kernel *kernel, const char *name)
{
	for (size_t i = 0; i < kernel->sysctl_cnt; i++) {
		if (!strcmp(kernel->sysctls[i].name, name))
			return &kernel->sysctls[i];
	}
	return NULL;
}

/* Any white space between words is the same. A wanted value may stand in double quotes. */
static bool same_words(const char *is, const char *wanted)
{
	size_t wanted_len = strlen(wanted);

	if (wanted_len >= 2 && *wanted == '"') {
		wanted++;
		wanted_len -= 2;
	}
	const char *end = wanted + wanted_len;
	while (*is || wanted < end) {
		bool space = isspace((unsigned char)*is);
		if (space != (wanted < end && isspace((unsigned char)*wanted)))
			return false;
		if (!space && (wanted == end || *is != *wanted))
			return false;
		do {
			is++;
		} while (space && isspace((unsigned char)*is));
		do {
			wanted++;
		} while (space && wanted < end && isspace((unsigned char)*wanted));
	}
	return true;
}

static struct require_verdict sysctl_verdict(
	struct require_context *context, const struct require_node *node, const char *value)
{
	bool wanted = !node->value || same_words(value, node->value);

	return (struct require_verdict) {
		.value = wanted ? TRISTATE_YES : TRISTATE_NO,
		.state = "present",
		.reason = require_reason(context, "%s=%s", node->name, value),
	};
}

static struct require_verdict sysctl_unread(struct require_context *context,
	const struct require_node *node, const struct kernel_sysctl *sysctl)
{
	const struct kernel *kernel = context->scope->kernel;

	if (kernel->sysctls_missing)
		return (struct require_verdict) {.reason = kernel->sysctls_missing};
	if (sysctl->errnum == ENOENT || sysctl->errnum == ENOTDIR)
		return (struct require_verdict) {
			.value = TRISTATE_NO,
			.state = "absent",
			.reason = "absent: no such file below /proc/sys",
		};
	/* A directory, and a setting that only root may read, exist. */
	bool exists = !node->value && sysctl->errnum != EISDIR;
	return (struct require_verdict) {
		.value = exists ? TRISTATE_YES : TRISTATE_UNKNOWN,
		.state = exists ? "present" : NULL,
		.reason = require_with_errno(context, "its value cannot be read", sysctl->errnum),
	};
}

struct require_verdict require_sysctl(
	struct require_context *context, const struct require_node *node)
{
	const struct kernel *kernel = context->scope->kernel;
	const struct kernel_sysctl *sysctl = kernel ? find_sysctl(kernel, node->name) : NULL;
	const char *value = kernel ? (sysctl ? sysctl->value : NULL)
				   : recorded_sysctl(environment_of(context), node->name);

	if (value)
		return sysctl_verdict(context, node, value);
	if (sysctl)
		return sysctl_unread(context, node, sysctl);
	return (struct require_verdict) {
		.reason = kernel ? "it was not read"
				 : "the snapshot does not hold this setting: ask on the machine"};
}

bool require_spell_sysctl(char *name)
{
	size_t len = strcspn(name, "./");
	bool slashes = name[len] == '/';

	if (slashes) {
		for (char *c = name; *c; c++)
			*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
	}
	/* No empty part, and none of the names that leave the directory. */
	for (const char *part = name;; part += len + 1) {
		len = strcspn(part, ".");
		if (!len || strspn(part, "/") == len)
			return false;
		if (!part[len])
			return true;
	}
}
