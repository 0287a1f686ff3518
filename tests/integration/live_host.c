/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * live_host [-6] COMMAND...
 *
 * A live lwIP host with its services for as long as COMMAND runs, inside its namespace. Then 2MSL pass. It prints
 * how many of lwIP's pcbs were in use, and how many still are.
 *
 * Exit status: COMMAND's; 99 when the host could not be opened.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "end/end.h"
#include "live/service.h"

static bool has_ended(void *context)
{
	int *status = context;
	pid_t pid;

	do {
		pid = waitpid(-1, status, WNOHANG);
	} while (pid > 0 && !WIFEXITED(*status) && !WIFSIGNALED(*status));
	return pid > 0;
}

static int open_host(struct live *live, struct lab *lab, int family, struct why *why)
{
	struct lab_settings settings = { .seed = 1, .family = family, .live = true };
	int err = lab_open(lab, &settings, why);

	if (err < 0)
		return err;
	live->lab = lab;
	err = services_start(live, why);
	if (err == 0)
		err = kernel_end_open(&live->kernel, lab, why);
	return err < 0 ? err : lwip_end_open(&live->lwip, lab);
}

static int run(struct live *live, char **command)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return 99;
	if (pid == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	lab_wait(live->lab, has_ended, &status, 120 * 1000);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct live live = { 0 };
	struct lab lab;
	struct why why = { "" };
	struct lwip_pool pool;
	bool v6 = argc > 1 && strcmp(argv[1], "-6") == 0;
	int status;

	if (argc < 2 + v6)
		return 99;
	if (open_host(&live, &lab, v6 ? 6 : 4, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		return 99;
	}
	lwip_end_watch_pool(live.lwip);
	status = run(&live, argv + 1 + v6);
	lab_warp(&lab, lwip_end_time_wait_ms());
	pool = lwip_end_pool(live.lwip);
	printf("pcbs: %u at most, %u left, %u refused\n", pool.most, pool.used, pool.refused);
	end_close(live.lwip);
	end_close(live.kernel);
	lab_close(&lab);
	return status;
}
