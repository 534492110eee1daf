/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network none|veth COMMAND...: runs it in a network namespace of its own, with the loopback device alone, or with a
 * pair of veth, which takes programs that are bound to a device. Exit status 77: it cannot be made here.
 */
#include "lab/guest/veth.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words)
{
	if (count < 3 || (strcmp(words[1], "none") != 0 && strcmp(words[1], "veth") != 0)) {
		fprintf(stderr, "usage: network none|veth COMMAND...\n");
		return 2;
	}
	if (unshare(CLONE_NEWNET) || (!strcmp(words[1], "veth") && !veth_create())) {
		perror(words[1]);
		return 77;
	}
	execvp(words[2], &words[2]);
	perror(words[2]);
	return 127;
}
