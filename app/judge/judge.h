/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Expectations: what a connection must have gone through. Each leaves a verdict on the timeline.
 *
 * A path is exact: a missing, an extra and a reordered state fail it. It is written once for both
 * stacks; where they differ by their nature, an entry says so:
 *
 *     expect_path(active, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, ON_KERNEL(THROUGH(FIN_WAIT_2)),
 *                 TIME_WAIT, ON_LWIP(CLOSED));
 */
#ifndef APP_JUDGE_JUDGE_H
#define APP_JUDGE_JUDGE_H

#include <stdbool.h>

#include "end/end.h"
#include "end/raw.h"

#define PATH_STATE   0xff
#define PATH_LWIP    0x100
#define PATH_KERNEL  0x200
#define PATH_THROUGH 0x400
#define PATH_END     (-1)

/** This entry of a path counts only when the end is lwIP; only when it is the kernel. */
#define ON_LWIP(state)   ((state) | PATH_LWIP)
#define ON_KERNEL(state) ((state) | PATH_KERNEL)

/**
 * This state is entered and left while one segment is processed. A watcher that sees each
 * transition must have seen it; one that only sees what is when it looks (end->snapshots) cannot.
 */
#define THROUGH(state) ((state) | PATH_THROUGH)

/** The connection's whole path until now, the state it began in included. */
#define expect_path(conn, ...) judge_path((conn), (const int[]){ __VA_ARGS__, PATH_END })

/** Waits (conn_await()) until the connection is in a state. */
#define expect_state(conn, expected) judge_state((conn), (enum state)(expected))

/**
 * The connection's segments since expect_segments_from(), in the order in which they were sent:
 * "> FIN,ACK" sent by this end, "< ACK" by the other. PSH does not matter.
 */
#define expect_segments(conn, ...) \
	judge_segments((conn), (const char *const[]){ __VA_ARGS__, NULL })

/** expect_segments() looks at what comes after this moment. */
void expect_segments_from(struct conn *conn);

/**
 * When the segments that this end has sent since expect_segments_from() went out: seconds from that
 * moment on the clock of its stack. Without expect_segments_from(): from its first segment.
 * lwIP's timers tick every 0.5 s; the kernel's may be late, but never early.
 */
#define expect_times(conn, ...) judge_times((conn), (const double[]){ __VA_ARGS__, TIMES_END })
#define TIMES_END               (-1.0)

/** How long the connection was in a state, the last time that it was in it; as expect_times(). */
#define expect_lasted(conn, expected, seconds) \
	judge_lasted((conn), (enum state)(expected), (seconds))

/** The end has refused to listen or to connect: conn is NULL. */
void expect_refused(const struct end *end, const struct conn *conn, int error);

/** A call has returned this errno (a negative one, as the conn_ functions do); 0: success. */
void expect_result(const struct end *end, const char *call, int result, int error);

/** The application learns by its next receive that the connection has failed with this errno. */
void expect_error(struct conn *conn, int error);

/** No connection waits to be accepted. */
void expect_nothing_to_accept(struct conn *listener);

/** The application receives exactly so many bytes. */
void expect_data(struct conn *conn, size_t bytes);

/** The application reads the other side's FIN. */
void expect_eof(struct conn *conn);

/** @return the value for the stack of this end: where the two tell their applications different things */
int told(const struct conn *conn, int by_lwip, int by_kernel);

/** The next segment that came to the raw end has these control bits (PSH does not matter). */
void expect_raw(struct raw *raw, const char *flags);

/** Nothing came to the raw end that was not looked at. */
void expect_raw_nothing(struct raw *raw);

/**
 * A stack is known to deviate from a requirement: holds when it still does so, and is shown as a
 * deviation. When it does not any more, that is news, and fails.
 *
 * @param requirement  "RFC 9293, MUST-10"
 */
void expect_deviation(struct lab *lab, bool deviates, const char *requirement, const char *text);

/**
 * An edge of the diagram cannot be walked at this end, and this scenario has just tried: holds when
 * the end was in the state that the edge leaves and never took the edge. Counts for the coverage.
 *
 * @param by   what would make the transition
 * @param why  the reason, for people
 */
void expect_unreachable(struct end *end, int from, int to, enum trigger by, const char *why);

/** Anything else: records whether it holds. @return holds */
bool expect(struct lab *lab, bool holds, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

/** Without this there is nothing to go on with: records a failed verdict and leaves the scenario. */
void require(struct lab *lab, bool holds, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

/** Plays a scenario to its end, or to the require() that fails. */
void judge_play(void (*scenario)(struct end *first, struct end *second), struct end *first,
		struct end *second);

/** Every transition on the timeline is an edge of the diagram; lwIP holds nothing any more. */
void judge_edges(struct lab *lab);
void judge_leaks(const struct end *lwip);

/** What the verdicts of an experiment come to. */
struct judgement {
	unsigned int verdicts, failed, deviations;
};
struct judgement judge_count(const struct timeline *timeline);

/** @return the edges of the diagram that an end has walked: bit i is state_edges[i] */
uint64_t judge_walked(const struct timeline *timeline, enum who who);

/** @return those that were shown to be unreachable there */
uint64_t judge_unreachable(const struct timeline *timeline, enum who who);

/**
 * The path of a connection at one end, as "CLOSED → SYN_SENT → ESTABLISHED".
 *
 * @return text; empty when the end never saw the connection
 */
const char *judge_path_text(const struct timeline *timeline, enum who who, const char *conn,
			    char *text, size_t size);

/** What became of a connection at one end. */
struct journey {
	struct step {
		enum state state;
		double seconds; /**< in it, on the clock of that stack: virtual for lwIP */
	} steps[24];
	int count; /**< of steps; the last one is where it is; 0: never seen */
	unsigned int
		retransmissions; /**< segments that this end sent again, as a whole or in part */
};
void judge_journey(const struct timeline *timeline, enum who who, const char *conn,
		   struct journey *journey);

/** @return whether the connection's path until now is this one, which ends with PATH_END; no verdict */
bool judge_goes(const struct conn *conn, const int *path);

/** Leaves the verdict of expect_state() when the waiting is over. @return whether it holds */
bool judge_reached(const struct conn *conn, enum state state);

/* Behind the macros above. */
void judge_path(struct conn *conn, const int *path);
void judge_state(struct conn *conn, enum state state);
void judge_segments(struct conn *conn, const char *const *segments);
void judge_times(struct conn *conn, const double *seconds);
void judge_lasted(struct conn *conn, enum state state, double seconds);

#endif
