/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/session.h"
#include "lab/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number of architectures. */
#define QEMU_MAX 16

struct error *lab_session_init(struct lab_session *session, const struct cli_args *args)
{
	*session = (struct lab_session) {
		.qemu_dir = cli_value(args, "qemu-dir"),
		.fetch_qemu = cli_has(args, "fetch-qemu"),
		.mirror.offline = cli_has(args, "offline")};
	pthread_mutex_init(&session->lock, NULL);
	if (!session->qemu_dir)
		session->qemu_dir = getenv("KCOMPAT_QEMU");
	session->qemus = pool_calloc(&session->pool, QEMU_MAX, sizeof(*session->qemus));
	if (!session->qemus)
		return error_no_memory();
	return lab_kernels_parse(embed_lab_kernels,
		(size_t)(embed_lab_kernels_end - embed_lab_kernels), &session->kernels);
}

void lab_session_deinit(struct lab_session *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < session->qemu_cnt; i++)
		lab_qemu_deinit(&session->qemus[i]);
	lab_kernels_deinit(&session->kernels);
	lab_mirror_deinit(&session->mirror);
	pool_destroy(&session->pool);
	pthread_mutex_destroy(&session->lock);
}

static struct error *session_append(struct lab_session *session, const struct lab_kernel *kernel,
	struct lab_selection *selection)
{
	for (size_t i = 0; i < selection->cnt; i++) {
		if (selection->kernels[i].name && kernel->name &&
			!strcmp(selection->kernels[i].name, kernel->name))
			return NULL;
	}
	struct lab_kernel *kernels = pool_grow(&session->pool, selection->kernels, selection->cnt,
		&selection->cap, sizeof(*kernels));
	if (!kernels)
		return error_no_memory();
	selection->kernels = kernels;
	kernels[selection->cnt++] = *kernel;
	return NULL;
}

static struct error *select_paths(
	struct lab_session *session, const char *word, struct lab_selection *selection)
{
	struct lab_paths paths = {0};
	struct error *error = lab_paths_expand(&session->pool, word, &paths);
	bool kernel = false;

	for (size_t i = 0; i < paths.cnt && !error; i++) {
		error = lab_image_has_kernel(paths.paths[i], &kernel);
		if (!error && !kernel)
			error = lab_paths_expand(
				&session->pool, paths.paths[i], &session->companions);
		if (error || !kernel)
			continue;
		session->path_kernel_cnt++;
		error = session_append(session,
			&(struct lab_kernel) {.suites = paths.paths[i]}, selection);
	}
	return error;
}

struct error *lab_session_select(
	struct lab_session *session, const char *word, struct lab_selection *selection)
{
	struct error *error = NULL;
	bool any = false;

	for (size_t i = 0; i < session->kernels.cnt && !error; i++) {
		const struct lab_kernel *kernel = &session->kernels.kernels[i];
		if (!lab_kernel_is(kernel, word))
			continue;
		any = true;
		/* A name selects any kernel. Other words select only kernels that the lab boots. */
		if (kernel->level != LAB_LEVEL_NONE || !strcmp(kernel->name, word))
			error = session_append(session, kernel, selection);
	}
	if (any || error)
		return error;
	if (access(word, F_OK))
		return lab_kernels_complain(&session->kernels, word);
	return select_paths(session, word, selection);
}

/* Adds the files without a kernel that belong to this one. */
static struct error *take_companions(
	const struct lab_session *session, const char *path, struct lab_paths *paths, struct pool *pool)
{
	struct lab_image *image = NULL;
	struct error *error = NULL;

	if (session->path_kernel_cnt > 1 && session->companions.cnt)
		error = lab_image_open(&path, 1, &image);
	for (size_t i = 0; i < session->companions.cnt && !error; i++) {
		const char *companion = session->companions.paths[i];
		if (!image || strstr(companion, image->release))
			error = lab_paths_expand(pool, companion, paths);
	}
	lab_image_close(image);
	return error;
}

static struct error *take_paths(const struct lab_session *session, const char *path,
	const char *const *with, size_t with_cnt, struct lab_packages *packages)
{
	struct lab_paths paths = {0};
	struct error *error = lab_paths_expand(&packages->pool, path, &paths);

	for (size_t i = 0; i < with_cnt && !error; i++)
		error = lab_paths_expand(&packages->pool, with[i], &paths);
	if (!error)
		error = take_companions(session, path, &paths, &packages->pool);
	packages->paths = paths.paths;
	packages->cnt = paths.cnt;
	return error;
}

