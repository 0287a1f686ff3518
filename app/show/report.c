/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/report.h"

#include <stdbool.h>
#include <string.h>

#include "show/markup.h"
#include "show/page.h"
#include "show/svg_diagram.h"

/* One word for a person, one for the style sheet. */
static const char *const verdict_names[REPORT_VERDICTS] = { "holds", "deviates", "FAILS", "refused",
							    "CRASHED" };
static const char *const verdict_classes[REPORT_VERDICTS] = { "holds", "deviates", "fails",
							      "refused", "crashed" };

/* -- Small things */

/* "RFC 9293, 3.6, Figure 12" leads to its section where it names one, else to the RFC. */
static void put_rfc(const char *rfc, FILE *out)
{
	unsigned int number;
	char section[16] = "";

	if (sscanf(rfc, "RFC %u, %15[0-9.]", &number, section) < 1) {
		markup_text(out, rfc);
		return;
	}
	if (*section != '\0' && section[strlen(section) - 1] == '.')
		section[strlen(section) - 1] = '\0';
	fprintf(out, "<a href=\"https://www.rfc-editor.org/rfc/rfc%u%s%s\">", number,
		*section != '\0' ? "#section-" : "", section);
	markup_text(out, rfc);
	fputs("</a>", out);
}

static enum state state_of(const char *name, size_t length)
{
	enum state state = 0;

	while (state < ST_COUNT && (strlen(state_name(state)) != length ||
				    memcmp(state_name(state), name, length) != 0))
		state++;
	return state;
}

/* "CLOSED → SYN_SENT", each state in its colour. */
static void put_path(const char *path, FILE *out)
{
	static const char arrow[] = " → ";

	while (*path != '\0') {
		const char *end = strstr(path, arrow);
		size_t length = end == NULL ? strlen(path) : (size_t)(end - path);
		enum state state = state_of(path, length);

		if (state < ST_COUNT)
			fprintf(out, "<span class=\"st s%d\">%s</span>", state, state_name(state));
		else
			fprintf(out, "<span class=\"st\">%.*s</span>", (int)length, path);
		path += length;
		if (end == NULL)
			break;
		fputs("<span class=\"to\">→</span>", out);
		path += sizeof(arrow) - 1;
	}
}

/* -- An experiment's section, by its own process */

static void put_verdicts(const struct timeline *timeline, FILE *out)
{
	fputs("<ul class=\"verdicts\">\n", out);
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);
		enum report_verdict verdict;

		if (event->kind != EV_VERDICT)
			continue;
		verdict = !event->verdict.holds              ? REPORT_FAILS
			  : event->verdict.deviation != NULL ? REPORT_DEVIATES
							     : REPORT_HOLDS;
		fprintf(out, "<li class=\"%s\"><b>%s</b> ", verdict_classes[verdict],
			event->verdict.symptom != NULL ? "looks like" : verdict_names[verdict]);
		if (verdict == REPORT_DEVIATES) {
			fputs("from ", out);
			markup_text(out, event->verdict.deviation);
			fputs(": ", out);
		}
		markup_text(out, event->verdict.text);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

void report_section(const struct svg_ladder *ladder, const char *looks, FILE *out)
{
	fputs("<div class=\"cols\"><div class=\"pic\">\n", out);
	svg_ladder_embed(ladder, out);
	fputs("</div><div class=\"side\">\n", out);
	put_verdicts(ladder->timeline, out);
	fputs("</div></div>\n", out);
	if (looks != NULL) {
		fputs("<details class=\"looks\"><summary>What ss, netstat and lsof "
		      "said</summary><pre>",
		      out);
		markup_text(out, looks);
		fputs("</pre></details>\n", out);
	}
}

/* -- The head */

static int count_of(const struct report *report, enum report_verdict verdict)
{
	int count = 0;

	for (int i = 0; i < report->count; i++)
		count += report->experiments[i].verdict == verdict;
	return count;
}

static void put_tile(const char *class, int count, const char *word, FILE *out)
{
	fprintf(out,
		"<button type=\"button\" class=\"tile %s%s\" data-v=\"%s\" aria-pressed=\"false\">"
		"<b>%d</b> %s</button>\n",
		class, count == 0 ? " none" : "", class, count, word);
}

