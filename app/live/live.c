/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/live.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "linux/clock.h"

#define NS_PER_MS 1000000u

bool live_has_kernel(const struct live *live)
{
	return live->kernel->ops->who == WHO_KERNEL;
}

int live_watch(struct live *live, const struct live_source *source)
{
	if (live->sources == LIVE_SOURCES)
		return -ENOSPC;
	live->source[live->sources] = *source;
	live->source[live->sources++].busy = false;
	return 0;
}

static struct live_source *source_of(struct live *live, int fd)
{
	for (int i = 0; i < live->sources; i++)
		if (live->source[i].fd == fd)
			return &live->source[i];
	return NULL;
}

void live_forget(struct live *live, int fd)
{
	struct live_source *source = source_of(live, fd);

	if (source != NULL)
		*source = live->source[--live->sources];
}

/* The list may be another one after ready(). */
static void serve(struct live *live, int fd, short revents)
{
	struct live_source *source = source_of(live, fd);

	if (source == NULL || source->busy)
		return;
	source->busy = true;
	source->ready(source->context, revents);
	source = source_of(live, fd);
	if (source != NULL)
		source->busy = false;
}

static void attend_if_due(struct live *live)
{
	uint64_t now_ns = timeline_real_ns();

	if (now_ns - live->attended_ns < (uint64_t)END_ATTEND_MS * NS_PER_MS)
		return;
	end_attend(live->lwip);
	end_attend(live->kernel);
	live->attended_ns = timeline_real_ns();
}

/* How long nothing need be done, in ms. */
static unsigned int sleep_ms(const struct live *live, unsigned int most_ms)
{
	uint64_t since_ms = (timeline_real_ns() - live->attended_ns) / NS_PER_MS;
	unsigned int ms = since_ms >= END_ATTEND_MS ? 0 : END_ATTEND_MS - (unsigned int)since_ms;
	uint32_t next_ms = lab_ms_to_next(live->lab);

	if (wire_is_busy(&live->lab->wire))
		return 0;
	if (next_ms < ms)
		ms = next_ms;
	if (live->look_ms != 0 && live->look_ms < ms)
		ms = live->look_ms;
	return most_ms < ms ? most_ms : ms;
}

/* Sleeps until something comes, and does all that follows from it. */
static void turn(struct live *live, unsigned int most_ms)
{
	struct pollfd fds[LIVE_SOURCES + 2];
	int count = live->sources;

	for (int i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = live->source[i].busy ? -1 : live->source[i].fd,
					  .events = live->source[i].events };
	fds[count] = (struct pollfd){ .fd = device_fd(&live->lab->device, &live->lab->netif),
				      .events = POLLIN };
	fds[count + 1] =
		(struct pollfd){ .fd = device_link_fd(&live->lab->device, &live->lab->netif),
				 .events = POLLIN };
	clock_run();
	if (poll(fds, (nfds_t)count + 2, (int)sleep_ms(live, most_ms)) < 0)
		count = 0; /* EINTR: nothing is known of them */
	lab_notice_kernel_timers(live->lab);
	lab_run_timers(live->lab);
	for (int i = 0; i < count; i++)
		if (fds[i].revents != 0)
			serve(live, fds[i].fd, fds[i].revents);
	attend_if_due(live);
	lab_pump(live->lab);
	if (live->look != NULL)
		live->look(live->look_context);
	live->stop |= live->lab->gone;
}

void live_run(struct live *live)
{
	while (!live->stop) {
		uint64_t attended_ns = live->attended_ns;

		turn(live, INT_MAX);
		if (live->attended_ns == attended_ns)
			continue;
		end_forget(live->lwip);
		end_forget(live->kernel);
	}
}

bool live_wait(struct live *live, bool (*holds)(void *context), void *context,
	       unsigned int timeout_ms)
{
	uint64_t start_ns = timeline_real_ns();
	bool held;

	while (!(held = holds(context)) && !live->stop) {
		uint64_t passed_ms = (timeline_real_ns() - start_ns) / NS_PER_MS;

		if (passed_ms >= timeout_ms)
			break;
		turn(live, timeout_ms - (unsigned int)passed_ms);
	}
	return held;
}
