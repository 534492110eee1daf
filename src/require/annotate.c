/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a forge shows beside a line of the file of requirements: SARIF, and GitHub's commands. */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "require/matrix.h"
#include "util/array.h"
#include "util/escape.h"
#include "util/json_write.h"
#include "util/sha256.h"

#define GITHUB_SHOWN_MAX 10 /* of each kind, in one step of a job */
#define NAMED_MAX 20        /* kernels in one message */

enum annotate_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTE, LEVEL_CNT };

/* All kernels with one answer to one requirement. */
struct remark {
	const struct requirement *requirement;
	enum tristate value;
	enum annotate_level level;
	size_t cnt;      /* kernels */
	struct buf text; /* a sentence for each reason */
	json_t *kernels; /* their names; owned */
};

static void remark_deinit(struct remark *remark)
{
	buf_deinit(&remark->text);
	json_decref(remark->kernels);
}

static enum annotate_level annotate_level_of(enum tristate value, bool counts)
{
	if (!counts)
		return LEVEL_NOTE;
	return value == TRISTATE_NO ? LEVEL_ERROR : LEVEL_WARNING;
}

/* Fills the rest of a remark that has its requirement and value. cnt 0: there is nothing to say. */
static void fill_remark(const struct require_matrix *matrix, const struct require_reasons *reasons,
	struct remark *remark)
{
	bool counts = false;

	remark->kernels = json_array();
	for (size_t i = 0; i < reasons->cnt; i++) {
		const struct require_shared *shared = &reasons->list[i];
		if (shared->value != remark->value)
			continue;
		remark->cnt += shared->cnt;
		counts |= shared->counts;
		buf_putc(&remark->text, ' ');
		put_require_names(matrix, shared, NAMED_MAX, &remark->text);
		buf_printf(&remark->text, ": %s.", shared->reason);
		for (size_t k = 0; k < shared->cnt; k++)
			json_array_append_new(remark->kernels,
				json_text_or_null(matrix->kernels[shared->kernels[k]].name));
	}
	remark->level = annotate_level_of(remark->value, counts);
}

typedef void put_remark_function(
	const struct require_matrix *matrix, const struct remark *remark, void *context);

/* Calls `put` for each requirement and each answer but yes. */
static struct error *each_remark(
	const struct require_matrix *matrix, put_remark_function *put, void *context)
{
	static const enum tristate values[] = {TRISTATE_NO, TRISTATE_UNKNOWN};
	struct error *error = NULL;
	bool failed = false;

	for (size_t i = 0; i < matrix->list->cnt && !error; i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct require_reasons reasons = {0};
		if (require_is_repeated(matrix->list, i))
			continue;
		error = require_matrix_reasons(matrix, i, &pool, &reasons);
		for (size_t k = 0; k < ARRAY_SIZE(values) && !error; k++) {
			__attribute__((cleanup(remark_deinit))) struct remark remark = {
				.requirement = &matrix->list->list[i], .value = values[k]};
			fill_remark(matrix, &reasons, &remark);
			if (remark.cnt)
				put(matrix, &remark, context);
			failed |= remark.text.failed || !remark.kernels;
		}
	}
	return !error && failed ? error_no_memory() : error;
}

static void put_sentence(
	const struct require_matrix *matrix, const struct remark *remark, struct buf *out)
{
	buf_printf(out, "%s %s on %zu of %zu kernel%s.%s", remark->requirement->root->text,
		remark->value == TRISTATE_NO ? "is missing" : "is unknown", remark->cnt,
		matrix->cnt, matrix->cnt == 1 ? "" : "s", buf_text(&remark->text));
}

/* The file of the requirement; NULL: it came from the command line or from standard input. */
static const char *file_of(const struct remark *remark)
{
	const char *origin = remark->requirement->origin;

	return origin && strcmp(origin, "standard input") ? origin : NULL;
}

/* A path as a URI reference (RFC 3986): relative, or with the scheme of files. */
static void put_uri(struct buf *out, const char *path)
{
	if (*path == '/')
		buf_puts(out, "file://");
	while (!strncmp(path, "./", 2))
		path += 2;
	for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
		if (*c < 0x80 && (isalnum(*c) || strchr("-._~/", *c)))
			buf_putc(out, (char)*c);
		else
			buf_printf(out, "%%%02X", *c);
	}
}

static json_t *sarif_location(const struct remark *remark)
{
	_cleanup_buf_ struct buf uri = {0};
	const char *file = file_of(remark);

	put_uri(&uri, file);
	json_t *artifact = json_pack("{s:s}", "uri", buf_text(&uri));
	if (*file != '/')
		json_object_set_new(artifact, "uriBaseId", json_string("%SRCROOT%"));
	return json_pack("{s:{s:o,s:{s:I}}}", "physicalLocation", "artifactLocation", artifact,
		"region", "startLine", (json_int_t)remark->requirement->line);
}

