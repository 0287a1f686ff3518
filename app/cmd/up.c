/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A live lwIP host. Without a command its ladder is printed as it grows, until a signal ends it; with one, that
 * runs inside, has the terminal, and its end is the host's.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/door.h"
#include "cmd/ethernet_options.h"
#include "cmd/exec.h"
#include "cmd/talk.h"
#include "cmd/up_options.h"
#include "lab/names.h"
#include "live/live.h"
#include "live/service.h"
#include "live/stream.h"
#include "live/top.h"

struct up {
	struct up_options options;
	struct world world;
	struct live live;
	struct door door;
	FILE *out;    /* for people: not the standard output when that is a command's */
	FILE *ladder; /* NULL: nobody reads it */
	struct stream stream;
	struct talk talk;
	struct top *top;  /* NULL: nobody wants it */
	sigset_t signals; /* as they were blocked before */
	int signal_fd;
	pid_t command;  /* 0: there is none, or it has ended */
	int stopped_by; /* a signal; 0: none */
};

/* -- Signals */

/* How a command ended, as shells tell it. */
static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void reap(struct up *up)
{
	int status;

	if (up->command == 0 || waitpid(up->command, &status, WNOHANG) != up->command)
		return;
	up->command = 0;
	up->live.status = status_of(status);
	up->live.stop = true;
}

/* A shell at a terminal ignores SIGTERM, and ends when that hangs up. */
static int signal_that_ends(char *const *command, int number)
{
	return command[0] == NULL && number == SIGTERM ? SIGHUP : number;
}

/* A terminal's SIGINT is for the command; what is sent to the host alone ends both. */
static void on_stop(struct up *up, int number)
{
	up->stopped_by = number;
	if (up->command != 0 && number != SIGINT)
		kill(up->command, signal_that_ends(up->options.command, number));
	else if (up->command == 0)
		up->live.stop = true;
}

static void on_signal(void *context, short revents)
{
	struct up *up = context;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(up->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(up);
		else
			on_stop(up, (int)info.ssi_signo);
	}
}

static int watch_signals(struct up *up, struct why *why)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	sigset_t awaited;

	sigemptyset(&awaited);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&awaited, numbers[i]);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN); /* who reads the ladder may go */
	signal(SIGTTOU, SIG_IGN); /* a shell with jobs has the terminal */
	sigprocmask(SIG_BLOCK, &awaited, &up->signals);
	up->signal_fd = signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC);
	if (up->signal_fd < 0)
		return why_set(why, errno, "signalfd: %s", strerror(errno));
	live_watch(&up->live, &(struct live_source){ .fd = up->signal_fd,
						     .events = POLLIN,
						     .ready = on_signal,
						     .context = up });
	return 0;
}

/* -- Beginning */

static int open_ladder(struct up *up, struct why *why)
{
	struct style style = { 0 };

	if (up->options.log != NULL) {
		up->ladder = fopen(up->options.log, "we");
		if (up->ladder == NULL)
			return why_set(why, errno, "cannot write %s: %s", up->options.log,
				       strerror(errno));
	} else if (up->options.command == NULL && !up->options.top) {
		up->ladder = stdout;
		style = style_of_terminal(STDOUT_FILENO);
	}
	style.verbose = up->options.verbose > 0;
	if (up->ladder == NULL)
		return 0;
	stream_open(&up->stream, &up->world.lab, &style, up->ladder);
	return 0;
}

static void look(void *context)
{
	struct up *up = context;

	if (up->ladder != NULL)
		stream_look(&up->stream);
	talk_look(&up->talk);
	if (up->top != NULL)
		top_look(up->top);
}

/* At a terminal somebody may type, unless it is a command's. */
static int open_talk(struct up *up, struct why *why)
{
	const struct up_options *options = &up->options;

	up->live.look = look;
	up->live.look_context = up;
	up->live.look_ms = 1000; /* what was summed up */
	if (options->script != NULL)
		return talk_script(&up->talk, &up->world, &up->live,
				   up->ladder == stdout ? &up->stream : NULL, options->script, why);
	if (options->command == NULL && !options->top && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO))
		return talk_prompt(&up->talk, &up->world, &up->live, &up->stream, why);
	return 0;
}

