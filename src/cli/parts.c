/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/parts.h"

#include <string.h>

#include "cli/near.h"
#include "probe/probe.h"

static size_t singular_length(const char *word)
{
	size_t len = strlen(word);

	return len > 1 && word[len - 1] == 's' ? len - 1 : len;
}

bool part_is(const char *word, const char *name)
{
	size_t len = singular_length(name);

	return singular_length(word) == len && !strncmp(word, name, len);
}

const char *part_word(const char *word)
{
	for (enum probe_part part = 0; part < PROBE_PART_CNT; part++) {
		if (part_is(word, probe_part_word(part)))
			return probe_part_word(part);
	}
	return NULL;
}

static struct error *parts_add(
	const char *word, const char *const *words, size_t cnt, unsigned int *parts)
{
	for (size_t i = 0; i < cnt; i++) {
		if (part_is(word, words[i])) {
			*parts |= 1u << i;
			return NULL;
		}
	}
	return near_error(word, words, cnt, NULL, "--only=%s: no such part", word);
}

struct error *parts_read(const struct cli_args *args, struct pool *pool, const char *const *words,
	size_t cnt, unsigned int *ret)
{
	const char *const *given;
	size_t given_cnt;
	struct error *error = cli_words(args, "only", pool, &given, &given_cnt);

	*ret = cli_has(args, "only") ? 0 : (1u << cnt) - 1;
	for (size_t i = 0; i < given_cnt && !error; i++)
		error = parts_add(given[i], words, cnt, ret);
	if (error || given_cnt || !cli_has(args, "only"))
		return error;
	return near_error("", words, cnt, NULL, "--only=: no part given");
}

struct error *parts_read_probed(
	const struct cli_args *args, struct pool *pool, enum probe_part cnt, unsigned int *ret)
{
	const char *words[PROBE_PART_CNT];

	for (enum probe_part part = 0; part < cnt; part++)
		words[part] = probe_part_word(part);
	return parts_read(args, pool, words, cnt, ret);
}
