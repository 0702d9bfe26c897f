/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole analysis: the input is a script (script.h), whose segments are made into packets. They
 * go in one by one, then in batches: what is told of them must be the same, unless there are
 * packets that are not TCP, whose time the tracker hears of at the end of a batch only.
 */
#include "packet-builder.h"
#include "script.h"
#include "whole.h"

#include <string.h>

static ShakedownAddress address_of(const Segment *seg, const uint8_t bytes[16])
{
	ShakedownAddress address = {.version = seg->ip_version};

	memcpy(address.bytes, bytes, seg->ip_version == 4 ? 4 : 16);
	return address;
}

static PacketRoute route_of(const Segment *seg)
{
	return (PacketRoute){
		.src = address_of(seg, seg->src),
		.dst = address_of(seg, seg->dst),
		.vlan = {10},
		.vlans = seg->encap.len,
		.ttl = seg->ttl,
		.ip_id = seg->ip_id,
	};
}

static void build_tcp(GByteArray *out, const Segment *seg)
{
	PacketOptions options = {.len = seg->options_len};
	PacketRoute route = route_of(seg);

	memcpy(options.bytes, seg->options, seg->options_len);
	packet_build_tcp(out, &route,
			 &(PacketTcp){
				 .src_port = seg->src_port,
				 .dst_port = seg->dst_port,
				 .seq = seg->seq.value,
				 .ack = seg->ack.value,
				 .flags = seg->flags,
				 .window = seg->window,
				 .options = &options,
				 .payload = seg->payload,
				 .payload_len = seg->payload_len,
				 .bad_checksum = seg->checksum == SEGMENT_CHECKSUM_BAD,
			 });
}

/* The router quotes the IP header and eight bytes more, RFC 792, or the whole segment. */
static void build_icmp(GByteArray *out, const Segment *seg)
{
	g_autoptr(GByteArray) quoted = g_byte_array_new();
	PacketRoute route = route_of(seg), back = route;
	size_t at = packet_ip_offset(&route);

	build_tcp(quoted, seg);
	back.src = address_of(seg, seg->icmp.sender);
	back.dst = address_of(seg, seg->src);
	size_t len = quoted->len - at;
	if (!seg->icmp.has_flags)
		len = MIN(len, (seg->ip_version == 4 ? 20u : 40u) + 8u);
	packet_build_icmp(out, &back,
			  &(PacketIcmp){
				  .type = seg->icmp.type,
				  .code = seg->icmp.code,
				  .mtu = seg->icmp.mtu,
				  .quote = quoted->data + at,
				  .quote_len = len,
			  });
}

typedef struct {
	GByteArray *bytes;
	GArray *packets; /* of ShakedownPacket */
	bool others;	 /* some of them are not TCP */
} Capture;

static void build(Capture *c, const Segment *seg, ScriptKind kind)
{
	size_t at = c->bytes->len;

	c->others |= kind == SCRIPT_TIME;
	if (kind == SCRIPT_TIME)
		packet_build_arp(c->bytes, 0xc0000201, 0xc0000202);
	else if (seg->kind == SEGMENT_ICMP_ERROR)
		build_icmp(c->bytes, seg);
	else
		build_tcp(c->bytes, seg);
	uint32_t len = (uint32_t)(c->bytes->len - at);
	ShakedownPacket packet = {
		.captured_len = seg->cut ? MIN(len, 96) : len,
		.wire_len = len,
		.time = seg->time,
		.frame = seg->frame,
		.link_type = 1,
	};
	g_array_append_val(c->packets, packet);
}

static void build_all(Capture *c, const uint8_t *data, size_t size, ShakedownConfig *config,
		      uint8_t *ask)
{
	g_autofree Script *script = g_malloc(sizeof *script);
	Segment seg;
	ScriptKind kind;
	size_t at = 0;

	script_begin(script, data, size);
	*config = script->config;
	*ask = script->ask;
	while ((kind = script_next(script, &seg)) != SCRIPT_END)
		build(c, &seg, kind);
	for (guint i = 0; i < c->packets->len; i++) {
		ShakedownPacket *packet = &g_array_index(c->packets, ShakedownPacket, i);

		packet->data = c->bytes->data + at;
		at += packet->wire_len;
	}
}

static uint64_t run(const Capture *c, const ShakedownConfig *config, uint8_t ask, guint at_once)
{
	const ShakedownCaptureFile file = {.name = "script", .format = "pcap"};
	const ShakedownCaptureInfo info = {.files = &file, .files_len = 1};
	Whole *w = whole_new(config, ask);

	for (guint i = 0; i < c->packets->len; i += at_once)
		whole_feed(w, &g_array_index(c->packets, ShakedownPacket, i),
			   MIN(at_once, c->packets->len - i));
	uint64_t digest = whole_finish(w, &info);
	whole_free(w);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < SCRIPT_HEADER)
		return -1;
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autoptr(GArray) packets = g_array_new(FALSE, FALSE, sizeof(ShakedownPacket));
	Capture capture = {bytes, packets, false};
	ShakedownConfig config;
	uint8_t ask;

	build_all(&capture, data, size, &config, &ask);
	uint64_t one_by_one = run(&capture, &config, ask, 1);
	uint64_t in_batches = run(&capture, &config, 0, 64);
	fuzz_check(capture.others || in_batches == one_by_one, "in batches it is another story");
	return 0;
}
