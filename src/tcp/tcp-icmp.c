/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors that quote a segment of a connection: RFC 9293 §3.9.2.2, RFC 1122 §4.2.3.9, RFC 5461.
 */
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-watch.h"

#include <glib.h>

/* RFC 1122 §4.2.3.9: hard errors (codes 2 to 4) end an attempt. The soft ones should not, and often
 * do (RFC 5461 §4.1): that it is over is believed until the SYN comes again. */
static bool unreachable(const Segment *seg)
{
	if (seg->icmp.version == 4)
		return seg->icmp.type == 3 && seg->icmp.code != 4;
	return seg->icmp.version == 6 && seg->icmp.type == 1;
}

/* RFC 1122 §4.2.3.9: on its way it has used up its TTL, and is as lost as where no route leads. */
static bool used_up(const Segment *seg)
{
	return seg->icmp.type == (seg->icmp.version == 4 ? 11 : 3) && seg->icmp.code == 0;
}

/* RFC 1191 §4, RFC 8201 §4. */
static bool too_big(const Segment *seg)
{
	return seg->icmp.version == 4 ? seg->icmp.type == 3 && seg->icmp.code == 4
				      : seg->icmp.type == 2;
}

/* RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3: what an error says, for people. */
static const char *icmp_meaning(const Segment *seg)
{
	static const char *const v4[] = {
		[0] = "network unreachable",
		[1] = "host unreachable",
		[2] = "protocol unreachable",
		[3] = "port unreachable",
		[4] = "fragmentation needed",
		[5] = "source route failed",
		[6] = "network unknown",
		[7] = "host unknown",
		[9] = "network prohibited",
		[10] = "host prohibited",
		[13] = "administratively prohibited",
	};
	static const char *const v6[] = {
		[0] = "no route",	  [1] = "administratively prohibited",
		[2] = "beyond scope",	  [3] = "address unreachable",
		[4] = "port unreachable", [5] = "source address failed policy",
		[6] = "route rejected",
	};
	bool six = seg->icmp.version == 6;
	unsigned type = seg->icmp.type, code = seg->icmp.code;

	if (type == (six ? 1 : 3)) {
		size_t n = six ? G_N_ELEMENTS(v6) : G_N_ELEMENTS(v4);
		const char *text = code < n ? (six ? v6 : v4)[code] : NULL;
		return text ? text : "unreachable";
	}
	if (six && type == 2)
		return "packet too big";
	return type == (six ? 3 : 11) ? "time exceeded" : NULL;
}

void tcp_arrives_icmp(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	TcpSide *s = &conn->side[step->from];

	step->segment_class = SHAKEDOWN_SEGMENT_ICMP_ERROR;
	step->note = icmp_meaning(seg);
	tcp_conn_mark(conn, TCP_MARK_ICMP, step->from, seg);
	if (too_big(seg))
		tcp_watch_mtu(step);
	if (!unreachable(seg) && !(used_up(seg) && s->state == SHAKEDOWN_TCP_SYN_SENT))
		return;
	if (s->state == SHAKEDOWN_TCP_SYN_SENT) {
		conn->flags |= TCP_CONN_UNREACHABLE;
		tcp_believe(step, step->from, TCP_GETS_UNREACHABLE, SHAKEDOWN_EVIDENCE_DELIVERED);
	}
	tcp_emit(step, TCP_EVENT_UNREACHABLE, step->from);
}
