/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which connections get a page of their own, with pictures: of each kind of anomaly some, the
 * severest first and turn by turn, so that a flood does not crowd out the rest; then of each way to
 * open and close; of a small capture all.
 */
#pragma once

#include <glib.h>
#include <shakedown/connection.h>

#define HTML_CHOICE_MOST 60u
#define HTML_CHOICE_OF_KIND 6u
#define HTML_CHOICE_OF_OUTCOME 2u

typedef struct {
	uint64_t kinds[SHAKEDOWN_SEVERITIES][SHAKEDOWN_ANOMALY_KINDS][HTML_CHOICE_OF_KIND];
	uint64_t outcomes[SHAKEDOWN_HANDSHAKE_OUTCOMES * SHAKEDOWN_TEARDOWN_OUTCOMES]
			 [HTML_CHOICE_OF_OUTCOME];
	uint64_t first[HTML_CHOICE_MOST];
} HtmlChoice; /* all zero is a valid empty one */

void html_choice_offer(HtmlChoice *choice, const ShakedownConnection *connection);
/* Ids (uint64_t), the most telling first, at most HTML_CHOICE_MOST. Free with g_array_unref(). */
GArray *html_choice_make(const HtmlChoice *choice);
