/* SPDX-License-Identifier: BSD-3-Clause */
/* Which connections get pictures. */
#include "report/html/html-choice.h"

#include "report/html/html-put.h"

static void put(uint64_t *places, unsigned len, uint64_t id)
{
	for (unsigned i = 0; i < len; i++) {
		if (!places[i]) {
			places[i] = id;
			return;
		}
	}
}

void html_choice_offer(HtmlChoice *choice, const ShakedownConnection *c)
{
	unsigned outcome = c->handshake.outcome * SHAKEDOWN_TEARDOWN_OUTCOMES + c->teardown.outcome;

	for (size_t i = 0; i < c->anomalies_len; i++)
		put(choice->kinds[html_severity_in(c->anomalies[i], c->severity, c->anomalies_len)]
				 [c->anomalies[i]],
		    HTML_CHOICE_OF_KIND, c->id);
	put(choice->outcomes[outcome], HTML_CHOICE_OF_OUTCOME, c->id);
	put(choice->first, HTML_CHOICE_MOST, c->id);
}

static void take(GArray *ids, uint64_t id)
{
	if (!id || ids->len >= HTML_CHOICE_MOST)
		return;
	for (unsigned i = 0; i < ids->len; i++)
		if (g_array_index(ids, uint64_t, i) == id)
			return;
	g_array_append_val(ids, id);
}

GArray *html_choice_make(const HtmlChoice *choice)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(uint64_t));

	for (unsigned turn = 0; turn < HTML_CHOICE_OF_KIND; turn++)
		for (int severity = SHAKEDOWN_SEVERITIES - 1; severity >= 0; severity--)
			for (unsigned k = 0; k < SHAKEDOWN_ANOMALY_KINDS; k++)
				take(ids, choice->kinds[severity][k][turn]);
	for (unsigned turn = 0; turn < HTML_CHOICE_OF_OUTCOME; turn++)
		for (unsigned i = 0; i < G_N_ELEMENTS(choice->outcomes); i++)
			take(ids, choice->outcomes[i][turn]);
	for (unsigned i = 0; i < HTML_CHOICE_MOST; i++)
		take(ids, choice->first[i]);
	return ids;
}
