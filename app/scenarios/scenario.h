/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a scenario is made of. A scenario is one function in a file of its theme; it registers
 * itself, and list, run, tests and docs pick it up:
 *
 *     SCENARIO(close, active_closer, passive_closer,
 *              .title = "Normal close: four segments", .rfc = "RFC 9293, 3.6, Figure 12")
 *     {
 *             struct connection c = establish(active_closer, passive_closer);
 *             …
 *     }
 *
 * It runs once for each stack in the first role ("close/lwip", "close/kernel"), with the other
 * stack in the second role, or the raw end where it says .against = RAW.
 */
#ifndef APP_SCENARIOS_SCENARIO_H
#define APP_SCENARIOS_SCENARIO_H

#include "end/raw.h"
#include "judge/judge.h"

/* In a lab sheet the states have their own names. */
enum {
	CLOSED = ST_CLOSED,
	LISTEN = ST_LISTEN,
	SYN_SENT = ST_SYN_SENT,
	SYN_RCVD = ST_SYN_RCVD,
	ESTABLISHED = ST_ESTABLISHED,
	FIN_WAIT_1 = ST_FIN_WAIT_1,
	FIN_WAIT_2 = ST_FIN_WAIT_2,
	CLOSE_WAIT = ST_CLOSE_WAIT,
	CLOSING = ST_CLOSING,
	LAST_ACK = ST_LAST_ACK,
	TIME_WAIT = ST_TIME_WAIT,
};

/** Who plays the second role. */
enum against { OTHER_STACK, RAW };

/** Who may play the first role; nothing said: both. */
enum { LWIP_ONLY = 1u << WHO_LWIP, KERNEL_ONLY = 1u << WHO_KERNEL };

struct scenario {
	const char *name;    /**< as a C identifier; scenario_name() is for people */
	const char *role[2]; /**< likewise */
	const char *title;
	const char *rfc;      /**< where it is described: "RFC 9293, 3.6" */
	enum against against; /**< who plays the second role */
	unsigned int only;    /**< LWIP_ONLY or KERNEL_ONLY: the other has no such thing */
	/** Seconds it waits for the kernel's timers with lwIP, or the kernel, in the first role. */
	unsigned int slow[WHO_KERNEL + 1];
	const char *file;
	void (*play)(struct end *first, struct end *second);
	const char *script; /**< in play's place: what is to be done in the command language */
	struct scenario *next;
};

