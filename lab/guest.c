/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/guest.h"
#include "lab/cpio.h"
#include "lab/modules.h"
#include "lab/guest/protocol.h"
#include "input/system/system.h"
#include "util/array.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct maker {
	const struct lab_image *image;
	const struct lab_task *task;
	struct lab_guest *guest;
	struct lab_cpio cpio;
	struct buf config; /* LAB_CONFIG */
	char *guest_dir;
};

void lab_guest_deinit(struct lab_guest *guest)
{
	if (!guest)
		return;
	buf_deinit(&guest->initramfs);
	pool_destroy(&guest->pool);
	*guest = (struct lab_guest) {0};
}

/* "BUILD/NAME/kcompat-lab" has "BUILD/static-ARCH" beside it, "PREFIX/bin/kcompat-lab" has
 * "PREFIX/lib/kcompat/static-ARCH". */
static struct error *lab_guest_find_dir(const char *arch, char **ret)
{
	static const char *const places[] = {"..", "../lib/kcompat"};
	char self[4096], path[4400];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		return error_errno(errno, NULL, "/proc/self/exe");
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/%s/static-%s/init", self, places[i], arch);
		if (access(path, R_OK))
			continue;
		snprintf(path, sizeof(path), "%s/%s", self, places[i]);
		*ret = strdup(path);
		return *ret ? NULL : error_no_memory();
	}
	return error_create(ERROR_NOT_FOUND, NULL,
		"nothing to run in a guest: static-%s/init is not built (make lab-guest ARCH=%s)",
		arch, arch);
}

static void record(struct maker *maker, const char *key, const char *value)
{
	buf_printf(&maker->config, "%s=%s", key, value);
	buf_putc(&maker->config, '\0');
}

static void record_number(struct maker *maker, const char *key, unsigned long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", value);
	record(maker, key, text);
}

/* A dynamic program would need the loader and the libraries of the guest's architecture. */
static bool is_static(const unsigned char *data, size_t size)
{
	Elf64_Ehdr header;
	Elf64_Phdr program;
	bool swap;

	memcpy(&header, data, sizeof(header));
	swap = (header.e_ident[EI_DATA] == ELFDATA2MSB) == (__BYTE_ORDER == __LITTLE_ENDIAN);
	size_t at = swap ? __builtin_bswap64(header.e_phoff) : header.e_phoff;
	unsigned cnt = swap ? __builtin_bswap16(header.e_phnum) : header.e_phnum;
	for (unsigned i = 0; i < cnt; i++, at += sizeof(program)) {
		if (at > size || size - at < sizeof(program))
			return false;
		memcpy(&program, data + at, sizeof(program));
		if ((swap ? __builtin_bswap32(program.p_type) : program.p_type) == PT_INTERP)
			return false;
	}
	return true;
}

static struct error *check_program(
	const struct maker *maker, const char *path, const struct file_bytes *bytes)
{
	Elf64_Ehdr header;

	if (bytes->size < sizeof(header) || memcmp(bytes->data, ELFMAG, SELFMAG) ||
		bytes->data[EI_CLASS] != ELFCLASS64)
		return error_create(ERROR_USAGE, NULL, "%s: not a 64-bit ELF program", path);
	memcpy(&header, bytes->data, sizeof(header));
	bool big = bytes->data[EI_DATA] == ELFDATA2MSB;
	bool swap = big == (__BYTE_ORDER == __LITTLE_ENDIAN);
	const struct lab_arch *arch =
		lab_arch_of_elf(swap ? __builtin_bswap16(header.e_machine) : header.e_machine, big);
	if (arch != maker->image->arch)
		return error_create(ERROR_USAGE, NULL, "%s: a program for %s, the kernel is for %s",
			path, arch ? arch->name : "another machine", maker->image->arch->name);
	if (!is_static(bytes->data, bytes->size))
		return error_create(
			ERROR_USAGE, "link it with -static", "%s: not a static program", path);
	return NULL;
}

static struct error *add_program(struct maker *maker, const char *path, const char *as)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = file_read("", path, &bytes);

	if (!error)
		error = check_program(maker, path, &bytes);
	return error ? error : lab_cpio_file(&maker->cpio, as, bytes.data, bytes.size, 0755);
}

static struct error *add_built(struct maker *maker, const char *name, const char *as)
{
	char path[4600];