static void put_tiles(const struct report *report, FILE *out)
{
	fputs("<div class=\"tiles\" role=\"group\" aria-label=\"show by verdict\">\n", out);
	put_tile("holds", count_of(report, REPORT_HOLDS), "hold", out);
	put_tile("deviates", count_of(report, REPORT_DEVIATES), "deviate as known", out);
	put_tile("fails", count_of(report, REPORT_FAILS) + count_of(report, REPORT_CRASHED), "FAIL",
		 out);
	put_tile("refused", count_of(report, REPORT_REFUSED), "refused", out);
	fputs("</div>", out);
}

/* -- The diagram */

static void add_up(const struct report *report, struct svg_diagram *diagram)
{
	*diagram = (struct svg_diagram){ 0 };
	for (int i = 0; i < report->count; i++) {
		for (int end = 0; end < 2; end++) {
			diagram->walked[end] |= report->experiments[i].walked[end];
			diagram->unreachable[end] |= report->experiments[i].unreachable[end];
		}
	}
}

static void put_coverage(const struct svg_diagram *diagram, int end, const char *name, FILE *out)
{
	unsigned int edges = 0, walked = 0, unreachable = 0;

	for (; state_edges[edges].from != state_edges[edges].to; edges++) {
		const char *word = svg_diagram_word(diagram, end, edges);

		walked += *word == 'w';
		unreachable += *word == 'u';
	}
	fprintf(out,
		"<div class=\"bar\"><b class=\"%s\">%s</b> %u of %u edges walked, %u shown to be "
		"out of "
		"reach%s"
		"<span class=\"meter\"><i class=\"%s\" style=\"width:%.1f%%\"></i>"
		"<i class=\"un\" style=\"width:%.1f%%\"></i></span></div>\n",
		name, end == 0 ? "lwIP" : "kernel", walked, edges, unreachable,
		walked + unreachable < edges ? ", the rest not walked in this run" : "", name,
		100.0 * walked / edges, 100.0 * unreachable / edges);
}

static void put_diagram(const struct report *report, FILE *out)
{
	struct svg_diagram diagram;

	add_up(report, &diagram);
	fputs("<section id=\"diagram\"><h2>State diagram</h2>\n<div class=\"bars\">", out);
	put_coverage(&diagram, 0, "lwip", out);
	put_coverage(&diagram, 1, "kernel", out);
	fputs("</div>\n<div class=\"map\"><div class=\"scroll\">\n", out);
	svg_diagram_embed(&diagram, out);
	fputs("</div><aside id=\"edge\" aria-live=\"polite\"><p>RFC 9293, 3.3.2, Figure 5, and the "
	      "edges "
	      "of its text: on an arrow, what happens / what is sent.</p><p class=\"hint\">Choose "
	      "an "
	      "edge to see which scenarios walk it.</p></aside></div></section>\n",
	      out);
}

/* -- The scenarios */

static void put_parts(const struct report_experiment *experiment, FILE *out)
{
	fputs("<div class=\"parts\">", out);
	for (int i = 0; i < 2; i++) {
		enum who who = experiment->who[i];

		fputs("<div class=\"part\"><span class=\"who\">", out);
		markup_text(out, experiment->role[i]);
		fprintf(out, " <b class=\"%s\">%s</b></span>", who_name(who),
			who == WHO_LWIP     ? "lwIP"
			: who == WHO_KERNEL ? "kernel"
					    : "raw end");
		if (who <= WHO_KERNEL)
			put_path(experiment->path[who], out);
		fputs("</div>\n", out);
	}
	fputs("</div>\n", out);
}

