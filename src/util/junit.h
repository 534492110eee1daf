/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JUnit's report of tests, as Jenkins' and Ant's schemas have it: both want a timestamp, a host and
 * a time. They are constants here, because equal answers are to give equal bytes.
 */
#ifndef KCOMPAT_UTIL_JUNIT_H
#define KCOMPAT_UTIL_JUNIT_H

#include "util/buf.h"

enum junit_outcome { JUNIT_PASSED, JUNIT_FAILURE, JUNIT_ERROR, JUNIT_SKIPPED };

/* A zeroed struct is empty. */
struct junit_suite {
	struct buf cases;
	size_t cnt, failures, errors, skipped;
};
struct junit_property {
	const char *name, *value;
};

/* `type` is of failures and errors: "missing". Texts are made safe here. */
void junit_add(struct junit_suite *suite, const char *name, const char *class_name,
	enum junit_outcome outcome, const char *type, const char *reason);
/* Appends the suite, and empties it. */
void junit_put_suite(struct junit_suite *suite, size_t id, const char *name,
	const struct junit_property *properties, size_t property_cnt, struct buf *out);
void junit_begin(struct buf *out);
void junit_end(struct buf *out);

#endif
