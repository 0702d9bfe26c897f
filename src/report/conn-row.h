/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a table needs of a connection, kept after the record is gone: some 200 bytes, without
 * pointers of its own.
 */
#pragma once

#include <glib.h>

#include <shakedown/connection.h>

#define CONN_ROW_HISTORY 16u

typedef struct {
	uint64_t id;
	ShakedownTime start;
	ShakedownDuration duration, server_rtt, client_rtt;
	ShakedownAddress addr[2];
	uint16_t port[2];
	uint64_t packets[2], bytes[2], retransmissions[2];
	uint64_t history[2]; /* states, 4 bits each, the first lowest */
	uint8_t history_len[2];
	bool history_cut[2]; /* states are missing before the last */
	uint8_t state[2];    /* ShakedownTcpState */
	uint8_t evidence[2]; /* ShakedownEvidence of that */
	uint8_t handshake;   /* ShakedownHandshakeOutcome */
	uint8_t teardown;    /* ShakedownTeardownOutcome */
	int8_t first;	     /* side of the RST that ended it, or of the first FIN; -1: none */
	uint64_t anomalies;  /* a bit a kind */
	uint8_t severity;    /* ShakedownSeverity: their worst */
	const char *encapsulation; /* "vlan:10 gre"; NULL: none. Of the GStringChunk. */
} ConnRow;

/* strings holds each encapsulation once. */
void conn_row_take(ConnRow *row, const ShakedownConnection *connection, GStringChunk *strings);

/* As ss and netstat shorten them, at most 10 columns: "ESTAB", "SYN-RCVD", "FIN-WAIT-1". */
const char *conn_state_short(ShakedownTcpState state);
/* "?" for what is believed but not confirmed, "*" for a timer, "~" for an assumption, or "". */
const char *conn_evidence_mark(ShakedownEvidence evidence);
