/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The controls of commands: does the command itself answer, or something in its place? */
#include "probe/blob.h"
#include "probe/kit.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

/* A word after the fields of every command below; union bpf_attr is that long since 5.8. */
#define NONSENSE_WORD 20
#define ATTR_WORDS (NONSENSE_WORD + 1)

/* The part of union bpf_attr that a command needs, and the descriptor in it, in words of 32 bits. */
static const struct command {
	int number;
	unsigned int descriptor, words;
} commands[] = {
	{BPF_MAP_UPDATE_ELEM, 0, 8},
	{BPF_PROG_TEST_RUN, 0, 12},
	{BPF_OBJ_GET_INFO_BY_FD, 0, 4},
	{BPF_RAW_TRACEPOINT_OPEN, 2, 4},
	{BPF_MAP_LOOKUP_AND_DELETE_ELEM, 0, 8},
	{BPF_MAP_FREEZE, 0, 1},
	{BPF_MAP_UPDATE_BATCH, 9, 14},
	{BPF_LINK_CREATE, 0, 4},
	{BPF_PROG_BIND_MAP, 0, 3},
	{UAPI_BPF_TOKEN_CREATE, 1, 2},
	{UAPI_BPF_PROG_STREAM_READ_BY_FD, 4, 5},
	{UAPI_BPF_PROG_ASSOC_STRUCT_OPS, 1, 3},
};

static int ask_command(struct kit *kit, const struct command *command, bool nonsense)
{
	uint32_t attr[ATTR_WORDS] = {0};
	const uint64_t name = (uintptr_t) "kcompat";

	/* The name is read before the descriptor. */
	if (command->number == BPF_RAW_TRACEPOINT_OPEN)
		memcpy(attr, &name, sizeof(name));
	attr[command->descriptor] = KIT_FD_BAD;
	attr[NONSENSE_WORD] = nonsense;
	return kit_call(kit, command->number, attr,
		(nonsense ? ATTR_WORDS : command->words) * sizeof(attr[0]));
}

int kit_command_control(struct kit *kit, int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].number != number)
			continue;
		int ret = ask_command(kit, &commands[i], false);
		/* CHECK_ATTR() refuses the nonsense before the descriptor is looked up. */
		if (ret == -EBADF && ask_command(kit, &commands[i], true) != -EBADF)
			return 0;
		return ret < 0 ? ret : -EIO;
	}
	return -EINVAL;
}

static int control_of(struct kit *kit, int command, const char **what)
{
	switch (command) {
	case BPF_MAP_CREATE:
		*what = "a plain array map";
		return kit_map_control(kit);
	case BPF_PROG_LOAD:
		*what = "a trivial program";
		return kit_prog_control(kit, BPF_PROG_TYPE_SOCKET_FILTER);
	case BPF_BTF_LOAD:
		*what = "minimal BTF";
		return blob_control(kit);
	default:
		*what = "a request with a wrong descriptor, which gives EBADF,";
		return kit_command_control(kit, command);
	}
}

bool kit_proves(struct kit *kit, struct kit_verdict *verdict, int ret, int command)
{
	const char *what;
	int control = control_of(kit, command, &what);

	return !kit_control_failed(verdict, ret, control, what);
}

void kit_judge_command(struct kit *kit, struct kit_verdict *verdict, int ret, int command,
	const char *enumerator, const char *what)
{
	char text[KIT_ERRNO_BYTES];
	int64_t value;

	if (kit_enum(kit->kernel, "bpf_cmd", enumerator, &value) == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s: %s, and BTF has no %s", what,
			kit_errno_name(-ret, text), enumerator);
	else if (kit_proves(kit, verdict, ret, command))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s: %s", what,
			kit_errno_name(-ret, text));
}
