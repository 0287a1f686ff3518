/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* No scenario takes this long: one that does has lost its way. */
#define DEADLINE_S 300

struct job {
	pid_t pid;  /* 0: not running */
	int output; /* a memfd; -1: not started, or handed on already */
	bool ended;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

struct result *jobs_results(int count)
{
	void *memory = mmap(NULL, (size_t)count * sizeof(struct result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

_Noreturn static void be_child(pid_t parent, int output, const struct experiment *experiment,
			       const struct run_options *options, const struct style *style,
			       struct result *result)
{
	FILE *out;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		exit(EXIT_FAILURE); /* it died before that was set */
	alarm(DEADLINE_S);
	out = fdopen(output, "w");
	if (out == NULL)
		exit(EXIT_FAILURE);
	experiment_run(experiment, options, style, out, result);
	exit(fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int start(struct job *jobs, int index, const struct experiment *experiment,
		 const struct run_options *options, const struct style *style,
		 struct result *result, struct why *why)
{
	struct job *job = &jobs[index];
	int output;
	pid_t parent = getpid();

	job->output = memfd_create("output", MFD_CLOEXEC);
	if (job->output < 0)
		return why_set(why, errno, "cannot keep the output of %s: memfd_create: %s",
			       experiment->name, strerror(errno));
	fflush(NULL); /* or the child would print it once more */
	job->pid = fork();
	if (job->pid < 0)
		return why_set(why, errno, "cannot start a process for %s: %s", experiment->name,
			       strerror(errno));
	if (job->pid == 0) {
		output = job->output;
		free(jobs); /* the parent's */
		be_child(parent, output, experiment, options, style, result);
	}
	return 0;
}

static void note_end(const struct experiment *experiment, struct result *result, int status)
{
	if (result->outcome == OUTCOME_NONE || WIFSIGNALED(status)) {
		result->outcome = OUTCOME_NONE;
		if (WIFSIGNALED(status))
			why_set(&result->why, EIO, "%s died of signal %s%s", experiment->name,
				sigabbrev_np(WTERMSIG(status)),
				WTERMSIG(status) == SIGALRM ? ": it did not come to its end" : "");
		else
			why_set(&result->why, EIO, "%s ended with status %d before its verdict",
				experiment->name, WEXITSTATUS(status));
	}
}

static int wait_for_one(struct job *jobs, const struct experiment *experiments,
			struct result *results, int count)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	if (pid < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (jobs[i].pid == pid) {
			jobs[i].pid = 0;
			jobs[i].ended = true;
			note_end(&experiments[i], &results[i], status);
		}
	}
	return 0;
}

static void hand_on(struct job *job, int index,
		    void (*done)(int index, const char *output, size_t size, void *context),
		    void *context)
{
	struct stat stat = { 0 };
	void *text = NULL;

	if (fstat(job->output, &stat) == 0 && stat.st_size > 0)
		text = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, job->output, 0);
	if (text == NULL || text == MAP_FAILED) {
		done(index, "", 0, context);
	} else {
		done(index, text, (size_t)stat.st_size, context);
		munmap(text, (size_t)stat.st_size);
	}
	close(job->output);
	job->output = -1;
}

static void kill_all(struct job *jobs, int count)
{
	for (int i = 0; i < count; i++) {
		if (jobs[i].pid > 0) {
			kill(jobs[i].pid, SIGKILL);
			while (waitpid(jobs[i].pid, NULL, 0) < 0 && errno == EINTR)
				continue;
		}
		if (jobs[i].output >= 0)
			close(jobs[i].output);
	}
}

int jobs_run(const struct experiment *experiments, struct result *results, int count,
	     const struct run_options *options, const struct style *style,
	     void (*done)(int index, const char *output, size_t size, void *context), void *context,
	     struct why *why)
{
	struct sigaction stop = { .sa_handler = on_signal };
	struct job *jobs = calloc((size_t)count, sizeof(*jobs));
	int started = 0, ended = 0, running = 0, err = 0;

	if (jobs == NULL)
		return why_set(why, ENOMEM, "out of memory for %d experiments", count);
	for (int i = 0; i < count; i++)
		jobs[i].output = -1;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	while (err == 0 && ended < count) {
		if (stop_signal != 0) {
			err = why_set(why, EINTR, "stopped by SIG%s", sigabbrev_np(stop_signal));
		} else if (started < count && running < (int)options->jobs) {
			err = start(jobs, started, &experiments[started], options, style,
				    &results[started], why);
			started++;
			running++;
		} else {
			err = wait_for_one(jobs, experiments, results, count);
			running -= err == 0;
			err = err == -EINTR ? 0 : err;
		}
		while (ended < count && jobs[ended].ended) {
			hand_on(&jobs[ended], ended, done, context);
			ended++;
		}
	}
	kill_all(jobs, count);
	free(jobs);
	return err;
}
