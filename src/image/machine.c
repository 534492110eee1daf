/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What uname -m says on the machine of an image. */
#include "image/format.h"
#include "util/array.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

#define ARM_NAME_MAX_BYTES 16u

/* The length of the name of an ARM architecture at `text`, "armv5te"; 0: there is none. */
static size_t arm_name_length(const unsigned char *text, size_t room)
{
	size_t len = 0;

	while (len < room && len < ARM_NAME_MAX_BYTES && (islower(text[len]) || isdigit(text[len])))
		len++;
	/* cpu_arch_name is followed by cpu_elf_name: "armv7", "v7". */
	return len + 3 < room && !text[len] && text[len + 1] == 'v' && isdigit(text[len + 2]) ? len : 0;
}

/*
 * linux arch/arm/mm/proc-*.S: a kernel has the name of each architecture that it can run on. The CPU
 * decides at boot, so with two of them the kernel's name is not known. NULL: no memory.
 */
static const char *arm_name(struct image *image)
{
	static const char begin[] = "armv";
	const char *found = NULL;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const unsigned char *at = image->segments[i].data, *end = at + image->segments[i].size_bytes;
		while ((at = memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1))) {
			size_t len = arm_name_length(at, (size_t)(end - at));
			const unsigned char *name = at++;
			if (!len || (found && strlen(found) == len && !memcmp(found, name, len)))
				continue;
			if (found)
				return "arm";
			found = pool_strndup(&image->pool, (const char *)name, len);
			if (!found)
				return NULL;
		}
	}
	return found ? pool_printf(&image->pool, "%s%c", found, image->big_endian ? 'b' : 'l') : "arm";
}

struct error *image_find_machine(struct image *image)
{
	static const struct {
		uint16_t machine;
		bool big_endian;
		uint8_t address_bytes; /* 0: any, like big_endian then */
		const char *name;
	} names[] = {
		{EM_X86_64, false, 0, "x86_64"},
		{EM_386, false, 0, "i686"},
		{EM_AARCH64, true, 8, "aarch64_be"},
		{EM_AARCH64, false, 0, "aarch64"},
		{EM_PPC64, true, 8, "ppc64"},
		{EM_PPC64, false, 0, "ppc64le"},
		{EM_PPC, true, 0, "ppc"},
		{EM_S390, true, 0, "s390x"},
		{EM_RISCV, false, 8, "riscv64"},
		{EM_RISCV, false, 0, "riscv32"},
		{IMAGE_EM_LOONGARCH, false, 8, "loongarch64"},
		{IMAGE_EM_LOONGARCH, false, 0, "loongarch32"},
		{EM_MIPS, false, 4, "mips"},
		{EM_MIPS, true, 4, "mips"},
		{EM_MIPS, false, 0, "mips64"},
		{EM_PARISC, true, 4, "parisc"},
		{EM_PARISC, true, 0, "parisc64"},
		{EM_SPARC, true, 0, "sparc"},
		{EM_SPARC32PLUS, true, 0, "sparc"},
		{EM_SPARCV9, true, 0, "sparc64"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names) && !image->machine_name; i++) {
		bool same = !names[i].address_bytes ||
			(names[i].address_bytes == image->address_bytes &&
				names[i].big_endian == image->big_endian);
		if (names[i].machine == image->machine && same)
			image->machine_name = names[i].name;
	}
	if (image->machine != EM_ARM)
		return NULL;
	image->machine_name = arm_name(image);
	return image->machine_name ? NULL : error_no_memory();
}
