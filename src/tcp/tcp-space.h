/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sequence space as a tap sees it: what each side has sent, what the other has acknowledged, what
 * could be acceptable, and what a segment therefore is. RFC 9293 §3.4 and §3.10.7.4 first step;
 * bounds as in van Rooij, "Real Stateful TCP Packet Filtering in IP Filter".
 */
#pragma once

#include "tcp/tcp-holes.h"
#include "tcp/tcp-step.h"

/* A segment without SYN and RST could not be accepted by its receiver, nor come from this
 * connection's sender: RFC 9293 §3.10.7.4 first, as far as a tap can judge. Two that agree with
 * each other move the bounds, since captures lose packets. */
bool tcp_space_out_of_window(TcpStep *step);
/* It lies out of window, and agrees with one before that did: nothing has changed yet. */
bool tcp_space_is_elsewhere(const TcpStep *step);
/* It acknowledges more than the other side can have sent, or nothing of its only SYN. */
bool tcp_space_bad_ack(TcpStep *step);
/* In window, of a side that is TCP_SIDE_CHALLENGED: who was told of bytes that it has not sent is
 * where it was. */
void tcp_space_stays(TcpStep *step);
/* Its numbers are those of the other way through a proxy (TCP_SIDE_TWICE): it is none of the
 * connection's own, but a copy with other numbers. */
bool tcp_space_is_beside(const TcpStep *step);

/* By its IP id it was sent before one that has that id, and was overtaken on its way to the tap. */
bool tcp_space_overtaken_by(const TcpStep *step, uint16_t ip_id, ShakedownTime then);
/* The side's latest bare ACK from beyond what was captured stands at that number, and leaves out
 * one before it which nothing has filled or acknowledged since. */
bool tcp_space_leapt_one(const TcpConnection *conn, ShakedownSideId side, TcpSeq to);
/* A capture that begins with a keep-alive of the sender begins one below what that had sent: the
 * number before this segment, which bears data, is no gap. */
bool tcp_space_began_with_keep_alive(const TcpStep *step);
/* What a segment without SYN and RST is; to be asked before tcp_space_take(). */
ShakedownSegmentClass tcp_space_class(const TcpStep *step);

/* Room for reordering and for windows never seen: nf_conntrack's MAXACKWINDOW has the same size. */
#define TCP_SPACE_SLACK 66000u
/* How far below what was sent last the lowest number is remembered: no window is larger. */
#define TCP_SPACE_LOW_MOST (1u << 30)

static inline uint32_t tcp_space_below_next(const TcpSide *s, TcpSeq seq)
{
	return (uint32_t)tcp_seq_diff(s->snd_nxt, seq);
}

/* Numbers wrap: what began two gigabytes ago would come to lie ahead. */
static inline void tcp_space_keep_low_near(TcpSide *s)
{
	if (!tcp_side_has(s, TCP_SIDE_ISN_KNOWN) &&
	    tcp_space_below_next(s, s->low) > TCP_SPACE_LOW_MOST)
		s->low = tcp_seq_add(s->snd_nxt, 0u - TCP_SPACE_LOW_MOST);
}

static inline bool tcp_space_sent_again(ShakedownSegmentClass c)
{
	return c == SHAKEDOWN_SEGMENT_RETRANSMISSION ||
	       c == SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION ||
	       c == SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION;
}

/* Moves both sides' bounds by an acceptable segment; returns bytes found missing in the capture. */
uint64_t tcp_space_take(TcpStep *step);
/* The same for a SYN or SYN,ACK: it begins the side's space anew. Its ack is taken only where it
 * answers the other's SYN. */
void tcp_space_open(TcpStep *step, bool answers);

/* The window as it counts: scaled after the SYNs, if both sides offered it. RFC 7323 §2.2. */
uint32_t tcp_space_window(const TcpConnection *conn, ShakedownSideId side, const Segment *seg);
