/* SPDX-License-Identifier: BSD-3-Clause */
/* Holds what the library says of a scenario's packets against what the scenario says. */
#pragma once

#include "scenario-trace.h"

/*
 * Appends one line a difference to report, each beginning "FILE:LINE: ", and returns how many.
 * batch: packets handed to the library at once; 0: all.
 */
size_t scenario_run(const Scenario *scenario, const ScenarioTrace *trace, size_t batch,
		    GString *report);
