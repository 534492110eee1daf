/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const part_words[] = {
#define CONFINE_WORDS(name, words) words,
	CONFINE_PARTS(CONFINE_WORDS)
};

static int no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : 0;
}

#define CAPABILITY(number) (UINT64_C(1) << (number))

/*
 * Root can still read a file that belongs to somebody else, and the addresses in /proc/kallsyms.
 * Who writes a tree keeps the owners of its files.
 */
static uint64_t capabilities_kept(bool writes)
{
	uint64_t kept = CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SYSLOG);

	if (writes)
		kept |= CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_CHOWN) | CAPABILITY(CAP_FOWNER);
	return kept;
}

static int drop_capabilities(bool writes)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t kept = capabilities_kept(writes);

	if (syscall(SYS_capget, &header, data))
		return errno;
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t word = (uint32_t)(kept >> (32 * i));
		data[i].permitted &= word;
		data[i].effective &= word;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) ? errno : 0;
}

void confine_apply(const struct confinement *confinement, struct confined *ret)
{
	bool writes = confinement->writable_cnt > 0;
	int *errnums = ret->errnums;

	/* Landlock and seccomp need the first part. The last one refuses what the others need. */
	errnums[CONFINE_PRIVILEGES] = no_new_privileges();
	/* A dump would have the bytes that made the process crash, and the user's. */
	setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0});
	errnums[CONFINE_FILES] = confine_files(confinement);
	errnums[CONFINE_CAPABILITIES] = drop_capabilities(writes);
	errnums[CONFINE_CALLS] = confine_calls(writes);
}

static const char *why_not(int errnum)
{
	return errnum == CONFINE_NOT_BUILT ? "not in this build"
		: errnum == ENOSYS || errnum == EOPNOTSUPP ? "this kernel does not have it"
							   : strerror(errnum);
}

void confine_describe(const struct confined *confined, struct buf *out)
{
	const char *separator = "";

	for (int i = 0; i < CONFINE_PART_CNT; i++) {
		if (confined->errnums[i])
			continue;
		buf_printf(out, "%s%s", separator, part_words[i]);
		separator = ", ";
	}
	for (int i = 0; i < CONFINE_PART_CNT; i++) {
		if (confined->errnums[i])
			buf_printf(out, "; without %s: %s", part_words[i],
				why_not(confined->errnums[i]));
	}
}
