/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For assembly: `embed NAME, "PATH"` puts a file between embed_NAME and embed_NAME_end, and a NUL byte behind it. */
#ifndef KCOMPAT_UTIL_EMBED_MACRO_H
#define KCOMPAT_UTIL_EMBED_MACRO_H

	.section .rodata

	.macro embed name, path
	.global embed_\name
	.global embed_\name\()_end
	.balign 8
embed_\name:
	.incbin "\path"
embed_\name\()_end:
	.byte 0
	.endm

#endif
