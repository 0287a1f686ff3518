/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands that let time pass, mistreat frames, and set what both stacks are like. */
#include <errno.h>
#include <string.h>

#include "end/flood_count.h"
#include "end/guard.h"
#include "lab/namespace.h"
#include "live/call.h"

/* -- Time */

static bool never(void *context)
{
	(void)context;
	return false;
}

static int run_warp(struct call *call)
{
	uint32_t ms;

	if (strcmp(call->word[0], "2MSL") == 0)
		ms = lwip_end_time_wait_ms();
	else if (call_time(call, call->word[0], 1, &ms) < 0)
		return -EINVAL;
	lab_warp(call->session->live->lab, ms);
	return 0;
}

/* A wait of this length is worth a word to who looks on. */
#define LONG_MS 2000

static int run_wait(struct call *call)
{
	struct lab *lab = call->session->live->lab;
	uint32_t ms;

	if (call_time(call, call->word[0], 1, &ms) < 0)
		return -EINVAL;
	if (lab->announce != NULL && ms >= LONG_MS)
		lab->announce(lab->announce_context, "time to pass", ms / 1000);
	session_wait(call->session, never, NULL, ms);
	if (lab->announce != NULL)
		lab->announce(lab->announce_context, "", 0);
	return 0;
}

static int run_patience(struct call *call)
{
	uint32_t ms;

	if (call_time(call, call->word[0], 1, &ms) < 0)
		return -EINVAL;
	call->session->live->lab->patience_ms = ms;
	return 0;
}

/* -- The wire */

/* An event of the lab, so that a ladder shows when the rules changed. */
static void note(struct lab *lab, const char *what, const char *args)
{
	struct cause before;
	struct event *call = lab_call(lab, &before, WHO_LAB, NULL, what, "%s", args);

	lab_call_end(lab, call, before, NULL);
}

static int run_rule(struct call *call)
{
	struct session *session = call->session;
	struct lab *lab = session->live->lab;
	struct session_rule *kept = &session->rule[session->rules];
	struct wire_rule rule;
	int err = rule_parse(call->verb->name, call->word[0], &rule, call->why);

	if (err < 0)
		return err;
	err = session->rules == WIRE_RULES ? -ENOSPC : wire_add_rule(&lab->wire, &rule);
	if (err == -EHOSTUNREACH)
		return call_refuse(call, RULE_ABSENT_SENDER, end_name(session->live->kernel));
	if (err < 0)
		return call_refuse(call, "%d rules are the most; 'clear' lifts them", WIRE_RULES);
	kept->kind = call->verb->name;
	snprintf(kept->text, sizeof(kept->text), "%s", call->word[0]);
	session->rules++;
	note(lab, kept->kind, kept->text);
	lab_pump(lab);
	return 0;
}

static int run_cut(struct call *call)
{
	if (call->count > 0)
		return run_rule(call);
	wire_cut(&call->session->live->lab->wire, true);
	return 0;
}

static int run_mend(struct call *call)
{
	wire_cut(&call->session->live->lab->wire, false);
	return 0;
}

static int run_rules(struct call *call)
{
	const struct session *session = call->session;

	call_head(call);
	for (unsigned int i = 0; i < session->rules; i++)
		fprintf(session->out, "%s %s\n", session->rule[i].kind, session->rule[i].text);
	if (session->live->lab->wire.standing.count > 0)
		fprintf(session->out, "and before these %u of the command line\n",
			session->live->lab->wire.standing.count);
	return 0;
}

static int run_release(struct call *call)
{
	struct lab *lab = call->session->live->lab;

	note(lab, "release", "");
	wire_release(&lab->wire);
	lab_pump(lab);
	return 0;
}

static int run_clear(struct call *call)
{
	struct lab *lab = call->session->live->lab;

	note(lab, "clear", "");
	wire_clear_rules(&lab->wire);
	call->session->rules = 0;
	lab_pump(lab);
	return 0;
}

/* -- The stacks */

