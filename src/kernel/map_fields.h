/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of map values that the verifier keeps from programs of some types, and the calls that need such
 * a field: check_map_prog_compatibility(), linux kernel/bpf/verifier.c. The check is about each map that a
 * program refers to. It does not look at the maps inside a map of maps.
 */
#ifndef KCOMPAT_KERNEL_MAP_FIELDS_H
#define KCOMPAT_KERNEL_MAP_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

enum map_field {
	MAP_FIELD_TIMER,
	MAP_FIELD_WORKQUEUE,
	MAP_FIELD_SPIN_LOCK,
	MAP_FIELD_RES_SPIN_LOCK,
	MAP_FIELD_CNT,
	MAP_FIELD_NONE = MAP_FIELD_CNT,
};

struct map_field_info {
	const char *type;  /* the struct's name */
	uint32_t size_bytes; /* include/uapi/linux/bpf.h; of use without BTF of the kernel */
	const char *calls; /* a glob of the functions that take a pointer to it */
	bool in_objects;   /* objects of bpf_obj_new() may have it too */
	/*
	 * Of enum btf_field_type, if the words are those of another field; else NULL. Whether a kernel says them about
	 * this one is in its code alone: 7.2 does, and 7.3 does not.
	 */
	const char *field_type;
	/* The verifier's refusals, by program; NULL: no kernel has one. */
	const char *tracing, *socket, *sleepable;
};

extern const struct map_field_info map_fields[MAP_FIELD_CNT];

/* The refusal of a lock in a tracing program. */
#define MAP_FIELD_TRACING_LOCK "tracing progs cannot use bpf_spin_lock yet"

/* process_timer_func(): the refusal of every call with a timer, on a kernel with PREEMPT_RT. */
#define MAP_FIELD_TIMER_RT "bpf_timer cannot be used for PREEMPT_RT."

/* The field that a helper or kfunc needs. */
enum map_field map_field_of_call(const char *name);
/* is_tracing_prog_type(), linux kernel/bpf/verifier.c; a number of enum prog_type. */
bool map_field_is_tracing(uint32_t prog_type);

#endif
