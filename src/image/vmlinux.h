/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel with debug information, of which half the bytes are not needed, in less memory. */
#ifndef KCOMPAT_IMAGE_VMLINUX_H
#define KCOMPAT_IMAGE_VMLINUX_H

#include "util/file.h"

/* Smaller files are read whole. */
#define ELF_FILE_SPARSE_MIN_BYTES (64u * 1024 * 1024)

/*
 * Like file_read(). In a large linked ELF file the sections that nothing here reads are zeros,
 * which take no memory: where variables live (.debug_loc, .debug_loclists), unwinding
 * (.debug_frame), indexes (.debug_aranges), and relocations of debug information, which the linker
 * has applied and keeps for who asks for it (--emit-relocs).
 */
struct error *elf_file_read(const char *path, struct file_bytes *ret);

#endif
