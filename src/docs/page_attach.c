/* SPDX-License-Identifier: GPL-2.0-or-later */
/* put_attachments(): what programs of a type were really attached to. */
#include "docs/page_parts.h"

#include <stdio.h>
#include <string.h>

#include "kernel/context.h"
#include "probe/program/catalog.h"
#include "util/array.h"

static const struct {
	const char *word, *type, *number; /* NULL: the event of a PMU */
} events[] = {
#define EVENT(word, type, number, ...) {word, #type, #number},
	PERF_EVENTS(EVENT)
#undef EVENT
#define PMU(word) {word, NULL, NULL},
	PERF_PMUS(PMU)
#undef PMU
};

static const struct {
	const char *word, *call;
} methods[] = {
#define METHOD(word, call, ...) {word, call},
	PERF_METHODS(METHOD)
#undef METHOD
};

/* The answer of one row about a method such as "link/page-faults". */
struct answer {
	const char *word; /* NULL: not tried */
	int class;        /* of struct timeline; the smaller one says more */
};

/* In `pool`, or static; NULL: no memory. */
static const char *with_errno(struct pool *pool, const char *text, int errnum)
{
	const char *name = errnum ? strerrorname_np(errnum) : NULL;

	return name ? pool_printf(pool, "%s: %s", text, name) : text;
}

static struct answer answer_of(struct pool *pool, const struct snapshot_program *program)
{
	switch (program->state) {
	case CELL_RAN:
		return (struct answer) {"ran", 1};
	case CELL_LOADABLE:
		return (struct answer) {with_errno(pool, "not attached", program->errnum), 2};
	case CELL_BLOCKED:
		return (struct answer) {"blocked", 3};
	default:
		/* An errno comes from perf_event_open(): the program was loaded. */
		return (struct answer) {
			program->errnum ? with_errno(pool, "no such event", program->errnum) : "unknown", 4};
	}
}

/* The best answer of the programs that were tried. */
static struct answer row_answer(struct pool *pool, const struct history_row *row,
	const char *program_type, const char *method)
{
	struct answer best = {0};

	for (size_t e = 0; e < row->entry_cnt; e++) {
		const struct snapshot *snapshot = row->entries[e]->snapshot;
		for (size_t i = 0; i < snapshot->program_cnt; i++) {
			const struct snapshot_program *program = &snapshot->programs[i];
			if (!program->method || strcmp(program->method, method) ||
				strcmp(program->context, program_type))
				continue;
			struct answer answer = answer_of(pool, program);
			if (!best.word || answer.class < best.class)
				best = answer;
		}
	}
	return best;
}

/* *ret: some kernel was asked. */
static struct error *read_answers(const struct history *history, const char *program_type,
	const char *method, struct pool *pool, struct timeline *timeline, bool *ret)
{
	struct error *error = timeline_init(timeline, history, pool);

	*ret = false;
	for (size_t i = 0; !error && i < history->row_cnt; i++) {
		struct answer answer = row_answer(pool, &history->rows[i], program_type, method);
		if (!answer.class)
			continue;
		*ret = true;
		if (!answer.word ||
			!timeline_set(timeline, history, i, answer.word, answer.class, pool))
			error = error_no_memory();
	}
	return error;
}

static struct error *put_line(struct buf *out, const struct history *history,
	const char *program_type, size_t event, size_t method, struct pool *pool)
{
	struct timeline timeline;
	char word[64];
	bool asked;

	snprintf(word, sizeof(word), "%s/%s", methods[method].word, events[event].word);
	struct error *error = read_answers(history, program_type, word, pool, &timeline, &asked);
	if (error || !asked)
		return error;
	if (events[event].type)
		buf_printf(out, "| `%s`", events[event].type);
	else
		buf_printf(out, "| PMU `%s`", events[event].word);
	if (events[event].number && strcmp(events[event].number, "0"))
		buf_printf(out, ", `%s`", events[event].number);
	buf_printf(out, " | `%s` | ", methods[method].call);
	put_timeline_regular(out, history, &timeline);
	buf_puts(out, " | ");
	error = put_timeline_others(out, history, &timeline, pool);
	buf_puts(out, " |\n");
	return error;
}

struct error *put_attachments(struct buf *out, const struct history *history,
	const char *program_type, struct pool *pool)
{
	_cleanup_buf_ struct buf lines = {0};
	struct error *error = NULL;

	for (size_t event = 0; event < ARRAY_SIZE(events); event++) {
		for (size_t method = 0; method < ARRAY_SIZE(methods) && !error; method++)
			error = put_line(&lines, history, program_type, event, method, pool);
	}
	if (error || lines.failed)
		return error ? error : error_no_memory();
	if (!lines.len)
		return NULL;
	buf_puts(out, "\n## Attachment\n\nOpen an event with perf_event_open(2), attach the program to it, "
		      "and enable the event. kcompat attached a program to each of these events, caused some "
		      "of them, and compared the program's counts. \"ran\" means that the counts were "
		      "right. Whether an event exists depends on the machine, too: many virtual machines have "
		      "no hardware counters.\n\n| Event | Attached by | ");
	put_regular_series(out, history);
	buf_puts(out, " | Other kernels, where they differ |\n|---|---|---|---|\n");
	buf_add(out, lines.data, lines.len);
	buf_puts(out, "\nOnly a link has a cookie, which the program reads with "
		      "[`bpf_get_attach_cookie`](../helper-function/bpf_get_attach_cookie.md). After the ioctl, it "
		      "reads 0.\n");
	put_user_example(out);
	return NULL;
}
