/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KCOMPAT_UTIL_ARRAY_H
#define KCOMPAT_UTIL_ARRAY_H

/* The number of elements of an array, which must not be a pointer. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
