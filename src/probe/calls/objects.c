/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/objects.h"
#include "probe/blob.h"
#include "probe/field_map.h"
#include "util/array.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>

/* The kernel takes a type for its own if it has one of that name. */
#define OWN(name) "kcompat_" name

#define LOCK_VALUE_BYTES 32u
#define MAP_TYPE_ARENA 33 /* BPF_MAP_TYPE_ARENA, since 6.9 */
/* Where an arena will be mapped. A program may refer to no arena without such a place. */
#define ARENA_ADDRESS (1ull << 32)
#define BTF_LEVEL_CNT 4 /* ways to write the BTF, for older and older kernels */

static const char *const field_types[OBJECT_FIELD_CNT] = {
	[OBJECT_TIMER] = "bpf_timer",
	[OBJECT_WORKQUEUE] = "bpf_wq",
	[OBJECT_TASK_WORK] = "bpf_task_work",
	[OBJECT_SPIN_LOCK] = "bpf_spin_lock",
	[OBJECT_RES_SPIN_LOCK] = "bpf_res_spin_lock",
	[OBJECT_LIST_HEAD] = "bpf_list_head",
	[OBJECT_LIST_NODE] = "bpf_list_node",
	[OBJECT_RB_ROOT] = "bpf_rb_root",
	[OBJECT_RB_NODE] = "bpf_rb_node",
	[OBJECT_REFCOUNT] = "bpf_refcount",
};

enum object_field object_field_find(const char *type)
{
	enum object_field field = 0;

	while (field < OBJECT_FIELD_CNT && strcmp(field_types[field], type) != 0)
		field++;
	return field;
}

static uint32_t add_pointer(struct blob *blob, uint32_t to, const char *tag)
{
	uint32_t tagged = tag ? blob_type(blob, tag, BTF_KIND_TYPE_TAG, 0, false, to) : to;

	return blob_type(blob, NULL, BTF_KIND_PTR, 0, false, tagged);
}

static uint32_t add_pointer_value(
	struct blob *blob, const char *name, uint32_t to, const char *tag)
{
	uint32_t pointer = add_pointer(blob, to, tag);
	uint32_t id = blob_type(blob, name, BTF_KIND_STRUCT, 1, false, 8);

	blob_member(blob, "p", pointer, 0);
	return id;
}

/* A struct of the kernel's name and size. The verifier looks at nothing else. */
static void add_field_type(struct objects *objects, struct blob *blob, enum object_field field)
{
	uint32_t size = field_size(objects->kit->kernel, field_types[field], 0);

	if (!size)
		return;
	objects->fields[field].size_bytes = size;
	objects->fields[field].id =
		blob_type(blob, field_types[field], BTF_KIND_STRUCT, 0, false, size);
}

static void add_value(struct objects *objects, struct blob *blob, enum object_field field)
{
	if (!objects->fields[field].id)
		return;
	objects->values[field].size_bytes = LOCK_VALUE_BYTES;
	objects->values[field].id =
		blob_type(blob, NULL, BTF_KIND_STRUCT, 2, false, LOCK_VALUE_BYTES);
	blob_member(blob, "f", objects->fields[field].id, 0);
	blob_member(blob, "d", objects->number_id, LOCK_VALUE_BYTES - 8);
}

/* An object with a lock, and a map value that points to one. */
static void add_lock_object(struct objects *objects, struct blob *blob, enum object_field field)
{
	if (!objects->fields[field].id)
		return;
	const char *name = field == OBJECT_SPIN_LOCK ? OWN("locked") : OWN("res_locked");
	uint32_t id = blob_type(blob, name, BTF_KIND_STRUCT, 2, false, 16);
	blob_member(blob, "f", objects->fields[field].id, 0);
	blob_member(blob, "d", objects->number_id, 8);
	objects->lock_objects[field] = id;
	objects->lock_pointers[field].size_bytes = 8;
	objects->lock_pointers[field].id = add_pointer_value(blob, OWN("lock_pointer"), id, "kptr");
}

static void add_decl_tag(struct blob *blob, const char *text, uint32_t type, uint32_t member)
{
	blob_type(blob, text, BTF_KIND_DECL_TAG, 0, false, type);
	blob_word(blob, member);
}

