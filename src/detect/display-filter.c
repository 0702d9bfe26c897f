/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/display-filter.h"

#include <inttypes.h>

void display_filter_endpoint(GString *out, const ShakedownAddress *address, uint16_t port)
{
	char text[SHAKEDOWN_ADDRESS_LEN];

	shakedown_address_format(address, text);
	g_string_append_printf(out, "%s==%s", address->version == 6 ? "ipv6.addr" : "ip.addr",
			       text);
	if (port)
		g_string_append_printf(out, " && tcp.port==%u", port);
}

void display_filter_subnet(GString *out, const ShakedownAddress *address, unsigned bits)
{
	display_filter_endpoint(out, address, 0);
	g_string_append_printf(out, "/%u", bits);
}

void display_filter_frames(GString *out, const uint64_t *frames, size_t n)
{
	if (n == 1) {
		g_string_append_printf(out, "frame.number==%" PRIu64, frames[0]);
		return;
	}
	g_string_append(out, "frame.number in {");
	for (size_t i = 0; i < n; i++)
		g_string_append_printf(out, "%s%" PRIu64, i ? ", " : "", frames[i]);
	g_string_append_c(out, '}');
}

static void append_time(GString *out, ShakedownTime time)
{
	uint64_t distance = time < 0 ? (uint64_t)0 - (uint64_t)time : (uint64_t)time;

	g_string_append_printf(out, "%s%" PRIu64 ".%09" PRIu64, time < 0 ? "-" : "",
			       distance / SHAKEDOWN_NS_PER_S, distance % SHAKEDOWN_NS_PER_S);
}

void display_filter_span(GString *out, ShakedownTime from, ShakedownTime to)
{
	g_string_append(out, "frame.time_epoch>=");
	append_time(out, from);
	g_string_append(out, " && frame.time_epoch<=");
	append_time(out, to);
}
