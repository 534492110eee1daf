/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/catalog.h"

#include "util/array.h"
#include "util/embed.h"

#define LIST(...) ((const char *const[]) {__VA_ARGS__, NULL})

/* "fentry" comes first: most published examples use it, and some kernels refuse it. */
static const char *const tracing_and_net[] = {"fentry", "iter/bpf_map", "iter.s/task", "xdp", "tc",
	"syscall", "perf_event", "tracepoint", NULL};
/* For programs that use an RCU pointer without an RCU section: no sleepable contexts. */
static const char *const not_sleeping[] = {
	"fentry", "iter/bpf_map", "xdp", "tc", "perf_event", "tracepoint", NULL};
static const char *const rcu_contexts[] = {
	"fentry", "fentry.s", "iter/bpf_map", "iter.s/task", "xdp", "tc", "syscall", NULL};
static const char *const arena_contexts[] = {
	"syscall", "fentry.s", "iter.s/task", "iter/bpf_map", "xdp", "tc", NULL};
static const char *const mask_contexts[] = {
	"fentry", "fentry.s", "iter/bpf_map", "iter.s/task", "syscall", "xdp", "tc", NULL};
static const char *const anywhere[] = {
	"xdp", "tc", "syscall", "fentry", "iter/bpf_map", "perf_event", "tracepoint", NULL};
static const char *const implicit_contexts[] = {"xdp", "tc", "syscall", "iter/bpf_map", NULL};
static const char *const net_and_syscall[] = {"xdp", "tc", "syscall", NULL};
static const char *const map_iterator[] = {"iter/bpf_map", NULL};
static const char *const xdp_only[] = {"xdp", NULL};
static const char *const tc_only[] = {"tc", NULL};
static const char *const perf_only[] = {"perf_event", NULL};

/* clang-format off */
#define NUM_ITERATOR "bpf_iter_num_new", "bpf_iter_num_next", "bpf_iter_num_destroy"
#define IS(name, value) {name, value, NULL}
#define IS_SAME_AS(name, other, more) {name, more, other}

/* The same programs on a map's value and on a global variable. `find` is the helper that finds the value. */
#define PERCPU_SET(place, shown, find)                                                             \
	{place "_alloc", shown ".alloc", not_sleeping,                                             \
		.kfuncs = LIST("bpf_percpu_obj_new_impl"), .helpers = LIST("bpf_kptr_xchg", find), \
		.kfuncs_aside = LIST("bpf_percpu_obj_drop_impl"),                                  \
		.expect = {IS("allocated", 1)}, .may_lack_memory = true},                          \
	{place "_write_all", shown ".write_all", not_sleeping,                                     \
		.kfuncs = LIST(NUM_ITERATOR), .helpers = LIST("bpf_per_cpu_ptr", find),            \
		.kfuncs_before = LIST("bpf_percpu_obj_new_impl"),                                  \
		.expect = {IS_SAME_AS("written", "cpu_cnt", 0)}},                                  \
	{place "_read_other", shown ".read_other_cpu", not_sleeping,                               \
		.helpers = LIST("bpf_per_cpu_ptr", "bpf_get_smp_processor_id", find),              \
		.kfuncs_before = LIST("bpf_percpu_obj_new_impl"),                                  \
		.expect = {IS_SAME_AS("other_value", "other_cpu", 1)}},                            \
	{place "_add_up", shown ".sum", not_sleeping,                                              \
		.kfuncs = LIST(NUM_ITERATOR), .helpers = LIST("bpf_per_cpu_ptr", find),            \
		.kfuncs_before = LIST("bpf_percpu_obj_new_impl"),                                  \
		.expect = {IS_SAME_AS("sum", "cpu_sum", 0)}},                                      \
	{place "_drop", shown ".drop", not_sleeping,                                               \
		.kfuncs = LIST("bpf_percpu_obj_drop_impl"), .helpers = LIST("bpf_kptr_xchg", find), \
		.expect = {IS("dropped", 1)}},                                                     \
	{place "_in_rcu_section", shown ".rcu", rcu_contexts,                                      \
		.kfuncs = LIST("bpf_percpu_obj_new_impl", "bpf_rcu_read_lock", "bpf_rcu_read_unlock", \
			"bpf_percpu_obj_drop_impl"),                                               \
		.helpers = LIST("bpf_kptr_xchg", "bpf_this_cpu_ptr", "bpf_per_cpu_ptr",            \
			"bpf_get_smp_processor_id", find),                                         \
		.expect = {IS("rcu_value", 3), IS("dropped", 1)}, .may_lack_memory = true}