/* The same in every run, so that a forge knows the result again. */
static json_t *sarif_fingerprint(const struct remark *remark)
{
	_cleanup_buf_ struct buf text = {0};
	char digest[DIGEST_TEXT_BYTES];

	buf_printf(&text, "%s %s%s", remark->value == TRISTATE_NO ? "missing" : "unknown",
		remark->requirement->optional ? "?" : "", remark->requirement->root->text);
	digest_bytes(buf_text(&text), text.len, digest);
	return json_pack("{s:s}", "requirement/v1", digest);
}

static void put_sarif(
	const struct require_matrix *matrix, const struct remark *remark, void *context)
{
	static const char *const levels[LEVEL_CNT] = {"error", "warning", "note"};
	json_t *results = context, *locations = json_array();
	_cleanup_buf_ struct buf text = {0};
	bool missing = remark->value == TRISTATE_NO;

	put_sentence(matrix, remark, &text);
	if (file_of(remark))
		json_array_append_new(locations, sarif_location(remark));
	json_array_append_new(results,
		json_pack("{s:s,s:i,s:s,s:{s:o},s:o,s:o,s:{s:O}}", "ruleId",
			missing ? "missing" : "unknown", "ruleIndex", missing ? 0 : 1, "level",
			levels[remark->level], "message", "text",
			json_text_or_null(buf_text(&text)), "locations", locations,
			"partialFingerprints", sarif_fingerprint(remark), "properties", "kernels",
			remark->kernels));
}

static json_t *sarif_rule(
	const char *id, const char *name, const char *meaning, const char *help, const char *level)
{
	return json_pack("{s:s,s:s,s:{s:s},s:{s:s},s:{s:s}}", "id", id, "name", name,
		"shortDescription", "text", meaning, "help", "text", help, "defaultConfiguration",
		"level", level);
}

static json_t *sarif_driver(void)
{
	json_t *rules = json_array();

	json_array_append_new(rules,
		sarif_rule("missing", "RequirementMissing", "A kernel lacks what is required.",
			"Drop the requirement, make it optional with '?', or accept the kernel with --except.",
			"error"));
	json_array_append_new(rules,
		sarif_rule("unknown", "RequirementUnknown",
			"Nothing shows whether a kernel has what is required.",
			"Probe the kernel with the privileges that the reason names.", "warning"));
	return json_pack(
		"{s:s,s:s,s:o}", "name", "kcompat", "version", KCOMPAT_VERSION, "rules", rules);
}

struct error *render_matrix_sarif(const struct require_matrix *matrix, struct buf *out)
{
	json_t *results = json_array();
	struct error *error = each_remark(matrix, put_sarif, results);

	if (error) {
		json_decref(results);
		return error;
	}
	json_t *root = json_pack("{s:s,s:s,s:[{s:{s:o},s:s,s:o}]}", "$schema",
		"https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
		"driver", sarif_driver(), "columnKind", "unicodeCodePoints", "results", results);
	if (!json_write(root, JSON_INDENT(2), out))
		return error_no_memory();
	buf_putc(out, '\n');
	return NULL;
}

/* The runner ends a property at ',' and ':', and a command at the end of the line. */
static void put_escaped(struct buf *out, const char *text, const char *special)
{
	_cleanup_buf_ struct buf safe = {0};

	escape_text(&safe, text);
	for (const char *c = buf_text(&safe); *c; c++) {
		if (strchr(special, *c))
			buf_printf(out, "%%%02X", (unsigned char)*c);
		else
			buf_putc(out, *c);
	}
	out->failed |= safe.failed;
}

struct github {
	struct buf *out;
	size_t cnt[LEVEL_CNT];
};

static const char *const github_words[LEVEL_CNT] = {"error", "warning", "notice"};

static void put_github(
	const struct require_matrix *matrix, const struct remark *remark, void *context)
{
	struct github *github = context;
	const char *file = file_of(remark);
	_cleanup_buf_ struct buf text = {0};

	/* The last place is for the number of the others. */
	if (++github->cnt[remark->level] >= GITHUB_SHOWN_MAX)
		return;
	buf_printf(github->out, "::%s ", github_words[remark->level]);
	if (file) {
		buf_puts(github->out, "file=");
		put_escaped(github->out, file, "%,:");
		buf_printf(github->out, ",line=%zu,", remark->requirement->line);
	}
	buf_puts(github->out, "title=");
	put_escaped(github->out, remark->requirement->root->text, "%,:");
	buf_puts(github->out, "::");
	put_sentence(matrix, remark, &text);
	put_escaped(github->out, buf_text(&text), "%");
	buf_putc(github->out, '\n');
	github->out->failed |= text.failed;
}

struct error *render_matrix_github(const struct require_matrix *matrix, struct buf *out)
{
	struct github github = {.out = out};
	struct error *error = each_remark(matrix, put_github, &github);

	for (int level = 0; level < LEVEL_CNT && !error; level++) {
		if (github.cnt[level] >= GITHUB_SHOWN_MAX)
			buf_printf(out,
				"::%s title=kcompat::%zu more; kcompat require prints all\n",
				github_words[level], github.cnt[level] - GITHUB_SHOWN_MAX + 1);
	}
	return error;
}
