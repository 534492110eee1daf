/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/history.h"
#include "snapshot/history/index.h"
#include "snapshot/history/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *subject_kind_word(enum subject_kind kind)
{
	static const char *const words[] = {
#define SUBJECT_WORD(name, word, noun) word,
		SUBJECT_KINDS(SUBJECT_WORD)
	};

	return words[kind];
}

const char *subject_kind_noun(enum subject_kind kind)
{
	static const char *const nouns[] = {
#define SUBJECT_NOUN(name, word, noun) noun,
		SUBJECT_KINDS(SUBJECT_NOUN)
	};

	return nouns[kind];
}

const char *history_group_word(enum history_group group)
{
	static const char *const words[] = {
#define HISTORY_WORD(name, word) word,
		HISTORY_GROUPS(HISTORY_WORD)
	};

	return words[group];
}

static const struct kernel_identity *identity_of(const struct history_row *row)
{
	return &row->entries[0]->snapshot->kernel;
}

bool history_row_has_release(const struct history_row *row)
{
	return identity_of(row)->release != NULL;
}

static bool history_equal(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Compares only what both know: a file of functions stores less of the identity. */
bool history_is_same_build(const struct kernel_identity *a, const struct kernel_identity *b)
{
	if (!history_equal(a->release, b->release) || !history_equal(a->machine, b->machine))
		return false;
	if (a->btf_sha256 && b->btf_sha256)
		return !strcmp(a->btf_sha256, b->btf_sha256);
	return !a->version || !b->version || !strcmp(a->version, b->version);
}

static int history_rank(const struct kernel_entry *entry)
{
	return entry->live ? 0 : snapshot_is_scanned(entry->snapshot) ? 2 : 1;
}

static bool add_to_row(struct pool *pool, struct history_row *row, const struct kernel_entry *entry)
{
	const struct kernel_entry **entries =
		pool_calloc(pool, row->entry_cnt + 1, sizeof(*entries));
	size_t at = 0;

	if (!entries)
		return false;
	while (at < row->entry_cnt && history_rank(row->entries[at]) <= history_rank(entry))
		at++;
	for (size_t i = 0; i < row->entry_cnt; i++)
		entries[i + (i >= at)] = row->entries[i];
	entries[at] = entry;
	row->entries = entries;
	row->entry_cnt++;
	row->live |= entry->live;
	return true;
}

static bool name_row(struct pool *pool, struct history_row *row)
{
	const struct kernel_identity *identity = identity_of(row);
	struct kernel_name name;

	if (!kernel_name_read(pool, identity, &name))
		return false;
	row->version = name.version;
	row->arch = name.arch;
	row->flavor = name.flavor;
	row->name = row->entries[0]->name;
	row->label = history_row_has_release(row) ? kernel_name_label(pool, &name) : row->name;
	return row->label;
}

static bool history_add_entry(struct history *history, const struct kernel_entry *entry, bool merge)
{
	for (size_t i = 0; merge && i < history->row_cnt; i++) {
		if (history_is_same_build(identity_of(&history->rows[i]), &entry->snapshot->kernel))
			return add_to_row(&history->pool, &history->rows[i], entry);
	}
	return add_to_row(&history->pool, &history->rows[history->row_cnt++], entry);
}

/* Compares numbers by value: "6.10" comes after "6.9". */
static int compare_releases(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *a_end, *b_end;
			unsigned long x = strtoul(a, &a_end, 10), y = strtoul(b, &b_end, 10);
			if (x != y)
				return x < y ? -1 : 1;
			a = a_end;
			b = b_end;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return (*a != '\0') - (*b != '\0');
}

static int history_compare_rows(const void *a, const void *b)
{
	const struct history_row *left = a, *right = b;
	const char *x = identity_of(left)->release, *y = identity_of(right)->release;
	int order = compare_releases(left->version, right->version);

	if (!order)
		order = strcmp(left->arch, right->arch);
	if (!order)
		order = strcmp(left->flavor, right->flavor);
	if (!order)
		order = compare_releases(x ? x : "", y ? y : "");
	return order ? order : strcmp(left->entries[0]->name, right->entries[0]->name);
}

static bool is_repeated(const struct history *history, size_t at)
{
	for (size_t i = 0; i < history->row_cnt; i++) {
		if (i != at && !strcmp(history->rows[i].entries[0]->name, history->rows[at].entries[0]->name))
			return true;
	}
	return false;
}

/* Files of several kernels, and files of one name in several directories. */
static void name_apart(struct history *history)
{
	for (size_t i = 0; i < history->row_cnt; i++) {
		const char *release = identity_of(&history->rows[i])->release;
		if (is_repeated(history, i))
			history->rows[i].name = release ? release : history->rows[i].label;
	}
}

/* Makes labels unique: repeated ones get the release, and if that repeats too, the file. */
static bool tell_apart(struct history *history)
{
	for (size_t i = 0; i < history->row_cnt; i++) {
		struct history_row *row = &history->rows[i];
		bool again = false;
		for (size_t k = 0; k < history->row_cnt; k++)
			again |= k != i && !strcmp(history->rows[k].version, row->version) &&
				!strcmp(history->rows[k].arch, row->arch) &&
				!strcmp(history->rows[k].flavor, row->flavor);
		const char *release = identity_of(row)->release;
		if (again && release)
			row->label = pool_printf(&history->pool, "%s %s%s", release,
				row->arch, row->live ? " (running)" : "");
		if (!row->label)
			return false;
	}
	for (size_t i = 1; i < history->row_cnt; i++) {
		struct history_row *row = &history->rows[i];
		for (size_t k = 0; k < i; k++) {
			if (!strcmp(history->rows[k].label, row->label))
				row->label = pool_printf(&history->pool, "%s %s %zu", row->label,
					row->entries[0]->name, i);
		}
		if (!row->label)
			return false;
	}
	name_apart(history);
	return true;
}

struct count {
	const struct history *history;
	const char *version, *arch, *flavor; /* NULL: any */
};

static bool history_matches(const struct count *wanted, const struct history_row *row)
{
	return (!wanted->version || !strcmp(wanted->version, row->version)) &&
		(!wanted->arch || !strcmp(wanted->arch, row->arch)) &&
		(!wanted->flavor || !strcmp(wanted->flavor, row->flavor));
}

static size_t count_rows(const struct count *wanted)
{
	size_t cnt = 0;

	for (size_t i = 0; i < wanted->history->row_cnt; i++)
		cnt += history_matches(wanted, &wanted->history->rows[i]);
	return cnt;
}

/* The default baseline: in the version with most kernels (the newest of equals), the most common
 * architecture, in the ordinary flavor if there is one. */
static size_t choose_baseline(const struct history *history)
{
	const char *version = NULL;
	size_t most = 0, best = 0;

	for (size_t i = 0; i < history->row_cnt; i++) {
		struct count of = {history, history->rows[i].version, NULL, NULL};
		if (count_rows(&of) >= most) {
			most = count_rows(&of);
			version = history->rows[i].version;
		}
	}
	most = 0;
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		struct count of = {history, NULL, row->arch, NULL};
		size_t weight = 2 * count_rows(&of) + !strcmp(row->flavor, FLAVOR_GENERIC);
		if (!strcmp(row->version, version) && weight > most) {
			most = weight;
			best = i;
		}
	}
	return best;
}

