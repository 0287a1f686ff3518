/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/flood_row.h"

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
