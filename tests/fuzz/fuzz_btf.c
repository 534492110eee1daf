/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../btf_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct kbtf *create(const uint8_t *data, size_t size, const struct kbtf *base)
{
	struct kbtf *btf = NULL;
	void *copy = malloc(size ? size : 1);

	if (size)
		memcpy(copy, data, size);
	_cleanup_error_ struct error *error = kbtf_create(copy, size, KBTF_MALLOC, base, &btf);
	walk_check(error ? error->code == ERROR_INPUT && !btf : btf != NULL);
	return btf;
}

/* Two bytes, the length of a base that comes first (0: none), then the BTF itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbtf *base = NULL;

	if (size < 2)
		return 0;
	size_t base_size = (size_t)data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	if (base_size && base_size <= size) {
		base = create(data, base_size, NULL);
		data += base_size;
		size -= base_size;
	}
	struct kbtf *btf = create(data, size, base);
	if (base)
		walk_btf_twice(base);
	if (btf)
		walk_btf_twice(btf);
	kbtf_destroy(btf);
	kbtf_destroy(base);
	return 0;
}
