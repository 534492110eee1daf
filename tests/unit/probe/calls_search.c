/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for a program, led by the words of a verifier that this test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/blob.h"
#include "probe/bound.h"
#include "probe/calls/program.h"
#include "probe/calls/search.h"
#include "util/array.h"

#define DEVICE 7
#define CALLEE "bpf_xdp_metadata_rx_hash"

struct bench {
	void *btf_bytes;
	uint32_t btf_size;
	char log[KIT_LOG_BYTES];
	struct kernel kernel;
	struct kit kit;
	struct planner planner;
	struct probe_context context;
	struct callee callee;
	/* What the verifier says. */
	bool wants_device;   /* to programs that are bound to none */
	const char *at_call; /* about the call; NULL: it is accepted */
	unsigned int load_cnt;
};

static int refuse(const struct bpf_load_attr *attr, int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf((char *)(uintptr_t)attr->log_buf, attr->log_size, format, args);
	va_end(args);
	return -errnum;
}

/* The instruction of the call; -1: the program has none. */
static int find_call(const struct bench *bench, const struct bpf_load_attr *attr)
{
	const struct bpf_insn *insns = (const struct bpf_insn *)(uintptr_t)attr->insns;

	for (uint32_t i = 0; i < attr->insn_cnt; i++) {
		if (insns[i].code == (BPF_JMP | BPF_CALL) && insns[i].src_reg == bench->callee.insn.src_reg &&
			insns[i].imm == bench->callee.insn.imm)
			return (int)i;
	}
	return -1;
}

static int verify(struct bench *bench, const struct bpf_load_attr *attr)
{
	int at = bench->callee.name ? find_call(bench, attr) : -1;
	bool bound = attr->prog_ifindex == DEVICE && attr->prog_flags & UAPI_BPF_F_XDP_DEV_BOUND_ONLY;

	if (at < 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	bench->load_cnt++;
	if (bench->wants_device && !bound)
		return refuse(attr, EINVAL, "metadata kfuncs require device-bound program\n");
	if (bench->at_call)
		return refuse(attr, EINVAL, "%d: (85) call %s#%d\n%s\n", at, bench->callee.name,
			bench->callee.insn.imm, bench->at_call);
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int answer(void *context, int command, void *attr, size_t size_bytes)
{
	struct bench *bench = context;
	struct bpf_load_attr program = {0};
	struct {
		uint64_t btf, log_buf;
		uint32_t btf_size;
	} btf;

	if (command == BPF_PROG_LOAD) {
		memcpy(&program, attr, size_bytes < sizeof(program) ? size_bytes : sizeof(program));
		return verify(bench, &program);
	}
	if (command == BPF_BTF_LOAD && size_bytes >= sizeof(btf)) {
		memcpy(&btf, attr, sizeof(btf));
		free(bench->btf_bytes);
		bench->btf_bytes = malloc(btf.btf_size);
		bench->btf_size = btf.btf_size;
		memcpy(bench->btf_bytes, (void *)(uintptr_t)btf.btf, btf.btf_size);
	}
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, u32 *hash) */
static void write_kernel(struct blob *blob)
{
	uint32_t number = blob_int(blob, "int", 4, true);
	uint32_t context = blob_type(blob, "xdp_md", BTF_KIND_STRUCT, 0, false, 24);
	uint32_t context_pointer = blob_type(blob, NULL, BTF_KIND_PTR, 0, false, context);
	uint32_t pointer = blob_type(blob, NULL, BTF_KIND_PTR, 0, false, number);
	uint32_t proto = blob_type(blob, NULL, BTF_KIND_FUNC_PROTO, 2, false, number);

	blob_word(blob, blob_string(blob, "ctx"));
	blob_word(blob, context_pointer);
	blob_word(blob, blob_string(blob, "hash"));
	blob_word(blob, pointer);
	blob_type(blob, CALLEE, BTF_KIND_FUNC, BTF_FUNC_GLOBAL, false, proto);
}

static const struct context_row *row_named(const char *name)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		if (!strcmp(context_rows[i].name, name))
			return &context_rows[i];
	}
	return NULL;
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct bound_device device = {.ifindex = DEVICE, .takes = true};
	struct blob blob = {0};
	struct kbtf *btf;

	*state = bench;
	bench->kit = (struct kit) {.sys = {.call = answer, .context = bench},
		.kernel = &bench->kernel,
		.log = bench->log};
	write_kernel(&blob);
	kit_close_fd(blob_load(&bench->kit, &blob));
	assert_null(kbtf_create(bench->btf_bytes, bench->btf_size, KBTF_MALLOC, NULL, &btf));
	bench->btf_bytes = NULL;
	bench->kernel.btf = btf;
	bench->context = (struct probe_context) {.name = "xdp", .row = row_named("xdp")};
	bench->context.place = row_place(bench->context.row);
	bench->context.bound = bound_place(&bench->context.place, &device);
	bench->context.bound_loads = true;
	bench->planner = (struct planner) {.kit = &bench->kit,
		.kernel = &bench->kernel,
		.context = &bench->context,
		.ways = &program_ways};
	objects_init(&bench->planner.objects, &bench->kit);
	assert_null(loader_init(&bench->planner.loader, &bench->kit.sys));
	uint32_t id = kbtf_find(btf, CALLEE, BTF_KIND_FUNC);
	bench->callee = (struct callee) {.name = CALLEE,
		.kind = CALL_KFUNC,
		.btf = btf,
		.func_id = id,
		.insn = INSN_KFUNC((int32_t)id)};
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	objects_destroy(&bench->planner.objects);
	loader_deinit(&bench->planner.loader);
	pool_destroy(&bench->planner.pool);
	kbtf_destroy((struct kbtf *)bench->kernel.btf);
	free(bench->btf_bytes);
	free(bench);
	return 0;
}

