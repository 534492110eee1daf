/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/db.h"
#include "cli/near.h"
#include "cli/output.h"
#include "cli/require_kernels.h"
#include "fleet/fleet.h"
#include "snapshot/history/names.h"
#include "util/argument.h"
#include "util/array.h"
#include "util/escape.h"
#include "util/json_write.h"
#include "util/reading.h"
#include "util/sort.h"

#define GROUPS_SCHEMA "kcompat/groups/1"
#define REQUIREMENTS_MAX_BYTES (16u * 1024 * 1024)

/* X(enumerator, word) */
#define GROUPINGS(X) X(ALL, "all") X(CORE, "core") X(ASKED, "asked")
enum grouping {
#define GROUPING_ENUM(name, word) BY_##name,
	GROUPINGS(GROUPING_ENUM)
#undef GROUPING_ENUM
		GROUPING_CNT
};
static const char *const groupings[] = {
#define GROUPING_WORD(name, word) word,
	GROUPINGS(GROUPING_WORD)
#undef GROUPING_WORD
};

struct member {
	const char *key;     /* equal: the same group */
	const char *verdict; /* of the requirements; NULL: none were asked */
	const char *name, *release;
	bool host;
};

struct group {
	const struct member *members; /* by name */
	size_t cnt;
};

struct session {
	const struct cli_args *args;
	enum grouping by;
	struct pool pool;
	struct member *members;
	size_t cnt;
	struct group *groups; /* large ones first */
	size_t group_cnt;
	struct words words;
	struct require_list list;
};

static struct error *read_grouping(struct session *session)
{
	const char *word = cli_value(session->args, "by");
	bool asks = cli_has(session->args, "file");
	size_t by = 0;

	while (word && by < GROUPING_CNT && strcmp(groupings[by], word))
		by++;
	if (by == GROUPING_CNT)
		return near_error(
			word, groupings, GROUPING_CNT, NULL, "--by=%s: no such grouping", word);
	session->by = word ? (enum grouping)by : asks ? BY_ASKED : BY_ALL;
	if (session->by == BY_ASKED && !asks)
		return error_create(
			ERROR_USAGE, "give --file=FILE", "--by=asked: no requirements are given");
	if (session->by != BY_ASKED && asks)
		return error_create(
			ERROR_USAGE, "leave one out", "--file: no effect with --by=%s", word);
	return NULL;
}

static struct error *take_fingerprints(struct session *session, const char *path)
{
	struct fleet_entry *entries = NULL;
	struct fleet *fleet = NULL;
	size_t cnt = 0;
	struct error *error = fleet_open(path, &fleet);

	if (!error)
		error = fleet_list(fleet, NULL, &session->pool, &entries, &cnt);
	fleet_close(fleet);
	session->members = pool_calloc(&session->pool, cnt + 1, sizeof(*session->members));
	if (!error && !session->members)
		error = error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++)
		session->members[session->cnt++] = (struct member) {
			.key = session->by == BY_CORE ? entries[i].core : entries[i].fingerprint,
			.name = entries[i].name,
			.release = entries[i].kernel.release,
			.host = entries[i].host,
		};
	return error;
}

static struct error *read_requirements(struct session *session)
{
	size_t cnt;
	const char *const *files = cli_values(session->args, "file", &cnt);
	struct error *error = NULL;

	session->words.pool = &session->pool;
	for (size_t i = 0; i < cnt && !error; i++) {
		_cleanup_buf_ struct buf text = {0};
		reading_begin(files[i]);
		error = reading_end(files[i], input_read(files[i], REQUIREMENTS_MAX_BYTES, &text));
		if (!error)
			error = words_add(&session->words, buf_text(&text), text.len);
		if (!error)
			error = require_parse_file(&session->list, input_name(files[i]),
				buf_text(&text), text.len, NULL);
	}
	words_sort(&session->words);
	if (!error && session->list.mistake_cnt)
		error = error_create(ERROR_USAGE, NULL, "%s", session->list.mistakes[0]);
	if (!error && !session->list.cnt)
		error = error_create(ERROR_USAGE, NULL, "no requirement given");
	return error;
}

/* A letter for each requirement: y, n or ?. */
static const char *key_of(
	struct session *session, const struct require_matrix *matrix, size_t kernel)
{
	_cleanup_buf_ struct buf key = {0};

	for (size_t i = 0; i < session->list.cnt; i++)
		buf_putc(&key, "?ny"[require_matrix_verdict(matrix, kernel, i)->value]);
	return pool_strdup(&session->pool, buf_text(&key));
}

static struct error *take_answers(struct session *session, const char *path)
{
	_cleanup_opened_ struct opened opened = {0};
	struct require_matrix matrix = {.list = &session->list};
	struct error *error = read_requirements(session);

	if (!error)
		error = require_open(&opened, path, false, &session->words);
	if (!error)
		error = require_list_kernels(
			&opened, NULL, &session->words, &matrix.pool, &matrix.kernels, &matrix.cnt);
	if (!error)
		error = require_ask_kernels(
			&opened, &session->words, REQUIRE_UNKNOWN_KEEP, &matrix);
	session->members = error
		? NULL
		: pool_calloc(&session->pool, matrix.cnt + 1, sizeof(*session->members));
	if (!error && !session->members)
		error = error_no_memory();
	for (size_t i = 0; i < matrix.cnt && !error; i++) {
		const struct require_kernel *kernel = &matrix.kernels[i];
		session->members[session->cnt++] = (struct member) {
			.key = key_of(session, &matrix, i),
			.verdict = require_settled_word(kernel->settled),
			.name = pool_strdup(&session->pool, kernel->name),
			.release =
				pool_strdup(&session->pool, kernel->scope.snapshot->kernel.release),
		};
	}
	require_matrix_deinit(&matrix);
	return error;
}

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	int order = order_texts(left->key, right->key);

	return order ? order : order_texts(left->name, right->name);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;
	int order = order_numbers(right->cnt, left->cnt);

	return order ? order : order_texts(left->members->name, right->members->name);
}

