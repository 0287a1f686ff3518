/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "show/flood_table.h"

/* Two floods with made-up numbers. */
static struct {
	struct flood_plan plan[2];
	struct flood_result result[2];
	struct flood_row row[2];
	struct flood_rows rows;
	char *text;
	size_t size;
} world;

FIXTURE(make_up)
{
	memset(&world, 0, sizeof(world));
	for (int i = 0; i < 2; i++) {
		struct flood_result *result = &world.result[i];

		world.plan[i] = (struct flood_plan){ .count = 1000000,
						     .clients = 4,
						     .bytes = 10,
						     .patience_ms = 3000,
						     .backlog = 8 };
		result->samples = 3;
		result->sample[1].in_state[ST_SYN_RCVD] = 12;
		result->sample[2].in_state[ST_SYN_RCVD] = 5;
		result->sample[2].sent = 1000000;
		result->sample[2].answered = 12345;
		result->sample[2].started = 4;
		result->sample[2].t_ns = 2500000000;
		result->attack_seconds = 2;
		result->paced_seconds = 500;
		world.row[i] =
			(struct flood_row){ .victim = i == 0 ? WHO_LWIP : WHO_KERNEL,
					    .defence = i == 0 ? "none" : "cookies",
					    .label = i == 0 ? "lwip, none" : "kernel, cookies",
					    .plan = &world.plan[i],
					    .result = result };
	}
	world.result[0].most_pcbs = 16;
	world.result[0].refused_pcbs = 999988;
	world.result[1].sample[2].served = 4;
	world.result[1].connect_ms[1] = 0.25;
	world.result[1].counters = 2;
	world.result[1].counter[0] = (struct flood_counter){ "SyncookiesSent", 10, 1010 };
	world.result[1].counter[1] = (struct flood_counter){ "ListenDrops", 3, 3 };
	world.rows = (struct flood_rows){ .row = world.row, .count = 2 };
	return 0;
}

FIXTURE(forget)
{
	free(world.text);
	return 0;
}

static const char *written(void (*write)(const struct flood_rows *rows, FILE *out))
{
	FILE *out;

	free(world.text);
	world.text = NULL;
	out = open_memstream(&world.text, &world.size);
	assert_non_null(out);
	write(&world.rows, out);
	assert_int_equal(fclose(out), 0);
	return world.text;
}

static void print(const struct flood_rows *rows, FILE *out)
{
	const struct style plain = { .colour = false };

	flood_table_print(rows, &plain, out);
}

/* No line is longer than a terminal is wide. */
static void assert_fits(const char *text, size_t columns)
{
	while (*text != '\0') {
		assert_true(strcspn(text, "\n") <= columns);
		text += strcspn(text, "\n") + 1;
	}
}

TEST(a_table_for_people)
{
	const char *text = written(print);

	assert_words(
		text, "1,000,000 SYNs as fast as possible; 4 clients with 10 bytes each\n\n",
		"victim", "defence", "sent", "second", "SYN,ACKs", "open", "served", "ms\n",
		"lwip    none     1,000,000  500,000    12,345     12      0/4        -\n",
		"kernel  cookies  1,000,000  500,000    12,345     12      4/4     0.25\n\n",
		"lwip, none: at most 16 of 16 pcbs in use, none left for 999,988 SYNs, no leak\n",
		"kernel, cookies: SyncookiesSent 1,000\n");
	assert_null(strstr(text, "ListenDrops"));
	assert_fits(text, 80);
}

TEST(what_varies_has_a_column)
{
	const char *text;

	world.rows.parameter[0] = "somaxconn";
	world.row[0].value[0] = "0";
	world.row[1].value[0] = "two";
	text = written(print);
	assert_words(text, "victim  defence  somaxconn       sent", "lwip    none     0 ",
		     "kernel  cookies  two ");
	assert_fits(text, 90);
}

