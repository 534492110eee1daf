/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments that are planned for prototypes of a test. Its bpf(2) makes every map, or all but arenas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>

#include <cmocka.h>

#include "probe/blob.h"
#include "probe/calls/arguments.h"
#include "util/array.h"

#define MAP_TYPE_ARENA 33

struct bench {
	bool lacks_arena;
	void *btf_bytes; /* what BPF_BTF_LOAD got last */
	uint32_t btf_size;
	char log[KIT_LOG_BYTES];
	struct kernel kernel;
	struct kit kit;
	struct planner planner;
};

static int answer(void *context, int command, void *attr, size_t size_bytes)
{
	struct bench *bench = context;
	uint32_t type;
	struct {
		uint64_t btf, log_buf;
		uint32_t btf_size;
	} load;

	if (command == BPF_BTF_LOAD && size_bytes >= sizeof(load)) {
		memcpy(&load, attr, sizeof(load));
		free(bench->btf_bytes);
		bench->btf_bytes = malloc(load.btf_size);
		bench->btf_size = load.btf_size;
		memcpy(bench->btf_bytes, (void *)(uintptr_t)load.btf, load.btf_size);
	}
	if (command == BPF_MAP_CREATE && bench->lacks_arena) {
		memcpy(&type, attr, sizeof(type));
		if (type == MAP_TYPE_ARENA) {
			errno = EOPNOTSUPP;
			return -1;
		}
	}
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void add_param(struct blob *blob, const char *name, uint32_t type_id)
{
	blob_word(blob, blob_string(blob, name));
	blob_word(blob, type_id);
}

/* int bpf_wq_init(struct bpf_wq *wq, void *p__map, int flags), bpf_sum(void *p__map), bpf_arena_sum(void *p__map); */
static void write_kernel(struct blob *blob)
{
	uint32_t number = blob_int(blob, "int", 4, true);
	uint32_t work = blob_type(blob, "bpf_wq", BTF_KIND_STRUCT, 0, false, 16);
	uint32_t work_pointer = blob_type(blob, NULL, BTF_KIND_PTR, 0, false, work);
	uint32_t pointer = blob_type(blob, NULL, BTF_KIND_PTR, 0, false, 0);

	uint32_t init = blob_type(blob, NULL, BTF_KIND_FUNC_PROTO, 3, false, number);
	add_param(blob, "wq", work_pointer);
	add_param(blob, "p__map", pointer);
	add_param(blob, "flags", number);
	blob_type(blob, "bpf_wq_init", BTF_KIND_FUNC, BTF_FUNC_GLOBAL, false, init);
	uint32_t sum = blob_type(blob, NULL, BTF_KIND_FUNC_PROTO, 1, false, number);
	add_param(blob, "p__map", pointer);
	blob_type(blob, "bpf_sum", BTF_KIND_FUNC, BTF_FUNC_GLOBAL, false, sum);
	blob_type(blob, "bpf_arena_sum", BTF_KIND_FUNC, BTF_FUNC_GLOBAL, false, sum);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
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
	bench->planner = (struct planner) {.kit = &bench->kit, .kernel = &bench->kernel};
	objects_init(&bench->planner.objects, &bench->kit);
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	objects_destroy(&bench->planner.objects);
	pool_destroy(&bench->planner.pool);
	kbtf_destroy((struct kbtf *)bench->kernel.btf);
	free(bench->btf_bytes);
	free(bench);
	return 0;
}

/* False if the kernel has not what the function needs. */
static bool plan(struct bench *bench, struct builder *builder, const char *name, struct call_args *args)
{
	static struct recipe none;
	const struct callee callee = {.name = name,
		.kind = CALL_KFUNC,
		.btf = bench->kernel.btf,
		.func_id = kbtf_find(bench->kernel.btf, name, BTF_KIND_FUNC)};

	builder_init(builder, &bench->planner, &none, NULL);
	*args = (struct call_args) {.cnt = 0};
	kfunc_args_plan(builder, &callee, args);
	return !builder->failed;
}

/* The verifier of Linux 7.2 died of an array beside the work queue of another map. */
static void test_only_the_map_of_the_field(void **state)
{
	struct bench *bench = *state;
	struct builder *builder = malloc(sizeof(*builder));
	struct call_args args;

	assert_true(plan(bench, builder, "bpf_wq_init", &args));
	assert_int_equal(args.cnt, 3);
	assert_int_equal(args.list[0].kind, VALUE_MAP_VALUE);
	assert_int_equal(args.list[1].kind, VALUE_MAP);
	assert_int_equal(args.list[1].number, args.list[0].number);
	builder_deinit(builder);
	free(builder);
}

/* arena_map_alloc() refuses where the JIT has no arenas: ppc64el 6.12. A call with an array loads there and does nothing. */
static void test_an_arena_alone_for_its_functions(void **state)
{
	struct bench *bench = *state;
	struct builder *builder = malloc(sizeof(*builder));
	struct call_args args;

	bench->lacks_arena = true;
	assert_true(plan(bench, builder, "bpf_sum", &args));
	assert_int_equal(args.list[0].kind, VALUE_MAP);
	builder_deinit(builder);
	assert_false(plan(bench, builder, "bpf_arena_sum", &args));
	builder_deinit(builder);

	bench->lacks_arena = false;
	objects_destroy(&bench->planner.objects);
	objects_init(&bench->planner.objects, &bench->kit);
	assert_true(plan(bench, builder, "bpf_arena_sum", &args));
	assert_int_equal(args.list[0].kind, VALUE_MAP);
	builder_deinit(builder);
	free(builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_the_map_of_the_field, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_arena_alone_for_its_functions, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
