/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/attempt.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/insn.h"
#include "probe/verdict.h"
#include "util/array.h"

/* net/bpf/test_run.c: only bpf_prog_test_run_tracing() calls it. */
#define TEST_FUNCTION "bpf_fentry_test1"
#define LOG_BYTES (1u << 20)
#define LOG_MAX_BYTES ((1u << 24) - 1) /* UINT_MAX >> 8, the limit before 5.16 */
#define TRY_CNT 5                      /* the verifier returns EAGAIN after a signal */

void attempt_say(
	struct attempt *attempt, enum cell_state state, int errnum, const char *format, ...)
{
	va_list args;

	attempt->state = state;
	attempt->errnum = errnum;
	va_start(args, format);
	vsnprintf(attempt->reason, sizeof(attempt->reason), format, args);
	va_end(args);
}

static const struct context_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];

		if (!strncmp(row->name, name, len) && !row->name[len])
			return row;
	}
	return NULL;
}

/* Does the kernel's own enum of program types lack this one? */
static bool lacks_type(const struct kernel *kernel, uint32_t prog_type)
{
	return kit_enum_word(kernel, "bpf_prog_type", "BPF_PROG_TYPE_",
		       prog_type_word(prog_type)) == TRISTATE_NO;
}

bool attempt_context_init(
	struct attempt_context *context, const char *name, const struct kernel *kernel)
{
	const char *slash = strchr(name, '/');

	*context = (struct attempt_context) {.name = name, .control = ATTEMPT_NOT_ASKED};
	context->row = find_row(name, strlen(name));
	if (!context->row && slash)
		context->row = find_row(name, (size_t)(slash - name));
	if (!context->row)
		return false;
	if (context->row->target == TARGET_ITER && slash)
		snprintf(context->target, sizeof(context->target), "bpf_iter_%s", slash + 1);
	else if (context->row->target == TARGET_FUNC ||
		context->row->target == TARGET_FUNC_SLEEPABLE)
		snprintf(context->target, sizeof(context->target), TEST_FUNCTION);
	if (*context->target && kernel->btf)
		context->target_id = kbtf_find(kernel->btf, context->target, BTF_KIND_FUNC);
	context->type_missing = lacks_type(kernel, context->row->prog_type);
	return true;
}

static void set_context(struct bpf_load_attr *attr, const struct attempt_context *context)
{
	attr->prog_type = context->row->prog_type;
	attr->expected_attach_type =
		context->row->attach_type == ATTACH_NONE ? 0 : (uint32_t)context->row->attach_type;
	attr->prog_flags = context->row->prog_flags;
	attr->attach_btf_id = context->target_id;
}

static int load_patiently(struct kit *kit, const struct bpf_load_attr *attr)
{
	int ret = -EAGAIN;

	for (int i = 0; i < TRY_CNT && ret == -EAGAIN; i++)
		ret = bpf_load(&kit->sys, attr);
	return ret;
}

static int ask_control(struct kit *kit, struct attempt_context *context)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};
	struct bpf_load_attr attr = kit_load_attr(0, insns, ARRAY_SIZE(insns));

	if (context->control != ATTEMPT_NOT_ASKED)
		return context->control;
	attr.insns = (uintptr_t)insns;
	set_context(&attr, context);
	int fd = load_patiently(kit, &attr);
	kit_close_fd(fd);
	context->control = fd < 0 ? fd : 0;
	return context->control;
}

/*
 * The verifier's last message. The lines before it show the path of the verifier. A kernel may add a
 * report for people that repeats the message in many lines (seen on 7.3).
 */
static void last_line(const char *log, char *line, size_t size)
{
	line[0] = '\0';
	for (size_t len; *log; log += len + (log[len] == '\n')) {
		size_t message_len = 0;
		const char *message;
		char one[256];

		len = strcspn(log, "\n");
		snprintf(one, sizeof(one), "%.*s", (int)len, log);
		if (*line && !strncmp(one, "Verification failed:", 20))
			return;
		message = verdict_line(one, &message_len);
		if (message && message_len)
			snprintf(line, size, "%.*s", (int)message_len, message);
	}
}

/* Judges a refusal with an errno and no message. */
static void judge_silent(
	struct kit *kit, struct attempt_context *context, int errnum, struct attempt *attempt)
{
	int control = ask_control(kit, context);
	const char *resource = verdict_resource_reason(errnum);
	char text[KIT_ERRNO_BYTES], control_text[KIT_ERRNO_BYTES];
	const char *name = kit_errno_name(errnum, text);

	if (context->row->target != TARGET_ITER && kit_has_no_trampoline(kit->kernel, control) &&
		errnum == ENOMEM)
		attempt_say(attempt, CELL_IMPOSSIBLE, errnum, KIT_NO_TRAMPOLINE);
	else if (control && kit_answer(control) == KIT_BLOCKED)
		attempt_say(attempt, CELL_BLOCKED, errnum,
			"%s with an empty log, and a trivial program is refused like that too: a policy or a missing privilege",
			name);
	else if (control)
		attempt_say(attempt, CELL_UNKNOWN, errnum,
			"%s: a trivial program does not load in this context either (%s)", name,
			kit_errno_name(-control, control_text));
	else
		attempt_say(attempt, CELL_UNKNOWN, errnum,
			"%s with an empty log, though a trivial program loads%s%s", name,
			resource ? ": " : "", resource ? resource : "");
}

