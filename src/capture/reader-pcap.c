/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader of pcap: draft-ietf-opsawg-pcap, and the variants that circulate: nanoseconds,
 * Kuznetzov's longer record header (magic a1b2cd34), files before version 2.4, in which the two
 * lengths were the other way round, and those that Wireshark knows by other signs: AIX's, Nokia's,
 * Ixia's, and further record headers of Kuznetzov's patches.
 */
#include "capture/reader.h"

#include "base/bytes.h"
#include "base/link-type.h"

#include <shakedown/types.h>

#define MINOR_LAST 4
#define HEADER_LEN 24
#define RECORD_LEN 16
#define RECORD_LEN_NOKIA 20
#define RECORD_LEN_KUZNETZOV 24
#define RECORD_LEN_KUZNETZOV_SMP 28 /* of September 1999 */

#define GUESS_RECORDS 3		   /* by so many, the length of their headers is guessed */
#define GUESS_SECONDS (7 * 86400u) /* they are no further apart */

typedef enum {
	LENGTHS_CAPTURED_FIRST,
	LENGTHS_WIRE_FIRST,
	LENGTHS_EITHER, /* version 2.3: both were written; the smaller is the captured one */
} Lengths;

typedef struct {
	Reader reader;
	bool big; /* byte order */
	Lengths lengths;
	uint32_t header_len, record_len;
	uint32_t tick; /* nanoseconds */
	uint32_t link_type;
	uint32_t interface;
	uint32_t max;
	uint16_t minor; /* of version 2 */
} ReaderPcap;

static inline void record_lengths(const ReaderPcap *pcap, const uint8_t *p, uint32_t *captured,
				  uint32_t *wire)
{
	uint32_t first = bytes_get32(p + 8, pcap->big), second = bytes_get32(p + 12, pcap->big);
	bool swap = pcap->lengths == LENGTHS_WIRE_FIRST ||
		    (pcap->lengths == LENGTHS_EITHER && first > second);
	*captured = swap ? second : first;
	*wire = swap ? first : second;
}

static inline void fill_packet(const ReaderPcap *pcap, const uint8_t *p, uint32_t captured,
			       uint32_t wire, ShakedownPacket *packet)
{
	*packet = (ShakedownPacket){
		.data = p + pcap->record_len,
		.captured_len = captured,
		.wire_len = wire > captured ? wire : captured,
		.time = bytes_get32(p, pcap->big) * SHAKEDOWN_NS_PER_S +
			(int64_t)bytes_get32(p + 4, pcap->big) * pcap->tick,
		.link_type = pcap->link_type,
		.interface = pcap->interface,
	};
}

/* Who reads all of a file of no known version says so when there is nothing worse to say. */
static void tell_version(ReaderPcap *pcap)
{
	Reader *reader = &pcap->reader;

	if (reader->wait && !reader->problem && pcap->minor > MINOR_LAST)
		reader->problem =
			g_strdup_printf("%s: pcap version 2.%u: there is no such version (2.%u "
					"is the last); it was read as that",
					reader->name, pcap->minor, MINOR_LAST);
}

