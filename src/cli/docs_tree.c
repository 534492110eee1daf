/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `kcompat docs check` and `update`. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/docs.h"
#include "cli/page_file.h"
#include "docs/docs.h"
#include "util/descriptor.h"
#include "util/reading.h"

#define DEPTH_MAX 64 /* directories in directories */

/* A directory that the user named. */
struct top {
	const char *path; /* without '/' at its end, unless it is the root */
	struct stat status;
};

struct page {
	const char *path; /* for messages, and of a page that the user named */
	const struct top *top; /* NULL: the user named the page */
	const char *relative;  /* below `top` */
};

struct tree {
	const struct docs_run *run;
	bool updates;
	struct docs_options options;
	struct docs_report report;
	struct buf diff;
	struct page *pages; /* in the order given, in directories by name */
	size_t page_cnt, page_cap;
	size_t failed_cnt; /* pages that could not be read or written */
};

static void tree_deinit(struct tree *tree)
{
	since_destroy(tree->options.since);
	docs_report_deinit(&tree->report);
	buf_deinit(&tree->diff);
}

static struct error *add_page(struct tree *tree, struct page page)
{
	struct page *pages = pool_grow(
		tree->run->pool, tree->pages, tree->page_cnt, &tree->page_cap, sizeof(*pages));

	if (!pages)
		return error_no_memory();
	tree->pages = pages;
	pages[tree->page_cnt++] = page;
	return NULL;
}

static bool is_page(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && !strcmp(name + len - 3, ".md");
}

/* Follows links. A dangling link counts, so that it is reported. Reading a FIFO would block. */
static bool may_be_file(int directory, const char *name)
{
	struct stat status;

	return fstatat(directory, name, &status, 0) || S_ISREG(status.st_mode);
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

/* One directory of a tree; `relative` is "" or ends with '/'. */
struct level {
	const struct top *top;
	const char *relative;
	int directory;
	unsigned int depth;
};

static struct error *add_directory(struct tree *tree, const struct level *level);

static struct error *add_below(
	struct tree *tree, const struct level *level, const char *name, const char *path)
{
	const char *relative = pool_printf(tree->run->pool, "%s%s/", level->relative, name);
	_cleanup_fd_ int directory =
		openat(level->directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (directory < 0)
		return error_errno(errno, NULL, "%s", path);
	if (level->depth == DEPTH_MAX)
		return error_create(ERROR_INPUT, NULL, "%s: directories too deep", path);
	return relative ? add_directory(tree,
				  &(struct level) {level->top, relative, directory, level->depth + 1})
			: error_no_memory();
}

static struct error *add_entry(struct tree *tree, const struct level *level, const char *name)
{
	struct pool *pool = tree->run->pool;
	const char *path = pool_printf(pool, "%s/%s%s", level->top->path, level->relative, name);
	const char *relative = pool_printf(pool, "%s%s", level->relative, name);
	struct stat status;

	if (!path || !relative)
		return error_no_memory();
	if (fstatat(level->directory, name, &status, AT_SYMLINK_NOFOLLOW))
		return error_errno(errno, NULL, "%s", path);
	if (S_ISDIR(status.st_mode))
		return add_below(tree, level, name, path);
	return is_page(name) && may_be_file(level->directory, name)
		? add_page(tree, (struct page) {path, level->top, relative})
		: NULL;
}

/* Links to directories are not followed: a tree may contain a link to itself. */
static struct error *add_directory(struct tree *tree, const struct level *level)
{
	struct dirent **entries = NULL;
	int cnt = scandirat(level->directory, ".", &entries, wants_entry, alphasort);
	struct error *error = cnt < 0
		? error_errno(errno, NULL, "%s/%s", level->top->path, level->relative)
		: NULL;

	for (int i = 0; i < cnt && !error; i++)
		error = add_entry(tree, level, entries[i]->d_name);
	free_entries(entries, cnt);
	return error;
}

static struct error *add_tree(struct tree *tree, const char *path)
{
	struct top *top = pool_calloc(tree->run->pool, 1, sizeof(*top));
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (!top || !(top->path = pool_strndup(tree->run->pool, path, len)))
		return error_no_memory();
	_cleanup_fd_ int directory = open(top->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || fstat(directory, &top->status))
		return error_errno(errno, NULL, "%s", path);
	return add_directory(tree, &(struct level) {top, "", directory, 0});
}

static struct error *add_operand(struct tree *tree, const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return error_errno(errno, NULL, "%s", path);
	return S_ISDIR(status.st_mode) ? add_tree(tree, path)
				       : add_page(tree, (struct page) {path, NULL, NULL});
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

/* The directories on the way are those that were walked, or the page is not found. */
static struct error *open_place(const struct page *page, struct place *ret)
{
	struct stat now;

	if (!page->top)
		return place_open(page->path, ret);
	*ret = (struct place) {.directory = -1};
	_cleanup_fd_ int top = open(page->top->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 || fstat(top, &now))
		return error_errno(errno, NULL, "%s", page->top->path);
	if (now.st_dev != page->top->status.st_dev || now.st_ino != page->top->status.st_ino)
		return error_create(ERROR_INPUT, "run it again",
			"%s: another directory meanwhile", page->top->path);
	return place_open_below(top, page->relative, page->path, ret);
}

static struct error *fill_page(struct tree *tree, const struct page *page, const struct place *place)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	_cleanup_buf_ struct buf text = {0};
	struct page_file file;
	struct error *error = page_file_read(place, page->top, &file, &bytes);
	const char *data = (const char *)bytes.data;

	if (!error)
		error = docs_fill(
			&tree->options, page->path, data, bytes.size, &tree->report, &text);
	if (error)
		return error;
	bool changed = bytes.size != text.len || memcmp(data, buf_text(&text), text.len);
	if (changed && tree->updates)
		error = page_file_write(&file, &text);
	if (!error && changed && cli_format(tree->run->args) == CLI_FORMAT_DIFF)
		error = render_udiff(
			page->path, data, bytes.size, buf_text(&text), text.len, &tree->diff);
	return error;
}

static struct error *take_page(struct tree *tree, const struct page *page)
{
	_cleanup_place_ struct place place;
	struct error *error = open_place(page, &place);

	return error ? error : fill_page(tree, page, &place);
}

/* Reports a page that cannot be read or written, and continues with the others. */
static struct error *take_pages(struct tree *tree)
{
	for (size_t i = 0; i < tree->page_cnt; i++) {
		const struct docs_report before = tree->report;
		const struct page *page = &tree->pages[i];
		reading_begin(page->path);
		struct error *error = reading_end(page->path, take_page(tree, page));
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

	if (cli_format(args) == CLI_FORMAT_DIFF)
		return docs_print(tree->run, &tree->diff);
	if (cli_prints_json(args)) {
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
	tree->updates = docs_is(tree->run->args, "update");
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