static const struct program_entry percpu_kptr[] = {
	PERCPU_SET("map", "percpu_kptr_array", "bpf_map_lookup_elem"),
	PERCPU_SET("global", "percpu_kptr_global", NULL),
};

#define ARENA_PATTERN 0x6b636f6d70617421ull /* bpf/arena.bpf.c */
static const struct program_entry arena[] = {
	{"alloc_write", "arena.alloc_write", arena_contexts, .kfuncs = LIST("bpf_arena_alloc_pages"),
		.expect = {IS("read_back", 1)}, .check = PROGRAM_CHECK_ARENA_WRITTEN},
	{"alloc_free", "arena.free", arena_contexts,
		.kfuncs = LIST("bpf_arena_alloc_pages", "bpf_arena_free_pages"),
		.expect = {IS("read_back", ARENA_PATTERN), IS("freed", 1)}, .check = PROGRAM_CHECK_ARENA_FREED},
	{"free_misaligned", "arena.free_misaligned", arena_contexts,
		.kfuncs = LIST("bpf_arena_alloc_pages", "bpf_arena_free_pages"),
		.expect = {IS("read_back", ARENA_PATTERN), IS("freed", 1)}, .check = PROGRAM_CHECK_ARENA_MISALIGNED},
};

static const struct program_entry perf_event[] = {
	{"stack", "perf_event.stack", perf_only,
		.helpers = LIST("bpf_get_stackid", "bpf_get_current_comm", "bpf_perf_prog_read_value",
			"bpf_map_lookup_elem", "bpf_map_update_elem"),
		.check = PROGRAM_CHECK_PERF_STACKS, .perf = true},
	{"ip", "perf_event.ip", perf_only, .helpers = LIST("bpf_map_lookup_elem", "bpf_map_update_elem"),
		.check = PROGRAM_CHECK_PERF_ADDRESSES, .perf = true},
	{"attach_cookie", "perf_event.cookie", perf_only, .helpers = LIST("bpf_get_attach_cookie"),
		.check = PROGRAM_CHECK_PERF_COOKIE, .perf = true},
};

static const struct program_entry map_sum[] = {
	{"by_iterator", "map_sum_elem_count.iterator", map_iterator, .kfuncs = LIST("bpf_map_sum_elem_count"),
		.expect = {IS("seen", 1), IS_SAME_AS("elements", "element_cnt", 0)}},
	{"by_address", "map_sum_elem_count.address", anywhere, .kfuncs = LIST("bpf_map_sum_elem_count"),
		.expect = {IS("seen", 1), IS_SAME_AS("elements", "element_cnt", 0)}},
};

static const struct program_entry dynptr[] = {
	{"of_memory", "dynptr.memory", anywhere,
		.helpers = LIST("bpf_map_lookup_elem", "bpf_dynptr_from_mem", "bpf_dynptr_write",
			"bpf_dynptr_read", "bpf_dynptr_data"),
		.expect = {IS("read_value", 0x1122334455667788), IS("data_value", 0x1122334455667788)}},
	{"slice", "dynptr.slice", anywhere,
		.kfuncs = LIST("bpf_dynptr_is_null", "bpf_dynptr_clone", "bpf_dynptr_adjust", "bpf_dynptr_size",
			"bpf_dynptr_slice"),
		.helpers = LIST("bpf_map_lookup_elem", "bpf_dynptr_from_mem"),
		.expect = {IS("size", 32), IS("adjusted_size", 16), IS("slice_value", 0x2233)}},
	/* 8 bytes, plus the ring buffer's header of 8 bytes. */
	{"in_ring", "dynptr.ringbuf", anywhere,
		.helpers = LIST("bpf_ringbuf_query", "bpf_ringbuf_reserve_dynptr", "bpf_dynptr_write",
			"bpf_ringbuf_submit_dynptr"),
		.expect = {IS("added_bytes", 16)}},
	{"of_xdp", "dynptr.xdp", xdp_only, .kfuncs = LIST("bpf_dynptr_from_xdp", "bpf_dynptr_slice"),
		.expect = {IS("packet_byte", PROGRAM_PACKET_BYTE)}},
	{"of_skb", "dynptr.skb", tc_only, .kfuncs = LIST("bpf_dynptr_from_skb", "bpf_dynptr_slice"),
		.expect = {IS("packet_byte", PROGRAM_PACKET_BYTE)}},
};

