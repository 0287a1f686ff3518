/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/flood_row.h"

#include <string.h>

uint32_t flood_most_in(const struct flood_result *result, enum state state)
{
	uint32_t most = 0;

	for (unsigned int i = 0; i < result->samples; i++)
		if (result->sample[i].in_state[state] > most)
			most = result->sample[i].in_state[state];
	return most;
}

const struct flood_sample *flood_last(const struct flood_result *result)
{
	static const struct flood_sample none;

	return result->samples == 0 ? &none : &result->sample[result->samples - 1];
}

double flood_pace(const struct flood_row *row)
{
	const struct flood_result *result = row->result;
	double seconds = row->plan->rate == 0 ? result->attack_seconds : result->paced_seconds;

	return seconds > 0 ? (double)flood_last(result)->sent / seconds : 0;
}

const struct flood_counter *flood_counter_of(const struct flood_row *row, const char *name)
{
	for (unsigned int i = 0; i < row->result->counters; i++)
		if (strcmp(row->result->counter[i].name, name) == 0)
			return &row->result->counter[i];
	return NULL;
}

bool flood_counts_before(const struct flood_row *rows, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (flood_counter_of(&rows[i], name) != NULL)
			return true;
	return false;
}
