/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the console of a guest: the lines of lab/guest/protocol.h. The bytes are untrusted. */
#ifndef KCOMPAT_LAB_CONSOLE_H
#define KCOMPAT_LAB_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"

/* Limits of one stream, and of the raw console. */
#define LAB_STREAM_MAX_BYTES (64u * 1024 * 1024)
#define LAB_CONSOLE_MAX_BYTES (256u * 1024 * 1024)

/* X(enumerator, word) */
#define LAB_STREAMS(X)                                                                             \
	X(STDOUT, "stdout")                                                                        \
	X(STDERR, "stderr")                                                                        \
	X(DMESG, "dmesg")

enum lab_stream {
#define LAB_STREAM_ENUM(name, word) LAB_STREAM_##name,
	LAB_STREAMS(LAB_STREAM_ENUM)
#undef LAB_STREAM_ENUM
		LAB_STREAM_CNT
};
const char *lab_stream_word(enum lab_stream stream);

enum lab_end {
	LAB_END_NONE,   /* no line gave it */
	LAB_END_EXIT,   /* number: the exit status */
	LAB_END_SIGNAL, /* number: the signal */
	LAB_END_TIMEOUT,
	LAB_END_FAILED, /* `why`: the guest could not be set up */
};

struct lab_report {
	bool started, done;
	enum lab_end end;
	unsigned number;
	struct buf why;
	struct buf streams[LAB_STREAM_CNT];
	bool sent[LAB_STREAM_CNT]; /* whole */
};

/*
 * Ignores lines without `mark`. A line with the mark that is not in the protocol is an ERROR_INPUT.
 * So is a stream that differs from its header: it was damaged on the way. On an error, *ret holds
 * everything before it.
 */
struct error *lab_console_parse(
	const char *mark, const char *data, size_t size_bytes, struct lab_report *ret);
void lab_report_deinit(struct lab_report *report); /* NULL-safe */

/*
 * Appends why the kernel of the console panicked, "sysrq triggered crash": what follows the words that
 * panic() of linux kernel/panic.c prints. Nothing, if it did not say so.
 */
void lab_console_panic(const char *data, size_t size_bytes, struct buf *out);
/* The last `line_cnt` lines of a console that do not belong to the lab, without characters that a
 * terminal does not show. */
void lab_console_tail(
	const char *mark, const char *data, size_t size_bytes, size_t line_cnt, struct buf *out);

#endif
