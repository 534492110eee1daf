/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relocations BTF OBJECT...: the same lines as libbpf.c prints, from kcompat's own engine. "extract
 * FILE DIRECTORY" writes each BPF object inside a program to a file, and "btf IMAGE FILE" the BTF
 * of a kernel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/core/core.h"
#include "image/image.h"
#include "input/system/system.h"
#include "util/file.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void fail(struct error *error)
{
	if (!error)
		return;
	fprintf(stderr, "%s\n", error->what);
	exit(2);
}

static void print_value(const char *name, const struct object *object,
	const struct object_core *core, const struct core_result *result)
{
	const struct object_function *function =
		object_function_at(object, core->section, core->insn);

	if (!function || result->outcome == CORE_REFUSED)
		return;
	uint32_t insn = core->insn - function->first;
	if (result->outcome == CORE_RESOLVED) {
		printf("%s %s %u %llu\n", name, function->name, insn,
			(unsigned long long)result->value);
		return;
	}
	printf("%s %s %u poison\n", name, function->name, insn);
	if (object->sections[core->section].insns[core->insn].code == 0x18)
		printf("%s %s %u poison\n", name, function->name, insn + 1);
}

static void relocate(const char *path, const struct core_target *target)
{
	struct core_relocator *relocator;
	struct file_bytes file;
	struct object *object;

	fail(file_read("", path, &file));
	fail(object_create(file.data, file.size, &object));
	if (object->btf) {
		fail(core_relocator_create(object->btf, object->big_endian, target, &relocator));
		for (size_t i = 0; i < object->core_cnt; i++) {
			const struct object_core *core = &object->cores[i];
			struct object_section *section = &object->sections[core->section];
			struct core_result result;
			fail(core_resolve(
				relocator, core->type_id, core->kind, core->access, &result));
			core_patch(&result, &section->insns[core->insn],
				section->insn_cnt - core->insn);
			print_value(base_name(path), object, core, &result);
		}
		core_relocator_destroy(relocator);
	}
	object_destroy(object);
}

static void extract(const char *path, const char *directory)
{
	struct file_bytes file;
	size_t at = 0, size;
	char name[4096];

	fail(file_read("", path, &file));
	for (int number = 1; object_next_embedded(file.data, file.size, &at, &size); number++) {
		snprintf(name, sizeof(name), "%s/%s.%d.o", directory, base_name(path), number);
		fail(file_write_atomic(name, file.data + at, size));
		at += size;
	}
	file_bytes_deinit(&file);
}

static void take_btf(const char *path, const char *to)
{
	const unsigned char *data;
	struct file_bytes file;
	struct image *image;
	size_t size;

	fail(file_read("", path, &file));
	fail(image_create(file.data, file.size, &image));
	if (!image_btf(image, &data, &size))
		exit(2);
	fail(file_write_atomic(to, data, size));
	image_destroy(image);
}

int main(int cnt, char **words)
{
	struct kernel kernel = {0};
	struct core_target *target;
	struct file_bytes file;

	if (cnt == 4 && !strcmp(words[1], "extract")) {
		extract(words[2], words[3]);
		return 0;
	}
	if (cnt == 4 && !strcmp(words[1], "btf")) {
		take_btf(words[2], words[3]);
		return 0;
	}
	if (cnt < 3)
		return 2;
	if (!strcmp(words[1], "live"))
		fail(load_kernel(&kernel, "", LOAD_BTF | LOAD_MODULES));
	else {
		fail(file_read("", words[1], &file));
		fail(kbtf_create(file.data, file.size, KBTF_MALLOC, NULL, &kernel.btf));
	}
	struct kbtf *modules[kernel.module_cnt + 1];
	for (size_t i = 0; i < kernel.module_cnt; i++)
		modules[i] = kernel.modules[i].btf;
	fail(core_target_create(kernel.btf, modules, kernel.module_cnt, &target));
	for (int i = 2; i < cnt; i++)
		relocate(words[i], target);
	core_target_destroy(target);
	kernel_deinit(&kernel);
	return 0;
}
