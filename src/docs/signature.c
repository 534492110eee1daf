/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KFUNC_DEF: a kfunc's prototype, and a note for each flag that a program's author must know. */
#include <ctype.h>
#include <string.h>

#include "docs/parts.h"
#include "util/array.h"
#include "util/version.h"

#define NOTE "!!! "
#define CODE_BEGIN "`#!c "

/* In the order of include/linux/btf.h. */
static const struct {
	const char *flag;
	const char *marks[3]; /* texts that every existing note of that flag contains */
	const char *text;
} notes[] = {
	{"KF_ACQUIRE", {"eventually released", "must be given back", NULL},
		"The pointer that this kfunc returns is a reference. It must be given back by the kfunc that "
		"releases it, or be stored in a map, on every path through the program."},
	{"KF_RELEASE", {"releases the pointer", "ends the reference", NULL},
		"This kfunc ends the reference that is passed to it. No copy of that pointer can be used "
		"after the call."},
	{"KF_RET_NULL", {"may be null", "can be null", "return null"},
		"The returned pointer may be NULL. The program has to compare it with NULL before any use."},
	{"KF_SLEEPABLE", {"may sleep", "sleepable", NULL},
		"This kfunc may sleep: only programs loaded with BPF_F_SLEEPABLE can call it."},
	{"KF_DESTRUCTIVE", {"destructive", "cap_sys_boot", NULL},
		"This kfunc is destructive, it can take the system down: loading a program that calls it "
		"needs CAP_SYS_BOOT."},
	{"KF_RCU_PROTECTED", {"rcu protected", "rcu read-side", NULL},
		"This kfunc can only be called inside of an RCU read-side critical section."},
};

#define NOTE_CNT ARRAY_SIZE(notes)

/* The kernels' facts about the kfunc. */
struct known {
	const char *prototype;           /* of the newest kernel where a program can call it */
	const struct history_row *row;   /* that one */
	bool complete;                   /* a kernel gave all its flags */
	struct flag_range {
		const struct history_row *first, *last; /* kernels with the flag; NULL: none */
		const struct history_row *before;  /* the last older than those that is known to lack it */
		const struct history_row *without; /* the first newer one */
	} flags[NOTE_CNT];
};

static bool signature_has_flag(const struct snapshot_kfunc *kfunc, const char *flag)
{
	for (size_t i = 0; i < kfunc->flag_cnt; i++) {
		if (!strcmp(kfunc->flags[i], flag))
			return true;
	}
	return false;
}

/* A snapshot is untrusted input: a line between backticks must stay one, and hold no marker. */
static bool signature_is_printable(const char *prototype)
{
	for (const char *c = prototype; *c; c++) {
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f || *c == '`')
			return false;
	}
	return !strstr(prototype, "<!--");
}

/*
 * A kfunc that no program can call may have a damaged prototype. Programs do not pass implicit
 * arguments, but some builds leave the last one in BTF.
 */
static bool is_callable(const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		enum cell_state state = kfunc->cells[i].state;
		if (cell_state_usable(state) || state == CELL_CONDITIONAL)
			return true;
	}
	return false;
}

static bool is_newer(const struct history_row *a, const struct history_row *b)
{
	return version_parse(a->version) > version_parse(b->version);
}

/* Rows come in the order of their versions. */
static void take_flag(
	struct flag_range *range, const struct history_row *row, bool has, bool complete)
{
	if (has) {
		range->first = range->first ? range->first : row;
		range->last = row;
		range->without = NULL;
		if (range->before && !is_newer(range->first, range->before))
			range->before = NULL;
	} else if (complete && !range->first) {
		range->before = row;
	} else if (complete && !range->without && is_newer(row, range->last)) {
		range->without = row;
	}
}

