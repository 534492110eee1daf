/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features of maps: flags of their creation, and operations on their elements. */
#include "probe/feature/table.h"
#include "probe/insn.h"
#include "probe/maps.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* uapi newer than linux 6.1: BPF_MAP_UPDATE_ELEM with a CPU in the upper half of its flags. */
#define UPDATE_CPU 8
#define CPUS_MAX 65536 /* above the NR_CPUS of any architecture */
#define SHA256_BYTES 32
#define BUILD_ID_BYTES 32 /* sizeof(struct bpf_stack_build_id) */

struct element_attr {
	uint32_t map_fd, pad;
	uint64_t key, value, flags;
};

struct batch_attr {
	uint64_t in_batch, out_batch, keys, values;
	uint32_t count, map_fd;
	uint64_t element_flags, flags;
};

struct bind_attr {
	uint32_t prog_fd, map_fd, flags;
};

/* A feature that is a map type: .type. */
static void test_type(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	probe_map_type(kit, feature->type, verdict);
}

/* `flagged` and `plain` differ only in the flag. Closes both. */
static void judge_flag(struct kit *kit, int flagged, int plain, struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];

	kit_close_fd(flagged);
	kit_close_fd(plain);
	if (plain == -ENOENT)
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"the map could not be set up without the flag either");
	else if (plain < 0 && !kit_settle(kit, verdict, plain, "map without the flag"))
		kit_say(verdict, SUPPORT_UNKNOWN, -plain, "%s to the map without the flag",
			kit_errno_name(-plain, text));
	else if (plain < 0)
		return;
	else if (flagged >= 0)
		kit_ok(verdict, "%s", "");
	else if (!kit_settle(kit, verdict, flagged, "map with the flag") &&
		kit_proves(kit, verdict, flagged, BPF_MAP_CREATE))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -flagged,
			"%s with the flag, created without it", kit_errno_name(-flagged, text));
}

/* Map .type with .flag. If the kernel lacks the type, it also lacks the flag. */
static void test_flag(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int plain = probe_map_create(kit, feature->type, 0);

	if (plain < 0) {
		probe_map_type(kit, feature->type, verdict);
		if (verdict->state != SUPPORT_OK)
			return;
	}
	judge_flag(kit, probe_map_create(kit, feature->type, feature->flag), plain, verdict);
}

static int create_stacks(struct kit *kit, uint32_t flags)
{
	struct kit_map_attr attr = {.type = BPF_MAP_TYPE_STACK_TRACE,
		.key_size = 4,
		.value_size = BUILD_ID_BYTES,
		.max_entries = 1,
		.flags = flags};

	return kit_map(kit, &attr);
}

static void test_stack_build_id(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	judge_flag(kit, create_stacks(kit, feature->flag), create_stacks(kit, 0), verdict);
}

/* The request of an older kernel ends before these fields. It gives E2BIG unless they are zero. */
static void test_exclusive(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	unsigned char digest[SHA256_BYTES] = {0};
	struct kit_map_attr attr = {.type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
		.excl_prog_hash = (uintptr_t)digest,
		.excl_prog_hash_size = sizeof(digest)};
	int ret = kit_map(kit, &attr);
	char text[KIT_ERRNO_BYTES];

	(void)feature;
	kit_close_fd(ret);
	if (ret >= 0)
		kit_ok(verdict, "%s", "");
	else if ((ret == -E2BIG || ret == -EINVAL) && kit_map_control(kit) >= 0)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"%s with a program's digest, created without one",
			kit_errno_name(-ret, text));
	else if (!kit_settle(kit, verdict, ret, "map creation"))
		kit_control_failed(verdict, ret, kit_map_control(kit), "a plain array map");
}

