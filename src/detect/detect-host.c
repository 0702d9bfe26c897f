/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a host's segments tell of its stack: initial sequence numbers that can be guessed (RFC
 * 6528), and flags that no stack sends.
 */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/member.h"
#include "detect/noted.h"
#include "detect/sketch.h"
#include "flow/key-table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define ISNS 8
#define HOSTS_MOST 8192
#define HOSTS_ONCE 4096
/* A clock's rate may be so far off from one number to the next. */
#define CLOCK_TOLERANCE 0.02
/* Less time between two numbers measures nothing. */
#define CLOCK_GAP_LEAST (INT64_C(10) * 1000 * 1000)
/* Advances up to that leave few numbers to try: as many as a window has, or a few times that (BSD's
 * of old added 64,000 each time and each half second, lwIP adds the half seconds that it has run).
 */
#define SMALL_STEP (1u << 18)
/* An advance beyond that may have gone around. */
#define ADVANCE_MOST (1u << 28)

/* A host's numbers toward one peer. */
typedef struct {
	unsigned len;
	bool reported;
	uint32_t isn[ISNS];
	uint16_t port[ISNS]; /* the client's: on one four-tuple they may well advance */
	ShakedownTime time[ISNS];
	uint64_t frame[ISNS];
} Isns;

typedef struct {
	KeyAddress host[2]; /* in order */
	uint64_t end;	    /* key_end(), without a port */
} HostsKey;

/* Both ways, since a handshake shows a number each. */
typedef struct {
	HostsKey key; /* first: the table looks no further */
	Isns isns[2]; /* of each toward the other */
	bool heard;   /* of again, since it was last asked who is to make room */
} Hosts;

typedef struct {
	KeyTable *hosts; /* of Hosts */
	uint64_t known;	 /* with a number, toward a peer each */
	uint32_t hand;	 /* who made room last */
	/* Where there is no more room: a mark of those that came once. Nobody makes room for who
	 * does not come again. */
	uint16_t once[HOSTS_ONCE];
} HostDetector;

static void *create(DetectContext *context)
{
	HostDetector *d = g_new0(HostDetector, 1);

	d->hosts = key_table_new(sizeof(Hosts), sizeof(HostsKey));
	return d;
}

static void destroy(void *data)
{
	HostDetector *d = data;

	key_table_free(d->hosts);
	g_free(d);
}

static bool all_alike(const Isns *i)
{
	for (unsigned n = 1; n < ISNS; n++)
		if (i->isn[n] != i->isn[0])
			return false;
	return true;
}

static bool by_constant(const Isns *i, uint32_t *step)
{
	*step = i->isn[1] - i->isn[0];
	for (unsigned n = 2; n < ISNS; n++)
		if (i->isn[n] - i->isn[n - 1] != *step)
			return false;
	return *step != 0;
}

static bool by_clock(const Isns *i, double *rate)
{
	double first = 0;

	for (unsigned n = 1; n < ISNS; n++) {
		uint32_t advance = i->isn[n] - i->isn[n - 1];
		ShakedownDuration gap = i->time[n] - i->time[n - 1];

		if (gap < CLOCK_GAP_LEAST || advance > ADVANCE_MOST || advance == 0)
			return false;
		double r = (double)advance / ((double)gap / (double)SHAKEDOWN_NS_PER_S);
		if (n == 1)
			first = r;
		else if (fabs(r - first) > CLOCK_TOLERANCE * first)
			return false;
	}
	*rate = first;
	return true;
}

/* Eight that are chosen at random do not lie so once in 2^98 times. */
static bool by_small_steps(const Isns *i, uint32_t *most)
{
	*most = 0;
	for (unsigned n = 1; n < ISNS; n++) {
		uint32_t advance = i->isn[n] - i->isn[n - 1];

		if (advance > SMALL_STEP)
			return false;
		*most = MAX(*most, advance);
	}
	return true;
}

