/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal inside of a test: a program runs on a pseudo-terminal, in a session with a job control of its own (as a shell would), and
 * libvterm makes a screen of what it sends. Waiting is for what is seen or told, with a deadline that fails the test. One thread.
 */
#ifndef TESTS_SUPPORT_VT_H
#define TESTS_SUPPORT_VT_H

#include "tests/support/wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#define VT_PATIENCE_MS 30000

struct vt_setup {
	int width, height;
	const char *term;           /* TERM; NULL: not set */
	const char *const *env;     /* more NAME=VALUE, NULL at the end; may be NULL */
	const char *const *argv;    /* the program */
	int (*body)(void *subject); /* or, in its place, what the child does; returns its exit status */
	void *subject;
};

enum vt_job { VT_RUNS, VT_STOPPED, VT_ENDED };

struct vt {
	int master, leader_fd;
	pid_t leader, program;
	VTerm *vterm;
	VTermScreen *screen;
	struct wire wire;
	struct termios found; /* before the program */
	enum vt_job job;
	int status;     /* VT_ENDED: as waitpid has it */
	int64_t cpu_ms; /* VT_ENDED: of the program, user and system */
	bool is_deaf;   /* nothing is read from it: the network is stuck */
	bool is_closed; /* nobody holds the other end any more */
	char *log;      /* all that was read */
	size_t n_log, log_capacity;
};

/* Starts it; the program has the terminal. */
struct vt *vt_start(const struct vt_setup *setup);
/* Ends what is left of it. */
void vt_free(struct vt *vt);

/* Reads what comes within so many milliseconds; 0: what is there. */
void vt_pump(struct vt *vt, int ms);

/* Waits until `is_true`. False, with the screen told, when it does not become so. */
bool vt_await(struct vt *vt, bool (*is_true)(struct vt *vt, const void *what), const void *what);
bool vt_await_text(struct vt *vt, const char *text);
bool vt_await_job(struct vt *vt, enum vt_job job);
/* Until the program and its terminal have ended, everything read. */
bool vt_await_end(struct vt *vt);

bool vt_shows(struct vt *vt, const void *text);
/* The line as UTF-8, without blanks at its end. Caller frees. */
char *vt_line(struct vt *vt, int y);
VTermScreenCell vt_cell(struct vt *vt, int x, int y);
/* Where a text begins on the screen. */
bool vt_find(struct vt *vt, const char *text, int *x, int *y);
void vt_print(struct vt *vt);

void vt_type(struct vt *vt, const char *keys);
void vt_signal(struct vt *vt, int number);
void vt_resize(struct vt *vt, int width, int height);
void vt_foreground(struct vt *vt); /* after VT_STOPPED: what fg does */
void vt_hang_up(struct vt *vt);

/* Are the modes those that were found? */
bool vt_has_modes_as_found(const struct vt *vt);

#endif
