/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The places are those of the RFC's figure: opening above, active close on the left, passive close
 * on the right, CLOSED at both ends of a connection's life.
 */
#include "show/svg_diagram.h"

#include <stdbool.h>
#include <stddef.h>

#include "show/markup.h"
#include "tcp/state.h"

enum { WIDTH = 960, HEIGHT = 790, LEGEND = 62, BOX_WIDTH = 196, BOX_HEIGHT = 54, BARE_WIDTH = 130 };

/* A state's box: where its middle is. CLOSED has two. */
static const struct box {
	enum state state;
	int x, y;
	bool bare; /* nothing leads from it straight to CLOSED that is not drawn */
} boxes[] = {
	{ ST_CLOSED, 480, 30, true },        { ST_LISTEN, 480, 142, true },
	{ ST_SYN_RCVD, 120, 260, false },    { ST_SYN_SENT, 840, 260, false },
	{ ST_ESTABLISHED, 480, 392, false }, { ST_FIN_WAIT_1, 120, 500, false },
	{ ST_CLOSE_WAIT, 840, 500, false },  { ST_FIN_WAIT_2, 120, 640, false },
	{ ST_CLOSING, 480, 604, false },     { ST_LAST_ACK, 840, 640, false },
	{ ST_TIME_WAIT, 480, 750, false },   { ST_CLOSED, 840, 750, true },
};
#define BOXES (sizeof(boxes) / sizeof(boxes[0]))

