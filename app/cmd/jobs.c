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

/* How often an experiment is run when timers of the kernel come between its steps. */
#define MAX_TRIES 5

struct job {
	pid_t pid;   /* 0: not running */
	int output;  /* a memfd; -1: not started, or handed on already */
	int section; /* likewise, for the report; -1 also when there is none */
	bool ended;
};

struct result *jobs_results(int count)
{
	void *memory = mmap(NULL, (size_t)count * sizeof(struct result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

_Noreturn static void be_child(pid_t parent, const sigset_t *signals, struct job files,
			       const struct experiment *experiment,
			       const struct run_options *options, const struct style *style,
			       struct result *result)
{
	FILE *out, *section = NULL;

	sigprocmask(SIG_SETMASK, signals, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		exit(EXIT_FAILURE); /* it died before that was set */
	alarm(DEADLINE_S);
	out = fdopen(files.output, "w");
	if (files.section >= 0)
		section = fdopen(files.section, "w");
	if (out == NULL || (files.section >= 0 && section == NULL))
		exit(EXIT_FAILURE);
	experiment_run(experiment, options, style, out, section, result);
	if (section != NULL && fclose(section) != 0)
		exit(EXIT_FAILURE);
	exit(fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* What all jobs share. */
struct jobs {
	const struct experiment *experiments;
	struct result *results;
	int count;
	const struct run_options *options;
	const struct style *style;
	struct job *job;
	sigset_t signals; /* as they were before */
};

static int start(struct jobs *jobs, int index, struct why *why)
{
	const struct experiment *experiment = &jobs->experiments[index];
	struct job *job = &jobs->job[index];
	pid_t parent = getpid();
	struct job files;

	if (job->output < 0)
		job->output = memfd_create("output", MFD_CLOEXEC);
	if (job->section < 0 && jobs->options->report != NULL)
		job->section = memfd_create("section", MFD_CLOEXEC);
	if (job->output < 0 || (job->section < 0 && jobs->options->report != NULL))
		return why_set(why, errno, "cannot keep the output of %s: memfd_create: %s",
			       experiment->name, strerror(errno));
	fflush(NULL); /* or the child would print it once more */
	job->pid = fork();
	if (job->pid < 0)
		return why_set(why, errno, "cannot start a process for %s: %s", experiment->name,
			       strerror(errno));
	if (job->pid == 0) {
		files = *job;
		free(jobs->job); /* the parent's */
		be_child(parent, &jobs->signals, files, experiment, jobs->options, jobs->style,
			 &jobs->results[index]);
	}
	return 0;
}

static void note_end(struct result *result, int status)
{
	if (WIFSIGNALED(status)) {
		result->outcome = OUTCOME_NONE;
		why_set(&result->why, EIO, "died of signal %s%s", sigabbrev_np(WTERMSIG(status)),
			WTERMSIG(status) == SIGALRM ? ": it did not come to its end" : "");
	} else if (result->outcome == OUTCOME_NONE || WEXITSTATUS(status) != 0) {
		/* Also at its very end: a leak, a full disk. */
		result->outcome = OUTCOME_NONE;
		why_set(&result->why, EIO, "ended with status %d", WEXITSTATUS(status));
	}
}

/* A path that a timer has bent says nothing about TCP. */
static void note_disturbance(struct result *result)
{
	if (result->disturbed == 0 || result->outcome != OUTCOME_FAILS)
		return;
	result->outcome = OUTCOME_REFUSED;
	why_set(&result->why, ETIME,
		"in each of %d tries a timer of the kernel came between two steps: the machine is "
		"too slow or too busy for lock-step",
		MAX_TRIES);
}

/* What the last try has written is gone. */
static bool rewind_file(int fd)
{
	return fd < 0 || (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
}

/* Starts it once more when a timer of the kernel came in between; returns whether it did. */
static bool try_again(struct jobs *jobs, int index)
{
	struct result *result = &jobs->results[index];
	unsigned int tries = result->tries + 1;

	if (result->disturbed == 0 || tries >= MAX_TRIES || !rewind_file(jobs->job[index].output) ||
	    !rewind_file(jobs->job[index].section))
		return false;
	*result = (struct result){ .tries = tries };
	return start(jobs, index, &result->why) == 0;
}

static bool is_slow(const struct jobs *jobs, int index)
{
	return experiment_slow(&jobs->experiments[index]) > 0;
}

/* Notes the end of a child, if one has ended. */
static bool reap(struct jobs *jobs, int *running)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	if (pid <= 0)
		return false;
	for (int i = 0; i < jobs->count; i++) {
		if (jobs->job[i].pid != pid)
			continue;
		jobs->job[i].pid = 0;
		note_end(&jobs->results[i], status);
		if (!try_again(jobs, i)) {
			note_disturbance(&jobs->results[i]);
			jobs->job[i].ended = true;
			*running -= !is_slow(jobs, i);
		}
	}
	return true;
}

static struct output read_file(int fd)
{
	struct stat stat = { 0 };
	void *text = NULL;

	if (fd >= 0 && fstat(fd, &stat) == 0 && stat.st_size > 0)
		text = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == NULL || text == MAP_FAILED)
		return (struct output){ "", 0 };
	return (struct output){ text, (size_t)stat.st_size };
}

static void release(int *fd, struct output output)
{
	if (output.size > 0)
		munmap((void *)(uintptr_t)output.text, output.size);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void hand_on(struct job *job, int index,
		    void (*done)(int index, struct output output, struct output section,
				 void *context),
		    void *context)
{
	struct output output = read_file(job->output), section = read_file(job->section);

	done(index, output, section, context);
	release(&job->output, output);
	release(&job->section, section);
}

static void kill_all(struct jobs *jobs)
{
	for (int i = 0; i < jobs->count; i++) {
		if (jobs->job[i].pid > 0) {
			kill(jobs->job[i].pid, SIGKILL);
			waitpid(jobs->job[i].pid, NULL, 0);
		}
		if (jobs->job[i].output >= 0)
			close(jobs->job[i].output);
		if (jobs->job[i].section >= 0)
			close(jobs->job[i].section);
	}
}

/* The first from here on that is slow, or is not; count if there is none. */
static int next_job(const struct jobs *jobs, int from, bool slow)
{
	while (from < jobs->count && is_slow(jobs, from) != slow)
		from++;
	return from;
}

/* Starts, waits and hands on until all have ended or a signal says to stop. */
static int run_all(struct jobs *jobs, const sigset_t *awaited,
		   void (*done)(int index, struct output output, struct output section,
				void *context),
		   void (*look)(void *context), void *context, struct why *why)
{
	const struct timespec a_second = { .tv_sec = 1 };
	int next_slow = next_job(jobs, 0, true), next = next_job(jobs, 0, false);
	int ended = 0, running = 0, number, err = 0;

	while (ended < jobs->count && err == 0) {
		if (next_slow < jobs->count) {
			err = start(jobs, next_slow, why);
			next_slow = next_job(jobs, next_slow + 1, true);
		} else if (next < jobs->count && running < (int)jobs->options->jobs) {
			err = start(jobs, next, why);
			next = next_job(jobs, next + 1, false);
			running++;
		} else if (!reap(jobs, &running)) {
			number = sigtimedwait(awaited, NULL, &a_second);
			if (number == SIGINT || number == SIGTERM)
				return why_set(why, EINTR, "stopped by SIG%s",
					       sigabbrev_np(number));
			look(context);
		}
		for (; ended < jobs->count && jobs->job[ended].ended; ended++)
			hand_on(&jobs->job[ended], ended, done, context);
	}
	return err;
}

int jobs_run(const struct experiment *experiments, struct result *results, int count,
	     const struct run_options *options, const struct style *style,
	     void (*done)(int index, struct output output, struct output section, void *context),
	     void (*look)(void *context), void *context, struct why *why)
{
	struct jobs jobs = { .experiments = experiments,
			     .results = results,
			     .count = count,
			     .options = options,
			     .style = style };
	sigset_t awaited;
	int err;

	jobs.job = calloc((size_t)count, sizeof(*jobs.job));
	if (jobs.job == NULL)
		return why_set(why, ENOMEM, "out of memory for %d experiments", count);
	for (int i = 0; i < count; i++)
		jobs.job[i].output = jobs.job[i].section = -1;
	/* Signals wait until they are asked for: none is lost between a look and a sleep. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, &jobs.signals);
	err = run_all(&jobs, &awaited, done, look, context, why);
	kill_all(&jobs);
	sigprocmask(SIG_SETMASK, &jobs.signals, NULL);
	free(jobs.job);
	return err;
}
