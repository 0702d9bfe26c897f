/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Naming sequence numbers. A number is unwrapped against the highest one seen of its side; what
 * lies too far away (the 0 of a reset without a connection, a blind guess) has no name and is
 * shown as it is.
 */
#include "report/ladder-numbers.h"

#include "base/seq.h"

#include <inttypes.h>

/* How far from the highest number something may lie and still count as this connection's: more
 * ahead than any window (2^30, RFC 7323 §2.3), less behind; what proves nothing (a reset, a
 * segment out of the window) only as near as a forger's good guess. */
#define AHEAD_MAX (INT32_C(1) << 30)
#define BEHIND_MAX (INT32_C(1) << 28)
#define STRICT_MAX (INT32_C(1) << 20)

#define FLAG_FIN 0x001u
#define FLAG_SYN 0x002u
#define FLAG_RST 0x004u
#define FLAG_ACK 0x010u

void ladder_numbers_init(LadderNumbers *numbers, bool absolute, bool ascii)
{
	*numbers = (LadderNumbers){.closer = -1, .absolute = absolute, .ascii = ascii};
}

static void learn_base(LadderSpace *space, uint32_t base, bool isn)
{
	uint32_t before = space->base - (uint32_t)space->shift;

	if (space->known && (before == base || !isn)) {
		space->isn |= isn;
		return;
	}
	int32_t distance = tcp_seq_diff(tcp_seq(before), tcp_seq(base));
	if (space->known && !space->isn && distance >= -BEHIND_MAX && distance <= BEHIND_MAX) {
		/* The SYN comes to light later: all offsets so far were short by this. */
		space->shift += distance;
	} else {
		/* The first SYN, or another in its place (RFC 9293 §3.5, figure 8): what was seen
		 * before it belongs to no name. */
		space->epoch += space->known;
		space->base = base;
		space->shift = 0;
		space->next = 0;
		space->known = true;
	}
	space->isn = isn;
}

static LadderNumber locate(const LadderSpace *space, uint32_t value, bool strict)
{
	LadderNumber n = {.value = value, .epoch = space->epoch};

	if (!space->known)
		return n;
	uint32_t next = space->base + (uint32_t)space->next;
	int32_t distance = tcp_seq_diff(tcp_seq(value), tcp_seq(next));
	n.offset = space->next + distance;
	n.named = distance <= (strict ? STRICT_MAX : AHEAD_MAX) &&
		  distance >= -(strict ? STRICT_MAX : BEHIND_MAX);
	return n;
}

/* Whether the segment may teach us where its sender stands. */
static bool is_credible(const ShakedownSegment *s)
{
	return !(s->flags & FLAG_RST) && s->segment_class != SHAKEDOWN_SEGMENT_BAD_CHECKSUM &&
	       s->segment_class != SHAKEDOWN_SEGMENT_OUT_OF_WINDOW &&
	       s->segment_class != SHAKEDOWN_SEGMENT_ICMP_ERROR;
}

static void see_fin(LadderNumbers *numbers, ShakedownSideId sender, int64_t fin, uint32_t len,
		    LadderNumber ack)
{
	LadderSpace *own = &numbers->space[sender], *other = &numbers->space[!sender];

	if (own->closed)
		return;
	own->closed = true;
	own->fin = fin;
	own->fin_len = len;
	if (numbers->closer >= 0)
		return;
	numbers->closer = (int8_t)sender;
	numbers->held = other->known ? other->next : ack.offset;
}

void ladder_numbers_see(LadderNumbers *numbers, const ShakedownSegment *s, LadderNumber *seq,
			LadderNumber *ack)
{
	ShakedownSideId sender = s->sender, peer = !s->sender;
	LadderSpace *own = &numbers->space[sender], *other = &numbers->space[peer];
	bool credible = is_credible(s), reset = s->flags & FLAG_RST;

	for (int i = 0; i < 2; i++)
		if (s->isn_known[i])
			learn_base(&numbers->space[i], s->isn[i], true);
	if (credible && !own->known)
		learn_base(own, s->seq, s->flags & FLAG_SYN);
	if (credible && !other->known && s->flags & FLAG_ACK) {
		other->deduced = s->flags & FLAG_SYN;
		learn_base(other, other->deduced ? s->ack - 1 : s->ack, other->deduced);
	}

	*seq = locate(own, s->seq, !credible);
	*ack = locate(other, s->ack, !credible);
	/* RFC 9293 §3.10.7.1: a reset that answers a segment without ACK has seq 0. */
	if (reset && s->flags & FLAG_ACK && !s->seq)
		seq->named = false;
	if (!credible)
		return;
	if (seq->named) {
		int64_t end = seq->offset + s->len + !!(s->flags & FLAG_SYN);
		bool fin = s->flags & FLAG_FIN && !(s->flags & FLAG_SYN);
		if (fin)
			see_fin(numbers, sender, end, s->len, *ack);
		own->next = MAX(own->next, end + fin);
	}
	if (s->flags & FLAG_ACK && ack->named)
		other->next = MAX(other->next, ack->offset);
}

