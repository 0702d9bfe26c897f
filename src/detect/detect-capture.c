/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with the capture itself: counted over all connections, told at its end. */
#include "detect/detector.h"
#include "tcp/tcp-outcome.h"

#include <inttypes.h>
#include <string.h>

#define FRAMES_MOST FINDING_FRAMES

typedef struct {
	uint64_t missing, missing_connections;
	uint64_t missing_control; /* FINs that were acknowledged */
	uint64_t one_sided, two_sided;
	uint64_t client_only; /* of the one-sided */
	uint64_t damaged_connections, copied_connections;
	struct {
		uint64_t frame, connection;
		ShakedownTime time;
		bool seen;     /* that side had been captured by then */
	} losses[FRAMES_MOST]; /* acknowledgments of what was not captured */
	unsigned losses_len;
	uint64_t one_sided_frames[FRAMES_MOST]; /* with which those connections begin */
	bool losses_cut;
	ShakedownTime last_loss;
} CaptureDetector;

static void *create(DetectContext *context)
{
	return g_new0(CaptureDetector, 1);
}

/* Makes room by one that may be of no loss. */
static bool drop_unseen(CaptureDetector *d)
{
	for (unsigned i = d->losses_len; i-- > 0;) {
		if (d->losses[i].seen)
			continue;
		d->losses_len--;
		memmove(&d->losses[i], &d->losses[i + 1],
			(d->losses_len - i) * sizeof d->losses[0]);
		return true;
	}
	return false;
}

static void on_loss(void *data, DetectContext *context, const TcpEvent *event)
{
	CaptureDetector *d = data;

	/* One whose direction is not captured at all tells nothing of a loss. */
	bool seen = tcp_side_has(&event->conn->side[event->side], TCP_SIDE_SEEN);

	if (d->losses_len == FRAMES_MOST) {
		d->losses_cut = true;
		if (!seen)
			return;
		d->last_loss = MAX(d->last_loss, event->time);
		if (!drop_unseen(d))
			return;
	}
	d->losses[d->losses_len].frame = event->frame;
	d->losses[d->losses_len].connection = event->conn->id;
	d->losses[d->losses_len].seen = seen;
	d->losses[d->losses_len++].time = event->time;
}

/* Of that connection one direction was captured: its acknowledgments are of no loss. */
static void forget_losses(CaptureDetector *d, uint64_t connection)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < d->losses_len; i++)
		if (d->losses[i].connection != connection)
			d->losses[kept++] = d->losses[i];
	d->losses_len = kept;
}

/* Segments without data that were taken, by what came after them, and yet are not there. */
static unsigned missing_control(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];
	unsigned n = 0;

	if (!tcp_side_has(c, TCP_SIDE_SEEN) || !tcp_side_has(s, TCP_SIDE_SEEN))
		return 0;
	/* One behind what was lost is there, though it was not taken where it stands. */
	n += (c->flags & (TCP_SIDE_HIDDEN_FIN | TCP_SIDE_LIKELY_FIN)) && !c->fins;
	n += (s->flags & (TCP_SIDE_HIDDEN_FIN | TCP_SIDE_LIKELY_FIN)) && !s->fins;
	return n;
}

static void on_over(void *data, DetectContext *context, const TcpEvent *event)
{
	CaptureDetector *d = data;
	const TcpConnection *conn = event->conn;
	const TcpAside *aside = tcp_aside(conn);
	uint64_t missing = aside->side[0].missing + aside->side[1].missing;
	ShakedownSideId seen = SHAKEDOWN_CLIENT;
	unsigned control = missing_control(conn);
	bool half = tcp_half_seen(conn, &seen);

	d->missing += half ? 0 : missing;
	d->missing_control += control;
	d->missing_connections += !half && (missing > 0 || control > 0);
	if (half) {
		if (missing)
			forget_losses(d, conn->id);
		if (d->one_sided < FRAMES_MOST)
			d->one_sided_frames[d->one_sided] = conn->first_frame;
		d->one_sided++;
		d->client_only += seen == SHAKEDOWN_CLIENT;
	} else if (tcp_side_has(&conn->side[0], TCP_SIDE_SEEN) &&
		   tcp_side_has(&conn->side[1], TCP_SIDE_SEEN)) {
		d->two_sided++;
	}
	d->damaged_connections +=
		((conn->side[0].checks | conn->side[1].checks) & TCP_CHECK_BAD) != 0;
	d->copied_connections += aside->copies > 0;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void say_losses(Finding *f, const CaptureDetector *d)
{
	ShakedownTime last = d->last_loss;

	for (unsigned i = 0; i < d->losses_len; i++) {
		finding_frame(f, d->losses[i].frame);
		last = MAX(last, d->losses[i].time);
	}
	if (d->losses_len)
		finding_time(f, d->losses[0].time, last);
	if (d->losses_cut)
		finding_many(f);
}

static void capture_loss(const CaptureDetector *d, DetectContext *context)
{
	uint64_t both = d->one_sided + d->two_sided;
	/* What a filter leaves out is not lost. */
	const uint64_t missing = tcp_tracker_lacks_acks(context->tracker) ? 0 : d->missing;
	const uint64_t dropped = context->loss.dropped;
	Finding f;

	/* Where a whole direction is not there, this says nothing new. */
	if ((!missing && !d->missing_control && !dropped) || (d->one_sided * 2 > both && !dropped))
		return;
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_CAPTURE_LOSS, NULL, 0);
	say_losses(&f, d);
	finding_filter(&f, "tcp.analysis.ack_lost_segment");
	finding_count(&f, "bytes", missing);
	finding_count(&f, "fins", d->missing_control);
	finding_count(&f, "connections", d->missing_connections);
	if (dropped) {
		finding_count(&f, "dropped", dropped);
		finding_summary(&f, "%" PRIu64 " packet%s dropped by those who captured", dropped,
				dropped == 1 ? " was" : "s were");
	}
	if (!missing && !d->missing_control) {
		finding_report(&f);
		return;
	}
	if (dropped)
		finding_summary(&f, "; ");
	if (missing)
		finding_summary(&f, "%" PRIu64 " byte%s", missing, plural(missing));
	if (d->missing_control)
		finding_summary(&f, "%s%" PRIu64 " FIN%s", missing ? " and " : "",
				d->missing_control, plural(d->missing_control));
	bool one = missing + d->missing_control == 1;
	finding_summary(&f,
			" in %" PRIu64 " connection%s %s acknowledged but %s not in the capture",
			d->missing_connections, plural(d->missing_connections),
			one ? "was" : "were", one ? "is" : "are");
	finding_report(&f);
}

