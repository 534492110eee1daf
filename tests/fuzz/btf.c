/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/btf_walk.h"
#include "btf/btf.h"

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

static bool uses_last_string(const struct kbtf *split, const struct kbtf *base)
{
	uint32_t last = kbtf_string_end(split) - 1;
	bool used = false;

	if (kbtf_string_end(split) == kbtf_string_end(base))
		return false;
	while (last > kbtf_string_end(base) && *kbtf_string(split, last - 1))
		last--;
	for (uint32_t id = kbtf_first_id(split); id < kbtf_type_cnt(split); id++)
		used |= kbtf_type(split, id)->name_off == last;
	return used;
}

/*
 * The length of a base is a guess from the last own string, and too small if no type uses that string. Where the
 * string is used, a base that is accepted has that length.
 */
static void check_split(const struct kbtf *split, const struct kbtf *base)
{
	size_t size;
	uint32_t strings = 0;
	const void *bytes = kbtf_bytes(split, &size);
	_cleanup_error_ struct error *error = kbtf_split_base_strings(bytes, size, &strings);
	_cleanup_error_ struct error *other = kbtf_split_check(split, base);

	walk_check(!error && (!other || other->code == ERROR_INPUT));
	walk_check(other || strings <= kbtf_string_end(base));
	walk_check(other || !uses_last_string(split, base) || strings == kbtf_string_end(base));
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
	if (btf && base)
		check_split(btf, base);
	kbtf_destroy(btf);
	kbtf_destroy(base);
	return 0;
}
