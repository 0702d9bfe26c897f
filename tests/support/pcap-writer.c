/* SPDX-License-Identifier: BSD-3-Clause */
/* The classic pcap format with its nanosecond magic number. */
#include "pcap-writer.h"

#define PCAP_NANOSECONDS 0xa1b23c4du

static void put_le32(GByteArray *file, uint32_t value)
{
	uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
			   (uint8_t)(value >> 24)};

	g_byte_array_append(file, bytes, sizeof bytes);
}

GByteArray *pcap_writer_new(uint32_t snaplen, uint32_t link_type)
{
	GByteArray *file = g_byte_array_new();

	put_le32(file, PCAP_NANOSECONDS);
	put_le32(file, 4u << 16 | 2u); /* version 2.4: major, then minor, 16 bits each */
	put_le32(file, 0);
	put_le32(file, 0);
	put_le32(file, snaplen);
	put_le32(file, link_type);
	return file;
}

void pcap_writer_add(GByteArray *file, const ShakedownPacket *packet)
{
	put_le32(file, (uint32_t)(packet->time / SHAKEDOWN_NS_PER_S));
	put_le32(file, (uint32_t)(packet->time % SHAKEDOWN_NS_PER_S));
	put_le32(file, packet->captured_len);
	put_le32(file, packet->wire_len);
	g_byte_array_append(file, packet->data, packet->captured_len);
}
