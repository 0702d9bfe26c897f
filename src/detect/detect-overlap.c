/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The same sequence numbers with different content: whoever inspects the one copy is blind to the
 * other. The first difference of a connection is told at once, with both copies' bytes.
 */
#include "detect/detector.h"
#include "detect/noted.h"

#include <inttypes.h>
#include <string.h>

#define FILLING_MOST 6

/* "47 45 54 20 GET ", as hex dumps have it. */
static char *dump(const uint8_t *bytes, size_t len)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < len; i++)
		g_string_append_printf(text, "%02x ", bytes[i]);
	g_string_append_c(text, '|');
	for (size_t i = 0; i < len; i++)
		g_string_append_c(text, g_ascii_isprint(bytes[i]) ? (char)bytes[i] : '.');
	g_string_append_c(text, '|');
	return g_string_free(text, FALSE);
}

static void add_copies(Finding *f, const TcpOverlap *o)
{
	g_autofree char *first = dump(o->first, o->first_len);
	g_autofree char *later = dump(o->later, o->later_len);

	if (o->first_len)
		finding_text(f, "first_copy", first);
	if (o->later_len)
		finding_text(f, "later_copy", later);
}

/* Ethernet's filling of a short frame, which some device has made part of the IP length. */
static bool may_be_filling(const TcpOverlap *o)
{
	static const uint8_t zero[FILLING_MOST];

	return o->compared <= FILLING_MOST &&
	       ((o->first_len >= o->compared && memcmp(o->first, zero, o->compared) == 0) ||
		(o->later_len >= o->compared && memcmp(o->later, zero, o->compared) == 0));
}

static void on_conflict(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpOverlap *o = event->overlap;
	Finding f;

	if (reported(event->conn, SHAKEDOWN_ANOMALY_OVERLAP_CONFLICT))
		return;
	const char *who = shakedown_side_name(event->side);
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_OVERLAP_CONFLICT, event->conn);
	if (may_be_filling(o))
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, event->time, event->time);
	finding_frame(&f, o->first_frame);
	finding_frame(&f, o->later_frame);
	finding_text(&f, "sender", who);
	finding_count(&f, "offset", o->offset);
	finding_count(&f, "compared_bytes", o->compared);
	if (o->differing)
		finding_count(&f, "differing_bytes", o->differing);
	finding_count(&f, "first_frame", o->first_frame);
	finding_count(&f, "later_frame", o->later_frame);
	add_copies(&f, o);
	finding_summary(&f,
			"the %s's bytes from offset %" PRIu64 " on were sent twice with different "
			"content, in frames %" PRIu64 " and %" PRIu64,
			who, o->offset, o->first_frame, o->later_frame);
	if (may_be_filling(o))
		finding_summary(&f, "; the one copy is all zeros, as the padding of a short frame "
				    "that a device has taken for data");
	finding_report(&f);
}

const DetectorOps detect_overlap = {.on = {[TCP_EVENT_OVERLAP_CONFLICT] = on_conflict}};
