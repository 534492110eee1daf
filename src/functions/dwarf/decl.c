/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/dwarf/decl.h"

#include <ctype.h>
#include <dwarf.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 64
/* Nodes of one declaration: hostile types can make a prototype grow without end. */
#define NODE_BUDGET 2000
/* KSYM_NAME_LEN: the kernel takes no longer names, and a long one could be repeated in every node. */
#define NAME_LEN_MAX 511
#define INVALID "<invalid type>"

struct printer {
	struct buf *out;
	int depth, budget;
};

/* A type; void has no DIE. */
struct type {
	Dwarf_Die die;
	bool is_void, broken;
};

static void print(struct printer *printer, struct type type, struct buf *declarator);

/* A name as it can be shown: no control characters, which would reach a terminal. */
static const char *spelled(const char *name)
{
	for (size_t i = 0; name && i <= NAME_LEN_MAX; i++) {
		if (!name[i])
			return name;
		if (iscntrl((unsigned char)name[i]))
			break;
	}
	return name ? "<invalid name>" : "";
}

static struct type type_of(Dwarf_Die *die)
{
	struct type type = {.is_void = true};
	Dwarf_Attribute attribute;

	if (!dwarf_attr(die, DW_AT_type, &attribute))
		return type;
	type.is_void = false;
	type.broken = !dwarf_formref_die(&attribute, &type.die);
	return type;
}

static int tag_of(struct type *type)
{
	return type->is_void || type->broken ? 0 : dwarf_tag(&type->die);
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

/* Takes the qualifiers off into `quals`; what is left. */
static struct type strip_qualifiers(struct type type, struct buf *quals)
{
	const char *word;

	for (int depth = 0; depth < DEPTH_MAX && (word = qualifier(tag_of(&type))); depth++) {
		if (quals && quals->len)
			buf_putc(quals, ' ');
		if (quals)
			buf_puts(quals, word);
		type = type_of(&type.die);
	}
	return type;
}

static const char *keyword(int tag)
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

static void print_base(
	struct printer *printer, struct type *type, const struct buf *declarator, const struct buf *quals)
{
	const char *word = type->is_void ? "" : keyword(tag_of(type));
	struct buf *out = printer->out;

	if (quals->len)
		buf_printf(out, "%s ", buf_text(quals));
	if (!word) {
		buf_puts(out, INVALID);
	} else {
		const char *name = type->is_void ? "void" : spelled(dwarf_diename(&type->die));
		buf_printf(out, "%s%s", word, *name ? name : "{ ... }");
	}
	if (declarator->len)
		buf_printf(out, "%s%s", declarator->data[0] == '[' ? "" : " ", buf_text(declarator));
}

/* The parameters of a subprogram or subroutine type: its first children. */
static void print_params(struct printer *printer, Dwarf_Die *die)
{
	Dwarf_Die child;
	int cnt = 0;

	buf_putc(printer->out, '(');
	for (int left = dwarf_child(die, &child); !left && printer->budget > 0;
		left = dwarf_siblingof(&child, &child)) {
		_cleanup_buf_ struct buf name = {0};
		int tag = dwarf_tag(&child);
		if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters)
			break;
		if (cnt++)
			buf_puts(printer->out, ", ");
		if (tag == DW_TAG_unspecified_parameters) {
			buf_puts(printer->out, "...");
			continue;
		}
		buf_puts(&name, spelled(dwarf_diename(&child)));
		print(printer, type_of(&child), &name);
	}
	buf_puts(printer->out, cnt ? ")" : "void)");
}

/* "*" before what was there; in brackets when an array or a function comes next. */
static void wrap_pointer(struct type next, struct buf *declarator, const struct buf *quals)
{
	_cleanup_buf_ struct buf whole = {0};
	struct type bare = strip_qualifiers(next, NULL);
	int tag = tag_of(&bare);
	bool brackets = tag == DW_TAG_array_type || tag == DW_TAG_subroutine_type;

	buf_printf(&whole, "%s*%s%s%s%s", brackets ? "(" : "", buf_text(quals),
		quals->len && declarator->len ? " " : "", buf_text(declarator), brackets ? ")" : "");
	buf_clear(declarator);
	buf_puts(declarator, buf_text(&whole));
}

static void add_bounds(Dwarf_Die *array, struct buf *declarator)
{
	Dwarf_Die child;

	for (int left = dwarf_child(array, &child), cnt = 0; !left && cnt < DEPTH_MAX;
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
		buf_printf(declarator, "[%llu]", (unsigned long long)number);
	}
}

static void print_function(struct printer *printer, Dwarf_Die *die, struct buf *declarator)
{
	_cleanup_buf_ struct buf params = {0};
	struct buf *out = printer->out;

	printer->out = &params;
	print_params(printer, die);
	printer->out = out;
	buf_puts(declarator, buf_text(&params));
	print(printer, type_of(die), declarator);
}

/* Inside out: `declarator` is what stands around the name so far. */
static void print(struct printer *printer, struct type type, struct buf *declarator)
{
	_cleanup_buf_ struct buf quals = {0};

	type = strip_qualifiers(type, &quals);
	int tag = tag_of(&type);
	if (printer->depth >= DEPTH_MAX || printer->budget-- <= 0) {
		buf_puts(printer->out, INVALID);
		return;
	}
	printer->depth++;
	if (tag == DW_TAG_pointer_type) {
		struct type next = type_of(&type.die);
		wrap_pointer(next, declarator, &quals);
		print(printer, next, declarator);
	} else if (tag == DW_TAG_array_type) {
		add_bounds(&type.die, declarator);
		print(printer, type_of(&type.die), declarator);
	} else if (tag == DW_TAG_subroutine_type) {
		print_function(printer, &type.die, declarator);
	} else {
		print_base(printer, &type, declarator, &quals);
	}
	printer->depth--;
}

void dwarf_print_function(Dwarf_Die *function, const char *name, struct buf *out)
{
	struct printer printer = {.out = out, .budget = NODE_BUDGET};
	_cleanup_buf_ struct buf declarator = {0};

	buf_puts(&declarator, spelled(name));
	print_function(&printer, function, &declarator);
}
