/* SPDX-License-Identifier: BSD-3-Clause */
#include "script.h"

#include "base/bytes.h"
#include "script-options.h"

#include <string.h>

#define MICROSECOND INT64_C(1000)
#define MILLISECOND INT64_C(1000000)
#define SECOND SHAKEDOWN_NS_PER_S

static const ShakedownTime waits[16] = {
	0,
	MICROSECOND,
	50 * MICROSECOND,
	MILLISECOND,
	20 * MILLISECOND,
	200 * MILLISECOND,
	SECOND,
	3 * SECOND,
	15 * SECOND,
	31 * SECOND,
	61 * SECOND,
	121 * SECOND,
	301 * SECOND,
	3700 * SECOND,
	-MILLISECOND,
	-2 * SECOND,
};

/* When the capture begins: most often now, but a file's clock may say anything. Times beyond 2^62
 * do not come as far as the tracker, see src/analysis. */
#define TIME_MOST (INT64_C(1) << 62)
static const ShakedownTime begins[8] = {
	INT64_C(1767225600) * SECOND,
	INT64_C(1767225600) * SECOND,
	INT64_C(1767225600) * SECOND,
	0,
	-100 * SECOND,
	TIME_MOST - 100 * SECOND,
	-TIME_MOST + 100 * SECOND,
	TIME_MOST,
};

static const uint32_t isns[8] = {1000,	     300000,	 0,	     1,
				 0x7fffff00, 0x80000000, 0xfffffff0, 0xffffffff};

typedef struct {
	uint8_t bytes[2 * SCRIPT_PERIOD];
	uint16_t place[SCRIPT_PERIOD]; /* by two bytes */
} Content;

/* De Bruijn's sequence of 256 letters and words of two: all Lyndon words of one and two letters. */
static const Content *content(void)
{
	static Content *made;
	size_t n = 0;

	if (made)
		return made;
	made = g_new(Content, 1);
	for (unsigned i = 0; i < 256; i++) {
		made->bytes[n++] = (uint8_t)i;
		for (unsigned j = i + 1; j < 256; j++) {
			made->bytes[n++] = (uint8_t)i;
			made->bytes[n++] = (uint8_t)j;
		}
	}
	memcpy(made->bytes + SCRIPT_PERIOD, made->bytes, SCRIPT_PERIOD);
	for (uint32_t at = 0; at < SCRIPT_PERIOD; at++)
		made->place[be16(made->bytes + at)] = (uint16_t)at;
	return made;
}

const uint8_t *script_content(uint32_t seq)
{
	return content()->bytes + seq % SCRIPT_PERIOD;
}

uint32_t script_place(const uint8_t bytes[2])
{
	return content()->place[be16(bytes)];
}

static void set_config(ShakedownConfig *config, uint8_t choice)
{
	shakedown_config_init(config);
	if (choice & 1)
		config->msl = SECOND;
	if (choice & 2)
		config->idle_timeout = 10 * SECOND;
	if (choice & 4)
		config->flood_syns = 3;
	if (choice & 8)
		config->ephemeral_ports = 2;
	if (choice & 16)
		config->syn_timeout = config->handshake_timeout = config->fin_timeout = SECOND;
}

bool script_begin(Script *s, const uint8_t *data, size_t size)
{
	if (size < SCRIPT_HEADER)
		return false;
	memset(s, 0, offsetof(Script, options));
	s->in = (FuzzInput){data, data + size};
	s->modes = fuzz_u8(&s->in);
	s->ask = fuzz_u8(&s->in);
	uint8_t numbers[2] = {fuzz_u8(&s->in), fuzz_u8(&s->in)};
	s->time = begins[fuzz_u8(&s->in) & 7];
	set_config(&s->config, fuzz_u8(&s->in));
	s->ports = fuzz_u8(&s->in);
	s->ipv6 = fuzz_u8(&s->in) & 1;
	for (unsigned flow = 0; flow < SCRIPT_FLOWS; flow++)
		for (unsigned side = 0; side < 2; side++) {
			ScriptSide *x = &s->side[flow][side];

			x->isn = isns[(numbers[side] + flow) & 7] + (numbers[side] >> 3);
			x->snd_nxt = x->last_seq = x->isn;
		}
	return true;
}