static void append_offset(GString *out, const char *name, int64_t offset)
{
	g_string_append(out, name);
	if (offset)
		g_string_append_printf(out, "%+" G_GINT64_FORMAT, offset);
}

static const char *base_name(const LadderNumbers *numbers, ShakedownSideId whose)
{
	static const char *const names[2][3] = {{"x", "x₀", "x0"}, {"y", "y₀", "y0"}};
	return names[whose][numbers->space[whose].isn ? 0 : numbers->ascii ? 2 : 1];
}

/* w is a name of its own only where the other side sent something after the first FIN. */
static bool has_third(const LadderNumbers *numbers)
{
	const LadderSpace *other = &numbers->space[!numbers->closer];
	return other->closed && other->fin != numbers->held;
}

void ladder_numbers_append(const LadderNumbers *numbers, ShakedownSideId whose,
			   const LadderNumber *number, bool closing, GString *out)
{
	const LadderSpace *space = &numbers->space[whose];

	if (numbers->absolute || !number->named || number->epoch != space->epoch) {
		g_string_append_printf(out, "%" PRIu32, number->value);
		return;
	}
	if (closing && numbers->closer >= 0) {
		bool first = numbers->closer == (int8_t)whose;
		int64_t from = first ? space->fin : numbers->held;
		if (!first && has_third(numbers) && number->offset >= space->fin) {
			append_offset(out, "w", number->offset - space->fin);
			return;
		}
		if (number->offset >= from) {
			append_offset(out, first ? "u" : "v", number->offset - from);
			return;
		}
	}
	append_offset(out, base_name(numbers, whose), number->offset + space->shift);
}

static void legend_base(const LadderNumbers *numbers, ShakedownSideId side, GString *name,
			GString *meaning)
{
	const LadderSpace *space = &numbers->space[side];

	g_string_printf(name, "%s = %" PRIu32, base_name(numbers, side),
			space->base - (uint32_t)space->shift);
	if (space->isn)
		g_string_printf(meaning, "the %s's initial sequence number%s",
				shakedown_side_name(side),
				space->deduced ? ", known from the answer to it" : "");
	else
		g_string_printf(meaning,
				"the first number seen of the %s, whose SYN was not captured",
				shakedown_side_name(side));
}

/* "u = x+121 = 3298344545" */
static void legend_offset(const LadderNumbers *numbers, const char *name, ShakedownSideId side,
			  int64_t offset, GString *out)
{
	const LadderSpace *space = &numbers->space[side];

	g_string_printf(out, "%s = ", name);
	append_offset(out, base_name(numbers, side), offset + space->shift);
	g_string_append_printf(out, " = %" PRIu32, space->base + (uint32_t)offset);
}

static void legend_fin(const LadderNumbers *numbers, ShakedownSideId side, GString *meaning)
{
	const LadderSpace *space = &numbers->space[side];

	g_string_printf(meaning, "the %s's FIN", shakedown_side_name(side));
	if (space->fin_len)
		g_string_append_printf(meaning, ", after the %" PRIu32 " bytes it came with",
				       space->fin_len);
}

bool ladder_numbers_legend(const LadderNumbers *numbers, unsigned index, GString *name,
			   GString *meaning)
{
	for (int side = 0; side < 2; side++) {
		if (numbers->space[side].known && !index--) {
			legend_base(numbers, side, name, meaning);
			return true;
		}
	}
	if (numbers->closer < 0 || numbers->absolute)
		return false;

	ShakedownSideId first = (ShakedownSideId)numbers->closer, second = !first;
	const char *first_name = shakedown_side_name(first),
		   *second_name = shakedown_side_name(second);
	bool third = has_third(numbers);
	switch (index) {
	case 0:
		legend_offset(numbers, "u", first, numbers->space[first].fin, name);
		legend_fin(numbers, first, meaning);
		return true;
	case 1:
		if (!numbers->space[second].known)
			return false;
		legend_offset(numbers, "v", second, numbers->held, name);
		if (numbers->space[second].closed && !third)
			legend_fin(numbers, second, meaning);
		else
			g_string_printf(meaning, "the %s's next number when the %s's FIN passed",
					second_name, first_name);
		return true;
	case 2:
		if (!third)
			return false;
		legend_offset(numbers, "w", second, numbers->space[second].fin, name);
		legend_fin(numbers, second, meaning);
		return true;
	default:
		return false;
	}
}
