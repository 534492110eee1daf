/* SPDX-License-Identifier: GPL-2.0-or-later */
/* data/kernels.txt: the kernels with a name, and which of them the lab boots. */
#ifndef KCOMPAT_LAB_KERNELS_H
#define KCOMPAT_LAB_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

/* X(enumerator, word of the last column) */
#define LAB_LEVELS(X)                                                                              \
	X(NONE, "-")      /* only scanned; booted only by name */                         \
	X(FULL, "lab")    /* by `make lab` */                                                      \
	X(QUICK, "quick") /* by `make lab-quick` too */

enum lab_level {
#define LAB_LEVEL_ENUM(name, word) LAB_LEVEL_##name,
	LAB_LEVELS(LAB_LEVEL_ENUM)
#undef LAB_LEVEL_ENUM
		LAB_LEVEL_CNT
};
const char *lab_level_word(enum lab_level level);

struct lab_kernel {
	const char *name; /* ARCH-VERSION[-FLAVOR] */
	const char *suites, *arch, *pattern;
	enum lab_level level;
};

struct lab_kernels {
	struct pool pool;           /* of all texts */
	struct lab_kernel *kernels; /* in the order of the list */
	size_t cnt, cap;
};

/* ERROR_INPUT names a line that is not five words with a level at the end. */
struct error *lab_kernels_parse(const char *text, size_t size_bytes, struct lab_kernels *ret);
void lab_kernels_deinit(struct lab_kernels *kernels); /* NULL-safe */

/* ERROR_USAGE for a word that selects none, with the nearest name. */
struct error *lab_kernels_complain(const struct lab_kernels *kernels, const char *word);

/* Does `word` select it: by its name, a glob (fnmatch(3)) of its name, or its architecture? */
bool lab_kernel_is(const struct lab_kernel *kernel, const char *word);

#endif
