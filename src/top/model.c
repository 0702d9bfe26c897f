/* SPDX-License-Identifier: BSD-3-Clause */
#include "top/model.h"

#include "top/columns.h"
#include "top/figures.h"

#include <string.h>

/* Rates of less time mean nothing. */
#define LOOK_LEAST (G_USEC_PER_SEC / 10)
/* Handshakes of so many looks make the share that succeed. */
#define SMOOTH 0.7

void top_model_init(TopModel *m)
{
	*m = (TopModel){.packets = -1, .attempts = -1, .success = -1};
	m->services = g_new(ShakedownBoardService, SHAKEDOWN_BOARD_SERVICES);
	m->connections = g_new(ShakedownBoardConnection, SHAKEDOWN_BOARD_CONNECTIONS);
	m->anomalies = g_new(const ShakedownBoardAnomaly *, SHAKEDOWN_BOARD_ANOMALIES);
}

static void drop_anomalies(TopModel *m)
{
	for (size_t i = 0; i < m->n[TOP_ANOMALIES]; i++)
		shakedown_board_anomaly_unref(m->anomalies[i]);
	m->n[TOP_ANOMALIES] = 0;
}

void top_model_clear(TopModel *m)
{
	drop_anomalies(m);
	g_free(m->services);
	g_free(m->connections);
	g_free(m->anomalies);
	*m = (TopModel){0};
}

static void take_rates(TopModel *m, const TopStatus *now, int64_t clock)
{
	const ShakedownLive *before = &m->status.live, *after = &now->live;
	double seconds = (double)(clock - m->looked) / G_USEC_PER_SEC;

	if (m->looked && clock - m->looked < LOOK_LEAST)
		return;
	if (m->looked) {
		uint64_t done = after->completed - before->completed;
		uint64_t decided = done + after->failed - before->failed;

		m->packets = (double)(after->packets - before->packets) / seconds;
		m->attempts = (double)(after->attempts - before->attempts) / seconds;
		if (decided) {
			double share = (double)done / (double)decided;

			m->success =
				m->success < 0 ? share : SMOOTH * m->success + (1 - SMOOTH) * share;
		}
	}
	m->looked = clock;
}

void top_model_look(TopModel *m, const ShakedownBoard *board, const TopStatus *status,
		    int64_t clock)
{
	take_rates(m, status, clock);
	m->status = *status;
	drop_anomalies(m);
	m->n[TOP_SERVICES] = shakedown_board_services(board, m->services, SHAKEDOWN_BOARD_SERVICES);
	m->n[TOP_CONNECTIONS] =
		shakedown_board_connections(board, m->connections, SHAKEDOWN_BOARD_CONNECTIONS);
	m->n[TOP_ANOMALIES] =
		shakedown_board_anomalies(board, m->anomalies, SHAKEDOWN_BOARD_ANOMALIES);
	shakedown_board_forgotten(board, &m->forgotten_services, &m->forgotten_connections);
}

static uint64_t key_of_service(const ShakedownBoardService *s)
{
	/* FNV-1a: two that collide share a selection, no more. */
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < sizeof s->addr.bytes; i++)
		hash = (hash ^ s->addr.bytes[i]) * UINT64_C(0x100000001b3);
	hash = (hash ^ s->port) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

uint64_t top_model_key(const TopModel *m, TopPane pane, size_t i)
{
	switch (pane) {
	case TOP_SERVICES:
		return key_of_service(&m->services[i]);
	case TOP_CONNECTIONS:
		return m->connections[i].id;
	case TOP_ANOMALIES:
		return m->anomalies[i]->number;
	}
	return 0;
}

void top_model_words(const TopModel *m, TopPane pane, size_t i, GString *out)
{
	char text[TOP_FIGURE_LEN];

	g_string_truncate(out, 0);
	switch (pane) {
	case TOP_SERVICES:
		top_endpoint(text, &m->services[i].addr, m->services[i].port);
		g_string_append(out, text);
		break;
	case TOP_CONNECTIONS:
		for (unsigned side = 0; side < 2; side++) {
			const ShakedownBoardConnection *c = &m->connections[i];

			top_endpoint(text, &c->addr[side], c->port[side]);
			g_string_append_printf(out, "%s %s ", text,
					       shakedown_tcp_state_name(c->state[side]));
		}
		g_string_append_printf(out, "#%" G_GUINT64_FORMAT, m->connections[i].id);
		break;
	case TOP_ANOMALIES:
		g_string_append_printf(out, "%s %s %s %s",
				       top_severity_word(m->anomalies[i]->severity),
				       shakedown_anomaly_info(m->anomalies[i]->kind)->name,
				       m->anomalies[i]->who, m->anomalies[i]->summary);
		break;
	}
}

