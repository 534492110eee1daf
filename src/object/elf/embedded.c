/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF objects inside another file: a skeleton of libbpf holds one as it is, in the data of its
 * program. */
#include "object/elf/parts.h"

/* One past the last byte that the image uses; 0: it is damaged, or ends behind the file. */
static uint64_t image_end(const struct object *image)
{
	const unsigned char *header = image->bytes;
	uint64_t table = object_long(image, header + offsetof(Elf64_Ehdr, e_shoff));
	uint32_t cnt = object_half(image, header + offsetof(Elf64_Ehdr, e_shnum));

	if (!cnt || table > image->size_bytes ||
		(uint64_t)cnt * sizeof(Elf64_Shdr) > image->size_bytes - table)
		return 0;
	uint64_t end = table + (uint64_t)cnt * sizeof(Elf64_Shdr);
	for (uint32_t i = 0; i < cnt; i++) {
		const unsigned char *at = header + table + i * sizeof(Elf64_Shdr);
		uint64_t offset = object_long(image, at + offsetof(Elf64_Shdr, sh_offset));
		uint64_t size = object_long(image, at + offsetof(Elf64_Shdr, sh_size));
		if (object_word(image, at + offsetof(Elf64_Shdr, sh_type)) == SHT_NOBITS)
			continue;
		if (offset > image->size_bytes || size > image->size_bytes - offset)
			return 0;
		end = offset + size > end ? offset + size : end;
	}
	return end;
}

bool object_next_embedded(const void *bytes, size_t size, size_t *at, size_t *ret)
{
	const unsigned char *file = bytes;

	while (*at < size) {
		const unsigned char *found = memmem(file + *at, size - *at, ELFMAG, SELFMAG);
		if (!found)
			return false;
		*at = (size_t)(found - file);
		struct object image = {.bytes = (unsigned char *)found, .size_bytes = size - *at};
		uint64_t end = 0;
		if (object_recognise(found, image.size_bytes)) {
			object_set_order(&image);
			end = image_end(&image);
		}
		if (end) {
			*ret = end;
			return true;
		}
		*at += SELFMAG;
	}
	return false;
}
