/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/bpf.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/context.h"
#include "util/array.h"
#include "util/clock.h"

/* More than the size of union bpf_attr in any kernel so far. */
#define ATTR_ROOM_BYTES 512

static int call_kernel(int command, void *attr, size_t size)
{
	long ret = syscall(__NR_bpf, command, attr, size);

	return ret < 0 ? -errno : (int)ret;
}

static int call(struct bpf_sys *sys, int command, void *attr, size_t size)
{
	return sys->call ? sys->call(sys->context, command, attr, size)
			 : call_kernel(command, attr, size);
}

/* Places in union bpf_attr (include/uapi/linux/bpf.h, since 6.9). */
static const struct token_place {
	int command;
	size_t flags, fd;
} token_places[] = {
	{BPF_MAP_CREATE, 16, 76},
	{BPF_PROG_LOAD, offsetof(struct bpf_load_attr, prog_flags),
		offsetof(struct bpf_load_attr, prog_token_fd)},
	{BPF_BTF_LOAD, 32, 36},
};

/* Adds the token to the copy of the request. Returns its size. */
static size_t add_token(const struct bpf_sys *sys, int command, unsigned char *room, size_t size)
{
	const int32_t fd = sys->token_fd;
	uint32_t flags;

	for (size_t i = 0; fd && i < ARRAY_SIZE(token_places); i++) {
		const struct token_place *place = &token_places[i];
		if (place->command != command)
			continue;
		memcpy(&flags, room + place->flags, sizeof(flags));
		flags |= UAPI_BPF_F_TOKEN_FD;
		memcpy(room + place->flags, &flags, sizeof(flags));
		memcpy(room + place->fd, &fd, sizeof(fd));
		if (size < place->fd + sizeof(fd))
			size = place->fd + sizeof(fd);
	}
	return size;
}

/*
 * Some kernels write to fields after the end of a short request. From 120933984460 (6.17) until
 * 21c4b99b27f3 (7.2 and stable), __cgroup_bpf_query() sets query.revision, whatever the size. The
 * request is therefore copied into a buffer with room after it, so that the stack stays intact.
 */
static int call_with_room(struct bpf_sys *sys, int command, void *attr, size_t size)
{
	_Alignas(uint64_t) unsigned char room[ATTR_ROOM_BYTES] = {0};

	if (size > sizeof(room))
		return call(sys, command, attr, size);
	memcpy(room, attr, size);
	size_t sent = add_token(sys, command, room, size);
	_Alignas(uint64_t) unsigned char asked[ATTR_ROOM_BYTES];
	memcpy(asked, room, size);
	int ret = call(sys, command, room, sent);
	/* Only what the kernel wrote: a request without an answer in it may be constant. */
	for (size_t i = 0; i < size; i++) {
		if (room[i] != asked[i])
			((unsigned char *)attr)[i] = room[i];
	}
	return ret;
}

int bpf_call(struct bpf_sys *sys, int command, void *attr, size_t size)
{
	uint64_t start_ns = sys->timed ? clock_ns(CLOCK_MONOTONIC) : 0;
	int ret = call_with_room(sys, command, attr, size);

	sys->call_cnt++;
	if (sys->timed)
		sys->inside_ns += clock_ns(CLOCK_MONOTONIC) - start_ns;
	return ret;
}

int bpf_load(struct bpf_sys *sys, const struct bpf_load_attr *attr)
{
	size_t size = sizeof(*attr);

	if (!attr->prog_token_fd && !attr->fd_array_cnt)
		size = offsetof(struct bpf_load_attr, prog_token_fd);
	if (size < sizeof(*attr) && !attr->fd_array)
		size = offsetof(struct bpf_load_attr, fd_array);
	/* The verifier writes only log_true_size, which is not part of this request. */
	return bpf_call(sys, BPF_PROG_LOAD, (void *)attr, size);
}
