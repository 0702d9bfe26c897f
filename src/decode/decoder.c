/* SPDX-License-Identifier: BSD-3-Clause */
/* The decoder itself: the loop over the layers, and what they share. */
#include "decode/link-types.h"
#include "decode/ordinary.h"
#include "decode/walk.h"

#include <glib.h>

typedef Layer (*LayerFunction)(Walk *walk);

#define LAYER_ENTRY(name, function) [LAYER_##name] = function,
static const LayerFunction layer_functions[LAYER_COUNT] = {LAYERS(LAYER_ENTRY)};
#undef LAYER_ENTRY

Decoder *decoder_new(const DecoderOptions *options)
{
	Decoder *decoder = g_new0(Decoder, 1);

	if (options)
		decoder->options = *options;
	fragments_init(&decoder->fragments);
	return decoder;
}

void decoder_free(Decoder *decoder)
{
	if (!decoder)
		return;
	fragments_clear(&decoder->fragments);
	inflater_clear(&decoder->inflater);
	counts_clear(&decoder->counts);
	g_free(decoder);
}

const DecoderCount *decoder_counts(Decoder *decoder, size_t *n)
{
	DecoderCount pending = {
		"IP fragments not complete at the end",
		fragments_pending(&decoder->fragments),
		true,
	};

	return counts_list(&decoder->counts, &pending, n);
}

void walk_run(Walk *walk, Layer layer)
{
	while (layer != LAYER_END) {
		if (++walk->decoder->steps > WALK_STEPS) {
			walk_fault(walk, "headers without end");
			return;
		}
		layer = layer_functions[layer](walk);
	}
}

/* Apart, so that packets that do not take it need no room for it. */
static G_GNUC_NO_INLINE size_t decoder_walk(Decoder *decoder, const ShakedownPacket *packet,
					    Segment segments[DECODER_SEGMENTS])
{
	static const uint8_t nothing[1]; /* a packet of no bytes may come without data */
	Walk walk;

	decoder->segments = segments;
	decoder->segments_len = 0;
	decoder->steps = 0;
	fragments_begin(&decoder->fragments);
	inflater_begin(&decoder->inflater);

	walk.decoder = decoder;
	walk.packet = packet;
	walk.at = bytes_of(packet->captured_len ? packet->data : nothing, packet->captured_len);
	walk.missing = packet->wire_len > packet->captured_len
			       ? packet->wire_len - packet->captured_len
			       : 0;
	walk.bounded = false;
	walk.type = 0;
	walk.ip.version = 0;
	walk.mirrored = false;
	walk.quote = NULL;
	walk.encap.len = 0;
	walk_run(&walk, link_type_enter(&walk, packet->link_type));
	return decoder->segments_len;
}

size_t decoder_decode(Decoder *decoder, const ShakedownPacket *packet,
		      Segment segments[DECODER_SEGMENTS])
{
	if (!decoder->options.every_layer && ordinary_decode(packet, &decoder->options, segments))
		return 1;
	return decoder_walk(decoder, packet, segments);
}

Segment *walk_segment(Walk *walk)
{
	Decoder *decoder = walk->decoder;

	if (decoder->segments_len == DECODER_SEGMENTS) {
		walk_fault(walk, "more segments in a packet than are read");
		return NULL;
	}
	return &decoder->segments[decoder->segments_len++];
}

Layer walk_fault(Walk *walk, const char *reason)
{
	if (walk->quote)
		reason = "ICMP error whose quoted packet is cut or malformed";
	counts_add(&walk->decoder->counts, reason, true, 1);
	return LAYER_END;
}

Layer walk_skip(Walk *walk, const char *reason)
{
	if (walk->quote)
		reason = "ICMP error about something else than TCP";
	counts_add(&walk->decoder->counts, reason, false, 1);
	return LAYER_END;
}

Layer walk_skip_number(Walk *walk, const char *reason, CountsForm form, uint32_t number)
{
	if (walk->quote)
		return walk_skip(walk, reason);
	counts_add_number(&walk->decoder->counts, reason, form, number, false);
	return LAYER_END;
}

bool walk_enter(Walk *walk, EncapKind kind)
{
	if (encapsulation_push(&walk->encap, kind, false, 0, false))
		return true;
	walk_fault(walk, "encapsulated too deep");
	return false;
}

bool walk_enter_id(Walk *walk, EncapKind kind, uint32_t id, bool identity)
{
	if (walk->decoder->options.ignore_encapsulation || (walk->mirrored && kind == ENCAP_VLAN))
		identity = false;
	if (encapsulation_push(&walk->encap, kind, true, id, identity))
		return true;
	walk_fault(walk, "encapsulated too deep");
	return false;
}

void walk_enter_mirror(Walk *walk)
{
	for (uint8_t i = 0; i < walk->encap.len; i++)
		walk->encap.layer[i].identity = false;
	walk->mirrored = true;
}
