/* SPDX-License-Identifier: BSD-3-Clause */
/* What limits the findings, as sentences. */
#include "report/warnings.h"

#include "report/writer.h"

static void add(GPtrArray *warnings, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(GPtrArray *warnings, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_ptr_array_add(warnings, g_strdup_vprintf(format, args));
	va_end(args);
}

/* "1 packet", "2,000 packets"; the text lives in the buffer. */
static const char *counted(char *buffer, size_t room, uint64_t n, const char *one, const char *many)
{
	char digits[REPORT_GROUPED_LEN + 1];
	digits[report_format_grouped(digits, n)] = '\0';
	g_snprintf(buffer, (gulong)room, "%s %s", digits, n == 1 ? one : many);
	return buffer;
}

/* Many may lie in a directory beside the captures: the first of them stands for all. */
static void of_left_out(GPtrArray *warnings, const ShakedownCaptureInfo *capture)
{
	char n[96];
	size_t first = 0;

	while (first + 1 < capture->files_len && !capture->files[first].left_out)
		first++;
	if (capture->left_out == 1)
		add(warnings, "left out: %s", capture->files[first].problem);
	else
		add(warnings, "left out: %s that are no captures, among them %s",
		    counted(n, sizeof(n), capture->left_out, "file", "files"),
		    capture->files[first].problem);
}

static void of_capture(GPtrArray *warnings, const ShakedownCaptureInfo *capture)
{
	char n[96];

	for (size_t i = 0; i < capture->files_len; i++) {
		if (capture->files[i].problem && !capture->files[i].left_out)
			add(warnings, "%s", capture->files[i].problem);
	}
	if (capture->left_out)
		of_left_out(warnings, capture);
	if (capture->dropped)
		add(warnings, "the capture lost packets: by its own count %s dropped",
		    counted(n, sizeof(n), capture->dropped, "packet was", "packets were"));
	if (capture->clock_steps > 0)
		add(warnings, "the capture's clock was set back: %s",
		    counted(n, sizeof(n), capture->clock_steps, "packet is earlier than its place",
			    "packets are earlier than their place"));
}

/* From so many segments on it is no chance that all have SYN. */
#define FILTERED_SEGMENTS 100

static void of_filter(GPtrArray *warnings, const ShakedownSummary *s)
{
	if (s->lacks_acks)
		add(warnings, "a capture filter left out all segments without SYN, FIN or RST: "
			      "what only they show (third ACKs, the last ACK, data) is not known");
	else if (s->syn_segments == s->segments && s->segments >= FILTERED_SEGMENTS)
		add(warnings, "all TCP segments have SYN: if a capture filter left out the others, "
			      "floods and unfinished handshakes may be an artefact of it");
}

static void of_analysis(GPtrArray *warnings, const ShakedownSummary *s)
{
	char n[96];

	of_filter(warnings, s);
	for (size_t i = 0; i < s->skipped_len; i++) {
		if (s->skipped[i].fault && s->skipped[i].packets > 0)
			add(warnings, "%s could not be analysed: %s",
			    counted(n, sizeof(n), s->skipped[i].packets, "packet", "packets"),
			    s->skipped[i].reason);
	}
	uint64_t cut = s->cut_half_open + s->cut_closed + s->cut_open;
	if (cut > 0)
		add(warnings,
		    "memory was used up (--max-memory): %s early, %" G_GUINT64_FORMAT
		    " half-open, %" G_GUINT64_FORMAT " closed, %" G_GUINT64_FORMAT " open",
		    counted(n, sizeof(n), cut, "connection was ended", "connections were ended"),
		    s->cut_half_open, s->cut_closed, s->cut_open);
	if (s->missing_bytes > 0 && !s->lacks_acks)
		add(warnings, "the capture lost packets: %s acknowledged but never captured",
		    counted(n, sizeof(n), s->missing_bytes, "byte was", "bytes were"));
	if (s->half_seen > 0)
		add(warnings, "only one direction was captured of %s",
		    counted(n, sizeof(n), s->half_seen, "connection", "connections"));
	if (s->bad_checksums > 0)
		add(warnings, "%s a wrong TCP checksum: the receiver drops %s not tracked",
		    counted(n, sizeof(n), s->bad_checksums, "segment has", "segments have"),
		    s->bad_checksums == 1 ? "it, so it was" : "them, so they were");
}

GPtrArray *report_warnings(const ShakedownSummary *summary, const ShakedownCaptureInfo *capture)
{
	GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);

	if (capture)
		of_capture(warnings, capture);
	if (summary)
		of_analysis(warnings, summary);
	return warnings;
}

void report_warnings_put(TextLayout *layout, const ShakedownSummary *summary,
			 const ShakedownCaptureInfo *capture, unsigned indent, unsigned most)
{
	g_autoptr(GPtrArray) warnings = report_warnings(summary, capture);
	char more[64];

	for (guint i = 0; i < warnings->len && i < most; i++) {
		text_spaces(layout, indent);
		unsigned at = indent + text_put(layout, TEXT_WARNING, "! ");
		text_wrap(layout, TEXT_PLAIN, g_ptr_array_index(warnings, i), at, at);
	}
	if (warnings->len > most) {
		g_snprintf(more, sizeof(more), "! and %u more", warnings->len - most);
		text_spaces(layout, indent);
		text_put(layout, TEXT_WARNING, more);
		text_newline(layout);
	}
}
