/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules about sizes and flags of maps, against maps that the running kernel creates. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "kernel/uapi.h"
#include "object/check/map_rules.h"
#include "util/array.h"

static const uint32_t types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PROG_ARRAY,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY,
	BPF_MAP_TYPE_STACK_TRACE, BPF_MAP_TYPE_CGROUP_ARRAY, BPF_MAP_TYPE_LRU_HASH,
	BPF_MAP_TYPE_LRU_PERCPU_HASH, BPF_MAP_TYPE_LPM_TRIE, BPF_MAP_TYPE_ARRAY_OF_MAPS,
	BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_SOCKMAP, BPF_MAP_TYPE_CPUMAP,
	BPF_MAP_TYPE_XSKMAP, BPF_MAP_TYPE_SOCKHASH, BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK,
	BPF_MAP_TYPE_SK_STORAGE, BPF_MAP_TYPE_DEVMAP_HASH, BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_INODE_STORAGE,
	BPF_MAP_TYPE_TASK_STORAGE, BPF_MAP_TYPE_BLOOM_FILTER, BPF_MAP_TYPE_USER_RINGBUF,
	UAPI_BPF_MAP_TYPE_CGRP_STORAGE, UAPI_BPF_MAP_TYPE_ARENA};
static const uint32_t sizes[] = {0, 1, 3, 4, 5, 6, 8, 12, 16, 32, 260, 261, 512, 513};


static bool is_ring(uint32_t type)
{
	return type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF;
}

/* 0, or the errno. */
static int create(const struct map_shape *shape)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = shape->flags);
	int fd = bpf_map_create(
		shape->type, NULL, shape->key_bytes, shape->value_bytes, shape->max_entries, &options);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void must_be_refused(const struct map_shape *shape, const char *why)
{
	int errnum = create(shape);

	/* EBADF: the map that lies in it comes first. */
	if (!errnum)
		fail_msg("type %u, %u and %u bytes, flags %#x: created, but: %s", shape->type, shape->key_bytes,
			shape->value_bytes, shape->flags, why);
	if (errnum != EINVAL && errnum != E2BIG && errnum != 524 && errnum != EBADF && errnum != EPERM)
		fail_msg("type %u, %u and %u bytes, flags %#x: errno %d", shape->type, shape->key_bytes,
			shape->value_bytes, shape->flags, errnum);
}

static struct map_shape shape_of(uint32_t type, uint32_t key, uint32_t value, uint32_t flags)
{
	return (struct map_shape) {.type = type, .key_bytes = key, .value_bytes = value, .flags = flags,
		.max_entries = is_ring(type) ? 4096 : 1};
}

/* A value that the type takes, so that only flags can be wrong. */
static struct map_shape usual(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
			struct map_shape shape = shape_of(type, sizes[i], sizes[j],
				type == BPF_MAP_TYPE_LPM_TRIE       ? BPF_F_NO_PREALLOC
				: type == UAPI_BPF_MAP_TYPE_ARENA ? BPF_F_MMAPABLE
								    : 0);
			if (!create(&shape))
				return shape;
		}
	}
	return (struct map_shape) {0};
}

static size_t try_shape(const struct map_shape *shape)
{
	_cleanup_buf_ struct buf why = {0};

	if (!check_map_refused(shape, &why))
		return 0;
	assert_true(why.len && !why.failed);
	must_be_refused(shape, buf_text(&why));
	return 1;
}

/* Nothing that the kernel creates is called refused. */
static void test_refusals_are_real(void **state)
{
	size_t refused = 0;

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
				struct map_shape shape = shape_of(types[t], sizes[i], sizes[j], 0);
				refused += try_shape(&shape);
			}
		}
		struct map_shape shape = usual(types[t]);
		for (int bit = 0; bit < 20 && shape.type; bit++) {
			struct map_shape flagged = shape;
			flagged.flags ^= 1u << bit;
			refused += try_shape(&flagged);
		}
	}
	assert_true(refused > 1000);
}

/* What has no rule about it is created, so that the rules are whole for these sizes. */
static void test_sizes_are_whole(void **state)
{
	size_t created = 0;

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		struct map_shape good = usual(types[t]);
		for (size_t i = 0; i < ARRAY_SIZE(sizes) && good.type; i++) {
			for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
				_cleanup_buf_ struct buf why = {0};
				struct map_shape shape = shape_of(types[t], sizes[i], sizes[j], good.flags);
				if (check_map_refused(&shape, &why))
					continue;
				int errnum = create(&shape);
				if (errnum == EINVAL)
					fail_msg("type %u, %u and %u bytes: refused, and no rule says so", types[t],
						sizes[i], sizes[j]);
				created += !errnum;
			}
		}
	}
	assert_true(created > 500);
}

/* Each rule names the function of the kernel. */
static void test_words(void **state)
{
	static const struct {
		struct map_shape shape;
		const char *why;
	} cases[] = {
		{{.type = BPF_MAP_TYPE_ARRAY, .key_bytes = 8, .value_bytes = 8},
			"keys must have 4 bytes, not 8: array_map_alloc_check()"},
		{{.type = BPF_MAP_TYPE_QUEUE, .key_bytes = 4, .value_bytes = 8},
			"such a map has no keys, and the object gives them 4 bytes: queue_stack_map_alloc_check()"},
		{{.type = BPF_MAP_TYPE_LPM_TRIE, .key_bytes = 8, .value_bytes = 8},
			"such a map must have BPF_F_NO_PREALLOC: trie_alloc()"},
		{{.type = BPF_MAP_TYPE_LPM_TRIE, .key_bytes = 300, .value_bytes = 8, .flags = BPF_F_NO_PREALLOC},
			"keys must have 5 to 260 bytes, not 300: trie_alloc()"},
		{{.type = BPF_MAP_TYPE_STACK_TRACE, .key_bytes = 4, .value_bytes = 12},
			"the size of values must be a multiple of 8, not 12: stack_map_alloc()"},
		{{.type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 4, .flags = BPF_F_MMAPABLE},
			"such a map must not have BPF_F_MMAPABLE: htab_map_alloc_check()"},
		{{.type = BPF_MAP_TYPE_HASH, .key_bytes = 4, .value_bytes = 4,
			 .flags = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG},
			"BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other: bpf_map_flags_access_ok()"},
		{{.type = BPF_MAP_TYPE_TASK_STORAGE, .key_bytes = 4, .value_bytes = 4, .flags = BPF_F_NO_PREALLOC},
			"a local storage must have types of its keys and values: bpf_local_storage_map_alloc_check()"},
		{{.type = BPF_MAP_TYPE_HASH, .value_bytes = 4},
			"the object gives keys no size: htab_map_alloc_check()"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf why = {0};
		assert_true(check_map_refused(&cases[i].shape, &why));
		assert_string_equal(buf_text(&why), cases[i].why);
	}
}

static int may_create(void **state)
{
	struct map_shape shape = shape_of(BPF_MAP_TYPE_ARRAY, 4, 4, 0);

	(void)state;
	return create(&shape) == EPERM;
}

int main(void)
{
	const struct CMUnitTest words[] = {cmocka_unit_test(test_words)};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals_are_real),
		cmocka_unit_test(test_sizes_are_whole),
	};
	int failed = cmocka_run_group_tests(words, NULL, NULL);

	if (may_create(NULL))
		return failed ? failed : 77;
	return failed | cmocka_run_group_tests(tests, NULL, NULL);
}
