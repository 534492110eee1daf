/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "scan/scan.h"
#include "input/input.h"
#include "input/system/system.h"
#include "probe/probe.h"
#include "util/array.h"
#include "util/budget.h"
#include "util/file.h"
#include "util/reading.h"

/* The parts with names. The programs of bpf/ have no name that a user gives, but prove cells. */
#define PARTS_OF_NAMES (((1u << PROBE_PART_CNT) - 1) & ~(1u << PROBE_PROGRAMS))

struct opened_part {
	struct kernel *kernel; /* of the running kernel */
	struct scanned **scans;
	const struct snapshot **described; /* [scan_cnt]: the snapshot of each scan */
	size_t scan_cnt;
	struct input *input;
	struct input_joined *joined;
};

static void part_deinit(struct opened_part *part)
{
	kernel_deinit(part->kernel);
	free(part->kernel);
	for (size_t i = 0; i < part->scan_cnt; i++)
		scanned_destroy(part->scans[i]);
	free(part->scans);
	free(part->described);
	input_joined_destroy(part->joined);
	input_close(part->input);
}

void opened_deinit(struct opened *opened)
{
	if (!opened)
		return;
	kernels_deinit(&opened->kernels);
	for (size_t i = 0; i < opened->part_cnt; i++)
		part_deinit(&opened->parts[i]);
	free(opened->parts);
	for (size_t i = 0; i < opened->store_cnt; i++)
		opened_store_deinit(&opened->stores[i]);
	free(opened->stores);
	store_close(opened->shipped_callers);
	store_close(opened->shipped_types);
	opened_close_fleets(opened);
	*opened = (struct opened) {0};
}

/* Takes ownership of the part, also if memory is exhausted. */
static struct error *keep(struct opened *opened, struct opened_part *part)
{
	struct opened_part *parts =
		reallocarray(opened->parts, opened->part_cnt + 1, sizeof(*parts));

	if (!parts) {
		part_deinit(part);
		return error_no_memory();
	}
	opened->parts = parts;
	parts[opened->part_cnt++] = *part;
	return NULL;
}

bool opened_is_live(const char *word)
{
	return kernel_word_of(word) == KERNEL_WORD_LIVE;
}

enum kernel_word kernel_word_of(const char *word)
{
	if (!strcmp(word, "live"))
		return KERNEL_WORD_LIVE;
	if (!strcmp(word, "shipped"))
		return KERNEL_WORD_SHIPPED;
	return !strcmp(word, "-") || strchr(word, '/') || file_exists("", word) || opened_is_store(word) ||
			opened_is_fleet(word)
		? KERNEL_WORD_FILE
		: KERNEL_WORD_NAME;
}

/* Every call in some contexts: the functions of the kernel are tens of thousands, and no calls. */
static struct probe_request request_contexts(const struct opened *opened)
{
	return (struct probe_request) {
		.prove = true,
		.parts = PARTS_OF_NAMES & ~(1u << PROBE_FUNCTIONS),
		.contexts = opened->live_contexts,
		.context_cnt = opened->live_context_cnt,
		.stop = &cli_stop,
	};
}

static struct probe_request request_names(const struct history_wanted *wanted)
{
	return (struct probe_request) {
		.prove = true,
		.parts = wanted->names ? PARTS_OF_NAMES : (1u << PROBE_PART_CNT) - 1,
		.names = wanted->names,
		.name_cnt = wanted->names ? wanted->name_cnt : 0,
		.features = wanted->names,
		.feature_cnt = wanted->names ? wanted->name_cnt : 0,
		.stop = &cli_stop,
	};
}

static struct error *add_live(struct opened *opened, const struct history_wanted *wanted)
{
	const struct probe_request request =
		opened->live_context_cnt ? request_contexts(opened) : request_names(wanted);
	struct opened_part part = {.kernel = calloc(1, sizeof(*part.kernel))};
	struct snapshot *snapshot = NULL;

	budget_add_probe();
	struct error *error = part.kernel ? load_kernel(part.kernel, "", LOAD_ALL) : error_no_memory();

	if (!error)
		error = probe_run(&request, part.kernel, &snapshot, NULL);
	if (error) {
		part_deinit(&part);
		return error;
	}
	error = keep(opened, &part);
	if (error) {
		snapshot_destroy(snapshot);
		return error;
	}
	return kernels_add_snapshot(&opened->kernels, "live", snapshot, true);
}

static struct error *kernels_scan_one(struct opened *opened, struct opened_part *part, size_t at,
	const char *name, const struct history_wanted *wanted)
{
	const struct scan_options options = {
		.function_facts = wanted->names != NULL,
		.functions = wanted->names,
		.function_cnt = wanted->names ? wanted->name_cnt : 0,
		.stop = &cli_stop,
	};
	struct scan_times times = {0};
	struct scanned *scanned = NULL;
	struct error *error = scan_load(&part->joined->kernels[at], &options, &times, &scanned);

	if (error)
		return error;
	part->scans[part->scan_cnt++] = scanned;
	struct snapshot *snapshot = snapshot_create();
	part->described[part->scan_cnt - 1] = snapshot;
	error = snapshot ? scanned_describe(scanned, options.functions, options.function_cnt, snapshot) : error_no_memory();
	if (error) {
		snapshot_destroy(snapshot);
		return error;
	}
	return kernels_add_snapshot(&opened->kernels, name, snapshot, false);
}

