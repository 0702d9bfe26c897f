/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TIME-WAIT: who opens its four-tuple again and whether that is safe, how long it is held, and how
 * many of a client's ports are in it. RFC 9293 §3.6.1, RFC 6191, RFC 6056.
 */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/noted.h"
#include "flow/key-table.h"
#include "tcp/tcp-outcome.h"

#include <inttypes.h>

#define PAIRS_MOST 4096
#define CRITICAL_PERCENT 90
/* A FIN or two again are last-ack-lost; TIME-WAIT is held up by more, or for longer. */
#define LINGER_RESTARTS 2

/* With which ports came to be held once it was too many. */
typedef struct {
	unsigned len;
	uint64_t frame[16];
} PairFrames;

typedef struct {
	KeyAddress client, server;
	uint64_t end; /* key_end() of the service */
} PairKey;

/* A client's ports toward one service. */
typedef struct {
	PairKey key; /* first: the table looks no further */
	KeyTablePlace place;
	uint32_t held, peak;
	ShakedownTime since, last, first; /* above the share; latest; of the first */
	uint64_t total;			  /* how many ever */
	PairFrames *frames;		  /* NULL: it was never too many */
} Pair;

typedef struct {
	bool expects, allowed; /* the next one opened reuses a four-tuple; and may, by RFC 6191 */
	KeyTable *pairs;       /* of Pair: each has a port that is held */
	uint64_t forgotten;
} TimeWaitDetector;

static void *create(DetectContext *context)
{
	TimeWaitDetector *d = g_new0(TimeWaitDetector, 1);

	d->pairs = key_table_new(sizeof(Pair), sizeof(PairKey));
	return d;
}

static void destroy(void *data)
{
	TimeWaitDetector *d = data;
	g_autofree void **pairs = key_table_items(d->pairs);

	for (size_t i = 0; i < key_table_len(d->pairs); i++)
		g_free(((Pair *)pairs[i])->frames);
	key_table_free(d->pairs);
	g_free(d);
}

static Pair *pair_of(TimeWaitDetector *d, const TcpConnection *conn)
{
	PairKey key = {tcp_conn_key_address(conn, SHAKEDOWN_CLIENT),
		       tcp_conn_key_address(conn, SHAKEDOWN_SERVER),
		       key_end(conn->key.ip_version, tcp_conn_port(conn, SHAKEDOWN_SERVER))};
	uint32_t hash = key_table_hash(d->pairs, &key, sizeof key);
	Pair *p = key_table_find(d->pairs, &key, sizeof key, hash);
	KeyTablePlace place;

	if (p)
		return p;
	if (key_table_len(d->pairs) >= PAIRS_MOST) {
		d->forgotten++;
		return NULL;
	}
	p = key_table_add_at(d->pairs, &key, hash, &place);
	p->place = place;
	return p;
}

static uint64_t share_of(const Pair *p, const ShakedownConfig *config, uint32_t held)
{
	return (uint64_t)held * 100 / MAX(config->ephemeral_ports, 1);
}

static void note_frame(Pair *p, uint64_t frame)
{
	if (!p->frames)
		p->frames = g_new0(PairFrames, 1);
	if (p->frames->len < G_N_ELEMENTS(p->frames->frame))
		p->frames->frame[p->frames->len++] = frame;
}

static void hold_port(void *data, DetectContext *context, const TcpEvent *event)
{
	TimeWaitDetector *d = data;
	TcpConnection *conn = event->conn;

	/* Ports that the server holds are the client's to use again: RFC 6191. */
	if (event->side != SHAKEDOWN_CLIENT || noted(conn, NOTED_HOLDS_PORT))
		return;
	Pair *p = pair_of(d, conn);
	if (!p)
		return;
	conn->noted |= NOTED_HOLDS_PORT;
	if (!p->first)
		p->first = event->time;
	p->last = event->time;
	p->total++;
	p->held++;
	if (!p->since && share_of(p, context->config, p->held) >= context->config->time_wait_share)
		p->since = event->time;
	if (p->since)
		note_frame(p, event->frame);
	p->peak = MAX(p->peak, p->held);
}

