/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables and views of a store. docs/fleet.md explains them to those who ask SQL. */
#ifndef KCOMPAT_FLEET_SCHEMA_H
#define KCOMPAT_FLEET_SCHEMA_H

#include <stddef.h>

#include "snapshot/snapshot.h"

/* Each is one CREATE statement, as SQLite stores it. */
struct schema_object {
	const char *type, *name, *sql;
};
extern const struct schema_object fleet_schema[];
extern const size_t fleet_schema_cnt;

/* How a store writes states. Letters of calls are those of the matrix; X(letter, word, answer) of the others. */
#define FLEET_SUPPORT_LETTERS(X)                                                                   \
	X('o', "ok", "yes")                                                                        \
	X('p', "present", "yes")
/* "yes", "no" or "unknown": what a gate makes of it. */
const char *fleet_answer(enum cell_state state);

/*
 * The number of an evidence is a character of the text `why`. Some characters are none, or no text:
 * control characters, surrogates, and the last two of the first plane. They are left out.
 */
enum { EVIDENCE_FIRST = 33, EVIDENCE_GAP_BEGIN = 0xd800, EVIDENCE_GAP = 0x10000 - 0xd800 };
#define EVIDENCE_NUMBER_MAX (0x10ffff - EVIDENCE_GAP - EVIDENCE_FIRST + 1)

#endif