static void one_direction(const CaptureDetector *d, DetectContext *context)
{
	uint64_t both = d->one_sided + d->two_sided;
	Finding f;

	if (!d->one_sided || d->one_sided * 2 <= both)
		return;
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_ONE_DIRECTION, NULL, 0);
	finding_frames(&f, d->one_sided_frames, MIN(d->one_sided, FRAMES_MOST), d->one_sided);
	finding_count(&f, "connections", d->one_sided);
	finding_count(&f, "of", both);
	finding_count(&f, "client_side_only", d->client_only);
	finding_summary(&f,
			"%" PRIu64 " of %" PRIu64
			" connection%s ha%s only one direction in the capture",
			d->one_sided, both, plural(both), d->one_sided == 1 ? "s" : "ve");
	finding_report(&f);
}

static void duplicate_packets(const CaptureDetector *d, DetectContext *context)
{
	const TcpTrackerCounts *counts = tcp_tracker_counts(context->tracker);
	uint64_t copies = counts->copies;
	Finding f;

	if (!copies)
		return;
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_DUPLICATE_PACKETS, NULL, 0);
	finding_frames(&f, counts->copy_frame, MIN(copies, TCP_EXAMPLES), copies);
	finding_count(&f, "packets", copies);
	finding_count(&f, "connections", d->copied_connections);
	finding_summary(&f,
			"%" PRIu64 " packet%s in %" PRIu64
			" connection%s %s in the capture twice; the cop%s left out",
			copies, plural(copies), d->copied_connections,
			plural(d->copied_connections), copies == 1 ? "is" : "are",
			copies == 1 ? "y was" : "ies were");
	finding_report(&f);
}

static void capture_disorder(DetectContext *context)
{
	uint64_t disordered = context->summary->disordered;
	Finding f;

	if (!disordered)
		return;
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_CAPTURE_DISORDER, NULL, 0);
	finding_frames(&f, context->disordered, MIN(disordered, FINDING_FRAMES), disordered);
	finding_count(&f, "packets", disordered);
	finding_summary(&f, "%" PRIu64 " packet%s come%s after a later one in the capture",
			disordered, plural(disordered), disordered == 1 ? "s" : "");
	finding_report(&f);
}

static void bad_checksum(const CaptureDetector *d, DetectContext *context)
{
	const TcpTrackerCounts *counts = tcp_tracker_counts(context->tracker);
	uint64_t bad = counts->bad_checksums;
	Finding f;

	if (!bad)
		return;
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_BAD_CHECKSUM, NULL, 0);
	finding_frames(&f, counts->bad_frame, counts->bad_len, bad);
	finding_count(&f, "segments", bad);
	finding_count(&f, "connections", d->damaged_connections);
	finding_summary(&f,
			"%" PRIu64 " segment%s in %" PRIu64
			" connection%s with a wrong TCP checksum: the receiver drops %s",
			bad, plural(bad), d->damaged_connections, plural(d->damaged_connections),
			bad == 1 ? "it" : "them");
	finding_report(&f);
}

static void finish(void *data, DetectContext *context)
{
	capture_loss(data, context);
	one_direction(data, context);
	duplicate_packets(data, context);
	capture_disorder(context);
	bad_checksum(data, context);
}

const DetectorOps detect_capture = {
	.create = create,
	.on = {[TCP_EVENT_CAPTURE_LOSS] = on_loss, [TCP_EVENT_OVER] = on_over},
	.finish = finish,
	.destroy = g_free};
