/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/live-interface.h"

#include "base/bytes.h"
#include "base/link-type.h"
#include "capture/filter.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* What libpcap and others take for "whole packets". */
#define SNAPLEN_MOST 262144
#define BUFFER_KIB 16384
/* A block's timer runs by jiffies, and in a softirq that others may hold up. */
#define LATE_MS 40
#define QUEUE_LEAST 256
#define MS_NS INT64_C(1000000)

ShakedownTime live_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (ShakedownTime)now.tv_sec * SHAKEDOWN_NS_PER_S + now.tv_nsec;
}

void live_interface_init(LiveInterface *i, const char *name, uint32_t label,
			 const ShakedownCaptureOptions *options)
{
	*i = (LiveInterface){.name = g_strdup(name),
			     .options = options,
			     .label = label,
			     .fd = -1,
			     .latest = INT64_MIN};
	arena_init(&i->arena);
}

void live_interface_clear(LiveInterface *i)
{
	if (i->pcap)
		pcap_close(i->pcap);
	arena_clear(&i->arena);
	g_free(i->queue);
	g_free(i->name);
	g_free(i->format);
	g_free(i->problem);
	*i = (LiveInterface){.fd = -1};
}

static bool refuse(GError **error, ShakedownCaptureError code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static bool refuse(GError **error, ShakedownCaptureError code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *why = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error_literal(error, SHAKEDOWN_CAPTURE_ERROR, (gint)code, why);
	return false;
}

/* What is to be given the capability. */
static char *own_path(void)
{
	g_autofree char *path = g_file_read_link("/proc/self/exe", NULL);

	return path ? g_steal_pointer(&path) : g_strdup("shakedown");
}

char *live_permission_advice(void)
{
	g_autofree char *path = own_path();

	return g_strdup_printf("no permission to capture: that takes the capability CAP_NET_RAW; "
			       "run with sudo, or allow it once with 'sudo setcap cap_net_raw=ep "
			       "%s'",
			       path);
}

static bool refuse_permission(const LiveInterface *i, GError **error)
{
	g_autofree char *advice = live_permission_advice();

	return refuse(error, SHAKEDOWN_CAPTURE_ERROR_PERMISSION, "%s: %s", i->name, advice);
}

/* To somebody without permission libpcap says no more than that. */
static bool is_nowhere(const LiveInterface *i)
{
	/* What libpcap captures on that is no network interface. */
	static const char *const others[] = {"any",    "nflog",	    "nfqueue",
					     "usbmon", "bluetooth", "dbus"};

	for (size_t k = 0; k < G_N_ELEMENTS(others); k++)
		if (g_str_has_prefix(i->name, others[k]))
			return false;
	return if_nametoindex(i->name) == 0;
}

static bool refuse_activation(const LiveInterface *i, int status, GError **error)
{
	const char *more = pcap_geterr(i->pcap);

	if ((status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED) &&
	    is_nowhere(i))
		status = PCAP_ERROR_NO_SUCH_DEVICE;
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return refuse_permission(i, error);
	case PCAP_ERROR_NO_SUCH_DEVICE:
		/* A character that no interface's name has: a file, more likely. */
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_OPEN,
			      "%s: there is no such interface%s; 'shakedown interfaces' lists "
			      "those there are%s",
			      i->name, access(i->name, F_OK) == 0 ? " (for the file, use -r)" : "",
			      i->options->wait ? "" : ", and --wait waits until it is there");
	case PCAP_ERROR_IFACE_NOT_UP:
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_OPEN,
			      "%s: the interface is down; 'ip link set %s up' brings it up%s",
			      i->name, i->name,
			      i->options->wait ? "" : ", and --wait waits until somebody does");
	default:
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_OPEN, "%s: cannot capture: %s",
			      i->name, *more ? more : pcap_statustostr(status));
	}
}

/* libpcap numbers link types by its own DLT_ values; what a file says, it knows alone. */
static uint32_t link_type_of(pcap_t *pcap)
{
	/* fmemopen() ends what is written with a NUL, if need be in place of the last byte: of a
	 * big-endian machine's link type the one that counts. */
	uint8_t header[24 + 1] = {0};
	FILE *file = fmemopen(header, sizeof header, "w");
	pcap_dumper_t *dumper = file ? pcap_dump_fopen(pcap, file) : NULL;

	if (!dumper) {
		if (file)
			fclose(file);
		return (uint32_t)pcap_datalink(pcap);
	}
	/* In the byte order of the machine. */
	pcap_dump_flush(dumper);
	uint32_t magic, link_type;
	memcpy(&magic, header, sizeof magic);
	memcpy(&link_type, header + 20, sizeof link_type);
	pcap_dump_close(dumper);
	return magic ? link_type & 0x03ffffff : (uint32_t)pcap_datalink(pcap);
}

static bool set_filter(const LiveInterface *i, GError **error)
{
	const char *expression = i->options->filter;
	struct bpf_program program;

	if (!expression || !*expression)
		return true;
	if (pcap_compile(i->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_FILTER, "filter '%s': %s (%s)",
			      expression, pcap_geterr(i->pcap), filter_advice(expression));
	int status = pcap_setfilter(i->pcap, &program);
	pcap_freecode(&program);
	if (status != 0)
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_FILTER, "%s: filter '%s': %s", i->name,
			      expression, pcap_geterr(i->pcap));
	return true;
}