static void report_pair(TimeWaitDetector *d, DetectContext *context, const Pair *p)
{
	char server[SHAKEDOWN_ADDRESS_LEN];
	uint64_t share = share_of(p, context->config, p->peak);
	ShakedownAddress from = key_address_whole(&p->key.client, p->key.end),
			 to = key_address_whole(&p->key.server, p->key.end);
	uint16_t port = (uint16_t)p->key.end;
	Finding f;

	shakedown_address_format(&to, server);
	g_autofree char *narrowing =
		g_strdup_printf("%s==%s && tcp.port==%u && tcp.flags.fin==1",
				to.version == 6 ? "ipv6.addr" : "ip.addr", server, port);
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_TIME_WAIT_ACCUMULATION, &from, 0);
	if (share >= CRITICAL_PERCENT)
		finding_severity(&f, SHAKEDOWN_SEVERITY_CRITICAL);
	finding_time(&f, p->since, p->last);
	finding_frames(&f, p->frames->frame, p->frames->len, p->total);
	finding_filter(&f, narrowing);
	finding_text(&f, "service", server);
	finding_count(&f, "port", port);
	finding_count(&f, "time_wait", p->peak);
	finding_ratio(&f, "share", (double)p->peak / (double)context->config->ephemeral_ports);
	finding_count(&f, "connections", p->total);
	finding_duration(&f, "lasted_s", p->last - p->first);
	finding_text(&f, "closes_first", "client");
	finding_summary(&f,
			"%" PRIu32 " of the client's ports toward %s port %u were in TIME-WAIT at "
			"once (%" PRIu64 " %%), because it closes first",
			p->peak, server, port, share);
	if (d->forgotten)
		finding_count(&f, "pairs_forgotten", d->forgotten);
	finding_report(&f);
}

static void free_port(TimeWaitDetector *d, DetectContext *context, TcpConnection *conn)
{
	if (!noted(conn, NOTED_HOLDS_PORT))
		return;
	Pair *p = pair_of(d, conn);

	conn->noted &= ~(uint32_t)NOTED_HOLDS_PORT;
	if (!p || --p->held)
		return;
	if (p->since)
		report_pair(d, context, p);
	g_free(p->frames);
	key_table_remove_at(d->pairs, p->place);
}

/* By what a SYN is allowed whose options were not captured. */
static const char UNKNOWN[] = "unknown";

/* How much newer its timestamp is than the old connection's last; 0 as well where one has none. */
static int32_t newer_by(const TcpConnection *conn, const TcpEvent *event)
{
	const TcpSide *s = &conn->side[event->side];
	uint32_t tsval = 0, tsecr = 0;

	if (!s->tsval || !tcp_options_timestamps(event->seg, &tsval, &tsecr))
		return 0;
	return (int32_t)(tsval - s->tsval);
}

/* RFC 6191 §2: what makes a SYN in TIME-WAIT a safe one. Where both have timestamps the numbers
 * count only if these are the same. */
static const char *allowed_by(const TcpConnection *conn, const TcpEvent *event)
{
	const TcpSide *s = &conn->side[event->side];
	int32_t newer = newer_by(conn, event);

	if (newer < 0)
		return NULL;
	if (newer > 0)
		return "timestamp";
	if (tcp_side_has(s, TCP_SIDE_SPACE) && tcp_seq_lt(s->snd_nxt, event->seg->seq))
		return "sequence number";
	/* Nothing speaks against what was not captured. */
	return event->seg->cut == SEGMENT_CUT_HEADER ? UNKNOWN : NULL;
}

