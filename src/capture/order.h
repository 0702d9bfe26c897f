/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ordering window: packets go in as the file has them and come out by their time, as long as
 * what is out of order is near: at most ORDER_PACKETS places and ORDER_SPAN back. Captures of
 * several queues or cores swap neighbours like that. A greater step back is a clock that was set,
 * and stays where it is. Equal times keep their order.
 */
#pragma once

#include <shakedown/packet.h>

#define ORDER_PACKETS 256
#define ORDER_SPAN (100 * INT64_C(1000000)) /* ns */
/* Within that the order of the file says more than stamps do: cards, cores and tools that make
 * captures stamp packets less exactly than they write them one after the other. */
#define ORDER_SLACK (50 * INT64_C(1000)) /* ns */
#define ORDER_ROOM 1024

typedef struct {
	size_t begin, end;    /* of held */
	size_t floor;	      /* nothing may be sorted to before here; what is before it may go */
	ShakedownTime newest; /* since floor */
	ShakedownTime gone;   /* of the last packet taken since the last clock step */
	uint64_t late; /* packets that came too late for their place, which was within ORDER_SPAN */
	ShakedownPacket held[ORDER_ROOM];
} Order;

/* Whether from one packet's time to the next is a step back too far to be put right. */
static inline bool order_is_step_back(ShakedownTime from, ShakedownTime to)
{
	ShakedownTime back;
	return __builtin_sub_overflow(from, to, &back) ? from > to : back > ORDER_SPAN;
}

/* Whether a packet of that time stands too far behind one of the other to stay there. */
static inline bool order_is_out_of_place(ShakedownTime newest, ShakedownTime time)
{
	ShakedownTime back;
	return time < newest && (__builtin_sub_overflow(newest, time, &back) || back > ORDER_SLACK);
}

void order_init(Order *order);

/* Where the next packets are to be written, and how many: at least ORDER_PACKETS. */
ShakedownPacket *order_tail(Order *order, size_t *room);
/* So many were written there. */
void order_commit(Order *order, size_t n);
/* No more packets for now: what is held may go. */
void order_flush(Order *order);
/* Moves out what may go, at most room. */
size_t order_take(Order *order, ShakedownPacket *packets, size_t room);

static inline const ShakedownPacket *order_held(const Order *order, size_t *n)
{
	*n = order->end - order->begin;
	return &order->held[order->begin];
}
