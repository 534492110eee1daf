/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Excerpts from the sources in bpf/: programs that the probe loads and runs. */
#include <ctype.h>
#include <string.h>

#include "util/array.h"
#include "util/embed.h"
#include "kernel/context.h"
#include "probe/program/catalog.h"
#include "util/escape.h"
#include "docs/page_parts.h"
#include "snapshot/history/example.h"

static const struct {
	const char *name, *text;
} sources[] = {
#define SOURCE(name) {#name, embed_source_##name}
	SOURCE(arena), SOURCE(cpumask), SOURCE(dynptr), SOURCE(exception), SOURCE(implicit),
	SOURCE(loop), SOURCE(map_sum), SOURCE(object), SOURCE(percpu_kptr), SOURCE(perf_event),
#undef SOURCE
};

/* A piece of a source: lines. */
struct part {
	const char *text;
	size_t len; /* 0: none */
};

static const char *source_of(const struct program_set *set)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		if (!strcmp(sources[i].name, set->name))
			return sources[i].text;
	}
	return NULL;
}

/* `name` with a '(' behind it and no other letter before. */
static bool has_call(struct part part, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = part.text; len && at + len < part.text + part.len; at++) {
		bool begins = at == part.text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_');
		if (begins && !strncmp(at, name, len) && at[len] == '(')
			return true;
	}
	return false;
}

/* A block between empty lines outside of functions: a declaration, or a commented definition. */
static struct part next_part(const char *at)
{
	struct part part = {0};

	while (*at == '\n')
		at++;
	part.text = at;
	while (*at) {
		at += strcspn(at, "\n");
		at += *at == '\n';
		/* Inside a function, an indented line follows an empty line. */
		if (*at == '\n' && !isspace((unsigned char)at[1]) && at[1] != '}')
			break;
	}
	part.len = (size_t)(at - part.text);
	return part;
}

static bool is_definition(struct part part)
{
	return part.len > 2 && !strncmp(part.text + part.len - 2, "}\n", 2);
}

/* The shortest function that calls it. */
static struct part find_caller(const char *source, const char *name)
{
	struct part best = {0};

	for (struct part part = next_part(source); part.len; part = next_part(part.text + part.len)) {
		if (is_definition(part) && has_call(part, name) && (!best.len || part.len < best.len))
			best = part;
	}
	return best;
}

/* The lines that declare it as a kfunc. */
static struct part find_declaration(const char *source, const char *name)
{
	const char *const word = "\nKFUNC ";

	for (const char *at = strstr(source, word); at; at = strstr(at + 1, word)) {
		const char *end = strchr(at, ';');
		struct part part = {at + 1, end ? (size_t)(end - at) : 0};
		if (has_call(part, name))
			return (struct part) {part.text, part.len + (part.text[part.len] == '\n')};
	}
	return (struct part) {0};
}

static void put_part(struct buf *out, struct part part)
{
	for (size_t i = 0; i < part.len; i++) {
		if (!i || part.text[i - 1] == '\n')
			buf_puts(out, part.text[i] == '\n' ? "" : "    ");
		if (part.text[i] == '\t')
			buf_puts(out, "    ");
		else
			buf_putc(out, part.text[i]);
	}
}

static void put_example(struct buf *out, const struct program_set *set,
	const struct program_entry *entry, struct part declaration, struct part body)
{
	const char *source = source_of(set);

	buf_puts(out, "\n### Example\n\n??? example \"");
	buf_printf(out, "From bpf/%s.bpf.c; tried as", set->name);
	for (size_t i = 0; entry->contexts[i]; i++)
		buf_printf(out, "%s %s", i ? "," : "", entry->contexts[i]);
	buf_puts(out, "\"\n    ```c\n");
	put_part(out, (struct part) {source, strcspn(source, "\n") + 1});
	buf_putc(out, '\n');
	put_part(out, declaration);
	if (declaration.len)
		buf_putc(out, '\n');
	put_part(out, body);
	buf_puts(out, "    ```\n");
}

static bool page_example_lists(const char *const *list, const char *name)
{
	for (; list && *list; list++) {
		if (!strcmp(*list, name))
			return true;
	}
	return false;
}

