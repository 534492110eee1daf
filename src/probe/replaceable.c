/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/replaceable.h"
#include "probe/blob.h"
#include "probe/insn.h"
#include "util/array.h"

static int open_btf(struct replaceable *replaceable, struct kit *kit)
{
	struct blob blob = {0};

	uint32_t int_id = blob_int(&blob, "int", 4, true);
	uint32_t struct_id = blob_type(&blob, "xdp_md", BTF_KIND_STRUCT, 0, false, 0);
	uint32_t pointer_id = blob_type(&blob, NULL, BTF_KIND_PTR, 0, false, struct_id);
	uint32_t proto_id = blob_type(&blob, NULL, BTF_KIND_FUNC_PROTO, 1, false, int_id);
	blob_word(&blob, blob_string(&blob, "ctx"));
	blob_word(&blob, pointer_id);
	replaceable->func_id =
		blob_type(&blob, "kcompat_target", BTF_KIND_FUNC, BTF_FUNC_GLOBAL, false, proto_id);
	return blob_load(kit, &blob);
}

static int open_program(const struct replaceable *replaceable, struct loader *loader,
	const struct bound_device *bound)
{
	/*
	 * The program may change the packet and sleep. Otherwise its replacement may not (since 6.13 and
	 * 6.15), and that check comes before the allow check. check_cfg() sees both calls, but neither is
	 * reachable.
	 */
	const struct bpf_insn insns[] = {
		INSN_MOV(BPF_REG_0, 2 /* XDP_PASS */),
		INSN_JMP(BPF_JEQ, BPF_REG_0, 2, 2),
		INSN_HELPER(BPF_FUNC_xdp_adjust_head),
		INSN_HELPER(BPF_FUNC_copy_from_user),
		INSN_EXIT,
	};
	struct load_place place = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.prog_btf_fd = replaceable->btf_fd,
		.func_type_id = replaceable->func_id,
	};

	if (bound)
		place = bound_place(&place, bound);
	return loader_open(loader, &place, insns, ARRAY_SIZE(insns));
}

int replaceable_open(struct replaceable *replaceable, struct kit *kit, struct loader *loader,
	const struct bound_device *bound)
{
	int *fd = bound ? &replaceable->bound_fd : &replaceable->fd;

	if (!replaceable->btf_fd)
		replaceable->btf_fd = open_btf(replaceable, kit);
	if (!*fd)
		*fd = replaceable->btf_fd < 0 ? replaceable->btf_fd
					      : open_program(replaceable, loader, bound);
	return *fd;
}

void replaceable_close(struct replaceable *replaceable)
{
	const int fds[] = {replaceable->bound_fd, replaceable->fd, replaceable->btf_fd};

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (fds[i] > 0)
			kit_close_fd(fds[i]);
	}
	*replaceable = (struct replaceable) {0};
}
