/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/maps.h"
#include "probe/blob.h"
#include "util/array.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a type needs in addition to its four numbers. */
enum setup {
	SETUP_NONE,
	SETUP_PAGE,    /* max_entries is a page: the smallest ring buffer */
	SETUP_INNER,   /* an array as inner map */
	SETUP_STORAGE, /* BTF of key and value: local storage checks its key with it */
	SETUP_STRUCT_OPS, /* the kernel's wrapper of some struct_ops type */
};

struct recipe {
	uint32_t type;
	const char *name; /* as libbpf_bpf_map_type_str() has it */
	uint32_t key_size, value_size, max_entries, flags;
	enum setup setup;
	/* For the second fact after EINVAL; NULL: the type is not optional. */
	const char *option;   /* kernel/bpf/Kconfig and others */
	const char *function; /* its map_alloc, called only through a pointer, so never inlined */
};

/*
 * The sizes are the smallest that each type's map_alloc_check (kernel/bpf, net/core, net/xdp)
 * accepts. EINVAL has three causes there: no such type, wrong sizes, wrong flags.
 */
static const struct recipe recipes[] = {
	{BPF_MAP_TYPE_HASH, "hash", 4, 4, 1, 0, 0, NULL, "htab_map_alloc"},
	{BPF_MAP_TYPE_ARRAY, "array", 4, 4, 1, 0, 0, NULL, "array_map_alloc"},
	{BPF_MAP_TYPE_PROG_ARRAY, "prog_array", 4, 4, 1, 0, 0, NULL, NULL},
	{BPF_MAP_TYPE_PERF_EVENT_ARRAY, "perf_event_array", 4, 4, 1, 0, 0, "CONFIG_PERF_EVENTS",
		NULL},
	{BPF_MAP_TYPE_PERCPU_HASH, "percpu_hash", 4, 4, 1, 0, 0, NULL, "htab_map_alloc"},
	{BPF_MAP_TYPE_PERCPU_ARRAY, "percpu_array", 4, 4, 1, 0, 0, NULL, "array_map_alloc"},
	{BPF_MAP_TYPE_STACK_TRACE, "stack_trace", 4, 8, 1, 0, 0, "CONFIG_PERF_EVENTS",
		"stack_map_alloc"},
	{BPF_MAP_TYPE_CGROUP_ARRAY, "cgroup_array", 4, 4, 1, 0, 0, "CONFIG_CGROUPS", NULL},
	{BPF_MAP_TYPE_LRU_HASH, "lru_hash", 4, 4, 1, 0, 0, NULL, "htab_map_alloc"},
	{BPF_MAP_TYPE_LRU_PERCPU_HASH, "lru_percpu_hash", 4, 4, 1, 0, 0, NULL, "htab_map_alloc"},
	{BPF_MAP_TYPE_LPM_TRIE, "lpm_trie", 8, 4, 1, BPF_F_NO_PREALLOC, 0, NULL, "trie_alloc"},
	{BPF_MAP_TYPE_ARRAY_OF_MAPS, "array_of_maps", 4, 4, 1, 0, SETUP_INNER, NULL,
		"array_of_map_alloc"},
	{BPF_MAP_TYPE_HASH_OF_MAPS, "hash_of_maps", 4, 4, 1, 0, SETUP_INNER, NULL,
		"htab_of_map_alloc"},
	{BPF_MAP_TYPE_DEVMAP, "devmap", 4, 4, 1, 0, 0, "CONFIG_NET", "dev_map_alloc"},
	{BPF_MAP_TYPE_SOCKMAP, "sockmap", 4, 4, 1, 0, 0, "CONFIG_NET_SOCK_MSG", "sock_map_alloc"},
	{BPF_MAP_TYPE_CPUMAP, "cpumap", 4, 4, 1, 0, 0, NULL, "cpu_map_alloc"},
	{BPF_MAP_TYPE_XSKMAP, "xskmap", 4, 4, 1, 0, 0, "CONFIG_XDP_SOCKETS", "xsk_map_alloc"},
	{BPF_MAP_TYPE_SOCKHASH, "sockhash", 4, 4, 1, 0, 0, "CONFIG_NET_SOCK_MSG",
		"sock_hash_alloc"},
	/* The key is struct bpf_cgroup_storage_key: an inode and an attach type, padded. */
	{BPF_MAP_TYPE_CGROUP_STORAGE, "cgroup_storage", 16, 4, 0, 0, 0, "CONFIG_CGROUP_BPF", NULL},
	{BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, "reuseport_sockarray", 4, 4, 1, 0, 0, "CONFIG_INET",
		"reuseport_array_alloc"},
	{BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, "percpu_cgroup_storage", 16, 4, 0, 0, 0,
		"CONFIG_CGROUP_BPF", NULL},
	{BPF_MAP_TYPE_QUEUE, "queue", 0, 4, 1, 0, 0, NULL, "queue_stack_map_alloc"},
	{BPF_MAP_TYPE_STACK, "stack", 0, 4, 1, 0, 0, NULL, "queue_stack_map_alloc"},
	{BPF_MAP_TYPE_SK_STORAGE, "sk_storage", 4, 4, 0, BPF_F_NO_PREALLOC, SETUP_STORAGE,
		"CONFIG_NET", "bpf_sk_storage_map_alloc"},
	{BPF_MAP_TYPE_DEVMAP_HASH, "devmap_hash", 4, 4, 1, 0, 0, "CONFIG_NET", "dev_map_alloc"},
	{BPF_MAP_TYPE_STRUCT_OPS, "struct_ops", 4, 0, 1, 0, SETUP_STRUCT_OPS, "CONFIG_BPF_JIT",
		"bpf_struct_ops_map_alloc"},
	{BPF_MAP_TYPE_RINGBUF, "ringbuf", 0, 0, 0, 0, SETUP_PAGE, NULL, "ringbuf_map_alloc"},
	{BPF_MAP_TYPE_INODE_STORAGE, "inode_storage", 4, 4, 0, BPF_F_NO_PREALLOC, SETUP_STORAGE,
		"CONFIG_BPF_LSM", "inode_storage_map_alloc"},
	{BPF_MAP_TYPE_TASK_STORAGE, "task_storage", 4, 4, 0, BPF_F_NO_PREALLOC, SETUP_STORAGE, NULL,
		"task_storage_map_alloc"},
	{BPF_MAP_TYPE_BLOOM_FILTER, "bloom_filter", 0, 4, 1, 0, 0, NULL, "bloom_map_alloc"},
	{BPF_MAP_TYPE_USER_RINGBUF, "user_ringbuf", 0, 0, 0, 0, SETUP_PAGE, NULL, NULL},
	{UAPI_BPF_MAP_TYPE_CGRP_STORAGE, "cgrp_storage", 4, 4, 0, BPF_F_NO_PREALLOC, SETUP_STORAGE,
		"CONFIG_CGROUPS", NULL},
	{UAPI_BPF_MAP_TYPE_ARENA, "arena", 0, 0, 1, BPF_F_MMAPABLE, 0, "CONFIG_MMU",
		"arena_map_alloc"},
	{UAPI_BPF_MAP_TYPE_INSN_ARRAY, "insn_array", 4, 16, 1, 0, 0, NULL, "insn_array_alloc"},
	{UAPI_BPF_MAP_TYPE_RHASH, "rhash", 4, 4, 1, BPF_F_NO_PREALLOC, 0, NULL, "rhtab_map_alloc"},
};

