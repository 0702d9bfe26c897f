/* SPDX-License-Identifier: BSD-3-Clause */
/* What openings, connections and anomalies add up to. A series is there from the beginning, at 0:
 * a rate needs the sample before the first event. */
#include "metrics/metrics.h"

static const char *side_name(unsigned side)
{
	return shakedown_side_name((ShakedownSideId)side);
}

static void expose_sides(Exposition *e, const ExpositionFamily *family, const char *label,
			 const uint64_t counts[2])
{
	exposition_begin(e, family);
	for (unsigned i = 0; i < 2; i++)
		exposition_count(e, EXPOSITION_LABELS({label, side_name(i)}), counts[i]);
}

static void expose_openings(const ShakedownMetrics *m, Exposition *e)
{
	static const ExpositionFamily handshakes = {
		EXPOSITION_COUNTER, "shakedown_handshakes", NULL,
		"Handshakes by what became of them, told as soon as that is certain."};
	static const ExpositionFamily again = {
		EXPOSITION_COUNTER, "shakedown_handshake_retransmissions", NULL,
		"SYNs (of clients) and SYN,ACKs (of servers) that were sent again."};
	static const ExpositionFamily rtt = {
		EXPOSITION_HISTOGRAM, "shakedown_handshake_rtt_seconds", "seconds",
		"Round-trip times of the handshake, from where it is captured to that side and "
		"back."};

	exposition_begin(e, &handshakes);
	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		exposition_count(
			e,
			EXPOSITION_LABELS({"outcome", shakedown_handshake_outcome_name(
							      (ShakedownHandshakeOutcome)i)}),
			m->handshakes[i]);
	expose_sides(e, &again, "side", m->retransmitted_handshakes);
	exposition_begin(e, &rtt);
	for (unsigned i = 0; i < 2; i++)
		histogram_expose(&m->rtt[i], e, EXPOSITION_LABELS({"leg", side_name(i)}));
}

/* Of what cannot be, nothing is told: a reset is graceful only where it came after all was over,
 * and then the kind is another. */
static bool can_be(ShakedownTeardownKind kind, ShakedownTeardownOutcome outcome)
{
	switch (kind) {
	case SHAKEDOWN_TEARDOWN_FOUR_WAY:
	case SHAKEDOWN_TEARDOWN_THREE_WAY:
	case SHAKEDOWN_TEARDOWN_SIMULTANEOUS:
		return outcome == SHAKEDOWN_TEARDOWN_GRACEFUL ||
		       outcome == SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED;
	case SHAKEDOWN_TEARDOWN_KIND_RESET:
		return outcome == SHAKEDOWN_TEARDOWN_RESET;
	case SHAKEDOWN_TEARDOWN_KIND_NONE:
		break;
	}
	return outcome == SHAKEDOWN_TEARDOWN_HALF_CLOSED || outcome == SHAKEDOWN_TEARDOWN_OPEN ||
	       outcome == SHAKEDOWN_TEARDOWN_NEVER_OPENED;
}

static void expose_teardowns(const ShakedownMetrics *m, Exposition *e)
{
	static const ExpositionFamily teardowns = {
		EXPOSITION_COUNTER, "shakedown_teardowns", NULL,
		"Connections that are over, by how they were closed and what came of it."};

	exposition_begin(e, &teardowns);
	for (unsigned k = 0; k < SHAKEDOWN_TEARDOWN_KINDS; k++)
		for (unsigned o = 0; o < SHAKEDOWN_TEARDOWN_OUTCOMES; o++) {
			ShakedownTeardownKind kind = (ShakedownTeardownKind)k;
			ShakedownTeardownOutcome outcome = (ShakedownTeardownOutcome)o;

			if (!m->teardowns[k][o] && !can_be(kind, outcome))
				continue;
			exposition_count(
				e,
				EXPOSITION_LABELS(
					{"kind", shakedown_teardown_kind_name(kind)},
					{"outcome", shakedown_teardown_outcome_name(outcome)}),
				m->teardowns[k][o]);
		}
}

static void expose_connections(const ShakedownMetrics *m, Exposition *e)
{
	static const ExpositionFamily first = {
		EXPOSITION_COUNTER, "shakedown_closed_first", NULL,
		"Connections that are over, by the side that sent the first FIN or RST."};
	static const ExpositionFamily resets = {
		EXPOSITION_COUNTER, "shakedown_resets", NULL,
		"Connections that an RST ended, by the side in whose name it came."};
	static const ExpositionFamily duration = {
		EXPOSITION_HISTOGRAM, "shakedown_connection_duration_seconds", "seconds",
		"From the first packet of a connection that is over to its last."};
	static const ExpositionFamily half_closed = {
		EXPOSITION_HISTOGRAM, "shakedown_half_closed_seconds", "seconds",
		"From the first FIN of a connection that is over to the second, or to its end."};
	static const ExpositionFamily payload = {
		EXPOSITION_COUNTER, "shakedown_payload_bytes", "bytes",
		"Payload of connections that are over, each sequence number once."};
	static const ExpositionFamily again = {
		EXPOSITION_COUNTER, "shakedown_retransmissions", NULL,
		"Segments of connections that are over that repeat sequence numbers."};
	/* The summary's own may shrink, where a missing byte turns out to have been a FIN. */
	static const ExpositionFamily missing = {
		EXPOSITION_COUNTER, "shakedown_missing_bytes", "bytes",
		"Payload of connections that are over that was acknowledged but never captured."};

	expose_sides(e, &first, "side", m->first_to_close);
	expose_sides(e, &resets, "side", m->resets);
	exposition_begin(e, &duration);
	histogram_expose(&m->duration, e, NULL);
	exposition_begin(e, &half_closed);
	histogram_expose(&m->half_closed, e, NULL);
	expose_sides(e, &payload, "sender", m->payload);
	expose_sides(e, &again, "sender", m->retransmissions);
	expose_sides(e, &missing, "sender", m->missing);
}

static void expose_anomalies(const ShakedownMetrics *m, Exposition *e)
{
	static const ExpositionFamily anomalies = {
		EXPOSITION_COUNTER, "shakedown_anomalies", NULL,
		"Anomalies by kind ('shakedown explain KIND' tells what it is) and severity."};

	exposition_begin(e, &anomalies);
	for (unsigned k = 0; k < SHAKEDOWN_ANOMALY_KINDS; k++) {
		const ShakedownAnomalyInfo *info = shakedown_anomaly_info((ShakedownAnomalyKind)k);

		for (unsigned s = 0; s < SHAKEDOWN_SEVERITIES; s++) {
			ShakedownSeverity severity = (ShakedownSeverity)s;
			bool usual = info->implemented && info->severity == severity;

			if (usual || m->anomalies[k][s])
				exposition_count(
					e,
					EXPOSITION_LABELS(
						{"kind", info->name},
						{"severity", shakedown_severity_name(severity)}),
					m->anomalies[k][s]);
		}
	}
}

void metrics_expose_observed(const ShakedownMetrics *m, Exposition *e)
{
	expose_openings(m, e);
	expose_teardowns(m, e);
	expose_connections(m, e);
	expose_anomalies(m, e);
}
