/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/flood_table.h"

#include <string.h>

#include "record/json.h"

#define NOTE_WIDTH 80 /* columns of the notes below the table */

const char *flood_kind_name(enum flood_kind kind)
{
	static const char *const names[] = {
		[FLOOD_SYN] = "syn",
		[FLOOD_ACK] = "ack",
		[FLOOD_SYN_DATA] = "data",
	};

	return names[kind];
}

/* -- For people */

/* "1,234,567" */
static const char *grouped(uint64_t number, char text[32])
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	char *at = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = '\0';
	return text;
}

static const char *what(enum flood_kind kind)
{
	static const char *const names[] = {
		[FLOOD_SYN] = "SYNs",
		[FLOOD_ACK] = "ACKs",
		[FLOOD_SYN_DATA] = "SYNs with data",
	};

	return names[kind];
}

/* What all floods have in common of their plans: not 0 where they do. The rest has its column. */
static struct flood_plan common(const struct flood_rows *rows)
{
	const struct flood_plan *first = rows->row[0].plan;
	struct flood_plan same = { .kind = 1, .count = 1, .rate = 1, .clients = 1, .bytes = 1 };

	for (int i = 1; i < rows->count; i++) {
		const struct flood_plan *plan = rows->row[i].plan;

		same.kind &= plan->kind == first->kind;
		same.count &= plan->count == first->count;
		same.rate &= plan->rate == first->rate;
		same.clients &= plan->clients == first->clients;
		same.bytes &= plan->bytes == first->bytes;
	}
	return same;
}

static void put_title(const struct flood_rows *rows, FILE *out)
{
	const struct flood_plan *plan = rows->row[0].plan;
	struct flood_plan same = common(rows);
	char number[32];

	if (same.count)
		fprintf(out, "%s ", grouped(plan->count, number));
	fputs(same.kind ? what(plan->kind) : "segments", out);
	if (same.rate && plan->rate > 0)
		fprintf(out, ", %s per second of the victim's clock", grouped(plan->rate, number));
	else if (same.rate)
		fputs(" as fast as possible", out);
	if (same.clients)
		fprintf(out, "; %u clients", plan->clients);
	if (same.clients && same.bytes)
		fprintf(out, " with %u bytes each", plan->bytes);
	fputs("\n\n", out);
}

/* A table's columns: the victim, what varies, the numbers. */
enum column {
	VICTIM,
	DEFENCE,
	VARIES,
	SENT = VARIES + FLOOD_PARAMETERS,
	PACE,
	ANSWERED,
	HALF_OPEN,
	SERVED,
	CONNECT,
	COLUMNS
};
#define CELL 80

static void write_head(const struct flood_rows *rows, int line, int column, char cell[CELL])
{
	static const char *const heads[COLUMNS][2] = {
		[VICTIM] = { "", "victim" },
		[DEFENCE] = { "", "defence" },
		[SENT] = { "", "sent" },
		[PACE] = { "per", "second" },
		[ANSWERED] = { "", "SYN,ACKs" },
		[HALF_OPEN] = { "half-", "open" },
		[SERVED] = { "clients", "served" },
		[CONNECT] = { "connect", "ms" },
	};
	const char *head = heads[column][line];

	if (column >= VARIES && column < SENT)
		head = line == 0 || rows->parameter[column - VARIES] == NULL
			       ? ""
			       : rows->parameter[column - VARIES];
	snprintf(cell, CELL, "%s", head);
}

