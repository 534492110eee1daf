/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors of a misspelt word, which name the word that was probably meant. */
#ifndef KCOMPAT_CLI_NEAR_H
#define KCOMPAT_CLI_NEAR_H

#include "cli/cli.h"
#include "require/require.h"

/*
 * ERROR_USAGE for `word`, which is none of `words`. What to do is the nearest of them. If none is
 * near, it is `otherwise`, or all of them if that is NULL.
 */
struct error *near_error(const char *word, const char *const *words, size_t cnt,
	const char *otherwise, const char *format, ...) __attribute__((format(printf, 5, 6)));

struct error *near_command_error(const struct cli_program *program, const char *word);
/* `text` as it was given: "--jsn=x", or "-Z" of a letter, for which nothing is near. */
struct error *near_option_error(
	const struct cli_program *program, const struct command *command, const char *text);

/*
 * ERROR_USAGE for a NAME of probe, scan or show that is written as a requirement is:
 * "kfunc:bpf_loop", or "bpf_loop@xdp". NULL: it is not.
 */
struct error *near_requirement_error(const char *command, const char *name);

/* The kind that stands before a name, as in "link:tcx"; REQUIRE_KIND_CNT: none. */
enum require_kind near_kind(const char *name);

/* " (did you mean 'NEAR'?)" as the end of a message; "" if `near` is NULL. */
void near_put(struct buf *out, const char *near);

#endif
