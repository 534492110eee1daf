/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docs/page_parts.h"

#include <ctype.h>
#include <string.h>

#include "util/escape.h"
#include "render/parts.h"

void put_enumerator(struct buf *out, const char *word)
{
	buf_puts(out, "BPF_PROG_TYPE_");
	buf_puts_upper(out, word);
}

void put_link(struct buf *out, const char *name)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;
		if (isalnum(c) || strchr("_.-", c))
			buf_putc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

#define FAMILY_MIN 3 /* so many names get a pair of braces */

/* The length of "cgroup/" in "cgroup/bind4". */
static size_t page_parts_family_length(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? (size_t)(slash + 1 - name) : 0;
}

static bool is_family(const char *a, const char *b)
{
	size_t len = page_parts_family_length(a);

	return len && page_parts_family_length(b) == len && !strncmp(a, b, len);
}

static size_t page_parts_count_family(const char *const *names, size_t cnt, size_t at)
{
	size_t found = 0;

	for (size_t i = 0; i < cnt; i++)
		found += names[i] && is_family(names[at], names[i]);
	return found;
}

static void put_family(struct buf *out, const char *const *names, size_t cnt, size_t first)
{
	size_t len = page_parts_family_length(names[first]);
	_cleanup_buf_ struct buf text = {0};

	buf_add(&text, names[first], len);
	for (size_t i = first; i < cnt; i++) {
		if (names[i] && is_family(names[first], names[i]))
			buf_printf(&text, "%c%s", i == first ? '{' : ',', names[i] + len);
	}
	buf_putc(&text, '}');
	escape_code_name(out, buf_text(&text));
	out->failed |= text.failed;
}

void put_context_names(struct buf *out, const char *const *names, size_t cnt)
{
	for (size_t i = 0, said = 0; i < cnt; i++) {
		bool again = !names[i], family = !again && page_parts_count_family(names, cnt, i) >= FAMILY_MIN;
		for (size_t k = 0; k < i && family && !again; k++)
			again = names[k] && is_family(names[k], names[i]);
		if (again)
			continue;
		buf_puts(out, said++ ? " " : "");
		if (family)
			put_family(out, names, cnt, i);
		else
			escape_code_name(out, names[i]);
	}
}

void put_page_head(struct buf *out, const char *kind, const char *name, const char *about)
{
	buf_printf(out, "---\ntitle: \"%s '", kind);
	escape_yaml(out, name);
	buf_puts(out, "'\"\ndescription: \"");
	escape_yaml(out, name);
	buf_printf(out, ": %s\"\n---\n# %s ", about, kind);
	escape_code_name(out, name);
	buf_puts(out, "\n\n");
}

void put_marker(struct buf *out, const char *marker, const char *name)
{
	if (name && !escape_is_plain_name(name))
		return;
	buf_printf(out, "<!-- [%s]", marker);
	if (name)
		buf_printf(out, "(%s)", name);
	buf_printf(out, " -->\n<!-- [/%s] -->\n", marker);
}

struct error *timeline_init(
	struct timeline *timeline, const struct history *history, struct pool *pool)
{
	timeline->words = pool_calloc(pool, history->row_cnt, sizeof(*timeline->words));
	timeline->classes = pool_calloc(pool, history->row_cnt, sizeof(*timeline->classes));
	return timeline->words && timeline->classes ? NULL : error_no_memory();
}

bool timeline_set(struct timeline *timeline, const struct history *history, size_t row,
	const char *word, int class, struct pool *pool)
{
	bool probed = !strcmp(row_evidence(&history->rows[row]), "probed");

	timeline->words[row] = probed ? word : pool_printf(pool, "%s (predicted)", word);
	timeline->classes[row] = class;
	return timeline->words[row];
}

static size_t next_regular(const struct history *history, size_t row)
{
	while (row < history->row_cnt && history->rows[row].group != HISTORY_REGULAR)
		row++;
	return row;
}

static bool same_word(const struct timeline *timeline, size_t a, size_t b)
{
	const char *x = timeline->words[a], *y = timeline->words[b];

	return x && y ? !strcmp(x, y) : x == y;
}

static void put_version(struct buf *out, const struct history_row *row)
{
	escape_markdown(out, history_row_has_release(row) ? row->version : row->label);
}

void put_timeline_regular(
	struct buf *out, const struct history *history, const struct timeline *timeline)
{
	size_t cnt = history->row_cnt, said = 0;

