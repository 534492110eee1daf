/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions of Linux, two numbers each. */
#ifndef KCOMPAT_UTIL_VERSION_H
#define KCOMPAT_UTIL_VERSION_H

#include "util/buf.h"

/* 6.12 and v6.12 as a number that orders as versions do; 0: the text does not begin with a version. */
unsigned int version_parse(const char *text);
/* How many bytes version_parse() reads; 0 for none. */
size_t version_length(const char *text);
/* The one released after it: of 6.19 it is 7.0. */
unsigned int version_next(unsigned int version);
/* Appends "v6.12". */
void put_version(struct buf *out, unsigned int version);

#endif
