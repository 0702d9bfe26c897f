/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection told as a text, so that a test reads like the figure that it expects. A line a
 * segment:
 *
 *   0.008213 S SYN,ACK seq=0 ack=1 S=SYN-RECEIVED C?ESTABLISHED # a note
 *
 * time in seconds, sender, flags (or "none"), then any of seq= ack= len= win= frame= class=, and
 * states: C=X sent, C?X delivered, C!X confirmed, C-X taken back, C@X timer, C~X assumed. Numbers
 * are relative to the initial ones unless written as seq:=, ack:=. Other lines:
 *
 *   midstream                                the initial numbers are not known
 *   isn C 3298344424
 *   opening three-way complete 0.0082 0.021  kind, outcome, server's and client's leg (or -)
 *   closing four-way graceful client client 0.2
 *   options C mss=1460 wscale=7 sack timestamps
 *   unseen S
 *   timer 60.5 C CLOSED
 *   next 60.5 C CLOSED 14     by that frame, of the next connection on the ports
 *   anomaly third-ack-lost 3,4 the sentence
 *   address C 2001:db8::1 443
 *   no record
 */
#pragma once

#include "report/ladder.h"

typedef struct _Story Story;

Story *story_new(const char *text);
void story_free(Story *story);
/* Tells it to a sink: segments, then the record, then the anomalies. */
void story_tell(const Story *story, ReportSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Story, story_free)

/* What a sink with these options draws of it. */
char *story_draw(const char *text, ShakedownSinkOptions options);