static void take_kfunc(struct known *known, const struct history_row *row,
	const struct snapshot *snapshot, const struct snapshot_kfunc *kfunc)
{
	bool complete = kfunc->found_by & 1u << KFUNC_SOURCE_SET;

	known->complete |= complete;
	/* The first kernel of a version: amd64, if it exists. */
	if (kfunc->prototype && signature_is_printable(kfunc->prototype) && is_callable(snapshot, kfunc) &&
		(!known->row || strcmp(known->row->version, row->version))) {
		known->prototype = kfunc->prototype;
		known->row = row;
	}
	for (size_t i = 0; i < NOTE_CNT; i++)
		take_flag(&known->flags[i], row, signature_has_flag(kfunc, notes[i].flag), complete);
}

static void signature_look(const struct docs_section *section, struct known *ret)
{
	const struct history *history = section->options->since->history;

	*ret = (struct known) {0};
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		for (size_t k = 0; k < row->entry_cnt; k++) {
			const struct snapshot *snapshot = row->entries[k]->snapshot;
			const struct snapshot_kfunc *kfunc =
				snapshot_find_kfunc(snapshot, section->subject);
			if (kfunc)
				take_kfunc(ret, row, snapshot, kfunc);
		}
	}
}

static bool skip_word(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len))
		return false;
	*at += len;
	return true;
}

static bool signature_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Address space 1 stands before the type there, and behind "void" in C. */
static bool has_arena(const char *from, const char *end)
{
	const char *found = strstr(from, "__arena ");

	return found && found < end;
}

/* One parameter, or the part before the parameters, in the form of existing trees. */
static void put_compat_part(const char *at, const char *end, struct buf *out)
{
	bool word = false;

	if (has_arena(at, end))
		buf_puts(out, "__arena ");
	while (at < end) {
		if (!word && (skip_word(&at, "enum ") || skip_word(&at, "__arena ")))
			continue;
		/* A function pointer loses its star, and its unnamed parameters get a space. */
		if (*at == '(' && at[1] == '*' && at + 1 < end) {
			buf_putc(out, '(');
			at += 2;
			word = false;
			continue;
		}
		if ((*at == ',' || *at == ')') && at[-1] == '*')
			buf_putc(out, ' ');
		word = signature_is_word(*at);
		buf_putc(out, *at++);
	}
}

/* A parameter ends at the comma before the next one, or at the end of the parameters. */
static const char *parameter_end(const char *at)
{
	int depth = 0;

	for (; *at; at++) {
		if (!depth && (*at == ',' || *at == ')'))
			break;
		depth += (*at == '(') - (*at == ')');
	}
	return at;
}

static void put_compat(const char *prototype, struct buf *out)
{
	const char *paren = strchr(prototype, '(');

	if (!paren) {
		buf_puts(out, prototype);
		return;
	}
	put_compat_part(prototype, paren + 1, out);
	const char *at = paren + 1;
	if (!strcmp(at, "void)"))
		at += strlen("void");
	while (*at && *at != ')') {
		const char *end = parameter_end(at);
		put_compat_part(at, end, out);
		at = end;
		if (*at == ',') {
			buf_puts(out, ", ");
			at++;
			at += strspn(at, " ");
		}
	}
	buf_puts(out, at);
}

/*
 * Without white space and other differences in spelling. Type tags depend on the tools that built
 * the kernel, and do not count.
 */
static void put_normal(const char *text, size_t len, struct buf *out)
{
	static const char *const ignored[] = {
		"enum ", "__arena ", "__user ", "__rcu ", "__percpu ", " ", "\n"};
	const char *end = text + len;
	bool word = false;

	while (text < end) {
		const char *before = text;
		if (!strncmp(text, "(void)", 6) && text + 6 <= end) {
			buf_puts(out, "()");
			text += 6;
			continue;
		}
		for (size_t i = 0; i < ARRAY_SIZE(ignored) && text == before; i++) {
			if (!word || !signature_is_word(*ignored[i]))
				skip_word(&text, ignored[i]);
		}
		if (text != before) {
			word = false;
			continue;
		}
		word = signature_is_word(*text);
		buf_putc(out, *text);
		text += 1 + (*text == '(' && text[1] == '*');
	}
}

