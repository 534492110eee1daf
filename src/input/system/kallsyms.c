/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/kallsyms.h"

#include <stdlib.h>
#include <string.h>

#include "input/system/system.h"
#include "kernel/kernel.h"

#define KALLSYMS_PATH "/proc/kallsyms"
/* 256 KiB a chunk: malloc() maps each separately, so free() returns the memory at once. */
#define CHUNK_CNT 8192

/*
 * The length of the list is known only at the end. Chunks keep peak memory little above the
 * result; a growing array would not.
 */
struct symbols_chunk {
	struct symbols_chunk *next;
	size_t cnt;
	struct kernel_symbol symbols[CHUNK_CNT];
};

void symbols_parser_deinit(struct symbols_parser *parser)
{
	if (!parser)
		return;
	for (struct symbols_chunk *chunk = parser->first, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	parser->first = parser->last = NULL;
}

static struct kernel_symbol *next_place(struct symbols_parser *parser)
{
	if (!parser->last || parser->last->cnt == CHUNK_CNT) {
		struct symbols_chunk *chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->next = NULL;
		chunk->cnt = 0;
		if (parser->last)
			parser->last->next = chunk;
		else
			parser->first = chunk;
		parser->last = chunk;
	}
	return &parser->last->symbols[parser->last->cnt];
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * The number of bytes read; 0: no digit, or more than 64 bits. Linux 4.15 to 5.1 hides an address as
 * "(null)", right-aligned.
 */
static size_t parse_address(const char *text, size_t len, uint64_t *ret)
{
	static const char hidden[] = "(null)";
	uint64_t address = 0;
	size_t at = 0;

	while (at < len && at < 16 && text[at] == ' ')
		at++;
	*ret = 0;
	if (len - at >= sizeof(hidden) && !memcmp(text + at, hidden, sizeof(hidden) - 1))
		return at + sizeof(hidden) - 1;
	if (at)
		return 0;
	for (int digit; at < len && (digit = hex_digit(text[at])) >= 0; at++)
		address = address << 4 | (unsigned int)digit;
	*ret = address;
	return at <= 16 ? at : 0;
}

/* C and Rust symbols have no control characters and no spaces. */
static bool system_kallsyms_is_name(const char *text, size_t len)
{
	if (len > KBTF_NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return false;
	}
	return len > 0;
}

/* Splits "NAME" or "NAME\t[MODULE]". *module_len is 0 without a module. False: another form. */
static bool split_module(
	const char *text, size_t len, size_t *name_len, const char **module, size_t *module_len)
{
	const char *tab = memchr(text, '\t', len);

	*name_len = tab ? (size_t)(tab - text) : len;
	*module_len = 0;
	if (!system_kallsyms_is_name(text, *name_len))
		return false;
	if (!tab)
		return true;
	size_t rest = len - *name_len - 1;
	if (rest < 3 || tab[1] != '[' || tab[rest] != ']')
		return false;
	*module = tab + 2;
	*module_len = rest - 2;
	return system_kallsyms_is_name(*module, *module_len);
}

/*
 * A label of the assembler. It names the label "1:" ".L1\0022" (LOCAL_LABEL_CHAR and
 * DOLLAR_LABEL_CHAR of binutils gas/as.h). On riscv it also uses ".L0 " (FAKE_LABEL_NAME of
 * gas/config/tc-riscv.h). Modules of arm64, riscv and s390 keep some of these labels.
 */
static bool kallsyms_is_label(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && (text[at] == '.' || text[at] == 'L'))
		at++;
	size_t start = at;
	while (at < len && text[at] >= '0' && text[at] <= '9')
		at++;
	if (!start || at == start || at == len)
		return false;
	return text[at] == 1 || text[at] == 2 ||
		(text[at] == ' ' && (at + 1 == len || text[at + 1] == '\t'));
}

/* " T " and at least one byte, after the address. */
static bool has_letter(const char *text, size_t len)
{
	return len >= 4 && text[0] == ' ' && text[1] > ' ' && text[1] < 0x7f && text[2] == ' ';
}

static const char *intern_module(struct symbols_parser *parser, const char *module, size_t len)
{
	if (!parser->module || strncmp(parser->module, module, len) || parser->module[len])
		parser->module = pool_intern(parser->pool, module, len);
	return parser->module;
}

bool symbols_parse_line(void *context, const char *line, size_t len, bool cut)
{
	struct symbols_parser *parser = context;
	const char *module = NULL;
	size_t name_len, module_len;
	uint64_t address;

	size_t at = parse_address(line, len, &address);
	bool shaped = !cut && at && has_letter(line + at, len - at);
	if (shaped && kallsyms_is_label(line + at + 3, len - at - 3))
		return true;
	if (!shaped || !split_module(line + at + 3, len - at - 3, &name_len, &module, &module_len)) {
		parser->odd_lines++;
		return true;
	}
	struct kernel_symbol *symbol = next_place(parser);
	if (!symbol)
		return false;
	*symbol = (struct kernel_symbol) {
		.address = address,
		.name = pool_strndup(parser->pool, line + at + 3, name_len),
		.module = module_len ? intern_module(parser, module, module_len) : NULL,
		.type = line[at + 1],
	};
	if (!symbol->name || (module_len && !symbol->module))
		return false;
	parser->last->cnt++;
	parser->cnt++;
	parser->address_seen |= address != 0;
	return true;
}

struct error *symbols_finish(struct symbols_parser *parser, struct kernel_symbols **ret)
{
	struct kernel_symbols *symbols = pool_alloc(parser->pool, sizeof(*symbols));
	struct kernel_symbol *list = pool_calloc(parser->pool, parser->cnt, sizeof(*list));
	size_t at = 0;

	if (!symbols || !list)
		return error_no_memory();
	while (parser->first) {
		struct symbols_chunk *chunk = parser->first;
		memcpy(list + at, chunk->symbols, chunk->cnt * sizeof(*list));
		at += chunk->cnt;
		parser->first = chunk->next;
		free(chunk);
	}
	parser->last = NULL;
	symbols_letter_data(list, parser->cnt);
	*symbols = (struct kernel_symbols) {
		.list = list,
		.cnt = parser->cnt,
		.addresses_hidden = parser->cnt && !parser->address_seen,
		.odd_lines = parser->odd_lines,
	};
	*ret = symbols;
	return NULL;
}

static struct error *kallsyms_missing(struct kernel *kernel, const char *why)
{
	kernel->symbols_missing = pool_strdup(&kernel->pool, why);
	return kernel->symbols_missing ? NULL : error_no_memory();
}

struct error *load_symbols(struct kernel *kernel, const char *root)
{
	__attribute__((cleanup(symbols_parser_deinit))) struct symbols_parser parser = {
		.pool = &kernel->pool};
	_cleanup_error_ struct error *error =
		file_read_lines(root, KALLSYMS_PATH, symbols_parse_line, &parser);

	if (error && error->code == ERROR_NO_MEMORY)
		return error_no_memory();
	/* An incomplete list is discarded: it does not prove absence. */
	if (error)
		return kallsyms_missing(kernel, error->what);
	if (!parser.cnt)
		return kallsyms_missing(kernel,
			parser.odd_lines ? KALLSYMS_PATH ": it has no symbol line"
					 : KALLSYMS_PATH ": empty");
	add_odd_lines_limit(kernel, KALLSYMS_PATH, parser.odd_lines);
	return symbols_finish(&parser, &kernel->symbols);
}