static int compare_addresses(const ShakedownAddress *a, uint16_t port_a, const ShakedownAddress *b,
			     uint16_t port_b)
{
	if (a->version != b->version)
		return a->version < b->version ? -1 : 1;
	int order = memcmp(a->bytes, b->bytes, sizeof a->bytes);

	return order ? order : (port_a > port_b) - (port_a < port_b);
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static double share_of(const ShakedownBoardService *s)
{
	uint64_t decided = s->complete + s->failed;

	return decided ? (double)s->complete / (double)decided : 2;
}

static int compare_services(const ShakedownBoardService *a, const ShakedownBoardService *b,
			    TopServiceColumn column)
{
	switch (column) {
	case TOP_SERVICE_NAME:
		break;
	case TOP_SERVICE_RATE:
		/* What is hardly anything is nothing: then the rows stay where they are. */
		return ORDER(a->rate < 0.05 ? 0 : a->rate, b->rate < 0.05 ? 0 : b->rate);
	case TOP_SERVICE_TRIED:
		return ORDER(a->tried, b->tried);
	case TOP_SERVICE_OK:
		return ORDER(share_of(a), share_of(b));
	case TOP_SERVICE_FAILED:
		return ORDER(a->failed, b->failed);
	case TOP_SERVICE_PENDING:
		return ORDER(a->pending, b->pending);
	case TOP_SERVICE_LIVE:
		return ORDER(a->live, b->live);
	case TOP_SERVICE_RTT:
		return ORDER(a->server_rtt, b->server_rtt);
	case TOP_SERVICE_RESETS:
		return ORDER(a->resets, b->resets);
	case TOP_SERVICE_NO_ANSWER:
		return ORDER(a->outcomes[SHAKEDOWN_HANDSHAKE_NO_ANSWER],
			     b->outcomes[SHAKEDOWN_HANDSHAKE_NO_ANSWER]);
	case TOP_SERVICE_REFUSED:
		return ORDER(a->outcomes[SHAKEDOWN_HANDSHAKE_REFUSED],
			     b->outcomes[SHAKEDOWN_HANDSHAKE_REFUSED]);
	case TOP_SERVICE_UNFINISHED:
		return ORDER(a->outcomes[SHAKEDOWN_HANDSHAKE_UNFINISHED],
			     b->outcomes[SHAKEDOWN_HANDSHAKE_UNFINISHED]);
	}
	return compare_addresses(&a->addr, a->port, &b->addr, b->port);
}

static int compare_connections(const ShakedownBoardConnection *a, const ShakedownBoardConnection *b,
			       TopConnectionColumn column)
{
	switch (column) {
	case TOP_CONNECTION_ID:
		return ORDER(a->id, b->id);
	case TOP_CONNECTION_CLIENT:
		return compare_addresses(&a->addr[0], a->port[0], &b->addr[0], b->port[0]);
	case TOP_CONNECTION_SERVER:
		return compare_addresses(&a->addr[1], a->port[1], &b->addr[1], b->port[1]);
	case TOP_CONNECTION_CLIENT_STATE:
		return ORDER(a->state[0], b->state[0]);
	case TOP_CONNECTION_SERVER_STATE:
		return ORDER(a->state[1], b->state[1]);
	case TOP_CONNECTION_IDLE:
		/* Those heard of last have been idle for the shortest time. */
		return ORDER(b->last, a->last);
	case TOP_CONNECTION_PACKETS:
		return ORDER(a->packets[0] + a->packets[1], b->packets[0] + b->packets[1]);
	case TOP_CONNECTION_BYTES:
		return ORDER(a->bytes[0] + a->bytes[1], b->bytes[0] + b->bytes[1]);
	case TOP_CONNECTION_AGAIN:
		return ORDER(a->retransmissions, b->retransmissions);
	case TOP_CONNECTION_WORST:
		return ORDER(a->anomalies ? a->severity + 1 : 0,
			     b->anomalies ? b->severity + 1 : 0);
	}
	return 0;
}

static int compare_anomalies(const ShakedownBoardAnomaly *a, const ShakedownBoardAnomaly *b,
			     TopAnomalyColumn column)
{
	switch (column) {
	case TOP_ANOMALY_TIME:
		/* As it is shown: what is told late is not the latest. */
		if (a->until != b->until)
			return ORDER(a->until, b->until);
		break;
	case TOP_ANOMALY_TEXT:
		break;
	case TOP_ANOMALY_SEVERITY:
		return ORDER(a->severity, b->severity);
	case TOP_ANOMALY_KIND:
		return strcmp(shakedown_anomaly_info(a->kind)->name,
			      shakedown_anomaly_info(b->kind)->name);
	case TOP_ANOMALY_COUNT:
		return ORDER(a->count, b->count);
	}
	return ORDER(a->number, b->number);
}

int top_model_compare(const TopModel *m, TopPane pane, unsigned column, size_t a, size_t b)
{
	switch (pane) {
	case TOP_SERVICES:
		return compare_services(&m->services[a], &m->services[b], (TopServiceColumn)column);
	case TOP_CONNECTIONS:
		return compare_connections(&m->connections[a], &m->connections[b],
					   (TopConnectionColumn)column);
	case TOP_ANOMALIES:
		return compare_anomalies(m->anomalies[a], m->anomalies[b],
					 (TopAnomalyColumn)column);
	}
	return 0;
}
