/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/command.h"

#include <errno.h>
#include <string.h>

#include "live/call.h"

#define BLANKS " \t"

const struct verb *const verb_groups[] = { verbs_of_connections, verbs_of_time_and_wire,
					   verbs_of_looking, verbs_of_session, NULL };

/* The nth verb of all; NULL: there are fewer. */
static const struct verb *verb_at(unsigned int n)
{
	for (int i = 0; verb_groups[i] != NULL; i++)
		for (const struct verb *verb = verb_groups[i]; verb->name != NULL; verb++)
			if (n-- == 0)
				return verb;
	return NULL;
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb;
	unsigned int n = 0;

	while ((verb = verb_at(n++)) != NULL && strcmp(verb->name, name) != 0)
		continue;
	return verb;
}

/* -- A line's words */

/* What a verb takes as one word, whatever is in it, is its last one. */
static bool is_the_rest(const struct verb *verb, int word)
{
	return verb->kind != VERB_WORDS && word == verb->max - 1;
}

/* Cuts off the blanks at the end. */
static void trim(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
		text[--length] = '\0';
}

/* Where a comment begins: a word with '#'. */
static void cut_comment(char *text)
{
	for (char *hash = strchr(text, '#'); hash != NULL; hash = strchr(hash + 1, '#')) {
		if (hash == text || strchr(BLANKS, hash[-1]) != NULL) {
			*hash = '\0';
			return;
		}
	}
}

/*
 * Takes the words behind the verb. Two copies of the line: in one each word ends where it ends, in the
 * other it goes on.
 *
 * @return false: there are too many
 */
static bool take_words(struct call *call, char *whole, char *parts)
{
	char *at = parts + strspn(parts, BLANKS);

	while (*at != '\0') {
		if (call->count == CALL_WORDS)
			return false;
		call->word[call->count] = at;
		call->rest[call->count] = whole + (at - parts);
		if (is_the_rest(call->verb, call->count++))
			return true;
		at += strcspn(at, BLANKS);
		if (*at != '\0')
			*at++ = '\0';
		at += strspn(at, BLANKS);
	}
	return true;
}

static int refuse_words(struct call *call)
{
	return why_set(call->why, EINVAL, "%s: too %s words; it is: %s %s", call->verb->name,
		       call->count < call->verb->min ? "few" : "many", call->verb->name,
		       call->verb->usage);
}

static int run_verb(struct call *call, char *whole, char *parts)
{
	if (call->verb->kind != VERB_TEXT)
		cut_comment(whole);
	trim(whole);
	snprintf(parts, SESSION_LINE + 1, "%s", whole);
	if (!take_words(call, whole, parts) || call->count < call->verb->min ||
	    call->count > call->verb->max)
		return refuse_words(call);
	return call->verb->run(call);
}

/* What a terminal would obey does not get into an error's text, nor anywhere else. */
static const char *printable(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			*c = '?';
	return text;
}

int command_run(struct session *session, const char *line, struct why *why)
{
	struct call call = { .session = session, .why = why };
	char whole[SESSION_LINE + 1], parts[SESSION_LINE + 1], name[24];
	size_t length;

	line += strspn(line, BLANKS);
	if (*line == '\0' || *line == '#')
		return 0;
	length = strcspn(line, BLANKS);
	snprintf(name, sizeof(name), "%.*s", (int)length, line);
	snprintf(whole, sizeof(whole), "%s", line + length);
	call.verb = find_verb(name);
	if (call.verb == NULL)
		return why_set(why, EINVAL, "there is no command '%s'; 'help' lists them",
			       printable(name));
	printable(whole);
	return run_verb(&call, whole, parts);
}

/* -- Help */

void command_help(FILE *out)
{
	const struct verb *verb;
	char left[64];

	for (unsigned int n = 0; (verb = verb_at(n)) != NULL; n++) {
		snprintf(left, sizeof(left), "%s %s", verb->name, verb->usage);
		fprintf(out, "  %-47s %.*s\n", left, (int)strcspn(verb->help, "\n"), verb->help);
	}
}