/* An arrow: an edge by its ends and one of its triggers, its way, and its words. */
static const struct arrow {
	enum state from, to;
	enum trigger by;
	const char *way;
	int x, y;           /* of the words */
	const char *anchor; /* of the words: start, middle, end */
	const char *words[2];
} arrows[] = {
	{ ST_CLOSED, ST_LISTEN, BY_CALL, "M455 48V122", 447, 90, "end", { "passive OPEN", NULL } },
	{ ST_LISTEN, ST_CLOSED, BY_CALL, "M505 124V50", 513, 90, "start", { "CLOSE", NULL } },
	{ ST_CLOSED,
	  ST_SYN_SENT,
	  BY_CALL,
	  "M545 22H852Q872 22 872 42V231",
	  706,
	  15,
	  "middle",
	  { "active OPEN / SYN", NULL } },
	{ ST_SYN_SENT,
	  ST_CLOSED,
	  BY_CALL,
	  "M812 233V58Q812 38 792 38H547",
	  706,
	  54,
	  "middle",
	  { "CLOSE", NULL } },
	{ ST_LISTEN,
	  ST_SYN_RCVD,
	  BY_SEGMENT,
	  "M415 150C300 156 180 170 168 231",
	  338,
	  183,
	  "middle",
	  { "SYN / SYN,ACK", NULL } },
	{ ST_SYN_RCVD,
	  ST_LISTEN,
	  BY_RST,
	  "M90 233C96 140 250 132 413 134",
	  172,
	  127,
	  "middle",
	  { "RST (note 1)", NULL } },
	{ ST_LISTEN,
	  ST_SYN_SENT,
	  BY_CALL,
	  "M545 142C660 144 770 160 784 231",
	  640,
	  170,
	  "middle",
	  { "SEND / SYN", NULL } },
	{ ST_SYN_SENT,
	  ST_SYN_RCVD,
	  BY_SEGMENT,
	  "M742 250H220",
	  480,
	  243,
	  "middle",
	  { "SYN / SYN,ACK", NULL } },
	{ ST_SYN_SENT,
	  ST_ESTABLISHED,
	  BY_SEGMENT,
	  "M742 274C640 278 530 300 520 363",
	  650,
	  312,
	  "middle",
	  { "SYN,ACK / ACK", NULL } },
	{ ST_SYN_RCVD,
	  ST_ESTABLISHED,
	  BY_SEGMENT,
	  "M218 274C320 278 430 300 440 363",
	  316,
	  312,
	  "middle",
	  { "ACK of SYN", NULL } },
	{ ST_SYN_RCVD,
	  ST_FIN_WAIT_1,
	  BY_CALL,
	  "M100 287V471",
	  108,
	  400,
	  "start",
	  { "CLOSE / FIN", NULL } },
	{ ST_SYN_RCVD,
	  ST_CLOSE_WAIT,
	  BY_SEGMENT,
	  "M172 287C176 338 220 338 300 338H680C780 338 826 390 832 471",
	  690,
	  366,
	  "middle",
	  { "FIN / ACK", NULL } },
	{ ST_ESTABLISHED,
	  ST_FIN_WAIT_1,
	  BY_CALL,
	  "M430 419C420 470 330 488 220 489",
	  330,
	  463,
	  "middle",
	  { "CLOSE / FIN", NULL } },
	{ ST_ESTABLISHED,
	  ST_CLOSE_WAIT,
	  BY_SEGMENT,
	  "M530 419C540 470 630 488 740 489",
	  634,
	  463,
	  "middle",
	  { "FIN / ACK", NULL } },
	{ ST_FIN_WAIT_1,
	  ST_FIN_WAIT_2,
	  BY_SEGMENT,
	  "M100 527V611",
	  108,
	  574,
	  "start",
	  { "ACK of FIN", NULL } },
	{ ST_FIN_WAIT_1,
	  ST_CLOSING,
	  BY_SEGMENT,
	  "M218 511C340 512 440 528 470 575",
	  330,
	  545,
	  "middle",
	  { "FIN / ACK", NULL } },
	{ ST_FIN_WAIT_1,
	  ST_TIME_WAIT,
	  BY_SEGMENT,
	  "M186 527C270 600 270 710 380 737",
	  298,
	  668,
	  "start",
	  { "FIN, ACK of FIN / ACK", "(note 2)" } },
	{ ST_FIN_WAIT_2,
	  ST_TIME_WAIT,
	  BY_SEGMENT,
	  "M120 667C122 740 240 762 380 763",
	  128,
	  765,
	  "middle",
	  { "FIN / ACK", NULL } },
	{ ST_CLOSING,
	  ST_TIME_WAIT,
	  BY_SEGMENT,
	  "M480 631V721",
	  488,
	  684,
	  "start",
	  { "ACK of FIN", NULL } },
	{ ST_CLOSE_WAIT,
	  ST_LAST_ACK,
	  BY_CALL,
	  "M840 527V611",
	  848,
	  574,
	  "start",
	  { "CLOSE / FIN", NULL } },
	{ ST_LAST_ACK,
	  ST_CLOSED,
	  BY_SEGMENT,
	  "M840 667V730",
	  848,
	  703,
	  "start",
	  { "ACK of FIN", NULL } },
	{ ST_TIME_WAIT,
	  ST_CLOSED,
	  BY_TIMEOUT,
	  "M578 750H773",
	  676,
	  743,
	  "middle",
	  { "2MSL time-out", NULL } },
};
#define ARROWS (sizeof(arrows) / sizeof(arrows[0]))

static bool is_set(const uint64_t edges[2], int end, unsigned int edge)
{
	return edges[end] >> edge & 1;
}

const char *svg_diagram_word(const struct svg_diagram *diagram, int end, unsigned int edge)
{
	return is_set(diagram->walked, end, edge)        ? "walked"
	       : is_set(diagram->unreachable, end, edge) ? "unreachable"
							 : "missing";
}

/* Of an edge as a whole. */
static const char *class_of(const struct svg_diagram *diagram, unsigned int edge)
{
	bool lwip = is_set(diagram->walked, 0, edge), kernel = is_set(diagram->walked, 1, edge);

	if (lwip || kernel)
		return lwip && kernel ? "both" : lwip ? "lwip" : "kernel";
	return is_set(diagram->unreachable, 0, edge) || is_set(diagram->unreachable, 1, edge)
		       ? "unreachable"
		       : "missing";
}

