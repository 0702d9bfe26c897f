/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP options, one at a time: RFC 9293 §3.2. A length that lies ends the walk.
 *
 *	for (TcpOptions it = tcp_options_of(segment); tcp_options_next(&it, &option);)
 */
#pragma once

#include "base/bytes.h"
#include "decode/segment.h"

typedef enum {
	TCP_OPTION_END = 0,
	TCP_OPTION_NOP = 1,
	TCP_OPTION_MSS = 2,
	TCP_OPTION_WINDOW_SCALE = 3,
	TCP_OPTION_SACK_PERMITTED = 4,
	TCP_OPTION_SACK = 5,
	TCP_OPTION_TIMESTAMPS = 8,
	TCP_OPTION_MD5 = 19,
	TCP_OPTION_AO = 29,
	TCP_OPTION_MPTCP = 30,
	TCP_OPTION_FAST_OPEN = 34,
	TCP_OPTION_EXPERIMENT = 254, /* with 0xF989: the experimental Fast Open, RFC 6994 */
} TcpOptionKind;

typedef struct {
	uint8_t kind;
	uint8_t len; /* of data: without kind and length */
	const uint8_t *data;
} TcpOption;

typedef struct {
	Bytes left;
	bool malformed; /* the walk ended at a length that lies */
} TcpOptions;

TcpOptions tcp_options_of(const Segment *segment);
/* The next option that is not NOP; false at the end. */
bool tcp_options_next(TcpOptions *options, TcpOption *option);

/* RFC 7323 §3.2, wherever it stands. */
bool tcp_options_find_timestamps(const Segment *segment, uint32_t *tsval, uint32_t *tsecr);
/* Reads them into the segment; fast for the usual layout and for no options. */
static inline void tcp_options_read_timestamps(Segment *segment)
{
	const uint8_t *data = segment->options;

	segment->stamps = SEGMENT_STAMPS_NONE;
	if (segment->options_len == 0)
		return;
	/* RFC 7323 appendix A: NOP, NOP, 8, 10. */
	if (segment->options_len >= 12 && be32(data) == 0x0101080a) {
		segment->tsval = be32(data + 4);
		segment->tsecr = be32(data + 8);
	} else if (!tcp_options_find_timestamps(segment, &segment->tsval, &segment->tsecr)) {
		return;
	}
	segment->stamps = SEGMENT_STAMPS_READ;
}

/* False where there is no timestamps option. */
static inline bool tcp_options_timestamps(const Segment *segment, uint32_t *tsval, uint32_t *tsecr)
{
	if (segment->stamps == SEGMENT_STAMPS_UNREAD)
		return tcp_options_find_timestamps(segment, tsval, tsecr);
	if (segment->stamps != SEGMENT_STAMPS_READ)
		return false;
	*tsval = segment->tsval;
	*tsecr = segment->tsecr;
	return true;
}

/* RFC 2018 §3: up to 4 blocks [left, right); returns their number. */
typedef struct {
	TcpSeq left, right;
} TcpSackBlock;
size_t tcp_options_sack(const Segment *segment, TcpSackBlock blocks[4]);

/* All that a SYN can offer, read once. */
typedef struct {
	int32_t mss; /* -1: none */
	bool sack_permitted : 1, timestamps : 1, md5 : 1, ao : 1;
	int8_t window_scale; /* -1: none; above 14 is taken as 14, RFC 7323 §2.3 */
	int8_t fast_open;    /* -1: none, 0: cookie asked for, 1: cookie */
	int8_t mptcp;	     /* -1: none, else the version */
} TcpSynOptions;
void tcp_options_syn(const Segment *segment, TcpSynOptions *syn);
