/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/file_scan.h"

#include <string.h>

bool scan_text(struct scan *scan, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, text, len))
		return false;
	scan->at += len;
	return true;
}

int64_t scan_number(struct scan *scan, uint64_t max)
{
	uint64_t number = 0;
	const char *begin = scan->at;

	for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
		number = number * 10 + (uint64_t)(*scan->at - '0');
		if (number > max)
			return -1;
	}
	return scan->at > begin ? (int64_t)number : -1;
}

bool scan_string(struct scan *scan, const char **ret, size_t *len)
{
	if (!scan_text(scan, "\""))
		return false;
	*ret = scan->at;
	while (scan->at < scan->end && *scan->at >= ' ' && *scan->at <= '~' && *scan->at != '"' && *scan->at != '\\')
		scan->at++;
	*len = (size_t)(scan->at - *ret);
	return scan_text(scan, "\"");
}