/* Fills in what the magic number tells; false where it is none. */
static bool read_magic(ReaderPcap *pcap, const uint8_t *p)
{
	static const struct {
		uint32_t magic, header_len, record_len, tick;
		const char *format;
	} variants[] = {
		{0xa1b2c3d4, HEADER_LEN, RECORD_LEN, 1000, "pcap"},
		{0xa1b23c4d, HEADER_LEN, RECORD_LEN, 1, "pcap (nanoseconds)"},
		{0xa1b2cd34, HEADER_LEN, RECORD_LEN_KUZNETZOV, 1000, "pcap (modified)"},
		/* The length of all records follows the header. */
		{0x1c0001ab, HEADER_LEN + 4, RECORD_LEN, 1000, "pcap (Ixia)"},
		{0x1c0001ac, HEADER_LEN + 4, RECORD_LEN, 1, "pcap (Ixia)"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(variants); i++)
		for (int big = 0; big <= 1; big++)
			if (bytes_get32(p, big) == variants[i].magic) {
				pcap->big = big;
				pcap->header_len = variants[i].header_len;
				pcap->record_len = variants[i].record_len;
				pcap->tick = variants[i].tick;
				pcap->reader.format = variants[i].format;
				return true;
			}
	return false;
}

/* Versions 2.0 to 2.4 exist, and 543.0 of an old DG/UX; libpcap takes these and no others. A later
 * minor version has a damaged header, or an odd writer: its packets may be as good as any. */
static bool read_version(ReaderPcap *pcap, uint16_t major, uint16_t minor)
{
	if (major == 543 && minor == 0)
		pcap->lengths = LENGTHS_WIRE_FIRST;
	else if (major != 2)
		return false;
	else if (minor < 3)
		pcap->lengths = LENGTHS_WIRE_FIRST;
	else if (minor == 3)
		pcap->lengths = LENGTHS_EITHER;
	else
		pcap->lengths = LENGTHS_CAPTURED_FIRST;
	pcap->minor = major == 2 ? minor : 0;
	return true;
}

/* AIX says version 2.2, which was of no link types' numbers but of interfaces' (RFC 1573, ifType),
 * and counts nanoseconds. */
static void read_aix(ReaderPcap *pcap)
{
	static const struct {
		uint16_t interface, link_type;
	} types[] = {{6, LINK_ETHERNET}, {9, LINK_TOKEN_RING}, {15, LINK_FDDI}, {24, LINK_NULL}};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (types[i].interface == pcap->link_type) {
			pcap->link_type = types[i].link_type;
			pcap->tick = 1;
			pcap->reader.format = "pcap (AIX)";
			return;
		}
}

/* All that a header says, of HEADER_LEN bytes whose magic number is known. */
static bool read_header(ReaderPcap *pcap, const uint8_t *p, uint32_t *interfaces)
{
	if (!read_version(pcap, bytes_get16(p + 4, pcap->big), bytes_get16(p + 6, pcap->big)))
		return false;
	/* The upper half is the length of the frame check sequence, and reserved. */
	pcap->link_type = bytes_get32(p + 20, pcap->big) & 0xffff;
	if (pcap->minor == 2 && pcap->tick == 1000)
		read_aix(pcap);
	pcap->max = reader_max_packet(pcap->link_type);
	pcap->interface = (*interfaces)++;
	return true;
}

/* Files put one after another (`zcat *.pcap.gz`): the header of the next one stands where a packet
 * would, and looks like one of no bytes. */
static bool read_another_header(ReaderPcap *pcap, const uint8_t *p, bool *cut)
{
	Reader *reader = &pcap->reader;
	ReaderPcap next = *pcap;

	/* Bytes are waited for only where there is a header. */
	if (!read_magic(&next, p))
		return false;
	p = source_peek(reader->source, next.header_len, true);
	if (!p) {
		reader_cut(reader, READER_BETWEEN, next.header_len);
		*cut = true;
		return false;
	}
	if (!read_header(&next, p, reader->interfaces))
		return false;
	next.minor = MAX(next.minor, pcap->minor);
	*pcap = next;
	source_step(reader->source, next.header_len);
	return true;
}

/* A record's header, with the lengths in it; what stands before it is passed. NULL: the end. */
static const uint8_t *read_lengths(ReaderPcap *pcap, uint32_t *captured, uint32_t *wire)
{
	const uint8_t *p;
	bool cut = false;

	do {
		p = source_peek(pcap->reader.source, pcap->record_len, true);
		if (!p) {
			reader_end(&pcap->reader, READER_IN_HEADER, pcap->record_len);
			tell_version(pcap);
			return NULL;
		}
		record_lengths(pcap, p, captured, wire);
	} while (*captured == 0 && read_another_header(pcap, p, &cut));
	return cut ? NULL : p;
}

/* A second's parts are less than one, and no packet is longer in the capture than it was on the
 * wire: what stands there is no record's header, because bytes before it went missing or came in.
 */
static bool no_record(const ReaderPcap *pcap, const uint8_t *p, uint32_t captured, uint32_t wire)
{
	return wire < captured || bytes_get32(p + 4, pcap->big) >= SHAKEDOWN_NS_PER_S / pcap->tick;
}

/* Whether headers so long are followed by their packets, none of which is empty. */
static bool records_follow(const ReaderPcap *pcap, Source *source, uint32_t record_len)
{
	uint32_t first = 0;
	size_t at = 0;

	for (int n = 0; n < GUESS_RECORDS; n++) {
		const uint8_t *p = source_peek(source, at + record_len, true);
		uint32_t captured, wire, seconds;

		if (!p)
			return false;
		record_lengths(pcap, p + at, &captured, &wire);
		seconds = bytes_get32(p + at, pcap->big);
		if (n == 0)
			first = seconds;
		if (no_record(pcap, p + at, captured, wire) || captured - 1 >= pcap->max ||
		    MAX(seconds, first) - MIN(seconds, first) > GUESS_SECONDS)
			return false;
		at += record_len + captured;
	}
	return source_peek(source, at, true);
}

/*
 * Some wrote longer record headers under the same magic number: Nokia's firewalls, and the first
 * and the second of Kuznetzov's patches. Only where records as they ought to be do not follow each
 * other, and others do. As with Wireshark a pipe is what it says: its packets must not wait.
 */
static void guess_record_len(ReaderPcap *pcap, Source *source)
{
	static const struct {
		uint32_t usual, other;
		const char *format;
	} others[] = {
		{RECORD_LEN, RECORD_LEN_KUZNETZOV, "pcap (modified)"},
		{RECORD_LEN, RECORD_LEN_NOKIA, "pcap (Nokia)"},
		{RECORD_LEN_KUZNETZOV, RECORD_LEN_KUZNETZOV_SMP, "pcap (modified)"},
	};

	if (pcap->tick != 1000 || pcap->minor != MINOR_LAST || !source->file ||
	    !stream_file_is_regular(source->file) || records_follow(pcap, source, pcap->record_len))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (pcap->record_len == others[i].usual &&
		    records_follow(pcap, source, others[i].other)) {
			pcap->record_len = others[i].other;
			pcap->reader.format = others[i].format;
			return;
		}
}

/* More bytes are announced than there are. */
static void record_cut(ReaderPcap *pcap, const uint8_t *p, uint32_t captured, uint32_t wire)
{
	Reader *reader = &pcap->reader;

	if (no_record(pcap, p, captured, wire))
		reader_corrupt(
			reader,
			"there is no packet's header here, as when bytes before it are lost, "
			"or line ends were changed in a transfer");
	else
		reader_cut(reader, READER_IN_PACKET, (uint64_t)pcap->record_len + captured);
}

/* One record, for which bytes may be waited for. */
static bool read_record(ReaderPcap *pcap, ShakedownPacket *packet)
{
	Reader *reader = &pcap->reader;
	Source *source = reader->source;
	uint32_t captured, wire;
	const uint8_t *p = read_lengths(pcap, &captured, &wire);
	const uint32_t header = pcap->record_len;

	if (!p)
		return false;
	if (captured > pcap->max) {
		reader_corrupt(reader,
			       "%u bytes are announced for the next packet, more than any has (%u)",
			       captured, pcap->max);
		return false;
	}
	p = source_peek(source, (size_t)header + captured, true);
	if (!p) {
		record_cut(pcap, source_peek(source, header, true), captured, wire);
		return false;
	}
	fill_packet(pcap, p, captured, wire, packet);
	source_step(source, (size_t)header + captured);
	return true;
}

/* The records that lie in the window as a whole, and nothing is wrong with: this is the loop that
 * files are read by. What it reads at every turn the compiler must know not to change. */
static size_t read_window(const ReaderPcap *reader, ShakedownPacket *packets, size_t room)
{
	const ReaderPcap pcap = *reader;
	Source *source = pcap.reader.source;
	const uint8_t *at = source->at, *const end = source->end;
	const size_t header = pcap.record_len;
	size_t n = 0;

	for (; n < room && (size_t)(end - at) >= header; n++) {
		uint32_t captured, wire;

		record_lengths(&pcap, at, &captured, &wire);
		/* Of no bytes: perhaps it is another header. */
		if (captured - 1 >= pcap.max || (size_t)(end - at) - header < captured)
			break;
		fill_packet(&pcap, at, captured, wire, &packets[n]);
		at += header + captured;
	}
	source_step(source, (size_t)(at - source->at));
	return n;
}

static size_t pcap_read(Reader *reader, ShakedownPacket *packets, size_t room)
{
	ReaderPcap *pcap = (ReaderPcap *)reader;
	size_t n = read_window(pcap, packets, room);

	if (n || !room || !read_record(pcap, packets))
		return n;
	return 1 + read_window(pcap, packets + 1, room - 1);
}

static void pcap_free(Reader *reader)
{
	g_free(reader);
}

Reader *reader_pcap_open(const Reader *base, GError **error)
{
	Source *source = base->source;
	ReaderPcap pcap = {.reader.read = pcap_read, .reader.free = pcap_free};
	const uint8_t *p = source_peek(source, 4, true);

	if (!p || !read_magic(&pcap, p))
		return NULL;
	p = source_peek(source, pcap.header_len, true);
	if (!p)
		return reader_header_cut(base, "pcap", pcap.header_len, error);
	if (!read_header(&pcap, p, base->interfaces))
		return reader_refuse(base, error,
				     "pcap version %u.%u: there is no such version (2.%u is the "
				     "last); the header is probably corrupt",
				     bytes_get16(p + 4, pcap.big), bytes_get16(p + 6, pcap.big),
				     MINOR_LAST);
	source_step(source, pcap.header_len);
	guess_record_len(&pcap, source);
	return g_memdup2(&pcap, sizeof pcap);
}
