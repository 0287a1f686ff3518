/* SPDX-License-Identifier: BSD-3-Clause */
#include "pictures.h"

#include <math.h>

#include "show/svg_chart.h"

/* The plot, in the picture's units: y goes down. */
enum { LEFT = 46, RIGHT = 294, TOP = 46, BOTTOM = 211 };

static const double x[] = { 0, 1, 2, 4 };
static double y[CHART_SERIES][4];
static struct chart_series series[CHART_SERIES];
static struct svg_chart chart;
static char *svg;

FIXTURE(make_one_series)
{
	memset(y, 0, sizeof(y));
	for (int i = 0; i < CHART_SERIES; i++)
		series[i] = (struct chart_series){ .name = "a",
						   .paint = "s3",
						   .look = (unsigned int)i,
						   .steps = true,
						   .y = y[i] };
	chart = (struct svg_chart){ .title = "Title",
				    .x_title = "seconds",
				    .y_title = "connections",
				    .x = x,
				    .points = 4,
				    .series = series,
				    .count = 1 };
	svg = NULL;
	return 0;
}

FIXTURE(free_picture)
{
	free(svg);
	return 0;
}

static void set(int i, double a, double b, double c, double d)
{
	y[i][0] = a;
	y[i][1] = b;
	y[i][2] = c;
	y[i][3] = d;
}

static void draw(void)
{
	free(svg);
	svg = WRITTEN(out, svg_chart_embed(&chart, out));
	assert_balanced(svg);
}

/* The line of the nth series, as its path says. */
static const char *line_of(int n)
{
	static char path[512];
	const char *at = svg;

	for (int i = 0; i <= n; i++) {
		at = strstr(i == 0 ? at : at + 1, "</title><path d=\"");
		if (at == NULL) {
			fail_msg("there is no series %d in\n%s", n, svg);
			return "";
		}
	}
	at += strlen("</title><path d=\"");
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	return path;
}

/* The y of the name at a line's end. */
static double place_of_name(const char *name)
{
	char mark[64];
	const char *at;

	snprintf(mark, sizeof(mark), "\">%s</text></g>", name);
	at = strstr(svg, mark);
	assert_non_null(at);
	while (strncmp(at, "y=\"", 3) != 0)
		at--;
	return strtod(at + 3, NULL);
}

/* -- Lines */

TEST(what_is_counted_goes_in_steps)
{
	set(0, 0, 5, 5, 10);
	draw();
	assert_string_equal(line_of(0), "M46 211H108V128.5H294V46");
}

TEST(what_is_measured_goes_in_lines)
{
	series[0].steps = false;
	set(0, 0, 5, 5, 10);
	draw();
	assert_string_equal(line_of(0), "M46 211L108 128.5L170 128.5L294 46");
}

TEST(what_is_not_known_is_a_gap)
{
	set(0, 10, NAN, 5, 10);
	draw();
	assert_string_equal(line_of(0), "M46 46h.1M170 128.5H294V46");
	set(0, NAN, NAN, NAN, NAN);
	draw();
	assert_string_equal(line_of(0), "");
	assert_words(svg, "aria-label=\"Title: a not known\"", "<title>a: not known</title>",
		     ">not known<");
	assert_int_equal(count_in(svg, "class=\"lead\""), 0);
}

TEST(what_is_below_0_lies_on_the_axis)
{
	set(0, -3, -3, 10, 10);
	draw();
	assert_string_equal(line_of(0), "M46 211H170V46H294");
}

TEST(one_point_is_seen_and_none_does_no_harm)
{
	chart.points = 1;
	set(0, 7, 0, 0, 0);
	draw();
	assert_words(line_of(0), "M46 ", "h.1");
	chart.points = 0;
	draw();
	assert_string_equal(line_of(0), "");
	chart.count = 0;
	draw();
	assert_int_equal(count_in(svg, "class=\"l "), 0);
	assert_words(svg, "aria-label=\"Title\"", ">0<", ">1<");
}

