/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features of the instruction set and of the verifier. Each test is a program that needs the feature. */
#include "probe/feature/table.h"
#include "probe/insn.h"
#include "probe/maps.h"
#include "probe/privilege.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Fields of instructions that have no name in include/uapi/linux/bpf.h. */
#define SIGN_EXTEND_8 8  /* offset of a MOV: the width that is extended */
#define SIGNED_DIV 1     /* offset of a DIV */
#define CAST_TO_KERNEL 1 /* immediate of an address space cast: from space 1 to 0 */
/* No process maps this address by itself. */
#define ARENA_ADDRESS (1ull << 44)

/* .insns alone, loaded as a program of .type. */
static void test_insns(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int ret = kit_load_insns(kit, feature->type, feature->insns, feature->insn_cnt);

	kit_judge_load(kit, feature->type, ret, verdict);
}

bool feature_loop_blocked(struct kit *kit, struct kit_verdict *verdict)
{
	int control = kit_prog_control(kit, BPF_PROG_TYPE_TRACEPOINT);

	if (kit_answer(control) != KIT_BLOCKED)
		return false;
	const char *missing =
		privilege_missing(kit->kernel, privilege_of_program(BPF_PROG_TYPE_TRACEPOINT), -control);
	kit_say(verdict, SUPPORT_BLOCKED, -control,
		"loops cannot be tried where a tracepoint program is refused too: %s",
		missing ? missing : "a policy (an LSM, seccomp) refuses it");
	return true;
}

static void test_bounded_loops(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	if (!feature_loop_blocked(kit, verdict))
		test_insns(kit, feature, verdict);
}

/* Without CAP_BPF, check_cfg() treats the jump back as a loop and refuses it. */
static void test_may_goto(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	test_insns(kit, feature, verdict);
	if (verdict->state == SUPPORT_UNSUPPORTED && strstr(kit->log, "back-edge"))
		feature_loop_blocked(kit, verdict);
}

static int load_many(struct kit *kit, size_t cnt)
{
	struct bpf_insn *insns = calloc(cnt, sizeof(*insns));
	int ret;

	if (!insns)
		return -ENOMEM;
	for (size_t i = 0; i < cnt - 1; i++)
		insns[i] = (struct bpf_insn)INSN_MOV(BPF_REG_0, 0);
	insns[cnt - 1] = (struct bpf_insn)INSN_EXIT;
	ret = kit_load_insns(kit, BPF_PROG_TYPE_SOCKET_FILTER, insns, cnt);
	free(insns);
	return ret;
}

/* E2BIG is the expected refusal, if the kernel accepts the smaller program. */
static void test_large_insns(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int ret = load_many(kit, BPF_MAXINSNS + 1);

	(void)feature;
	if (ret != -E2BIG) {
		kit_judge_load(kit, BPF_PROG_TYPE_SOCKET_FILTER, ret, verdict);
		return;
	}
	int control = load_many(kit, BPF_MAXINSNS);
	kit_close_fd(control);
	if (control < 0)
		kit_say(verdict, SUPPORT_UNKNOWN, E2BIG, "E2BIG, but %u instructions fail too (%s)",
			BPF_MAXINSNS, strerror(-control));
	else if (kit->kernel->environment.capabilities &&
		!kernel_has_capability(kit->kernel, "CAP_BPF") &&
		!kernel_has_capability(kit->kernel, "CAP_SYS_ADMIN"))
		kit_say(verdict, SUPPORT_BLOCKED, E2BIG, "E2BIG: without CAP_BPF the limit is %u",
			BPF_MAXINSNS);
	else
		kit_say(verdict, SUPPORT_UNSUPPORTED, E2BIG, "E2BIG above %u instructions",
			BPF_MAXINSNS);
}

/* Loads `insns` with a map of `type`. The instruction `at` starts the load of the map's descriptor. */
static void judge_with_map(struct kit *kit, uint32_t type, struct bpf_insn *insns, size_t cnt,
	size_t at, struct kit_verdict *verdict)
{
	_cleanup_fd_ int map =
		type == BPF_MAP_TYPE_ARRAY ? kit_array(kit) : probe_map_create(kit, type, 0);

	if (!probe_map_created(kit, map, type, verdict))
		return;
	insns[at].imm = map;
	kit_judge_load(kit, BPF_PROG_TYPE_SCHED_CLS,
		kit_load_insns(kit, BPF_PROG_TYPE_SCHED_CLS, insns, cnt), verdict);
}

static void test_global_data(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct bpf_insn insns[] = {
		INSN_MAP_VALUE(BPF_REG_1, 0, 0),
		INSN_STORE(BPF_W, BPF_REG_1, 0, 1),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};

	(void)feature;
	judge_with_map(kit, BPF_MAP_TYPE_ARRAY, insns, ARRAY_SIZE(insns), 0, verdict);
}