static void judge(DetectContext *context, Isns *i, const HostsKey *key, unsigned which)
{
	ShakedownAddress host = key_address_whole(&key->host[which], key->end);
	ShakedownAddress toward = key_address_whole(&key->host[which ^ 1], key->end);
	char peer[SHAKEDOWN_ADDRESS_LEN];
	uint32_t step = 0;
	double rate = 0;
	bool alike = all_alike(i), constant = !alike && by_constant(i, &step);
	bool clock = !alike && !constant && by_clock(i, &rate);
	Finding f;

	if (!alike && !constant && !clock && !by_small_steps(i, &step))
		return;
	i->reported = true;
	shakedown_address_format(&toward, peer);
	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_ISN_PREDICTABLE, &host, 0);
	finding_time(&f, i->time[0], i->time[ISNS - 1]);
	for (unsigned n = 0; n < ISNS; n++)
		finding_frame(&f, i->frame[n]);
	finding_filter(&f, "tcp.flags.syn==1");
	finding_text(&f, "peer", peer);
	finding_text(&f, "pattern",
		     alike	? "repeats"
		     : constant ? "constant step"
		     : clock	? "clock"
				: "small steps");
	finding_count(&f, "numbers", ISNS);
	finding_summary(&f, "%u initial sequence numbers in a row toward %s, on different ports, ",
			ISNS, peer);
	if (alike)
		finding_summary(&f, "are the same: %" PRIu32, i->isn[0]);
	else if (constant)
		finding_summary(&f, "advance by %" PRIu32 " each", step);
	else if (clock)
		finding_summary(&f, "follow a clock of %.0f ticks a second", rate);
	else
		finding_summary(&f, "advance by no more than %" PRIu32 " each", step);
	finding_report(&f);
}

static void add(DetectContext *context, Hosts *hosts, unsigned which, const TcpConnection *conn,
		ShakedownSideId side)
{
	Isns *i = &hosts->isns[which];
	uint16_t port = tcp_conn_port(conn, SHAKEDOWN_CLIENT);

	for (unsigned n = 0; n < i->len; n++)
		if (i->port[n] == port)
			return;
	if (i->reported)
		return;
	if (i->len == ISNS) {
		memmove(i->isn, i->isn + 1, (ISNS - 1) * sizeof i->isn[0]);
		memmove(i->port, i->port + 1, (ISNS - 1) * sizeof i->port[0]);
		memmove(i->time, i->time + 1, (ISNS - 1) * sizeof i->time[0]);
		memmove(i->frame, i->frame + 1, (ISNS - 1) * sizeof i->frame[0]);
		i->len--;
	}
	i->isn[i->len] = conn->side[side].isn.value;
	i->port[i->len] = port;
	i->time[i->len] = side == SHAKEDOWN_CLIENT ? conn->syn_first : conn->syn_ack_first;
	i->frame[i->len] = side == SHAKEDOWN_CLIENT ? conn->first_frame : conn->syn_ack_frame;
	if (++i->len == ISNS)
		judge(context, i, &hosts->key, which);
}

/* The segments themselves: the first, those within, or both. */
static void point_at(Finding *f, const TcpConnection *conn, const DossierOdd *odd)
{
	bool first = noted(conn, NOTED_ODD_FIRST);

	if (first)
		finding_frame(f, conn->first_frame);
	finding_time(f, first || !odd ? conn->start : odd->first, odd ? odd->last : conn->start);
	if (odd)
		finding_frames(f, odd->frames, MIN(odd->count, G_N_ELEMENTS(odd->frames)),
			       odd->count);
}

static void unexpected_flags(DetectContext *context, TcpConnection *conn)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} kinds[] = {
		{NOTED_ODD_NULL, "no flags at all"},
		{NOTED_ODD_FIN, "FIN alone"},
		{NOTED_ODD_XMAS, "FIN with PSH or URG but without ACK"},
		{NOTED_ODD_SYN_FIN, "SYN with FIN"},
		{NOTED_ODD_SYN_RST, "SYN with RST"},
		{NOTED_ODD_RESERVED, "reserved bits"},
		{NOTED_ODD_NO_ACK, "no ACK"},
	};
	g_autoptr(GString) list = g_string_new(NULL);
	const Dossier *dossier = dossier_find(context->dossiers, conn);
	const DossierOdd *odd =
		dossier && dossier_rare(dossier)->odd.count ? &dossier->rare->odd : NULL;
	uint64_t n = noted(conn, NOTED_ODD_FIRST) + (odd ? odd->count : 0);
	Finding f;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (noted(conn, kinds[i].bit))
			g_string_append_printf(list, "%s%s", list->len ? ", " : "", kinds[i].name);
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_UNEXPECTED_FLAGS, conn);
	point_at(&f, conn, odd);
	finding_text(&f, "flags", list->str);
	finding_count(&f, "segments", n);
	finding_summary(&f, "%" PRIu64 " segment%s with flags that no stack sends: %s", n,
			n == 1 ? "" : "s", list->str);
	finding_report(&f);
}