static int update_from(struct kit *kit, int map, const void *value, uint64_t flags)
{
	uint32_t key = 0;
	struct element_attr attr = {.map_fd = (uint32_t)map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)value,
		.flags = flags};

	return kit_call(kit, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

static int update(struct kit *kit, int map, uint64_t flags)
{
	const uint64_t value[2] = {1, 0};

	return update_from(kit, map, value, flags);
}

/* An operation on a map, with a plain update of the same map as its control. */
struct operation {
	int command;
	const char *enumerator; /* of enum bpf_cmd */
	const char *what;
	int ret, control;
};
#define OPERATION(command) command, #command, #command

static void judge_operation(
	struct kit *kit, const struct operation *operation, struct kit_verdict *verdict)
{
	int ret = operation->ret, control = operation->control;
	char text[KIT_ERRNO_BYTES];

	if (control < 0) {
		if (!kit_settle(kit, verdict, control, "plain update of the map"))
			kit_say(verdict, SUPPORT_UNKNOWN, -control,
				"%s to a plain update of the map", kit_errno_name(-control, text));
	} else if (ret >= 0)
		kit_ok(verdict, "%s", "");
	else if (!kit_settle(kit, verdict, ret, operation->what))
		kit_judge_command(kit, verdict, ret, operation->command, operation->enumerator,
			operation->what);
}

/* The control sets the value of every CPU, so it needs room for the largest number of CPUs.
 */
static void test_cpu_flag(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map = probe_map_create(kit, BPF_MAP_TYPE_PERCPU_ARRAY, 0);
	uint64_t *values;

	(void)feature;
	if (!probe_map_created(kit, map, BPF_MAP_TYPE_PERCPU_ARRAY, verdict))
		return;
	values = calloc(CPUS_MAX, sizeof(*values));
	if (!values) {
		kit_settle(kit, verdict, -ENOMEM, "values of the control");
		return;
	}
	int control = update_from(kit, map, values, 0);
	const struct operation operation = {BPF_MAP_UPDATE_ELEM, "BPF_MAP_UPDATE_ELEM",
		"update of one CPU's value", update_from(kit, map, values, UPDATE_CPU), control};
	judge_operation(kit, &operation, verdict);
	free(values);
}

static void test_batch(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map = probe_map_create(kit, BPF_MAP_TYPE_HASH, 0);
	uint32_t key = 0, value = 1;
	struct batch_attr attr = {.keys = (uintptr_t)&key,
		.values = (uintptr_t)&value,
		.count = 1,
		.map_fd = (uint32_t)map};

	(void)feature;
	if (!probe_map_created(kit, map, BPF_MAP_TYPE_HASH, verdict))
		return;
	int ret = kit_call(kit, BPF_MAP_UPDATE_BATCH, &attr, sizeof(attr));
	const struct operation operation = {
		OPERATION(BPF_MAP_UPDATE_BATCH), ret, update(kit, map, 0)};
	judge_operation(kit, &operation, verdict);
}

static void test_lookup_and_delete(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map = probe_map_create(kit, BPF_MAP_TYPE_HASH, 0);
	uint32_t key = 0, value = 0;
	struct element_attr attr = {
		.map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)&value};

	(void)feature;
	if (!probe_map_created(kit, map, BPF_MAP_TYPE_HASH, verdict))
		return;
	int control = update(kit, map, 0);
	int ret = kit_call(kit, BPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr, sizeof(attr));
	const struct operation operation = {OPERATION(BPF_MAP_LOOKUP_AND_DELETE_ELEM), ret, control};
	judge_operation(kit, &operation, verdict);
}

static void test_freeze(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map = kit_array(kit);
	uint32_t fd = (uint32_t)map;

	(void)feature;
	if (!probe_map_created(kit, map, BPF_MAP_TYPE_ARRAY, verdict))
		return;
	int control = update(kit, map, 0);
	const struct operation operation = {OPERATION(BPF_MAP_FREEZE),
		kit_call(kit, BPF_MAP_FREEZE, &fd, sizeof(fd)), control};
	judge_operation(kit, &operation, verdict);
}

static void test_bind(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	static const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	_cleanup_fd_ int map = kit_array(kit);
	_cleanup_fd_ int prog =
		kit_load_insns(kit, BPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_SIZE(insns));
	struct bind_attr attr = {.prog_fd = (uint32_t)prog, .map_fd = (uint32_t)map};
	char text[KIT_ERRNO_BYTES];

	(void)feature;
	if (!probe_map_created(kit, map, BPF_MAP_TYPE_ARRAY, verdict))
		return;
	if (prog < 0) {
		if (!kit_settle(kit, verdict, prog, "program load"))
			kit_say(verdict, SUPPORT_UNKNOWN, -prog, "%s to a trivial program",
				kit_errno_name(-prog, text));
		return;
	}
	int ret = kit_call(kit, BPF_PROG_BIND_MAP, &attr, sizeof(attr));
	const struct operation operation = {
		OPERATION(BPF_PROG_BIND_MAP), ret, update(kit, map, 0)};
	judge_operation(kit, &operation, verdict);
}

#define TYPE(name, meaning, since, number)                                                         \
	{                                                                                          \
		{name, meaning, since}, .test = test_type, .type = number                          \
	}
