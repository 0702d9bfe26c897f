/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/numbers.h"

const char *numbers_grouped(uint64_t n, char out[NUMBERS_LEN])
{
	char *p = out + NUMBERS_LEN - 1;

	*p = '\0';
	for (int digits = 0; digits == 0 || n; n /= 10) {
		if (digits && digits % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + n % 10);
		digits++;
	}
	return p;
}
