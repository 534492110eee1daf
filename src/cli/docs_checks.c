/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/docs_checks.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/documents.h"
#include "snapshot/history/shipped.h"
#include "util/reading.h"

/* One object on 47 kernels takes 1 MB. */
#define CHECK_MAX_BYTES (512u << 20)

struct adding {
	const struct docs_run *run;
	site_take *take;
	void *context;
	const char *path;
	size_t cnt;
	struct buf summary;
};

/* Its file without the suffix, with the number of the line if there are several. */
static const char *title_of(const struct adding *adding, size_t number)
{
	const char *stem = strcmp(adding->path, "-") ? kernels_stem(adding->run->pool, adding->path) : "objects";

	return stem && number ? pool_printf(adding->run->pool, "%s %zu", stem, number) : stem;
}

static struct error *add_document(void *context, const char *text, size_t len_bytes, size_t number)
{
	struct adding *adding = context;
	_cleanup_buf_ struct buf data = {0}, name = {0};
	const char *title = title_of(adding, number);
	struct error *error = title
		? render_site_check(title, adding->cnt, text, len_bytes, &data, &adding->summary)
		: error_no_memory();

	buf_printf(&name, "data/check-%zu.js", adding->cnt++);
	return error ? error : adding->take(adding->context, buf_text(&name), &data);
}

static struct error *add_file(struct adding *adding, const char *path)
{
	adding->path = path;
	reading_begin(path);
	return reading_end(path, documents_each(path, CHECK_MAX_BYTES, add_document, adding));
}

static int is_shipped_check(const struct dirent *item)
{
	size_t len = strlen(item->d_name), end = strlen(".json.gz");

	return *item->d_name != '.' && len > end && !strcmp(item->d_name + len - end, ".json.gz");
}

static struct error *add_shipped(struct adding *adding)
{
	struct pool *pool = adding->run->pool;
	const char *shipped = kernels_shipped(pool), *directory = shipped ? shipped_checks(pool, shipped) : NULL;
	struct dirent **items = NULL;
	int cnt = directory ? scandir(directory, &items, is_shipped_check, alphasort) : 0;
	struct error *error = NULL;

	for (int i = 0; i < cnt; i++) {
		const char *path = pool_printf(pool, "%s/%s", directory, items[i]->d_name);
		if (!error)
			error = path ? add_file(adding, path) : error_no_memory();
		free(items[i]);
	}
	free(items);
	return error;
}

struct error *docs_checks(const struct docs_run *run, site_take *take, void *context, struct buf *core)
{
	struct adding adding = {.run = run, .take = take, .context = context};
	size_t cnt;
	const char *const *paths = cli_values(run->args, "check", &cnt);
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++)
		error = add_file(&adding, paths[i]);
	if (!error && !cli_has(run->args, "kernel"))
		error = add_shipped(&adding);
	if (adding.cnt)
		buf_printf(core, "kcompat.checks([%s]);\n", buf_text(&adding.summary));
	core->failed |= adding.summary.failed;
	buf_deinit(&adding.summary);
	return error;
}
