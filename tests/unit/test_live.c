/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends that are open to others, and the loop. Each test is a child, since there is one lab per process.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "end/raw.h"
#include "lab/namespace.h"
#include "live/live.h"
#include "lwip/tcp.h"

static struct {
	struct lab lab;
	struct end *raw;
	struct live live;
	pid_t other;
} world;

/* Nobody asserts in a child: the line that is wrong is said. */
#define CHECK(condition)                                                    \
	do {                                                                \
		if (!(condition)) {                                         \
			print_error("line %d: %s\n", __LINE__, #condition); \
			return 1;                                           \
		}                                                           \
	} while (0)

static int open_world(int family)
{
	struct lab_settings settings = { .seed = 1, .family = family };
	struct why why;

	if (lab_open(&world.lab, &settings, &why) < 0 ||
	    kernel_end_open(&world.live.kernel, &world.lab, &why) < 0 ||
	    raw_end_open(&world.raw, &world.lab, &why) < 0 ||
	    lwip_end_open(&world.live.lwip, &world.lab) < 0) {
		print_error("%s\n", why.text);
		return 1;
	}
	world.live.lab = &world.lab;
	end_open_to_others(world.live.lwip);
	end_open_to_others(world.live.kernel);
	return 0;
}

/* And nothing may have leaked. */
static int close_world(void)
{
	char leaks[LEAKS_STRLEN];
	unsigned int leaked;

	end_abort(world.live.lwip);
	end_abort(world.live.kernel);
	leaked = lwip_end_leaks(world.live.lwip, leaks, sizeof(leaks));
	end_close(world.live.lwip);
	end_close(world.live.kernel);
	end_close(world.raw);
	lab_close(&world.lab);
	return leaked == 0 ? 0 : 1;
}

/* -- Other applications of lwIP's */

static err_t close_at_once(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)err;
	tcp_close(pcb);
	return ERR_OK;
}

static struct tcp_pcb *listen_elsewhere(uint16_t port)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);

	tcp_bind(pcb, IP_ANY_TYPE, port);
	pcb = tcp_listen(pcb);
	tcp_accept(pcb, close_at_once);
	return pcb;
}

/* -- Other processes */

static struct sockaddr_in address(const char *text, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, text, &to.sin_addr);
	return to;
}

/* Connects so many times, one after the other, reads up to the FIN, and closes. */
static void be_client(int times)
{
	struct sockaddr_in to = address("10.9.0.2", 80);
	char bytes[100];

	world.other = fork();
	if (world.other != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < times; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			_exit(1);
		while (read(fd, bytes, sizeof(bytes)) > 0)
			continue;
		close(fd);
	}
	_exit(0);
}

static void be_listener(void)
{
	struct sockaddr_in at = address("10.9.0.1", 90);
	int fd;

	world.other = fork();
	if (world.other != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 5) < 0)
		_exit(1);
	for (;;)
		close(accept(fd, NULL, NULL));
}

static bool other_has_ended(void *context)
{
	int *status = context;

	return waitpid(world.other, status, WNOHANG) == world.other;
}

/* -- Both */

struct awaited {
	struct end *end;
	const char *name;
	enum state state;
};

static bool is_in(void *context)
{
	const struct awaited *awaited = context;
	const struct conn *conn = end_conn(awaited->end, awaited->name);

	return conn != NULL && conn->state == awaited->state;
}

static bool await(struct end *end, const char *name, enum state state)
{
	struct awaited awaited = { end, name, state };

	return live_wait(&world.live, is_in, &awaited, 3000);
}

/* The path of a connection at an end. */
static const char *path_of(enum who who, const char *name, char text[400])
{
	const struct timeline *timeline = world.lab.timeline;
	size_t length = 0;

	text[0] = '\0';
	for (uint32_t n = 1; n <= timeline_count(timeline) && length < 400; n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_STATE && event->who == who && event->conn != NULL &&
		    strcmp(event->conn, name) == 0)
			length += (size_t)snprintf(text + length, 400 - length, "%s%s",
						   length > 0 ? " " : "",
						   state_name(event->state.to));
	}
	return text;
}

