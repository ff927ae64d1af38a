/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One fuzzer is one file fuzz_TARGET.c with the function that libFuzzer calls. Linked with replay.c it is a test that reads the
 * corpus of its target again; linked by make fuzz it looks for more. One thread.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one input; a defect ends the process. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with the place and the sentence where a promise is broken. */
#define MUST(promise) ((promise) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #promise))
_Noreturn void fuzz_broken(const char *file, int line, const char *promise);

/* The input as a file that is nowhere on the disk; the path stays the same, and good until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Is it one sentence that may be printed on a terminal? */
bool fuzz_is_sentence(const char *text);

/* Makes standard input and output a terminal of this size and kind, in a UTF-8 locale, and returns its other side: what is
 * written there is typed, what is shown can be read there without waiting. */
int fuzz_terminal(const char *kind, unsigned short width, unsigned short height);

#endif
