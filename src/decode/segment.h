/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a packet is when all its wrappings are off: one TCP segment, or an ICMP error that quotes
 * one. A segment points into the packet's bytes (or into the decoder's reassembly buffer) and lives
 * no longer than they do: until the next decoder_decode() of the same decoder.
 */
#pragma once

#include "base/seq.h"

#include <shakedown/packet.h>

/* The bits of the TCP header's 13th and 14th byte, RFC 9293 §3.1 and RFC 3168, 9768. */
typedef enum {
	TCP_FIN = 0x001,
	TCP_SYN = 0x002,
	TCP_RST = 0x004,
	TCP_PSH = 0x008,
	TCP_ACK = 0x010,
	TCP_URG = 0x020,
	TCP_ECE = 0x040,
	TCP_CWR = 0x080,
	TCP_AE = 0x100,
	TCP_RESERVED = 0xe00,
} TcpFlags;

/* What was passed on the way in, outermost first. */
typedef enum {
	ENCAP_VLAN = 1, /* id: VLAN id; 802.1Q and 802.1ad alike */
	ENCAP_MPLS,	/* id: label */
	ENCAP_PPPOE,	/* id: session */
	ENCAP_PPP,
	ENCAP_PBB,  /* id: I-SID */
	ENCAP_IPIP, /* IPv4 in IPv4 */
	ENCAP_4IN6,
	ENCAP_6IN4,
	ENCAP_6IN6,
	ENCAP_GRE,    /* id: key, if has_id */
	ENCAP_ERSPAN, /* id: session */
	ENCAP_VXLAN,  /* id: VNI */
	ENCAP_GENEVE, /* id: VNI */
	ENCAP_GTP,    /* id: TEID */
	ENCAP_L2TP,   /* id: session */
	ENCAP_TEREDO,
	ENCAP_AH, /* id: SPI */
	ENCAP_CAPWAP,
	ENCAP_AYIYA,
	ENCAP_ETHERIP,
	ENCAP_TZSP,
	ENCAP_IPCOMP,
	ENCAP_GUE,
	ENCAP_LISP, /* id: instance, if has_id */
	ENCAP_ESP,  /* id: SPI */
	ENCAP_HP_ERM,
} EncapKind;
#define ENCAP_KINDS 27

#define ENCAP_DEPTH 8

typedef struct {
	uint8_t kind; /* EncapKind */
	bool has_id;
	bool identity; /* the id tells connections of the same four-tuple apart, and is the same
			  both ways */
	uint32_t id;
} EncapLayer;

typedef struct {
	uint8_t len;
	EncapLayer layer[ENCAP_DEPTH];
} Encapsulation;

typedef enum {
	SEGMENT_TCP = 0,
	SEGMENT_ICMP_ERROR, /* addresses, ports and seq are those of the quoted segment */
	SEGMENT_TICK, /* none: a packet without TCP, but with a time and a frame (nothing else is
			 set) */
} SegmentKind;

typedef enum {
	SEGMENT_CHECKSUM_UNKNOWN = 0, /* cut, quoted by ICMP, or not asked for */
	SEGMENT_CHECKSUM_GOOD,
	SEGMENT_CHECKSUM_OFFLOADED, /* holds the pseudo-header's sum alone (or none): the sending
				       card was to fill it in */
	SEGMENT_CHECKSUM_BAD,
} SegmentChecksum;

/* What of it the capture does not hold (snaplen). */
typedef enum {
	SEGMENT_CUT_NOT = 0,
	SEGMENT_CUT_PAYLOAD,
	SEGMENT_CUT_HEADER, /* nor all of its options */
} SegmentCut;

/* RFC 7323 §3.2: its timestamps. */
typedef enum {
	SEGMENT_STAMPS_UNREAD = 0, /* whoever asks looks among its options */
	SEGMENT_STAMPS_NONE,
	SEGMENT_STAMPS_READ,
} SegmentStamps;

#define SEGMENT_EXCERPT 32

/* What its payload is told from another by when both are gone: digest.h. */
typedef struct {
	uint64_t hash;			  /* where all of it was captured */
	uint8_t excerpt[SEGMENT_EXCERPT]; /* how it begins, as far as it was captured */
} SegmentDigest;

/* Ordered by who reads: what every segment is asked for lies together. */
typedef struct {
	ShakedownTime time;
	uint64_t frame;
	uint8_t kind;	    /* SegmentKind */
	uint8_t ip_version; /* 4 or 6 */
	uint8_t ttl;	    /* or hop limit */
	uint8_t checksum;   /* SegmentChecksum */
	bool has_ip_id;	    /* IPv4, or an IPv6 fragment header */
	bool fragmented;    /* reassembled from IP fragments */
	uint8_t cut;	    /* SegmentCut */
	uint8_t stamps;	    /* SegmentStamps */
	uint16_t ip_id;
	uint8_t src[16]; /* as ShakedownAddress.bytes */
	uint8_t dst[16];
	uint16_t src_port;
	uint16_t dst_port;
	bool has_digest;     /* somebody has made its digest already */
	uint8_t options_len; /* bytes at options; may be less than the header says where cut */
	TcpSeq seq;
	TcpSeq ack;
	uint16_t flags;	 /* TcpFlags */
	uint16_t window; /* as in the header: unscaled; the largest where it was not captured */
	uint16_t urgent;
	uint32_t ip_len;      /* bytes of the IP packet by its header (offload: by the capture) */
	uint32_t payload_len; /* bytes of TCP payload on the wire */
	uint32_t payload_captured; /* of them at payload */
	uint32_t tsval, tsecr;	   /* SEGMENT_STAMPS_READ */
	const uint8_t *options;
	const uint8_t *payload;
	SegmentDigest digest;
	Encapsulation encap;
	/* SEGMENT_ICMP_ERROR only. */
	struct {
		uint8_t version; /* 4: ICMP, 6: ICMPv6 */
		uint8_t type;
		uint8_t code;
		uint32_t mtu;	    /* of fragmentation needed / packet too big; else 0 */
		uint8_t sender[16]; /* who sent the error */
		bool has_seq;	    /* the quote reaches as far as seq */
		bool has_flags;	    /* … as flags */
	} icmp;
} Segment;

/* RFC 9293 SEG.LEN: what it takes of sequence space, SYN and FIN included. */
static inline uint32_t segment_seq_len(const Segment *s)
{
	return s->payload_len + ((s->flags & TCP_SYN) ? 1 : 0) + ((s->flags & TCP_FIN) ? 1 : 0);
}

static inline TcpSeq segment_seq_end(const Segment *s)
{
	return tcp_seq_add(s->seq, segment_seq_len(s));
}

/* Whether its bytes are the packet's; else they are the decoder's, which put the packet together.
 */
static inline bool segment_lies_in(const Segment *s, const ShakedownPacket *packet)
{
	/* Addresses of different objects may be compared as integers only. */
	return (uintptr_t)s->options - (uintptr_t)packet->data <= packet->captured_len;
}