static void on_reuse(TimeWaitDetector *d, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	const TcpSide *s = &conn->side[event->side], *o = &conn->side[tcp_other(event->side)];
	ShakedownDuration since = event->time - tcp_closing(conn)->time_wait_since;
	Finding f;

	if ((s->state != SHAKEDOWN_TCP_TIME_WAIT && o->state != SHAKEDOWN_TCP_TIME_WAIT) ||
	    since >= 2 * context->config->msl)
		return;
	bool own = o->state != SHAKEDOWN_TCP_TIME_WAIT;
	const char *allowed = allowed_by(conn, event);
	/* Once more the number that it began with: no host with random ones does that. */
	bool alike = tcp_seq_eq(event->seg->seq, s->isn);

	d->expects = true;
	d->allowed = allowed != NULL;
	dossier_rare_of(context->dossiers, event->conn)->reuse_frame = event->frame;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE, conn);
	if (!allowed)
		finding_severity(&f,
				 alike ? SHAKEDOWN_SEVERITY_NOTICE : SHAKEDOWN_SEVERITY_WARNING);
	finding_time(&f, event->time, event->time);
	finding_frame(&f, event->frame);
	finding_duration(&f, "in_time_wait_s", since);
	finding_text(&f, "held_by",
		     shakedown_side_name(own ? event->side : tcp_other(event->side)));
	finding_text(&f, "allowed_by", allowed ? allowed : "nothing");
	finding_summary(&f, "%s opened the same ports again %s after they went to TIME-WAIT",
			finding_side(event->side), finding_span(&f, since));
	if (allowed == UNKNOWN)
		finding_summary(&f, "; whether its timestamp allows it was not captured");
	else if (allowed)
		finding_summary(&f, "; its higher %s allows it", allowed);
	else if (alike)
		finding_summary(&f, "; its SYN is the same as before, as where a capture is played "
				    "again");
	else if (newer_by(conn, event) < 0)
		finding_summary(&f, "; its timestamp is older than the old connection's last");
	else
		finding_summary(&f, "; neither its timestamp nor its sequence number allows it");
	finding_report(&f);
}

static void reuse_refused(DetectContext *context, TcpConnection *conn)
{
	bool refused = noted(conn, NOTED_REFUSED), again = noted(conn, NOTED_AGAIN);
	bool never = !conn->syn_ack_first, aborted = tcp_conn_has(conn, TCP_CONN_ABORTED);
	const Dossier *d = dossier_find(context->dossiers, conn);
	Finding f;

	/* It was answered, and the answer was not captured. */
	if (never && tcp_was_synchronized(conn, SHAKEDOWN_CLIENT))
		return;
	/* By then TIME-WAIT was over: it is the port that is closed. Linux answers from TIME-WAIT
	 * once more where nobody listens. */
	if (never && refused && d && dossier_rare(d)->waits_no_more)
		return;
	/* A SYN that was repeated before it was answered had another answer, or none. */
	if (!noted(conn, NOTED_REUSES) || (!never && !again) ||
	    (!refused && !again && tcp_conn_has(conn, TCP_CONN_ENDED) &&
	     tcp_tracker_now(context->tracker) - conn->syn_first < context->config->syn_timeout))
		return;
	/* No stack refuses it without a word of the old connection (RFC 6191 §2), though a device
	 * on the way may: more often the port is closed, or the SYN lost or passed over. */
	bool safe = !(d && (dossier_rare(d)->reuse_not_allowed || dossier_rare(d)->waits_no_more));
	bool closed = refused && never;

	finding_begin(&f, context, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE_REFUSED, conn);
	if (safe)
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, conn->syn_first, never ? conn->end : conn->syn_ack_first);
	finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_SYN, SHAKEDOWN_CLIENT);
	finding_marks(&f, TCP_MARK_RST, -1);
	finding_flag(&f, "reset", refused);
	finding_flag(&f, "opened_later", !never && !aborted);
	finding_flag(&f, "safe", safe);
	if (!never)
		finding_duration(&f, "cost_s", conn->syn_ack_first - conn->syn_first);
	finding_summary(&f, "a SYN to ports that were in TIME-WAIT was %s",
			refused ? "reset" : "not accepted");
	if (!never)
		finding_summary(&f, "; %s %s later",
				aborted ? "it was answered" : "the connection was established",
				finding_span(&f, conn->syn_ack_first - conn->syn_first));
	else if (tcp_conn_has(conn, TCP_CONN_OLD_ANSWERED))
		finding_summary(&f, ": an ACK of the old connection answered it");
	else if (!refused)
		finding_summary(&f, ": neither SYN,ACK nor RST answered it");
	if (safe)
		finding_summary(&f, "; it was a safe one: %s",
				closed ? "perhaps the port is closed"
				       : "perhaps it was lost, or passed over like others");
	finding_report(&f);
}

