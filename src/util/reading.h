/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the named inputs the process reads now. The marks are in memory that another process
 * shares, so that it can tell which input ended this one. Without marks, nothing happens.
 */
#ifndef KCOMPAT_UTIL_READING_H
#define KCOMPAT_UTIL_READING_H

#include <stdatomic.h>
#include <stddef.h>

#include "util/error.h"

/* `names` and `marks` have `cnt` entries, are borrowed, and stay. */
void reading_watch(const char *const *names, atomic_bool *marks, size_t cnt);
/* `path` is an input, or a file in a directory that is one. */
void reading_begin(const char *path);
/* Returns `error`. If memory is exhausted, the mark stays: that ends the process, too. */
struct error *reading_end(const char *path, struct error *error);

/* `stop` is set in a handler of SIGINT and SIGTERM. It is borrowed, and stays. */
void reading_stop_by(const atomic_bool *stop);
/*
 * Waits until a read of `fd` does not block. ERROR_INTERRUPTED: the stop came first. Other errors
 * are left to the read.
 */
struct error *reading_wait(int fd);

#endif
