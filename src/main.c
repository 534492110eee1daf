/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"

int main(int argc, char **argv)
{
	return cli_main(&kcompat_program, argc, argv);
}