static bool history_is_called(const struct history_row *row, const char *name)
{
	for (size_t i = 0; i < row->entry_cnt; i++) {
		if (kernel_is_called(row->entries[i]->name, &row->entries[i]->snapshot->kernel, name))
			return true;
	}
	return !strcmp(row->label, name) || !strcmp(row->name, name);
}

static bool is_generic(const struct history_row *row)
{
	return !strcmp(row->flavor, FLAVOR_GENERIC);
}

static struct error *find_baseline(struct history *history, const char *name)
{
	if (!name) {
		history->baseline = choose_baseline(history);
		return NULL;
	}
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < history->row_cnt; i++) {
		/* A version names the ordinary flavor, if there is one. */
		if (history_is_called(&history->rows[i], name) &&
			(found == SIZE_MAX || (!is_generic(&history->rows[found]) && is_generic(&history->rows[i]))))
			found = i;
	}
	if (found == SIZE_MAX)
		return error_create(ERROR_NOT_FOUND, "such as amd64-6.12-cloud, or the name of its file",
			"no kernel is called %s", name);
	history->baseline = found;
	return NULL;
}

/* Which flavor of the baseline's architecture has the most versions? */
static const char *regular_flavor(const struct history *history)
{
	const struct history_row *base = &history->rows[history->baseline];
	const char *flavor = base->flavor;
	size_t most = count_rows(&(struct count) {history, NULL, base->arch, flavor});

	for (size_t i = 0; i < history->row_cnt; i++) {
		struct count of = {history, NULL, base->arch, history->rows[i].flavor};
		if (count_rows(&of) > most) {
			most = count_rows(&of);
			flavor = of.flavor;
		}
	}
	return flavor;
}

/*
 * Which flavor of an architecture is compared with the baseline: the same one. If the architecture
 * does not have it, the ordinary flavor, or the only one.
 */
static const char *counterpart(const struct history *history, const char *arch)
{
	const char *own = history->rows[history->baseline].flavor, *other = NULL;

	if (count_rows(&(struct count) {history, NULL, arch, own}))
		return own;
	if (count_rows(&(struct count) {history, NULL, arch, FLAVOR_GENERIC}))
		return FLAVOR_GENERIC;
	for (size_t i = 0; i < history->row_cnt && !other; i++) {
		if (!strcmp(history->rows[i].arch, arch))
			other = history->rows[i].flavor;
	}
	return other;
}

