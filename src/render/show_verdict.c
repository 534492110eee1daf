/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first lines of `show`: what a reader wants to know, in words. */
#include "render/show.h"

#include <string.h>

#include "util/array.h"
#include "util/version.h"

#define FEW 8 /* names in a line about what changed or differs; the table has all */

static const char *name_of(const struct show *show, size_t kernel)
{
	return show->history->rows[kernel].name;
}

/* data/lists/features.txt has the names of documentation: "BPF_MAP_TYPE_RINGBUF". */
bool show_origin(const struct subject *subject, struct feature_origin *ret)
{
	static const struct {
		enum subject_kind kind;
		const char *prefix;
	} prefixes[] = {
		{SUBJECT_PROGRAM_TYPE, "BPF_PROG_TYPE_"},
		{SUBJECT_MAP_TYPE, "BPF_MAP_TYPE_"},
		{SUBJECT_LINK_TYPE, "BPF_LINK_TYPE_"},
		{SUBJECT_ATTACH_TYPE, "BPF_"},
	};
	_cleanup_buf_ struct buf name = {0};

	if (subject_is_call(subject->kind))
		return feature_origin_find(subject->name, ret);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (prefixes[i].kind != subject->kind)
			continue;
		buf_puts(&name, prefixes[i].prefix);
		buf_puts_upper(&name, subject->name);
		return feature_origin_find(buf_text(&name), ret);
	}
	return false;
}

struct sighting show_sighting(const struct show *show)
{
	struct sighting ret = {SIZE_MAX, SIZE_MAX};

	for (size_t i = 0; i < show->series.cnt && ret.first == SIZE_MAX; i++) {
		const struct finding *finding = &show->findings[show->series.rows[i]];
		if (finding_is_present(finding))
			ret.first = show->series.rows[i];
		else if (finding_is_known(finding))
			ret.before = show->series.rows[i];
	}
	return ret;
}

/* Some kernel of any series that has it, oldest first. */
static size_t first_anywhere(const struct show *show)
{
	for (size_t i = 0; i < show->history->row_cnt; i++) {
		if (finding_is_present(&show->findings[i]))
			return i;
	}
	return SIZE_MAX;
}

/* A kernel that lacks it, although the list says that Linux has it by then: a configuration option.
 */
static bool lacks_listed(const struct show *show, const struct sighting *sighting,
	const struct feature_origin *origin)
{
	return sighting->before != SIZE_MAX &&
		version_parse(show->history->rows[sighting->before].version) >=
		version_parse(origin->version);
}

static void put_since(struct show *show)
{
	struct sighting sighting = show_sighting(show);
	struct feature_origin origin;
	_cleanup_buf_ struct buf text = {0};

	if (show_origin(show->subject, &origin)) {
		buf_printf(&text, "Linux %.*s, as listed; ", (int)origin.version_len - 1,
			origin.version + 1);
		if (lacks_listed(show, &sighting, &origin))
			buf_puts(&text, "but ");
	}
	if (sighting.first == SIZE_MAX && first_anywhere(show) == SIZE_MAX)
		buf_puts(&text, "none of these kernels is known to have it");
	else if (sighting.first == SIZE_MAX)
		buf_printf(&text, "seen in %s", name_of(show, first_anywhere(show)));
	else if (sighting.before != SIZE_MAX)
		buf_printf(&text, "first seen in %s, not in %s", name_of(show, sighting.first),
			name_of(show, sighting.before));
	else
		buf_printf(&text, "already in %s; no older kernel is known not to have it",
			name_of(show, sighting.first));
	show_labelled(show, "since", buf_text(&text));
}

/* The rows of the matrix in a state on a kernel, separated by blanks. Returns how many. */
static size_t list_state(
	const struct show *show, size_t kernel, enum cell_state state, struct buf *ret)
{
	size_t cnt = 0;

	for (size_t r = 0; r < show->matrix.row_cnt; r++) {
		if (show_answer(show, r, kernel) == state)
			buf_printf(ret, "%s%s", cnt++ ? " " : "", show->matrix.rows[r]);
	}
	return cnt;
}

