/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The effect of a machine's settings and devices on answers: a disabled JIT, a user namespace, and
 * programs bound to a device. A setting must not look like a feature that the kernel has or lacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/fake_probe.h"
#include "probe/bound.h"
#include "probe/insn.h"
#include "probe/kit.h"
#include "util/array.h"

static struct snapshot *observe_kfuncs(struct fake *fake)
{
	struct probe_request request = request_of(fake, CELL_PARTS);

	return observe(fake, &request, NULL);
}

static void expect_kfuncs(const struct snapshot *snapshot, enum cell_state state)
{
	size_t cnt = 0;

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		for (size_t k = 0; k < snapshot->context_cnt; k++) {
			const struct cell *cell = &snapshot->kfuncs[i].cells[k];
			if (snapshot->contexts[k].state != SUPPORT_OK)
				continue;
			assert_int_equal(cell->state, state);
			assert_string_equal(
				cell->evidence->line, "JIT is required for calling kernel function");
			cnt++;
		}
	}
	assert_true(cnt > 100);
}

/* Switched off it is a setting; where it cannot be switched on no program can call a kfunc. */
static void test_jit(void **state)
{
	static const struct kernel_config_option with = {"CONFIG_BPF_JIT", "y"};
	static const struct {
		const char *jit;
		bool config_read, config_with;
		enum cell_state state;
	} rows[] = {
		{"0", false, false, CELL_BLOCKED},
		{NULL, true, true, CELL_BLOCKED},
		{NULL, true, false, CELL_IMPOSSIBLE},
		{NULL, false, false, CELL_IMPOSSIBLE},
		{"1", true, true, CELL_IMPOSSIBLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_fake_ struct fake *fake = fake_open();
		struct kernel *kernel = &fake->kernel;
		fake->jit_is_off = true;
		kernel->environment.jit = rows[i].jit;
		kernel->environment.config_source = rows[i].config_read ? "config" : NULL;
		kernel->config = rows[i].config_with ? (struct kernel_config_option *)&with : NULL;
		kernel->config_cnt = rows[i].config_with;
		_cleanup_snapshot_ struct snapshot *snapshot = observe_kfuncs(fake);
		expect_kfuncs(snapshot, rows[i].state);
		kernel->config = NULL;
		kernel->config_cnt = 0;
	}
}

static void test_jit_words(void **state)
{
	static const struct {
		const char *line;
		bool about_jit, unsupported;
	} rows[] = {
		{"JIT is required to use arena", true, false},
		{"callbacks are not allowed in non-JITed programs", true, false},
		{"tail_calls are not allowed in non-JITed programs with bpf-to-bpf calls", true, false},
		{"Extension programs should be JITed", true, false},
		{"JIT does not support calling kernel function", false, true},
		{"JIT doesn't support arena", false, true},
		{"calling kernel function f is not allowed", false, false},
		{"", false, false},
	};
	struct kernel off = {.environment.jit = "0"}, on = {.environment.jit = "1"},
		      none = {.environment.jit = "none"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = strlen(rows[i].line);
		assert_int_equal(kit_jit_refuses(&off, rows[i].line, len), rows[i].about_jit);
		assert_false(kit_jit_refuses(&on, rows[i].line, len));
		assert_false(kit_jit_refuses(&none, rows[i].line, len));
		/* Not a setting but the kernel: its JIT, or that there is none. */
		assert_int_equal(kit_jit_lacks(&none, EINVAL, rows[i].line, len), rows[i].about_jit);
		assert_int_equal(kit_jit_lacks(&none, ENOTSUPP, rows[i].line, len),
			rows[i].about_jit || rows[i].unsupported);
		assert_int_equal(
			kit_jit_lacks(&on, EOPNOTSUPP, rows[i].line, len), rows[i].unsupported);
		assert_false(kit_jit_lacks(&none, EACCES, rows[i].line, len));
	}
}

/* The fake refuses freplace with EPERM and no word. */
static void test_user_namespace(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	fake->kernel.environment.in_user_namespace = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe_kfuncs(fake);
	const struct snapshot_context *context = snapshot_find_context(snapshot, "freplace");
	assert_int_equal(context->state, SUPPORT_BLOCKED);
	assert_non_null(strstr(context->reason, "in a user namespace"));
}

/* A kernel's way with bound programs: what it says to the type, the device and the call. */
struct devices {
	int type_errnum, device_errnum, call_errnum;
	uint32_t takes_ifindex; /* 0: none does */
	const char *call_line;
	size_t unbound_cnt; /* loads without a device */
};

static int play_devices(void *context, int command, void *attr, size_t size)
{
	struct devices *devices = context;
	struct bpf_load_attr load = {0};

	memcpy(&load, attr, size < sizeof(load) ? size : sizeof(load));
	if (command != BPF_PROG_LOAD)
		return -EINVAL;
	if (!load.prog_ifindex) {
		devices->unbound_cnt++;
		return dup(STDERR_FILENO);
	}
	if (!(load.prog_flags & UAPI_BPF_F_XDP_DEV_BOUND_ONLY))
		return -EBADF;
	if (load.prog_type != PROG_TYPE_XDP && devices->type_errnum)
		return -devices->type_errnum;
	if (load.prog_ifindex != devices->takes_ifindex)
		return -devices->device_errnum;
	if (load.insn_cnt == 3 && devices->call_errnum) {
		snprintf((char *)(uintptr_t)load.log_buf, load.log_size, "%s\n", devices->call_line);
		return -devices->call_errnum;
	}
	return dup(STDERR_FILENO);
}

static const struct {
	struct devices devices;
	uint32_t prog_type;
	bool finds, takes;
	enum cell_state state;
} bound_rows[] = {
	/* The loopback device will do: the call's own answer. */
	{{.takes_ifindex = 1}, PROG_TYPE_XDP, true, true, CELL_CONDITIONAL},
	{{.takes_ifindex = 1, .call_errnum = EACCES, .call_line = "R1 is not a scalar"},
		PROG_TYPE_XDP, true, true, CELL_CONDITIONAL},
	{{.takes_ifindex = 1,
		 .call_errnum = EACCES,
		 .call_line = "calling kernel function f is not allowed"},
		PROG_TYPE_XDP, true, true, CELL_REFUSED},
	{{.takes_ifindex = 1, .call_errnum = EINVAL, .call_line = "the moon"}, PROG_TYPE_XDP, true,
		true, CELL_UNKNOWN},
	/* No program of the type can be bound, whatever the device. */
	{{.device_errnum = EOPNOTSUPP, .type_errnum = EINVAL}, PROG_TYPE_KPROBE, true, false,
		CELL_IMPOSSIBLE},
	/* No device takes one: no answer. */
	{{.device_errnum = EOPNOTSUPP, .type_errnum = EINVAL}, PROG_TYPE_XDP, true, false,
		CELL_UNKNOWN},
	/* Another errno than the type's is not evidence. */
	{{.device_errnum = EOPNOTSUPP, .type_errnum = EPERM}, PROG_TYPE_KPROBE, true, false,
		CELL_UNKNOWN},
	{{.device_errnum = EOPNOTSUPP, .type_errnum = ENOMEM}, PROG_TYPE_KPROBE, true, false,
		CELL_UNKNOWN},
	/* A kernel without this feature. */
	{{.device_errnum = EINVAL, .type_errnum = EINVAL}, PROG_TYPE_XDP, false, false,
		CELL_UNKNOWN},
};

static void test_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bound_rows); i++) {
		struct devices devices = bound_rows[i].devices;
		const struct bpf_sys sys = {.call = play_devices, .context = &devices};
		struct loader loader;
		struct bound_device device;
		assert_null(loader_init(&loader, &sys));
		assert_int_equal(bound_find(&loader, &device), bound_rows[i].finds);
		assert_int_equal(device.takes, bound_rows[i].takes);
		if (bound_rows[i].finds) {
			const struct load_place place = {.prog_type = bound_rows[i].prog_type};
			const struct load_place bound = bound_place(&place, &device);
			struct verdict verdict;
			int errnum;
			size_t before = devices.unbound_cnt;
			assert_int_equal(bound_ask(&loader, &bound,
						 (struct bpf_insn)INSN_KFUNC(7), &errnum, &verdict),
				bound_rows[i].state);
			/* No program but the control, which is bound to no device. */
			assert_in_range(devices.unbound_cnt, before, before + 1);
		}
		loader_deinit(&loader);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jit),
		cmocka_unit_test(test_jit_words),
		cmocka_unit_test(test_user_namespace),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
