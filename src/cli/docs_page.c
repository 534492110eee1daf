/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New pages and tables. The sections between markers are made as in existing pages. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/docs.h"
#include "cli/near.h"
#include "cli/parts.h"
#include "inventory/inventory.h"
#include "docs/docs.h"
#include "render/render.h"
#include "util/array.h"

/* The product that the words select, and the subjects that were found for it. */
struct making {
	const struct cli_args *args;
	const struct history *history;
	const struct subjects *subjects; /* of the product's kind; at least one */
	struct buf *out;
};

struct product {
	const char *action, *kind_word;
	enum subject_kind kind;
	bool has_name; /* the operand behind the kind */
	bool marks;    /* has sections between markers */
	bool lists;    /* has a list of calls, which --policy and --signature shape */
	struct error *(*render)(const struct making *making);
};

static const char *own_name(const struct making *making)
{
	return making->subjects->list[0].name;
}

static struct error *docs_page_kfunc(const struct making *making)
{
	return render_page_kfunc(making->history, own_name(making), making->out);
}

static struct error *program_type(const struct making *making)
{
	return render_page_program_type(making->history, own_name(making), making->out);
}

static struct error *docs_page_type_tag(const struct making *making)
{
	return render_page_type_tag(making->history, own_name(making), making->out);
}

static struct error *docs_page_function(const struct making *making)
{
	const struct show_options options = {.width = 80};

	return render_show_markdown(
		making->history, &making->subjects->list[0], &options, making->out);
}

static struct error *kfunc_index(const struct making *making)
{
	return render_page_index(making->history, making->subjects, making->out);
}

static struct error *docs_page_functions(const struct making *making)
{
	return render_matrix_functions(
		making->history, making->subjects, cli_format(making->args) == CLI_FORMAT_CSV, making->out);
}

/* The kernel of --baseline, else the newest kernel of the regular series. */
static struct error *docs_page_kfuncs(const struct making *making)
{
	const struct history *history = making->history;
	size_t row = history->baseline;

	for (size_t i = 0; i < history->row_cnt && !cli_has(making->args, "baseline"); i++) {
		if (history->rows[i].group == HISTORY_REGULAR)
			row = i;
	}
	return render_matrix_kfuncs(
		history, row, making->subjects, cli_format(making->args) == CLI_FORMAT_CSV, making->out);
}

static const struct product products[] = {
	{"page", "kfunc", SUBJECT_KFUNC, true, true, true, docs_page_kfunc},
	{"page", "program_type", SUBJECT_PROGRAM_TYPE, true, true, true, program_type},
	{"page", "type_tag", SUBJECT_FEATURE, true, true, false, docs_page_type_tag},
	{"page", "function", SUBJECT_FUNCTION, true, false, false, docs_page_function},
	{"index", "kfuncs", SUBJECT_KFUNC, false, false, false, kfunc_index},
	{"table", "kfuncs", SUBJECT_KFUNC, false, false, false, docs_page_kfuncs},
	{"table", "functions", SUBJECT_FUNCTION, false, false, false, docs_page_functions},
};

static const char *operand(const struct cli_args *args, size_t index)
{
	size_t cnt;

	return cli_operands(args, &cnt)[index];
}

static struct error *find_product(const struct cli_args *args, const struct product **ret)
{
	const char *word = operand(args, 0), *words[ARRAY_SIZE(products)];
	size_t cnt = 0;

	for (size_t i = 0; i < ARRAY_SIZE(products); i++) {
		if (!docs_is(args, products[i].action))
			continue;
		if (part_is(word, products[i].kind_word)) {
			*ret = &products[i];
			return NULL;
		}
		words[cnt++] = products[i].kind_word;
	}
	return near_error(word, words, cnt, NULL, "docs %s: %s: no such kind",
		cli_action(args)->name, word);
}

static struct error *docs_page_check_usage(const struct cli_args *args, const struct product *product)
{
	static const char *const shapes[] = {"policy", "signature", NULL};

	if (product->has_name && !*operand(args, 1))
		return error_create(
			ERROR_USAGE, NULL, "docs page %s: an empty name", product->kind_word);
	return product->lists || !product->has_name
		? NULL
		: cli_no_effect(args, shapes, "on a page without a list of calls");
}

