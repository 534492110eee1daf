/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of data in kallsyms; private to the folder. A macro of the kernel makes many of them for another name:
 * __ksymtab_vfs_read for vfs_read. So a name is split into what the macro puts before it, and that other name. Numbers
 * that a compiler (__func__.12) or a macro (__UNIQUE_ID_alias_7) appends are left out: another build has others.
 * The first two are no data: what lies before the entry of a function.
 */
#ifndef KCOMPAT_STORE_DATA_NAMES_H
#define KCOMPAT_STORE_DATA_NAMES_H

#include <stdbool.h>

#include "util/buf.h"

/*
 * X(letter in the file, what stands before the name). Not in any order: the longest one that fits is taken.
 * include/linux/export.h, static_call_types.h, tracepoint.h, syscalls.h, init.h, moduleparam.h, compiler.h, btf_ids.h, of.h;
 * include/trace/; arch/x86/include/asm/kprobes.h.
 */
#define DATA_PREFIXES(X)                                                                           \
	X('P', "__pfx_")                                                                           \
	X('v', "__cfi_")                                                                           \
	X('k', "__ksymtab_")                                                                       \
	X('f', "__flags_")                                                                         \
	X('K', "__kstrtab_")                                                                       \
	X('N', "__kstrtabns_")                                                                     \
	X('c', "__crc_")                                                                           \
	X('s', "__SCK__")                                                                          \
	X('S', "__SCK__tp_func_")                                                                  \
	X('t', "__tracepoint_")                                                                    \
	X('T', "__tpstrtab_")                                                                      \
	X('m', "__bpf_trace_tp_map_")                                                              \
	X('e', "event_")                                                                           \
	X('E', "__event_")                                                                         \
	X('g', "event_enter__")                                                                    \
	X('h', "event_exit__")                                                                     \
	X('G', "__event_enter__")                                                                  \
	X('H', "__event_exit__")                                                                   \
	X('C', "event_class_")                                                                     \
	X('F', "trace_event_fields_")                                                              \
	X('u', "trace_event_type_funcs_")                                                          \
	X('p', "print_fmt_")                                                                       \
	X('r', "str__")                                                                            \
	X('y', "__syscall_meta__")                                                                 \
	X('Y', "__p_syscall_meta__")                                                               \
	X('x', "types__")                                                                          \
	X('a', "args__")                                                                           \
	X('i', "__setup_")                                                                         \
	X('I', "__setup_str_")                                                                     \
	X('q', "__param_")                                                                         \
	X('Q', "__param_str_")                                                                     \
	X('n', "__initcall__kmod_")                                                                \
	X('U', "__UNIQUE_ID_")                                                                     \
	X('A', "__UNIQUE_ID___addressable_")                                                       \
	X('b', "__BTF_ID__func__")                                                                 \
	X('B', "__BTF_ID__struct__")                                                               \
	X('o', "__of_table_")                                                                      \
	X('l', "_kbl_addr_")                                                                       \
	X('w', "TRACE_SYSTEM_")                                                                    \
	X('W', "__TRACE_SYSTEM_")

#define DATA_PADDING "Pv"

struct data_name {
	char prefix;   /* its letter; 0: none */
	bool numbered; /* a number was left out */
};

/* May it be stored? A name with other characters is of nothing that anybody asks for. */
bool store_is_plain_symbol(const char *name);
/* Is it what lies before the entry of a function? */
bool store_is_padding(const char *name);
/* Appends what is left of the name. */
void data_name_split(const char *name, struct buf *out, struct data_name *ret);

#endif
