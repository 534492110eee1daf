/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conclusions from the facts of a function: which source has which fact, and what can attach. */
#ifndef KCOMPAT_KERNEL_FUNCTION_FACTS_H
#define KCOMPAT_KERNEL_FUNCTION_FACTS_H

#include "kernel/kernel.h"

/* X(enumerator, word, the source of the fact, the source if that one was not read) */
#define FUNCTION_FACTS(X)                                                                          \
	X(INSTANCES, "instances", DWARF, CODE)                                                     \
	X(INLINE, "inline", DWARF, DWARF)                                                          \
	X(DIRECT_CALLERS, "direct_callers", DWARF, CODE)                                           \
	X(INLINE_CALLERS, "inline_callers", DWARF, DWARF)                                          \
	X(SYMBOLS, "symbols", SYMTAB, SYMBOLS)                                                     \
	X(PROTOTYPES, "prototypes", BTF, BTF)                                                      \
	X(PATCHABLE, "patchable", ENTRIES, ENTRIES)                                                \
	X(KPROBE_REFUSED, "kprobe_refused", BLACKLIST, BLACKLIST)                                  \
	X(EXPORTED, "exported", EXPORTS, EXPORTS)                                                  \
	X(REGION, "region", REGIONS, REGIONS)                                                      \
	X(KPROBE_TRACED_ONLY, "kprobe_traced_only", TRACED_ONLY, TRACED_ONLY)                      \
	X(KPROBE_SINGLE_ONLY, "kprobe_single_only", SINGLE_ONLY, SINGLE_ONLY)                      \
	X(NO_BTF, "no_btf", NO_BTF, NO_BTF)

enum function_fact {
#define FUNCTION_FACT_ENUM(name, word, source, other) FUNCTION_FACT_##name,
	FUNCTION_FACTS(FUNCTION_FACT_ENUM)
#undef FUNCTION_FACT_ENUM
	FUNCTION_FACT_CNT
};

const char *function_fact_word(enum function_fact fact);
/* The word of the fact's source in a mask of 1u << enum function_source; NULL: none has it. */
const char *function_fact_source(enum function_fact fact, uint32_t sources);
/* The mask of one source by its word; 0: there is no such source. */
uint32_t function_source_mask(const char *word);

/* X(enumerator, word) */
#define FUNCTION_ATTACHES(X)                                                                       \
	X(FENTRY, "fentry")                                                                        \
	X(KPROBE, "kprobe")

enum function_attach {
#define FUNCTION_ATTACH_ENUM(name, word) FUNCTION_ATTACH_##name,
	FUNCTION_ATTACHES(FUNCTION_ATTACH_ENUM)
#undef FUNCTION_ATTACH_ENUM
	FUNCTION_ATTACH_CNT
};
const char *function_attach_word(enum function_attach attach);

struct function_attachability {
	enum tristate possible;
	enum predict_rule rule; /* PREDICT_NONE: no reason */
	const char *reason; /* static; NULL: yes, without restriction */
};

/*
 * According to the image: can a program attach to the function by its own name on a booted kernel?
 * A policy may still refuse. `in_btf` is how many functions of that name the
 * kernel's BTF has. In linux: kernel/kprobes.c (check_kprobe_address_safe()),
 * kernel/trace/trace_kprobe.c (within_notrace_func(); count_symbols(): several of one name),
 * kernel/bpf/verifier.c (bpf_check_attach_target(), btf_id_deny), kernel/kallsyms.c
 * (kallsyms_lookup_name() gives the verifier the first of several), kernel/bpf/trampoline.c
 * (register_fentry()).
 */
struct function_attachability function_attachability(const struct kernel_function *function,
	uint32_t sources, size_t in_btf, enum function_attach attach);

#endif
