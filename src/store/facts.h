/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections of facts about functions, with lines KEY TAB WORD [TAB REST]; private to the folder. KEY is the
 * name of a function without what a compiler appended.
 *
 *   a  WORD: KIND [n] [SPACE SYMBOL;SYMBOL...]; n: data has the same name. The symbols are in the order of their
 *      addresses. REST: !why fentry is refused, or ?why it may be refused.
 *      SYMBOL: [^] [.SUFFIX] : BINDING PATCHABLE KPROBE-REFUSED EXPORTED [/REGION] [@SECTION], a letter each;
 *      ^: at the address of the one before; without a section it is .text or unknown.
 *   c  WORD: a caller. REST: [*CALLS] [#SYMBOL], the number of the called symbol if it is not the first.
 *
 *   d  WORD: the file of a declaration. REST: :LINE [=UNIT], the unit that alone has this place. A definition in
 *      the file itself has the place in its file, and every other one the place without a unit.
 *   i  WORD: the unit, "?": unknown. REST: INLINE EXTERNAL [o] [@ [SYMBOL]] [=NAME] [%LANGUAGE]. o: overridden;
 *      @: it has code, that of the symbol of this number; =NAME: the symbol of its code, if it is of another function;
 *      without %LANGUAGE it is C.
 *      WORD !, REST: KIND [=ALIAS-OF], of what is no function that was compiled from source.
 *   j  WORD: a function that this one is inlined in. REST: [*TIMES] [=UNIT] of the definition, if it is not that of
 *      the only definition of the other function.
 *   p  WORD =, REST: the prototype by debug information of a function with a symbol, if BTF has none.
 *
 * The line with the key " " and the word S has the sources that were read (kernel/functions.h). Addresses are not
 * stored.
 */
#ifndef KCOMPAT_STORE_FACTS_H
#define KCOMPAT_STORE_FACTS_H

#include "kernel/kernel.h"
#include "store/form.h"

#define STORE_KEY_SOURCES " "
#define STORE_UNIT_UNKNOWN "?"
#define STORE_SAME_ADDRESS '^'

/* A letter for each enumerator, in their order. */
extern const char store_kind_letters[FUNCTION_KIND_CNT + 1];
extern const char store_binding_letters[FUNCTION_BINDING_CNT + 1];
extern const char store_export_letters[FUNCTION_EXPORT_CNT + 1];
extern const char store_tristate_letters[4];
extern const char store_inline_letters[FUNCTION_INLINE_CNT + 1];

#endif
