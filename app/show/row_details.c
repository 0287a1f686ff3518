/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/row_details.h"

#include "show/markup.h"

static void put_event(const struct event *event, FILE *out)
{
	char text[DESCRIBE_STRLEN];

	markup_text(out, describe_event(event, text));
}

static void put_cause(const struct rows *rows, const struct event *event, FILE *out)
{
	const struct event *cause = timeline_event(rows->timeline, event->cause);

	if (cause == NULL)
		return;
	fputs("\ncause: ", out);
	put_event(cause, out);
}

static void put_segment(const struct event *frame, FILE *out)
{
	const struct segment *segment = &frame->frame.segment;
	char from[ENDPOINT_STRLEN], to[ENDPOINT_STRLEN];

	fprintf(out, "\n%s → %s\nseq %u, ", endpoint_format(&segment->src, from),
		endpoint_format(&segment->dst, to), frame->frame.seq);
	if (segment->flags & SEG_ACK)
		fprintf(out, "ack %u, ", frame->frame.ack);
	fprintf(out, "%u bytes of data, window %u", segment->length, segment->window);
	if (segment->mss != 0 || segment->wscale >= 0 || segment->sack_permitted ||
	    segment->timestamps)
		fputs("\noptions:", out);
	if (segment->mss != 0)
		fprintf(out, " MSS %u", segment->mss);
	if (segment->wscale >= 0)
		fprintf(out, " window scale %d", segment->wscale);
	if (segment->sack_permitted)
		fputs(" SACK permitted", out);
	if (segment->timestamps)
		fprintf(out, " timestamps %u, %u", segment->tsval, segment->tsecr);
}

static void put_state(const struct rows *rows, const struct event *state, FILE *out)
{
	put_event(state, out);
	if (state->conn != NULL)
		fprintf(out, " (%s)", state->conn);
	if (state->state.func != NULL)
		fprintf(out, "\nin %s(), line %d", state->state.func, state->state.line);
	else
		fprintf(out, "\nseen by %s", source_name(state->state.src));
	put_cause(rows, state, out);
}

void row_details(const struct rows *rows, const struct row *row, FILE *out)
{
	const struct event *event = row->event;
	char text[DESCRIBE_STRLEN];

	if (row->cut) {
		markup_text(out, row_text(row, text));
		return;
	}
	if (event->kind != EV_STATE) {
		put_event(event, out);
		if (event->conn != NULL)
			fprintf(out, " (%s)", event->conn);
		if (event->kind == EV_FRAME && event->frame.tcp)
			put_segment(event, out);
		put_cause(rows, event, out);
		putc('\n', out);
	}
	fprintf(out, "at %.3f ms", (double)row->t_ns / 1e6);
	if (!row->released)
		fprintf(out, "; lwIP's clock: %.3f s", (double)event->v_ns / 1e9);
	for (enum side side = SIDE_LEFT; side <= SIDE_RIGHT; side++) {
		if (row->state[side] == NULL)
			continue;
		fputs("\n\n", out);
		put_state(rows, row->state[side], out);
	}
}
