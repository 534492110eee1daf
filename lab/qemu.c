/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/qemu.h"
#include "lab/process.h"
#include "util/array.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION_TIMEOUT_S 20

void lab_qemu_deinit(struct lab_qemu *qemu)
{
	if (!qemu)
		return;
	pool_destroy(&qemu->pool);
	*qemu = (struct lab_qemu) {0};
}

/* The directories of shared libraries below an unpacked root directory. */
static const char *library_path(struct pool *pool, const char *root)
{
	static const char *const patterns[] = {"usr/lib/*-linux-gnu*", "lib/*-linux-gnu*"};
	const char *path = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		glob_t found = {0};
		char *pattern = pool_printf(pool, "%s/%s", root, patterns[i]);
		if (!pattern || glob(pattern, 0, NULL, &found))
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++)
			path = path ? pool_printf(pool, "%s:%s", path, found.gl_pathv[k])
				    : pool_printf(pool, "LD_LIBRARY_PATH=%s", found.gl_pathv[k]);
		globfree(&found);
	}
	return path;
}

/* By default, Debian's qemu searches the system's directories for firmware. */
static bool use_root(struct lab_qemu *qemu, const char *root)
{
	static const char *const firmware[] = {
		"usr/share/qemu", "usr/share/seabios", "usr/lib/ipxe/qemu"};

	qemu->program = pool_printf(&qemu->pool, "%s/usr/bin/%s", root, qemu->arch->qemu);
	if (!qemu->program || access(qemu->program, X_OK))
		return false;
	qemu->library_path = library_path(&qemu->pool, root);
	for (size_t i = 0; i < ARRAY_SIZE(firmware); i++)
		qemu->data_dirs[i] = pool_printf(&qemu->pool, "%s/%s", root, firmware[i]);
	return true;
}

static struct error *qemu_find_program(struct lab_qemu *qemu, const char *dir)
{
	if (!dir) {
		qemu->program = qemu->arch->qemu;
		return NULL;
	}
	if (use_root(qemu, dir))
		return NULL;
	qemu->program = pool_printf(&qemu->pool, "%s/%s", dir, qemu->arch->qemu);
	return qemu->program ? NULL : error_no_memory();
}

/* "QEMU emulator version 10.0.2 (Debian ...)" */
static struct error *ask_version(struct lab_qemu *qemu)
{
	static const char word[] = "version ";
	const char *argv[] = {qemu->program, "--version", NULL},
		   *env[] = {qemu->library_path, NULL};
	struct lab_process process = {
		.argv = argv, .env = env, .timeout_s = VERSION_TIMEOUT_S, .output_max_bytes = 4096};
	_cleanup_result_ struct lab_result result = {0};
	struct error *error = lab_process_run(&process, &result);

	if (error && error->code == ERROR_NOT_FOUND) {
		error_free(error);
		return error_create(ERROR_NOT_FOUND,
			"--fetch-qemu unpacks one in the cache; or install Debian's qemu-system packages, or name a "
			"directory with --qemu-dir",
			"%s: no such program", qemu->program);
	}
	if (error)
		return error;
	const char *text = strstr(buf_text(&result.out), word);
	if (result.end != LAB_PROCESS_EXIT || result.number || !text)
		return error_create(ERROR_NOT_FOUND, NULL, "%s --version: %.200s", qemu->program,
			result.err.len ? buf_text(&result.err) : "no version");
	text += strlen(word);
	qemu->version = pool_strndup(&qemu->pool, text, strcspn(text, " \n("));
	qemu->major = (unsigned)strtoul(text, NULL, 10);
	return qemu->version ? NULL : error_no_memory();
}

struct error *lab_qemu_find(const struct lab_arch *arch, const char *dir, struct lab_qemu *ret)
{
	*ret = (struct lab_qemu) {.arch = arch};
	struct error *error = qemu_find_program(ret, dir);

	if (!error)
		error = ask_version(ret);
	if (error)
		lab_qemu_deinit(ret);
	return error;
}

struct arguments {
	struct pool *pool;
	const char **words;
	size_t cnt, cap;
	bool failed;
};

static void qemu_add(struct arguments *arguments, const char *word)
{
	const char **words = pool_grow(
		arguments->pool, arguments->words, arguments->cnt, &arguments->cap, sizeof(*words));

	if (!words || !word) {
		arguments->failed = true;
		return;
	}
	arguments->words = words;
	words[arguments->cnt++] = word;
}

static void qemu_add_pair(struct arguments *arguments, const char *option, const char *value)
{
	qemu_add(arguments, option);
	qemu_add(arguments, value);
}

const char *const *lab_qemu_argv(
	const struct lab_qemu *qemu, const struct lab_machine *machine, struct pool *pool)
{
	const struct lab_arch *arch = qemu->arch;
	struct arguments to = {.pool = pool};

	qemu_add(&to, qemu->program);
	for (size_t i = 0; i < 3 && qemu->data_dirs[i]; i++)
		qemu_add_pair(&to, "-L", qemu->data_dirs[i]);
	qemu_add_pair(&to, "-machine", arch->machine);
	qemu_add_pair(&to, "-cpu", arch->cpu);
	qemu_add_pair(&to, "-accel", "tcg,thread=multi");
	qemu_add_pair(&to, "-m", pool_printf(pool, "%u", machine->memory_mib));
	qemu_add(&to, "-nodefaults");
	qemu_add_pair(&to, "-display", "none");
	/* qemu ends when the guest panics or finishes. */
	qemu_add(&to, "-no-reboot");
	qemu_add_pair(&to, "-chardev", "stdio,id=console,signal=off");
	qemu_add_pair(&to, arch->console_device, arch->console_device_value);
	qemu_add_pair(&to, "-kernel", machine->kernel);
	qemu_add_pair(&to, "-initrd", machine->initramfs);
	qemu_add_pair(&to, "-append",
		pool_printf(pool, "console=%s rdinit=/init panic=-1 oops=panic quiet loglevel=1 %s",
			arch->console, machine->append));
	/* The array grows zeroed, so NULL ends it. */
	return to.failed ? NULL : pool_grow(pool, to.words, to.cnt, &to.cap, sizeof(*to.words));
}
