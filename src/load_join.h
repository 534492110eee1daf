/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the things that were given belong to one kernel, told from what is in them. */
#ifndef KCOMPAT_LOAD_JOIN_H
#define KCOMPAT_LOAD_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "load_input.h"
#include "util_error.h"
#include "util_pool.h"

/* One kernel. Items and inputs are borrowed; NULL: not given. */
struct input_kernel {
	const char *release; /* NULL: nothing says it (BTF or symbols under a name of no release) */
	bool release_claimed;     /* only a name says it */
	struct input_item *image; /* what its code, BTF and kallsyms are read from */
	struct input_item *debug; /* the ELF file with .symtab or DWARF; may be the image */
	struct input_item *btf;   /* given apart; the image may have BTF of its own */
	struct input_item *symbols;
	struct input_item *config;
	struct input **module_inputs; /* those whose first module is of this release */
	size_t module_input_cnt, module_input_cap;
	const char **notes; /* what was taken on trust, one line each */
	size_t note_cnt, note_cap;
};

struct input_joined {
	struct pool pool;
	struct input_kernel *kernels; /* in the order they were met */
	size_t kernel_cnt, kernel_cap;
	const char **refusals; /* "THIS: not of the kernel of THAT: why", one line each */
	size_t refusal_cnt, refusal_cap;
};

/*
 * Sorts the items of all inputs into kernels. What proves that two things are of one build:
 * - images: the same linux_banner, and equal build ids where both have one;
 * - a detached debug file: the build id;
 * - BTF: the very bytes are in the image;
 * - symbols: every function that both name lies at the same place, but for one shift of all
 * (KASLR);
 * - modules: vermagic names the release. Each is to be checked once more, see
 * input_module_belongs();
 * - a configuration: none. Architecture, version and compiler can disprove it, a release in the
 *   file's name supports it.
 * Where nothing proves and nothing disproves it, a thing goes to the one kernel it came with in
 * the same package or directory, else to the only kernel that it may be of, with a note.
 * A kernel may also consist of BTF or symbols alone. Everything else that belongs to no kernel is
 * a refusal, as are things of which a kernel has another one already. Errors: those of reading
 * the first module of an input, and lack of memory.
 */
struct error *inputs_join(struct input *const *inputs, size_t input_cnt, struct input_joined **ret);
void input_joined_destroy(struct input_joined *joined); /* NULL-safe */

/* How messages call a kernel: its release, or the path of what it consists of. */
const char *input_kernel_name(const struct input_kernel *kernel);
/* ERROR_INPUT when an unpacked module was built for another release, naming both. */
struct error *input_module_belongs(
	const struct input_kernel *kernel, const struct input_item *module);

#endif
