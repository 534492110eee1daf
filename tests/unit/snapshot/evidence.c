/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared evidence is written once, and is read back for each of its cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "snapshot/file.h"
#include "snapshot/snapshot.h"
#include "util/array.h"

#define CONTEXTS 9
#define ROWS 12

static const struct evidence words[] = {
	{0, "registered", "predicted"},
	{0, "not registered", "predicted"},
	{0, "a policy", "context"},
	{1, "a policy", "context"},
	{0, NULL, "load"},
	{22, NULL, NULL},
	{0, "registered", "load"},
};

static struct snapshot_context contexts[CONTEXTS];
static struct snapshot_kfunc kfuncs[ROWS];
static struct snapshot_helper helpers[ROWS];
static struct cell cells[2 * ROWS][CONTEXTS];
static char names[CONTEXTS + 2 * ROWS][16];

/* Reproducible: a failure prints its seed. */
static unsigned int seed;
static unsigned int dice(unsigned int sides)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % sides;
}

static const char *name(size_t index, char letter)
{
	snprintf(names[index], sizeof(names[index]), "%c%zu", letter, index);
	return names[index];
}

/* `variety`: of how many words; few of them make much to share. */
static void roll_cells(struct cell *row, unsigned int variety)
{
	for (size_t i = 0; i < CONTEXTS; i++) {
		unsigned int word = dice(variety + 1);
		row[i] = (struct cell) {.state = dice(CELL_STATE_CNT)};
		if (row[i].state != CELL_NONE && word < variety)
			row[i].evidence = &words[word];
	}
}

static struct snapshot *roll(unsigned int start)
{
	struct snapshot *snapshot = snapshot_create();

	seed = start;
	assert_non_null(snapshot);
	snapshot->source_kind = "probed";
	snapshot->contexts = contexts;
	snapshot->context_cnt = CONTEXTS;
	snapshot->kfuncs = kfuncs;
	snapshot->helpers = helpers;
	snapshot->kfunc_cnt = snapshot->helper_cnt = ROWS;
	for (size_t i = 0; i < CONTEXTS; i++)
		contexts[i] = (struct snapshot_context) {.name = name(i, 'c'),
			.program_type = "xdp",
			.state = dice(SUPPORT_STATE_CNT),
			.errnum = 1};
	for (size_t i = 0; i < ROWS; i++) {
		/* Two modules have one of the same name. */
		kfuncs[i] = (struct snapshot_kfunc) {
			.name = i == 1 ? kfuncs[0].name : name(CONTEXTS + i, 'a' + (char)i),
			.module = i == 1 ? "m" : "b",
			.cells = cells[i]};
		helpers[i] = (struct snapshot_helper) {.name = name(CONTEXTS + ROWS + i, 'h'),
			.id = (uint32_t)i + 1,
			.cells = cells[ROWS + i]};
	}
	unsigned int variety = 1 + dice(ARRAY_SIZE(words));
	for (size_t i = 0; i < 2 * ROWS; i++)
		roll_cells(cells[i], variety);
	return snapshot;
}

/* How many lists of cells there are. */
static size_t count_groups(const json_t *evidence)
{
	size_t cnt = 0, i;
	json_t *one;

	json_array_foreach(evidence, i, one)
		cnt += json_array_size(json_object_get(one, "cells"));
	return cnt;
}

static struct snapshot *read_back(const struct snapshot *snapshot, size_t *key_cnt)
{
	const struct render_json_options options = {.evidence = EVIDENCE_KEPT_PACKED};
	_cleanup_buf_ struct buf out = {0};
	struct snapshot *read = NULL;

	assert_null(render_json(snapshot, &options, &out));
	json_t *root = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, NULL);
	*key_cnt = count_groups(json_object_get(root, "reasons"));
	json_decref(root);
	struct error *error = load_snapshot_bytes(out.data, out.len, &read);
	if (error)
		fail_msg("%s", error->what);
	return read;
}

static void compare(const struct cell *wrote, const struct cell *read, unsigned int start)
{
	for (size_t i = 0; i < CONTEXTS; i++) {
		const struct evidence *a = wrote[i].evidence, *b = read[i].evidence;
		if (wrote[i].state == read[i].state && evidence_same(a, b) &&
			(!b || !evidence_is_empty(b)))
			continue;
		fail_msg("seed %u, context %zu: %s '%s' became %s '%s'", start, i,
			cell_state_word(wrote[i].state), a && a->line ? a->line : "",
			cell_state_word(read[i].state), b && b->line ? b->line : "");
	}
}

static void comes_back_in_every_cell(void **state)
{
	(void)state;
	for (unsigned int start = 0; start < 500; start++) {
		size_t key_cnt, evidence_cnt = 0;
		struct snapshot *snapshot = roll(start), *read = read_back(snapshot, &key_cnt);
		for (size_t i = 0; i < ROWS; i++) {
			compare(kfuncs[i].cells, read->kfuncs[i].cells, start);
			compare(helpers[i].cells, read->helpers[i].cells, start);
		}
		for (size_t i = 0; i < 2 * ROWS * CONTEXTS; i++)
			evidence_cnt += cells[i / CONTEXTS][i % CONTEXTS].evidence != NULL;
		/* Never more than one for each cell, those that say nothing included. */
		if (key_cnt > 2 * ROWS * CONTEXTS)
			fail_msg("seed %u: %zu keys for %zu cells", start, key_cnt, evidence_cnt);
		snapshot_destroy(read);
		snapshot_destroy(snapshot);
	}
}

/* A matrix of two reasons in a chequer pattern: each is of half the rows in half the contexts, twice. */
static void writes_once_what_many_say(void **state)
{
	struct snapshot *snapshot = roll(1);
	size_t key_cnt;

	(void)state;
	for (size_t i = 0; i < CONTEXTS; i++)
		contexts[i] = (struct snapshot_context) {
			.name = contexts[i].name, .program_type = "xdp", .state = SUPPORT_OK};
	for (size_t i = 0; i < 2 * ROWS * CONTEXTS; i++) {
		bool permitted = (i + i / CONTEXTS) % 2;
		cells[i / CONTEXTS][i % CONTEXTS] = (struct cell) {
			permitted ? CELL_PERMITTED : CELL_REFUSED, false, &words[permitted]};
	}
	struct snapshot *read = read_back(snapshot, &key_cnt);
	for (size_t i = 0; i < ROWS; i++)
		compare(kfuncs[i].cells, read->kfuncs[i].cells, 1);
	assert_in_range(key_cnt, 2, 2 * 2 * 2);
	snapshot_destroy(read);
	snapshot_destroy(snapshot);
}

static void tells_the_same_from_the_other(void **state)
{
	static const struct evidence empty = {0};
	char line[] = "registered", rule[] = "predicted";
	const struct evidence copy = {0, line, rule};

	(void)state;
	assert_true(evidence_same(NULL, NULL));
	assert_true(evidence_same(NULL, &empty));
	assert_true(evidence_same(&empty, NULL));
	assert_true(evidence_same(&copy, &words[0]));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		assert_false(evidence_is_empty(&words[i]));
		assert_false(evidence_same(&words[i], NULL));
		for (size_t k = 0; k < ARRAY_SIZE(words); k++)
			assert_int_equal(evidence_same(&words[i], &words[k]), i == k);
	}
	assert_true(evidence_is_empty(&empty));
	assert_true(evidence_is_empty(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_in_every_cell),
		cmocka_unit_test(writes_once_what_many_say),
		cmocka_unit_test(tells_the_same_from_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
