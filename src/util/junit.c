/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/junit.h"

#include "util/escape.h"

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

void junit_add(struct junit_suite *suite, const char *name, const char *class_name,
	enum junit_outcome outcome, const char *type, const char *reason)
{
	struct buf *out = &suite->cases;

	suite->cnt++;
	buf_puts(out, "    <testcase");
	put_attribute(out, "name", name);
	put_attribute(out, "classname", class_name);
	buf_puts(out, " time=\"0\"");
	if (outcome == JUNIT_PASSED) {
		buf_puts(out, "/>\n");
		return;
	}
	buf_putc(out, '>');
	if (outcome == JUNIT_SKIPPED) {
		put_outcome(out, "skipped", NULL, reason);
		suite->skipped++;
	} else if (outcome == JUNIT_FAILURE) {
		put_outcome(out, "failure", type, reason);
		suite->failures++;
	} else {
		put_outcome(out, "error", type, reason);
		suite->errors++;
	}
	buf_puts(out, "</testcase>\n");
}

void junit_put_suite(struct junit_suite *suite, size_t id, const char *name,
	const struct junit_property *properties, size_t property_cnt, struct buf *out)
{
	buf_puts(out, "  <testsuite package=\"kcompat\"");
	put_attribute(out, "name", name);
	buf_printf(out,
		" id=\"%zu\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" tests=\"%zu\" "
		"failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n    <properties>\n",
		id, suite->cnt, suite->failures, suite->errors, suite->skipped);
	for (size_t i = 0; i < property_cnt; i++) {
		buf_puts(out, "      <property");
		put_attribute(out, "name", properties[i].name);
		put_attribute(out, "value", properties[i].value);
		buf_puts(out, "/>\n");
	}
	buf_printf(out,
		"    </properties>\n%s    <system-out/>\n    <system-err/>\n  </testsuite>\n",
		buf_text(&suite->cases));
	out->failed |= suite->cases.failed;
	buf_deinit(&suite->cases);
	*suite = (struct junit_suite) {0};
}

void junit_begin(struct buf *out)
{
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
}

void junit_end(struct buf *out)
{
	buf_puts(out, "</testsuites>\n");
}