static bool activate(LiveInterface *i, GError **error)
{
	const ShakedownCaptureOptions *o = i->options;
	pcap_t *pcap = i->pcap;
	char errbuf[PCAP_ERRBUF_SIZE];

	pcap_set_snaplen(pcap, o->snaplen ? (int)MIN(o->snaplen, SNAPLEN_MOST) : SNAPLEN_MOST);
	pcap_set_promisc(pcap, !o->no_promiscuous);
	pcap_set_timeout(pcap, LIVE_TIMEOUT_MS);
	pcap_set_buffer_size(pcap,
			     (int)MIN(o->buffer_kib ? o->buffer_kib : BUFFER_KIB, 2097151) * 1024);
	/* Not every interface stamps so finely; then it is microseconds. */
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	int status = pcap_activate(pcap);
	if (status < 0)
		return refuse_activation(i, status, error);
	/* On "any" the newer header tells which interface a packet passed. */
	if (pcap_datalink(pcap) == DLT_LINUX_SLL)
		pcap_set_datalink(pcap, DLT_LINUX_SLL2);
	if (!set_filter(i, error))
		return false;
	if (pcap_setnonblock(pcap, 1, errbuf) != 0)
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_OPEN, "%s: %s", i->name, errbuf);
	return true;
}

bool live_interface_open(LiveInterface *i, GError **error)
{
	char errbuf[PCAP_ERRBUF_SIZE] = "";

	i->pcap = pcap_create(i->name, errbuf);
	if (!i->pcap)
		return refuse(error, SHAKEDOWN_CAPTURE_ERROR_OPEN, "%s: %s", i->name, errbuf);
	if (!activate(i, error)) {
		pcap_close(i->pcap);
		i->pcap = NULL;
		return false;
	}
	i->fd = pcap_get_selectable_fd(i->pcap);
	i->unit = pcap_get_tstamp_precision(i->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
	i->snaplen = (uint32_t)pcap_snapshot(i->pcap);
	i->link_type = link_type_of(i->pcap);
	i->before = (struct pcap_stat){0};
	i->drained = false;
	i->drained_at = live_clock();
	const char *link = pcap_datalink_val_to_name(pcap_datalink(i->pcap));
	g_free(i->format);
	i->format = g_strdup_printf("live, %s", link ? link : "unknown link type");
	g_clear_pointer(&i->problem, g_free);
	return true;
}

static ShakedownPacket *next_place(LiveInterface *i)
{
	if (i->head == i->len)
		i->head = i->len = 0;
	if (i->len == i->room && i->head > i->room / 2) {
		i->len -= i->head;
		memmove(i->queue, i->queue + i->head, i->len * sizeof *i->queue);
		i->head = 0;
	}
	if (i->len == i->room) {
		i->room = MAX(QUEUE_LEAST, i->room * 2);
		i->queue = g_renew(ShakedownPacket, i->queue, i->room);
	}
	return &i->queue[i->len++];
}

/* The kernel takes its block back when this returns. */
static void take(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	LiveInterface *i = (LiveInterface *)user;
	uint8_t *data = arena_take(&i->arena, header->caplen);

	memcpy(data, bytes, header->caplen);
	*next_place(i) = (ShakedownPacket){
		.data = data,
		.captured_len = header->caplen,
		.wire_len = MAX(header->len, header->caplen),
		.time = (ShakedownTime)header->ts.tv_sec * SHAKEDOWN_NS_PER_S +
			header->ts.tv_usec * i->unit,
		.link_type = i->link_type,
		.interface = i->label,
	};
	i->packets++;
	i->bytes += header->caplen;
}

/* libpcap passes over an interface that is taken down, until it is up again. */
static bool is_down(const LiveInterface *i)
{
	struct ifreq request = {0};

	if (strcmp(i->name, "any") == 0 ||
	    g_strlcpy(request.ifr_name, i->name, IFNAMSIZ) >= IFNAMSIZ)
		return false;
	return ioctl(i->fd, SIOCGIFFLAGS, &request) == 0 && !(request.ifr_flags & IFF_UP);
}

static void lose(LiveInterface *i)
{
	bool there = if_nametoindex(i->name) != 0;

	g_free(i->problem);
	i->problem = g_strdup_printf("%s: the interface %s, so nothing more was captured on it",
				     i->name, there ? "went down" : "is gone");
	live_interface_count(i);
	pcap_close(i->pcap);
	i->pcap = NULL;
	i->fd = -1;
}

bool live_interface_fetch(LiveInterface *i, size_t most)
{
	ShakedownTime now = live_clock();
	int n = pcap_dispatch(i->pcap, (int)MIN(most, INT_MAX), take, (u_char *)i);

	if (n < 0 && n != PCAP_ERROR_BREAK) {
		lose(i);
		return false;
	}
	i->drained = n >= 0 && (size_t)n < most;
	if (i->drained)
		i->drained_at = now;
	return true;
}

bool live_interface_check(LiveInterface *i)
{
	if (!is_down(i))
		return true;
	/* What came before. */
	if (live_interface_fetch(i, G_MAXINT))
		lose(i);
	return false;
}

void live_interface_count(LiveInterface *i)
{
	struct pcap_stat now;

	if (!i->pcap || pcap_stats(i->pcap, &now) != 0)
		return;
	/* They are 32 bits wide, and wrap. */
	i->received += (uint32_t)(now.ps_recv - i->before.ps_recv);
	i->kernel_dropped += (uint32_t)(now.ps_drop - i->before.ps_drop);
	i->card_dropped += (uint32_t)(now.ps_ifdrop - i->before.ps_ifdrop);
	i->before = now;
}

ShakedownTime live_interface_watermark(const LiveInterface *i)
{
	ShakedownTime mark = i->drained_at - (LIVE_TIMEOUT_MS + LATE_MS) * MS_NS;

	if (!i->pcap)
		return INT64_MAX;
	/* Blocks come in the order of time: what is still in the ring is not before what was. */
	if (!i->drained && i->len > i->head)
		mark = MAX(mark, i->queue[i->len - 1].time);
	return mark;
}
