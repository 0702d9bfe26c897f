/* SPDX-License-Identifier: BSD-3-Clause */
/* The options at the end of a pcapng block: draft-ietf-opsawg-pcapng §3.5. */
#pragma once

#include "base/bytes.h"

#include <stdbool.h>

typedef struct {
	uint16_t code, len;
	const uint8_t *value; /* len bytes */
} PcapngOption;

typedef enum {
	PCAPNG_OPTION,
	PCAPNG_OPTION_END,
	PCAPNG_OPTION_CUT, /* longer than its block */
} PcapngOptionVerdict;

/* Takes one off the block's rest. */
static inline PcapngOptionVerdict pcapng_option_next(Bytes *rest, bool big, PcapngOption *option)
{
	const uint8_t *p = bytes_pull(rest, 4);

	if (!p || bytes_get16(p, big) == 0)
		return PCAPNG_OPTION_END;
	option->code = bytes_get16(p, big);
	option->len = bytes_get16(p + 2, big);
	option->value = bytes_pull(rest, (option->len + 3u) & ~3u);
	return option->value ? PCAPNG_OPTION : PCAPNG_OPTION_CUT;
}
