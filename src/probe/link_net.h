/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Only for probe/links.c: how a link's test is judged, and the tests that need a network namespace
 * of their own.
 */
#ifndef KCOMPAT_PROBE_LINK_NET_H
#define KCOMPAT_PROBE_LINK_NET_H

#include "probe/kit.h"

struct link_recipe {
	uint32_t type; /* enum bpf_link_type, stable */
	const char *name;
	void (*test)(
		struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict);
	bool private_net; /* runs in the child, where lo is the only device */
	/* For the second fact after EINVAL; NULL: none. */
	const char *option, *function;
};

/* `ret` is a link (closed here) or -errno. A link counts only if it reports this type. */
void link_judge(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict);
/* The same for a link of BPF_RAW_TRACEPOINT_OPEN. */
void link_judge_opened(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict);
/* For an attach that must fail. Only code of this link type returns the errno `telling`. */
void link_expect(struct kit *kit, const struct link_recipe *recipe, int ret, int telling,
	struct kit_verdict *verdict);
/* `ret` is -errno of `command`, which is the `step` for people. */
void link_refused(struct kit *kit, const struct link_recipe *recipe, int command, const char *step,
	int ret, struct kit_verdict *verdict);
void link_load_refused(
	struct kit *kit, const struct link_recipe *recipe, int ret, struct kit_verdict *verdict);

/* The test cannot run: BTF has no `what`, or there is no BTF. */
void link_not_tried(struct kit *kit, const struct link_recipe *recipe, const char *what,
	struct kit_verdict *verdict);

/* Runs the wanted tests that need a private network namespace, all in one child. */
void link_test_private(struct kit *kit, const struct link_recipe *recipes, const bool *wanted,
	struct kit_verdict *verdicts, size_t cnt);

void link_test_netns(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict);
void link_test_xdp(struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict);
void link_test_netfilter(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict);
void link_test_tcx(struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict);
void link_test_netkit(
	struct kit *kit, const struct link_recipe *recipe, struct kit_verdict *verdict);

#endif
