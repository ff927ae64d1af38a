/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry of virt-drain. Thread: main. It reads the command line and hands over to one cmd_*.c.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return 0;
	}
	fputs("virt-drain: only --version is known\n", stderr);
	return 2;
}
