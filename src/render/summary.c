/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One screen about a kernel: no more than SCREEN_LINES lines, and no line wider than the terminal. */
#include "snapshot/history/names.h"
#include "render/render.h"
#include "render/tone.h"
#include "util/array.h"
#include "util/escape.h"
#include "util/wrap.h"

#include <string.h>

enum {
	SCREEN_LINES = 30,
	LABEL_COLUMNS = 16,
	WORD_COLUMNS = 12,
	FEATURE_LINES = 7,
	NAMES_SHOWN = 4
};
#define INDENT (2 + WORD_COLUMNS)
#define EVERYTHING "kcompat probe --all"

struct screen {
	const struct snapshot *snapshot;
	const struct render_text_options *options;
	const struct summary_answer *answers;
	size_t answer_cnt;
};

/*
 * One line of at most `width` columns; "..." stands for what is cut off: words, or the end of a word that
 * alone fills the line.
 */
static void put_line(struct buf *out, const char *line, size_t len, size_t width, bool goes_on)
{
	size_t columns = 0, at = 0, fits = 0, words = 0, step;
	size_t indent = strspn(line, " ");
	uint32_t code;

	while ((step = escape_next(line + at, len - at, &code)) && columns <= width) {
		if (code == ' ' && columns + 4 <= width && at > indent)
			words = at;
		at += step;
		if (++columns + 3 <= width)
			fits = at;
	}
	if (columns <= width && (!goes_on || columns + 4 <= width)) {
		buf_add(out, line, len);
		buf_puts(out, goes_on ? " ..." : "");
		return;
	}
	buf_add(out, line, words ? words : fits);
	buf_puts(out, words ? " ..." : "...");
}

/* At most `max` lines of the words of `text`, from `column` on; the last one ends with a newline. */
static void put_lines(
	struct buf *out, const char *text, size_t column, size_t indent, size_t width, size_t max)
{
	_cleanup_buf_ struct buf lines = {0};

	wrap_escaped(&lines, text, column, indent, width);
	const char *line = buf_text(&lines);
	for (size_t i = 0; i < max; i++) {
		size_t len = strcspn(line, "\n");
		bool ends = !line[len];
		size_t room = i || width < column ? width : width - column;
		put_line(out, line, len, room, !ends && i + 1 == max);
		buf_putc(out, '\n');
		if (ends)
			break;
		line += len + 1;
	}
	out->failed |= lines.failed;
}

static void summary_kernel(const struct screen *screen, struct buf *out)
{
	const struct kernel_identity *kernel = &screen->snapshot->kernel;
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s %s", kernel->release ? kernel->release : "unknown",
		kernel->machine ? kernel_arch_name(kernel->machine) : "");
	if (kernel->distribution)
		buf_printf(&text, ", %s", kernel->distribution);
	if (kernel->flavor)
		buf_printf(&text, " %s", kernel->flavor);
	buf_printf(out, "%-*s", LABEL_COLUMNS, "kernel");
	put_lines(out, buf_text(&text), LABEL_COLUMNS, LABEL_COLUMNS, screen->options->width, 1);
}

/* Limits. They get the lines that the other parts leave. */

static void limit_text(const struct kernel_limit *limit, struct buf *text)
{
	buf_printf(text, "- %s%s%s", limit->what, limit->remedy ? "; remedy: " : "",
		limit->remedy ? limit->remedy : "");
}

/* The whole limit, or nothing if it takes more than `room` lines. */
static bool put_limit(
	const struct screen *screen, const struct kernel_limit *limit, size_t room, struct buf *out)
{
	_cleanup_buf_ struct buf text = {0}, lines = {0};

	limit_text(limit, &text);
	put_lines(&lines, buf_text(&text), 0, 2, screen->options->width, SCREEN_LINES);
	out->failed |= text.failed || lines.failed;
	if (buf_count_lines(&lines) > room)
		return false;
	buf_puts(out, buf_text(&lines));
	return true;
}

static const struct kernel_limit of_files = {
	"these are the files of a system: nothing was loaded, so nothing is known that only a load shows",
	"run kcompat probe there"};

static void summary_limits(const struct screen *screen, size_t room, struct buf *out)
{
	const struct kernel_environment *environment = &screen->snapshot->environment;
	bool loaded = snapshot_has_fact(screen->snapshot, "probe");
	size_t cnt = environment->limit_cnt + !loaded, shown = 0;
	_cleanup_buf_ struct buf limits = {0};

	if (!cnt || room < 2)
		return;
	buf_puts(&limits, "What limits this answer:\n");
	for (; shown < cnt; shown++) {
		const struct kernel_limit *limit = loaded ? &environment->limits[shown]
			: shown                           ? &environment->limits[shown - 1]
							  : &of_files;
		size_t used = buf_count_lines(&limits) + (shown + 1 < cnt);
		if (used >= room || !put_limit(screen, limit, room - used, &limits))
			break;
	}
	if (shown < cnt)
		buf_printf(&limits, "- %zu %s: " EVERYTHING "\n", cnt - shown,
			shown ? "more" : "limits");
	buf_puts(out, buf_text(&limits));
	out->failed |= limits.failed;
}

