/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the benches share: clocks, a table of distributions, and a program on a pseudo terminal whose frames can be waited for.
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stddef.h>
#include <sys/types.h>

double measure_now_us(void);        /* monotonic */
double measure_thread_cpu_us(void); /* of the calling thread: what others do on the machine is not in it */

/* The head of a table of times in milliseconds, and a line of it. `us` is put in order; `target` is what DESIGN section 7 asks for. */
void measure_head(const char *title);
void measure_print(const char *what, double *us, size_t n, const char *target);
/* One figure, and how it compares with the one to hold: ratio = value / bound. */
void measure_ratio(const char *what, double value, double bound, const char *unit);

struct pty {
	int fd;
	pid_t pid; /* 0 in the child */
};

/* Forks onto a terminal of this size; pid is 0 in the child, which has TERM and a UTF-8 locale. Ends the process where it cannot. */
struct pty pty_fork(unsigned short width, unsigned short height);
/* The same, running this program. */
struct pty pty_start(unsigned short width, unsigned short height, const char *const *argv);
/* Reads until a frame has ended or nothing came for `ms`. Returns the bytes, 0 at the end of the program too. */
size_t pty_read_frame(const struct pty *pty, int ms);
/* Goes on reading frames for so long, for a program whose terminal is not read stands still. */
void pty_drain(const struct pty *pty, int ms);
/* True once the text has come; false when it has not within `ms`. What is drawn in pieces is not found. */
int pty_await(const struct pty *pty, const char *text, int ms);
void pty_press(const struct pty *pty, const char *key);
/* Presses q and waits for the end. */
void pty_end(struct pty *pty);

#endif
