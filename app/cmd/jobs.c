/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/child.h"

/* No scenario takes this long: one that does has lost its way. */
#define DEADLINE_S 300
/* Nor with rules for the wire, which make many an expectation wait in vain. */
#define LONG_DEADLINE_S 1200

/* So many that wait for the kernel's timers may do so at a time: each keeps descriptors open. */
#define SLOW_AT_A_TIME 64

/* So many may be torn down at a time, beside those that run: closing a device takes the kernel some 80 ms of waiting. */
#define CLOSING_AT_A_TIME 32

/* How often an experiment is run when timers of the kernel come between its steps. */
#define MAX_TRIES 12
/* So often, when it holds all the same. */
#define TRIES_IF_IT_HOLDS 5

/* One that fails so often beside others is run alone, which is slower for all but takes no one's time. */
#define TRIES_BESIDE_OTHERS 3
/* A busy machine is busy for a while: the first try alone comes so much later, and each other twice as much. */
#define FIRST_PAUSE_MS   20
#define LONGEST_PAUSE_MS 1000

struct job {
	pid_t pid;           /* 0: not running */
	int parcel[PARCELS]; /* memfds; -1: not started, or handed on already */
	bool closing; /* it has only to be torn down, and does not count as running any more */
	bool alone;   /* it waits until nothing else runs */
	bool ended;
};

