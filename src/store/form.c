/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	char letter;
	unsigned int kind;
	bool kind_flag;
} letters[] = {
	{'i', BTF_KIND_INT, false},
	{'d', BTF_KIND_FLOAT, false},
	{'t', BTF_KIND_TYPEDEF, false},
	{'w', BTF_KIND_FWD, false},
	{'x', BTF_KIND_FWD, true},
	{'s', BTF_KIND_STRUCT, false},
	{'u', BTF_KIND_UNION, false},
	{'e', BTF_KIND_ENUM, false},
	{'E', BTF_KIND_ENUM64, false},
	{'F', BTF_KIND_FUNC, false},
	{'V', BTF_KIND_VAR, false},
	{'D', BTF_KIND_DATASEC, false},
};

const char store_letters[] = "idtwxsueEFVD";

char store_letter(const struct btf_type *type)
{
	unsigned int kind = kbtf_kind(type);

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].kind == kind &&
			(kind != BTF_KIND_FWD || letters[i].kind_flag == kbtf_kind_flag(type)))
			return letters[i].letter;
	}
	return '\0';
}

unsigned int store_letter_kind(char letter, bool *kind_flag)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].letter == letter) {
			*kind_flag = letters[i].kind_flag;
			return letters[i].kind;
		}
	}
	return BTF_KIND_UNKN;
}

#define DIGITS_OF(x) [x] = true, [x + 1] = true, [x + 2] = true, [x + 3] = true, [x + 4] = true
#define LETTERS_OF(x) DIGITS_OF(x), DIGITS_OF(x + 5), DIGITS_OF(x + 10), DIGITS_OF(x + 15), DIGITS_OF(x + 20), \
	[x + 25] = true

const bool store_name_chars[256] = {DIGITS_OF('0'), DIGITS_OF('5'), LETTERS_OF('a'), LETTERS_OF('A'),
	['_'] = true, ['.'] = true, ['$'] = true, [' '] = true};

bool store_is_tag_char(char c)
{
	return c >= ' ' && c <= '~' && c != '!' && c != '@' && c != ';';
}

int store_compare_lines(const void *a, const void *b)
{
	const struct store_line *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

size_t store_key_length(const struct store_line *line)
{
	const char *tab = memchr(line->text, '\t', line->len);

	return tab ? (size_t)(tab - line->text) : line->len;
}

struct error *store_split_lines(
	const struct buf *text, struct pool *pool, struct store_line **ret, size_t *cnt)
{
	size_t line_cnt = 0;

	for (size_t i = 0; i < text->len; i++)
		line_cnt += text->data[i] == '\n';
	struct store_line *list = pool_calloc(pool, line_cnt, sizeof(*list));
	if (!list)
		return error_no_memory();
	const char *at = text->data;
	for (size_t i = 0; i < line_cnt; i++) {
		const char *end = memchr(at, '\n', (size_t)(text->data + text->len - at));
		list[i] = (struct store_line) {at, (size_t)(end - at)};
		at = end + 1;
	}
	*ret = list;
	*cnt = line_cnt;
	return NULL;
}

struct error *store_sort_lines(const struct buf *text, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	struct store_line *lines = NULL;
	size_t cnt = 0;
	struct error *error = text->failed ? error_no_memory() : store_split_lines(text, &pool, &lines, &cnt);

	if (error)
		return error;
	if (cnt)
		qsort(lines, cnt, sizeof(*lines), store_compare_lines);
	for (size_t i = 0; i < cnt; i++) {
		if (lines[i].len > STORE_LINE_MAX_BYTES)
			return error_create(ERROR_INPUT, NULL, "it cannot be stored: one name has too much");
		if (i && !store_compare_lines(&lines[i - 1], &lines[i]))
			continue;
		buf_add(out, lines[i].text, lines[i].len);
		buf_putc(out, '\n');
	}
	return out->failed ? error_no_memory() : NULL;
}

void store_lines_deinit(struct store_lines *lines)
{
	for (size_t i = 0; lines && i < STORE_SECTION_CNT; i++)
		buf_deinit(&lines->text[i]);
}
