/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two ends that speak as the lines tell them. An end knows what it sent and what reached it: that
 * is what the next sequence number, acknowledgment and timestamp echo are taken from.
 */
#include "scenario-trace.h"

#include "packet-builder.h"
#include "pcap-writer.h"

#include <string.h>

#define LINK_ETHERNET 1
#define DUPLICATE_AFTER 5000 /* ns between the two copies of one packet: a span port's */

enum { SYN = 0x002, RST = 0x004, FIN = 0x001, ACK = 0x010 };
enum {
	OPTION_MSS = 2,
	OPTION_WINDOW_SCALE = 3,
	OPTION_SACK_PERMITTED = 4,
	OPTION_SACK = 5,
	OPTION_TIMESTAMPS = 8,
	OPTION_MD5 = 19,
	OPTION_FAST_OPEN = 34,
};

typedef struct {
	uint32_t isn, snd_nxt, rcv_nxt;
	bool timestamps, window_scale; /* offered on its SYN */
	uint8_t shift;
	uint32_t ts_base, ts_recent;
	uint16_t ip_id;
	size_t last, last_len; /* the last frame it sent, in the trace's bytes */
} End;

typedef struct {
	ScenarioTrace *trace;
	const Scenario *scenario;
	const ScenarioConnection *connection;
	uint32_t instance;
	ScenarioInstance *who;
	End end[2];
	ShakedownTime start, order;
} Story;

static void story_begin(Story *s, uint32_t instance)
{
	s->instance = instance;
	s->who = &g_array_index(s->trace->instances, ScenarioInstance, instance);
	s->connection = s->who->connection;
	s->start = SCENARIO_EPOCH + s->connection->at + s->connection->every * s->who->repetition;
	s->order = s->start;
	for (unsigned side = 0; side < 2; side++) {
		uint32_t isn = s->who->isn[side];

		/* Numbers as after a handshake: a story may begin in the middle. */
		s->end[side] = (End){
			.isn = isn,
			.snd_nxt = isn + 1,
			.rcv_nxt = s->who->isn[!side] + 1,
			.ts_base = 1000000u + side * 7000000u,
			.ip_id = (uint16_t)scenario_mix((uint64_t)instance * 2 + side + 0x10000),
		};
	}
}

static uint32_t resolve(const Story *s, const ScenarioNumber *number, uint32_t next)
{
	switch (number->base) {
	case SCENARIO_BASE_DEFAULT:
		return next;
	case SCENARIO_BASE_ZERO:
		return number->offset;
	case SCENARIO_BASE_X:
		return s->who->isn[SHAKEDOWN_CLIENT] + number->offset;
	case SCENARIO_BASE_Y:
		return s->who->isn[SHAKEDOWN_SERVER] + number->offset;
	case SCENARIO_BASE_NEXT:
		return next + number->offset;
	}
	return next;
}

static bool wants_timestamps(const Story *s, const ScenarioLine *line)
{
	if (line->options.no_timestamps || line->options.timestamps)
		return line->options.timestamps;
	return s->end[0].timestamps && s->end[1].timestamps && !(line->flags & (SYN | RST));
}

static uint32_t timestamp_of(const Story *s, const ScenarioLine *line, ShakedownTime time)
{
	if (line->options.ts_given)
		return line->options.tsval;
	return s->end[line->side].ts_base + (uint32_t)((time - SCENARIO_EPOCH) / 1000000);
}

/* In the order that Linux writes them. */
static PacketOptions write_options(const Story *s, const ScenarioLine *line, uint32_t tsval)
{
	const ScenarioOptions *o = &line->options;
	const End *end = &s->end[line->side];
	PacketOptions out = {.len = 0};

	if (o->md5) {
		static const uint8_t digest[16] = "not a real hash";

		packet_options_nop(&out, 2);
		packet_options_add(&out, OPTION_MD5, digest, sizeof digest);
	}
	if (o->mss)
		packet_options_add16(&out, OPTION_MSS, o->mss_value);
	if (o->sack_permitted)
		packet_options_add(&out, OPTION_SACK_PERMITTED, NULL, 0);
	if (wants_timestamps(s, line)) {
		uint32_t echo = line->flags & ACK ? end->ts_recent : 0;
		uint32_t values[] = {tsval, o->tsecr_given ? o->tsecr : echo};

		packet_options_nop(&out, 2);
		packet_options_add32(&out, OPTION_TIMESTAMPS, values, 2);
	}
	if (o->window_scale) {
		packet_options_nop(&out, 1);
		packet_options_add(&out, OPTION_WINDOW_SCALE, &o->window_scale_value, 1);
	}
	if (o->sack_len) {
		uint32_t edges[2 * SCENARIO_SACK_MOST];

		for (size_t i = 0; i < 2 * o->sack_len; i++)
			edges[i] = resolve(s, &o->sack[i / 2][i % 2], end->rcv_nxt);
		packet_options_nop(&out, 2);
		packet_options_add32(&out, OPTION_SACK, edges, 2 * o->sack_len);
	}
	if (o->fast_open)
		packet_options_add(&out, OPTION_FAST_OPEN, o->cookie, o->cookie_len);
	return out;
}