	for (size_t first = next_regular(history, 0), next; first < cnt; first = next) {
		size_t last = first;
		next = next_regular(history, first + 1);
		while (next < cnt && same_word(timeline, first, next)) {
			last = next;
			next = next_regular(history, next + 1);
		}
		if (!timeline->words[first])
			continue;
		buf_puts(out, said++ ? "<br>" : "");
		put_version(out, &history->rows[first]);
		if (last != first) {
			buf_puts(out, " – ");
			put_version(out, &history->rows[last]);
		}
		buf_puts(out, ": ");
		escape_markdown(out, timeline->words[first]);
	}
}

/* Does this kernel answer like the regular kernel of its version? */
static bool is_as_regular(
	const struct history *history, const struct timeline *timeline, size_t row)
{
	for (size_t i = next_regular(history, 0); i < history->row_cnt;
		i = next_regular(history, i + 1)) {
		if (!strcmp(history->rows[i].version, history->rows[row].version))
			return timeline->words[i] && timeline->words[row] &&
				timeline->classes[i] == timeline->classes[row];
	}
	return false;
}

static bool is_other(const struct history *history, const struct timeline *timeline, size_t row)
{
	return history->rows[row].group != HISTORY_REGULAR && timeline->words[row] &&
		!is_as_regular(history, timeline, row);
}

struct error *put_timeline_others(struct buf *out, const struct history *history,
	const struct timeline *timeline, struct pool *pool)
{
	size_t cnt = history->row_cnt, said = 0;
	bool *rows = pool_calloc(pool, cnt, sizeof(*rows)), *done = pool_calloc(pool, cnt, sizeof(*done));

	if (!rows || !done)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		_cleanup_buf_ struct buf kernels = {0};
		if (done[i] || !is_other(history, timeline, i))
			continue;
		for (size_t k = 0; k < cnt; k++) {
			rows[k] = is_other(history, timeline, k) && same_word(timeline, i, k);
			done[k] |= rows[k];
		}
		put_kernels(&kernels, history, rows);
		buf_puts(out, said++ ? "<br>" : "");
		escape_markdown(out, timeline->words[i]);
		buf_puts(out, ": ");
		escape_markdown(out, buf_text(&kernels));
	}
	return NULL;
}

void put_regular_series(struct buf *out, const struct history *history)
{
	size_t first = next_regular(history, 0);

	if (first == history->row_cnt || !history_row_has_release(&history->rows[first])) {
		buf_puts(out, "Kernel");
		return;
	}
	escape_markdown(out, history->rows[first].arch);
	buf_putc(out, ' ');
	escape_markdown(out, history->rows[first].flavor);
}

struct error *put_support(struct buf *out, const struct history *history,
	const struct subject *subject, struct pool *pool)
{
	struct timeline timeline;
	struct finding *findings;
	struct error *error = find_all(history, subject, pool, &findings);

	if (!error)
		error = timeline_init(&timeline, history, pool);
	for (size_t i = 0; !error && i < history->row_cnt; i++) {
		int class = finding_is_present(&findings[i]) ? 1 : finding_is_known(&findings[i]) ? 2 : 3;
		if (!timeline_set(&timeline, history, i, findings[i].state, class, pool))
			error = error_no_memory();
	}
	if (error)
		return error;
	put_timeline_regular(out, history, &timeline);
	buf_puts(out, " | ");
	return put_timeline_others(out, history, &timeline, pool);
}

struct error *put_support_table(struct buf *out, const struct history *history,
	const struct subject *subject, struct pool *pool)
{
	_cleanup_buf_ struct buf text = {0};
	struct error *error = put_support(&text, history, subject, pool);

	buf_puts(out, "\n| ");
	put_regular_series(out, history);
	buf_printf(out, " | Other kernels, where they differ |\n|---|---|\n| %s |\n\n", buf_text(&text));
	out->failed |= text.failed;
	return error;
}

void put_since(struct buf *out, const struct history *history, const struct finding *findings)
{
	struct sighting sighting = first_sighting(history, findings);

	if (sighting.first == SIZE_MAX)
		return;
	buf_puts(out, "First seen in ");
	escape_markdown(out, history->rows[sighting.first].label);
	if (sighting.before != SIZE_MAX) {
		buf_puts(out, "; ");
		escape_markdown(out, history->rows[sighting.before].label);
		buf_puts(out, " does not have it.\n");
	} else {
		buf_puts(out, "; no older kernel is known not to have it.\n");
	}
}
