// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A CPU mask that the program creates. */
#include "kcompat_bpf.h"

KFUNC struct bpf_cpumask *bpf_cpumask_create(void);
KFUNC void bpf_cpumask_release(struct bpf_cpumask *mask);
KFUNC void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *mask);
KFUNC void bpf_cpumask_clear_cpu(__u32 cpu, struct bpf_cpumask *mask);
KFUNC bool bpf_cpumask_test_cpu(__u32 cpu, const struct cpumask *mask);
KFUNC __u32 bpf_cpumask_first(const struct cpumask *mask);

__u64 cpu_cnt;                   /* in: possible CPUs */
__u64 set, cleared, first_after; /* out */

SEC("?syscall")
int set_test_clear(void *ctx)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();
	__u32 cpu = cpu_cnt - 1;

	if (!mask)
		return 0;
	bpf_cpumask_set_cpu(cpu, mask);
	set = bpf_cpumask_test_cpu(cpu, (const struct cpumask *)mask);
	first_after = bpf_cpumask_first((const struct cpumask *)mask) + 1;
	bpf_cpumask_clear_cpu(cpu, mask);
	cleared = !bpf_cpumask_test_cpu(cpu, (const struct cpumask *)mask);
	bpf_cpumask_release(mask);
	return 0;
}

char _license[] SEC("license") = "GPL";
