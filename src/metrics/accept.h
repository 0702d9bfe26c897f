/* SPDX-License-Identifier: BSD-3-Clause */
/* Which format a scraper would rather have, by its Accept header: RFC 9110 §12.5.1. */
#pragma once

#include <shakedown/metrics.h>

/* NULL: it said nothing. */
ShakedownMetricsFormat metrics_accept(const char *accept);
