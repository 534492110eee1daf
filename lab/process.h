/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program to its end, and keeps its output. No process of it outlives the lab. */
#ifndef KCOMPAT_LAB_PROCESS_H
#define KCOMPAT_LAB_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"

struct lab_process {
	const char *const *argv; /* argv[0] is looked up in PATH; NULL at the end */
	const char *const
		*env;   /* "NAME=VALUE" besides the lab's own; NULL at the end; may be NULL */
	const int *fds; /* descriptors that stay open in it, although they are close-on-exec here */
	size_t fd_cnt;
	unsigned timeout_s;      /* 0: none */
	size_t output_max_bytes; /* for stdout and for stderr; more output ends it */
	bool show_errors;        /* its stderr is the lab's */
};

enum lab_process_end {
	LAB_PROCESS_EXIT,    /* number: its status */
	LAB_PROCESS_SIGNAL,  /* number: the signal that ended it */
	LAB_PROCESS_TIMEOUT, /* killed by the lab */
	LAB_PROCESS_FLOOD,   /* killed by the lab: it printed more than output_max_bytes */
};

struct lab_result {
	enum lab_process_end end;
	int number;
	struct buf out, err;
};

/*
 * Writes *ret on success, whatever the program did. The lab kills the program with its process
 * group when the time ends, or when the lab is stopped (ERROR_INTERRUPTED). The program dies with
 * the lab. ERROR_NOT_FOUND: no such program. stdin is /dev/null.
 */
struct error *lab_process_run(const struct lab_process *process, struct lab_result *ret);
void lab_result_deinit(struct lab_result *result); /* NULL-safe */

#define _cleanup_result_ __attribute__((cleanup(lab_result_deinit)))

#endif
