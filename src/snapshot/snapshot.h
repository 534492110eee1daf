/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about one kernel, with its evidence. Probing, scanning and reading a file produce a
 * snapshot. Rendering, require and comparisons use it. Everything that a snapshot
 * points to lives in its pool. JSON form: docs/schema/snapshot.json.
 */
#ifndef KCOMPAT_SNAPSHOT_SNAPSHOT_H
#define KCOMPAT_SNAPSHOT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "util/pool.h"

#define SNAPSHOT_SCHEMA "kcompat/snapshot/1"

/* X(enumerator, word of the JSON, letter of the matrix, meaning) */
#define CELL_STATES(X)                                                                             \
	X(NONE, "none", ' ', "not asked")                                                          \
	X(RAN, "ran", 'R', "a real program using it was loaded and ran as expected")               \
	X(LOADABLE, "loadable", 'L', "a program making the call was accepted")                     \
	X(PERMITTED, "permitted", 'P', "the allow check passed; a later check of the bare call's arguments failed") \
	X(CONDITIONAL, "conditional", 'c', "allowed only under the condition that the reason names") \
	X(REFUSED, "refused", '-', "the verifier's allow check said no")                           \
	X(ABSENT, "absent", '.', "this kernel has no such function")                               \
	X(IMPOSSIBLE, "impossible", 'x', "the kernel has it and no program of this context can ever call it") \
	X(UNSUPPORTED, "unsupported", '/', "this kernel has no such context")                     \
	X(BLOCKED, "blocked", 'b', "a policy or a missing privilege refused it before the kernel could answer") \
	X(UNKNOWN, "unknown", '?', "not reached or not recognised; the reason says why")

enum cell_state {
#define CELL_STATE_ENUM(name, word, letter, meaning) CELL_##name,
	CELL_STATES(CELL_STATE_ENUM)
#undef CELL_STATE_ENUM
	CELL_STATE_CNT
};

/* State of everything that is not a call: contexts, program types, map types, link types, features. */
#define SUPPORT_STATES(X)                                                                          \
	X(UNKNOWN, "unknown", "no evidence; the reason says why")                                  \
	X(OK, "ok", "the kernel accepted it")                                                      \
	X(UNSUPPORTED, "unsupported", "the kernel does not have it")                               \
	X(BLOCKED, "blocked", "a policy or a missing privilege refused it before the kernel could answer")

enum support_state {
#define SUPPORT_STATE_ENUM(name, word, meaning) SUPPORT_##name,
	SUPPORT_STATES(SUPPORT_STATE_ENUM)
#undef SUPPORT_STATE_ENUM
	SUPPORT_STATE_CNT
};

const char *cell_state_word(enum cell_state state);
char cell_state_letter(enum cell_state state);
const char *cell_state_meaning(enum cell_state state);
const char *support_state_word(enum support_state state);
const char *support_state_meaning(enum support_state state);
/* CELL_STATE_CNT and SUPPORT_STATE_CNT: the word is not a state. */
enum cell_state cell_state_parse(const char *word);
enum support_state support_state_parse(const char *word);
/* Can a program of the context use it without a further condition? ran, loadable, permitted. */
bool cell_state_usable(enum cell_state state);
/* Did the kernel answer? False for blocked and unknown (and none). */
bool cell_state_definite(enum cell_state state);

/* Rules in addition to those of probe/verdict.h and kernel/predict_rules.h. */
#define EVIDENCE_OF_CONTEXT "context"  /* the context's own reason: the call was never tried */

/* What the kernel said. Equal cells share it. `line` may be NULL if there was only an errno. */
struct evidence {
	int errnum;          /* 0: the load succeeded */
	const char *line;    /* the verifier's deciding line, or kcompat's reason */
	const char *rule; /* id of the verdict rule or of the prediction; old files: "predicted" */
};

struct cell {
	enum cell_state state;
	bool predicted; /* from an image, not from a load */
	const struct evidence *evidence; /* NULL: none kept */
};

/* Can a program of the context attach to the target that the context's name selects? */
struct snapshot_attach {
	enum tristate possible;
	const char *missing; /* id of what is missing or not known: HOOK_NEEDS of inventory; NULL: nothing */
	const char *reason;  /* NULL: nothing to say */
	int errnum;          /* of a real attachment that was refused; else 0 */
	bool observed;       /* a program was really attached, or really refused */
	size_t match_cnt;    /* functions that a glob matches; 0 for other targets */
};

/* Rules of a context whose name selects a target: the kernel's files answered, not a load. */
#define RULE_NO_SUCH_TARGET "no-such-target"
#define RULE_TARGET_UNKNOWN "target-unknown"

struct snapshot_context {
	const char *name;         /* "fentry.s", "struct_ops/tcp_congestion_ops" */
	const char *program_type; /* "tracing": libbpf's name, lower case */
	const char *attach_type;  /* "trace_fentry"; NULL: none expected */
	const char *target;       /* the BTF target that was used; NULL: not needed or not found */
	bool sleepable;
	enum support_state state;
	const char *reason;       /* NULL when ok */
	const char *rule;         /* id of the rule that `reason` explains; NULL: no rule matches */
	int errnum;
	const struct snapshot_attach *attach; /* NULL: not asked */
};