static uint16_t window_of(const Story *s, const ScenarioLine *line)
{
	const End *end = s->end;
	int32_t usual = s->connection->endpoint[line->side].window;

	if (line->window >= 0)
		return (uint16_t)line->window;
	if (line->flags & RST)
		return 0;
	if (usual >= 0 && !(line->flags & SYN))
		return (uint16_t)usual;
	if (!(line->flags & SYN) && end[0].window_scale && end[1].window_scale)
		return (uint16_t)(64256 >> MIN(end[line->side].shift, 14));
	return 64240;
}

/* Text whose bytes follow from their place in the stream, so that what is sent again is the same.
 */
static void fill_payload(uint8_t *out, size_t len, uint32_t place)
{
	for (size_t i = 0; i < len; i++, place++)
		out[i] = (uint8_t)(place % 64 == 63 ? '\n' : 'a' + place % 64 % 26);
}

static PacketRoute route_of(const Story *s, const ScenarioLine *line)
{
	PacketRoute route = {
		.src = s->who->addr[line->side],
		.dst = s->who->addr[!line->side],
		.vlans = s->connection->vlans,
		.ttl = line->ttl >= 0 ? (uint8_t)line->ttl
				      : s->connection->endpoint[line->side].ttl,
		.ip_id = line->ip_id >= 0 ? (uint16_t)line->ip_id : s->end[line->side].ip_id,
	};

	memcpy(route.vlan, s->connection->vlan, sizeof route.vlan);
	return route;
}

/* What sending and arriving change in the two ends. */
static void account(Story *s, const ScenarioLine *line, uint32_t seq, uint32_t tsval)
{
	End *from = &s->end[line->side], *to = &s->end[!line->side];
	uint32_t end = seq + line->len + !!(line->flags & SYN) + !!(line->flags & FIN);
	bool reborn = (line->flags & SYN) && seq != from->isn;

	if (line->ip_id < 0)
		from->ip_id++;
	if (line->stray)
		return;
	if (line->flags & SYN) {
		from->timestamps = line->options.timestamps;
		from->window_scale = line->options.window_scale;
		from->shift = line->options.window_scale_value;
	}
	if (reborn || (int32_t)(end - from->snd_nxt) > 0)
		from->snd_nxt = end;
	if (line->lost || line->bad_checksum)
		return;
	if (reborn || ((int32_t)(seq - to->rcv_nxt) <= 0 && (int32_t)(end - to->rcv_nxt) > 0))
		to->rcv_nxt = end;
	if (line->options.timestamps || wants_timestamps(s, line))
		to->ts_recent = tsval;
}

static void add_packet(Story *s, const ScenarioLine *line, size_t offset, ScenarioPacket packet,
		       ShakedownTime time)
{
	size_t len = s->trace->bytes->len - offset;

	packet.packet = (ShakedownPacket){
		.captured_len = (uint32_t)MIN(len, s->scenario->snaplen),
		.wire_len = (uint32_t)len,
		.time = time,
		.link_type = LINK_ETHERNET,
	};
	packet.line = line;
	packet.instance = s->instance;
	packet.offset = offset;
	packet.order = s->order = MAX(s->order, time);
	g_array_append_val(s->trace->packets, packet);
	if (line->duplicated) {
		packet.packet.time += DUPLICATE_AFTER;
		packet.duplicate = true;
		packet.order = s->order = MAX(s->order, packet.packet.time);
		g_array_append_val(s->trace->packets, packet);
	}
}

static bool tell_segment(Story *s, const ScenarioLine *line, ShakedownTime time, GError **error)
{
	End *end = &s->end[line->side];
	PacketRoute route = route_of(s, line);
	uint32_t tsval = timestamp_of(s, line, time);
	PacketOptions options = write_options(s, line, tsval);
	uint32_t seq = resolve(s, &line->seq, line->flags & SYN ? end->isn : end->snd_nxt);
	bool has_ack = (line->flags & ACK) || line->ack.base != SCENARIO_BASE_DEFAULT;
	uint32_t ack = has_ack ? resolve(s, &line->ack, end->rcv_nxt) : 0;
	g_autofree uint8_t *payload = g_malloc(line->len + 1);
	size_t offset = s->trace->bytes->len;

	if (options.full) {
		g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_BOUND,
			    "%s:%u: the options take more than %d bytes", s->scenario->file,
			    line->number, PACKET_TCP_OPTIONS);
		return false;
	}
	if (line->data && line->len)
		memcpy(payload, g_bytes_get_data(line->data, NULL), line->len);
	else
		fill_payload(payload, line->len, seq + !!(line->flags & SYN) - end->isn - 1);
	packet_build_tcp(s->trace->bytes, &route,
			 &(PacketTcp){.src_port = s->who->port[line->side],
				      .dst_port = s->who->port[!line->side],
				      .seq = seq,
				      .ack = ack,
				      .flags = line->flags,
				      .window = window_of(s, line),
				      .urgent = line->urgent,
				      .options = &options,
				      .payload = payload,
				      .payload_len = line->len,
				      .bad_checksum = line->bad_checksum});
	end->last = offset;
	end->last_len = s->trace->bytes->len - offset;
	account(s, line, seq, tsval);
	if (!line->uncaptured)
		add_packet(s, line, offset, (ScenarioPacket){.seq = seq, .ack = ack}, time);
	return true;
}

