/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot for a person: a summary and a compact matrix, or the details of a few names. */
#ifndef KCOMPAT_RENDER_RENDER_H
#define KCOMPAT_RENDER_RENDER_H

#include "snapshot/history/diff.h"
#include "snapshot/history/history.h"
#include "snapshot/history/matches.h"
#include "snapshot/history/shipped.h"
#include "snapshot/history/types.h"
#include "snapshot/history/types_diff.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/error.h"

struct render_text_options {
	size_t width;    /* columns */
	bool details;    /* every name with its contexts and evidence, instead of the matrix */
	bool functions;  /* everything known about each kernel function, also below the matrix */
	bool contexts;   /* only what concerns the snapshot's contexts, which are a selection */
	bool addresses;
	bool colour;     /* util/colour.h */
};

struct error *render_text(
	const struct snapshot *snapshot, const struct render_text_options *options, struct buf *out);

/* Whether a kernel has a feature, and why that is so or not known. */
struct summary_answer {
	const char *label, *why;
	enum tristate value;
};
/* One screen: at most 30 lines, whatever the kernel is. */
struct error *render_summary(const struct snapshot *snapshot, const struct summary_answer *answers,
	size_t answer_cnt, const struct render_text_options *options, struct buf *out);

/*
 * What a history knows about a subject: text for a terminal, Markdown in the form of published
 * function reports, or JSON (docs/schema/show.json). All append to `out`. Names and reasons come
 * from files. Text escapes control characters. Markdown also escapes markup of Markdown and HTML.
 */

#define SHOW_SCHEMA "kcompat/show/1"

struct show_options {
	size_t width; /* columns of text */
	bool deep;    /* compare callers, too */
	const char *arch; /* of the kernels in the table of text, as Debian names it; NULL: the baseline's */
};

struct error *render_show_text(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out);
struct error *render_show_markdown(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct buf *out);
/* One object on one line: its first part, each subject, its last part. */
struct error *render_json_show_begin(const struct history *history, struct buf *out);
struct error *render_json_show_subject(const struct history *history, const struct subject *subject,
	const struct show_options *options, bool first, struct buf *out);
/* A type (history/types.h); all types come behind all subjects, `first` before the others. */
struct error *render_json_show_type(const struct history *history, const struct type_subject *subject,
	bool first, struct buf *out);
/*
 * What matched a glob (history/matches.h), a line or an object each, after render_matches_begin(). As text, a table
 * that begins with its head; `first` of all matches.
 */
struct match_table;
struct error *render_matches_begin(const struct history *history, const struct show_options *options,
	const char *glob, struct match_table **ret);
void render_matches_end(struct match_table *table); /* NULL-safe */
void render_match_text(struct match_table *table, const struct type_match *match, bool first, struct buf *out);
void render_match_markdown(struct match_table *table, const struct type_match *match, bool first, struct buf *out);
struct error *render_json_match(
	const struct history *history, const struct type_match *match, bool first, struct buf *out);
void render_json_show_end(struct buf *out);
struct error *render_show_type_text(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, struct buf *out);

struct error *render_show_type_markdown(const struct history *history, const struct type_subject *subject,
	const struct show_options *options, struct buf *out);

/* The kernels that are shipped: a table, and docs/schema/kernels.json. Both append to `out`. */

#define KERNELS_SCHEMA "kcompat/kernels/1"

/* Lines fold at `width` (util/columns.h). */
void render_shipped_text(const struct shipped *shipped, size_t width, struct buf *out);
struct error *render_json_shipped(const struct shipped *shipped, bool one_line, struct buf *out);

/* The changes between two kernels, as text and as docs/schema/diff.json. Both append to `out`. */

#define DIFF_SCHEMA "kcompat/diff/1"

struct diff_types {
	const struct type_differences *differences; /* NULL: unknown */
	const char *unknown;  /* why nothing is known of the types of one kernel; NULL: it is known */
	unsigned int listed;  /* mask of 1u << enum type_kind */
	bool summary;         /* counts of all kinds come first */
	bool deep;
};
/* `types` NULL: nobody asked for them. */
void render_diff_text(const struct history *history, const struct differences *differences,
	const struct diff_types *types, size_t width, struct buf *out);
/* In render/json.c. */
struct error *render_json_diff(const struct history *history, const struct difference *differences,
	size_t difference_cnt, const struct diff_types *types, struct buf *out);

