/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ends of a connection, behind one interface: lwIP's callback API, a non-blocking socket of
 * the kernel. A scenario is written against roles and runs with either stack in either role.
 *
 * Each call that has an effect is an event of the timeline; so are the transitions that it causes,
 * which the end's own watcher sees. A call lets all frames that it causes travel before it returns (lab_pump()),
 * but no time pass; only conn_accept() and conn_await() wait.
 */
#ifndef APP_END_END_H
#define APP_END_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lab/lab.h"
#include "tcp/state.h"

/**
 * A connection, or a listener, at one end. It lives as long as its end; at an end that is open to
 * others, until end_forget().
 */
struct conn {
	struct conn *next;
	struct conn *next_alike; /**< in the same bucket */
	struct end *end;
	const char *name; /**< on the timeline; both ends of a connection have the same */
	struct endpoint local, remote;
	enum state state;    /**< the latest transition's */
	uint64_t entered_ns; /**< when that was: lwIP's clock, for the kernel timeline_real_ns() */
	bool passive;        /**< opened by the other side */
	bool others;         /**< the lab's application has not made it, and cannot use it */
	bool accepted;       /**< passive: the application has it */
	bool released;       /**< the application has closed or aborted it */
	bool close_at_eof;   /**< the application closes as soon as it reads the other's FIN */
	uint32_t mark;       /**< an event: expect_segments() looks at what came after it */
};

enum conn_option {
	CONN_CLOSE_AT_EOF, /**< close in the moment in which the other side's FIN is read */
	CONN_QUICKACK, /**< acknowledge at once (kernel: TCP_QUICKACK, tcp(7); lwIP: FINs always are) */
	CONN_NODELAY,      /**< no Nagle algorithm (RFC 9293, 3.7.4) */
	CONN_KEEPALIVE,    /**< probe a connection that is silent (RFC 9293, 3.8.4) */
	CONN_KEEPIDLE,     /**< after so many seconds of silence */
	CONN_KEEPINTVL,    /**< again after so many seconds */
	CONN_KEEPCNT,      /**< and give up after so many probes */
	CONN_USER_TIMEOUT, /**< give up when data are not acknowledged for so many ms (kernel only) */
};

struct end_ops {
	enum who who;
	size_t conn_size;
	int (*listen)(struct conn *conn, unsigned int backlog);
	uint16_t (*ephemeral_port)(struct end *end); /**< NULL: the stack shall choose */
	int (*connect)(struct conn *conn);
	int (*connect_again)(struct conn *conn, const struct endpoint *remote);
	int (*bind_again)(struct conn *conn);
	struct conn *(*accept)(struct conn *listener);
	int (*outcome)(struct conn *conn);
	ssize_t (*send)(struct conn *conn, const void *data, size_t size);
	ssize_t (*recv)(struct conn *conn, void *data, size_t size);
	int (*shutdown)(struct conn *conn);
	int (*close)(struct conn *conn);
	int (*abort)(struct conn *conn);
	int (*set)(struct conn *conn, enum conn_option option, int value);
	void (*drop_default_route)(struct end *end); /**< NULL: it has none */
	void (*abandon)(struct end *end);            /**< what no application holds; may be NULL */
	void (*attend)(struct end *end);             /**< end_attend()'s part of the stack's own */
	bool (*is_forgotten)(
		const struct conn *conn); /**< a CLOSED one: nobody holds it any more */
	void (*dispose)(struct end *end);
};

/** Connections are found by their ports: so many lists of them. */
#define END_BUCKETS 1024

/** A stack. */
struct end {
	const struct end_ops *ops;
	struct lab *lab;
	struct endpoint address; /**< port 0 */
	struct conn *conns;      /**< newest first */
	struct conn *bucket[END_BUCKETS];
	unsigned int conn_count; /**< connections that there were, listeners not */
	bool open;               /**< to others: end_open_to_others() */
	bool closes_at_eof;      /**< some connection has CONN_CLOSE_AT_EOF */
	bool snapshots;          /**< its watcher misses what is entered and left within one step */
	/** Whose connections are not worth an event before they are ESTABLISHED; NULL: nobody's. */
	bool (*is_stranger)(const struct endpoint *remote);
	bool reuse_address; /**< SO_REUSEADDR, SOF_REUSEADDR: set on what is opened from now on */
	int refusal; /**< why the latest listen or connect was refused: an errno; 0: it was not */
};

