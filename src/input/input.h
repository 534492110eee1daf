/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `scan` is given: a file, a package or a directory, each of which holds any number of kernel
 * images, BTF, symbols, configurations and modules. What a thing is its content says. Names only
 * tell which release a member claims to be of, where a package keeps its debug files, and a list of
 * modules from one of what is built in.
 */
#ifndef KCOMPAT_INPUT_INPUT_H
#define KCOMPAT_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"
#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* Files looked at in a directory; a root directory has far fewer in /boot and /lib/modules. */
#define INPUT_FILE_MAX 200000
/* Modules of a package that come before its kernel are kept (packed) up to this, see below. */
#define INPUT_SPOOL_MAX_BYTES (128u * 1024 * 1024)

/* X(enumerator, word) */
#define INPUT_KINDS(X)                                                                             \
	X(NONE, "nothing that is known")                                                           \
	X(IMAGE, "kernel image")                                                                   \
	X(DEBUG, "debug file")                                                                     \
	X(BTF, "BTF")                                                                              \
	X(SPLIT, "split BTF")                                                                      \
	X(SYMBOLS, "symbol list")                                                                  \
	X(CONFIG, "kernel configuration")                                                          \
	X(MODULE, "module")                                                                        \
	X(MODULE_LIST, "list of modules")

enum input_kind {
#define INPUT_KIND_ENUM(name, word) INPUT_##name,
	INPUT_KINDS(INPUT_KIND_ENUM)
#undef INPUT_KIND_ENUM
		INPUT_KIND_CNT
};
const char *input_kind_word(enum input_kind kind);

struct input_item {
	enum input_kind kind;
	const char *name; /* for messages: a file's path, "PACKAGE: MEMBER" in a package */
	/* What the name says ("config-RELEASE", "modules/RELEASE/..."); NULL: nothing. */
	const char *claimed_release;
	/* What the content says: banner, vermagic; NULL when it does not. */
	const char *release;
	/* Of IMAGE and DEBUG; of a MODULE after input_module_unpack(). NULL for the others. */
	struct image *image;
	/* Of BTF, SPLIT, SYMBOLS, CONFIG, MODULE_LIST unpacked, of a MODULE as stored. A NUL follows. */
	unsigned char *data;
	size_t size_bytes;
	struct pool pool; /* of the texts above */
};

struct input;

/*
 * Recognises what `path` is and reads all that is not a module. ERROR_INPUT when it is nothing
 * that is known or damaged, the usual errors of files else. Of a package or directory a member
 * that is damaged is a problem (below), not a failure.
 */
struct error *input_open(const char *path, struct input **ret);
void input_close(struct input *input); /* NULL-safe */

/* What it was given as: see inputs_join(). */
enum input_role { INPUT_ROLE_PART, INPUT_ROLE_BASE, INPUT_ROLE_DEBUG };
void input_set_role(struct input *input, enum input_role role); /* PART until then */
enum input_role input_role(const struct input *input);

const char *input_path(const struct input *input);
const char *input_format(const struct input *input); /* "Debian package", "directory", "file" */
/* The items but modules, in the order of the input. They live as long as the input. */
size_t input_item_cnt(const struct input *input);
struct input_item *input_item(const struct input *input, size_t index);
/*
 * The files modules.order of a package or directory: "kernel/DIRECTORY/NAME.ko" a line, every module
 * that the build of claimed_release made. They are no items. Complete at the end of the modules.
 */
size_t input_module_list_cnt(const struct input *input);
const struct input_item *input_module_list(const struct input *input, size_t index);
/* What could not be read, one line each. Complete at the end of the modules. */
size_t input_problem_cnt(const struct input *input);
const char *input_problem(const struct input *input, size_t index);

/* Does it hold modules? Those without code, in a package of debug files, do not count. Reads
 * nothing. */
bool input_has_modules(const struct input *input);
/*
 * The next module, NULL after the last; the caller destroys it. Memory is bounded by that one
 * module and the spool: a package is read on from where input_open() stopped, which is at the
 * first module behind an image. Where modules come first they are spooled, and when they are too
 * many the package is read a second time from its begin. Items that come behind a module are found
 * on the way and are added to the list: Debian's and Fedora's packages have none.
 */
struct error *input_next_module(struct input *input, struct input_item **ret);
/* From the first module again. */
struct error *input_rewind(struct input *input);
/* Was the last one delivered? */
bool input_modules_ended(const struct input *input);
/*
 * The first module, unpacked; before any was delivered by input_next_module(), which delivers it all
 * the same: it lives until then. NULL: there is none. Damaged ones before it become problems.
 */
struct error *input_first_module(struct input *input, const struct input_item **ret);

/*
 * Unpacks a module and parses its ELF file into item->image, and its vermagic into item->release.
 * Touches nothing but the item: may run in any thread. ERROR_INPUT, without the item's name, for a
 * damaged one; kind becomes INPUT_DEBUG for a file that holds no code.
 */
struct error *input_module_unpack(struct input_item *item);
void input_item_destroy(struct input_item *item); /* of input_next_module(); NULL-safe */

/* Which of the things that were given belong to one kernel, told from what is in them. */

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
