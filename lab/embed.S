/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files built into kcompat-lab; lab/embed.h declares them. */
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

	embed lab_kernels, "data/kernels.txt"
	embed lab_packages, "tools/debian-packages.sh"
	embed lab_fetch, "lab/fetch.sh"

	.section .note.GNU-stack, "", %progbits