static bool put_run_example(struct buf *out, const char *name)
{
	for (size_t s = 0; s < program_set_cnt; s++) {
		const struct program_set *set = &program_sets[s];
		const char *source = source_of(set);
		for (size_t i = 0; source && i < set->program_cnt; i++) {
			const struct program_entry *entry = &set->programs[i];
			struct part body = find_caller(source, name);
			if (!body.len || (!page_example_lists(entry->kfuncs, name) && !page_example_lists(entry->helpers, name)))
				continue;
			put_example(out, set, entry, find_declaration(source, name), body);
			return true;
		}
	}
	return false;
}

/* A program that was run says more than one that was loaded. */
void put_call_example(struct buf *out, const char *name)
{
	struct call_example example;

	if (put_run_example(out, name) || !example_find(name, &example))
		return;
	buf_printf(out, "\n### Example\n\n??? example \"A program for %s that Linux %s accepted\"\n    ```c\n",
		example.context, example.kernel);
	put_part(out, (struct part) {example.source, example.len_bytes});
	buf_puts(out, "    ```\n");
}

static bool page_example_is_of_type(const char *context, const char *program_type)
{
	size_t len = strcspn(context, "/");

	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		const char *word = prog_type_word(row->prog_type);
		if (word && !strcmp(word, program_type) &&
			(!strcmp(row->name, context) ||
				(strlen(row->name) == len && !strncmp(row->name, context, len))))
			return true;
	}
	return false;
}

/* The function itself. A function that a macro makes has no text of its own. */
static struct part page_example_find_program(const char *source, const char *function)
{
	for (struct part part = next_part(source); part.len; part = next_part(part.text + part.len)) {
		const char *section = strstr(part.text, "SEC(\"?");
		if (is_definition(part) && section && section < part.text + part.len &&
			has_call(part, function))
			return part;
	}
	return (struct part) {0};
}

void put_program_example(struct buf *out, const char *program_type)
{
	for (size_t s = 0; s < program_set_cnt; s++) {
		const struct program_set *set = &program_sets[s];
		const char *source = source_of(set);
		for (size_t i = 0; source && i < set->program_cnt; i++) {
			const struct program_entry *entry = &set->programs[i];
			struct part body = page_example_find_program(source, entry->function);
			if (!body.len || !page_example_is_of_type(entry->contexts[0], program_type))
				continue;
			put_example(out, set, entry, (struct part) {0}, body);
			return;
		}
	}
}

void put_user_example(struct buf *out)
{
	const char *source = embed_source_perf_event_user;

	buf_puts(out, "\n??? example \"From bpf/perf_event_user.c\"\n    ```c\n");
	put_part(out, (struct part) {source, strcspn(source, "\n") + 1});
	for (struct part part = next_part(source); part.len; part = next_part(part.text + part.len)) {
		if (!is_definition(part))
			continue;
		buf_putc(out, '\n');
		put_part(out, part);
	}
	buf_puts(out, "    ```\n");
}

/* Whole words of a source. */
static size_t count_words(const char *source, const char *word)
{
	size_t len = strlen(word), cnt = 0;

	for (const char *at = strstr(source, word); at; at = strstr(at + len, word)) {
		bool begins = at == source || (!isalnum((unsigned char)at[-1]) && at[-1] != '_');
		cnt += begins && !isalnum((unsigned char)at[len]) && at[len] != '_';
	}
	return cnt;
}

void put_macro_example(struct buf *out, const char *macro)
{
	const struct program_set *best = NULL;
	size_t best_cnt = 0;

	for (size_t s = 0; s < program_set_cnt; s++) {
		const char *source = source_of(&program_sets[s]);
		size_t cnt = source && program_sets[s].program_cnt ? count_words(source, macro) : 0;
		if (cnt <= best_cnt)
			continue;
		best = &program_sets[s];
		best_cnt = cnt;
	}
	if (!best)
		return;
	const char *source = source_of(best);
	const char *body = source + strcspn(source, "\n") + 1;
	put_example(out, best, &best->programs[0], (struct part) {0}, (struct part) {body, strlen(body)});
}
