/* SPDX-License-Identifier: BSD-3-Clause */
/* The identity of a connection, taken from a segment, and its hash. */
#include "flow/flow-key.h"

#include "base/bytes.h"
#include "flow/mix.h"

/* Whether the source is the greater endpoint: address first, then port. */
static bool source_is_greater(const Segment *segment)
{
	uint64_t src = be64(segment->src), dst = be64(segment->dst);

	if (src != dst)
		return src > dst;
	src = be64(segment->src + 8), dst = be64(segment->dst + 8);
	if (src != dst)
		return src > dst;
	return segment->src_port > segment->dst_port;
}

static bool source_is_greater_v4(const Segment *segment)
{
	uint64_t src = (uint64_t)be32(segment->src) << 16 | segment->src_port;
	uint64_t dst = (uint64_t)be32(segment->dst) << 16 | segment->dst_port;

	return src > dst;
}

unsigned flow_key_of(FlowKey *key, const Segment *segment, uint32_t encap)
{
	bool v4 = segment->ip_version == 4;
	unsigned source = v4 ? source_is_greater_v4(segment) : source_is_greater(segment);

	memset(key->addr, 0, sizeof key->addr);
	if (v4) {
		memcpy(key->addr[source], segment->src, 4);
		memcpy(key->addr[!source], segment->dst, 4);
	} else {
		memcpy(key->addr[source], segment->src, 16);
		memcpy(key->addr[!source], segment->dst, 16);
	}
	key->port[source] = segment->src_port;
	key->port[!source] = segment->dst_port;
	key->encap = encap;
	key->ip_version = segment->ip_version;
	memset(key->pad, 0, sizeof key->pad);
	return source;
}

uint32_t flow_key_hash(const FlowKey *key, uint64_t seed)
{
	/* Field by field, as they were written a moment ago: one wider load would have to wait
	 * until all of them are in the cache. */
	uint64_t rest = (uint64_t)key->encap << 32 | (uint64_t)key->port[1] << 16 | key->port[0];
	uint64_t addresses;

	if (key->ip_version == 4) {
		uint32_t low, high;

		memcpy(&low, key->addr[0], sizeof low);
		memcpy(&high, key->addr[1], sizeof high);
		addresses = (uint64_t)high << 32 | low;
	} else {
		addresses = mix_fold(flow_key_word(key, 0) ^ mix_secret(seed, 0),
				     flow_key_word(key, 1) ^ mix_secret(seed, 1));
		addresses += mix_fold(flow_key_word(key, 2) ^ mix_secret(seed, 2),
				      flow_key_word(key, 3) ^ mix_secret(seed, 3));
	}

	uint64_t hash = mix_fold(addresses ^ mix_secret(seed, 2), rest ^ mix_secret(seed, 1));

	/* A single product leaves patterns of ports visible in its low bits. */
	hash = mix_fold(hash ^ mix_secret(seed, 0), mix_secret(seed, 3));
	return (uint32_t)(hash ^ hash >> 32);
}
