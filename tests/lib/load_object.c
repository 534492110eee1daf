/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads BPF objects as programs do that use libbpf: load_object FILE... prints each file that does not
 * load, with what libbpf said. Exit status: 0 all load; 1 not all.
 */
#include <bpf/libbpf.h>
#include <stdio.h>

static int print_to_stderr(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

int main(int count, char **files)
{
	int status = 0;

	libbpf_set_print(print_to_stderr);
	for (int i = 1; i < count; i++) {
		struct bpf_object *object = bpf_object__open_file(files[i], NULL);
		if (!object || bpf_object__load(object)) {
			printf("%s\n", files[i]);
			status = 1;
		}
		bpf_object__close(object);
	}
	return status;
}
