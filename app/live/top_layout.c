/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/top_layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)
/* Lines above the connections. */
#define HEAD 6

const char *top_sort_name(enum top_sort sort)
{
	static const char *const names[] = { "age", "state", "queue" };

	return names[sort];
}

/* -- Numbers in few columns */

#define SHORT_STRLEN 24

/* In four columns "0.2s", "599s", "599m", "99h", "12d"; in three ".2s", "99s", "99m", "99h". */
static const char *short_time(uint64_t ns, bool wide, char text[SHORT_STRLEN])
{
	const uint64_t most = wide ? 600 : 100;
	uint64_t s = ns / NS_PER_S;
	unsigned int tenths = (unsigned int)(ns % NS_PER_S * 10 / NS_PER_S);

	if (wide && s < 10)
		snprintf(text, SHORT_STRLEN, "%" PRIu64 ".%us", s, tenths);
	else if (s < 1)
		snprintf(text, SHORT_STRLEN, ".%us", tenths);
	else if (s < most)
		snprintf(text, SHORT_STRLEN, "%" PRIu64 "s", s);
	else if (s < most * 60)
		snprintf(text, SHORT_STRLEN, "%" PRIu64 "m", s / 60);
	else if (s < UINT64_C(100) * 3600)
		snprintf(text, SHORT_STRLEN, "%" PRIu64 "h", s / 3600);
	else
		snprintf(text, SHORT_STRLEN, "%" PRIu64 "d", s / 86400);
	return text;
}

/* "9999", "64k", "4M" */
static const char *short_size(uint32_t bytes, char text[SHORT_STRLEN])
{
	if (bytes < 10000)
		snprintf(text, SHORT_STRLEN, "%" PRIu32, bytes);
	else if (bytes >> 10 < 1000)
		snprintf(text, SHORT_STRLEN, "%" PRIu32 "k", bytes >> 10);
	else
		snprintf(text, SHORT_STRLEN, "%" PRIu32 "M", bytes >> 20);
	return text;
}

/* -- Order */

struct place {
	const struct table_line *line;
};

static uint64_t age_of(const struct table_line *line)
{
	uint64_t age = UINT64_MAX;

	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++)
		if (line->side[who].age_known && line->side[who].age_ns < age)
			age = line->side[who].age_ns;
	return age;
}

static int state_of(const struct table_line *line, enum who who)
{
	const struct table_side *side = &line->side[who];

	return side->there ? (int)side->row.state : (int)ST_COUNT;
}

/* A listener's queue is one of connections. */
static uint64_t queue_of(const struct table_line *line)
{
	uint64_t sum = 0;

	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++)
		if (line->side[who].there && line->side[who].row.state != ST_LISTEN)
			sum += (uint64_t)line->side[who].row.recv_q + line->side[who].row.send_q;
	return sum;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What is alike stands in the table's own order. */
static int alike(const struct table_line *a, const struct table_line *b)
{
	return (a > b) - (a < b);
}

static int by_age(const void *first, const void *second)
{
	const struct table_line *a = ((const struct place *)first)->line;
	const struct table_line *b = ((const struct place *)second)->line;
	int order = compare_numbers(age_of(a), age_of(b));

	return order != 0 ? order : alike(a, b);
}

static int by_state(const void *first, const void *second)
{
	const struct table_line *a = ((const struct place *)first)->line;
	const struct table_line *b = ((const struct place *)second)->line;
	int order = state_of(a, WHO_LWIP) - state_of(b, WHO_LWIP);

	if (order == 0)
		order = state_of(a, WHO_KERNEL) - state_of(b, WHO_KERNEL);
	return order != 0 ? order : alike(a, b);
}

static int by_queue(const void *first, const void *second)
{
	const struct table_line *a = ((const struct place *)first)->line;
	const struct table_line *b = ((const struct place *)second)->line;
	int order = compare_numbers(queue_of(b), queue_of(a));

	return order != 0 ? order : alike(a, b);
}

