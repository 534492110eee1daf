/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a refusal is put down to: the first cause that is known, else nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "probe/privilege.h"
#include "util/array.h"

static const char *admin[] = {"CAP_SYS_ADMIN"}, *bpf[] = {"CAP_BPF"}, *none[] = {NULL};
static const char *all[] = {"CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"};
static struct kernel_symbol charged[] = {{.name = "__bpf_prog_charge"}, {.name = "vfs_read"}};
static struct kernel_symbol free_of_charge[] = {{.name = "vfs_read"}};

#define NEEDS_ALL (PRIVILEGE_PERFMON | PRIVILEGE_NET_ADMIN)

static const struct {
	const char **capabilities;
	size_t cnt;
	bool in_namespace, has_token;
	unsigned int needs;
	int errnum;
	struct kernel_symbol *symbols;
	size_t symbol_cnt;
	const char *cause; /* NULL: none */
} rows[] = {
	{all, 3, false, false, NEEDS_ALL, EPERM, free_of_charge, 1, NULL},
	{admin, 1, false, false, NEEDS_ALL, EACCES, NULL, 0, NULL},
	{bpf, 1, false, false, 0, EPERM, NULL, 0, NULL},
	{bpf, 1, false, false, PRIVILEGE_PERFMON, EPERM, NULL, 0, "lacks CAP_PERFMON"},
	{bpf, 1, false, false, PRIVILEGE_NET_ADMIN, EPERM, NULL, 0, "lacks CAP_NET_ADMIN"},
	{all + 1, 2, false, false, NEEDS_ALL, EPERM, NULL, 0, "lacks CAP_BPF"},
	{none, 0, false, false, 0, EPERM, NULL, 0, "lacks every capability"},
	/* Not known is not missing. */
	{NULL, 0, false, false, NEEDS_ALL, EPERM, NULL, 0, NULL},
	/* Before 5.11: only EPERM, and only if no capability is missing. */
	{all, 3, false, false, NEEDS_ALL, EPERM, charged, 2, "RLIMIT_MEMLOCK"},
	{admin, 1, false, false, 0, EPERM, charged, 2, "RLIMIT_MEMLOCK"},
	{all, 3, false, false, NEEDS_ALL, EACCES, charged, 2, NULL},
	{bpf, 1, false, false, PRIVILEGE_PERFMON, EPERM, charged, 2, "lacks CAP_PERFMON"},
	{admin, 1, true, false, 0, EPERM, NULL, 0, "in a user namespace"},
	{admin, 1, true, true, 0, EPERM, NULL, 0, "the BPF token does not delegate this"},
	{bpf, 1, true, true, PRIVILEGE_PERFMON, EPERM, NULL, 0, "lacks CAP_PERFMON"},
};

static void expect_row(size_t i, bool limited)
{
	struct kernel_symbols symbols = {.list = rows[i].symbols, .cnt = rows[i].symbol_cnt};
	const struct kernel kernel = {
		.environment = {.capabilities = rows[i].capabilities,
			.capability_cnt = rows[i].cnt,
			.in_user_namespace = rows[i].in_namespace,
			.has_token = rows[i].has_token},
		.symbols = rows[i].symbols ? &symbols : NULL,
	};
	const char *cause = privilege_missing(&kernel, rows[i].needs, rows[i].errnum);
	const char *expected = rows[i].cause;

	if (!limited && expected && !strcmp(expected, "RLIMIT_MEMLOCK"))
		expected = NULL;
	if (!cause != !expected || (cause && !strstr(cause, expected)))
		fail_msg("row %zu: %s", i, cause ? cause : "no cause");
}

static void test_causes(void **state)
{
	struct rlimit before, low = {4096, 4096};

	(void)state;
	assert_return_code(getrlimit(RLIMIT_MEMLOCK, &before), 0);
	low.rlim_max = before.rlim_max;
	assert_return_code(setrlimit(RLIMIT_MEMLOCK, &low), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_row(i, true);
	if (!setrlimit(RLIMIT_MEMLOCK, &(struct rlimit) {RLIM_INFINITY, RLIM_INFINITY})) {
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			expect_row(i, false);
	}
	setrlimit(RLIMIT_MEMLOCK, &before);
}

static void test_needs(void **state)
{
	(void)state;
	assert_int_equal(privilege_of_program(PROG_TYPE_KPROBE), PRIVILEGE_PERFMON);
	assert_int_equal(privilege_of_program(PROG_TYPE_XDP), PRIVILEGE_NET_ADMIN);
	assert_int_equal(privilege_of_program(PROG_TYPE_SOCKET_FILTER), 0);
	assert_int_equal(privilege_of_program(UINT32_MAX), 0);
	assert_int_equal(privilege_of_map(BPF_MAP_TYPE_SOCKMAP), PRIVILEGE_NET_ADMIN);
	assert_int_equal(privilege_of_map(BPF_MAP_TYPE_ARRAY), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
