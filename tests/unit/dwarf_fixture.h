/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small programs with debug information, compiled by the tests themselves. */
#ifndef KCOMPAT_TESTS_DWARF_FIXTURE_H
#define KCOMPAT_TESTS_DWARF_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load_functions.h"
#include "load_image.h"
#include "util_file.h"

/* What the two units share. `twice` is inlined everywhere, `copied` compiled in both. */
static const char fixture_header[] =
	/* Line 1 is looked for. */
	"static inline __attribute__((always_inline)) int twice(int x)"
	" { asm volatile(\"\" : \"+r\"(x)); return x * 2; }\n"
	"#ifdef __clang__\n#define KEPT __attribute__((noinline))\n#else\n"
	"#define KEPT __attribute__((noipa))\n#endif\n"
	"static KEPT int copied(int v) { return v + 1; }\n"
	"struct point { int x, y; };\nenum color { RED };\n"
	"int selective(int x); int from_b(int x); int overridden(int x);\n"
	"extern int absent(int) __attribute__((weak)); int stub(int);\n"
	"void fatal(void) __attribute__((cold, noreturn));\n";

static const char fixture_a[] =
	"#include \"fixture.h\"\n"
	"static KEPT int same(int a) { return a - 1; }\n"
	"int selective(int x) { return x * 3 + 1; }\n"
	"int caller(int x) { return selective(x) + twice(x) + copied(x) + copied(same(x)) * 5; }\n"
	"static __attribute__((noinline)) int first_of(struct point *p) { return p->x * 7; }\n"
	"int use_point(struct point *p) { return first_of(p) + 1; }\n"
	"static __attribute__((noinline)) int scaled(int x, int by)\n"
	"{ int sum = 0; for (int i = 0; i < by; i++) sum += x ^ i; return sum; }\n"
	"int use_scaled(int x) { return scaled(x, 30) + 1; }\n"
	"int cold_part(int x) { if (__builtin_expect(x < 0, 0)) fatal(); return copied(x) + 2; }\n"
	"__attribute__((weak)) int overridden(int x) { return x; }\n"
	"static int handler(int x, char *text) { return x + *text; }\n"
	"int (*chooser(int which))(int, char *) { return which ? handler : 0; }\n"
	"void print(const char *format, ...) { asm volatile(\"\" : : \"r\"(format)); }\n"
	"unsigned long table(const int (*rows)[4], char *const *names, enum color *c)\n"
	"{ return (*rows)[1] + *names[0] + (long)c; }\n"
	"__attribute__((section(\".init.text\"))) int boots(int x) { return copied(x) * 3; }\n"
	"int use_absent(int x) { return (absent ? absent(x) : 0) + stub(x) + overridden(x) + 1; }\n"
	/* Behind it is code without a name, as a weak function leaves that lost. */
	"asm(\".text\\n.globl stub\\n.type stub, %function\\nstub: ret\\n.size stub, . - stub\\n\"\n"
	" \".skip 31\\n.Lnameless: ret\\n\");\n"
	"#define IN(name) __attribute__((section(name), used))\n"
	"#ifndef BEFORE\n#define BEFORE 0\n#endif\n"
	"extern char nameless[] asm(\".Lnameless\");\n"
	"IN(\"mcount_loc\") static void *const entry = (char *)caller - BEFORE;\n"
	"IN(\"mcount_loc\") static void *const other = (char *)print - BEFORE;\n"
	"IN(\"mcount_loc\") static void *const stray = nameless - BEFORE;\n"
	"IN(\"kprobe_blacklist\") static void *const refused = (void *)selective;\n"
	"IN(\"__ksymtab\") static const void *const exported[3] = {(void *)caller, \"caller\", \"\"};\n"
	"IN(\"__ksymtab_gpl\") static const void *const gpl[3] = {(void *)selective, \"selective\", \"\"};\n";

static const char fixture_b[] =
	"#include \"fixture.h\"\n"
	"\n"
	"static KEPT int same(int a) { return a * 2; }\n"
	"int overridden(int x) { return x * 5; }\n"
	"int from_b(int x) { return selective(x) + selective(x + 1) + copied(same(x)) + twice(x); }\n"
	"void fatal(void) { for (;;) asm volatile(\"\"); }\n"
	"void _start(void) { for (;;) from_b(1); }\n";

struct fixture {
	char directory[64];
	struct image *image;
	struct kernel_functions *functions;
};

static inline void fixture_write(const struct fixture *fixture, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

static inline void fixture_begin(struct fixture *fixture)
{
	*fixture = (struct fixture) {.directory = "/tmp/kcompat-dwarf.XXXXXX"};
	if (!mkdtemp(fixture->directory))
		abort();
	fixture_write(fixture, "fixture.h", fixture_header);
	fixture_write(fixture, "a.c", fixture_a);
	fixture_write(fixture, "b.c", fixture_b);
}

/* Runs a compiler's command in the fixture's directory; false: it is missing, or does not know it. */
static inline bool fixture_run(const struct fixture *fixture, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "cd %s && { %s; } >log 2>&1", fixture->directory, command);
	return system(line) == 0;
}

static inline struct image *fixture_image(const struct fixture *fixture, const char *name)
{
	struct file_bytes bytes;
	struct image *image = NULL;
	char path[128];

	snprintf(path, sizeof(path), "/%s", name);
	struct error *error = file_read(fixture->directory, path, &bytes);
	if (!error)
		error = image_create(bytes.data, bytes.size, &image);
	if (error)
		fail_msg("%s: %s", name, error->what);
	return image;
}

static inline void fixture_end(struct fixture *fixture)
{
	char line[128];

	kernel_functions_destroy(fixture->functions);
	image_destroy(fixture->image);
	snprintf(line, sizeof(line), "rm -rf %s", fixture->directory);
	if (system(line))
		abort();
}

#endif
