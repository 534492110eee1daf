/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/docs_html.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "util/array.h"
#include "util/embed.h"
#include "render/render.h"
#include "util/file.h"

/* What site/index.html says of itself. */
#define GENERATOR "<meta name=\"generator\" content=\"kcompat\">"

struct file {
	const char *name; /* below the directory */
	const char *data;
	size_t size_bytes;
};

static struct error *make_directory(const char *directory, const char *below)
{
	_cleanup_buf_ struct buf path = {0};
	struct stat status;

	buf_printf(&path, "%s%s", directory, below);
	if (path.failed)
		return error_no_memory();
	if (!mkdir(path.data, 0777))
		return NULL;
	if (errno != EEXIST)
		return error_errno(errno, "its parent must exist", "%s", path.data);
	if (stat(path.data, &status))
		return error_errno(errno, NULL, "%s", path.data);
	return S_ISDIR(status.st_mode) ? NULL : error_errno(ENOTDIR, NULL, "%s", path.data);
}

/* Somebody else's page is not written over. */
static struct error *check_index(const char *directory)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};

	if (!file_exists(directory, "/index.html"))
		return NULL;
	struct error *error = file_read(directory, "/index.html", &bytes);
	if (!error && !strstr((const char *)bytes.data, GENERATOR))
		error = error_create(ERROR_USAGE, "name a new or empty directory",
			"%s/index.html: there is one that kcompat did not write", directory);
	return error;
}

static struct error *write_files(const char *directory, const struct file *files, size_t cnt)
{
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++) {
		_cleanup_buf_ struct buf path = {0};
		buf_printf(&path, "%s/%s", directory, files[i].name);
		error = path.failed
			? error_no_memory()
			: file_write_atomic(path.data, files[i].data, files[i].size_bytes);
	}
	return error;
}

struct error *docs_html(const struct history *history, const char *directory)
{
	_cleanup_buf_ struct buf core = {0}, evidence = {0};
	struct error *error = render_site(history, &core, &evidence);

	if (!error)
		error = make_directory(directory, "");
	if (!error)
		error = check_index(directory);
	if (!error)
		error = make_directory(directory, "/data");
	if (error)
		return error;
	const struct file files[] = {
		{"data/core.js", core.data, core.len},
		{"data/evidence.js", evidence.data, evidence.len},
		{"style.css", embed_site_css, embed_site_css_size()},
		{"data.js", embed_site_data, embed_site_data_size()},
		{"grid.js", embed_site_grid, embed_site_grid_size()},
		{"views.js", embed_site_views, embed_site_views_size()},
		{"pages.js", embed_site_pages, embed_site_pages_size()},
		{"app.js", embed_site_app, embed_site_app_size()},
		{"index.html", embed_site_html, embed_site_html_size()},
	};
	return write_files(directory, files, ARRAY_SIZE(files));
}
