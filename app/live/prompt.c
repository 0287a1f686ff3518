/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/prompt.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <histedit.h>

#include "live/command.h"

#define PROMPT_TEXT  "tcplab> "
#define HISTORY_SIZE 1000
#define COLUMNS      80

struct prompt {
	struct session *session;
	FILE *in, *out;
	EditLine *edit;
	History *history;
	HistEvent event;
	char path[4096]; /* of the history; empty: it is not kept */
	bool active;     /* the prompt is there, and the terminal is libedit's */
	bool hidden;
	bool end; /* of input: Ctrl-D */
};

#ifdef __SANITIZE_ADDRESS__
/* libedit forgets the names of added functions, and libtinfo a string, at el_end(). */
const char *__lsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier) */
const char *__lsan_default_suppressions(void)  /* NOLINT(bugprone-reserved-identifier) */
{
	return "leak:wcsdup\nleak:_nc_trim_sgr0\n";
}
#endif

static char *prompt_text(EditLine *edit)
{
	static char text[] = PROMPT_TEXT;

	(void)edit;
	return text;
}

static struct prompt *prompt_of(EditLine *edit)
{
	void *prompt = NULL;

	el_get(edit, EL_CLIENTDATA, &prompt);
	return prompt;
}

/* -- Keys */

/* What has been typed up to the cursor. */
static void read_typed(EditLine *edit, char line[SESSION_LINE + 1])
{
	const LineInfo *info = el_line(edit);
	size_t size = (size_t)(info->cursor - info->buffer);

	if (size > SESSION_LINE)
		size = SESSION_LINE;
	memcpy(line, info->buffer, size);
	line[size] = '\0';
}

/* What all that fits has in common; returns how many these are. */
static unsigned int complete(const struct session *session, const char *line, char common[64])
{
	char word[64];
	unsigned int n = 0;

	for (; command_complete(session, line, n, word, sizeof(word)); n++) {
		size_t length = 0;

		if (n == 0)
			snprintf(common, 64, "%s", word);
		while (common[length] != '\0' && common[length] == word[length])
			length++;
		common[length] = '\0';
	}
	return n;
}

static void list(struct prompt *prompt, const char *line)
{
	char word[64];

	putc('\n', prompt->out);
	for (unsigned int n = 0; command_complete(prompt->session, line, n, word, sizeof(word));
	     n++)
		fprintf(prompt->out, "%s%s", n == 0 ? "" : "  ", word);
	putc('\n', prompt->out);
	fflush(prompt->out);
}

static unsigned char on_tab(EditLine *edit, int key)
{
	struct prompt *prompt = prompt_of(edit);
	char line[SESSION_LINE + 1], common[64];
	size_t typed = 0;
	unsigned int count;

	(void)key;
	read_typed(edit, line);
	count = complete(prompt->session, line, common);
	if (count == 0)
		return CC_REFRESH_BEEP;
	for (size_t length = strlen(line);
	     typed < length && line[length - typed - 1] != ' ' && line[length - typed - 1] != '\t';)
		typed++;
	if (common[typed] != '\0' && el_insertstr(edit, common + typed) < 0)
		return CC_REFRESH_BEEP;
	if (count == 1)
		el_insertstr(edit, " ");
	if (count == 1 || common[typed] != '\0')
		return CC_REFRESH;
	list(prompt, line);
	return CC_REDISPLAY;
}

/* Ctrl-D: the end on an empty line, else the next character. */
static unsigned char on_end(EditLine *edit, int key)
{
	const LineInfo *info = el_line(edit);

	(void)key;
	if (info->lastchar == info->buffer) {
		prompt_of(edit)->end = true;
		return CC_REFRESH;
	}
	if (info->cursor == info->lastchar)
		return CC_REFRESH_BEEP;
	el_cursor(edit, 1);
	el_deletestr(edit, 1);
	return CC_REFRESH;
}

/* -- History */

/* Makes each directory of a path that is not there. */
static void make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static void open_history(struct prompt *prompt)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state != NULL && state[0] == '/')
		snprintf(prompt->path, sizeof(prompt->path), "%s/tcplab/history", state);
	else if (home != NULL && home[0] == '/')
		snprintf(prompt->path, sizeof(prompt->path), "%s/.local/state/tcplab/history",
			 home);
	history(prompt->history, &prompt->event, H_SETSIZE, HISTORY_SIZE);
	history(prompt->history, &prompt->event, H_SETUNIQUE, 1);
	if (prompt->path[0] != '\0')
		history(prompt->history, &prompt->event, H_LOAD, prompt->path);
	el_set(prompt->edit, EL_HIST, history, prompt->history);
}

static void keep_history(struct prompt *prompt)
{
	mode_t mask;

	if (prompt->path[0] == '\0')
		return;
	make_directories(prompt->path);
	mask = umask(0077);
	history(prompt->history, &prompt->event, H_SAVE, prompt->path);
	umask(mask);
}