static const struct program_entry cpumask[] = {
	{"set_test_clear", "cpumask.set_test_clear", mask_contexts,
		.kfuncs = LIST("bpf_cpumask_create", "bpf_cpumask_set_cpu", "bpf_cpumask_test_cpu",
			"bpf_cpumask_first", "bpf_cpumask_clear_cpu", "bpf_cpumask_release"),
		.expect = {IS("set", 1), IS_SAME_AS("first_after", "cpu_cnt", 0), IS("cleared", 1)},
		.may_lack_memory = true},
};

#define ROUND_SUM {IS("sum", PROGRAM_ROUND_CNT * (PROGRAM_ROUND_CNT - 1) / 2)}
static const struct program_entry loop[] = {
	{"bounded", "loop.bounded", anywhere, .expect = ROUND_SUM},
	{"by_helper", "loop.bpf_loop", anywhere, .helpers = LIST("bpf_loop"), .expect = ROUND_SUM},
	/* The keys 0 to 7; the values are 0. */
	{"for_each_element", "loop.for_each_map_elem", anywhere, .helpers = LIST("bpf_for_each_map_elem"),
		.expect = {IS("sum", 28)}},
	{"open_coded", "loop.iter_num", anywhere, .kfuncs = LIST(NUM_ITERATOR), .expect = ROUND_SUM},
};

static const struct program_entry object[] = {
	{"new_drop", "object.new_drop", tracing_and_net, .kfuncs = LIST("bpf_obj_new_impl", "bpf_obj_drop_impl"),
		.expect = {IS("value", 5)}, .may_lack_memory = true},
	{"list", "object.list", tracing_and_net,
		.kfuncs = LIST("bpf_obj_new_impl", "bpf_list_push_front_impl", "bpf_list_pop_front",
			"bpf_obj_drop_impl"),
		.helpers = LIST("bpf_spin_lock", "bpf_spin_unlock"),
		.expect = {IS("value", 7)}, .may_lack_memory = true},
	{"tree", "object.rbtree", tracing_and_net,
		.kfuncs = LIST("bpf_obj_new_impl", "bpf_rbtree_add_impl", "bpf_rbtree_first", "bpf_rbtree_remove",
			"bpf_obj_drop_impl"),
		.helpers = LIST("bpf_spin_lock", "bpf_spin_unlock"),
		.expect = {IS("value", 123)}, .may_lack_memory = true},
};

static const struct program_entry implicit[] = {
	{"object_new_drop", "implicit.object", implicit_contexts, .kfuncs = LIST("bpf_obj_new", "bpf_obj_drop"),
		.expect = {IS("value", 5)}, .may_lack_memory = true},
	{"percpu_new_drop", "implicit.percpu", implicit_contexts,
		.kfuncs = LIST("bpf_percpu_obj_new", "bpf_percpu_obj_drop"),
		.expect = {IS("value", 6)}, .may_lack_memory = true},
	{"list", "implicit.list", implicit_contexts,
		.kfuncs = LIST("bpf_obj_new", "bpf_list_push_front", "bpf_list_pop_front", "bpf_obj_drop"),
		.helpers = LIST("bpf_spin_lock", "bpf_spin_unlock"),
		.expect = {IS("value", 7)}, .may_lack_memory = true},
};

/* The thrown value becomes the return value. Contexts that require a return value of 0 are left out. */
static const struct program_entry exception[] = {
	{"throws", "exception.throw", net_and_syscall, .kfuncs = LIST("bpf_throw"),
		.expect = {IS("before", 1), IS("after", 0), IS(PROGRAM_RETVAL, 42)}},
};
/* clang-format on */

#define SET(id, ...)                                                                               \
	{                                                                                          \
		.name = #id, .data = embed_bpf_##id, .data_end = embed_bpf_##id##_end,             \
		.programs = id, .program_cnt = ARRAY_SIZE(id), __VA_ARGS__                         \
	}

const struct program_set program_sets[] = {
	SET(percpu_kptr, 0),
	SET(arena, .arena = true),
	SET(perf_event, 0),
	SET(map_sum, .fill_map = true),
	SET(dynptr, 0),
	SET(cpumask, 0),
	SET(loop, 0),
	SET(object, 0),
	SET(implicit, 0),
	SET(exception, 0),
};
const size_t program_set_cnt = ARRAY_SIZE(program_sets);
