/* SPDX-License-Identifier: BSD-3-Clause */
/* Signatures of what people hand over instead of a capture. */
#include "capture/recognise.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
	const char *magic;
	size_t at, len;
	const char *what;
} Signature;

#define SIGNATURE(at, magic, what)                                                                 \
	{                                                                                          \
		magic, at, sizeof magic - 1, what                                                  \
	}

static const Signature signatures[] = {
	SIGNATURE(0, "BZh", "bzip2 data within compressed data; decompress it once"),
	SIGNATURE(0, "\x02\x21\x4c\x18", "legacy lz4 data; decompress it first: lz4 -d FILE"),
	SIGNATURE(0, "PK\x03\x04", "a ZIP archive; unpack it first"),
	SIGNATURE(0, "7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
	SIGNATURE(0, "Rar!", "a RAR archive; unpack it first"),
	SIGNATURE(0, "\x1f\x9d", "compress (.Z) data; decompress it: zcat FILE | shakedown -"),
	SIGNATURE(0, "\x1f\x8b", "gzip data within gzip data; decompress it once"),
	SIGNATURE(0, "\x28\xb5\x2f\xfd", "zstd data within compressed data; decompress it once"),
	SIGNATURE(257, "ustar", "a tar archive; unpack it first"),
	SIGNATURE(0,
		  "\x7f"
		  "ELF",
		  "an ELF program or library"),
	SIGNATURE(0, "MZ", "a Windows program"),
	SIGNATURE(0, "%PDF", "a PDF document"),
	SIGNATURE(0, "\x89PNG", "a PNG image"),
	SIGNATURE(0, "\xff\xd8\xff", "a JPEG image"),
	SIGNATURE(0, "SQLite format 3", "an SQLite database"),
	SIGNATURE(0, "RTSS", "a Network Monitor 1 capture; convert it: editcap -F pcapng FILE NEW"),
	SIGNATURE(0, "TRSNIFF data", "a Sniffer capture; convert it: editcap -F pcapng FILE NEW"),
	SIGNATURE(0, "XCP\0", "a NetXRay capture; convert it: editcap -F pcapng FILE NEW"),
	SIGNATURE(0, "\x7fver", "an EtherPeek capture; convert it: editcap -F pcapng FILE NEW"),
	SIGNATURE(0, "<?xml", "XML text"),
	SIGNATURE(0, "<!DOCTYPE html", "an HTML page (a download that asked for a login?)"),
	SIGNATURE(0, "<!doctype html", "an HTML page (a download that asked for a login?)"),
	SIGNATURE(0, "<html", "an HTML page (a download that asked for a login?)"),
	SIGNATURE(0, "version https://git-lfs", "a Git LFS pointer; fetch the file: git lfs pull"),
};

/* Enough of the beginning to tell text by: UTF-8 without control characters but those of text. */
static bool is_text(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data, *end;
	size_t n = MIN(len, 256);

	g_utf8_validate_len(text, n, &end);
	/* The last character may have been cut. */
	if (end == text || (size_t)(end - text) + 4 <= n)
		return false;
	for (const char *p = text; p < end; p++)
		if (*p == 0x7f || ((uint8_t)*p < 0x20 && !memchr("\t\n\r\f\x1b", *p, 5)))
			return false;
	return true;
}

static bool is_zeros(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i])
			return false;
	return true;
}

char *recognise(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++) {
		const Signature *s = &signatures[i];
		if (len >= s->at + s->len && !memcmp(data + s->at, s->magic, s->len))
			return g_strdup_printf("it looks like %s", s->what);
	}
	if (is_text(data, len))
		return g_strdup(data[0] == '{' || data[0] == '[' ? "it looks like JSON text"
								 : "it looks like text");
	if (is_zeros(data, len))
		return g_strdup("it begins with nothing but zeros");

	GString *out = g_string_new("it begins with the bytes");
	for (size_t i = 0; i < MIN(len, 8); i++)
		g_string_append_printf(out, " %02x", data[i]);
	return g_string_free(out, FALSE);
}
