/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pseudo-terminal, a session leader that plays the shell, and libvterm. The leader forks the program into a process group of its own and
 * tells of its stops and of its end over a socket.
 */
#include "tests/support/vt.h"

#include "base/array.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#define LOOK_MS 100 /* between two looks at what no descriptor tells of */

/* What the leader tells. */
struct news {
	pid_t program;
	enum vt_job job;
	int status;
	int64_t cpu_ms;
};

static int64_t milliseconds(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

static void reset_signals(void)
{
	struct sigaction as_usual = {.sa_handler = SIG_DFL};
	sigset_t none;

	sigemptyset(&as_usual.sa_mask);
	for (int number = 1; number < 32; number++)
		sigaction(number, &as_usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become_program(const struct vt_setup *setup)
{
	setpgid(0, 0);
	tcsetpgrp(STDIN_FILENO, getpid());
	reset_signals();
	unsetenv("TERM");
	unsetenv("NO_COLOR");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	setenv("LC_ALL", "C.UTF-8", 1);
	if (setup->term)
		setenv("TERM", setup->term, 1);
	for (size_t i = 0; setup->env && setup->env[i]; i++)
		putenv(mem_dup(setup->env[i]));
	if (setup->body)
		_exit(setup->body(setup->subject));
	execv(setup->argv[0], (char *const *)(uintptr_t)setup->argv);
	perror(setup->argv[0]);
	_exit(127);
}

static void ignore(int number)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/* The shell: the terminal is the program's while it runs, and ours while it is stopped. */
static void lead(const struct vt_setup *setup, int fd)
{
	struct news news = {.job = VT_RUNS};
	struct rusage usage;
	char go;

	ignore(SIGTTOU);
	ignore(SIGHUP);
	news.program = fork();
	if (news.program == 0) {
		close(fd);
		become_program(setup);
	}
	setpgid(news.program, news.program);
	tcsetpgrp(STDIN_FILENO, news.program);
	if (write(fd, &news, sizeof news) != sizeof news)
		_exit(1);
	while (news.job != VT_ENDED && wait4(news.program, &news.status, WUNTRACED, &usage) == news.program) {
		tcsetpgrp(STDIN_FILENO, getpid());
		news.job = WIFSTOPPED(news.status) ? VT_STOPPED : VT_ENDED;
		news.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
		if (write(fd, &news, sizeof news) != sizeof news)
			break;
		if (news.job == VT_STOPPED) {
			if (read(fd, &go, 1) != 1)
				break;
			tcsetpgrp(STDIN_FILENO, news.program);
			kill(-news.program, SIGCONT);
		}
	}
	kill(-news.program, SIGKILL); /* the test has gone away */
	_exit(0);
}

static void read_news(struct vt *vt)
{
	struct news news;

	if (recv(vt->leader_fd, &news, sizeof news, MSG_DONTWAIT) != sizeof news)
		return;
	vt->program = news.program;
	vt->job = news.job;
	vt->status = news.status;
	vt->cpu_ms = news.cpu_ms;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

struct vt *vt_start(const struct vt_setup *setup)
{
	struct winsize size = {.ws_col = (unsigned short)setup->width, .ws_row = (unsigned short)setup->height};
	struct vt *vt = mem_new(1, sizeof *vt);
	int pair[2], slave;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		die("socketpair");
	if (openpty(&vt->master, &slave, NULL, NULL, &size) != 0)
		die("openpty");
	fcntl(vt->master, F_SETFD, FD_CLOEXEC);
	fcntl(vt->master, F_SETFL, O_NONBLOCK);
	tcgetattr(vt->master, &vt->found);
	fflush(NULL);
	vt->leader = fork();
	if (vt->leader < 0)
		die("fork");
	if (vt->leader == 0) {
		close(pair[0]);
		close(vt->master);
		login_tty(slave);
		lead(setup, pair[1]);
	}
	close(slave);
	close(pair[1]);
	vt->leader_fd = pair[0];
	vt->vterm = vterm_new(setup->height, setup->width);
	vterm_set_utf8(vt->vterm, 1);
	vt->screen = vterm_obtain_screen(vt->vterm);
	vterm_screen_enable_altscreen(vt->screen, 1);
	vterm_screen_reset(vt->screen, 1);
	while (vt->program == 0) {
		struct pollfd polled = {.fd = vt->leader_fd, .events = POLLIN};

		if (poll(&polled, 1, VT_PATIENCE_MS) != 1)
			die("the session leader says nothing");
		read_news(vt);
	}
	return vt;
}

void vt_free(struct vt *vt)
{
	if (!vt)
		return;
	if (vt->job != VT_ENDED)
		kill(vt->program, SIGKILL);
	close(vt->leader_fd);
	kill(vt->leader, SIGKILL);
	if (vt->master >= 0)
		close(vt->master);
	waitpid(vt->leader, NULL, 0);
	vterm_free(vt->vterm);
	free(vt->log);
	free(vt);
}

static void read_bytes(struct vt *vt)
{
	char piece[65536];
	ssize_t n = read(vt->master, piece, sizeof piece);

	if (n <= 0) {
		vt->is_closed = n == 0 || (errno != EAGAIN && errno != EINTR);
		return;
	}
	wire_feed(&vt->wire, piece, (size_t)n);
	vterm_input_write(vt->vterm, piece, (size_t)n);
	vt->log = array_reserve(vt->log, &vt->log_capacity, vt->n_log + (size_t)n, 1);
	memcpy(vt->log + vt->n_log, piece, (size_t)n);
	vt->n_log += (size_t)n;
}

/* One look, for so long. */
static void look(struct vt *vt, int ms)
{
	struct pollfd polled[] = {
		{.fd = vt->leader_fd, .events = POLLIN},
		{.fd = vt->is_deaf || vt->is_closed ? -1 : vt->master, .events = POLLIN},
	};

	if (vt->job == VT_ENDED)
		polled[0].fd = -1;
	if (poll(polled, 2, ms) <= 0)
		return;
	if (polled[0].revents)
		read_news(vt);
	if (polled[1].revents)
		read_bytes(vt);
}

void vt_pump(struct vt *vt, int ms)
{
	mono_time end = mono_add(clock_mono(), (duration){ms});
	int64_t left = ms;

	do {
		look(vt, (int)left);
		left = mono_since(end, clock_mono()).ms;
	} while (left > 0 && !(vt->is_closed && vt->job == VT_ENDED));
}

bool vt_await(struct vt *vt, bool (*is_true)(struct vt *vt, const void *what), const void *what)
{
	mono_time end = mono_add(clock_mono(), (duration){VT_PATIENCE_MS});
	int64_t left = VT_PATIENCE_MS;

	while (!is_true(vt, what)) {
		if (left <= 0 || (vt->is_closed && vt->job == VT_ENDED)) {
			vt_print(vt);
			return false;
		}
		look(vt, left < LOOK_MS ? (int)left : LOOK_MS);
		left = mono_since(end, clock_mono()).ms;
	}
	return true;
}

char *vt_line(struct vt *vt, int y)
{
	int height, width;
	vterm_get_size(vt->vterm, &height, &width);
	VTermRect line = {.start_row = y, .end_row = y + 1, .start_col = 0, .end_col = width};
	size_t size = (size_t)width * 24 + 1;
	char *text = mem_new(size, 1);
	size_t n = vterm_screen_get_text(vt->screen, text, size - 1, line);

	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\0'))
		n--;
	text[n] = '\0';
	return text;
}

bool vt_find(struct vt *vt, const char *text, int *x, int *y)
{
	int height, width;

	vterm_get_size(vt->vterm, &height, &width);
	for (*y = 0; *y < height; (*y)++) {
		char *line = vt_line(vt, *y), *at = strstr(line, text);

		/* cells before it: every byte that begins a character; wide ones are not looked for */
		*x = 0;
		for (const char *byte = line; at && byte < at; byte++)
			*x += ((unsigned char)*byte & 0xc0) != 0x80;
		free(line);
		if (at)
			return true;
	}
	return false;
}

bool vt_shows(struct vt *vt, const void *text)
{
	int x, y;

	return vt_find(vt, text, &x, &y);
}

bool vt_await_text(struct vt *vt, const char *text)
{
	if (vt_await(vt, vt_shows, text))
		return true;
	printf("# \"%s\" did not appear\n", text);
	return false;
}

static bool has_job(struct vt *vt, const void *job)
{
	return vt->job == *(const enum vt_job *)job;
}

bool vt_await_job(struct vt *vt, enum vt_job job)
{
	return vt_await(vt, has_job, &job);
}

static bool has_ended(struct vt *vt, const void *what)
{
	(void)what;
	return vt->job == VT_ENDED && (vt->is_closed || vt->is_deaf || vt->master < 0);
}

bool vt_await_end(struct vt *vt)
{
	return vt_await(vt, has_ended, NULL);
}

VTermScreenCell vt_cell(struct vt *vt, int x, int y)
{
	VTermScreenCell cell;

	memset(&cell, 0, sizeof cell);
	vterm_screen_get_cell(vt->screen, (VTermPos){.row = y, .col = x}, &cell);
	return cell;
}

void vt_print(struct vt *vt)
{
	int height, width;

	vterm_get_size(vt->vterm, &height, &width);
	printf("# job %d, status 0x%x, %zu bytes, modes 0x%x\n", vt->job, (unsigned)vt->status, vt->n_log,
	       vt->wire.modes);
	for (int y = 0; y < height; y++) {
		char *line = vt_line(vt, y);

		printf("# |%s\n", line);
		free(line);
	}
}

void vt_type(struct vt *vt, const char *keys)
{
	size_t n = strlen(keys);

	if (write(vt->master, keys, n) != (ssize_t)n)
		printf("# the terminal does not take keys\n");
}

void vt_signal(struct vt *vt, int number)
{
	kill(vt->program, number);
}

void vt_resize(struct vt *vt, int width, int height)
{
	struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};

	ioctl(vt->master, TIOCSWINSZ, &size);
	vterm_set_size(vt->vterm, height, width);
}

void vt_foreground(struct vt *vt)
{
	vt->job = VT_RUNS;
	if (write(vt->leader_fd, "f", 1) != 1)
		printf("# the session leader does not listen\n");
}

void vt_hang_up(struct vt *vt)
{
	close(vt->master);
	vt->master = -1;
	vt->is_closed = true;
}

bool vt_has_modes_as_found(const struct vt *vt)
{
	struct termios now;

	return tcgetattr(vt->master, &now) == 0 && now.c_iflag == vt->found.c_iflag &&
	       now.c_oflag == vt->found.c_oflag && now.c_cflag == vt->found.c_cflag && now.c_lflag == vt->found.c_lflag;
}
