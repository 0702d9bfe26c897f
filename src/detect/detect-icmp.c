/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors that quote a connection: RFC 1122 §4.2.3.9, RFC 1191, RFC 8201. */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/icmp.h"
#include "detect/member.h"
#include "detect/noted.h"
#include "tcp/tcp-watch.h"

#include <inttypes.h>

static void unreachable(DetectContext *context, TcpConnection *conn, const DossierIcmp *icmp)
{
	char sender[SHAKEDOWN_ADDRESS_LEN];
	Finding f;

	if (!icmp->count)
		return;
	const char *name = icmp_unreachable_name(icmp->version, icmp->type, icmp->code);

	shakedown_address_format(&icmp->sender, sender);
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_UNREACHABLE, conn);
	finding_time(&f, icmp->time, icmp->time);
	finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_ICMP, -1);
	finding_count(&f, "icmp", icmp->count);
	finding_count(&f, "type", icmp->type);
	finding_count(&f, "code", icmp->code);
	finding_text(&f, "meaning", name);
	finding_text(&f, "sender", sender);
	finding_flag(&f, "of_syn", icmp->opening);
	finding_summary(&f, "%s says that the destination of %s's %s cannot be reached: %s", sender,
			finding_side(icmp->side), icmp->opening ? "SYN" : "segment", name);
	if (icmp->count > 1)
		finding_summary(&f, " (%" PRIu32 " times)", icmp->count);
	finding_report(&f);
}

static void too_big(DetectContext *context, TcpConnection *conn, const DossierIcmp *icmp)
{
	char sender[SHAKEDOWN_ADDRESS_LEN];
	Finding f;

	if (!icmp->count)
		return;
	uint32_t oversized =
		tcp_aside(conn)->watch ? tcp_aside(conn)->watch->side[icmp->side].oversized : 0;

	shakedown_address_format(&icmp->sender, sender);
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_FRAGMENTATION_NEEDED, conn);
	if (oversized)
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, icmp->time, icmp->time);
	finding_marks(&f, TCP_MARK_ICMP, -1);
	finding_count(&f, "icmp", icmp->count);
	finding_count(&f, "mtu", icmp->mtu);
	finding_text(&f, "sender", sender);
	finding_flag(&f, "obeyed", oversized == 0);
	finding_summary(&f, "%s asks %s for packets of at most %" PRIu32 " bytes", sender,
			finding_side(icmp->side), icmp->mtu);
	if (oversized) {
		finding_count(&f, "oversized", oversized);
		finding_summary(&f, "; it sent %" PRIu32 " larger ones a second or more later",
				oversized);
	} else {
		finding_summary(&f, "; it sent no larger ones afterwards");
	}
	finding_report(&f);
}

/* By its flags, or by its number where the quote ends before them. */
static bool quotes_syn(const TcpConnection *conn, const TcpEvent *event)
{
	const Segment *quote = event->seg;
	const TcpSide *s = &conn->side[event->side];

	if (quote->icmp.has_flags)
		return quote->flags & TCP_SYN;
	return !quote->icmp.has_seq || !tcp_side_has(s, TCP_SIDE_ISN_KNOWN) ||
	       tcp_seq_eq(quote->seq, s->isn);
}

/* False: there was one before, which counts. */
static bool note_first(DossierIcmp *icmp, const TcpEvent *event)
{
	const Segment *error = event->seg;

	if (icmp->count++)
		return false;
	icmp->time = event->time;
	icmp->version = error->icmp.version;
	icmp->type = error->icmp.type;
	icmp->code = error->icmp.code;
	icmp->mtu = error->icmp.mtu;
	icmp->side = event->side;
	icmp->sender.version = error->icmp.version;
	memcpy(icmp->sender.bytes, error->icmp.sender, sizeof icmp->sender.bytes);
	return true;
}

static void on_unreachable(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	DossierIcmp *icmp = &dossier_rare_of(context->dossiers, event->conn)->unreachable;

	if (note_first(icmp, event))
		icmp->opening = quotes_syn(conn, event) &&
				!tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
				!tcp_conn_has(conn, TCP_CONN_MIDSTREAM);
}

static void on_too_big(void *self, DetectContext *context, const TcpEvent *event)
{
	note_first(&dossier_rare_of(context->dossiers, event->conn)->too_big, event);
}

static void on_over(void *self, DetectContext *context, const TcpEvent *event)
{
	const DossierRare *d = dossier_rare(dossier_get(context->dossiers, event->conn));

	if (!reported(event->conn, SHAKEDOWN_ANOMALY_PORT_SCAN) &&
	    !reported(event->conn, SHAKEDOWN_ANOMALY_SYN_FLOOD))
		unreachable(context, event->conn, &d->unreachable);
	too_big(context, event->conn, &d->too_big);
}

const DetectorOps detect_icmp = {.on = {[TCP_EVENT_UNREACHABLE] = on_unreachable,
					[TCP_EVENT_TOO_BIG] = on_too_big,
					[TCP_EVENT_OVER] = on_over},
				 .over_if = NOTED_DOSSIER};
