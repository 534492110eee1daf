/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run may use for the files that it is given: memory and processor time, in proportion to
 * their sizes. The readers have limits of their own, which name what is wrong with a file. These
 * two hold also where a reader has none, and in the libraries: the kernel enforces them
 * (RLIMIT_DATA, RLIMIT_CPU). An allocation over the limit fails; cli.c ends a run that takes longer.
 *
 * A limit belongs to the process, so this is one state for all. Called by the main thread only.
 */
#ifndef KCOMPAT_UTIL_BUDGET_H
#define KCOMPAT_UTIL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Below 2 GiB by what the limit does not count: the program, its libraries, and files it maps. */
#define BUDGET_MEMORY_MAX_BYTES (1856ull << 20)
/* Before the first file, and for each byte of one: a compressed snapshot becomes 100 times as large. */
#define BUDGET_MEMORY_BASE_BYTES (288ull << 20)
#define BUDGET_MEMORY_OF_BYTE 128
/* A kernel package takes 0.1 s for a mebibyte. */
#define BUDGET_SECONDS_BASE 12u
#define BUDGET_SECONDS_OF_MIB 6u
#define BUDGET_SECONDS_MAX 3600u

/* Before this is called, nothing is limited: tests and the lab have other limits. */
void budget_start(void);
/* Adds the share of a file. A file that was added last is not added again. */
void budget_add(const struct stat *file);
/* The same for bytes whose number is known only when they were read. */
void budget_add_bytes(uint64_t size_bytes);
/* The run also asks the running kernel. How long that takes does not depend on a file. */
void budget_add_probe(void);
/* Another process has done a part of the work. */
void budget_spend(unsigned int seconds);
/* From now on it reads files only: their time begins. */
void budget_end_probe(void);
/*
 * Address space that a library maps for itself and hardly uses does not count. Called before it is
 * mapped; given back with a negative number.
 */
void budget_reserve(int64_t size_bytes);

/* The current limits; 0: none is set, because no file was added. */
uint64_t budget_memory_bytes(void);
unsigned int budget_seconds(void);

#endif