static void add_node(struct objects *objects, struct blob *blob)
{
	uint32_t rb = objects->fields[OBJECT_RB_NODE].id, ref = objects->fields[OBJECT_REFCOUNT].id;
	uint32_t ref_at = objects->fields[OBJECT_LIST_NODE].size_bytes +
		objects->fields[OBJECT_RB_NODE].size_bytes;

	objects->rb_offset = objects->fields[OBJECT_LIST_NODE].size_bytes;
	objects->node_id = blob_type(blob, OWN("node"), BTF_KIND_STRUCT,
		2 + (rb != 0) + (ref != 0), false, ref_at + 16);
	blob_member(blob, "l", objects->fields[OBJECT_LIST_NODE].id, 0);
	if (rb)
		blob_member(blob, "rb", rb, objects->rb_offset);
	if (ref)
		blob_member(blob, "ref", ref, ref_at);
	blob_member(blob, "d", objects->number_id, ref_at + 8);
}

/* struct graph { lock; list head; tree root; }, whose members are of struct node. */
static void add_graph(struct objects *objects, struct blob *blob)
{
	uint32_t root = objects->fields[OBJECT_RB_ROOT].id;

	objects->root_offset = GRAPH_HEAD_OFFSET + objects->fields[OBJECT_LIST_HEAD].size_bytes;
	objects->graph.size_bytes =
		objects->root_offset + objects->fields[OBJECT_RB_ROOT].size_bytes;
	objects->graph.id = blob_type(
		blob, OWN("graph"), BTF_KIND_STRUCT, 2 + (root != 0), false, objects->graph.size_bytes);
	blob_member(blob, "lock", objects->fields[OBJECT_SPIN_LOCK].id, 0);
	blob_member(blob, "head", objects->fields[OBJECT_LIST_HEAD].id, GRAPH_HEAD_OFFSET);
	if (root)
		blob_member(blob, "root", root, objects->root_offset);
	add_decl_tag(blob, "contains:" OWN("node") ":l", objects->graph.id, 1);
	if (root)
		add_decl_tag(blob, "contains:" OWN("node") ":rb", objects->graph.id, 2);
	objects->node_pointer.size_bytes = 8;
	objects->node_pointer.id = add_pointer_value(blob, OWN("node_pointer"), objects->node_id, "kptr");
}

static uint32_t add_function(
	struct blob *blob, const char *name, uint32_t param_cnt, uint32_t ret, uint32_t param, uint32_t linkage)
{
	uint32_t proto = blob_type(blob, NULL, BTF_KIND_FUNC_PROTO, param_cnt, false, ret);

	for (uint32_t i = 0; i < param_cnt; i++) {
		const char name_of_param[] = {(char)('a' + i), '\0'};
		blob_word(blob, blob_string(blob, name_of_param));
		blob_word(blob, param);
	}
	return blob_type(blob, name, BTF_KIND_FUNC, linkage, false, proto);
}

/*
 * Level 0: everything. 1: no graph (before 6.1). 2: no type tags (before 5.17). 3: functions without
 * linkage (before 5.6).
 */
static void write_types(struct objects *objects, struct blob *blob, int level)
{
	objects->number_id = blob_int(blob, "u64", 8, false);
	objects->key_id = blob_int(blob, "int", 4, true);
	uint32_t pointer = add_pointer(blob, 0, NULL);
	for (enum object_field field = 0; field < OBJECT_FIELD_CNT; field++)
		add_field_type(objects, blob, field);
	for (enum object_field field = 0; field <= OBJECT_RES_SPIN_LOCK; field++)
		add_value(objects, blob, field);
	objects->plain_id = blob_type(blob, OWN("plain"), BTF_KIND_STRUCT, 2, false, 16);
	blob_member(blob, "a", objects->number_id, 0);
	blob_member(blob, "b", objects->number_id, 8);
	if (level < 1 && objects->fields[OBJECT_LIST_NODE].id && objects->fields[OBJECT_SPIN_LOCK].id) {
		add_node(objects, blob);
		add_graph(objects, blob);
	}
	if (level < 2) {
		add_lock_object(objects, blob, OBJECT_SPIN_LOCK);
		add_lock_object(objects, blob, OBJECT_RES_SPIN_LOCK);
		objects->percpu_pointer.size_bytes = 8;
		objects->percpu_pointer.id = add_pointer_value(
			blob, OWN("percpu_pointer"), objects->plain_id, "percpu_kptr");
	}
	uint32_t linkage = level < 3 ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC;
	objects->func_ids[0] =
		add_function(blob, "program", 1, objects->key_id, pointer, linkage);
	objects->func_ids[1] =
		add_function(blob, "callback", 3, objects->key_id, pointer, BTF_FUNC_STATIC);
	objects->func_ids[2] = add_function(blob, "less", 2, objects->key_id, pointer, BTF_FUNC_STATIC);
}

