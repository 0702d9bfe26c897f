/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader of Microsoft Network Monitor 2 files. They end in a table of where each frame is; the
 * frames lie one after another from the header to that table, so it is not needed, and a file that
 * comes through a pipe, or lost its end, can be read as well.
 */
#include "capture/reader.h"

#include "base/bytes.h"
#include "base/link-type.h"

#include <shakedown/types.h>

#define HEADER_LEN 128
#define RECORD_LEN 16
#define FIRST_METADATA 0xfffb /* media types from here on are not packets */
#define PCAP_MEDIA 0xe000     /* media types 0xe000 + LINKTYPE */
/* From 1601, where FILETIME begins, to 1970. */
#define FILETIME_1970 UINT64_C(116444736000000000)
/* The year 2260: as far as nanoseconds in 64 bits reach. */
#define FILETIME_LAST UINT64_C(208000000000000000)

typedef struct {
	Reader reader;
	uint32_t interface;
	uint16_t media;
	uint8_t trailer; /* bytes after each frame */
	ShakedownTime start;
	uint64_t frames_end; /* offset in the file of what comes after the frames */
} ReaderNetmon;

static uint64_t le64(const uint8_t *p)
{
	return (uint64_t)le32(p + 4) << 32 | le32(p);
}

/* A media type as LINKTYPE_; those not known become one that no decoder takes for its own. */
static uint32_t link_type_of(uint16_t media)
{
	if ((media & 0xf000) == PCAP_MEDIA)
		return media & 0x0fff;
	switch (media) {
	case 1:
		return LINK_ETHERNET;
	case 2:
		return LINK_TOKEN_RING;
	case 3:
		return LINK_FDDI;
	default:
		return 0x10000u | media;
	}
}

/* Later versions say it in UTC: after the media type and a process. Else since the start. */
static ShakedownTime frame_time(const ReaderNetmon *netmon, uint64_t delta, const uint8_t *trailer)
{
	uint64_t utc = netmon->trailer >= 14 ? le64(trailer + 6) : 0;

	if (utc >= FILETIME_1970 && utc <= FILETIME_LAST)
		return (int64_t)(utc - FILETIME_1970) * 100;
	return netmon->start + (int64_t)MIN(delta, UINT64_C(1) << 52) * 1000;
}

static ReaderVerdict netmon_next(Reader *reader, ShakedownPacket *packet)
{
	const ReaderNetmon *netmon = (const ReaderNetmon *)reader;
	Source *source = reader->source;
	if (source_offset(source) >= netmon->frames_end)
		return READER_STOP;
	const uint8_t *p = source_peek(source, RECORD_LEN, reader->wait);
	if (!p)
		return reader_cut(reader, READER_IN_HEADER, RECORD_LEN);

	uint32_t wire = le32(p + 8), captured = le32(p + 12);
	if (captured > reader_max_packet(0))
		return reader_corrupt(reader,
				      "%u bytes are announced for the next packet, more than any "
				      "has",
				      captured);
	size_t record = RECORD_LEN + (size_t)captured + netmon->trailer;
	p = source_peek(source, record, reader->wait);
	if (!p)
		return reader_cut(reader, READER_IN_PACKET, record);
	source_step(source, record);

	const uint8_t *trailer = p + RECORD_LEN + captured;
	uint16_t media = netmon->trailer ? le16(trailer) : netmon->media;
	if (media >= FIRST_METADATA)
		return READER_NONE;
	*packet = (ShakedownPacket){
		.data = p + RECORD_LEN,
		.captured_len = captured,
		.wire_len = wire > captured ? wire : captured,
		.time = frame_time(netmon, le64(p), trailer),
		.link_type = link_type_of(media),
		.interface = netmon->interface,
	};
	return READER_PACKET;
}

static size_t netmon_read(Reader *reader, ShakedownPacket *packets, size_t room)
{
	return reader_read_each(reader, packets, room, netmon_next);
}

static void netmon_free(Reader *reader)
{
	g_free(reader);
}

/* A SYSTEMTIME of the machine that captured; its time zone is not told, so it is taken as UTC. */
static ShakedownTime read_start(const uint8_t *p)
{
	g_autoptr(GDateTime) start =
		g_date_time_new_utc(le16(p), le16(p + 2), le16(p + 6), le16(p + 8), le16(p + 10),
				    le16(p + 12) + le16(p + 14) / 1000.0);
	/* Years that nanoseconds in 64 bits do not reach are as wrong as no date at all. */
	if (!start || ABS(g_date_time_to_unix(start)) > INT64_C(1) << 32)
		return 0;
	return g_date_time_to_unix(start) * SHAKEDOWN_NS_PER_S +
	       g_date_time_get_microsecond(start) * INT64_C(1000);
}

Reader *reader_netmon_open(const Reader *base, GError **error)
{
	static const uint8_t trailers[] = {0, 2, 14, 15}; /* of versions 2.0 to 2.3 */
	Source *source = base->source;
	const uint8_t *p = source_peek(source, 4, true);
	if (!p || be32(p) != 0x474d4255) /* "GMBU" */
		return NULL;
	p = source_peek(source, HEADER_LEN, true);
	if (!p)
		return reader_header_cut(base, "Network Monitor", HEADER_LEN, error);
	if (p[5] != 2 || p[4] >= sizeof trailers)
		return reader_refuse(base, error, "Network Monitor version %u.%u is not known",
				     p[5], p[4]);
	if (le32(p + 24) < HEADER_LEN)
		return reader_refuse(base, error,
				     "a Network Monitor file without a frame table; it was not "
				     "closed properly");

	ReaderNetmon *netmon = g_new0(ReaderNetmon, 1);
	netmon->reader =
		(Reader){.format = "Network Monitor 2", .read = netmon_read, .free = netmon_free};
	netmon->trailer = trailers[p[4]];
	netmon->media = le16(p + 6);
	netmon->start = read_start(p + 8);
	netmon->frames_end = le32(p + 24);
	netmon->interface = (*base->interfaces)++;
	source_step(source, HEADER_LEN);
	return &netmon->reader;
}
