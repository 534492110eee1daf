/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel of which only BTF is known, and symbols and BTF that may be of it: any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/kind.h"
#include "input/join_judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct input_item *make(enum input_kind kind, const uint8_t *data, size_t size)
{
	struct input_item *item = input_item_create("6.1.0-1-amd64.btf");
	unsigned char *copy = malloc(size + 1);

	if (!item || !copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	item->kind = kind;
	item->data = copy;
	item->size_bytes = size;
	return item;
}

static void judge(struct input_kernel *kernel, const struct input_item *item)
{
	_cleanup_pool_ struct pool pool = {0};
	enum judgement judgement;
	const char *why = NULL;
	struct error *error = judge_item(&pool, kernel, item, &judgement, &why);

	if (error || (!why && (judgement == JUDGE_NO || judgement == JUDGE_LIKELY)))
		abort();
}

/* Two bytes, the length of the BTF; the BTF; the rest is symbols, and BTF split over the first. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	size_t btf_size = (size_t)data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	if (btf_size > size)
		return 0;
	struct input_item *btf = make(INPUT_BTF, data, btf_size);
	struct input_item *symbols = make(INPUT_SYMBOLS, data + btf_size, size - btf_size);
	struct input_item *split = make(INPUT_SPLIT, data + btf_size, size - btf_size);
	struct input_kernel kernel = {.btf = btf};
	judge(&kernel, symbols);
	judge(&kernel, split);
	kbtf_destroy(kernel.types);
	input_item_destroy(btf);
	input_item_destroy(symbols);
	input_item_destroy(split);
	return 0;
}