void objects_init(struct objects *objects, struct kit *kit)
{
	*objects = (struct objects) {.kit = kit, .btf_fd = -EINVAL};
}

/* All ids are 0 again. The maps stay. */
static void forget_types(struct objects *objects)
{
	struct objects *none = &(struct objects) {.kit = objects->kit, .btf_fd = -EINVAL};
	size_t ids = offsetof(struct objects, maps);

	memcpy(objects, none, ids);
}

void objects_types(struct objects *objects)
{
	if (objects->types_tried)
		return;
	for (int level = 0; level < BTF_LEVEL_CNT && objects->btf_fd < 0; level++) {
		struct blob blob = {0};
		forget_types(objects);
		write_types(objects, &blob, level);
		objects->btf_fd = blob_load(objects->kit, &blob);
	}
	objects->types_tried = true;
}

void objects_destroy(struct objects *objects)
{
	if (!objects->kit)
		return;
	for (size_t i = 0; i < objects->map_cnt; i++)
		kit_close_fd(objects->maps[i].fd);
	kit_close_fd(objects->btf_fd);
	pool_destroy(&objects->pool);
	objects->kit = NULL;
}

static const struct plain_map plain_maps[] = {
	{"hash", BPF_MAP_TYPE_HASH, 4, 64, 4, 0, false},
	{"array", BPF_MAP_TYPE_ARRAY, 4, 64, 1, 0, false},
	{"prog_array", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0, false},
	{"perf_event_array", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0, false},
	{"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4, 0, false},
	{"percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1, 0, false},
	{"stack_trace", BPF_MAP_TYPE_STACK_TRACE, 4, 1016, 4, 0, false},
	{"cgroup_array", BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0, false},
	{"devmap", BPF_MAP_TYPE_DEVMAP, 4, 4, 4, 0, false},
	{"sockmap", BPF_MAP_TYPE_SOCKMAP, 4, 4, 4, 0, false},
	{"cpumap", BPF_MAP_TYPE_CPUMAP, 4, 4, 4, 0, false},
	{"xskmap", BPF_MAP_TYPE_XSKMAP, 4, 4, 4, 0, false},
	{"sockhash", BPF_MAP_TYPE_SOCKHASH, 4, 4, 4, 0, false},
	{"reuseport_sockarray", BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 4, 0, false},
	{"queue", BPF_MAP_TYPE_QUEUE, 0, 8, 4, 0, false},
	{"ringbuf", BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0, false},
	{"user_ringbuf", 31 /* BPF_MAP_TYPE_USER_RINGBUF */, 0, 0, 4096, 0, false},
	{"sk_storage", BPF_MAP_TYPE_SK_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC, true},
	{"inode_storage", BPF_MAP_TYPE_INODE_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC, true},
	{"task_storage", BPF_MAP_TYPE_TASK_STORAGE, 4, 8, 0, BPF_F_NO_PREALLOC, true},
	{"cgrp_storage", 32 /* BPF_MAP_TYPE_CGRP_STORAGE */, 4, 8, 0, BPF_F_NO_PREALLOC, true},
	{"cgroup_storage", BPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0, 0, false},
	{"arena", MAP_TYPE_ARENA, 0, 0, 16, BPF_F_MMAPABLE, false},
	{"rodata", BPF_MAP_TYPE_ARRAY, 4, 64, 1, BPF_F_RDONLY_PROG, false},
};

const char *objects_map_name(size_t index)
{
	return index < ARRAY_SIZE(plain_maps) ? plain_maps[index].name : NULL;
}

/* A text that the verifier can read (ARG_PTR_TO_CONST_STR): the map is written once, then frozen. */
static void freeze_text(struct kit *kit, int fd)
{
	char value[64] = "kcompat";
	uint32_t key = 0;
	struct {
		uint32_t map_fd, pad;
		uint64_t key, value, flags;
	} update = {(uint32_t)fd, 0, (uintptr_t)&key, (uintptr_t)value, 0};
	struct {
		uint32_t map_fd;
	} freeze = {(uint32_t)fd};

	if (!kit_call(kit, BPF_MAP_UPDATE_ELEM, &update, sizeof(update)))
		kit_call(kit, BPF_MAP_FREEZE, &freeze, sizeof(freeze));
}

const struct plain_map *objects_plain_map(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain_maps); i++) {
		size_t len = strlen(plain_maps[i].name);
		if (!strncmp(plain_maps[i].name, name, len) && (!name[len] || name[len] == '@'))
			return &plain_maps[i];
	}
	return NULL;
}

