/* SPDX-License-Identifier: BSD-3-Clause */
#include "pictures.h"

#include "show/svg_diagram.h"
#include "tcp/state.h"

static unsigned int edges(void)
{
	unsigned int count = 0;

	while (state_edges[count].from != state_edges[count].to)
		count++;
	return count;
}

static char *draw(struct svg_diagram diagram)
{
	char *svg = WRITTEN(out, svg_diagram_embed(&diagram, out));

	assert_balanced(svg);
	return svg;
}

/* The class of an edge's group. */
static const char *class_of(const char *svg, unsigned int edge)
{
	static char class[32];
	char mark[32];
	const char *at;

	snprintf(mark, sizeof(mark), "\" data-e=\"%u\">", edge);
	at = strstr(svg, mark);
	if (at == NULL) {
		fail_msg("edge %u is not there", edge);
		return "";
	}
	while (at[-1] != '"')
		at--;
	snprintf(class, sizeof(class), "%.*s", (int)strcspn(at, "\""), at);
	return class;
}

TEST(every_edge_is_there_once_with_its_name)
{
	char *svg = draw((struct svg_diagram){ 0 });

	assert_int_equal(count_in(svg, " data-e=\""), edges());
	for (unsigned int i = 0; i < edges(); i++) {
		char title[256];

		assert_string_equal(class_of(svg, i), "e missing");
		snprintf(title, sizeof(title), "data-e=\"%u\"><title>%s → %s: %s (RFC 9293, %s)", i,
			 state_name(state_edges[i].from), state_name(state_edges[i].to),
			 state_edges[i].event, state_edges[i].rfc);
		assert_int_equal(count_in(svg, title), 1);
	}
	free(svg);
}

TEST(every_state_is_there_and_closed_twice)
{
	char *svg = draw((struct svg_diagram){ 0 });

	for (int state = 0; state < ST_COUNT; state++) {
		char text[48];

		snprintf(text, sizeof(text), ">%s</text></g>", state_name((enum state)state));
		assert_int_equal(count_in(svg, text), state == ST_CLOSED ? 2 : 1);
	}
	free(svg);
}

TEST(only_what_leads_straight_to_closed_has_no_arrow)
{
	char *svg = draw((struct svg_diagram){ 0 });

	for (unsigned int i = 0; i < edges(); i++) {
		char mark[32];
		const char *at;

		snprintf(mark, sizeof(mark), " data-e=\"%u\">", i);
		at = strstr(svg, mark);
		at = strstr(at, "</title>") + strlen("</title>");
		if (strncmp(at, "<path", 5) == 0)
			continue;
		assert_int_equal(strncmp(at, "<rect class=\"p\"", 15), 0);
		assert_int_equal(state_edges[i].to, ST_CLOSED);
	}
	free(svg);
}

/* Each edge alone, in each way that something can be known of it. */
TEST(edges_are_classed_by_the_masks)
{
	for (unsigned int i = 0; i < edges(); i++) {
		const uint64_t bit = UINT64_C(1) << i;
		const struct {
			struct svg_diagram diagram;
			const char *class;
		} cases[] = {
			{ { .walked = { bit, bit } }, "e both" },
			{ { .walked = { bit, 0 } }, "e lwip" },
			{ { .walked = { 0, bit } }, "e kernel" },
			{ { .walked = { bit, 0 }, .unreachable = { 0, bit } }, "e lwip" },
			{ { .unreachable = { bit, bit } }, "e unreachable" },
			{ { .unreachable = { 0, bit } }, "e unreachable" },
			{ { .walked = { ~bit, ~bit } }, "e missing" },
		};

		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
			char *svg = draw(cases[j].diagram);

			assert_string_equal(class_of(svg, i), cases[j].class);
			free(svg);
		}
	}
}

TEST(each_stack_has_its_dot)
{
	struct svg_diagram diagram = { .walked = { 1, 0 }, .unreachable = { 2, 1 } };
	char *svg = draw(diagram);

	assert_string_equal(svg_diagram_word(&diagram, 0, 0), "walked");
	assert_string_equal(svg_diagram_word(&diagram, 1, 0), "unreachable");
	assert_string_equal(svg_diagram_word(&diagram, 0, 1), "unreachable");
	assert_string_equal(svg_diagram_word(&diagram, 1, 1), "missing");
	assert_words(strstr(svg, "data-e=\"0\""), "lwIP: walked\nkernel: unreachable",
		     "class=\"l walked\"", "class=\"k unreachable\"", "class=\"no\"");
	free(svg);
}

TEST(a_file_of_its_own_has_its_style)
{
	struct svg_diagram diagram = { 0 };
	char *svg = WRITTEN(out, svg_diagram_write(&diagram, out));

	assert_balanced(svg);
	assert_words(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\"", "<style>",
		     "prefers-color-scheme:dark", "</style>", "walked on both");
	assert_int_equal(count_in(svg, "http"), 1);
	assert_int_equal(count_in(svg, "url("), count_in(svg, "url(#head-"));
	free(svg);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_edge_is_there_once_with_its_name),
		cmocka_unit_test(every_state_is_there_and_closed_twice),
		cmocka_unit_test(only_what_leads_straight_to_closed_has_no_arrow),
		cmocka_unit_test(edges_are_classed_by_the_masks),
		cmocka_unit_test(each_stack_has_its_dot),
		cmocka_unit_test(a_file_of_its_own_has_its_style),
	};

	return cmocka_run_group_tests_name("svg_diagram", tests, NULL, NULL);
}
