/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/parts.h"

#include <string.h>

#include "util/array.h"
#include "util/wrap.h"

#define LABEL_WIDTH 12

void put_labelled(struct buf *out, const char *label, const char *text, size_t width)
{
	buf_printf(out, "  %-*s ", LABEL_WIDTH, label);
	wrap_escaped(out, text, LABEL_WIDTH + 3, LABEL_WIDTH + 3, width);
	buf_putc(out, '\n');
}

const char *kfunc_flag_meaning(const char *name)
{
	/* linux Documentation/bpf/kfuncs.rst and include/linux/btf.h define each flag. */
	static const struct {
		const char *name, *meaning;
	} meanings[] = {
		{"KF_ACQUIRE", "returns a reference that the program must release"},
		{"KF_RELEASE", "releases the reference it is given; copies of the pointer are void then"},
		{"KF_RET_NULL", "may return NULL, which the program must check for"},
		{"KF_KPTR_GET", "takes a pointer to a kptr in a map (until 6.4)"},
		{"KF_TRUSTED_ARGS", "pointers must be trusted: unmodified and alive"},
		{"KF_SLEEPABLE", "may sleep: only sleepable programs can call it"},
		{"KF_DESTRUCTIVE", "can take the system down: CAP_SYS_BOOT is needed"},
		{"KF_RCU", "pointers must be trusted or protected by RCU, and may be NULL in fields"},
		{"KF_ITER_NEW", "begins an iterator"},
		{"KF_ITER_NEXT", "advances an iterator"},
		{"KF_ITER_DESTROY", "ends an iterator"},
		{"KF_RCU_PROTECTED", "only inside an RCU read-side critical section"},
		{"KF_FASTCALL", "keeps the registers that are not its arguments"},
		{"KF_ARENA_RET", "returns a pointer into the program's arena"},
		{"KF_ARENA_ARG1", "its first argument points into the program's arena"},
		{"KF_ARENA_ARG2", "its second argument points into the program's arena"},
		{"KF_IMPLICIT_ARGS", "the verifier passes its last arguments"},
		{"KF_SPINLOCK_SAFE", "may be called while the program holds a spin lock"},
		{"KF_PERFMON", "CAP_PERFMON is needed"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (!strcmp(meanings[i].name, name))
			return meanings[i].meaning;
	}
	return NULL;
}

static bool same_series(const struct history_row *a, const struct history_row *b)
{
	if (!history_row_has_release(a) || !history_row_has_release(b))
		return a == b;
	return !strcmp(a->arch, b->arch) && !strcmp(a->flavor, b->flavor);
}

/* The versions of one architecture and flavor, from row `first` on; or its label alone. */
static void put_series(struct buf *out, const struct history *history, const bool *rows, size_t first)
{
	const struct history_row *series = &history->rows[first];

	if (out->len && out->data[out->len - 1] != '\n')
		buf_puts(out, ", ");
	if (!history_row_has_release(series)) {
		buf_puts(out, series->label);
		return;
	}
	buf_printf(out, "%s %s ", series->arch, series->flavor);
	for (size_t i = first; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		if (!rows[i] || !same_series(row, series))
			continue;
		buf_printf(out, "%s%s%s", i == first ? "" : " ", row->version,
			row->live ? " (running)" : "");
	}
}

void put_kernels(struct buf *out, const struct history *history, const bool *rows)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < history->row_cnt; i++) {
		bool said = !rows[i];
		for (size_t k = 0; k < i && !said; k++)
			said = rows[k] && same_series(&history->rows[k], &history->rows[i]);
		if (!said)
			put_series(&text, history, rows, i);
	}
	buf_puts(out, buf_text(&text));
	out->failed |= text.failed;
}

const char *row_evidence(const struct history_row *row)
{
	return snapshot_is_scanned(row->entries[0]->snapshot) ? "predicted" : "probed";
}

#define FAMILY_MAX 3 /* so many contexts of one family are listed one by one */

static size_t show_parts_family_length(const char *context, size_t len)
{
	while (len && context[len - 1] != '/')
		len--;
	return len;
}

/* The number of contexts in the list that start with this prefix and have no further '/'. */
static size_t show_parts_count_family(const char *contexts, const char *family, size_t family_len)
{
	size_t cnt = 0;

	while (*contexts) {
		size_t len = strcspn(contexts, " ");
		cnt += show_parts_family_length(contexts, len) == family_len &&
			!strncmp(contexts, family, family_len);
		contexts += len + (contexts[len] == ' ');
	}
	return cnt;
}

void put_families(struct buf *out, const char *contexts, size_t max)
{
	const char *at = contexts;
	size_t items = 0, more = 0;

	while (*at) {
		size_t len = strcspn(at, " "), family = show_parts_family_length(at, len);
		size_t cnt = family ? show_parts_count_family(contexts, at, family) : 0;
		bool single = cnt <= FAMILY_MAX;
		bool said = !single && show_parts_count_family(at, at, family) != cnt;
		if (!said && items == max)
			more += single ? 1 : cnt;
		else if (!said)
			buf_puts(out, items++ ? " " : "");
		if (!said && !more && single)
			buf_printf(out, "%.*s", (int)len, at);
		else if (!said && !more)
			buf_printf(out, "%.*s... (%zu)", (int)family, at, cnt);
		at += len + (at[len] == ' ');
	}
	if (more)
		buf_printf(out, " and %zu more", more);
}

void put_change(struct buf *out, const struct change *change)
{
	buf_puts(out, change->what);
	if (change->before && change->after)
		buf_printf(out, " %s -> %s", change->before, change->after);
	else if (change->before || change->after)
		buf_printf(out, ": %s", change->before ? change->before : change->after);
	if (change->contexts) {
		buf_puts(out, ": ");
		put_families(out, change->contexts, SIZE_MAX);
	}
}

struct error *find_all(const struct history *history, const struct subject *subject,
	struct pool *pool, struct finding **ret)
{
	struct finding *findings = pool_calloc(pool, history->row_cnt, sizeof(*findings));
	struct error *error = findings ? NULL : error_no_memory();

	for (size_t i = 0; i < history->row_cnt && !error; i++)
		error = history_find(history, i, subject, pool, &findings[i]);
	if (!error)
		*ret = findings;
	return error;
}

size_t newest_present(const struct history *history, const struct finding *findings)
{
	for (size_t i = 0; i < history->row_cnt; i++) {
		if (history->rows[i].live && finding_is_present(&findings[i]))
			return i;
	}
	for (size_t i = history->row_cnt; i-- > 0;) {
		if (history->rows[i].group == HISTORY_REGULAR && finding_is_present(&findings[i]))
			return i;
	}
	for (size_t i = history->row_cnt; i-- > 0;) {
		if (finding_is_present(&findings[i]))
			return i;
	}
	return SIZE_MAX;
}

struct sighting first_sighting(const struct history *history, const struct finding *findings)
{
	struct sighting ret = {SIZE_MAX, SIZE_MAX};

	for (size_t i = 0; i < history->row_cnt && ret.first == SIZE_MAX; i++) {
		if (history->rows[i].group != HISTORY_REGULAR)
			continue;
		if (finding_is_present(&findings[i]))
			ret.first = i;
		else if (finding_is_known(&findings[i]))
			ret.before = i;
	}
	return ret;
}
