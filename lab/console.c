/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/console.h"
#include "util/array.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char *const stream_words[] = {
#define LAB_STREAM_WORD(name, word) word,
	LAB_STREAMS(LAB_STREAM_WORD)
#undef LAB_STREAM_WORD
};

const char *lab_stream_word(enum lab_stream stream)
{
	return stream < LAB_STREAM_CNT ? stream_words[stream] : "?";
}

/* The current stream: it has all lines without a mark, from its header to the next mark. */
struct incoming {
	int stream; /* -1: none */
	size_t size_bytes, packed_bytes;
	uint32_t crc;
	struct buf packed;
	uint32_t bits; /* of a group of four characters, from the left */
	unsigned bit_cnt;
};

struct parser {
	const char *mark;
	size_t mark_len;
	struct lab_report *report;
	struct incoming incoming;
};

void lab_report_deinit(struct lab_report *report)
{
	if (!report)
		return;
	buf_deinit(&report->why);
	for (size_t i = 0; i < LAB_STREAM_CNT; i++)
		buf_deinit(&report->streams[i]);
	*report = (struct lab_report) {0};
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/*
 * A message of the kernel in between ("[    6.4] Disabling IRQ #4") starts with a bracket, which is
 * not a base64 digit. It ends with its line. Then the interrupted data continues. Padding is
 * skipped.
 */
static void take_base64(struct incoming *incoming, const char *text, size_t len)
{
	for (size_t i = 0; i < len && incoming->packed.len <= incoming->packed_bytes; i++) {
		if (text[i] == '[')
			return;
		int value = digit(text[i]);
		if (value < 0)
			continue;
		incoming->bits = incoming->bits << 6 | (uint32_t)value;
		incoming->bit_cnt += 6;
		if (incoming->bit_cnt < 8)
			continue;
		incoming->bit_cnt -= 8;
		buf_putc(&incoming->packed, (char)(incoming->bits >> incoming->bit_cnt & 255));
	}
}

static struct error *console_unpack(const struct incoming *incoming, struct buf *out)
{
	uLongf size = incoming->size_bytes;
	unsigned char *data = malloc(size + 1);

	if (!data)
		return error_no_memory();
	int status = uncompress(data, &size, (const unsigned char *)buf_text(&incoming->packed),
		incoming->packed.len);
	bool ok = status == Z_OK && size == incoming->size_bytes &&
		crc32(0, data, (uInt)size) == incoming->crc;
	if (ok)
		buf_add(out, data, size);
	free(data);
	if (ok)
		return out->failed ? error_no_memory() : NULL;
	return error_create(ERROR_INPUT, NULL, "%s: damaged on its way over the console",
		lab_stream_word((enum lab_stream)incoming->stream));
}

/* The next mark ends a stream. */
static struct error *end_stream(struct parser *parser)
{
	struct incoming *incoming = &parser->incoming;
	struct error *error = NULL;

	if (incoming->stream >= 0) {
		error = incoming->packed.failed
			? error_no_memory()
			: console_unpack(incoming, &parser->report->streams[incoming->stream]);
		parser->report->sent[incoming->stream] = !error;
	}
	buf_deinit(&incoming->packed);
	*incoming = (struct incoming) {.stream = -1};
	return error;
}

static struct error *say_started(struct parser *parser, const char *rest)
{
	(void)rest;
	parser->report->started = true;
	return NULL;
}

static struct error *say_done(struct parser *parser, const char *rest)
{
	(void)rest;
	parser->report->done = true;
	return NULL;
}

static struct error *say_failed(struct parser *parser, const char *rest)
{
	parser->report->end = LAB_END_FAILED;
	buf_puts(&parser->report->why, rest);
	return NULL;
}

static struct error *say_timeout(struct parser *parser, const char *rest)
{
	(void)rest;
	parser->report->end = LAB_END_TIMEOUT;
	return NULL;
}

static struct error *console_number_of(const char *text, unsigned long max, unsigned *ret)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || *text == '-' || number > max)
		return error_create(ERROR_INPUT, NULL, "%.40s: not a valid number", text);
	*ret = (unsigned)number;
	return NULL;
}

static struct error *say_exit(struct parser *parser, const char *rest)
{
	parser->report->end = LAB_END_EXIT;
	return console_number_of(rest, 255, &parser->report->number);
}

static struct error *say_signal(struct parser *parser, const char *rest)
{
	parser->report->end = LAB_END_SIGNAL;
	return console_number_of(rest, 127, &parser->report->number);
}

static struct error *begin_stream(struct parser *parser, enum lab_stream stream, const char *rest)
{
	struct incoming *incoming = &parser->incoming;
	char extra;

