/* SPDX-License-Identifier: BSD-3-Clause */
#include "pictures.h"

#include "show/flood_report.h"

#define SECOND 1000000000ull

static struct flood_plan plans[2];
static struct flood_result results[2];
static struct flood_row rows[2];
static struct page page;
static struct settings settings;
static char *html;

static struct flood_sample *sample(int run, unsigned int n)
{
	return &results[run].sample[n];
}

/* lwIP, whose backlog fills up and stays full; the kernel, which serves everybody. */
FIXTURE(make_two_runs)
{
	memset(results, 0, sizeof(results));
	memset(&settings, 0, sizeof(settings));
	snprintf(settings.value[0], SETTING_STRLEN, "4711");
	plans[0] = (struct flood_plan){ .kind = FLOOD_SYN,
					.count = 12000,
					.rate = 20,
					.clients = 4,
					.patience_ms = 10000,
					.backlog = 255 };
	plans[1] = plans[0];
	plans[1].kind = FLOOD_SYN_DATA;
	plans[1].rate = 0;
	plans[1].backlog = 4096;
	for (int run = 0; run < 2; run++) {
		results[run].samples = 3;
		results[run].attack_seconds = results[run].paced_seconds = 0.5;
		for (unsigned int n = 0; n < 3; n++) {
			sample(run, n)->t_ns = 100 * SECOND * n;
			sample(run, n)->started = 2 * n;
			sample(run, n)->in_state[ST_LISTEN] = 1;
		}
		sample(run, 2)->sent = 1234567;
		rows[run] = (struct flood_row){ .plan = &plans[run], .result = &results[run] };
	}
	rows[0].label = "lwIP";
	rows[0].victim = WHO_LWIP;
	sample(0, 1)->in_state[ST_SYN_RCVD] = 255;
	sample(0, 2)->in_state[ST_SYN_RCVD] = 254;
	sample(0, 1)->in_state[ST_ESTABLISHED] = 60;
	sample(0, 2)->served = 1;
	sample(0, 2)->given_up = 3;
	results[0].resets = 77;
	results[0].victim_seconds = 603.25;
	results[0].connect_ms[0] = 0.11;
	results[0].connect_ms[1] = 0.25;
	results[0].connect_ms[2] = 3021.5;
	results[0].most_pcbs = 9;
	results[0].refused_pcbs = 5001;
	results[0].memory[0] = 3 << 20;
	results[0].memory[1] = 7 << 19;
	rows[1].label = "kernel";
	rows[1].victim = WHO_KERNEL;
	sample(1, 1)->in_state[ST_TIME_WAIT] = 3;
	sample(1, 2)->served = 4;
	results[1].counters = 1;
	results[1].counter[0] = (struct flood_counter){ "SyncookiesSent", 10, 5010 };
	page = (struct page){
		.command = "tcplab flood", .seed = 77, .netif = "tap", .settings = &settings
	};
	html = NULL;
	return 0;
}

FIXTURE(free_page)
{
	free(html);
	return 0;
}

static void write_page(int count)
{
	free(html);
	html = WRITTEN(out, flood_report_write(rows, count, &page, out));
}

/* The line of the table that begins with a name. */
static const char *line_of(const char *name)
{
	static char line[512];
	char mark[100];
	const char *at;

	snprintf(mark, sizeof(mark), "<tr><th>%s</th>", name);
	at = strstr(html, mark);
	if (at == NULL) {
		fail_msg("no line of %s in\n%s", name, html);
		return "";
	}
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line + strlen(mark);
}

static void assert_line(const char *name, const char *cells)
{
	assert_string_equal(line_of(name), cells);
}

TEST(each_run_has_a_bar_and_two_figures)
{
	write_page(2);
	assert_int_equal(count_in(html, "<svg class=\"chart\""), 4);
	assert_words(html, "<a href=\"#run1\"><b class=\"lwip\">lwIP</b></a> 1 of 4 clients served",
		     "class=\"lwip\" style=\"width:25.0%\"",
		     "<a href=\"#run2\"><b class=\"kernel\">kernel</b></a> 4 of 4 clients served",
		     "class=\"kernel\" style=\"width:100.0%\"");
	assert_words(html, "<section id=\"run1\"><h2>lwIP</h2>",
		     "1\u202f234\u202f567 × SYN, 20 per ",
		     "second of lwIP's clock · backlog 255 · 4 legitimate clients, ",
		     "each gives up after 10 s", ">States over time<", ">seconds on lwIP's clock<",
		     ">Clients over time<");
	assert_words(html, "<section id=\"run2\"><h2>kernel</h2>",
		     " × SYN with data, as fast as possible · backlog 4096", ">seconds<");
}

