/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which helpers are for programs under the GPL alone, against the running kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "object/check/parts.h"
#include "util/array.h"
#include "util/embed.h"
#include "util/lines.h"

/* The kernel's words (check_helper_call() of kernel/bpf/verifier.c). */
#define REFUSES_LICENCE "cannot call GPL-restricted function"

static const struct {
	const char *context;
	enum bpf_prog_type type;
	unsigned int flags;
} kinds[] = {
	{"kprobe", BPF_PROG_TYPE_KPROBE, 0},
	{"perf_event", BPF_PROG_TYPE_PERF_EVENT, 0},
	{"tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0},
	{"raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0},
	{"xdp", BPF_PROG_TYPE_XDP, 0},
	{"tc", BPF_PROG_TYPE_SCHED_CLS, 0},
	{"socket", BPF_PROG_TYPE_SOCKET_FILTER, 0},
	{"syscall", BPF_PROG_TYPE_SYSCALL, BPF_F_SLEEPABLE},
};

static bool load(size_t kind, uint32_t helper, char *log, size_t size)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_JMP | BPF_CALL, .imm = (int32_t)helper},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = log, .log_size = (uint32_t)size, .log_level = 1,
		.prog_flags = kinds[kind].flags);

	*log = '\0';
	int fd = bpf_prog_load(kinds[kind].type, "license", "MIT", insns, ARRAY_SIZE(insns), &options);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Words before the question about the licence. */
static bool is_not_offered(const char *log)
{
	return strstr(log, "unknown func") || strstr(log, "cannot use helper") || strstr(log, "invalid func");
}

static void compare(size_t kind, uint32_t id, const char *helper, size_t cnts[2])
{
	char log[4096];
	bool loads = load(kind, id, log, sizeof(log));
	bool refused = strstr(log, REFUSES_LICENCE);

	if (!loads && (!*log || is_not_offered(log)))
		return;
	if (refused != check_helper_is_for_gpl(helper, kinds[kind].context))
		fail_msg("%s in %s: the kernel says: %s", helper, kinds[kind].context, log);
	cnts[refused]++;
}

static void test_running_kernel(void **state)
{
	size_t cnts[2] = {0}, len;
	char log[4096];

	(void)state;
	/* bpf_map_lookup_elem: a kernel that says nothing of its arguments lets nobody load. */
	if (!load(0, 1, log, sizeof(log)) && !*log)
		skip();
	for (const char *at = embed_helpers, *line; list_next_line(&at, &line, &len);) {
		char *end, name[128];
		unsigned long id = strtoul(line, &end, 10);
		size_t name_len = len - (size_t)(end + 1 - line);
		if (end == line || *end != ' ' || name_len >= sizeof(name))
			continue;
		memcpy(name, end + 1, name_len);
		name[name_len] = '\0';
		for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++)
			compare(kind, (uint32_t)id, name, cnts);
	}
	/* Both answers were there. */
	assert_true(cnts[false] > 100 && cnts[true] > 50);
}

static void test_programs_of_other_types(void **state)
{
	(void)state;
	assert_true(check_helper_is_for_gpl("bpf_get_stackid", "kprobe"));
	assert_false(check_helper_is_for_gpl("bpf_get_stackid", "perf_event"));
	assert_true(check_helper_is_for_gpl("bpf_get_func_ip", "fentry/vfs_read"));
	assert_false(check_helper_is_for_gpl("bpf_get_func_ip", "kprobe.multi/vfs_*"));
	assert_false(check_helper_is_for_gpl("bpf_map_lookup_elem", "kprobe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_running_kernel),
		cmocka_unit_test(test_programs_of_other_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
