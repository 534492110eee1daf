/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct bpf_prog for code that is followed: the part that filters and checks of the verifier share. */
#ifndef KCOMPAT_KFUNC_PLACES_H
#define KCOMPAT_KFUNC_PLACES_H

#include "kfunc/verdicts.h"

#define PLACE_FIELDS(X)                                                                            \
	X(PROG_TYPE, "bpf_prog", "type")                                                           \
	X(PROG_ATTACH_TYPE, "bpf_prog", "expected_attach_type")                                    \
	X(PROG_AUX, "bpf_prog", "aux")                                                             \
	X(PROG_SLEEPABLE, "bpf_prog", "sleepable")    /* since 6.9 */                              \
	X(AUX_SLEEPABLE, "bpf_prog_aux", "sleepable") /* before */                                 \
	X(AUX_OPS, "bpf_prog_aux", "st_ops")                                                       \
	X(AUX_MEMBER, "bpf_prog_aux", "attach_st_ops_member_off")                                  \
	X(AUX_ATTACH_ID, "bpf_prog_aux", "attach_btf_id")                                          \
	X(ENV_PROG, "bpf_verifier_env", "prog")                                                    \
	X(MAP_TYPE, "bpf_map", "map_type")                                                         \
	X(RECORD_MASK, "btf_record", "field_mask")

enum place_field {
#define PLACE_FIELD_ENUM(name, type, member) PLACE_##name,
	PLACE_FIELDS(PLACE_FIELD_ENUM)
#undef PLACE_FIELD_ENUM
		PLACE_FIELD_CNT
};

struct place_layout {
	struct {
		bool known;
		uint32_t offset_bits;
	} fields[PLACE_FIELD_CNT];
};

enum {
	PLACE_OBJECT_PROG = 1,
	PLACE_OBJECT_AUX,
	PLACE_OBJECT_ENV,
	PLACE_OBJECT_MAP,
	PLACE_OBJECT_RECORD, /* of the fields in a map's values */
	PLACE_OBJECT_CNT, /* a visitor may add its own from here on */
};

void place_layout_read(const struct kbtf *btf, struct place_layout *layout);
bool place_is(const struct place_layout *layout, enum place_field field, uint64_t offset_bytes);
/* For code_visitor.load(): true for a known field. `sleepable`: of the program. */
bool place_load(const struct place_layout *layout, const struct kfunc_place *place,
	enum tristate sleepable, uint32_t object, uint64_t offset_bytes, size_t size_bytes,
	struct code_value *ret);

/*
 * Which values of a field the verifier lets pass, before it refuses with a known message. The message
 * locates the check, and the walk starts where the code reads the field.
 */
struct refusal;
extern const struct refusal refusal_of_sleep; /* BPF_F_SLEEPABLE, by program type and attach type */
extern const struct refusal refusal_of_map;   /* a map in a program that may sleep, by map type */
/* A map in a tracing program, by the bit of a field in its values (enum btf_field_type) */
extern const struct refusal refusal_of_lock;

struct refusal_table;
struct error *refusal_table_create(const struct refusal *refusal, const struct kfunc_code *code,
	const struct place_layout *layout, struct refusal_table **ret);
void refusal_table_destroy(struct refusal_table *table); /* NULL-safe */
/* Unknown also for values that are too high. */
enum tristate refusal_table_look_up(
	const struct refusal_table *table, uint32_t value, uint32_t other);

#endif
