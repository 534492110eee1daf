/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verifier's log as data: which instruction was refused, with which words, and what it takes a
 * register for (print_verifier_state(), linux kernel/bpf/log.c). A log is hostile input.
 */
#ifndef KCOMPAT_PROBE_CALLS_LOG_H
#define KCOMPAT_PROBE_CALLS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_refusal {
	int32_t insn;      /* the last instruction that was looked at; -1: none */
	const char *line;  /* the first words after it, inside the log; NULL: none */
	size_t len;
};
struct log_refusal log_refusal(const char *log);

/* The argument (0 is R1) that the words name: "R2", "arg#1", "args#1". False: none. */
bool log_argument(const char *line, size_t len, unsigned int *index);

/* What a register holds after an instruction: "trusted_ptr_or_null_file(". */
struct log_pointer {
	int32_t insn;
	const char *type; /* the struct's name, inside the log */
	size_t type_len;
	bool trusted, rcu, untrusted, may_be_null;
};
/*
 * The next instruction that loads a double word from memory and after which `reg` points to a struct
 * of the kernel. *at starts at the log's begin and moves on. False: there is no other.
 */
bool log_next_pointer(const char **at, unsigned int reg, struct log_pointer *pointer);

#endif
