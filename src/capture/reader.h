/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A reader: takes one capture format's records from a source and yields packets. It knows the
 * format and nothing of other files; frame numbers and order are given further up.
 */
#pragma once

#include "capture/source.h"

#include <shakedown/packet.h>

typedef struct _Reader Reader;

struct _Reader {
	Source *source;	      /* not owned */
	const char *name;     /* of the file, for messages; not owned */
	const char *format;   /* "pcap", "pcapng", …; static */
	uint64_t packets;     /* yielded so far: problems name the next */
	uint64_t dropped;     /* packets that the writer says it lost up to here */
	ShakedownTime end;    /* up to which its writer says that it captured; 0: it says nothing */
	uint32_t *interfaces; /* the next free label, shared by all files */
	char *problem;	      /* why it ended before the end, as one line */
	bool wait;	      /* nothing was yielded yet in this call: bytes may be waited for */
	/*
	 * Yields up to room packets that point into the source's window, all into the same chunk:
	 * it waits for bytes only as long as it has not yielded any. 0: the end, or a problem.
	 */
	size_t (*read)(Reader *reader, ShakedownPacket *packets, size_t room);
	void (*free)(Reader *reader);
};

/*
 * Recognises the format and reads its header. On failure the error says what the file looks like
 * instead, or what is wrong with its header.
 */
Reader *reader_open(Source *source, const char *name, uint32_t *interfaces, GError **error);
void reader_free(Reader *reader);
/* As Reader.read, and counts. */
size_t reader_read(Reader *reader, ShakedownPacket *packets, size_t room);

/*
 * One a format. NULL without error: it is not this format. NULL with error: it is, but cannot be
 * read. They fill in all but source, name and interfaces, which are passed in a base.
 */
typedef Reader *(*ReaderOpen)(const Reader *base, GError **error);
Reader *reader_pcap_open(const Reader *base, GError **error);
Reader *reader_pcapng_open(const Reader *base, GError **error);
Reader *reader_snoop_open(const Reader *base, GError **error);
Reader *reader_netmon_open(const Reader *base, GError **error);
Reader *reader_erf_open(const Reader *base, GError **error);

/* The most that a packet of a link type can be, as libpcap and Wireshark agree. */
uint32_t reader_max_packet(uint32_t link_type);

/* What next() found. */
typedef enum {
	READER_PACKET,
	READER_NONE, /* a record without packet was passed */
	READER_STOP, /* the end or a problem; or, with packets yielded, whatever comes next: the
			record is looked at again in the next call, so it must not be stepped over
		      */
} ReaderVerdict;
typedef ReaderVerdict (*ReaderNext)(Reader *reader, ShakedownPacket *packet);
/* A Reader.read made of a function that reads one record. */
size_t reader_read_each(Reader *reader, ShakedownPacket *packets, size_t room, ReaderNext next);

/*
 * How a read ends. These tell the problem in reader->problem, but only with reader->wait: before
 * that, bytes that are missing may just not be in the window yet. All return READER_STOP.
 */
/* What was being read when the file ended: in packet N, in the header of packet N … */
typedef enum {
	READER_IN_HEADER,
	READER_IN_PACKET,
	READER_IN_BLOCK, /* of no packet */
	READER_BETWEEN,	 /* in the header of a block */
} ReaderPlace;
/* The file ends although need bytes are announced at the window's beginning. */
ReaderVerdict reader_cut(Reader *reader, ReaderPlace place, uint64_t need);
/* The record at the window's beginning makes no sense. */
ReaderVerdict reader_corrupt(Reader *reader, const char *what, ...) G_GNUC_PRINTF(2, 3);
/* A record's header of need bytes is not there: the clean end, or not. */
ReaderVerdict reader_end(Reader *reader, ReaderPlace place, uint64_t need);

/* Errors of reader_…_open(). Both return NULL. */
Reader *reader_header_cut(const Reader *base, const char *format, size_t need, GError **error);
Reader *reader_refuse(const Reader *base, GError **error, const char *why, ...) G_GNUC_PRINTF(3, 4);