static void put_state(const struct show *show, size_t kernel, enum cell_state state,
	const char *words, struct buf *text)
{
	_cleanup_buf_ struct buf names = {0};
	size_t cnt = list_state(show, kernel, state, &names);

	if (!cnt)
		return;
	buf_printf(text, "; %s in %zu: ", words, cnt);
	put_families(text, buf_text(&names), SIZE_MAX);
}

static size_t count_answers(const struct show *show, size_t kernel)
{
	size_t cnt = 0;

	for (size_t r = 0; r < show->matrix.row_cnt; r++) {
		enum cell_state state = show_answer(show, r, kernel);
		cnt += state != CELL_NONE && state != CELL_UNSUPPORTED;
	}
	return cnt;
}

static void put_count(size_t usable, size_t cnt, struct buf *text)
{
	if (usable && usable == cnt)
		buf_printf(text, "usable in all %zu contexts", cnt);
	else if (usable)
		buf_printf(text, "usable in %zu of %zu contexts", usable, cnt);
	else
		buf_printf(text, "usable in none of %zu contexts", cnt);
}

/* Lists what is shorter: where it can be used, or where not. */
static void put_call(const struct show *show, size_t kernel, struct buf *text)
{
	_cleanup_buf_ struct buf names = {0};
	size_t cnt = count_answers(show, kernel);
	size_t usable = list_state(show, kernel, CELL_PERMITTED, &names);

	put_count(usable, cnt, text);
	if (usable == cnt)
		return;
	if (usable && usable * 2 <= cnt) {
		buf_puts(text, ": ");
		put_families(text, buf_text(&names), SIZE_MAX);
	}
	put_state(show, kernel, CELL_CONDITIONAL, "under a condition", text);
	put_state(show, kernel, CELL_UNKNOWN, "unknown", text);
	put_state(show, kernel, CELL_BLOCKED, "blocked", text);
	if (usable * 2 <= cnt)
		return;
	put_state(show, kernel, CELL_REFUSED, "refused", text);
	put_state(show, kernel, CELL_IMPOSSIBLE, "impossible", text);
}

static void put_caller(const struct show *show, size_t kernel, struct buf *text)
{
	_cleanup_buf_ struct buf names = {0};
	size_t usable = list_state(show, kernel, CELL_PERMITTED, &names);
	size_t conditional = list_state(show, kernel, CELL_CONDITIONAL, &names);
	size_t unknown = list_state(show, kernel, CELL_UNKNOWN, &names);

	buf_printf(text, "its programs can use %zu kfuncs and helpers", usable);
	if (conditional)
		buf_printf(text, ", and %zu under a condition", conditional);
	if (unknown)
		buf_printf(text, "; unknown: %zu", unknown);
}

static void put_newest(struct show *show, size_t kernel, const char *label)
{
	const struct finding *finding = &show->findings[kernel];
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s (%s): ", name_of(show, kernel),
		row_evidence(&show->history->rows[kernel]));
	if (!finding_is_present(finding))
		buf_printf(&text, "%s%s%s", finding_is_known(finding) ? "lacks it" : "unknown",
			finding->reason ? ": " : "", finding->reason ? finding->reason : "");
	else if (subject_is_call(show->subject->kind))
		put_call(show, kernel, &text);
	else if (show->has_matrix)
		put_caller(show, kernel, &text);
	else
		buf_puts(&text, "has it");
	show_labelled(show, label, buf_text(&text));
}

/* What is said about a kernel; `label` NULL: nothing. */
struct saying {
	const char *label, *text;
};

static bool same_saying(const struct saying *a, const struct saying *b)
{
	return a->label && b->label && !strcmp(a->label, b->label) && !strcmp(a->text, b->text);
}

/* Kernels with the same saying share a line. `sayings` has one element for each row. */
static struct error *put_sayings(struct show *show, const struct saying *sayings)
{
	size_t cnt = show->history->row_cnt;
	bool *rows = pool_calloc(show->pool, cnt, sizeof(*rows)),
	     *said = pool_calloc(show->pool, cnt, sizeof(*said));