static int two_listeners(void *context)
{
	struct tcp_pcb *first, *second;
	const struct conn *conn;
	char text[400];

	(void)context;
	CHECK(open_world(0) == 0);
	first = listen_elsewhere(80);
	second = listen_elsewhere(81);
	CHECK(first != NULL && second != NULL);
	end_attend(world.live.lwip);
	conn = end_conn(world.live.lwip, "l2");
	CHECK(conn != NULL && conn->local.port == 81 && conn->state == ST_LISTEN && conn->others);
	CHECK(conn->remote.port == 0);
	conn = end_conn(world.live.lwip, "l1");
	CHECK(conn != NULL && conn->local.port == 80 && conn->state == ST_LISTEN);
	tcp_close(second);
	CHECK(strcmp(path_of(WHO_LWIP, "l2", text), "LISTEN CLOSED") == 0);
	CHECK(conn->state == ST_LISTEN);
	return close_world();
}

TEST(listeners_of_others_at_lwip_are_connections)
{
	assert_int_equal(in_child(two_listeners, NULL), 0);
}

static int connect_elsewhere(void *context)
{
	struct endpoint kernel = host_address(HOST_KERNEL, 4);
	ip_addr_t ip = IPADDR4_INIT_BYTES(10, 9, 0, 1);
	const struct conn *conn;
	struct tcp_pcb *pcb;
	char text[400];

	(void)context;
	CHECK(open_world(4) == 0);
	pcb = tcp_new();
	CHECK(tcp_connect(pcb, &ip, 90, NULL) == ERR_OK);
	conn = end_conn(world.live.lwip, "c1");
	kernel.port = 90;
	CHECK(conn != NULL && conn->others && !conn->passive);
	CHECK(endpoint_equal(&conn->remote, &kernel));
	lab_pump(&world.lab);
	CHECK(strcmp(path_of(WHO_LWIP, "c1", text), "SYN_SENT CLOSED") == 0); /* by an RST */
	return close_world();
}

TEST(what_others_open_at_lwip_is_a_connection)
{
	assert_int_equal(in_child(connect_elsewhere, NULL), 0);
}

static int serve_a_process(void *context)
{
	const struct conn *conn;
	char text[400];
	int status = -1;

	(void)context;
	CHECK(open_world(0) == 0 && listen_elsewhere(80) != NULL);
	be_client(1);
	CHECK(live_wait(&world.live, other_has_ended, &status, 3000) && status == 0);
	CHECK(await(world.live.lwip, "c1", ST_TIME_WAIT));
	CHECK(await(world.live.kernel, "c1", ST_CLOSED));
	conn = end_conn(world.live.kernel, "c1");
	CHECK(conn->others && !conn->passive);
	CHECK(strcmp(path_of(WHO_LWIP, "c1", text),
		     "SYN_RCVD ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT") == 0 ||
	      strcmp(text, "SYN_RCVD ESTABLISHED FIN_WAIT_1 TIME_WAIT") == 0);
	/* The tracepoint sees each; sock_diag, which is all there is without root, asks in time. */
	CHECK(strncmp(path_of(WHO_KERNEL, "c1", text), "SYN_SENT ESTABLISHED ", 21) == 0);
	CHECK(strstr(text, "CLOSED") != NULL);
	return close_world();
}

TEST(a_process_that_connects_has_a_connection_at_both_ends)
{
	assert_int_equal(in_child(serve_a_process, NULL), 0);
}

static unsigned int count_conns(const struct end *end)
{
	unsigned int count = 0;

	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		count++;
	return count;
}

/* More connections than lwIP has pcbs, so that TIME_WAIT is recycled; and none of them stays for ever. */
static int forget_many(void *context)
{
	int status = -1;

	(void)context;
	CHECK(open_world(4) == 0 && listen_elsewhere(80) != NULL);
	CHECK(end_conn(world.live.kernel, "c1") == NULL);
	be_client(300);
	while (!live_wait(&world.live, other_has_ended, &status, 20)) {
		end_forget(world.live.lwip);
		end_forget(world.live.kernel);
	}
	CHECK(status == 0 && await(world.live.kernel, "c300", ST_CLOSED));
	end_forget(world.live.lwip);
	end_forget(world.live.kernel);
	CHECK(world.live.kernel->conn_count == 300 && world.live.lwip->conn_count == 300);
	CHECK(count_conns(world.live.lwip) <= END_REMEMBERED + lwip_end_pcbs() + 1);
	CHECK(count_conns(world.live.kernel) <= END_REMEMBERED + 50);
	CHECK(end_conn(world.live.kernel, "c1") == NULL);
	CHECK(end_conn(world.live.kernel, "c300") != NULL);
	return close_world();
}