#define SCENARIO(name_, first_, second_, ...)                                      \
	static void play_##name_(struct end *first_, struct end *second_);         \
	__attribute__((constructor)) static void register_##name_(void)            \
	{                                                                          \
		static struct scenario scenario = { .name = #name_,                \
						    .role = { #first_, #second_ }, \
						    .file = __FILE__,              \
						    .play = play_##name_,          \
						    __VA_ARGS__ };                 \
		scenario_register(&scenario);                                      \
	}                                                                          \
	static void play_##name_(struct end *first_, struct end *second_)

void scenario_register(struct scenario *scenario);

/** @return the first of all scenarios, by theme and by place in its file */
const struct scenario *scenario_first(void);

/** @return the theme that a scenario belongs to: its file's name without ".c" */
const char *scenario_theme(const struct scenario *scenario);

#define SCENARIO_STRLEN 48
/** Writes a C identifier as people read it: "close_merged" as "close-merged". @return text */
const char *scenario_name(const char *identifier, char separator, char text[SCENARIO_STRLEN]);

/* -- Steps that many scenarios begin or end with */

/** Both ends of a connection, and the listener it came from. */
struct connection {
	struct conn *listener, *client, *server;
};

/** The server listens, the client connects, the server accepts: both are ESTABLISHED. */
struct connection establish(struct end *client, struct end *server);

/** One more connection between the same ends, to the same listener. */
struct connection establish_another(const struct connection *connection);

/** The server takes the next connection from its listener; without one the scenario ends. */
struct conn *take_connection(struct end *server, struct conn *listener);

/** The same without accepting: returns as soon as the client has sent its SYN. */
struct connection start_to_connect(struct end *client, struct end *server);

/** The raw end opens a connection to the server's listener: the server's side of it. */
struct conn *establish_with_raw(struct end *server, struct raw *r);

/** The server's side of a connection that the raw end opens; without one the scenario ends. */
struct conn *conn_with(struct end *server, const struct raw *r);

/** The server closes first, then the raw end: the server is in TIME_WAIT. */
void close_towards_raw(struct conn *server, struct raw *r);

/** Sends bytes from one side to the other, which receives and compares them. */
void transfer(struct conn *from, struct conn *to, size_t bytes);

/**
 * Waits until TIME_WAIT is over, in lwIP's virtual time. On a kernel end nothing happens: its
 * TIME_WAIT lasts 60 s of real time.
 */
void pass_2msl(struct conn *conn);

/**
 * From now on the wire mistreats segments, until release_held(): impair(end, "drop", "lwip FIN 2").
 *
 * @param what      "drop", "delay", "dup", "reorder", "corrupt", "hold", "cut"
 * @param segments  which, and for how long, as on the command line (tcplab help wire)
 */
void impair(struct end *end, const char *what, const char *segments);

/** The wire loses the nth segment from an end with exactly these control bits (but for PSH). */
void lose(struct end *from, const char *flags, unsigned int nth);

/**
 * Lets time pass until an end sends a segment of its own accord: lwIP's virtual time, or the
 * kernel's real one.
 */
void await_retransmission(struct conn *conn);

/** Sets a kernel parameter in the private namespace: kernel_parameter(end, "net/ipv4/tcp_rfc1337", "1"). */
void kernel_parameter(struct end *end, const char *path, const char *value);

/**
 * From here on this end answers every SYN by a cookie: the kernel by tcp_syncookies 2, lwIP by its
 * guard (port/guard).
 */
void syn_cookies(struct end *end);

/** lwIP's guard answers SYNs by cookies while so many connections are half-open. */
void guard_beyond(struct end *end, unsigned int half_open);

/** @return whether this kernel has such a parameter */
bool kernel_has_parameter(const char *path);

/**
 * The kernel gives up an address that does not resolve, by ARP or by IPv6's neighbour discovery,
 * after 0.1 s; as it comes, after 3 s.
 */
void impatient_resolution(struct end *end);

/** Lets lwIP's virtual time pass; on a kernel end nothing happens. */
void let_lwip_pass(struct conn *conn, unsigned int seconds);

/**
 * Lets time pass on the clock of this connection's stack: virtual for lwIP, real for the kernel.
 *
 * @param what  is waited for, for those who look on: "keepalive probes"
 */
void let_pass(struct conn *conn, unsigned int seconds, const char *what);

/** Lets so many ms of real time pass, for the kernel's short timers. */
void let_ms_pass(struct end *end, unsigned int ms);

/**
 * A moment worth a look at what the system's own tools say of it: with --show they are asked here.
 *
 * @param what  for people: "5 connections in CLOSE_WAIT"
 */
void show(struct end *end, const char *what);

/** The same as let_pass() until the connection is CLOSED, which is expected within so many seconds. */
void await_end(struct conn *conn, unsigned int seconds, const char *what);

/**
 * The application reads the other side's FIN, and its stack acknowledges it at once. The kernel,
 * left to itself, would delay that ACK, hoping to send it together with its own FIN.
 */
void read_fin(struct conn *conn);

/** From now on the wire keeps each segment from an end with these control bits, until release_held(). */
void hold(struct end *from, const char *flags);

/** @return how many of an end's connections are in a state */
unsigned int count_in(const struct end *end, int state);

/** From here to plug_cable() every frame is lost. */
void pull_cable(struct end *end);
void plug_cable(struct end *end);

/**
 * The host of this connection crashes and comes back: it knows the connection no more, and has
 * not told the other side.
 */
void reboot(struct conn *conn);

/** From now on the wire keeps each FIN, of both sides, until release_held(). */
void hold_fins(struct end *end);
void release_held(struct end *end);

#endif
