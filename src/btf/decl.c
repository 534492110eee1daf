/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf/decl.h"
#include "util/array.h"

#include <ctype.h>
#include <string.h>

/* Limit of nodes in one declaration: hostile BTF can make a prototype grow without end. */
#define NODE_BUDGET 2000
/* KSYM_NAME_LEN: the kernel accepts no longer name, and every node could repeat a long one. */
#define NAME_LEN_MAX 511

struct printer {
	const struct kbtf *btf;
	struct buf *out;
	int depth, budget;
};

static void print(struct printer *printer, uint32_t id, struct buf *declarator, struct buf *quals);

/* A name without control characters, which would reach a terminal. */
static const char *spelled(const struct printer *printer, uint32_t name_off)
{
	const char *name = kbtf_string(printer->btf, name_off);

	for (size_t i = 0; i <= NAME_LEN_MAX; i++) {
		if (!name[i])
			return name;
		if (iscntrl((unsigned char)name[i]))
			break;
	}
	return "<invalid name>";
}

static bool is_qualifier(const struct btf_type *type)
{
	return type &&
		(kbtf_kind(type) == BTF_KIND_CONST || kbtf_kind(type) == BTF_KIND_VOLATILE ||
			kbtf_kind(type) == BTF_KIND_RESTRICT || kbtf_kind(type) == BTF_KIND_TYPE_TAG);
}