static bool signature_is_same(const char *old, size_t len, const char *new, bool exactly)
{
	_cleanup_buf_ struct buf a = {0}, b = {0};

	if (exactly)
		return strlen(new) == len && !memcmp(old, new, len);
	put_normal(old, len, &a);
	put_normal(new, strlen(new), &b);
	return !a.failed && !b.failed && !strcmp(buf_text(&a), buf_text(&b));
}

/* The old body: its signature, and the start of its notes. */
struct old {
	const char *signature; /* NULL: there is none */
	size_t len;
	const char *rest;
};

static bool read_old(const char *body, struct old *ret)
{
	const char *at = body + strspn(body, "\n ");

	*ret = (struct old) {.rest = at};
	if (!*at)
		return true;
	if (!skip_word(&at, CODE_BEGIN))
		return false;
	ret->signature = at;
	ret->len = strcspn(at, "`\n");
	if (at[ret->len] != '`')
		return false;
	ret->rest = at + ret->len + 1;
	ret->rest += strspn(ret->rest, " ");
	if (*ret->rest && *ret->rest != '\n')
		return false;
	ret->rest += *ret->rest == '\n';
	return true;
}

static struct error *signature_differ(struct docs_section *section, const struct known *known, const char *old,
	const char *new, const char *reason)
{
	const struct docs_difference difference = {
		.subject = section->subject,
		.name = section->subject,
		.change = !old ? DOCS_ADDED : !new ? DOCS_REMOVED : DOCS_CHANGED,
		.old_text = old,
		.new_text = new,
		.reason = pool_printf(&section->report->pool, "%s%s", reason,
			known->row ? known->row->label : ""),
	};

	return docs_differ(section, 1, &difference);
}

static struct error *make_signature(
	struct docs_section *section, const struct known *known, const struct old *old)
{
	bool exact = section->options->c_signatures;
	_cleanup_buf_ struct buf new = {0};

	if (known->prototype && exact)
		buf_puts(&new, known->prototype);
	else if (known->prototype)
		put_compat(known->prototype, &new);
	if (old->signature && (!new.len || signature_is_same(old->signature, old->len, buf_text(&new), exact))) {
		buf_printf(section->out, CODE_BEGIN "%.*s`\n", (int)old->len, old->signature);
		return NULL;
	}
	if (!new.len)
		return docs_note(section, 0, "%s: none of the kernels gives its prototype",
			section->subject);
	buf_printf(section->out, CODE_BEGIN "%s`\n", buf_text(&new));
	return signature_differ(section, known,
		old->signature ? pool_strndup(&section->report->pool, old->signature, old->len) : NULL,
		buf_text(&new), "the prototype of ");
}

/* The start of the next note, or the end of the text. */
static const char *next_note(const char *text)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		if (!strncmp(text, NOTE, strlen(NOTE)))
			break;
	}
	return text;
}

/*
 * Where the lines that continue a note end: indented ones, also after blank ones. The text after them is
 * not part of the note, so that words in it say nothing about a flag.
 */
static const char *continuation_end(const char *text)
{
	const char *end = text;

	while (*text) {
		size_t len = strcspn(text, "\n"), blank = strspn(text, " \t\r");
		bool indented = *text == '\t' || !strncmp(text, "    ", 4);
		if (blank < len && !indented)
			break;
		text += len + (text[len] == '\n');
		if (blank < len)
			end = text;
	}
	return end;
}

static const char *note_end(const char *note)
{
	note += strcspn(note, "\n");
	return continuation_end(note + (*note == '\n'));
}

