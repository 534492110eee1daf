/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/runs.h"
#include "util/array.h"
#include "util/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	enum run_value value;
	clockid_t clock;
} words[] = {
	{"nothing", RUN_NOTHING, 0},
	{"any", RUN_ANY, 0},
	{"pointer", RUN_POINTER, 0},
	{"cpu", RUN_CPU, 0},
	{"monotonic", RUN_TIME, CLOCK_MONOTONIC},
	{"monotonic-coarse", RUN_TIME, CLOCK_MONOTONIC_COARSE},
	{"boottime", RUN_TIME, CLOCK_BOOTTIME},
	{"tai", RUN_TIME, CLOCK_TAI},
};

static bool parse_number(const char *word, size_t len, int64_t *number)
{
	char text[24], *end;

	if (!len || len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	errno = 0;
	*number = strtoll(text, &end, 10);
	return !*end && !errno;
}

static bool parse_expectation(const char *word, size_t len, struct run_expectation *expectation)
{
	*expectation = (struct run_expectation) {.value = RUN_NUMBER};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != len || strncmp(words[i].word, word, len) != 0)
			continue;
		expectation->value = words[i].value;
		expectation->clock = words[i].clock;
		return true;
	}
	return parse_number(word, len, &expectation->number);
}

/* "FUNCTION VALUE RECIPE". */
static bool is_line_of(const char *line, size_t len, const char *function)
{
	size_t name_len = strlen(function);

	return len > name_len && !strncmp(line, function, name_len) && line[name_len] == ' ';
}

bool runs_next(const char **at, const char *function, struct pool *pool, struct safe_run *run)
{
	const char *line;
	size_t len, name_len = strlen(function);

	while (list_next_line(at, &line, &len)) {
		if (!is_line_of(line, len, function))
			continue;
		const char *word = line + name_len + 1, *end = line + len;
		const char *recipe = memchr(word, ' ', (size_t)(end - word));
		if (recipe && parse_expectation(word, (size_t)(recipe - word), &run->expectation) &&
			recipe_parse(recipe + 1, (size_t)(end - recipe - 1), pool, &run->recipe))
			return true;
	}
	return false;
}

bool runs_has(const char *list, const char *function)
{
	const char *line;
	size_t len;

	while (list_next_line(&list, &line, &len)) {
		if (is_line_of(line, len, function))
			return true;
	}
	return false;
}

bool run_fits(const struct run_expectation *expectation, const struct run_outcome *outcome)
{
	if (!outcome->has_value)
		return true;
	switch (expectation->value) {
	case RUN_NOTHING:
	case RUN_ANY:
		return true;
	case RUN_NUMBER:
		return outcome->returned == expectation->number;
	case RUN_POINTER:
		return outcome->returned;
	case RUN_CPU:
		return outcome->returned >= 0 && outcome->returned < (int64_t)outcome->cpu_cnt;
	case RUN_TIME:
		return (uint64_t)outcome->returned >= outcome->before_ns &&
			(uint64_t)outcome->returned <= outcome->after_ns;
	}
	return false;
}

static const char *clock_word(clockid_t clock)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].value == RUN_TIME && words[i].clock == clock)
			return words[i].word;
	}
	return "";
}

void run_describe(const struct run_expectation *expectation, const struct run_outcome *outcome, struct buf *out)
{
	enum run_value value = outcome->has_value ? expectation->value : RUN_NOTHING;

	if (!run_fits(expectation, outcome)) {
		buf_printf(out, "ran, but returned %" PRId64, outcome->returned);
		return;
	}
	switch (value) {
	case RUN_NOTHING:
	case RUN_ANY:
		buf_puts(out, "ran");
		break;
	case RUN_NUMBER:
		buf_printf(out, "returned %" PRId64, expectation->number);
		break;
	case RUN_POINTER:
		buf_puts(out, "returned a pointer");
		break;
	case RUN_CPU:
		buf_puts(out, "returned the number of a processor");
		break;
	case RUN_TIME:
		buf_printf(out, "returned the time of the %s clock", clock_word(expectation->clock));
		break;
	}
}