static void open_edge(const struct svg_diagram *diagram, unsigned int i, FILE *out)
{
	const struct edge *edge = &state_edges[i];

	fprintf(out, "<g class=\"e %s\" data-e=\"%u\"><title>%s → %s: ", class_of(diagram, i), i,
		state_name(edge->from), state_name(edge->to));
	markup_text(out, edge->event);
	fputs(" (RFC 9293, ", out);
	markup_text(out, edge->rfc);
	fprintf(out, ")\nlwIP: %s\nkernel: %s</title>", svg_diagram_word(diagram, 0, i),
		svg_diagram_word(diagram, 1, i));
}

/* One dot for each stack: full, crossed out or hollow. */
static void put_dots(const struct svg_diagram *diagram, unsigned int edge, double x, double y,
		     FILE *out)
{
	static const char *const stacks[] = { "l", "k" };

	for (int end = 0; end < 2; end++) {
		const char *word = svg_diagram_word(diagram, end, edge);

		fprintf(out, "<circle class=\"%s %s\" cx=\"%g\" cy=\"%g\" r=\"3.2\"/>", stacks[end],
			word, x + end * 9, y);
		if (*word == 'u')
			fprintf(out, "<path class=\"no\" d=\"M%g %gl4.4 4.4m0-4.4l-4.4 4.4\"/>",
				x + end * 9 - 2.2, y - 2.2);
	}
}

/* -- Arrows */

static const struct arrow *arrow_of(const struct edge *edge)
{
	for (size_t i = 0; i < ARROWS; i++)
		if (arrows[i].from == edge->from && arrows[i].to == edge->to &&
		    edge->by & (unsigned int)arrows[i].by)
			return &arrows[i];
	return NULL;
}

/* About as wide as the words are. */
static double width_of(const char *words)
{
	double width = 0;

	for (; *words != '\0'; words++)
		width += *words >= 'A' && *words <= 'Z' ? 7.9 : *words == ' ' ? 3.2 : 6;
	return width;
}

static void put_arrow(const struct svg_diagram *diagram, unsigned int edge,
		      const struct arrow *arrow, FILE *out)
{
	double width = width_of(arrow->words[0]) + 22;
	double x = *arrow->anchor == 's'   ? arrow->x
		   : *arrow->anchor == 'e' ? arrow->x - width
					   : arrow->x - width / 2;

	open_edge(diagram, edge, out);
	fprintf(out, "<path class=\"h\" d=\"%s\"/><path class=\"w\" d=\"%s\"/>", arrow->way,
		arrow->way);
	put_dots(diagram, edge, x + 4, arrow->y - 4, out);
	for (int i = 0; i < 2 && arrow->words[i] != NULL; i++) {
		fprintf(out, "<text x=\"%g\" y=\"%d\">", x + 21, arrow->y + 14 * i);
		markup_text(out, arrow->words[i]);
		fputs("</text>", out);
	}
	fputs("</g>\n", out);
}

/* -- Boxes */

static const char *badge_text(const struct edge *edge)
{
	return edge->by & BY_ABORT ? "ABORT"
	       : edge->by & BY_RST ? "RST"
	       : edge->by & BY_SYN ? "SYN"
				   : "time-out";
}

static double put_badge(const struct svg_diagram *diagram, unsigned int edge, double x, double y,
			FILE *out)
{
	const char *text = badge_text(&state_edges[edge]);
	double width = width_of(text) * 0.88 + 26;

	open_edge(diagram, edge, out);
	fprintf(out, "<rect class=\"p\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"17\" rx=\"8.5\"/>",
		x, y, width);
	put_dots(diagram, edge, x + 7, y + 8.5, out);
	fprintf(out, "<text class=\"s\" x=\"%g\" y=\"%g\">%s</text></g>\n", x + 22, y + 12, text);
	return width + 3;
}

