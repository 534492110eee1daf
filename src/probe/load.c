/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/insn.h"
#include "probe/load.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define LOG_SIZE_SMALL 4096u
#define LOG_SIZE_LARGE (256u * 1024)
#define RETRIES 5

void loader_deinit(struct loader *loader)
{
	if (!loader)
		return;
	free(loader->log);
	loader->log = NULL;
}

static int load_once(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt, size_t log_size)
{
	struct bpf_func_info func_info = {.type_id = place->func_type_id};
	struct bpf_load_attr attr = {
		.prog_type = place->prog_type,
		.insn_cnt = (uint32_t)insn_cnt,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t) "GPL",
		.log_level = loader->log_level,
		.log_size = (uint32_t)log_size,
		.log_buf = (uintptr_t)loader->log,
		.prog_flags = place->prog_flags,
		.prog_ifindex = place->ifindex,
		.expected_attach_type = place->expected_attach_type,
		.attach_btf_id = place->attach_btf_id,
		.attach_obj_fd = (uint32_t)place->attach_fd,
		.fd_array = (uintptr_t)loader->fd_array,
	};
	if (place->prog_btf_fd) {
		attr.prog_btf_fd = (uint32_t)place->prog_btf_fd;
		attr.func_info = (uintptr_t)(loader->func_cnt ? loader->funcs : &func_info);
		attr.func_info_cnt = loader->func_cnt ? loader->func_cnt : 1;
		attr.func_info_rec_size = sizeof(func_info);
	}

	loader->log[0] = '\0';
	int ret = bpf_load(&loader->sys, &attr);
	/* The kernel terminates the log. A hostile or fake kernel may not. */
	loader->log[log_size - 1] = '\0';
	return ret;
}

int loader_open(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt)
{
	size_t log_size = loader->log_size;
	int ret = 0;

	for (int i = 0; i < RETRIES; i++) {
		ret = load_once(loader, place, insns, insn_cnt, log_size);
		if (ret == -ENOSPC && log_size < LOG_SIZE_LARGE)
			log_size = LOG_SIZE_LARGE;
		else if (ret != -EAGAIN)
			break;
	}
	return ret;
}

int loader_try(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt)
{
	int ret = loader_open(loader, place, insns, insn_cnt);

	if (ret < 0)
		return -ret;
	close(ret);
	return 0;
}

/* The first two instructions refer to a map. They are left out if the place has no map. */
static int try_after_map(struct loader *loader, const struct load_place *place,
	const struct bpf_insn *insns, size_t insn_cnt)
{
	size_t skipped = place->map_fd ? 0 : 2;

	return loader_try(loader, place, insns + skipped, insn_cnt - skipped);
}

int loader_try_trivial(struct loader *loader, const struct load_place *place)
{
	const struct bpf_insn insns[] = {
		INSN_MAP(BPF_REG_0, place->map_fd), INSN_MOV(BPF_REG_0, place->ret), INSN_EXIT};

	return try_after_map(loader, place, insns, ARRAY_SIZE(insns));
}

int loader_try_call(struct loader *loader, const struct load_place *place, struct bpf_insn call)
{
	const struct bpf_insn insns[] = {INSN_MAP(BPF_REG_0, place->map_fd), call,
		INSN_MOV(BPF_REG_0, place->ret), INSN_EXIT};

	return try_after_map(loader, place, insns, ARRAY_SIZE(insns));
}

int loader_try_call_with_number(
	struct loader *loader, const struct load_place *place, struct bpf_insn call)
{
	const struct bpf_insn insns[] = {INSN_MAP(BPF_REG_0, place->map_fd),
		INSN_MOV(BPF_REG_1, place->ret), call, INSN_MOV(BPF_REG_0, place->ret), INSN_EXIT};

	return try_after_map(loader, place, insns, ARRAY_SIZE(insns));
}

/*
 * Since 6.4, the level BPF_LOG_FIXED alone is legal. It gives errors without the statistics, which take
 * some 5 % of a load. Older kernels refuse the level with EINVAL.
 */
static uint32_t quietest_level(struct loader *loader)
{
	struct load_place socket_filter = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER};

	loader->log_level = LOG_LEVEL_FIXED;
	return loader_try_trivial(loader, &socket_filter) ? LOG_LEVEL_STATS : LOG_LEVEL_FIXED;
}

struct error *loader_init(struct loader *loader, const struct bpf_sys *sys)
{
	*loader = (struct loader) {
		.sys = *sys,
		.log = malloc(LOG_SIZE_LARGE),
		.log_size = LOG_SIZE_SMALL,
	};
	if (!loader->log)
		return error_no_memory();
	loader->log_level = quietest_level(loader);
	loader->sys.call_cnt = loader->sys.inside_ns = 0;
	return NULL;
}
