/* SPDX-License-Identifier: BSD-3-Clause */
/* The ladder as a Mermaid sequenceDiagram, for tickets and documents that draw it themselves. */
#pragma once

#include "report/ladder-data.h"

void ladder_mermaid(ReportWriter *out, const LadderData *ladder, bool verbose);
