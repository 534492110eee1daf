/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inputs of `scan`: files, packages and directories. Each contains any number of kernel images,
 * BTF, symbols, configurations and modules. File types are detected from content. Names have three
 * uses only: the claimed release of a member, the place of debug files in a package, and whether a
 * list names modules or built-in ones.
 */
#ifndef KCOMPAT_INPUT_INPUT_H
#define KCOMPAT_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "image/image.h"
#include "kernel/kernel.h"
#include "util/error.h"
#include "util/pool.h"

/* Limit of files in a directory. A root directory has far fewer in /boot and /lib/modules. */
#define INPUT_FILE_MAX 200000
/* Limit of the spool: compressed modules that come before the kernel in a package, see below. */
#define INPUT_SPOOL_MAX_BYTES (128u * 1024 * 1024)

/* X(enumerator, word) */
#define INPUT_KINDS(X)                                                                             \
	X(NONE, "unrecognised file type")                                                          \
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
	/* The release in the name ("config-RELEASE", "modules/RELEASE/..."); NULL: none. */
	const char *claimed_release;
	/* The release in the content (banner, vermagic); NULL: none. */
	const char *release;
	/* For IMAGE and DEBUG, and for MODULE after input_module_unpack(); else NULL. */
	struct image *image;
	/* MODULE: as stored; BTF, SPLIT, SYMBOLS, CONFIG, MODULE_LIST: unpacked. A NUL follows. */
	unsigned char *data;
	size_t size_bytes;
	struct pool pool; /* of the texts above */
};

struct input;

/*
 * Detects the type of `path` and reads everything except modules. ERROR_INPUT: an unrecognised file
 * type, or a damaged file. Other errors come from reading. A damaged member of a package or
 * directory is a problem (below), not a failure.
 */
struct error *input_open(const char *path, struct input **ret);
void input_close(struct input *input); /* NULL-safe */

/* The role of the input: see inputs_join(). */
enum input_role { INPUT_ROLE_PART, INPUT_ROLE_BASE, INPUT_ROLE_DEBUG };
void input_set_role(struct input *input, enum input_role role); /* PART until then */
enum input_role input_role(const struct input *input);

const char *input_path(const struct input *input);
const char *input_format(const struct input *input); /* "Debian package", "directory", "file" */
/* The items except modules, in the order of the input. They live as long as the input. */
size_t input_item_cnt(const struct input *input);
struct input_item *input_item(const struct input *input, size_t index);
/*
 * The files modules.order of a package or directory list every module of the build of
 * claimed_release, one "kernel/DIRECTORY/NAME.ko" a line. They are not items. Complete after the
 * last module.
 */
size_t input_module_list_cnt(const struct input *input);
const struct input_item *input_module_list(const struct input *input, size_t index);
/* What could not be read, one line each. Complete after the last module. */
size_t input_problem_cnt(const struct input *input);
const char *input_problem(const struct input *input, size_t index);

/* Does it hold modules? Those without code, in a package of debug files, do not count. Reads
 * nothing. */
bool input_has_modules(const struct input *input);
/*
 * The next module, NULL after the last; the caller destroys it. Only this module and the spool use
 * memory. input_open() stops at the first module after an image, and reading continues there. If
 * modules come first, they are spooled. If they are too many, the package is read a second time
 * from its start. Items after a module are added to the list during this reading: Debian's and
 * Fedora's packages have none.
 */
struct error *input_next_module(struct input *input, struct input_item **ret);
/* From the first module again. */
struct error *input_rewind(struct input *input);
/* Was the last one delivered? */
bool input_modules_ended(const struct input *input);
/*
 * The first module, unpacked. Call it before input_next_module(), which still delivers this module
 * first: it lives until then. NULL: there is none. Damaged modules before it become problems.
 */
struct error *input_first_module(struct input *input, const struct input_item **ret);

