/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another program, run to its end, with what it prints kept. Nothing of it outlives the lab. */
#ifndef KCOMPAT_LAB_PROCESS_H
#define KCOMPAT_LAB_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"

struct lab_process {
	const char *const *argv; /* argv[0] is looked up in PATH; NULL at the end */
	const char *const
		*env;   /* "NAME=VALUE" beside what the lab has; NULL at the end; may be NULL */
	const int *fds; /* stay open in it, though they are close-on-exec here */
	size_t fd_cnt;
	unsigned timeout_s;      /* 0: none */
	size_t output_max_bytes; /* of stdout and of stderr; more ends it */
	bool show_errors;        /* its stderr is the lab's */
};

enum lab_process_end {
	LAB_PROCESS_EXIT,    /* number: its status */
	LAB_PROCESS_SIGNAL,  /* number: what ended it */
	LAB_PROCESS_TIMEOUT, /* killed by the lab */
	LAB_PROCESS_FLOOD,   /* killed by the lab: it printed more than output_max_bytes */
};

struct lab_result {
	enum lab_process_end end;
	int number;
	struct buf out, err;
};

/*
 * *ret is written on success, whatever the program did. It, and all of its process group, is
 * killed when the time ends and when the lab is stopped (ERROR_INTERRUPTED); it dies with the lab.
 * ERROR_NOT_FOUND: there is no such program. stdin is /dev/null.
 */
struct error *lab_process_run(const struct lab_process *process, struct lab_result *ret);
void lab_result_deinit(struct lab_result *result); /* NULL-safe */

#define _cleanup_result_ __attribute__((cleanup(lab_result_deinit)))

#endif
