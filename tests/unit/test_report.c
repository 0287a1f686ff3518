/* SPDX-License-Identifier: BSD-3-Clause */
#include "pictures.h"

#include "show/report.h"
#include "story.h"

static struct report_experiment experiments[5];
static struct settings settings;
static struct report report;

/* One of each verdict. */
FIXTURE(make_report)
{
	static const char *const names[] = { "a/lwip", "b/lwip", "c/lwip", "d/lwip", "e/kernel" };

	for (int i = 0; i < 5; i++)
		experiments[i] = (struct report_experiment){
			.name = names[i],
			.theme = i < 3 ? "open" : "close",
			.title = "Title",
			.rfc = "RFC 9293, 3.6, Figure 12",
			.role = { "client", "server" },
			.who = { WHO_LWIP, WHO_KERNEL },
			.verdict = (enum report_verdict)i,
			.why = "",
			.path = { "CLOSED → SYN_SENT", "LISTEN" },
			.section = "<p>section</p>",
			.section_size = 14,
		};
	memset(&settings, 0, sizeof(settings));
	snprintf(settings.value[0], SETTING_STRLEN, "4711");
	report = (struct report){ .command = "tcplab run",
				  .seed = 77,
				  .netif = "packet",
				  .settings = &settings,
				  .experiments = experiments,
				  .count = 5 };
	return 0;
}

static char *write_it(void)
{
	return WRITTEN(out, report_write(&report, out));
}

TEST(every_experiment_has_its_section_below_its_theme)
{
	char *html = write_it();

	assert_int_equal(count_in(html, "<details class=\"sc "), 5);
	assert_int_equal(count_in(html, "<p>section</p>"), 5);
	assert_words(html, "<h3>open</h3>", "id=\"a/lwip\"", "id=\"c/lwip\"", "<h3>close</h3>",
		     "id=\"d/lwip\"", "id=\"e/kernel\"");
	free(html);
}

TEST(verdicts_are_counted)
{
	char *html;

	experiments[2].verdict = REPORT_HOLDS;
	html = write_it();
	assert_words(html, "<title>tcplab: 2 of 5 hold</title>", "data-v=\"holds\"",
		     "<b>2</b> hold", "data-v=\"deviates\"", "<b>1</b> deviate", "data-v=\"fails\"",
		     "<b>1</b> FAIL", "data-v=\"refused\"", "<b>1</b> refused");
	free(html);
}

TEST(what_fails_or_crashes_is_open_and_says_why)
{
	char *html;

	experiments[4].why = "died of signal <ABRT>";
	experiments[4].section = NULL;
	experiments[4].section_size = 0;
	html = write_it();
	assert_int_equal(count_in(html, "<details class=\"sc fails\" id=\"c/lwip\""), 1);
	assert_int_equal(count_in(html, "\" open>\n<summary>"), 2);
	assert_int_equal(count_in(html, "<p>section</p>"), 4);
	assert_words(html, "id=\"e/kernel\" data-v=\"fails\"", "CRASHED",
		     "class=\"why\">died of signal &lt;ABRT&gt;<");
	free(html);
}

TEST(paths_are_in_the_colours_of_their_states)
{
	char *html = write_it();

	assert_words(html, "client <b class=\"lwip\">lwIP</b>",
		     "<span class=\"st s0\">CLOSED</span>", "→",
		     "<span class=\"st s2\">SYN_SENT</span>", "server <b class=\"kernel\">kernel",
		     "<span class=\"st s1\">LISTEN</span>");
	free(html);
}

TEST(the_diagram_adds_up_what_was_walked)
{
	char *html;

	experiments[0].walked[0] = 1;
	experiments[1].walked[1] = 1;
	experiments[1].unreachable[1] = 4;
	html = write_it();
	assert_words(html, "</b> 1 of 48 edges walked, 0 shown",
		     "</b> 1 of 48 edges walked, 1 shown");
	assert_words(html, "class=\"e both\" data-e=\"0\"");
	assert_words(html,
		     "id=\"b/lwip\" data-v=\"deviates\" data-l=\"0\" data-k=\"1\" data-ul=\"0\" "
		     "data-uk=\"4\"");
	free(html);
}

