/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `docs site DIR`: a site that a browser opens from the file system. */
#ifndef KCOMPAT_CLI_DOCS_HTML_H
#define KCOMPAT_CLI_DOCS_HTML_H

#include "cli/docs.h"

/*
 * Writes index.html, style.css, app.js and data/ into the directory, which is made if it does not
 * exist (its parent must). All files are written before the first takes its place, index.html last: an
 * error leaves what was there. No link below the directory is followed. An existing index.html that
 * kcompat did not generate is an ERROR_USAGE, and nothing is written.
 */
struct error *docs_html(const struct docs_run *run, const char *directory);

#endif
