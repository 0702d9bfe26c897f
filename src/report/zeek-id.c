/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/zeek-id.h"

#include <string.h>

enum { SHA1_LEN = 20, PROTO_TCP = 6, TUPLE_MOST = 2 + 16 + 16 + 2 + 4 };

void zeek_id_init(ZeekId *id)
{
	id->sha1 = g_checksum_new(G_CHECKSUM_SHA1);
}

void zeek_id_clear(ZeekId *id)
{
	g_clear_pointer(&id->sha1, g_checksum_free);
}

static void put16(guint8 *out, uint16_t value)
{
	out[0] = (guint8)(value >> 8);
	out[1] = (guint8)value;
}

static void put64(guint8 *out, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (guint8)(value >> (56 - 8 * i));
}

/* Seed, addresses, protocol, padding, ports: the lower endpoint first. */
static size_t put_tuple(guint8 *out, const ShakedownConnection *c)
{
	const ShakedownSide *a = &c->side[0], *b = &c->side[1];
	size_t len = a->addr.version == 4 ? 4 : 16;
	int order = memcmp(a->addr.bytes, b->addr.bytes, len);

	if (order > 0 || (order == 0 && a->port > b->port)) {
		const ShakedownSide *swap = a;
		a = b;
		b = swap;
	}
	put16(out, 0);
	memcpy(out + 2, a->addr.bytes, len);
	memcpy(out + 2 + len, b->addr.bytes, len);
	guint8 *end = out + 2 + 2 * len;
	end[0] = PROTO_TCP;
	end[1] = 0;
	put16(end + 2, a->port);
	put16(end + 4, b->port);
	return 2 + 2 * len + 6;
}

static void digest(ZeekId *id, const guint8 *bytes, size_t len, guint8 out[SHA1_LEN])
{
	gsize room = SHA1_LEN;

	g_checksum_reset(id->sha1);
	g_checksum_update(id->sha1, bytes, (gssize)len);
	g_checksum_get_digest(id->sha1, out, &room);
}

void zeek_community_id(ZeekId *id, const ShakedownConnection *c, char out[ZEEK_COMMUNITY_LEN])
{
	guint8 tuple[TUPLE_MOST], hash[SHA1_LEN];
	gint state = 0, save = 0;

	digest(id, tuple, put_tuple(tuple, c), hash);
	out[0] = '1';
	out[1] = ':';
	gsize len = g_base64_encode_step(hash, SHA1_LEN, FALSE, out + 2, &state, &save);
	len += g_base64_encode_close(FALSE, out + 2 + len, &state, &save);
	out[2 + len] = '\0';
}

void zeek_uid(ZeekId *id, const ShakedownConnection *c, char out[ZEEK_UID_LEN])
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	guint8 tuple[TUPLE_MOST + 24], hash[SHA1_LEN];
	size_t len = put_tuple(tuple, c);
	char *at = out;

	put64(tuple + len, (uint64_t)c->start);
	put64(tuple + len + 8, c->first_frame);
	put64(tuple + len + 16, c->id);
	digest(id, tuple, len + 24, hash);
	*at++ = 'C';
	/* Long division of 96 bits by 62, until nothing is left. */
	for (bool left = true; left;) {
		unsigned rest = 0;

		left = false;
		for (unsigned i = 0; i < 12; i++) {
			unsigned value = rest << 8 | hash[i];
			hash[i] = (guint8)(value / 62);
			rest = value % 62;
			left |= hash[i] != 0;
		}
		*at++ = digits[rest];
	}
	*at = '\0';
}