struct created {
	int ret;          /* a descriptor or -errno */
	bool btf_refused; /* `ret` is from the load of BTF: the map was not tried */
};

const char *probe_map_type_name(size_t index)
{
	return index < ARRAY_SIZE(recipes) ? recipes[index].name : NULL;
}

static const struct recipe *find_recipe(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(recipes); i++) {
		if (recipes[i].type == type)
			return &recipes[i];
	}
	return NULL;
}

const char *probe_map_type_of(uint32_t type)
{
	const struct recipe *recipe = find_recipe(type);

	return recipe ? recipe->name : NULL;
}

/* The BTF that a map needs could not be loaded: no answer about the map. `ret` is -errno. */
static int without_btf(struct created *created, int ret)
{
	created->btf_refused = true;
	return ret;
}

static int create_storage(struct kit *kit, struct kit_map_attr *attr, struct created *created)
{
	struct blob blob = {0};

	attr->key_type_id = attr->value_type_id = blob_int(&blob, "int", 4, true);
	_cleanup_fd_ int btf = blob_load(kit, &blob);
	if (btf < 0)
		return without_btf(created, btf);
	attr->btf_fd = (uint32_t)btf;
	return kit_map(kit, attr);
}

static int create_of_maps(struct kit *kit, struct kit_map_attr *attr)
{
	_cleanup_fd_ int inner = kit_array(kit);

	if (inner < 0)
		return inner;
	attr->inner_map_fd = (uint32_t)inner;
	return kit_map(kit, attr);
}

