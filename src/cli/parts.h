/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for parts of an answer, such as "kfuncs": in --only, and as kinds of pages and tables.
 */
#ifndef KCOMPAT_CLI_PARTS_H
#define KCOMPAT_CLI_PARTS_H

#include "cli/cli.h"
#include "probe/probe.h"

/* The row of the option. `what`: "observe only"; `more`: ", programs" of a command with that part. */
#define CLI_ONLY_OPTION(what, more)                                                                     \
	{                                                                                               \
		0, "only", "PART,...",                                                                  \
			what                                                                            \
			" these parts, separated by commas: contexts, kfuncs, helpers, program_types, " \
			"map_types, attach_types, link_types, features, functions" more                 \
	}

/* Is the word `name`? Both may be singular or plural: "program_type" and "program_types" are one
 * word. */
bool part_is(const char *word, const char *name);

/* The plural, as probe/probe.h has it, of a word in either number. NULL: no such part. */
const char *part_word(const char *word);

/*
 * The words of --only: bit i of *ret is words[i]. Without --only, all of them. ERROR_USAGE: another
 * word, or none.
 */
struct error *parts_read(const struct cli_args *args, struct pool *pool, const char *const *words,
	size_t cnt, unsigned int *ret);
/* The same for the first `cnt` parts of probe/probe.h. */
struct error *parts_read_probed(
	const struct cli_args *args, struct pool *pool, enum probe_part cnt, unsigned int *ret);

#endif
