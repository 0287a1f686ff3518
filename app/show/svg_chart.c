/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the top: the title, what y counts, the plot with the names of the lines at their ends, the
 * ticks of x and what it counts, the legend in two columns.
 */
#include "show/svg_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "show/markup.h"
#include "show/style.h"

/* Places, in the picture's units. */
enum {
	WIDTH = 400,
	LEFT = 46,
	RIGHT = WIDTH - 106, /* names stand beyond */
	TOP = 46,
	BOTTOM = TOP + 165,
	LEGEND = BOTTOM + 52,
	LEGEND_ROW = 17,
	COLUMN = WIDTH / 2,
	NAME_ROW = 12,
	HEAD = 48, /* above the charts, in a file of its own */
	MARGIN = 10,
};

/* Characters that have room. */
#define NAME_WIDTH   13
#define LEGEND_WIDTH 16
/* Likewise in the head, for each chart below it. */
#define TITLE_ROOM   44
#define COMMAND_ROOM 56

#define Y_TICKS 5
#define X_TICKS 6

struct scale {
	double end, step; /* of a logarithmic one: the decades of its end */
	bool log;
};

struct drawing {
	const struct svg_chart *chart;
	struct scale x, y;
	FILE *out;
};

/* -- Numbers */

/* The least of 1, 2, 5, 10, 20, 50 … that is not below. */
static double round_up(double value)
{
	double decade = pow(10, floor(log10(value)));
	double digit = value / decade * (1 - 1e-9);

	return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * decade;
}

static void put_number(double value, FILE *out)
{
	if (value >= 1e6 && fmod(value, 1e5) == 0)
		fprintf(out, "%gM", value / 1e6);
	else if (value >= 1e4 && fmod(value, 1e3) == 0)
		fprintf(out, "%gk", value / 1e3);
	else if (value == floor(value))
		fprintf(out, "%.0f", value);
	else
		fprintf(out, "%.3g", value);
}

/* The greatest value of a series; 0, if none is known. */
static double most(const struct svg_chart *chart, const struct chart_series *series)
{
	double most = 0;

	for (size_t i = 0; i < chart->points; i++)
		if (series->y[i] > most)
			most = series->y[i];
	return most;
}

/* The number of its last point whose value is known; -1: there is none. */
static int last_known(const struct svg_chart *chart, const struct chart_series *series)
{
	int last = (int)chart->points - 1;

	while (last >= 0 && isnan(series->y[last]))
		last--;
	return last;
}

static void put_most(const struct svg_chart *chart, const struct chart_series *series, FILE *out)
{
	if (last_known(chart, series) < 0) {
		fputs("not known", out);
		return;
	}
	fputs("most ", out);
	put_number(most(chart, series), out);
}

static bool has_only_counts(const struct svg_chart *chart)
{
	for (size_t s = 0; s < chart->count; s++)
		for (size_t i = 0; i < chart->points; i++)
			if (!isnan(chart->series[s].y[i]) &&
			    chart->series[s].y[i] != floor(chart->series[s].y[i]))
				return false;
	return true;
}

/* -- Scales */

/* 1 at 1, and 1 more with each decade, so that there is a place for 0. */
static double decades(double value)
{
	return value < 1 ? value : 1 + log10(value);
}

static struct scale y_scale(const struct svg_chart *chart)
{
	struct scale scale = { .log = chart->log_y };
	double end = chart->limit_name != NULL ? chart->limit : 0;

	for (size_t s = 0; s < chart->count; s++)
		end = fmax(end, most(chart, &chart->series[s]));
	if (end <= 0)
		end = 1;
	if (scale.log) {
		scale.end = decades(round_up(end));
		return scale;
	}
	scale.step = round_up(end / Y_TICKS);
	if (scale.step < 1 && has_only_counts(chart))
		scale.step = 1;
	scale.end = ceil(end / scale.step * (1 - 1e-9)) * scale.step;
	return scale;
}

static struct scale x_scale(const struct svg_chart *chart)
{
	double end = chart->points > 0 ? chart->x[chart->points - 1] : 0;

	if (end <= 0)
		end = 1;
	return (struct scale){ .end = end, .step = round_up(end / X_TICKS) };
}

/* To a tenth, which is as fine as anybody sees. */
static double place(double at)
{
	return round(at * 10) / 10;
}

static double x_of(const struct drawing *drawing, double value)
{
	return place(LEFT + (RIGHT - LEFT) * value / drawing->x.end);
}

static double y_of(const struct drawing *drawing, double value)
{
	const struct scale *scale = &drawing->y;

	if (value < 0)
		value = 0;
	return place(BOTTOM - (BOTTOM - TOP) * (scale->log ? decades(value) : value) / scale->end);
}

/* -- Axes */

static void put_y_tick(const struct drawing *drawing, double value)
{
	double y = y_of(drawing, value);

	fprintf(drawing->out,
		"<path class=\"%s\" d=\"M%d %gH%d\"/><text class=\"ax y\" x=\"%d\" "
		"y=\"%g\">",
		value > 0 ? "grid" : "base", LEFT, y, RIGHT, LEFT - 6, y + 3.8);
	put_number(value, drawing->out);
	fputs("</text>\n", drawing->out);
}

