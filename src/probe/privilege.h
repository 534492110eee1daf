/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why bpf(2) refuses with EPERM or EACCES before it looks at a program or map: bpf_prog_load() and
 * map_create() of kernel/bpf/syscall.c check capabilities, and before 5.11 the memory that is locked.
 */
#ifndef KCOMPAT_PROBE_PRIVILEGE_H
#define KCOMPAT_PROBE_PRIVILEGE_H

#include "kernel/context.h"
#include "kernel/kernel.h"

/* What an object needs in addition to CAP_BPF. */
enum { PRIVILEGE_PERFMON = 1, PRIVILEGE_NET_ADMIN = 2 };

/* is_perfmon_prog_type(), is_net_admin_prog_type(). 0 for a type that is not known. */
unsigned int privilege_of_program(uint32_t prog_type);
unsigned int privilege_of_map(uint32_t map_type); /* map_create() */

/* The cause of `errnum`, a static sentence without a capital; NULL: none is known, so a policy. */
const char *privilege_missing(const struct kernel *kernel, unsigned int needs, int errnum);

#endif
