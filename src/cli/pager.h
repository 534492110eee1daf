/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output on a terminal that is longer than the screen goes to a pager. A process of its own
 * collects standard output. At its end, that process prints a short text, and becomes the pager of
 * a long one. So nothing is lost if there is no pager, and a pager that ends early stops nobody.
 */
#ifndef KCOMPAT_CLI_PAGER_H
#define KCOMPAT_CLI_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#define CLI_PAGER_OPTION                                                                           \
	{                                                                                          \
		0, "no-pager", NULL, "print long output on a terminal without a pager"             \
	}

/*
 * Collects what is written to standard output from now on. Does nothing if that is no terminal, or
 * if no pager is wanted. Call it before other processes start and before limits are set. `complain`
 * tells of a command that cannot run, in the process that collects.
 */
void pager_start(void (*complain)(const char *command, const char *why));
/*
 * Shows what was collected, and waits until the pager has ended. Standard output is the terminal
 * again. False: pager_stop() ended it.
 */
bool pager_end(void);
/* Ends the pager when pager_end() waits for it. Safe in a handler of a signal. */
void pager_stop(void);
/* Does standard output end up on a terminal, though it is none? */
bool pager_is_active(void);
/* The columns of that terminal; 0: not known. */
size_t pager_width(void);

/* By TERM: it shows no colours and moves no cursor, or it is not named. */
bool terminal_is_dumb(void);

#endif
