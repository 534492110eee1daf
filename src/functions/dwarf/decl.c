/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/dwarf/decl.h"

#include <dwarf.h>
#include <stdbool.h>
#include <string.h>

#include "util/cdecl.h"

_Static_assert(
	sizeof(Dwarf_Die) <= sizeof(((struct cdecl_type *)NULL)->at), "a DIE fits into `at`");

static Dwarf_Die die_of(const uint64_t at[4])
{
	Dwarf_Die die;

	memcpy(&die, at, sizeof(die));
	return die;
}

static struct cdecl_type dwarf_decl_type_at(enum cdecl_kind kind, const Dwarf_Die *die)
{
	struct cdecl_type type = {.kind = kind};

	memcpy(type.at, die, sizeof(*die));
	return type;
}

static const char *qualifier(int tag)
{
	switch (tag) {
	case DW_TAG_const_type:
		return "const";
	case DW_TAG_volatile_type:
		return "volatile";
	case DW_TAG_restrict_type:
		return "restrict";
	case DW_TAG_atomic_type:
		return "_Atomic";
	default:
		return NULL;
	}
}

static const char *dwarf_decl_keyword(int tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		return "struct ";
	case DW_TAG_union_type:
		return "union ";
	case DW_TAG_enumeration_type:
		return "enum ";
	case DW_TAG_base_type:
	case DW_TAG_typedef:
	case DW_TAG_unspecified_type:
		return "";
	default:
		return NULL;
	}
}

/* What the attribute DW_AT_type of a DIE names. Void has no DIE: its `at` is zero. */
static struct cdecl_type type_of(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;

	if (!dwarf_attr(die, DW_AT_type, &attribute))
		return (struct cdecl_type) {.kind = CDECL_NAMED};
	if (!dwarf_formref_die(&attribute, &type))
		return (struct cdecl_type) {.kind = CDECL_INVALID};
	int tag = dwarf_tag(&type);
	return dwarf_decl_type_at(tag == DW_TAG_pointer_type       ? CDECL_POINTER
			: tag == DW_TAG_array_type      ? CDECL_ARRAY
			: tag == DW_TAG_subroutine_type ? CDECL_FUNCTION
			: qualifier(tag)                ? CDECL_QUALIFIER
			: dwarf_decl_keyword(tag)                  ? CDECL_NAMED
							: CDECL_INVALID,
		&type);
}

static void put_bounds(Dwarf_Die *array, struct buf *out)
{
	Dwarf_Die child;

	for (int left = dwarf_child(array, &child), cnt = 0; !left && cnt < CDECL_DEPTH_MAX;
		left = dwarf_siblingof(&child, &child), cnt++) {
		Dwarf_Attribute attribute;
		Dwarf_Word number = 0;
		if (dwarf_tag(&child) != DW_TAG_subrange_type)
			continue;
		if (dwarf_attr(&child, DW_AT_count, &attribute))
			dwarf_formudata(&attribute, &number);
		else if (dwarf_attr(&child, DW_AT_upper_bound, &attribute) &&
			!dwarf_formudata(&attribute, &number))
			number++;
		buf_printf(out, "[%llu]", (unsigned long long)number);
	}
}

static void dwarf_decl_put(const void *context, const struct cdecl_type *type, struct buf *out)
{
	Dwarf_Die die = die_of(type->at);

	(void)context;
	if (type->kind == CDECL_INVALID) {
		buf_puts(out, "<invalid type>");
	} else if (type->kind == CDECL_ARRAY) {
		put_bounds(&die, out);
	} else if (type->kind == CDECL_QUALIFIER) {
		buf_puts(out, qualifier(dwarf_tag(&die)));
	} else if (!die.addr) {
		buf_puts(out, "void");
	} else {
		const char *name = cdecl_name(dwarf_diename(&die));
		buf_printf(out, "%s%s", dwarf_decl_keyword(dwarf_tag(&die)), *name ? name : "{ ... }");
	}
}

static struct cdecl_type dwarf_decl_next(const void *context, const struct cdecl_type *type)
{
	Dwarf_Die die = die_of(type->at);

	(void)context;
	return type_of(&die);
}

/* The parameters of a subprogram or subroutine type are its first children. */
static bool dwarf_decl_param(const void *context, const struct cdecl_type *function, struct cdecl_param *ret)
{
	Dwarf_Die die = die_of(ret->index ? ret->at : function->at), child;

	(void)context;
	if (ret->index ? dwarf_siblingof(&die, &child) : dwarf_child(&die, &child))
		return false;
	int tag = dwarf_tag(&child);
	if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters)
		return false;
	memcpy(ret->at, &child, sizeof(child));
	ret->rest = tag == DW_TAG_unspecified_parameters;
	ret->name = cdecl_name(dwarf_diename(&child));
	ret->type = type_of(&child);
	return true;
}

void dwarf_print_function(Dwarf_Die *function, const char *name, struct buf *out)
{
	static const struct cdecl_reader reader = {dwarf_decl_put, dwarf_decl_next, dwarf_decl_param, NULL};

	cdecl_print(&reader, dwarf_decl_type_at(CDECL_FUNCTION, function), cdecl_name(name), out);
}
