/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/member.h"

#include "detect/flood.h"
#include "detect/noted.h"
#include "detect/scanner.h"
#include "detect/stray.h"

/* At least so many half-open at once before one waits with telling of each. */
#define SUSPECT_HALF_OPEN 8

static bool one_of_stray(DetectContext *context, TcpConnection *conn)
{
	ShakedownAnomalyKind flood;

	if (!stray_is_one_of_many(context, conn, &flood))
		return false;
	tcp_conn_blame(conn, flood, SHAKEDOWN_SEVERITY_WARNING);
	return true;
}

/* NULL: it is none of what comes to the host's ports, or the subnet's hosts. Of a service that had
 * to make room nobody knows that it serves anybody. */
static const Service *wider_of(DetectContext *context, const TcpConnection *conn, const Service *s,
			       ServiceBreadth breadth)
{
	const uint32_t counts[SERVICE_BREADTHS] = {0, NOTED_OF_HOST, NOTED_OF_SUBNET};

	if (!noted(conn, counts[breadth]) && s && (s->flood || service_serves(s)))
		return NULL;
	ShakedownAddress host = tcp_conn_address(conn, SHAKEDOWN_SERVER);

	return services_get_wider(context->services, breadth, &host, SERVICE_FIND);
}

static bool suspected(const Service *s)
{
	return s && (s->flood || s->half_open >= SUSPECT_HALF_OPEN);
}

bool member_suspected(DetectContext *context, const TcpConnection *conn)
{
	const Service *s = services_get_of(context->services, conn, SERVICE_FIND);

	return suspected(s) || suspected(wider_of(context, conn, s, SERVICE_HOST)) ||
	       suspected(wider_of(context, conn, s, SERVICE_SUBNET));
}

static bool covers(const Service *s, DetectContext *context, const TcpConnection *conn,
		   ShakedownSeverity *severity)
{
	if (!s)
		return false;
	/* Of the flood under way, if it still is. */
	if (noted(conn, NOTED_BEHIND)) {
		*severity = s->flood ? flood_severity(s->flood) : SHAKEDOWN_SEVERITY_CRITICAL;
		return true;
	}
	return flood_covers(s, context->config, conn->syn_first, severity);
}

/* Its SYN was never acknowledged by a third ACK, and that service, host or subnet was flooded then.
 */
static bool flooded(DetectContext *context, const TcpConnection *conn, ShakedownSeverity *severity)
{
	if (!conn->syn_first || tcp_conn_has(conn, TCP_CONN_THIRD_ACK))
		return false;
	const Service *s = services_get_of(context->services, conn, SERVICE_FIND);

	return covers(s, context, conn, severity) ||
	       covers(wider_of(context, conn, s, SERVICE_HOST), context, conn, severity) ||
	       covers(wider_of(context, conn, s, SERVICE_SUBNET), context, conn, severity);
}

bool member_of_many(DetectContext *context, TcpConnection *conn)
{
	/* Whatever came about and was used is no part of it, even now. */
	if (conn->talked)
		return false;
	ShakedownSeverity severity;

	if (flooded(context, conn, &severity)) {
		tcp_conn_blame(conn, SHAKEDOWN_ANOMALY_SYN_FLOOD, severity);
		return true;
	}
	if (one_of_stray(context, conn))
		return true;
	if (!scanners_cover(context->scanners, conn))
		return false;
	tcp_conn_blame(conn, SHAKEDOWN_ANOMALY_PORT_SCAN, SHAKEDOWN_SEVERITY_WARNING);
	return true;
}
