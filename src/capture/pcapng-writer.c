/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/pcapng-writer.h"

#include <shakedown/version.h>

#include <string.h>
#include <sys/utsname.h>

typedef enum {
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
} Block;

typedef enum {
	OPTION_END = 0,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_TSRESOL = 9,
	INTERFACE_FILTER = 11,
	PACKET_DROPCOUNT = 4,
	STATISTICS_START = 2,
	STATISTICS_END = 3,
	STATISTICS_IFRECV = 4,
	STATISTICS_IFDROP = 5,
	STATISTICS_OSDROP = 7,
} Option;

#define MAGIC 0x1a2b3c4du
#define FILTER_BPF_TEXT '\0'

static void put(GByteArray *out, const void *bytes, size_t len)
{
	static const uint8_t zeros[4];

	g_byte_array_append(out, bytes, (guint)len);
	g_byte_array_append(out, zeros, (guint)(-len & 3u));
}

static void put16(GByteArray *out, uint16_t a, uint16_t b)
{
	const uint16_t both[2] = {a, b};

	put(out, both, sizeof both);
}

static void put32(GByteArray *out, uint32_t value)
{
	put(out, &value, sizeof value);
}

static void put_time(GByteArray *out, ShakedownTime time)
{
	/* Before 1970 nobody captured. */
	uint64_t ticks = (uint64_t)MAX(time, 0);

	put32(out, (uint32_t)(ticks >> 32));
	put32(out, (uint32_t)ticks);
}

static void put_option(GByteArray *out, Option code, const void *value, size_t len)
{
	len = MIN(len, G_MAXUINT16);
	put16(out, (uint16_t)code, (uint16_t)len);
	put(out, value, len);
}

static void put_option64(GByteArray *out, Option code, uint64_t value)
{
	put_option(out, code, &value, sizeof value);
}

/* Returns where the block begins, for end(). */
static guint begin(GByteArray *out, Block type)
{
	guint at = out->len;

	put32(out, type);
	put32(out, 0);
	return at;
}

static void end(GByteArray *out, guint at, bool options)
{
	if (options)
		put16(out, OPTION_END, 0);
	uint32_t len = out->len - at + 4;
	put32(out, len);
	memcpy(out->data + at + 4, &len, sizeof len);
}

void pcapng_write_section(GByteArray *out)
{
	static const char application[] = "shakedown " SHAKEDOWN_VERSION;
	static const uint8_t length_unknown[8] = {255, 255, 255, 255, 255, 255, 255, 255};
	guint at = begin(out, BLOCK_SECTION);
	struct utsname system;

	put32(out, MAGIC);
	put16(out, 1, 0);
	put(out, length_unknown, sizeof length_unknown);
	if (uname(&system) == 0) {
		g_autofree char *os = g_strdup_printf("%s %s", system.sysname, system.release);
		put_option(out, SECTION_OS, os, strlen(os));
	}
	put_option(out, SECTION_APPLICATION, application, sizeof application - 1);
	end(out, at, true);
}

void pcapng_write_interface(GByteArray *out, const PcapngWriterInterface *interface)
{
	static const uint8_t nanoseconds = 9;
	guint at = begin(out, BLOCK_INTERFACE);

	put16(out, (uint16_t)interface->link_type, 0);
	put32(out, interface->snaplen);
	if (interface->name)
		put_option(out, INTERFACE_NAME, interface->name, strlen(interface->name));
	put_option(out, INTERFACE_TSRESOL, &nanoseconds, 1);
	if (interface->filter) {
		g_autofree char *text = g_strdup_printf("%c%s", 'x', interface->filter);

		text[0] = FILTER_BPF_TEXT;
		put_option(out, INTERFACE_FILTER, text, strlen(interface->filter) + 1);
	}
	end(out, at, true);
}

void pcapng_write_packet(GByteArray *out, const ShakedownPacket *packet, uint32_t interface,
			 uint64_t dropped)
{
	guint at = begin(out, BLOCK_PACKET);

	put32(out, interface);
	put_time(out, packet->time);
	put32(out, packet->captured_len);
	put32(out, packet->wire_len);
	put(out, packet->data, packet->captured_len);
	if (dropped)
		put_option64(out, PACKET_DROPCOUNT, dropped);
	end(out, at, dropped != 0);
}

void pcapng_write_statistics(GByteArray *out, uint32_t interface, const PcapngWriterCounts *counts)
{
	guint at = begin(out, BLOCK_STATISTICS);
	uint32_t start[2] = {(uint32_t)((uint64_t)counts->start >> 32), (uint32_t)counts->start};
	uint32_t last[2] = {(uint32_t)((uint64_t)counts->end >> 32), (uint32_t)counts->end};

	put32(out, interface);
	put_time(out, counts->end);
	put_option(out, STATISTICS_START, start, sizeof start);
	put_option(out, STATISTICS_END, last, sizeof last);
	put_option64(out, STATISTICS_IFRECV, counts->received);
	put_option64(out, STATISTICS_IFDROP, counts->card_dropped);
	put_option64(out, STATISTICS_OSDROP, counts->kernel_dropped);
	end(out, at, true);
}
