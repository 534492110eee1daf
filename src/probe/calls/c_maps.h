/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The maps of objects.h as declarations for libbpf, and the structs of the program's own that their
 * values and objects are.
 */
#ifndef KCOMPAT_PROBE_CALLS_C_MAPS_H
#define KCOMPAT_PROBE_CALLS_C_MAPS_H

#include "probe/calls/c_types.h"
#include "probe/calls/objects.h"

#define OWN_MEMBERS_MAX 4
#define C_NAME_MAX 64

struct own_member {
	uint32_t offset;
	const char *name;
	const char *type;     /* the struct that it is or points to */
	const char *tag;      /* of a pointer, as "kptr"; NULL: it is no pointer */
	const char *contains; /* of a list or tree: "node:list" */
};

struct own_struct {
	char name[C_NAME_MAX];
	struct own_member members[OWN_MEMBERS_MAX];
	size_t member_cnt;
	bool is_pointed_to; /* by a member, or in a list or tree */
	const struct own_struct *needs; /* another one that a member points to or contains */
};

/* The struct with an id of the program's BTF; what it needs lives in `pool`. False: there is none. */
bool own_struct_by_id(
	const struct objects *objects, uint32_t id, struct pool *pool, struct own_struct *ret);
/* The struct of a map's value. False: the values have no type of their own. */
bool own_struct_of_map(
	const struct objects *objects, const char *map, struct pool *pool, struct own_struct *ret);
const struct own_member *own_struct_member(const struct own_struct *own, uint32_t offset);

/* "ringbuf_map" for "ringbuf". Fits in C_NAME_MAX. */
void c_map_name(const char *map, char name[static C_NAME_MAX]);
/* `value`: of its values; NULL: they have no type of their own. False: a map without a form in C. */
bool c_map_print(const char *map, const struct own_struct *value, struct buf *out);
/* "#define BPF_MAP_TYPE_HASH 1" */
void c_map_type_print(const struct plain_map *map, struct buf *out);
void own_struct_print(const struct own_struct *own, struct buf *out);

#endif
