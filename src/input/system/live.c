/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel says by system calls, for a machine whose files are not there. */
#include "input/system/live.h"
#include "util/array.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux 6.8; the same number on every architecture. */
#ifndef __NR_lsm_list_modules
#define __NR_lsm_list_modules 461
#endif
#define LSM_MAX 64

bool live_capabilities(uint64_t *effective)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(__NR_capget, &header, data))
		return false;
	*effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	return true;
}

/* include/uapi/linux/lsm.h, through linux 7.3. */
static const char *const lsm_names[] = {"capability", "selinux", "smack", "tomoyo", "apparmor",
	"yama", "loadpin", "safesetid", "lockdown", "bpf", "landlock", "ima", "evm", "ipe"};
#define LSM_ID_FIRST 100

struct error *live_lsm_names(
	struct pool *pool, const uint64_t *ids, size_t cnt, const char ***ret)
{
	const char **names = pool_calloc(pool, cnt + 1, sizeof(*names));

	for (size_t i = 0; names && i < cnt; i++) {
		uint64_t at = ids[i] - LSM_ID_FIRST;
		names[i] = at < ARRAY_SIZE(lsm_names)
			? lsm_names[at]
			: pool_printf(pool, "lsm-%llu", (unsigned long long)ids[i]);
		if (!names[i])
			return error_no_memory();
	}
	*ret = names;
	return names ? NULL : error_no_memory();
}

struct error *live_lsm_list(struct pool *pool, const char ***ret, size_t *cnt)
{
	uint64_t ids[LSM_MAX];
	uint32_t size = sizeof(ids);
	long got = syscall(__NR_lsm_list_modules, ids, &size, 0);

	*ret = NULL;
	*cnt = 0;
	if (got < 0 || got > LSM_MAX)
		return NULL;
	struct error *error = live_lsm_names(pool, ids, (size_t)got, ret);
	if (!error)
		*cnt = (size_t)got;
	return error;
}

/* A clock event of this thread in user space. It stays disabled. */
enum tristate live_perf_event_opens(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
		.size = PERF_ATTR_SIZE_VER5,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.disabled = 1,
		.exclude_kernel = 1};
	long fd = syscall(__NR_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno == EACCES || errno == EPERM ? TRISTATE_NO : TRISTATE_UNKNOWN;
	close((int)fd);
	return TRISTATE_YES;
}

uint32_t live_page_bytes(void)
{
	long bytes = sysconf(_SC_PAGESIZE);

	return bytes > 0 ? (uint32_t)bytes : 0;
}