TEST(states_that_occur_have_a_line_each_always_of_the_same_look)
{
	write_page(2);
	assert_words(html, "States over time: SYN_RCVD most 255, ESTABLISHED most 60\"",
		     "States over time: TIME_WAIT most 3\"");
	assert_int_equal(count_in(html, "<g class=\"l s3 d0\"><title>SYN_RCVD: most 255, at last "
					"254</title>"),
			 1);
	assert_int_equal(count_in(html, "<g class=\"l s10 d2\"><title>TIME_WAIT: most 3, at last "
					"0</title>"),
			 1);
	assert_null(strstr(html, "<title>LISTEN"));
	assert_null(strstr(html, "<title>CLOSE_WAIT"));
}

TEST(clients_are_counted_over_time)
{
	write_page(2);
	assert_words(html, "Clients over time: started most 4, served most 1, given up most 3\"",
		     "Clients over time: started most 4, served most 4, given up most 0\"");
}

TEST(a_backlog_is_shown_where_it_comes_near)
{
	write_page(2);
	assert_int_equal(count_in(html, "class=\"lim\""), 1);
	assert_words(html, "class=\"lim\"", "backlog 255<");
	plans[1].backlog = 0;
	write_page(2);
	assert_int_equal(count_in(html, "class=\"lim\""), 1);
}

TEST(an_axis_is_logarithmic_where_lines_would_vanish)
{
	write_page(2);
	assert_int_equal(count_in(html, ", logarithmic<"), 0);
	sample(0, 1)->in_state[ST_ESTABLISHED] = 5;
	write_page(2);
	assert_int_equal(count_in(html, ", logarithmic<"), 1);
}

TEST(the_table_has_a_line_for_each_quantity_and_a_column_for_each_run)
{
	write_page(2);
	assert_words(html,
		     "<table class=\"numbers\"><tr><th></th><th>lwIP</th><th>kernel</th></tr>",
		     "class=\"group\"><th>Legitimate clients</th><td colspan=\"2\"></td>",
		     "class=\"group\"><th>Attack</th><td colspan=\"2\"></td>",
		     "class=\"group\"><th>Victim</th><td colspan=\"2\"></td>",
		     "class=\"group\"><th>The kernel's counters</th><td colspan=\"2\"></td>");
	assert_line(
		"served",
		"<td><b class=\"bad\">1 of 4</b></td><td><b class=\"good\">4 of 4</b></td></tr>");
	assert_line("given up", "<td>3</td><td>0</td></tr>");
	assert_line("ms to connect: least", "<td>0.11</td><td>0.00</td></tr>");
	assert_line("median", "<td>0.25</td><td>0.00</td></tr>");
	assert_line("most", "<td>3021.50</td><td>0.00</td></tr>");
	assert_line("segments", "<td>SYN</td><td>SYN with data</td></tr>");
	assert_line("sent", "<td>1\u202f234\u202f567</td><td>1\u202f234\u202f567</td></tr>");
	assert_line("per second", "<td>2\u202f469\u202f134</td><td>2\u202f469\u202f134</td></tr>");
	assert_line("RSTs that came of them", "<td>77</td><td>0</td></tr>");
	assert_line("half-open (SYN_RCVD) at most", "<td>255</td><td>0</td></tr>");
	assert_line("backlog", "<td>255</td><td>4\u202f096</td></tr>");
	assert_line("pcbs refused", "<td>5\u202f001</td><td>–</td></tr>");
	assert_line("pcbs, segments and pbufs left over", "<td>0</td><td>–</td></tr>");
	assert_words(line_of("pcbs in use at most"), "<td>9 of ", "</td><td>–</td></tr>");
	assert_words(line_of("seconds on its clock, to the last client's end"), "<td>603.25</td>");
	assert_words(line_of("MiB resident, after a tenth of it → at the end"),
		     "<td>3.0 → 3.5</td>");
	assert_line("SyncookiesSent", "<td>–</td><td>5\u202f000</td></tr>");
}

