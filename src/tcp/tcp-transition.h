/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293's Figure 5 and §3.10.7 as two lists: what a side shows by what it sends, and what
 * happens to it when something reaches it. A transition that is in neither list does not exist.
 */
#pragma once

#include <shakedown/types.h>

#include <stdio.h>

typedef enum {
	/* What the side sends: proof. */
	TCP_SENDS_SYN = 0,
	TCP_SENDS_SYN_ACK, /* acknowledging the other's SYN */
	TCP_SENDS_ACK,	   /* that it could not send before it was ESTABLISHED */
	TCP_SENDS_FIN,
	TCP_SENDS_RST,
	/* What reaches it: to be confirmed by its own next segment. */
	TCP_GETS_ACK_OF_SYN,
	TCP_GETS_FIN,
	TCP_GETS_ACK_OF_FIN,
	TCP_GETS_RST, /* acceptable, RFC 9293 §3.10.7.4 as RFC 5961 has it */
	TCP_GETS_UNREACHABLE,
	/* What nobody sees. */
	TCP_TIMES_OUT,
	TCP_STARTS_MIDWAY, /* the capture begins: the state is assumed */
	TCP_SENDS_NEW_SYN, /* opens the same four-tuple again: whatever was before is gone */
	TCP_GETS_NEW_SYN,  /* … and took the other's */
} TcpInput;
#define TCP_INPUTS 14

const char *tcp_input_name(TcpInput input);

typedef struct {
	ShakedownTcpState from;
	TcpInput input;
	ShakedownTcpState to;
	const char *clause; /* where it is said */
} TcpTransition;

/* NULL where that input changes nothing in that state. */
const TcpTransition *tcp_transition(TcpInput input, ShakedownTcpState from);

/* Writes the whole matrix, state by input, for a reader to hold beside Figure 5. */
void tcp_transition_print(FILE *out);
