/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands that look, and that judge. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "judge/judge.h"
#include "live/call.h"
#include "show/diagnosis.h"
#include "show/ladder.h"

/* -- expect */

/* What shall come to be. */
struct expectation {
	const struct target *target;
	int path[CALL_WORDS + 1]; /* of the judge's */
	int count;
	bool seen; /* the end has had the connection */
};

/* The connection as the judge wants it: one that is CLOSED its end may have forgotten. */
static struct conn stand_in(const struct target *target)
{
	const struct conn *conn = target_conn(target);

	return (struct conn){ .end = target->end,
			      .name = target->name,
			      .state = conn == NULL ? ST_CLOSED : conn->state };
}

static enum state last_of(const struct expectation *expectation)
{
	return (enum state)(expectation->path[expectation->count - 1] & PATH_STATE);
}

static bool comes_true(void *context)
{
	struct expectation *expectation = context;
	struct conn conn = stand_in(expectation->target);

	expectation->seen |= target_conn(expectation->target) != NULL;
	return expectation->seen && conn.state == last_of(expectation) &&
	       (expectation->count == 1 || judge_goes(&conn, expectation->path));
}

static int refuse_state(struct call *call, const char *word)
{
	char list[160] = "";
	size_t length = 0;

	for (enum state state = ST_CLOSED; state < ST_COUNT; state++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   length == 0 ? "" : ", ", state_name(state));
	return call_refuse(call, "'%s' is no state; there are %s", word, list);
}

/* "TIME_WAIT", or "(FIN_WAIT_2)": gone through in one step. */
static int read_state(struct call *call, char *word, int *entry)
{
	size_t length = strlen(word);
	bool through = length > 2 && word[0] == '(' && word[length - 1] == ')';
	int state;

	if (through) {
		word[length - 1] = '\0';
		word++;
	}
	state = state_parse(word);
	if (state < 0)
		return refuse_state(call, word);
	*entry = through ? THROUGH(state) : state;
	return 0;
}

static int read_path(struct call *call, struct expectation *expectation)
{
	for (int i = 1; i < call->count; i++)
		if (read_state(call, call->word[i], &expectation->path[i - 1]) < 0)
			return -EINVAL;
	expectation->count = call->count - 1;
	expectation->path[expectation->count] = PATH_END;
	if (expectation->path[expectation->count - 1] & PATH_THROUGH)
		return call_refuse(call, "the last state is where it stays, not gone through");
	return 0;
}

/* At a side that has never had the connection there is no path to judge. */
static bool was_seen(const struct expectation *expectation)
{
	char text[8];

	return expectation->seen ||
	       *judge_path_text(expectation->target->end->lab->timeline,
				expectation->target->end->ops->who, expectation->target->name, text,
				sizeof(text)) != '\0';
}

static int run_expect(struct call *call)
{
	struct session *session = call->session;
	unsigned int patience_ms = session->live->lab->patience_ms;
	struct expectation expectation = { .count = 0 };
	struct target target = { NULL, NULL };
	struct conn conn;

	if (read_path(call, &expectation) < 0 || call_target(call, call->word[0], &target) < 0)
		return -EINVAL;
	expectation.target = &target;
	expectation.seen = was_seen(&expectation);
	session_wait(session, comes_true, &expectation, patience_ms);
	conn = stand_in(&target);
	if (!expectation.seen)
		session_verdict(session, false, "%s is in %s: it has not seen %s in %u ms",
				end_name(target.end), state_name(last_of(&expectation)),
				target.name, patience_ms);
	else if (expectation.count == 1)
		judge_reached(&conn, last_of(&expectation));
	else
		judge_path(&conn, expectation.path);
	return 0;
}

/* -- What there is */

static void print_tables(void *context, const char *what)
{
	(void)what;
	diagnosis_connections(context);
}

/* Tools of the system look, so the kernel's timers may do something meanwhile: lab_show(). */
static int run_ss(struct call *call)
{
	struct lab *lab = call->session->live->lab;
	void (*look)(void *context, const char *what) = lab->look;
	void *look_context = lab->look_context;

	call_head(call);
	if (!live_has_kernel(call->session->live)) {
		diagnosis_lwip(call->session->out);
		return 0;
	}
	lab->look = print_tables;
	lab->look_context = call->session->out;
	lab_show(lab, "ss");
	lab->look = look;
	lab->look_context = look_context;
	return 0;
}

static int run_show(struct call *call)
{
	lab_show(call->session->live->lab, call->word[0]);
	return 0;
}

static int run_ladder(struct call *call)
{
	static const struct style plain = { 0 };
	const struct timeline *timeline = call->session->live->lab->timeline;

	call_head(call);
	ladder_print(timeline, timeline_count(timeline), &plain, call->session->out);
	putc('\n', call->session->out);
	return 0;
}

static int run_save(struct call *call)
{
	struct session *session = call->session;
	struct why bad;
	int err;

	if (session->owner.save == NULL)
		return call_refuse(call, "there is nobody here who writes run directories");
	err = session->owner.save(session->owner.context, call->word[0], &bad);
	if (err < 0)
		return why_set(call->why, -err, "save: %s", bad.text);
	session_tell(session, "%s", call->word[0]);
	return 0;
}

const struct verb verbs_of_looking[] = {
	{ "expect", "CONN STATE ...",
	  "wait until this side is in STATE; with several, its whole path is exactly these\n"
	  "The path begins with CLOSED, or LISTEN at the side that was opened. A state in "
	  "parentheses\n"
	  "is entered and left at once: who has no tracepoint may not have seen it.",
	  run_expect, 2, CALL_WORDS, VERB_WORDS, WORD_CONN | WORD_STATE },
	{ "ss", "", "the connections of both stacks, with queues and timers", run_ss, 0, 0,
	  VERB_WORDS, 0 },
	{ "show", "TEXT", "a moment worth a look: a line in the ladder, and --show looks there",
	  run_show, 1, 1, VERB_TEXT, 0 },
	{ "ladder", "", "everything until now, as a ladder", run_ladder, 0, 0, VERB_WORDS, 0 },
	{ "save", "DIR", "write the evidence until now into DIR, for 'tcplab diff' and Wireshark",
	  run_save, 1, 1, VERB_REST, 0 },
	{ .name = NULL },
};
