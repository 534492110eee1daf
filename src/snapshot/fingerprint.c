/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/buf.h"
#include "util/sort.h"

#define KERNEL_ITSELF "vmlinux"

/* One answer: its fields, each with a NUL behind it. The first field says how many there are. */
struct answer {
	size_t start, len_bytes;
	const char *data; /* known when all are there: the text moves while it grows */
	bool of_module;
};

struct answers {
	const struct snapshot *snapshot;
	struct pool pool;
	struct buf text;
	struct answer *list;
	size_t cnt, cap;
	size_t *contexts; /* [context_cnt] of the snapshot, by name */
	bool failed;
};

/* "" and no text at all are not the same. */
static void put(struct answers *answers, const char *field)
{
	buf_putc(&answers->text, field ? '=' : '-');
	buf_puts(&answers->text, field ? field : "");
	buf_putc(&answers->text, '\0');
}

static void put_number(struct answers *answers, unsigned long long number)
{
	buf_printf(&answers->text, "%llu", number);
	buf_putc(&answers->text, '\0');
}

static void begin(struct answers *answers, const char *kind)
{
	struct answer *list = pool_grow(
		&answers->pool, answers->list, answers->cnt, &answers->cap, sizeof(*list));

	answers->failed |= !list;
	if (!list)
		return;
	answers->list = list;
	list[answers->cnt++] = (struct answer) {.start = answers->text.len};
	put(answers, kind);
}

static void mark_module(struct answers *answers)
{
	if (answers->cnt)
		answers->list[answers->cnt - 1].of_module = true;
}

static void put_pair(struct answers *answers, const char *kind, const char *name, const char *value)
{
	begin(answers, kind);
	put(answers, name);
	put(answers, value);
}

static void put_environment(struct answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;
	const struct kernel_environment *environment = &snapshot->environment;

	put_pair(answers, "source", snapshot->source_kind, snapshot->kernel.machine);
	for (size_t i = 0; i < snapshot->fact_cnt; i++)
		put_pair(answers, "fact", snapshot->facts[i], NULL);
	put_pair(answers, "setting", "lockdown", environment->lockdown);
	put_pair(answers, "setting", "jit", environment->jit);
	put_pair(answers, "setting", "unprivileged_bpf_disabled",
		environment->unprivileged_bpf_disabled);
	put_pair(answers, "setting", "kptr_restrict", environment->kptr_restrict);
	put_pair(answers, "setting", "lsm", environment->lsm ? "" : NULL);
	for (size_t i = 0; i < environment->lsm_cnt; i++)
		put_pair(answers, "lsm", environment->lsm[i], NULL);
	for (size_t i = 0; i < snapshot->config_cnt; i++)
		put_pair(answers, "config", snapshot->config[i].name, snapshot->config[i].value);
}

static void put_contexts(struct answers *answers)
{
	for (size_t i = 0; i < answers->snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &answers->snapshot->contexts[i];
		begin(answers, "context");
		put(answers, context->name);
		put(answers, context->program_type);
		put(answers, context->attach_type);
		put_number(answers, context->sleepable);
		put(answers, support_state_word(context->state));
		put_number(
			answers, context->attach ? (unsigned int)context->attach->possible + 1 : 0);
	}
}

/* A letter for each context, in the order of their names. */
static void put_cells(struct answers *answers, const struct cell *cells)
{
	for (size_t i = 0; i < answers->snapshot->context_cnt; i++)
		buf_putc(&answers->text, cell_state_letter(cells[answers->contexts[i]].state));
	buf_putc(&answers->text, '\0');
}

static void put_calls(struct answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		const struct snapshot_kfunc *kfunc = &snapshot->kfuncs[i];
		put_pair(answers, "kfunc", kfunc->name, kfunc->module);
		put_cells(answers, kfunc->cells);
		if (kfunc->module && strcmp(kfunc->module, KERNEL_ITSELF))
			mark_module(answers);
	}
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		begin(answers, "helper");
		put(answers, snapshot->helpers[i].name);
		put_cells(answers, snapshot->helpers[i].cells);
	}
}

static void put_features(struct answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;
	const struct {
		const char *kind;
		const struct snapshot_features *features;
	} lists[] = {
		{"prog", &snapshot->program_types},
		{"map", &snapshot->map_types},
		{"attach", &snapshot->attach_types},
		{"link", &snapshot->link_types},
		{"feature", &snapshot->features},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (size_t k = 0; k < lists[i].features->cnt; k++)
			put_pair(answers, lists[i].kind, lists[i].features->list[k].name,
				support_state_word(lists[i].features->list[k].state));
	}
	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		put_pair(answers, "program", snapshot->programs[i].name,
			snapshot->programs[i].context);
		put(answers, cell_state_word(snapshot->programs[i].state));
	}
}

/* Without modules, what is only in one of them is as if nobody had asked, and so is what is in
 * none. */
static bool is_of_kernel(const struct snapshot_function *function)
{
	bool found = !function->symbol_cnt;

	for (size_t i = 0; i < function->symbol_cnt; i++)
		found |= !strcmp(function->symbols[i].module, KERNEL_ITSELF);
	return found && !strcmp(function->state, "present");
}

