/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules of the wire, read from text: one grammar for the command line and for scenarios.
 */
#ifndef APP_LAB_RULE_H
#define APP_LAB_RULE_H

#include "lab/why.h"
#include "lab/wire.h"

/** No rule's text is longer, in bytes. */
#define RULE_STRLEN 100

/** What is wrong with a rule whose sender is not on the wire (wire_add_rule()): printf's, with who is. */
#define RULE_ABSENT_SENDER "there is no such sender on this wire, but lwip and %s"

/** The whole grammar, for people, with examples: lines that end with a newline. */
extern const char rule_help[];

/**
 * Reads a rule.
 *
 * @param kind  what it does: "drop", "delay", "dup", "reorder", "corrupt", "hold", "cut"
 * @param text  to which segments, and when: "lwip FIN 2"
 * @param rule  receives it, ready for wire_add_rule()
 * @param why   receives, on failure, one line that begins with kind and names the bad word, its
 *              column (from 1) and what would do; where there is a word, two more lines with the
 *              text and a caret below the word
 * @return 0, or -EINVAL
 */
int rule_parse(const char *kind, const char *text, struct wire_rule *rule, struct why *why);

#endif
