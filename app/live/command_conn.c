/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands that open, use and end connections. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>

#include "live/call.h"

#define BACKLOG 8
/* As scenarios read: a ladder of the same steps is the same. */
#define READ_AT_ONCE 256
#define SEND_MOST    (16ul * 1024 * 1024)

/* A call that the stack has refused says something about TCP: a verdict. */
static int refused(struct call *call, const struct end *end, const char *what, int error)
{
	session_verdict(call->session, false, "%s: %s: %s (%s)", end_name(end), what,
			strerrorname_np(error), strerror(error));
	return 0;
}

/* Without the connection there is nothing to go on with. */
static int stuck(struct call *call, const struct end *end, const char *what)
{
	refused(call, end, what, end->refusal);
	return COMMAND_STUCK;
}

/* -- Opening */

static int run_listen(struct call *call)
{
	struct session *session = call->session;
	unsigned long port, backlog = BACKLOG;
	struct conn *listener;
	struct end *end;

	if (call_stack(call, call->word[0], &end) < 0 ||
	    call_number(call, "a port", call->word[1], 1, 65535, &port) < 0)
		return -EINVAL;
	if (call->count > 2 && (strcmp(call->word[2], "backlog") != 0 || call->count == 3))
		return call_refuse(call, "'%s': behind the port there can be 'backlog N'",
				   call->word[2]);
	if (call->count > 2 &&
	    call_number(call, "a backlog", call->word[3], 1, 65535, &backlog) < 0)
		return -EINVAL;
	if (session->listeners == SESSION_LISTENERS)
		return call_refuse(call, "%d listeners are the most; close one", SESSION_LISTENERS);
	listener = conn_listen(end, (uint16_t)port, (unsigned int)backlog);
	if (listener == NULL)
		return stuck(call, end, "listen");
	session->listener[session->listeners++] = listener;
	session_tell(session, "%s", listener->name);
	return 0;
}

/* What comes behind the port: "from PORT". */
static int read_from(struct call *call, int at, unsigned long *from)
{
	*from = 0;
	if (call->count == at)
		return 0;
	if (strcmp(call->word[at], "from") != 0 || call->count != at + 2)
		return call_refuse(call, "'%s': behind the port there can be 'from PORT'",
				   call->word[at]);
	return call_number(call, "a port", call->word[at + 1], 1, 65535, from);
}

static int read_address(struct call *call, const struct end *end, const char *text,
			struct endpoint *address)
{
	static const struct {
		const char *name;
		enum host host;
	} hosts[] = { { "lwip", HOST_LWIP },
		      { "kernel", HOST_KERNEL },
		      { "raw", HOST_RAW },
		      { "absent", HOST_ABSENT },
		      { "far", HOST_FAR } };
	int family = end->address.family;
	bool private = live_has_kernel(call->session->live);

	for (size_t i = 0; private && i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strcmp(text, hosts[i].name) != 0)
			continue;
		*address = host_address(hosts[i].host, family);
		return 0;
	}
	*address = (struct endpoint){ .family = (uint8_t)family };
	if (inet_pton(family == 6 ? AF_INET6 : AF_INET, text, address->addr) == 1)
		return 0;
	if (!private)
		return call_refuse(call, "'%s' is no address of IPv%d", text, family);
	return call_refuse(
		call,
		"'%s' is no host; there are lwip, kernel, raw, absent, far and addresses of "
		"IPv%d",
		text, family);
}

static int run_connect(struct call *call)
{
	struct live *live = call->session->live;
	bool to = call->count > 2 && strcmp(call->word[1], "to") == 0;
	int at = to ? 3 : 1; /* the port's place */
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN], what[ENDPOINT_STRLEN + 16];
	struct endpoint address;
	unsigned long port, from;
	struct conn *conn;
	struct end *end;

	if (call_stack(call, call->word[0], &end) < 0)
		return -EINVAL;
	address = end == live->lwip ? live->kernel->address : live->lwip->address;
	if (!to && !live_has_kernel(live))
		return call_refuse(call, "to whom? on an Ethernet segment it is: connect lwip to "
					 "ADDRESS PORT");
	if (to && read_address(call, end, call->word[2], &address) < 0)
		return -EINVAL;
	if (call->count <= at)
		return call_refuse(call, "the port is missing");
	if (call_number(call, "a port", call->word[at], 1, 65535, &port) < 0 ||
	    read_from(call, at + 1, &from) < 0)
		return -EINVAL;
	address.port = (uint16_t)port;
	conn = conn_connect_to(end, &address, (uint16_t)from);
	if (conn == NULL) {
		snprintf(what, sizeof(what), "connect to %s", endpoint_format(&address, remote));
		return stuck(call, end, what);
	}
	session_tell(call->session, "%s  %s:%s → %s  %s", conn->name, end_name(end),
		     endpoint_format(&conn->local, local), endpoint_format(&conn->remote, remote),
		     state_name(conn->state));
	return 0;
}