static int guard_on(struct call *call)
{
	unsigned long threshold = guard_default_threshold();

	if (call->count > 1 && call_number(call, "half-open connections", call->word[1], 0,
					   UINT16_MAX, &threshold) < 0)
		return -EINVAL;
	guard_start(call->session->live->lab, (unsigned int)threshold);
	return 0;
}

static int guard_status(struct call *call)
{
	struct flood_counter counter[FLOOD_COUNTERS];
	unsigned int count = guard_count(counter);

	call_head(call);
	fprintf(call->session->out, "the guard is %s\n", count == 0 ? "off" : "on");
	for (unsigned int i = 0; i < count; i++)
		fprintf(call->session->out, "  %-22s %llu\n", counter[i].name,
			(unsigned long long)counter[i].after);
	return 0;
}

static int run_guard(struct call *call)
{
	const char *word = call->count == 0 ? "status" : call->word[0];

	if (strcmp(word, "on") == 0)
		return guard_on(call);
	if (call->count > 1)
		return call_refuse(call, "'%s' takes nothing more; 'guard on N' does", word);
	if (strcmp(word, "status") == 0)
		return guard_status(call);
	if (strcmp(word, "off") != 0)
		return call_refuse(call, "'%s': it is 'on [N]', 'off' or 'status'", word);
	guard_stop(call->session->live->lab);
	return 0;
}

static int run_sysctl(struct call *call)
{
	struct why bad;
	int err;

	if (call_needs_kernel(call) < 0)
		return -EINVAL;
	err = namespace_set(call->word[0], &bad);

	if (err < 0)
		return why_set(call->why, -err, "sysctl: %s", bad.text);
	note(call->session->live->lab, "sysctl", call->word[0]);
	return 0;
}

const struct verb verbs_of_time_and_wire[] = {
	{ "warp", "TIME | 2MSL",
	  "move lwIP's clock ahead, as 120s; the kernel's time does not move", run_warp, 1, 1,
	  VERB_WORDS, 0 },
	{ "wait", "TIME", "let real time pass, for both", run_wait, 1, 1, VERB_WORDS, 0 },
	{ "patience", "TIME", "how long expectations wait, in real time", run_patience, 1, 1,
	  VERB_WORDS, 0 },
	{ "cut", "[after SEGMENTS | at TIME] [for TIME]",
	  "pull the cable: now, or when a rule says so\n'tcplab help wire' explains SEGMENTS.",
	  run_cut, 0, 1, VERB_REST, WORD_SEGMENT },
	{ "mend", "", "plug the cable in again", run_mend, 0, 0, VERB_WORDS, 0 },
#define RULE(name, usage, help)                                            \
	{                                                                  \
		name, usage, help, run_rule, 1, 1, VERB_REST, WORD_SEGMENT \
	}
	RULE("drop", "SEGMENTS", "lose them, as 'drop lwip FIN 2'"),
	RULE("dup", "SEGMENTS", "let them arrive twice"),
	RULE("delay", "TIME [SEGMENTS]", "let them arrive later"),
	RULE("hold", "SEGMENTS [TIME]", "keep them, until 'release'"),
	RULE("corrupt", "SEGMENTS", "change their last byte"),
	RULE("reorder", "SEGMENTS", "let the next one pass them"),
#undef RULE
	{ "rules", "", "the rules that are in force", run_rules, 0, 0, VERB_WORDS, 0 },
	{ "release", "", "let go on what is held", run_release, 0, 0, VERB_WORDS, 0 },
	{ "clear", "", "lift these rules, and mend what they have cut", run_clear, 0, 0, VERB_WORDS,
	  0 },
	{ "guard", "on [N] | off | status",
	  "SYN cookies before lwIP's listeners, beyond N half-open connections", run_guard, 0, 2,
	  VERB_WORDS, WORD_SWITCH },
	{ "sysctl", "NAME=VALUE", "a parameter of the kernel, in the private namespace", run_sysctl,
	  1, 1, VERB_REST, 0 },
	{ .name = NULL },
};
