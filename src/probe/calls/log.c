/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/log.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define INSN_DIGITS_MAX 7

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* "12: " at the start of a line; the text behind it. NULL: the line has no number. */
static const char *numbered(const char *line, int32_t *number)
{
	size_t digits = strspn(line, "0123456789");

	if (!digits || digits > INSN_DIGITS_MAX || line[digits] != ':' || line[digits + 1] != ' ')
		return NULL;
	*number = (int32_t)strtol(line, NULL, 10);
	return line + digits + 2;
}

/* A register's state ("R1=ctx()", "R2_w=...") or one of a frame's parts. */
static bool is_state(const char *text)
{
	if (*text == 'R' && isdigit((unsigned char)text[1])) {
		const char *end = text + 1 + strspn(text + 1, "0123456789");
		if (*end == '_')
			end += 1 + strspn(end + 1, "abcdefghijklmnopqrstuvwxyz");
		return *end == '=';
	}
	return starts_with(text, "frame") || starts_with(text, "safe") || starts_with(text, "refs=");
}

/* btf_ctx_access() and btf_check_subprog_call() write these about arguments that are fine. */
static bool is_note(const char *line)
{
	const char *end = line + strcspn(line, "\n");

	if (starts_with(line, "func '"))
		return memmem(line, (size_t)(end - line), " has btf_id ", 12);
	return starts_with(line, "arg#") &&
		memmem(line, (size_t)(end - line), "size cannot be determined", 25);
}

/* Lines that the verifier writes about its way, not about an error. */
static bool is_progress(const char *line)
{
	static const char *const starts[] = {"processed ", "verification time", "stack depth",
		"max_states", "mark_read", "from ", "returning", "caller", "callee", " ", ";", "func#",
		"Live regs", "last_idx", "regs=", "parent ", "mark_precise", "Validating ",
		"propagating ", "insns processed ", "\n"};
	int32_t number;
	const char *text = numbered(line, &number);

	if (is_state(text ? text : line) || is_note(line))
		return true;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (starts_with(line, starts[i]))
			return true;
	}
	return false;
}

struct log_refusal log_refusal(const char *log)
{
	struct log_refusal refusal = {.insn = -1};

	for (const char *line = log; *line; line = next_line(line)) {
		int32_t number;
		const char *text = numbered(line, &number);
		if (text && *text == '(')
			refusal = (struct log_refusal) {.insn = number};
		else if (!refusal.line && !is_progress(line))
			refusal = (struct log_refusal) {
				refusal.insn, line, strcspn(line, "\n")};
	}
	return refusal;
}

bool log_argument(const char *line, size_t len, unsigned int *index)
{
	for (size_t i = 0; i + 1 < len; i++) {
		bool word = !i || !isalnum((unsigned char)line[i - 1]);
		if (word && line[i] == 'R' && line[i + 1] >= '1' && line[i + 1] <= '5') {
			*index = (unsigned int)(line[i + 1] - '1');
			return true;
		}
		if (line[i] == '#' && i >= 3 && line[i + 1] >= '0' && line[i + 1] <= '4' &&
			(!memcmp(line + i - 3, "arg", 3) ||
				(i >= 4 && !memcmp(line + i - 4, "args", 4)))) {
			*index = (unsigned int)(line[i + 1] - '0');
			return true;
		}
	}
	return false;
}

/* The text behind "R2=" or "R2_w=" in the line; NULL: none. */
static const char *register_state(const char *line, size_t len, unsigned int reg)
{
	for (size_t i = 0; i + 2 < len; i++) {
		if (line[i] != 'R' || line[i + 1] != (char)('0' + reg) ||
			(i && isalnum((unsigned char)line[i - 1])))
			continue;
		size_t at = i + 2;
		if (line[at] == '_')
			at += 1 + strspn(line + at + 1, "abcdefghijklmnopqrstuvwxyz");
		if (at < len && line[at] == '=')
			return line + at + 1;
	}
	return NULL;
}

/* Flags, "ptr_", "or_null_", a name, "(". */
static bool read_pointer(const char *text, const char *end, struct log_pointer *pointer)
{
	size_t len = strcspn(text, "( \n");
	const char *stop = text + len, *ptr = NULL;

	if (stop >= end || *stop != '(')
		return false;
	for (const char *at = text; at + 4 <= stop && !ptr; at++) {
		if (!memcmp(at, "ptr_", 4) && (at == text || at[-1] == '_'))
			ptr = at;
	}
	if (!ptr)
		return false;
	pointer->untrusted = ptr - text >= 10 && !memcmp(ptr - 10, "untrusted_", 10);
	pointer->trusted = !pointer->untrusted && ptr - text >= 8 && !memcmp(ptr - 8, "trusted_", 8);
	pointer->rcu = ptr - text >= 4 && !memcmp(ptr - 4, "rcu_", 4);
	ptr += 4;
	pointer->may_be_null = stop - ptr > 8 && !memcmp(ptr, "or_null_", 8);
	pointer->type = pointer->may_be_null ? ptr + 8 : ptr;
	pointer->type_len = (size_t)(stop - pointer->type);
	return pointer->type_len > 0;
}

/* The state behind the instruction in `line`: in its line, or, with the next number, further down. */
static const char *state_after(const char *line, unsigned int reg, const char **end)
{
	*end = line + strcspn(line, "\n");
	const char *state = register_state(line, (size_t)(*end - line), reg);

	for (line = next_line(line); !state && *line; line = next_line(line)) {
		int32_t number;
		const char *text = numbered(line, &number);
		if (text && !is_state(text))
			break;
		*end = line + strcspn(line, "\n");
		state = text ? register_state(line, (size_t)(*end - line), reg) : NULL;
		if (text)
			break;
	}
	return state;
}

bool log_next_pointer(const char **at, unsigned int reg, struct log_pointer *pointer)
{
	while (**at) {
		const char *line = *at, *end;
		int32_t number;
		const char *text = numbered(line, &number);
		*at = next_line(line);
		if (!text || !starts_with(text, "(79) "))
			continue;
		const char *state = state_after(line, reg, &end);
		*pointer = (struct log_pointer) {.insn = number};
		if (state && read_pointer(state, end, pointer))
			return true;
	}
	return false;
}
