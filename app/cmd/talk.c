/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cmd/views.h"

/* The evidence until now, as that of one long experiment. */
static int save(void *context, const char *dir, struct why *why)
{
	static const struct scenario host = { .name = "up",
					      .role = { "host", "others" },
					      .title = "A live lwIP host",
					      .rfc = "tcplab up",
					      .file = "up" };
	static const struct run_options options; /* what is written does not depend on them */
	const struct talk *talk = context;
	const struct experiment experiment = { .scenario = &host,
					       .options = &options,
					       .role = { WHO_LWIP,
							 world_far_end(talk->world)->ops->who },
					       .name = "up" };
	const struct run run = { .experiment = &experiment,
				 .world = *talk->world,
				 .played = timeline_count(talk->world->lab.timeline) };

	return views_save(&run, dir, why);
}

static bool wait_for(void *context, bool (*holds)(void *holds_context), void *holds_context,
		     unsigned int timeout_ms)
{
	const struct talk *talk = context;

	return live_wait(talk->live, holds, holds_context, timeout_ms);
}

static void show_ladder(void *context)
{
	const struct talk *talk = context;

	if (talk->stream != NULL)
		stream_look(talk->stream);
}

static void begin(struct talk *talk, struct world *world, struct live *live, struct stream *stream,
		  const char *name)
{
	*talk = (struct talk){ .world = world, .live = live, .stream = stream };
	talk->session.owner = (struct session_owner){
		.wait = wait_for, .save = save, .show = show_ladder, .context = talk
	};
	session_begin(&talk->session, live, name, stdout);
	talk->session.tells = true;
}

/* -- A script */

/*
 * What there is of it now, and no more until that has been carried out: whoever writes faster than
 * the host works has to wait.
 */
static void read_script(void *context, short revents)
{
	struct talk *talk = context;
	char bytes[SESSION_LINE];
	ssize_t size = read(talk->script_fd, bytes, sizeof(bytes));

	(void)revents;
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	live_forget(talk->live, talk->script_fd);
	talk->awaited = false;
	if (size > 0)
		session_feed(&talk->session, bytes, (size_t)size);
	else if (size == 0)
		session_end_of_lines(&talk->session);
	else
		session_break_off(&talk->session, strerror(errno));
}

static int await_script(struct talk *talk)
{
	const struct live_source source = {
		.fd = talk->script_fd, .events = POLLIN, .ready = read_script, .context = talk
	};

	talk->awaited = true;
	return live_watch(talk->live, &source);
}

int talk_script(struct talk *talk, struct world *world, struct live *live, struct stream *stream,
		const char *path, struct why *why)
{
	bool is_stdin = strcmp(path, "-") == 0;
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	begin(talk, world, live, stream, is_stdin ? "stdin" : name);
	/* A FIFO may have no writer yet: the loop waits for one. */
	talk->script_fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (talk->script_fd < 0)
		return why_set(why, errno, "cannot read %s: %s", path, strerror(errno));
	return await_script(talk);
}

/* -- A person */

static void make_room(void *context)
{
	prompt_hide(((struct talk *)context)->prompt);
}

static void give_back(void *context)
{
	prompt_show(((struct talk *)context)->prompt);
}

int talk_prompt(struct talk *talk, struct world *world, struct live *live, struct stream *stream,
		struct why *why)
{
	struct live_source source;
	int err;

	begin(talk, world, live, stream, NULL);
	err = prompt_open(&talk->prompt, &talk->session, stdin, stdout, why);
	if (err < 0)
		return err;
	if (stream->out == stdout) { /* the ladder is printed where the prompt is */
		stream->before = make_room;
		stream->after = give_back;
		stream->context = talk;
	}
	source = prompt_source(talk->prompt);
	return live_watch(live, &source);
}

/* -- Both */

void talk_look(struct talk *talk)
{
	if (talk->live == NULL)
		return; /* nobody talks */
	if (talk->prompt != NULL) {
		prompt_look(talk->prompt);
	} else {
		session_work(&talk->session);
		fflush(talk->session.out); /* a program may wait for what it says */
	}
	if (talk->session.ended) {
		talk->live->stop = true;
		/* A person's slips are no verdict. */
		if (talk->prompt == NULL)
			talk->live->status = talk->session.status;
	} else if (talk->prompt == NULL && !talk->awaited && !talk->session.at_work) {
		await_script(talk);
	}
}

void talk_close(struct talk *talk)
{
	prompt_close(talk->prompt);
	session_finish(&talk->session);
	if (talk->script_fd > STDIN_FILENO)
		close(talk->script_fd);
	*talk = (struct talk){ 0 };
}
