/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colours of text for a terminal. A colour repeats what a word says: it never stands for it. */
#ifndef KCOMPAT_UTIL_COLOUR_H
#define KCOMPAT_UTIL_COLOUR_H

#define COLOUR_GOOD "\033[32m"
#define COLOUR_BAD "\033[31m"
#define COLOUR_DOUBT "\033[35m" /* yellow cannot be read on white */
#define COLOUR_END "\033[0m"

#endif
