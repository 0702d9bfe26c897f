/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What makes two segments parts of the same connection, whichever way they go: the two endpoints in
 * a fixed order, the identity of what they were wrapped in, and the IP version.
 */
#pragma once

#include "decode/segment.h"
#include "flow/slab.h"

#include <string.h>

/* No padding and no stray bytes: pad is 0, so that equal keys are equal bytes. */
typedef struct {
	uint8_t addr[2][16]; /* as ShakedownAddress.bytes; IPv4 leaves [4..15] 0 */
	uint16_t port[2];    /* host order */
	uint32_t encap; /* identity class of the encapsulation, encap_table_identity(); 0: none */
	uint8_t ip_version; /* 4 or 6 */
	uint8_t pad[3];
} FlowKey;
_Static_assert(sizeof(FlowKey) == 44, "FlowKey is compared as bytes");

/* The same in little room: whole of IPv4 without encapsulation; of others what is wide lies in a
 * slab of FlowKey beside. */
typedef struct {
	uint32_t addr[2]; /* as the first four bytes of FlowKey.addr; or the handle, and 0 */
	uint16_t port[2];
	uint16_t wide;
} __attribute__((packed, aligned(2))) FlowSmallKey;
_Static_assert(sizeof(FlowSmallKey) == 14, "leaves room for two bytes");

/*
 * Fills the key and returns which of its endpoints is the segment's source: 0 or 1. Endpoint 0 is
 * the one with the smaller (address, port). Where both ends are equal (a self-connection) the
 * direction cannot be told from the addresses, and it is 0 for every segment.
 */
unsigned flow_key_of(FlowKey *key, const Segment *segment, uint32_t encap);

/* What a seed makes of a hash, worked out once. */
typedef struct {
	uint64_t word[4];
} FlowSecret;
FlowSecret flow_secret_of(uint64_t seed);

/*
 * Keys that collide under one seed do not under another, and no key or pair of keys is bad under
 * every seed: who does not know the seed cannot choose collisions. All 32 bits are good.
 */
uint32_t flow_key_hash(const FlowKey *key, const FlowSecret *secret);
/* Both at one go, as each segment needs them: the hash, and as flow_key_of() the key and end. */
uint32_t flow_key_hash_of(FlowKey *key, const Segment *segment, uint32_t encap,
			  const FlowSecret *secret, unsigned *end);

static inline uint64_t flow_key_word(const FlowKey *key, size_t i)
{
	uint64_t word;

	memcpy(&word, (const uint8_t *)key + 8 * i, sizeof word);
	return word;
}

static inline uint32_t flow_key_address_v4(const FlowKey *key, unsigned end)
{
	uint32_t address;

	memcpy(&address, key->addr[end], sizeof address);
	return address;
}

/* Of addresses as they stand in packets. In as few stores as it is read in loads: who reads wide
 * what was written narrow waits until all of it is in the cache. */
static inline void flow_key_set_v4(FlowKey *key, const uint32_t address[2], const uint16_t port[2],
				   uint32_t encap)
{
	const uint32_t first[4] = {address[0]}, second[4] = {address[1]};

	memcpy(key->addr[0], first, sizeof first);
	memcpy(key->addr[1], second, sizeof second);
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
	const uint64_t rest = (uint64_t)encap << 32 | (uint64_t)port[1] << 16 | port[0];

	_Static_assert(offsetof(FlowKey, encap) == offsetof(FlowKey, port) + 4, "one word");
	memcpy((uint8_t *)key + offsetof(FlowKey, port), &rest, sizeof rest);
#else
	key->port[0] = port[0];
	key->port[1] = port[1];
	key->encap = encap;
#endif
	key->ip_version = 4;
	memset(key->pad, 0, sizeof key->pad);
}

static inline bool flow_key_equal(const FlowKey *a, const FlowKey *b)
{
	/* No early exit: where this is asked the hashes agree already, so the keys nearly always
	 * do. */
	uint64_t differ = (uint64_t)(a->ip_version ^ b->ip_version);

	for (size_t i = 0; i < 5; i++)
		differ |= flow_key_word(a, i) ^ flow_key_word(b, i);
	return differ == 0;
}

static inline bool flow_key_is_narrow(const FlowKey *key)
{
	return key->ip_version == 4 && key->encap == 0;
}

/* To be freed, where it is wide, by flow_key_small_free(); so can any be that has to be. */
static inline void flow_key_small(FlowSmallKey *small, const FlowKey *key, bool must_be_wide,
				  Slab *wide)
{
	small->port[0] = key->port[0];
	small->port[1] = key->port[1];
	small->wide = must_be_wide || !flow_key_is_narrow(key);
	if (small->wide) {
		small->addr[0] = slab_alloc(wide);
		small->addr[1] = 0;
		memcpy(slab_get(wide, small->addr[0]), key, sizeof *key);
	} else {
		small->addr[0] = flow_key_address_v4(key, 0);
		small->addr[1] = flow_key_address_v4(key, 1);
	}
}

static inline void flow_key_small_free(const FlowSmallKey *small, Slab *wide)
{
	if (small->wide)
		slab_free_item(wide, small->addr[0]);
}

static inline void flow_key_of_small(FlowKey *key, const FlowSmallKey *small, const Slab *wide)
{
	const uint32_t address[2] = {small->addr[0], small->addr[1]};
	const uint16_t port[2] = {small->port[0], small->port[1]};

	if (small->wide)
		*key = *(const FlowKey *)slab_get(wide, address[0]);
	else
		flow_key_set_v4(key, address, port, 0);
}

static inline bool flow_key_equal_small(const FlowSmallKey *small, const Slab *wide,
					const FlowKey *key)
{
	if (small->port[0] != key->port[0] || small->port[1] != key->port[1])
		return false;
	if (small->wide)
		return flow_key_equal(slab_get(wide, small->addr[0]), key);
	return flow_key_is_narrow(key) && small->addr[0] == flow_key_address_v4(key, 0) &&
	       small->addr[1] == flow_key_address_v4(key, 1);
}
