/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/array.h"
#include "util/version.h"

#include <ctype.h>
#include <stdlib.h>

#define MINOR_BITS 16
#define DIGITS_MAX 4

static size_t version_digits(const char *text)
{
	size_t cnt = 0;

	while (cnt <= DIGITS_MAX && isdigit((unsigned char)text[cnt]))
		cnt++;
	return cnt > DIGITS_MAX ? 0 : cnt;
}

size_t version_length(const char *text)
{
	size_t prefix = *text == 'v';
	size_t major = version_digits(text + prefix);
	size_t minor = major && text[prefix + major] == '.' ? version_digits(text + prefix + major + 1) : 0;

	return minor ? prefix + major + 1 + minor : 0;
}

unsigned int version_parse(const char *text)
{
	char *end;

	if (!version_length(text))
		return 0;
	unsigned long major = strtoul(text + (*text == 'v'), &end, 10);
	return (unsigned int)(major << MINOR_BITS | strtoul(end + 1, NULL, 10));
}

unsigned int version_next(unsigned int version)
{
	/* The last version of each finished series. */
	static const unsigned int last[] = {3u << MINOR_BITS | 19, 4u << MINOR_BITS | 20,
		5u << MINOR_BITS | 19, 6u << MINOR_BITS | 19};

	for (size_t i = 0; i < ARRAY_SIZE(last); i++) {
		if (version == last[i])
			return ((version >> MINOR_BITS) + 1) << MINOR_BITS;
	}
	return version + 1;
}

void put_version(struct buf *out, unsigned int version)
{
	buf_printf(out, "v%u.%u", version >> MINOR_BITS, version & ((1u << MINOR_BITS) - 1));
}