/* -- Axes */

TEST(ticks_are_at_1_2_5_and_their_tens)
{
	set(0, 0, 0, 0, 10);
	draw();
	assert_words(svg, ">2<", ">4<", ">6<", ">8<", ">10<", ">0<", ">connections<", ">0<", ">1<",
		     ">2<", ">3<", ">4<", ">seconds<");
	set(0, 0, 0, 0, 243);
	draw();
	assert_words(svg, ">50<", ">100<", ">150<", ">200<", ">250<");
	set(0, 0, 0, 0, 1000000);
	draw();
	assert_words(svg, ">200k<", ">400k<", ">600k<", ">800k<", ">1M<", "most 1M");
	set(0, 0, 0, 0, 0.3);
	draw();
	assert_words(svg, ">0.1<", ">0.2<", ">0.3<", ">0<");
}

TEST(no_tick_is_within_a_single_one)
{
	set(0, 0, 1, 0, 2);
	draw();
	assert_int_equal(count_in(svg, "class=\"grid\""), 2);
	assert_null(strstr(svg, ">0.5<"));
}

TEST(the_greatest_value_is_within_the_plot)
{
	double value = 0.013;

	for (int i = 0; i < 40; i++) {
		const char *at;

		set(0, value, value, value, value);
		draw();
		at = strchr(line_of(0), ' ');
		assert_true(strtod(at, NULL) >= TOP && strtod(at, NULL) < BOTTOM - 80);
		value *= 1.7;
	}
}

TEST(a_logarithmic_axis_has_a_place_for_0)
{
	chart.log_y = true;
	set(0, 0, 1, 10, 100);
	draw();
	assert_words(svg, ">1<", ">10<", ">100<", ">0<", ">connections, logarithmic<");
	assert_string_equal(line_of(0), "M46 211H108V156H170V101H294V46");
	set(0, 0, 0, 0, 300);
	draw();
	assert_int_equal(count_in(svg, "class=\"grid\""), 3);
	assert_words(line_of(0), "H294V");
}

TEST(a_limit_is_a_line_across_and_within_the_plot)
{
	set(0, 0, 1, 2, 3);
	draw();
	assert_int_equal(count_in(svg, "class=\"lim\""), 0);
	chart.limit_name = "<backlog>";
	chart.limit = 10;
	draw();
	assert_words(svg, "class=\"lim\"><path d=\"M46 46H294\"", "&lt;backlog&gt; 10<");
}

/* -- What tells series apart */

TEST(each_series_has_its_pattern_and_its_name_at_its_end_and_in_the_legend)
{
	chart.count = 3;
	series[0].name = "first";
	series[1].name = "second";
	series[1].paint = "good";
	series[2].name = "third";
	set(0, 0, 0, 0, 10);
	set(1, 0, 4, 0, 6);
	set(2, 0, 0, 0, 0);
	draw();
	for (int i = 0; i < 3; i++) {
		char class[32];

		/* The line, its name, its place in the legend. */
		snprintf(class, sizeof(class), "<g class=\"l %s d%d\">", series[i].paint, i);
		assert_int_equal(count_in(svg, class), 3);
		snprintf(class, sizeof(class), ">%s</text></g>", series[i].name);
		assert_int_equal(count_in(svg, class), 1);
	}
	assert_words(svg, "aria-label=\"Title: first most 10, second most 6, third most 0\"",
		     "<title>second: most 6, at last 6</title>", "class=\"lead\"",
		     ">second <tspan class=\"amount\">most 6</tspan>");
}

TEST(every_pattern_is_in_the_style_sheet_and_none_twice)
{
	char *file = WRITTEN(out, svg_chart_write(&chart, 1, "t", "n", out));
	char rule[32];

	for (int i = 0; i < CHART_LOOKS; i++) {
		snprintf(rule, sizeof(rule), ".chart .d%d path{", i);
		assert_int_equal(count_in(file, rule), 1);
	}
	free(file);
}

