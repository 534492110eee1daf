/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New Markdown pages, and tables as Markdown or CSV. A page has its marker sections (FEATURE_TAG,
 * KFUNC_DEF, KFUNC_PROG_REF, PROG_HELPER_FUNC_REF, PROG_KFUNC_REF) empty: what updates an existing
 * page fills them. All append to `out`; names and reasons come from files and are escaped.
 */
#ifndef KCOMPAT_DOCS_PAGE_H
#define KCOMPAT_DOCS_PAGE_H

#include "history/subjects.h"
#include "util/buf.h"

/* The subject is one that some kernel has. */
struct error *render_page_kfunc(const struct history *history, const char *name, struct buf *out);
/* `word` is libbpf's: "xdp". */
struct error *render_page_program_type(
	const struct history *history, const char *word, struct buf *out);
/* One line for each kfunc of any kernel. */
struct error *render_page_index(
	const struct history *history, const struct subjects *subjects, struct buf *out);

/* The subjects' functions against kernels. */
struct error *render_matrix_functions(
	const struct history *history, const struct subjects *subjects, bool csv, struct buf *out);
/*
 * The subjects' kfuncs against the contexts of the kernel of a row. In Markdown contexts that answer
 * alike share a column, and kfuncs that this kernel does not have are left out; CSV has a column for
 * each context, and every kfunc.
 */
struct error *render_matrix_kfuncs(const struct history *history, size_t row,
	const struct subjects *subjects, bool csv, struct buf *out);

#endif
