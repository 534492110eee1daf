/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the planned programs refer to: their BTF, with types for objects and map values, and maps.
 * A map is made when it is wanted first.
 */
#ifndef KCOMPAT_PROBE_CALLS_OBJECTS_H
#define KCOMPAT_PROBE_CALLS_OBJECTS_H

#include "probe/kit.h"

#define OBJECT_MAPS_MAX 512

/* Fields of map values and objects that the kernel manages. */
enum object_field {
	OBJECT_TIMER,
	OBJECT_WORKQUEUE,
	OBJECT_TASK_WORK,
	OBJECT_SPIN_LOCK,
	OBJECT_RES_SPIN_LOCK,
	OBJECT_LIST_HEAD,
	OBJECT_LIST_NODE,
	OBJECT_RB_ROOT,
	OBJECT_RB_NODE,
	OBJECT_REFCOUNT,
	OBJECT_FIELD_CNT,
};
/* OBJECT_FIELD_CNT: no such field. */
enum object_field object_field_find(const char *type);

#define GRAPH_HEAD_OFFSET 8 /* of the list, behind the lock, in a graph */
#define KPTR_MAP "kptr:" /* before the name of a type: a map whose value points to it */

struct object_map {
	const char *name; /* interned in the pool of the request */
	int fd;           /* negative: -errno */
};

struct objects {
	struct kit *kit;
	bool types_tried;           /* until then, all ids are 0 */
	int btf_fd;                 /* negative: -errno; the programs then have no BTF */
	uint32_t func_ids[3];       /* of the program and of enum callback */
	uint32_t key_id, number_id;
	struct {
		uint32_t id, size_bytes;
	} fields[OBJECT_FIELD_CNT], values[OBJECT_FIELD_CNT]; /* id 0: there is none */
	uint32_t lock_objects[OBJECT_FIELD_CNT]; /* a struct with that lock; 0: none */
	struct {
		uint32_t id, size_bytes;
	} graph, node_pointer, percpu_pointer, lock_pointers[OBJECT_FIELD_CNT];
	uint32_t node_id, plain_id;         /* structs for bpf_obj_new() */
	uint32_t rb_offset, root_offset;    /* of the second node in a node, of the root in a graph */
	struct object_map maps[OBJECT_MAPS_MAX];
	size_t map_cnt;
	struct pool pool;
};

void objects_init(struct objects *objects, struct kit *kit);
/* Loads the BTF unless that was tried, with fewer types on a kernel that refuses them. */
void objects_types(struct objects *objects);
void objects_destroy(struct objects *objects); /* closes everything */
/*
 * The descriptor of a map, or -errno. Names: "hash", "array", ...; "value:bpf_timer" for a field;
 * "inner:array" for a map of such maps; "kptr:task_struct"; "graph"; "node"; "percpu"; "object:bpf_spin_lock". A "@" and any text make it
 * another map of the same kind.
 */
int objects_map(struct objects *objects, const char *name);
/* Maps without types of their own. */
struct plain_map {
	const char *name;
	uint32_t type, key, value, entries, flags;
	bool typed; /* local storage needs BTF of key and value */
};
const struct plain_map *objects_plain_map(const char *name); /* NULL: it is no plain map */
/* The names of plain maps, one after the other; NULL after the last. */
const char *objects_map_name(size_t index);

#endif
