/* SPDX-License-Identifier: BSD-3-Clause */
#include "top/columns.h"

#include <string.h>

/* clang-format off */
static const TopColumn services[] = {
	[TOP_SERVICE_NAME] = {"service", 20, 1, 47, 0, false, false},
	[TOP_SERVICE_RATE] = {"tries/s", 8, 0, 0, 1, true, true},
	[TOP_SERVICE_TRIED] = {"tried", 6, 0, 0, 0, true, true},
	[TOP_SERVICE_OK] = {"ok", 6, 0, 0, 0, true, false},
	[TOP_SERVICE_FAILED] = {"failed", 7, 0, 0, 0, true, true},
	[TOP_SERVICE_NO_ANSWER] = {"no-answer", 10, 0, 0, 6, true, true},
	[TOP_SERVICE_REFUSED] = {"refused", 8, 0, 0, 7, true, true},
	[TOP_SERVICE_UNFINISHED] = {"unfinished", 11, 0, 0, 8, true, true},
	[TOP_SERVICE_PENDING] = {"half-open", 10, 0, 0, 0, true, true},
	[TOP_SERVICE_LIVE] = {"live", 6, 0, 0, 2, true, true},
	[TOP_SERVICE_RESETS] = {"resets", 7, 0, 0, 5, true, true},
	[TOP_SERVICE_RTT] = {"rtt", 8, 0, 0, 4, true, true},
};
static const TopColumn connections[] = {
	[TOP_CONNECTION_ID] = {"id", 6, 0, 0, 1, true, true},
	[TOP_CONNECTION_CLIENT] = {"client", 21, 1, 47, 0, false, false},
	[TOP_CONNECTION_CLIENT_STATE] = {"its state", 12, 0, 0, 0, false, false},
	[TOP_CONNECTION_SERVER] = {"server", 21, 1, 47, 0, false, false},
	[TOP_CONNECTION_SERVER_STATE] = {"its state", 12, 0, 0, 0, false, false},
	[TOP_CONNECTION_IDLE] = {"idle", 7, 0, 0, 2, true, false},
	[TOP_CONNECTION_PACKETS] = {"packets", 8, 0, 0, 4, true, true},
	[TOP_CONNECTION_BYTES] = {"bytes", 6, 0, 0, 5, true, true},
	[TOP_CONNECTION_AGAIN] = {"again", 6, 0, 0, 6, true, true},
	[TOP_CONNECTION_WORST] = {"worst", 8, 0, 0, 3, false, true},
};
static const TopColumn anomalies[] = {
	[TOP_ANOMALY_TIME] = {"time", 8, 0, 0, 0, false, true},
	[TOP_ANOMALY_SEVERITY] = {"how bad", 8, 0, 0, 0, false, true},
	[TOP_ANOMALY_KIND] = {"anomaly", 18, 1, 26, 0, false, false},
	[TOP_ANOMALY_COUNT] = {"times", 6, 0, 0, 1, true, true},
	[TOP_ANOMALY_TEXT] = {"what", 10, 8, 0, 0, false, false},
};
/* clang-format on */

const TopColumn *top_columns(TopPane pane, unsigned *n)
{
	switch (pane) {
	case TOP_SERVICES:
		*n = G_N_ELEMENTS(services);
		return services;
	case TOP_CONNECTIONS:
		*n = G_N_ELEMENTS(connections);
		return connections;
	case TOP_ANOMALIES:
		break;
	}
	*n = G_N_ELEMENTS(anomalies);
	return anomalies;
}

static unsigned least_of(const TopColumn *columns, unsigned n, unsigned rank)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		if (columns[i].rank <= rank)
			sum += columns[i].least + (sum > 0);
	return sum;
}

