/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections kept while they last, or a little longer. */
#include "board/connections.h"

#include <string.h>

static const unsigned list_most[BOARD_LISTS] = {
	[BOARD_LIST_HALF_OPEN] = 512, [BOARD_LIST_ESTABLISHED] = 1024, [BOARD_LIST_NOTABLE] = 512};
_Static_assert(512 + 1024 + 512 == SHAKEDOWN_BOARD_CONNECTIONS, "the lists are the board's");

static void clear_segments(BoardSegment *segments, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		g_free(segments[i].note);
}

static void clear_record(BoardConnection *e)
{
	ShakedownConnection *c = &e->record;

	if (!e->recorded)
		return;
	for (unsigned side = 0; side < 2; side++)
		g_free((void *)c->side[side].history);
	g_strfreev((char **)c->encapsulation);
	g_free((void *)c->truncated);
	e->recorded = false;
}

/* All but the room for its first segments. */
static void entry_clear(BoardConnection *e)
{
	clear_segments(e->head, e->head_len);
	clear_segments(e->tail, e->tail_len);
	g_free(e->tail);
	for (unsigned i = 0; i < e->findings_len; i++) {
		g_free(e->findings[i].summary);
		g_free(e->findings[i].rule);
	}
	g_free(e->findings);
	clear_record(e);
	*e = (BoardConnection){.head = e->head, .head_room = e->head_room};
}

static void entry_free(void *data)
{
	BoardConnection *e = data;

	entry_clear(e);
	g_free(e->head);
	g_free(e);
}

void board_connections_init(BoardConnections *connections)
{
	*connections = (BoardConnections){0};
	/* Ids count from 1: nobody chooses them so that they collide. */
	connections->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, entry_free);
	for (unsigned i = 0; i < BOARD_LISTS; i++)
		g_queue_init(&connections->lists[i]);
}

void board_connections_clear(BoardConnections *connections)
{
	g_clear_pointer(&connections->entries, g_hash_table_unref);
}

BoardConnection *board_connections_find(const BoardConnections *connections, uint64_t id)
{
	return g_hash_table_lookup(connections->entries, &id);
}

static void take_off(BoardConnections *connections, BoardConnection *e)
{
	g_queue_unlink(&connections->lists[e->list], &e->link);
}

/* The one that has to make room for another, off everything; NULL where there is room. */
static BoardConnection *make_room(BoardConnections *connections, BoardList list)
{
	GQueue *queue = &connections->lists[list];

	if (queue->length < list_most[list])
		return NULL;
	BoardConnection *oldest = queue->head->data;

	take_off(connections, oldest);
	g_hash_table_steal(connections->entries, &oldest->row.id);
	connections->forgotten++;
	return oldest;
}

static void put_on(BoardConnections *connections, BoardConnection *e, BoardList list)
{
	BoardConnection *oldest = make_room(connections, list);

	if (oldest)
		entry_free(oldest);
	e->list = list;
	g_queue_push_tail_link(&connections->lists[list], &e->link);
}

static void move(BoardConnections *connections, BoardConnection *e, BoardList list)
{
	take_off(connections, e);
	put_on(connections, e, list);
}

static BoardConnection *add(BoardConnections *connections, const ShakedownSegment *segment)
{
	/* A flood shall not cost an allocation a packet. */
	BoardConnection *e = make_room(connections, BOARD_LIST_HALF_OPEN);

	if (e)
		entry_clear(e);
	else
		e = g_new0(BoardConnection, 1);
	e->row.id = segment->connection;
	e->row.start = segment->time;
	e->cut = segment->connection <= connections->latest;
	connections->latest = MAX(connections->latest, segment->connection);
	e->link.data = e;
	put_on(connections, e, BOARD_LIST_HALF_OPEN);
	g_hash_table_insert(connections->entries, &e->row.id, e);
	return e;
}

static bool half_open(ShakedownTcpState state)
{
	return state == SHAKEDOWN_TCP_CLOSED || state == SHAKEDOWN_TCP_LISTEN ||
	       state == SHAKEDOWN_TCP_SYN_SENT || state == SHAKEDOWN_TCP_SYN_RECEIVED;
}

static void take_row(ShakedownBoardConnection *row, const ShakedownSegment *s)
{
	unsigned sender = s->sender & 1u;

	for (unsigned side = 0; side < 2; side++) {
		row->addr[side] = *s->addr[side];
		row->port[side] = s->port[side];
		row->state[side] = s->state[side];
	}
	row->last = MAX(row->last, s->time);
	row->packets[sender]++;
	if (s->segment_class == SHAKEDOWN_SEGMENT_NEW)
		row->bytes[sender] += s->len;
	row->retransmissions += s->segment_class == SHAKEDOWN_SEGMENT_RETRANSMISSION ||
				s->segment_class == SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION ||
				s->segment_class == SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION;
}

