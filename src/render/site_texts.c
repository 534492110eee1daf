/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of `show` about each subject, and what no kernel image has: commits, prototypes of
 * helpers. */
#include "render/site_parts.h"

#include <stdio.h>
#include <string.h>

#include "util/array.h"
#include "util/embed.h"
#include "util/escape.h"
#include "util/glob.h"
#include "util/lines.h"

struct verdict {
	struct texts *lines;
	struct site_runs runs;
};

static void say_site_line(struct show *show, const char *label, const char *text)
{
	struct verdict *verdict = show->listener;
	_cleanup_buf_ struct buf line = {0};

	buf_putc(&line, '[');
	escape_json(&line, label);
	buf_putc(&line, ',');
	escape_json(&line, text);
	buf_putc(&line, ']');
	site_runs_add(&verdict->runs, texts_number(verdict->lines, buf_text(&line), line.len));
	show->out->failed |= line.failed;
}

static void add_commit(struct buf *out, const struct subject *subject)
{
	struct feature_origin origin;

	buf_puts(out, out->len ? "," : "");
	if (show_origin(subject, &origin))
		buf_printf(out, "\n\"%.*s\"", (int)origin.commit_len, origin.commit);
	else
		buf_putc(out, '0');
}

struct error *site_texts_add(struct site_texts *texts, struct show *show)
{
	_cleanup_buf_ struct buf runs = {0};
	struct verdict verdict = {.lines = &texts->lines, .runs.out = &runs};

	show->say = say_site_line;
	show->listener = &verdict;
	struct error *error = show_verdict(show);
	site_runs_end(&verdict.runs);
	buf_printf(&texts->verdicts, "%s\n\"%s\"", texts->verdicts.len ? "," : "", buf_text(&runs));
	add_commit(&texts->commits, show->subject);
	texts->verdicts.failed |= runs.failed;
	return error;
}

/* Is it a declaration of the function? */
static bool declares(const char *line, size_t len, const char *name)
{
	const char *open = memchr(line, '(', len);
	size_t name_len = strlen(name);

	return open && (size_t)(open - line) > name_len &&
		!strncmp(open - name_len, name, name_len) &&
		strchr(" *", open[-(ptrdiff_t)name_len - 1]);
}

static void put_site_prototype(struct buf *out, const char *name, bool *first)
{
	const char *line;
	size_t len;

	for (const char *at = embed_helper_prototypes; list_next_line(&at, &line, &len);) {
		if (!declares(line, len, name))
			continue;
		buf_puts(out, *first ? "\n" : ",\n");
		escape_json(out, name);
		buf_printf(out, ":\"%.*s\"", (int)len, line);
		*first = false;
		return;
	}
}

void site_texts_put(
	struct buf *out, const struct site_texts *texts, const struct subjects *subjects)
{
	bool first = true;

	buf_puts(out, "kcompat.texts({\"lines\":[");
	for (size_t i = 0; i < texts->lines.cnt; i++)
		buf_printf(out, "%s\n%s", i ? "," : "", texts->lines.list[i]);
	buf_printf(out, "],\n\"verdicts\":[%s],\n\"commits\":[%s],\n\"prototypes\":{",
		buf_text(&texts->verdicts), buf_text(&texts->commits));
	for (size_t i = 0; i < subjects->cnt; i++) {
		if (subjects->list[i].kind == SUBJECT_HELPER)
			put_site_prototype(out, subjects->list[i].name, &first);
	}
	buf_puts(out, "}});\n");
	out->failed |= texts->lines.failed || texts->verdicts.failed || texts->commits.failed;
}

void site_texts_deinit(struct site_texts *texts)
{
	if (!texts)
		return;
	texts_deinit(&texts->lines);
	buf_deinit(&texts->verdicts);
	buf_deinit(&texts->commits);
}

/* linux net/bpf/test_run.c, and the modules of tools/testing/selftests/bpf. */
static const char *const test_names[] = {
	"bpf_fentry_test*", "bpf_kfunc_call_*", "bpf_modify_return_test*", "bpf_testmod_*"};
static const char *const test_modules[] = {"bpf_testmod*", "bpf_test_*"};

bool site_is_for_tests(const struct subject *subject, const struct finding *findings, size_t cnt)
{
	if (subject->kind != SUBJECT_KFUNC)
		return false;
	if (glob_any(test_names, ARRAY_SIZE(test_names), subject->name))
		return true;
	for (size_t i = 0; i < cnt; i++) {
		const struct snapshot_kfunc *kfunc = findings[i].kfunc;
		if (kfunc && kfunc->module &&
			glob_any(test_modules, ARRAY_SIZE(test_modules), kfunc->module))
			return true;
	}
	return false;
}
