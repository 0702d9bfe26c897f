/* SPDX-License-Identifier: BSD-3-Clause */
/* A report by groups, as text. */
#pragma once

#include "report/group.h"
#include "report/text-layout.h"

typedef struct {
	TextLayout *layout;
	TimelineSpan span; /* of all that are shown */
} GroupsText;

/* Everything below the heading. Groups beyond those shown are folded into the table's others. */
void groups_text_put(GroupsText *text, GroupTable *table, bool verbose);
/* One group in full. */
void groups_text_detail(const GroupsText *text, Group *group);
