/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the code and data of a kernel with sound BTF whose get_func_proto() functions are
 * run: it must end soon, touch nothing of this process, and say why where it says nothing. Without
 * the emulator only what looks for these functions is tried.
 */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/halves.h"
#include "fixture/helper_fixture.h"
#include "util/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUNCTION_STEP 64
#define SIZE_MAX_BYTES 2049

static const char *const function_names[] = {
	"one_func_proto",
	"allowed",
	"capable",
	"security_locked_down",
	"mutex_lock",
	"bpf_get_btf_vmlinux",
	"btf_type_by_id",
	"btf_name_by_offset",
	"bpf_iter_get_func_proto",
	"bpf_prog_has_trampoline",
	"last",
};
#define FUNCTION_CNT ARRAY_SIZE(function_names)

static struct kernel_symbol symbol_list[FUNCTION_CNT + 1];
static struct kernel_symbols symbols = {.list = symbol_list, .cnt = FUNCTION_CNT + 1};
static struct helper_fixture shared;

static void prepare(void)
{
	if (shared.base.btf)
		return;
	if (helper_fixture_btf(&shared))
		abort();
	for (size_t i = 0; i < FUNCTION_CNT; i++)
		symbol_list[i] =
			(struct kernel_symbol) {.address = CODE_ADDRESS + i * FUNCTION_STEP,
				.name = function_names[i],
				.type = 't'};
	symbol_list[FUNCTION_CNT] = (struct kernel_symbol) {
		.address = DATA_ADDRESS, .name = "bpf_verifier_ops", .type = 'r'};
}

static void check(const struct helper_verdict *verdict)
{
	bool unknown = verdict->answer == HELPER_UNKNOWN || verdict->answer == HELPER_NOT_RUN;

	if (unknown != (verdict->why != NULL) || verdict->answer > HELPER_ATTACH_TYPE || verdict->fields >> HELPER_FIELD_CNT)
		abort();
}

static void ask(const struct kfunc_image *source)
{
	static const uint32_t ids[] = {1, 12, 173};
	static const uint32_t types[] = {1, 26, 27};
	struct kfunc_code *code;
	struct helper_verdicts *verdicts;

	if (kfunc_code_create(source, &code) || helper_verdicts_create(code, &verdicts))
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct helper_place place = {
			.base = {.prog_type = types[i], .attach_btf_id = 1},
			.attach_name = "bpf_iter_task",
		};
		struct helper_verdict first, again;
		if (helper_verdict_ask(verdicts, ids[i], &place, &first))
			abort();
		check(&first);
		/* What ran before must not show. */
		if (i)
			continue;
		if (helper_verdict_ask(verdicts, ids[i], &place, &again) || first.answer != again.answer ||
			first.fields != again.fields)
			abort();
	}
	helper_verdicts_destroy(verdicts);
	kfunc_code_destroy(code);
}

/* The first byte tells the architecture; the rest is code and data in halves. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	prepare();
	if (!size || size > SIZE_MAX_BYTES)
		return 0;
	struct image_segment segments[2];
	size_t segment_cnt = halves(data + 1, size - 1, 8, segments);
	const struct image image = {
		.machine = data[0] & 1 ? EM_AARCH64 : EM_X86_64,
		.address_bytes = 8,
		.segments = segments,
		.segment_cnt = segment_cnt,
	};
	const struct kfunc_image source = {&image, &symbols, shared.base.btf, NULL};
	ask(&source);
	return 0;
}
