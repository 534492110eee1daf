/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/emulate/unicorn.h"
#include "code/emulate/emulate.h"
#include "util/array.h"
#include "util/budget.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

/* The version of the headers that kcompat is built with. */
#define TEXT_OF(number) #number
#define LIBRARY_NAME(major) "libunicorn.so." TEXT_OF(major)

/*
 * UC_CTL_TLB_TYPE and UC_TLB_VIRTUAL of Unicorn 2.1. Headers of 2.0 lack the names, but a program
 * that was built with them may find a later library.
 */
#define CTL_TLB_TYPE 12
#define TLB_VIRTUAL 1

/* The code of the test: in the upper half of the addresses, where a kernel is. */
#define TEST_ADDRESS 0xffffffff81000000u
#define TEST_BYTES 0x1000u

struct reads {
	uint64_t addresses[2];
	size_t cnt;
};

static struct emulate_library library;
static const char *missing; /* NULL: the library can be used */

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define EMULATE_FUNCTION_ROW(name) {#name, offsetof(struct emulate_library, name)},
	EMULATE_FUNCTIONS(EMULATE_FUNCTION_ROW)};

/* DEFAULT_CODE_GEN_BUFFER_SIZE of Unicorn (qemu/accel/tcg/translate-all.c). */
#define TRANSLATION_BYTES (1ll << 30)

void emulate_reserve(bool taken)
{
	budget_reserve(taken ? TRANSLATION_BYTES : -TRANSLATION_BYTES);
}

void emulate_use_virtual_addresses(const struct emulate_library *used, uc_engine *engine)
{
	/*
	 * Unicorn 2.1 tells callbacks physical addresses. On x86-64 these have 52 bits, so that a
	 * kernel's addresses lose their upper ones. This makes physical addresses equal to virtual
	 * ones. Unicorn 2.0 has only virtual addresses, and refuses.
	 */
	used->uc_ctl(engine, UC_CTL_WRITE(CTL_TLB_TYPE, 1), TLB_VIRTUAL);
}

static void note_read(
	uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
	struct reads *reads = data;

	(void)engine;
	(void)type;
	(void)size;
	(void)value;
	if (reads->cnt < ARRAY_SIZE(reads->addresses))
		reads->addresses[reads->cnt] = address;
	reads->cnt++;
}

/* Two reads of one page: where only the first of them is reported, the second needs no lookup. */
bool emulate_library_reports_reads(const struct emulate_library *used)
{
	/* mov (%rdi),%eax; mov 8(%rdi),%eax */
	static const unsigned char code[] = {0x8b, 0x07, 0x8b, 0x47, 0x08};
	const uint64_t data = TEST_ADDRESS + TEST_BYTES / 2;
	struct reads reads = {.cnt = 0};
	uc_engine *engine;
	uc_hook hook;

	emulate_reserve(true);
	if (used->uc_open(UC_ARCH_X86, UC_MODE_64, &engine) != UC_ERR_OK) {
		emulate_reserve(false);
		return false;
	}
	emulate_use_virtual_addresses(used, engine);
	bool ran = used->uc_mem_map(engine, TEST_ADDRESS, TEST_BYTES,
			   UC_PROT_READ | UC_PROT_EXEC) == UC_ERR_OK &&
		used->uc_mem_write(engine, TEST_ADDRESS, code, sizeof(code)) == UC_ERR_OK &&
		used->uc_reg_write(engine, UC_X86_REG_RDI, &data) == UC_ERR_OK &&
		used->uc_hook_add(engine, &hook, UC_HOOK_MEM_READ, (void *)note_read, &reads, 1,
			0) == UC_ERR_OK &&
		used->uc_emu_start(engine, TEST_ADDRESS, TEST_ADDRESS + sizeof(code), 0, 0) ==
			UC_ERR_OK;
	used->uc_close(engine);
	emulate_reserve(false);
	return ran && reads.cnt == 2 && reads.addresses[0] == data &&
		reads.addresses[1] == data + 8;
}

static bool find_functions(void)
{
	void *handle = dlopen(LIBRARY_NAME(UC_API_MAJOR), RTLD_NOW | RTLD_LOCAL);
	bool found = handle;

	for (size_t i = 0; i < ARRAY_SIZE(functions) && found; i++) {
		void *function = dlsym(handle, functions[i].name);
		memcpy((char *)&library + functions[i].offset, &function, sizeof(function));
		found = function;
	}
	return found;
}

/* Without the room, the library would end the process. */
static bool has_room(void)
{
	emulate_reserve(true);
	void *room = mmap(NULL, TRANSLATION_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room != MAP_FAILED)
		munmap(room, TRANSLATION_BYTES);
	emulate_reserve(false);
	return room != MAP_FAILED;
}

/* On arm64 and ppc64, Unicorn before 2.1.2 does not report a second read of the same page. */
static void unicorn_load(void)
{
	if (!find_functions())
		missing = "the emulator (libunicorn) is not installed";
	else if (!has_room())
		missing = "the emulator (libunicorn) needs 1 GiB of address space: raise the limits of this "
			  "process (ulimit -d, ulimit -v)";
	else if (!emulate_library_reports_reads(&library))
		missing = "the emulator (libunicorn) of this machine does not report every read of "
			  "memory: scan the image on an x86-64 machine";
}

const char *emulate_missing(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, unicorn_load);
	return missing;
}

const struct emulate_library *emulate_library(void)
{
	return emulate_missing() ? NULL : &library;
}
