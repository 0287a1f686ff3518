/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the left: times, the left end's band, the wire, the right end's band. First every row gets
 * its place; then the bands are drawn, then the rows on top of them.
 *
 * Each row is a group that is moved to its place, and says in data-ms how long nothing happened
 * before it; each band says from which row to which it goes (data-a, data-b). With these a script
 * can stretch the picture.
 */
#include "show/svg_ladder.h"

#include <stdlib.h>
#include <string.h>

#include "show/markup.h"
#include "show/row_details.h"
#include "show/rows.h"
#include "show/style.h"

/* Columns, in the picture's units. */
enum {
	TIME_END = 52,
	BAND = 104, /* its width */
	LEFT_BAND = 58,
	WIRE_BEGIN = LEFT_BAND + BAND,
	WIRE_END = WIRE_BEGIN + 282,
	WIDTH = WIRE_END + BAND + 4,
	WIRE_MIDDLE = (WIRE_BEGIN + WIRE_END) / 2,
	HOLD = 92, /* from the receiver: where a held frame waits */
	LOST = 84, /* likewise: as far as a dropped one comes */
};

/* Rows. */
enum {
	HEAD = 40,
	TITLE = 50,   /* above, in a file of its own */
	GAP = 16,     /* before a row that comes late */
	DEPARTS = 16, /* a frame's arrow, below the top of its row */
	ARRIVES = 22,
	ALONE = 4, /* a transition without a frame */
};

/* Characters that have room. */
#define LABEL_WIDTH 43
#define NOTE_WIDTH  42
#define PILL_WIDTH  76
#define TITLE_WIDTH 70

/* A time without events that is worth a word. */
#define LATE_MS 50.0
#define HOUR_MS 3600e3

struct place {
	double y;
	double idle_ms; /* before it: of lwIP's time or the real one, whichever is longer */
};

struct picture {
	const struct svg_ladder *ladder;
	struct rows rows;
	struct place *place;
	double end; /* the height */
	bool names; /* several connections: a band tells whose state it shows */
	FILE *out;
};

static double row_height(const struct row *row)
{
	switch (row_kind(row)) {
	case ROW_FRAME: return 34;
	case ROW_STATE: return 24;
	case ROW_NOTE: return 19;
	case ROW_ACROSS:
	case ROW_CUT: break;
	}
	return 29;
}

/* A released frame's event is that of its sending; the row's own time says when it went on. */
static double idle_ms(const struct row *before, const struct row *row)
{
	double real = (double)(row->t_ns - before->t_ns) / 1e6;
	double lwip = row->released || before->released
			      ? 0
			      : ((double)row->event->v_ns - (double)before->event->v_ns) / 1e6;

	return lwip > real ? lwip : real;
}

static void find_places(struct picture *picture, double top)
{
	const struct rows *rows = &picture->rows;
	double y = top + HEAD;

	picture->place = calloc(rows->count + 1, sizeof(*picture->place));
	if (picture->place == NULL) {
		fputs("tcplab: out of memory for the picture\n", stderr);
		exit(2);
	}
	for (size_t i = 0; i < rows->count; i++) {
		struct place *place = &picture->place[i];

		place->idle_ms = i == 0 ? 0 : idle_ms(&rows->row[i - 1], &rows->row[i]);
		if (place->idle_ms >= LATE_MS)
			y += GAP;
		place->y = y;
		y += row_height(&rows->row[i]);
	}
	picture->place[rows->count].y = y + 6;
	picture->end = y + 10;
}

/* -- Bands */

/* Where in its row a transition happens: with the arrow that brought it, or that it sends. */
static double offset_in_row(const struct picture *picture, const struct row *row, enum side side)
{
	if (!row->arrow)
		return ALONE;
	return rows_side(&picture->rows, row->event->who) == side ? DEPARTS : ARRIVES;
}

