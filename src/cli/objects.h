/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF objects that the command line names, or programs that contain some. */
#ifndef KCOMPAT_CLI_OBJECTS_H
#define KCOMPAT_CLI_OBJECTS_H

#include "object/check/check.h"

/* Reads the files and adds their objects. The error names the file. */
struct error *objects_read(struct check *check, const char *const *paths, size_t cnt);

#endif
