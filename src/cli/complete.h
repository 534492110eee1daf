/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `kcompat complete WORD...`: what the last word of a command line can become, from the tables that
 * also parse it and describe it. A shell's completion calls it with the words after the program's
 * name; the last one may be empty.
 *
 * Each line is a whole word, then perhaps a tab and what it means. Two other lines tell the shell
 * to offer names: COMPLETE_FILES and COMPLETE_DIRECTORIES, for what follows '=' or the last comma
 * of the word.
 */
#ifndef KCOMPAT_CLI_COMPLETE_H
#define KCOMPAT_CLI_COMPLETE_H

#include "cli/cli.h"

#define COMPLETE_FILES ":files"
#define COMPLETE_DIRECTORIES ":directories"

/* `words` follow "complete" on the command line. A first "--" is left out. */
struct error *complete_line(
	const struct cli_program *program, size_t cnt, char *const *words, struct buf *out);

struct completion;

/* For the program's part: what an argument or operand with that placeholder can be. */
struct completion_row {
	const char *placeholder;
	struct error *(*offer)(struct completion *completion);
};

/* The text so far of what is completed, which moves as complete_pass() goes on. */
const char *complete_prefix(const struct completion *completion);
/* The next `len` bytes of the text stand: what is offered from now on follows them. */
void complete_pass(struct completion *completion, size_t len);
/* Offers the word if the text so far is its beginning. `meaning` may be NULL. */
void complete_offer(struct completion *completion, const char *word, const char *meaning);
/* The same for several words without a meaning. */
void complete_offer_words(struct completion *completion, const char *const *words, size_t cnt);
void complete_offer_names(struct completion *completion, bool directories);

#endif
