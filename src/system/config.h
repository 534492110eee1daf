/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration the kernel was built with (.config, gzip or plain). */
#ifndef KCOMPAT_SYSTEM_CONFIG_H
#define KCOMPAT_SYSTEM_CONFIG_H

#include <stddef.h>

#include "kernel/kernel.h"
#include "util/error.h"

/*
 * Fills kernel->config and environment.config_source from the first of /proc/config.gz,
 * /boot/config-RELEASE and the places below the module directories that can be read and is a
 * configuration. Needs kernel->identity.release. A source that is there and cannot be used is
 * named in a limit and the next one is tried; without any, config_source stays NULL and a limit
 * says so. The only error is lack of memory.
 */
struct error *load_config(struct kernel *kernel, const char *root);

/*
 * Parses `size` bytes, gzip or plain text, into an array sorted by name with each option once
 * (the last line wins) and only the options that are set: "=n" is as unset as "is not set".
 * ERROR_INPUT for what is no configuration, is damaged, or ends in the middle of a line: of a
 * truncated one nothing can be said about an option that is not seen. Neither is one believed that
 * was cut at the end of a line, as far as that shows: linux 5.4 and later write where menus end, older
 * ones do not, and neither does a file that was written by hand.
 */
struct error *config_parse(struct pool *pool, const void *data, size_t size,
	struct kernel_config_option **list, size_t *cnt);

#endif