TEST(a_rate_is_of_the_victims_clock)
{
	world.plan[0].rate = world.plan[1].rate = 2000;
	assert_words(written(print), "SYNs, 2,000 per second of the victim's clock;",
		     "lwip    none     1,000,000   2,000 ");
}

TEST(a_title_says_what_all_have_in_common_alone)
{
	world.plan[1].rate = 7;
	world.plan[1].kind = FLOOD_ACK;
	assert_words(written(print), "1,000,000 segments; 4 clients with");
	world.plan[1].count = 8;
	world.plan[1].bytes = 9;
	assert_words(written(print), "segments; 4 clients\n");
	assert_null(strstr(world.text, "1,000,000 segments"));
}

TEST(what_is_out_of_the_ordinary_is_told)
{
	world.result[0].leaked = 3;
	world.result[0].resets = 1234;
	world.result[1].lost = 5;
	world.result[1].counters = 0;
	assert_words(written(print), "3 objects of its pools leaked,", "1,234 RSTs to the attacker",
		     "kernel, cookies: no counter has changed, 5 segments lost on the way\n");
}

TEST(comma_separated_values)
{
	const char *text;

	world.rows.parameter[0] = "seed";
	world.row[0].value[0] = "1,2";
	world.row[1].value[0] = "3";
	text = written(flood_table_write_csv);
	assert_words(text, "victim,defence,seed,kind,rate,backlog,leaked,sent,answered,",
		     ",SyncookiesSent,ListenDrops\r\nlwip,none,\"1,2\",syn,0,8,0,1000000,12345,",
		     ",16,999988,,\r\nkernel,cookies,3,syn,", ",1000,0\r\n");
}

/* As many fields in each line as in the first. */
TEST(each_line_has_all_fields)
{
	const char *text = written(flood_table_write_csv);
	int commas = 0, first = -1;

	for (; *text != '\0'; text++) {
		commas += *text == ',';
		if (*text != '\n')
			continue;
		if (first < 0)
			first = commas;
		assert_int_equal(commas, first);
		commas = 0;
	}
	assert_true(first > 20);
}

TEST(json_has_the_course_of_each)
{
	assert_words(written(flood_table_write_json),
		     "[{\"victim\":\"lwip\",\"defence\":\"none\",\"varies\":{},",
		     "\"sent\":1000000,", "\"samples\":[{\"t_s\":0,", "\"states\":{}},{",
		     "\"states\":{\"SYN_RCVD\":12}}", "{\"t_s\":2.5,\"sent\":1000000",
		     "\"answered\":12345", "\"SYN_RCVD\":5}}]},{\"victim\":\"kernel\"",
		     "\"counters\":{\"SyncookiesSent\":1000,\"ListenDrops\":0}", "]}]\n");
}

TEST(the_most_in_a_state_is_of_all_samples)
{
	assert_int_equal(flood_most_in(&world.result[0], ST_SYN_RCVD), 12);
	assert_int_equal(flood_most_in(&world.result[0], ST_TIME_WAIT), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_table_for_people, make_up, forget),
		cmocka_unit_test_setup_teardown(what_varies_has_a_column, make_up, forget),
		cmocka_unit_test_setup_teardown(a_rate_is_of_the_victims_clock, make_up, forget),
		cmocka_unit_test_setup_teardown(a_title_says_what_all_have_in_common_alone, make_up,
						forget),
		cmocka_unit_test_setup_teardown(what_is_out_of_the_ordinary_is_told, make_up,
						forget),
		cmocka_unit_test_setup_teardown(comma_separated_values, make_up, forget),
		cmocka_unit_test_setup_teardown(each_line_has_all_fields, make_up, forget),
		cmocka_unit_test_setup_teardown(json_has_the_course_of_each, make_up, forget),
		cmocka_unit_test_setup_teardown(the_most_in_a_state_is_of_all_samples, make_up,
						forget),
	};

	return cmocka_run_group_tests_name("flood_table", tests, NULL, NULL);
}
