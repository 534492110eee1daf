/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"
#include "kernel/context.h"
#include "util/array.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* BPF_TOKEN_CREATE */
struct token_attr {
	uint32_t flags, bpffs_fd;
};

/* bpf_token_create() */
static const char *token_hint(int errnum)
{
	static const struct {
		int errnum;
		const char *hint;
	} hints[] = {
		{EOPNOTSUPP, "a token is of no use in the initial user namespace: run without one"},
		{ENOENT, "the bpffs delegates nothing: mount it with delegate_cmds= and its like"},
		{EPERM, "the bpffs is of another user namespace, or CAP_BPF is missing in this one"},
		{EINVAL, "it is not the root of a bpffs, or this kernel has no BPF tokens (6.9)"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		if (hints[i].errnum == errnum)
			return hints[i].hint;
	}
	return NULL;
}

struct error *token_take(const char *path, struct kernel *kernel, struct bpf_sys *sys)
{
	struct token_attr attr = {0};
	int bpffs = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (bpffs < 0)
		return error_errno(errno, NULL, "BPF token: %s", path);
	attr.bpffs_fd = (uint32_t)bpffs;
	int token = bpf_call(sys, UAPI_BPF_TOKEN_CREATE, &attr, sizeof(attr));
	close(bpffs);
	if (token < 0)
		return error_errno(
			-token, token_hint(-token), "BPF token: %s: BPF_TOKEN_CREATE", path);
	sys->token_fd = token;
	kernel->environment.has_token = true;
	kernel_add_limit(kernel, "a BPF token is used: what it does not delegate is blocked",
		"mount the bpffs with more delegate_ options, or run in the initial user namespace");
	return NULL;
}
