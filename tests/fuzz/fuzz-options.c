/* SPDX-License-Identifier: BSD-3-Clause */
/* The walk over TCP options: the input is the options of one header. */
#include "fuzz.h"
#include "segment-check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = MIN(size, 40);
	/* Of exactly its length, so that a sanitizer sees a step too far. */
	g_autofree uint8_t *options = g_malloc(len ? len : 1);

	if (len)
		memcpy(options, data, len);
	segment_check_options(&(Segment){.options = options, .options_len = (uint8_t)len});
	return 0;
}