/** @return "lwip", "kernel", "others" */
const char *end_name(const struct end *end);

/**
 * The two ends of a lab. One each per process.
 *
 * @return 0; a negative errno with the reason in why
 */
int lwip_end_open(struct end **end, struct lab *lab);
int kernel_end_open(struct end **end, struct lab *lab, struct why *why);

/**
 * On an Ethernet segment, the end of its other hosts in the place of the kernel's: it never has a connection,
 * and none can be opened there.
 *
 * @return 0; a negative errno with the reason in why
 */
int others_end_open(struct end **end, struct lab *lab, struct why *why);

struct lwip_option;

/**
 * Sets options on each of lwIP's connections: one that it opens before its SYN, one that it accepts
 * when its application gets it.
 *
 * @param options  live as long as the end
 */
void lwip_end_set(struct end *end, const struct lwip_option *options, int count);

/**
 * From now on connections that the lab's application has not made belong to the end, too: of lwIP's
 * own applications; of other processes in the kernel's namespace. Each is a struct conn, with its
 * transitions on the timeline. What the kernel does between two steps is no disturbance any more.
 */
void end_open_to_others(struct end *end);

/**
 * Is to be called every END_ATTEND_MS or so while an open end lives: asks the kernel about the connections
 * of which nothing was seen to happen.
 */
void end_attend(struct end *end);
#define END_ATTEND_MS 250

/**
 * Frees connections that are CLOSED and that no application holds, but the newest END_REMEMBERED. Is to be
 * called now and then, while nobody holds a connection but by its name.
 */
void end_forget(struct end *end);
#define END_REMEMBERED 64

/**
 * The newest connection of a name.
 *
 * @param name  "c1", "l1"
 * @return NULL: there is none, or it is forgotten
 */
struct conn *end_conn(const struct end *end, const char *name);

/** What saw the kernel's transitions, for people: "tracepoint and sock_diag", or why not. */
const char *kernel_end_watchers(const struct end *end);

/** Aborts what the application has not closed, and lets that happen. */
void end_abort(struct end *end);

/** @return how many of its connections, listeners included, are not CLOSED */
unsigned int end_open_count(const struct end *end);

/** Frees the end and its connections, after end_abort(). */
void end_close(struct end *end);

/** @return how long lwIP keeps a connection in TIME_WAIT, at most: 2MSL, in ms */
uint32_t lwip_end_time_wait_ms(void);

/** @return how many connections lwIP has room for: a live host's has more (lab/pools.h) */
unsigned int lwip_end_pcbs(void);

/** The pcbs of the lwIP in this process, since lwip_end_watch_pool(). */
struct lwip_pool {
	uint32_t used;    /**< now, TIME_WAIT included, listeners not */
	uint32_t most;    /**< at the same time */
	uint32_t refused; /**< SYNs for which there was none left */
};
void lwip_end_watch_pool(struct end *end);
struct lwip_pool lwip_end_pool(const struct end *end);

/** Counts the connections of the lwIP in this process, listeners included, by their state; strangers' too. */
void lwip_end_states(uint32_t in_state[ST_COUNT]);

/**
 * @return pbufs of lwIP's pool that are not back, when it holds no pcb and no segment any more that they could belong to;
 *         else 0
 */
unsigned int lwip_end_lost_pbufs(const struct end *end);

#define LEAKS_STRLEN 120
/**
 * What lwIP holds that it did not hold when its end was opened: pcbs, segments, pbufs.
 *
 * @param text  receives it for people, as "TCP_PCB 1, PBUF_POOL 3"
 * @return the number of objects; 0 when nothing has leaked
 */
unsigned int lwip_end_leaks(const struct end *end, char *text, size_t size);

/**
 * Listens.
 *
 * @param port     host order
 * @param backlog  connections that may wait for conn_accept(); lwIP takes 255 at most, and the
 *                 kernel net.core.somaxconn: the rest is cut off
 * @return the listener; NULL when the stack refuses, which the call's event tells
 */
struct conn *conn_listen(struct end *end, uint16_t port, unsigned int backlog);

