/* SPDX-License-Identifier: BSD-3-Clause */
/* What became of a connection's opening and closing, by what is believed at the moment. */
#pragma once

#include "tcp/tcp-tracker.h"

ShakedownHandshakeKind tcp_handshake_kind(const TcpConnection *conn);
/* now: how far the capture has got; what had no time to go wrong is in progress. */
ShakedownHandshakeOutcome tcp_handshake_outcome(const TcpConnection *conn,
						const ShakedownConfig *config, ShakedownTime now);
/* Whoever asks for several of them goes through the beliefs once: been is of the connection's. */
ShakedownHandshakeOutcome tcp_handshake_outcome_of(const TcpConnection *conn, const TcpBeen *been,
						   const ShakedownConfig *config,
						   ShakedownTime now);
ShakedownTap tcp_tap(const TcpConnection *conn);
/* ShakedownSideId whose RST ended it, or itself; -1: none. */
int8_t tcp_reset_by(const TcpConnection *conn);
ShakedownTeardownKind tcp_teardown_kind(const TcpConnection *conn, const TcpBeen *been);
ShakedownTeardownOutcome tcp_teardown_outcome(const TcpConnection *conn, const TcpBeen *been);
/* ShakedownSideId of the first FIN or RST, of one that was not captured too; -1: none. */
int8_t tcp_teardown_first(const TcpConnection *conn);
/* -1: none, 2: both. */
int tcp_time_wait_holder(const TcpBeen *been);
/* SYN,ACK was sent again because nothing had answered it: not for a SYN that came twice, nor twice
 * by the network. */
bool tcp_syn_ack_unanswered(const TcpConnection *conn, ShakedownTime now);
/* The client sent SYN again after SYN,ACK had passed: it had not got it. */
bool tcp_syn_after_answer(const TcpConnection *conn);
/* The side was in a synchronized state at some time: RFC 9293 §3.3.2, from ESTABLISHED on. */
bool tcp_was_synchronized(const TcpConnection *conn, ShakedownSideId side);
/* One side alone was captured (*seen), though the other must have spoken, since it acknowledges
 * what that said: a SYN or a probe that nobody answers is no half of anything, nor is what memory
 * has cut. */
bool tcp_half_seen(const TcpConnection *conn, ShakedownSideId *seen);