/* Where a kfunc's name was found; several may apply. */
#define KFUNC_SOURCES(X)                                                                           \
	X(TAG, "decl_tag")      /* BTF_KIND_DECL_TAG "bpf_kfunc" */                                \
	X(SHIPPED, "list")      /* data/lists/kfuncs.txt, and a BTF function of that name */             \
	X(DISCOVERED, "discover") /* in some program type, the verifier did not refuse it */       \
	X(SET, "kfunc_set")     /* a registered BTF id set of an image */                          \
	X(GIVEN, "argument")    /* named on the command line */

enum kfunc_source {
#define KFUNC_SOURCE_ENUM(name, word) KFUNC_SOURCE_##name,
	KFUNC_SOURCES(KFUNC_SOURCE_ENUM)
#undef KFUNC_SOURCE_ENUM
	KFUNC_SOURCE_CNT
};
const char *kfunc_source_word(enum kfunc_source source);

struct snapshot_kfunc {
	const char *name;
	const char *module;       /* "vmlinux" or the module's name */
	const char *prototype;    /* C, without a semicolon; NULL when not known */
	const char **flags;       /* "KF_SLEEPABLE": as in include/linux/btf.h; only known ones */
	size_t flag_cnt;
	const char **sets; /* BTF id sets that the image registers it with, if they have names */
	size_t set_cnt;
	unsigned int found_by;    /* mask of 1u << enum kfunc_source */
	struct cell *cells;       /* [context_cnt] of the snapshot */
};

/* False: no flag was seen, and nothing says that it has none. */
static inline bool snapshot_flags_known(const struct snapshot_kfunc *kfunc)
{
	return kfunc->flag_cnt || kfunc->found_by & 1u << KFUNC_SOURCE_SET;
}

struct snapshot_helper {
	const char *name; /* "bpf_map_lookup_elem" */
	uint32_t id;
	struct cell *cells;
};

struct snapshot_feature {
	const char *name; /* "ringbuf"; unique within its list */
	enum support_state state;
	const char *reason; /* may be NULL when ok */
	int errnum;
};

/* If a kernel lacks this feature, no program can call any kfunc. */
#define FEATURE_KFUNC_CALLS "kfunc_calls"

struct snapshot_features {
	struct snapshot_feature *list;
	size_t cnt, cap;
};

/* A program of bpf/ that was loaded, and with --run executed. */
struct snapshot_program {
	const char *name;    /* "percpu_kptr_array.alloc" */
	const char *context; /* where it was loaded: "xdp" */
	const char *method;  /* how it was run: "test_run", "link", "ioctl", ...; NULL: loaded only */
	enum cell_state state; /* ran, loadable, refused, blocked, unknown, absent */
	const char *reason;
	int errnum;
};

struct snapshot_symbol {
	const char *name;   /* with its suffix: "vfs_read.cold" */
	const char *module; /* "vmlinux" or the module's name */
	char type;
	uint64_t address;   /* 0 when hidden or not asked for */
};

struct kernel_function; /* kernel/functions.h */

/* A real attachment of a program to the function, and what the kernel said. */
struct snapshot_attachment {
	enum tristate possible;
	int errnum;         /* 0: attached, or no system call was needed to know */
	const char *reason; /* which step failed and how; NULL: attached */
};

/* What holds for a function that matches and is not in the list: the list has all that were found. */
struct snapshot_function_glob {
	const char *glob;
	const char *state; /* "absent", "unknown" */
	const char *reason;
};

/* A kernel function that a program can hook, from the watch list or the command line. */
struct snapshot_function {
	const char *name;
	const char *state;            /* "present", "absent", "unknown" */
	const char *reason;           /* why it is unknown, or what proves absence */
	struct snapshot_symbol *symbols;
	size_t symbol_cnt;
	const char **prototypes;      /* one per BTF FUNC of that name */
	size_t prototype_cnt;
	bool collision;               /* several symbols of exactly that name */
	enum tristate traceable;      /* in available_filter_functions */
	enum tristate kprobe_blacklisted;
	struct cell fentry;           /* result of a load; state none: not tried */
	/* [FUNCTION_ATTACH_CNT] of kernel/function_facts.h; NULL: not tried. */
	struct snapshot_attachment *attached;
	/* What the image says about it. NULL: not read, or it has no function of that name. */
	const struct kernel_function *facts;
};

/* A file that a scanned snapshot was made from, or a package of the kernel that the lab booted. */
struct snapshot_input {
	const char *name;   /* without its directory */
	const char *sha256; /* 64 hex digits */
};

/* Sizes of accesses in bytes, as a mask: 1 | 4 means accesses of one byte and of four bytes. */
#define LAYOUT_SIZE_MAX 8u

