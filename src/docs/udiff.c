/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docs/docs.h"
#include "util/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/pool.h"

#define CONTEXT_LINES 3
#define COMPARED_MAX (16u * 1024 * 1024) /* cells of the table of common lines */

struct line {
	const char *text;
	size_t len; /* with its newline, if it has one */
};

struct text {
	struct line *lines;
	size_t cnt;
};

/* One line of the diff: ' ', '-' or '+'. */
struct edit {
	char mark;
	const struct line *line;
};

struct diff {
	struct pool pool;
	struct text old, new;
	struct edit *edits;
	size_t cnt;
};

static void diff_deinit(struct diff *diff)
{
	pool_destroy(&diff->pool);
}

static bool udiff_split(struct pool *pool, const char *text, size_t len, struct text *ret)
{
	size_t cap = 1;

	for (size_t i = 0; i < len; i++)
		cap += text[i] == '\n';
	ret->lines = pool_calloc(pool, cap, sizeof(*ret->lines));
	for (size_t at = 0; ret->lines && at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t end = newline ? (size_t)(newline - text) + 1 : len;
		ret->lines[ret->cnt++] = (struct line) {text + at, end - at};
		at = end;
	}
	return ret->lines;
}

static bool udiff_equal(const struct line *a, const struct line *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

static void udiff_add(struct diff *diff, char mark, const struct line *line)
{
	diff->edits[diff->cnt++] = (struct edit) {mark, line};
}

/*
 * Adds the lines between the common start and the common end. The table holds the length of the
 * longest common rest from each pair on.
 */
static bool add_middle(struct diff *diff, size_t begin, size_t old_end, size_t new_end)
{
	size_t rows = old_end - begin, columns = new_end - begin, width = columns + 1;
	bool compared = rows && columns && rows < COMPARED_MAX / width;
	uint32_t *rest = compared ? calloc((rows + 1) * width, sizeof(*rest)) : NULL;
	size_t i = 0, k = 0;

	if (compared && !rest)
		return false;
	for (size_t r = compared ? rows : 0; r-- > 0;) {
		for (size_t c = columns; c-- > 0;) {
			uint32_t down = rest[(r + 1) * width + c], right = rest[r * width + c + 1];
			rest[r * width + c] =
				udiff_equal(&diff->old.lines[begin + r], &diff->new.lines[begin + c])
				? rest[(r + 1) * width + c + 1] + 1
				: down > right ? down
					       : right;
		}
	}
	while (i < rows || k < columns) {
		const struct line *old = diff->old.lines + begin + i, *new = diff->new.lines + begin + k;
		if (compared && i < rows && k < columns && udiff_equal(old, new)) {
			udiff_add(diff, ' ', old);
			i++;
			k++;
		} else if (i < rows && (k == columns || !compared ||
					       rest[(i + 1) * width + k] >= rest[i * width + k + 1])) {
			udiff_add(diff, '-', old);
			i++;
		} else {
			udiff_add(diff, '+', new);
			k++;
		}
	}
	free(rest);
	return true;
}

static bool udiff_compare(struct diff *diff)
{
	size_t begin = 0, old_end = diff->old.cnt, new_end = diff->new.cnt;

	while (begin < old_end && begin < new_end &&
		udiff_equal(&diff->old.lines[begin], &diff->new.lines[begin]))
		begin++;
	while (old_end > begin && new_end > begin &&
		udiff_equal(&diff->old.lines[old_end - 1], &diff->new.lines[new_end - 1])) {
		old_end--;
		new_end--;
	}
	for (size_t i = 0; i < begin; i++)
		udiff_add(diff, ' ', &diff->old.lines[i]);
	if (!add_middle(diff, begin, old_end, new_end))
		return false;
	for (size_t i = old_end; i < diff->old.cnt; i++)
		udiff_add(diff, ' ', &diff->old.lines[i]);
	return true;
}

/* A hunk: from an edit to the place where enough unchanged lines follow for a new hunk. */
static size_t hunk_end(const struct diff *diff, size_t at)
{
	size_t last = at;

	for (size_t i = at; i < diff->cnt && i - last <= 2 * CONTEXT_LINES; i++) {
		if (diff->edits[i].mark != ' ')
			last = i;
	}
	last += CONTEXT_LINES + 1;
	return last < diff->cnt ? last : diff->cnt;
}

/* A range of lines in the form of diff(1). An empty range has the number of the line before. */
static void put_range(struct buf *out, char mark, size_t before, size_t cnt)
{
	buf_printf(out, "%c%zu", mark, before + (cnt ? 1 : 0));
	if (cnt != 1)
		buf_printf(out, ",%zu", cnt);
}

static void put_hunk(const struct diff *diff, size_t begin, size_t end, struct buf *out)
{
	size_t before[2] = {0, 0}, cnt[2] = {0, 0};

	for (size_t i = 0; i < end; i++) {
		size_t *to = i < begin ? before : cnt;
		to[0] += diff->edits[i].mark != '+';
		to[1] += diff->edits[i].mark != '-';
	}
	buf_puts(out, "@@ ");
	put_range(out, '-', before[0], cnt[0]);
	buf_putc(out, ' ');
	put_range(out, '+', before[1], cnt[1]);
	buf_puts(out, " @@\n");
	for (size_t i = begin; i < end; i++) {
		const struct line *line = diff->edits[i].line;
		buf_putc(out, diff->edits[i].mark);
		buf_add(out, line->text, line->len);
		if (line->text[line->len - 1] != '\n')
			buf_puts(out, "\n\\ No newline at end of file\n");
	}
}

static void put_hunks(const struct diff *diff, struct buf *out)
{
	for (size_t i = 0, done = 0; i < diff->cnt; i++) {
		if (diff->edits[i].mark == ' ')
			continue;
		size_t begin = i - done > CONTEXT_LINES ? i - CONTEXT_LINES : done;
		done = hunk_end(diff, i);
		put_hunk(diff, begin, done, out);
		i = done - 1;
	}
}

struct error *render_udiff(const char *path, const char *old, size_t old_len, const char *new,
	size_t new_len, struct buf *out)
{
	__attribute__((cleanup(diff_deinit))) struct diff diff = {0};

	if (old_len == new_len && (!old_len || !memcmp(old, new, old_len)))
		return NULL;
	if (!udiff_split(&diff.pool, old, old_len, &diff.old) || !udiff_split(&diff.pool, new, new_len, &diff.new))
		return error_no_memory();
	diff.edits = pool_calloc(&diff.pool, diff.old.cnt + diff.new.cnt, sizeof(*diff.edits));
	if (!diff.edits || !udiff_compare(&diff))
		return error_no_memory();
	path += strspn(path, "/");
	escape_printf(out, "--- a/%s", path);
	buf_putc(out, '\n');
	escape_printf(out, "+++ b/%s", path);
	buf_putc(out, '\n');
	put_hunks(&diff, out);
	return out->failed ? error_no_memory() : NULL;
}
