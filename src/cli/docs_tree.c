/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `kcompat docs --update` and `--check`. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/docs.h"
#include "docs/docs.h"
#include "util/file.h"

#define DEPTH_MAX 64 /* directories in directories */

struct tree {
	const struct docs_run *run;
	bool updates;
	struct docs_options options;
	struct docs_report report;
	struct buf diff;
	const char **pages; /* in the order given, in directories by name */
	size_t page_cnt, page_cap;
	size_t failed_cnt;  /* pages that could not be read or written */
};

static void tree_deinit(struct tree *tree)
{
	since_destroy(tree->options.since);
	docs_report_deinit(&tree->report);
	buf_deinit(&tree->diff);
}

static struct error *add_page(struct tree *tree, const char *path)
{
	const char **pages = pool_grow(
		tree->run->pool, tree->pages, tree->page_cnt, &tree->page_cap, sizeof(*pages));

	if (!pages || !path)
		return error_no_memory();
	tree->pages = pages;
	pages[tree->page_cnt++] = path;
	return NULL;
}

static bool is_page(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && !strcmp(name + len - 3, ".md");
}

/* Follows links. A dangling link counts, so that it is reported. Reading a FIFO would block. */
static bool may_be_file(const char *path)
{
	struct stat status;

	return stat(path, &status) || S_ISREG(status.st_mode);
}

static int wants_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void free_entries(struct dirent **entries, int cnt)
{
	for (int i = 0; i < cnt; i++)
		free(entries[i]);
	free(entries);
}

/* Links to directories are not followed: a tree may contain a link to itself. */
static struct error *docs_tree_add_directory(struct tree *tree, const char *path, unsigned int depth)
{
	struct dirent **entries = NULL;
	int cnt = scandir(path, &entries, wants_entry, alphasort);
	struct error *error = NULL;

	if (cnt < 0)
		return error_errno(errno, NULL, "%s", path);
	if (depth == DEPTH_MAX)
		error = error_create(ERROR_INPUT, NULL, "%s: directories too deep", path);
	for (int i = 0; i < cnt && !error; i++) {
		const char *child = pool_printf(tree->run->pool, "%s/%s", path, entries[i]->d_name);
		struct stat status;
		if (!child)
			error = error_no_memory();
		else if (lstat(child, &status))
			error = error_errno(errno, NULL, "%s", child);
		else if (S_ISDIR(status.st_mode))
			error = docs_tree_add_directory(tree, child, depth + 1);
		else if (is_page(child) && may_be_file(child))
			error = add_page(tree, child);
	}
	free_entries(entries, cnt);
	return error;
}

static struct error *add_operand(struct tree *tree, const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return error_errno(errno, NULL, "%s", path);
	if (!S_ISDIR(status.st_mode))
		return add_page(tree, path);
	size_t len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	const char *directory = pool_strndup(tree->run->pool, path, len);
	return directory ? docs_tree_add_directory(tree, directory, 0) : error_no_memory();
}

static bool has_page(void *context, const char *page, const char *relative)
{
	const char *slash = strrchr(page, '/');
	_cleanup_buf_ struct buf path = {0};

	(void)context;
	if (slash)
		buf_add(&path, page, (size_t)(slash + 1 - page));
	buf_puts(&path, relative);
	return !access(buf_text(&path), F_OK);
}

/*
 * Refuses a read-only page: a new file would replace it. Follows a link, and writes the page at its
 * target.
 */
static struct error *write_page(const char *path, const struct buf *text)
{
	struct stat status;
	char *real = realpath(path, NULL);
	struct error *error = NULL;

	if (!real || stat(real, &status))
		error = error_errno(errno, NULL, "%s", path);
	else if (!(status.st_mode & 0222) || access(real, W_OK))
		error = error_create(
			ERROR_DENIED, "make it writable first", "%s: read-only, so it is left as it is", path);
	else
		error = file_write_quick(real, buf_text(text), text->len);
	free(real);
	return error;
}

static struct error *take_page(struct tree *tree, const char *path)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	_cleanup_buf_ struct buf text = {0};
	struct error *error = file_read("", path, &bytes);
	const char *data = (const char *)bytes.data;

	if (!error)
		error = docs_fill(
			&tree->options, path, data, bytes.size, &tree->report, &text);
	if (error)
		return error;
	bool changed = bytes.size != text.len || memcmp(data, buf_text(&text), text.len);
	if (changed && tree->updates)
		error = write_page(path, &text);
	if (!error && changed && cli_has(tree->run->args, "diff"))
		error = render_udiff(path, data, bytes.size, buf_text(&text), text.len, &tree->diff);
	return error;
}

/* Reports a page that cannot be read or written, and continues with the others. */
static struct error *take_pages(struct tree *tree)
{
	for (size_t i = 0; i < tree->page_cnt; i++) {
		const struct docs_report before = tree->report;
		struct error *error = take_page(tree, tree->pages[i]);
		if (!error)
			continue;
		if (error->code == ERROR_NO_MEMORY)
			return error;
		tree->report.difference_cnt = before.difference_cnt;
		tree->report.note_cnt = before.note_cnt;
		tree->failed_cnt++;
		cli_report(error);
		error_free(error);
	}
	return NULL;
}

static struct error *docs_tree_print(struct tree *tree)
{
	const struct cli_args *args = tree->run->args;
	_cleanup_buf_ struct buf out = {0};

	if (cli_has(args, "diff"))
		return docs_print(tree->run, &tree->diff);
	if (cli_has(args, "json")) {
		struct error *error =
			render_json_docs(&tree->report, &tree->options, tree->updates, &out);
		if (error)
			return error;
	} else {
		render_docs_text(&tree->report, &out);
	}
	return docs_print(tree->run, &out);
}

static struct error *take_options(struct tree *tree)
{
	tree->options.has_page = has_page;
	tree->updates = cli_has(tree->run->args, "update");
	return docs_take_options(tree->run, "compat", &tree->options);
}

struct error *docs_tree(const struct docs_run *run, int *status)
{
	__attribute__((cleanup(tree_deinit))) struct tree tree = {.run = run};
	size_t cnt;
	const char *const *operands = cli_operands(run->args, &cnt);
	struct error *error = take_options(&tree);

	for (size_t i = 0; i < cnt && !error; i++)
		error = add_operand(&tree, operands[i]);
	if (!error)
		error = take_pages(&tree);
	if (!error)
		error = docs_tree_print(&tree);
	if (error)
		return error;
	bool bare = !tree.report.section_cnt && !tree.failed_cnt;
	if (bare)
		cli_report(&(struct error) {
			.code = ERROR_NOT_FOUND, .what = "none of the given pages has a marker"});
	*status = tree.failed_cnt ? STATUS_ERROR
		: bare || (!tree.updates && tree.report.difference_cnt) ? STATUS_MISSING
									: STATUS_OK;
	return NULL;
}