static int run_help(struct call *call)
{
	FILE *out = call->session->out;
	const struct verb *verb;

	if (call->count == 0) {
		command_help(out);
		return 0;
	}
	verb = find_verb(call->word[0]);
	if (verb == NULL)
		return call_refuse(call, "there is no command '%s'", call->word[0]);
	fprintf(out, "%s %s\n", verb->name, verb->usage);
	for (const char *line = verb->help; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		fprintf(out, "    %.*s\n", (int)strcspn(line, "\n"), line);
	}
	return 0;
}

static int run_quit(struct call *call)
{
	call->session->ended = true;
	return 0;
}

const struct verb verbs_of_session[] = {
	{ "help", "[COMMAND]", "this list, or all about one command", run_help, 0, 1, VERB_WORDS,
	  WORD_VERB },
	{ "quit", "", "the end; the lab's applications abort what they have not closed", run_quit,
	  0, 0, VERB_WORDS, 0 },
	{ .name = NULL },
};

/* -- Completion */

struct completion {
	const char *word; /* as far as it was typed */
	unsigned int left;
	char *text;
	size_t size;
	bool found;
};

static void offer(struct completion *completion, const char *stack, const char *name)
{
	char text[40];

	snprintf(text, sizeof(text), "%s%s%s", stack, *stack == '\0' ? "" : ":", name);
	if (completion->found || strncmp(text, completion->word, strlen(completion->word)) != 0)
		return;
	if (completion->left-- > 0)
		return;
	snprintf(completion->text, completion->size, "%s", text);
	completion->found = true;
}

static void offer_words(struct completion *completion, const char *const *words)
{
	for (; *words != NULL; words++)
		offer(completion, "", *words);
}

static void offer_verbs(struct completion *completion)
{
	const struct verb *verb;

	for (unsigned int n = 0; (verb = verb_at(n)) != NULL; n++)
		offer(completion, "", verb->name);
}

static void offer_conns(struct completion *completion, const struct end *end)
{
	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		if (conn->name != NULL && !conn->released)
			offer(completion, end_name(end), conn->name);
}

static void offer_arguments(struct completion *completion, const struct session *session,
			    unsigned int words)
{
	static const char *const stacks[] = { "lwip", "kernel", NULL };
	static const char *const switches[] = { "on", "off", "status", NULL };
	static const char *const segments[] = { "lwip", "kernel", "SYN",  "SYN,ACK", "FIN",
						"ACK",  "RST",    "data", "nodata",  NULL };

	if (words & WORD_STACK)
		offer_words(completion, stacks);
	if (words & WORD_CONN) {
		offer_conns(completion, session->live->lwip);
		offer_conns(completion, session->live->kernel);
	}
	if (words & WORD_STATE)
		for (enum state state = ST_CLOSED; state < ST_COUNT; state++)
			offer(completion, "", state_name(state));
	if (words & WORD_OPTION)
		offer_words(completion, call_options);
	if (words & WORD_SEGMENT)
		offer_words(completion, segments);
	if (words & WORD_SWITCH)
		offer_words(completion, switches);
	if (words & WORD_VERB)
		offer_verbs(completion);
}

bool command_complete(const struct session *session, const char *line, unsigned int n,
		      char *text, /* NOLINT(readability-non-const-parameter): it is written to */
		      size_t size)
{
	struct completion completion = { .left = n, .text = text, .size = size };
	const struct verb *verb;
	char name[24];
	size_t length;

	line += strspn(line, BLANKS);
	length = strcspn(line, BLANKS);
	completion.word = line + strlen(line);
	while (completion.word > line && strchr(BLANKS, completion.word[-1]) == NULL)
		completion.word--;
	if (line[length] == '\0') {
		offer_verbs(&completion);
		return completion.found;
	}
	snprintf(name, sizeof(name), "%.*s", (int)length, line);
	verb = find_verb(name);
	if (verb != NULL)
		offer_arguments(&completion, session, verb->words);
	return completion.found;
}