/* -- Data */

/* What is being sent: so far, and in all. */
struct sending {
	const struct target *target;
	const char *bytes;
	size_t size, sent;
	int error;
};

static bool all_sent(void *context)
{
	struct sending *sending = context;
	ssize_t sent = 1;

	while (sending->sent < sending->size && sent > 0) {
		struct conn *conn = target_conn(sending->target);

		sent = conn == NULL ? -ENOTCONN
				    : conn_send(conn, sending->bytes + sending->sent,
						sending->size - sending->sent);
		if (sent > 0)
			sending->sent += (size_t)sent;
	}
	if (sent < 0)
		sending->error = (int)-sent;
	return sending->sent == sending->size || sending->error != 0;
}

static int send_all(struct call *call, const struct conn *conn, const char *bytes, size_t size)
{
	struct session *session = call->session;
	struct target target = { conn->name, conn->end };
	struct sending sending = { .target = &target, .bytes = bytes, .size = size };
	char what[40];

	snprintf(what, sizeof(what), "send of %zu bytes", size);
	if (session_wait(session, all_sent, &sending, session->live->lab->patience_ms)) {
		if (sending.error != 0)
			return refused(call, target.end, what, sending.error);
		session_tell(session, "%s has taken %zu bytes", end_name(target.end), size);
		return 0;
	}
	session_verdict(
		session, false,
		"%s: %s: it took %zu; its buffer is full, for nobody receives at the other side",
		end_name(target.end), what, sending.sent);
	return 0;
}

/* As in C: \n, \r, \t, \\, \x41. Returns the size; -1: there is another one. */
static long unescape(char *text)
{
	static const char names[] = "nrt\\", values[] = "\n\r\t\\";
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		const char *name;
		unsigned int value;

		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		from++;
		name = *from == '\0' ? NULL : strchr(names, *from);
		if (name != NULL) {
			*to++ = values[name - names];
		} else if (*from == 'x' && isxdigit((unsigned char)from[1]) &&
			   isxdigit((unsigned char)from[2])) {
			sscanf(from + 1, "%2x", &value);
			*to++ = (char)value;
			from += 2;
		} else {
			return -1;
		}
	}
	return to - text;
}

static int send_bytes(struct call *call, struct conn *conn, unsigned long size)
{
	char *bytes = malloc(size);
	int result;

	if (bytes == NULL)
		return why_set(call->why, ENOMEM, "send: out of memory for %lu bytes", size);
	for (unsigned long i = 0; i < size; i++)
		bytes[i] = (char)('a' + i % 26);
	result = send_all(call, conn, bytes, size);
	free(bytes);
	return result;
}

/* Whether the text is "N bytes". */
static bool is_amount(const char *text, char number[24])
{
	size_t digits = strspn(text, "0123456789");

	snprintf(number, 24, "%.*s", (int)digits, text);
	return digits > 0 &&
	       (strcmp(text + digits, " bytes") == 0 || strcmp(text + digits, " byte") == 0);
}

static int run_send(struct call *call)
{
	unsigned long amount = 0;
	struct conn *conn;
	char number[24];
	bool bytes = is_amount(call->word[1], number);
	long size = 0;
	int result;

	if (bytes && call_number(call, "an amount", number, 1, SEND_MOST, &amount) < 0)
		return -EINVAL;
	if (!bytes)
		size = unescape(call->word[1]);
	if (size < 0)
		return call_refuse(call, "behind a backslash there can be n, r, t, \\ and x41");
	result = call_conn(call, call->word[0], &conn);
	if (result != 0)
		return result;
	return bytes ? send_bytes(call, conn, amount)
		     : send_all(call, conn, call->word[1], (size_t)size);
}

/* What is being received. */
struct reading {
	const struct target *target;
	size_t wanted; /* bytes; 0: what there is */
	bool fin;      /* the other side's FIN is wanted */
	size_t count;
	ssize_t result; /* of the last receive */
	char begin[64]; /* of what came */
};

