/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader of pcapng: draft-ietf-opsawg-pcapng. Sections may differ in byte order, interfaces in
 * link type, snapshot length and clock. Blocks without packets are stepped over unread.
 */
#include "capture/reader.h"

#include "base/bytes.h"
#include "capture/pcapng-interface.h"
#include "capture/pcapng-option.h"

#include <shakedown/types.h>

typedef enum {
	BLOCK_INTERFACE = 0x00000001,
	BLOCK_PACKET = 0x00000002, /* obsolete */
	BLOCK_SIMPLE = 0x00000003,
	BLOCK_STATISTICS = 0x00000005,
	BLOCK_ENHANCED = 0x00000006,
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
} BlockType;

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_MIN 12
#define SECTION_MIN 28
/* What a block may hold beside its packet: options. Wireshark draws the line there, too. */
#define BLOCK_EXTRA ((size_t)16 << 20)
/* More than any machine has; each costs memory. */
#define INTERFACES_MAX 65536

typedef struct {
	Reader reader;
	bool big;	    /* byte order of the section */
	GArray *interfaces; /* of PcapngInterface: of the section */
	uint32_t max;	    /* packet length, of its link types */
	ShakedownTime last; /* a simple packet block has no time of its own */
} ReaderPcapng;

static ReaderVerdict corrupt(ReaderPcapng *ng, const char *what)
{
	return reader_corrupt(&ng->reader, "%s", what);
}

static bool holds_packet(uint32_t type)
{
	return type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_PACKET;
}

/* Statistics so long are none. */
#define STATISTICS_MAX 65536

/* Whether a block's content matters; the others are stepped over. */
static bool is_read(uint32_t type, uint32_t len)
{
	return holds_packet(type) || type == BLOCK_INTERFACE || type == BLOCK_SECTION ||
	       (type == BLOCK_STATISTICS && len <= STATISTICS_MAX);
}

/* A block of type, len bytes long, is not there as a whole. */
static ReaderVerdict cut(ReaderPcapng *ng, uint32_t type, uint32_t len)
{
	return reader_cut(&ng->reader, holds_packet(type) ? READER_IN_PACKET : READER_IN_BLOCK,
			  len);
}

/* A section header's version and byte order; NULL, or what is wrong with it. */
static char *read_section(ReaderPcapng *ng, const uint8_t *p)
{
	bool big = be32(p + 8) == BYTE_ORDER_MAGIC;
	if (!big && le32(p + 8) != BYTE_ORDER_MAGIC)
		return g_strdup("a pcapng section header without a byte-order magic");
	uint16_t major = bytes_get16(p + 12, big), minor = bytes_get16(p + 14, big);
	/* 1.2 was written for a while, and is the same as 1.0. */
	if (major != 1 || (minor != 0 && minor != 2))
		return g_strdup_printf("pcapng version %u.%u: there is no such version (1.0 is "
				       "the last)",
				       major, minor);
	ng->big = big;
	g_array_set_size(ng->interfaces, 0);
	return NULL;
}

/*
 * The packet's place in the file, once the block's own fields are read: body is what lies between
 * them and the trailer.
 */
static ReaderVerdict yield(ReaderPcapng *ng, const PcapngInterface *interface, Bytes body,
			   uint32_t captured, uint32_t wire, ShakedownPacket *packet)
{
	if (captured > reader_max_packet(interface->link_type))
		return corrupt(ng, "a packet longer than any can be");
	const uint8_t *data = bytes_pull(&body, captured);
	if (!data)
		return corrupt(ng, "a packet longer than the block that holds it");
	*packet = (ShakedownPacket){
		.data = data,
		.captured_len = captured,
		.wire_len = wire > captured ? wire : captured,
		.time = ng->last,
		.link_type = interface->link_type,
		.interface = interface->label,
	};
	return READER_PACKET;
}

static PcapngInterface *interface_at(const ReaderPcapng *ng, uint32_t index)
{
	return index < ng->interfaces->len ? &g_array_index(ng->interfaces, PcapngInterface, index)
					   : NULL;
}

