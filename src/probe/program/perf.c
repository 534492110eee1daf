/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/perf.h"
#include "probe/program/catalog.h"
#include "probe/program/perf_user.h"
#include "probe/hook_attach.h"
#include "util/array.h"
#include "util/clock.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/hw_breakpoint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EVENT_CNT 16                /* how many events to make, if the test can make them */
#define TIMED_HITS 3                /* how many events to wait for otherwise */
#define TIMED_LIMIT_NS 300000000ull /* time limit of the wait */
#define COOKIE 0x6b636f6d706174ull
#define LOST_COOKIE 0         /* the value that a program attached without a cookie reads */
#define STACK_BYTES (127 * 8) /* bpf/perf_event.bpf.c */
#define KEY_BYTES_MAX 32

/* A word of our own that a breakpoint watches. */
static volatile uint32_t watched;

static void touch_pages(const volatile uint64_t *hits)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(
		NULL, EVENT_CNT * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)hits;
	if (memory == MAP_FAILED)
		return;
	/* One fault for each page. A failure is harmless: there are no huge pages then. */
	madvise(memory, EVENT_CNT * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < EVENT_CNT; i++)
		*(volatile char *)(memory + i * page) = 1;
	munmap(memory, EVENT_CNT * page);
}

static void write_watched(const volatile uint64_t *hits)
{
	(void)hits;
	for (uint32_t i = 0; i < EVENT_CNT; i++)
		watched = i;
}

static void burn_time(const volatile uint64_t *hits)
{
	uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + TIMED_LIMIT_NS;

	while (*hits < TIMED_HITS && clock_ns(CLOCK_MONOTONIC) < end_ns) {
		for (volatile int i = 0; i < 10000; i++)
			;
	}
}

static void make_none(const volatile uint64_t *hits)
{
	(void)hits;
}

static const struct perf_source {
	const char *name;
	uint32_t type;
	uint64_t config, period;
	void (*make)(const volatile uint64_t *hits);
	uint64_t hits_min;
	bool is_pmu; /* the type is that of the PMU with this name */
} sources[] = {
	/* A low rate of cycles, so that the kernel does not warn about slow samples. */
#define PERF_SOURCE(name, type, config, ...) {name, type, config, __VA_ARGS__, false},
	PERF_EVENTS(PERF_SOURCE)
#undef PERF_SOURCE
#define PERF_PMU(name) {name, 0, 0, 1, make_none, 1, true},
	PERF_PMUS(PERF_PMU)
#undef PERF_PMU
};

/* Attaches. Returns a descriptor to close, or -errno. */
static int attach_by_ioctl(int event, int prog_fd)
{
	int ret = perf_event_attach_by_ioctl(event, prog_fd);

	return ret ? ret : fcntl(event, F_DUPFD_CLOEXEC, 0);
}

static int attach_by_link(int event, int prog_fd)
{
	struct kit_asked asked = {0};
	int link;

	do
		link = perf_event_attach_by_link(event, prog_fd, COOKIE);
	while (kit_ask_again(&asked, link));
	return link;
}

static const struct perf_method {
	const char *name, *step;
	int (*attach)(int event, int prog_fd);
	uint64_t cookie;
} methods[] = {
#define PERF_METHOD(name, step, ...) {name, step, __VA_ARGS__},
	PERF_METHODS(PERF_METHOD)
#undef PERF_METHOD
};

/* The data that the checks need. */
struct perf_resource {
	const struct perf_method *method;
	uint64_t hits_min;
};

size_t perf_case_cnt(void)
{
	return ARRAY_SIZE(methods) * ARRAY_SIZE(sources);
}

void perf_case_name(size_t index, char *text, size_t size)
{
	snprintf(text, size, "%s/%s", methods[index % ARRAY_SIZE(methods)].name,
		sources[index / ARRAY_SIZE(methods)].name);
}

/* A rare event; 0: tracefs cannot be read. */
static unsigned long tracepoint_id(void)
{
	unsigned long id = hook_read_number("/sys/kernel/tracing/events/oom/oom_score_adj_update/id");

	return id ? id : hook_read_number("/sys/kernel/debug/tracing/events/oom/oom_score_adj_update/id");
}

/* Where a function of this program is in its file, for a uprobe. */
static int find_offset(struct dl_phdr_info *program, size_t size, void *ret)
{
	uintptr_t at = (uintptr_t)write_watched - program->dlpi_addr;

	(void)size;
	for (size_t i = 0; i < program->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &program->dlpi_phdr[i];
		if (part->p_type == PT_LOAD && at - part->p_vaddr < part->p_filesz)
			*(uint64_t *)ret = at - part->p_vaddr + part->p_offset;
	}
	return 1; /* the program comes before its libraries */
}

/* An event of a PMU that makes probes of functions: of one that is rarely called, and of one of our own. */
static int open_pmu(const char *pmu, struct perf_event_attr *attr)
{
	char path[128];
	uint64_t offset = 0;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", pmu);
	attr->type = (uint32_t)hook_read_number(path);
	if (!strcmp(pmu, "kprobe")) {
		attr->kprobe_func = (uintptr_t)"ksys_sync";
	} else {
		dl_iterate_phdr(find_offset, &offset);
		attr->uprobe_path = (uintptr_t)"/proc/self/exe";
		attr->probe_offset = offset;
	}
	return attr->type ? perf_event_open(attr) : -ENODEV;
}