void top_columns_fit(TopPane pane, unsigned width, unsigned widths[TOP_COLUMNS_MOST])
{
	unsigned n, rank = 0, weights = 0;
	const TopColumn *columns = top_columns(pane, &n);

	while (rank < 9 && least_of(columns, n, rank + 1) <= width)
		rank++;
	unsigned used = least_of(columns, n, rank);
	unsigned over = width > used ? width - used : 0;

	for (unsigned i = 0; i < TOP_COLUMNS_MOST; i++) {
		widths[i] = i < n && columns[i].rank <= rank ? columns[i].least : 0;
		weights += widths[i] ? columns[i].weight : 0;
	}
	/* From the last on, so that what the others may not take goes to the first. */
	for (unsigned i = n; i-- > 0;) {
		if (!widths[i] || !columns[i].weight)
			continue;
		unsigned more = over * columns[i].weight / weights;

		if (columns[i].most)
			more = MIN(more, columns[i].most - columns[i].least);
		widths[i] += more;
		over -= more;
		weights -= columns[i].weight;
	}
}

static void put_count(GString *out, uint64_t n, TopStyle *style)
{
	char text[TOP_FIGURE_LEN];

	top_count(text, n);
	g_string_append(out, n ? text : "·");
	if (!n)
		*style = TOP_DIM;
}

static void put_failures(GString *out, uint64_t n, TopStyle *style)
{
	*style = TOP_WARNING;
	put_count(out, n, style);
}

/* Most of what was tried waits for an answer, or for the third ACK: what is decided says little. */
static bool piles_up(const ShakedownBoardService *s)
{
	return s->pending > 16 && s->pending > s->complete + s->failed;
}

static void service_text(const ShakedownBoardService *s, TopServiceColumn column, GString *out,
			 TopStyle *style)
{
	char text[TOP_FIGURE_LEN] = "";

	switch (column) {
	case TOP_SERVICE_NAME:
		top_endpoint(text, &s->addr, s->port);
		break;
	case TOP_SERVICE_RATE:
		top_rate(text, s->rate);
		if (s->rate < 0.05)
			*style = TOP_DIM;
		break;
	case TOP_SERVICE_TRIED:
		put_count(out, s->tried, style);
		break;
	case TOP_SERVICE_OK:
		top_share(text, s->complete, s->complete + s->failed);
		*style = s->failed > s->complete    ? TOP_CRITICAL
			 : s->failed || piles_up(s) ? TOP_PLAIN
						    : TOP_GOOD;
		break;
	case TOP_SERVICE_FAILED:
		put_failures(out, s->failed, style);
		break;
	case TOP_SERVICE_NO_ANSWER:
		put_failures(out, s->outcomes[SHAKEDOWN_HANDSHAKE_NO_ANSWER], style);
		break;
	case TOP_SERVICE_REFUSED:
		put_failures(out, s->outcomes[SHAKEDOWN_HANDSHAKE_REFUSED], style);
		break;
	case TOP_SERVICE_UNFINISHED:
		put_failures(out, s->outcomes[SHAKEDOWN_HANDSHAKE_UNFINISHED], style);
		break;
	case TOP_SERVICE_PENDING:
		*style = piles_up(s) ? TOP_CRITICAL : TOP_PLAIN;
		put_count(out, s->pending, style);
		break;
	case TOP_SERVICE_LIVE:
		put_count(out, s->live, style);
		break;
	case TOP_SERVICE_RESETS:
		put_count(out, s->resets, style);
		break;
	case TOP_SERVICE_RTT:
		top_duration(text, s->server_rtt);
		break;
	}
	g_string_append(out, text);
}

static TopStyle severity_style(ShakedownSeverity severity)
{
	switch (severity) {
	case SHAKEDOWN_SEVERITY_INFO:
		return TOP_INFO;
	case SHAKEDOWN_SEVERITY_NOTICE:
		return TOP_NOTICE;
	case SHAKEDOWN_SEVERITY_WARNING:
		return TOP_WARNING;
	case SHAKEDOWN_SEVERITY_CRITICAL:
		return TOP_CRITICAL;
	}
	return TOP_PLAIN;
}

