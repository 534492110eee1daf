/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/cdecl.h"

#include <ctype.h>

/* Limit of nodes in one declaration: hostile types can make a prototype grow without end. */
#define NODE_BUDGET 2000
/* KSYM_NAME_LEN: the kernel accepts no longer name, and every node could repeat a long one. */
#define NAME_LEN_MAX 511

struct printer {
	const struct cdecl_reader *reader;
	struct buf *out;
	int depth, budget;
};

static void util_cdecl_print(
	struct printer *printer, struct cdecl_type type, struct buf *declarator, struct buf *quals);

/* A name without control characters, which would reach a terminal. */
const char *cdecl_name(const char *name)
{
	for (size_t i = 0; name && i <= NAME_LEN_MAX; i++) {
		if (!name[i])
			return name;
		if (iscntrl((unsigned char)name[i]))
			break;
	}
	return name ? "<invalid name>" : "";
}

static void cdecl_put(struct printer *printer, const struct cdecl_type *type, struct buf *out)
{
	printer->reader->put(printer->reader->context, type, out);
}

static struct cdecl_type cdecl_next(struct printer *printer, const struct cdecl_type *type)
{
	return printer->reader->next(printer->reader->context, type);
}

static bool is_stripped(const struct cdecl_type *type)
{
	return type->kind == CDECL_QUALIFIER || type->kind == CDECL_TAG;
}

/* Moves the qualifiers into `quals` and `tags`, in source order. Returns the inner type. */
static struct cdecl_type strip_qualifiers(
	struct printer *printer, struct cdecl_type type, struct buf *quals, struct buf *tags)
{
	for (int depth = 0; is_stripped(&type) && depth < CDECL_DEPTH_MAX; depth++) {
		struct buf *out = type.kind == CDECL_TAG ? tags : quals;
		if (out->len)
			buf_putc(out, ' ');
		cdecl_put(printer, &type, out);
		type = cdecl_next(printer, &type);
	}
	if (is_stripped(&type))
		type.kind = CDECL_INVALID;
	return type;
}

static void print_named(struct printer *printer, const struct cdecl_type *type,
	const struct buf *declarator, const struct buf *quals, const struct buf *tags)
{
	struct buf *out = printer->out;

	if (quals->len)
		buf_printf(out, "%s ", buf_text(quals));
	cdecl_put(printer, type, out);
	if (tags->len)
		buf_printf(out, " %s", buf_text(tags));
	if (declarator->len)
		buf_printf(
			out, "%s%s", declarator->data[0] == '[' ? "" : " ", buf_text(declarator));
}

static void print_params(struct printer *printer, const struct cdecl_type *function)
{
	const struct cdecl_reader *reader = printer->reader;
	struct cdecl_param param = {0};

	buf_putc(printer->out, '(');
	for (; printer->budget > 0 && reader->param(reader->context, function, &param);
		param.index++) {
		_cleanup_buf_ struct buf name = {0}, quals = {0};

		if (param.index)
			buf_puts(printer->out, ", ");
		if (param.rest) {
			buf_puts(printer->out, "...");
			continue;
		}
		buf_puts(&name, param.name);
		util_cdecl_print(printer, param.type, &name, &quals);
	}
	buf_puts(printer->out, param.index || printer->budget <= 0 ? ")" : "void)");
}

/* Puts "*" before the declarator, and brackets around both if an array or a function follows. */
static void wrap_pointer(struct printer *printer, struct cdecl_type pointee, struct buf *declarator,
	const struct buf *quals, const struct buf *tags)
{
	_cleanup_buf_ struct buf whole = {0}, ignored = {0};
	struct cdecl_type bare = strip_qualifiers(printer, pointee, &ignored, &ignored);
	bool brackets = bare.kind == CDECL_ARRAY || bare.kind == CDECL_FUNCTION;

	buf_printf(&whole, "%s*%s", brackets ? "(" : "", buf_text(quals));
	if (quals->len && tags->len)
		buf_putc(&whole, ' ');
	buf_puts(&whole, buf_text(tags));
	if ((quals->len || tags->len) && declarator->len)
		buf_putc(&whole, ' ');
	buf_printf(&whole, "%s%s", buf_text(declarator), brackets ? ")" : "");
	buf_clear(declarator);
	buf_puts(declarator, buf_text(&whole));
}

static void print_function(
	struct printer *printer, const struct cdecl_type *function, struct buf *declarator)
{
	_cleanup_buf_ struct buf params = {0}, quals = {0};
	struct buf *out = printer->out;

	printer->out = &params;
	print_params(printer, function);
	printer->out = out;
	buf_puts(declarator, buf_text(&params));
	util_cdecl_print(printer, cdecl_next(printer, function), declarator, &quals);
}

/* Works from the inside out: `declarator` is the text around the name so far. */
static void util_cdecl_print(
	struct printer *printer, struct cdecl_type type, struct buf *declarator, struct buf *quals)
{
	_cleanup_buf_ struct buf tags = {0};

	type = strip_qualifiers(printer, type, quals, &tags);
	if (printer->depth >= CDECL_DEPTH_MAX || printer->budget-- <= 0) {
		type.kind = CDECL_INVALID;
		cdecl_put(printer, &type, printer->out);
		return;
	}
	printer->depth++;
	if (type.kind == CDECL_POINTER) {
		_cleanup_buf_ struct buf pointee_quals = {0};
		struct cdecl_type pointee = cdecl_next(printer, &type);
		wrap_pointer(printer, pointee, declarator, quals, &tags);
		util_cdecl_print(printer, pointee, declarator, &pointee_quals);
	} else if (type.kind == CDECL_ARRAY) {
		cdecl_put(printer, &type, declarator);
		util_cdecl_print(printer, cdecl_next(printer, &type), declarator, quals);
	} else if (type.kind == CDECL_FUNCTION) {
		print_function(printer, &type, declarator);
	} else {
		print_named(printer, &type, declarator, quals, &tags);
	}
	printer->depth--;
}

void cdecl_print(const struct cdecl_reader *reader, struct cdecl_type type, const char *name,
	struct buf *out)
{
	struct printer printer = {.reader = reader, .out = out, .budget = NODE_BUDGET};
	_cleanup_buf_ struct buf declarator = {0}, quals = {0};

	buf_puts(&declarator, name);
	util_cdecl_print(&printer, type, &declarator, &quals);
}
