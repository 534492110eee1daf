/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections that list the program types of a function, or the functions of a program type. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "docs/parts.h"
#include "util/version.h"
#include "util/sort.h"

#define REASON_MAX 8 /* more lines are not reported */
#define SHOWN_MAX_BYTES 160 /* of a line in a message */

static const struct form {
	enum subject_kind kind;  /* of the functions */
	bool lists_functions;    /* of a program type; else program types of a function */
	const char *head, *none; /* the line before the list; the text without a list; may be "" */
	const char *bullet, *folder;
	bool ends;               /* has a place for the last version */
} forms[MARKER_CNT] = {
	[MARKER_KFUNC_PROG_REF] = {SUBJECT_KFUNC, false, "", "", "- ", "program-type", true},
	[MARKER_PROG_KFUNC_REF] = {SUBJECT_KFUNC, true, "??? abstract \"Supported kfuncs\"",
		"There are currently no kfuncs supported for this program type", "    - ", "kfuncs", true},
	[MARKER_PROG_HELPER_FUNC_REF] = {SUBJECT_HELPER, true,
		"??? abstract \"Supported helper functions\"", "", "    * ", "helper-function", false},
	[MARKER_HELPER_FUNC_PROG_REF] = {SUBJECT_HELPER, false, "", "", " * ", "program-type", false},
};

struct item {
	const char *name;
	const char *old;          /* the existing line; NULL: none */
	const char *link;         /* what its name leads to; NULL: nothing */
	size_t line;
	struct docs_tag since, until;
	const char *text;         /* the new line; NULL: none */
};

struct list {
	struct docs_section *section;
	const struct form *form;
	struct pool pool;
	struct item *items;
	size_t cnt, cap;
	struct left_out {
		const char *reason;
		struct buf names;
	} left_out[REASON_MAX];
	size_t left_out_cnt;
};

static void list_deinit(struct list *list)
{
	for (size_t i = 0; i < list->left_out_cnt; i++)
		buf_deinit(&list->left_out[i].names);
	pool_destroy(&list->pool);
}

static struct item *add_item(struct list *list, const char *name)
{
	struct item *items =
		pool_grow(&list->pool, list->items, list->cnt, &list->cap, sizeof(*items));

	if (!items)
		return NULL;
	list->items = items;
	items[list->cnt] = (struct item) {.name = name};
	return &items[list->cnt++];
}

static size_t list_name_length(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len;
}

/* The tags behind a name: " SINCE - UNTIL". Each one may be missing. */
static bool read_tags(struct item *item, const char *at)
{
	at += strspn(at, " ");
	if (docs_read_tag(at, &item->since))
		at += item->since.len + strspn(at + item->since.len, " ");
	if (*at == '-')
		at += 1 + strspn(at + 1, " ");
	if (docs_read_tag(at, &item->until))
		at += item->until.len + strspn(at + item->until.len, " ");
	return !*at;
}

/* "- [`NAME`](../folder/NAME.md) TAGS", with or without the link. */
static bool read_item(struct list *list, const char *line, size_t number)
{
	const char *at = line + strspn(line, " ");

	if ((*at != '-' && *at != '*') || at[1] != ' ')
		return false;
	at += 1 + strspn(at + 1, " ");
	bool linked = *at == '[';
	at += strspn(at, "[`");
	size_t len = list_name_length(at);
	const char *name = pool_strndup(&list->pool, at, len);
	at += len + strspn(at + len, "`");
	const char *link = NULL;
	if (linked) {
		if (strncmp(at, "](", 2))
			return false;
		size_t link_len = strcspn(at, ")");
		link = pool_strndup(&list->pool, at + 2, link_len - 2);
		at += link_len;
		at += *at == ')';
	}
	struct item *item = len && name && (link || !linked) ? add_item(list, name) : NULL;
	if (!item)
		return false;
	item->old = line;
	item->link = link;
	item->line = number;
	return read_tags(item, at);
}

static struct error *list_read_lines(struct list *list)
{
	char *body = pool_strdup(&list->pool, list->section->body);
	size_t number = 0;

