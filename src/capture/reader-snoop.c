/* SPDX-License-Identifier: BSD-3-Clause */
/* The reader of snoop, RFC 1761: what Solaris writes. */
#include "capture/reader.h"

#include "base/bytes.h"
#include "base/link-type.h"

#include <shakedown/types.h>

#include <string.h>

#define HEADER_LEN 16
#define RECORD_LEN 24
#define PADDING_MAX 64

typedef struct {
	Reader reader;
	uint32_t link_type;
	uint32_t interface;
} ReaderSnoop;

static ReaderVerdict snoop_next(Reader *reader, ShakedownPacket *packet)
{
	const ReaderSnoop *snoop = (const ReaderSnoop *)reader;
	Source *source = reader->source;
	const uint8_t *p = source_peek(source, RECORD_LEN, reader->wait);
	if (!p)
		return reader_end(reader, READER_IN_HEADER, RECORD_LEN);

	/* The record's own length, padding included, stands in the third word. */
	uint32_t wire = be32(p), captured = be32(p + 4), record = be32(p + 8);
	if (record < RECORD_LEN || record - RECORD_LEN < captured ||
	    record > RECORD_LEN + PADDING_MAX + reader_max_packet(snoop->link_type))
		return reader_corrupt(reader, "a record of an impossible length (%u)", record);
	p = source_peek(source, record, reader->wait);
	if (!p)
		return reader_cut(reader, READER_IN_PACKET, record);
	*packet = (ShakedownPacket){
		.data = p + RECORD_LEN,
		.captured_len = captured,
		.wire_len = wire > captured ? wire : captured,
		.time = be32(p + 16) * SHAKEDOWN_NS_PER_S + (int64_t)be32(p + 20) * 1000,
		.link_type = snoop->link_type,
		.interface = snoop->interface,
	};
	/* Counted from the beginning of the capture. */
	reader->dropped = MAX(reader->dropped, be32(p + 12));
	source_step(source, record);
	return READER_PACKET;
}

static size_t snoop_read(Reader *reader, ShakedownPacket *packets, size_t room)
{
	return reader_read_each(reader, packets, room, snoop_next);
}

static void snoop_free(Reader *reader)
{
	g_free(reader);
}

/* RFC 1761's data link types, and those that Solaris added; 0: none that is known. */
static uint32_t link_type_of(uint32_t snoop_type)
{
	switch (snoop_type) {
	case 0: /* IEEE 802.3 */
	case 4: /* Ethernet */
		return LINK_ETHERNET;
	case 2:
		return LINK_TOKEN_RING;
	case 8:
		return LINK_FDDI;
	case 18:
		return LINK_SUNATM;
	case 38:
		return LINK_IPOIB;
	default:
		return 0;
	}
}

Reader *reader_snoop_open(const Reader *base, GError **error)
{
	Source *source = base->source;
	const uint8_t *p = source_peek(source, 8, true);
	if (!p || memcmp(p, "snoop\0\0\0", 8))
		return NULL;
	p = source_peek(source, HEADER_LEN, true);
	if (!p)
		return reader_header_cut(base, "snoop", HEADER_LEN, error);
	uint32_t version = be32(p + 8), type = be32(p + 12), link_type = link_type_of(type);
	if (version != 2)
		return reader_refuse(base, error, "snoop version %u; only version 2 is known",
				     version);
	if (!link_type)
		return reader_refuse(base, error, "snoop data link type %u is not known", type);

	ReaderSnoop *snoop = g_new0(ReaderSnoop, 1);
	snoop->reader = (Reader){.format = "snoop", .read = snoop_read, .free = snoop_free};
	snoop->link_type = link_type;
	snoop->interface = (*base->interfaces)++;
	source_step(source, HEADER_LEN);
	return &snoop->reader;
}
