/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replaces libdw's functions of these names (elfutils libdwfl/debuginfod-client.c). If
 * DEBUGINFOD_URLS is set, libdw's functions load libdebuginfod at start and ask servers. kcompat
 * uses no network, and a static program must not load shared libraries.
 */
#include <elfutils/libdwfl.h>
#include <errno.h>

int __libdwfl_debuginfod_find_executable(
	Dwfl *dwfl, const unsigned char *build_id, size_t build_id_len);
int __libdwfl_debuginfod_find_debuginfo(
	Dwfl *dwfl, const unsigned char *build_id, size_t build_id_len);
void __libdwfl_debuginfod_end(void *client);

int __libdwfl_debuginfod_find_executable(
	Dwfl *dwfl, const unsigned char *build_id, size_t build_id_len)
{
	(void)dwfl, (void)build_id, (void)build_id_len;
	return -ENOSYS;
}

int __libdwfl_debuginfod_find_debuginfo(
	Dwfl *dwfl, const unsigned char *build_id, size_t build_id_len)
{
	(void)dwfl, (void)build_id, (void)build_id_len;
	return -ENOSYS;
}

void __libdwfl_debuginfod_end(void *client)
{
	(void)client;
}
