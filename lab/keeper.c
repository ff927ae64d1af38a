/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab-keeper: holds one lab. It starts a command as process 1 of new pid, mount, network, UTS and IPC namespaces and ends
 * it when told to, when the process that it was tied to dies, or when `lab up` goes away before the lab was ready. The
 * kernel then kills every process of the lab and takes back its mounts, bridge and links; the keeper removes its folder.
 * One thread. Neighbours: lab/up.sh starts it and reads the file `keeper`; lab/init.c is the process 1.
 *
 *     lab-keeper FOLDER PARENT READY_FD COMMAND [ARGUMENT ...]
 *
 * PARENT is a process id, or 0 for none. READY_FD is the read end of a pipe: one byte says that the lab is ready, an end
 * of file before that says that nobody waits for it any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAB_NAMESPACES (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC)

enum { WATCH_SIGNALS, WATCH_PARENT, WATCH_READY, N_WATCHES };

static void fail(const char *what)
{
	fprintf(stderr, "lab-keeper: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/*
 * Makes all mounts of the lab's new mount namespace private, so that nothing that is mounted here is mounted on the machine.
 * In a chroot our / is no mount point and the kernel refuses: we step out to the one that is, and back again. That is
 * possible because a directory that is open is a place to start from, and harmless because the namespace is our own.
 */
static void make_mounts_private(void)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat here;
	struct stat above;

	if (root < 0 || chroot("/proc") < 0 || fchdir(root) < 0)
		fail("cannot leave the root directory");
	do {
		if (stat(".", &here) < 0 || chdir("..") < 0 || stat(".", &above) < 0)
			fail("cannot find the topmost directory");
	} while (here.st_dev != above.st_dev || here.st_ino != above.st_ino);
	if (chroot(".") < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail("cannot make the mounts private");
	if (fchdir(root) < 0 || chroot(".") < 0)
		fail("cannot return to the root directory");
	close(root);
}

/* Mounts what the lab sees in place of the machine's: its own /proc and a memory file system under FOLDER/live. */
static void mount_live(const char *folder)
{
	char live[PATH_MAX];

	snprintf(live, sizeof(live), "%s/live", folder);
	make_mounts_private();
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		fail("cannot mount /proc");
	if (mount("lab", live, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		fail("cannot mount the lab's own file system");
}

/* Process 1 of the lab. It waits for a byte on GO, so that it cannot outlive a keeper that died before the prctl. */
static void become_lab(const char *folder, int go, char **command)
{
	sigset_t none;
	char byte;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail("cannot tie the lab to its keeper");
	if (read(go, &byte, 1) != 1)
		exit(EXIT_FAILURE);
	close(go);
	mount_live(folder);
	execv(command[0], command);
	fail(command[0]);
}

/* The start time of a process in clock ticks, field 22 of /proc/PID/stat: with the id it names one process for ever. */
static unsigned long long start_time_of_self(void)
{
	char line[1024] = "";
	unsigned long long start = 0;
	FILE *stat = fopen("/proc/self/stat", "r");
	const char *after_name;

	if (!stat || !fgets(line, sizeof(line), stat))
		fail("/proc/self/stat");
	fclose(stat);
	after_name = strrchr(line, ')');
	if (!after_name ||
	    sscanf(after_name, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &start) != 1)
		fail("/proc/self/stat has no start time");
	return start;
}

/* Writes FOLDER/keeper in one piece: "KEEPER START INIT". */
static void write_record(const char *folder, pid_t init)
{
	char path[PATH_MAX];
	char part[PATH_MAX];
	FILE *record;

	snprintf(path, sizeof(path), "%s/keeper", folder);
	snprintf(part, sizeof(part), "%s/keeper.part", folder);
	record = fopen(part, "w");
	if (!record)
		fail(part);
	fprintf(record, "%d %llu %d\n", (int)getpid(), start_time_of_self(), (int)init);
	if (fclose(record) != 0 || rename(part, path) < 0)
		fail(path);
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* Removes the lab's folder, and the folder of all labs if this was the last. */
static void remove_folder(char *folder)
{
	char *slash = strrchr(folder, '/');

	if (nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0)
		fprintf(stderr, "lab-keeper: cannot remove %s: %s\n", folder, strerror(errno));
	if (slash && slash != folder) {
		*slash = '\0';
		if (rmdir(folder) < 0 && errno != ENOTEMPTY && errno != EEXIST)
			fprintf(stderr, "lab-keeper: cannot remove %s: %s\n", folder, strerror(errno));
	}
}

/* True if the lab shall end because of what came in on the ready pipe; closes the pipe in either case. */
static int ready_says_end(struct pollfd *ready)
{
	char byte;
	ssize_t got = read(ready->fd, &byte, 1);

	close(ready->fd);
	ready->fd = -1;
	return got != 1;
}

/* Returns when the lab shall end. Signals are TERM, INT (end) and CHLD (the lab's process 1 is dead). */
static void wait_for_the_end(struct pollfd watch[N_WATCHES])
{
	for (;;) {
		if (poll(watch, N_WATCHES, -1) < 0 && errno != EINTR)
			fail("poll");
		if (watch[WATCH_SIGNALS].revents || watch[WATCH_PARENT].revents)
			return;
		if (watch[WATCH_READY].revents && ready_says_end(&watch[WATCH_READY]))
			return;
	}
}

static int watch_signals(void)
{
	sigset_t watched;
	int fd;

	sigemptyset(&watched);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &watched, SFD_CLOEXEC);
	if (fd < 0)
		fail("signalfd");
	return fd;
}

static int watch_parent(pid_t parent)
{
	int fd;

	if (parent == 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_open, parent, 0);
	if (fd < 0)
		fail("cannot watch the process that the lab is tied to");
	return fd;
}

/* Starts the lab's process 1 and lets it go once it is on record. */
static pid_t start_lab(const char *folder, char **command)
{
	int go[2];
	pid_t init;

	if (pipe2(go, O_CLOEXEC) < 0)
		fail("pipe");
	init = (pid_t)syscall(SYS_clone, LAB_NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (init < 0)
		fail("cannot make namespaces");
	if (init == 0) {
		close(go[1]);
		become_lab(folder, go[0], command);
	}
	close(go[0]);
	write_record(folder, init);
	if (write(go[1], "g", 1) != 1)
		fprintf(stderr, "lab-keeper: the lab died at once\n");
	close(go[1]);
	return init;
}

/* A process id or a file descriptor of the command line. */
static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 0 || n > INT_MAX) {
		errno = EINVAL;
		fail(text);
	}
	return (int)n;
}

int main(int argc, char **argv)
{
	struct pollfd watch[N_WATCHES];
	pid_t init;

	if (argc < 5) {
		fprintf(stderr, "usage: lab-keeper FOLDER PARENT READY_FD COMMAND [ARGUMENT ...]\n");
		return 2;
	}
	watch[WATCH_SIGNALS] = (struct pollfd){.fd = watch_signals(), .events = POLLIN};
	watch[WATCH_PARENT] = (struct pollfd){.fd = watch_parent(number(argv[2])), .events = POLLIN};
	watch[WATCH_READY] = (struct pollfd){.fd = number(argv[3]), .events = POLLIN};
	fcntl(watch[WATCH_READY].fd, F_SETFD, FD_CLOEXEC);

	init = start_lab(argv[1], argv + 4);
	wait_for_the_end(watch);
	kill(init, SIGKILL);
	while (waitpid(init, NULL, 0) < 0 && errno == EINTR)
		;
	remove_folder(argv[1]);
	return EXIT_SUCCESS;
}
