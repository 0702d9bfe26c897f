/* SPDX-License-Identifier: BSD-3-Clause */
/* Words on arrows. */
#include "report/ladder-label.h"

#include "report/writer.h"

#include <inttypes.h>

#define FLAG_FIN 0x001u
#define FLAG_SYN 0x002u
#define FLAG_RST 0x004u
#define FLAG_PSH 0x008u
#define FLAG_ACK 0x010u
#define FLAGS_CONTROL (FLAG_FIN | FLAG_SYN | FLAG_RST)
#define FLAGS_ALL 0xfffu

typedef struct {
	const char *mark, *one, *many; /* on an arrow; in a fold */
} ClassWords;

static const ClassWords class_words[SHAKEDOWN_SEGMENT_CLASSES] = {
	[SHAKEDOWN_SEGMENT_CONTROL] = {NULL, "control segment", "control segments"},
	[SHAKEDOWN_SEGMENT_NEW] = {NULL, "data segment", "data segments"},
	[SHAKEDOWN_SEGMENT_ACK] = {NULL, "ACK", "ACKs"},
	[SHAKEDOWN_SEGMENT_RETRANSMISSION] = {"retransmission", "retransmission",
					      "retransmissions"},
	[SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION] = {"fast retransmission", "fast retransmission",
						   "fast retransmissions"},
	[SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION] = {"spurious retransmission",
						       "spurious retransmission",
						       "spurious retransmissions"},
	[SHAKEDOWN_SEGMENT_OUT_OF_ORDER] = {"out of order", "segment out of order",
					    "segments out of order"},
	[SHAKEDOWN_SEGMENT_KEEP_ALIVE] = {"keep-alive", "keep-alive", "keep-alives"},
	[SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK] = {"keep-alive ACK", "keep-alive ACK",
					      "keep-alive ACKs"},
	[SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE] = {"zero-window probe", "zero-window probe",
						 "zero-window probes"},
	[SHAKEDOWN_SEGMENT_DUPLICATE_ACK] = {"duplicate ACK", "duplicate ACK", "duplicate ACKs"},
	[SHAKEDOWN_SEGMENT_WINDOW_UPDATE] = {"window update", "window update", "window updates"},
	[SHAKEDOWN_SEGMENT_CHALLENGE_ACK] = {"challenge ACK", "challenge ACK", "challenge ACKs"},
	[SHAKEDOWN_SEGMENT_OUT_OF_WINDOW] = {"out of window", "segment out of window",
					     "segments out of window"},
	[SHAKEDOWN_SEGMENT_DUPLICATE_PACKET] = {"captured twice", "packet captured twice",
						"packets captured twice"},
	[SHAKEDOWN_SEGMENT_BAD_CHECKSUM] = {"bad checksum", "segment with a bad checksum",
					    "segments with a bad checksum"},
	[SHAKEDOWN_SEGMENT_ICMP_ERROR] = {NULL, "ICMP error", "ICMP errors"},
};

const char *ladder_class_mark(ShakedownSegmentClass segment_class)
{
	return class_words[segment_class].mark;
}

static void append_flags(GString *out, unsigned flags)
{
	/* In the order in which people say them, not in the header's. */
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{0x002, "SYN"}, {0x001, "FIN"}, {0x004, "RST"}, {0x008, "PSH"}, {0x020, "URG"},
		     {0x010, "ACK"}, {0x040, "ECE"}, {0x080, "CWR"}, {0x100, "AE"}};
	size_t before = out->len;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!(flags & names[i].bit))
			continue;
		if (out->len > before)
			g_string_append_c(out, ',');
		g_string_append(out, names[i].name);
	}
	if (flags & 0xe00)
		g_string_append_printf(out, "%sreserved", out->len > before ? "," : "");
}

/* A mere ACK's own number says nothing, unless it is odd. */
static bool shows_seq(const LadderWording *wording, const LadderRow *row)
{
	if (row->flags & FLAGS_CONTROL || row->len || wording->verbose || !(row->flags & FLAG_ACK))
		return true;
	switch ((ShakedownSegmentClass)row->segment_class) {
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
		return true;
	case SHAKEDOWN_SEGMENT_CONTROL:
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		break;
	}
	return false;
}

static unsigned shown_flags(LadderBrevity brevity, const LadderRow *row)
{
	unsigned flags = row->flags & FLAGS_ALL;

	if (!row->len || flags & FLAGS_CONTROL)
		return flags;
	switch (brevity) {
	case LADDER_FULL:
		break;
	case LADDER_BRIEF:
		return flags & ~FLAG_ACK;
	case LADDER_BRIEFEST:
		return flags & ~(FLAG_ACK | FLAG_PSH);
	}
	return flags;
}

