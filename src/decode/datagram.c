/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/datagram.h"

#include <string.h>

#define DATAGRAM_MOST 65535

Datagram *datagram_new(const Datagram *key)
{
	Datagram *datagram = g_new(Datagram, 1);

	*datagram = *key;
	datagram->link = (GList){.data = datagram};
	return datagram;
}

void datagram_free(Datagram *datagram)
{
	g_free(datagram->ranges);
	g_free(datagram->buffer);
	g_free(datagram);
}

size_t datagram_footprint(const Datagram *datagram)
{
	return sizeof *datagram + datagram->buffer_room +
	       datagram->ranges_room * sizeof *datagram->ranges;
}

const char *datagram_piece_fault(const FragmentsPiece *piece)
{
	if (piece->len == 0)
		return "IP fragment of no bytes";
	if (piece->more && piece->len % 8)
		return "IP fragment whose length is no multiple of 8";
	if (piece->len > DATAGRAM_MOST || piece->offset + piece->len > DATAGRAM_MOST)
		return "IP fragment beyond 65535 bytes";
	return NULL;
}

bool datagram_holds(const Datagram *datagram, const FragmentsPiece *piece)
{
	size_t captured = bytes_left(&piece->bytes);

	for (size_t i = 0; i < datagram->ranges_len; i++) {
		const DatagramRange *range = &datagram->ranges[i];
		size_t held = range->captured - range->start;

		if (range->start != piece->offset)
			continue;
		return range->end == piece->offset + piece->len &&
		       !memcmp(datagram->buffer + range->start, piece->bytes.at,
			       MIN(held, captured));
	}
	return false;
}

static void datagram_insert(Datagram *datagram, const FragmentsPiece *piece, size_t at,
			    uint32_t start, uint32_t end)
{
	uint32_t captured_end = piece->offset + (uint32_t)bytes_left(&piece->bytes);
	uint32_t captured = CLAMP(captured_end, start, end);

	if (datagram->ranges_len == datagram->ranges_room) {
		datagram->ranges_room = MAX(4, datagram->ranges_room * 2);
		datagram->ranges = g_renew(DatagramRange, datagram->ranges, datagram->ranges_room);
	}
	memmove(datagram->ranges + at + 1, datagram->ranges + at,
		(datagram->ranges_len - at) * sizeof *datagram->ranges);
	datagram->ranges[at] = (DatagramRange){start, end, captured};
	datagram->ranges_len++;
	datagram->covered += end - start;
	/* Also where nothing was captured: pointers are made into it. */
	if (!datagram->buffer || captured > datagram->buffer_room) {
		datagram->buffer_room = MAX(2048, 1u << g_bit_storage(captured));
		datagram->buffer = g_realloc(datagram->buffer, datagram->buffer_room);
	}
	if (captured > start)
		memcpy(datagram->buffer + start, piece->bytes.at + (start - piece->offset),
		       captured - start);
}

/* Puts in what of the piece is not there yet; returns how many of its bytes were. */
static uint32_t datagram_fill(Datagram *datagram, const FragmentsPiece *piece)
{
	uint32_t at = piece->offset, end = piece->offset + piece->len, before = datagram->covered;
	size_t i = 0;

	while (at < end) {
		uint32_t stop = end;

		while (i < datagram->ranges_len && datagram->ranges[i].end <= at)
			i++;
		if (i < datagram->ranges_len) {
			if (datagram->ranges[i].start <= at) {
				at = datagram->ranges[i].end;
				continue;
			}
			stop = MIN(end, datagram->ranges[i].start);
		}
		datagram_insert(datagram, piece, i, at, stop);
		at = stop;
	}
	return piece->len - (datagram->covered - before);
}

static bool datagram_overlaps(const Datagram *datagram, const FragmentsPiece *piece)
{
	for (size_t i = 0; i < datagram->ranges_len; i++)
		if (datagram->ranges[i].start < piece->offset + piece->len &&
		    datagram->ranges[i].end > piece->offset)
			return true;
	return false;
}

/* The whole datagram is given up, and with it what comes later, RFC 5722 §4. */
static void datagram_drop(Datagram *datagram, Counts *counts, const char *reason)
{
	counts_add(counts, reason, true, datagram->packets);
	datagram->state = DATAGRAM_DROPPED;
	g_clear_pointer(&datagram->buffer, g_free);
	g_clear_pointer(&datagram->ranges, g_free);
	datagram->buffer_room = datagram->ranges_room = datagram->ranges_len = 0;
}

/* Whether the piece and those before it agree on where the datagram ends. */
static bool datagram_agrees_on_end(const Datagram *datagram, const FragmentsPiece *piece)
{
	uint32_t end = piece->offset + piece->len;
	uint32_t last = datagram->ranges_len ? datagram->ranges[datagram->ranges_len - 1].end : 0;

	if (datagram->has_end)
		return piece->more ? end <= datagram->end : end == datagram->end;
	return piece->more || end >= last;
}

static void datagram_hand_out(Datagram *datagram, FragmentsWhole *whole)
{
	uint32_t captured = 0;

	for (size_t i = 0; i < datagram->ranges_len; i++) {
		captured = datagram->ranges[i].captured;
		if (captured < datagram->ranges[i].end)
			break;
	}
	datagram->state = DATAGRAM_DONE;
	*whole = (FragmentsWhole){
		.protocol = datagram->first_protocol,
		.len = datagram->end,
		.bytes = bytes_of(datagram->buffer, captured),
	};
}

bool datagram_add(Datagram *datagram, Counts *counts, const FragmentsPiece *piece,
		  FragmentsWhole *whole)
{
	if (datagram->state == DATAGRAM_DROPPED) {
		counts_add(counts, "IP fragment of a datagram given up", true, 1);
		return false;
	}
	if (datagram->state == DATAGRAM_DONE || datagram_holds(datagram, piece)) {
		counts_add(counts, "IP fragment seen twice", false, 1);
		return false;
	}
	datagram->packets++;
	if (!datagram_agrees_on_end(datagram, piece)) {
		datagram_drop(datagram, counts, "IP fragments that disagree on the end");
		return false;
	}
	if (piece->version == 6 && datagram_overlaps(datagram, piece)) {
		datagram_drop(datagram, counts, "IPv6 fragments that overlap");
		return false;
	}
	if (datagram->ranges_len >= FRAGMENTS_PIECES) {
		datagram_drop(datagram, counts, "IP datagram in too many fragments");
		return false;
	}
	if (datagram_fill(datagram, piece))
		counts_add(counts, "IPv4 fragments that overlap", true, 1);
	if (piece->offset == 0)
		datagram->first_protocol = piece->protocol;
	if (!piece->more) {
		datagram->has_end = true;
		datagram->end = piece->offset + piece->len;
	}
	if (!datagram->has_end || datagram->covered != datagram->end)
		return false;
	counts_add(counts, "IP fragment, read with the last of its datagram", false,
		   datagram->packets - 1);
	datagram_hand_out(datagram, whole);
	return true;
}
