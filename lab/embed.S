/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files built into kcompat-lab; lab/embed.h declares them. */
#include "util/embed_macro.h"

	embed lab_kernels, "data/kernels.txt"
	embed lab_packages, "tools/debian-packages.sh"
	embed lab_fetch, "lab/fetch.sh"

	.section .note.GNU-stack, "", %progbits
