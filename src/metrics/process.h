/* SPDX-License-Identifier: BSD-3-Clause */
/* What the process itself takes, under the names that all exporters use. */
#pragma once

#include "metrics/exposition.h"

void process_expose(Exposition *e);
