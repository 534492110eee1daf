/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Letters that stand for columns: A to Z; of more than 26 AA, AB and so on, all of one length. */
#ifndef KCOMPAT_UTIL_LABEL_H
#define KCOMPAT_UTIL_LABEL_H

#include <stddef.h>

#define LABEL_MAX 16

static inline size_t label_length(size_t cnt)
{
	size_t len = 1;

	for (size_t room = 26; room < cnt; room *= 26)
		len++;
	return len;
}

/* `len` is below LABEL_MAX. */
static inline void label_write(size_t index, size_t len, char ret[LABEL_MAX])
{
	ret[len] = '\0';
	for (; len-- > 0; index /= 26)
		ret[len] = (char)('A' + index % 26);
}

#endif