TEST(a_counter_of_several_runs_has_one_line)
{
	results[0].counters = 2;
	results[0].counter[0] = (struct flood_counter){ "<Other>", 0, 3 };
	results[0].counter[1] = (struct flood_counter){ "SyncookiesSent", 0, 1 };
	write_page(2);
	assert_int_equal(count_in(html, "<th>SyncookiesSent</th>"), 1);
	assert_line("SyncookiesSent", "<td>1</td><td>5\u202f000</td></tr>");
	assert_line("&lt;Other&gt;", "<td>3</td><td>–</td></tr>");
}

TEST(what_cannot_be_told_is_a_dash)
{
	sample(0, 2)->served = 0;
	results[0].paced_seconds = 0;
	results[1].samples = 0;
	results[1].counters = 0;
	write_page(2);
	assert_line("most", "<td>–</td><td>–</td></tr>");
	assert_line("per second", "<td>–</td><td>–</td></tr>");
	assert_line("served", "<td><b class=\"bad\">0 of 4</b></td><td><b class=\"good\">0 of "
			      "0</b></td></tr>");
	assert_null(strstr(html, "The kernel's counters"));
	assert_null(strstr(html, "nan"));
}

TEST(the_page_is_whole_and_tells_the_environment)
{
	write_page(1);
	assert_words(html, "<!doctype html>", "<title>tcplab: flood</title>", ".chart", "netif tap",
		     "seed 77", "<code>tcplab flood</code>", "</header>\n<main>",
		     "id=\"environment\"", "<th>TCP_MSS</th><td>1460</td>", "<td>4711</td>",
		     "#theme", "</script>\n</main>\n</body>\n</html>\n");
	assert_int_equal(count_in(html, "<svg class=\"chart\""), 2);
}

TEST(markup_in_texts_is_escaped)
{
	rows[0].label = "<b&\"";
	page.command = "tcplab '<i>'";
	write_page(1);
	assert_int_equal(count_in(html, "&lt;b&amp;&quot;"), 3);
	assert_null(strstr(html, "<b&"));
	assert_words(html, "tcplab '&lt;i&gt;'");
}

TEST(the_picture_has_both_figures_of_a_run)
{
	html = WRITTEN(out, flood_report_picture(&rows[0], "tcplab flood <x>", out));
	assert_balanced(html);
	assert_words(html, "xmlns=\"http://www.w3.org/2000/svg\"", ">lwIP<",
		     ">tcplab flood &lt;x&gt;<", ">States over time<", ">backlog 255<",
		     ">Clients over time<");
}

TEST(a_run_can_have_all_samples_that_there_are_and_every_state)
{
	results[0].samples = FLOOD_SAMPLES;
	for (unsigned int n = 0; n < FLOOD_SAMPLES; n++)
		for (int state = 0; state < ST_COUNT; state++)
			sample(0, n)->in_state[state] = n + (unsigned int)state;
	html = WRITTEN(out, flood_report_picture(&rows[0], "", out));
	assert_balanced(html);
	for (int state = ST_SYN_SENT; state < ST_COUNT; state++) {
		char title[64];

		snprintf(title, sizeof(title), "<title>%s: most %d, ",
			 state_name((enum state)state), FLOOD_SAMPLES - 1 + state);
		assert_int_equal(count_in(html, title), 1);
	}
}

int main(void)
{
#define FLOOD_TEST(test) cmocka_unit_test_setup_teardown(test, make_two_runs, free_page)
	static const struct CMUnitTest tests[] = {
		FLOOD_TEST(each_run_has_a_bar_and_two_figures),
		FLOOD_TEST(states_that_occur_have_a_line_each_always_of_the_same_look),
		FLOOD_TEST(clients_are_counted_over_time),
		FLOOD_TEST(a_backlog_is_shown_where_it_comes_near),
		FLOOD_TEST(an_axis_is_logarithmic_where_lines_would_vanish),
		FLOOD_TEST(the_table_has_a_line_for_each_quantity_and_a_column_for_each_run),
		FLOOD_TEST(a_counter_of_several_runs_has_one_line),
		FLOOD_TEST(what_cannot_be_told_is_a_dash),
		FLOOD_TEST(the_page_is_whole_and_tells_the_environment),
		FLOOD_TEST(markup_in_texts_is_escaped),
		FLOOD_TEST(the_picture_has_both_figures_of_a_run),
		FLOOD_TEST(a_run_can_have_all_samples_that_there_are_and_every_state),
	};

	return cmocka_run_group_tests_name("flood_report", tests, NULL, NULL);
}
