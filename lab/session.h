/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the commands of kcompat-lab: kernels by name or path, packages, qemu. */
#ifndef KCOMPAT_LAB_SESSION_H
#define KCOMPAT_LAB_SESSION_H

#include <pthread.h>
#include <stdbool.h>

#include "cli/cli.h"
#include "lab/image.h"
#include "lab/kernels.h"
#include "lab/packages.h"
#include "lab/paths.h"
#include "lab/qemu.h"
#include "util/error.h"

struct lab_session {
	struct lab_kernels kernels;
	struct lab_mirror mirror;
	const char *qemu_dir;   /* --qemu-dir, else KCOMPAT_QEMU; NULL: PATH */
	bool fetch_qemu;        /* if no new enough qemu is found, fetch it from packages */
	struct lab_qemu *qemus; /* found so far, one per architecture */
	size_t qemu_cnt;
	/* Files without a kernel that were given by their paths, and how many kernels were. */
	struct lab_paths companions;
	size_t path_kernel_cnt;
	struct pool pool;
	pthread_mutex_t
		lock; /* protects all above: only one thread at a time fetches packages or qemu */
};

/* The options of every command that boots a kernel. They belong in its table. */
#define LAB_SESSION_OPTIONS                                                                                  \
	{0, "qemu-dir", "DIR",                                                                               \
		"directory of the qemu programs, or a root directory with the unpacked qemu packages; "      \
		"KCOMPAT_QEMU has the same effect"},                                                         \
		{0, "fetch-qemu", NULL,                                                                      \
			"if qemu 8 or newer is not found, download it from Debian and unpack it in the "     \
			"cache; nothing is installed"},                                                      \
		{0, "offline", NULL, "ask no archive; use the packages that are in the cache"},              \
	{                                                                                                    \
		0, "guest-dir", "DIR",                                                                       \
			"directory with static-ARCH/init and static-ARCH/kcompat; default: the build "       \
			"directory, or the installed one"                                                    \
	}

struct error *lab_session_init(struct lab_session *session, const struct cli_args *args);
void lab_session_deinit(struct lab_session *session); /* NULL-safe */

/*
 * Appends the listed kernels that `word` selects (lab_kernel_is()) to `list`, without duplicates.
 * If it selects none but is a file or a directory, each kernel in it is selected: name and pattern are
 * NULL, and suites is the path. Its other files go to the kernels that are given by their paths: to the
 * only one, or to those whose release is in the file's path. ERROR_USAGE: neither, with the nearest
 * name.
 */
struct lab_selection {
	struct lab_kernel *kernels;
	size_t cnt, cap;
};
struct error *lab_session_select(
	struct lab_session *session, const char *word, struct lab_selection *selection);

/* Gets the files to boot. `with` are further files of a kernel that was given by its path. */
struct lab_files {
	struct lab_packages packages;
	struct lab_image *image;
};
struct error *lab_session_open(struct lab_session *session, const struct lab_kernel *kernel,
	const char *const *with, size_t with_cnt, struct lab_files *ret);
void lab_files_deinit(struct lab_files *files); /* NULL-safe */

/* Borrowed until the session ends. Warns once on standard error about an old qemu. */
struct error *lab_session_qemu(
	struct lab_session *session, const struct lab_arch *arch, const struct lab_qemu **ret);

#endif