struct result *jobs_results(int count)
{
	void *memory = mmap(NULL, (size_t)count * sizeof(struct result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

_Noreturn static void be_child(pid_t parent, const sigset_t *signals, const int fds[PARCELS],
			       const struct experiment *experiment, const struct style *style,
			       struct result *result)
{
	FILE *parcels[PARCELS];
	int status = EXIT_SUCCESS;

	child_begin(parent, signals,
		    experiment->options->rule_count == 0 ? DEADLINE_S : LONG_DEADLINE_S);
	for (int i = 0; i < PARCELS; i++) {
		parcels[i] = fdopen(fds[i], "w");
		if (parcels[i] == NULL)
			exit(EXIT_FAILURE);
	}
	experiment_run(experiment, style, parcels, result);
	for (int i = 0; i < PARCELS; i++)
		if (fclose(parcels[i]) != 0)
			status = EXIT_FAILURE;
	exit(status);
}

/* What is going on. */
struct pool {
	const struct jobs *jobs;
	struct job *job;
	int running, running_slow, closing;
	int alone; /* so many wait until nothing else runs, and nothing else is begun before */
	sigset_t signals; /* as they were before */
};

static int start(struct pool *pool, int index, struct why *why)
{
	const struct experiment *experiment = &pool->jobs->experiments[index];
	struct job *job = &pool->job[index];
	pid_t parent = getpid();
	int parcel[PARCELS];

	for (int i = 0; i < PARCELS; i++) {
		if (job->parcel[i] < 0)
			job->parcel[i] = memfd_create("parcel", MFD_CLOEXEC);
		if (job->parcel[i] < 0)
			return why_set(why, errno, "cannot keep the output of %s: memfd_create: %s",
				       experiment->name, strerror(errno));
	}
	fflush(NULL); /* or the child would print it once more */
	job->pid = fork();
	if (job->pid < 0)
		return why_set(why, errno, "cannot start a process for %s: %s", experiment->name,
			       strerror(errno));
	if (job->pid == 0) {
		memcpy(parcel, job->parcel, sizeof(parcel));
		free(pool->job); /* the parent's */
		be_child(parent, &pool->signals, parcel, experiment, pool->jobs->style,
			 &pool->jobs->results[index]);
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

static bool is_slow(const struct pool *pool, int index)
{
	return experiment_slow(&pool->jobs->experiments[index]) > 0;
}

static int *running(struct pool *pool, int index)
{
	return is_slow(pool, index) ? &pool->running_slow : &pool->running;
}

/* Starts it once more, or sees to it, when a timer of the kernel came in between; returns whether it did. */
static bool try_again(struct pool *pool, int index)
{
	struct result *result = &pool->jobs->results[index];
	struct job *job = &pool->job[index];
	bool holds = result->outcome == OUTCOME_HOLDS;
	unsigned int tries = result->tries + 1;

	if (result->disturbed == 0 || tries >= (holds ? TRIES_IF_IT_HOLDS : MAX_TRIES))
		return false;
	for (int i = 0; i < PARCELS; i++)
		if (ftruncate(job->parcel[i], 0) < 0 || lseek(job->parcel[i], 0, SEEK_SET) < 0)
			return false;
	*result = (struct result){ .tries = tries };
	/* One that waits for the kernel's timers would keep all others waiting. */
	if (tries >= TRIES_BESIDE_OTHERS && !holds && !is_slow(pool, index)) {
		job->alone = true;
		pool->alone++;
		return true;
	}
	if (start(pool, index, &result->why) < 0)
		return false;
	++*running(pool, index);
	return true;
}

/* Those that have come to their end make room for others while they are torn down. */
static void note_closing(struct pool *pool)
{
	for (int i = 0; i < pool->jobs->count; i++) {
		struct job *job = &pool->job[i];

		if (job->pid == 0 || job->closing || !pool->jobs->results[i].played)
			continue;
		job->closing = true;
		pool->closing++;
		--*running(pool, i);
	}
}

static void note_exit(struct pool *pool, int index)
{
	struct job *job = &pool->job[index];

	job->pid = 0;
	if (job->closing)
		pool->closing--;
	else
		--*running(pool, index);
	job->closing = false;
	pool->alone -= job->alone;
	job->alone = false;
}

/* Notes the end of a child, if one has ended. */
static bool reap(struct pool *pool)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	if (pid <= 0)
		return false;
	for (int i = 0; i < pool->jobs->count; i++) {
		if (pool->job[i].pid != pid)
			continue;
		note_exit(pool, i);
		note_end(&pool->jobs->results[i], status);
		if (!try_again(pool, i)) {
			note_disturbance(&pool->jobs->results[i]);
			pool->job[i].ended = true;
		}
	}
	return true;
}

/* What has been written to a memfd. One more byte is mapped than was written: '\0'. */
static struct parcel_text open_parcel(int fd)
{
	struct parcel_text parcel = { "", 0 };
	struct stat stat = { 0 };
	void *text;

	if (fstat(fd, &stat) < 0 || stat.st_size == 0 || ftruncate(fd, stat.st_size + 1) < 0)
		return parcel;
	text = mmap(NULL, (size_t)stat.st_size + 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text != MAP_FAILED)
		parcel = (struct parcel_text){ text, (size_t)stat.st_size };
	return parcel;
}

static void hand_on(const struct jobs *jobs, struct job *job, int index)
{
	struct parcel_text parcels[PARCELS];

	for (int i = 0; i < PARCELS; i++)
		parcels[i] = open_parcel(job->parcel[i]);
	jobs->done(index, parcels, jobs->context);
	for (int i = 0; i < PARCELS; i++) {
		if (parcels[i].size > 0)
			munmap((void *)parcels[i].text, parcels[i].size + 1);
		close(job->parcel[i]);
		job->parcel[i] = -1;
	}
}

/* Hands on what has ended and may go by now; returns how many. */
static int hand_on_all(struct pool *pool)
{
	int count = 0;

	for (int i = 0; i < pool->jobs->count; i++) {
		struct job *job = &pool->job[i];

		if (job->ended && job->parcel[0] >= 0) {
			hand_on(pool->jobs, job, i);
			count++;
		} else if (!job->ended && !pool->jobs->any_order) {
			break;
		}
	}
	return count;
}

static void kill_all(struct pool *pool)
{
	for (int i = 0; i < pool->jobs->count; i++) {
		if (pool->job[i].pid > 0) {
			kill(pool->job[i].pid, SIGKILL);
			waitpid(pool->job[i].pid, NULL, 0);
		}
		for (int j = 0; j < PARCELS; j++)
			if (pool->job[i].parcel[j] >= 0)
				close(pool->job[i].parcel[j]);
	}
}

/* The first from here on that is slow, or is not; count if there is none. */
static int next_job(const struct pool *pool, int from, bool slow)
{
	while (from < pool->jobs->count && is_slow(pool, from) != slow)
		from++;
	return from;
}

/* The one that may begin since nothing else runs, but for slow ones; -1: none. */
static int next_alone(const struct pool *pool)
{
	int index = 0;

	if (pool->alone == 0 || pool->running > 0 || pool->closing > 0)
		return -1;
	while (!pool->job[index].alone)
		index++;
	return index;
}

/* Waits until something happens; -EINTR when it is a signal to stop. */
static int rest(const sigset_t *awaited, unsigned int at_most_ms, struct why *why)
{
	const struct timespec at_most = { .tv_sec = at_most_ms / 1000,
					  .tv_nsec = (long)(at_most_ms % 1000) * 1000000 };
	int number = sigtimedwait(awaited, NULL, &at_most);

	if (number == SIGINT || number == SIGTERM)
		return why_set(why, EINTR, "stopped by SIG%s", sigabbrev_np(number));
	return 0;
}

static int start_alone(struct pool *pool, int index, const sigset_t *awaited, struct why *why)
{
	unsigned int doubled = pool->jobs->results[index].tries - TRIES_BESIDE_OTHERS;
	unsigned int pause_ms = FIRST_PAUSE_MS << doubled;
	int err = rest(awaited, pause_ms < LONGEST_PAUSE_MS ? pause_ms : LONGEST_PAUSE_MS, why);

	return err < 0 ? err : start(pool, index, why);
}

/* Starts, waits and hands on until all have ended or a signal says to stop. */
static int run_all(struct pool *pool, const sigset_t *awaited, struct why *why)
{
	const struct jobs *jobs = pool->jobs;
	int next_slow = next_job(pool, 0, true), next = next_job(pool, 0, false);
	int handed_on = 0, err = 0;

	while (handed_on < jobs->count && err == 0) {
		int alone;

		note_closing(pool);
		alone = next_alone(pool);
		if (alone >= 0) {
			err = start_alone(pool, alone, awaited, why);
			pool->running++;
		} else if (next_slow < jobs->count && pool->running_slow < SLOW_AT_A_TIME &&
			   pool->alone == 0) {
			err = start(pool, next_slow, why);
			next_slow = next_job(pool, next_slow + 1, true);
			pool->running_slow++;
		} else if (next < jobs->count && pool->running < (int)jobs->at_a_time &&
			   pool->closing < CLOSING_AT_A_TIME && pool->alone == 0) {
			err = start(pool, next, why);
			next = next_job(pool, next + 1, false);
			pool->running++;
		} else if (!reap(pool)) {
			err = rest(awaited, 1000, why);
			jobs->look(jobs->context);
		}
		handed_on += hand_on_all(pool);
	}
	return err;
}

int jobs_run(const struct jobs *jobs, struct why *why)
{
	struct pool pool = { .jobs = jobs };
	sigset_t awaited;
	int err;

	pool.job = calloc((size_t)jobs->count, sizeof(*pool.job));
	if (pool.job == NULL)
		return why_set(why, ENOMEM, "out of memory for %d experiments", jobs->count);
	for (int i = 0; i < jobs->count; i++)
		for (int j = 0; j < PARCELS; j++)
			pool.job[i].parcel[j] = -1;
	/* Signals wait until they are asked for: none is lost between a look and a sleep. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, &pool.signals);
	err = run_all(&pool, &awaited, why);
	kill_all(&pool);
	sigprocmask(SIG_SETMASK, &pool.signals, NULL);
	free(pool.job);
	return err;
}
