/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader of ERF, Endace's extensible record format, as far as Ethernet, HDLC and raw IP go;
 * other records are yielded as LINKTYPE_ERF. It has no magic number: the first records must make
 * sense together.
 */
#include "capture/reader.h"

#include "base/bytes.h"
#include "base/link-type.h"

#include <shakedown/types.h>

#define RECORD_LEN 16
#define EXTENSION_LEN 8
#define MORE 0x80 /* in a type: an extension header follows */
#define PROBE_RECORDS 4

typedef enum {
	ERF_HDLC_POS = 1,
	ERF_ETH = 2,
	ERF_COLOR_HDLC_POS = 10,
	ERF_COLOR_ETH = 11,
	ERF_DSM_COLOR_HDLC_POS = 15,
	ERF_DSM_COLOR_ETH = 16,
	ERF_COLOR_HASH_POS = 19,
	ERF_COLOR_HASH_ETH = 20,
	ERF_IPV4 = 22,
	ERF_IPV6 = 23,
	ERF_LAST = 27,
	ERF_PAD = 48,
} ErfType;

typedef struct {
	Reader reader;
	uint32_t interface;
} ReaderErf;

/* PPP and Cisco HDLC are both called HDLC; the address byte tells (RFC 1662 §3.1). */
static uint32_t hdlc_link_type(Bytes body)
{
	const uint8_t *p = bytes_peek(&body, 2);
	return p && p[0] == 0xff && p[1] == 0x03 ? LINK_PPP_HDLC : LINK_CHDLC;
}

/* Steps over what lies before the frame. Records of types not known are frames as a whole. */
static uint32_t unwrap(const uint8_t *record, Bytes *body)
{
	const uint8_t *more = &record[8];

	for (bytes_pull(body, RECORD_LEN); more && (*more & MORE);)
		more = bytes_pull(body, EXTENSION_LEN);
	switch (record[8] & ~MORE) {
	case ERF_HDLC_POS:
	case ERF_COLOR_HDLC_POS:
	case ERF_DSM_COLOR_HDLC_POS:
	case ERF_COLOR_HASH_POS:
		return hdlc_link_type(*body);
	case ERF_ETH:
	case ERF_COLOR_ETH:
	case ERF_DSM_COLOR_ETH:
	case ERF_COLOR_HASH_ETH:
		bytes_pull(body, 2); /* offset and padding */
		return LINK_ETHERNET;
	case ERF_IPV4:
	case ERF_IPV6:
		return LINK_RAW;
	default:
		*body = bytes_of(record, be16(record + 10));
		return LINK_ERF;
	}
}

/* Packets lost since the record before; others have a colour in its place. */
static uint16_t lost(const uint8_t *record)
{
	switch (record[8] & ~MORE) {
	case ERF_HDLC_POS:
	case ERF_ETH:
	case ERF_IPV4:
	case ERF_IPV6:
		return be16(record + 12);
	default:
		return 0;
	}
}

/* Seconds in the upper half, a binary fraction in the lower; rounded, as Wireshark does. */
static ShakedownTime erf_time(const uint8_t *record)
{
	return le32(record + 4) * SHAKEDOWN_NS_PER_S +
	       (int64_t)(((uint64_t)le32(record) * (uint64_t)SHAKEDOWN_NS_PER_S +
			  (UINT64_C(1) << 31)) >>
			 32);
}

static ReaderVerdict erf_next(Reader *reader, ShakedownPacket *packet)
{
	const ReaderErf *erf = (const ReaderErf *)reader;
	Source *source = reader->source;
	const uint8_t *p = source_peek(source, RECORD_LEN, reader->wait);
	if (!p)
		return reader_end(reader, READER_IN_HEADER, RECORD_LEN);

	uint16_t record = be16(p + 10), wire = be16(p + 14);
	if (record < RECORD_LEN)
		return reader_corrupt(reader, "a record of an impossible length (%u)", record);
	p = source_peek(source, record, reader->wait);
	if (!p)
		return reader_cut(reader, READER_IN_PACKET, record);
	source_step(source, record);
	if ((p[8] & ~MORE) == ERF_PAD)
		return READER_NONE;
	reader->dropped += lost(p);
	Bytes body = bytes_of(p, record);
	uint32_t link_type = unwrap(p, &body);
	/* Records are padded: to eight bytes, say. */
	if (link_type != LINK_ERF)
		bytes_limit(&body, wire);
	uint32_t captured = (uint32_t)bytes_left(&body);
	*packet = (ShakedownPacket){
		.data = body.at,
		.captured_len = captured,
		.wire_len = wire > captured ? wire : captured,
		.time = erf_time(p),
		.link_type = link_type,
		.interface = erf->interface,
	};
	return READER_PACKET;
}

static size_t erf_read(Reader *reader, ShakedownPacket *packets, size_t room)
{
	return reader_read_each(reader, packets, room, erf_next);
}

static void erf_free(Reader *reader)
{
	g_free(reader);
}

/* A record that could be one: a type that exists, lengths that fit, a time after 1990. */
static bool is_record(const uint8_t *p)
{
	uint8_t type = p[8] & (uint8_t)~MORE;
	uint16_t record = be16(p + 10);

	if (type == ERF_PAD)
		return record >= RECORD_LEN;
	return type >= ERF_HDLC_POS && type <= ERF_LAST && record >= RECORD_LEN + 4 &&
	       be16(p + 14) > 0 && le32(p + 4) > 20u * 365 * 86400;
}

/* The first records make sense one after another, and are within a year of each other. */
static bool probe(Source *source)
{
	size_t at = 0;
	ShakedownTime first = 0;

	for (int i = 0; i < PROBE_RECORDS; i++) {
		const uint8_t *p = source_peek(source, at + RECORD_LEN, true);
		if (!p)
			return i > 0 && source_left(source) == at;
		p += at;
		if (!is_record(p))
			return false;
		ShakedownTime time = erf_time(p);
		if (i == 0)
			first = time;
		if (ABS(time - first) > 366 * 86400 * SHAKEDOWN_NS_PER_S)
			return false;
		at += be16(p + 10);
	}
	return true;
}

Reader *reader_erf_open(const Reader *base, GError **error)
{
	if (!probe(base->source))
		return NULL;
	ReaderErf *erf = g_new0(ReaderErf, 1);
	erf->reader = (Reader){.format = "ERF", .read = erf_read, .free = erf_free};
	erf->interface = (*base->interfaces)++;
	return &erf->reader;
}
