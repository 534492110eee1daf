/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions of Linux, two numbers each. */
#ifndef KCOMPAT_UTIL_VERSION_H
#define KCOMPAT_UTIL_VERSION_H

#include "util/buf.h"

/* 6.12 or v6.12 as a number that sorts like the version. 0: the text starts with no version. */
unsigned int version_parse(const char *text);
/* The number of bytes that version_parse() reads; 0: no version. */
size_t version_length(const char *text);
/* The next release: 7.0 for 6.19. */
unsigned int version_next(unsigned int version);
/* Appends "v6.12". */
void put_version(struct buf *out, unsigned int version);

#endif
