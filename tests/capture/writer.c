/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

Writer writer_new(bool big)
{
	return (Writer){g_byte_array_new(), big};
}

void writer_free(Writer *w)
{
	g_byte_array_unref(w->bytes);
}

void put_bytes(Writer *w, const void *data, size_t len)
{
	g_byte_array_append(w->bytes, data, (guint)len);
}

static void put(Writer *w, uint64_t v, int size)
{
	uint8_t out[8];
	for (int i = 0; i < size; i++)
		out[w->big ? size - 1 - i : i] = (uint8_t)(v >> 8 * i);
	put_bytes(w, out, (size_t)size);
}

void put8(Writer *w, uint8_t v)
{
	put(w, v, 1);
}

void put16(Writer *w, uint16_t v)
{
	put(w, v, 2);
}

void put32(Writer *w, uint32_t v)
{
	put(w, v, 4);
}

void put64(Writer *w, uint64_t v)
{
	put(w, v, 8);
}

uint8_t pattern(size_t n, size_t at)
{
	return (uint8_t)(n * 37 + (n >> 8) * 11 + at);
}

void put_pattern(Writer *w, size_t n, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put8(w, pattern(n, i));
}

void pcap_header(Writer *w, Magic magic, uint32_t link_type)
{
	put32(w, (uint32_t)magic);
	put16(w, 2);
	put16(w, 4);
	put32(w, 0);
	put32(w, 0);
	put32(w, 65535);
	put32(w, link_type);
}

void pcap_packet(Writer *w, uint32_t seconds, uint32_t fraction, size_t n, uint32_t len)
{
	put32(w, seconds);
	put32(w, fraction);
	put32(w, len);
	put32(w, len);
	put_pattern(w, n, len);
}

Block block_begin(Writer *w, uint32_t type)
{
	Block block = {w->bytes->len};
	put32(w, type);
	put32(w, 0);
	return block;
}

void block_end(Writer *w, Block block)
{
	while (w->bytes->len % 4)
		put8(w, 0);
	Writer len = writer_new(w->big);
	put32(&len, w->bytes->len + 4 - block.at);
	memcpy(w->bytes->data + block.at + 4, len.bytes->data, 4);
	put_bytes(w, len.bytes->data, 4);
	writer_free(&len);
}

void put_option(Writer *w, uint16_t code, const void *value, uint16_t len)
{
	put16(w, code);
	put16(w, len);
	put_bytes(w, value, len);
	for (; len % 4; len++)
		put8(w, 0);
}

void ng_section(Writer *w)
{
	Block block = block_begin(w, 0x0a0d0d0a);
	put32(w, 0x1a2b3c4d);
	put16(w, 1);
	put16(w, 0);
	put64(w, UINT64_MAX);
	block_end(w, block);
}

void ng_interface(Writer *w, uint16_t link_type, uint32_t snaplen)
{
	Block block = block_begin(w, 1);
	put16(w, link_type);
	put16(w, 0);
	put32(w, snaplen);
	block_end(w, block);
}

void ng_interface_clock(Writer *w, uint16_t link_type, uint8_t tsresol, int64_t tsoffset)
{
	Block block = block_begin(w, 1);
	put16(w, link_type);
	put16(w, 0);
	put32(w, 0);
	put_option(w, 2, "eth7", 4);
	put_option(w, 1, "a comment, of odd length", 23);
	put_option(w, 9, &tsresol, 1);
	put16(w, 14);
	put16(w, 8);
	put64(w, (uint64_t)tsoffset);
	put_option(w, 0, NULL, 0);
	block_end(w, block);
}

static void put_ticks(Writer *w, uint64_t ticks, uint32_t len)
{
	put32(w, (uint32_t)(ticks >> 32));
	put32(w, (uint32_t)ticks);
	put32(w, len);
	put32(w, len);
}

void ng_packet(Writer *w, uint32_t interface, uint64_t ticks, size_t n, uint32_t len)
{
	Block block = block_begin(w, 6);
	put32(w, interface);
	put_ticks(w, ticks, len);
	put_pattern(w, n, len);
	while (w->bytes->len % 4)
		put8(w, 0);
	put_option(w, 1, "seen", 4);
	put_option(w, 0, NULL, 0);
	block_end(w, block);
}

void ng_simple(Writer *w, size_t n, uint32_t captured, uint32_t wire)
{
	Block block = block_begin(w, 3);
	put32(w, wire);
	put_pattern(w, n, captured);
	block_end(w, block);
}

void ng_obsolete(Writer *w, uint16_t interface, uint64_t ticks, size_t n, uint32_t len)
{
	Block block = block_begin(w, 2);
	put16(w, interface);
	put16(w, 0xffff);
	put_ticks(w, ticks, len);
	put_pattern(w, n, len);
	block_end(w, block);
}

void ng_other(Writer *w, uint32_t type, uint32_t len)
{
	Block block = block_begin(w, type);
	put_pattern(w, type, len);
	block_end(w, block);
}

char *bytes_file(const void *data, size_t len)
{
	char *path = NULL;
	int fd = g_file_open_tmp("capture-XXXXXX", &path, NULL);
	cr_assert_geq(fd, 0);
	const uint8_t *p = data;
	while (len) {
		ssize_t n = write(fd, p, len);
		cr_assert_gt(n, 0);
		p += n;
		len -= (size_t)n;
	}
	close(fd);
	return path;
}

char *writer_file(const Writer *w)
{
	return bytes_file(w->bytes->data, w->bytes->len);
}

void remove_file(char *path)
{
	g_unlink(path);
	g_free(path);
}
