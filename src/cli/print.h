/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cli.c says to the functions of cli.h that print. */
#ifndef KCOMPAT_CLI_PRINT_H
#define KCOMPAT_CLI_PRINT_H

#include "util/buf.h"

/* The name that messages begin with; it must stay. */
void print_name(const char *program);
/*
 * Keeps the messages of a process that may have to start again. They come out before its output, or
 * with print_let_go().
 */
void print_hold(void);
void print_let_go(void);
/* Lines on standard error that are escaped already. Takes no memory. */
void print_escaped(const struct buf *lines);

#endif
