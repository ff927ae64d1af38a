/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives a fuzzer every input of its corpus, without libFuzzer: what was found once is looked at by every make check, whatever the
 * compiler. TAP; the input that it dies on is the last one named.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX 65536

static void replay(const char *path)
{
	uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "re");

	MUST(file);
	size_t size = fread(data, 1, sizeof data, file);
	fclose(file);
	/* a copy of exactly this size, so that a sanitizer sees who reads behind its end */
	uint8_t *exact = malloc(size ? size : 1);
	MUST(exact);
	memcpy(exact, data, size);
	fprintf(stderr, "# %s\n", path);
	MUST(LLVMFuzzerTestOneInput(exact, size) == 0);
	free(exact);
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir"), *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	/* the fuzzer may make standard output a terminal */
	FILE *tap = fdopen(dup(STDOUT_FILENO), "w");
	struct dirent **entry = NULL;
	char folder[4096], path[4096 + 256 + 2];
	int n_inputs = 0;

	MUST(tap && argc > 0 && strncmp(name, "fuzz_", strlen("fuzz_")) == 0);
	snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name + strlen("fuzz_"));
	int n = scandir(folder, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
		if (entry[i]->d_name[0] != '.') {
			replay(path);
			n_inputs++;
		}
		free(entry[i]);
	}
	free(entry);
	fprintf(tap, "1..1\n%s 1 - %s: %d inputs are read without harm\n", n_inputs ? "ok" : "not ok", name, n_inputs);
	fclose(tap);
	return n_inputs ? 0 : 1;
}