/*
 * Unpacks a module and parses its ELF file into item->image, and its vermagic into item->release.
 * It changes only the item, so it may run in any thread. ERROR_INPUT, without the item's name: a
 * damaged module. kind becomes INPUT_DEBUG if the file has no code.
 */
struct error *input_module_unpack(struct input_item *item);
void input_item_destroy(struct input_item *item); /* of input_next_module(); NULL-safe */

/* Which items belong to one kernel, decided by their content. */

/* One kernel. Items and inputs are borrowed; NULL: not given. */
struct kbtf;

struct input_kernel {
	const char *release; /* NULL: unknown (BTF or symbols without a release in the name) */
	bool release_claimed;     /* the release is only in a name */
	struct input_item *image; /* source of its code, BTF and kallsyms */
	struct input_item *debug; /* the ELF file with .symtab or DWARF; may be the image */
	struct input_item *btf;   /* separate file; the image may also contain BTF */
	struct input_item *symbols;
	struct input_item *config;
	struct input_item **splits; /* split BTF of modules over this kernel's BTF */
	size_t split_cnt, split_cap;
	struct kbtf *types; /* of this kernel's BTF, created on first use; owned by the join */
	struct input **module_inputs; /* inputs whose first module has this release */
	size_t module_input_cnt, module_input_cap;
	struct input *const *inputs; /* all inputs; any may have a list of its modules */
	size_t input_cnt;
	const char **notes; /* unproven assumptions, one line each */
	size_t note_cnt, note_cap;
};

struct input_refusal {
	const char *what; /* "FILE: this KIND is not for the kernel of FILE: why" */
	const char *todo;
};

struct input_joined {
	struct pool pool;
	struct input_kernel *kernels; /* in the order of the inputs */
	size_t kernel_cnt, kernel_cap;
	struct input_refusal *refusals;
	size_t refusal_cnt, refusal_cap;
};

/*
 * Combines the items of all inputs into kernels. Two items belong to one build if this holds:
 * - images: the same linux_banner, and equal build ids where both have one;
 * - a detached debug file: the build id;
 * - BTF: the image contains the same bytes; for an image without BTF see below;
 * - split BTF: the kernel's BTF is its base, see kbtf_split_check();
 * - symbols: every common function has the same address, except for one common shift (KASLR); for a
 *   kernel with only BTF see below;
 * - modules: vermagic has the kernel's release; without a release, the kernel's BTF is the base of
 *   their BTF. The caller must check each module again, see input_module_belongs();
 * - a configuration: nothing proves it. Architecture, version and compiler can disprove it. A
 *   release in the file's name supports it.
 * In one build, the symbols contain all functions of the BTF. Another build of the same source may
 * have the same functions, so a note names this evidence.
 * Without proof and disproof, an item goes to the kernel in the same package or directory, else to
 * the only possible kernel, with a note.
 * A kernel may also consist of BTF or symbols alone. Every other item without a kernel is refused,
 * and so is an item of a kind that the kernel already has.
 * An input with the role BASE is the base of split BTF and modules. If nothing extends it, it is no
 * kernel. Its own modules are ignored. An input with the role DEBUG makes no kernel, and is refused
 * if it is no debug file. Errors come from reading the first module of an input, or from lack of
 * memory.
 */
struct error *inputs_join(struct input *const *inputs, size_t input_cnt, struct input_joined **ret);
void input_joined_destroy(struct input_joined *joined); /* NULL-safe */

/* The name of a kernel in messages: its release, or the path of its file. */
const char *input_kernel_name(const struct input_kernel *kernel);
/*
 * The bytes of the kernel's BTF and the item that contains them: the image, the debug file or a
 * separate file. False: it has no BTF.
 */
bool input_kernel_btf(const struct input_kernel *kernel, const unsigned char **data,
	size_t *size_bytes, const char **name);
/* ERROR_INPUT if an unpacked module was built for another release. The message names both. */
struct error *input_module_belongs(
	const struct input_kernel *kernel, const struct input_item *module);

#endif
