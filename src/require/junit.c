/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JUnit's report of tests, as Jenkins' and Ant's schemas have it: both want a timestamp, a host and
 * a time. They are constants here, because equal answers are to give equal bytes.
 */
#include "require/matrix.h"
#include "util/escape.h"

struct outcomes {
	size_t failures, errors, skipped;
};

/* Also in an attribute: an entity stands for each quote. */
static void put_xml(struct buf *out, const char *text)
{
	_cleanup_buf_ struct buf safe = {0}, markup = {0};

	escape_text(&safe, text ? text : "");
	escape_html(&markup, buf_text(&safe));
	for (const char *c = buf_text(&markup); *c; c++) {
		if (*c == '"')
			buf_puts(out, "&quot;");
		else
			buf_putc(out, *c);
	}
	out->failed |= safe.failed || markup.failed;
}

static void put_attribute(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, " %s=\"", name);
	put_xml(out, text);
	buf_putc(out, '"');
}

/* The element in a test case that is not passed. Jenkins shows its body, others its message. */
static void put_outcome(struct buf *out, const char *element, const char *type, const char *reason)
{
	buf_printf(out, "<%s", element);
	put_attribute(out, "message", reason);
	if (type)
		put_attribute(out, "type", type);
	if (!type) {
		buf_puts(out, "/>");
		return;
	}
	buf_putc(out, '>');
	put_xml(out, reason);
	buf_printf(out, "</%s>", element);
}

static void put_case(const struct require_matrix *matrix, size_t kernel, size_t requirement,
	struct outcomes *outcomes, struct buf *out)
{
	const struct require_verdict *verdict = require_matrix_verdict(matrix, kernel, requirement);

	buf_puts(out, "    <testcase");
	put_attribute(out, "name", matrix->list->list[requirement].root->text);
	put_attribute(out, "classname", matrix->kernels[kernel].name);
	buf_puts(out, " time=\"0\"");
	if (verdict->value == TRISTATE_YES) {
		buf_puts(out, "/>\n");
		return;
	}
	buf_putc(out, '>');
	if (!require_matrix_counts(matrix, kernel, requirement)) {
		put_outcome(out, "skipped", NULL, verdict->reason);
		outcomes->skipped++;
	} else if (verdict->value == TRISTATE_NO) {
		put_outcome(out, "failure", "missing", verdict->reason);
		outcomes->failures++;
	} else {
		put_outcome(out, "error", "unknown", verdict->reason);
		outcomes->errors++;
	}
	buf_puts(out, "</testcase>\n");
}

static void put_property(struct buf *out, const char *name, const char *value)
{
	buf_puts(out, "      <property");
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	buf_puts(out, "/>\n");
}

static void put_suite(const struct require_matrix *matrix, size_t at, struct buf *out)
{
	const struct require_kernel *kernel = &matrix->kernels[at];
	const struct snapshot *snapshot = kernel->scope.snapshot;
	_cleanup_buf_ struct buf cases = {0};
	struct outcomes outcomes = {0};

	for (size_t i = 0; i < matrix->list->cnt; i++)
		put_case(matrix, at, i, &outcomes, &cases);
	buf_puts(out, "  <testsuite package=\"kcompat\"");
	put_attribute(out, "name", kernel->name);
	buf_printf(out,
		" id=\"%zu\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" tests=\"%zu\" "
		"failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n    <properties>\n",
		at, matrix->list->cnt, outcomes.failures, outcomes.errors, outcomes.skipped);
	put_property(out, "release", snapshot->kernel.release ? snapshot->kernel.release : "?");
	put_property(out, "source", kernel->scope.kernel ? "running" : snapshot->source_kind);
	put_property(out, "verdict", require_settled_word(kernel->settled));
	buf_printf(out,
		"    </properties>\n%s    <system-out/>\n    <system-err/>\n  </testsuite>\n",
		buf_text(&cases));
	out->failed |= cases.failed;
}

void render_matrix_junit(const struct require_matrix *matrix, struct buf *out)
{
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	for (size_t i = 0; i < matrix->cnt; i++)
		put_suite(matrix, i, out);
	buf_puts(out, "</testsuites>\n");
}
