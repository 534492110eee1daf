/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files inside kcompat-lab, like those of util/embed.h inside kcompat. A NUL follows each. */
#ifndef KCOMPAT_LAB_EMBED_H
#define KCOMPAT_LAB_EMBED_H

extern const char embed_lab_kernels[], embed_lab_kernels_end[];   /* data/kernels.txt */
extern const char embed_lab_packages[], embed_lab_packages_end[]; /* tools/debian-packages.sh */
extern const char embed_lab_fetch[], embed_lab_fetch_end[];       /* lab/fetch.sh */

#endif