/*
 * The wrapper is struct bpf_struct_ops_NAME { common; struct NAME data; }
 * (kernel/bpf/bpf_struct_ops.c). Types of modules are left out, because they need the module's BTF
 * descriptor.
 */
static bool is_wrapper(const struct kbtf *btf, const struct btf_type *type)
{
	uint32_t id, offset;
	static const char prefix[] = "bpf_struct_ops_";
	const char *name = kbtf_name(btf, type);

	if (kbtf_kind(type) != BTF_KIND_STRUCT || strncmp(name, prefix, sizeof(prefix) - 1))
		return false;
	uint32_t self = kbtf_find(btf, name, BTF_KIND_STRUCT);
	return self && kbtf_find_member(btf, self, "data", &id, &offset) && offset;
}

/*
 * Tries the wrappers until the kernel accepts one, because the registration of a type may have failed.
 * Before 5.11, the kernel reads its BTF with the struct_ops types when the first program is
 * loaded. Until then it knows no type (ENOTSUPP).
 */
static int create_struct_ops(struct kit *kit, struct kit_map_attr *attr, struct created *created)
{
	const struct kbtf *btf = kit->kernel->btf;
	struct blob blob = {0};
	int ret = -ENOENT;

	if (!btf)
		return -ENOENT;
	blob_int(&blob, "int", 4, true);
	_cleanup_fd_ int fd = blob_load(kit, &blob);
	if (fd < 0)
		return without_btf(created, fd);
	attr->btf_fd = (uint32_t)fd;
	kit_prog_control(kit, BPF_PROG_TYPE_SOCKET_FILTER);
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf) && ret < 0; id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (!type || !is_wrapper(btf, type))
			continue;
		attr->vmlinux_value_type_id = id;
		attr->value_size = type->size;
		ret = kit_map(kit, attr);
	}
	return ret;
}

static int create_by(struct kit *kit, const struct recipe *recipe, uint32_t type, uint32_t flags,
	struct created *created)
{
	struct kit_map_attr attr = {.type = type,
		.key_size = recipe->key_size,
		.value_size = recipe->value_size,
		.max_entries = recipe->max_entries,
		.flags = recipe->flags | flags};

	switch (recipe->setup) {
	case SETUP_STORAGE:
		return create_storage(kit, &attr, created);
	case SETUP_INNER:
		return create_of_maps(kit, &attr);
	case SETUP_STRUCT_OPS:
		return create_struct_ops(kit, &attr, created);
	case SETUP_PAGE:
		attr.max_entries = (uint32_t)sysconf(_SC_PAGESIZE);
		break;
	case SETUP_NONE:
		break;
	}
	return kit_map(kit, &attr);
}

static struct created maps_create(
	struct kit *kit, const struct recipe *recipe, uint32_t type, uint32_t flags)
{
	struct created created = {0};

