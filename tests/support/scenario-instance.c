/* SPDX-License-Identifier: BSD-3-Clause */
/* Repetitions of a connection: each with addresses, a port and an ISN of its own. */
#include "scenario-trace.h"

/* SplitMix64. */
uint32_t scenario_mix(uint64_t seed)
{
	uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x632be59bd9b4e019);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z ^ (z >> 31));
}

/* Another host of the network for each repetition, until they are used up. */
static void vary_address(ShakedownAddress *address, uint8_t prefix, unsigned repetition)
{
	unsigned len = address->version == 4 ? 32 : 128;

	if (prefix >= len)
		return;

	unsigned bits = MIN(len - prefix, 31u);
	/* Neither the network's own address nor its last; the factor is a prime above 2^31. */
	uint64_t hosts = (UINT64_C(1) << bits) - (bits > 1 ? 2 : 0);
	uint64_t host =
		(uint64_t)(repetition + 1) * UINT64_C(2654435761) % hosts + (bits > 1 ? 1 : 0);
	uint8_t *low = address->bytes + len / 8;
	for (unsigned i = 0; i < bits; i++, host >>= 1) {
		uint8_t *byte = low - 1 - i / 8, bit = (uint8_t)(1u << i % 8);

		*byte = (uint8_t)((host & 1) ? *byte | bit : *byte & ~bit);
	}
}

static void instance_init(ScenarioInstance *instance, const ScenarioConnection *connection,
			  unsigned repetition)
{
	*instance = (ScenarioInstance){.connection = connection, .repetition = repetition};
	for (unsigned side = 0; side < 2; side++) {
		const ScenarioEndpoint *e = &connection->endpoint[side];
		uint64_t seed = (uint64_t)repetition * 4 + side * 2;

		instance->addr[side] = e->addr;
		vary_address(&instance->addr[side], e->prefix, repetition);
		instance->port[side] =
			e->any_port ? (uint16_t)(32768 + scenario_mix(seed) % 28232) : e->port;
		instance->isn[side] = e->any_isn ? scenario_mix(seed + 1) : e->isn;
	}
}

bool scenario_list_instances(const Scenario *scenario, GArray *instances, GError **error)
{
	uint64_t lines = 0;

	for (guint c = 0; c < scenario->connections->len; c++) {
		const ScenarioConnection *connection = scenario->connections->pdata[c];

		lines += (uint64_t)connection->lines->len * connection->repeat;
		if (lines > SCENARIO_PACKETS_MOST) {
			g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_BOUND,
				    "%s: more than %u packets", scenario->file,
				    SCENARIO_PACKETS_MOST);
			return false;
		}
		for (unsigned i = 0; connection->lines->len && i < connection->repeat; i++) {
			ScenarioInstance instance;

			instance_init(&instance, connection, i);
			g_array_append_val(instances, instance);
		}
	}
	return true;
}
