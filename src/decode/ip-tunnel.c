/* SPDX-License-Identifier: BSD-3-Clause */
/* The thin wrappings of IP in IP: AH, EtherIP, minimal encapsulation, Teredo, AYIYA, GUE, LISP. */
#include "decode/walk.h"

/* RFC 4302 §2: next header, length in 4 bytes beyond 8, reserved, SPI, sequence number, check
 * value. Each direction has its own SPI. */
Layer ah_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 12);

	if (!header)
		return walk_fault(walk, "AH header cut");
	if (header[1] < 1)
		return walk_fault(walk, "AH length shorter than its header");
	if (!bytes_pull(&walk->at, (header[1] + 2u) * 4))
		return walk_fault(walk, "AH header cut");
	if (!walk_enter_id(walk, ENCAP_AH, be32(header + 4), false))
		return LAYER_END;
	return ip_protocol_next(walk, header[0]);
}

/* RFC 3378 */
Layer etherip_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 2);

	if (!header)
		return walk_fault(walk, "EtherIP header cut");
	if (header[0] >> 4 != 3)
		return walk_fault(walk, "EtherIP of unknown version");
	return walk_enter(walk, ENCAP_ETHERIP) ? LAYER_ETHERNET : LAYER_END;
}

/* RFC 2004 §3: the addresses that the tunnel's ends replaced, then what IP carried. */
Layer minimal_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);

	if (!header || walk->ip.version != 4)
		return walk_fault(walk, "minimal encapsulation header cut");
	if (header[1] & 0x80) {
		const uint8_t *source = bytes_pull(&walk->at, 4);

		if (!source)
			return walk_fault(walk, "minimal encapsulation header cut");
		walk->ip.src = source;
	}
	walk->ip.dst = header + 4;
	if (!walk_enter(walk, ENCAP_IPIP))
		return LAYER_END;
	return ip_protocol_next(walk, header[0]);
}

/* RFC 4380 §5.1.1: an authentication and an origin header may stand before the IPv6 packet. */
Layer teredo_layer(Walk *walk)
{
	const uint8_t *start = bytes_peek(&walk->at, 4);

	if (start && be16(start) == 0x0001 &&
	    !bytes_pull(&walk->at, 4u + start[2] + start[3] + 8 + 1))
		return walk_skip(walk, "UDP");
	start = bytes_peek(&walk->at, 2);
	if (start && be16(start) == 0x0000 && !bytes_pull(&walk->at, 8))
		return walk_skip(walk, "UDP");
	if (guess_ip_or_cut(walk) != LAYER_IPV6)
		return walk_skip(walk, "UDP");
	return walk_enter(walk, ENCAP_TEREDO) ? LAYER_IPV6 : LAYER_END;
}

/* draft-massar-v6ops-ayiya: lengths of identity and signature, opcode 1 carries a packet. */
Layer ayiya_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);

	if (!header || (header[2] & 0xf) != 1)
		return walk_skip(walk, "UDP");
	if (!bytes_pull(&walk->at, ((size_t)1 << (header[0] >> 4)) + (header[1] >> 4) * 4u))
		return walk_skip(walk, "UDP");
	if (header[3] != 4 && header[3] != 41)
		return walk_skip(walk, "AYIYA without IP");
	if (guess_ip_or_cut(walk) != (header[3] == 4 ? LAYER_IPV4 : LAYER_IPV6))
		return walk_skip(walk, "UDP");
	if (!walk_enter(walk, ENCAP_AYIYA))
		return LAYER_END;
	return header[3] == 4 ? LAYER_IPV4 : LAYER_IPV6;
}

#define GUE_PRIVATE 1u

/* draft-ietf-intarea-gue: version, control bit and length of the rest in 4 bytes, IP protocol,
 * flags, of which but the last is in use and others are to be dropped (§3.3). Version 1 is IP
 * without a header, whose own version begins alike. */
Layer gue_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 4);
	Layer ip = guess_ip(walk);

	if (!header || header[0] >> 6 > 1 || (header[0] >> 6 == 1 && ip == LAYER_END))
		return walk_skip(walk, "UDP");
	if (header[0] >> 6 == 1)
		return walk_enter(walk, ENCAP_GUE) ? ip : LAYER_END;
	if (be16(header + 2) & ~GUE_PRIVATE)
		return walk_skip(walk, "UDP");
	if (header[0] & 0x20)
		return walk_skip(walk, "GUE control");
	if (!bytes_pull(&walk->at, 4 + (header[0] & 0x1fu) * 4))
		return walk_fault(walk, "GUE header cut");
	return walk_enter(walk, ENCAP_GUE) ? ip_protocol_next(walk, header[1]) : LAYER_END;
}

/* RFC 9300 §5.1: flags, nonce, instance. */
Layer lisp_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);
	Layer ip = guess_ip(walk);

	if (!header || ip == LAYER_END)
		return walk_skip(walk, "UDP");
	if (header[0] & 0x08 ? !walk_enter_id(walk, ENCAP_LISP, be24(header + 4), true)
			     : !walk_enter(walk, ENCAP_LISP))
		return LAYER_END;
	return ip;
}

/* RFC 3519 §3.3: a message of type 4 is the header of a tunnel through a NAT: of IP in IP, GRE or
 * minimal encapsulation; all others are registration. */
Layer mobile_ip_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	if (!header || header[0] != 4 || be16(header + 2) != 0 ||
	    (header[1] != 4 && header[1] != 47 && header[1] != 55))
		return walk_skip(walk, "UDP");
	return ip_protocol_next(walk, header[1]);
}