static int set_up(struct up *up, struct why *why)
{
	const struct up_options *options = &up->options;
	struct lab *lab = &up->world.lab;
	struct why unnamed;
	int err = world_set(&up->world, &options->sysctls, &options->lwip, why);

	if (err == 0)
		err = world_add_rules(&up->world, options->rules, options->rule_count, why);
	if (err < 0)
		return err;
	if (options->lab.ethernet == NULL && names_add(lab, &unnamed) < 0)
		fprintf(stderr, "tcplab up: the hosts have no names inside: %s\n", unnamed.text);
	timeline_begin(lab->timeline);
	timeline_limit(lab->timeline, (uint64_t)options->keep << 20);
	up->live.lab = lab;
	up->live.lwip = up->world.ends[WHO_LWIP];
	up->live.kernel = world_far_end(&up->world);
	end_open_to_others(up->live.lwip);
	end_open_to_others(up->live.kernel);
	if (options->guard.on)
		guard_start(lab, options->guard.threshold);
	return services_start(&up->live, why);
}

static int start_command(struct up *up, struct why *why)
{
	pid_t pid;

	if (up->options.command == NULL)
		return 0;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return why_set(why, errno, "cannot start a process: %s", strerror(errno));
	if (pid > 0) {
		up->command = pid;
		return 0;
	}
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTTOU, SIG_DFL);
	sigprocmask(SIG_SETMASK, &up->signals, NULL);
	_exit(exec_command(up->options.command));
}

/* -- For people */

static void print_addresses(const struct up *up)
{
	static const struct {
		enum host host;
		const char *name;
	} hosts[] = { { HOST_LWIP, "lwip" }, { HOST_KERNEL, "kernel" } };
	char text[ENDPOINT_STRLEN];

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		fprintf(up->out, "%-7s", hosts[i].name);
		for (int family = 4; family <= 6; family += 2) {
			struct endpoint address = host_address(hosts[i].host, family);

			if (lab_has_family(&up->world.lab, family))
				fprintf(up->out, " %s", address_format(&address, text));
		}
		putc('\n', up->out);
	}
}

static void print_services(const struct up *up)
{
	for (const struct service *service = services; service->port != 0; service++)
		fprintf(up->out, "%s%s %u", service == services ? "services: " : ", ",
			service->name, service->port);
	putc('\n', up->out);
}

/* Who watches, and how to get at it. */
static void print_ways(const struct up *up)
{
	bool other = strcmp(up->options.name, DOOR_NAME) != 0;
	char text[ENDPOINT_STRLEN];

	if (live_has_kernel(&up->live))
		fprintf(up->out,
			"watched by: trace hook; %s\n"
			"from another terminal: tcplab exec %s%s%s-- ping lwip\n",
			kernel_end_watchers(up->live.kernel), other ? "--name " : "",
			other ? up->options.name : "", other ? " " : "");
	else
		fprintf(up->out,
			"watched by: trace hook\n"
			"from another host of the segment: ping %s\n",
			address_format(&up->world.lab.lwip, text));
	fprintf(up->out, "end: %sCtrl-C\n\n", up->talk.prompt == NULL ? "" : "quit, Ctrl-D or ");
}

static void print_welcome(const struct up *up)
{
	if (live_has_kernel(&up->live))
		print_addresses(up);
	print_services(up);
	if (up->options.command == NULL)
		print_ways(up);
	fflush(up->out);
}

static unsigned int count_events(const struct timeline *timeline, enum event_kind kind,
				 enum who who)
{
	unsigned int count = 0;

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		count += event->kind == kind && event->who == who;
	}
	return count;
}

