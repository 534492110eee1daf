/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/attach.h"
#include "probe/hook_attach.h"
#include "probe/insn.h"
#include "probe/verdict.h"
#include "util/array.h"
#include "util/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Only test runs of programs, or rare system calls, call these functions. */
static const char *const controls[] = {"bpf_fentry_test1", "do_syslog", "ksys_sync", NULL};
static const char kprobe_pmu[] = "/sys/bus/event_source/devices/kprobe/type";

static const char step_btf[] = "BTF", step_load[] = "load";
static const char step_event[] = "perf_event_open", step_attach[] = "attach";

struct attacher {
	struct kit kit;
	struct snapshot *snapshot;
	uint32_t pmu; /* 0: none */
	/* For each way: why a refusal is not an answer; NULL: the control was attached. */
	const char *mistrusted[FUNCTION_ATTACH_CNT];
};

/* Attaches in one way. 0, or -errno with the step that failed. The log of a load is in the kit. */
typedef int attach_once(struct attacher *attacher, const char *function, const char **step);

static int attach_by_fentry(struct attacher *attacher, const char *function, const char **step)
{
	static const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(BPF_PROG_TYPE_TRACING, insns, ARRAY_SIZE(insns));
	const struct kbtf *btf = attacher->kit.kernel->btf;
	struct section section;

	*step = step_btf;
	attr.expected_attach_type = BPF_TRACE_FENTRY;
	attr.attach_btf_id = btf ? kbtf_find(btf, function, BTF_KIND_FUNC) : 0;
	if (!attr.attach_btf_id)
		return -ESRCH;
	*step = step_load;
	_cleanup_fd_ int prog = kit_load(&attacher->kit, &attr);
	if (prog < 0)
		return prog;
	*step = step_attach;
	section_parse("fentry", &section);
	section.target = function;
	return hook_attach(&attacher->kit, &section, prog, &(enum attach_step) {0});
}

static int attach_by_kprobe(struct attacher *attacher, const char *function, const char **step)
{
	static const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(BPF_PROG_TYPE_KPROBE, insns, ARRAY_SIZE(insns));
	struct section section;

	*step = step_load;
	_cleanup_fd_ int prog = kit_load(&attacher->kit, &attr);
	if (prog < 0)
		return prog;
	enum attach_step made;
	section_parse("kprobe", &section);
	section.target = function;
	int ret = hook_attach(&attacher->kit, &section, prog, &made);
	*step = made == ATTACH_STEP_EVENT ? step_event : step_attach;
	return ret;
}

static attach_once *const ways[FUNCTION_ATTACH_CNT] = {
	[FUNCTION_ATTACH_FENTRY] = attach_by_fentry,
	[FUNCTION_ATTACH_KPROBE] = attach_by_kprobe,
};

/* The step that failed and its errno, with the verifier's line if there is one. */
static const char *attach_reason_of(struct attacher *attacher, const char *step, int ret)
{
	char line[320] = "", name[KIT_ERRNO_BYTES];

	if (step == step_btf)
		return "BTF has no function of that name";
	if (step == step_load)
		kit_log_line(&attacher->kit, line, sizeof(line));
	return pool_printf(&attacher->snapshot->pool, "%s: %s%s%s", step, kit_errno_name(-ret, name),
		line[0] ? ": " : "", line);
}

/*
 * The errnos that are answers about the function. If ftrace does not know a place, the kernel refuses
 * it with EBUSY or EFAULT, because bpf_arch_text_poke() finds other code there. If ftrace knows the
 * place, another tracer causes these errnos.
 */
static const struct {
	const char *step;
	int errnum;
	bool unless_traceable;
} answers[] = {
	{step_event, ENOENT, false}, /* no such symbol */
	{step_event, EINVAL, false}, /* blacklisted, or no longer in the text */
	{step_event, EADDRNOTAVAIL, false}, /* several symbols of that name */
	{step_attach, EINVAL, false},
	{step_attach, EOPNOTSUPP, false},
	{step_attach, ENOTSUPP, false},
	{step_attach, EBUSY, true},
	{step_attach, EFAULT, true},
};

static bool is_answer(struct attacher *attacher, const struct snapshot_function *function,
	const char *step, int errnum)
{
	struct verdict verdict = {0};

	if (step == step_load)
		verdict = verdict_read(CALL_ATTACH, errnum, attacher->kit.log);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		if (step == answers[i].step && errnum == answers[i].errnum)
			return !answers[i].unless_traceable || function->traceable != TRISTATE_YES;
	}
	return step == step_btf || verdict.state == CELL_REFUSED;
}

