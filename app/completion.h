/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion of the command line in a shell, made from the tables of options, commands, actions and fields: which options the
 * command takes that is being typed, and what values they take. No script asks a host. Pure; main thread.
 */
#ifndef APP_COMPLETION_H
#define APP_COMPLETION_H

#include "base/buffer.h"

/* In the order of the words of --completion. */
enum shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH, SHELL_COUNT };

/* Appends what the shell reads: "virt-drain", "_virt-drain" or "virt-drain.fish" of its folder for completions. */
void completion_script(enum shell shell, struct buffer *out);

#endif
