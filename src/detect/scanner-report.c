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

static void say_open(Finding *f, const Scanner *s)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (unsigned i = 0; i < s->open_len && s->key.target.version; i++)
		g_string_append_printf(list, "%s%u", i ? ", " : "", s->open[i]);
	if (!list->len)
		return;
	finding_text(f, "open_ports", list->str);
	finding_summary(f, "; open: %s", list->str);
}

void scanner_report(const Scanner *s, DetectContext *context, uint64_t forgotten)
{
	char target[SHAKEDOWN_ADDRESS_LEN];
	g_autofree char *filter = NULL, *probes = probe_names(s);
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_PORT_SCAN, &s->key.source, 0);
	finding_time(&f, s->first, s->last);
	for (unsigned i = 0; i < s->frames_len; i++)
		finding_frame(&f, s->frames[i]);
	if (s->contacts > s->frames_len)
		finding_many(&f);
	finding_text(&f, "scan", probes);
	finding_summary(&f, "%s scan: ", probes);
	if (s->key.target.version) {
		shakedown_address_format(&s->key.target, target);
		finding_text(&f, "target", target);
		finding_count(&f, "ports", s->contacts);
		finding_summary(&f, "%s%" PRIu64 " ports of %s in %s", s->more ? "at least " : "",
				s->contacts, target, finding_span(&f, s->last - s->first));
		filter = g_strdup_printf(
			"%s==%s", s->key.target.version == 6 ? "ipv6.addr" : "ip.addr", target);
	} else {
		finding_count(&f, "port", s->key.port);
		finding_count(&f, "targets", s->contacts);
		finding_summary(&f, "port %u of %s%" PRIu64 " hosts in %s", s->key.port,
				s->more ? "at least " : "", s->contacts,
				finding_span(&f, s->last - s->first));
		filter = g_strdup_printf("tcp.port==%u", s->key.port);
	}
	finding_filter(&f, filter);
	finding_count(&f, "refused", s->refused);
	finding_count(&f, "unanswered", s->unanswered);
	finding_count(&f, "answered", s->probed);
	finding_count(&f, "connected", s->successes);
	finding_summary(&f,
			": %" PRIu64 " refused, %" PRIu64 " unanswered, %" PRIu64
			" answered and let down",
			s->refused, s->unanswered, s->probed);
	say_open(&f, s);
	finding_count(&f, "likelihood_ratio", (uint64_t)exp(s->walk));
	if (forgotten)
		finding_count(&f, "sources_forgotten", forgotten);
	finding_report(&f);
}