static void *room_for(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (room == NULL) {
		fputs("tcplab: out of memory for a table of connections\n", stderr);
		exit(2);
	}
	return room;
}

/* The table's lines, as they are to be shown. */
static struct place *in_order(const struct table *table, enum top_sort sort)
{
	static int (*const compare[])(const void *, const void *) = { by_age, by_state, by_queue };
	struct place *order = room_for(table->count + 1, sizeof(order[0]));

	for (size_t i = 0; i < table->count; i++)
		order[i].line = &table->line[i];
	qsort(order, table->count, sizeof(order[0]), compare[sort]);
	return order;
}

/* -- Lines */

static struct top_line *add(struct top_page *page, enum top_part part)
{
	struct top_line *line = &page->line[page->count++];

	line->part = part;
	return line;
}

static void append(struct top_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct top_line *line, const char *format, ...)
{
	size_t length = strlen(line->text);
	va_list args;

	va_start(args, format);
	vsnprintf(line->text + length, sizeof(line->text) - length, format, args);
	va_end(args);
}

static void put_summary(struct top_page *page, const struct top_view *view)
{
	uint64_t s = view->up_ns / NS_PER_S;

	append(add(page, TOP_TEXT),
	       "up %" PRIu64 ":%02u:%02u  %.0f frames/s  %.0f transitions/s  "
	       "lwIP: %" PRIu32 " of %" PRIu32 " pcbs, most %" PRIu32,
	       s / 3600, (unsigned int)(s / 60 % 60), (unsigned int)(s % 60), view->frames,
	       view->transitions, view->table->pcbs, view->table->pcbs_room,
	       view->table->pcbs_most);
}

static void put_counts(struct top_page *page, const struct top_view *view)
{
	static const char *const brief[ST_COUNT] = { "CLOSED",  "LISTEN", "SYN_S", "SYN_R",
						     "ESTAB",   "FIN_1",  "FIN_2", "CLOSE_W",
						     "CLOSING", "LAST_A", "TIME_W" };
	struct top_line *line[3]; /* the names; by enum who */

	for (int i = 0; i < 3; i++)
		line[i] = add(page, TOP_TEXT);
	append(line[0], "%-6s", "");
	append(line[1], "%-6s", who_name(WHO_LWIP));
	append(line[2], "%-6s", table_far_end(view->table));
	for (int state = ST_LISTEN; state < ST_COUNT; state++) {
		const char *name =
			view->width < TOP_WIDE ? brief[state] : state_name((enum state)state);

		append(line[0], " %s", name);
		for (int who = WHO_LWIP; who <= WHO_KERNEL; who++)
			append(line[1 + who], " %*" PRIu32, (int)strlen(name),
			       view->table->in_state[who][state]);
	}
}

static void put_shown(struct top_page *page, const struct top_view *view, size_t shown)
{
	struct top_line *line = add(page, TOP_TEXT);

	if (view->help) {
		append(line, "q quit  arrows, PgUp, PgDn, Home, End scroll  s sort  "
			     "l also CLOSED  h no help");
		return;
	}
	if (shown == view->table->count)
		append(line, "%zu connections and listeners", shown);
	else
		append(line, "%zu to %zu of %zu connections and listeners", page->first + 1,
		       page->first + shown, view->table->count);
	append(line, ", by %s%s", top_sort_name(view->sort), view->keys ? "; h: help" : "");
}

static void put_heading(struct top_page *page, const struct top_view *view)
{
	struct top_line *line = add(page, TOP_HEADING);
	const char *far_end = table_far_end(view->table);
	bool wide = view->width >= TOP_WIDE;

	if (wide)
		append(line, "%-5s %-15s %-15s", "", "lwip", far_end);
	else
		append(line, "%-5s v %5s %5.4s", "", "lwip", far_end);
	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++)
		append(line, " %-11s %*s %4s %4s %-*s",
		       who == WHO_LWIP ? who_name(WHO_LWIP) : far_end, wide ? 4 : 3, "for", "rcvq",
		       "sndq", wide ? 12 : 3, wide ? "timer" : "due");
}