/* What follows the packet, which is rare. */
static void read_packet_options(ReaderPcapng *ng, PcapngInterface *interface, Bytes body,
				uint32_t captured)
{
	const uint64_t before = interface->dropped;

	bytes_pull(&body, (captured + (size_t)3) & ~(size_t)3);
	pcapng_interface_lost(interface, body, ng->big);
	ng->reader.dropped += interface->dropped - before;
}

/* The enhanced packet block, and the packet block before it, which differ in their first word. */
static ReaderVerdict read_packet(ReaderPcapng *ng, bool enhanced, Bytes body,
				 ShakedownPacket *packet)
{
	const uint8_t *p = bytes_pull(&body, 20);
	if (!p)
		return corrupt(ng, "a packet block too short for its fields");
	PcapngInterface *interface =
		interface_at(ng, enhanced ? bytes_get32(p, ng->big) : bytes_get16(p, ng->big));
	if (!interface)
		return corrupt(ng, "a packet of an interface that was not described");
	uint64_t ticks = (uint64_t)bytes_get32(p + 4, ng->big) << 32 | bytes_get32(p + 8, ng->big);
	ng->last = pcapng_interface_time(interface, ticks);
	uint32_t captured = bytes_get32(p + 12, ng->big);
	ReaderVerdict verdict =
		yield(ng, interface, body, captured, bytes_get32(p + 16, ng->big), packet);
	if (verdict == READER_PACKET && bytes_left(&body) > captured + (size_t)3)
		read_packet_options(ng, interface, body, captured);
	return verdict;
}

static ReaderVerdict read_simple(ReaderPcapng *ng, Bytes body, ShakedownPacket *packet)
{
	const uint8_t *p = bytes_pull(&body, 4);
	const PcapngInterface *interface = interface_at(ng, 0);
	if (!p || !interface)
		return corrupt(ng, "a simple packet block without an interface");
	uint32_t wire = bytes_get32(p, ng->big);
	uint32_t captured =
		interface->snaplen && interface->snaplen < wire ? interface->snaplen : wire;
	return yield(ng, interface, body, captured, wire, packet);
}

static ReaderVerdict read_interface(ReaderPcapng *ng, Bytes body)
{
	PcapngInterface interface;
	const char *wrong = pcapng_interface_read(&interface, body, ng->big);
	if (!wrong && ng->interfaces->len >= INTERFACES_MAX)
		wrong = "more interfaces than can be";
	if (wrong)
		return corrupt(ng, wrong);
	interface.label = (*ng->reader.interfaces)++;
	ng->max = MAX(ng->max, reader_max_packet(interface.link_type));
	g_array_append_val(ng->interfaces, interface);
	return READER_NONE;
}

/* Of an interface: how many packets it lost. It is no packet, and what is wrong with it no loss. */
static ReaderVerdict read_statistics(ReaderPcapng *ng, Bytes body)
{
	const uint8_t *p = bytes_pull(&body, 12);
	PcapngInterface *interface = p ? interface_at(ng, bytes_get32(p, ng->big)) : NULL;

	if (interface) {
		const uint64_t before = interface->dropped;
		pcapng_interface_count(interface, body, ng->big);
		ng->reader.dropped += interface->dropped - before;
		ng->reader.end = MAX(ng->reader.end, interface->end);
	}
	return READER_NONE;
}

/* A block that is in the window as a whole, of a type that is read. */
static ReaderVerdict read_block(ReaderPcapng *ng, uint32_t type, const uint8_t *p, uint32_t len,
				ShakedownPacket *packet)
{
	Bytes body = bytes_of(p + 8, len - BLOCK_MIN);

	if (type == BLOCK_ENHANCED || type == BLOCK_PACKET)
		return read_packet(ng, type == BLOCK_ENHANCED, body, packet);
	if (type == BLOCK_SIMPLE)
		return read_simple(ng, body, packet);
	if (type == BLOCK_INTERFACE)
		return read_interface(ng, body);
	if (type == BLOCK_STATISTICS)
		return read_statistics(ng, body);
	g_autofree char *wrong = read_section(ng, p);
	return wrong ? corrupt(ng, wrong) : READER_NONE;
}

