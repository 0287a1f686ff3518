/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "record/describe.h"
#include "story.h"

static struct timeline *timeline;

FIXTURE(make_empty)
{
	timeline = timeline_new(story_no_time);
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	return 0;
}

static const char *frame_text(const struct event *event)
{
	static char text[DESCRIBE_STRLEN];

	return describe_frame(event, text);
}

static const char *event_text(const struct event *event)
{
	static char text[DESCRIBE_STRLEN];

	return describe_event(event, text);
}

/* A frame of a type that is not TCP. */
static const char *other_frame(uint16_t type, uint32_t size)
{
	static uint8_t bytes[14];
	struct event *event = timeline_add(timeline, EV_FRAME, WHO_KERNEL, NULL);

	put16(bytes + 12, type);
	event->frame.bytes = bytes;
	event->frame.size = size;
	return frame_text(event);
}

TEST(a_segment_says_what_matters)
{
	struct timeline *t = timeline;

	assert_string_equal(frame_text(story_frame(t, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0)),
			    "SYN seq=0");
	assert_string_equal(frame_text(story_frame(t, WHO_LWIP, "c1", SEG_SYN | SEG_ACK, 0, 1, 0)),
			    "SYN,ACK seq=0 ack=1");
	assert_string_equal(frame_text(story_frame(t, WHO_LWIP, "c1", SEG_ACK, 1, 0, 10)),
			    "ACK seq=1 ack=0 len=10");
	assert_string_equal(
		frame_text(story_frame(t, WHO_LWIP, "c1", 0xff, 4294967295, 4294967295, 65535)),
		"SYN,FIN,RST,PSH,ACK,URG,ECE,CWR seq=4294967295 ack=4294967295 len=65535");
}

TEST(a_frame_without_tcp_is_named_by_its_type)
{
	assert_string_equal(other_frame(0x0806, 42), "ARP, 42 bytes");
	assert_string_equal(other_frame(0x0800, 98), "IPv4, 98 bytes");
	assert_string_equal(other_frame(0x86dd, 90), "IPv6, 90 bytes");
	assert_string_equal(other_frame(0x88cc, 60), "Ethernet, 60 bytes");
	assert_string_equal(other_frame(0x0806, 13), "Ethernet, 13 bytes");
}

TEST(events_of_every_kind_are_told)
{
	struct timeline *t = timeline;
	struct event *timer;

	assert_string_equal(
		event_text(story_state(t, WHO_LWIP, "c1", ST_FIN_WAIT_1, ST_FIN_WAIT_2)),
		"#1 lwip FIN_WAIT_1 → FIN_WAIT_2");
	assert_string_equal(event_text(story_callback(t, "c1", "err", "ERR_RST", 0)),
			    "#2 lwip callback err(ERR_RST)");
	assert_string_equal(event_text(story_callback(t, "c1", "poll", NULL, 0)),
			    "#3 lwip callback poll()");
	assert_string_equal(event_text(story_frame(t, WHO_KERNEL, "c1", SEG_SYN, 0, 0, 0)),
			    "#4 kernel sends SYN seq=0");
	assert_string_equal(event_text(story_call(t, WHO_KERNEL, "c1", "connect", "10.9.0.2:80",
						  "EINPROGRESS (115)")),
			    "#5 kernel connect(10.9.0.2:80) = EINPROGRESS (115)");
	assert_string_equal(event_text(story_call(t, WHO_LAB, NULL, "warp", "5 ms", NULL)),
			    "#6 lab warp(5 ms)");
	timer = timeline_add(t, EV_TIMER, WHO_LWIP, "c1");
	timer->timer.name = "2MSL";
	assert_string_equal(event_text(timer), "#7 lwip timer: 2MSL");
	assert_string_equal(event_text(story_fault(t, "release", 4, "a held frame goes on")),
			    "#8 wire release: a held frame goes on");
	assert_string_equal(event_text(story_verdict(t, true, "fine")), "#9 lab holds: fine");
	assert_string_equal(event_text(story_verdict(t, false, "bad")), "#10 lab FAILS: bad");
	assert_string_equal(event_text(story_guard(t, "c1", "forged", "no valid cookie")),
			    "#11 lwip guard: no valid cookie");
}

TEST(a_frame_tells_its_fate)
{
	struct event *event = story_frame(timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 1, 1, 0);

	event->frame.fate = "dropped";
	assert_string_equal(event_text(event), "#1 lwip sends FIN,ACK seq=1 ack=1, dropped");
}

TEST(what_is_too_long_is_cut)
{
	static char args[1000];
	struct event *event;

	memset(args, 'a', sizeof(args) - 1);
	event = story_call(timeline, WHO_LWIP, "c1", "tcp_write", args, NULL);
	assert_int_equal(strlen(event_text(event)), DESCRIBE_STRLEN - 1);
}

int main(void)
{
#define DESCRIBE_TEST(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	static const struct CMUnitTest tests[] = {
		DESCRIBE_TEST(a_segment_says_what_matters),
		DESCRIBE_TEST(a_frame_without_tcp_is_named_by_its_type),
		DESCRIBE_TEST(events_of_every_kind_are_told),
		DESCRIBE_TEST(a_frame_tells_its_fate),
		DESCRIBE_TEST(what_is_too_long_is_cut),
	};

	return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
