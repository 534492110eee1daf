/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/features.h"

#include <string.h>

#include "util/embed.h"
#include "util/glob.h"
#include "util/lines.h"

static const char *features_next_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline + 1 : end;
}

/* The start of the line that contains `at`. */
static const char *line_of(const char *begin, const char *at)
{
	while (at > begin && at[-1] != '\n')
		at--;
	return at;
}

/* As strcmp() of `name` and the line's first word; comments come before all names. */
static int features_compare(const char *name, const char *line)
{
	size_t len = strcspn(line, " \n");

	if (*line == '#')
		return 1;
	int order = strncmp(name, line, len);
	return order ? order : name[len] != '\0';
}

static void features_split(const char *line, struct feature_origin *ret)
{
	ret->version = line + strcspn(line, " \n");
	ret->version += *ret->version == ' ';
	ret->version_len = strcspn(ret->version, " \n");
	ret->commit = ret->version + ret->version_len;
	ret->commit += *ret->commit == ' ';
	ret->commit_len = strcspn(ret->commit, " \n");
}

bool feature_origin_find(const char *name, struct feature_origin *ret)
{
	const char *low = embed_features, *end = embed_features_end, *high = end;

	while (low < high) {
		const char *line = line_of(low, low + (high - low) / 2);
		int order = features_compare(name, line);
		if (!order) {
			features_split(line, ret);
			return true;
		}
		if (order < 0)
			high = line;
		else
			low = features_next_line(line, end);
	}
	return false;
}

#define GLOB_MAX 64

/* Copies a word of the line; false: it is too long. */
static bool features_word(const char *line, char *ret, size_t size)
{
	size_t len = strcspn(line, " \n");

	if (len >= size)
		return false;
	memcpy(ret, line, len);
	ret[len] = '\0';
	return true;
}

bool feature_option_find(const char *name, char ret[FEATURE_OPTION_MAX])
{
	const char *line;
	size_t len;

	for (const char *at = embed_optional; list_next_line(&at, &line, &len);) {
		char glob[GLOB_MAX];
		const char *option = line + strcspn(line, " \n");
		if (features_word(line, glob, sizeof(glob)) && glob_any(&(const char *) {glob}, 1, name))
			return features_word(option + (*option == ' '), ret, FEATURE_OPTION_MAX);
	}
	return false;
}

bool feature_is_optional(const char *name)
{
	char option[FEATURE_OPTION_MAX];

	return feature_option_find(name, option);
}