	for (char *line = body; line && *line; number++) {
		char *newline = strchr(line, '\n');
		if (newline)
			*newline = '\0';
		bool known = !line[strspn(line, " \t")] || !strcmp(line, list->form->head) ||
			!strcmp(line, list->form->none);
		if (!known && !read_item(list, line, number))
			return error_create(ERROR_INPUT, "keep other text outside of the markers",
				"%s:%zu: not a line of [%s]: %.*s%s", list->section->path,
				list->section->section->line + number,
				marker_name(list->section->section->marker), SHOWN_MAX_BYTES, line,
				strlen(line) > SHOWN_MAX_BYTES ? "..." : "");
		line = newline ? newline + 1 : NULL;
	}
	return body ? NULL : error_no_memory();
}

static const struct item *find_item(const struct list *list, const char *name)
{
	for (size_t i = 0; i < list->cnt; i++) {
		if (!strcmp(list->items[i].name, name))
			return &list->items[i];
	}
	return NULL;
}

/* One fact: may programs of the type call the function? */
struct fact {
	const char *function; /* by name */
	const struct since_function *of; /* NULL: no kernel has it, and there are no points */
	const struct since_point *points;
	size_t cnt;
	enum prog_type type;
};

/* A link stays: in a part of a tree, the page that it leads to may be missing. */
static void put_name(const struct list *list, const struct item *item, struct buf *out)
{
	const struct docs_options *options = list->section->options;
	const char *name = item->name;
	_cleanup_buf_ struct buf page = {0};

	if (item->link) {
		buf_printf(out, "[`%s`](%s)", name, item->link);
		return;
	}
	buf_printf(&page, "../%s/%s.md", list->form->folder, name);
	if (!options->has_page ||
		options->has_page(options->context, list->section->path, buf_text(&page)))
		buf_printf(out, "[`%s`](%s)", name, buf_text(&page));
	else
		buf_printf(out, "`%s`", name);
}

/* What the kernels say about a call. A function that an option leaves out is not a later one. */
static struct since_known list_know(const struct fact *fact)
{
	struct since_known known = since_know(fact->points, fact->cnt);

	if (feature_is_optional(fact->function))
		known.absent = NULL;
	return known;
}

/* Keeps the tags of an existing line that can be true. Replaces the others by what is known. */
static void put_since(const struct list *list, const struct item *item, const struct fact *fact,
	const struct since_known *known, struct buf *out)
{
	unsigned int claimed = item->since.version;

	if (claimed && claimed <= known->first->version && claimed >= since_earliest(known)) {
		buf_putc(out, ' ');
		buf_add(out, item->since.text, item->since.len);
		return;
	}
	const struct call_bound bound =
		call_bound_find(list->section->options->since, fact->of, fact->type, known);
	if (!bound.version)
		return;
	buf_putc(out, ' ');
	put_bound_tag(out, &bound, known->first->version);
}

static void put_until(const struct item *item, const struct since_known *known, struct buf *out)
{
	unsigned int claimed = item->until.version;
	bool sooner = known->after && claimed <= known->after->version;

	if (claimed > known->last->version && (sooner || !known->after)) {
		buf_putc(out, ' ');
		buf_add(out, item->until.text, item->until.len);
	} else if (known->after) {
		buf_putc(out, ' ');
		put_range_tag(out, version_next(known->last->version), known->after->version);
	}
}

static const char *make_line(struct list *list, const struct item *item, const struct fact *fact,
	const struct since_known *known)
{
	_cleanup_buf_ struct buf line = {0}, since = {0}, until = {0};

	buf_puts(&line, list->form->bullet);
	put_name(list, item, &line);
	put_since(list, item, fact, known, &since);
	buf_puts(&line, buf_text(&since));
	if (list->form->ends)
		put_until(item, known, &until);
	if (list->form->ends && (since.len || until.len))
		buf_printf(&line, " - %s", buf_text(&until));
	return line.failed || since.failed || until.failed ? NULL
							   : pool_strdup(&list->pool, buf_text(&line));
}

static struct error *list_differ(struct list *list, const struct item *item, enum docs_change change,
	const struct since_known *known, const struct since_point *contradiction)
{
	struct docs_difference difference = {
		.subject = list->section->subject,
		.name = item->name,
		.change = change,
		.old_text = item->old,
		.new_text = item->text,
	};

	docs_witness(&difference, contradiction);
	if (known->first)
		docs_witness(&difference, known->before ? known->before : known->absent);
	docs_witness(&difference, known->first);
	docs_witness(&difference, known->after);
	docs_witness(&difference, known->refusal);
	return docs_differ(list->section, item->old ? item->line : 0, &difference);
}

