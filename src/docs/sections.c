/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docs/docs.h"

#include <string.h>
#include <strings.h>

#include "docs/parts.h"

static docs_maker_fn *const makers[MARKER_CNT] = {
	[MARKER_FEATURE_TAG] = docs_make_tag,
	[MARKER_KFUNC_DEF] = docs_make_signature,
	[MARKER_KFUNC_PROG_REF] = docs_make_list,
	[MARKER_PROG_KFUNC_REF] = docs_make_list,
	[MARKER_PROG_HELPER_FUNC_REF] = docs_make_list,
	[MARKER_HELPER_FUNC_PROG_REF] = docs_make_list,
	/* No snapshot says which helpers take which maps. */
	[MARKER_MAP_HELPER_FUNC_REF] = NULL,
	[MARKER_HELPER_FUNC_MAP_REF] = NULL,
};

/* Is it a known program type, or a function that a kernel has? */
static struct error *sections_is_known(const struct docs_options *options, const char *name, bool *ret)
{
	const struct since_function *function = NULL;
	enum prog_type type;
	struct error *error = NULL;

	*ret = docs_program_type(name, &type);
	if (!*ret)
		error = since_function(options->since, SUBJECT_KFUNC, name, &function);
	if (!error && !*ret && !function)
		error = since_function(options->since, SUBJECT_HELPER, name, &function);
	*ret |= function != NULL;
	return error;
}

/* The page's subject. A file name that kernels know comes first: some headings are wrong copies. */
static struct error *find_subject(const struct docs_options *options, struct marker_page *page,
	const char *path, const char **ret)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	bool known = false;
	struct error *error = NULL;

	*ret = pool_strndup(&page->pool, name, strcspn(name, "."));
	if (!*ret)
		return error_no_memory();
	if (page->subject)
		error = sections_is_known(options, *ret, &known);
	if (page->subject && !known)
		*ret = page->subject;
	return error;
}

static void put_lines(struct buf *out, const char *text, size_t len, bool crlf)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' && crlf)
			buf_putc(out, '\r');
		buf_putc(out, text[i]);
	}
}

static void put_without_returns(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
			buf_putc(out, text[i]);
	}
}

static struct error *fill_section(struct docs_section *section, const char *data, struct buf *out)
{
	const struct marker_section *at = section->section;
	_cleanup_buf_ struct buf old = {0}, new = {0};
	docs_maker_fn *make = makers[at->marker];

	put_without_returns(&old, data + at->begin, at->end - at->begin);
	section->body = buf_text(&old);
	section->out = &new;
	struct error *error = old.failed ? error_no_memory() : make ? make(section) : NULL;
	if (error)
		return error;
	if (!make || (old.len == new.len && !memcmp(buf_text(&old), buf_text(&new), old.len)))
		buf_add(out, data + at->begin, at->end - at->begin);
	else
		put_lines(out, buf_text(&new), new.len, at->crlf);
	return new.failed ? error_no_memory() : NULL;
}

/* A page of a program type, kfunc or helper should have a table. */
static struct error *note_bare_page(
	const struct docs_options *options, const char *path, const char *subject, struct docs_report *report)
{
	bool known;
	struct error *error = sections_is_known(options, subject, &known);

	if (error || !known)
		return error;
	return docs_add_note(report, path, 0,
		pool_printf(&report->pool, "no marker in it, so nothing about %s is checked",
				subject));
}

static struct error *sections_fill_sections(const struct docs_options *options, const struct marker_page *page,
	struct docs_section *section, const char *data, size_t size, struct buf *out)
{
	size_t at = 0;

	section->options = options;
	for (size_t i = 0; i < page->section_cnt; i++) {
		section->section = &page->sections[i];
		buf_add(out, data + at, page->sections[i].begin - at);
		struct error *error = fill_section(section, data, out);
		if (error)
			return error;
		at = page->sections[i].end;
	}
	buf_add(out, data + at, size - at);
	return out->failed ? error_no_memory() : NULL;
}

struct error *docs_fill(const struct docs_options *options, const char *path, const char *data,
	size_t size, struct docs_report *report, struct buf *out)
{
	_cleanup_marker_page_ struct marker_page page = {0};
	struct docs_section section = {.path = path, .report = report};
	struct error *error = markers_parse(path, data, size, &page);

	if (error)
		return error;
	error = find_subject(options, &page, path, &section.subject);
	if (error)
		return error;
	report->page_cnt++;
	report->section_cnt += page.section_cnt;
	if (!page.section_cnt)
		error = note_bare_page(options, path, section.subject, report);
	return error ? error : sections_fill_sections(options, &page, &section, data, size, out);
}
