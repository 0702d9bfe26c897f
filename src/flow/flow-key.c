/* SPDX-License-Identifier: BSD-3-Clause */
/* The identity of a connection, taken from a segment, and its hash. */
#include "flow/flow-key.h"

#include "base/bytes.h"
#include "base/mix.h"

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

static inline uint64_t addresses_of_v4(uint32_t first, uint32_t second)
{
	return (uint64_t)second << 32 | first;
}

static inline uint64_t rest_of(const FlowKey *key)
{
	return (uint64_t)key->encap << 32 | (uint64_t)key->port[1] << 16 | key->port[0];
}

static inline uint32_t hash_of(uint64_t addresses, uint64_t rest, const FlowSecret *secret)
{
	const uint64_t *blind = secret->word;
	uint64_t hash = mix_fold(addresses ^ blind[2], rest ^ blind[1]);

	/* A single product leaves patterns of ports visible in its low bits. */
	hash = mix_fold(hash ^ blind[0], blind[3]);
	return (uint32_t)(hash ^ hash >> 32);
}

/* The hash is made of what is written, not of the key. */
static inline uint32_t lookup_v4(FlowKey *key, const Segment *segment, uint32_t encap,
				 const FlowSecret *secret, unsigned *end)
{
	uint64_t src = (uint64_t)be32(segment->src) << 16 | segment->src_port;
	uint64_t dst = (uint64_t)be32(segment->dst) << 16 | segment->dst_port;
	bool source = src > dst;
	uint32_t from, to;

	memcpy(&from, segment->src, sizeof from);
	memcpy(&to, segment->dst, sizeof to);

	/* Which it is nobody can guess: exchanged without a branch. */
	uint64_t one = (uint64_t)from << 16 | segment->src_port,
		 other = (uint64_t)to << 16 | segment->dst_port;
	uint64_t exchange = (one ^ other) & -(uint64_t)source;
	one ^= exchange, other ^= exchange;
	const uint32_t address[2] = {(uint32_t)(one >> 16), (uint32_t)(other >> 16)};
	const uint16_t port[2] = {(uint16_t)one, (uint16_t)other};

	flow_key_set_v4(key, address, port, encap);
	*end = source;
	return hash_of(addresses_of_v4(address[0], address[1]),
		       (uint64_t)encap << 32 | (uint64_t)port[1] << 16 | port[0], secret);
}

FlowSecret flow_secret_of(uint64_t seed)
{
	return (FlowSecret){{mix_secret(seed, 0), mix_secret(seed, 1), mix_secret(seed, 2),
			     mix_secret(seed, 3)}};
}

uint32_t flow_key_hash(const FlowKey *key, const FlowSecret *secret)
{
	const uint64_t *blind = secret->word;

	if (key->ip_version == 4)
		return hash_of(
			addresses_of_v4(flow_key_address_v4(key, 0), flow_key_address_v4(key, 1)),
			rest_of(key), secret);

	uint64_t first =
		mix_fold(flow_key_word(key, 0) ^ blind[0], flow_key_word(key, 1) ^ blind[1]);
	uint64_t second =
		mix_fold(flow_key_word(key, 2) ^ blind[2], flow_key_word(key, 3) ^ blind[3]);

	return hash_of(first + second, rest_of(key), secret);
}

uint32_t flow_key_hash_of(FlowKey *key, const Segment *segment, uint32_t encap,
			  const FlowSecret *secret, unsigned *end)
{
	if (segment->ip_version == 4)
		return lookup_v4(key, segment, encap, secret, end);

	unsigned source = source_is_greater(segment);

	memcpy(key->addr[source], segment->src, 16);
	memcpy(key->addr[!source], segment->dst, 16);
	key->port[source] = segment->src_port;
	key->port[!source] = segment->dst_port;
	key->encap = encap;
	key->ip_version = segment->ip_version;
	memset(key->pad, 0, sizeof key->pad);
	*end = source;
	return flow_key_hash(key, secret);
}

unsigned flow_key_of(FlowKey *key, const Segment *segment, uint32_t encap)
{
	static const FlowSecret any;
	unsigned end;

	flow_key_hash_of(key, segment, encap, &any, &end);
	return end;
}
