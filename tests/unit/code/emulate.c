/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulator: what code may do there, and how every run ends. Helper verdicts: every way in which
 * a get_func_proto() decides, compiled for x86-64 and arm64.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/helper_fixture.h"
#include "kernel/context.h"
#include "code/emulate/emulate.h"
#include "util/array.h"

#define CODE_ADDRESS 0xffffffff81000000u
#define CALLEE_ADDRESS (CODE_ADDRESS + 0x40)
#define CALLEE_VALUE 42

static bool has_emulator(void)
{
	if (!emulate_missing())
		return true;
	printf("skip: %s\n", emulate_missing());
	return false;
}

static enum emulate_next enter(
	void *context, struct emulator *emulator, uint64_t address, uint64_t *value)
{
	(void)context;
	(void)emulator;
	*value = CALLEE_VALUE;
	return address == CALLEE_ADDRESS ? EMULATE_RETURN : EMULATE_GO_ON;
}

/* Only the first page of the image may be read. */
static bool may_read(void *context, uint64_t address, size_t size)
{
	(void)context;
	(void)size;
	return address < CODE_ADDRESS + 0x1000;
}

static bool supply(void *context, uint64_t address, unsigned char *bytes, size_t room)
{
	(void)context;
	(void)address;
	(void)bytes;
	(void)room;
	return false;
}

static const struct emulate_visitor visitor = {.enter = enter, .read = may_read, .supply = supply};

/* A secret of this process. The code gets its address. */
static const uint64_t secret = 0x1234;

static const struct {
	uint16_t machine;
	unsigned char code[32];
	uint64_t arg, value;
	enum emulate_end end;
} programs[] = {
	/* lea 3(%rdi),%eax; ret */
	{EM_X86_64, {0x8d, 0x47, 0x03, 0xc3}, 4, 7, EMULATE_RETURNED},
	/* add w0,w0,#3; ret */
	{EM_AARCH64, {0x00, 0x0c, 0x00, 0x11, 0xc0, 0x03, 0x5f, 0xd6}, 4, 7, EMULATE_RETURNED},
	/* mov (%rdi),%eax; ret: its own code */
	{EM_X86_64, {0x8b, 0x07, 0xc3}, CODE_ADDRESS, 0xc3078b, EMULATE_RETURNED},
	{EM_X86_64, {0x8b, 0x07, 0xc3}, (uintptr_t)0, 0, EMULATE_FAULT},
	{EM_X86_64, {0x8b, 0x07, 0xc3}, CODE_ADDRESS + 0x1000, 0, EMULATE_STOPPED},
	/* mov %edi,(%rdi); ret */
	{EM_X86_64, {0x89, 0x3f, 0xc3}, CODE_ADDRESS, 0, EMULATE_FAULT},
	{EM_X86_64, {0x89, 0x3f, 0xc3}, EMULATE_OBJECTS, 0, EMULATE_FAULT},
	/* str w0,[x0]; ret */
	{EM_AARCH64, {0x00, 0x00, 0x00, 0xb9, 0xc0, 0x03, 0x5f, 0xd6}, CODE_ADDRESS, 0,
		EMULATE_FAULT},
	/* jmp . */
	{EM_X86_64, {0xeb, 0xfe}, 0, 0, EMULATE_LIMIT},
	/* b . */
	{EM_AARCH64, {0x00, 0x00, 0x00, 0x14}, 0, 0, EMULATE_LIMIT},
	/* ud2; int3; jmp *%rdi */
	{EM_X86_64, {0x0f, 0x0b}, 0, 0, EMULATE_TRAP},
	{EM_X86_64, {0xcc}, 0, 0, EMULATE_TRAP},
	{EM_X86_64, {0xff, 0xe7}, 0x10, 0, EMULATE_FAULT},
	/* brk #0 */
	{EM_AARCH64, {0x00, 0x00, 0x20, 0xd4}, 0, 0, EMULATE_TRAP},
	/* call CALLEE_ADDRESS; inc %eax; ret */
	{EM_X86_64, {0xe8, 0x3b, 0x00, 0x00, 0x00, 0xff, 0xc0, 0xc3}, 0, CALLEE_VALUE + 1,
		EMULATE_RETURNED},
	/* mov x9,x30; bl CALLEE_ADDRESS; add w0,w0,#1; ret x9 */
	{EM_AARCH64,
		{0xe9, 0x03, 0x1e, 0xaa, 0x0f, 0x00, 0x00, 0x94, 0x00, 0x04, 0x00, 0x11, 0x20, 0x01,
			0x5f, 0xd6},
		0, CALLEE_VALUE + 1, EMULATE_RETURNED},
	/* hlt; mov %rdi,%cr3; wrmsr; in (%dx),%al: each ends the run */
	{EM_X86_64, {0xf4, 0xeb, 0xfd}, 0, 0, EMULATE_TRAP},
};