/* One field of a context's struct. Accesses start at its offset. */
struct snapshot_layout_field {
	const char *name; /* "len", "cb[1]", "regs.ip" */
	const char *type; /* "__u32"; NULL: not known, from an older kcompat */
	uint32_t offset_bytes, size_bytes;
	unsigned int read, write; /* the sizes that loads proved */
	unsigned int unknown_read, unknown_write; /* the sizes without an answer of the kernel */
	const struct evidence *why; /* for the first unknown size; NULL: no size is unknown */
};

/* What programs may do with the struct that R1 points to. All contexts listed here allow the same. */
struct snapshot_layout {
	const char *type;  /* "__sk_buff" */
	size_t *contexts;  /* [context_cnt] indices of the snapshot, ascending */
	size_t context_cnt;
	struct snapshot_layout_field *fields; /* in the struct's order */
	size_t field_cnt;
};

struct snapshot {
	struct pool pool;
	struct kernel_identity kernel;
	const char *source_kind; /* "probed" or "scanned" */
	const char **facts;      /* "btf", "kallsyms", "config", "probe", ... */
	size_t fact_cnt;
	struct snapshot_input *inputs; /* in the order given; a probe of a running system has none */
	size_t input_cnt;
	struct kernel_environment environment;
	struct kernel_config_option *config; /* sorted; only options that are set. See config_source */
	size_t config_cnt;

	struct snapshot_context *contexts;
	size_t context_cnt;
	struct snapshot_kfunc *kfuncs; /* sorted by name, then module */
	size_t kfunc_cnt;
	struct snapshot_helper *helpers; /* sorted by id */
	size_t helper_cnt;
	struct snapshot_features program_types, map_types, attach_types, link_types, features;
	struct snapshot_function *functions; /* sorted by name */
	size_t function_cnt;
	struct snapshot_function_glob *function_globs; /* of the functions asked about, in their order */
	size_t function_glob_cnt;
	/* The sources of the facts of functions: mask of 1u << enum function_source; 0: none were read. */
	uint32_t function_sources;
	struct snapshot_program *programs;
	size_t program_cnt;
	bool has_layouts; /* layouts were probed, even if the list is empty */
	struct snapshot_layout *layouts;
	size_t layout_cnt;
	size_t unrecognised; /* cells with a verifier message that no rule matches */
	/* So long are the lists that snapshot_note_order() found in order. A list that grew afterwards has no order. */
	size_t sorted_kfunc_cnt, sorted_function_cnt;
};

struct snapshot *snapshot_create(void);          /* NULL: no memory */
void snapshot_destroy(struct snapshot *snapshot); /* NULL-safe */

/* The order of the lists, for qsort(): kfuncs by name and module, helpers by id, the rest by
 * name. */
int snapshot_compare_kfuncs(const void *a, const void *b);
int snapshot_compare_helpers(const void *a, const void *b);
int snapshot_compare_functions(const void *a, const void *b);

/* Looks whether kfuncs and functions are in this order. If so, a name in them is found by halving. */
void snapshot_note_order(struct snapshot *snapshot);

/* NULL: not found. */
const struct snapshot_context *snapshot_find_context(const struct snapshot *snapshot, const char *name);
const struct snapshot_kfunc *snapshot_find_kfunc(const struct snapshot *snapshot, const char *name);
/* The kfunc of the same name and module: several modules may have a kfunc of one name. */
const struct snapshot_kfunc *snapshot_find_same_kfunc(
	const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc);
const struct snapshot_helper *snapshot_find_helper(const struct snapshot *snapshot, const char *name);
const struct snapshot_function *snapshot_find_function(const struct snapshot *snapshot, const char *name);
/* The first glob that the name matches. */
const struct snapshot_function_glob *snapshot_find_function_glob(
	const struct snapshot *snapshot, const char *name);
const struct snapshot_feature *snapshot_find_feature(const struct snapshot_features *features, const char *name);

/*
 * Takes identity, environment and configuration from the kernel, and a fact for each source that was
 * read completely. The kernel must outlive the snapshot, which shares its texts. False: no
 * memory.
 */
bool snapshot_take_kernel(
	struct snapshot *snapshot, const struct kernel *kernel, const char *source_kind);

/* Appends; false: no memory. Texts are copied into the pool. */
bool snapshot_add_feature(struct snapshot *snapshot, struct snapshot_features *features,
	const char *name, enum support_state state, int errnum, const char *reason);
bool snapshot_add_fact(struct snapshot *snapshot, const char *fact);
/* Leaves out the configuration: its options are then unknown, and a limit says so. False: no memory. */
bool snapshot_forget_config(struct snapshot *snapshot);
/* Does the snapshot have the fact: a source that was read, or a word about how it was made? */
bool snapshot_has_fact(const struct snapshot *snapshot, const char *fact);
/* Predicted from an image, not observed on a running kernel. */
bool snapshot_is_scanned(const struct snapshot *snapshot);

/* Other folders include this header, not the ones below. */
#include "snapshot/evidence.h"
#include "snapshot/functions.h"
#include "snapshot/function_view.h"

#endif