static void test_dynptr(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct bpf_insn insns[] = {
		INSN_MAP_VALUE(BPF_REG_1, 0, 0),
		INSN_MOV(BPF_REG_2, 8),
		INSN_MOV(BPF_REG_3, 0),
		INSN_MOV_REG(BPF_REG_4, BPF_REG_10),
		INSN_ALU(BPF_ADD, BPF_REG_4, -16),
		INSN_HELPER(BPF_FUNC_dynptr_from_mem),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};

	(void)feature;
	judge_with_map(kit, BPF_MAP_TYPE_ARRAY, insns, ARRAY_SIZE(insns), 0, verdict);
}

static void test_tail_call(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct bpf_insn insns[] = {
		INSN_MAP(BPF_REG_2, 0),
		INSN_MOV(BPF_REG_3, 0),
		INSN_HELPER(BPF_FUNC_tail_call),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};

	(void)feature;
	judge_with_map(kit, BPF_MAP_TYPE_PROG_ARRAY, insns, ARRAY_SIZE(insns), 0, verdict);
}

/* The functions of a program: the start and the linkage of each. */
struct function {
	uint32_t insn, linkage;
	const char *name;
};

/* Loads a program with BTF of its two functions, both of which return int. */
static void judge_functions(struct kit *kit, uint32_t type, const struct bpf_insn *insns,
	size_t cnt, const struct function functions[2], struct kit_verdict *verdict)
{
	struct blob blob = {0};
	uint32_t number = blob_int(&blob, "int", 4, true);
	struct bpf_func_info info[2];
	struct bpf_load_attr attr = kit_load_attr(type, insns, cnt);

	for (size_t i = 0; i < ARRAY_SIZE(info); i++)
		info[i] = (struct bpf_func_info) {.insn_off = functions[i].insn,
			.type_id =
				blob_func(&blob, functions[i].name, number, functions[i].linkage)};
	_cleanup_fd_ int btf = blob_load(kit, &blob);
	if (btf < 0) {
		blob_judge(kit, btf, verdict);
		return;
	}
	attr.prog_btf_fd = (uint32_t)btf;
	attr.func_info = (uintptr_t)info;
	attr.func_info_cnt = ARRAY_SIZE(info);
	attr.func_info_rec_size = sizeof(info[0]);
	kit_judge_load(kit, type, kit_load(kit, &attr), verdict);
}

static void test_tail_call_in_call(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	static const struct function functions[] = {
		{0, BTF_FUNC_STATIC, "entry"}, {3, BTF_FUNC_STATIC, "callee"}};
	_cleanup_fd_ int map = probe_map_create(kit, BPF_MAP_TYPE_PROG_ARRAY, 0);
	struct bpf_insn insns[] = {
		INSN_CALL(2),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
		INSN_MAP(BPF_REG_2, map),
		INSN_MOV(BPF_REG_3, 0),
		INSN_HELPER(BPF_FUNC_tail_call),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};

	(void)feature;
	if (probe_map_created(kit, map, BPF_MAP_TYPE_PROG_ARRAY, verdict))
		judge_functions(
			kit, BPF_PROG_TYPE_SCHED_CLS, insns, ARRAY_SIZE(insns), functions, verdict);
}

/* The verifier needs the arena's address, so the map sets one. */
static void test_addr_space_cast(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct kit_map_attr attr = {.type = UAPI_BPF_MAP_TYPE_ARENA,
		.max_entries = 1,
		.flags = BPF_F_MMAPABLE,
		.extra = ARENA_ADDRESS};
	_cleanup_fd_ int arena = kit_map(kit, &attr);
	struct bpf_insn insns[] = {
		INSN_MAP(BPF_REG_1, arena),
		INSN_MOV(BPF_REG_2, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_2, 1, CAST_TO_KERNEL),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};

	(void)feature;
	if (probe_map_created(kit, arena, UAPI_BPF_MAP_TYPE_ARENA, verdict))
		kit_judge_load(kit, BPF_PROG_TYPE_SCHED_CLS,
			kit_load_insns(kit, BPF_PROG_TYPE_SCHED_CLS, insns, ARRAY_SIZE(insns)),
			verdict);
}

/* The verifier checks the callee separately, by its signature. */
static void test_global_function(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	static const struct function functions[] = {
		{0, BTF_FUNC_STATIC, "entry"}, {2, BTF_FUNC_GLOBAL, "callee"}};
	static const struct bpf_insn insns[] = {
		INSN_CALL(1), INSN_EXIT, INSN_MOV(BPF_REG_0, 0), INSN_EXIT};

	(void)feature;
	judge_functions(
		kit, BPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_SIZE(insns), functions, verdict);
}

static void test_fd_array(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	static const struct bpf_insn insns[] = {
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_IDX, 0, 0),
		INSN(0, 0, 0, 0, 0),
		INSN_MOV(BPF_REG_0, 0),
		INSN_EXIT,
	};
	_cleanup_fd_ int map = kit_array(kit);
	struct bpf_load_attr attr =
		kit_load_attr(BPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_SIZE(insns));

	(void)feature;
	if (!probe_map_created(kit, map, BPF_MAP_TYPE_ARRAY, verdict))
		return;
	attr.fd_array = (uintptr_t)&map;
	int ret = kit_load(kit, &attr);
	/* E2BIG: the request of an older kernel ends before this field. */
	if (ret == -E2BIG && kit_prog_control(kit, BPF_PROG_TYPE_SOCKET_FILTER) >= 0)
		kit_say(verdict, SUPPORT_UNSUPPORTED, E2BIG,
			"E2BIG with a list of descriptors, none without");
	else
		kit_judge_load(kit, BPF_PROG_TYPE_SOCKET_FILTER, ret, verdict);
}

