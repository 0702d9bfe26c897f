/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection's public record, filled from the tracker's own. */
#pragma once

#include "tcp/tcp-tracker.h"

#include <shakedown/connection.h>

/* Room for what a record points to. */
typedef struct {
	ShakedownHistoryEntry history[2][TCP_BELIEFS_MAX];
	ShakedownAnomalyKind anomalies[SHAKEDOWN_ANOMALY_KINDS];
	ShakedownConnLog log;
} TcpRecordRoom;

/* Of a first SYN without an answer most of the record is the same each time: all zero at first. */
typedef struct {
	TcpRecordRoom room;
	ShakedownConnection record, first_syn;
	bool knows_first_syn;
} TcpRecorder;

/* What is known of its opening at that time. */
ShakedownHandshake tcp_record_handshake(const TcpConnection *conn, const ShakedownConfig *config,
					ShakedownTime now);
/* The record points into the room, the connection and the tracker. */
void tcp_record_fill(ShakedownConnection *record, TcpRecordRoom *room, const TcpConnection *conn,
		     TcpTracker *tracker, const ShakedownConfig *config);
/* The same; it holds until the recorder's next. */
const ShakedownConnection *tcp_record_of(TcpRecorder *recorder, const TcpConnection *conn,
					 TcpTracker *tracker, const ShakedownConfig *config);
