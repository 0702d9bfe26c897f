/* SPDX-License-Identifier: BSD-3-Clause */
/* A scan in words. */
#include "detect/scanner.h"

#include <inttypes.h>
#include <math.h>

/* "SYN", or "FIN, NULL, Xmas" where one after the other was tried. */
static char *probe_names(const Scanner *s)
{
	static const char *const names[PROBES] = {
		[PROBE_SYN] = "SYN",   [PROBE_CONNECT] = "connect", [PROBE_FIN] = "FIN",
		[PROBE_NULL] = "NULL", [PROBE_XMAS] = "Xmas",	    [PROBE_MAIMON] = "Maimon",
		[PROBE_ACK] = "ACK",   [PROBE_WINDOW] = "window",
	};
	GString *list = g_string_new(NULL);
	uint64_t top = 0;

	for (unsigned i = 0; i < PROBES; i++)
		top = MAX(top, s->probes[i]);
	for (unsigned i = 0; i < PROBES; i++) {
		unsigned name = i == PROBE_ACK && s->windows_differ ? PROBE_WINDOW : i;

		/* A few of another kind are accidents of the first. */
		if (s->probes[i] && s->probes[i] * 4 >= top)
			g_string_append_printf(list, "%s%s", list->len ? ", " : "", names[name]);
	}
	return g_string_free(list, FALSE);
}

/* What all its probes are like, and hardly anything else is. */
static char *probe_filter(const Scanner *s)
{
	static const char *const filters[PROBES] = {
		[PROBE_SYN] = "tcp.flags.syn==1 && tcp.flags.ack==0",
		[PROBE_FIN] = "tcp.flags.fin==1 && tcp.flags.ack==0",
		[PROBE_NULL] = "tcp.flags==0x000",
		[PROBE_MAIMON] = "tcp.flags.fin==1 && tcp.flags.ack==1",
		[PROBE_ACK] = "tcp.flags==0x010 && tcp.len==0",
	};
	GString *all = g_string_new(NULL);
	bool wanted[PROBES] = {0};
	unsigned n = 0;

	for (unsigned i = 0; i < PROBES; i++)
		wanted[i == PROBE_CONNECT ? PROBE_SYN
		       : i == PROBE_XMAS  ? PROBE_FIN
					  : i] |= s->probes[i] > 0;
	for (unsigned i = 0; i < PROBES; i++)
		if (wanted[i] && filters[i])
			g_string_append_printf(all, "%s(%s)", n++ ? " || " : "", filters[i]);
	if (n == 1) {
		g_string_erase(all, 0, 1);
		g_string_truncate(all, all->len - 1);
	} else if (n > 1) {
		g_string_prepend_c(all, '(');
		g_string_append_c(all, ')');
	}
	return g_string_free(all, FALSE);
}

static void say_open(Finding *f, const Scanner *s)
{
	g_autoptr(GString) list = g_string_new(NULL);
	bool ports = scanner_is_of_target(s);
	const ScannerExamples *e = s->examples;

	if (!e || !e->open_len)
		return;
	for (unsigned i = 0; i < e->open_len; i++) {
		char address[SHAKEDOWN_ADDRESS_LEN];

		g_string_append(list, i ? ", " : "");
		if (ports)
			g_string_append_printf(list, "%u", e->open[i]);
		else
			g_string_append(
				list, (shakedown_address_format(&e->open_at[i], address), address));
	}
	size_t most = ports ? G_N_ELEMENTS(e->open) : G_N_ELEMENTS(e->open_at);

	if ((uint64_t)s->probed + s->successes > most)
		g_string_append(list, " and more");
	finding_text(f, ports ? "open_ports" : "open_at", list->str);
	finding_summary(f, "; open: %s", list->str);
}

/* What an answer means depends on the probe: an RST to a SYN, to a segment that only a port that
 * listens passes over (RFC 9293 §3.10.7.2), to an ACK that any port resets. */