	snprintf(path, sizeof(path), "%s/static-%s/%s", maker->guest_dir, maker->image->arch->name,
		name);
	struct error *error = add_program(maker, path, as);
	if (error && error->errnum == ENOENT) {
		error_free(error);
		error = error_create(ERROR_NOT_FOUND, NULL,
			"%s: not built (make lab-guest ARCH=%s)", path, maker->image->arch->name);
	}
	return error;
}

/* "kcompat" is the program that was built for the guest. Any other word is a file of the host. */
static struct error *add_task_program(struct maker *maker)
{
	const struct lab_task *task = maker->task;
	const char *slash = strrchr(task->argv[0], '/');
	char as[300];

	snprintf(as, sizeof(as), "/bin/%.255s", slash ? slash + 1 : task->argv[0]);
	record(maker, "arg", as);
	for (size_t i = 1; i < task->argc; i++)
		record(maker, "arg", task->argv[i]);
	if (!strcmp(task->argv[0], "kcompat"))
		return add_built(maker, "kcompat", as);
	return add_program(maker, task->argv[0], as);
}

/* "FILE[:PATH]". It keeps the mode of the host's file, so that programs stay executable. */
static struct error *add_extra(struct maker *maker, const char *what)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	const char *colon = strrchr(what, ':');
	char *path = pool_strndup(
		&maker->guest->pool, what, colon ? (size_t)(colon - what) : strlen(what));
	struct stat status;

	if (!path)
		return error_no_memory();
	const char *slash = strrchr(path, '/');
	const char *as = colon ? colon + 1
			       : pool_printf(&maker->guest->pool, "/%s", slash ? slash + 1 : path);
	if (!as)
		return error_no_memory();
	struct error *error = stat(path, &status) ? error_errno(errno, NULL, "%s", path)
						  : file_read("", path, &bytes);
	return error ? error
		     : lab_cpio_file(&maker->cpio, as, bytes.data, bytes.size, status.st_mode);
}

/* What is built in needs no module. */
static struct error *refuse_missing(const struct lab_image *image, struct lab_modules *modules)
{
	struct error *error = NULL;
	bool builtin;

	for (size_t i = 0; i < modules->missing_cnt && !error; i++) {
		error = lab_image_has_builtin(image, modules->missing[i], &builtin);
		if (!error && !builtin)
			error = error_create(ERROR_NOT_FOUND, NULL,
				"%s: no module of that name in the files of %s", modules->missing[i],
				image->release);
	}
	if (!error)
		modules->missing_cnt = 0;
	return error;
}

static struct error *add_modules(struct maker *maker)
{
	struct lab_modules modules = {0};
	struct error *error = lab_modules_load(
		maker->image, maker->task->modules, maker->task->module_cnt, &modules);
	char path[160];

	for (size_t i = 0; !error && i < modules.cnt; i++) {
		snprintf(path, sizeof(path), LAB_DIRECTORY "/%.120s.ko", modules.modules[i].name);
		record(maker, modules.modules[i].optional ? "may-module" : "module", path);
		error = lab_cpio_file(&maker->cpio, path, modules.modules[i].data,
			modules.modules[i].size_bytes, 0600);
	}
	if (!error && maker->task->modules_required)
		error = refuse_missing(maker->image, &modules);
	if (!error) {
		maker->guest->missing_modules = modules.missing;
		maker->guest->missing_module_cnt = modules.missing_cnt;
		pool_adopt(&maker->guest->pool, &modules.pool);
	}
	lab_modules_deinit(&modules);
	return error;
}

static struct error *add_sysctl(struct maker *maker, const char *setting)
{
	const char *equals = strchr(setting, '=');
	char *text = pool_strdup(&maker->guest->pool, setting);

	if (!equals || equals == setting)
		return error_create(ERROR_USAGE, NULL, "--sysctl=%s: expected NAME=VALUE", setting);
	if (!text)
		return error_no_memory();
	for (char *c = text; *c != '='; c++)
		*c = *c == '.' ? '/' : *c;
	record(maker, "sysctl", text);
	return NULL;
}

static struct error *add_drop(struct maker *maker, const char *name)
{
	size_t cnt;
	const char **names = environment_capabilities(&maker->guest->pool, ~(uint64_t)0, &cnt);

