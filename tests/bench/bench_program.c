/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole program on a pseudo terminal: its first frame, its keys, its processor time and its memory. Prints tables; asserts nothing.
 *
 *   bench_program                        with simulated fleets, and with hosts that refuse
 *   bench_program --first ARGUMENTS      the first frame of virt-drain ARGUMENTS, as one line of a table
 *   bench_program --abort ARGUMENTS      aborts the first migration of its table; says when the key was pressed that confirmed it, in
 *                                        milliseconds of the monotonic clock, which the ledger uses too
 * For tests/bench/hosts.sh, which has real hosts. virt-drain is looked for in $builddir, or here.
 */
#include "tests/bench/measure.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STARTS 20
#define KEYS 400
#define HOSTS 50
#define CPU_SECONDS 30

static char program[4096];

static void first_frames(const char *what, const char *const *argv)
{
	double us[STARTS];
	size_t n = 0;

	for (int i = 0; i < STARTS; i++) {
		double start = measure_now_us();
		struct pty pty = pty_start(120, 35, argv);

		if (pty_read_frame(&pty, 10000) > 0)
			us[n++] = measure_now_us() - start;
		pty_end(&pty);
	}
	measure_print(what, us, n, "under 100 ms");
}

/* Loopback ports on which nobody listens: each open is refused at once, and tried again. */
static void bench_first_frame(void)
{
	static char uri[HOSTS][64];
	const char *argv[HOSTS + 5] = {program, "--allow-tcp", "--cache=none"};

	for (int i = 0; i < HOSTS; i++) {
		snprintf(uri[i], sizeof uri[i], "h%d=qemu+tcp://127.0.0.1:%d/system", i + 1, i + 1);
		argv[3 + i] = uri[i];
	}
	first_frames("first painted frame, 50 hosts that refuse", argv);
	first_frames("first painted frame, simulated drain", (const char *[]){program, "--demo", NULL});
}

static void bench_keys(void)
{
	const char *argv[] = {program, "--demo=fleet:1000:20000:10000", NULL};
	double us[KEYS];
	struct pty pty = pty_start(200, 60, argv);

	pty_drain(&pty, 10000);
	for (int i = 0; i < KEYS; i++) {
		for (int reads = 0; reads < 100 && pty_read_frame(&pty, i % 3) > 0; reads++)
			;
		double start = measure_now_us();
		pty_press(&pty, i % 100 < 50 ? "j" : "k");
		pty_read_frame(&pty, 1000);
		us[i] = measure_now_us() - start;
	}
	pty_end(&pty);
	measure_print("key to painted frame 200x60, 10000 simulated migrations", us, KEYS, "99 % under 10 ms");
}

static double cpu_us_of(pid_t pid)
{
	clockid_t id;
	struct timespec used;

	if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &used) != 0)
		return 0;
	return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

static void bench_cpu(void)
{
	const char *argv[] = {program, "--demo=fleet:100:2000:100", NULL};
	struct pty pty = pty_start(120, 35, argv);

	pty_drain(&pty, 5000);
	double cpu = cpu_us_of(pty.pid), start = measure_now_us();
	pty_drain(&pty, CPU_SECONDS * 1000);
	double percent = (cpu_us_of(pty.pid) - cpu) / (measure_now_us() - start) * 100;
	pty_end(&pty);
	measure_ratio("processor, 100 hosts with 100 migrations, simulator too", percent, 2, "% of a core");
}

/* A field of /proc/PID/status in MiB. */
static double status_mib(pid_t pid, const char *field)
{
	char path[64], line[256];
	double kib = 0;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (strncmp(line, field, strlen(field)) == 0)
			kib = strtod(line + strlen(field) + 1, NULL);
	fclose(file);
	return kib / 1024;
}

static void bench_memory(void)
{
	const char *argv[] = {program, "--demo=fleet:1000:20000:1000", NULL};
	struct pty pty = pty_start(120, 35, argv);

	pty_drain(&pty, 20000);
	measure_ratio("resident memory, 1000 hosts with 1000 migrations", status_mib(pty.pid, "VmRSS"), 64, "MiB");
	measure_ratio("  at most until then", status_mib(pty.pid, "VmHWM"), 64, "MiB");
	pty_end(&pty);
}

static int abort_one(const char *const *argv)
{
	struct pty pty = pty_start(140, 35, argv);

	if (!pty_await(&pty, "pre-copy", 20000))
		return 1;
	pty_drain(&pty, 3000);
	pty_press(&pty, "g");
	pty_press(&pty, "a");
	pty_drain(&pty, 1500); /* the operator reads */
	printf("%.3f\n", measure_now_us() / 1000);
	pty_press(&pty, "y");
	pty_drain(&pty, 3000);
	pty_end(&pty);
	return 0;
}

int main(int argc, char **argv)
{
	const char *builddir = getenv("builddir");
	const char *mode = argc > 1 ? argv[1] : "";
	const char *const *with = (const char *const *)argv + 1; /* the program's name takes the place of the mode */

	signal(SIGPIPE, SIG_IGN);
	snprintf(program, sizeof program, "%s/virt-drain", builddir ? builddir : ".");
	if (argc > 1)
		argv[1] = program;
	if (strcmp(mode, "--first") == 0) {
		first_frames("first painted frame, all hosts cut off", with);
		return 0;
	}
	if (strcmp(mode, "--abort") == 0)
		return abort_one(with);
	measure_head("The whole program");
	bench_first_frame();
	bench_keys();
	puts("");
	bench_cpu();
	bench_memory();
	return 0;
}