static void put_y_axis(const struct drawing *drawing)
{
	const struct scale *scale = &drawing->y;

	if (scale->log)
		for (double value = 1; decades(value) <= scale->end + 1e-9; value *= 10)
			put_y_tick(drawing, value);
	else
		for (int i = 1; i * scale->step <= scale->end * (1 + 1e-9); i++)
			put_y_tick(drawing, i * scale->step);
	put_y_tick(drawing, 0);
	fprintf(drawing->out, "<text class=\"ax\" x=\"%d\" y=\"%d\">", MARGIN, TOP - 14);
	markup_text(drawing->out, drawing->chart->y_title);
	fprintf(drawing->out, "%s</text>\n", scale->log ? ", logarithmic" : "");
}

static void put_x_axis(const struct drawing *drawing)
{
	const struct scale *scale = &drawing->x;

	for (int i = 0; i * scale->step <= scale->end * (1 + 1e-9); i++) {
		double x = x_of(drawing, i * scale->step);

		fprintf(drawing->out,
			"<path class=\"base\" d=\"M%g %dv4\"/><text class=\"ax x\" x=\"%g\" "
			"y=\"%d\">",
			x, BOTTOM, x, BOTTOM + 16);
		put_number(i * scale->step, drawing->out);
		fputs("</text>\n", drawing->out);
	}
	fprintf(drawing->out, "<text class=\"ax x\" x=\"%d\" y=\"%d\">", (LEFT + RIGHT) / 2,
		BOTTOM + 31);
	markup_text(drawing->out, drawing->chart->x_title);
	fputs("</text>\n", drawing->out);
}

static void put_limit(const struct drawing *drawing)
{
	const struct svg_chart *chart = drawing->chart;
	double y;

	if (chart->limit_name == NULL)
		return;
	y = y_of(drawing, chart->limit);
	fprintf(drawing->out, "<g class=\"lim\"><path d=\"M%d %gH%d\"/><text x=\"%d\" y=\"%g\">",
		LEFT, y, RIGHT, LEFT + 6, y - 4);
	markup_text(drawing->out, chart->limit_name);
	putc(' ', drawing->out);
	put_number(chart->limit, drawing->out);
	fputs("</text></g>\n", drawing->out);
}

/* -- Lines */

static void put_line(const struct drawing *drawing, const struct chart_series *series)
{
	const struct svg_chart *chart = drawing->chart;
	size_t drawn = 0; /* points of the piece at hand */
	double y = 0;

	fputs("<path d=\"", drawing->out);
	for (size_t i = 0; i < chart->points; i++) {
		double x = x_of(drawing, chart->x[i]), before = y;
		bool ends = i + 1 == chart->points || isnan(series->y[i + 1]);

		if (isnan(series->y[i])) {
			drawn = 0;
			continue;
		}
		y = y_of(drawing, series->y[i]);
		if (drawn++ == 0)
			fprintf(drawing->out, "M%g %g%s", x, y, ends ? "h.1" : "");
		else if (!series->steps)
			fprintf(drawing->out, "L%g %g", x, y);
		else if (y != before)
			fprintf(drawing->out, "H%gV%g", x, y);
		else if (ends)
			fprintf(drawing->out, "H%g", x);
	}
	fputs("\"/>", drawing->out);
}

static void put_amounts(const struct drawing *drawing, const struct chart_series *series)
{
	int last = last_known(drawing->chart, series);

	fputs("<title>", drawing->out);
	markup_text(drawing->out, series->name);
	fputs(": ", drawing->out);
	put_most(drawing->chart, series, drawing->out);
	if (last >= 0) {
		fputs(", at last ", drawing->out);
		put_number(series->y[last], drawing->out);
	}
	fputs("</title>", drawing->out);
}

static void open_series(const struct drawing *drawing, const struct chart_series *series)
{
	fprintf(drawing->out, "<g class=\"l %s d%u\">", series->paint, series->look % CHART_LOOKS);
}

/* -- The names at the ends of the lines */

struct name {
	const struct chart_series *series;
	double end; /* y of the line's end */
	double y;   /* of the name's middle */
};

static int by_place(const void *a, const void *b)
{
	const struct name *first = a, *second = b;

	if (first->end != second->end)
		return first->end < second->end ? -1 : 1;
	return first->series < second->series ? -1 : 1; /* as they are listed */
}

/* Apart from each other, and none below the plot. */
static void spread(struct name *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		double least = i == 0 ? TOP - 4 : names[i - 1].y + NAME_ROW;

		names[i].y = fmax(names[i].end, least);
	}
	for (size_t i = count; i-- > 0;) {
		double greatest = i + 1 == count ? BOTTOM : names[i + 1].y - NAME_ROW;

		names[i].y = fmin(names[i].y, greatest);
	}
}

