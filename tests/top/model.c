/* SPDX-License-Identifier: BSD-3-Clause */
#include "model.h"

#define T0 (1000 * SHAKEDOWN_NS_PER_S)

static bool add_anomaly(ShakedownBoard *board, unsigned i)
{
	const ShakedownAnomaly a = {
		.kind = i % 2 ? SHAKEDOWN_ANOMALY_NO_ANSWER : SHAKEDOWN_ANOMALY_REFUSED,
		.severity = i % 2 ? SHAKEDOWN_SEVERITY_WARNING : SHAKEDOWN_SEVERITY_NOTICE,
		.scope = SHAKEDOWN_SCOPE_CONNECTION,
		/* The third is about no connection. */
		.connection = i == 2 ? 0 : i + 1,
		.subject = {.client = {4, {10, 0, 1, (uint8_t)i}},
			    .server = {4, {10, 0, 2, (uint8_t)i}},
			    .client_port = 1000,
			    .server_port = 80},
		.time = T0,
		.until = T0 + i * SHAKEDOWN_NS_PER_S,
		.summary = i % 2 ? "nobody answers" : "an RST is the answer",
		.rule = "RFC 9293",
		.filter = "tcp.port==80",
		.count = 1};

	shakedown_board_anomaly(board, &a);
	return true;
}

void sample_model(TopModel *m, unsigned services, unsigned connections, unsigned anomalies)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	TopStatus status = {.captured = 1000, .dropped = 7};

	for (unsigned i = 0; i < anomalies; i++)
		add_anomaly(board, i);
	status.live.now = T0;
	status.live.packets = 1000;
	status.live.live = connections;
	status.live.states[SHAKEDOWN_CLIENT][SHAKEDOWN_TCP_ESTABLISHED] = 12345;
	status.live.states[SHAKEDOWN_SERVER][SHAKEDOWN_TCP_SYN_RECEIVED] = 3;
	top_model_init(m);
	top_model_look(m, board, &status, 1);
	m->n[TOP_SERVICES] = services;
	m->n[TOP_CONNECTIONS] = connections;
	for (unsigned i = 0; i < services; i++)
		m->services[i] =
			(ShakedownBoardService){.addr = {4, {10, 0, (uint8_t)(i >> 8), (uint8_t)i}},
						.port = (uint16_t)(80 + i),
						.tried = 10 * i,
						.complete = 9 * i,
						.failed = i,
						.rate = services - i,
						.server_rtt = 1000000 * (i + 1)};
	for (unsigned i = 0; i < connections; i++)
		m->connections[i] = (ShakedownBoardConnection){
			.id = i + 1,
			.addr = {{4, {10, 1, 0, (uint8_t)i}}, {4, {10, 0, 0, (uint8_t)(i % 3)}}},
			.port = {(uint16_t)(40000 + i), (uint16_t)(80 + i % 3)},
			.state = {SHAKEDOWN_TCP_ESTABLISHED, SHAKEDOWN_TCP_CLOSE_WAIT},
			.start = T0,
			.last = T0 - i * SHAKEDOWN_NS_PER_S,
			.packets = {i, i}};
}
