/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/stream.h"

#include "show/ladder.h"

/* So many quiet rows are printed one by one. */
#define QUIET_MAX 6
/* Then they are summed up, so often. */
#define SUM_NS UINT64_C(1000000000)
/* While frames are on their way, what they bring about belongs to their rows; but not for ever. */
#define EVENTS_MAX 4096

void stream_open(struct stream *stream, const struct lab *lab, const struct style *style, FILE *out)
{
	*stream = (struct stream){ .lab = lab,
				   .style = *style,
				   .out = out,
				   .seen = timeline_count(lab->timeline),
				   .left_out = timeline_left_out(lab->timeline) };
}

static void begin(struct stream *stream)
{
	if (stream->printing)
		return;
	stream->printing = true;
	if (stream->before != NULL)
		stream->before(stream->context);
	if (!stream->header)
		ladder_print_live_header(wire_far_end(&stream->lab->wire), &stream->style,
					 stream->out);
	stream->header = true;
}

static void end(struct stream *stream)
{
	if (!stream->printing)
		return;
	stream->printing = false;
	fflush(stream->out);
	if (stream->after != NULL)
		stream->after(stream->context);
}

static void print(struct stream *stream, const struct rows *rows, const struct row *row)
{
	begin(stream);
	ladder_print_live_row(rows, row, &stream->style, stream->out);
}

/* What was not printed becomes one row. */
static void print_sum(struct stream *stream, const struct rows *rows)
{
	struct row row = { .cut = true,
			   .t_ns = stream->t_ns,
			   .frames = stream->frames,
			   .others = stream->others,
			   .bytes = stream->bytes };

	if (stream->summed_ns == 0)
		return;
	print(stream, rows, &row);
	stream->summed_ns = 0;
	stream->frames = stream->others = 0;
	stream->bytes = 0;
}

static void begin_sum(struct stream *stream, uint64_t t_ns)
{
	if (stream->summed_ns != 0)
		return;
	stream->summed_ns = timeline_real_ns();
	stream->t_ns = t_ns;
}

static void add(struct stream *stream, const struct rows *rows, const struct row *row)
{
	bool quiet = row_is_quiet(row) && !stream->style.verbose;

	if (!quiet)
		print_sum(stream, rows);
	stream->quiet = quiet ? stream->quiet + 1 : 0;
	if (stream->quiet <= QUIET_MAX) {
		print(stream, rows, row);
		return;
	}
	begin_sum(stream, row->t_ns);
	stream->frames += row->arrow;
	stream->others += !row->arrow;
	stream->bytes += row->arrow ? row->event->frame.segment.length : 0;
}

/* Frames that a full timeline does not have. */
static void add_left_out(struct stream *stream)
{
	struct left_out now = timeline_left_out(stream->lab->timeline);

	if (now.frames <= stream->left_out.frames)
		return;
	begin_sum(stream, timeline_now_ns(stream->lab->timeline));
	stream->frames += (uint32_t)(now.frames - stream->left_out.frames);
	stream->bytes += now.data - stream->left_out.data;
	stream->left_out = now;
}

static void add_events(struct stream *stream, uint32_t last)
{
	struct rows rows;

	rows_lay_out_part(&rows, stream->lab->timeline, stream->seen + 1, last,
			  stream->style.verbose);
	rows.has_others = wire_far_end(&stream->lab->wire) == WHO_OTHERS;
	for (size_t i = 0; i < rows.count; i++)
		add(stream, &rows, &rows.row[i]);
	rows_free(&rows);
	stream->seen = last;
}

static void look(struct stream *stream, bool finish)
{
	const struct rows nothing = { .timeline = stream->lab->timeline };
	uint32_t last = timeline_count(stream->lab->timeline);

	if (last > stream->seen &&
	    (finish || !wire_is_busy(&stream->lab->wire) || last - stream->seen >= EVENTS_MAX))
		add_events(stream, last);
	add_left_out(stream);
	if (stream->summed_ns != 0 && (finish || timeline_real_ns() - stream->summed_ns >= SUM_NS))
		print_sum(stream, &nothing);
	end(stream);
}

void stream_look(void *stream)
{
	look(stream, false);
}

void stream_finish(struct stream *stream)
{
	look(stream, true);
}
