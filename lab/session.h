/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of kcompat-lab share: kernels by name or path, packages, qemu. */
#ifndef KCOMPAT_LAB_SESSION_H
#define KCOMPAT_LAB_SESSION_H

#include <pthread.h>
#include <stdbool.h>

#include "cli/cli.h"
#include "lab/image.h"
#include "lab/kernels.h"
#include "lab/packages.h"
#include "lab/qemu.h"
#include "util/error.h"

struct lab_session {
	struct lab_kernels kernels;
	struct lab_mirror mirror;
	const char *qemu_dir;   /* --qemu-dir, else KCOMPAT_QEMU; NULL: PATH */
	bool fetch_qemu;        /* where none that is new enough is found, take it from packages */
	struct lab_qemu *qemus; /* found so far, one an architecture */
	size_t qemu_cnt;
	struct pool pool;
	pthread_mutex_t
		lock; /* of all above: packages and qemu are looked for by one thread at a time */
};

/* The options that every command which boots has; they belong into its table. */
#define LAB_SESSION_OPTIONS                                                                                  \
	{0, "qemu-dir", "DIR",                                                                               \
		"directory of the qemu programs, or a root directory with the unpacked qemu packages; "      \
		"KCOMPAT_QEMU has the same effect"},                                                         \
		{0, "fetch-qemu", NULL,                                                                      \
			"if qemu 8 or newer is not found, download it from Debian and unpack it in the "     \
			"cache; nothing is installed"},                                                      \
	{                                                                                                    \
		0, "guest-dir", "DIR",                                                                       \
			"directory with static-ARCH/init and static-ARCH/kcompat; default: the build "       \
			"directory, or the installed one"                                                    \
	}

struct error *lab_session_init(struct lab_session *session, const struct cli_args *args);
void lab_session_deinit(struct lab_session *session); /* NULL-safe */

/*
 * The kernels of the list that `word` means (lab_kernel_is()), appended to `list`, each once. A
 * word that means none and is a file is taken as the path of one: name and pattern NULL, suites the
 * path. ERROR_USAGE: neither, with the nearest name.
 */
struct lab_selection {
	struct lab_kernel *kernels;
	size_t cnt, cap;
};
struct error *lab_session_select(
	struct lab_session *session, const char *word, struct lab_selection *selection);

/* Gets what is to be booted: `with` are further files of a kernel that was given by its path. */
struct lab_files {
	struct lab_packages packages;
	struct lab_image *image;
};
struct error *lab_session_open(struct lab_session *session, const struct lab_kernel *kernel,
	const char *const *with, size_t with_cnt, struct lab_files *ret);
void lab_files_deinit(struct lab_files *files); /* NULL-safe */

/* Borrowed until the session ends. Says once on standard error when it is an old one. */
struct error *lab_session_qemu(
	struct lab_session *session, const struct lab_arch *arch, const struct lab_qemu **ret);

#endif