static void put_attachment(struct answers *answers, const struct snapshot_function *function)
{
	for (int i = 0; i < FUNCTION_ATTACH_CNT; i++) {
		put_number(answers,
			function->attached ? (unsigned int)function->attached[i].possible + 1 : 0);
		put_number(answers,
			function->facts ? (unsigned int)function_attachability(function->facts,
						  answers->snapshot->function_sources,
						  function->prototype_cnt, (enum function_attach)i)
						  .possible +
					1
					: 0);
	}
}

static void put_functions(struct answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		const struct snapshot_function *function = &snapshot->functions[i];
		put_pair(answers, "function", function->name, function->state);
		put_number(answers, function->collision);
		put_number(answers, (unsigned int)function->traceable);
		put_number(answers, (unsigned int)function->kprobe_blacklisted);
		put(answers, cell_state_word(function->fentry.state));
		put_attachment(answers, function);
		if (!is_of_kernel(function))
			mark_module(answers);
	}
	for (size_t i = 0; i < snapshot->function_glob_cnt; i++)
		put_pair(answers, "glob", snapshot->function_globs[i].glob,
			snapshot->function_globs[i].state);
}

static bool has_context(const struct snapshot_layout *layout, size_t context)
{
	size_t at = 0;

	while (at < layout->context_cnt && layout->contexts[at] != context)
		at++;
	return at < layout->context_cnt;
}

static void put_layout(
	struct answers *answers, const struct snapshot_layout *layout, size_t context)
{
	for (size_t i = 0; i < layout->field_cnt; i++) {
		const struct snapshot_layout_field *field = &layout->fields[i];
		put_pair(answers, "field", answers->snapshot->contexts[context].name, layout->type);
		put(answers, field->name);
		put_number(answers, field->offset_bytes);
		put_number(answers, field->size_bytes);
		put_number(answers, field->read);
		put_number(answers, field->write);
		put_number(answers, field->unknown_read);
		put_number(answers, field->unknown_write);
	}
}

static void put_layouts(struct answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->layout_cnt; i++) {
		for (size_t k = 0; k < snapshot->context_cnt; k++) {
			if (has_context(&snapshot->layouts[i], k))
				put_layout(answers, &snapshot->layouts[i], k);
		}
	}
}

static int compare_named(const void *a, const void *b, void *contexts)
{
	const struct snapshot_context *list = contexts;

	return strcmp(list[*(const size_t *)a].name, list[*(const size_t *)b].name);
}

static bool order_contexts(struct answers *answers)
{
	size_t cnt = answers->snapshot->context_cnt;

	answers->contexts = pool_calloc(&answers->pool, cnt + 1, sizeof(*answers->contexts));
	if (!answers->contexts)
		return false;
	for (size_t i = 0; i < cnt; i++)
		answers->contexts[i] = i;
	qsort_r(answers->contexts, cnt, sizeof(*answers->contexts), compare_named,
		answers->snapshot->contexts);
	return true;
}

static int compare_answers(const void *a, const void *b)
{
	const struct answer *left = a, *right = b;
	size_t len = left->len_bytes < right->len_bytes ? left->len_bytes : right->len_bytes;
	int order = memcmp(left->data, right->data, len);

	return order ? order : order_numbers(left->len_bytes, right->len_bytes);
}

static bool sort_answers(struct answers *answers)
{
	if (answers->failed || answers->text.failed)
		return false;
	for (size_t i = 0; i < answers->cnt; i++) {
		struct answer *answer = &answers->list[i];
		size_t end = i + 1 < answers->cnt ? answer[1].start : answers->text.len;
		answer->data = answers->text.data + answer->start;
		answer->len_bytes = end - answer->start;
	}
	if (answers->cnt)
		qsort(answers->list, answers->cnt, sizeof(*answers->list), compare_answers);
	return true;
}

static bool digest(const struct answers *answers, bool with_modules, char ret[DIGEST_TEXT_BYTES])
{
	_cleanup_buf_ struct buf sorted = {0};

	for (size_t i = 0; i < answers->cnt; i++) {
		if (with_modules || !answers->list[i].of_module)
			buf_add(&sorted, answers->list[i].data, answers->list[i].len_bytes);
	}
	if (!sorted.failed)
		digest_bytes(buf_text(&sorted), sorted.len, ret);
	return !sorted.failed;
}

bool snapshot_fingerprint(const struct snapshot *snapshot, struct fingerprint *ret)
{
	struct answers answers = {.snapshot = snapshot};
	bool ok = order_contexts(&answers);

	if (ok) {
		put_environment(&answers);
		put_contexts(&answers);
		put_calls(&answers);
		put_features(&answers);
		put_functions(&answers);
		put_layouts(&answers);
		ok = sort_answers(&answers) && digest(&answers, true, ret->all) &&
			digest(&answers, false, ret->core);
	}
	buf_deinit(&answers.text);
	pool_destroy(&answers.pool);
	return ok;
}