static void write_cell(const struct flood_row *row, int column, char cell[CELL])
{
	const struct flood_sample *end = flood_last(row->result);
	const char *varies = NULL;

	cell[0] = '\0';
	switch (column) {
	case VICTIM: snprintf(cell, CELL, "%s", who_name(row->victim)); break;
	case DEFENCE: snprintf(cell, CELL, "%s", row->defence); break;
	case SENT: grouped(end->sent, cell); break;
	case PACE: grouped((uint64_t)(flood_pace(row) + 0.5), cell); break;
	case ANSWERED: grouped(end->answered, cell); break;
	case HALF_OPEN: grouped(flood_most_in(row->result, ST_SYN_RCVD), cell); break;
	case SERVED: snprintf(cell, CELL, "%u/%u", end->served, row->plan->clients); break;
	case CONNECT:
		if (end->served > 0)
			snprintf(cell, CELL, "%.2f", row->result->connect_ms[1]);
		else
			snprintf(cell, CELL, "-");
		break;
	default:
		varies = row->value[column - VARIES];
		snprintf(cell, CELL, "%s", varies == NULL ? "" : varies);
		break;
	}
}

static void measure(const struct flood_rows *rows, int width[COLUMNS])
{
	char cell[CELL];

	for (int column = 0; column < COLUMNS; column++) {
		width[column] = 0;
		for (int line = 0; line < 2; line++) {
			write_head(rows, line, column, cell);
			width[column] = LWIP_MAX(width[column], (int)text_width(cell));
		}
		for (int i = 0; i < rows->count; i++) {
			write_cell(&rows->row[i], column, cell);
			width[column] = LWIP_MAX(width[column], (int)text_width(cell));
		}
	}
}

/* Words are at the left, numbers at the right of their column. */
static void put_cell(const char *cell, int column, int width, enum paint paint,
		     const struct style *style, FILE *out)
{
	int space = width - (int)text_width(cell);
	int left = column < SENT ? 0 : space;

	if (width == 0)
		return; /* nothing varies */
	fprintf(out, "%s%*s%s%s%s", column == 0 ? "" : "  ", left, "", paint_on(style, paint), cell,
		paint_off(style, paint));
	if (column < COLUMNS - 1)
		fprintf(out, "%*s", space - left, "");
}

static void put_table(const struct flood_rows *rows, const struct style *style, FILE *out)
{
	int width[COLUMNS];
	char cell[CELL];

	measure(rows, width);
	for (int line = 0; line < 2; line++) {
		for (int column = 0; column < COLUMNS; column++) {
			write_head(rows, line, column, cell);
			put_cell(cell, column, width[column], PAINT_DIM, style, out);
		}
		putc('\n', out);
	}
	for (int i = 0; i < rows->count; i++) {
		const struct flood_row *row = &rows->row[i];
		bool all = flood_last(row->result)->served == row->plan->clients;

		for (int column = 0; column < COLUMNS; column++) {
			enum paint paint = column != SERVED ? PAINT_NONE
					   : all            ? PAINT_GOOD
							    : PAINT_BAD;

			write_cell(row, column, cell);
			put_cell(cell, column, width[column], paint, style, out);
		}
		putc('\n', out);
	}
}

/* Notes: words that are broken into lines, the later ones indented. */
struct note {
	FILE *out;
	size_t column;
	bool begun; /* there is a word */
};

static void put_note(struct note *note, const char *text)
{
	size_t width = text_width(text);

	if (note->begun)
		note->column += (size_t)fprintf(note->out, ",");
	note->begun = true;
	if (note->column + 1 + width + 1 > NOTE_WIDTH)
		note->column = (size_t)fprintf(note->out, "\n   ") - 1;
	note->column += (size_t)fprintf(note->out, " %s", text);
}

static void put_counters(struct note *note, const struct flood_result *result)
{
	char text[120], number[32];
	bool any = false;

	for (unsigned int i = 0; i < result->counters; i++) {
		const struct flood_counter *counter = &result->counter[i];

		if (counter->after == counter->before)
			continue;
		snprintf(text, sizeof(text), "%s %s", counter->name,
			 grouped(counter->after - counter->before, number));
		put_note(note, text);
		any = true;
	}
	if (!any)
		put_note(note, "no counter has changed");
}

