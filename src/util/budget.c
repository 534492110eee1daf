/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/budget.h"

#include <sys/resource.h>

#include "util/sanitizer.h"

#define MIB (1u << 20)

static struct {
	bool started, active;
	uint64_t input_bytes;
	int64_t reserved_bytes;
	bool probes;
	unsigned int probe_seconds; /* of processor time, until it had ended */
	unsigned int spent_seconds; /* by another process */
	dev_t device; /* of the file that was added last */
	ino_t inode;
	struct rlimit memory, seconds; /* as they were at the start */
} budget;

static uint64_t at_most(uint64_t value, uint64_t max)
{
	return value < max ? value : max;
}

uint64_t budget_memory_bytes(void)
{
	uint64_t bytes = at_most(budget.input_bytes, BUDGET_MEMORY_MAX_BYTES);

	return !budget.active ? 0
			      : at_most(BUDGET_MEMORY_BASE_BYTES + bytes * BUDGET_MEMORY_OF_BYTE,
					BUDGET_MEMORY_MAX_BYTES);
}

unsigned int budget_seconds(void)
{
	uint64_t seconds = budget.probe_seconds + BUDGET_SECONDS_BASE +
		at_most(budget.input_bytes / MIB, BUDGET_SECONDS_MAX) * BUDGET_SECONDS_OF_MIB;

	if (budget.probes || seconds > BUDGET_SECONDS_MAX)
		seconds = BUDGET_SECONDS_MAX;
	/* 0 would be no limit. */
	return !budget.active                      ? 0
		: seconds > budget.spent_seconds ? (unsigned int)seconds - budget.spent_seconds
						 : 1;
}

/* Never above what the user has set. */
static void lower(int resource, const struct rlimit *found, uint64_t value)
{
	struct rlimit limit = *found;

	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > value)
		limit.rlim_cur = value;
	setrlimit(resource, &limit);
}

static void apply(void)
{
	if (!HAS_SANITIZER)
		lower(RLIMIT_DATA, &budget.memory,
			budget_memory_bytes() + (uint64_t)budget.reserved_bytes);
	lower(RLIMIT_CPU, &budget.seconds, budget_seconds());
}

void budget_start(void)
{
	budget.started = !getrlimit(RLIMIT_DATA, &budget.memory) &&
		!getrlimit(RLIMIT_CPU, &budget.seconds);
}

void budget_add_bytes(uint64_t size_bytes)
{
	if (!budget.started)
		return;
	budget.active = true;
	budget.input_bytes += at_most(size_bytes, BUDGET_MEMORY_MAX_BYTES);
	apply();
}

void budget_add(const struct stat *file)
{
	if (file->st_dev == budget.device && file->st_ino == budget.inode)
		return;
	budget.device = file->st_dev;
	budget.inode = file->st_ino;
	budget_add_bytes(S_ISREG(file->st_mode) ? (uint64_t)file->st_size : 0);
}

void budget_add_probe(void)
{
	budget.probes = true;
	if (budget.active)
		apply();
}

void budget_spend(unsigned int seconds)
{
	budget.spent_seconds += seconds;
	if (budget.active)
		apply();
}

void budget_end_probe(void)
{
	struct rusage usage;

	if (!budget.probes || getrusage(RUSAGE_SELF, &usage))
		return;
	budget.probes = false;
	budget.probe_seconds = (unsigned int)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1;
	if (budget.active)
		apply();
}

void budget_reserve(int64_t size_bytes)
{
	budget.reserved_bytes += size_bytes;
	if (budget.active)
		apply();
}
