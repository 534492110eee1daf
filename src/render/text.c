/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/names.h"
#include "render/render.h"
#include "render/details.h"
#include "render/layout.h"
#include "render/matrix.h"
#include "render/tone.h"
#include "util/array.h"
#include "util/wrap.h"

#include <string.h>

#define LABEL_WIDTH 16

struct page {
	const struct snapshot *snapshot;
	const struct render_text_options *options;
	struct buf *out;
};

static void put_state(struct page *page, enum support_state state)
{
	buf_puts(page->out, "  ");
	put_support_word(page->out, state, LABEL_WIDTH - 2, page->options->colour);
}

static void text_line(struct page *page, const char *label, const char *text)
{
	buf_printf(page->out, "%-*s", LABEL_WIDTH, label);
	wrap_escaped(page->out, text ? text : "unknown", LABEL_WIDTH, LABEL_WIDTH, page->options->width);
	buf_putc(page->out, '\n');
}

static void text_joined(struct page *page, const char *label, const char *const *list, size_t cnt)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < cnt; i++)
		buf_printf(&text, "%s%s", i ? " " : "", list[i]);
	text_line(page, label, cnt ? buf_text(&text) : "none");
}

/* Facts of a running system. They are omitted for an image, but not for a captured system. */
static void line_if(struct page *page, const char *label, const char *text)
{
	if (text || !snapshot_is_scanned(page->snapshot))
		text_line(page, label, text);
}

static const char *unprivileged(const char *disabled)
{
	if (!disabled)
		return NULL;
	return strcmp(disabled, "0") ? "bpf(2) is for the privileged" : "bpf(2) is for everyone";
}

static void text_environment(struct page *page)
{
	const struct kernel_environment *environment = &page->snapshot->environment;
	bool scanned = snapshot_is_scanned(page->snapshot);

	text_line(page, "configuration",
		environment->config_source ? environment->config_source
			: scanned          ? "not given"
					   : "not readable");
	line_if(page, "lockdown", environment->lockdown);
	if (environment->lsm)
		text_joined(page, "LSM", environment->lsm, environment->lsm_cnt);
	else
		line_if(page, "LSM", NULL);
	line_if(page, "JIT", environment->jit);
	line_if(page, "unprivileged", unprivileged(environment->unprivileged_bpf_disabled));
	if (!environment->capabilities && !scanned)
		line_if(page, "capabilities", NULL);
	else if (environment->capability_cnt || !scanned)
		text_joined(page, "capabilities", environment->capabilities, environment->capability_cnt);
	if (environment->container || !scanned)
		text_line(page, "container",
			environment->container ? environment->container : "no sign of one");
}

static void scanned_source(struct page *page)
{
	const struct snapshot *snapshot = page->snapshot;
	const struct snapshot_feature *calls =
		snapshot_find_feature(&snapshot->features, FEATURE_KFUNC_CALLS);

	text_line(page, "source",
		"files of it, not the running kernel: every state below is predicted");
	text_joined(page, "read whole", snapshot->facts, snapshot->fact_cnt);
	if (calls && calls->state == SUPPORT_UNSUPPORTED)
		text_line(page, "kfunc calls", calls->reason);
}

/* The name for people, then those of uname -m and of the kernel's arch/, if they are others. */
static void put_architecture(const struct kernel_identity *kernel, struct buf *text)
{
	const char *machine = kernel->machine ? kernel->machine : kernel->arch;
	const char *name = machine ? kernel_arch_name(machine) : "unknown";
	const char *others[] = {machine, kernel->arch};
	const char *separator = " (";

	buf_puts(text, name);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!others[i] || !strcmp(others[i], name) || (i && !strcmp(others[i], machine)))
			continue;
		buf_printf(text, "%s%s", separator, others[i]);
		separator = ", ";
	}
	buf_puts(text, *separator == ',' ? ")" : "");
}

static void identity(struct page *page)
{
	const struct kernel_identity *kernel = &page->snapshot->kernel;
	_cleanup_buf_ struct buf text = {0};

	text_line(page, "kernel", kernel->release);
	text_line(page, "version", kernel->version);
	put_architecture(kernel, &text);
	text_line(page, "architecture", buf_text(&text));
	buf_clear(&text);
	buf_printf(&text, "%s%s%s", kernel->distribution ? kernel->distribution : "unknown",
		kernel->flavor ? ", flavor " : "", kernel->flavor ? kernel->flavor : "");
	text_line(page, "distribution", buf_text(&text));
	text_line(page, "BTF sha256", kernel->btf_sha256 ? kernel->btf_sha256 : "none");
}

static void text_limits(struct page *page)
{
	const struct kernel_environment *environment = &page->snapshot->environment;

	if (environment->limit_cnt)
		buf_puts(page->out, "\nWhat limits this answer:\n");
	for (size_t i = 0; i < environment->limit_cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		const struct kernel_limit *limit = &environment->limits[i];
		buf_printf(&text, "- %s%s%s", limit->what, limit->remedy ? "; remedy: " : "",
			limit->remedy ? limit->remedy : "");
		wrap_escaped(page->out, buf_text(&text), 0, 2, page->options->width);
		buf_putc(page->out, '\n');
	}
}

