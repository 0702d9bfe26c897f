/* SPDX-License-Identifier: BSD-3-Clause */
#include "script-options.h"

#include "decode/tcp-options.h"

#include <string.h>

static uint8_t put(uint8_t *out, uint8_t at, uint8_t kind, const uint8_t *data, uint8_t len)
{
	if (at + 2 + len > 40)
		return at;
	out[at] = kind;
	out[at + 1] = len + 2;
	if (len)
		memcpy(out + at + 2, data, len);
	return (uint8_t)(at + 2 + len);
}

static void store32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

uint8_t script_options(const Script *script, const uint8_t *record, const Segment *segment,
		       const ScriptSide *own, uint8_t out[40])
{
	uint8_t asked = record[SCRIPT_AT_OPTIONS], value = record[SCRIPT_AT_OPTION_VALUE];
	uint8_t data[8], len = 0;

	if (asked & SCRIPT_OPTION_MSS)
		len = put(out, len, TCP_OPTION_MSS, (const uint8_t[]){5, 180}, 2);
	if (asked & SCRIPT_OPTION_SCALE)
		len = put(out, len, TCP_OPTION_WINDOW_SCALE, &(uint8_t){value & 15}, 1);
	if (asked & SCRIPT_OPTION_SACK_PERMITTED)
		len = put(out, len, TCP_OPTION_SACK_PERMITTED, NULL, 0);
	if (asked & SCRIPT_OPTION_TIMESTAMPS) {
		/* A clock of milliseconds that the value may set back; the echo may be old. */
		store32(data, (uint32_t)(script->time / 1000000) - (value & 0x80 ? 5000 : 0));
		store32(data + 4, (uint32_t)(script->time / 1000000) - (value & 0x7f) * 16u);
		len = put(out, len, TCP_OPTION_TIMESTAMPS, data, 8);
	}
	if (asked & (SCRIPT_OPTION_SACK | SCRIPT_OPTION_DSACK)) {
		uint32_t left = segment->ack.value + value * 100u;

		if (asked & SCRIPT_OPTION_DSACK)
			left = segment->ack.value - value * 100u - 100;
		store32(data, left);
		store32(data + 4, left + 100);
		len = put(out, len, TCP_OPTION_SACK, data, 8);
	}
	if (asked & SCRIPT_OPTION_FAST_OPEN)
		len = put(out, len, TCP_OPTION_FAST_OPEN, (const uint8_t *)"cookies!", value & 8);
	if (asked & SCRIPT_OPTION_WILD && len + 2 <= 40) {
		out[len++] = value;
		out[len++] = (uint8_t)(own->isn >> 8);
	}
	while (len % 4)
		out[len++] = TCP_OPTION_NOP;
	return len;
}