/* A state's band, from one row to another; ST_COUNT: of an end whose states nobody knows. */
static void put_band(const struct picture *picture, enum side side, enum state state,
		     const char *conn, double from, double to, int a, int b)
{
	int x = side == SIDE_LEFT ? LEFT_BAND : WIRE_END;

	fprintf(picture->out,
		"<g class=\"b s%d\" transform=\"translate(%d %g)\" data-a=\"%d\" data-b=\"%d\">"
		"<rect width=\"%d\" height=\"%g\" rx=\"3\"/>",
		state, x, from, a, b, BAND, to - from);
	/* Of a state that is only passed through there is no more to see. */
	if (state < ST_COUNT && to - from >= 15)
		fprintf(picture->out, "<text x=\"%d\" y=\"13\">%s</text>", BAND / 2,
			state_name(state));
	if (to - from >= 26 && picture->names && conn != NULL)
		fprintf(picture->out, "<text class=\"c\" x=\"%d\" y=\"23\">%s</text>", BAND - 4,
			conn);
	fputs("</g>\n", picture->out);
}

static void put_bands(const struct picture *picture, enum side side, double top)
{
	const struct rows *rows = &picture->rows;
	const struct event *state = NULL;
	double from = top + HEAD - 6;
	int a = -1;

	for (size_t i = 0; i <= rows->count; i++) {
		const struct event *next = i < rows->count ? rows->row[i].state[side] : NULL;
		double to = picture->place[i].y;

		if (next == NULL && i < rows->count)
			continue;
		if (next != NULL)
			to += offset_in_row(picture, &rows->row[i], side);
		put_band(picture, side,
			 state != NULL  ? state->state.to
			 : next != NULL ? next->state.from
					: ST_COUNT,
			 state == NULL ? NULL : state->conn, from, to, a, (int)i);
		state = next;
		from = to;
		a = (int)i;
	}
}

/* -- Arrows */

/* x as seen from the sender: 0 at its band, the wire's width at the receiver's. */
static int along(bool to_right, int x)
{
	return to_right ? WIRE_BEGIN + x : WIRE_END - x;
}

static double slope(int x)
{
	return DEPARTS + (ARRIVES - DEPARTS) * (double)x / (WIRE_END - WIRE_BEGIN);
}

static void put_arrow(const struct picture *picture, const char *class, bool to_right, int from)
{
	int back = to_right ? -9 : 9;

	fprintf(picture->out, "<path class=\"%s\" d=\"M%d %gL%d %dm0 0l%d -4.2v8z\"/>", class,
		along(to_right, from), slope(from), along(to_right, WIRE_END - WIRE_BEGIN), ARRIVES,
		back);
}

static void put_frame_line(const struct picture *picture, const struct row *row)
{
	const char *fate = row->event->frame.fate;
	bool to_right = rows_side(&picture->rows, row->event->who) == SIDE_LEFT;
	bool rst = row->event->frame.tcp && row->event->frame.segment.flags & SEG_RST;
	int lost = WIRE_END - WIRE_BEGIN - LOST, held = WIRE_END - WIRE_BEGIN - HOLD;

	if (row->released) {
		put_arrow(picture, "a wait", to_right, held);
	} else if (fate != NULL && strcmp(fate, "held") == 0) {
		fprintf(picture->out,
			"<path class=\"a wait\" d=\"M%d %dL%d %gm-2 -5v10m4 0v-10\"/>",
			along(to_right, 0), DEPARTS, along(to_right, held), slope(held));
	} else if (!row_arrives(row)) {
		fprintf(picture->out,
			"<path class=\"a bad x\" d=\"M%d %dL%d %gm-5 -5l10 10m0 -10l-10 10\"/>",
			along(to_right, 0), DEPARTS, along(to_right, lost), slope(lost));
	} else {
		put_arrow(picture,
			  fate != NULL && strcmp(fate, "corrupted") == 0 ? "a hurt"
			  : rst                                          ? "a bad"
									 : "a",
			  to_right, 0);
		if (fate != NULL && strcmp(fate, "duplicated") == 0)
			fprintf(picture->out, "<path class=\"a\" d=\"M%d %dL%d %d\"/>",
				along(to_right, 0), DEPARTS + 4,
				along(to_right, WIRE_END - WIRE_BEGIN), ARRIVES + 4);
	}
}

