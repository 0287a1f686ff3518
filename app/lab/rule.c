/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/rule.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lab/duration.h"

const char rule_help[] =
	"Rules for the wire between lwIP and the kernel. Each option can be given again; of two "
	"rules\n"
	"that take the same segment, the first decides. They stand before those of the scenario.\n"
	"\n"
	"  --drop 'SEGMENTS'             the segment is lost\n"
	"  --dup 'SEGMENTS'              it arrives twice\n"
	"  --corrupt 'SEGMENTS'          it arrives with its last byte inverted\n"
	"  --reorder 'SEGMENTS'          the sender's next one passes it; without one it goes on "
	"after 100ms\n"
	"  --delay 'TIME [SEGMENTS]'     it arrives so much later\n"
	"  --hold 'SEGMENTS [TIME]'      it waits for so long; without a time, for ever\n"
	"  --cut 'after SEGMENTS [for TIME]'\n"
	"  --cut 'at TIME [for TIME]'    the cable is pulled, and plugged in again after so long\n"
	"\n"
	"SEGMENTS are words in any order, with spaces or commas between; each says more exactly "
	"which:\n"
	"\n"
	"  lwip, kernel, raw or others   by their sender; the others are those of a real Ethernet "
	"segment\n"
	"  FIN or SYN,ACK                with these control bits, and others perhaps\n"
	"  =SYN,ACK                      with exactly these; PSH does not matter\n"
	"  data or nodata                with data, or without\n"
	"  c1                            of this connection, as the events name it\n"
	"  2 or 3..5 or 3..              the 2nd, the 3rd to the 5th, all from the 3rd on: counted "
	"from 1\n"
	"                                among those that meet all of the above (--cut: the 1st)\n"
	"  20%                           each of them with this probability, by --seed\n"
	"\n"
	"TIME is 300ms, 1.5s, 2min or 1h of lwIP's clock (v_ms in the events), which stands still "
	"while\n"
	"the lab works, runs with real time while it waits, and is moved ahead by 'warp'. It is 0 "
	"when the\n"
	"scenario begins.\n"
	"\n"
	"  --drop 'lwip FIN 2'           lwIP's second segment with FIN\n"
	"  --drop 'kernel =SYN,ACK'      each SYN,ACK of the kernel\n"
	"  --drop 'lwip data 3..5'       three of lwIP's segments with data\n"
	"  --drop 7                      the 7th segment of the experiment, whoever sends it\n"
	"  --drop 'lwip 20%' --seed 7    one in five of lwIP's\n"
	"  --delay '300ms kernel ACK'    what the kernel acknowledges is known later\n"
	"  --cut 'after lwip FIN'        nothing passes after lwIP's first FIN\n"
	"  --cut 'at 30s for 10s'        ten seconds of silence\n";

/* Kinds of words: there is one of each in a rule. */
enum word { SENDER, FLAGS, DATA, CONN, NUMBER, PERCENT, TIME, AT, AFTER, FOR, WORDS };

static const char *const word_names[WORDS] = {
	[SENDER] = "sender",
	[FLAGS] = "list of control bits",
	[DATA] = "word about data",
	[CONN] = "connection",
	[NUMBER] = "number",
	[PERCENT] = "probability",
	[TIME] = "time",
	[AT] = "'at'",
	[AFTER] = "'after'",
	[FOR] = "'for'",
};

enum need { NO_TIME, MAY_HAVE_TIME, MUST_HAVE_TIME };