/* More of check_map_prog_compatibility(), kernel/bpf/verifier.c; the last message is from 7.2. */
static const char *const refusals[] = {
	"Sleepable programs can only use *",
	"* cannot be used in tracing programs on types with NMI unsafe fields",
};

/* The verifier may also refuse a whole program because of its maps and types. */
static bool is_refusal(int errnum, const char *line)
{
	if (verdict_rule_find(LOAD_MAP, errnum, line, strlen(line)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		if (!fnmatch(refusals[i], line, 0))
			return true;
	}
	return false;
}

static struct verdict attempt_read_line(int errnum, const char *line)
{
	struct verdict verdict = verdict_read(CALL_KFUNC, errnum, line);

	if (!strcmp(verdict.rule, RULE_UNRECOGNISED))
		verdict = verdict_read(CALL_HELPER, errnum, line);
	return verdict;
}

/* The verifier refuses more programs of a process without CAP_PERFMON. That is no answer. */
static const char *distrust(const struct kernel *kernel)
{
	return kernel_has_capability(kernel, "CAP_PERFMON") ||
			kernel_has_capability(kernel, "CAP_SYS_ADMIN")
		? ""
		: " (the verifier is stricter with a process that lacks CAP_PERFMON, as this one does)";
}

static enum cell_state line_state(const struct kernel *kernel, int errnum, const char *line)
{
	struct verdict verdict = attempt_read_line(errnum, line);

	if (kit_jit_refuses(kernel, line, strlen(line)) || !strcmp(verdict.rule, RULE_PERFMON))
		return CELL_BLOCKED;
	if (kit_jit_lacks(kernel, errnum, line, strlen(line)))
		return CELL_IMPOSSIBLE;
	return is_refusal(errnum, line) ? CELL_REFUSED : verdict.state;
}

static void judge_line(
	const struct kernel *kernel, int errnum, const char *line, struct attempt *attempt)
{
	const char *resource = verdict_resource_reason(errnum);

	switch (line_state(kernel, errnum, line)) {
	case CELL_REFUSED:
	case CELL_CONDITIONAL:
		attempt_say(attempt, CELL_REFUSED, errnum, "%s", line);
		break;
	case CELL_ABSENT:
		attempt_say(attempt, CELL_ABSENT, errnum, "%s", line);
		break;
	case CELL_IMPOSSIBLE:
		attempt_say(attempt, CELL_IMPOSSIBLE, errnum, "%s", line);
		break;
	case CELL_BLOCKED:
		attempt_say(attempt, CELL_BLOCKED, errnum, "%s", line);
		break;
	default:
		attempt_say(attempt, CELL_UNKNOWN, errnum, "%s: %s%s",
			resource ? resource : "the verifier did not accept the program", line,
			distrust(kernel));
	}
}

/* Loads again to get the message. The first load has no log, because a log costs more than the load. */
static int load_with_log(struct kit *kit, struct bpf_load_attr *attr, char *log, uint32_t size)
{
	log[0] = '\0';
	attr->log_buf = (uintptr_t)log;
	attr->log_size = size;
	attr->log_level = 1;
	int ret = load_patiently(kit, attr);
	log[size - 1] = '\0';
	return ret;
}

static struct error *load_for_words(struct kit *kit, struct attempt_context *context,
	struct bpf_load_attr *attr, struct attempt *attempt)
{
	char *log = malloc(LOG_BYTES), line[256];

	if (!log)
		return error_no_memory();
	int ret = load_with_log(kit, attr, log, LOG_BYTES);
	if (ret == -ENOSPC) { /* before 6.4, the load fails if the log does not fit */
		free(log);
		log = malloc(LOG_MAX_BYTES);
		if (!log)
			return error_no_memory();
		ret = load_with_log(kit, attr, log, LOG_MAX_BYTES);
	}
	last_line(log, line, sizeof(line));
	free(log);
	if (ret >= 0) {
		attempt->state = CELL_LOADABLE;
		attempt->fd = ret;
	} else if (*line) {
		judge_line(kit->kernel, -ret, line, attempt);
	} else {
		judge_silent(kit, context, -ret, attempt);
	}
	return NULL;
}

struct error *attempt_load(struct kit *kit, struct attempt_context *context,
	const struct bpf_load_attr *program, struct attempt *ret)
{
	struct bpf_load_attr attr = *program;

	*ret = (struct attempt) {.state = CELL_UNKNOWN, .fd = -1};
	if (context->type_missing) {
		attempt_say(ret, CELL_ABSENT, 0, "this kernel has no program type %s",
			prog_type_word(context->row->prog_type));
		return NULL;
	}
	if (*context->target && !context->target_id) {
		attempt_say(ret, CELL_UNKNOWN, 0,
			"the kernel's BTF has no function %s to attach to", context->target);
		return NULL;
	}
	set_context(&attr, context);
	int fd = load_patiently(kit, &attr);
	if (fd < 0)
		return load_for_words(kit, context, &attr, ret);
	ret->state = CELL_LOADABLE;
	ret->fd = fd;
	return NULL;
}