	created.ret = create_by(kit, recipe, type, flags, &created);
	return created;
}

int probe_map_create(struct kit *kit, uint32_t type, uint32_t flags)
{
	const struct recipe *recipe = find_recipe(type);

	return recipe ? maps_create(kit, recipe, type, flags).ret : -ENOENT;
}

/* Does the kernel's own enum have this number? Unknown without BTF. */
static enum tristate maps_in_enum(const struct kernel *kernel, uint32_t type)
{
	uint32_t id = kernel->btf ? kbtf_find(kernel->btf, "bpf_map_type", BTF_KIND_ENUM) : 0;
	int64_t end;

	if (!id || !kbtf_enum_value(kernel->btf, id, "__MAX_BPF_MAP_TYPE", &end)) {
		const struct btf_type *type_enum = id ? kbtf_type(kernel->btf, id) : NULL;
		if (!type_enum)
			return TRISTATE_UNKNOWN;
		/* Before 6.8, the enum has no end mark: its last enumerator is the highest. */
		const struct btf_enum *values = kbtf_tail(type_enum);
		uint32_t cnt = kbtf_vlen(type_enum);
		if (!cnt)
			return TRISTATE_UNKNOWN;
		end = (int64_t)values[cnt - 1].val + 1;
	}
	return type < end ? TRISTATE_YES : TRISTATE_NO;
}

/* inode_storage_map_alloc() refuses if the BPF LSM was not activated at boot. */
static bool needs_lsm(const struct recipe *recipe)
{
	return recipe && recipe->option && !strcmp(recipe->option, "CONFIG_BPF_LSM");
}

/* The kernel refused. Is the cause that it lacks the type? */
static void judge_refusal(struct kit *kit, const struct recipe *recipe, uint32_t type,
	const struct created *created, struct kit_verdict *verdict)
{
	const struct kernel *kernel = kit->kernel;
	char text[KIT_ERRNO_BYTES];
	int ret = created->ret;
	const char *name = kit_errno_name(-ret, text);
	int control = kit_map_control(kit);

	if (maps_in_enum(kernel, type) == TRISTATE_NO && kit_answered(control))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"%s, and this kernel's enum bpf_map_type ends before %u", name, type);
	else if (kit_control_failed(verdict, ret, control, "a plain array map"))
		return;
	else if (recipe && kit_config(kernel, recipe->option) == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s, and %s is not set", name,
			recipe->option);
	else if (recipe &&
		kernel_has_function(kernel, recipe->function, "array_map_alloc") == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s, and the kernel has no function %s",
			name, recipe->function);
	else if (created->btf_refused)
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to the BTF that the map needs", name);
	else if (recipe && recipe->setup == SETUP_STRUCT_OPS)
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to every struct_ops type of BTF", name);
	else if (ret == -EOPNOTSUPP && needs_lsm(recipe) && kernel_has_lsm(kernel, "bpf") == TRISTATE_NO)
		kit_say(verdict, SUPPORT_BLOCKED, -ret,
			"%s: the BPF LSM is not active (lsm= of the kernel command line)", name);
	else if (ret != -EINVAL)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"%s, while a plain array map can be created", name);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, EINVAL,
			"EINVAL: the type is missing or a parameter was refused; BTF, the "
			"configuration and the symbols do not show which");
}

static void maps_judge(struct kit *kit, const struct recipe *recipe, uint32_t type,
	struct created created, struct kit_verdict *verdict)
{
	int ret = created.ret;

	kit_close_fd(ret);
	if (ret >= 0)
		kit_ok(verdict, "%s", "");
	else if (ret == -ENOENT && recipe && recipe->setup == SETUP_STRUCT_OPS &&
		kit_has_no_jit(kit->kernel))
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0,
			"no struct_ops type, as this kernel has no BPF JIT (CONFIG_BPF_JIT)");
	else if (ret == -ENOENT && recipe && recipe->setup == SETUP_STRUCT_OPS)
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"no struct_ops type was found to make a map for (%s)",
			kit->kernel->btf ? "in vmlinux BTF" : "no BTF");
	else if (!kit_settle(kit, verdict, ret, "map creation"))
		judge_refusal(kit, recipe, type, &created, verdict);
}