/* What contradicts a line: a call, a refusal, or the absence of the function after its first version. */
static const struct since_point *list_contradiction(
	const struct item *item, const struct fact *fact, const struct since_known *known)
{
	const struct since_claim claim = {item->since.version, item->until.version};
	const struct since_point *contradiction = since_contradiction(fact->points, fact->cnt, claim);
	bool early = known->first && known->absent && claim.since && claim.since <= known->absent->version;

	return contradiction || !early ? contradiction : known->absent;
}

/* An existing line. It is kept to the byte if it can be true. */
static struct error *list_judge(struct list *list, struct item *item, const struct fact *fact)
{
	const struct since_known known = list_know(fact);
	const struct since_point *contradiction = list_contradiction(item, fact, &known);

	item->text = item->old;
	/* kcompat wrote the range, so it is written again. */
	bool open = (item->since.text && !item->since.version) || (item->until.text && !item->until.version);
	if (!contradiction && !(open && known.first))
		return NULL;
	item->text = known.first ? make_line(list, item, fact, &known) : NULL;
	if (known.first && !item->text)
		return error_no_memory();
	if (item->text && !strcmp(item->text, item->old))
		return NULL;
	/* The list has no place for the last version. One kernel that permitted it is enough. */
	if (item->text && !list->form->ends && contradiction &&
		contradiction->stand == STAND_REFUSED && contradiction->version > known.first->version) {
		item->text = item->old;
		return NULL;
	}
	return list_differ(list, item, item->text ? DOCS_CHANGED : DOCS_REMOVED, &known, contradiction);
}

static void leave_out(struct list *list, const char *name, const char *reason)
{
	size_t i = 0;

	while (i < list->left_out_cnt && list->left_out[i].reason != reason)
		i++;
	if (i == REASON_MAX)
		return;
	list->left_out_cnt += i == list->left_out_cnt;
	list->left_out[i].reason = reason;
	buf_printf(&list->left_out[i].names, "%s%s", list->left_out[i].names.len ? ", " : "", name);
}

/* A line that is missing. */
static struct error *list_consider(struct list *list, const char *name, const struct fact *fact)
{
	const struct since_known known = list_know(fact);
	const char *reason = since_left_out(
		list->section->options->since->policy, fact->function);

	/* A program that replaces another may call what the other may. Its type says nothing. */
	if (!known.first || fact->type == PROG_TYPE_EXT)
		return NULL;
	if (reason) {
		leave_out(list, name, reason);
		return NULL;
	}
	struct item *item = add_item(list, name);
	if (item)
		item->text = make_line(list, item, fact, &known);
	if (!item || !item->text)
		return error_no_memory();
	return list_differ(list, item, DOCS_ADDED, &known, NULL);
}

static struct error *get_fact(
	const struct list *list, const char *function, enum prog_type type, struct fact *ret)
{
	struct since *since = list->section->options->since;
	const struct since_function *of;
	struct error *error = since_function(since, list->form->kind, function, &of);

	*ret = (struct fact) {.function = function, .type = type};
	if (!error && of) {
		ret->of = of;
		ret->points = since_calls(since, of, type);
		ret->cnt = since->version_cnt;
	}
	return error;
}

static struct error *judge_old(struct list *list)
{
	const char *subject = list->section->subject;
	struct error *error = NULL;

	for (size_t i = 0; i < list->cnt && !error; i++) {
		struct item *item = &list->items[i];
		bool of_functions = list->form->lists_functions;
		enum prog_type type;
		struct fact fact;
		item->text = item->old;
		if (!docs_program_type(of_functions ? subject : item->name, &type))
			continue;
		error = get_fact(list, of_functions ? item->name : subject, type, &fact);
		if (!error && fact.points)
			error = list_judge(list, item, &fact);
	}
	return error;
}

static struct error *add_types(struct list *list)
{
	for (uint32_t type = 0; type < PROG_TYPE_CNT; type++) {
		const char *name = prog_type_enumerator(type);
		struct fact fact;
		if (!name)
			continue;
		struct error *error = get_fact(list, list->section->subject, type, &fact);
		if (!error && fact.points && !find_item(list, name))
			error = list_consider(list, name, &fact);
		if (error)
			return error;
	}
	return NULL;
}