static struct emulate_result run_program(size_t index, uint64_t arg)
{
	unsigned char bytes[0x2000] = {0};
	struct image_segment segment = {
		.name = "", .address = CODE_ADDRESS, .data = bytes, .size_bytes = sizeof(bytes)};
	const struct image image = {.machine = programs[index].machine,
		.address_bytes = 8,
		.segments = &segment,
		.segment_cnt = 1};
	struct emulator *emulator = NULL;
	struct emulate_result result;

	memcpy(bytes, programs[index].code, sizeof(programs[index].code));
	assert_null(emulator_create(&image, &visitor, &emulator));
	assert_non_null(emulator);
	emulator_run(emulator, CODE_ADDRESS, &arg, 1, &result);
	/* Again: a run leaves no state. */
	struct emulate_result again;
	emulator_run(emulator, CODE_ADDRESS, &arg, 1, &again);
	assert_int_equal(again.end, result.end);
	assert_int_equal(again.value, result.value);
	emulator_destroy(emulator);
	return result;
}

static void test_ends(void **state)
{
	(void)state;
	if (!has_emulator())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct emulate_result result = run_program(i, programs[i].arg);
		if (result.end != programs[i].end ||
			(result.end == EMULATE_RETURNED && result.value != programs[i].value))
			fail_msg("program %zu ends as %d with %llx", i, result.end,
				(unsigned long long)result.value);
	}
}

static enum emulate_next count_block(
	void *context, struct emulator *emulator, uint64_t address, uint64_t *value)
{
	(void)emulator;
	(void)address;
	(void)value;
	++*(size_t *)context;
	return EMULATE_GO_ON;
}

/* A long block, again and again: its instructions count, and in all runs together. */
static void test_limit_of_instructions(void **state)
{
	unsigned char bytes[0x1000];
	struct image_segment segment = {
		.name = "", .address = CODE_ADDRESS, .data = bytes, .size_bytes = sizeof(bytes)};
	const struct image image = {
		.machine = EM_X86_64, .address_bytes = 8, .segments = &segment, .segment_cnt = 1};
	size_t blocks = 0, runs = 0;
	const struct emulate_visitor counter = {
		.context = &blocks, .enter = count_block, .read = may_read, .supply = supply};
	struct emulator *emulator = NULL;
	struct emulate_result result;

	(void)state;
	if (!has_emulator())
		skip();
	/* 100 times nop; jmp back */
	memset(bytes, 0x90, 100);
	bytes[100] = 0xeb;
	bytes[101] = (unsigned char)-102;
	assert_null(emulator_create(&image, &counter, &emulator));
	for (size_t before = 0; runs < 2 || blocks > before; runs++) {
		before = blocks;
		emulator_run(emulator, CODE_ADDRESS, NULL, 0, &result);
		assert_int_equal(result.end, EMULATE_LIMIT);
		assert_in_range(blocks - before, 0, EMULATE_RUN_MAX / 102 + 1);
		assert_true(runs > 1 || blocks - before > EMULATE_RUN_MAX / 110);
	}
	assert_in_range(runs, EMULATE_TOTAL_MAX / EMULATE_RUN_MAX / 2, EMULATE_TOTAL_MAX / EMULATE_RUN_MAX + 1);
	emulator_destroy(emulator);
}

static void test_host_memory(void **state)
{
	(void)state;
	if (!has_emulator())
		skip();
	/* A program that reads at the address in its argument. */
	assert_int_equal(run_program(2, (uintptr_t)&secret).end, EMULATE_FAULT);
}

static void test_other_machines(void **state)
{
	const struct image image = {.machine = EM_S390, .address_bytes = 8, .big_endian = true};
	struct emulator *emulator = NULL;

	(void)state;
	assert_null(emulator_create(&image, &visitor, &emulator));
	assert_null(emulator);
}

