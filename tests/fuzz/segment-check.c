/* SPDX-License-Identifier: BSD-3-Clause */
#include "segment-check.h"

#include "decode/tcp-options.h"
#include "fuzz.h"

static bool lies_in(const uint8_t *at, size_t len, const ShakedownPacket *packet)
{
	return !len || (at >= packet->data && len <= packet->captured_len &&
			(size_t)(at - packet->data) <= packet->captured_len - len);
}

/* Touches every byte, so that a sanitizer sees those that are not there. */
static unsigned touch(const uint8_t *at, size_t len)
{
	unsigned sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += at[i];
	return sum;
}

static void check_usual_timestamps(const Segment *segment, bool found, const uint32_t stamps[2])
{
	uint32_t value = 0, echo = 0;

	fuzz_check(tcp_options_timestamps(segment, &value, &echo) == found,
		   "timestamps, by the walk over all options or by the shortcut only");
	if (found)
		fuzz_check(value == stamps[0] && echo == stamps[1], "%u/%u, %u/%u", value, echo,
			   stamps[0], stamps[1]);
}

void segment_check_options(const Segment *segment)
{
	TcpOptions it = tcp_options_of(segment);
	TcpOption option;
	const uint8_t *last = segment->options;
	uint32_t stamps[2] = {0};
	bool stamped = false;
	TcpSackBlock blocks[4];

	while (tcp_options_next(&it, &option)) {
		fuzz_check(option.data >= last + 2, "option %u goes back", option.kind);
		last = option.data + option.len;
		fuzz_check(last <= segment->options + segment->options_len,
			   "option %u ends beyond the header", option.kind);
		touch(option.data, option.len);
		if (option.kind == TCP_OPTION_TIMESTAMPS && option.len == 8 && !stamped) {
			stamped = true;
			stamps[0] = be32(option.data);
			stamps[1] = be32(option.data + 4);
		}
	}
	fuzz_check(!tcp_options_next(&it, &option), "the end is not the end");
	check_usual_timestamps(segment, stamped, stamps);
	fuzz_check(tcp_options_sack(segment, blocks) <= 4, "more SACK blocks than fit");
	TcpSynOptions syn;

	tcp_options_syn(segment, &syn);
	fuzz_check(syn.mss >= -1 && syn.mss <= 65535, "MSS %d", syn.mss);
	fuzz_check(syn.window_scale >= -1 && syn.window_scale <= 14, "scale %d", syn.window_scale);
	fuzz_check(syn.fast_open >= -1 && syn.fast_open <= 1, "cookie %d", syn.fast_open);
	fuzz_check(syn.mptcp >= -1 && syn.mptcp <= 15, "version %d", syn.mptcp);
}

static bool was_compressed(const Segment *s)
{
	for (unsigned i = 0; i < s->encap.len; i++)
		if (s->encap.layer[i].kind == ENCAP_IPCOMP)
			return true;
	return false;
}

void segment_check(const Segment *s, const ShakedownPacket *packet)
{
	fuzz_check(s->ip_version == 4 || s->ip_version == 6, "IP version %u", s->ip_version);
	fuzz_check(s->kind <= SEGMENT_ICMP_ERROR && s->checksum <= SEGMENT_CHECKSUM_BAD, "kind %u",
		   s->kind);
	fuzz_check(s->payload_captured <= s->payload_len, "%u of %u bytes captured",
		   s->payload_captured, s->payload_len);
	fuzz_check(s->options_len <= 40, "%u bytes of options", s->options_len);
	fuzz_check(s->flags <= 0xfff, "flags %#x", s->flags);
	fuzz_check(s->encap.len <= ENCAP_DEPTH, "%u layers", s->encap.len);
	for (unsigned i = 0; i < s->encap.len; i++)
		fuzz_check(s->encap.layer[i].kind >= 1 && s->encap.layer[i].kind < ENCAP_KINDS,
			   "layer %u is of kind %u", i, s->encap.layer[i].kind);
	touch(s->payload, s->payload_captured);
	touch(s->options, s->options_len);
	if (packet && !s->fragmented && !was_compressed(s)) {
		fuzz_check(lies_in(s->payload, s->payload_captured, packet), "payload elsewhere");
		fuzz_check(lies_in(s->options, s->options_len, packet), "options elsewhere");
	}
	if (s->options_len)
		segment_check_options(s);
}