static void put_name(const struct drawing *drawing, const struct name *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", name->series->name);
	text_cut(text, NAME_WIDTH);
	open_series(drawing, name->series);
	fprintf(drawing->out, "<path class=\"lead\" d=\"M%d %gL%d %g\"/><text x=\"%d\" y=\"%g\">",
		RIGHT + 1, name->end, RIGHT + 8, place(name->y), RIGHT + 11, place(name->y + 3.8));
	markup_text(drawing->out, text);
	fputs("</text></g>\n", drawing->out);
}

static void put_names(const struct drawing *drawing)
{
	const struct svg_chart *chart = drawing->chart;
	struct name names[CHART_SERIES] = { 0 };
	size_t count = 0;

	for (size_t s = 0; s < chart->count && s < CHART_SERIES; s++) {
		int last = last_known(chart, &chart->series[s]);

		if (last < 0)
			continue;
		names[count].series = &chart->series[s];
		names[count++].end = y_of(drawing, chart->series[s].y[last]);
	}
	qsort(names, count, sizeof(*names), by_place);
	spread(names, count);
	for (size_t i = 0; i < count; i++)
		put_name(drawing, &names[i]);
}

/* -- The whole */

static int height_of(const struct svg_chart *chart)
{
	return LEGEND + ((int)chart->count - 1) / 2 * LEGEND_ROW + 12;
}

static void put_legend(const struct drawing *drawing)
{
	for (size_t s = 0; s < drawing->chart->count; s++) {
		const struct chart_series *series = &drawing->chart->series[s];
		int x = MARGIN + (int)(s % 2) * COLUMN, y = LEGEND + (int)(s / 2) * LEGEND_ROW;
		char text[64];

		snprintf(text, sizeof(text), "%s", series->name);
		text_cut(text, LEGEND_WIDTH);
		open_series(drawing, series);
		fprintf(drawing->out, "<path d=\"M%d %dh32\"/><text x=\"%d\" y=\"%d\">", x, y - 4,
			x + 38, y);
		markup_text(drawing->out, text);
		fputs(" <tspan class=\"amount\">", drawing->out);
		put_most(drawing->chart, series, drawing->out);
		fputs("</tspan></text></g>\n", drawing->out);
	}
}

static void put_label(const struct svg_chart *chart, FILE *out)
{
	markup_text(out, chart->title);
	for (size_t s = 0; s < chart->count; s++) {
		fputs(s == 0 ? ": " : ", ", out);
		markup_text(out, chart->series[s].name);
		putc(' ', out);
		put_most(chart, &chart->series[s], out);
	}
}

static void draw(const struct svg_chart *chart, FILE *out)
{
	struct drawing drawing = {
		.chart = chart, .x = x_scale(chart), .y = y_scale(chart), .out = out
	};

	fprintf(out, "<text class=\"ttl\" x=\"%d\" y=\"15\">", MARGIN);
	markup_text(out, chart->title);
	fputs("</text>\n", out);
	put_y_axis(&drawing);
	put_x_axis(&drawing);
	for (size_t s = 0; s < chart->count; s++) {
		open_series(&drawing, &chart->series[s]);
		put_amounts(&drawing, &chart->series[s]);
		put_line(&drawing, &chart->series[s]);
		fputs("</g>\n", out);
	}
	put_limit(&drawing); /* its words stay legible, whatever runs there */
	put_names(&drawing);
	put_legend(&drawing);
}

void svg_chart_embed(const struct svg_chart *chart, FILE *out)
{
	fprintf(out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
		height_of(chart));
	put_label(chart, out);
	fputs("\">\n", out);
	draw(chart, out);
	fputs("</svg>\n", out);
}

static void put_head(const char *title, const char *name, size_t charts, FILE *out)
{
	char text[200];

	snprintf(text, sizeof(text), "%s", title);
	text_cut(text, TITLE_ROOM * charts);
	fputs("<style>\n", out);
	markup_colours(out);
	fprintf(out,
		"%s</style>\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" "
		"style=\"fill:var(--card)\"/>\n<text class=\"head\" x=\"%d\" y=\"22\">",
		markup_chart_css, MARGIN);
	markup_text(out, text);
	fprintf(out, "</text><text class=\"sub\" x=\"%d\" y=\"37\">", MARGIN);
	snprintf(text, sizeof(text), "%s", name);
	text_cut(text, COMMAND_ROOM * charts);
	markup_text(out, text);
	fputs("</text>\n", out);
}

void svg_chart_write(const struct svg_chart *charts, size_t count, const char *title,
		     const char *name, FILE *out)
{
	int width = (int)count * WIDTH, height = 0;

	for (size_t i = 0; i < count; i++)
		if (height_of(&charts[i]) > height)
			height = height_of(&charts[i]);
	height += HEAD;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
		width, height, width, height);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "" : "; ", out);
		put_label(&charts[i], out);
	}
	fputs("\">\n", out);
	put_head(title, name, count, out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "<g transform=\"translate(%d %d)\">\n", (int)i * WIDTH, HEAD);
		draw(&charts[i], out);
		fputs("</g>\n", out);
	}
	fputs("</svg>\n", out);
}
