/* SPDX-License-Identifier: BSD-3-Clause */
/* What readers have in common: recognition of the format, and how problems are told. */
#include "capture/reader.h"

#include "base/link-type.h"
#include "capture/recognise.h"

#include <shakedown/capture.h>

#include <inttypes.h>
#include <string.h>

#define MAX_PACKET 262144u

uint32_t reader_max_packet(uint32_t link_type)
{
	switch (link_type) {
	case LINK_USB_LINUX:
	case LINK_USB_LINUX_MMAPPED:
	case LINK_DBUS:
	case LINK_USBPCAP:
		return 128u << 20;
	case LINK_EBHSCR:
		return 8u << 20;
	default:
		return MAX_PACKET;
	}
}

static Reader *set_error(const Reader *base, GError **error, ShakedownCaptureError code,
			 const char *text)
{
	g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, code, "%s: %s", base->name, text);
	return NULL;
}

Reader *reader_refuse(const Reader *base, GError **error, const char *why, ...)
{
	va_list args;
	va_start(args, why);
	g_autofree char *text = g_strdup_vprintf(why, args);
	va_end(args);
	return set_error(base, error, SHAKEDOWN_CAPTURE_ERROR_FORMAT, text);
}

Reader *reader_header_cut(const Reader *base, const char *format, size_t need, GError **error)
{
	const char *why = base->source->stream->problem;
	g_autofree char *text =
		g_strdup_printf("cut short in its %s header: %zu bytes needed, %zu there; %s",
				format, need, source_left(base->source),
				why ? why : "the capture has probably not been written yet");
	return set_error(base, error, SHAKEDOWN_CAPTURE_ERROR_CUT, text);
}

/* No reader wants it: empty, broken below, or something else altogether. */
static Reader *refuse_all(const Reader *base, GError **error)
{
	Source *source = base->source;
	const char *problem = source->stream->problem;

	source_peek(source, 512, true);
	size_t len = source_left(source);
	if (len == 0 && problem) {
		return set_error(base, error, SHAKEDOWN_CAPTURE_ERROR_CUT, problem);
	} else if (len == 0) {
		return reader_refuse(base, error,
				     "empty%s (0 bytes): nothing was captured, or the capture has "
				     "not been written yet",
				     source->codec ? " once decompressed" : " file");
	}
	g_autofree char *looks = recognise(source->at, len);
	return reader_refuse(base, error,
			     "not a capture: %s; what can be read is pcap, pcapng, snoop, Network "
			     "Monitor 2 and ERF, as they are or in gzip, zstd, lz4, xz or bzip2",
			     looks);
}

Reader *reader_open(Source *source, const char *name, uint32_t *interfaces, GError **error)
{
	/* ERF has no magic number, so it is tried last. */
	static const ReaderOpen formats[] = {
		reader_pcap_open,   reader_pcapng_open, reader_snoop_open,
		reader_netmon_open, reader_erf_open,
	};
	Reader base = {.source = source, .name = name, .interfaces = interfaces};

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		GError *why = NULL;
		Reader *reader = formats[i](&base, &why);
		if (reader) {
			reader->source = source;
			reader->name = name;
			reader->interfaces = interfaces;
			return reader;
		}
		if (why) {
			g_propagate_error(error, why);
			return NULL;
		}
	}
	return refuse_all(&base, error);
}

void reader_free(Reader *reader)
{
	if (!reader)
		return;
	g_free(reader->problem);
	reader->free(reader);
}

size_t reader_read(Reader *reader, ShakedownPacket *packets, size_t room)
{
	if (reader->problem)
		return 0;
	reader->wait = true;
	size_t n = reader->read(reader, packets, room);
	reader->packets += n;
	if (n)
		reader->source->lent = true;
	return n;
}

size_t reader_read_each(Reader *reader, ShakedownPacket *packets, size_t room, ReaderNext next)
{
	size_t n = 0;

	while (n < room) {
		ReaderVerdict verdict = next(reader, &packets[n]);
		if (verdict == READER_STOP)
			break;
		if (verdict == READER_PACKET)
			n++;
		reader->wait = n == 0;
	}
	return n;
}

static const char *of_what(const Source *source)
{
	return source->codec ? " of the decompressed data" : "";
}

ReaderVerdict reader_cut(Reader *reader, ReaderPlace place, uint64_t need)
{
	if (!reader->wait)
		return READER_STOP;
	static const char *const places[] = {
		[READER_IN_HEADER] = "in the header of packet",
		[READER_IN_PACKET] = "in packet",
		[READER_IN_BLOCK] = "after packet",
		[READER_BETWEEN] = "after packet",
	};
	Source *source = reader->source;
	uint64_t number = reader->packets;
	if (place == READER_IN_HEADER || place == READER_IN_PACKET)
		number++;
	const char *why = source->stream->problem;

	reader->problem = g_strdup_printf(
		"%s: cut short %s %" PRIu64 " at byte %" PRIu64 "%s: %" PRIu64
		" bytes %s, %zu there; %s",
		reader->name, places[place], number, source_offset(source), of_what(source), need,
		place == READER_IN_HEADER || place == READER_BETWEEN ? "needed" : "announced",
		source_left(source), why ? why : "the capture was probably still being written");
	return READER_STOP;
}

ReaderVerdict reader_corrupt(Reader *reader, const char *what, ...)
{
	if (!reader->wait)
		return READER_STOP;
	va_list args;
	va_start(args, what);
	g_autofree char *text = g_strdup_vprintf(what, args);
	va_end(args);
	reader->problem =
		g_strdup_printf("%s: corrupt after packet %" PRIu64 ", at byte %" PRIu64
				"%s: %s; what follows cannot be read",
				reader->name, reader->packets, source_offset(reader->source),
				of_what(reader->source), text);
	return READER_STOP;
}

ReaderVerdict reader_end(Reader *reader, ReaderPlace place, uint64_t need)
{
	const char *why = reader->source->stream->problem;
	if (!reader->wait)
		return READER_STOP;
	if (source_left(reader->source))
		return reader_cut(reader, place, need);
	if (why)
		reader->problem = g_strdup_printf(
			"%s: cut short after packet %" PRIu64 " at byte %" PRIu64 "%s: %s",
			reader->name, reader->packets, source_offset(reader->source),
			of_what(reader->source), why);
	return READER_STOP;
}