/* "  blocked      fentry fexit: REASON", one line a state and reason. */
static void contexts_of(struct page *page, const struct snapshot_context *like)
{
	const struct snapshot *snapshot = page->snapshot;
	_cleanup_buf_ struct buf text = {0};

	for (const struct snapshot_context *context = like;
		context < snapshot->contexts + snapshot->context_cnt; context++) {
		if (context->state == like->state && context->reason && like->reason &&
			!strcmp(context->reason, like->reason))
			buf_printf(&text, "%s%s", text.len ? " " : "", context->name);
	}
	buf_printf(&text, ": %s", like->reason);
	put_state(page, like->state);
	wrap_escaped(page->out, buf_text(&text), LABEL_WIDTH, LABEL_WIDTH, page->options->width);
	buf_putc(page->out, '\n');
}

static bool said_before(const struct snapshot *snapshot, size_t index)
{
	const struct snapshot_context *context = &snapshot->contexts[index];

	for (size_t i = 0; i < index; i++) {
		const struct snapshot_context *other = &snapshot->contexts[i];
		if (other->state == context->state && other->reason &&
			!strcmp(other->reason, context->reason))
			return true;
	}
	return false;
}

/* What the words of a list mean, right where it begins. */
static void support_key(struct page *page, const size_t cnt[SUPPORT_STATE_CNT])
{
	for (int i = 0; i < SUPPORT_STATE_CNT; i++) {
		_cleanup_buf_ struct buf text = {0};
		if (!cnt[i])
			continue;
		buf_printf(&text, "%s: %s", support_state_word(i), support_state_meaning(i));
		buf_puts(page->out, "- ");
		wrap_escaped(page->out, buf_text(&text), 2, 2, page->options->width);
		buf_putc(page->out, '\n');
	}
}

static void text_contexts(struct page *page)
{
	const struct snapshot *snapshot = page->snapshot;
	size_t cnt[SUPPORT_STATE_CNT] = {0};

	if (!snapshot->context_cnt)
		return;
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		cnt[snapshot->contexts[i].state]++;
	buf_printf(page->out,
		"\nContexts: %zu; %zu ok, %zu blocked, %zu unsupported, %zu unknown\n",
		snapshot->context_cnt, cnt[SUPPORT_OK], cnt[SUPPORT_BLOCKED], cnt[SUPPORT_UNSUPPORTED],
		cnt[SUPPORT_UNKNOWN]);
	support_key(page, cnt);
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		if (context->state != SUPPORT_OK && context->reason && !said_before(snapshot, i))
			contexts_of(page, context);
	}
}

/* Only an unknown needs its reason here. Details show the other reasons. */
static const char *told_reason(const struct snapshot_feature *feature)
{
	return feature->state == SUPPORT_UNKNOWN ? feature->reason : NULL;
}

static bool told_alike(const struct snapshot_feature *a, const struct snapshot_feature *b)
{
	const char *left = told_reason(a), *right = told_reason(b);

	return a->state == b->state && (left && right ? !strcmp(left, right) : left == right);
}

/* "  unknown       arena ringbuf: REASON": the features from `like` on with its state and reason */
static void features_like(
	struct page *page, const struct snapshot_features *features, const struct snapshot_feature *like)
{
	_cleanup_buf_ struct buf text = {0};

	for (const struct snapshot_feature *feature = like; feature < features->list + features->cnt;
		feature++) {
		if (told_alike(feature, like))
			buf_printf(&text, "%s%s", text.len ? " " : "", feature->name);
	}
	if (told_reason(like))
		buf_printf(&text, ": %s", told_reason(like));
	put_state(page, like->state);
	wrap_escaped(page->out, buf_text(&text), LABEL_WIDTH, LABEL_WIDTH, page->options->width);
	buf_putc(page->out, '\n');
}

static void features_of(
	struct page *page, const struct snapshot_features *features, enum support_state state)
{
	for (size_t i = 0; i < features->cnt; i++) {
		bool told = features->list[i].state != state;
		for (size_t k = 0; k < i && !told; k++)
			told = told_alike(&features->list[k], &features->list[i]);
		if (!told)
			features_like(page, features, &features->list[i]);
	}
}

static void text_features(struct page *page, const char *title, const struct snapshot_features *features)
{
	static const enum support_state order[] = {
		SUPPORT_OK, SUPPORT_BLOCKED, SUPPORT_UNSUPPORTED, SUPPORT_UNKNOWN};

	size_t cnt[SUPPORT_STATE_CNT] = {0};

	if (!features->cnt)
		return;
	for (size_t i = 0; i < features->cnt; i++)
		cnt[features->list[i].state]++;
	buf_printf(page->out, "\n%s: %zu\n", title, features->cnt);
	support_key(page, cnt);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		features_of(page, features, order[i]);
}

