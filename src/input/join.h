/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the things that were given belong to one kernel, told from what is in them. */
#ifndef KCOMPAT_INPUT_JOIN_H
#define KCOMPAT_INPUT_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "input/input.h"
#include "util/error.h"
#include "util/pool.h"

/* One kernel. Items and inputs are borrowed; NULL: not given. */
struct kbtf;

struct input_kernel {
	const char *release; /* NULL: nothing says it (BTF or symbols under a name of no release) */
	bool release_claimed;     /* only a name says it */
	struct input_item *image; /* what its code, BTF and kallsyms are read from */
	struct input_item *debug; /* the ELF file with .symtab or DWARF; may be the image */
	struct input_item *btf;   /* given apart; the image may have BTF of its own */
	struct input_item *symbols;
	struct input_item *config;
	struct input_item **splits; /* BTF of modules, which continues this kernel's */
	size_t split_cnt, split_cap;
	struct kbtf *types; /* of this kernel's BTF, made when first asked for; of the join */
	struct input **module_inputs; /* those whose first module is of this release */
	size_t module_input_cnt, module_input_cap;
	struct input *const *inputs; /* all that was given; a list of its modules may be in any */
	size_t input_cnt;
	const char **notes; /* what was taken on trust, one line each */
	size_t note_cnt, note_cap;
};

struct input_refusal {
	const char *what; /* "THIS: not of the kernel of THAT: why" */
	const char *todo;
};

struct input_joined {
	struct pool pool;
	struct input_kernel *kernels; /* in the order they were met */
	size_t kernel_cnt, kernel_cap;
	struct input_refusal *refusals;
	size_t refusal_cnt, refusal_cap;
};

/*
 * Sorts the items of all inputs into kernels. What proves that two things are of one build:
 * - images: the same linux_banner, and equal build ids where both have one;
 * - a detached debug file: the build id;
 * - BTF: the very bytes are in the image; of an image without BTF: see below;
 * - split BTF: it continues the kernel's, see kbtf_split_check();
 * - symbols: every function that both name lies at the same place, but for one shift of all
 *   (KASLR); of a kernel that is BTF and nothing else: see below;
 * - modules: vermagic names the release; where the kernel has none, their BTF continues its. Each
 *   is to be checked once more, see input_module_belongs();
 * - a configuration: none. Architecture, version and compiler can disprove it, a release in the
 *   file's name supports it.
 * BTF and symbols of one build name the same functions: all those of the BTF are among the symbols.
 * Of another build of the same source they may be too, so that a note says by what they were joined.
 * Where nothing proves and nothing disproves it, a thing goes to the one kernel it came with in
 * the same package or directory, else to the only kernel that it may be of, with a note.
 * A kernel may also consist of BTF or symbols alone. Everything else that belongs to no kernel is
 * a refusal, as are things of which a kernel has another one already.
 * An input that was given as BASE is what split BTF and modules continue: it is no kernel of its own
 * when nothing does, and its own modules are left alone. One given as DEBUG founds no kernel and is
 * refused when no debug file is in it. Errors: those of reading the first module of an input, and
 * lack of memory.
 */
struct error *inputs_join(struct input *const *inputs, size_t input_cnt, struct input_joined **ret);
void input_joined_destroy(struct input_joined *joined); /* NULL-safe */

/* How messages call a kernel: its release, or the path of what it consists of. */
const char *input_kernel_name(const struct input_kernel *kernel);
/*
 * The bytes that the kernel's BTF is read from, in its image, its debug file or given apart, and of
 * which item they are; false: it has none.
 */
bool input_kernel_btf(const struct input_kernel *kernel, const unsigned char **data,
	size_t *size_bytes, const char **name);
/* ERROR_INPUT when an unpacked module was built for another release, naming both releases. */
struct error *input_module_belongs(
	const struct input_kernel *kernel, const struct input_item *module);

#endif