/* Where the next segment goes: the head as long as it has room, then round the tail. */
static BoardSegment *room_for_segment(BoardConnection *e)
{
	if (e->head_len < BOARD_HEAD) {
		if (e->head_len == e->head_room) {
			e->head_room = e->head_room ? MIN(4 * e->head_room, BOARD_HEAD) : 3;
			e->head = g_renew(BoardSegment, e->head, e->head_room);
		}
		return &e->head[e->head_len++];
	}
	if (!e->tail)
		e->tail = g_new(BoardSegment, BOARD_TAIL);
	BoardSegment *s = &e->tail[e->tail_next];

	e->tail_next = (e->tail_next + 1) % BOARD_TAIL;
	if (e->tail_len < BOARD_TAIL) {
		e->tail_len++;
		return s;
	}
	g_free(s->note);
	e->left_out++;
	return s;
}

static void keep_segment(BoardConnection *e, const ShakedownSegment *s)
{
	BoardSegment *kept = room_for_segment(e);
	/* The last changes count, should there ever be more. */
	size_t n = MIN(s->changes_len, BOARD_CHANGES);

	*kept = (BoardSegment){
		.time = s->time,
		.frame = s->frame,
		.note = g_strdup(s->note),
		.seq = s->seq,
		.ack = s->ack,
		.window = s->window,
		.len = s->len,
		.flags = s->flags,
		.sender = s->sender & 1u,
		.segment_class = (uint8_t)s->segment_class,
		.ttl = s->ttl,
		.sack_len = MIN(s->sack_len, 4),
		.isn_known = (uint8_t)(s->isn_known[0] | s->isn_known[1] << 1),
		.state = {(uint8_t)s->state[0], (uint8_t)s->state[1]},
		.changes_len = (uint8_t)n,
	};
	memcpy(kept->sack, s->sack, sizeof kept->sack);
	for (size_t i = 0; i < n; i++) {
		const ShakedownStateChange *from = &s->changes[s->changes_len - n + i];

		kept->changes[i].side = from->side & 1u;
		kept->changes[i].state = (uint8_t)from->state;
		kept->changes[i].evidence = (uint8_t)from->evidence;
		kept->changes[i].taken_back = from->taken_back;
	}
	for (unsigned side = 0; side < 2; side++)
		if (s->isn_known[side])
			e->isn[side] = s->isn[side];
}

void board_connections_segment(BoardConnections *connections, const ShakedownSegment *segment)
{
	BoardConnection *e = board_connections_find(connections, segment->connection);

	if (!e)
		e = add(connections, segment);
	else
		move(connections, e, e->list);
	take_row(&e->row, segment);
	keep_segment(e, segment);
	if (e->list == BOARD_LIST_HALF_OPEN &&
	    !(half_open(segment->state[0]) && half_open(segment->state[1])))
		move(connections, e, BOARD_LIST_ESTABLISHED);
}

void board_connections_record(BoardConnections *connections, const ShakedownConnection *connection)
{
	BoardConnection *e = board_connections_find(connections, connection->id);

	if (!e)
		return;
	clear_record(e);
	e->recorded = e->row.over = true;
	e->record = *connection;
	ShakedownConnection *c = &e->record;

	for (unsigned side = 0; side < 2; side++) {
		ShakedownSide *s = &c->side[side];

		s->history = g_memdup2(s->history, s->history_len * sizeof *s->history);
		e->row.state[side] = s->state;
	}
	c->encapsulation = (const char *const *)g_strdupv((char **)c->encapsulation);
	c->truncated = g_strdup(c->truncated);
	c->anomalies = NULL;
	c->anomalies_len = 0;
	c->log = NULL;
}

void board_connections_anomaly(BoardConnections *connections, const ShakedownAnomaly *a)
{
	BoardConnection *e =
		a->connection ? board_connections_find(connections, a->connection) : NULL;

	if (!e)
		return;
	e->row.severity = e->row.anomalies++ ? MAX(e->row.severity, a->severity) : a->severity;
	if (e->findings_len < BOARD_FINDINGS) {
		e->findings = g_renew(BoardFinding, e->findings, e->findings_len + 1);
		BoardFinding *f = &e->findings[e->findings_len++];

		*f = (BoardFinding){.kind = a->kind,
				    .severity = a->severity,
				    .summary = g_strdup(a->summary),
				    .rule = g_strdup(a->rule),
				    .frames_len = a->frames_len,
				    .frames_kept = MIN(a->frames_len, BOARD_FINDING_FRAMES)};
		if (f->frames_kept)
			memcpy(f->frames, a->frames, f->frames_kept * sizeof f->frames[0]);
	}
	if (a->severity >= SHAKEDOWN_SEVERITY_WARNING && e->list != BOARD_LIST_NOTABLE)
		move(connections, e, BOARD_LIST_NOTABLE);
}
