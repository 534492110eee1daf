/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seccomp: which system calls a confined process may make. A filter of its own needs no library. */
#include "util/confine.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/array.h"
#include "util/sanitizer.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MACHINE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define MACHINE AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#endif

#ifndef MACHINE
const char *confine_built_in(void)
{
	return "Landlock";
}

int confine_calls(bool writes)
{
	(void)writes;
	return CONFINE_NOT_BUILT;
}
#else

const char *confine_built_in(void)
{
	return "Landlock, seccomp";
}

#define INSNS_MAX 512

struct filter {
	struct sock_filter insns[INSNS_MAX];
	unsigned short cnt;
};

/* Permitted with any argument. A machine lacks some: the newer ones lack the older calls. */
static const int permitted[] = {
	SYS_read, SYS_pread64, SYS_readv, SYS_write, SYS_pwrite64, SYS_writev, SYS_lseek, SYS_close,
	SYS_fstat, SYS_fstatfs, SYS_getdents64, SYS_faccessat, SYS_readlinkat, SYS_getcwd, SYS_dup, SYS_ftruncate,
	SYS_fadvise64, SYS_fchdir,
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise,
	SYS_futex, SYS_set_robust_list, SYS_sched_yield, SYS_sched_getaffinity, SYS_exit, SYS_exit_group,
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall,
	SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_nanosleep, SYS_clock_nanosleep,
	SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
	SYS_getrusage, SYS_times, SYS_sysinfo, SYS_uname, SYS_getrandom, SYS_getcpu, SYS_capget,
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_statx
	SYS_statx,
#endif
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
#ifdef SYS_rseq
	SYS_rseq,
#endif
#ifdef SYS_stat
	SYS_stat, SYS_lstat, SYS_access, SYS_readlink,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_ppoll
	SYS_ppoll,
#endif
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
#ifdef SYS_time
	SYS_time,
#endif
#ifdef SYS_getrlimit
	SYS_getrlimit,
#endif
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
#ifdef SYS_riscv_flush_icache
	SYS_riscv_flush_icache,
#endif
};

/* Of who writes a tree. Landlock says where. */
static const int permitted_to_writers[] = {
	SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat,
	SYS_fsync, SYS_umask, SYS_linkat,
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_rename
	SYS_rename, SYS_unlink, SYS_mkdir, SYS_rmdir, SYS_chmod,
#endif
};

/*
 * LeakSanitizer stops all threads at the end, by ptrace(2) from a clone. A sanitizer prints the
 * stack of an error.
 */
#if HAS_SANITIZER
static const int permitted_to_sanitizers[] = {SYS_clone, SYS_ptrace, SYS_prctl, SYS_wait4, SYS_tgkill,
	SYS_tkill, SYS_prlimit64, SYS_fcntl,
#ifdef SYS_fork
	SYS_fork, SYS_getdents,
#endif
};
#endif

static void add(struct filter *filter, unsigned short code, uint32_t k, unsigned char yes, unsigned char no)
{
	filter->insns[filter->cnt++] = (struct sock_filter) {code, yes, no, k};
}

static void add_load(struct filter *filter, size_t offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The lower half of an argument; the kernel uses no more of those that are looked at. */
static void load_argument(struct filter *filter, unsigned int index)
{
	add_load(filter, offsetof(struct seccomp_data, args[index]) +
			(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0));
}

static void permit(struct filter *filter)
{
	add(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void refuse(struct filter *filter, int errnum)
{
	add(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)errnum, 0, 0);
}

static void permit_all(struct filter *filter, const int *numbers, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)numbers[i], 0, 1);
		permit(filter);
	}
}

/* What follows is skipped for other calls. It ends with a return. */
static unsigned short begin_call(struct filter *filter, int number)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 0);
	return (unsigned short)(filter->cnt - 1);
}

static void end_call(struct filter *filter, unsigned short begin, int errnum)
{
	refuse(filter, errnum);
	filter->insns[begin].jf = (unsigned char)(filter->cnt - begin - 1);
}

/* A call is permitted if the argument is one of the values. */
static void permit_values(struct filter *filter, int number, unsigned int argument,
	const uint32_t *values, size_t cnt, int errnum)
{
	unsigned short begin = begin_call(filter, number);

	load_argument(filter, argument);
	for (size_t i = 0; i < cnt; i++) {
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, values[i], 0, 1);
		permit(filter);
	}
	end_call(filter, begin, errnum);
}

static void permit_reading(struct filter *filter, int number, unsigned int flags)
{
	unsigned short begin = begin_call(filter, number);

	load_argument(filter, flags);
	add(filter, BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE | O_CREAT | O_TRUNC, 1, 0);
	permit(filter);
	end_call(filter, begin, EACCES);
}

static void permit_opening(struct filter *filter, bool writes)
{
	static const int openat_call[] = {SYS_openat};

	if (writes)
		permit_all(filter, openat_call, ARRAY_SIZE(openat_call));
	else
		permit_reading(filter, SYS_openat, 2);
#ifdef SYS_open
	permit_reading(filter, SYS_open, 1);
#endif
}

/* A thread is made, and no process. clone3(2) keeps its flags in memory; without it, clone(2) is used. */
static void permit_threads(struct filter *filter)
{
	unsigned short begin = begin_call(filter, SYS_clone);

#ifdef __s390x__
	load_argument(filter, 1);
#else
	load_argument(filter, 0);
#endif
	add(filter, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
	permit(filter);
	end_call(filter, begin, EPERM);
}

static void permit_by_argument(struct filter *filter, bool writes)
{
	static const uint32_t requests[] = {TCGETS, TIOCGWINSZ,
#ifdef TCGETS2
		TCGETS2,
#endif
	};
	static const uint32_t commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL,
		F_SETFL};
	static const uint32_t own_limits[] = {0};
	const uint32_t self[] = {(uint32_t)getpid()};

	permit_opening(filter, writes);
	permit_values(filter, SYS_ioctl, 1, requests, ARRAY_SIZE(requests), ENOTTY);
	permit_values(filter, SYS_fcntl, 1, commands, ARRAY_SIZE(commands), EPERM);
	permit_values(filter, SYS_tgkill, 0, self, ARRAY_SIZE(self), EPERM); /* abort(3) */
	permit_threads(filter);
	permit_values(filter, SYS_prlimit64, 0, own_limits, ARRAY_SIZE(own_limits), EPERM);
}

/* x32 has the same architecture as x86-64, and other numbers. */
static void refuse_other_machines(struct filter *filter)
{
	add_load(filter, offsetof(struct seccomp_data, arch));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
	add(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add_load(filter, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	add(filter, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
	refuse(filter, ENOSYS);
#endif
}

/*
 * A call that is not listed fails as on a kernel that lacks it, so that the C library takes another
 * way where it has one. That is better than the end of the process: a later library may ask for a
 * call that is not known today.
 */
int confine_calls(bool writes)
{
	struct filter filter = {.cnt = 0};

	refuse_other_machines(&filter);
#if HAS_SANITIZER
	permit_all(&filter, permitted_to_sanitizers, ARRAY_SIZE(permitted_to_sanitizers));
#endif
	permit_all(&filter, permitted, ARRAY_SIZE(permitted));
	if (writes)
		permit_all(&filter, permitted_to_writers, ARRAY_SIZE(permitted_to_writers));
	permit_by_argument(&filter, writes);
	refuse(&filter, ENOSYS);
	const struct sock_fprog program = {.len = filter.cnt, .filter = filter.insns};
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ? errno : 0;
}
#endif