static bool tell_icmp(Story *s, const ScenarioLine *line, ShakedownTime time, GError **error)
{
	const End *quoted = &s->end[line->side];
	size_t offset = s->trace->bytes->len;
	PacketRoute route = route_of(s, line);
	size_t at = packet_ip_offset(&route), header_len = route.src.version == 4 ? 20 : 40;

	if (!quoted->last_len) {
		g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_SYNTAX,
			    "%s:%u: the %s has sent nothing yet that could be quoted",
			    s->scenario->file, line->number, shakedown_side_name(line->side));
		return false;
	}

	g_autofree uint8_t *quote =
		g_memdup2(s->trace->bytes->data + quoted->last, quoted->last_len);
	ShakedownAddress sender = line->icmp.from.version ? line->icmp.from : route.dst;
	route.dst = route.src;
	route.src = sender;
	route.ttl = 63;
	route.ip_id = (uint16_t)scenario_mix(offset);
	packet_build_icmp(s->trace->bytes, &route,
			  &(PacketIcmp){.type = line->icmp.type,
					.code = line->icmp.code,
					.mtu = line->icmp.mtu,
					.quote = quote + at,
					.quote_len = MIN(header_len + line->icmp.quote,
							 quoted->last_len - at)});
	add_packet(s, line, offset, (ScenarioPacket){.seq = 0}, time);
	return true;
}

static void tell_tick(Story *s, const ScenarioLine *line, ShakedownTime time)
{
	size_t offset = s->trace->bytes->len;

	packet_build_arp(s->trace->bytes, 0xc00002fau, 0xc00002feu);
	add_packet(s, line, offset, (ScenarioPacket){.seq = 0}, time);
}

static bool tell(Story *s, GError **error)
{
	for (guint i = 0; i < s->connection->lines->len; i++) {
		const ScenarioLine *line = &g_array_index(s->connection->lines, ScenarioLine, i);
		ShakedownTime time = s->start + line->time;
		bool good = true;

		switch (line->kind) {
		case SCENARIO_SEGMENT:
			good = tell_segment(s, line, time, error);
			break;
		case SCENARIO_ICMP:
			good = tell_icmp(s, line, time, error);
			break;
		case SCENARIO_TICK:
			tell_tick(s, line, time);
			break;
		}
		if (!good)
			return false;
		if (s->trace->bytes->len > SCENARIO_BYTES_MOST) {
			g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_BOUND,
				    "%s: more than %u bytes of packets", s->scenario->file,
				    SCENARIO_BYTES_MOST);
			return false;
		}
	}
	return true;
}

static int by_order(const void *a, const void *b)
{
	const ScenarioPacket *p = a, *q = b;

	return (p->order > q->order) - (p->order < q->order);
}

ScenarioTrace *scenario_trace_new(const Scenario *scenario, GError **error)
{
	g_autoptr(ScenarioTrace) trace = g_new0(ScenarioTrace, 1);

	trace->packets = g_array_new(FALSE, TRUE, sizeof(ScenarioPacket));
	trace->instances = g_array_new(FALSE, TRUE, sizeof(ScenarioInstance));
	trace->bytes = g_byte_array_new();
	/* Stories point into the instances, which must not move any more. */
	if (!scenario_list_instances(scenario, trace->instances, error))
		return NULL;
	for (guint i = 0; i < trace->instances->len; i++) {
		Story story = {.trace = trace, .scenario = scenario};

		story_begin(&story, i);
		if (!tell(&story, error))
			return NULL;
	}
	g_array_sort(trace->packets, by_order); /* stable, as GLib guarantees */
	for (guint i = 0; i < trace->packets->len; i++) {
		ScenarioPacket *packet = &g_array_index(trace->packets, ScenarioPacket, i);

		packet->packet.data = trace->bytes->data + packet->offset;
		packet->packet.frame = i + 1;
	}
	return g_steal_pointer(&trace);
}

void scenario_trace_free(ScenarioTrace *trace)
{
	if (!trace)
		return;
	g_array_unref(trace->packets);
	g_array_unref(trace->instances);
	g_byte_array_unref(trace->bytes);
	g_free(trace);
}

GByteArray *scenario_trace_pcap(const ScenarioTrace *trace, const Scenario *scenario)
{
	GByteArray *file = pcap_writer_new(scenario->snaplen, LINK_ETHERNET);

	for (guint i = 0; i < trace->packets->len; i++)
		pcap_writer_add(file, &g_array_index(trace->packets, ScenarioPacket, i).packet);
	return file;
}
