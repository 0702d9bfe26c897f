/* SPDX-License-Identifier: BSD-3-Clause */
/* The yardstick: libpcap reads a capture and nobody looks at the packets. */
#include <pcap.h>
#include <stdint.h>
#include <stdio.h>

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	(void)header;
	(void)bytes;
	++*(uint64_t *)(void *)user;
}

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	uint64_t packets = 0;
	pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;

	if (!pcap) {
		fprintf(stderr, "usage: empty-loop FILE%s%s\n", argc == 2 ? ": " : "",
			argc == 2 ? error : "");
		return 2;
	}
	int end = pcap_loop(pcap, -1, count, (u_char *)&packets);
	pcap_close(pcap);
	printf("%llu\n", (unsigned long long)packets);
	return end == 0 ? 0 : 1;
}
