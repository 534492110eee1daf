/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json_write.h"

#include <stdlib.h>
#include <string.h>

char *json_as_ascii(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; c && *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	return copy;
}

json_t *json_text_or_null(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	char *copy = value ? NULL : json_as_ascii(text);
	if (copy)
		value = json_string(copy);
	free(copy);
	return value;
}