static void print_summary(const struct up *up)
{
	const struct timeline *timeline = up->world.lab.timeline;
	struct left_out left_out = timeline_left_out(timeline);
	unsigned long long frames = left_out.frames;
	char leaks[LEAKS_STRLEN];

	for (enum who who = WHO_LWIP; who < WHO_HOSTS; who++)
		frames += count_events(timeline, EV_FRAME, who);
	fprintf(up->out, "\nup for %.1f s", (double)timeline_now_ns(timeline) / 1e9);
	if (up->stopped_by != 0)
		fprintf(up->out, ", ended by SIG%s", sigabbrev_np(up->stopped_by));
	fprintf(up->out, ": %llu frames", frames);
	if (left_out.frames > 0)
		fprintf(up->out, ", %llu of them not recorded",
			(unsigned long long)left_out.frames);
	putc('\n', up->out);
	for (enum who who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		if (up->world.ends[who] == NULL)
			continue;
		fprintf(up->out, "%-7s %u connections, %u transitions\n", who_name(who),
			up->world.ends[who]->conn_count, count_events(timeline, EV_STATE, who));
	}
	if (lwip_end_leaks(up->live.lwip, leaks, sizeof(leaks)) > 0)
		fprintf(up->out, "lwIP has leaked: %s\n", leaks);
}

/* -- The whole */

/* Everything is closed, so that what is left then has leaked. */
static void shut_down(struct up *up)
{
	struct cause before;
	struct event *call;

	if (up->ladder != NULL)
		stream_finish(&up->stream);
	call = lab_call(&up->world.lab, &before, WHO_LAB, NULL, "clean up", "%s", "");
	end_abort(up->live.lwip);
	end_abort(up->live.kernel);
	lab_call_end(&up->world.lab, call, before, NULL);
	if (up->ladder != NULL)
		stream_finish(&up->stream);
}

static int live(struct up *up, struct why *why)
{
	int err = set_up(up, why);

	if (err == 0)
		err = open_ladder(up, why);
	if (err == 0)
		err = open_talk(up, why);
	if (err == 0)
		err = door_announce(&up->door, up->options.lab.ethernet == NULL, why);
	if (err < 0)
		return err;
	print_welcome(up);
	err = up->options.top ? top_open(&up->top, &up->live, why) : start_command(up, why);
	if (err < 0)
		return err;
	live_run(&up->live);
	top_close(up->top);
	talk_close(&up->talk);
	if (up->world.lab.gone)
		return why_set(why, ENODEV,
			       "somebody has removed the interface %s, lwIP's only one",
			       up->world.lab.device.name);
	shut_down(up);
	print_summary(up);
	if (up->ladder != NULL && up->ladder != stdout && fclose(up->ladder) != 0)
		return why_set(why, errno, "cannot write %s: %s", up->options.log, strerror(errno));
	return 0;
}

/* On a real segment nothing is done before it has been said what. */
static int open_segment(struct up *up, struct why *why)
{
	const struct ethernet_plan *segment = up->options.lab.ethernet;
	int err = ethernet_check(segment, why);

	if (err < 0)
		return err;
	ethernet_options_announce(segment, up->out);
	fputs("has somebody these addresses already? ", up->out);
	fflush(up->out);
	err = world_open(&up->world, &up->options.lab, why);
	fputs(err == 0 ? "no\n" : err == -EADDRINUSE ? "yes\n" : "\n", up->out);
	fflush(up->out);
	return err;
}

static int open_world(struct up *up, struct why *why)
{
	return up->options.lab.ethernet == NULL ? world_open(&up->world, &up->options.lab, why)
						: open_segment(up, why);
}

static int run(struct up *up, struct why *why)
{
	int err = door_open(&up->door, up->options.name, why);

	if (err < 0)
		return err;
	err = watch_signals(up, why);
	if (err == 0)
		err = open_world(up, why);
	if (err == 0) {
		err = live(up, why);
		world_close(&up->world);
	}
	door_close(&up->door);
	return err;
}

int cmd_up(int argc, char **argv)
{
	struct up up = { 0 };
	int status = EXIT_TROUBLE;
	struct why why;

	if (up_options_parse(&up.options, argc, argv, &why) < 0) {
		fprintf(stderr, "tcplab up: %s; see 'tcplab help up'\n", why.text);
	} else {
		up.out = up.options.command == NULL ? stdout : stderr;
		if (run(&up, &why) < 0)
			fprintf(stderr, "tcplab up: %s\n", why.text);
		else
			status = up.live.status;
	}
	up_options_free(&up.options);
	return status;
}
