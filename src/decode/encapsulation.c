/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/encapsulation.h"

#include <stdio.h>

bool encapsulation_push(Encapsulation *encap, EncapKind kind, bool has_id, uint32_t id,
			bool identity)
{
	if (encap->len == ENCAP_DEPTH)
		return false;
	encap->layer[encap->len++] = (EncapLayer){
		.kind = (uint8_t)kind,
		.has_id = has_id,
		.identity = has_id && identity,
		.id = has_id ? id : 0,
	};
	return true;
}

/* The next layer from *i on that has identity, or NULL. */
static const EncapLayer *encapsulation_next(const Encapsulation *encap, uint8_t *i)
{
	while (*i < encap->len) {
		const EncapLayer *layer = &encap->layer[(*i)++];

		if (layer->identity)
			return layer;
	}
	return NULL;
}

bool encapsulation_same(const Encapsulation *a, const Encapsulation *b)
{
	uint8_t i = 0, j = 0;

	for (;;) {
		const EncapLayer *x = encapsulation_next(a, &i), *y = encapsulation_next(b, &j);

		if (!x || !y)
			return !x && !y;
		if (x->kind != y->kind || x->id != y->id)
			return false;
	}
}

uint32_t encapsulation_hash(const Encapsulation *encap)
{
	uint32_t hash = 0;
	uint8_t i = 0;

	for (const EncapLayer *layer; (layer = encapsulation_next(encap, &i));) {
		hash = (hash ^ layer->id ^ (uint32_t)layer->kind << 24) * UINT32_C(0x9e3779b1);
		hash = (hash ^ hash >> 15) + 1;
	}
	return hash;
}

static const char *encap_kind_name(EncapKind kind)
{
	switch (kind) {
	case ENCAP_VLAN:
		return "vlan";
	case ENCAP_MPLS:
		return "mpls";
	case ENCAP_PPPOE:
		return "pppoe";
	case ENCAP_PPP:
		return "ppp";
	case ENCAP_PBB:
		return "pbb";
	case ENCAP_IPIP:
		return "ipip";
	case ENCAP_4IN6:
		return "4in6";
	case ENCAP_6IN4:
		return "6in4";
	case ENCAP_6IN6:
		return "6in6";
	case ENCAP_GRE:
		return "gre";
	case ENCAP_ERSPAN:
		return "erspan";
	case ENCAP_VXLAN:
		return "vxlan";
	case ENCAP_GENEVE:
		return "geneve";
	case ENCAP_GTP:
		return "gtp";
	case ENCAP_L2TP:
		return "l2tp";
	case ENCAP_TEREDO:
		return "teredo";
	case ENCAP_AH:
		return "ah";
	case ENCAP_CAPWAP:
		return "capwap";
	case ENCAP_AYIYA:
		return "ayiya";
	case ENCAP_ETHERIP:
		return "etherip";
	case ENCAP_TZSP:
		return "tzsp";
	case ENCAP_IPCOMP:
		return "ipcomp";
	case ENCAP_GUE:
		return "gue";
	case ENCAP_LISP:
		return "lisp";
	case ENCAP_ESP:
		return "esp";
	case ENCAP_HP_ERM:
		return "hp-erm";
	}
	return "unknown";
}

void encapsulation_layer_format(const EncapLayer *layer, char *out, size_t size)
{
	const char *name = encap_kind_name((EncapKind)layer->kind);

	if (layer->has_id)
		snprintf(out, size, "%s:%u", name, layer->id);
	else
		snprintf(out, size, "%s", name);
}