static void put_lwip_notes(struct note *note, const struct flood_result *result)
{
	char text[120], number[32];

	snprintf(text, sizeof(text), "at most %u of %u pcbs in use", result->most_pcbs,
		 lwip_end_pcbs());
	put_note(note, text);
	if (result->refused_pcbs > 0) {
		snprintf(text, sizeof(text), "none left for %s SYNs",
			 grouped(result->refused_pcbs, number));
		put_note(note, text);
	}
	if (result->leaked > 0)
		snprintf(text, sizeof(text), "%u objects of its pools leaked", result->leaked);
	else
		snprintf(text, sizeof(text), "no leak");
	put_note(note, text);
	if (result->counters > 0)
		put_counters(note, result);
}

/* What is out of the ordinary, whoever the victim is. */
static void put_common_notes(struct note *note, const struct flood_result *result)
{
	char text[120], number[32];

	if (result->resets > 0) {
		snprintf(text, sizeof(text), "%s RSTs to the attacker",
			 grouped(result->resets, number));
		put_note(note, text);
	}
	if (result->lost > 0) {
		snprintf(text, sizeof(text), "%s segments lost on the way",
			 grouped(result->lost, number));
		put_note(note, text);
	}
}

static void put_notes(const struct flood_row *row, FILE *out)
{
	struct note note = { .out = out };

	note.column = (size_t)fprintf(out, "%s:", row->label);
	(row->victim == WHO_LWIP ? put_lwip_notes : put_counters)(&note, row->result);
	put_common_notes(&note, row->result);
	putc('\n', out);
}

void flood_table_print(const struct flood_rows *rows, const struct style *style, FILE *out)
{
	put_title(rows, out);
	put_table(rows, style, out);
	putc('\n', out);
	for (int i = 0; i < rows->count; i++)
		put_notes(&rows->row[i], out);
}

/* -- For machines */

static void put_field(const char *text, FILE *out)
{
	if (strpbrk(text, ",\"\n") == NULL) {
		fprintf(out, "%s,", text);
		return;
	}
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	fputs("\",", out);
}

/* The numbers of a flood, in all forms for machines. */
#define NUMBERS 18
static const char *const number_names[NUMBERS] = {
	"sent",           "answered",        "resets",       "lost",           "half_open_most",
	"clients",        "started",         "served",       "given_up",       "connect_ms_least",
	"connect_ms",     "connect_ms_most", "seconds",      "attack_seconds", "paced_seconds",
	"victim_seconds", "pcbs_most",       "pcbs_refused",
};

static void numbers_of(const struct flood_row *row, double number[NUMBERS])
{
	const struct flood_result *result = row->result;
	const struct flood_sample *end = flood_last(result);
	const double numbers[NUMBERS] = {
		(double)end->sent,
		(double)end->answered,
		(double)result->resets,
		(double)result->lost,
		flood_most_in(result, ST_SYN_RCVD),
		row->plan->clients,
		end->started,
		end->served,
		end->given_up,
		result->connect_ms[0],
		result->connect_ms[1],
		result->connect_ms[2],
		result->seconds,
		result->attack_seconds,
		result->paced_seconds,
		result->victim_seconds,
		result->most_pcbs,
		result->refused_pcbs,
	};

	memcpy(number, numbers, sizeof(numbers));
}

/* Each counter of any row, once, in their order: its name, or its value in one row. */
static void put_counter_fields(const struct flood_rows *rows, const struct flood_row *of, FILE *out)
{
	for (int i = 0; i < rows->count; i++) {
		const struct flood_result *result = rows->row[i].result;

		for (unsigned int c = 0; c < result->counters; c++) {
			const char *name = result->counter[c].name;
			const struct flood_counter *counter;

			if (flood_counts_before(rows->row, i, name))
				continue;
			putc(',', out);
			if (of == NULL) {
				fputs(name, out);
				continue;
			}
			counter = flood_counter_of(of, name);
			if (counter != NULL)
				fprintf(out, "%llu",
					(unsigned long long)(counter->after - counter->before));
		}
	}
}