static void lingering(DetectContext *context, TcpConnection *conn)
{
	const Dossier *dossier = dossier_find(context->dossiers, conn);
	const DossierRare *d = dossier ? dossier_rare(dossier) : NULL;
	ShakedownTime first = 0,
		      until = tcp_closing(conn)->time_wait_since + 2 * context->config->msl;
	Finding f;

	if (!d || d->time_wait_restarts < LINGER_RESTARTS)
		return;
	const TcpBelief *items = tcp_beliefs_items(&conn->beliefs);
	for (unsigned i = 0; i < conn->beliefs.len && !first; i++)
		if (items[i].state == SHAKEDOWN_TCP_TIME_WAIT)
			first = items[i].time;
	until = MIN(until, tcp_tracker_now(context->tracker));
	/* It must have been seen to be held for longer. */
	if (!first || until - first <= 2 * context->config->msl)
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_TIME_WAIT_LINGERING, conn);
	finding_time(&f, first, until);
	finding_fins(&f, -1);
	finding_count(&f, "restarts", d->time_wait_restarts);
	finding_duration(&f, "held_s", until - first);
	finding_summary(
		&f, "TIME-WAIT was held for %s, since the peer's FIN came %" PRIu32 " times again",
		finding_span(&f, until - first), d->time_wait_restarts);
	finding_report(&f);
}

static void on_reused(void *data, DetectContext *context, const TcpEvent *event)
{
	on_reuse(data, context, event);
	free_port(data, context, event->conn);
}

/* The client resets what it got of the old connection instead of an answer to its new SYN. */
static void on_rst(void *data, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *next = tcp_tracker_newer(context->tracker, event->conn);

	if (next && noted(next, NOTED_REUSES))
		dossier_rare_of(context->dossiers, next)->waits_no_more = true;
}

static void note_reuses(const TimeWaitDetector *d, DetectContext *context, TcpConnection *conn)
{
	conn->noted |= NOTED_REUSES;
	if (!d->allowed)
		dossier_rare_of(context->dossiers, conn)->reuse_not_allowed = true;
}

static void on_opened(void *data, DetectContext *context, const TcpEvent *event)
{
	TimeWaitDetector *d = data;

	if (d->expects)
		note_reuses(d, context, event->conn);
	d->expects = false;
}

static void on_restarted(void *data, DetectContext *context, const TcpEvent *event)
{
	dossier_rare_of(context->dossiers, event->conn)->time_wait_restarts++;
}

static void on_over(void *data, DetectContext *context, const TcpEvent *event)
{
	free_port(data, context, event->conn);
	lingering(context, event->conn);
	reuse_refused(context, event->conn);
}

const DetectorOps detect_time_wait = {.create = create,
				      .on = {[TCP_EVENT_TIME_WAIT] = hold_port,
					     [TCP_EVENT_TIME_WAIT_RESTARTED] = on_restarted,
					     [TCP_EVENT_REUSED] = on_reused,
					     [TCP_EVENT_OPENED] = on_opened,
					     [TCP_EVENT_RST] = on_rst,
					     [TCP_EVENT_OVER] = on_over},
				      /* Ports held; TIME-WAIT begun anew; a SYN in it. */
				      .over_if = NOTED_HOLDS_PORT | NOTED_DOSSIER | NOTED_REUSES,
				      .destroy = destroy};
