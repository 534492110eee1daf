/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock: which files a confined process may open. See landlock(7) of the kernel's documentation. */
#include "util/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/array.h"
#include "util/sanitizer.h"

/*
 * The numbers are here because the headers of older systems lack them: <linux/landlock.h> is of 5.13,
 * and each ABI added some. The numbers of these system calls are the same on all machines.
 */
enum { NR_CREATE_RULESET = 444, NR_ADD_RULE = 445, NR_RESTRICT_SELF = 446 };
enum { GET_VERSION = 1 << 0, RULE_PATH_BENEATH = 1 };
enum {
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_DIR = 1 << 4,
	REMOVE_FILE = 1 << 5,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
};

#define READ_RIGHTS (READ_FILE | READ_DIR)
#define WRITE_RIGHTS                                                                               \
	(READ_RIGHTS | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE)
#define FILE_RIGHTS (WRITE_FILE | READ_FILE | TRUNCATE)

struct ruleset {
	uint64_t files, net, scoped; /* what is forbidden where no rule permits it */
};

struct rule {
	uint64_t rights;
	int32_t parent;
} __attribute__((packed));

/* All that each ABI can forbid. A later ABI has all that an earlier one has. */
static const struct {
	int abi;
	size_t size_bytes; /* of struct ruleset, as this ABI knows it */
	struct ruleset rules;
} abis[] = {
	{6, 24, {0xffff, 3, 3}},
	{5, 16, {0xffff, 3, 0}},
	{4, 16, {0x7fff, 3, 0}},
	{3, 8, {0x7fff, 0, 0}},
	{2, 8, {0x3fff, 0, 0}},
	{1, 8, {0x1fff, 0, 0}},
};

/* Where libraries are: the emulator is opened on first use. None of them is secret. */
static const char *const libraries[] = {
	"/etc/ld.so.cache", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
#if HAS_SANITIZER
	"/proc",
#endif
};

/* What does not exist needs no rule: to open it fails with the right error. */
static int permit(int ruleset, const char *path, uint64_t rights)
{
	struct rule rule = {.parent = open(path, O_PATH | O_CLOEXEC)};
	struct stat status;
	int errnum = 0;

	if (rule.parent < 0)
		return 0;
	bool directory = !fstat(rule.parent, &status) && S_ISDIR(status.st_mode);
	rule.rights = directory ? rights : rights & FILE_RIGHTS;
	/* A pipe or socket (/dev/stdin) is in no file system, and may be opened anyway. */
	if (syscall(NR_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) && errno != EBADFD)
		errnum = errno;
	close(rule.parent);
	return errnum;
}

static int permit_all(
	int ruleset, const char *const *paths, size_t cnt, uint64_t rights)
{
	int errnum = 0;

	for (size_t i = 0; i < cnt && !errnum; i++)
		errnum = permit(ruleset, paths[i], rights);
	return errnum;
}

int confine_files(const struct confinement *confinement)
{
	long abi = syscall(NR_CREATE_RULESET, NULL, 0, GET_VERSION);
	size_t at = 0;

	if (abi < 1)
		return abi < 0 ? errno : ENOSYS;
	while (abis[at].abi > abi)
		at++;
	int ruleset = (int)syscall(NR_CREATE_RULESET, &abis[at].rules, abis[at].size_bytes, 0);
	if (ruleset < 0)
		return errno;
	uint64_t known = abis[at].rules.files;
	int errnum = permit_all(ruleset, confinement->readable, confinement->readable_cnt, READ_RIGHTS);
	if (!errnum)
		errnum = permit_all(ruleset, libraries, ARRAY_SIZE(libraries), READ_RIGHTS);
	if (!errnum)
		errnum = permit_all(ruleset, confinement->writable, confinement->writable_cnt,
			WRITE_RIGHTS & known);
	if (!errnum && syscall(NR_RESTRICT_SELF, ruleset, 0))
		errnum = errno;
	close(ruleset);
	return errnum;
}