static const struct kind {
	const char *name;
	enum wire_action action;
	enum need time;
} kinds[] = {
	{ "drop", WIRE_DROP, NO_TIME },       { "delay", WIRE_DELAY, MUST_HAVE_TIME },
	{ "dup", WIRE_DUPLICATE, NO_TIME },   { "reorder", WIRE_REORDER, NO_TIME },
	{ "corrupt", WIRE_CORRUPT, NO_TIME }, { "hold", WIRE_HOLD, MAY_HAVE_TIME },
	{ "cut", WIRE_CUT, MAY_HAVE_TIME },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

#define WORD_STRLEN 24

struct parser {
	const struct kind *kind;
	const char *text;
	const char *at;         /* the word, or where one is missing */
	char word[WORD_STRLEN]; /* it, for people too; cut when it is too long for any */
	bool too_long;
	unsigned int given; /* kinds of words until now: a sum of 1 << word */
	enum word before;   /* the kind of the last one */
	struct wire_rule *rule;
	struct why *why;
};

/* -- What is wrong, and where */

static bool is_continuation(char byte) /* of a character of several bytes, UTF-8 */
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The word's place in characters, from 1. */
static int column_of(const struct parser *parser)
{
	int column = 1;

	for (const char *c = parser->text; c < parser->at; c++)
		column += !is_continuation(*c);
	return column;
}

/* Takes out what a terminal would obey. */
static void disarm(char *text)
{
	for (; *text != '\0'; text++)
		if (iscntrl((unsigned char)*text))
			*text = *text == '\t' ? ' ' : '?';
}

/* The text, and a caret below the word. */
static void put_picture(const struct parser *parser, char picture[2 * RULE_STRLEN + 16])
{
	char text[RULE_STRLEN + 1];

	snprintf(text, sizeof(text), "%s", parser->text);
	disarm(text);
	snprintf(picture, 2 * RULE_STRLEN + 16, "\n    %s\n    %*s^", text, column_of(parser) - 1,
		 "");
}

__attribute__((format(printf, 2, 3))) static int refuse(const struct parser *parser,
							const char *format, ...)
{
	char message[260], picture[2 * RULE_STRLEN + 16];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	put_picture(parser, picture);
	return why_set(parser->why, EINVAL, "%s, column %d: %s%s", parser->kind->name,
		       column_of(parser), message, picture);
}

static int refuse_unknown(const struct parser *parser)
{
	static const char known[] =
		"lwip, kernel, raw, others, control bits as FIN or =SYN,ACK, data, "
		"nodata, c1, 2, 3..5 and 20%";

	if (parser->kind->action == WIRE_CUT)
		return refuse(parser, "there is no word '%s'; there are at, after, for, %s",
			      parser->word, known);
	return refuse(parser, "there is no word '%s'; there are %s%s", parser->word, known,
		      parser->kind->time == NO_TIME ? "" : ", and a time as 300ms");
}

/* A word of a kind that may be there once. Only --cut asks for 'after' before it. */
static int take(struct parser *parser, enum word word)
{
	if (parser->given & 1u << word)
		return refuse(parser, "'%s' is a second %s; one is enough", parser->word,
			      word_names[word]);
	if (parser->kind->action == WIRE_CUT && word < TIME && !(parser->given & 1u << AFTER))
		return refuse(parser,
			      "'%s' needs 'after' before it, as in 'after lwip FIN'; or say when: "
			      "'at 30s'",
			      parser->word);
	parser->given |= 1u << word;
	parser->before = word;
	return 0;
}

/* -- Words */

/* To the next word; returns false at the end. */
static bool next_word(struct parser *parser)
{
	char *end = parser->word + sizeof(parser->word) - sizeof("...");
	size_t length;

	parser->at += strspn(parser->at, " \t,");
	length = strcspn(parser->at, " \t,");
	snprintf(parser->word, sizeof(parser->word), "%.*s", (int)length, parser->at);
	disarm(parser->word);
	parser->too_long = length >= sizeof(parser->word);
	if (parser->too_long) {
		while (is_continuation(*end))
			end--;
		memcpy(end, "...", sizeof("..."));
	}
	return length > 0;
}

static void skip_word(struct parser *parser)
{
	parser->at += strcspn(parser->at, " \t,");
}

/* The time in the present word. */
static int parse_time(const struct parser *parser, uint64_t min_ms, uint64_t *ns)
{
	struct why why;

	return duration_parse(parser->word, min_ms, ns, &why) < 0 ? refuse(parser, "%s", why.text)
								  : 0;
}

static int take_time(struct parser *parser)
{
	int err = parse_time(parser, 1, &parser->rule->time_ns);

	if (err < 0)
		return err;
	if (parser->kind->action == WIRE_CUT)
		return refuse(parser, "'%s' needs 'at' or 'for' before it", parser->word);
	if (parser->kind->time == NO_TIME)
		return refuse(parser, "'%s' is a time, and %s takes none; delay and hold do",
			      parser->word, parser->kind->name);
	return take(parser, TIME);
}

static int take_percent(struct parser *parser, uint64_t millionths)
{
	if (millionths == 0 || millionths > 100000000 || millionths % 100 != 0)
		return refuse(parser, "'%s' is no probability from 0.0001%% to 100%%",
			      parser->word);
	parser->rule->per_million = (uint32_t)(millionths / 100);
	return take(parser, PERCENT);
}

static const char *parse_ordinal(const char *text, unsigned int *ordinal)
{
	unsigned int digits = 0;

	for (*ordinal = 0; isdigit((unsigned char)*text) && digits < 9; text++, digits++)
		*ordinal = *ordinal * 10 + (unsigned int)(*text - '0');
	return digits == 0 || *ordinal == 0 ? NULL : text;
}

/* "2", "3..5", "3..": only digits and dots. */
static int take_number(struct parser *parser)
{
	unsigned int nth, last = 0;
	const char *rest = parse_ordinal(parser->word, &nth);

	if (rest != NULL && strcmp(rest, "..") == 0) {
		last = UINT_MAX;
		rest = "";
	} else if (rest != NULL && strncmp(rest, "..", 2) == 0) {
		rest = parse_ordinal(rest + 2, &last);
	}
	if (rest == NULL || *rest != '\0')
		return refuse(parser,
			      "'%s' is no number from 1 to 999999999, and no range as 3..5 or 3..",
			      parser->word);
	if (last != 0 && last < nth)
		return refuse(parser, "'%s' is a range that ends before it begins", parser->word);
	parser->rule->nth = nth;
	parser->rule->last = last;
	return take(parser, NUMBER);
}

/* A word that begins with a digit. */
static int take_quantity(struct parser *parser)
{
	const char *unit = parser->word + strspn(parser->word, "0123456789.");
	uint64_t millionths;

	if (*unit == '\0')
		return take_number(parser);
	if (strcmp(unit, "%") == 0)
		return take_percent(
			parser, decimal_parse(parser->word, &millionths) == unit ? millionths : 0);
	if (isalpha((unsigned char)*unit))
		return take_time(parser);
	return refuse_unknown(parser);
}

/* One control bit, in any case; -EINVAL: it is none. */
static int parse_flag(const char *word)
{
	char upper[WORD_STRLEN];
	size_t i = 0;

	for (; word[i] != '\0'; i++)
		upper[i] = (char)toupper((unsigned char)word[i]);
	upper[i] = '\0';
	return flags_parse(upper);
}

static int take_flag(struct parser *parser, uint8_t bit, bool exact)
{
	struct wire_rule *rule = parser->rule;
	int err;

	if ((parser->given & 1u << FLAGS) && parser->before == FLAGS && !exact) {
		if (rule->set & bit)
			return refuse(parser, "'%s' is there already", parser->word);
	} else {
		err = take(parser, FLAGS);
		if (err < 0)
			return err;
		rule->clear = exact ? (uint8_t)~SEG_PSH : 0;
	}
	rule->set |= bit;
	rule->clear &= (uint8_t)~bit;
	return 0;
}

static int take_sender(struct parser *parser, enum who who)
{
	parser->rule->from = WIRE_FROM(who);
	return take(parser, SENDER);
}

static int take_data(struct parser *parser, enum wire_data data)
{
	parser->rule->data = data;
	return take(parser, DATA);
}

static bool is_conn(const char *word)
{
	return word[0] == 'c' && word[1] >= '1' && word[1] <= '9' &&
	       word[1 + strspn(word + 1, "0123456789")] == '\0' &&
	       strlen(word) < sizeof(((struct wire_rule *)NULL)->conn);
}

static int take_conn(struct parser *parser)
{
	snprintf(parser->rule->conn, sizeof(parser->rule->conn), "%.7s", parser->word);
	return take(parser, CONN);
}

/* 'at' or 'for', with the time that follows. */
static int take_moment(struct parser *parser, enum word word, uint64_t *ns, uint64_t min_ms)
{
	int err = take(parser, word);

	if (err < 0)
		return err;
	skip_word(parser);
	if (!next_word(parser))
		return refuse(parser, "%s needs a time after it, as 30s", word_names[word]);
	return parse_time(parser, min_ms, ns);
}

static int take_when(struct parser *parser, enum word word)
{
	enum word other = word == AT ? AFTER : AT;

	if (parser->given & 1u << other)
		return refuse(parser, "%s does not go with %s", word_names[word],
			      word_names[other]);
	parser->rule->at = word == AT;
	return word == AT ? take_moment(parser, AT, &parser->rule->at_ns, 0) : take(parser, AFTER);
}

static int take_word(struct parser *parser)
{
	const char *word = parser->word;
	bool exact = word[0] == '=';
	int flag = parse_flag(word + exact);

	if (parser->too_long)
		return refuse_unknown(parser);
	if (flag > 0)
		return take_flag(parser, (uint8_t)flag, exact);
	if (isdigit((unsigned char)word[0]))
		return take_quantity(parser);
	if (is_conn(word))
		return take_conn(parser);
	for (enum who who = WHO_LWIP; who < WHO_HOSTS; who++)
		if (strcmp(word, who_name(who)) == 0)
			return take_sender(parser, who);
	if (strcmp(word, "data") == 0 || strcmp(word, "nodata") == 0)
		return take_data(parser, word[0] == 'd' ? WIRE_WITH_DATA : WIRE_WITHOUT_DATA);
	if (parser->kind->action == WIRE_CUT) {
		if (strcmp(word, "at") == 0 || strcmp(word, "after") == 0)
			return take_when(parser, word[1] == 't' ? AT : AFTER);
		if (strcmp(word, "for") == 0)
			return take_moment(parser, FOR, &parser->rule->time_ns, 1);
	}
	return refuse_unknown(parser);
}

/* -- Rules */

/* What is missing when all words are read. */
static int check_whole(const struct parser *parser)
{
	unsigned int segments = parser->given & ((1u << TIME) - 1);

	if (parser->given == 0)
		return refuse(parser, parser->kind->action == WIRE_CUT
					      ? "when? 'at 30s', or 'after lwip FIN'"
				      : parser->kind->time == MUST_HAVE_TIME
					      ? "how long, and which segments? '300ms lwip FIN'"
					      : "which segments? 'lwip FIN 2', or '1..' for all");
	if (parser->kind->action == WIRE_CUT) {
		if (!(parser->given & (1u << AT | 1u << AFTER)))
			return refuse(parser, "when? 'at 30s' or 'after lwip FIN' is missing");
		if ((parser->given & 1u << AFTER) && segments == 0)
			return refuse(parser, "after which segment? as in 'after lwip FIN'");
	}
	if (parser->kind->time == MUST_HAVE_TIME && !(parser->given & 1u << TIME))
		return refuse(parser, "a time is missing, as 300ms");
	return 0;
}

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

int rule_parse(const char *kind, const char *text, struct wire_rule *rule, struct why *why)
{
	struct parser parser = { .kind = find_kind(kind),
				 .text = text,
				 .at = text,
				 .rule = rule,
				 .why = why,
				 .before = WORDS };
	int err = 0;

	if (parser.kind == NULL)
		return why_set(why, EINVAL,
			       "there are no rules of the kind '%s'; there are drop, delay, dup, "
			       "reorder, corrupt, hold and cut",
			       kind);
	if (strlen(text) > RULE_STRLEN)
		return why_set(why, EINVAL, "%s: %zu characters, and no rule is longer than %d",
			       kind, strlen(text), RULE_STRLEN);
	*rule = (struct wire_rule){ .action = parser.kind->action };
	for (; err == 0 && next_word(&parser); skip_word(&parser))
		err = take_word(&parser);
	if (err == 0)
		err = check_whole(&parser);
	/* A cable is pulled once, unless chance or a range says otherwise. */
	if (rule->action == WIRE_CUT && !rule->at && rule->nth == 0 && rule->per_million == 0)
		rule->nth = 1;
	return err;
}
