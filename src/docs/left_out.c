/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that tables leave out although kernels permit them: since_left_out(). */
#include <fnmatch.h>

#include "docs/since.h"
#include "util/array.h"

/* net/bpf/test_run.c, tools/testing/selftests/bpf */
static const char *const test_functions[] = {
	"bpf_fentry_test*",
	"bpf_modify_return_test*",
	"bpf_kfunc_call_*",
	"bpf_testmod_*",
};

const char *since_left_out(enum since_policy policy, const char *function)
{
	for (size_t i = 0; i < ARRAY_SIZE(test_functions); i++) {
		if (policy == SINCE_LOADABLE && !fnmatch(test_functions[i], function, 0))
			return "exists only for tests of the kernel";
	}
	return NULL;
}