/* The kernel's macro for a tag (include/linux/compiler_types.h), else the attribute itself. */
static void add_type_tag(struct buf *out, const char *tag, bool attribute)
{
	static const struct {
		const char *tag, *macro;
	} macros[] = {
		{"user", "__user"}, {"rcu", "__rcu"}, {"percpu", "__percpu"}, {"kptr", "__kptr"},
		{"kptr_ref", "__kptr_ref"}, {"kptr_untrusted", "__kptr_untrusted"},
		{"percpu_kptr", "__percpu_kptr"}, {"uptr", "__uptr"}, {"arena", "__arena"},
		{"address_space(1)", "__arena"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(macros); i++) {
		if (!strcmp(macros[i].tag, tag)) {
			buf_puts(out, macros[i].macro);
			return;
		}
	}
	buf_printf(out, attribute ? "__attribute__((%s))" : "__attribute__((btf_type_tag(\"%s\")))", tag);
}

static void add_qualifier(struct printer *printer, const struct btf_type *type, struct buf *out)
{
	switch (kbtf_kind(type)) {
	case BTF_KIND_CONST:
		buf_puts(out, "const");
		break;
	case BTF_KIND_VOLATILE:
		buf_puts(out, "volatile");
		break;
	case BTF_KIND_RESTRICT:
		buf_puts(out, "restrict");
		break;
	default:
		add_type_tag(out, spelled(printer, type->name_off), kbtf_kind_flag(type));
	}
}

/* Moves the qualifiers at `id` into `quals` ("const ", in source order). Returns the inner type. */
static uint32_t strip_qualifiers(struct printer *printer, uint32_t id, struct buf *quals, struct buf *tags)
{
	const struct btf_type *type = kbtf_type(printer->btf, id);

	for (int depth = 0; is_qualifier(type) && depth < KBTF_DEPTH_MAX; depth++) {
		struct buf *out = kbtf_kind(type) == BTF_KIND_TYPE_TAG ? tags : quals;
		if (out->len)
			buf_putc(out, ' ');
		add_qualifier(printer, type, out);
		id = type->type;
		type = kbtf_type(printer->btf, id);
	}
	return id;
}

static void print_base(struct printer *printer, uint32_t id, const struct buf *declarator,
	const struct buf *quals, const struct buf *tags)
{
	const struct btf_type *type = kbtf_type(printer->btf, id);
	const char *name = type ? spelled(printer, type->name_off) : "", *keyword = "";
	struct buf *out = printer->out;

	if (quals->len)
		buf_printf(out, "%s ", buf_text(quals));
	switch (type ? kbtf_kind(type) : BTF_KIND_UNKN) {
	case BTF_KIND_STRUCT:
		keyword = "struct ";
		break;
	case BTF_KIND_UNION:
		keyword = "union ";
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		keyword = "enum ";
		break;
	case BTF_KIND_FWD:
		keyword = kbtf_kind_flag(type) ? "union " : "struct ";
		break;
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPEDEF:
		break;
	default:
		name = id ? NULL : "void";
	}
	if (name)
		buf_printf(out, "%s%s", keyword, *name ? name : "{ ... }");
	else
		buf_printf(out, "<invalid type %u>", id);
	if (tags->len)
		buf_printf(out, " %s", buf_text(tags));
	if (declarator->len)
		buf_printf(out, "%s%s", declarator->data[0] == '[' ? "" : " ", buf_text(declarator));
}

static void print_params(struct printer *printer, const struct btf_type *proto)
{
	const struct btf_param *params = kbtf_tail(proto);
	uint32_t cnt = kbtf_vlen(proto);

	buf_putc(printer->out, '(');
	if (!cnt)
		buf_puts(printer->out, "void");
	for (uint32_t i = 0; i < cnt && printer->budget > 0; i++) {
		_cleanup_buf_ struct buf name = {0}, quals = {0};

		if (i)
			buf_puts(printer->out, ", ");
		if (!params[i].type && !*kbtf_string(printer->btf, params[i].name_off)) {
			buf_puts(printer->out, "...");
			continue;
		}
		buf_puts(&name, spelled(printer, params[i].name_off));
		print(printer, params[i].type, &name, &quals);
	}
	buf_putc(printer->out, ')');
}

/* Puts "*" before the declarator, and brackets around both if an array or a function follows. */
static void wrap_pointer(struct printer *printer, uint32_t pointee, struct buf *declarator,
	const struct buf *quals, const struct buf *tags)
{
	_cleanup_buf_ struct buf whole = {0}, ignored = {0};
	const struct btf_type *next = kbtf_type(printer->btf,
		strip_qualifiers(printer, pointee, &ignored, &ignored));
	bool brackets = next &&
		(kbtf_kind(next) == BTF_KIND_ARRAY || kbtf_kind(next) == BTF_KIND_FUNC_PROTO);

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

static void print_proto(struct printer *printer, const struct btf_type *proto, struct buf *declarator)
{
	_cleanup_buf_ struct buf params = {0}, quals = {0};
	struct buf *out = printer->out;

	printer->out = &params;
	print_params(printer, proto);
	printer->out = out;
	buf_puts(declarator, buf_text(&params));
	print(printer, proto->type, declarator, &quals);
}

/* Works from the inside out: `declarator` is the text around the name so far. */
static void print(struct printer *printer, uint32_t id, struct buf *declarator, struct buf *quals)
{
	_cleanup_buf_ struct buf tags = {0};

	id = strip_qualifiers(printer, id, quals, &tags);
	const struct btf_type *type = kbtf_type(printer->btf, id);
	unsigned int kind = type ? kbtf_kind(type) : BTF_KIND_UNKN;

	if (printer->depth >= KBTF_DEPTH_MAX || printer->budget-- <= 0) {
		buf_printf(printer->out, "<invalid type %u>", id);
		return;
	}
	printer->depth++;
	if (kind == BTF_KIND_PTR) {
		_cleanup_buf_ struct buf pointee_quals = {0};
		wrap_pointer(printer, type->type, declarator, quals, &tags);
		print(printer, type->type, declarator, &pointee_quals);
	} else if (kind == BTF_KIND_ARRAY) {
		const struct btf_array *array = kbtf_tail(type);
		buf_printf(declarator, "[%u]", array->nelems);
		print(printer, array->type, declarator, quals);
	} else if (kind == BTF_KIND_FUNC_PROTO) {
		print_proto(printer, type, declarator);
	} else {
		print_base(printer, id, declarator, quals, &tags);
	}
	printer->depth--;
}

void kbtf_print_decl(const struct kbtf *btf, uint32_t type_id, const char *name, struct buf *out)
{
	struct printer printer = {.btf = btf, .out = out, .budget = NODE_BUDGET};
	_cleanup_buf_ struct buf declarator = {0}, quals = {0};

	buf_puts(&declarator, name);
	print(&printer, type_id, &declarator, &quals);
}

void kbtf_print_func(const struct kbtf *btf, uint32_t func_id, struct buf *out)
{
	const struct btf_type *func = kbtf_type(btf, func_id);

	if (!func || kbtf_kind(func) != BTF_KIND_FUNC) {
		buf_printf(out, "<invalid type %u>", func_id);
		return;
	}
	const struct btf_type *proto = kbtf_type(btf, func->type);
	if (!proto || kbtf_kind(proto) != BTF_KIND_FUNC_PROTO) {
		buf_printf(out, "<invalid type %u>", func->type);
		return;
	}
	const struct printer printer = {.btf = btf};
	kbtf_print_decl(btf, func->type, spelled(&printer, func->name_off), out);
}
