/* SPDX-License-Identifier: BSD-3-Clause */
/* What a segment was wrapped in: names, identity, and the walk's bookkeeping. */
#pragma once

#include "decode/segment.h"

/* Appends a layer; false when the depth is exhausted. */
bool encapsulation_push(Encapsulation *encap, EncapKind kind, bool has_id, uint32_t id,
			bool identity);
/* Same layers that tell connections apart, in the same order. Both directions of a connection
 * agree. */
bool encapsulation_same(const Encapsulation *a, const Encapsulation *b);
/* Agrees with encapsulation_same(); 0 where no layer has identity. */
uint32_t encapsulation_hash(const Encapsulation *encap);
/* "vlan:10", "gre", "vxlan:42": writes at most size bytes with the NUL. */
void encapsulation_layer_format(const EncapLayer *layer, char *out, size_t size);
