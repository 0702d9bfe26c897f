/* SPDX-License-Identifier: BSD-3-Clause */
/* A group of connections as a record: {"record":"group","by":"service","key":"192.0.2.1:443",…}. */
#pragma once

#include "report/csv.h"
#include "report/group.h"
#include "report/json.h"

/* The others (a group without address) have no key, and tell how many groups they are. */
void record_group(JsonWriter *json, Group *group, const GroupTable *table, const TimelineSpan *span,
		  uint64_t groups);
void record_group_columns(CsvWriter *csv);
void record_group_row(CsvWriter *csv, Group *group, const GroupTable *table, uint64_t groups);