static void expect_recipe(const struct search_result *result, const char *expected)
{
	_cleanup_buf_ struct buf text = {0};

	recipe_print(&result->recipe, &text);
	assert_string_equal(buf_text(&text), expected);
}

static void test_found_at_once(void **state)
{
	struct bench *bench = *state;
	struct search_result result;

	search_call(&bench->planner, &bench->callee, true, &result);
	assert_int_equal(result.end, SEARCH_FOUND);
	assert_int_equal(bench->load_cnt, 1);
	expect_recipe(&result, "plain");
}

/* The words of bpf_dev_bound_kfunc_check() lead to a program that is bound to the device. */
static void test_device_bound(void **state)
{
	struct bench *bench = *state;
	struct search_result result;
	struct recipe recipe;

	bench->wants_device = true;
	search_call(&bench->planner, &bench->callee, true, &result);
	assert_int_equal(result.end, SEARCH_FOUND);
	assert_int_equal(bench->load_cnt, 2);
	expect_recipe(&result, "load=device-bound");
	/* A replay does not try the other way first. */
	recipe = result.recipe;
	assert_true(search_replay(&bench->planner, &bench->callee, &recipe, false, &result));
	assert_int_equal(bench->load_cnt, 3);
}

static void test_no_device(void **state)
{
	struct bench *bench = *state;
	struct search_result result;
	struct recipe recipe = {.list = {{RECIPE_LOAD, "device-bound"}}, .cnt = 1};

	bench->wants_device = true;
	bench->context.bound_loads = false;
	search_call(&bench->planner, &bench->callee, true, &result);
	assert_int_not_equal(result.end, SEARCH_FOUND);
	assert_int_equal(bench->load_cnt, 1);
	assert_non_null(strstr(result.last, SEARCH_NEEDS_DEVICE));
	/* Words before the first instruction are none about the call. */
	assert_null(result.line);
	assert_null(result.words.rule);
	assert_false(search_replay(&bench->planner, &bench->callee, &recipe, false, &result));
}

/* Other words never lead there. */
static void test_device_is_not_tried_in_vain(void **state)
{
	struct bench *bench = *state;
	struct search_result result;

	bench->at_call = "R2 type=scalar expected=fp";
	search_call(&bench->planner, &bench->callee, false, &result);
	assert_int_not_equal(result.end, SEARCH_FOUND);
	assert_null(recipe_get(&result.recipe, RECIPE_LOAD));
	assert_non_null(result.line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_device_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_device_is_not_tried_in_vain, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