static uint32_t scaled(uint8_t delta, unsigned scale)
{
	static const uint32_t by[4] = {0, 1, 1460, 1u << 24};

	return (uint32_t)(int8_t)delta * by[scale & 3];
}

static uint32_t seq_of(const Script *s, const uint8_t *r, const ScriptSide *own,
		       const ScriptSide *peer)
{
	uint8_t bases = r[SCRIPT_AT_BASES];
	const uint32_t base[8] = {own->snd_nxt,
				  own->isn,
				  peer->last_ack,
				  own->last_seq,
				  own->snd_nxt - own->last_len,
				  own->snd_nxt - 1,
				  peer->last_ack - 1,
				  (uint32_t)s->records << 20};

	return base[bases & 7] + scaled(r[SCRIPT_AT_SEQ], bases >> 6);
}

static uint32_t ack_of(const uint8_t *r, const ScriptSide *own, const ScriptSide *peer)
{
	const uint32_t base[8] = {peer->snd_nxt,  peer->isn,	     own->last_ack, 0,
				  peer->last_seq, peer->snd_nxt - 1, own->snd_nxt,  peer->isn + 1};

	return base[r[SCRIPT_AT_BASES] >> 3 & 7] + scaled(r[SCRIPT_AT_ACK], r[SCRIPT_AT_MORE]);
}

static uint32_t len_of(uint8_t code)
{
	if (code < 64)
		return code;
	if (code < 128)
		return (code - 63u) * 365; /* a quarter of 1460 */
	return code == 255 ? 65000 : (code - 127u) * 500;
}

static void set_route(const Script *s, Segment *seg, unsigned flow, unsigned side)
{
	static const uint8_t host[2][16] = {{192, 0, 2, 1}, {198, 51, 100, 7}};
	/* The third flow is the first under a VLAN; the fourth has the same port on both sides. */
	uint16_t port[2] = {(uint16_t)(flow == 1 ? 49153 : 49152),
			    (uint16_t)(s->ports & 1 ? 60000 : 80)};

	if (flow == 3)
		port[0] = port[1] = 179;
	if (flow == 2) {
		seg->encap.len = 1;
		seg->encap.layer[0] = (EncapLayer){ENCAP_VLAN, true, !(s->ports & 2), 10};
	}
	seg->ip_version = s->ipv6 ? 6 : 4;
	memcpy(seg->src, host[side], 16);
	memcpy(seg->dst, host[side ^ 1], 16);
	if (s->ports & 4 && flow == 1)
		seg->src[3] = 9 + (uint8_t)side, seg->dst[3] = 9 + (uint8_t)(side ^ 1);
	seg->src_port = port[side];
	seg->dst_port = port[side ^ 1];
}

static void set_payload(Script *s, Segment *seg, const uint8_t *r)
{
	uint32_t at = seg->seq.value + ((seg->flags & TCP_SYN) ? 1 : 0);

	seg->payload_len = len_of(r[SCRIPT_AT_LEN]);
	seg->cut = r[SCRIPT_AT_ODD] & SCRIPT_ODD_CUT;
	seg->payload_captured = seg->cut ? seg->payload_len / 2 : seg->payload_len;
	if (r[SCRIPT_AT_ODD] & SCRIPT_ODD_CONTENT) {
		s->lies = true;
		at += 4711;
	}
	seg->payload = script_content(at);
	s->payload += seg->payload_len;
}

/* What an ICMP error quotes is the last segment that side sent. */
static void make_icmp(const Script *s, Segment *seg, const uint8_t *r, const ScriptSide *own)
{
	static const uint8_t types[4][2] = {{3, 1}, {3, 4}, {1, 4}, {2, 0}};

	seg->kind = SEGMENT_ICMP_ERROR;
	seg->seq = tcp_seq(own->last_seq);
	seg->ack = tcp_seq(own->last_ack);
	seg->flags = r[SCRIPT_AT_FLAGS] & 0x17;
	seg->icmp.version = s->ipv6 ? 6 : 4;
	seg->icmp.type = types[r[SCRIPT_AT_LEN] & 3][0];
	seg->icmp.code = r[SCRIPT_AT_LEN] & 4 ? r[SCRIPT_AT_SEQ] : types[r[SCRIPT_AT_LEN] & 3][1];
	seg->icmp.mtu = (uint32_t)r[SCRIPT_AT_WINDOW] * 8;
	seg->icmp.has_seq = !(r[SCRIPT_AT_BASES] & 1);
	seg->icmp.has_flags = !(r[SCRIPT_AT_BASES] & 3);
	memcpy(seg->icmp.sender, seg->dst, sizeof seg->icmp.sender);
}

