/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses as text: RFC 5952 for IPv6, dotted quads for IPv4. */
#include <shakedown/types.h>

#include <arpa/inet.h>
#include <string.h>

static size_t format_ipv4(const uint8_t bytes[4], char *out)
{
	char *p = out;
	for (int i = 0; i < 4; i++) {
		unsigned v = bytes[i];
		if (i)
			*p++ = '.';
		if (v >= 100)
			*p++ = (char)('0' + v / 100);
		if (v >= 10)
			*p++ = (char)('0' + v / 10 % 10);
		*p++ = (char)('0' + v % 10);
	}
	*p = '\0';
	return (size_t)(p - out);
}

size_t shakedown_address_format(const ShakedownAddress *address, char out[SHAKEDOWN_ADDRESS_LEN])
{
	switch (address->version) {
	case 4:
		return format_ipv4(address->bytes, out);
	case 6:
		if (inet_ntop(AF_INET6, address->bytes, out, SHAKEDOWN_ADDRESS_LEN))
			return strlen(out);
		break;
	}
	out[0] = '-';
	out[1] = '\0';
	return 1;
}
