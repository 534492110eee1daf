/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The variables of data sections, from the symbols: a compiler leaves their offsets out of BTF, and
 * only a linker or libbpf fills them in (libbpf.c, btf_fixup_datasec()).
 */
#include "object/elf/parts.h"

#include <stdlib.h>

static int compare_variables(const void *a, const void *b)
{
	const struct object_variable *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->start != y->start ? (x->start < y->start ? -1 : 1) : 0;
}

static bool is_variable(const struct object *object, const struct object_symbol *symbol)
{
	if (symbol->type != STT_OBJECT || !symbol->section ||
		symbol->section >= object->section_cnt)
		return false;
	const struct object_section *section = &object->sections[symbol->section];
	return !section->insns && symbol->value <= section->size_bytes &&
		symbol->size <= section->size_bytes - symbol->value &&
		symbol->value + symbol->size <= UINT32_MAX;
}

struct error *object_read_variables(struct object *object, const struct object_symbols *symbols)
{
	object->variables = pool_calloc(&object->pool, symbols->cnt, sizeof(*object->variables));
	if (!object->variables)
		return error_no_memory();
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct object_symbol *symbol = &symbols->list[i];
		if (is_variable(object, symbol))
			object->variables[object->variable_cnt++] = (struct object_variable) {
				.name = symbol->name,
				.section = symbol->section,
				.start = (uint32_t)symbol->value,
				.size_bytes = (uint32_t)symbol->size,
			};
	}
	if (object->variable_cnt)
		qsort(object->variables, object->variable_cnt, sizeof(*object->variables),
			compare_variables);
	return NULL;
}

const struct object_variable *object_variable_at(
	const struct object *object, uint32_t section, uint64_t offset)
{
	size_t low = 0, high = object->variable_cnt;

	/* The last variable that does not begin behind the place. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct object_variable *at = &object->variables[middle];
		if (at->section < section || (at->section == section && at->start <= offset))
			low = middle + 1;
		else
			high = middle;
	}
	const struct object_variable *found = low ? &object->variables[low - 1] : NULL;
	return found && found->section == section && offset - found->start < found->size_bytes
		? found
		: NULL;
}

const struct object_variable *object_find_variable(
	const struct object *object, const char *section, const char *name)
{
	for (size_t i = 0; i < object->variable_cnt; i++) {
		const struct object_variable *at = &object->variables[i];
		if (!strcmp(at->name, name) &&
			!strncmp(object->sections[at->section].name, section, strlen(section)))
			return at;
	}
	return NULL;
}
