/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate's answer is as an exit status, for whoever reads it. */
#ifndef KCOMPAT_REQUIRE_EXIT_H
#define KCOMPAT_REQUIRE_EXIT_H

#include "kernel/kernel.h"

/* clang-format off: a table */
/* X(enumerator, word of --exit-style, satisfied, missing, cannot tell, usage or internal error) */
#define REQUIRE_STYLES(X)                                                                          \
	X(PLAIN, "plain", 0, 1, 3, 2)                                                              \
	X(SYSTEMD, "systemd", 0, 1, 3, 255) /* ExecCondition=: 1 to 254 skip, 255 fails the unit */ \
	X(NAGIOS, "nagios", 0, 2, 3, 3)     /* OK, CRITICAL, UNKNOWN, UNKNOWN */
/* clang-format on */

enum require_style {
#define REQUIRE_STYLE_ENUM(name, word, yes, no, unknown, error) REQUIRE_STYLE_##name,
	REQUIRE_STYLES(REQUIRE_STYLE_ENUM)
#undef REQUIRE_STYLE_ENUM
	REQUIRE_STYLE_CNT
};

/* REQUIRE_STYLE_CNT for a word that is none. */
enum require_style require_style_parse(const char *word);

/* What --on-unknown makes of an answer that cannot be told. */
enum require_unknown { REQUIRE_UNKNOWN_KEEP, REQUIRE_UNKNOWN_PASS, REQUIRE_UNKNOWN_FAIL };

enum tristate require_settle(enum tristate value, enum require_unknown on_unknown);
int require_exit_status(enum require_style style, enum tristate value);
int require_exit_error(enum require_style style);

#endif