static void group_rows(struct history *history, const char *regular)
{
	const struct history_row *base = &history->rows[history->baseline];

	for (size_t i = 0; i < history->row_cnt; i++) {
		struct history_row *row = &history->rows[i];
		bool same_arch = !strcmp(row->arch, base->arch);
		if (same_arch && !strcmp(row->flavor, regular))
			row->group = HISTORY_REGULAR;
		else if (!same_arch && !strcmp(row->flavor, counterpart(history, row->arch)))
			row->group = HISTORY_ARCH;
		else
			row->group = HISTORY_FLAVOR;
	}
}

static void history_add_pair(struct history *history, enum history_group group, size_t from, size_t to)
{
	history->pairs[history->pair_cnt++] = (struct history_pair) {group, from, to};
}

static void pair_rows(struct history *history)
{
	const struct history_row *base = &history->rows[history->baseline];
	size_t before = SIZE_MAX;

	for (size_t i = 0; i < history->row_cnt; i++) {
		if (history->rows[i].group != HISTORY_REGULAR)
			continue;
		if (before != SIZE_MAX)
			history_add_pair(history, HISTORY_REGULAR, before, i);
		before = i;
	}
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		if (!strcmp(row->version, base->version) && strcmp(row->arch, base->arch) &&
			!strcmp(row->flavor, counterpart(history, row->arch)))
			history_add_pair(history, HISTORY_ARCH, history->baseline, i);
	}
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		const char *flavor = counterpart(history, row->arch);
		struct count ordinary = {history, base->version, row->arch, flavor};
		size_t from = 0;
		while (from < history->row_cnt && !history_matches(&ordinary, &history->rows[from]))
			from++;
		if (!strcmp(row->version, base->version) && strcmp(row->flavor, flavor) &&
			from < history->row_cnt)
			history_add_pair(history, HISTORY_FLAVOR, from, i);
	}
}

static struct history *allocate(size_t cnt)
{
	struct history *history = calloc(1, sizeof(*history));

	if (!history)
		return NULL;
	history->rows = pool_calloc(&history->pool, cnt, sizeof(*history->rows));
	history->pairs = pool_calloc(&history->pool, 3 * cnt, sizeof(*history->pairs));
	if (history->rows && history->pairs)
		return history;
	history_destroy(history);
	return NULL;
}

struct error *history_create(
	const struct kernels *kernels, const char *baseline, struct history **ret)
{
	struct history *history = allocate(kernels->cnt);
	bool ok = history != NULL;

	if (!kernels->cnt) {
		history_destroy(history);
		return error_create(ERROR_NOT_FOUND, NULL, "no kernels found");
	}
	for (size_t i = 0; ok && i < kernels->cnt; i++)
		ok = history_add_entry(history, &kernels->list[i], true);
	for (size_t i = 0; ok && i < history->row_cnt; i++)
		ok = name_row(&history->pool, &history->rows[i]);
	if (ok)
		qsort(history->rows, history->row_cnt, sizeof(*history->rows), history_compare_rows);
	ok = ok && tell_apart(history);
	ok = ok && history_index(history);
	struct error *error = ok ? find_baseline(history, baseline) : error_no_memory();
	if (error) {
		history_destroy(history);
		return error;
	}
	group_rows(history, regular_flavor(history));
	pair_rows(history);
	*ret = history;
	return NULL;
}

static bool add_side(struct history *history, const struct kernels *side)
{
	struct history_row *row = &history->rows[history->row_cnt++];
	bool ok = true;

	/* The first is the build itself, also if it has no release to compare. */
	for (size_t i = 0; ok && i < side->cnt; i++)
		ok = (i && !history_is_same_build(&side->list[0].snapshot->kernel,
				   &side->list[i].snapshot->kernel)) ||
			add_to_row(&history->pool, row, &side->list[i]);
	return ok && name_row(&history->pool, row);
}

struct error *history_create_pair(
	const struct kernels *a, const struct kernels *b, struct history **ret)
{
	struct history *history = allocate(2);

	if (!history || !add_side(history, a) || !add_side(history, b) || !tell_apart(history) ||
		!history_index(history)) {
		history_destroy(history);
		return error_no_memory();
	}
	history_add_pair(history, HISTORY_REGULAR, 0, 1);
	*ret = history;
	return NULL;
}

void history_destroy(struct history *history)
{
	if (!history)
		return;
	if (history->call_index)
		pool_destroy(&history->call_index->pool);
	pool_destroy(&history->pool);
	free(history);
}
