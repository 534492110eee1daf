/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the code and data of a kernel with sound BTF and a few symbols, or as a module:
 * sets, hooks, filters and the prediction made of them. It must end soon, stay inside, and say
 * nothing of a set that is not there.
 */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/halves.h"
#include "fixture/kfunc_fixture.h"
#include "kfunc/hooks.h"
#include "scan/predict/code.h"
#include "util/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Loops take as many steps as there are. These let a walk end at its limit as well. */
#define STEP_MAX 5000
#define KERNEL_MAX_BYTES 4097
#define MODULE_MAX_BYTES (1u << 14)

/* A function every so many bytes, named in this order. */
#define FUNCTION_STEP 64

static const char *const function_names[] = {
	"first_init",
	"register_btf_kfunc_id_set",
	"__register_btf_kfunc_id_set",
	"register_btf_fmodret_id_set",
	"register_btf_id_dtor_kfuncs",
	"__register_bpf_struct_ops",
	"bsearch",
	"btf_id_cmp_func",
	"bpf_jit_supports_kfunc_call",
	"bpf_dev_bound_kfunc_id",
	"some_filter",
	"other_init",
	"other_init.cold",
	"bpf_check",
	"check_attach_btf_id",
	"__x86_return_thunk",
	"__fentry__",
	"last_init",
};
#define FUNCTION_CNT ARRAY_SIZE(function_names)

static struct kernel_symbol symbol_list[FUNCTION_CNT + 1];
static struct kernel_symbols symbols = {.list = symbol_list, .cnt = FUNCTION_CNT + 1};
static struct fixture shared;

static void prepare(void)
{
	if (shared.btf)
		return;
	if (fixture_btf(&shared))
		abort();
	for (size_t i = 0; i < FUNCTION_CNT; i++)
		symbol_list[i] =
			(struct kernel_symbol) {.address = CODE_ADDRESS + i * FUNCTION_STEP,
				.name = function_names[i],
				.type = 't'};
	/* A table of program types for some, a set for those whose code is not followed. */
	symbol_list[FUNCTION_CNT] = (struct kernel_symbol) {
		.address = DATA_ADDRESS, .name = "bpf_prog_types", .type = 'r'};
}

static void check(const struct kernel_kfuncs *kfuncs)
{
	if (kfuncs->registration_cnt > KFUNC_REGISTRATION_MAX)
		abort();
	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		if (one->set >= kfuncs->set_cnt || !*one->name ||
			(one->hook >= kfuncs->hook_cnt && one->hook != kfuncs->fmodret_hook))
			abort();
	}
}

static void predict(struct kfunc_verdicts *verdicts, const struct kernel_kfuncs *kfuncs)
{
	struct kernel kernel = {.btf = shared.btf, .symbols = &symbols};
	struct snapshot *snapshot = snapshot_create();
	struct predict_source source = {.kernel = &kernel, .kfuncs = kfuncs};

	predict_ask_code(&source, verdicts);
	if (!snapshot || predict_snapshot(&source, snapshot))
		abort();
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		for (size_t j = 0; j < snapshot->context_cnt; j++) {
			const struct cell *cell = &snapshot->kfuncs[i].cells[j];
			if (!cell->predicted || !cell->evidence || !cell->evidence->line ||
				cell->state == CELL_NONE || cell->state == CELL_RAN ||
				cell->state == CELL_LOADABLE || cell->state == CELL_BLOCKED)
				abort();
		}
	}
	snapshot_destroy(snapshot);
}

static void read_kernel(const struct kfunc_image *source)
{
	struct kfunc_code *code;
	struct kfunc_verdicts *verdicts;
	struct kernel_kfuncs kfuncs;
	_cleanup_pool_ struct pool pool = {0};

	kernel_kfuncs_init(&kfuncs);
	/* A module's come after the kernel's. */
	if (source->module && kfunc_hooks_name(shared.btf, &pool, &kfuncs))
		abort();
	if (kfunc_code_create(source, &code))
		abort();
	if (code->reader)
		code->reader->steps_left = STEP_MAX;
	_cleanup_error_ struct error *error = kfunc_sets_load(code, &pool, &kfuncs);
	if (error && error->code != ERROR_INPUT)
		abort();
	kernel_kfuncs_finish(&kfuncs);
	check(&kfuncs);
	if (!error && !source->module) {
		if (kfunc_verdicts_create(code, &verdicts))
			abort();
		predict(verdicts, &kfuncs);
		kfunc_verdicts_destroy(verdicts);
	}
	kfunc_code_destroy(code);
}

static void try_module(const uint8_t *data, size_t size, const char *name)
{
	struct image *image;
	struct kernel_symbols *own;
	void *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	_cleanup_error_ struct error *error = image_create(copy, size, &image);
	if (error)
		return;
	_cleanup_error_ struct error *bad =
		image->relocatable ? image_relocate_module(image, &own) : error_no_memory();
	if (!bad) {
		const struct kfunc_image source = {image, own, shared.btf, name};
		read_kernel(&source);
	}
	image_destroy(image);
}

/* The first byte says what it is; the rest is code and data in halves. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t machines[] = {EM_X86_64, EM_AARCH64};
	/* An architecture whose code is not followed, and more that are. */
	static const uint16_t others[] = {EM_S390, EM_PPC64, EM_RISCV};

	prepare();
	if (!size || size > (data[0] % 4 == 3 ? MODULE_MAX_BYTES : KERNEL_MAX_BYTES))
		return 0;
	if (data[0] % 4 == 3) {
		try_module(data + 1, size - 1, data[0] & 4 ? "some_module" : NULL);
		return 0;
	}
	struct image_segment segments[2];
	size_t segment_cnt = halves(data + 1, size - 1, 4, segments);
	const struct image image = {
		.machine = data[0] % 4 == 2 ? others[data[0] / 16 % 3] : machines[data[0] % 4],
		.address_bytes = 8,
		.segments = segments,
		.segment_cnt = segment_cnt,
	};
	const struct kfunc_image source = {&image, &symbols, shared.btf, NULL};
	read_kernel(&source);
	return 0;
}
