/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/run.h"
#include "lab/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct boot {
	const struct lab_setup *setup;
	struct pool pool;
	int kernel, initramfs; /* files in memory: nothing remains when the lab ends */
	unsigned timeout_s;
	const char *const *argv;
};

void lab_outcome_deinit(struct lab_outcome *outcome)
{
	if (!outcome)
		return;
	buf_deinit(&outcome->why);
	buf_deinit(&outcome->console);
	buf_deinit(&outcome->notes);
	lab_report_deinit(&outcome->report);
	*outcome = (struct lab_outcome) {0};
}

static struct error *memory_file(const char *name, const void *data, size_t size, int *ret)
{
	const char *at = data;
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return error_errno(errno, NULL, "%s", name);
	while (size) {
		ssize_t written = write(fd, at, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			close(fd);
			return error_errno(errno, NULL, "%s", name);
		}
		at += written;
		size -= (size_t)written;
	}
	*ret = fd;
	return NULL;
}

static void boot_deinit(struct boot *boot)
{
	if (boot->kernel >= 0)
		close(boot->kernel);
	if (boot->initramfs >= 0)
		close(boot->initramfs);
	pool_destroy(&boot->pool);
}

static struct error *boot_init(
	struct boot *boot, const struct lab_image *image, const struct lab_guest *guest)
{
	struct error *error =
		memory_file("kernel", image->kernel.data, image->kernel.size, &boot->kernel);

	if (!error)
		error = memory_file(
			"initramfs", guest->initramfs.data, guest->initramfs.len, &boot->initramfs);
	if (error)
		return error;
	struct lab_machine machine = {
		.kernel = pool_printf(&boot->pool, "/proc/self/fd/%d", boot->kernel),
		.initramfs = pool_printf(&boot->pool, "/proc/self/fd/%d", boot->initramfs),
		.append = boot->setup->append,
		.memory_mib = boot->setup->memory_mib,
	};
	if (machine.kernel && machine.initramfs)
		boot->argv = lab_qemu_argv(boot->setup->qemu, &machine, &boot->pool);
	return boot->argv ? NULL : error_no_memory();
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void __attribute__((format(printf, 3, 4)))
decide(struct lab_outcome *outcome, int status, const char *format, ...)
{
	char words[700];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	outcome->status = status;
	buf_clear(&outcome->why);
	buf_puts(&outcome->why, words);
}

static const char *stage(const struct lab_report *report)
{
	return report->started ? "in the program" : "before the program started";
}

/* Names a signal, because a killed program says nothing itself. */
static void decide_by_signal(const struct boot *boot, struct lab_outcome *outcome)
{
	const struct lab_report *report = &outcome->report;
	int number = (int)report->number;
	/* __oom_kill_process(), mm/oom_kill.c */
	bool no_memory =
		strstr(buf_text(&report->streams[LAB_STREAM_DMESG]), "Out of memory: Killed process");

	if (no_memory)
		decide(outcome, 128 + number,
			"the program was ended by signal %d (%s): the guest has no memory left of %u MiB; "
			"its output is incomplete; see --memory",
			number, strsignal(number), boot->setup->memory_mib);
	else
		decide(outcome, 128 + number, "the program was ended by signal %d (%s)", number,
			strsignal(number));
}

/* A program's status that equals one of the lab's own is reported as a failure of the lab.
 */
static void decide_by_report(const struct boot *boot, struct lab_outcome *outcome)
{
	const struct lab_report *report = &outcome->report;

	for (size_t i = 0; i < LAB_STREAM_CNT && report->end != LAB_END_FAILED; i++) {
		if (!report->sent[i]) {
			decide(outcome, LAB_STATUS_FAILURE, "%s is missing",
				lab_stream_word((enum lab_stream)i));
			return;
		}
	}
	switch (report->end) {
	case LAB_END_EXIT:
		if (report->number > 123)
			decide(outcome, LAB_STATUS_FAILURE,
				"the program's exit status is %u, which means "
				"something else here",
				report->number);
		else
			outcome->status = (int)report->number;
		break;
	case LAB_END_SIGNAL:
		decide_by_signal(boot, outcome);
		break;
	case LAB_END_TIMEOUT:
		decide(outcome, LAB_STATUS_TIMEOUT, "the program did not end in time");
		break;
	case LAB_END_FAILED:
		decide(outcome, LAB_STATUS_FAILURE, "the guest could not be set up: %s",
			buf_text(&report->why));
		break;
	case LAB_END_NONE:
		decide(outcome, LAB_STATUS_FAILURE, "the guest did not report the program's end");
	}
}

static void decide_panic(struct lab_outcome *outcome)
{
	_cleanup_buf_ struct buf why = {0};

	lab_console_panic(buf_text(&outcome->console), outcome->console.len, &why);
	decide(outcome, LAB_STATUS_PANIC, "the kernel panicked or was reset %s%s%.300s", stage(&outcome->report),
		why.len ? ": " : "", buf_text(&why));
}

static void decide_by_qemu(struct lab_outcome *outcome, const struct lab_result *result)
{
	const char *said = buf_text(&result->err);
	int len = (int)strcspn(said, "\n");

	switch (result->end) {
	case LAB_PROCESS_TIMEOUT:
		decide(outcome, LAB_STATUS_TIMEOUT, "the guest hangs %s", stage(&outcome->report));
		break;
	case LAB_PROCESS_FLOOD:
		decide(outcome, LAB_STATUS_FAILURE, "the guest floods its console");
		break;
	case LAB_PROCESS_SIGNAL:
		decide(outcome, LAB_STATUS_FAILURE, "qemu was ended by signal %d (%s)",
			result->number, strsignal(result->number));
		break;
	case LAB_PROCESS_EXIT:
		if (result->number)
			decide(outcome, LAB_STATUS_FAILURE, "qemu ended with status %d: %.*s",
				result->number, len < 300 ? len : 300, said);
		else
			decide_panic(outcome);
	}
}

/* One boot, with any outcome. */
static struct error *boot_once(const struct boot *boot, struct lab_outcome *outcome)
{
	const int fds[] = {boot->kernel, boot->initramfs};
	const char *env[] = {boot->setup->qemu->library_path, NULL};
	struct lab_process process = {.argv = boot->argv,
		.env = env,
		.fds = fds,
		.fd_cnt = 2,
		.timeout_s = boot->timeout_s,
		.output_max_bytes = LAB_CONSOLE_MAX_BYTES};
	_cleanup_result_ struct lab_result result = {0};
	double start = now_s();
	struct error *error = lab_process_run(&process, &result);

