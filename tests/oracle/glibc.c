/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that a static library from a newer Debian expects of the C library (glibc 2.38), for an
 * older one. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int __isoc23_sscanf(const char *text, const char *format, ...);
int __isoc23_fscanf(FILE *file, const char *format, ...);
long __isoc23_strtol(const char *text, char **end, int base);
unsigned long __isoc23_strtoul(const char *text, char **end, int base);
unsigned long long __isoc23_strtoull(const char *text, char **end, int base);

int __isoc23_sscanf(const char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int cnt = vsscanf(text, format, args);
	va_end(args);
	return cnt;
}

int __isoc23_fscanf(FILE *file, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int cnt = vfscanf(file, format, args);
	va_end(args);
	return cnt;
}

long __isoc23_strtol(const char *text, char **end, int base)
{
	return strtol(text, end, base);
}

unsigned long __isoc23_strtoul(const char *text, char **end, int base)
{
	return strtoul(text, end, base);
}

unsigned long long __isoc23_strtoull(const char *text, char **end, int base)
{
	return strtoull(text, end, base);
}