/* Contexts */

static bool contexts_alike(const struct snapshot_context *a, const struct snapshot_context *b)
{
	return a->state == b->state && a->reason && b->reason && !strcmp(a->reason, b->reason);
}

static size_t contexts_like(const struct snapshot *snapshot, const struct snapshot_context *like)
{
	size_t cnt = 0;

	for (size_t i = 0; i < snapshot->context_cnt; i++)
		cnt += contexts_alike(like, &snapshot->contexts[i]);
	return cnt;
}

/* The contexts of the state that share the most frequent reason. */
static void put_reason(const struct screen *screen, enum support_state state, struct buf *out)
{
	const struct snapshot *snapshot = screen->snapshot;
	const struct snapshot_context *most = NULL;
	_cleanup_buf_ struct buf text = {0};
	size_t cnt = 0, shown = 0;

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		size_t alike = context->state == state ? contexts_like(snapshot, context) : 0;
		if (alike > cnt) {
			cnt = alike;
			most = context;
		}
	}
	if (!most)
		return;
	for (size_t i = 0; i < snapshot->context_cnt && shown < NAMES_SHOWN; i++) {
		if (contexts_alike(most, &snapshot->contexts[i]))
			buf_printf(&text, "%s%s", shown++ ? " " : "", snapshot->contexts[i].name);
	}
	if (cnt > shown)
		buf_printf(&text, " and %zu more", cnt - shown);
	buf_printf(&text, ": %s", most->reason);
	buf_puts(out, "  ");
	put_support_word(out, state, WORD_COLUMNS, screen->options->colour);
	put_lines(out, buf_text(&text), INDENT, INDENT, screen->options->width, 2);
	out->failed |= text.failed;
}

static void summary_contexts(const struct screen *screen, struct buf *out)
{
	const struct snapshot *snapshot = screen->snapshot;
	size_t cnt[SUPPORT_STATE_CNT] = {0};
	_cleanup_buf_ struct buf text = {0};

	if (!snapshot->context_cnt)
		return;
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		cnt[snapshot->contexts[i].state]++;
	buf_printf(&text, "Contexts: %zu; %zu ok, %zu blocked, %zu unsupported, %zu unknown",
		snapshot->context_cnt, cnt[SUPPORT_OK], cnt[SUPPORT_BLOCKED],
		cnt[SUPPORT_UNSUPPORTED], cnt[SUPPORT_UNKNOWN]);
	buf_putc(out, '\n');
	put_lines(out, buf_text(&text), 0, 2, screen->options->width, 1);
	put_reason(screen, SUPPORT_BLOCKED, out);
	put_reason(screen, SUPPORT_UNKNOWN, out);
}

/* Kfuncs and helpers, each by its best answer in any context. */

/* The best answer first. All that are a no count as refused. */
static const struct {
	enum cell_state state;
	const char *meaning;
} best[] = {
	{CELL_RAN, "a program with it ran"},
	{CELL_LOADABLE, "a program with it was accepted"},
	{CELL_PERMITTED, "allowed; its arguments failed"},
	{CELL_CONDITIONAL, "allowed under a condition"},
	{CELL_UNKNOWN, "not asked, or no answer"},
	{CELL_BLOCKED, "by a policy, or no privilege"},
	{CELL_REFUSED, "in every context"},
};

static size_t place_of(enum cell_state state)
{
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(best) && best[i].state != state)
		i++;
	return i;
}

static size_t best_of(const struct snapshot *snapshot, const struct cell *cells)
{
	size_t place = ARRAY_SIZE(best) - 1;

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		size_t other = place_of(cells[i].state);
		place = other < place ? other : place;
	}
	return place;
}

static void summary_calls(const struct screen *screen, struct buf *out)
{
	const struct snapshot *snapshot = screen->snapshot;
	size_t kfuncs[ARRAY_SIZE(best)] = {0}, helpers[ARRAY_SIZE(best)] = {0};

	if (!snapshot->kfunc_cnt && !snapshot->helper_cnt)
		return;
	if (!snapshot->context_cnt) {
		buf_printf(out, "\n%zu kfuncs, %zu helpers; no context says who calls them\n",
			snapshot->kfunc_cnt, snapshot->helper_cnt);
		return;
	}
	buf_printf(out, "\n%-*skfuncs helpers  best answer in any context\n", INDENT, "Functions");
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		kfuncs[best_of(snapshot, snapshot->kfuncs[i].cells)]++;
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		helpers[best_of(snapshot, snapshot->helpers[i].cells)]++;
	for (size_t i = 0; i < ARRAY_SIZE(best); i++) {
		if (!kfuncs[i] && !helpers[i])
			continue;
		buf_puts(out, "  ");
		put_cell_word(out, best[i].state, WORD_COLUMNS, screen->options->colour);
		buf_printf(out, "%6zu %7zu  ", kfuncs[i], helpers[i]);
		put_lines(out, best[i].meaning, INDENT + 16, 0, screen->options->width, 1);
	}
}

