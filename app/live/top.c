/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/top.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "end/sock_diag.h"
#include "live/screen.h"

#define NS_PER_S UINT64_C(1000000000)
#define SOON_NS  (NS_PER_S / 5)

struct top {
	struct live *live;
	struct mnl_socket *diag;
	struct top_view view;
	bool closed; /* ones are shown, too */
	bool urgent; /* somebody has pressed a key */
	bool news;   /* there are some that were not drawn */
	size_t room; /* connections that fit */
	uint64_t drawn_ns;
	uint32_t events; /* looked at: these */
	uint64_t frames, transitions;
	struct left_out left_out;
	/* A second ago, or so: */
	uint64_t rated_ns, rated_frames, rated_transitions;
	char *printed; /* plain text: what was, without times */
};

/* -- Keys */

static void scroll_by(struct top *top, ptrdiff_t lines)
{
	ptrdiff_t first = (ptrdiff_t)top->view.first + lines;

	top->view.first = first < 0 ? 0 : (size_t)first;
}

static void press(struct top *top, int key)
{
	ptrdiff_t page = top->room > 1 ? (ptrdiff_t)top->room - 1 : 1;

	switch (key) {
	case 'q': top->live->stop = true; break;
	case 'h':
	case '?': top->view.help = !top->view.help; break;
	case 's': top->view.sort = (top->view.sort + 1) % TOP_SORTS; break;
	case 'l': top->closed = !top->closed; break;
	case KEY_UP: scroll_by(top, -1); break;
	case KEY_DOWN: scroll_by(top, 1); break;
	case KEY_PPAGE: scroll_by(top, -page); break;
	case KEY_NPAGE:
	case ' ': scroll_by(top, page); break;
	case KEY_HOME: top->view.first = 0; break;
	case KEY_END: top->view.first = UINT32_MAX; break;
	default: return;
	}
	top->urgent = true;
}

static void on_keys(void *context, short revents)
{
	struct top *top = context;
	int key;

	while ((key = getch()) != ERR)
		press(top, key);
	if ((revents & (POLLHUP | POLLERR)) != 0)
		live_forget(top->live, STDIN_FILENO);
}

static void on_resized(void *context, short revents)
{
	(void)revents;
	screen_resize();
	((struct top *)context)->urgent = true;
}

static int watch(struct top *top, struct why *why)
{
	const struct live_source keys = {
		.fd = STDIN_FILENO, .events = POLLIN, .ready = on_keys, .context = top
	};
	const struct live_source size = {
		.fd = screen_size_fd(), .events = POLLIN, .ready = on_resized, .context = top
	};
	int err = live_watch(top->live, &size);

	top->view.keys = isatty(STDIN_FILENO);
	if (err == 0 && top->view.keys)
		err = live_watch(top->live, &keys);
	return err == 0 ? 0 : why_set(why, -err, "cannot watch the terminal: %s", strerror(-err));
}

/* -- Rates */

static void count(struct top *top)
{
	const struct timeline *timeline = top->live->lab->timeline;
	struct left_out left_out = timeline_left_out(timeline);

	for (; top->events < timeline_count(timeline); top->events++) {
		const struct event *event = timeline_event(timeline, top->events + 1);

		top->frames += event->kind == EV_FRAME;
		top->transitions += event->kind == EV_STATE;
	}
	top->frames += left_out.frames - top->left_out.frames;
	top->left_out = left_out;
}

static void rate(struct top *top, uint64_t now_ns)
{
	double s = (double)(now_ns - top->rated_ns) / (double)NS_PER_S;

	if (s < 1)
		return;
	top->view.frames = (double)(top->frames - top->rated_frames) / s;
	top->view.transitions = (double)(top->transitions - top->rated_transitions) / s;
	top->rated_ns = now_ns;
	top->rated_frames = top->frames;
	top->rated_transitions = top->transitions;
}

/* -- Showing it */

static void put_state(const struct table_side *side, FILE *out)
{
	const struct table_row *row = &side->row;

	if (side->there)
		fprintf(out, " %d %u %u %s", row->state, row->recv_q, row->send_q,
			row->timer == NULL ? "" : row->timer);
	putc(';', out);
}

/* What the table says, but for the time that passes. */
static char *gist_of(const struct top *top)
{
	const struct table *table = top->view.table;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fprintf(out, "%llu;", (unsigned long long)top->transitions);
	for (size_t i = 0; i < table->count; i++) {
		fprintf(out, "%zu", i);
		put_state(&table->line[i].side[WHO_LWIP], out);
		put_state(&table->line[i].side[WHO_KERNEL], out);
	}
	fclose(out);
	return text;
}

static void print(struct top *top, const struct top_page *page)
{
	char *gist = gist_of(top);

	if (gist != NULL && top->printed != NULL && strcmp(gist, top->printed) == 0) {
		free(gist);
		return;
	}
	if (top->printed != NULL)
		putchar('\n');
	for (size_t i = 0; i < page->count; i++)
		puts(page->line[i].text);
	fflush(stdout);
	free(top->printed);
	top->printed = gist;
}

/* A kernel that does not answer leaves its side empty. */
static void show(struct top *top)
{
	struct table table;
	struct top_page page;

	table_take(&table, top->live, top->diag);
	if (top->closed)
		table_add_closed(&table, top->live);
	top->view.table = &table;
	top->view.up_ns = timeline_now_ns(top->live->lab->timeline);
	if (screen_is_open()) {
		top->view.width = (unsigned int)COLS;
		top->view.height = (unsigned int)LINES;
	}
	top_lay_out(&page, &top->view);
	top->view.first = page.first;
	top->room = page.room;
	if (screen_is_open())
		screen_draw(&page);
	else
		print(top, &page);
	top_page_free(&page);
	table_free(&table);
}

int top_open(struct top **top, struct live *live, struct why *why)
{
	struct top *t = calloc(1, sizeof(*t));
	int err;

	if (t == NULL)
		return why_set(why, ENOMEM, "out of memory for a table");
	t->live = live;
	t->view.width = TOP_WIDE;
	t->rated_ns = timeline_real_ns();
	err = sock_diag_open(&t->diag, why);
	if (err == 0 && isatty(STDOUT_FILENO)) {
		err = screen_open(why);
		if (err == 0)
			err = watch(t, why);
	}
	if (err < 0)
		top_close(t);
	else
		*top = t;
	return err;
}

void top_look(struct top *top)
{
	uint64_t now_ns = timeline_real_ns(), since_ns = now_ns - top->drawn_ns;
	uint32_t seen = top->events;
	bool news;

	count(top);
	news = screen_is_open() && (top->news || top->events != seen);
	top->news = news;
	if (!top->urgent && since_ns < (news ? SOON_NS : NS_PER_S))
		return;
	rate(top, now_ns);
	top->urgent = top->news = false;
	top->drawn_ns = now_ns;
	show(top);
}

void top_close(struct top *top)
{
	if (top == NULL)
		return;
	screen_close();
	sock_diag_close(top->diag);
	free(top->printed);
	free(top);
}
