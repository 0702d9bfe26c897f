/* SPDX-License-Identifier: BSD-3-Clause */
/* The ordering window: an insertion sort that, as a rule, finds nothing to do. */
#include "capture/order.h"

#include <glib.h>
#include <string.h>

void order_init(Order *order)
{
	order->begin = order->end = order->floor = 0;
	order->newest = order->gone = INT64_MIN;
	order->late = 0;
}

ShakedownPacket *order_tail(Order *order, size_t *room)
{
	if (ORDER_ROOM - order->end < ORDER_PACKETS) {
		size_t n = order->end - order->begin;
		memmove(order->held, &order->held[order->begin], n * sizeof *order->held);
		order->floor -= order->begin;
		order->begin = 0;
		order->end = n;
	}
	*room = ORDER_ROOM - order->end;
	return &order->held[order->end];
}

/* The packet at i is older than one before it. */
static void put_right(Order *order, size_t i)
{
	ShakedownPacket packet = order->held[i];
	size_t to = i;

	if (order_is_step_back(order->newest, packet.time)) {
		order->floor = i;
		order->newest = packet.time;
		order->gone = INT64_MIN;
		return;
	}
	while (to > order->floor && order->held[to - 1].time > packet.time)
		to--;
	memmove(&order->held[to + 1], &order->held[to], (i - to) * sizeof packet);
	order->held[to] = packet;
	if (packet.time < order->gone)
		order->late++;
}

void order_commit(Order *order, size_t n)
{
	size_t stop = order->end + n;
	ShakedownTime newest = order->newest;

	for (size_t i = order->end; i < stop; i++) {
		ShakedownTime time = order->held[i].time;
		if (G_LIKELY(time >= newest)) {
			newest = time;
		} else if (order_is_out_of_place(newest, time)) {
			order->newest = newest;
			put_right(order, i);
			newest = order->newest;
		}
	}
	order->newest = newest;
	order->end = stop;
}

void order_flush(Order *order)
{
	order->floor = order->end;
	order->gone = order->newest;
}

/* How many of those held can no more be overtaken. */
static size_t releasable(const Order *order)
{
	size_t last = order->floor;
	if (order->end - order->begin > ORDER_PACKETS && order->end - ORDER_PACKETS > last)
		last = order->end - ORDER_PACKETS;
	if (last < order->begin)
		last = order->begin;
	while (last < order->end && order_is_step_back(order->newest, order->held[last].time))
		last++;
	return last - order->begin;
}

size_t order_take(Order *order, ShakedownPacket *packets, size_t room)
{
	size_t n = releasable(order);
	if (n > room)
		n = room;
	if (n == 0)
		return 0;
	memcpy(packets, &order->held[order->begin], n * sizeof *packets);
	order->begin += n;
	if (order->begin > order->floor) {
		order->floor = order->begin;
		order->gone = packets[n - 1].time;
	}
	return n;
}