static struct snapshot_attachment attach_unknown(const char *reason)
{
	return (struct snapshot_attachment) {.reason = reason};
}

static struct error *try_one(struct attacher *attacher, const struct snapshot_function *function,
	enum function_attach way, struct snapshot_attachment *ret)
{
	const char *step;
	int errnum = -ways[way](attacher, function->name, &step);

	*ret = (struct snapshot_attachment) {.possible = TRISTATE_YES};
	if (!errnum)
		return NULL;
	*ret = (struct snapshot_attachment) {
		.possible = is_answer(attacher, function, step, errnum) ? TRISTATE_NO : TRISTATE_UNKNOWN,
		.errnum = step == step_btf ? 0 : errnum,
		.reason = attach_reason_of(attacher, step, -errnum),
	};
	if (!ret->reason)
		return error_no_memory();
	if (ret->possible == TRISTATE_NO && attacher->mistrusted[way])
		*ret = (struct snapshot_attachment) {.errnum = ret->errnum,
			.reason = pool_printf(&attacher->snapshot->pool, "%s, and %s", ret->reason,
				attacher->mistrusted[way])};
	return ret->reason ? NULL : error_no_memory();
}

static void find_pmu(struct attacher *attacher)
{
	char *text = NULL;
	_cleanup_error_ struct error *error = file_read_line("", kprobe_pmu, &text);

	attacher->pmu = error ? 0 : (uint32_t)strtoul(text, NULL, 10);
	free(text);
}

/* Why no function of this machine can be attached to in this way; NULL: no such reason is known. */
static const char *attach_missing(const struct attacher *attacher, enum function_attach way)
{
	if (way == FUNCTION_ATTACH_KPROBE && !attacher->pmu)
		return "this machine has no kprobes for perf events "
		       "(/sys/bus/event_source/devices/kprobe)";
	if (way == FUNCTION_ATTACH_FENTRY && !attacher->kit.kernel->btf)
		return attacher->kit.kernel->btf_missing ? attacher->kit.kernel->btf_missing
							 : "BTF was not read";
	return NULL;
}

static struct error *run_control(struct attacher *attacher, enum function_attach way)
{
	struct snapshot_attachment result = {0};
	struct error *error = NULL;

	attacher->mistrusted[way] = attach_missing(attacher, way);
	for (size_t i = 0; controls[i] && !attacher->mistrusted[way] && !error &&
		result.possible != TRISTATE_YES; i++)
		error = try_one(attacher, &(struct snapshot_function) {.name = controls[i]}, way, &result);
	if (error || attacher->mistrusted[way] || result.possible == TRISTATE_YES)
		return error;
	attacher->mistrusted[way] = pool_printf(&attacher->snapshot->pool,
		"attaching to %s failed too (%s)", controls[0], result.reason);
	return attacher->mistrusted[way] ? NULL : error_no_memory();
}

static struct error *try_function(struct attacher *attacher, struct snapshot_function *function)
{
	struct error *error = kit_interrupted(&attacher->kit);

	function->attached = pool_calloc(
		&attacher->snapshot->pool, FUNCTION_ATTACH_CNT, sizeof(*function->attached));
	if (!function->attached)
		return error ? error : error_no_memory();
	for (int way = 0; way < FUNCTION_ATTACH_CNT && !error; way++) {
		const char *reason = attach_missing(attacher, way);
		if (reason)
			function->attached[way] = attach_unknown(reason);
		else
			error = try_one(attacher, function, way, &function->attached[way]);
	}
	return error;
}

static void attach_show(const struct probe_request *request, size_t done, size_t total)
{
	if (request->progress)
		request->progress(request->progress_context, PROBE_PHASE_ATTACHING, done, total);
}

struct error *attachments_try(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot)
{
	struct attacher attacher = {.snapshot = snapshot};
	struct error *error = kit_open(&attacher.kit, request, kernel);

	find_pmu(&attacher);
	for (int way = 0; way < FUNCTION_ATTACH_CNT && !error; way++)
		error = run_control(&attacher, way);
	for (size_t i = 0; i < snapshot->function_cnt && !error; i++) {
		attach_show(request, i, snapshot->function_cnt);
		error = try_function(&attacher, &snapshot->functions[i]);
	}
	kit_close(&attacher.kit);
	return error;
}
