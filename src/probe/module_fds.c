/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds BTF descriptors of loaded modules in the kernel's list of BTF ids. */
#include "probe/module_fds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE_NAME_MAX 64

/* BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID. */
struct id_attr {
	uint32_t id, next_id, open_flags;
};

static int descriptor_of(struct bpf_sys *sys, uint32_t id)
{
	struct id_attr attr = {.id = id};

	return bpf_call(sys, BPF_BTF_GET_FD_BY_ID, &attr, sizeof(attr));
}

static bool module_fds_describe(struct bpf_sys *sys, int fd, char *name, size_t size, bool *kernel_btf)
{
	struct bpf_btf_info info = {.name = (uintptr_t)name, .name_len = (uint32_t)size};
	union bpf_attr attr = {0};

	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	name[0] = '\0';
	int ret = bpf_call(sys, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr.info));
	name[size - 1] = '\0';
	*kernel_btf = info.kernel_btf;
	return !ret;
}

static void module_fds_take(const struct kernel *kernel, struct module_fds *fds, const char *name, int fd)
{
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		if (!strcmp(kernel->modules[i].name, name) && fds->fds[i + 1] < 0) {
			fds->fds[i + 1] = fd;
			return;
		}
	}
	close(fd);
}

struct error *module_fds_open(struct bpf_sys *sys, const struct kernel *kernel, struct module_fds *fds)
{
	struct id_attr attr = {0};
	char name[MODULE_NAME_MAX];
	bool kernel_btf;

	fds->cnt = kernel->module_cnt + 1;
	fds->fds = malloc(fds->cnt * sizeof(*fds->fds));
	if (!fds->fds)
		return error_no_memory();
	memset(fds->fds, 0xff, fds->cnt * sizeof(*fds->fds));
	if (!kernel->module_cnt)
		return NULL;
	/* The kernel gives ids in ascending order and ends with ENOENT. */
	while (!bpf_call(sys, BPF_BTF_GET_NEXT_ID, &attr, sizeof(attr)) && attr.next_id > attr.id) {
		attr.id = attr.next_id;
		int fd = descriptor_of(sys, attr.id);
		if (fd < 0)
			continue; /* already gone, or access refused */
		if (module_fds_describe(sys, fd, name, sizeof(name), &kernel_btf) && kernel_btf)
			module_fds_take(kernel, fds, name, fd);
		else
			close(fd);
	}
	return NULL;
}

void module_fds_close(struct module_fds *fds)
{
	for (size_t i = 0; fds && fds->fds && i < fds->cnt; i++) {
		if (fds->fds[i] >= 0)
			close(fds->fds[i]);
	}
	if (fds)
		free(fds->fds);
}
