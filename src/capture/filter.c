/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Filter programs by link type. The mapping from LINKTYPE_ to DLT_ values is libpcap's own: it is
 * given the header of a capture of that type, held in memory.
 */
#include "capture/filter.h"

#include "base/bytes.h"
#include "base/link-type.h"

#include <shakedown/capture.h>

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#define SNAPLEN 262144
#define FAMILY_INET6_LINUX 10
#define FAMILY_INET6_MACOS 30

typedef struct {
	uint32_t link_type;
	bool usable;
	struct bpf_program program;
} Program;

struct _Filter {
	char *expression;
	char *problem;
	GPtrArray *programs; /* of Program */
	Program *last;
	GByteArray *copy;
};

static void program_free(gpointer data)
{
	Program *program = data;
	if (program->usable)
		pcap_freecode(&program->program);
	g_free(program);
}

Filter *filter_new(const char *expression)
{
	Filter *filter = g_new0(Filter, 1);
	filter->expression = g_strdup(expression);
	filter->programs = g_ptr_array_new_with_free_func(program_free);
	filter->copy = g_byte_array_new();
	return filter;
}

void filter_free(Filter *filter)
{
	if (!filter)
		return;
	g_free(filter->expression);
	g_free(filter->problem);
	g_ptr_array_unref(filter->programs);
	g_byte_array_unref(filter->copy);
	g_free(filter);
}

/* A capture of the link type without packets, or NULL with the reason in errbuf. */
static pcap_t *open_empty(uint32_t link_type, char *errbuf)
{
	struct pcap_file_header header = {
		.magic = 0xa1b2c3d4,
		.version_major = PCAP_VERSION_MAJOR,
		.version_minor = PCAP_VERSION_MINOR,
		.snaplen = SNAPLEN,
		.linktype = link_type,
	};
	FILE *file = fmemopen(&header, sizeof header, "r");
	if (!file) {
		g_strlcpy(errbuf, "out of memory", PCAP_ERRBUF_SIZE);
		return NULL;
	}
	pcap_t *pcap = pcap_fopen_offline(file, errbuf);
	if (!pcap)
		fclose(file);
	return pcap;
}

static bool compile(Program *program, const char *expression, char *errbuf)
{
	uint32_t link_type = program->link_type;
	if (link_type == LINK_BSD_RAW || link_type == LINK_OPENBSD_RAW)
		link_type = LINK_RAW;
	pcap_t *pcap = open_empty(link_type, errbuf);
	if (!pcap)
		return false;
	program->usable =
		pcap_compile(pcap, &program->program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!program->usable)
		g_strlcpy(errbuf, pcap_geterr(pcap), PCAP_ERRBUF_SIZE);
	pcap_close(pcap);
	return program->usable;
}

static Program *find(const Filter *filter, uint32_t link_type)
{
	for (guint i = 0; i < filter->programs->len; i++) {
		Program *program = g_ptr_array_index(filter->programs, i);
		if (program->link_type == link_type)
			return program;
	}
	return NULL;
}

/* A field of a display filter, such as tcp.port, and not the end of a host's name. */
static bool begins_field(const char *word)
{
	static const char *const protocols[] = {"ip.",	   "ipv6.", "tcp.",  "udp.",  "icmp.",
						"icmpv6.", "eth.",  "vlan.", "frame."};

	for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
		if (g_str_has_prefix(word, protocols[i]))
			return g_ascii_isalpha(word[strlen(protocols[i])]);
	return false;
}

/* Two languages are at home with captures, and who knows the other one speaks that first. */
const char *filter_advice(const char *expression)
{
	char before = ' ';

	for (const char *at = expression; *at; before = *at++)
		if (!g_ascii_isalnum(before) && !strchr("_.-", before) && begins_field(at))
			return "that is how Wireshark's display filters are written; here it is as "
			       "for tcpdump, 'host 192.0.2.1 and tcp port 443': see pcap-filter(7)";
	return "see pcap-filter(7) for how filters are written";
}

bool filter_compile(Filter *filter, uint32_t link_type, GError **error)
{
	char errbuf[PCAP_ERRBUF_SIZE];
	Program *program = find(filter, link_type);
	if (program && program->usable)
		return true;

	if (!program) {
		program = g_new0(Program, 1);
		program->link_type = link_type;
		g_ptr_array_add(filter->programs, program);
	}
	if (compile(program, filter->expression, errbuf))
		return true;
	g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_FILTER,
		    "filter '%s': %s (%s)", filter->expression, errbuf,
		    filter_advice(filter->expression));
	return false;
}

static Program *program_for(Filter *filter, uint32_t link_type)
{
	if (filter->last && filter->last->link_type == link_type)
		return filter->last;
	filter->last = find(filter, link_type);
	if (!filter->last) {
		g_autoptr(GError) error = NULL;
		if (!filter_compile(filter, link_type, &error) && !filter->problem)
			filter->problem =
				g_strdup_printf("%s; packets of link type %u were left out",
						error->message, link_type);
		filter->last = find(filter, link_type);
	}
	return filter->last;
}

/*
 * The loopback headers of BSD hold an address family in the byte order and with the numbers of the
 * system that captured. For a capture file libpcap compares it in our byte order, and takes each
 * of the BSDs' numbers for IPv6, but not Linux's. NULL where the packet may stay as it is.
 */
static const uint8_t *own_family(Filter *filter, const ShakedownPacket *packet)
{
	const uint8_t *p = packet->data;
	bool host_order = packet->link_type != LINK_LOOP;
	uint32_t le = le32(p), be = be32(p), family = be;
	/* As Wireshark does: a family is a small number, in whichever order it is one. */
	if (host_order && le < be)
		family = le;
	if (family == FAMILY_INET6_LINUX)
		family = FAMILY_INET6_MACOS;
	uint32_t own = host_order ? family : GUINT32_TO_BE(family);
	if (!memcmp(p, &own, sizeof own))
		return NULL;
	g_byte_array_set_size(filter->copy, packet->captured_len);
	memcpy(filter->copy->data, p, packet->captured_len);
	memcpy(filter->copy->data, &own, sizeof own);
	return filter->copy->data;
}

static bool has_family(const ShakedownPacket *packet)
{
	return (packet->link_type == LINK_NULL || packet->link_type == LINK_LOOP ||
		packet->link_type == LINK_ENC) &&
	       packet->captured_len >= 4;
}

bool filter_matches(Filter *filter, const ShakedownPacket *packet)
{
	const Program *program = program_for(filter, packet->link_type);
	if (!program->usable)
		return false;
	const uint8_t *data = NULL;
	if (has_family(packet))
		data = own_family(filter, packet);
	struct pcap_pkthdr header = {.caplen = packet->captured_len, .len = packet->wire_len};
	return pcap_offline_filter(&program->program, &header, data ? data : packet->data) != 0;
}

const char *filter_problem(const Filter *filter)
{
	return filter->problem;
}