	for (size_t i = 0; rows && said && i < cnt; i++) {
		_cleanup_buf_ struct buf text = {0};
		if (said[i] || !sayings[i].label)
			continue;
		for (size_t k = 0; k < cnt; k++) {
			rows[k] = same_saying(&sayings[i], &sayings[k]);
			said[k] |= rows[k];
		}
		put_kernels(&text, show->history, rows);
		buf_printf(&text, "%s%s", *sayings[i].text ? ": " : "", sayings[i].text);
		show_labelled(show, sayings[i].label, buf_text(&text));
	}
	return rows && said ? NULL : error_no_memory();
}

/* Kernels that lack it, or say nothing, with the reason. */
static struct error *put_missing(struct show *show)
{
	size_t cnt = show->history->row_cnt;
	struct saying *sayings = pool_calloc(show->pool, cnt, sizeof(*sayings));

	for (size_t i = 0; sayings && i < cnt; i++) {
		const struct finding *finding = &show->findings[i];
		if (!finding_is_present(finding))
			sayings[i] = (struct saying) {
				finding_is_known(finding) ? "missing" : finding->state,
				finding->reason ? finding->reason : ""};
	}
	return sayings ? put_sayings(show, sayings) : error_no_memory();
}

/* "6.16" for a step to it, with both names where the versions are the same. */
static void put_step(const struct show *show, size_t from, size_t to, struct buf *text)
{
	const struct history_row *a = &show->history->rows[from], *b = &show->history->rows[to];

	if (strcmp(a->version, b->version) && history_row_has_release(b))
		buf_printf(text, "%s: ", b->version);
	else
		buf_printf(text, "%s -> %s: ", a->name, b->name);
}

/* What kernels do not answer stands in lines of its own, with the reason. */
static bool both_unknown(const struct show *show, const struct history_pair *pair)
{
	return !finding_is_known(&show->findings[pair->from]) &&
		!finding_is_known(&show->findings[pair->to]);
}

static struct error *put_changes(struct show *show)
{
	const struct series *series = &show->series;
	size_t told = 0, untold = 0;

	for (size_t i = 1; i < series->cnt; i++) {
		const struct history_pair pair = {
			HISTORY_REGULAR, series->rows[i - 1], series->rows[i]};
		struct comparison comparison;
		_cleanup_buf_ struct buf text = {0};
		struct error *error = compare_subject(show->history, &pair, show->subject,
			show->options->deep, show->pool, &comparison);
		if (error)
			return error;
		if (!comparison.cnt && !comparison.unknown)
			continue;
		if (!comparison.cnt && both_unknown(show, &pair)) {
			untold++;
			continue;
		}
		put_step(show, pair.from, pair.to, &text);
		for (size_t k = 0; k < comparison.cnt; k++) {
			struct change change = comparison.list[k];
			const char *contexts = change.contexts;
			change.contexts = NULL;
			buf_puts(&text, k ? "; " : "");
			put_change(&text, &change);
			buf_puts(&text, contexts ? ": " : "");
			put_families(&text, contexts ? contexts : "", FEW);
		}
		if (comparison.unknown)
			buf_printf(&text, "%snot comparable: %s", comparison.cnt ? "; " : "",
				comparison.unknown);
		show_labelled(show, told++ ? "" : "changed", buf_text(&text));
	}
	if (series->cnt > 1 && !told && !untold)
		show_labelled(show, "changed", "nothing");
	return NULL;
}

/* The kernel of the series with the version of another kernel, if it has the subject; SIZE_MAX:
 * none. */
static size_t counterpart(const struct show *show, size_t other)
{
	const struct history_row *rows = show->history->rows;

	for (size_t i = 0; i < show->series.cnt; i++) {
		size_t own = show->series.rows[i];
		if (!strcmp(rows[own].version, rows[other].version) &&
			finding_is_present(&show->findings[own]))
			return own;
	}
	return SIZE_MAX;
}

/* What a kernel does not say, and a missing context, are no difference. */
static bool is_answer(enum cell_state state)
{
	return cell_state_definite(state) && state != CELL_UNSUPPORTED;
}

static bool is_use(enum cell_state state)
{
	return state == CELL_PERMITTED || state == CELL_CONDITIONAL;
}

