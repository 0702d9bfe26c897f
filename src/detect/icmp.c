/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/icmp.h"

#include <glib.h>

const char *icmp_unreachable_name(uint8_t version, uint8_t type, uint8_t code)
{
	static const char *const v4[] = {
		"network unreachable",
		"host unreachable",
		"protocol unreachable",
		"port unreachable",
		"fragmentation needed",
		"source route failed",
		"destination network unknown",
		"destination host unknown",
		"source host isolated",
		"network administratively prohibited",
		"host administratively prohibited",
		"network unreachable for this type of service",
		"host unreachable for this type of service",
		"communication administratively prohibited",
		"host precedence violation",
		"precedence cutoff in effect",
	};
	static const char *const v6[] = {
		"no route to destination",
		"communication administratively prohibited",
		"beyond the scope of the source address",
		"address unreachable",
		"port unreachable",
		"source address failed ingress or egress policy",
		"route to destination rejected",
		"error in source routing header",
	};

	if (type == (version == 4 ? 11 : 3))
		return "time to live exceeded in transit";
	if (version == 4 && code < G_N_ELEMENTS(v4))
		return v4[code];
	if (version == 6 && code < G_N_ELEMENTS(v6))
		return v6[code];
	return "destination unreachable";
}