static void program(struct page *page, const struct snapshot_program *program)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s @%s", program->name, program->context ? program->context : "?");
	if (program->method)
		buf_printf(&text, " by %s", program->method);
	if (program->reason)
		buf_printf(&text, ": %s", program->reason);
	buf_puts(page->out, "  ");
	put_cell_word(page->out, program->state, LABEL_WIDTH - 2, page->options->colour);
	wrap_escaped(page->out, buf_text(&text), LABEL_WIDTH, LABEL_WIDTH + 2, page->options->width);
	buf_putc(page->out, '\n');
}

/* A program has the words of a call, which mean a little less for it. */
static const char *program_meaning(enum cell_state state)
{
	switch (state) {
	case CELL_RAN:
		return "it was loaded and ran as expected";
	case CELL_LOADABLE:
		return "it was accepted";
	case CELL_REFUSED:
		return "the verifier said no; the reason is its message";
	case CELL_ABSENT:
		return "the kernel lacks what it uses";
	default:
		return cell_state_meaning(state);
	}
}

static void program_key(struct page *page)
{
	const struct snapshot *snapshot = page->snapshot;
	bool occurs[CELL_STATE_CNT] = {0};

	for (size_t i = 0; i < snapshot->program_cnt; i++)
		occurs[snapshot->programs[i].state] = true;
	for (int i = 0; i < CELL_STATE_CNT; i++) {
		_cleanup_buf_ struct buf text = {0};
		if (!occurs[i])
			continue;
		buf_printf(&text, "%s: %s", cell_state_word(i), program_meaning(i));
		buf_puts(page->out, "- ");
		wrap_escaped(page->out, buf_text(&text), 2, 2, page->options->width);
		buf_putc(page->out, '\n');
	}
}

static void text_programs(struct page *page)
{
	const struct snapshot *snapshot = page->snapshot;

	if (snapshot->program_cnt)
		buf_printf(page->out, "\nPrograms: %zu\n", snapshot->program_cnt);
	program_key(page);
	for (size_t i = 0; i < snapshot->program_cnt; i++)
		program(page, &snapshot->programs[i]);
}

static void unrecognised(struct page *page)
{
	if (page->snapshot->unrecognised)
		buf_printf(page->out,
			"\n%zu cells are unknown because no rule matches the verifier's message:\n"
			"please report them (kcompat probe --json, evidence with rule \"unrecognised\").\n",
			page->snapshot->unrecognised);
}

static const struct snapshot_context *context_of_type(const struct snapshot *snapshot, const char *type)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (!strcmp(snapshot->contexts[i].program_type, type))
			return &snapshot->contexts[i];
	}
	return NULL;
}

/* The program types of the selected contexts. Of the others, nothing was asked. */
static void selected_types(struct page *page)
{
	const struct snapshot_features *types = &page->snapshot->program_types;

	for (size_t i = 0; i < types->cnt; i++) {
		const struct snapshot_feature *type = &types->list[i];
		_cleanup_buf_ struct buf text = {0};
		if (!context_of_type(page->snapshot, type->name))
			continue;
		buf_printf(&text, "%s: %s%s%s", type->name, support_state_word(type->state),
			type->reason ? ", " : "", type->reason ? type->reason : "");
		text_line(page, "program type", buf_text(&text));
	}
}

static void selection(struct page *page)
{
	const struct snapshot *snapshot = page->snapshot;

	text_line(page, "kernel", snapshot->kernel.release);
	selected_types(page);
	text_limits(page);
	text_contexts(page);
	if (!render_groups(snapshot, page->options->width, page->options->colour, page->out))
		render_matrix(snapshot, page->options->width, page->out);
	text_programs(page);
}

static void whole(struct page *page)
{
	const struct snapshot *snapshot = page->snapshot;

	identity(page);
	text_environment(page);
	if (snapshot_is_scanned(snapshot))
		scanned_source(page);
	text_limits(page);
	text_contexts(page);
	render_matrix(snapshot, page->options->width, page->out);
	text_features(page, "Program types", &snapshot->program_types);
	text_features(page, "Map types", &snapshot->map_types);
	text_features(page, "Attach types", &snapshot->attach_types);
	text_features(page, "Link types", &snapshot->link_types);
	text_features(page, "Features", &snapshot->features);
	text_programs(page);
}

struct error *render_text(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out)
{
	struct page page = {snapshot, options, out};

	if (options->details)
		render_details(snapshot, options, out);
	else if (options->contexts)
		selection(&page);
	else
		whole(&page);
	if (options->details || !options->contexts)
		render_functions(snapshot, options, out);
	render_layouts(snapshot, options, out);
	unrecognised(&page);
	return out->failed ? error_no_memory() : NULL;
}
