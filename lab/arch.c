/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/arch.h"
#include "util/array.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

/* The machines with the fewest devices that still give Debian's kernels a console.
 */
static const struct lab_arch arches[] = {
	{"amd64", EM_X86_64, false, "qemu-system-x86_64", "q35", "max", "ttyS0", "-serial",
		"chardev:console"},
	/* pauth-impdef: the architected pointer authentication takes half of the time in emulation.
	 */
	{"arm64", EM_AARCH64, false, "qemu-system-aarch64", "virt", "max,pauth-impdef=on",
		"ttyAMA0", "-serial", "chardev:console"},
	/* x-vof: without SLOF, which takes longer than the kernel to boot. */
	{"ppc64el", EM_PPC64, false, "qemu-system-ppc64", "pseries,x-vof=on", "power9", "hvc0",
		"-serial", "chardev:console"},
	{"riscv64", EM_RISCV, false, "qemu-system-riscv64", "virt", "rv64", "ttyS0", "-serial",
		"chardev:console"},
	{"s390x", EM_S390, true, "qemu-system-s390x", "s390-ccw-virtio", "max", "ttysclp0",
		"-device", "sclpconsole,chardev=console"},
};

const struct lab_arch *lab_arch_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		if (!strcmp(arches[i].name, name))
			return &arches[i];
	}
	return NULL;
}

const struct lab_arch *lab_arch_of_elf(uint16_t machine, bool big_endian)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		if (arches[i].elf_machine == machine && arches[i].big_endian == big_endian)
			return &arches[i];
	}
	return NULL;
}
