/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the texts of uname(2) say of a kernel: its maker, its flavor, its architecture. */
#ifndef KCOMPAT_KERNEL_IDENTITY_H
#define KCOMPAT_KERNEL_IDENTITY_H

#include "kernel/kernel.h"

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
