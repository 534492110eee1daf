/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to bpf(2): what the kernel answers arrives, and nothing else of this process changes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/bpf.h"
#include "probe/links.h"
#include "util/array.h"

#define GUARD 0xa5

/* The part of BPF_PROG_QUERY that all kernels know, and what happens to lie behind it. */
struct query {
	uint32_t target_fd, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t prog_cnt, pad;
	unsigned char guard[96];
};
#define QUERY_BYTES offsetof(struct query, pad)
#define REVISION_OFFSET 56

static struct query guarded(int target_fd)
{
	struct query query = {
		.target_fd = (uint32_t)target_fd, .attach_type = BPF_CGROUP_INET_INGRESS};

	memset(&query.pad, GUARD, sizeof(query) - QUERY_BYTES);
	return query;
}

static void assert_guarded(const struct query *query)
{
	const unsigned char *bytes = (const unsigned char *)query;

	for (size_t i = QUERY_BYTES; i < sizeof(*query); i++)
		assert_int_equal(bytes[i], GUARD);
}

struct seen {
	int command;
	size_t size;
	struct query request;
};

/* Answers inside of the request, and like 6.17 behind it. */
static int overrun(void *context, int command, void *attr, size_t size)
{
	const uint64_t revision = 1;
	struct seen *seen = context;
	struct query *query = attr;

	seen->command = command;
	seen->size = size;
	memcpy(&seen->request, attr, size);
	query->prog_cnt = 7;
	memcpy((char *)attr + REVISION_OFFSET, &revision, sizeof(revision));
	return 3;
}

static void test_an_overrun_hits_nobody(void **state)
{
	struct seen seen = {0};
	struct bpf_sys sys = {.call = overrun, .context = &seen};
	struct query query = guarded(5);

	(void)state;
	assert_int_equal(bpf_call(&sys, BPF_PROG_QUERY, &query, QUERY_BYTES), 3);
	assert_int_equal(seen.command, BPF_PROG_QUERY);
	assert_int_equal(seen.size, QUERY_BYTES);
	assert_int_equal(seen.request.target_fd, 5);
	assert_int_equal(seen.request.attach_type, BPF_CGROUP_INET_INGRESS);
	assert_int_equal(query.prog_cnt, 7);
	assert_guarded(&query);
	assert_int_equal(sys.call_cnt, 1);
}

/* What is longer than any kernel's request goes as it is, for the kernel to refuse. */
static int count_bytes(void *context, int command, void *attr, size_t size)
{
	size_t *sum = context;

	(void)command;
	for (size_t i = 0; i < size; i++)
		*sum += ((unsigned char *)attr)[i];
	return -E2BIG;
}

static void test_long_requests(void **state)
{
	static const size_t sizes[] = {511, 512, 513, 4096};
	unsigned char request[4096];

	(void)state;
	memset(request, 1, sizeof(request));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t sum = 0;
		struct bpf_sys sys = {.call = count_bytes, .context = &sum};

		assert_int_equal(bpf_call(&sys, BPF_PROG_LOAD, request, sizes[i]), -E2BIG);
		assert_int_equal(sum, sizes[i]);
	}
}

static void test_constant_requests(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), sum = 0;
	struct bpf_sys sys = {.call = count_bytes, .context = &sum};
	struct query *query =
		mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(query != MAP_FAILED);
	query->target_fd = 5;
	assert_int_equal(mprotect(query, page, PROT_READ), 0);
	assert_int_equal(bpf_call(&sys, BPF_MAP_FREEZE, query, QUERY_BYTES), -E2BIG);
	assert_int_equal(sum, 5);
	munmap(query, page);
}

/* Whether or not this kernel is one of those that write too far. */
static void test_live(void **state)
{
	struct bpf_sys sys = {0};
	int root = probe_link_cgroup_root();

	(void)state;
	if (root < 0) {
		print_message("SKIP: no cgroup v2 hierarchy is mounted here\n");
		skip();
	}
	struct query query = guarded(root);
	int ret = bpf_call(&sys, BPF_PROG_QUERY, &query, QUERY_BYTES);
	close(root);
	assert_guarded(&query);
	if (ret < 0) {
		print_message("SKIP: BPF_PROG_QUERY: %s\n", strerror(-ret));
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_overrun_hits_nobody),
		cmocka_unit_test(test_long_requests),
		cmocka_unit_test(test_constant_requests),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