struct error *lab_session_open(struct lab_session *session, const struct lab_kernel *kernel,
	const char *const *with, size_t with_cnt, struct lab_files *ret)
{
	struct lab_files files = {0};
	struct error *error;

	if (kernel->name && with_cnt)
		return error_create(
			ERROR_USAGE, NULL, "--with: only for a kernel that is given by its path");
	if (kernel->name) {
		/* Without qemu, nothing needs to be downloaded. */
		const struct lab_arch *arch = lab_arch_named(kernel->arch);
		const struct lab_qemu *qemu;
		error = arch ? lab_session_qemu(session, arch, &qemu) : NULL;
		if (error)
			return error;
		pthread_mutex_lock(&session->lock);
		error = lab_packages_get(&session->mirror, kernel, &files.packages);
		pthread_mutex_unlock(&session->lock);
	} else {
		error = take_paths(session, kernel->suites, with, with_cnt, &files.packages);
	}
	if (!error)
		error = lab_image_open(files.packages.paths, files.packages.cnt, &files.image);
	if (error)
		lab_files_deinit(&files);
	else
		*ret = files;
	return error;
}

void lab_files_deinit(struct lab_files *files)
{
	if (!files)
		return;
	lab_image_close(files->image);
	lab_packages_deinit(&files->packages);
	*files = (struct lab_files) {0};
}

/* Is qemu missing or too old, and may another one be used? */
static bool is_wanting(
	const struct lab_session *session, const struct error *error, const struct lab_qemu *qemu)
{
	if (session->qemu_dir)
		return false;
	return error ? error->code == ERROR_NOT_FOUND : qemu->major < LAB_QEMU_MAJOR_WANTED;
}

/* Takes ownership of `error`, and uses `dir` instead of what was found. */
static struct error *take_other(
	struct error *error, const struct lab_arch *arch, const char *dir, struct lab_qemu *ret)
{
	struct lab_qemu other;
	struct error *unusable = lab_qemu_find(arch, dir, &other);

	if (unusable) {
		error_free(unusable);
		return error;
	}
	if (!error)
		lab_qemu_deinit(ret);
	error_free(error);
	*ret = other;
	return NULL;
}

static struct error *find_qemu(
	struct lab_session *session, const struct lab_arch *arch, struct lab_qemu *ret)
{
	struct error *error = lab_qemu_find(arch, session->qemu_dir, ret), *fetched = NULL;
	const char *dir;

	if (is_wanting(session, error, ret)) {
		/* One that an earlier run fetched is used without asking the archive. */
		dir = lab_packages_cached_qemu(&session->pool);
		if (dir)
			error = take_other(error, arch, dir, ret);
	}
	if (is_wanting(session, error, ret) && session->fetch_qemu) {
		fetched = lab_packages_qemu(&session->mirror, &session->pool, &dir);
		if (!fetched)
			error = take_other(error, arch, dir, ret);
	}
	if (fetched) {
		error_free(error);
		return fetched;
	}
	if (!error && ret->major < LAB_QEMU_MAJOR_WANTED)
		cli_say("qemu %s: before version %d, qemu can crash guests with Linux 6.12 and "
			"newer (--fetch-qemu fetches a newer qemu)",
			ret->version, LAB_QEMU_MAJOR_WANTED);
	return error;
}

static const struct lab_qemu *known_qemu(
	const struct lab_session *session, const struct lab_arch *arch)
{
	for (size_t i = 0; i < session->qemu_cnt; i++) {
		if (session->qemus[i].arch == arch)
			return &session->qemus[i];
	}
	return NULL;
}

struct error *lab_session_qemu(
	struct lab_session *session, const struct lab_arch *arch, const struct lab_qemu **ret)
{
	struct error *error = NULL;

	pthread_mutex_lock(&session->lock);
	const struct lab_qemu *qemu = known_qemu(session, arch);
	if (!qemu && session->qemu_cnt < QEMU_MAX) {
		error = find_qemu(session, arch, &session->qemus[session->qemu_cnt]);
		if (!error)
			qemu = &session->qemus[session->qemu_cnt++];
	}
	pthread_mutex_unlock(&session->lock);
	if (!error)
		*ret = qemu;
	return error;
}