static void make_segment(Script *s, Segment *seg, const uint8_t *r, ScriptSide *own,
			 const ScriptSide *peer)
{
	static const uint8_t ttls[4] = {64, 57, 128, 255};
	uint8_t odd = r[SCRIPT_AT_ODD];

	seg->checksum = (uint8_t)((SEGMENT_CHECKSUM_GOOD + (odd & SCRIPT_ODD_CHECKSUM)) & 3);
	seg->ttl = ttls[(odd & SCRIPT_ODD_TTL) >> 4];
	seg->has_ip_id = !s->ipv6;
	seg->ip_id = odd & SCRIPT_ODD_IP_ID ? 0 : ++own->ip_id;
	seg->fragmented = odd & SCRIPT_ODD_FRAGMENT;
	seg->flags = r[SCRIPT_AT_FLAGS] | (r[SCRIPT_AT_MORE] & 4 ? TCP_AE : 0) |
		     (r[SCRIPT_AT_MORE] & 8 ? 0x400 : 0);
	seg->seq = tcp_seq(seq_of(s, r, own, peer));
	if (seg->flags & TCP_ACK)
		seg->ack = tcp_seq(ack_of(r, own, peer));
	seg->window = (uint16_t)(r[SCRIPT_AT_WINDOW] * 257u);
	set_payload(s, seg, r);
	seg->options = s->options[s->records];
	seg->options_len = script_options(s, r, seg, own, s->options[s->records]);
	seg->ip_len = 40 + seg->options_len + seg->payload_len;
	if (r[SCRIPT_AT_WHO] & SCRIPT_WHO_STRAY)
		return;
	if (tcp_seq_lt(tcp_seq(own->snd_nxt), segment_seq_end(seg)) || seg->flags & TCP_SYN)
		own->snd_nxt = segment_seq_end(seg).value;
	if (seg->flags & TCP_SYN)
		own->isn = seg->seq.value;
	own->last_seq = seg->seq.value;
	own->last_len = segment_seq_len(seg);
	if (seg->flags & TCP_ACK)
		own->last_ack = seg->ack.value;
}

static void make_copy(Script *s, Segment *seg)
{
	*seg = s->last;
	s->payload += seg->payload_len;
}

static void pass_time(Script *s, uint8_t wait)
{
	ShakedownTime by = waits[wait & 15] * (1 + (wait >> 4));

	s->time = CLAMP(s->time + by, -TIME_MOST, TIME_MOST);
}

ScriptKind script_next(Script *s, Segment *seg)
{
	size_t len = SCRIPT_RECORD;
	uint8_t r[SCRIPT_RECORD] = {0};

	if (!fuzz_left(&s->in) || s->records == SCRIPT_RECORDS_MOST)
		return SCRIPT_END;
	const uint8_t *record = fuzz_bytes(&s->in, &len);
	memcpy(r, record, len);
	pass_time(s, r[SCRIPT_AT_WAIT]);
	s->frame++;
	uint8_t who = r[SCRIPT_AT_WHO];
	unsigned flow = (who & SCRIPT_WHO_FLOW) >> 1, side = who & SCRIPT_WHO_SERVER;
	ScriptKind kind = SCRIPT_SEGMENT;

	*seg = (Segment){.options = s->options[s->records]};
	set_route(s, seg, flow, side);
	if ((who & SCRIPT_WHO_KIND) == SCRIPT_WHO_TIME)
		kind = SCRIPT_TIME;
	else if ((who & SCRIPT_WHO_KIND) == SCRIPT_WHO_ICMP)
		make_icmp(s, seg, r, &s->side[flow][side]);
	else if (who & SCRIPT_WHO_COPY && s->last.ip_version)
		make_copy(s, seg);
	else
		make_segment(s, seg, r, &s->side[flow][side], &s->side[flow][side ^ 1]);
	seg->time = s->time;
	seg->frame = s->frame;
	s->records++;
	if (kind == SCRIPT_SEGMENT && seg->kind == SEGMENT_TCP)
		s->last = *seg;
	return kind;
}