/* Steps over a block without looking into it, however long it says it is. */
static ReaderVerdict pass_block(ReaderPcapng *ng, uint32_t type, uint32_t len)
{
	Source *source = ng->reader.source;
	const uint8_t *trailer;

	if (source_left(source) >= len) {
		trailer = source->at + len - 4;
		if (bytes_get32(trailer, ng->big) != len)
			return corrupt(ng, "a block whose two lengths differ");
		source_step(source, len);
		return READER_NONE;
	}
	if (!ng->reader.wait)
		return READER_STOP;
	uint64_t begin = source_offset(source);
	trailer = source_skip(source, len - 4) ? source_peek(source, 4, true) : NULL;
	if (!trailer)
		return cut(ng, type, len - (uint32_t)(source_offset(source) - begin));
	if (bytes_get32(trailer, ng->big) != len)
		return corrupt(ng, "a block whose two lengths differ");
	source_step(source, 4);
	return READER_NONE;
}

static ReaderVerdict next_block(Reader *reader, ShakedownPacket *packet)
{
	ReaderPcapng *ng = (ReaderPcapng *)reader;
	Source *source = reader->source;
	const uint8_t *p = source_peek(source, BLOCK_MIN, reader->wait);
	if (!p)
		return reader_end(reader, READER_BETWEEN, BLOCK_MIN);

	uint32_t type = bytes_get32(p, ng->big);
	bool big = type == BLOCK_SECTION ? be32(p + 8) == BYTE_ORDER_MAGIC : ng->big;
	uint32_t len = bytes_get32(p + 4, big);
	if (len < (type == BLOCK_SECTION ? SECTION_MIN : BLOCK_MIN) || len % 4)
		return corrupt(ng, "a block of an impossible length");
	if (!is_read(type, len))
		return pass_block(ng, type, len);

	if (len > BLOCK_EXTRA + ng->max)
		return corrupt(ng, "a block longer than any can be");
	p = source_peek(source, len, reader->wait);
	if (!p)
		return cut(ng, type, len);
	if (bytes_get32(p + len - 4, big) != len)
		return corrupt(ng, "a block whose two lengths differ");
	ReaderVerdict verdict = read_block(ng, type, p, len, packet);
	if (verdict != READER_STOP)
		source_step(source, len);
	return verdict;
}

static size_t pcapng_read(Reader *reader, ShakedownPacket *packets, size_t room)
{
	return reader_read_each(reader, packets, room, next_block);
}

static void pcapng_free(Reader *reader)
{
	ReaderPcapng *ng = (ReaderPcapng *)reader;
	g_array_unref(ng->interfaces);
	g_free(ng);
}

Reader *reader_pcapng_open(const Reader *base, GError **error)
{
	Source *source = base->source;
	const uint8_t *p = source_peek(source, 4, true);
	if (!p || be32(p) != BLOCK_SECTION)
		return NULL;
	p = source_peek(source, SECTION_MIN, true);
	if (!p)
		return reader_header_cut(base, "pcapng", SECTION_MIN, error);

	ReaderPcapng *ng = g_new0(ReaderPcapng, 1);
	ng->interfaces = g_array_new(FALSE, FALSE, sizeof(PcapngInterface));
	ng->max = reader_max_packet(0);
	ng->reader = (Reader){.format = "pcapng", .read = pcapng_read, .free = pcapng_free};
	g_autofree char *wrong = read_section(ng, p);
	if (wrong) {
		reader_refuse(base, error, "%s; the file is corrupt, or no capture", wrong);
		reader_free(&ng->reader);
		return NULL;
	}
	/* Not stepped over: it is read once more, as a block among others. */
	return &ng->reader;
}
