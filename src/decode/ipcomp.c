/* SPDX-License-Identifier: BSD-3-Clause */
/* IP payload compression, RFC 3173. */
#include "decode/walk.h"

/* §3.3: the first 64 indices name an algorithm, those from 256 on what was negotiated: nearly
 * always DEFLATE, and what is not does not inflate. */
#define IPCOMP_DEFLATE 2
#define IPCOMP_NEGOTIATED 256

/* Next header, flags, index; then what that header and all behind it were. */
Layer ipcomp_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);
	uint16_t index;
	Bytes whole;

	if (!header)
		return walk_fault(walk, "IPComp header cut");
	index = be16(header + 2);
	if (index != IPCOMP_DEFLATE && index < IPCOMP_NEGOTIATED)
		return walk_skip(walk, "IPComp by another algorithm than DEFLATE");
	if (walk->missing)
		return walk_fault(walk, "IPComp data cut");
	if (!inflater_inflate(&walk->decoder->inflater, &walk->at, &whole))
		return walk_skip(walk, "IPComp that is not DEFLATE");
	if (!walk_enter(walk, ENCAP_IPCOMP))
		return LAYER_END;
	walk->at = whole;
	walk->bounded = true;
	return ip_protocol_next(walk, header[0]);
}