/** The same at a host's address, which need not be the stack's own. */
struct conn *conn_listen_at(struct end *end, enum host host, uint16_t port, unsigned int backlog);

/**
 * Starts to connect to the other end.
 *
 * @param to    where
 * @param port  host order
 * @return the connection, in any state by now; NULL when the stack refuses at once
 */
struct conn *conn_connect(struct end *end, const struct end *to, uint16_t port);

/**
 * The same from a port of one's own choice.
 *
 * @param local_port  host order
 */
struct conn *conn_connect_from(struct end *end, const struct end *to, uint16_t port,
			       uint16_t local_port);

/** The same from a port that the stack chooses itself. */
struct conn *conn_connect_unbound(struct end *end, const struct end *to, uint16_t port);

/** The same to a host that need not be there: HOST_ABSENT, HOST_FAR. */
struct conn *conn_connect_far(struct end *end, enum host host, uint16_t port);

/**
 * The same to whatever address.
 *
 * @param remote      of the end's own family
 * @param local_port  host order; 0: as conn_connect() does
 */
struct conn *conn_connect_to(struct end *end, const struct endpoint *remote, uint16_t local_port);

/**
 * What has become of an active open.
 *
 * @return 0: it is open; -EINPROGRESS: that is not known yet; another negative errno: it has failed
 */
int conn_outcome(struct conn *conn);

/** Calls connect on what is open already, even a listener. @return 0 or a negative errno */
int conn_connect_again(struct conn *conn, const struct end *to, uint16_t port);

/** Calls bind on what is bound already. @return 0 or a negative errno */
int conn_bind_again(struct conn *conn);

/** The stack knows no way any more to what is not on its own network. */
void end_drop_default_route(struct end *end);

/**
 * Takes the next connection from a listener, waiting for it.
 *
 * @return NULL when none came within the lab's patience
 */
struct conn *conn_accept(struct conn *listener);

/** The same without waiting. @return NULL when none is there */
struct conn *conn_accept_now(struct conn *listener);

/**
 * Sends what the stack takes now.
 *
 * @return bytes taken; 0 when its buffer is full; a negative errno
 */
ssize_t conn_send(struct conn *conn, const void *data, size_t size);

/**
 * Receives what has arrived.
 *
 * @return bytes; 0 at the other side's FIN; -EAGAIN when nothing is there; another negative errno,
 *         as -ECONNRESET, when the connection is no more
 */
ssize_t conn_recv(struct conn *conn, void *data, size_t size);

/** Sends FIN and goes on receiving. @return 0 or a negative errno */
int conn_shutdown(struct conn *conn);

/** Closes; the connection may not be used any more, only looked at. @return 0 or a negative errno */
int conn_close(struct conn *conn);

/** Resets (RFC 9293, 3.10.5); as conn_close(). @return 0 or a negative errno */
int conn_abort(struct conn *conn);

/** Sets an option. @return 0 or a negative errno */
int conn_set(struct conn *conn, enum conn_option option, int value);

/** @return how long it has been in its state, in ns of its stack's time */
uint64_t conn_age_ns(const struct conn *conn);

/** Waits until a state is reached. @return whether it was, within the lab's patience */
bool conn_await(struct conn *conn, enum state state);

/* For the implementations. */

/** A new connection in CLOSED (or, if passive, LISTEN: where it comes from). */
struct conn *end_add_conn(struct end *end, const struct endpoint *local,
			  const struct endpoint *remote, bool passive);

/** The newest connection between two endpoints; a listener with the remote port 0. NULL: none. */
struct conn *end_find(const struct end *end, const struct endpoint *local,
		      const struct endpoint *remote);

/** The stack has chosen the local endpoint. */
void conn_set_local(struct conn *conn, const struct endpoint *local);

/** Records a transition; does nothing when the state is that already. */
void conn_enter(struct conn *conn, enum state to, enum source src, const char *func, int line);

/** Begins and ends a call's event: lab_call() with the end's and the connection's names. */
#define conn_call(conn, before, function, ...)                                                \
	lab_call((conn)->end->lab, (before), (conn)->end->ops->who, (conn)->name, (function), \
		 __VA_ARGS__)

/** @return an errno as "ECONNRESET (104)", living as long as the lab's timeline */
const char *errno_text(struct lab *lab, int error);

#endif