const struct kernel *opened_files(const struct opened *opened, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < opened->part_cnt; i++) {
		const struct opened_part *part = &opened->parts[i];
		for (size_t k = 0; k < part->scan_cnt; k++) {
			if (part->described[k] == snapshot)
				return &part->scans[k]->kernel;
		}
	}
	return opened_files_of_store(opened, snapshot);
}

const struct kernel *opened_live_files(const struct opened *opened)
{
	for (size_t i = 0; i < opened->part_cnt; i++) {
		if (opened->parts[i].kernel)
			return opened->parts[i].kernel;
	}
	return NULL;
}

struct error *opened_add_image(
	struct opened *opened, const char *path, const struct history_wanted *wanted)
{
	const char *slash = strrchr(path, '/');
	struct opened_part part = {0};
	struct error *error = input_open(path, &part.input);

	if (!error)
		error = inputs_join(&part.input, 1, &part.joined);
	if (!error && !part.joined->kernel_cnt)
		error = error_create(ERROR_INPUT, NULL, "%s: no kernel in it", path);
	if (!error) {
		part.scans = calloc(part.joined->kernel_cnt, sizeof(struct scanned *));
		part.described = calloc(part.joined->kernel_cnt, sizeof(struct snapshot *));
	}
	if (!error && (!part.scans || !part.described))
		error = error_no_memory();
	for (size_t i = 0; !error && i < part.joined->kernel_cnt; i++)
		error = kernels_scan_one(opened, &part, i, slash ? slash + 1 : path, wanted);
	struct error *kept = keep(opened, &part);
	if (error)
		error_free(kept);
	return error ? error : kept;
}

static struct error *add_file(struct opened *opened, const char *path, const struct history_wanted *wanted)
{
	if (opened_is_store(path))
		return opened_add_store(opened, path, wanted);
	if (opened_is_fleet(path))
		return opened_add_fleet(opened, path, wanted);
	reading_begin(path);
	return reading_end(path,
		!strcmp(path, "-") || kernels_recognise(path)
			? kernels_add(&opened->kernels, path, wanted)
			: opened_add_image(opened, path, wanted));
}

struct error *opened_add(struct opened *opened, const char *word, const struct history_wanted *wanted)
{
	struct error *error;

	switch (kernel_word_of(word)) {
	case KERNEL_WORD_LIVE:
		return add_live(opened, wanted);
	case KERNEL_WORD_SHIPPED:
		error = shipped_add(&opened->kernels, wanted, true);
		return error ? error : opened_add_shipped_store(opened, NULL, wanted);
	case KERNEL_WORD_NAME:
		error = shipped_add_named(&opened->kernels, word, wanted);
		return error ? error : opened_add_shipped_store(opened, word, wanted);
	default:
		return add_file(opened, word, wanted);
	}
}

struct error *opened_add_words(struct opened *opened, const struct cli_args *args,
	const char *const *words, size_t cnt, const struct history_wanted *wanted)
{
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error && !supervise_is_confined(); i++) {
		if (opened_is_live(words[i]))
			error = opened_add(opened, words[i], wanted);
	}
	cli_confine(args);
	for (size_t i = 0; i < cnt && !error; i++) {
		if (!opened_is_live(words[i]))
			error = opened_add(opened, words[i], wanted);
	}
	return error;
}

struct error *shipped_reads(struct foreign *foreign)
{
	const char *path = kernels_shipped(&foreign->pool);
	const char *store = path ? shipped_store(&foreign->pool, path) : NULL;
	const char *const beside[] = {path, path ? shipped_probed(&foreign->pool, path) : NULL, store,
		store ? store_callers_path(&foreign->pool, store) : NULL,
		path ? shipped_checks(&foreign->pool, path) : NULL};
	struct error *error = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(beside) && !error; i++)
		error = foreign_add(foreign, &foreign->readable, beside[i]);
	return error;
}

/* A store may have a file beside it. Nothing is opened to see whether the word is a store: that is for the confined reader. */
static struct error *read_file_of(struct foreign *foreign, const char *word)
{
	const char *path = opened_path(&foreign->pool, word);
	const char *beside = path ? store_callers_path(&foreign->pool, path) : NULL;
	struct error *error = beside ? foreign_add_input(foreign, path) : error_no_memory();

	return !error && file_exists("", beside)
		? foreign_add(foreign, &foreign->readable, beside)
		: error;
}

struct error *opened_reads(const char *word, struct foreign *foreign)
{
	switch (kernel_word_of(word)) {
	case KERNEL_WORD_LIVE:
		foreign->later = true;
		return NULL;
	case KERNEL_WORD_FILE:
		return read_file_of(foreign, word);
	default:
		return shipped_reads(foreign);
	}
}

size_t opened_complain(const struct opened *opened)
{
	for (size_t i = 0; i < opened->kernels.problem_cnt; i++)
		cli_say("%s", opened->kernels.problems[i]);
	return opened->kernels.problem_cnt;
}
