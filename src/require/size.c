/* SPDX-License-Identifier: GPL-2.0-or-later */
/* map:, with the size of a ring buffer: a power of two, in whole pages (linux kernel/bpf/ringbuf.c). */
#include <stdlib.h>

#include "require/rules.h"
#include "util/array.h"

#define PAGE_MAX_BYTES 65536ull /* of every architecture in linux 7.3, except 256 KiB of hexagon and ppc44x */

/* Options that name the size, where CONFIG_PAGE_SHIFT (linux 6.9) is missing. */
static const struct {
	const char *option;
	uint64_t bytes;
} page_options[] = {
	{"CONFIG_PAGE_SIZE_4KB", 4096}, {"CONFIG_PAGE_SIZE_16KB", 16384},
	{"CONFIG_PAGE_SIZE_64KB", 65536}, {"CONFIG_ARM64_4K_PAGES", 4096},
	{"CONFIG_ARM64_16K_PAGES", 16384}, {"CONFIG_ARM64_64K_PAGES", 65536},
	{"CONFIG_PPC_4K_PAGES", 4096}, {"CONFIG_PPC_64K_PAGES", 65536},
	{"CONFIG_X86_64", 4096}, {"CONFIG_S390", 4096}, {"CONFIG_RISCV", 4096},
};

static const char *option_of(const struct snapshot *snapshot, const char *name)
{
	return kernel_config_find(snapshot->config, snapshot->config_cnt, name);
}

/* 0: not known. */
static uint64_t page_bytes(const struct require_context *context)
{
	const struct snapshot *snapshot = context->scope->snapshot;

	if (context->scope->kernel)
		return context->scope->kernel->environment.page_bytes;
	const char *shift = option_of(snapshot, "CONFIG_PAGE_SHIFT");
	unsigned long bits = shift ? strtoul(shift, NULL, 10) : 0;
	if (bits >= 12 && bits <= 18)
		return 1ull << bits;
	for (size_t i = 0; i < ARRAY_SIZE(page_options); i++) {
		if (option_of(snapshot, page_options[i].option))
			return page_options[i].bytes;
	}
	return 0;
}

struct require_verdict require_map(struct require_context *context, const struct require_node *node)
{
	struct require_verdict verdict = require_listed(context, node);

	if (!node->value || verdict.value != TRISTATE_YES)
		return verdict;
	uint64_t size = strtoull(node->value, NULL, 10), page = page_bytes(context);
	bool power = size && !(size & (size - 1));
	if (!power || size > UINT32_MAX) {
		verdict.value = TRISTATE_NO;
		verdict.reason = "the size of a ring buffer is a power of two below 4 GiB";
	} else if (!page && size < PAGE_MAX_BYTES) {
		verdict.value = TRISTATE_UNKNOWN;
		verdict.reason = "the size is in whole pages, and the snapshot has no configuration that "
				 "names the page size";
	} else if (page && size % page) {
		verdict.value = TRISTATE_NO;
		verdict.reason = require_reason(context,
			"the size is in whole pages, and a page has %llu bytes here",
			(unsigned long long)page);
	}
	if (verdict.value != TRISTATE_YES)
		verdict.state = NULL;
	return verdict;
}
