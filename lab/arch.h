/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The architectures that the lab can boot, by Debian's names, and the machine of qemu for
 * each. */
#ifndef KCOMPAT_LAB_ARCH_H
#define KCOMPAT_LAB_ARCH_H

#include <stdbool.h>
#include <stdint.h>

struct lab_arch {
	const char *name;     /* "ppc64el" */
	uint16_t elf_machine; /* of its programs and kernels: EM_PPC64 */
	bool big_endian;
	const char *qemu; /* "qemu-system-ppc64" */
	const char *machine, *cpu;
	const char *console;        /* the kernel's name of the device that `console_device` adds */
	const char *console_device; /* two arguments of qemu for the character device "console" */
	const char *console_device_value;
};

/* NULL: unknown name, or an ELF machine that the lab does not boot. */
const struct lab_arch *lab_arch_named(const char *name);
const struct lab_arch *lab_arch_of_elf(uint16_t machine, bool big_endian);

#endif