void flood_table_write_csv(const struct flood_rows *rows, FILE *out)
{
	double number[NUMBERS];

	fputs("victim,defence,", out);
	for (int i = 0; i < FLOOD_PARAMETERS; i++)
		if (rows->parameter[i] != NULL)
			put_field(rows->parameter[i], out);
	fputs("kind,rate,backlog,leaked", out);
	for (int i = 0; i < NUMBERS; i++)
		fprintf(out, ",%s", number_names[i]);
	put_counter_fields(rows, NULL, out);
	fputs("\r\n", out);
	for (int i = 0; i < rows->count; i++) {
		const struct flood_row *row = &rows->row[i];

		fprintf(out, "%s,", who_name(row->victim));
		put_field(row->defence, out);
		for (int j = 0; j < FLOOD_PARAMETERS; j++)
			if (rows->parameter[j] != NULL)
				put_field(row->value[j], out);
		fprintf(out, "%s,%u,%u,%u", flood_kind_name(row->plan->kind), row->plan->rate,
			row->plan->backlog, row->result->leaked);
		numbers_of(row, number);
		for (int j = 0; j < NUMBERS; j++)
			fprintf(out, ",%.10g", number[j]);
		put_counter_fields(rows, row, out);
		fputs("\r\n", out);
	}
}

static void put_sample(struct json *json, const struct flood_sample *sample)
{
	json_item_open(json);
	json_number(json, "t_s", (double)sample->t_ns / 1e9);
	json_int(json, "sent", (int64_t)sample->sent);
	json_int(json, "answered", (int64_t)sample->answered);
	json_int(json, "pcbs", sample->pcbs);
	json_int(json, "started", sample->started);
	json_int(json, "served", sample->served);
	json_int(json, "given_up", sample->given_up);
	json_open(json, "states");
	for (int state = 0; state < ST_COUNT; state++)
		if (sample->in_state[state] > 0)
			json_int(json, state_name((enum state)state), sample->in_state[state]);
	json_close(json);
	json_close(json);
}

static void put_object(struct json *json, const struct flood_rows *rows,
		       const struct flood_row *row)
{
	const struct flood_result *result = row->result;
	double number[NUMBERS];

	json_item_open(json);
	json_text(json, "victim", who_name(row->victim));
	json_text(json, "defence", row->defence);
	json_open(json, "varies");
	for (int i = 0; i < FLOOD_PARAMETERS; i++)
		if (rows->parameter[i] != NULL)
			json_text(json, rows->parameter[i], row->value[i]);
	json_close(json);
	json_text(json, "kind", flood_kind_name(row->plan->kind));
	json_int(json, "count", (int64_t)row->plan->count);
	json_int(json, "rate", row->plan->rate);
	json_int(json, "bytes", row->plan->bytes);
	json_int(json, "backlog", row->plan->backlog);
	json_int(json, "patience_ms", row->plan->patience_ms);
	numbers_of(row, number);
	for (int i = 0; i < NUMBERS; i++)
		json_number(json, number_names[i], number[i]);
	json_int(json, "leaked", result->leaked);
	json_int(json, "memory_early", (int64_t)result->memory[0]);
	json_int(json, "memory_end", (int64_t)result->memory[1]);
	json_open(json, "counters");
	for (unsigned int i = 0; i < result->counters; i++)
		json_int(json, result->counter[i].name,
			 (int64_t)(result->counter[i].after - result->counter[i].before));
	json_close(json);
	json_list_open(json, "samples");
	for (unsigned int i = 0; i < result->samples; i++)
		put_sample(json, &result->sample[i]);
	json_list_close(json);
	json_close(json);
}

void flood_table_write_json(const struct flood_rows *rows, FILE *out)
{
	struct json json = { .out = out };

	json_list_open(&json, NULL);
	for (int i = 0; i < rows->count; i++)
		put_object(&json, rows, &rows->row[i]);
	json_list_close(&json);
	putc('\n', out);
}