static int make_plain(struct objects *objects, const struct plain_map *map)
{
	struct kit_map_attr attr = {.type = map->type,
		.key_size = map->key,
		.value_size = map->value,
		.max_entries = map->entries,
		.flags = map->flags,
		.extra = map->type == MAP_TYPE_ARENA ? ARENA_ADDRESS : 0};

	if (map->typed) {
		objects_types(objects);
		attr.btf_fd = objects->btf_fd < 0 ? 0 : (uint32_t)objects->btf_fd;
		attr.key_type_id = objects->key_id;
		attr.value_type_id = objects->number_id;
	}
	int fd = kit_map(objects->kit, &attr);
	if (fd >= 0 && !strcmp(map->name, "rodata"))
		freeze_text(objects->kit, fd);
	return fd;
}

static int make_typed(struct objects *objects, uint32_t value_id, uint32_t size_bytes)
{
	const struct kit_map_attr attr = {.type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = size_bytes,
		.max_entries = 1,
		.btf_fd = (uint32_t)objects->btf_fd,
		.key_type_id = objects->key_id,
		.value_type_id = value_id};

	return value_id && objects->btf_fd >= 0 ? kit_map(objects->kit, &attr) : -ENOENT;
}

/* A value that points to a struct of the kernel, which the map's own BTF only names. */
static int make_kptr(struct objects *objects, const char *type)
{
	struct blob blob = {0};
	uint32_t key = blob_int(&blob, "int", 4, true);
	uint32_t named = blob_type(&blob, type, BTF_KIND_STRUCT, 0, false, 0);
	uint32_t value = add_pointer_value(&blob, "value", named, "kptr");

	return field_map_of_blob(objects->kit, &blob, BPF_MAP_TYPE_ARRAY, key, value, 8, 0);
}

/* A map whose value has types of the programs' BTF. */
static int make_map_of_types(struct objects *objects, const char *name)
{
	const char *colon = strchr(name, ':');
	enum object_field field = object_field_find(colon ? colon + 1 : "");

	objects_types(objects);
	if (!strcmp(name, "graph"))
		return make_typed(objects, objects->graph.id, objects->graph.size_bytes);
	if (!strcmp(name, "node"))
		return make_typed(objects, objects->node_pointer.id, 8);
	if (!strcmp(name, "percpu"))
		return make_typed(objects, objects->percpu_pointer.id, 8);
	if (field == OBJECT_FIELD_CNT)
		return -ENOENT;
	return !strncmp(name, "object:", 7)
		? make_typed(objects, objects->lock_pointers[field].id, 8)
		: make_typed(objects, objects->values[field].id, objects->values[field].size_bytes);
}

static int make_outer(struct objects *objects, const char *inner)
{
	struct kit_map_attr attr = {.type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1};
	int fd = objects_map(objects, inner);

	attr.inner_map_fd = (uint32_t)fd;
	return fd < 0 ? fd : kit_map(objects->kit, &attr);
}

static int make_map(struct objects *objects, const char *name)
{
	if (!strncmp(name, "inner:", 6))
		return make_outer(objects, name + 6);
	const struct plain_map *plain = objects_plain_map(name);
	if (plain)
		return make_plain(objects, plain);
	return !strncmp(name, KPTR_MAP, strlen(KPTR_MAP)) ? make_kptr(objects, name + strlen(KPTR_MAP))
					   : make_map_of_types(objects, name);
}

int objects_map(struct objects *objects, const char *name)
{
	for (size_t i = 0; i < objects->map_cnt; i++) {
		if (!strcmp(objects->maps[i].name, name))
			return objects->maps[i].fd;
	}
	const char *kept = pool_strdup(&objects->pool, name);
	if (!kept || objects->map_cnt == OBJECT_MAPS_MAX)
		return -ENOMEM;
	int fd = make_map(objects, name);
	objects->maps[objects->map_cnt++] = (struct object_map) {kept, fd};
	return fd;
}