TEST(connections_that_are_closed_are_forgotten)
{
	assert_int_equal(in_child(forget_many, NULL), 0);
}

static int find_listener(void *context)
{
	struct conn *conn;
	char text[400];

	(void)context;
	CHECK(open_world(4) == 0);
	be_listener();
	CHECK(await(world.live.kernel, "l1", ST_LISTEN));
	CHECK(end_conn(world.live.kernel, "l1")->local.port == 90);
	conn = conn_connect(world.live.lwip, world.live.kernel, 90);
	CHECK(conn != NULL && await(world.live.kernel, "c1", ST_FIN_WAIT_2));
	CHECK(conn_close(conn) == 0);
	CHECK(await(world.live.kernel, "c1", ST_TIME_WAIT));
	CHECK(strncmp(path_of(WHO_KERNEL, "c1", text), "SYN_RCVD ESTABLISHED ", 21) == 0);
	CHECK(strcmp(path_of(WHO_LWIP, "c1", text),
		     "SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED") == 0);
	kill(world.other, SIGKILL);
	CHECK(await(world.live.kernel, "l1", ST_CLOSED));
	return close_world();
}

TEST(a_process_that_listens_has_a_listener)
{
	assert_int_equal(in_child(find_listener, NULL), 0);
}

/* -- The loop */

static struct {
	int pipe[2];
	int served;
	bool wait; /* ready() waits, and its source is not served once more meanwhile */
} source;

static bool never(void *context)
{
	(void)context;
	return false;
}

static void ready(void *context, short revents)
{
	char byte;

	(void)revents;
	source.served++;
	if (source.wait)
		live_wait(context, never, NULL, 50);
	if (read(source.pipe[0], &byte, 1) == 1 && byte == 'q')
		((struct live *)context)->stop = true;
}

static int watch_sources(void *context)
{
	struct live *live = &world.live;
	uint64_t before_ns;

	(void)context;
	CHECK(open_world(4) == 0 && pipe2(source.pipe, O_CLOEXEC) == 0);
	CHECK(live_watch(live, &(struct live_source){ .fd = source.pipe[0],
						      .events = POLLIN,
						      .ready = ready,
						      .context = live }) == 0);
	for (int i = 1; i < LIVE_SOURCES; i++)
		CHECK(live_watch(live, &(struct live_source){ .fd = -1 }) == 0);
	CHECK(live_watch(live, &(struct live_source){ .fd = -1 }) == -ENOSPC);
	source.wait = true;
	CHECK(write(source.pipe[1], "aq", 2) == 2);
	live_run(live);
	CHECK(source.served == 2);
	live->stop = false;
	live_forget(live, source.pipe[0]);
	CHECK(write(source.pipe[1], "q", 1) == 1);
	before_ns = world.lab.wire.now_ns();
	CHECK(!live_wait(live, never, NULL, 30) && source.served == 2);
	/* lwIP's clock runs with real time. */
	CHECK(world.lab.wire.now_ns() - before_ns >= 30000000);
	return close_world();
}

TEST(sources_are_served_and_one_that_waits_is_not_entered_again)
{
	assert_int_equal(in_child(watch_sources, NULL), 0);
}

static int can_open(void *context)
{
	(void)context;
	return open_world(4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listeners_of_others_at_lwip_are_connections),
		cmocka_unit_test(what_others_open_at_lwip_is_a_connection),
		cmocka_unit_test(a_process_that_connects_has_a_connection_at_both_ends),
		cmocka_unit_test(connections_that_are_closed_are_forgotten),
		cmocka_unit_test(a_process_that_listens_has_a_listener),
		cmocka_unit_test(sources_are_served_and_one_that_waits_is_not_entered_again),
	};

	if (in_child(can_open, NULL) != 0)
		return skip_all("this user may not make a lab");
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
