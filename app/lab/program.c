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

_Noreturn static void become(const char *const argv[], int serial, int ethernet, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE); /* it died before that was set */
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	/* Beyond the three, whatever they are now. */
	serial = fcntl(serial, F_DUPFD, 4);
	ethernet = fcntl(ethernet, F_DUPFD, 4);
	if (dup2(serial, STDIN_FILENO) < 0 || dup2(serial, STDOUT_FILENO) < 0 ||
	    dup2(ethernet, 3) < 0)
		_exit(EXIT_FAILURE);
	close(serial);
	close(ethernet);
	execvp(argv[0], (char *const *)argv);
	fprintf(stderr, "tcplab: cannot run the board's program %s: %s\n", argv[0],
		strerror(errno));
	_exit(EXIT_FAILURE);
}

static int make_lines(int serial[2], int ethernet[2], struct why *why)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, serial) < 0)
		return why_set(why, errno, "cannot make the board's serial line: socketpair: %s",
			       strerror(errno));
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ethernet) == 0)
		return 0;
	why_set(why, errno, "cannot make the board's Ethernet line: socketpair: %s",
		strerror(errno));
	close(serial[0]);
	close(serial[1]);
	return -EMFILE;
}

int program_start(struct program *program, const char *const argv[], struct why *why)
{
	int serial[2], ethernet[2];
	int err = make_lines(serial, ethernet, why);
	pid_t parent = getpid();

	if (err < 0)
		return err;
	fflush(NULL); /* or the child would print it once more */
	program->pid = fork();
	if (program->pid == 0)
		become(argv, serial[1], ethernet[1], parent);
	if (program->pid < 0)
		err = why_set(why, errno, "cannot start a process for the board: %s",
			      strerror(errno));
	else
		setpgid(program->pid, program->pid); /* whoever comes first */
	close(serial[1]);
	close(ethernet[1]);
	program->serial = serial[0];
	program->ethernet = ethernet[0];
	if (err < 0) {
		close(program->serial);
		close(program->ethernet);
	}
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
	close(program->serial);
	close(program->ethernet);
}