/* The flag that a note is about; NOTE_CNT: not a note of kcompat. */
static size_t note_flag(const char *note, size_t len, struct pool *pool)
{
	char *lower = pool_strndup(pool, note, len);

	for (char *c = lower; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	/* Backwards: the note on RCU mentions sleepable programs. No earlier note mentions RCU. */
	for (size_t i = lower ? NOTE_CNT : 0; i-- > 0;) {
		for (size_t k = 0; k < 3 && notes[i].marks[k]; k++) {
			if (strstr(lower, notes[i].marks[k]))
				return i;
		}
	}
	return NOTE_CNT;
}

/* "Since v6.13-v6.16, until v6.19: ", of the versions with the flag; nothing if all versions have it. */
static void put_flag_range(const struct flag_range *range, struct buf *out)
{
	if (range->before) {
		unsigned int first = version_parse(range->first->version);
		unsigned int earliest = version_next(version_parse(range->before->version));
		buf_puts(out, "Since ");
		put_version(out, earliest);
		if (earliest != first) {
			buf_putc(out, '-');
			put_version(out, first);
		}
		buf_puts(out, range->without ? ", until " : ": ");
	}
	if (range->without) {
		unsigned int last = version_parse(range->last->version);
		unsigned int without = version_parse(range->without->version);
		buf_puts(out, range->before ? "" : "Until ");
		put_version(out, last);
		if (version_next(last) != without) {
			buf_puts(out, " or a later version before ");
			put_version(out, without);
		}
		buf_puts(out, ": ");
	}
}

/* The text of a note: its first line without the white space; NULL: it has only a title. */
static const char *note_text(const char *note, size_t len)
{
	const char *newline = memchr(note, '\n', len);
	const char *text = newline ? newline + 1 + strspn(newline + 1, " \t\n") : NULL;

	return text && text < note + len ? text : NULL;
}

/* The length of a range that kcompat wrote before a text. */
static size_t range_length(const char *text)
{
	size_t len = strcspn(text, ":\n");

	return (!strncmp(text, "Since v", 7) || !strncmp(text, "Until v", 7)) &&
			!strncmp(text + len, ": ", 2)
		? len + 2
		: 0;
}

static bool names_version(const char *text, size_t len, const struct history_row *row)
{
	size_t word = row ? strlen(row->version) : 0;

	for (size_t i = 0; word && i + word <= len; i++) {
		if (!memcmp(text + i, row->version, word) && !isdigit((unsigned char)text[i + word]) &&
			(!i || (!isdigit((unsigned char)text[i - 1]) && text[i - 1] != '.')))
			return true;
	}
	return false;
}

/* Does the note say in which versions the kfunc has the flag? In the words of kcompat or in others. */
static bool says_range(const char *text, size_t len, const struct flag_range *range)
{
	unsigned int claimed = !strncmp(text, "Until v", 7) ? version_parse(text + 6) : 0;

	if (claimed && range->without && claimed >= version_parse(range->last->version) &&
		claimed < version_parse(range->without->version))
		return true;
	return (!range->before || names_version(text, len, range->first)) &&
		(!range->without || names_version(text, len, range->last) ||
			names_version(text, len, range->without));
}

/* The missing notes of the flags from `*next` to before `end`. */
static struct error *add_notes(struct docs_section *section, const struct known *known,
	const bool *there, size_t *next, size_t end)
{
	for (; *next < end; ++*next) {
		_cleanup_buf_ struct buf text = {0};
		if (!known->flags[*next].first || there[*next])
			continue;
		put_flag_range(&known->flags[*next], &text);
		buf_puts(&text, notes[*next].text);
		buf_printf(section->out, "\n" NOTE "note\n    %s\n", buf_text(&text));
		struct docs_difference difference = {
			.subject = section->subject,
			.name = notes[*next].flag,
			.change = DOCS_ADDED,
			.new_text = buf_text(&text),
			.reason = "the kfunc has that flag",
		};
		struct error *error = docs_differ(section, 1, &difference);
		if (error)
			return error;
	}
	return NULL;
}

/* A note goes with the blank lines before it, and not with text. */
static void keep_text(const char *text, const char *end, struct buf *out)
{
	while (end > text && strchr(" \t\r\n", end[-1]))
		end--;
	buf_add(out, text, (size_t)(end - text));
	if (end > text)
		buf_putc(out, '\n');
}

/* A note without the versions of its flag gets them. */
static struct error *put_note(struct docs_section *section, const struct flag_range *range, size_t flag,
	const char *note, size_t len)
{
	const char *text = range ? note_text(note, len) : NULL;
	struct pool *pool = &section->report->pool;
	_cleanup_buf_ struct buf new = {0};

	if (range)
		put_flag_range(range, &new);
	if (!text || !new.len || says_range(text, (size_t)(note + len - text), range)) {
		buf_add(section->out, note, len);
		return new.failed ? error_no_memory() : NULL;
	}
	const char *rest = text + range_length(text);
	buf_add(section->out, note, (size_t)(text - note));
	buf_puts(section->out, buf_text(&new));
	buf_add(section->out, rest, (size_t)(note + len - rest));
	buf_add(&new, rest, strcspn(rest, "\n"));
	const struct docs_difference difference = {
		.subject = section->subject,
		.name = notes[flag].flag,
		.change = DOCS_CHANGED,
		.old_text = pool_strndup(pool, text, strcspn(text, "\n")),
		.new_text = buf_text(&new),
		.reason = pool_printf(pool, "%s has the kfunc without that flag",
			(range->without ? range->without : range->before)->label),
	};
	return new.failed ? error_no_memory() : docs_differ(section, 1, &difference);
}

static struct error *keep_note(struct docs_section *section, const struct known *known, size_t flag,
	const char *note, size_t len, const char *before)
{
	if (flag < NOTE_CNT && known->complete && !known->flags[flag].first) {
		keep_text(before, note, section->out);
		struct docs_difference difference = {
			.subject = section->subject,
			.name = notes[flag].flag,
			.change = DOCS_REMOVED,
			.old_text = pool_strndup(&section->report->pool, note, strcspn(note, "\n")),
			.reason = "none of the kernels gives the kfunc that flag",
		};
		return docs_differ(section, 1, &difference);
	}
	buf_add(section->out, before, (size_t)(note - before));
	return put_note(section,
		flag < NOTE_CNT && known->flags[flag].first ? &known->flags[flag] : NULL, flag, note, len);
}

/* Existing notes in their order, each with the white space before it. Missing ones go between. */
static struct error *make_notes(
	struct docs_section *section, const struct known *known, const struct old *old)
{
	_cleanup_pool_ struct pool pool = {0};
	bool there[NOTE_CNT + 1] = {false};
	/* Indented lines would continue a note that is put before them. */
	const char *before = continuation_end(old->rest);
	struct error *error = NULL;
	size_t next = 0;

	buf_add(section->out, old->rest, (size_t)(before - old->rest));
	for (const char *at = next_note(before); *at; at = next_note(note_end(at)))
		there[note_flag(at, (size_t)(note_end(at) - at), &pool)] = true;
	for (const char *at = next_note(before); *at && !error;) {
		size_t len = (size_t)(note_end(at) - at), flag = note_flag(at, len, &pool);
		if (flag < NOTE_CNT)
			error = add_notes(section, known, there, &next, flag);
		if (!error)
			error = keep_note(section, known, flag, at, len, before);
		before = at + len;
		at = next_note(before);
	}
	if (!error)
		error = add_notes(section, known, there, &next, NOTE_CNT);
	if (!error)
		buf_puts(section->out, before);
	return error;
}

struct error *docs_make_signature(struct docs_section *section)
{
	struct known known;
	struct old old;

	if (!read_old(section->body, &old))
		return error_create(ERROR_INPUT, "keep other text outside of the markers",
			"%s:%zu: not a signature in backticks", section->path, section->section->line + 1);
	signature_look(section, &known);
	buf_putc(section->out, '\n');
	struct error *error = make_signature(section, &known, &old);
	return error ? error : make_notes(section, &known, &old);
}
