/* SPDX-License-Identifier: BSD-3-Clause */
/* The ladder as a Mermaid sequenceDiagram, for tickets and documents that draw it themselves. */
#pragma once

#include "report/portrait.h"

void ladder_mermaid(ReportWriter *out, const Portrait *portrait, bool verbose);
