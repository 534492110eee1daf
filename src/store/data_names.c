/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/data_names.h"

#include <string.h>

static const struct data_prefix {
	char letter;
	const char *text;
} prefixes[] = {
#define DATA_PREFIX_ROW(letter, text) {letter, text},
	DATA_PREFIXES(DATA_PREFIX_ROW)
#undef DATA_PREFIX_ROW
};

/* Macros that put __COUNTER__ or __LINE__ into a name. */
static bool has_counter(const char *name)
{
	static const char *const counting[] = {"__UNIQUE_ID_", "__BTF_ID__", "__initcall__"};

	for (size_t i = 0; i < sizeof(counting) / sizeof(counting[0]); i++) {
		if (!strncmp(name, counting[i], strlen(counting[i])))
			return true;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Without each ".NUMBER" at the end. */
static size_t plain_length(const char *name)
{
	size_t len = strlen(name);

	for (;;) {
		size_t at = len;
		while (at && is_digit(name[at - 1]))
			at--;
		if (at == len || at < 2 || name[at - 1] != '.')
			return len;
		len = at - 1;
	}
}

/* NULL: none, or nothing would be left. */
static const struct data_prefix *find_prefix(const char *name, size_t len)
{
	const struct data_prefix *best = NULL;
	size_t best_len = 0;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t prefix = strlen(prefixes[i].text);
		if (prefix > best_len && prefix < len && !memcmp(name, prefixes[i].text, prefix)) {
			best = &prefixes[i];
			best_len = prefix;
		}
	}
	return best;
}

/* A number that is a whole word, "_12_", or ends the name; and the underscores that it leaves at the end. */
static void drop_counters(struct buf *out, const char *at, const char *end)
{
	size_t begin = out->len;

	for (const char *c = at; c < end;) {
		const char *number = c;
		while (c < end && is_digit(*c))
			c++;
		bool word = number == at || number[-1] == '_';
		if (c == number)
			c++;
		else if (c == end || (word && *c == '_'))
			continue;
		buf_add(out, number, (size_t)(c - number));
	}
	while (out->len > begin + 1 && out->data[out->len - 1] == '_')
		out->data[--out->len] = '\0';
}

void data_name_split(const char *name, struct buf *out, struct data_name *ret)
{
	size_t len = plain_length(name), before = out->len;
	const struct data_prefix *prefix = find_prefix(name, len);
	const char *rest = prefix ? name + strlen(prefix->text) : name;

	*ret = (struct data_name) {.prefix = prefix ? prefix->letter : '\0', .numbered = name[len]};
	if (has_counter(name))
		drop_counters(out, rest, name + len);
	else
		buf_add(out, rest, (size_t)(name + len - rest));
	ret->numbered |= out->len - before < strlen(rest);
	if (out->len == before)
		buf_putc(out, '_'); /* nothing but numbers */
}

/* The bytes before an entry have a symbol of their own in kernels with CALL_PADDING or CFI_CLANG. */
bool store_is_padding(const char *name)
{
	return !strncmp(name, "__pfx_", 6) || !strncmp(name, "__cfi_", 6);
}

bool store_is_plain_symbol(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (*c <= ' ' || *c >= 0x7f || *c == '#')
			return false;
	}
	return *name;
}