#define FLAG(name, meaning, since, map, bit)                                                       \
	{                                                                                          \
		{"map_flag:" name, meaning, since}, .test = test_flag, .type = map, .flag = bit    \
	}

/* clang-format off */
static const struct feature list[] = {
	TYPE("ringbuf", "ring buffers", "5.8", BPF_MAP_TYPE_RINGBUF),
	TYPE("user_ringbuf", "ring buffers written by user space", "6.1", BPF_MAP_TYPE_USER_RINGBUF),
	TYPE("arena", "memory shared with user space", "6.9, by JIT", UAPI_BPF_MAP_TYPE_ARENA),
	FLAG("no_prealloc", "BPF_F_NO_PREALLOC, on hash", "4.6", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC),
	FLAG("no_common_lru", "BPF_F_NO_COMMON_LRU, on lru_hash", "4.10", BPF_MAP_TYPE_LRU_HASH, BPF_F_NO_COMMON_LRU),
	FLAG("numa_node", "BPF_F_NUMA_NODE, on hash", "4.14", BPF_MAP_TYPE_HASH, BPF_F_NUMA_NODE),
	FLAG("rdonly", "BPF_F_RDONLY, for user space", "4.15", BPF_MAP_TYPE_ARRAY, BPF_F_RDONLY),
	{{"map_flag:stack_build_id", "BPF_F_STACK_BUILD_ID, on stack_trace", "4.17"}, .test = test_stack_build_id,
		.flag = BPF_F_STACK_BUILD_ID},
	FLAG("zero_seed", "BPF_F_ZERO_SEED, on hash", "5.0", BPF_MAP_TYPE_HASH, BPF_F_ZERO_SEED),
	FLAG("rdonly_prog", "BPF_F_RDONLY_PROG, for programs", "5.2", BPF_MAP_TYPE_ARRAY, BPF_F_RDONLY_PROG),
	FLAG("wronly_prog", "BPF_F_WRONLY_PROG, for programs", "5.2", BPF_MAP_TYPE_ARRAY, BPF_F_WRONLY_PROG),
	FLAG("clone", "BPF_F_CLONE, on sk_storage", "5.4", BPF_MAP_TYPE_SK_STORAGE, BPF_F_CLONE),
	FLAG("mmapable", "BPF_F_MMAPABLE, on array", "5.5", BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE),
	FLAG("preserve_elems", "BPF_F_PRESERVE_ELEMS, on perf_event_array", "5.10", BPF_MAP_TYPE_PERF_EVENT_ARRAY,
		BPF_F_PRESERVE_ELEMS),
	FLAG("inner_map", "BPF_F_INNER_MAP: inner arrays of any length", "5.10", BPF_MAP_TYPE_ARRAY, BPF_F_INNER_MAP),
	FLAG("link", "BPF_F_LINK, on struct_ops", "6.4", BPF_MAP_TYPE_STRUCT_OPS, UAPI_BPF_F_LINK),
	FLAG("segv_on_fault", "BPF_F_SEGV_ON_FAULT, on arena", "6.9", UAPI_BPF_MAP_TYPE_ARENA, UAPI_BPF_F_SEGV_ON_FAULT),
	FLAG("no_user_conv", "BPF_F_NO_USER_CONV, on arena", "6.9", UAPI_BPF_MAP_TYPE_ARENA, UAPI_BPF_F_NO_USER_CONV),
	FLAG("rb_overwrite", "BPF_F_RB_OVERWRITE, on ringbuf", "6.19", BPF_MAP_TYPE_RINGBUF, UAPI_BPF_F_RB_OVERWRITE),
	{{"map_update_cpu", "BPF_F_CPU: update of one CPU's value", "7.0"}, .test = test_cpu_flag},
	{{"exclusive_maps", "maps for one program, known by its digest", "6.18"}, .test = test_exclusive},
	{{"batch_ops", "operations on many elements, on hash", "5.6"}, .test = test_batch},
	{{"hash_lookup_and_delete", "look up and delete at once, on hash", "5.14"}, .test = test_lookup_and_delete},
	{{"map_freeze", "maps that user space can no longer write", "5.2"}, .test = test_freeze},
	{{"prog_bind_map", "a map kept alive by a program that does not use it", "5.10"}, .test = test_bind},
};
/* clang-format on */

const struct feature_table feature_maps = {list, ARRAY_SIZE(list)};