static void append_number(const LadderWording *wording, const char *key, ShakedownSideId whose,
			  const LadderNumber *number, bool closing, GString *out)
{
	if (out->len)
		g_string_append_c(out, ' ');
	g_string_append(out, key);
	ladder_numbers_append(wording->numbers, whose, number, closing, out);
}

static void append_value(GString *out, const char *key, uint32_t value)
{
	g_string_append_printf(out, "%s%s%" PRIu32, out->len ? " " : "", key, value);
}

void ladder_label(const LadderWording *wording, const LadderRow *row, GString *head, GString *tail)
{
	ShakedownSideId sender = row->sender;

	g_string_truncate(head, 0);
	g_string_truncate(tail, 0);
	if (row->segment_class == SHAKEDOWN_SEGMENT_ICMP_ERROR) {
		/* It quotes a segment, of which sender and numbers are. */
		g_string_append(head, "ICMP about");
		append_number(wording, "seq=", sender, &row->seq, row->closing, head);
		return;
	}
	append_flags(head, shown_flags(wording->brevity, row));
	if (!(row->flags & FLAGS_ALL))
		g_string_append(head, "no flags");
	if (shows_seq(wording, row))
		append_number(wording, "seq=", sender, &row->seq, row->closing, head);
	if (row->flags & FLAG_ACK)
		append_number(wording, "ack=", !sender, &row->ack, row->closing, tail);
	if (row->len)
		append_value(tail, "len=", row->len);
	/* A window of 0 stops the peer: that is worth its room. */
	if (wording->verbose || (!row->window && row->flags & FLAG_ACK && !(row->flags & FLAG_RST)))
		append_value(tail, "win=", row->window);
	/* Only what is long is broken; "ACK" alone is no line. */
	if (!shows_seq(wording, row)) {
		g_string_append_printf(head, " %s", tail->str);
		g_string_truncate(tail, 0);
	}
}

static void append_count(GString *out, uint64_t count, const char *one, const char *many)
{
	char digits[REPORT_GROUPED_LEN];

	g_string_append_len(out, digits, (gssize)report_format_grouped(digits, count));
	g_string_append_printf(out, " %s", count == 1 ? one : many);
}

static void append_side_of_fold(const LadderWording *wording, const LadderFold *fold,
				ShakedownSideId side, GString *out)
{
	static const char *const arrows[2][2] = {{"▶", "◀"}, {"->", "<-"}};
	bool bytes_said = false;
	const char *separator = "";

	g_string_append_printf(out, "%s ", arrows[wording->ascii][side]);
	for (int i = 0; i < SHAKEDOWN_SEGMENT_CLASSES; i++) {
		if (!fold->count[side][i])
			continue;
		g_string_append(out, separator);
		append_count(out, fold->count[side][i], class_words[i].one, class_words[i].many);
		separator = ", ";
		if (i == SHAKEDOWN_SEGMENT_NEW && fold->bytes[side]) {
			g_string_append(out, separator);
			append_count(out, fold->bytes[side], "byte", "bytes");
			bytes_said = true;
		}
	}
	if (fold->bytes[side] && !bytes_said) {
		g_string_append(out, separator);
		append_count(out, fold->bytes[side], "byte", "bytes");
	}
}

static uint64_t segments_of(const LadderFold *fold, ShakedownSideId side)
{
	uint64_t n = 0;
	for (int i = 0; i < SHAKEDOWN_SEGMENT_CLASSES; i++)
		n += fold->count[side][i];
	return n;
}

bool ladder_fold_piece(const LadderWording *wording, const LadderRow *row, unsigned index,
		       GString *out)
{
	const LadderFold *fold = row->fold;
	char text[REPORT_DURATION_LEN];

	g_string_truncate(out, 0);
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		if (segments_of(fold, side) && !index--) {
			append_side_of_fold(wording, fold, side, out);
			return true;
		}
	}
	if (index)
		return false;
	g_string_append_printf(out, "frames %" PRIu64 "%s%" PRIu64, row->frame,
			       wording->ascii ? "-" : "–", fold->last_frame);
	if (fold->pause > SHAKEDOWN_NS_PER_S) {
		size_t len = report_format_duration(text, fold->pause, wording->ascii ? "u" : "µ");
		g_string_append_printf(out, ", longest pause %.*s", (int)len, text);
	}
	return true;
}