static struct error *make_groups(struct session *session)
{
	session->groups = pool_calloc(&session->pool, session->cnt + 1, sizeof(*session->groups));
	if (!session->groups)
		return error_no_memory();
	qsort(session->members, session->cnt, sizeof(*session->members), compare_members);
	for (size_t i = 0; i < session->cnt; i++) {
		struct group *last =
			session->group_cnt ? &session->groups[session->group_cnt - 1] : NULL;
		if (!last || order_texts(last->members->key, session->members[i].key))
			session->groups[session->group_cnt++] =
				(struct group) {&session->members[i], 1};
		else
			last->cnt++;
	}
	qsort(session->groups, session->group_cnt, sizeof(*session->groups), compare_groups);
	return NULL;
}

/* The releases of a group, each once, up to `max` of them. */
static void put_releases(const struct group *group, size_t max, struct buf *out)
{
	size_t cnt = 0;

	for (size_t i = 0; i < group->cnt; i++) {
		size_t before = 0;
		while (before < i &&
			order_texts(group->members[before].release, group->members[i].release))
			before++;
		if (before < i)
			continue;
		if (cnt++ < max)
			escape_printf(out, "%s%s", cnt > 1 ? ", " : "",
				group->members[i].release ? group->members[i].release : "?");
	}
	if (cnt > max)
		buf_printf(out, " and %zu more", cnt - max);
}

static void render_text(const struct session *session, struct buf *out)
{
	enum { NAMES_SHOWN = 6, RELEASES_SHOWN = 2 };

	buf_printf(out, "%zu hosts and files, %zu groups by %s\n", session->cnt, session->group_cnt,
		session->by == BY_ALL            ? "all answers"
			: session->by == BY_CORE ? "answers without modules"
						 : "what was asked");
	for (size_t i = 0; i < session->group_cnt; i++) {
		const struct group *group = &session->groups[i];
		const struct member *first = group->members;
		buf_printf(out, "\n%zu  ", group->cnt);
		if (first->verdict)
			buf_printf(out, "%s  ", first->verdict);
		escape_printf(out, session->by == BY_ASKED ? "%s  " : "%.12s  ", first->key);
		put_releases(group, RELEASES_SHOWN, out);
		buf_puts(out, "\n  ");
		for (size_t k = 0; k < group->cnt && k < NAMES_SHOWN; k++)
			escape_printf(out, " %s", group->members[k].name);
		if (group->cnt > NAMES_SHOWN)
			buf_printf(out, " and %zu more", group->cnt - NAMES_SHOWN);
		buf_putc(out, '\n');
	}
}

static json_t *group_json(const struct session *session, const struct group *group)
{
	json_t *object = json_object(), *names = json_array(), *releases = json_array();

	for (size_t i = 0; i < group->cnt; i++) {
		const struct member *member = &group->members[i];
		json_array_append_new(names, json_text_or_null(member->name));
		size_t before = 0;
		while (before < i && order_texts(group->members[before].release, member->release))
			before++;
		if (before == i)
			json_array_append_new(releases, json_text_or_null(member->release));
	}
	json_object_set_new(object, session->by == BY_ASKED ? "answers" : "fingerprint",
		json_text_or_null(group->members->key));
	if (group->members->verdict)
		json_object_set_new(object, "verdict", json_text_or_null(group->members->verdict));
	json_object_set_new(object, "count", json_integer((json_int_t)group->cnt));
	json_object_set_new(object, "releases", releases);
	json_object_set_new(object, "names", names);
	return object;
}

static void render_groups_json(const struct session *session, struct buf *out)
{
	json_t *root = json_object(), *groups = json_array(), *asked = json_array();

	json_object_set_new(root, "schema", json_string(GROUPS_SCHEMA));
	json_object_set_new(root, "by", json_string(groupings[session->by]));
	for (size_t i = 0; i < session->list.cnt; i++)
		json_array_append_new(asked, json_text_or_null(session->list.list[i].root->text));
	if (session->by == BY_ASKED)
		json_object_set_new(root, "requirements", asked);
	else
		json_decref(asked);
	for (size_t i = 0; i < session->group_cnt; i++)
		json_array_append_new(groups, group_json(session, &session->groups[i]));
	json_object_set_new(root, "groups", groups);
	bool one_line = cli_format(session->args) == CLI_FORMAT_JSONL;
	if (!json_write(root, one_line ? JSON_COMPACT : JSON_INDENT(2), out))
		out->failed = true;
	buf_putc(out, '\n');
}

static struct error *print_groups(const struct session *session)
{
	_cleanup_output_ struct output out = {0};

	if (cli_prints_json(session->args))
		render_groups_json(session, &out.text);
	else
		render_text(session, &out.text);
	return output_finish(&out, cli_value(session->args, "output"));
}

struct error *db_groups(const struct cli_args *args, int *status)
{
	struct session session = {.args = args};
	size_t cnt;
	const char *path = cli_operands(args, &cnt)[0];
	struct error *error = read_grouping(&session);

	if (!error) {
		reading_begin(path);
		error = session.by == BY_ASKED ? take_answers(&session, path)
					       : take_fingerprints(&session, path);
		error = reading_end(path, error);
	}
	if (!error)
		error = make_groups(&session);
	if (!error)
		error = print_groups(&session);
	require_list_deinit(&session.list);
	pool_destroy(&session.pool);
	if (!error)
		*status = STATUS_OK;
	return error;
}
