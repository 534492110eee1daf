/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pointers of an image that stand in relocations instead of in place. */
#ifndef KCOMPAT_IMAGE_RELOCATE_H
#define KCOMPAT_IMAGE_RELOCATE_H

#include "kernel/kernel.h"
#include "image/image.h"

/*
 * Where modules are put: x86-64 code has addresses of 32 bits that are extended by their sign
 * (MODULES_VADDR, Documentation/arch/x86/x86_64/mm.rst), other architectures do not mind.
 */
#define MODULE_ADDRESS 0xffffffffa0000000u
/* The names a module takes from others get addresses below its own, this far apart. */
#define MODULE_EXTERN_STEP_BYTES 16u
#define MODULE_EXTERN_MAX 65536u

/*
 * A raw image of arm64 or riscv64 whose pointers are 0 in place and stand in a table of
 * R_*_RELATIVE relocations (.rela.dyn; linux before 6.4 on arm64): writes them in place. Images
 * with RELR or without relocations are left as they are. Needs the link address (see
 * image_set_link_address()). Writes into the image's memory: not while others read it.
 */
void image_relocate_raw(struct image *image);

/*
 * A module (image->relocatable): moves its segments to MODULE_ADDRESS, applies the relocations of
 * what is loaded, for x86-64, arm64, ppc64le, riscv64 and s390x, and lists its symbols, those it takes from elsewhere
 * included, as undefined ones of type 'U' turned 'T': their addresses are made up, their names are
 * what matters. Relocations of a kind that is not known are left out; on
 * ppc64le and riscv64 the instruction is made an illegal one. `*ret` lives in the image's pool.
 */
struct error *image_relocate_module(struct image *image, struct kernel_symbols **ret);

#endif