static void keep(struct reading *reading, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size && reading->count + i < sizeof(reading->begin) - 1; i++)
		reading->begin[reading->count + i] =
			isprint((unsigned char)bytes[i]) ? bytes[i] : '.';
	reading->count += size;
}

static bool has_read(void *context)
{
	struct reading *reading = context;
	char bytes[READ_AT_ONCE];

	do {
		struct conn *conn = target_conn(reading->target);
		size_t most = sizeof(bytes);

		if (reading->wanted > 0 && reading->wanted - reading->count < most)
			most = reading->wanted - reading->count;
		reading->result = conn == NULL ? -ENOTCONN : conn_recv(conn, bytes, most);
		if (reading->result > 0)
			keep(reading, bytes, (size_t)reading->result);
	} while (reading->result > 0 && (reading->wanted == 0 || reading->count < reading->wanted));
	if (reading->wanted > 0)
		return reading->count == reading->wanted || reading->result != -EAGAIN;
	return reading->result != -EAGAIN || (!reading->fin && reading->count > 0);
}

/* What the last receive came to, for people. */
static const char *outcome(const struct reading *reading)
{
	if (reading->result == 0)
		return "the other side's FIN";
	if (reading->result == -EAGAIN || reading->result > 0)
		return "nothing more";
	return strerrorname_np((int)-reading->result);
}

static void tell_reading(struct session *session, const struct reading *reading)
{
	const char *name = end_name(reading->target->end);

	if (reading->count > 0)
		session_tell(session, "%s has %zu bytes: %s%s", name, reading->count,
			     reading->begin, reading->count < sizeof(reading->begin) ? "" : "…");
	if (reading->result <= 0)
		session_tell(session, "%s has %s", name, outcome(reading));
}

/* With a wish it is an expectation. */
static void judge_reading(struct session *session, const struct reading *reading)
{
	const char *name = end_name(reading->target->end);

	if (reading->fin && reading->result == 0)
		session_verdict(session, true, "%s reads the other side's FIN", name);
	else if (reading->fin)
		session_verdict(session, false, "%s reads the other side's FIN: it got %s", name,
				outcome(reading));
	else if (reading->count == reading->wanted)
		session_verdict(session, true, "%s reads %zu bytes", name, reading->wanted);
	else
		session_verdict(session, false, "%s reads %zu bytes: it got %zu, and then %s", name,
				reading->wanted, reading->count, outcome(reading));
}

static int read_wish(struct call *call, struct reading *reading)
{
	unsigned long wanted;

	if (call->count == 1)
		return 0;
	if (call->count == 2 && strcasecmp(call->word[1], "FIN") == 0) {
		reading->fin = true;
		return 0;
	}
	if (call->count != 3 || strncmp(call->word[2], "byte", 4) != 0)
		return call_refuse(call,
				   "'%s': behind the connection there can be 'FIN' or 'N bytes'",
				   call->rest[1]);
	if (call_number(call, "an amount", call->word[1], 1, SEND_MOST, &wanted) < 0)
		return -EINVAL;
	reading->wanted = wanted;
	return 0;
}

static int run_receive(struct call *call)
{
	struct session *session = call->session;
	struct reading reading = { .fin = false };
	struct target target;
	struct conn *conn;
	int result;

	if (read_wish(call, &reading) < 0)
		return -EINVAL;
	result = call_conn(call, call->word[0], &conn);
	if (result != 0)
		return result;
	target = (struct target){ conn->name, conn->end };
	reading.target = &target;
	session_wait(session, has_read, &reading, session->live->lab->patience_ms);
	tell_reading(session, &reading);
	if (call->count > 1)
		judge_reading(session, &reading);
	return 0;
}

/* -- Ending */

static void forget_listener(struct session *session, const struct conn *conn)
{
	for (int i = 0; i < session->listeners; i++) {
		if (session->listener[i] != conn)
			continue;
		session->listener[i] = session->listener[--session->listeners];
		return;
	}
}

static int finish_conn(struct call *call, int (*how)(struct conn *conn), bool for_good)
{
	struct target target;
	struct conn *conn;
	int result = call_conn(call, call->word[0], &conn), err;

	if (result != 0)
		return result;
	target = (struct target){ conn->name, conn->end };
	if (for_good)
		forget_listener(call->session, conn);
	err = how(conn);
	if (err < 0)
		return refused(call, target.end, call->verb->name, -err);
	conn = target_conn(&target);
	session_tell(call->session, "%s  %s:%s", target.name, end_name(target.end),
		     state_name(conn == NULL ? ST_CLOSED : conn->state));
	return 0;
}

