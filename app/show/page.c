/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/page.h"

#include <string.h>
#include <sys/utsname.h>

#include "show/markup.h"

static void put_run(const struct page *page, FILE *out)
{
	struct utsname system;
	char when[40] = "";
	struct tm tm;

	if (localtime_r(&page->when, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %z", &tm);
	uname(&system);
	fputs("<header><div class=\"row1\"><h1>tcplab</h1>"
	      "<button type=\"button\" id=\"theme\" title=\"light or dark\">◐</button></div>\n",
	      out);
	fputs("<p class=\"sub\">lwIP ", out);
	if (page->board == NULL) {
		fputs(settings_lwip_version(), out);
	} else {
		fputs("on a board (", out);
		markup_text(out, page->board);
		putc(')', out);
	}
	fprintf(out,
		" against the TCP of Linux %s · netif %s · %s · seed %llu</p>\n"
		"<p class=\"sub\"><code>",
		system.release, page->netif, when, (unsigned long long)page->seed);
	markup_text(out, page->command);
	fputs("</code></p>\n", out);
}

void page_open(const struct page *page, const char *title, const char *const *styles, FILE *out)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
	      out);
	markup_text(out, title);
	fputs("</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n", out);
	markup_colours(out);
	fputs(markup_report_css, out);
	for (; *styles != NULL; styles++)
		fputs(*styles, out);
	fputs("</style></head>\n<body>\n", out);
	put_run(page, out);
}

void page_main(FILE *out)
{
	fputs("</header>\n<main>\n", out);
}

static void put_lwip(FILE *out)
{
	fprintf(out, "<table><caption>lwIP %s</caption>\n", settings_lwip_version());
	for (const struct option_of_lwip *option = settings_lwip; option->name != NULL; option++)
		fprintf(out, "<tr><th>%s</th><td>%u</td><td>%s</td></tr>\n", option->name,
			settings_lwip_value(option), option->about);
	fputs("</table>", out);
}

void page_environment(const struct page *page, FILE *out)
{
	struct utsname system;

	uname(&system);
	fputs("<section id=\"environment\"><h2>Environment</h2>\n<div class=\"tables\">", out);
	if (page->board == NULL)
		put_lwip(out);
	fprintf(out, "<table><caption>Linux %s, %s</caption>\n", system.release, system.machine);
	for (int i = 0; page->settings != NULL && i < SETTINGS_COUNT; i++) {
		const char *value = page->settings->value[i];

		fprintf(out, "<tr><th>%s</th><td>", strrchr(settings_parameters[i].path, '/') + 1);
		markup_text(out, *value == '\0' ? "not there" : value);
		fprintf(out, "</td><td>%s</td></tr>\n", settings_parameters[i].about);
	}
	fputs("</table></div>\n<p class=\"hint\">The kernel's parameters are those of the private "
	      "namespace as an experiment begins.</p></section>\n",
	      out);
}

void page_close(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}