static TopStyle state_style(ShakedownTcpState state)
{
	switch (state) {
	case SHAKEDOWN_TCP_ESTABLISHED:
		return TOP_GOOD;
	case SHAKEDOWN_TCP_SYN_SENT:
	case SHAKEDOWN_TCP_SYN_RECEIVED:
		return TOP_WARNING;
	case SHAKEDOWN_TCP_CLOSED:
	case SHAKEDOWN_TCP_LISTEN:
		return TOP_DIM;
	case SHAKEDOWN_TCP_FIN_WAIT_1:
	case SHAKEDOWN_TCP_FIN_WAIT_2:
	case SHAKEDOWN_TCP_CLOSE_WAIT:
	case SHAKEDOWN_TCP_CLOSING:
	case SHAKEDOWN_TCP_LAST_ACK:
	case SHAKEDOWN_TCP_TIME_WAIT:
		break;
	}
	return TOP_NOTICE;
}

static void connection_text(const ShakedownBoardConnection *c, ShakedownTime now,
			    TopConnectionColumn column, GString *out, TopStyle *style)
{
	char text[TOP_FIGURE_LEN] = "";
	unsigned side = column == TOP_CONNECTION_SERVER || column == TOP_CONNECTION_SERVER_STATE;

	switch (column) {
	case TOP_CONNECTION_ID:
		g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, c->id);
		break;
	case TOP_CONNECTION_CLIENT:
	case TOP_CONNECTION_SERVER:
		top_endpoint(text, &c->addr[side], c->port[side]);
		break;
	case TOP_CONNECTION_CLIENT_STATE:
	case TOP_CONNECTION_SERVER_STATE:
		g_string_append(out, shakedown_tcp_state_name(c->state[side]));
		*style = c->over ? TOP_DIM : state_style(c->state[side]);
		break;
	case TOP_CONNECTION_IDLE:
		/* Milliseconds that change at each look say nothing. */
		if (now - c->last < SHAKEDOWN_NS_PER_S / 10)
			g_string_append(out, "now");
		else
			top_duration(text, now - c->last);
		break;
	case TOP_CONNECTION_PACKETS:
		put_count(out, c->packets[0] + c->packets[1], style);
		break;
	case TOP_CONNECTION_BYTES:
		put_count(out, c->bytes[0] + c->bytes[1], style);
		break;
	case TOP_CONNECTION_AGAIN:
		put_failures(out, c->retransmissions, style);
		break;
	case TOP_CONNECTION_WORST:
		if (c->anomalies) {
			g_string_append(out, top_severity_word(c->severity));
			*style = severity_style(c->severity);
		}
		break;
	}
	g_string_append(out, text);
}

static void anomaly_text(const ShakedownBoardAnomaly *a, TopAnomalyColumn column, GString *out,
			 TopStyle *style)
{
	char text[TOP_FIGURE_LEN] = "";

	switch (column) {
	case TOP_ANOMALY_TIME:
		top_clock(text, a->until);
		break;
	case TOP_ANOMALY_SEVERITY:
		g_string_append(out, top_severity_word(a->severity));
		*style = severity_style(a->severity);
		break;
	case TOP_ANOMALY_KIND:
		g_string_append(out, shakedown_anomaly_info(a->kind)->name);
		break;
	case TOP_ANOMALY_COUNT:
		top_count(text, a->count);
		if (a->count == 1)
			*style = TOP_DIM;
		break;
	case TOP_ANOMALY_TEXT:
		g_string_append_printf(out, "%s%s%s", a->who, *a->who ? ": " : "", a->summary);
		break;
	}
	g_string_append(out, text);
}

void top_column_text(const TopModel *model, TopPane pane, unsigned column, size_t i, GString *out,
		     TopStyle *style)
{
	g_string_truncate(out, 0);
	*style = TOP_PLAIN;
	switch (pane) {
	case TOP_SERVICES:
		service_text(&model->services[i], (TopServiceColumn)column, out, style);
		break;
	case TOP_CONNECTIONS:
		connection_text(&model->connections[i], model->status.live.now,
				(TopConnectionColumn)column, out, style);
		break;
	case TOP_ANOMALIES:
		anomaly_text(model->anomalies[i], (TopAnomalyColumn)column, out, style);
		break;
	}
}
