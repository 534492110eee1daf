/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a history knows as data of a site (site/app.js), two scripts that each call one function:
 *
 *   kcompat.core({"states":[[word,letter,meaning],...], "supports":[[word,meaning],...],
 *     "kinds":{word:noun,...}, "flags":{name:meaning,...},
 *     "kernels":[{"label","version","arch","flavor","group","release","build","sources":[...]},...],
 *     "contexts":[[name,program type,attach type or null,sleepable],...],
 *     "subjects":[[kind,name,facts,rows],...],
 *     "facts":[{"state",...},...], "rows":["RUNS",...], "outcomes":"LETTERS"})
 *   kcompat.evidence([[errno,line,rule,predicted],...])
 *
 * The first is what tables are drawn from; the second, one element for each letter of "outcomes", is
 * read when someone asks why. RUNS are numbers in base 36 with blanks between them, "3*a" for
 * "a a a", "_" for none: a subject's facts and rows over the kernels, and a row's outcomes over the
 * contexts, none where the kernel has no such context. Facts, rows and outcomes stand once each. In the
 * line of an outcome U+0001 stands for the name of what is called.
 */
#ifndef KCOMPAT_RENDER_SITE_H
#define KCOMPAT_RENDER_SITE_H

#include "history/history.h"
#include "util/buf.h"

/* Of equal histories equal bytes. Both buffers are appended to. */
struct error *render_site(const struct history *history, struct buf *core, struct buf *evidence);

#endif