static int perf_open_event(const struct perf_source *source)
{
	struct perf_event_attr attr = {
		.type = source->type,
		.config = source->config,
		.sample_period = source->period,
	};

	if (source->is_pmu)
		return open_pmu(source->name, &attr);
	if (source->type == PERF_TYPE_TRACEPOINT && !(attr.config = tracepoint_id()))
		return -ENOENT;
	if (source->type == PERF_TYPE_BREAKPOINT) {
		attr.bp_type = HW_BREAKPOINT_W;
		attr.bp_addr = (uintptr_t)&watched;
		attr.bp_len = HW_BREAKPOINT_LEN_4;
	}
	return perf_event_open(&attr);
}

static void empty_map(int fd)
{
	char key[KEY_BYTES_MAX];

	while (fd >= 0 && !bpf_map_get_next_key(fd, NULL, key) && !bpf_map_delete_elem(fd, key))
		;
}

static uint64_t sum_map(int fd)
{
	char key[KEY_BYTES_MAX], next[KEY_BYTES_MAX];
	uint64_t sum = 0, value;
	void *previous = NULL;

	while (!bpf_map_get_next_key(fd, previous, next)) {
		if (!bpf_map_lookup_elem(fd, next, &value))
			sum += value;
		memcpy(key, next, sizeof(key));
		previous = key;
	}
	return sum;
}

static void count_events(const struct perf_source *source, int event, const volatile uint64_t *hits)
{
	if (perf_event_enable(event))
		return;
	source->make(hits);
	perf_event_disable(event);
}

static void perf_judge(const struct program_object *object, program_check_fn *check,
	const struct perf_source *source, const struct perf_method *method, struct attempt *ret)
{
	struct perf_resource resource = {method, source->hits_min};
	uint64_t hits = *program_object_global(object, "hits");
	struct program_finding finding = {.as_expected = true};

	if (hits < source->hits_min) {
		attempt_say(ret, CELL_UNKNOWN, 0,
			"expected at least %llu events, the program saw %llu",
			(unsigned long long)source->hits_min, (unsigned long long)hits);
		return;
	}
	check(object, &resource, &finding);
	attempt_say(ret, finding.as_expected ? CELL_RAN : CELL_UNKNOWN, 0, "%s", finding.text);
}

void perf_run_case(const struct program_object *object,
	program_check_fn *check, int prog_fd, size_t index, struct attempt *ret)
{
	const struct perf_method *method = &methods[index % ARRAY_SIZE(methods)];
	const struct perf_source *source = &sources[index / ARRAY_SIZE(methods)];
	char text[KIT_ERRNO_BYTES];
	_cleanup_fd_ int event = perf_open_event(source);

	*ret = (struct attempt) {.fd = -1};
	if (event < 0) {
		bool policy = event == -EPERM || event == -EACCES;
		attempt_say(ret, policy ? CELL_BLOCKED : CELL_UNKNOWN, -event,
			"loaded, but there is no such event here: perf_event_open of %s: %s",
			source->name, kit_errno_name(-event, text));
		return;
	}
	_cleanup_fd_ int attached = method->attach(event, prog_fd);
	if (attached < 0) {
		attempt_say(ret, CELL_LOADABLE, -attached, "loaded, but %s on %s: %s", method->step,
			source->name, kit_errno_name(-attached, text));
		return;
	}
	empty_map(program_object_map(object, "stack_counts"));
	empty_map(program_object_map(object, "ip_counts"));
	count_events(source, event, program_object_global(object, "hits"));
	perf_judge(object, check, source, method, ret);
}

/* Does the map have every event that the program reports? */
static bool check_counts(
	const struct program_object *object, const char *map, struct program_finding *ret)
{
	uint64_t counted = *program_object_global(object, "counted");
	uint64_t sum = sum_map(program_object_map(object, map));

	ret->as_expected = counted && sum == counted;
	snprintf(ret->text, sizeof(ret->text), "%llu events counted in its map%s",
		(unsigned long long)sum,
		ret->as_expected ? "" : ", and the program says otherwise");
	return ret->as_expected;
}

void perf_check_stacks(
	const struct program_object *object, const void *resource, struct program_finding *ret)
{
	int counts = program_object_map(object, "stack_counts");
	uint64_t stack[STACK_BYTES / 8] = {0};
	char key[KEY_BYTES_MAX];
	int32_t user_stack;

	(void)resource;
	if (!check_counts(object, "stack_counts", ret) || bpf_map_get_next_key(counts, NULL, key))
		return;
	/* struct stack_key: 16 bytes of comm, the kernel's stack, the user's. */
	memcpy(&user_stack, key + 20, sizeof(user_stack));
	if (user_stack >= 0 &&
		(bpf_map_lookup_elem(program_object_map(object, "stacks"), &user_stack, stack) ||
			!stack[0])) {
		ret->as_expected = false;
		snprintf(ret->text, sizeof(ret->text),
			"the stack it recorded is not in the stack map");
	}
}

void perf_check_addresses(
	const struct program_object *object, const void *resource, struct program_finding *ret)
{
	(void)resource;
	check_counts(object, "ip_counts", ret);
}

void perf_check_cookie(
	const struct program_object *object, const void *resource, struct program_finding *ret)
{
	const struct perf_resource *perf = resource;
	uint64_t cookie = *program_object_global(object, "cookie");

	ret->as_expected = cookie == perf->method->cookie;
	if (ret->as_expected)
		snprintf(ret->text, sizeof(ret->text), "the program read the cookie %#llx",
			(unsigned long long)cookie);
	else
		snprintf(ret->text, sizeof(ret->text),
			"expected the cookie %#llx, the program read %#llx",
			(unsigned long long)perf->method->cookie, (unsigned long long)cookie);
}