static void put_frame(const struct picture *picture, const struct row *row)
{
	const char *fate = row->released ? "released" : row->event->frame.fate;
	char text[DESCRIBE_STRLEN], *rest;

	put_frame_line(picture, row);
	describe_frame(row->event, text);
	text_cut(text, LABEL_WIDTH - (fate == NULL ? 0 : text_width(fate) + 1));
	rest = text + strcspn(text, " ");
	fprintf(picture->out, "<text class=\"m\" x=\"%d\" y=\"11\"><tspan class=\"f\">%.*s</tspan>",
		WIRE_MIDDLE, (int)(rest - text), text);
	markup_text(picture->out, rest);
	if (fate != NULL)
		fprintf(picture->out, " <tspan class=\"%s\">%s</tspan>",
			row_arrives(row) || strcmp(fate, "held") == 0 ? "late" : "fate", fate);
	fputs("</text>", picture->out);
}

/* What becomes of a held frame: from the row where it was kept to the one where it went on. */
static void put_hold(const struct picture *picture, size_t released)
{
	const struct row *row = &picture->rows.row[released];
	bool to_right = rows_side(&picture->rows, row->event->who) == SIDE_LEFT;
	int x = WIRE_END - WIRE_BEGIN - HOLD;

	for (size_t i = 0; i < released; i++)
		if (picture->rows.row[i].arrow && picture->rows.row[i].event == row->event)
			fprintf(picture->out,
				"<path class=\"hold\" data-x=\"%d\" data-a=\"%zu\" data-b=\"%zu\" "
				"d=\"M%d %gV%g\"/>\n",
				along(to_right, x), i, released, along(to_right, x),
				picture->place[i].y + slope(x) + 6,
				picture->place[released].y + slope(x));
}

/* -- Rows */

static void put_time(const struct picture *picture, const struct row *row,
		     const struct place *place)
{
	double ms = (double)row->t_ns / 1e6;
	int y = row->arrow ? 19 : row_kind(row) == ROW_ACROSS ? 18 : 14;

	if (ms < 1000)
		fprintf(picture->out, "<text class=\"t\" x=\"%d\" y=\"%d\">%.3f</text>", TIME_END,
			y, ms);
	else
		fprintf(picture->out, "<text class=\"t\" x=\"%d\" y=\"%d\">%.3f s</text>", TIME_END,
			y, ms / 1e3);
	if (place->idle_ms >= LATE_MS)
		fprintf(picture->out, "<text class=\"gap\" x=\"%d\" y=\"-1\">+%.3g %s</text>",
			TIME_END, place->idle_ms / (place->idle_ms < HOUR_MS ? 1e3 : HOUR_MS),
			place->idle_ms < HOUR_MS ? "s" : "h");
}

/* Between the bands where its words have room there, else over them. */
static void put_pill(const struct picture *picture, const struct row *row)
{
	char text[DESCRIBE_STRLEN];
	int width;

	row_text(row, text);
	text_cut(text, PILL_WIDTH);
	width = (int)text_width(text) * 6 + 20;
	if (width < WIRE_END - WIRE_BEGIN - 20)
		width = WIRE_END - WIRE_BEGIN - 20;
	fprintf(picture->out,
		"<rect class=\"pill\" x=\"%d\" y=\"5\" width=\"%d\" height=\"19\" rx=\"9.5\"/>"
		"<text class=\"w\" x=\"%d\" y=\"18\">",
		WIRE_MIDDLE - width / 2, width, WIRE_MIDDLE);
	markup_text(picture->out, text);
	fputs("</text>", picture->out);
}

static void put_note(const struct picture *picture, const struct row *row)
{
	bool right = row->note[SIDE_RIGHT];
	char text[DESCRIBE_STRLEN];

	row_text(row, text);
	text_cut(text, NOTE_WIDTH);
	fprintf(picture->out, "<text class=\"n%s%s\" x=\"%d\" y=\"14\">", right ? " r" : "",
		row->event->kind == EV_CALL    ? ""
		: row->event->kind == EV_GUARD ? " g"
					       : " q",
		right ? WIRE_END - 7 : WIRE_BEGIN + 7);
	markup_text(picture->out, text);
	fputs("</text>", picture->out);
}