TEST(names_do_not_stand_on_each_other)
{
	chart.count = CHART_SERIES;
	for (int i = 0; i < CHART_SERIES; i++) {
		static char names[CHART_SERIES][4];

		snprintf(names[i], sizeof(names[i]), "n%d", i);
		series[i].name = names[i];
		set(i, 10, 10, 10, 0); /* all end on the axis */
	}
	draw();
	for (int i = 1; i < CHART_SERIES; i++)
		assert_true(place_of_name(series[i].name) >=
			    place_of_name(series[i - 1].name) + 12);
	assert_true(place_of_name("n0") > TOP);
	assert_true(place_of_name("n11") <= BOTTOM + 4);
	for (int i = 0; i < CHART_SERIES; i++)
		set(i, 0, 0, 0, 10); /* all end above */
	draw();
	for (int i = 1; i < CHART_SERIES; i++)
		assert_true(place_of_name(series[i].name) >=
			    place_of_name(series[i - 1].name) + 12);
	assert_true(place_of_name("n0") >= TOP);
	assert_true(place_of_name("n11") <= BOTTOM + 4);
}

TEST(markup_in_texts_is_escaped)
{
	chart.title = "<t>";
	chart.x_title = "<x>";
	chart.y_title = "<y>";
	series[0].name = "<a&\">";
	draw();
	assert_words(svg, "aria-label=\"&lt;t&gt;: &lt;a&amp;&quot;&gt; most 0\"", ">&lt;t&gt;<",
		     ">&lt;y&gt;<", ">&lt;x&gt;<", "<title>&lt;a&amp;");
	assert_null(strstr(svg, "<a"));
}

/* -- A file of its own */

TEST(charts_stand_side_by_side_in_a_file_that_needs_nothing_else)
{
	struct svg_chart both[2] = { chart, chart };
	char *file;

	both[1].title = "Other";
	both[1].count = 5;
	file = WRITTEN(out, svg_chart_write(both, 2, "lwIP & kernel", "tcplab flood", out));
	assert_balanced(file);
	assert_words(file, "xmlns=\"http://www.w3.org/2000/svg\"", "viewBox=\"0 0 800 ",
		     "aria-label=\"Title: a most 0; Other: a most 0", "prefers-color-scheme:dark",
		     ">lwIP &amp; kernel<", ">tcplab flood<", "translate(0 ", ">Title<",
		     "translate(400 ", ">Other<");
	assert_null(strstr(file, "url("));
	assert_int_equal(count_in(file, "http"), 1);
	free(file);
}

int main(void)
{
#define CHART_TEST(test) cmocka_unit_test_setup_teardown(test, make_one_series, free_picture)
	static const struct CMUnitTest tests[] = {
		CHART_TEST(what_is_counted_goes_in_steps),
		CHART_TEST(what_is_measured_goes_in_lines),
		CHART_TEST(what_is_not_known_is_a_gap),
		CHART_TEST(what_is_below_0_lies_on_the_axis),
		CHART_TEST(one_point_is_seen_and_none_does_no_harm),
		CHART_TEST(ticks_are_at_1_2_5_and_their_tens),
		CHART_TEST(no_tick_is_within_a_single_one),
		CHART_TEST(the_greatest_value_is_within_the_plot),
		CHART_TEST(a_logarithmic_axis_has_a_place_for_0),
		CHART_TEST(a_limit_is_a_line_across_and_within_the_plot),
		CHART_TEST(each_series_has_its_pattern_and_its_name_at_its_end_and_in_the_legend),
		CHART_TEST(every_pattern_is_in_the_style_sheet_and_none_twice),
		CHART_TEST(names_do_not_stand_on_each_other),
		CHART_TEST(markup_in_texts_is_escaped),
		CHART_TEST(charts_stand_side_by_side_in_a_file_that_needs_nothing_else),
	};

	return cmocka_run_group_tests_name("svg_chart", tests, NULL, NULL);
}