/*
 * A whole history as data of a site (site/data.js): three scripts that call functions:
 *
 *   kcompat.core({"states":[[word,letter,meaning],...], "supports":[[word,meaning],...],
 *     "kinds":{word:noun,...}, "flags":{name:meaning,...},
 *     "kernels":[{"label","version","arch","flavor","group","release","build","sources":[...]},...],
 *     "contexts":[[name,program type,attach type or null,sleepable],...],
 *     "series":[kernel,...], "tests":[name,...],
 *     "subjects":[[kind,name,facts,rows,first,before,listed],...],
 *     "facts":[{"state",...},...], "rows":["RUNS",...], "outcomes":"LETTERS"})
 *   kcompat.evidence([[errno,line,rule,predicted],...])
 *   kcompat.texts({"lines":[[label,text],...], "verdicts":["RUNS",...], "commits":[commit or 0,...],
 *     "prototypes":{helper:declaration,...}})
 *   kcompat.examples({function:[context,kernel,source],...})
 *
 * Tables are drawn from the first script. The others are read when a user asks for what they hold.
 * "evidence" has one element for each letter of "outcomes". "verdicts" and "commits" have one for each
 * subject: the lines that `show` says first, and the commit that added it. RUNS are numbers in base 36,
 * separated by blanks: "3*a" means "a a a", and "_" means none. A subject has its facts and rows by
 * kernel. A row has its outcomes by context, and none if the kernel lacks the context; "=" means the
 * same as in the row before it. Equal facts, rows and outcomes are stored once. In the line of an
 * outcome, U+0001 stands for the name of the called function. "series" are the kernels of one
 * architecture and flavor, by version. "first" is the first of them that has the subject, "before" the
 * last one before that is known to lack it, -1 for none; "listed" is a version of Linux, or "".
 * "tests" are the kfuncs that only tests of the kernel use.
 */

/* Equal histories give equal bytes. Appends to all buffers. */
struct error *render_site(
	const struct history *history, struct buf *core, struct buf *evidence, struct buf *texts);

/*
 * The types and functions of the kernels of the history that are in a store, in files that a site reads when a user
 * asks for one of their names. All names stand in one order, without regard to large letters:
 *
 *   kcompat.store({"other":number, "kinds":{word:[noun,number,names,[kernel,...]],...}, "about":[name,...], "names":[name,...],
 *     "bytes":all files of names})
 *   kcompat.names(number,"NAME\nNAME...","KIND...","RUNS",["PATTERN",...])
 *   kcompat.about(number,{"items":{name:[[kind,"RUNS",pattern],...],...}, "lines":[[what,label,text],...],
 *     "facts":[[collision,inline,suffixes,kind,fentry refused,fentry may be refused,[SYMBOL,...]],...],
 *     "units":[[unit,...],...], "runs":["RUNS",...], "prototypes":[text,...]})
 *
 * Files are numbered from 0, and the store has the first name of each. The kernels of a kind are those with all names
 * of that kind. A NAME begins with a digit (0-9a-zA-Z): so many characters it has in common with the name before. KIND
 * is such a digit, "other" that of a function that is an LSM hook or a system call. The RUNS number the patterns.
 * PATTERN is RUNS, by kernel: equal numbers mean equal types. In that of a function, a hook and a variable, 0 means that
 * BTF has no prototype or type of it, and behind "|" stand those of 1, 2, ..., each as numbers with a dot between if the
 * kernel has several functions of that name. An item has the RUNS of
 * its lines, in the order of `show`, and the number of its pattern among "runs": `what` is enum type_line of
 * render/type_lines.h. A function has three more: the numbers of the RUNS of its facts and its units, by kernel, and
 * the RUNS of its prototypes 1, 2, .... In a SYMBOL, [name,binding,entry that ftrace patches,kprobe refused,exported,
 * section or region], U+0001 stands for the name of the function, 0 for what is not known, and -1 for an unknown answer.
 */

/* The facts of functions of a row, whose destruction is up to the caller. *ret NULL: none are known. */
struct kernel_functions;
struct site_functions {
	struct error *(*load)(void *context, size_t row, const char *const *names, size_t cnt,
		struct kernel_functions **ret);
	void *context;
};
/* Takes a file, with its name below the directory of the site. */
typedef struct error *site_take(void *context, const char *name, const struct buf *data);

/* Appends to `core`, before what render_site() appends. Nothing is done without a store. */
struct error *render_site_store(const struct history *history, const struct site_functions *functions,
	site_take *take, void *context, struct buf *core);

/*
 * A document of `kcompat check --json` (docs/schema/check.json) as a script that is read when somebody asks for it:
 *
 *   kcompat.check(number,{"kernels":[[name,release,source],...],
 *     "objects":[[name,license,[[program,section,context,optional,"RUNS"],...]],...], "cells":[[load,attach,[need,...]],...],
 *     "needs":[[kind,name,state,reason,scope,guard,hint,file,line,text],...]})
 *
 * The RUNS number the cells, by kernel. Needs that are met are left out, and 0 stands for what a document lacks. Appends
 * [title,objects,programs,kernels] to `summary`, with a comma before it unless `number` is 0: the data of
 * kcompat.checks(), which stands before kcompat.core(). ERROR_INPUT: it is no such document.
 */
struct error *render_site_check(const char *title, size_t number, const char *text, size_t len_bytes,
	struct buf *out, struct buf *summary);

/*
 * #define lines, as `bpftool feature probe macros` has them. Unknown is neither HAVE_ nor NO_HAVE_; of a
 * call it is 0, and a second macro that ends in _UNKNOWN is 1.
 */
struct error *render_macros(const struct snapshot *snapshot, struct buf *out);

#endif
