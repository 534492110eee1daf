/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel without any header: the bytes that `objcopy -O binary vmlinux` writes. Its init_uts_ns
 * (linux init/version-timestamp.c) has the name of its machine, which uname() reports.
 */
#include "image/format.h"
#include "util/array.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

/* struct new_utsname of include/uapi/linux/utsname.h: six texts, padded with NUL. */
#define UTS_FIELD_BYTES 65u
#define UTS_BYTES (6 * UTS_FIELD_BYTES)
enum uts_field { UTS_SYSTEM, UTS_NODE, UTS_RELEASE, UTS_VERSION, UTS_MACHINE };

/* UTS_MACHINE of linux arch/ARCH/Makefile. */
static const struct {
	const char *name;
	uint16_t machine;
	bool big_endian;
	uint8_t address_bytes;
} machines[] = {
	{"x86_64", EM_X86_64, false, 8},
	{"i386", EM_386, false, 4},
	{"aarch64", EM_AARCH64, false, 8},
	{"aarch64_be", EM_AARCH64, true, 8},
	{"arm", EM_ARM, false, 4},
	{"ppc64le", EM_PPC64, false, 8},
	{"ppc64", EM_PPC64, true, 8},
	{"ppc", EM_PPC, true, 4},
	{"s390x", EM_S390, true, 8},
	{"riscv64", EM_RISCV, false, 8},
	{"riscv32", EM_RISCV, false, 4},
	{"loongarch64", IMAGE_EM_LOONGARCH, false, 8},
	{"mips", EM_MIPS, true, 4},
	{"mips64", EM_MIPS, true, 8},
	{"parisc", EM_PARISC, true, 4},
	{"parisc64", EM_PARISC, true, 8},
	{"sparc64", EM_SPARCV9, true, 8},
};

static const char *uts_field(const unsigned char *names, enum uts_field field)
{
	const char *text = (const char *)names + field * UTS_FIELD_BYTES;

	return memchr(text, '\0', UTS_FIELD_BYTES) ? text : NULL;
}

/* One name for both byte orders: what every function returns with, `jr $ra`, stands in the kernel's own. */
static bool mips_is_big(const unsigned char *data, size_t size)
{
	static const unsigned char big[] = {0x03, 0xe0, 0x00, 0x08}, little[] = {0x08, 0x00, 0xe0, 0x03};
	size_t big_cnt = 0, little_cnt = 0;

	for (size_t at = 0; at + 4 <= size; at += 4) {
		big_cnt += !memcmp(data + at, big, 4);
		little_cnt += !memcmp(data + at, little, 4);
	}
	return big_cnt > little_cnt;
}

static bool take_machine(
	const unsigned char *names, const unsigned char *data, size_t size, struct image_raw *ret)
{
	const char *release = uts_field(names, UTS_RELEASE), *version = uts_field(names, UTS_VERSION);
	const char *machine = uts_field(names, UTS_MACHINE);

	if (!release || !isdigit((unsigned char)*release) || !version || *version != '#' || !machine)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (strcmp(machine, machines[i].name) != 0)
			continue;
		bool big = machines[i].machine == EM_MIPS ? mips_is_big(data, size)
							  : machines[i].big_endian;
		*ret = (struct image_raw) {
			"raw kernel", machines[i].machine, big, machines[i].address_bytes};
		return true;
	}
	return false;
}

bool image_raw_by_name(const unsigned char *data, size_t size, struct image_raw *ret)
{
	static const unsigned char system[UTS_FIELD_BYTES] = "Linux";
	const unsigned char *at = data, *end = data + size;

	while ((at = memmem(at, (size_t)(end - at), system, sizeof(system)))) {
		if ((size_t)(end - at) >= UTS_BYTES && take_machine(at, data, size, ret))
			return true;
		at++;
	}
	return false;
}
