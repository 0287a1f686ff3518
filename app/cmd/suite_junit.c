/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/suite_junit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show/junit.h"

#define MESSAGE_STRLEN 640

void suite_junit_keep(struct suite *suite, int index, const struct parcel_text *output)
{
	if (suite->ladders == NULL)
		suite->ladders = calloc((size_t)suite->count, sizeof(*suite->ladders));
	if (suite->ladders != NULL && output->size > 0)
		suite->ladders[index] = strdup(output->text);
}

/* What there is to say in a few words; NULL: nothing. */
static const char *message_of(const struct result *result, char text[MESSAGE_STRLEN])
{
	const struct judgement *judgement = &result->judgement;

	if (result->why.text[0] != '\0')
		snprintf(text, MESSAGE_STRLEN, "%s", result->why.text);
	else if (judgement->failed > 0)
		snprintf(text, MESSAGE_STRLEN, "%u of %u verdicts fail", judgement->failed,
			 judgement->verdicts);
	else if (judgement->deviations > 0)
		snprintf(text, MESSAGE_STRLEN, "deviates from the RFC as it is known to");
	else
		return NULL;
	return text;
}

static enum junit_verdict verdict_of(const struct result *result)
{
	switch (result->outcome) {
	case OUTCOME_HOLDS: return JUNIT_PASSES;
	case OUTCOME_FAILS: return JUNIT_FAILS;
	default: return JUNIT_ERROR;
	}
}

int suite_junit_print(const struct suite *suite)
{
	size_t count = (size_t)suite->count;
	struct junit_case *cases = calloc(count + 1, sizeof(*cases));
	char(*messages)[MESSAGE_STRLEN] = calloc(count + 1, sizeof(*messages));
	char(*themes)[SCENARIO_STRLEN] = calloc(count + 1, sizeof(*themes));

	for (int i = 0; cases != NULL && messages != NULL && themes != NULL && i < suite->count;
	     i++) {
		const struct experiment *experiment = &suite->experiments[i];
		const struct result *result = &suite->results[i];
		const char *ladder = suite->ladders == NULL ? NULL : suite->ladders[i];

		cases[i] = (struct junit_case){
			.name = experiment->name,
			.theme =
				scenario_name(scenario_theme(experiment->scenario), '-', themes[i]),
			.seconds = result->ms / 1000,
			.verdict = verdict_of(result),
			.message = message_of(result, messages[i]),
			.text = ladder == NULL ? "" : ladder,
		};
	}
	if (cases != NULL && messages != NULL && themes != NULL)
		junit_write(cases, suite->count, stdout);
	else
		count = 0;
	free(cases);
	free(messages);
	free(themes);
	return count == 0 && suite->count > 0 ? -ENOMEM : 0;
}

void suite_junit_free(struct suite *suite)
{
	for (int i = 0; suite->ladders != NULL && i < suite->count; i++)
		free(suite->ladders[i]);
	free(suite->ladders);
	suite->ladders = NULL;
}