static const struct {
	uint32_t prog_type, attach_type, func_id;
	bool sleepable, on_kept, on_77;
	const char *name;
	enum helper_answer answer;
	const char *why; /* part of it */
	bool gpl_only, might_sleep, lockdown;
	uint64_t capabilities;
	uint32_t fields;
} questions[] = {
	{.prog_type = 1, .func_id = 1, .answer = HELPER_GIVEN},
	{.prog_type = 1, .func_id = 2, .answer = HELPER_GIVEN, .gpl_only = true},
	{.prog_type = 1, .func_id = 3, .answer = HELPER_GIVEN, .might_sleep = true},
	{.prog_type = 1, .func_id = 4, .answer = HELPER_GIVEN, .capabilities = 1ull << 39},
	{.prog_type = 1,
		.func_id = 19,
		.answer = HELPER_GIVEN,
		.capabilities = 1ull << 39 | 1ull << 38},
	{.prog_type = 1, .func_id = 5, .answer = HELPER_GIVEN, .lockdown = true},
	{.prog_type = 1,
		.func_id = 6,
		.answer = HELPER_REFUSED,
		.fields = 1u << HELPER_FIELD_ATTACH_TYPE},
	{.prog_type = 1,
		.attach_type = 7,
		.func_id = 6,
		.answer = HELPER_GIVEN,
		.fields = 1u << HELPER_FIELD_ATTACH_TYPE},
	{.prog_type = 1,
		.func_id = 7,
		.answer = HELPER_REFUSED,
		.fields = 1u << HELPER_FIELD_SLEEPABLE},
	{.prog_type = 1,
		.func_id = 7,
		.sleepable = true,
		.answer = HELPER_GIVEN,
		.fields = 1u << HELPER_FIELD_SLEEPABLE},
	{.prog_type = 1,
		.func_id = 8,
		.answer = HELPER_NOT_ALLOWED,
		.fields = 1u << HELPER_FIELD_ATTACH_ID},
	{.prog_type = 1,
		.func_id = 8,
		.on_77 = true,
		.answer = HELPER_GIVEN,
		.fields = 1u << HELPER_FIELD_ATTACH_ID},
	{.prog_type = 1,
		.func_id = 9,
		.answer = HELPER_UNKNOWN,
		.why = "offset 4 of struct bpf_prog_aux"},
	{.prog_type = 1, .func_id = 10, .answer = HELPER_UNKNOWN, .why = "reads changing,"},
	{.prog_type = 1, .func_id = 11, .answer = HELPER_UNKNOWN, .why = "changing"},
	{.prog_type = 1, .func_id = 12, .answer = HELPER_GIVEN},
	{.prog_type = 1, .func_id = 13, .answer = HELPER_REFUSED, .gpl_only = true},
	{.prog_type = 1, .func_id = 14, .answer = HELPER_UNKNOWN, .why = "runs too long"},
	{.prog_type = 1, .func_id = 15, .answer = HELPER_UNKNOWN, .why = "trap"},
	{.prog_type = 1, .func_id = 16, .answer = HELPER_GIVEN},
	{.prog_type = 1, .func_id = 17, .answer = HELPER_UNKNOWN, .why = "outside of the image"},
	{.prog_type = 1,
		.func_id = 18,
		.on_kept = true,
		.answer = HELPER_GIVEN,
		.fields = 1u << HELPER_FIELD_ATTACH_ID},
	{.prog_type = 1,
		.func_id = 18,
		.answer = HELPER_REFUSED,
		.fields = 1u << HELPER_FIELD_ATTACH_ID},
	{.prog_type = 1, .func_id = 99, .answer = HELPER_REFUSED},
	{.prog_type = 2, .func_id = 1, .answer = HELPER_NO_FUNCTION},
	{.prog_type = 3, .func_id = 1, .answer = HELPER_NOT_RUN, .why = "was not found"},
	{.prog_type = 26,
		.func_id = 1,
		.name = "bpf_iter_task",
		.answer = HELPER_GIVEN,
		.gpl_only = true,
		.fields = 1u << HELPER_FIELD_ATTACH_NAME | 1u << HELPER_FIELD_TYPE},
	{.prog_type = 26,
		.func_id = 1,
		.name = "bpf_iter_map",
		.answer = HELPER_REFUSED,
		.fields = 1u << HELPER_FIELD_ATTACH_NAME},
	{.prog_type = 26,
		.func_id = 1,
		.name = "bpf_iter_strange",
		.answer = HELPER_UNKNOWN,
		.why = "bpf_iter_reg"},
	{.prog_type = 26,
		.func_id = 173,
		.answer = HELPER_ATTACH_TYPE,
		.fields = 1u << HELPER_FIELD_TYPE | 1u << HELPER_FIELD_ATTACH_TYPE},
	{.prog_type = 26,
		.attach_type = 24,
		.func_id = 173,
		.answer = HELPER_GIVEN,
		.fields = 1u << HELPER_FIELD_TYPE | 1u << HELPER_FIELD_ATTACH_TYPE},
};

