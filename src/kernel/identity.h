/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity of a kernel from the texts of uname(2): maker, flavor, architecture. */
#ifndef KCOMPAT_KERNEL_IDENTITY_H
#define KCOMPAT_KERNEL_IDENTITY_H

#include "kernel/kernel.h"

/*
 * Sets distribution and flavor from the two uname texts. Each text may be NULL. Both results are
 * NULL unless the form of the texts identifies one maker. The distribution is the kernel's, not
 * that of the root file system. "rhel" is the family with one naming (RHEL, CentOS Stream, Rocky,
 * Alma), "suse" is SLE and openSUSE. flavor is also NULL if the maker's plain kernel has no flavor
 * in its name (RHEL, Fedora, Amazon Linux).
 */
void identity_parse_release(struct pool *pool, const char *release, const char *version,
	struct kernel_identity *identity);

/* The arch/ directory of a machine name of uname(2); NULL for an unknown name. */
const char *identity_arch(const char *machine);
/* Debian's name, which people type: "amd64" for "x86_64"; a machine that is not known stays as it is. */
const char *kernel_arch_name(const char *machine);

#endif
