/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* An emulated UART writes character by character, and is not to wait: a pipe packs them, a socket does not. */
#define OUTPUT_ROOM (1 << 20)

/* What the program will have of each line. */
struct far_ends {
	int input, output, ethernet;
};

_Noreturn static void become(const char *const argv[], const struct far_ends *ends, pid_t parent)
{
	int fds[] = { ends->input, ends->output, ends->ethernet };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE); /* it died before that was set */
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	/* Beyond the place of any of them, and then there, without O_CLOEXEC. */
	for (int i = 0; i < 3; i++)
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 4);
	if (dup2(fds[0], STDIN_FILENO) < 0 || dup2(fds[1], STDOUT_FILENO) < 0 ||
	    dup2(fds[2], 3) < 0)
		_exit(EXIT_FAILURE);
	execvp(argv[0], (char *const *)argv);
	fprintf(stderr, "tcplab: cannot run the board's program %s: %s\n", argv[0],
		strerror(errno));
	_exit(EXIT_FAILURE);
}

static void close_all(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int make_lines(struct program *program, struct far_ends *ends, struct why *why)
{
	int fds[6] = { -1, -1, -1, -1, -1, -1 };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 ||
	    pipe2(fds + 2, O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds + 4) < 0) {
		int err =
			why_set(why, errno, "cannot make the board's serial and Ethernet line: %s",
				strerror(errno));

		close_all(fds, 6);
		return err;
	}
	fcntl(fds[2], F_SETPIPE_SZ, OUTPUT_ROOM); /* or what the system allows */
	program->input = fds[0];
	ends->input = fds[1];
	program->output = fds[2];
	ends->output = fds[3];
	program->ethernet = fds[4];
	ends->ethernet = fds[5];
	return 0;
}

static void close_lines(const struct program *program)
{
	const int fds[] = { program->input, program->output, program->ethernet };

	close_all(fds, 3);
}

int program_start(struct program *program, const char *const argv[], struct why *why)
{
	struct far_ends ends = { 0 };
	int err = make_lines(program, &ends, why);
	pid_t parent = getpid();

	if (err < 0)
		return err;
	fflush(NULL); /* or the child would print it once more */
	program->pid = fork();
	if (program->pid == 0)
		become(argv, &ends, parent);
	if (program->pid < 0) {
		err = why_set(why, errno, "cannot start a process for the board: %s",
			      strerror(errno));
		close_lines(program);
	} else {
		setpgid(program->pid, program->pid); /* whoever comes first */
	}
	close_all((const int[]){ ends.input, ends.output, ends.ethernet }, 3);
	return err;
}

/* Leaves it as it is: its group cannot become another one's. False: it runs. */
static bool look(const struct program *program, siginfo_t *end)
{
	end->si_pid = 0;
	return waitid(P_PID, (id_t)program->pid, end, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	       end->si_pid != 0;
}

bool program_await(const struct program *program, int timeout_ms)
{
	const struct timespec a_ms = { .tv_nsec = 1000000 };
	siginfo_t end;

	while (!look(program, &end)) {
		if (timeout_ms-- <= 0)
			return false;
		nanosleep(&a_ms, NULL);
	}
	return true;
}

const char *program_end(const struct program *program, char text[PROGRAM_END_STRLEN])
{
	siginfo_t end;

	if (!look(program, &end))
		snprintf(text, PROGRAM_END_STRLEN, "has closed the line, and runs on");
	else if (end.si_code == CLD_EXITED)
		snprintf(text, PROGRAM_END_STRLEN, "has ended with status %d", end.si_status);
	else
		snprintf(text, PROGRAM_END_STRLEN, "was killed by SIG%s",
			 sigabbrev_np(end.si_status));
	return text;
}

void program_stop(struct program *program, int timeout_ms)
{
	/* An emulator that is asked to may finish what it writes. */
	if (!program_await(program, timeout_ms)) {
		kill(-program->pid, SIGTERM);
		program_await(program, timeout_ms);
	}
	kill(-program->pid, SIGKILL);
	waitpid(program->pid, NULL, 0);
	close_lines(program);
}