	if (sscanf(rest, "%zu %8x %zu %c", &incoming->size_bytes, &incoming->crc,
		    &incoming->packed_bytes, &extra) != 3 ||
		incoming->packed_bytes > compressBound(LAB_STREAM_MAX_BYTES))
		return error_create(
			ERROR_INPUT, NULL, "%s: not a stream's header", lab_stream_word(stream));
	if (incoming->size_bytes > LAB_STREAM_MAX_BYTES)
		return error_create(ERROR_INPUT, NULL, "%s: %zu bytes; the limit is %u",
			lab_stream_word(stream), incoming->size_bytes, LAB_STREAM_MAX_BYTES);
	if (parser->report->sent[stream])
		return error_create(ERROR_INPUT, NULL, "%s: sent twice", lab_stream_word(stream));
	incoming->stream = (int)stream;
	return NULL;
}

static const struct {
	const char *word;
	struct error *(*take)(struct parser *, const char *rest);
} words[] = {
	{"started", say_started},
	{"exit", say_exit},
	{"signal", say_signal},
	{"timeout", say_timeout},
	{"failed", say_failed},
	{"done", say_done},
};

/* `said` is the text after the mark. */
static struct error *console_take_line(struct parser *parser, const char *said)
{
	size_t len = strcspn(said, " ");
	const char *rest = said + len + (said[len] == ' ');

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) == len && !memcmp(words[i].word, said, len))
			return words[i].take(parser, rest);
	}
	for (size_t i = 0; i < LAB_STREAM_CNT; i++) {
		if (strlen(stream_words[i]) == len && !memcmp(stream_words[i], said, len))
			return begin_stream(parser, (enum lab_stream)i, rest);
	}
	return error_create(
		ERROR_INPUT, NULL, "the guest sent an unknown line: %.40s", said);
}

static struct error *console_parse_line(struct parser *parser, const char *line, size_t len)
{
	const char *mark = memmem(line, len, parser->mark, parser->mark_len);
	char said[600];

	if (!mark) {
		if (parser->incoming.stream >= 0)
			take_base64(&parser->incoming, line, len);
		return NULL;
	}
	size_t at = (size_t)(mark - line) + parser->mark_len;
	while (at < len && line[at] == ' ')
		at++;
	while (len > at && line[len - 1] == '\r')
		len--;
	snprintf(said, sizeof(said), "%.*s", (int)(len - at < 512 ? len - at : 512), line + at);
	struct error *error = end_stream(parser);
	return error ? error : console_take_line(parser, said);
}

/* The last line of a console may lack its newline. */
static size_t line_end(const char *data, size_t size, size_t at)
{
	const char *newline = memchr(data + at, '\n', size - at);

	return newline ? (size_t)(newline - data) : size;
}

struct error *lab_console_parse(
	const char *mark, const char *data, size_t size, struct lab_report *ret)
{
	struct parser parser = {.mark = mark, .mark_len = strlen(mark), .report = ret};
	struct error *error = NULL;

	*ret = (struct lab_report) {0};
	parser.incoming.stream = -1;
	for (size_t at = 0, end; at < size && !error; at = end + 1) {
		end = line_end(data, size, at);
		error = console_parse_line(&parser, data + at, end - at);
	}
	/* The console ended inside a stream. `sent` and `done` show what is missing. */
	buf_deinit(&parser.incoming.packed);
	return error;
}

static void add_shown(struct buf *out, const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];
		if ((c >= ' ' && c < 127) || c == '\t')
			buf_putc(out, (char)c);
	}
}

void lab_console_panic(const char *data, size_t size, struct buf *out)
{
	static const char words[] = "Kernel panic - not syncing: ";
	const char *found = size ? memmem(data, size, words, sizeof(words) - 1) : NULL;

	if (!found)
		return;
	size_t at = (size_t)(found - data) + sizeof(words) - 1;
	add_shown(out, data + at, line_end(data, size, at) - at);
}

/* The start of the last `line_cnt` lines, without empty ones. */
static size_t tail_begin(const char *data, size_t size, size_t line_cnt)
{
	size_t at = size;

	for (size_t cnt = 0; at && cnt <= line_cnt; cnt += at > 0 && data[at - 1] == '\n') {
		at--;
		while (at && data[at - 1] != '\n')
			at--;
	}
	return at;
}

void lab_console_tail(
	const char *mark, const char *data, size_t size, size_t line_cnt, struct buf *out)
{
	for (size_t at = tail_begin(data, size, line_cnt), end; at < size; at = end + 1) {
		end = line_end(data, size, at);
		if (end > at && !memmem(data + at, end - at, mark, strlen(mark))) {
			add_shown(out, data + at, end - at);
			buf_putc(out, '\n');
		}
	}
}
