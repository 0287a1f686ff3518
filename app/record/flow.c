/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same from either side. */
static unsigned int bucket_of(const struct endpoint *a, const struct endpoint *b)
{
	return ((unsigned int)a->port + b->port) % FLOW_BUCKETS;
}

static struct flow *add(struct flows *flows, const struct endpoint *a, const struct endpoint *b)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (flow == NULL) {
		fputs("tcplab: out of memory for a connection's name\n", stderr);
		exit(2);
	}
	snprintf(flow->name, sizeof(flow->name), "c%u", ++flows->count);
	flow->side[0] = *a;
	flow->side[1] = *b;
	flow->older = flows->newest;
	flows->newest = flow;
	flow->older_alike = flows->bucket[bucket_of(a, b)];
	flows->bucket[bucket_of(a, b)] = flow;
	return flow;
}

/* Which side of the flow an endpoint is. */
static int side_of(const struct flow *flow, const struct endpoint *endpoint)
{
	return endpoint_equal(&flow->side[0], endpoint) ? 0 : 1;
}

static struct flow *find_from(struct flow *flow, const struct endpoint *a, const struct endpoint *b)
{
	while (flow != NULL &&
	       !(endpoint_equal(&flow->side[0], a) && endpoint_equal(&flow->side[1], b)) &&
	       !(endpoint_equal(&flow->side[0], b) && endpoint_equal(&flow->side[1], a)))
		flow = flow->older_alike;
	return flow;
}

struct flow *flow_find(const struct flows *flows, const struct endpoint *a,
		       const struct endpoint *b)
{
	return find_from(flows->bucket[bucket_of(a, b)], a, b);
}

struct flow *flow_open(struct flows *flows, const struct endpoint *local,
		       const struct endpoint *remote)
{
	struct flow *flow = flow_find(flows, local, remote);

	if (flow != NULL && side_of(flow, local) == 1 && !flow->has_isn[1])
		return flow;
	return add(flows, local, remote);
}

/* A segment that opens nothing belongs to the newest connection whose sender has begun. */
static struct flow *flow_of(const struct flows *flows, const struct segment *segment)
{
	struct flow *newest = flow_find(flows, &segment->src, &segment->dst);
	struct flow *flow = newest;

	if (segment->flags & SEG_SYN)
		return newest;
	while (flow != NULL && !flow->has_isn[side_of(flow, &segment->src)])
		flow = find_from(flow->older_alike, &segment->src, &segment->dst);
	return flow != NULL ? flow : newest;
}

struct flow *flow_segment(struct flows *flows, const struct segment *segment, uint32_t *seq,
			  uint32_t *ack)
{
	struct flow *flow = flow_of(flows, segment);
	int from = flow == NULL ? 0 : side_of(flow, &segment->src);
	int to = 1 - from;
	bool opens = (segment->flags & (SEG_SYN | SEG_ACK)) == SEG_SYN;

	if (flow == NULL || (opens && flow->has_isn[from] && flow->isn[from] != segment->seq)) {
		flow = add(flows, &segment->src, &segment->dst);
		from = 0;
		to = 1;
	}
	if (segment->flags & SEG_SYN) {
		flow->isn[from] = segment->seq;
		flow->has_isn[from] = true;
	}
	*seq = flow->has_isn[from] ? segment->seq - flow->isn[from] : segment->seq;
	*ack = 0;
	/* An RST that acknowledges 0 as it stands acknowledges nothing: lwIP's in SYN_SENT. */
	if (segment->flags & SEG_ACK && !(segment->flags & SEG_RST && segment->ack == 0))
		*ack = flow->has_isn[to] ? segment->ack - flow->isn[to] : segment->ack;
	return flow;
}

void flow_name_listener(struct flows *flows, char name[12])
{
	snprintf(name, 12, "l%u", ++flows->listeners);
}

void flows_clear(struct flows *flows)
{
	while (flows->newest != NULL) {
		struct flow *flow = flows->newest;

		flows->newest = flow->older;
		free(flow);
	}
	memset(flows, 0, sizeof(*flows));
}