/* Features */

enum grouping { BY_REASON, BY_ANSWER };

static bool answers_alike(
	const struct summary_answer *a, const struct summary_answer *b, enum grouping grouping)
{
	return a->value == b->value &&
		(grouping == BY_ANSWER || a->value == TRISTATE_YES || !strcmp(a->why, b->why));
}

static bool was_said(const struct screen *screen, size_t index, enum grouping grouping)
{
	for (size_t i = 0; i < index; i++) {
		if (answers_alike(&screen->answers[i], &screen->answers[index], grouping))
			return true;
	}
	return false;
}

/* "  unknown   fentry, LSM programs: REASON" */
static void put_group(const struct screen *screen, size_t first, enum grouping grouping,
	size_t lines_max, struct buf *out)
{
	const struct summary_answer *like = &screen->answers[first];
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = first; i < screen->answer_cnt; i++) {
		if (answers_alike(like, &screen->answers[i], grouping))
			buf_printf(&text, "%s%s", text.len ? ", " : "", screen->answers[i].label);
	}
	if (like->value != TRISTATE_YES && grouping == BY_REASON)
		buf_printf(&text, ": %s", like->why);
	buf_puts(out, "  ");
	put_answer_word(out, like->value, WORD_COLUMNS, screen->options->colour);
	put_lines(out, buf_text(&text), INDENT, INDENT, screen->options->width, lines_max);
	out->failed |= text.failed;
}

static void put_groups(
	const struct screen *screen, enum grouping grouping, size_t lines_max, struct buf *out)
{
	static const enum tristate order[] = {TRISTATE_YES, TRISTATE_NO, TRISTATE_UNKNOWN};

	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		for (size_t i = 0; i < screen->answer_cnt; i++) {
			if (screen->answers[i].value == order[k] && !was_said(screen, i, grouping))
				put_group(screen, i, grouping, lines_max, out);
		}
	}
}

/* Every feature is named. If there are many reasons, they become shorter, and then none is said. */
static void summary_features(const struct screen *screen, struct buf *out)
{
	static const struct {
		enum grouping grouping;
		size_t lines_max;
	} forms[] = {{BY_REASON, 2}, {BY_REASON, 1}, {BY_ANSWER, 2}};
	_cleanup_buf_ struct buf lines = {0};

	if (!screen->answer_cnt)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		buf_clear(&lines);
		put_groups(screen, forms[i].grouping, forms[i].lines_max, &lines);
		if (buf_count_lines(&lines) <= FEATURE_LINES)
			break;
	}
	buf_printf(out, "\nFeatures that agents ask for:\n%s", buf_text(&lines));
	out->failed |= lines.failed;
}

static void summary_next(const struct screen *screen, struct buf *out)
{
	static const struct {
		const char *command, *purpose;
	} next[] = {
		{EVERYTHING, "all of it; -c xdp for a part"},
		{"kcompat probe NAME", "kfunc, helper, kernel function"},
		{"kcompat require map:arena", "exit status: is it here?"},
	};

	buf_putc(out, '\n');
	for (size_t i = 0; i < ARRAY_SIZE(next); i++) {
		const int column = 27;
		buf_printf(out, "%-*s", column, next[i].command);
		put_lines(out, next[i].purpose, (size_t)column, (size_t)column,
			screen->options->width, 1);
	}
}

struct error *render_summary(const struct snapshot *snapshot, const struct summary_answer *answers,
	size_t answer_cnt, const struct render_text_options *options, struct buf *out)
{
	const struct screen screen = {snapshot, options, answers, answer_cnt};
	_cleanup_buf_ struct buf head = {0}, rest = {0};

	summary_kernel(&screen, &head);
	summary_contexts(&screen, &rest);
	summary_calls(&screen, &rest);
	summary_features(&screen, &rest);
	summary_next(&screen, &rest);
	size_t used = buf_count_lines(&head) + buf_count_lines(&rest);
	buf_puts(out, buf_text(&head));
	summary_limits(&screen, used < SCREEN_LINES ? SCREEN_LINES - used : 0, out);
	buf_puts(out, buf_text(&rest));
	out->failed |= head.failed || rest.failed;
	return out->failed ? error_no_memory() : NULL;
}