#define PROGRAM(...)                                                                               \
	.insns = (const struct bpf_insn[]) {__VA_ARGS__},                                          \
	.insn_cnt = sizeof((const struct bpf_insn[]) {__VA_ARGS__}) / sizeof(struct bpf_insn)

/* clang-format off */
static const struct feature list[] = {
	{{"bounded_loops", "loops whose end the verifier can see", "5.3 2589726d12a1"}, .test = test_bounded_loops,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_0, 10), INSN_ALU(BPF_ADD, BPF_REG_0, -1),
			INSN_JMP(BPF_JNE, BPF_REG_0, 0, -2), INSN_EXIT)},
	{{"large_insns", "programs of more than 4096 instructions", "5.2 c04c0d2b968a"}, .test = test_large_insns},
	{{"isa_v2", "jumps on less than (-mcpu=v2)", "4.14 92b31a9af73b"}, .test = test_insns,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_0, 0), INSN_JMP(BPF_JLT, BPF_REG_0, 1, 0), INSN_EXIT)},
	{{"isa_v3", "32 bit jumps (-mcpu=v3)", "5.1 092ed0968bb6"}, .test = test_insns,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_0, 0), INSN(BPF_JMP32 | BPF_JLT | BPF_K, BPF_REG_0, 0, 0, 1), INSN_EXIT)},
	{{"isa_v4", "sign extension, signed division, byte swap, long jump (-mcpu=v4)", "6.6 1f9a1ea821ff"},
		.test = test_insns, .type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_1, -8),
			INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_1, SIGN_EXTEND_8, 0),
			INSN(BPF_ALU64 | BPF_DIV | BPF_K, BPF_REG_0, 0, SIGNED_DIV, 2),
			INSN(BPF_ALU64 | BPF_END | BPF_TO_LE, BPF_REG_0, 0, 0, 32),
			INSN_STORE(BPF_DW, BPF_REG_10, -8, 1),
			INSN(BPF_LDX | UAPI_BPF_MEMSX | BPF_W, BPF_REG_0, BPF_REG_10, -8, 0),
			INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, 0), INSN_EXIT)},
	{{"atomics", "atomic operations that return the old value (-mcpu=v3)", "5.12 5ca419f2864a"}, .test = test_insns,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_1, 1), INSN_STORE(BPF_DW, BPF_REG_10, -8, 0),
			INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_10, BPF_REG_1, -8, BPF_ADD | BPF_FETCH),
			INSN_MOV(BPF_REG_0, 0), INSN_EXIT)},
	{{"load_acquire", "load-acquire and store-release", "6.15 880442305a39"}, .test = test_insns,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_1, 0),
			INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_10, BPF_REG_1, -8, UAPI_BPF_STORE_REL),
			INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_10, -8, UAPI_BPF_LOAD_ACQ), INSN_EXIT)},
	{{"may_goto", "loops that the kernel ends", "6.9 011832b97b31"}, .test = test_may_goto,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_MOV(BPF_REG_0, 0), INSN(BPF_JMP | UAPI_BPF_JCOND, 0, 0, 1, 0), INSN_JA(-2), INSN_EXIT)},
	{{"addr_space_cast", "address space casts, for arenas", "6.9 6082b6c328b5"}, .test = test_addr_space_cast},
	{{"bpf_calls", "calls between functions of a program", "4.16 cc8b0b92a169"}, .test = test_insns,
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		PROGRAM(INSN_CALL(1), INSN_EXIT, INSN_MOV(BPF_REG_0, 0), INSN_EXIT)},
	{{"global_functions", "functions verified by their signature", "5.6 51c39bb1d5d1"}, .test = test_global_function},
	{{"tail_calls", "tail calls", "4.2 04fd61ab36ec"}, .test = test_tail_call},
	{{"tail_calls_in_calls", "tail calls in called functions", "5.10 e411901c0b77, by architecture"},
		.test = test_tail_call_in_call},
	{{"global_data", "direct access to a map's value", "5.2 d8eca5bbb2be"}, .test = test_global_data},
	{{"dynptr", "dynamic pointers", "5.19 97e03f521050"}, .test = test_dynptr},
	{{"bpf_cookie", "bpf_get_attach_cookie in perf_event programs", "5.15 7adfc6c9b315"}, .test = test_insns,
		.type = BPF_PROG_TYPE_PERF_EVENT,
		PROGRAM(INSN_HELPER(BPF_FUNC_get_attach_cookie), INSN_MOV(BPF_REG_0, 0), INSN_EXIT)},
	{{"fd_array", "maps by their place in a list of descriptors", "5.14 387544bfa291"}, .test = test_fd_array},
};
/* clang-format on */

const struct feature_table feature_insns = {list, ARRAY_SIZE(list)};
