/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scripts.h"
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

int talk_script(struct talk *talk, struct world *world, struct live *live, struct stream *stream,
		const char *path, struct why *why)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	begin(talk, world, live, stream, strcmp(path, "-") == 0 ? "stdin" : name);
	talk->script = scripts_read(path, why);
	if (talk->script == NULL)
		return -EIO;
	session_feed(&talk->session, talk->script, strlen(talk->script));
	session_end_of_lines(&talk->session);
	return 0;
}

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
	stream->before = make_room;
	stream->after = give_back;
	stream->context = talk;
	source = prompt_source(talk->prompt);
	return live_watch(live, &source);
}

void talk_look(struct talk *talk)
{
	if (talk->live == NULL)
		return; /* nobody talks */
	if (talk->prompt != NULL)
		prompt_look(talk->prompt);
	else
		session_work(&talk->session);
	if (!talk->session.ended)
		return;
	talk->live->stop = true;
	/* A person's slips are no verdict. */
	if (talk->script != NULL)
		talk->live->status = talk->session.status;
}

void talk_close(struct talk *talk)
{
	prompt_close(talk->prompt);
	session_finish(&talk->session);
	free(talk->script);
	*talk = (struct talk){ 0 };
}
