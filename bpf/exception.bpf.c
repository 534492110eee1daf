// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An exception ends the whole program with the thrown value, even inside a called function. */
#include "kcompat_bpf.h"

KFUNC void bpf_throw(__u64 cookie);

__u64 armed;         /* in: 1 */
__u64 before, after; /* out */

static __noinline int throw_it(void)
{
	if (armed)
		bpf_throw(42);
	return 1;
}

SEC("?xdp")
int throws(void *ctx)
{
	before = 1;
	throw_it();
	after = 1;
	return 0;
}

char _license[] SEC("license") = "GPL";
