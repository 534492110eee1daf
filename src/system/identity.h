/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who the kernel is: release, version, architecture, and what its maker's naming says. */
#ifndef KCOMPAT_SYSTEM_IDENTITY_H
#define KCOMPAT_SYSTEM_IDENTITY_H

#include "kernel/kernel.h"
#include "util/error.h"

/*
 * Fills kernel->identity (but btf_sha256) from root/proc/sys/kernel/{osrelease,version,arch}; what
 * a file does not say uname(2) says when root is "". `arch` is there since linux 6.1. A field that
 * nothing says stays NULL; the only error is lack of memory.
 */
struct error *load_identity(struct kernel *kernel, const char *root);

/*
 * Sets distribution and flavor from the two uname texts, each of which may be NULL; NULL when the
 * texts have no shape that only one maker uses. The distribution is the kernel's, whatever root
 * file system runs on it. "rhel" stands for the family whose kernels share one naming (RHEL,
 * CentOS Stream, Rocky, Alma), "suse" for SLE and openSUSE. flavor is also NULL where the maker's
 * plain kernel carries no flavor in its name (RHEL, Fedora, Amazon Linux).
 */
void identity_parse_release(struct pool *pool, const char *release, const char *version,
	struct kernel_identity *identity);

/* The arch/ directory of a machine name of uname(2), NULL for one that is not known. */
const char *identity_arch(const char *machine);

#endif
