/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/join_judge.h"

#include <stdarg.h>

struct error *judge_say(struct pool *pool, const char **why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*why = pool_vprintf(pool, format, args);
	va_end(args);
	return *why ? NULL : error_no_memory();
}
