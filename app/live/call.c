/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/call.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lab/duration.h"

int call_refuse(struct call *call, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return why_set(call->why, EINVAL, "%s: %s", call->verb->name, text);
}

void call_head(const struct call *call)
{
	const struct session *session = call->session;

	if (session->name != NULL)
		fprintf(session->out, "  %s:%u: %s\n", session->name, session->line,
			call->verb->name);
}

int call_number(struct call *call, const char *what, const char *text, unsigned long min,
		unsigned long max, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	if (errno != 0 || !isdigit((unsigned char)*text) || *end != '\0' || *number < min ||
	    *number > max)
		return call_refuse(call, "%s is a whole number from %lu to %lu, not '%s'", what,
				   min, max, text);
	return 0;
}

int call_time(struct call *call, const char *text, uint64_t min_ms, uint32_t *ms)
{
	struct why bad;
	uint64_t ns;

	if (duration_parse(text, min_ms, &ns, &bad) < 0)
		return call_refuse(call, "%s", bad.text);
	*ms = (uint32_t)(ns / 1000000);
	return 0;
}

int call_needs_kernel(struct call *call)
{
	if (live_has_kernel(call->session->live))
		return 0;
	return call_refuse(call, "lwIP is on an Ethernet segment: no kernel takes part, and this "
				 "host's own is left alone");
}

int call_stack(struct call *call, const char *text, struct end **end)
{
	struct live *live = call->session->live;

	*end = NULL;
	if (strcmp(text, "lwip") != 0 && strcmp(text, "kernel") != 0)
		return call_refuse(call, "'%s' is no stack; there are lwip and kernel", text);
	*end = text[0] == 'l' ? live->lwip : live->kernel;
	return *end == live->lwip ? 0 : call_needs_kernel(call);
}

/* -- Connections by name */

struct conn *target_conn(const struct target *target)
{
	return end_conn(target->end, target->name);
}

bool target_is_held(const struct conn *conn)
{
	return conn != NULL && !conn->others && (!conn->passive || conn->accepted);
}

/* The name as the lab keeps it; NULL: nobody has had it. */
static const char *known_name(const struct live *live, const char *name)
{
	const struct conn *conn = end_conn(live->lwip, name);

	if (conn == NULL)
		conn = end_conn(live->kernel, name);
	if (conn != NULL)
		return conn->name;
	for (const struct flow *flow = live->lab->flows.newest; flow != NULL; flow = flow->older)
		if (strcmp(flow->name, name) == 0)
			return flow->name;
	return NULL;
}

/* Which side is meant by a name alone; NULL: either could be. */
static struct end *side_of(const struct live *live, const char *name)
{
	const struct conn *lwip = end_conn(live->lwip, name);
	const struct conn *kernel = end_conn(live->kernel, name);

	if (lwip == NULL || kernel == NULL)
		return kernel != NULL ? live->kernel : live->lwip;
	if (target_is_held(lwip) == target_is_held(kernel))
		return NULL;
	return target_is_held(lwip) ? live->lwip : live->kernel;
}

static int refuse_unknown(struct call *call, const char *name)
{
	const struct live *live = call->session->live;
	const struct end *ends[] = { live->lwip, live->kernel };
	char list[200] = "";
	size_t length = 0;

	for (size_t i = 0; i < 2; i++)
		for (const struct conn *conn = ends[i]->conns; conn != NULL; conn = conn->next)
			if (conn->name != NULL && length + 16 < sizeof(list))
				length += (size_t)snprintf(list + length, sizeof(list) - length,
							   "%s%s:%s", length == 0 ? "" : ", ",
							   end_name(ends[i]), conn->name);
	if (length == 0)
		return call_refuse(call, "there is no connection '%s', nor any other yet", name);
	return call_refuse(call, "there is no connection '%s'; there are %s", name, list);
}

int call_target(struct call *call, const char *text, struct target *target)
{
	const struct live *live = call->session->live;
	const char *colon = strchr(text, ':');
	const char *name = colon == NULL ? text : colon + 1;
	char stack[12];

	target->name = known_name(live, name);
	if (colon != NULL) {
		snprintf(stack, sizeof(stack), "%.*s", (int)(colon - text), text);
		if (call_stack(call, stack, &target->end) < 0)
			return -EINVAL;
	}
	if (target->name == NULL)
		return refuse_unknown(call, name);
	if (colon == NULL)
		target->end = side_of(live, name);
	if (target->end == NULL)
		return call_refuse(call, "%s has two sides here: say lwip:%s or kernel:%s", name,
				   name, name);
	return 0;
}

/* -- Connections that are used */

struct coming {
	const struct session *session;
	const struct target *target;
};

static bool is_held(void *context)
{
	return target_is_held(target_conn(((const struct coming *)context)->target));
}

/* Whether a listener of the session's will take the connection, when its time comes. */
static bool may_come(const struct coming *coming)
{
	const struct conn *conn = target_conn(coming->target);

	for (int i = 0; i < coming->session->listeners; i++) {
		const struct conn *listener = coming->session->listener[i];

		if (listener->end == coming->target->end &&
		    (conn == NULL || endpoint_equal(&listener->local, &conn->local)))
			return true;
	}
	return false;
}

int call_conn(struct call *call, const char *text, struct conn **conn)
{
	struct session *session = call->session;
	struct lab *lab = session->live->lab;
	struct target target = { NULL, NULL };
	struct coming coming = { session, &target };
	int err = call_target(call, text, &target);

	if (err < 0)
		return err;
	if (!is_held(&coming) && !may_come(&coming))
		return call_refuse(call,
				   target_conn(&target) == NULL
					   ? "%s has no connection %s any more, or never had"
					   : "%s: %s is another program's, and not the lab's",
				   end_name(target.end), target.name);
	if (!session_wait(session, is_held, &coming, lab->patience_ms)) {
		session_verdict(session, false, "%s accepts %s: it did not come within %u ms",
				end_name(target.end), target.name, lab->patience_ms);
		return COMMAND_STUCK;
	}
	*conn = target_conn(&target);
	if (*conn == NULL || (*conn)->released)
		return call_refuse(call, "%s has closed %s already", end_name(target.end),
				   target.name);
	return 0;
}