static int run_close(struct call *call)
{
	return finish_conn(call, conn_close, true);
}

static int run_shutdown(struct call *call)
{
	return finish_conn(call, conn_shutdown, false);
}

static int run_abort(struct call *call)
{
	return finish_conn(call, conn_abort, true);
}

/* -- Options */

const char *const call_options[] = {
	[CONN_CLOSE_AT_EOF] = "close_at_eof", [CONN_QUICKACK] = "quickack",
	[CONN_NODELAY] = "nodelay",           [CONN_KEEPALIVE] = "keepalive",
	[CONN_KEEPIDLE] = "keepidle",         [CONN_KEEPINTVL] = "keepintvl",
	[CONN_KEEPCNT] = "keepcnt",           [CONN_USER_TIMEOUT] = "user_timeout",
	[CONN_USER_TIMEOUT + 1] = NULL,
};

static int find_option(struct call *call, const char *name)
{
	char list[160] = "";
	size_t length = 0;

	for (int i = 0; call_options[i] != NULL; i++) {
		if (strcmp(call_options[i], name) == 0)
			return i;
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   i == 0 ? "" : ", ", call_options[i]);
	}
	return call_refuse(call, "there is no option '%s'; there are %s", name, list);
}

static int run_set(struct call *call)
{
	char *equals = strchr(call->word[1], '=');
	unsigned long value;
	struct conn *conn;
	int option, result;

	if (equals == NULL)
		return call_refuse(call, "an option is OPTION=VALUE, not '%s'", call->word[1]);
	*equals = '\0';
	option = find_option(call, call->word[1]);
	if (option < 0 || call_number(call, call->word[1], equals + 1, 0, 1000000, &value) < 0)
		return -EINVAL;
	result = call_conn(call, call->word[0], &conn);
	if (result != 0)
		return result;
	result = conn_set(conn, (enum conn_option)option, (int)value);
	return result < 0 ? refused(call, conn->end, call->word[1], -result) : 0;
}

const struct verb verbs_of_connections[] = {
	{ "listen", "lwip|kernel PORT [backlog N]",
	  "wait for connections and accept what comes\n"
	  "The listener is l1, l2 …; a connection keeps the name that its opener has given it.",
	  run_listen, 2, 4, VERB_WORDS, WORD_STACK },
	{ "connect", "lwip|kernel [to HOST] PORT [from PORT]",
	  "open a connection, to the other stack if nothing else is said\n"
	  "HOST is lwip, kernel, raw, absent (nobody), far (another network) or an address. The\n"
	  "connections are c1, c2 … as in the ladder; lwip:c1 is lwIP's side of the first, and c1\n"
	  "alone the lab's side when it has but one of the two.",
	  run_connect, 2, 6, VERB_WORDS, WORD_STACK },
	{ "send", "CONN TEXT | N bytes",
	  "send, until the stack has taken all\n"
	  "TEXT is the rest of the line; \\n, \\r, \\t, \\\\ and \\x41 as in C.",
	  run_send, 2, 2, VERB_TEXT, WORD_CONN },
	{ "receive", "CONN [FIN | N bytes]",
	  "receive what has come, or wait for it\n"
	  "With FIN or an amount it is an expectation: that, and nothing else.",
	  run_receive, 1, 3, VERB_WORDS, WORD_CONN },
	{ "shutdown", "CONN", "send FIN, and go on receiving", run_shutdown, 1, 1, VERB_WORDS,
	  WORD_CONN },
	{ "close", "CONN", "close; a listener, too", run_close, 1, 1, VERB_WORDS, WORD_CONN },
	{ "abort", "CONN", "reset (RFC 9293, 3.10.5)", run_abort, 1, 1, VERB_WORDS, WORD_CONN },
	{ "set", "CONN OPTION=VALUE",
	  "an option of a connection: 'set kernel:c1 keepalive=1'\n"
	  "close_at_eof, quickack, nodelay, keepalive (0 or 1), keepidle, keepintvl (s), keepcnt,\n"
	  "user_timeout (ms).",
	  run_set, 2, 2, VERB_WORDS, WORD_CONN | WORD_OPTION },
	{ .name = NULL },
};
