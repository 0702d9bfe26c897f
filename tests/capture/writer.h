/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes capture files into memory, well or badly, and reads them back through the library. */
#pragma once

#include <glib.h>
#include <shakedown/capture.h>

/* A file under construction. Everything is appended; big is its byte order. */
typedef struct {
	GByteArray *bytes;
	bool big;
} Writer;

Writer writer_new(bool big);
void writer_free(Writer *w);
void put8(Writer *w, uint8_t v);
void put16(Writer *w, uint16_t v);
void put32(Writer *w, uint32_t v);
void put64(Writer *w, uint64_t v);
void put_bytes(Writer *w, const void *data, size_t len);
/* What packet n holds, at each of its bytes. */
uint8_t pattern(size_t n, size_t at);
void put_pattern(Writer *w, size_t n, size_t len);

typedef enum {
	MAGIC_MICROSECONDS = (int)0xa1b2c3d4,
	MAGIC_NANOSECONDS = (int)0xa1b23c4d,
	MAGIC_MODIFIED = (int)0xa1b2cd34,
} Magic;
void pcap_header(Writer *w, Magic magic, uint32_t link_type);
void pcap_packet(Writer *w, uint32_t seconds, uint32_t fraction, size_t n, uint32_t len);

/* pcapng. A block is begun, filled and ended; options are put before its end. */
typedef struct {
	guint at;
} Block;
Block block_begin(Writer *w, uint32_t type);
void block_end(Writer *w, Block block);
void put_option(Writer *w, uint16_t code, const void *value, uint16_t len);
void ng_section(Writer *w);
void ng_interface(Writer *w, uint16_t link_type, uint32_t snaplen);
/* An interface whose clock has this if_tsresol and if_tsoffset. */
void ng_interface_clock(Writer *w, uint16_t link_type, uint8_t tsresol, int64_t tsoffset);
void ng_packet(Writer *w, uint32_t interface, uint64_t ticks, size_t n, uint32_t len);
void ng_simple(Writer *w, size_t n, uint32_t captured, uint32_t wire);
void ng_obsolete(Writer *w, uint16_t interface, uint64_t ticks, size_t n, uint32_t len);
/* A block that holds no packet, with a body of len bytes (a multiple of 4). */
void ng_other(Writer *w, uint32_t type, uint32_t len);

/* A temporary file of these bytes; writer_remove() deletes it. */
char *writer_file(const Writer *w);
char *bytes_file(const void *data, size_t len);
void remove_file(char *path);

/* All that was read. Packets' data are copies. */
typedef struct {
	GArray *packets; /* of ShakedownPacket */
	GPtrArray *data;
	char *problem;
	ShakedownCaptureInfo info; /* files are not valid any more */
	char *format;		   /* of the first file */
	uint64_t file_packets[8], file_bytes, file_size;
	GError *error; /* of opening */
} Got;

Got read_files(const char *const *files, const char *filter, uint64_t count, size_t room);
Got read_file(const char *path);
Got read_writer(const Writer *w);
Got read_bytes(const void *data, size_t len);
void got_clear(Got *got);
const ShakedownPacket *got_packet(const Got *got, size_t i);
size_t got_len(const Got *got);
/* Fails the test unless packet i holds pattern(n) in its whole length. */
void assert_pattern(const Got *got, size_t i, size_t n);
