/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/layout.h"
#include "btf/btf.h"
#include "probe/insn.h"
#include "probe/verdict.h"
#include "snapshot/snapshot.h"
#include "util/array.h"
#include "util/buf.h"

#include <string.h>

#define PAIRS_STRUCT "bpf_ctx_convert"

struct finder {
	struct controls *controls;
	const struct kbtf *btf;
	struct snapshot *snapshot;
	size_t cap;
};

/* The instruction's size code for an access of `size` bytes. */
static uint8_t size_code(unsigned int size)
{
	return size == 1 ? BPF_B : size == 2 ? BPF_H : size == 4 ? BPF_W : BPF_DW;
}

/* The id of the struct that programs of the type receive; 0: none. */
static uint32_t struct_of(const struct finder *finder, const struct probe_context *context)
{
	uint32_t pairs = kbtf_find(finder->btf, PAIRS_STRUCT, BTF_KIND_STRUCT), id;
	_cleanup_buf_ struct buf name = {0};
	const char *word = prog_type_word(context->row->prog_type);

	buf_puts(&name, "BPF_PROG_TYPE_");
	buf_puts_upper(&name, word ? word : "");
	buf_puts(&name, "_prog");
	if (!pairs || name.failed || !kbtf_find_member(finder->btf, pairs, buf_text(&name), &id, NULL))
		return 0;
	id = kbtf_skip_modifiers(finder->btf, id);
	const struct btf_type *type = kbtf_type(finder->btf, id);
	return type && kbtf_kind(type) == BTF_KIND_STRUCT ? id : 0;
}

static int try_access(struct loader *loader, const struct probe_context *context,
	const struct kbtf_field *field, unsigned int size, bool write)
{
	int16_t offset = (int16_t)field->offset_bytes;
	const struct bpf_insn insns[] = {
		INSN_MOV(BPF_REG_2, 0),
		INSN_LOAD(size_code(size), BPF_REG_2, BPF_REG_1, offset),
		INSN_MOV(BPF_REG_0, context->place.ret),
		INSN_EXIT,
	};
	const struct bpf_insn store = INSN_STORE_REG(size_code(size), BPF_REG_1, BPF_REG_2, offset);
	struct bpf_insn program[ARRAY_SIZE(insns)];

	memcpy(program, insns, sizeof(insns));
	if (write)
		program[1] = store;
	return loader_try(loader, &context->place, program, ARRAY_SIZE(insns));
}

static struct error *keep_why(struct finder *finder, int errnum, const struct verdict *verdict,
	struct snapshot_layout_field *field)
{
	struct pool *pool = &finder->snapshot->pool;
	struct evidence *why = pool_alloc(pool, sizeof(*why));

	if (!why)
		return error_no_memory();
	*why = (struct evidence) {
		.errnum = errnum,
		.line = verdict->line ? pool_strndup(pool, verdict->line, verdict->line_len)
				      : verdict_resource_reason(errnum),
		.rule = verdict->rule,
	};
	field->why = why;
	return NULL;
}

static struct error *layout_ask(struct finder *finder, const struct probe_context *context,
	const struct kbtf_field *wanted, unsigned int size, bool write,
	struct snapshot_layout_field *field)
{
	int errnum = try_access(&finder->controls->loader, context, wanted, size, write);
	struct verdict verdict = verdict_read(ACCESS_CONTEXT, errnum, finder->controls->loader.log);

	if (verdict.state == CELL_LOADABLE) {
		*(write ? &field->write : &field->read) |= size;
		return NULL;
	}
	if (verdict.state == CELL_REFUSED)
		return NULL;
	*(write ? &field->unknown_write : &field->unknown_read) |= size;
	return field->why ? NULL : keep_why(finder, errnum, &verdict, field);
}

static struct error *ask_field(struct finder *finder, const struct probe_context *context,
	const struct kbtf_field *wanted, struct snapshot_layout_field *field)
{
	struct error *error = kit_interrupted(finder->controls->kit);

	*field = (struct snapshot_layout_field) {
		.name = wanted->name,
		.type = wanted->type,
		.offset_bytes = wanted->offset_bytes,
		.size_bytes = wanted->size_bytes,
	};
	for (unsigned int size = 1; size <= LAYOUT_SIZE_MAX && !error; size *= 2) {
		error = layout_ask(finder, context, wanted, size, false, field);
		if (!error)
			error = layout_ask(finder, context, wanted, size, true, field);
	}
	return error;
}

static bool same_field(
	const struct snapshot_layout_field *a, const struct snapshot_layout_field *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->type, b->type) &&
		a->offset_bytes == b->offset_bytes && a->size_bytes == b->size_bytes &&
		a->read == b->read && a->write == b->write && a->unknown_read == b->unknown_read &&
		a->unknown_write == b->unknown_write && evidence_same(a->why, b->why);
}

static bool same_layout(const struct snapshot_layout *a, const struct snapshot_layout *b)
{
	bool same = !strcmp(a->type, b->type) && a->field_cnt == b->field_cnt;

	for (size_t i = 0; same && i < a->field_cnt; i++)
		same = same_field(&a->fields[i], &b->fields[i]);
	return same;
}

/* Contexts with the same answers share a layout. */
static struct error *layout_add_layout(
	struct finder *finder, const struct snapshot_layout *found, size_t context)
{
	struct snapshot *snapshot = finder->snapshot;
	size_t at = 0;

	while (at < snapshot->layout_cnt && !same_layout(&snapshot->layouts[at], found))
		at++;
	if (at == snapshot->layout_cnt) {
		struct snapshot_layout *list = pool_grow(&snapshot->pool, snapshot->layouts,
			snapshot->layout_cnt, &finder->cap, sizeof(*list));
		if (!list)
			return error_no_memory();
		list[at] = *found;
		list[at].contexts =
			pool_calloc(&snapshot->pool, snapshot->context_cnt, sizeof(*list->contexts));
		if (!list[at].contexts)
			return error_no_memory();
		snapshot->layouts = list;
		snapshot->layout_cnt++;
	}
	struct snapshot_layout *layout = &snapshot->layouts[at];
	layout->contexts[layout->context_cnt++] = context;
	return NULL;
}

static struct error *find_layout(
	struct finder *finder, const struct probe_context *context, size_t at)
{
	struct pool *pool = &finder->snapshot->pool;
	uint32_t id = struct_of(finder, context);
	struct snapshot_layout layout = {.type = kbtf_name(finder->btf, kbtf_type(finder->btf, id))};
	struct kbtf_field *fields;
	struct error *error =
		id ? kbtf_fields(finder->btf, id, pool, &fields, &layout.field_cnt) : NULL;

	if (error || !layout.field_cnt)
		return error;
	layout.fields = pool_calloc(pool, layout.field_cnt, sizeof(*layout.fields));
	if (!layout.fields)
		return error_no_memory();
	for (size_t i = 0; i < layout.field_cnt && !error; i++)
		error = ask_field(finder, context, &fields[i], &layout.fields[i]);
	return error ? error : layout_add_layout(finder, &layout, at);
}

struct error *layouts_find(struct controls *controls, const struct probe_contexts *contexts,
	struct snapshot *snapshot)
{
	struct finder finder = {
		.controls = controls, .btf = controls->kit->kernel->btf, .snapshot = snapshot};
	struct error *error = NULL;

	snapshot->has_layouts = finder.btf != NULL;
	for (size_t i = 0; finder.btf && i < contexts->cnt && !error; i++) {
		if (contexts->list[i].state == SUPPORT_OK)
			error = find_layout(&finder, &contexts->list[i], i);
	}
	return error;
}