static void check_question(struct helper_fixture *fixture, size_t index, const char *compiler)
{
	/* The path to the other fields, and the field in the same byte as `sleepable`. */
	const uint32_t ignored = 1u << HELPER_FIELD_AUX | 1u << HELPER_FIELD_GPL;
	const struct helper_place place = {
		.base = {.prog_type = questions[index].prog_type,
			.attach_type = questions[index].attach_type,
			.attach_btf_id = questions[index].on_kept ? fixture->kept_id
				: questions[index].on_77          ? 77
								  : fixture->other_id},
		.sleepable = questions[index].sleepable,
		.attach_name = questions[index].name,
	};
	struct helper_verdict verdict;

	assert_null(
		helper_verdict_ask(fixture->verdicts, questions[index].func_id, &place, &verdict));
	if (verdict.answer != questions[index].answer ||
		(questions[index].why && !strstr(verdict.why, questions[index].why)))
		fail_msg("%s: question %zu: %d, %s", compiler, index, verdict.answer,
			verdict.why ? verdict.why : "no reason");
	if (verdict.answer == HELPER_UNKNOWN || verdict.answer == HELPER_NOT_RUN)
		return;
	if (verdict.gpl_only != questions[index].gpl_only ||
		verdict.might_sleep != questions[index].might_sleep ||
		verdict.lockdown != questions[index].lockdown ||
		verdict.capabilities != questions[index].capabilities ||
		(verdict.fields & ~ignored) != questions[index].fields)
		fail_msg("%s: question %zu: fields %x, capabilities %llx", compiler, index,
			verdict.fields, (unsigned long long)verdict.capabilities);
}

/* Twice: the second answer comes from the stored result. */
static void test_verdicts(void **state)
{
	(void)state;
	if (!has_emulator())
		skip();
	for (size_t i = 0; i < FIXTURE_COMPILER_CNT; i++) {
		const struct fixture_compiler *compiler = &fixture_compilers[i];
		struct helper_fixture fixture = {.kept_id = 0};
		if (compiler->plain_loads || !fixture_has(compiler))
			continue;
		struct error *error = helper_fixture_open(&fixture, compiler);
		if (error)
			fail_msg("%s: %s", compiler->name, error->what);
		for (size_t k = 0; k < 2 * ARRAY_SIZE(questions); k++)
			check_question(&fixture, k % ARRAY_SIZE(questions), compiler->name);
		helper_fixture_close(&fixture);
	}
}

/* Code that is not run: every answer is unknown, with a reason. */
static void test_not_run(void **state)
{
	const struct kfunc_image source = {
		.image = &(const struct image) {.machine = EM_S390, .big_endian = true},
		.symbols = &(const struct kernel_symbols) {.cnt = 0}};
	struct helper_fixture fixture = {.kept_id = 0};
	const struct helper_place place = {.base = {.prog_type = 1}};
	struct kfunc_image with_btf = source;
	struct helper_verdict verdict;

	(void)state;
	assert_null(helper_fixture_btf(&fixture));
	with_btf.btf = fixture.base.btf;
	assert_null(kfunc_code_create(&with_btf, &fixture.base.code));
	assert_null(helper_verdicts_create(fixture.base.code, &fixture.verdicts));
	assert_null(helper_verdict_ask(fixture.verdicts, 1, &place, &verdict));
	assert_int_equal(verdict.answer, HELPER_NOT_RUN);
	assert_non_null(verdict.why);
	helper_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_limit_of_instructions),
		cmocka_unit_test(test_host_memory),
		cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