static void put_row(const struct picture *picture, size_t i)
{
	const struct row *row = &picture->rows.row[i];
	const struct place *place = &picture->place[i];
	bool warp = row_kind(row) == ROW_ACROSS && row->event->kind == EV_CALL &&
		    strcmp(row->event->call.name, "warp") == 0;

	fprintf(picture->out, "<g class=\"row%s\" transform=\"translate(0 %g)\"",
		warp ? " warp" : "", place->y);
	if (place->idle_ms >= 1)
		fprintf(picture->out, " data-ms=\"%.0f\"", place->idle_ms);
	fputs("><title>", picture->out);
	row_details(&picture->rows, row, picture->out);
	fprintf(picture->out, "</title><rect class=\"h\" width=\"%d\" height=\"%g\"/>", WIDTH,
		row_height(row));
	put_time(picture, row, place);
	switch (row_kind(row)) {
	case ROW_FRAME: put_frame(picture, row); break;
	case ROW_NOTE: put_note(picture, row); break;
	case ROW_ACROSS:
	case ROW_CUT: put_pill(picture, row); break;
	case ROW_STATE: break;
	}
	fputs("</g>\n", picture->out);
}

static void put_head(const struct picture *picture, double top)
{
	for (enum side side = SIDE_LEFT; side <= SIDE_RIGHT; side++) {
		enum who who = rows_end(&picture->rows, side);
		const char *role = picture->ladder->role[who];
		int x = (side == SIDE_LEFT ? LEFT_BAND : WIRE_END) + BAND / 2;

		fprintf(picture->out, "<text class=\"end %s\" x=\"%d\" y=\"%g\">%s</text>",
			who_name(who), x, top + 14,
			who == WHO_LWIP     ? "lwIP"
			: who == WHO_KERNEL ? "kernel"
			: who == WHO_OTHERS ? "others"
					    : "raw end");
		fprintf(picture->out, "<text class=\"role\" x=\"%d\" y=\"%g\">", x, top + 28);
		markup_text(picture->out, role == NULL ? "" : role);
		fputs("</text>", picture->out);
	}
	fprintf(picture->out, "<text class=\"t\" x=\"%d\" y=\"%g\">ms</text>\n", TIME_END,
		top + 28);
}

static bool has_several_connections(const struct timeline *timeline)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_STATE && event->conn != NULL &&
		    strcmp(event->conn, "c2") == 0)
			return true;
	}
	return false;
}

/* What a file of its own has and a page has elsewhere. */
static void put_title(const struct svg_ladder *ladder, FILE *out)
{
	char title[DESCRIBE_STRLEN];

	snprintf(title, sizeof(title), "%s", ladder->title);
	text_cut(title, TITLE_WIDTH);
	fputs("<style>\n", out);
	markup_colours(out);
	fprintf(out,
		"%s</style>\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" "
		"style=\"fill:var(--card)\"/>\n<text class=\"ttl\" x=\"14\" y=\"22\">",
		markup_ladder_css);
	markup_text(out, title);
	fputs("</text><text class=\"sub\" x=\"14\" y=\"37\">", out);
	markup_text(out, ladder->name);
	fputs("</text>\n", out);
}

static void draw(const struct svg_ladder *ladder, double top, bool alone, FILE *out)
{
	struct picture picture = { .ladder = ladder, .out = out };

	rows_lay_out(&picture.rows, ladder->timeline, ladder->last, ladder->verbose);
	picture.names = has_several_connections(ladder->timeline);
	find_places(&picture, top);
	fprintf(out, "<svg%s class=\"ladder\" viewBox=\"0 0 %d %g\"",
		alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", WIDTH, picture.end);
	if (alone)
		fprintf(out, " width=\"%d\" height=\"%g\"", WIDTH * 3 / 2, picture.end * 3 / 2);
	fputs(" role=\"img\" aria-label=\"ladder of ", out);
	markup_text(out, ladder->name);
	fputs("\">\n", out);
	if (alone)
		put_title(ladder, out);
	put_head(&picture, top);
	put_bands(&picture, SIDE_LEFT, top);
	put_bands(&picture, SIDE_RIGHT, top);
	for (size_t i = 0; i < picture.rows.count; i++)
		if (picture.rows.row[i].released)
			put_hold(&picture, i);
	for (size_t i = 0; i < picture.rows.count; i++)
		put_row(&picture, i);
	fputs("</svg>\n", out);
	free(picture.place);
	rows_free(&picture.rows);
}

void svg_ladder_write(const struct svg_ladder *ladder, FILE *out)
{
	draw(ladder, TITLE, true, out);
}

void svg_ladder_embed(const struct svg_ladder *ladder, FILE *out)
{
	draw(ladder, 0, false, out);
}