/* -- The prompt */

int prompt_open(struct prompt **prompt, struct session *session, FILE *in, FILE *out,
		struct why *why)
{
	struct prompt *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return why_set(why, ENOMEM, "out of memory for a prompt");
	p->session = session;
	p->in = in;
	p->out = out;
	setlocale(LC_CTYPE, ""); /* libedit shows characters of several bytes by it */
	p->history = history_init();
	p->edit = el_init("tcplab", in, out, stderr);
	if (p->history == NULL || p->edit == NULL) {
		prompt_close(p);
		return why_set(why, ENOMEM, "out of memory for a prompt");
	}
	el_set(p->edit, EL_CLIENTDATA, p);
	el_set(p->edit, EL_PROMPT, prompt_text);
	el_set(p->edit, EL_EDITOR, "emacs");
	el_set(p->edit, EL_ADDFN, "tcplab-complete", "complete a word", on_tab);
	el_set(p->edit, EL_ADDFN, "tcplab-end", "the end, or delete", on_end);
	el_set(p->edit, EL_BIND, "^I", "tcplab-complete", NULL);
	el_set(p->edit, EL_BIND, "^D", "tcplab-end", NULL);
	el_set(p->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
	open_history(p);
	*prompt = p;
	return 0;
}

/* Gives the terminal back: its line discipline takes what is typed. */
static void leave(struct prompt *prompt)
{
	if (prompt->active)
		el_set(prompt->edit, EL_UNBUFFERED, 0);
	prompt->active = prompt->hidden = false;
}

void prompt_close(struct prompt *prompt)
{
	if (prompt == NULL)
		return;
	if (prompt->edit != NULL) {
		prompt_hide(prompt);
		leave(prompt);
		keep_history(prompt);
		el_end(prompt->edit);
	}
	if (prompt->history != NULL)
		history_end(prompt->history);
	free(prompt);
}

/* A line is complete. */
static void take(struct prompt *prompt, const char *line, size_t size)
{
	char kept[SESSION_LINE + 1];

	leave(prompt);
	if (size > 1 && size <= SESSION_LINE) {
		snprintf(kept, sizeof(kept), "%.*s", (int)size - 1, line);
		history(prompt->history, &prompt->event, H_ENTER, kept);
	}
	session_feed(prompt->session, line, size);
}

static void end(struct prompt *prompt)
{
	if (prompt->active)
		putc('\n', prompt->out);
	leave(prompt);
	session_end_of_lines(prompt->session);
}

/* One key. */
static void on_key(struct prompt *prompt)
{
	int size = 0;
	const char *line = el_gets(prompt->edit, &size);

	if (prompt->end || line == NULL || size < 0)
		end(prompt);
	else if (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
		take(prompt, line, (size_t)size);
}

/* A command is being carried out: what is typed meanwhile is for later. */
static void on_line(struct prompt *prompt)
{
	char bytes[SESSION_LINE];
	ssize_t size = read(fileno(prompt->in), bytes, sizeof(bytes));

	if (size > 0)
		session_feed(prompt->session, bytes, (size_t)size);
	else if (size == 0 || (errno != EAGAIN && errno != EINTR))
		end(prompt);
}

static void ready(void *context, short revents)
{
	struct prompt *prompt = context;

	(void)revents;
	if (prompt->active)
		on_key(prompt);
	else
		on_line(prompt);
}

struct live_source prompt_source(struct prompt *prompt)
{
	return (struct live_source){
		.fd = fileno(prompt->in), .events = POLLIN, .ready = ready, .context = prompt
	};
}

void prompt_look(struct prompt *prompt)
{
	struct session *session = prompt->session;

	session_work(session);
	if (session->at_work)
		return;
	fflush(session->out);
	if (session->ended || prompt->active)
		return;
	prompt->active = true;
	el_set(prompt->edit, EL_UNBUFFERED, 1);
}

/* -- Out of the way */

static unsigned int columns_of(const struct prompt *prompt)
{
	struct winsize size;

	return ioctl(fileno(prompt->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
										     : COLUMNS;
}

void prompt_hide(struct prompt *prompt)
{
	const LineInfo *info;
	unsigned int width, rows;

	if (prompt == NULL || !prompt->active || prompt->hidden)
		return;
	info = el_line(prompt->edit);
	width = (unsigned int)(strlen(PROMPT_TEXT));
	for (const char *c = info->buffer; c < info->cursor; c++)
		width += ((unsigned char)*c & 0xc0) != 0x80;
	rows = width / columns_of(prompt);
	putc('\r', prompt->out);
	if (rows > 0)
		fprintf(prompt->out, "\033[%uA", rows);
	fputs("\033[J", prompt->out);
	prompt->hidden = true;
}

void prompt_show(struct prompt *prompt)
{
	if (prompt == NULL || !prompt->hidden)
		return;
	fflush(prompt->out);
	el_set(prompt->edit, EL_REFRESH);
	prompt->hidden = false;
}
