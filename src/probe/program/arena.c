/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/arena.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARENA_PAGES 64
#define PATTERN 0x6b636f6d70617421ull /* bpf/arena.bpf.c */

int arena_open(struct kit *kit, struct arena *ret)
{
	size_t size = ARENA_PAGES * (size_t)sysconf(_SC_PAGESIZE);
	struct kit_map_attr attr = {.type = UAPI_BPF_MAP_TYPE_ARENA,
		.max_entries = ARENA_PAGES,
		.flags = BPF_F_MMAPABLE,
		.name = "kcompat_arena"};
	int fd = kit_map(kit, &attr);

	*ret = (struct arena) {.fd = -1};
	if (fd < 0)
		return fd;
	/* The first mapping sets the arena's addresses, also for programs. */
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		int err = -errno;

		close(fd);
		return err;
	}
	*ret = (struct arena) {fd, memory, size};
	return 0;
}

void arena_close(struct arena *arena)
{
	if (arena->fd < 0)
		return;
	munmap(arena->memory, arena->size_bytes);
	close(arena->fd);
	arena->fd = -1;
}

/* The word at the address that a program reported. False: the address is outside the arena. */
static bool arena_read_word(const struct program_object *object, const struct arena *arena,
	const char *global, uint64_t *value)
{
	const volatile uint64_t *address = program_object_global(object, global);
	uint64_t begin = (uintptr_t)arena->memory;

	if (!address || *address < begin || *address - begin > arena->size_bytes - sizeof(*value))
		return false;
	*value = *(const volatile uint64_t *)(uintptr_t)*address;
	return true;
}

static bool read_page(const struct program_object *object, const void *resource, const char *global,
	uint64_t *value, struct program_finding *ret)
{
	if (arena_read_word(object, resource, global, value))
		return true;
	ret->as_expected = false;
	snprintf(ret->text, sizeof(ret->text), "%s is not an address inside of the mapped arena",
		global);
	return false;
}

void arena_check_written(
	const struct program_object *object, const void *resource, struct program_finding *ret)
{
	uint64_t first, second;

	if (!read_page(object, resource, "first_page", &first, ret) ||
		!read_page(object, resource, "second_page", &second, ret))
		return;
	ret->as_expected = first == PATTERN && second == PATTERN + 1;
	snprintf(ret->text, sizeof(ret->text), "%s",
		ret->as_expected ? "user space reads what the program wrote"
				 : "user space does not read what the program wrote");
}

/* If user space touches a freed page, it gets an empty page. */
void arena_check_freed(
	const struct program_object *object, const void *resource, struct program_finding *ret)
{
	uint64_t value;

	if (!read_page(object, resource, "first_page", &value, ret))
		return;
	ret->as_expected = !value;
	snprintf(ret->text, sizeof(ret->text), "%s",
		value ? "the page still has its content after it was freed"
		      : "the freed page is gone");
}

/* The kernel may free the page that the address lies in, or nothing. */
void arena_check_misaligned(
	const struct program_object *object, const void *resource, struct program_finding *ret)
{
	uint64_t value;

	if (!read_page(object, resource, "first_page", &value, ret))
		return;
	ret->as_expected = !value || value == PATTERN;
	snprintf(ret->text, sizeof(ret->text), "%s",
		!value ? "harmless: the kernel rounded the address down and freed the page it lies in"
			: value == PATTERN ? "harmless: the kernel freed nothing"
					   : "the page changed but was not freed");
}