/* "xdp" of "BPF_PROG_TYPE_XDP", in any case. */
static const char *program_type_word(struct pool *pool, const char *name)
{
	const char *const prefix = "BPF_PROG_TYPE_";
	char *word;

	if (strncasecmp(name, prefix, strlen(prefix)))
		return name;
	word = pool_strdup(pool, name + strlen(prefix));
	for (char *at = word; at && *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
	return word;
}

/* "tag:percpu_kptr" of "__percpu_kptr". pahole writes bpf_kfunc, which is a tag of functions. */
static const char *type_tag_feature(struct pool *pool, const char *name)
{
	name += strncmp(name, "__", 2) ? 0 : 2;
	return strcmp(name, "bpf_kfunc") ? pool_printf(pool, TYPE_TAG_FEATURE "%s", name) : name;
}

static const char *subject_name(const struct product *product, struct pool *pool, const char *name)
{
	return product->kind == SUBJECT_PROGRAM_TYPE ? program_type_word(pool, name)
		: product->kind == SUBJECT_FEATURE   ? type_tag_feature(pool, name)
						     : name;
}

/* The names or globs of a product; none: all names. */
static struct error *docs_page_read_names(const struct cli_args *args, const struct product *product,
	struct pool *pool, struct history_wanted *ret)
{
	size_t cnt;
	const char *const *given = cli_values(args, "name", &cnt);
	const char **names = NULL;
	struct error *error = NULL;

	if (product->has_name) {
		const char *name = operand(args, 1);
		cnt = 1;
		names = pool_calloc(pool, cnt, sizeof(*names));
		if (names)
			names[0] = subject_name(product, pool, name);
		if (!names || !names[0])
			error = error_no_memory();
		given = names;
	} else if (!cnt && product->kind == SUBJECT_FUNCTION) {
		error = functions_watched(pool, &names, &cnt);
		given = names;
	}
	*ret = (struct history_wanted) {.names = given, .name_cnt = cnt};
	return error;
}

struct error *docs_page_wanted(
	const struct cli_args *args, struct pool *pool, struct history_wanted *ret)
{
	const struct product *product;
	struct history_wanted names = {0};
	struct error *error = find_product(args, &product);

	if (!error)
		error = docs_page_check_usage(args, product);
	if (!error)
		error = docs_page_read_names(args, product, pool, &names);
	*ret = (struct history_wanted) {0};
	/* The page of a program type needs every call of its programs. */
	if (error || !names.name_cnt || product->kind == SUBJECT_PROGRAM_TYPE)
		return error;
	const char **list = pool_calloc(pool, names.name_cnt + 1, sizeof(*list));
	if (!list)
		return error_no_memory();
	memcpy(list, names.names, names.name_cnt * sizeof(*list));
	list[names.name_cnt] = FEATURE_KFUNC_CALLS;
	*ret = (struct history_wanted) {.names = list, .name_cnt = names.name_cnt + 1};
	return NULL;
}

static bool is_part(
	const struct product *product, const struct history_wanted *names, const struct subject *subject)
{
	if (subject->kind != product->kind)
		return false;
	/* A page takes its name literally, even if it looks like a glob. */
	return !product->has_name || !strcmp(subject->name, names->names[0]);
}

static struct error *find_subjects(const struct history *history, const struct product *product,
	const struct history_wanted *names, struct subjects *ret)
{
	const char *const all = "*";
	size_t cnt = 0;
	struct error *error = subjects_find(history,
		names->name_cnt ? names->names : &(const char *) {all},
		names->name_cnt ? names->name_cnt : 1, ret);

	for (size_t i = 0; !error && i < ret->cnt; i++) {
		if (is_part(product, names, &ret->list[i]))
			ret->list[cnt++] = ret->list[i];
	}
	ret->cnt = cnt;
	return error;
}

/* Replaces `text` by the page with filled sections, like update. */
static struct error *docs_page_fill_sections(const struct docs_run *run, struct buf *text)
{
	_cleanup_docs_report_ struct docs_report report = {0};
	struct docs_options options = {0};
	struct buf filled = {0};
	struct error *error = text->failed ? error_no_memory() : docs_take_options(run, "c", &options);

	if (!error)
		error = docs_fill(&options, "the new page", buf_text(text), text->len, &report, &filled);
	since_destroy(options.since);
	buf_deinit(text);
	*text = filled;
	return error;
}

static struct error *make(const struct docs_run *run, const struct product *product,
	const struct subjects *subjects, int *status)
{
	_cleanup_buf_ struct buf out = {0};
	const struct making making = {run->args, run->history, subjects, &out};
	struct error *error = product->render(&making);

	if (!error && product->marks)
		error = docs_page_fill_sections(run, &out);
	if (!error)
		error = docs_print(run, &out);
	if (!error)
		*status = STATUS_OK;
	return error;
}

/* Reads all names of the kernels again. */
static struct error *put_near_subject(
	const struct docs_run *run, const char *name, enum subject_kind kind, struct buf *out)
{
	const struct history_wanted all = {.only_names = true};
	_cleanup_opened_ struct opened opened = {0};
	size_t cnt;
	const char *const *words = cli_values(run->args, "kernel", &cnt);
	struct error *error = cnt ? opened_add_words(&opened, run->args, words, cnt, &all)
				  : shipped_add(&opened.kernels, &all, true);

	if (!error)
		near_put(out, subjects_suggest(&opened.kernels, name, 1u << kind));
	return error;
}

/* The names of a table can be globs; without names, all were asked for. */
static struct error *docs_page_say_missing(const struct docs_run *run,
	const struct product *product, const struct history_wanted *names)
{
	_cleanup_buf_ struct buf near = {0};
	const char *name = names->name_cnt ? names->names[0] : "*";
	struct error *error =
		names->name_cnt ? put_near_subject(run, name, product->kind, &near) : NULL;

	if (!error)
		cli_say("%s: none of the kernels has %s %s%s", name,
			product->has_name ? "that" : "any such", subject_kind_noun(product->kind),
			buf_text(&near));
	return error;
}

struct error *docs_page(const struct docs_run *run, int *status)
{
	struct subjects subjects = {0};
	struct history_wanted names = {0};
	const struct product *product;
	struct error *error = find_product(run->args, &product);

	if (!error)
		error = docs_page_read_names(run->args, product, run->pool, &names);
	if (!error)
		error = find_subjects(run->history, product, &names, &subjects);
	if (!error && subjects.cnt) {
		error = make(run, product, &subjects, status);
	} else if (!error) {
		error = docs_page_say_missing(run, product, &names);
		*status = STATUS_MISSING;
	}
	subjects_deinit(&subjects);
	return error;
}