static void put_box(const struct svg_diagram *diagram, const struct box *box, FILE *out)
{
	int width = box->bare ? BARE_WIDTH : BOX_WIDTH, height = box->bare ? 36 : BOX_HEIGHT;
	double all = -3, x;

	fprintf(out,
		"<g class=\"box s%d\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"9\"/>"
		"<text x=\"%d\" y=\"%d\">%s</text></g>\n",
		box->state, box->x - width / 2, box->y - height / 2, width, height, box->x,
		box->bare ? box->y + 5 : box->y - 8, state_name(box->state));
	if (box->bare)
		return;
	for (unsigned int i = 0; state_edges[i].from != state_edges[i].to; i++)
		if (state_edges[i].from == box->state && arrow_of(&state_edges[i]) == NULL)
			all += width_of(badge_text(&state_edges[i])) * 0.88 + 29;
	x = box->x - all / 2;
	for (unsigned int i = 0; state_edges[i].from != state_edges[i].to; i++)
		if (state_edges[i].from == box->state && arrow_of(&state_edges[i]) == NULL)
			x += put_badge(diagram, i, x, box->y + 3, out);
}

/* -- The whole */

static void put_heads(FILE *out)
{
	static const char *const classes[] = { "both", "lwip", "kernel", "unreachable", "missing" };

	fputs("<defs>", out);
	for (int i = 0; i < 5; i++)
		fprintf(out,
			"<marker id=\"head-%s\" class=\"head %s\" viewBox=\"0 0 10 10\" refX=\"9\" "
			"refY=\"5\" markerWidth=\"11\" markerHeight=\"11\" "
			"markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
			"<path d=\"M0 .8 10 5 0 9.2z\"/></marker>",
			classes[i], classes[i]);
	fputs("</defs>\n", out);
}

static void put_legend(FILE *out)
{
	static const struct {
		const char *class, *text;
		int x;
	} lines[] = { { "both", "walked on both", 30 },
		      { "lwip", "on lwIP alone", 190 },
		      { "kernel", "on the kernel alone", 345 },
		      { "unreachable", "shown to be out of reach", 535 },
		      { "missing", "not walked", 765 } };

	for (int i = 0; i < 5; i++)
		fprintf(out,
			"<g class=\"e %s\"><path class=\"w\" d=\"M%d %dh34\"/>"
			"<text x=\"%d\" y=\"%d\">%s</text></g>\n",
			lines[i].class, lines[i].x, HEIGHT + 14, lines[i].x + 42, HEIGHT + 18,
			lines[i].text);
	fprintf(out,
		"<g class=\"e\"><circle class=\"l walked\" cx=\"34\" cy=\"%d\" r=\"3.2\"/>"
		"<text x=\"42\" y=\"%d\">lwIP</text>"
		"<circle class=\"k walked\" cx=\"84\" cy=\"%d\" r=\"3.2\"/>"
		"<text x=\"92\" y=\"%d\">kernel</text>"
		"<text x=\"150\" y=\"%d\">full: walked · crossed: shown to be out of reach · "
		"hollow: "
		"not walked. In a box: straight to CLOSED.</text></g>\n",
		HEIGHT + 38, HEIGHT + 42, HEIGHT + 38, HEIGHT + 42, HEIGHT + 42);
}

static void draw(const struct svg_diagram *diagram, FILE *out)
{
	put_heads(out);
	for (unsigned int i = 0; state_edges[i].from != state_edges[i].to; i++) {
		const struct arrow *arrow = arrow_of(&state_edges[i]);

		if (arrow != NULL)
			put_arrow(diagram, i, arrow, out);
	}
	for (size_t i = 0; i < BOXES; i++)
		put_box(diagram, &boxes[i], out);
}

void svg_diagram_write(const struct svg_diagram *diagram, FILE *out)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"state diagram of TCP\">\n<style>\n",
		WIDTH, HEIGHT + LEGEND, WIDTH, HEIGHT + LEGEND);
	markup_colours(out);
	fprintf(out,
		"%s</style>\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" "
		"style=\"fill:var(--card)\"/>\n",
		markup_diagram_css);
	draw(diagram, out);
	put_legend(out);
	fputs("</svg>\n", out);
}

void svg_diagram_embed(const struct svg_diagram *diagram, FILE *out)
{
	fprintf(out,
		"<svg class=\"diagram\" viewBox=\"0 0 %d %d\" role=\"group\" "
		"aria-label=\"state diagram of TCP\">\n",
		WIDTH, HEIGHT + LEGEND);
	draw(diagram, out);
	put_legend(out);
	fputs("</svg>\n", out);
}
