/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading alone: our reader beside libpcap's pcap_loop() with an empty callback, over the same
 * file, by turns. What counts is the least of several rounds, and what is printed is that of both.
 *
 *     bench-reader [MIB [ROUNDS]]       writes files of so many MiB (1024) and removes them
 *     bench-reader FILE [ROUNDS]        reads this one
 */
#include <shakedown/capture.h>

#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH 256

typedef struct {
	uint64_t packets, bytes;
	double seconds;
} Reading;

static void die(const char *what)
{
	fprintf(stderr, "bench-reader: %s\n", what);
	exit(1);
}

static double since(int64_t start)
{
	return (double)(g_get_monotonic_time() - start) / 1e6;
}

static void on_packet(u_char *data, const struct pcap_pkthdr *header, const u_char *bytes)
{
	Reading *r = (Reading *)(void *)data;

	r->packets++;
	r->bytes += header->caplen;
}

static Reading read_by_libpcap(const char *path)
{
	char errbuf[PCAP_ERRBUF_SIZE];
	Reading r = {0};
	int64_t start = g_get_monotonic_time();
	pcap_t *pcap = pcap_open_offline(path, errbuf);

	if (!pcap)
		die(errbuf);
	if (pcap_loop(pcap, -1, on_packet, (u_char *)&r) < 0)
		die(pcap_geterr(pcap));
	pcap_close(pcap);
	r.seconds = since(start);
	return r;
}

static Reading read_by_us(const char *path)
{
	const char *files[] = {path, NULL};
	ShakedownPacket packets[BATCH];
	GError *error = NULL;
	Reading r = {0};
	size_t n;
	int64_t start = g_get_monotonic_time();
	ShakedownCapture *capture =
		shakedown_capture_open(&(ShakedownCaptureOptions){.files = files}, &error);

	if (!capture)
		die(error->message);
	while ((n = shakedown_capture_read(capture, packets, BATCH))) {
		r.packets += n;
		for (size_t i = 0; i < n; i++)
			r.bytes += packets[i].captured_len;
	}
	shakedown_capture_free(capture);
	r.seconds = since(start);
	return r;
}

static void print_best(const char *who, const Reading *r)
{
	printf("  %-10s %8.3f s  %6.1f ns/packet  %6.2f GB/s\n", who, r->seconds,
	       r->seconds * 1e9 / (double)r->packets, (double)r->bytes / 1e9 / r->seconds);
}

static void compare(const char *path, const char *what, unsigned rounds)
{
	Reading best[2] = {{.seconds = 1e9}, {.seconds = 1e9}};

	read_by_libpcap(path); /* into the page cache */
	for (unsigned i = 0; i < rounds; i++) {
		Reading theirs = read_by_libpcap(path), ours = read_by_us(path);

		if (theirs.packets != ours.packets || theirs.bytes != ours.bytes)
			die("the two do not read the same");
		if (theirs.seconds < best[0].seconds)
			best[0] = theirs;
		if (ours.seconds < best[1].seconds)
			best[1] = ours;
	}
	printf("%s: %" G_GUINT64_FORMAT " packets of %.0f bytes, least of %u rounds\n", what,
	       best[0].packets, (double)best[0].bytes / (double)best[0].packets, rounds);
	print_best("libpcap", &best[0]);
	print_best("shakedown", &best[1]);
	printf("  ratio      %8.2f\n", best[1].seconds / best[0].seconds);
}

static void put(FILE *file, const void *data, size_t len)
{
	if (fwrite(data, 1, len, file) != len)
		die("no room for the file");
}

static void put_words(FILE *file, const uint32_t *words, size_t n)
{
	put(file, words, n * sizeof *words);
}

/* Half of the packets small, some of all lengths, the others full: as links have them. */
static uint32_t next_len(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint32_t chance = (uint32_t)(*state >> 33);

	if (chance % 8 < 4)
		return 54 + chance / 8 % 20;
	return chance % 8 < 6 ? 60 + chance / 8 % 1400 : 1514;
}

static char *write_file(uint64_t size, bool pcapng)
{
	static const uint32_t pcap_header[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
	static const uint32_t pcapng_header[] = {
		0x0a0d0d0a, 28, 0x1a2b3c4d, 1,	    UINT32_MAX, UINT32_MAX, 28, /* section */
		1,	    20, 1,	    262144, 20 /* interface */};
	static const uint8_t body[1520];
	char *path = NULL;
	uint64_t state = 1, at = 0;
	FILE *file;
	int fd = g_file_open_tmp("bench-reader-XXXXXX", &path, NULL);

	if (fd < 0 || !(file = fdopen(fd, "wb")))
		die("no temporary file");
	if (pcapng)
		put_words(file, pcapng_header, G_N_ELEMENTS(pcapng_header));
	else
		put_words(file, pcap_header, G_N_ELEMENTS(pcap_header));
	for (uint32_t i = 0; at < size; i++) {
		uint32_t len = next_len(&state), padded = (len + 3) & ~3u;
		uint32_t record[] = {1700000000 + i / 1000000, i % 1000000, len, len};
		uint32_t block[] = {6, padded + 32, 0, i >> 20, i << 12, len, len};

		if (pcapng) {
			put_words(file, block, G_N_ELEMENTS(block));
			put(file, body, padded);
			put_words(file, &block[1], 1);
		} else {
			put_words(file, record, G_N_ELEMENTS(record));
			put(file, body, len);
		}
		at += pcapng ? padded + 32 : len + 16;
	}
	if (fclose(file) != 0)
		die("no room for the file");
	return path;
}

int main(int argc, char **argv)
{
	char *end = NULL;
	uint64_t mib = argc > 1 ? strtoull(argv[1], &end, 10) : 1024;
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 5;

	if (end && *end) {
		compare(argv[1], argv[1], rounds);
		return 0;
	}
	for (int pcapng = 0; pcapng <= 1; pcapng++) {
		char *path = write_file(mib << 20, pcapng);

		compare(path, pcapng ? "pcapng" : "pcap", rounds);
		g_unlink(path);
		g_free(path);
	}
	return 0;
}
