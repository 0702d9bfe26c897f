/* SPDX-License-Identifier: BSD-3-Clause */
/* A script's TCP options: one bit each of a record's byte, in this order. */
#pragma once

#include "script.h"

typedef enum {
	SCRIPT_OPTION_MSS = 0x01,
	SCRIPT_OPTION_SCALE = 0x02,
	SCRIPT_OPTION_SACK_PERMITTED = 0x04,
	SCRIPT_OPTION_TIMESTAMPS = 0x08,
	SCRIPT_OPTION_SACK = 0x10,
	SCRIPT_OPTION_FAST_OPEN = 0x20,
	SCRIPT_OPTION_WILD = 0x40,  /* a lie of a length behind them */
	SCRIPT_OPTION_DSACK = 0x80, /* the SACK block is below the acknowledgment */
} ScriptOption;

/* Writes them and returns their length, a multiple of 4 up to 40. */
uint8_t script_options(const Script *script, const uint8_t *record, const Segment *segment,
		       const ScriptSide *own, uint8_t out[40]);