	for (size_t i = 0; names && i < cnt; i++) {
		if (!strcmp(names[i], name)) {
			record_number(maker, "drop", i);
			return NULL;
		}
	}
	return names ? error_create(ERROR_USAGE, NULL, "--without-cap=%s: no such capability", name)
		     : error_no_memory();
}

static struct error *add_settings(struct maker *maker)
{
	const struct lab_task *task = maker->task;
	struct error *error = NULL;

	if (task->jit)
		record(maker, "may-sysctl", "net/core/bpf_jit_enable=1");
	for (size_t i = 0; i < task->sysctl_cnt && !error; i++)
		error = add_sysctl(maker, task->sysctls[i]);
	for (size_t i = 0; i < task->drop_cnt && !error; i++)
		error = add_drop(maker, task->drops[i]);
	if (task->user_namespace)
		record(maker, "user-namespace", "");
	if (task->unprivileged)
		record_number(maker, "uid", 65534);
	record_number(maker, "timeout", task->timeout_s);
	record(maker, "env", "PATH=/bin");
	record(maker, "env", "HOME=/");
	record(maker, "env", "LANG=C.UTF-8");
	return error;
}

/* Debian's kernels have no /proc/config.gz. Programs read the file that the package installs.
 */
static struct error *add_release(struct maker *maker)
{
	const struct lab_image *image = maker->image;
	char path[300];

	snprintf(path, sizeof(path), "/boot/config-%.255s", image->release);
	return image->config.data
		? lab_cpio_file(&maker->cpio, path, image->config.data, image->config.size, 0644)
		: NULL;
}

static struct error *add_base(struct maker *maker)
{
	static const char *const directories[] = {
		"/proc", "/sys", "/dev", "/tmp", "/run", "/etc", "/boot", LAB_DIRECTORY};
	struct error *error = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(directories) && !error; i++)
		error = lab_cpio_directory(&maker->cpio, directories[i]);
	if (!error)
		error = lab_cpio_device(&maker->cpio, "/dev/console", 5, 1);
	return error ? error : add_built(maker, "init", "/init");
}

static struct error *make_mark(struct lab_guest *guest)
{
	unsigned long long numbers[2];

	if (getrandom(numbers, sizeof(numbers), 0) != sizeof(numbers))
		return error_errno(errno, NULL, "getrandom");
	snprintf(guest->mark, sizeof(guest->mark), "lab-%016llx%016llx", numbers[0], numbers[1]);
	return NULL;
}

static struct error *fill(struct maker *maker)
{
	const struct lab_task *task = maker->task;
	struct error *error = make_mark(maker->guest);

	if (error)
		return error;
	record(maker, "mark", maker->guest->mark);
	if (!(error = add_base(maker)) && !(error = add_release(maker)) &&
		!(error = add_task_program(maker)) && !(error = add_settings(maker)))
		error = add_modules(maker);
	for (size_t i = 0; i < task->add_cnt && !error; i++)
		error = add_extra(maker, task->adds[i]);
	if (error || maker->config.failed)
		return error ? error : error_no_memory();
	if (maker->config.len > LAB_CONFIG_MAX_BYTES)
		return error_create(ERROR_USAGE, NULL, "the arguments are longer than %d bytes",
			LAB_CONFIG_MAX_BYTES);
	return lab_cpio_file(&maker->cpio, LAB_CONFIG, maker->config.data, maker->config.len, 0600);
}

struct error *lab_guest_create(
	const struct lab_image *image, const struct lab_task *task, struct lab_guest *ret)
{
	struct maker maker = {.image = image, .task = task, .guest = ret};
	struct error *error = NULL;

	*ret = (struct lab_guest) {0};
	maker.guest_dir = task->guest_dir ? strdup(task->guest_dir) : NULL;
	if (!task->guest_dir)
		error = lab_guest_find_dir(image->arch->name, &maker.guest_dir);
	else if (!maker.guest_dir)
		error = error_no_memory();
	if (!error)
		error = fill(&maker);
	if (!error)
		error = lab_cpio_finish(&maker.cpio);
	if (!error) {
		ret->initramfs = maker.cpio.bytes;
		maker.cpio.bytes = (struct buf) {0};
	} else {
		lab_guest_deinit(ret);
	}
	lab_cpio_deinit(&maker.cpio);
	buf_deinit(&maker.config);
	free(maker.guest_dir);
	return error;
}
