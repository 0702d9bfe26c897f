/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/member.h"

#include "detect/flood.h"
#include "detect/scanner.h"

static Service *service_of(DetectContext *context, const TcpConnection *conn)
{
	ShakedownAddress server = tcp_conn_address(conn, SHAKEDOWN_SERVER);

	return services_find(context->services, &server, tcp_conn_port(conn, SHAKEDOWN_SERVER));
}

bool member_of_many(DetectContext *context, TcpConnection *conn)
{
	const Service *s = service_of(context, conn);

	/* Whatever came about and was used is no part of it, even now. */
	if (conn->talked)
		return false;
	if (s && conn->syn_first && !tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
	    flood_covers(s, context->config, conn->syn_first)) {
		tcp_conn_blame(conn, SHAKEDOWN_ANOMALY_SYN_FLOOD, SHAKEDOWN_SEVERITY_CRITICAL);
		return true;
	}
	if (!scanners_cover(context->scanners, conn))
		return false;
	tcp_conn_blame(conn, SHAKEDOWN_ANOMALY_PORT_SCAN, SHAKEDOWN_SEVERITY_WARNING);
	return true;
}

bool member_suspected(DetectContext *context, const TcpConnection *conn)
{
	const Service *s = service_of(context, conn);

	return (s && flood_suspected(s)) || scanners_suspect(context->scanners, conn);
}
