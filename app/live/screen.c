/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

/* Of an escape sequence, in ms: the keys of a terminal come at once. */
#define ESCAPE_MS 25

/* The terminal, for whoever puts it back. */
static struct {
	SCREEN *screen; /* NULL: it is as it was */
	FILE *out;      /* to it */
	int out_fd;
	struct termios before;
	char leave[128]; /* for a crash */
	size_t leave_size;
	int kept; /* what others have printed */
	int fd[2]; /* their descriptors' own: standard output, standard error; -1: not the terminal */
	int size_fd; /* a signalfd: SIGWINCH */
} terminal = { .kept = -1, .fd = { -1, -1 }, .size_fd = -1 };

static void give_kept(void)
{
	char bytes[4096];
	ssize_t size;

	if (terminal.kept < 0)
		return;
	lseek(terminal.kept, 0, SEEK_SET);
	while ((size = read(terminal.kept, bytes, sizeof(bytes))) > 0)
		if (write(STDOUT_FILENO, bytes, (size_t)size) != size)
			break;
	close(terminal.kept);
	terminal.kept = -1;
}

/* Others have the terminal again. */
static void let_others(void)
{
	for (int i = 0; i < 2; i++) {
		if (terminal.fd[i] < 0)
			continue;
		dup2(terminal.fd[i], STDOUT_FILENO + i);
		close(terminal.fd[i]);
		terminal.fd[i] = -1;
	}
	give_kept();
}

static void put_back(void)
{
	if (terminal.screen == NULL)
		return;
	endwin();
	terminal.screen = NULL;
	fflush(stdout);
	let_others();
}

/* The same with nothing but what a signal's handler may call. */
static void put_back_now(void)
{
	if (terminal.screen == NULL)
		return;
	terminal.screen = NULL;
	if (write(terminal.out_fd, terminal.leave, terminal.leave_size) > 0)
		tcsetattr(terminal.out_fd, TCSADRAIN, &terminal.before);
	let_others();
}

/* lwIP's assertions have something to say, too. */
static void on_crash(int number)
{
	put_back_now();
	signal(number, SIG_DFL);
	raise(number);
}

static int add_to_leave(int byte)
{
	if (terminal.leave_size == sizeof(terminal.leave))
		return EOF;
	terminal.leave[terminal.leave_size++] = (char)byte;
	return byte;
}

/* What leads out of the screen; ncurses knows the terminal by now. */
static void be_sure(void)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = tigetstr(names[i]);

		if (text != NULL)
			tputs(text, 1, add_to_leave);
	}
	atexit(put_back);
	signal(SIGABRT, on_crash);
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_set_death_callback(put_back_now);
#else
	signal(SIGSEGV, on_crash);
	signal(SIGBUS, on_crash);
#endif
}

/* From here on others print into a file, those that would on the terminal. */
static int keep_others(struct why *why)
{
	fflush(NULL);
	terminal.kept = memfd_create("printed", MFD_CLOEXEC);
	if (terminal.kept < 0)
		return why_set(why, errno, "memfd_create: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		if (!isatty(STDOUT_FILENO + i))
			continue;
		terminal.fd[i] = fcntl(STDOUT_FILENO + i, F_DUPFD_CLOEXEC, 0);
		dup2(terminal.kept, STDOUT_FILENO + i);
	}
	return 0;
}

/* A handler would interrupt the lab's system calls, as ncurses's own does. */
static int watch_size(struct why *why)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	terminal.size_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return terminal.size_fd < 0 ? why_set(why, errno, "signalfd: %s", strerror(errno)) : 0;
}

int screen_open(struct why *why)
{
	const char *type = getenv("TERM");
	int err = watch_size(why);

	if (err < 0)
		return err;
	terminal.out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	terminal.out = terminal.out_fd < 0 ? NULL : fdopen(terminal.out_fd, "w");
	if (terminal.out == NULL || tcgetattr(terminal.out_fd, &terminal.before) < 0)
		return why_set(why, errno, "cannot use the terminal: %s", strerror(errno));
	terminal.screen = newterm(NULL, terminal.out, stdin);
	if (terminal.screen == NULL || tigetstr("cup") == NULL)
		return why_set(why, ENOTSUP,
			       "cannot fill the screen of a terminal of the type '%s': set TERM to "
			       "the right one, or have plain text: tcplab up -t | cat",
			       type == NULL ? "" : type);
	be_sure();
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	return keep_others(why);
}

void screen_close(void)
{
	SCREEN *screen = terminal.screen;

	put_back();
	if (screen != NULL)
		delscreen(screen);
	if (terminal.out != NULL)
		fclose(terminal.out);
	if (terminal.size_fd >= 0)
		close(terminal.size_fd);
	terminal.out = NULL;
	terminal.size_fd = -1;
}

bool screen_is_open(void)
{
	return terminal.screen != NULL;
}

int screen_size_fd(void)
{
	return terminal.size_fd;
}

void screen_resize(void)
{
	struct signalfd_siginfo info;
	struct winsize size;

	while (read(terminal.size_fd, &info, sizeof(info)) == sizeof(info))
		;
	if (ioctl(terminal.out_fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(stdscr, TRUE);
}

void screen_draw(const struct top_page *page)
{
	static const attr_t attributes[] = { A_NORMAL, A_REVERSE, A_NORMAL, A_BOLD, A_DIM };

	erase();
	for (size_t i = 0; i < page->count; i++) {
		const struct top_line *line = &page->line[i];

		attrset(attributes[line->part]);
		mvaddstr((int)i, 0, line->text);
		if (line->part == TOP_HEADING)
			for (int x = (int)strlen(line->text); x < COLS; x++)
				addch(' ');
	}
	attrset(A_NORMAL);
	refresh();
}
