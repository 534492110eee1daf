/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tags of versions, and the section that is one: FEATURE_TAG. */
#include <ctype.h>
#include <string.h>

#include "docs/parts.h"
#include "util/array.h"
#include "util/version.h"

#define ICON ":octicons-tag-24: "

bool docs_read_tag(const char *text, struct docs_tag *ret)
{
	bool linked = *text == '[';
	const char *at = text + linked;

	if (strncmp(at, ICON, strlen(ICON)))
		return false;
	at += strlen(ICON);
	const char *word = at;
	at += strcspn(at, linked ? "]\n" : " \n");
	size_t len = (size_t)(at - word);
	if (linked && strncmp(at, "](", 2))
		return false;
	if (linked)
		at += strcspn(at, ")\n");
	if (!len || (linked && *at++ != ')'))
		return false;
	*ret = (struct docs_tag) {.text = text, .len = (size_t)(at - text),
		.version = version_length(word) == len ? version_parse(word) : 0};
	return true;
}

void put_range_tag(struct buf *out, unsigned int first, unsigned int last)
{
	buf_puts(out, ICON);
	put_version(out, first);
	if (first == last)
		return;
	buf_putc(out, '-');
	put_version(out, last);
}

void put_origin_tag(struct buf *out, const struct feature_origin *origin)
{
	buf_printf(out, "[" ICON "%.*s](" COMMIT_URL "%.*s)", (int)origin->version_len, origin->version,
		(int)origin->commit_len, origin->commit);
}

/* From the same table; 0: unknown. */
static unsigned int docs_introduced(const char *name)
{
	struct feature_origin origin;

	return feature_origin_find(name, &origin) ? version_parse(origin.version) : 0;
}

/* Prefixes of names in documentation, with their kinds. Snapshots have the rest in lower case. */
static const struct {
	enum subject_kind kind;
	const char *prefix, *instead; /* snapshots have that; NULL: nothing */
} kinds[] = {
	{SUBJECT_KFUNC, "", NULL}, {SUBJECT_HELPER, "", NULL},
	{SUBJECT_PROGRAM_TYPE, "BPF_PROG_TYPE_", NULL}, {SUBJECT_MAP_TYPE, "BPF_MAP_TYPE_", NULL},
	{SUBJECT_LINK_TYPE, "BPF_LINK_TYPE_", NULL}, {SUBJECT_ATTACH_TYPE, "BPF_", NULL},
	{SUBJECT_FEATURE, "__", TYPE_TAG_FEATURE},
};

static struct error *presence_of(
	const struct docs_section *section, struct pool *pool, struct since_known *ret)
{
	struct since *since = section->options->since;
	const char *name = section->section->argument;
	struct since_point *points = pool_calloc(pool, since->version_cnt, sizeof(*points));
	char *lower = pool_strdup(pool, name);

	*ret = (struct since_known) {0};
	if (!points || !lower)
		return error_no_memory();
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t len = strlen(kinds[i].prefix);
		struct subject subject = {kinds[i].kind, len ? lower + len : name};
		if (strncmp(name, kinds[i].prefix, len))
			continue;
		if (kinds[i].instead)
			subject.name = pool_printf(pool, "%s%s", kinds[i].instead, lower + len);
		if (!subject.name)
			return error_no_memory();
		struct error *error = since_presence(since, &subject, points);
		if (error)
			return error;
		*ret = since_know(points, since->version_cnt);
		if (feature_is_optional(name))
			ret->absent = NULL;
		if (ret->first)
			return NULL;
	}
	return NULL;
}

/*
 * Does a kernel of that version or a later one lack the name, and a still later one has it? A type that is
 * left out by configuration tells nothing.
 */
static bool is_too_early(
	const struct docs_section *section, unsigned int version, const struct since_known *known)
{
	bool is_type = !strncmp(section->section->argument, "BPF_", 4);

	return !is_type && known->first && known->absent && version <= known->absent->version;
}

/* The best tag that the table and the kernels give. */
static void put_best_tag(struct docs_section *section, const struct since_known *known)
{
	const char *name = section->section->argument;
	struct feature_origin origin;
	unsigned int introduced = feature_origin_find(name, &origin) ? version_parse(origin.version) : 0;

	if (introduced && !is_too_early(section, introduced, known) &&
		(!known->first || introduced <= known->first->version))
		put_origin_tag(section->out, &origin);
	else if (known->first && known->absent &&
		version_next(known->absent->version) <= known->first->version)
		put_range_tag(section->out, version_next(known->absent->version), known->first->version);
	else
		buf_puts(section->out, ICON "unknown");
}

static const char *tag_reason(const struct docs_section *section, const struct docs_tag *old,
	const struct since_known *known)
{
	if (!old->version)
		return "the page does not say since when";
	return is_too_early(section, old->version, known) ? "a later version lacks it" : "an earlier version has it";
}

static struct error *report_tag(struct docs_section *section, const struct docs_tag *old,
	const struct since_known *known)
{
	const char *name = section->section->argument;
	struct pool *pool = &section->report->pool;
	struct docs_difference difference = {
		.subject = name,
		.name = name,
		.change = old->text ? DOCS_CHANGED : DOCS_ADDED,
		.old_text = old->text ? pool_strndup(pool, old->text, old->len) : NULL,
		.new_text = pool_strndup(pool, buf_text(section->out) + 1, section->out->len - 2),
		.reason = tag_reason(section, old, known),
	};

	docs_witness(&difference, known->absent);
	docs_witness(&difference, known->first);
	return docs_differ(section, 1, &difference);
}

/*
 * A tag stays if it is in the range that the kernels allow. If the table agrees with a later tag, it also
 * stays: the earlier version may have a backport, or another thing of that name.
 */
static bool stays(const struct docs_section *section, const struct docs_tag *tag,
	const struct since_known *known)
{
	return tag->version && !is_too_early(section, tag->version, known) &&
		(!known->first || tag->version <= known->first->version ||
			tag->version == docs_introduced(section->section->argument));
}

struct error *docs_make_tag(struct docs_section *section)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *body = section->body + strspn(section->body, "\n ");
	struct docs_tag tag = {0};
	struct since_known known;
	struct error *error = NULL;

	if (*body && (!docs_read_tag(body, &tag) || body[tag.len + strspn(body + tag.len, "\n ")]))
		return error_create(ERROR_INPUT, NULL, "%s:%zu: not a tag with a version", section->path,
			section->section->line + 1);
	error = presence_of(section, &pool, &known);
	if (error)
		return error;
	if (stays(section, &tag, &known)) {
		buf_puts(section->out, section->body);
		if (known.first && known.first->version < tag.version)
			return docs_note(section, 1, "%s: %s has it already",
				section->section->argument, known.first->row->label);
		return NULL;
	}
	buf_putc(section->out, '\n');
	put_best_tag(section, &known);
	buf_putc(section->out, '\n');
	return strcmp(buf_text(section->out), section->body) ? report_tag(section, &tag, &known) : NULL;
}
