/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/packages.h"
#include "lab/embed.h"
#include "lab/process.h"
#include "util/array.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The size of a few paths of packages, and the time of a slow mirror for 120 MB. */
#define OUTPUT_MAX_BYTES (64u * 1024)
#define DOWNLOAD_TIMEOUT_S 1800
#define PACKAGE_MAX 16
#define FETCH_REFUSED 4 /* exit status of lab/fetch.sh */

static const char *const emulators[] = {"qemu-system-x86", "qemu-system-arm", "qemu-system-ppc",
	"qemu-system-misc", "qemu-system-data", "seabios", "opensbi"};

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void lab_mirror_deinit(struct lab_mirror *mirror)
{
	if (*mirror->scratch)
		nftw(mirror->scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	*mirror = (struct lab_mirror) {0};
}

static struct error *make_scratch(struct lab_mirror *mirror)
{
	if (*mirror->scratch)
		return NULL;
	const char *tmp = getenv("TMPDIR");
	int len = snprintf(mirror->scratch, sizeof(mirror->scratch), "%s/kcompat-lab-XXXXXX",
		tmp && *tmp ? tmp : "/tmp");
	if ((size_t)len >= sizeof(mirror->scratch)) {
		*mirror->scratch = '\0';
		return error_create(ERROR_USAGE, NULL, "TMPDIR: longer than %zu bytes",
			sizeof(mirror->scratch));
	}
	if (mkdtemp(mirror->scratch))
		return NULL;
	struct error *error = error_errno(errno, NULL, "%s", mirror->scratch);
	*mirror->scratch = '\0';
	return error;
}

/* Runs a function of lab/fetch.sh. *ret owns its output. */
static struct error *fetch(struct lab_mirror *mirror, const char *const *words, size_t word_cnt,
	struct lab_result *ret)
{
	_cleanup_buf_ struct buf script = {0};
	char scratch[sizeof(mirror->scratch) + 32];
	const char *argv[PACKAGE_MAX + 6] = {"bash", "-c", NULL, "kcompat-lab"};
	const char *env[] = {
		scratch, mirror->offline ? "KCOMPAT_LAB_OFFLINE=1" : "KCOMPAT_LAB_OFFLINE=", NULL};
	struct error *error = make_scratch(mirror);

	if (error)
		return error;
	buf_printf(&script,
		"set -uo pipefail\nprogram=kcompat-lab scratch=$KCOMPAT_LAB_SCRATCH "
		"offline=$KCOMPAT_LAB_OFFLINE\n%s\n%s\n",
		embed_lab_packages, embed_lab_fetch);
	snprintf(scratch, sizeof(scratch), "KCOMPAT_LAB_SCRATCH=%s", mirror->scratch);
	if (script.failed)
		return error_no_memory();
	argv[2] = buf_text(&script);
	for (size_t i = 0; i < word_cnt && i < PACKAGE_MAX; i++)
		argv[4 + i] = words[i];
	struct lab_process bash = {.argv = argv,
		.env = env,
		.timeout_s = DOWNLOAD_TIMEOUT_S,
		.output_max_bytes = OUTPUT_MAX_BYTES,
		.show_errors = true};
	error = lab_process_run(&bash, ret);
	if (error)
		return error;
	if (ret->end == LAB_PROCESS_EXIT && !ret->number && ret->out.len)
		return NULL;
	bool is_refused = ret->end == LAB_PROCESS_EXIT && ret->number == FETCH_REFUSED;
	lab_result_deinit(ret);
	return is_refused
		? error_create(ERROR_INPUT, "--offline uses what the cache has",
			  "refused: a signature or a hash of the archive is wrong")
		: error_create(ERROR_NOT_FOUND, NULL, "cannot be downloaded");
}

static const char *const *split_lines(struct pool *pool, const char *text, size_t *cnt)
{
	const char **lines = pool_calloc(pool, PACKAGE_MAX, sizeof(*lines));
	char *copy = pool_strdup(pool, text), *state = NULL;

	*cnt = 0;
	if (!lines || !copy)
		return NULL;
	while (*cnt < PACKAGE_MAX && (lines[*cnt] = strtok_r(*cnt ? NULL : copy, "\n", &state)))
		(*cnt)++;
	return lines;
}

struct error *lab_packages_get(
	struct lab_mirror *mirror, const struct lab_kernel *kernel, struct lab_packages *ret)
{
	const char *words[] = {"kernel", kernel->suites, kernel->arch, kernel->pattern};
	_cleanup_result_ struct lab_result result = {0};
	struct error *error = fetch(mirror, words, 4, &result);

	if (error)
		return error_prefix(error, "%s", kernel->name);
	*ret = (struct lab_packages) {0};
	ret->paths = split_lines(&ret->pool, buf_text(&result.out), &ret->cnt);
	if (ret->paths)
		return NULL;
	lab_packages_deinit(ret);
	return error_no_memory();
}

struct error *lab_packages_qemu(struct lab_mirror *mirror, struct pool *pool, const char **dir)
{
	const size_t cnt = ARRAY_SIZE(emulators);
	const char *words[PACKAGE_MAX] = {"emulator"};
	_cleanup_result_ struct lab_result result = {0};

	memcpy(words + 1, emulators, sizeof(emulators));
	struct error *error = fetch(mirror, words, cnt + 1, &result);
	if (error)
		return error_prefix(error, "qemu");
	size_t line_cnt;
	const char *const *lines = split_lines(pool, buf_text(&result.out), &line_cnt);
	*dir = lines ? lines[0] : NULL;
	return lines ? NULL : error_no_memory();
}

const char *lab_packages_cached_qemu(struct pool *pool)
{
	const char *cache = getenv("KCOMPAT_CACHE"), *home = getenv("HOME");
	const char *dir = cache ? pool_printf(pool, "%s/emulator", cache)
		: home          ? pool_printf(pool, "%s/.cache/kcompat/emulator", home)
				: NULL;
	const char *mark = dir ? pool_printf(pool, "%s/complete", dir) : NULL;

	return mark && !access(mark, F_OK) ? dir : NULL;
}

void lab_packages_deinit(struct lab_packages *packages)
{
	if (!packages)
		return;
	pool_destroy(&packages->pool);
	*packages = (struct lab_packages) {0};
}