static void say_answers(Finding *f, const Scanner *s)
{
	uint64_t syn = s->probes[PROBE_SYN] + s->probes[PROBE_CONNECT];
	uint64_t odd = s->probes[PROBE_FIN] + s->probes[PROBE_NULL] + s->probes[PROBE_XMAS] +
		       s->probes[PROBE_MAIMON];
	const char *separator = ": ";

	if (s->refused) {
		finding_summary(f, "%s%" PRIu32 " %s", separator, s->refused,
				syn > odd + s->probes[PROBE_ACK] ? "refused"
				: odd >= s->probes[PROBE_ACK]
					? "answered by RST"
					: "answered by RST, so no filter is before them");
		separator = ", ";
	}
	if (s->unanswered) {
		finding_summary(f, "%s%" PRIu32 " unanswered%s", separator, s->unanswered,
				odd > syn + s->probes[PROBE_ACK] ? " (open or filtered)" : "");
		separator = ", ";
	}
	if (s->probed) {
		finding_summary(f, "%s%" PRIu32 " answered and abandoned", separator, s->probed);
		separator = ", ";
	}
	if (s->successes)
		finding_summary(f, "%s%" PRIu32 " connected to", separator, s->successes);
	say_open(f, s);
}

static void say_places(Finding *f, const Scanner *s, uint64_t places)
{
	char source[SHAKEDOWN_ADDRESS_LEN], target[SHAKEDOWN_ADDRESS_LEN];
	g_autofree char *filter = NULL, *probes = probe_filter(s);
	ShakedownAddress from = scanner_source(s), to = scanner_target(s);
	const char *ip = from.version == 6 ? "ipv6" : "ip";
	const char *least = s->more ? "at least " : "";

	shakedown_address_format(&from, source);
	if (scanner_is_of_target(s)) {
		shakedown_address_format(&to, target);
		finding_text(f, "target", target);
		finding_count(f, "ports", places);
		finding_summary(f, "%s%" PRIu64 " port%s of %s in %s", least, places,
				places == 1 ? "" : "s", target,
				finding_span(f, s->last - s->first));
		filter = g_strdup_printf("%s.dst==%s", ip, target);
	} else {
		finding_count(f, "port", scanner_port(s));
		finding_count(f, "targets", places);
		finding_summary(f, "port %u of %s%" PRIu64 " hosts in %s", scanner_port(s), least,
				places, finding_span(f, s->last - s->first));
		filter = g_strdup_printf("%s.src==%s && tcp.dstport==%u", ip, source,
					 scanner_port(s));
	}
	finding_filter(f, filter);
	if (*probes)
		finding_filter(f, probes);
}

void scanner_report(const Scanner *s, DetectContext *context, uint64_t forgotten)
{
	g_autofree char *probes = probe_names(s);
	uint64_t places = (uint64_t)s->failures + s->successes;
	unsigned frames = s->examples ? s->examples->frames_len : 0;
	ShakedownAddress source = scanner_source(s);
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_PORT_SCAN, &source, 0);
	finding_time(&f, s->first, s->last);
	finding_frame(&f, s->first_frame);
	for (unsigned i = 0; i < frames; i++)
		finding_frame(&f, s->examples->frames[i]);
	if (places > frames + 1 || s->again)
		finding_many(&f);
	finding_text(&f, "scan", probes);
	finding_summary(&f, "%s scan: ", probes);
	say_places(&f, s, places);
	finding_count(&f, "refused", s->refused);
	finding_count(&f, "unanswered", s->unanswered);
	finding_count(&f, "answered", s->probed);
	finding_count(&f, "connected", s->successes);
	say_answers(&f, s);
	finding_count(&f, "likelihood_ratio", (uint64_t)exp(s->walk));
	if (forgotten)
		finding_count(&f, "sources_forgotten", forgotten);
	finding_report(&f);
}
