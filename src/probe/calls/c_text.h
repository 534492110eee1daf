/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A planned program as C: a source that clang compiles and libbpf loads. It has all declarations that it
 * needs, and leaves out those of the kernel's types if vmlinux.h was included before.
 */
#ifndef KCOMPAT_PROBE_CALLS_C_TEXT_H
#define KCOMPAT_PROBE_CALLS_C_TEXT_H

#include "probe/calls/builder.h"

/* False: the program needs something that has no form in C here. Then nothing is printed. */
bool c_text_print(const struct builder *builder, struct buf *out);

#endif