/* Names of the old lines, sorted: a type has hundreds of functions. */
static struct error *old_names(struct list *list, const char ***ret)
{
	const char **names = pool_calloc(&list->pool, list->cnt, sizeof(*names));

	if (!names)
		return error_no_memory();
	for (size_t i = 0; i < list->cnt; i++)
		names[i] = list->items[i].name;
	if (list->cnt)
		qsort(names, list->cnt, sizeof(*names), compare_texts);
	*ret = names;
	return NULL;
}

static struct error *list_add_functions(struct list *list)
{
	const struct subjects *subjects = &list->section->options->since->subjects;
	size_t old_cnt = list->cnt;
	const char **names = NULL;
	enum prog_type type;
	struct error *error = NULL;

	if (!docs_program_type(list->section->subject, &type))
		return docs_note(list->section, 0, "%s: unknown program type; left as it is",
			list->section->subject);
	error = old_names(list, &names);
	for (size_t i = 0; i < subjects->cnt && !error; i++) {
		const char *name = subjects->list[i].name;
		struct fact fact;
		/* A snapshot is untrusted input: only an identifier may go into a page. */
		if (subjects->list[i].kind != list->form->kind || name[list_name_length(name)] ||
			(old_cnt && bsearch(&name, names, old_cnt, sizeof(*names), compare_texts)))
			continue;
		error = get_fact(list, name, type, &fact);
		if (!error && fact.points)
			error = list_consider(list, name, &fact);
	}
	return error;
}

static int compare_items(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

/* Drops the second line of a name, and reports it. */
static struct error *drop_twins(struct list *list)
{
	struct error *error = NULL;

	if (list->cnt)
		qsort(list->items, list->cnt, sizeof(*list->items), compare_items);
	for (size_t i = 1; i < list->cnt && !error; i++) {
		struct item *item = &list->items[i];
		if (strcmp(item->name, item[-1].name) || !item->text)
			continue;
		item->text = NULL;
		error = docs_differ(list->section, item->line,
			&(struct docs_difference) {.subject = list->section->subject, .name = item->name,
				.change = DOCS_REMOVED, .old_text = item->old, .reason = "it is there twice"});
	}
	return error;
}

static int compare_differences(const void *a, const void *b)
{
	const struct docs_difference *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void list_put_list(const struct list *list, struct buf *out)
{
	bool any = false;

	buf_putc(out, '\n');
	for (size_t i = 0; i < list->cnt; i++) {
		if (!list->items[i].text)
			continue;
		if (!any && *list->form->head)
			buf_printf(out, "%s\n", list->form->head);
		any = true;
		buf_printf(out, "%s\n", list->items[i].text);
	}
	if (!any && *list->form->none)
		buf_printf(out, "%s\n", list->form->none);
}

static struct error *note_rest(struct list *list)
{
	struct docs_section *section = list->section;
	const struct since_function *function = NULL;
	struct error *error = NULL;

	for (size_t i = 0; i < list->left_out_cnt && !error; i++)
		error = docs_note(section, 0, "%s: permitted, and left out: %s: %s", section->subject,
			buf_text(&list->left_out[i].names), list->left_out[i].reason);
	if (!error && !list->form->lists_functions)
		error = since_function(
			section->options->since, list->form->kind, section->subject, &function);
	if (!error && !list->form->lists_functions && !function)
		error = docs_note(section, 0,
			"%s: none of the kernels has a %s of that name; left as it is",
			section->subject, subject_kind_noun(list->form->kind));
	return error;
}

struct error *docs_make_list(struct docs_section *section)
{
	__attribute__((cleanup(list_deinit))) struct list list = {
		.section = section, .form = &forms[section->section->marker]};
	struct docs_report *report = section->report;
	size_t before = report->difference_cnt;
	struct error *error = list_read_lines(&list);

	if (!error)
		error = judge_old(&list);
	if (!error)
		error = list.form->lists_functions ? list_add_functions(&list) : add_types(&list);
	if (!error)
		error = drop_twins(&list);
	if (!error)
		error = note_rest(&list);
	if (error)
		return error;
	if (report->difference_cnt > before)
		qsort(report->differences + before, report->difference_cnt - before,
			sizeof(*report->differences), compare_differences);
	list_put_list(&list, section->out);
	return NULL;
}
