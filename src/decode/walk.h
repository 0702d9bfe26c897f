/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk through one packet: a cursor that layer after layer moves inward, with what the layers
 * passed have said. Each layer is a function that takes its header off the cursor and names the
 * next one. A layer that cannot go on counts the reason and ends the walk.
 */
#pragma once

#include "base/bytes.h"
#include "decode/counts.h"
#include "decode/encapsulation.h"
#include "decode/fragments.h"
#include "decode/inflater.h"
#include "decode/layers.h"
#include "decode/segment.h"

#include <string.h>
#include <sys/param.h>

#define LAYER_ENUMERATOR(name, function) LAYER_##name,
typedef enum { LAYER_END = 0, LAYERS(LAYER_ENUMERATOR) LAYER_COUNT } Layer;
#undef LAYER_ENUMERATOR

/* More steps than this in one packet (all of its branches together) are a fault. */
#define WALK_STEPS 96

/* The innermost IP header passed. */
typedef struct {
	uint8_t version; /* 4 or 6; 0: none yet */
	uint8_t ttl;
	uint8_t protocol; /* what follows, as the last header read names it */
	bool has_id;
	bool fragmented;
	uint16_t id;
	uint32_t len;	    /* of the whole packet, header included */
	const uint8_t *src; /* 4 or 16 bytes; what the TCP endpoints take for their addresses */
	const uint8_t *dst;
} WalkIp;

/* The ICMP error around a quoted packet. */
typedef struct {
	uint8_t version, type, code;
	uint32_t mtu;
	const uint8_t *sender; /* 4 or 16 bytes, as version says */
} WalkQuote;

typedef struct {
	Decoder *decoder;
	const ShakedownPacket *packet;
	Bytes at;
	uint32_t missing; /* bytes beyond at.end that were on the wire and not captured */
	bool bounded;	  /* a layer passed has said how long the rest is */
	uint16_t type;	  /* ethertype, for LAYER_ETHERTYPE */
	WalkIp ip;
	bool mirrored;		/* by a switch, to whoever records: see walk_enter_mirror() */
	const WalkQuote *quote; /* NULL outside the quote of an ICMP error */
	Encapsulation encap;
} Walk;

struct _Decoder {
	DecoderOptions options;
	Counts counts;
	Fragments fragments;
	Inflater inflater;
	/* Of the packet being decoded. */
	Segment *segments;
	size_t segments_len;
	unsigned steps;
};

#define LAYER_PROTOTYPE(name, function) Layer function(Walk *walk);
LAYERS(LAYER_PROTOTYPE)
#undef LAYER_PROTOTYPE

/* Runs from a layer to the end. For a packet that holds several, run a copy for each. */
void walk_run(Walk *walk, Layer layer);
/* The slot for one more segment; NULL (and counted) when the packet holds too many. */
Segment *walk_segment(Walk *walk);

/* Each counts the reason, a literal, and ends the walk. A fault is malformed, cut, or not
 * understood; what is skipped is merely not TCP. Within the quote of an ICMP error, which may be
 * cut anywhere, one common reason is counted instead. */
Layer walk_fault(Walk *walk, const char *reason);
Layer walk_skip(Walk *walk, const char *reason);
Layer walk_skip_number(Walk *walk, const char *reason, CountsForm form, uint32_t number);

/* Enters a layer of encapsulation; false, and counted, when there are too many. */
bool walk_enter(Walk *walk, EncapKind kind);
/* With an id. Identity: both directions share it, and it tells connections apart. */
bool walk_enter_id(Walk *walk, EncapKind kind, uint32_t id, bool identity);
/* A mirror: the layers passed so far are those of the copy's own way, and tell nothing about the
 * connection; VLAN tags further in come and go with the direction. */
void walk_enter_mirror(Walk *walk);

/* What an ethertype, an IP protocol, or a PPP protocol names; counted when that is not read. */
Layer ethertype_next(Walk *walk, uint16_t type);
Layer ip_protocol_next(Walk *walk, uint8_t protocol);
/* … a network layer's id of ISO/IEC TR 9577, and the next protocol of NSH, RFC 8300 §2.2. */
Layer nlpid_next(Walk *walk, uint8_t id);
Layer nsh_protocol_next(Walk *walk, uint8_t protocol);

/* Guesses, which count nothing. IPv4 or IPv6 by the version nibble alone, else END. */
Layer ip_version_next(const Walk *walk);
/* … and only where the lengths fit as well. */
Layer guess_ip(const Walk *walk);
/* … or where too little was captured to tell. */
Layer guess_ip_or_cut(const Walk *walk);
bool guess_ethernet(const Walk *walk);

/* Bytes from the cursor on, as they were on the wire. */
static inline uint32_t walk_wire_left(const Walk *walk)
{
	return (uint32_t)bytes_left(&walk->at) + walk->missing;
}

/* What follows is n bytes long: what is beyond them is padding, what is not there was cut. */
static inline void walk_limit(Walk *walk, uint32_t n)
{
	size_t left = bytes_left(&walk->at);

	walk->bounded = true;
	if (n <= left) {
		walk->at.end = walk->at.at + n;
		walk->missing = 0;
	} else {
		walk->missing = n - (uint32_t)left;
	}
}

/* A length by a header, but no more than the layer around it can hold. The frame itself does not
 * bound: tools that cut captures forget to say how long packets were. */
static inline uint32_t walk_within(const Walk *walk, uint32_t n)
{
	return walk->bounded && n > walk_wire_left(walk) ? walk_wire_left(walk) : n;
}

/* As walk_limit(), of a length that is not believed when there is less on the wire. */
static inline void walk_shorten(Walk *walk, uint32_t n)
{
	if (n < walk_wire_left(walk))
		walk_limit(walk, n);
}