/* Of a context, the hundreds of calls that no program can make are not told apart. */
static bool is_difference(const struct show *show, enum cell_state from, enum cell_state to)
{
	return from != to && is_answer(from) && is_answer(to) &&
		(subject_is_call(show->subject->kind) || is_use(from) || is_use(to));
}

/*
 * An image names a condition that the probe of a kernel may meet, such as CAP_SYS_BOOT. So between
 * a prediction and a probe, usable and conditional are no difference of the kernels.
 */
static bool is_condition_met(
	const struct show *show, size_t own, size_t other, enum cell_state from, enum cell_state to)
{
	const struct history_row *rows = show->history->rows;

	return is_use(from) && is_use(to) &&
		strcmp(row_evidence(&rows[own]), row_evidence(&rows[other]));
}

static const char *answer_word(enum cell_state state)
{
	return state == CELL_PERMITTED ? "usable" : cell_state_word(state);
}

typedef size_t state_pairs[CELL_STATE_CNT][CELL_STATE_CNT];

static void count_pairs(const struct show *show, size_t own, size_t other, state_pairs ret)
{
	for (size_t r = 0; r < show->matrix.row_cnt; r++)
		ret[show_answer(show, r, own)][show_answer(show, r, other)]++;
}

static void put_difference(const struct show *show, size_t own, size_t other, struct buf *text)
{
	state_pairs pairs = {0};

	count_pairs(show, own, other, pairs);
	for (int from = 0; from < CELL_STATE_CNT; from++) {
		for (int to = 0; to < CELL_STATE_CNT; to++) {
			_cleanup_buf_ struct buf names = {0};
			size_t cnt = 0;
			if (!pairs[from][to] || !is_difference(show, from, to) ||
				is_condition_met(show, own, other, from, to))
				continue;
			for (size_t r = 0; r < show->matrix.row_cnt; r++) {
				if (show_answer(show, r, own) == (enum cell_state)from &&
					show_answer(show, r, other) == (enum cell_state)to)
					buf_printf(&names, "%s%s", cnt++ ? " " : "",
						show->matrix.rows[r]);
			}
			buf_printf(text, "%s%s instead of %s: ", text->len ? "; " : "",
				answer_word(to), answer_word(from));
			put_families(text, buf_text(&names), FEW);
		}
	}
}

static void put_other(const struct show *show, size_t kernel, struct buf *text)
{
	size_t own = counterpart(show, kernel);
	_cleanup_buf_ struct buf names = {0};

	if (own != SIZE_MAX)
		put_difference(show, own, kernel, text);
	else if (subject_is_call(show->subject->kind))
		put_count(list_state(show, kernel, CELL_PERMITTED, &names),
			count_answers(show, kernel), text);
	else
		put_caller(show, kernel, text);
}

/* Other kernels, each compared with the kernel of its version in the series, if there is one. */
static struct error *put_elsewhere(struct show *show)
{
	size_t cnt = show->history->row_cnt;
	struct buf *texts = pool_calloc(show->pool, cnt, sizeof(*texts));
	struct saying *sayings = pool_calloc(show->pool, cnt, sizeof(*sayings));

	for (size_t i = 0; texts && sayings && i < cnt; i++) {
		if (series_has(&show->series, i) || !finding_is_present(&show->findings[i]))
			continue;
		put_other(show, i, &texts[i]);
		sayings[i] = (struct saying) {"elsewhere",
			texts[i].len ? buf_text(&texts[i]) : "no difference, as far as they answer"};
	}
	struct error *error = texts && sayings ? put_sayings(show, sayings) : error_no_memory();
	for (size_t i = 0; texts && i < cnt; i++) {
		show->out->failed |= texts[i].failed;
		buf_deinit(&texts[i]);
	}
	return error;
}

struct error *show_verdict(struct show *show)
{
	const struct series *series = &show->series;

	put_since(show);
	if (series->live != SIZE_MAX)
		put_newest(show, series->live, "running");
	if (series->cnt)
		put_newest(show, series->rows[series->cnt - 1], "newest");
	struct error *error = put_changes(show);
	if (!error)
		error = put_missing(show);
	return error || !show->has_matrix ? error : put_elsewhere(show);
}
