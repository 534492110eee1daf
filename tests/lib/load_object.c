/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads BPF objects as programs do that use libbpf: load_object [--bound] FILE... prints each file that does
 * not load, with what libbpf said. --bound: for a network device, the first that takes the programs.
 * Exit status: 0 all load; 1 not all.
 */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DEV_BOUND_ONLY (1U << 6) /* BPF_F_XDP_DEV_BOUND_ONLY, since 6.3 */

static int print_to_stderr(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

/* `ifindex` 0: for no device. */
static bool loads(const char *file, unsigned int ifindex)
{
	struct bpf_object *object = bpf_object__open_file(file, NULL);
	struct bpf_program *program = NULL;

	while (ifindex && object && (program = bpf_object__next_program(object, program))) {
		bpf_program__set_ifindex(program, ifindex);
		bpf_program__set_flags(program, bpf_program__flags(program) | DEV_BOUND_ONLY);
	}
	bool loaded = object && !bpf_object__load(object);
	bpf_object__close(object);
	return loaded;
}

static bool loads_bound(const char *file)
{
	struct if_nameindex *list = if_nameindex();
	bool loaded = false;

	for (int i = 0; list && list[i].if_index && !loaded; i++)
		loaded = loads(file, list[i].if_index);
	if (list)
		if_freenameindex(list);
	return loaded;
}

int main(int count, char **files)
{
	bool bound = count > 1 && !strcmp(files[1], "--bound");
	int status = 0;

	libbpf_set_print(print_to_stderr);
	for (int i = 1 + bound; i < count; i++) {
		if (bound ? loads_bound(files[i]) : loads(files[i], 0))
			continue;
		printf("%s\n", files[i]);
		status = 1;
	}
	return status;
}
