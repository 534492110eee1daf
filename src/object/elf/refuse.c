/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/elf/parts.h"

#include <stdarg.h>

struct error *object_refuse(struct object *object, const char *format, ...)
{
	va_list args;

	if (object->refusal)
		return NULL;
	va_start(args, format);
	object->refusal = pool_vprintf(&object->pool, format, args);
	va_end(args);
	return object->refusal ? NULL : error_no_memory();
}
