/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/elf/object.h"
#include "object/elf/parts.h"
#include "util/array.h"

#include <stdlib.h>

static struct error *read_btf(struct object *object)
{
	const struct object_section *section =
		&object->sections[object_find_section(object, ".BTF")];

	if (!section->data)
		return NULL;
	struct error *error = kbtf_create_of_object(
		(void *)section->data, section->size_bytes, KBTF_BORROWED, &object->btf);
	if (!error)
		error = kbtf_index(object->btf);
	return error ? error_prefix(error, "BPF object") : NULL;
}

/* libbpf takes the bytes up to the first NUL, or all of them. */
static struct error *read_license(struct object *object)
{
	const struct object_section *section =
		&object->sections[object_find_section(object, "license")];

	object->license = "";
	if (!section->data || !section->size_bytes)
		return NULL;
	object->license = pool_strndup(&object->pool, (const char *)section->data,
		strnlen((const char *)section->data, section->size_bytes));
	return object->license ? NULL : error_no_memory();
}

static struct error *object_read(struct object *object)
{
	struct object_symbols symbols = {0};
	struct error *error = object_read_elf(object, &symbols);

	if (!error)
		error = read_btf(object);
	if (!error)
		error = read_license(object);
	if (!error)
		error = object_read_maps(object);
	if (!error)
		error = object_read_code(object, &symbols);
	if (!error)
		error = object_read_variables(object, &symbols);
	if (!error)
		error = object_read_ext(object);
	return error ? error : object_read_ops(object, &symbols);
}

struct error *object_create(unsigned char *bytes, size_t size, struct object **ret)
{
	struct object *object = calloc(1, sizeof(*object));

	if (!object) {
		free(bytes);
		return error_no_memory();
	}
	object->bytes = bytes;
	object->size_bytes = size;
	struct error *error = object_read(object);
	if (error)
		object_destroy(object);
	else
		*ret = object;
	return error;
}

void object_destroy(struct object *object)
{
	if (!object)
		return;
	kbtf_destroy(object->btf);
	pool_destroy(&object->pool);
	free(object->bytes);
	free(object);
}

/* Of functions whose ranges overlap, the last one that begins there, as libbpf finds it; of several names, the first. */
const struct object_function *object_function_at(
	const struct object *object, uint32_t section, uint32_t insn)
{
	const struct object_function *list = object->functions, *found;
	size_t low = 0, high = object->function_cnt;

	/* Behind all that begin at the instruction or before it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list[middle].section < section ||
			(list[middle].section == section && list[middle].first <= insn))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || list[low - 1].section != section || insn - list[low - 1].first >= list[low - 1].cnt)
		return NULL;
	for (found = &list[low - 1]; found > list && found[-1].section == section &&
		found[-1].first == found->first && insn - found[-1].first < found[-1].cnt;)
		found--;
	return found;
}

const struct object_line *object_line_at(
	const struct object *object, uint32_t section, uint32_t insn)
{
	const struct object_function *function = object_function_at(object, section, insn);
	const struct object_line *list = object->lines;
	size_t low = 0, high = object->line_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list[middle].section < section ||
			(list[middle].section == section && list[middle].insn <= insn))
			low = middle + 1;
		else
			high = middle;
	}
	const struct object_line *best =
		low && list[low - 1].section == section ? &list[low - 1] : NULL;
	return best && function && best->insn < function->first ? NULL : best;
}

bool object_is_gpl(const struct object *object)
{
	static const char *const compatible[] = {"GPL", "GPL v2", "GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

	for (size_t i = 0; i < ARRAY_SIZE(compatible); i++) {
		if (!strcmp(object->license, compatible[i]))
			return true;
	}
	return false;
}
