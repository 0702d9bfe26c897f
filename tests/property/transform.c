/* SPDX-License-Identifier: BSD-3-Clause */
#include "transform.h"

#include "decode/tcp-options.h"

#include <string.h>

/* One direction of a four-tuple, whatever it was wrapped in. */
typedef struct {
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
} Direction;

typedef struct {
	Direction direction;
	uint32_t offset;
	bool seen;
	uint32_t last; /* its latest number, as captured */
} Offset;

struct _Shift {
	GHashTable *offsets; /* Direction → Offset */
	GRand *rand;
	bool near_wrap;
};

static guint direction_hash(gconstpointer key)
{
	const uint8_t *byte = key;
	guint hash = 5381;

	for (size_t i = 0; i < sizeof(Direction); i++)
		hash = hash * 33 + byte[i];
	return hash;
}

static gboolean direction_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(Direction)) == 0;
}

Shift *shift_new(GRand *rand, bool near_wrap)
{
	Shift *shift = g_new0(Shift, 1);

	shift->offsets = g_hash_table_new_full(direction_hash, direction_equal, NULL, g_free);
	shift->rand = rand;
	shift->near_wrap = near_wrap;
	return shift;
}

void shift_free(Shift *shift)
{
	if (!shift)
		return;
	g_hash_table_unref(shift->offsets);
	g_free(shift);
}

/* first: the number that the direction is met with. */
static Offset *offset_of(Shift *shift, const Direction *direction, uint32_t first)
{
	Offset *offset = g_hash_table_lookup(shift->offsets, direction);

	if (offset)
		return offset;
	offset = g_new0(Offset, 1);
	offset->direction = *direction;
	offset->offset = shift->near_wrap ? 0u - g_rand_int_range(shift->rand, 0, 3000) - first
					  : g_rand_int(shift->rand);
	g_hash_table_insert(shift->offsets, &offset->direction, offset);
	return offset;
}

static Direction direction_of(const Segment *seg, bool back)
{
	Direction d = {.src_port = back ? seg->dst_port : seg->src_port,
		       .dst_port = back ? seg->src_port : seg->dst_port};

	memcpy(d.src, back ? seg->dst : seg->src, sizeof d.src);
	memcpy(d.dst, back ? seg->src : seg->dst, sizeof d.dst);
	return d;
}

static void add_be32(uint8_t *at, uint32_t n)
{
	uint32_t value =
		(uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

	value += n;
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* RFC 2018: the blocks are of the other direction's numbers. */
static void shift_sack(Segment *seg, uint32_t offset)
{
	TcpOption option;

	for (TcpOptions it = tcp_options_of(seg); tcp_options_next(&it, &option);)
		if (option.kind == TCP_OPTION_SACK)
			for (unsigned i = 0; i + 4 <= option.len; i += 4)
				add_be32((uint8_t *)option.data + i, offset);
}

/* RFC 9293 §3.10.7.1: who has no number of his own sends 0, and that is no number. */
static bool numberless(const Offset *offset, const Segment *seg)
{
	return (seg->flags & (TCP_RST | TCP_ACK)) == (TCP_RST | TCP_ACK) && seg->seq.value == 0 &&
	       !(offset->seen && offset->last + 100000 < 200000);
}

static void shift_segment(Shift *shift, Segment *seg)
{
	Direction forth = direction_of(seg, false), back = direction_of(seg, true);
	bool icmp = seg->kind == SEGMENT_ICMP_ERROR;

	if (icmp && !seg->icmp.has_seq)
		return;
	Offset *own = offset_of(shift, &forth, seg->seq.value);
	bool zero = !icmp && numberless(own, seg);

	if (!zero) {
		own->seen = true;
		own->last = seg->seq.value;
		seg->seq = tcp_seq_add(seg->seq, own->offset);
	}
	/* Without the flag the field means nothing, and stays as it is. */
	if (!(seg->flags & TCP_ACK))
		return;
	const Offset *peer = offset_of(shift, &back, seg->ack.value);

	seg->ack = tcp_seq_add(seg->ack, peer->offset);
	shift_sack(seg, peer->offset);
}

void shift_apply(Shift *shift, SampleItems *items)
{
	for (guint i = 0; i < items->items->len; i++) {
		SampleItem *item = &g_array_index(items->items, SampleItem, i);

		if (item->segment)
			shift_segment(shift, &item->seg);
	}
}

uint32_t shift_of(const ShakedownAddress *from, uint16_t from_port, const ShakedownAddress *to,
		  uint16_t to_port, void *data)
{
	const Shift *shift = data;
	Direction d = {.src_port = from_port, .dst_port = to_port};

	memcpy(d.src, from->bytes, sizeof d.src);
	memcpy(d.dst, to->bytes, sizeof d.dst);
	const Offset *offset = g_hash_table_lookup(shift->offsets, &d);
	return offset ? offset->offset : 0;
}

void swap_sides(SampleItems *items, bool ports)
{
	for (guint i = 0; i < items->items->len; i++) {
		SampleItem *item = &g_array_index(items->items, SampleItem, i);
		Segment *seg = &item->seg;
		uint8_t src[16];
		uint16_t port = seg->src_port;

		memcpy(src, seg->src, sizeof src);
		memcpy(seg->src, seg->dst, sizeof src);
		memcpy(seg->dst, src, sizeof src);
		if (ports) {
			seg->src_port = seg->dst_port;
			seg->dst_port = port;
		}
	}
}
