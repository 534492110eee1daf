/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libbpf BTF OBJECT...: what libbpf makes of each CO-RE relocation, from its debug log: "OBJECT
 * PROGRAM INSTRUCTION VALUE", or "poison". BTF "live" is the running kernel. Each program is loaded
 * by itself, so that no other one stops it. Whether the kernel accepts it does not matter:
 * relocations come before.
 */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *object_name;

static int read_log(enum libbpf_print_level level, const char *format, va_list args)
{
	static char line[1 << 16];
	char program[256], ignored[64], what[16];
	unsigned int number, insn;
	unsigned long long before, after;

	(void)level;
	int len = vsnprintf(line, sizeof(line), format, args);
	if (sscanf(line,
		    "libbpf: prog '%255[^']': relo #%u: patched insn #%u (%63[^)]) %15s %llu -> %llu",
		    program, &number, &insn, ignored, what, &before, &after) == 7) {
		if (strcmp(what, "mem_sz"))
			printf("%s %s %u %llu\n", object_name, program, insn, after);
	} else if (
		sscanf(line,
			"libbpf: prog '%255[^']': relo #%u: substituting insn #%u w/ invalid insn",
			program, &number, &insn) == 3)
		printf("%s %s %u poison\n", object_name, program, insn);
	return len;
}

/* False: there is no program of that number. */
static bool load_one(const char *path, const char *btf, int wanted)
{
	LIBBPF_OPTS(
		bpf_object_open_opts, options, .btf_custom_path = strcmp(btf, "live") ? btf : NULL);
	struct bpf_object *object = bpf_object__open_file(path, &options);
	struct bpf_program *program;
	bool found = false;
	int number = 0;

	if (!object)
		return false;
	bpf_object__for_each_program(program, object)
	{
		found |= number == wanted;
		bpf_program__set_autoload(program, number++ == wanted);
	}
	if (found)
		bpf_object__load(object);
	bpf_object__close(object);
	return found;
}

int main(int cnt, char **words)
{
	if (cnt < 3)
		return 2;
	libbpf_set_print(read_log);
	for (int i = 2; i < cnt; i++) {
		const char *slash = strrchr(words[i], '/');
		object_name = slash ? slash + 1 : words[i];
		for (int number = 0; load_one(words[i], words[1], number);)
			number++;
	}
	return 0;
}