static void put_experiment(const struct report_experiment *experiment, FILE *out)
{
	bool bad = experiment->verdict == REPORT_FAILS || experiment->verdict == REPORT_CRASHED;

	fprintf(out,
		"<details class=\"sc %s\" id=\"%s\" data-v=\"%s\" data-l=\"%llx\" data-k=\"%llx\" "
		"data-ul=\"%llx\" data-uk=\"%llx\"%s>\n<summary><span class=\"v\">%s</span>"
		"<span class=\"name\">%s</span><span class=\"title\">",
		verdict_classes[experiment->verdict], experiment->name,
		experiment->verdict == REPORT_CRASHED ? "fails"
						      : verdict_classes[experiment->verdict],
		(unsigned long long)experiment->walked[0],
		(unsigned long long)experiment->walked[1],
		(unsigned long long)experiment->unreachable[0],
		(unsigned long long)experiment->unreachable[1], bad ? " open" : "",
		verdict_names[experiment->verdict], experiment->name);
	markup_text(out, experiment->title);
	if (experiment->ms < 1000)
		fprintf(out, "</span><span class=\"ms\">%.2f ms</span></summary>\n",
			experiment->ms);
	else
		fprintf(out, "</span><span class=\"ms\">%.1f s</span></summary>\n",
			experiment->ms / 1e3);
	fputs("<div class=\"body\"><p class=\"rfc\">", out);
	put_rfc(experiment->rfc, out);
	fputs("</p>\n", out);
	if (experiment->why[0] != '\0') {
		fputs("<p class=\"why\">", out);
		markup_text(out, experiment->why);
		fputs("</p>\n", out);
	}
	put_parts(experiment, out);
	if (experiment->section_size > 0)
		fwrite(experiment->section, 1, experiment->section_size, out);
	fputs("</div></details>\n", out);
}

static void put_experiments(const struct report *report, FILE *out)
{
	const char *theme = "";

	fputs("<section id=\"scenarios\"><h2>Scenarios</h2>\n<div class=\"tools\">"
	      "<input type=\"search\" id=\"find\" placeholder=\"filter: name, title, RFC, state\" "
	      "aria-label=\"filter the scenarios\"><span id=\"shown\"></span>"
	      "<button type=\"button\" id=\"open\">open all</button>"
	      "<button type=\"button\" id=\"close\">close all</button></div>\n"
	      "<p id=\"none\" hidden>No scenario is like that.</p>\n",
	      out);
	for (int i = 0; i < report->count; i++) {
		if (strcmp(report->experiments[i].theme, theme) != 0) {
			fputs(*theme == '\0' ? "" : "</div>\n", out);
			theme = report->experiments[i].theme;
			fputs("<div class=\"theme\"><h3>", out);
			markup_text(out, theme);
			fputs("</h3>\n", out);
		}
		put_experiment(&report->experiments[i], out);
	}
	fputs(*theme == '\0' ? "</section>\n" : "</div></section>\n", out);
}

/* -- The whole */

/* With what it says of an edge. */
static void put_script(FILE *out)
{
	fprintf(out, "<script>%sconst EDGES=[", markup_page_js);
	for (const struct edge *edge = state_edges; edge->from != edge->to; edge++)
		fprintf(out, "%s[\"%s\",\"%s\",\"%s\",\"%s\"]", edge == state_edges ? "" : ",\n",
			state_name(edge->from), state_name(edge->to), edge->event, edge->rfc);
	fprintf(out, "];\n%s</script>\n", markup_report_js);
}

void report_write(const struct report *report, FILE *out)
{
	const struct page page = { .command = report->command,
				   .when = report->when,
				   .seed = report->seed,
				   .netif = report->netif,
				   .board = report->board,
				   .settings = report->settings };
	const char *const styles[] = { markup_diagram_css, markup_ladder_css, NULL };
	char title[64];

	snprintf(title, sizeof(title), "tcplab: %d of %d hold", count_of(report, REPORT_HOLDS),
		 report->count);
	page_open(&page, title, styles, out);
	put_tiles(report, out);
	page_main(out);
	if (report->outcomes != NULL) {
		fputs("<section id=\"outcomes\"><h2>Outcomes</h2>\n<div class=\"tables wide\">",
		      out);
		outcomes_write_html(report->outcomes, out);
		fputs("</div></section>\n", out);
	}
	put_diagram(report, out);
	put_experiments(report, out);
	page_environment(&page, out);
	put_script(out);
	page_close(out);
}
