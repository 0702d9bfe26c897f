/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is believed of both sides' states, in order, with the evidence: a journal that can be taken
 * back. A state that rests on a delivery not yet confirmed is believed, but not known; the next
 * segment may show that it was wrong.
 */
#pragma once

#include "tcp/tcp-transition.h"

#include <shakedown/types.h>

typedef struct {
	ShakedownTime time;
	uint64_t frame : 44; /* 0: a timer */
	uint64_t side : 1;
	uint64_t state : 4;    /* ShakedownTcpState */
	uint64_t evidence : 3; /* ShakedownEvidence */
	uint64_t input : 5;    /* TcpInput: what led there */
} TcpBelief;

/* Most that one connection can have: of more, those in the middle are forgotten (hostile input
 * makes states swing). */
#define TCP_BELIEFS_MAX 64

/* What a connection that opens as it should has, and one that closes, too: tcp-aside.h. */
#define TCP_BELIEFS_FEW 4
#define TCP_BELIEFS_CLOSING 11

typedef struct {
	uint16_t len, room; /* room 0: as TCP_BELIEFS_FEW */
	union {
		TcpBelief few[TCP_BELIEFS_FEW];
		TcpBelief *items; /* where the room is more than that */
	};
} TcpBeliefs;

static inline const TcpBelief *tcp_beliefs_items(const TcpBeliefs *beliefs)
{
	return beliefs->room > TCP_BELIEFS_FEW ? beliefs->items : beliefs->few;
}

/* In which states the side is still believed to have been, a bit (1 << ShakedownTcpState) each. */
typedef struct {
	uint32_t states[2];
} TcpBeen;

#define TCP_BEEN_SYNCHRONIZED (~UINT32_C(0) << SHAKEDOWN_TCP_ESTABLISHED)

/* Not what lies in a TcpClosing. */
void tcp_beliefs_clear(TcpBeliefs *beliefs);
/* The latest belief about that side, or NULL. */
const TcpBelief *tcp_beliefs_last(const TcpBeliefs *beliefs, ShakedownSideId side);

static inline TcpBeen tcp_beliefs_been(const TcpBeliefs *beliefs)
{
	const TcpBelief *items = tcp_beliefs_items(beliefs);
	TcpBeen been = {{0, 0}};

	for (unsigned i = 0; i < beliefs->len; i++)
		been.states[items[i].side] |= UINT32_C(1) << items[i].state;
	return been;
}
/* The latest belief about that side that came by that input, or NULL. */
const TcpBelief *tcp_beliefs_by(const TcpBeliefs *beliefs, ShakedownSideId side, TcpInput input);
