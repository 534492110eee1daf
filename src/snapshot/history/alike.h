/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Could a name be the new one of another? From its words alone; private to the folder. */
#ifndef KCOMPAT_HISTORY_ALIKE_H
#define KCOMPAT_HISTORY_ALIKE_H

#include <stdbool.h>

/* The same letters, whatever their case, with '_' or without: "state" and "__state". */
bool names_differ_in_underscores(const char *a, const char *b);
/*
 * Most of their words are the same: "nr_running" and "nr_queued", "parent" and "parent_pcpu". What was reserved or
 * unused before got a use, and no other name.
 */
bool names_are_alike(const char *a, const char *b);
/* The same for enumerators, which share the words of their enum: all words but one. */
bool enumerators_are_alike(const char *a, const char *b);

#endif