bool probe_map_created(struct kit *kit, int map, uint32_t type, struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];

	if (map >= 0)
		return true;
	probe_map_type(kit, type, verdict);
	if (verdict->state == SUPPORT_OK)
		kit_say(verdict, SUPPORT_UNKNOWN, -map, "map creation: %s",
			kit_errno_name(-map, text));
	return false;
}

void probe_map_type(struct kit *kit, uint32_t type, struct kit_verdict *verdict)
{
	static const struct recipe any = {.key_size = 4, .value_size = 4, .max_entries = 1};
	const struct recipe *recipe = find_recipe(type);

	if (recipe) {
		maps_judge(kit, recipe, type, maps_create(kit, recipe, type, 0), verdict);
		return;
	}
	maps_judge(kit, NULL, type, maps_create(kit, &any, type, 0), verdict);
	if (verdict->state == SUPPORT_UNKNOWN)
		kit_say(verdict, SUPPORT_UNKNOWN, verdict->errnum, "no recipe for this map type");
}

/* "BPF_MAP_TYPE_ARENA" to "arena"; false for marks and old names of the same number. */
static bool enumerator_name(const char *enumerator, char *name, size_t size)
{
	static const char prefix[] = "BPF_MAP_TYPE_", suffix[] = "_DEPRECATED";
	size_t len = strlen(enumerator), skip = sizeof(prefix) - 1, tail = sizeof(suffix) - 1;

	if (strncmp(enumerator, prefix, skip) || len - skip >= size ||
		!strcmp(enumerator + skip, "UNSPEC"))
		return false;
	if (len > tail && !strcmp(enumerator + len - tail, suffix))
		return false;
	for (size_t i = skip; i <= len; i++)
		name[i - skip] = (char)tolower((unsigned char)enumerator[i]);
	return true;
}

static struct error *maps_add(
	struct kit *kit, struct snapshot *snapshot, uint32_t type, const char *name)
{
	struct kit_verdict verdict = {0};
	struct error *error = kit_interrupted(kit);

	if (error || !kit_wants(kit, name))
		return error;
	probe_map_type(kit, type, &verdict);
	if (!snapshot_add_feature(snapshot, &snapshot->map_types, name, verdict.state,
		    verdict.errnum, verdict.reason[0] ? verdict.reason : NULL))
		return error_no_memory();
	return NULL;
}

/* Adds types of the kernel's enum that our table lacks. */
static struct error *maps_add_newer(struct kit *kit, struct snapshot *snapshot)
{
	const struct kbtf *btf = kit->kernel->btf;
	const struct btf_type *type =
		btf ? kbtf_type(btf, kbtf_find(btf, "bpf_map_type", BTF_KIND_ENUM)) : NULL;
	struct error *error = NULL;
	char name[64];

	for (uint32_t i = 0; type && !error && i < kbtf_vlen(type); i++) {
		const struct btf_enum *value = (const struct btf_enum *)kbtf_tail(type) + i;
		if (enumerator_name(kbtf_string(btf, value->name_off), name, sizeof(name)) &&
			!find_recipe((uint32_t)value->val))
			error = maps_add(kit, snapshot, (uint32_t)value->val, name);
	}
	return error;
}

struct error *probe_map_types(
	const struct probe_request *request, const struct kernel *kernel, struct snapshot *snapshot)
{
	struct kit kit;
	struct error *error = kit_open(&kit, request, kernel);

	for (size_t i = 0; !error && i < ARRAY_SIZE(recipes); i++)
		error = maps_add(&kit, snapshot, recipes[i].type, recipes[i].name);
	if (!error)
		error = maps_add_newer(&kit, snapshot);
	kit_close(&kit);
	return error;
}