	if (error)
		return error;
	outcome->seconds = now_s() - start;
	buf_deinit(&outcome->console);
	outcome->console = result.out;
	result.out = (struct buf) {0};
	lab_report_deinit(&outcome->report);
	error = lab_console_parse(
		outcome->mark, buf_text(&outcome->console), outcome->console.len, &outcome->report);
	if (error && error->code != ERROR_INPUT)
		return error;
	if (error)
		decide(outcome, LAB_STATUS_FAILURE, "%s", error->what);
	else if (outcome->report.done)
		decide_by_report(boot, outcome);
	else
		decide_by_qemu(outcome, &result);
	error_free(error);
	return NULL;
}

/* A guest that ended without a line of the protocol: the boot died. */
static bool died_in_boot(const struct lab_outcome *outcome)
{
	return outcome->status == LAB_STATUS_PANIC && !outcome->report.started;
}

static struct error *boot_until_started(const struct boot *boot, struct lab_outcome *outcome)
{
	struct error *error = NULL;

	do {
		outcome->boots++;
		error = boot_once(boot, outcome);
		if (!error && died_in_boot(outcome))
			buf_printf(&outcome->notes,
				"boot %u of %d died before the program started\n", outcome->boots,
				LAB_BOOT_TRIES);
	} while (!error && died_in_boot(outcome) && outcome->boots < LAB_BOOT_TRIES);
	return error;
}

static void note_modules(const struct lab_guest *guest, struct lab_outcome *outcome)
{
	if (!guest->missing_module_cnt)
		return;
	buf_puts(&outcome->notes, "no module in its packages (built in, or the package is gone):");
	for (size_t i = 0; i < guest->missing_module_cnt; i++)
		buf_printf(&outcome->notes, " %s", guest->missing_modules[i]);
	buf_putc(&outcome->notes, '\n');
}

struct error *lab_run(const struct lab_image *image, const struct lab_task *task,
	const struct lab_setup *setup, struct lab_outcome *ret)
{
	struct boot boot = {.setup = setup,
		.kernel = -1,
		.initramfs = -1,
		.timeout_s = task->timeout_s + setup->boot_timeout_s};
	struct lab_guest guest;

	*ret = (struct lab_outcome) {0};
	struct error *error = lab_guest_create(image, task, &guest);
	if (error)
		return error;
	memcpy(ret->mark, guest.mark, sizeof(ret->mark));
	note_modules(&guest, ret);
	error = boot_init(&boot, image, &guest);
	lab_guest_deinit(&guest);
	if (!error)
		error = boot_until_started(&boot, ret);
	boot_deinit(&boot);
	if (!error && (ret->why.failed || ret->notes.failed))
		error = error_no_memory();
	if (error)
		lab_outcome_deinit(ret);
	return error;
}