TEST(the_environment_is_told)
{
	char *html = write_it();

	assert_words(html, "netif packet", "seed 77", "tcplab run", "<th>TCP_MSS</th><td>1460</td>",
		     "<th>TCP_MSL</th><td>60000</td>", "<td>4711</td>", "<td>not there</td>");
	free(html);
	report.settings = NULL;
	html = write_it();
	assert_null(strstr(html, "4711"));
	free(html);
}

TEST(an_rfc_is_linked_by_its_section)
{
	char *html;

	experiments[1].rfc = "RFC 4987, 2; <x>";
	experiments[2].rfc = "ip-sysctl & co";
	html = write_it();
	assert_words(
		html,
		"<a href=\"https://www.rfc-editor.org/rfc/rfc9293#section-3.6\">RFC 9293, 3.6, "
		"Figure 12</a>",
		"<a href=\"https://www.rfc-editor.org/rfc/rfc4987#section-2\">RFC 4987, 2; "
		"&lt;x&gt;</a>",
		"<p class=\"rfc\">ip-sysctl &amp; co</p>");
	free(html);
}

TEST(markup_in_texts_is_escaped)
{
	char *html;

	report.command = "tcplab run '<i>'";
	experiments[0].title = "a < b & \"c\"";
	experiments[0].role[0] = "<role>";
	html = write_it();
	assert_words(html, "tcplab run '&lt;i&gt;'", "a &lt; b &amp; &quot;c&quot;",
		     "&lt;role&gt;");
	assert_null(strstr(html, "<i>'"));
	free(html);
}

TEST(a_section_has_the_ladder_the_verdicts_and_what_the_tools_said)
{
	struct timeline *timeline = timeline_new(story_no_time);
	struct svg_ladder ladder = {
		.timeline = timeline, .last = 1, .name = "x/lwip", .title = "X"
	};
	char *html;

	story_call(timeline, WHO_LWIP, "c1", "tcp_close", "", "ERR_OK");
	story_verdict(timeline, true, "good");
	story_verdict(timeline, false, "bad <1>\nand why");
	story_verdict(timeline, true, "odd")->verdict.deviation = "RFC 9293, MUST-10";
	story_verdict(timeline, false, "a mistake")->verdict.symptom = "leak";
	html = WRITTEN(out, report_section(&ladder, NULL, out));
	assert_balanced(html);
	assert_words(html, "<svg class=\"ladder\"", "tcp_close()", "</svg>",
		     "<li class=\"holds\"><b>holds</b> good</li>",
		     "<li class=\"fails\"><b>FAILS</b> bad &lt;1&gt;\nand why</li>",
		     "<li class=\"deviates\"><b>deviates</b> from RFC 9293, MUST-10: odd</li>",
		     "<li class=\"fails\"><b>looks like</b> a mistake</li>");
	assert_null(strstr(html, "<pre>"));
	free(html);
	html = WRITTEN(out, report_section(&ladder, "$ ss -t <all>", out));
	assert_balanced(html);
	assert_words(html, "<pre>$ ss -t &lt;all&gt;</pre>");
	free(html);
	timeline_free(timeline);
}

TEST(a_report_of_nothing_is_a_report)
{
	char *html;

	report.count = 0;
	html = write_it();
	assert_words(html, "<title>tcplab: 0 of 0 hold</title>", "</html>");
	free(html);
}

int main(void)
{
#define REPORT_TEST(test) cmocka_unit_test_setup(test, make_report)
	static const struct CMUnitTest tests[] = {
		REPORT_TEST(every_experiment_has_its_section_below_its_theme),
		REPORT_TEST(verdicts_are_counted),
		REPORT_TEST(what_fails_or_crashes_is_open_and_says_why),
		REPORT_TEST(paths_are_in_the_colours_of_their_states),
		REPORT_TEST(the_diagram_adds_up_what_was_walked),
		REPORT_TEST(the_environment_is_told),
		REPORT_TEST(an_rfc_is_linked_by_its_section),
		REPORT_TEST(markup_in_texts_is_escaped),
		REPORT_TEST(a_section_has_the_ladder_the_verdicts_and_what_the_tools_said),
		REPORT_TEST(a_report_of_nothing_is_a_report),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
