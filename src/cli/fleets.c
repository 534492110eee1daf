/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores of snapshots (fleet/fleet.h) on a command line. */
#include <stdlib.h>
#include <string.h>

#include "cli/kernels.h"
#include "fleet/fleet.h"
#include "snapshot/history/names.h"
#include "util/file.h"
#include "util/reading.h"

#define HOST "host="

void opened_close_fleets(struct opened *opened)
{
	for (size_t i = 0; i < opened->fleet_cnt; i++)
		fleet_close(opened->fleets[i]);
	free(opened->fleets);
}

size_t opened_fleet_path_length(const char *word)
{
	size_t len = strlen(word);

	if (file_exists("", word))
		return len;
	for (const char *colon = strchr(word, ':'); colon; colon = strchr(colon + 1, ':')) {
		char *path = strndup(word, (size_t)(colon - word));
		bool is_fleet = path && fleet_recognise(path);
		free(path);
		if (is_fleet)
			return (size_t)(colon - word);
	}
	return len;
}

bool opened_is_fleet(const char *word)
{
	return strcmp(word, "-") && (word[opened_fleet_path_length(word)] || fleet_recognise(word));
}

/* In the list that closes it. */
static struct error *open_fleet(struct opened *opened, const char *path, struct fleet **ret)
{
	struct fleet **fleets =
		reallocarray(opened->fleets, opened->fleet_cnt + 1, sizeof(*fleets));

	if (!fleets)
		return error_no_memory();
	opened->fleets = fleets;
	struct error *error = fleet_open(path, ret);
	if (!error)
		fleets[opened->fleet_cnt++] = *ret;
	return error;
}

static struct fleet_wanted wanted_of(const struct history_wanted *wanted)
{
	static const char *const none[] = {NULL};

	if (wanted->only_names)
		return (struct fleet_wanted) {.names = none};
	if (wanted->all_calls)
		return (struct fleet_wanted) {0};
	return (struct fleet_wanted) {
		.names = wanted->names, .name_cnt = wanted->name_cnt, .globs = !wanted->lists};
}

/* What an entry before this one loaded; NULL: nothing. */
static struct snapshot *find_same(
	const struct fleet_entry *entries, size_t at, struct snapshot *const *snapshots)
{
	for (size_t i = 0; i < at; i++) {
		if (snapshots[i] && entries[i].answers == entries[at].answers)
			return snapshots[i];
	}
	return NULL;
}

static struct error *add_entry(struct opened *opened, struct fleet *fleet,
	const struct fleet_entry *entries, size_t at, const struct fleet_wanted *wanted,
	struct snapshot **snapshots)
{
	snapshots[at] = find_same(entries, at, snapshots);
	if (snapshots[at])
		return kernels_add_shared(&opened->kernels, entries[at].name, snapshots[at]);
	struct error *error = fleet_load(fleet, entries[at].answers, wanted, &snapshots[at]);
	return error
		? error
		: kernels_add_snapshot(&opened->kernels, entries[at].name, snapshots[at], false);
}

/* `name` NULL: all. */
static struct error *add_named(struct opened *opened, struct fleet *fleet, const char *path,
	const char *name, const struct fleet_wanted *wanted)
{
	_cleanup_pool_ struct pool pool = {0};
	bool is_host = name && !strncmp(name, HOST, strlen(HOST));
	struct fleet_entry *entries = NULL;
	size_t cnt = 0, added = 0;
	struct error *error =
		fleet_list(fleet, is_host ? name + strlen(HOST) : NULL, &pool, &entries, &cnt);
	struct snapshot **snapshots =
		error ? NULL : pool_calloc(&pool, cnt + 1, sizeof(struct snapshot *));

	if (!error && !snapshots)
		error = error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++) {
		if (name && !is_host &&
			!kernel_is_called(entries[i].name, &entries[i].kernel, name))
			continue;
		error = add_entry(opened, fleet, entries, i, wanted, snapshots);
		added++;
	}
	if (error || added)
		return error;
	if (is_host)
		return error_create(ERROR_NOT_FOUND, "kcompat db list shows its hosts",
			"%s: no host %s in it", path, name + strlen(HOST));
	return name ? error_create(ERROR_NOT_FOUND, "kcompat db list shows what it has",
			      "%s: no kernel %s in it", path, name)
		    : error_create(ERROR_NOT_FOUND, "add some with kcompat db add",
			      "%s: no snapshot in it", path);
}

struct error *opened_add_fleet(
	struct opened *opened, const char *word, const struct history_wanted *wanted)
{
	_cleanup_pool_ struct pool pool = {0};
	size_t len = opened_fleet_path_length(word);
	const char *path = word[len] ? pool_strndup(&pool, word, len) : word;
	const char *name = word[len] ? word + len + 1 : NULL;
	const struct fleet_wanted names = wanted_of(wanted);
	struct fleet *fleet = NULL;

	if (!path)
		return error_no_memory();
	reading_begin(path);
	struct error *error = open_fleet(opened, path, &fleet);
	if (!error)
		error = add_named(opened, fleet, path, name, &names);
	return reading_end(path, error);
}
