/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPF tokens (linux 6.9): what the mount options of a bpffs delegate to the user namespace that it was
 * made in (linux kernel/bpf/token.c).
 */
#ifndef KCOMPAT_PROBE_TOKEN_H
#define KCOMPAT_PROBE_TOKEN_H

#include "kernel/kernel.h"
#include "probe/bpf.h"
#include "util/error.h"

/*
 * Makes a token of the bpffs that is mounted at `path`, and lets `sys` send it. The kernel model then
 * counts the capabilities that the process has in its user namespace, and has a limit that names the
 * token. The caller closes sys->token_fd. Errors: no such directory, no bpffs, nothing delegated, or a
 * kernel without tokens.
 */
struct error *token_take(const char *path, struct kernel *kernel, struct bpf_sys *sys);

#endif