static void put_side(struct top_line *line, const struct table_side *side, bool wide)
{
	const struct table_row *row = &side->row;
	char age[SHORT_STRLEN] = "", recv[SHORT_STRLEN] = "", send[SHORT_STRLEN] = "";
	char left[SHORT_STRLEN] = "", timer[2 * SHORT_STRLEN] = "";
	bool known = side->there || side->closed;

	if (side->age_known)
		short_time(side->age_ns, wide, age);
	if (side->there) {
		short_size(row->recv_q, recv);
		short_size(row->send_q, send);
	}
	if (side->there && row->timer != NULL) {
		short_time(UINT64_C(1000000) * row->timer_ms, wide, left);
		snprintf(timer, sizeof(timer), "%s %s", row->timer, left);
	}
	append(line, " %-11s %*s %4s %4s %-*s", known ? state_name(row->state) : "-", wide ? 4 : 3,
	       age, recv, send, wide ? 12 : 3, wide ? timer : left);
}

static enum top_part part_of(const struct table_line *line)
{
	if (age_of(line) < NS_PER_S)
		return TOP_NEW;
	return line->side[WHO_LWIP].there || line->side[WHO_KERNEL].there ? TOP_CONN : TOP_CLOSED;
}

static const char *port_of(const struct endpoint *endpoint, char text[TABLE_ADDRESS_STRLEN])
{
	if (endpoint->port == 0)
		return "*";
	snprintf(text, TABLE_ADDRESS_STRLEN, "%u", endpoint->port);
	return text;
}

static void put_conn(struct top_page *page, const struct top_view *view,
		     const struct table_line *conn)
{
	struct top_line *line = add(page, part_of(conn));
	char lwip[TABLE_ADDRESS_STRLEN], kernel[TABLE_ADDRESS_STRLEN];
	bool wide = view->width >= TOP_WIDE;

	append(line, "%-5s", conn->name == NULL ? "" : conn->name);
	if (wide)
		append(line, " %-15s %-15s", table_address(&conn->lwip, lwip),
		       table_address(&conn->kernel, kernel));
	else
		append(line, " %u %5s %5s", conn->lwip.family, port_of(&conn->lwip, lwip),
		       port_of(&conn->kernel, kernel));
	put_side(line, &conn->side[WHO_LWIP], wide);
	put_side(line, &conn->side[WHO_KERNEL], wide);
}

/* -- The page */

static void trim(struct top_line *line, unsigned int width)
{
	size_t length = strlen(line->text);

	if (length > width)
		length = width;
	while (length > 0 && line->text[length - 1] == ' ')
		length--;
	line->text[length] = '\0';
}

void top_lay_out(struct top_page *page, const struct top_view *view)
{
	size_t count = view->table->count, shown;
	struct place *order = in_order(view->table, view->sort);

	*page = (struct top_page){ .first = view->first, .room = count };
	if (view->height > 0)
		page->room = view->height > HEAD ? view->height - HEAD : 0;
	if (page->first + page->room > count)
		page->first = page->room < count ? count - page->room : 0;
	shown = count - page->first < page->room ? count - page->first : page->room;
	page->line = room_for(HEAD + shown, sizeof(page->line[0]));
	put_summary(page, view);
	put_counts(page, view);
	put_shown(page, view, shown);
	put_heading(page, view);
	for (size_t i = 0; i < shown; i++)
		put_conn(page, view, order[page->first + i].line);
	free(order);
	if (view->height > 0 && page->count > view->height)
		page->count = view->height;
	for (size_t i = 0; i < page->count; i++)
		trim(&page->line[i], view->width);
}

void top_page_free(struct top_page *page)
{
	free(page->line);
	*page = (struct top_page){ 0 };
}
