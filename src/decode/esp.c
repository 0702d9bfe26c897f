/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ESP, RFC 4303, that authenticates and does not encrypt (RFC 2410), as telephones do on their way
 * into a provider's network (3GPP TS 33.203). Nothing in it tells: where the trailer lies is tried
 * (RFC 5879), and what it ends must prove itself, by its TCP checksum or its IP length.
 */
#include "decode/tcp-segment.h"

#define ESP_HEADER 8
#define ESP_TRAILER 2 /* length of the padding before it, next header */
#define ESP_LEAST 20  /* of what it holds */

/* §2.4: 1, 2, 3, … */
static bool esp_is_padding(const uint8_t *padding, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (padding[i] != i + 1)
			return false;
	return true;
}

static bool esp_proves(const Walk *walk, const uint8_t *payload, uint32_t len, uint8_t next)
{
	uint32_t header;

	switch (next) {
	case 4:
		return payload[0] >> 4 == 4 && be16(payload + 2) == len;
	case 41:
		return payload[0] >> 4 == 6 && len >= 40 && be16(payload + 4) + 40u == len;
	case 6:
		header = (payload[12] >> 4) * 4u;
		return header >= TCP_HEADER && header <= len &&
		       checksum_tcp(walk->ip.src, walk->ip.dst, walk->ip.version == 4 ? 4 : 16,
				    payload, len) == SEGMENT_CHECKSUM_GOOD;
	}
	return false;
}

/* With a vector of that length before the payload, and a check value behind the trailer. */
static bool esp_try(const Walk *walk, size_t vector, size_t check_value, Bytes *payload,
		    uint8_t *next)
{
	size_t left = bytes_left(&walk->at), around = vector + ESP_TRAILER + check_value, padding;
	const uint8_t *end;

	if (left < around + ESP_LEAST)
		return false;
	end = walk->at.end - check_value;
	padding = end[-2];
	*next = end[-1];
	if (left < around + ESP_LEAST + padding)
		return false;
	*payload = bytes_of(walk->at.at + vector, left - around - padding);
	return esp_is_padding(payload->end, padding) &&
	       esp_proves(walk, payload->at, (uint32_t)bytes_left(payload), *next);
}

Layer esp_layer(Walk *walk)
{
	static const struct {
		uint8_t vector, check_value;
	} shapes[] = {
		{0, 12}, /* HMAC-MD5-96, HMAC-SHA1-96, AES-XCBC-96 */
		{0, 16}, /* HMAC-SHA-256-128 */
		{8, 16}, /* AES-GMAC, RFC 4543 */
		{0, 24}, /* HMAC-SHA-384-192 */
		{0, 32}, /* HMAC-SHA-512-256 */
		{0, 0},
	};
	const uint8_t *header = bytes_pull(&walk->at, ESP_HEADER);
	Bytes payload;
	uint8_t next;

	for (size_t i = 0; header && !walk->missing && i < sizeof shapes / sizeof *shapes; i++) {
		if (!esp_try(walk, shapes[i].vector, shapes[i].check_value, &payload, &next))
			continue;
		if (!walk_enter_id(walk, ENCAP_ESP, be32(header), false))
			return LAYER_END;
		walk->at = payload;
		return ip_protocol_next(walk, next);
	}
	return walk_skip(walk, "ESP (encrypted)");
}

/* RFC 3948 §2: an SPI of 0 marks the negotiation of keys, one byte keeps a NAT's entry alive. */
Layer esp_in_udp_layer(Walk *walk)
{
	const uint8_t *spi = bytes_peek(&walk->at, 4);

	return spi && be32(spi) != 0 ? LAYER_ESP : walk_skip(walk, "UDP");
}