/* Which comes first, by no order that would mean anything. */
static inline int compare_addresses(const KeyAddress *a, const KeyAddress *b)
{
	if (a->word[0] != b->word[0])
		return a->word[0] < b->word[0] ? -1 : 1;
	return (a->word[1] > b->word[1]) - (a->word[1] < b->word[1]);
}

/* Round and round: who was not heard of again since the last time goes. */
static void make_room(HostDetector *d, const Hosts *but)
{
	const Slab *slab = d->hosts->slab;

	while (d->known >= HOSTS_MOST) {
		d->hand = slab_next_live(slab, d->hand);
		Hosts *hosts = slab_get(slab, d->hand);

		if (hosts->heard || hosts == but) {
			hosts->heard = false;
			continue;
		}
		d->known -= (hosts->isns[0].len > 0) + (uint64_t)(hosts->isns[1].len > 0);
		key_table_remove(d->hosts, hosts);
	}
}

/* By a hash without a secret, unlike the table's: the same capture always gives the same records.
 */
static bool came_before(HostDetector *d, const TcpConnection *conn)
{
	const ShakedownAddress client = tcp_conn_address(conn, SHAKEDOWN_CLIENT),
			       server = tcp_conn_address(conn, SHAKEDOWN_SERVER);
	const uint64_t hash =
		sketch_hash(sketch_hash_address(&client) ^ sketch_hash_address(&server));
	uint16_t *once = &d->once[hash % HOSTS_ONCE], mark = (uint16_t)(hash >> 48 | 1);
	bool came = *once == mark;

	*once = mark;
	return came;
}

/* NULL: they came once, and there is no room. which: of the two the client and the server are; one
 * host that is both is the first. */
static Hosts *hosts_of(HostDetector *d, const TcpConnection *conn, unsigned which[2])
{
	KeyAddress client = tcp_conn_key_address(conn, SHAKEDOWN_CLIENT),
		   server = tcp_conn_key_address(conn, SHAKEDOWN_SERVER);
	int order = compare_addresses(&client, &server);
	HostsKey key = {{order > 0 ? server : client, order > 0 ? client : server},
			key_end(conn->key.ip_version, 0)};
	uint32_t hash = key_table_hash(d->hosts, &key, sizeof key);
	Hosts *hosts = key_table_find(d->hosts, &key, sizeof key, hash);

	which[SHAKEDOWN_CLIENT] = order > 0;
	which[SHAKEDOWN_SERVER] = order < 0;
	if (hosts) {
		hosts->heard = true;
		return hosts;
	}
	if (d->known >= HOSTS_MOST && !came_before(d, conn))
		return NULL;
	make_room(d, NULL);
	return key_table_add(d->hosts, &key, hash);
}

/* Numbers of connections that came about: a scanner's SYNs all look alike. */
static void on_established(void *data, DetectContext *context, const TcpEvent *event)
{
	HostDetector *d = data;
	const TcpConnection *conn = event->conn;
	unsigned which[2];

	if (!((conn->side[0].flags | conn->side[1].flags) & TCP_SIDE_SYN_SEEN))
		return;
	Hosts *hosts = hosts_of(d, conn, which);
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; hosts && side <= SHAKEDOWN_SERVER; side++) {
		if (!tcp_side_has(&conn->side[side], TCP_SIDE_SYN_SEEN))
			continue;
		if (!hosts->isns[which[side]].len) {
			make_room(d, hosts);
			d->known++;
		}
		add(context, hosts, which[side], conn, side);
	}
}

static void on_over(void *data, DetectContext *context, const TcpEvent *event)
{
	if (!member_of_many(context, event->conn))
		unexpected_flags(context, event->conn);
}

const DetectorOps detect_host = {
	.create = create,
	.on = {[TCP_EVENT_ESTABLISHED] = on_established, [TCP_EVENT_OVER] = on_over},
	.over_if = NOTED_ODD,
	.destroy = destroy};
