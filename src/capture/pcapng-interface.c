/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface descriptions, and ticks to nanoseconds: draft-ietf-opsawg-pcapng §4.2. */
#include "capture/pcapng-interface.h"

typedef enum {
	OPTION_END = 0,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
} Option;

__extension__ typedef unsigned __int128 Wide;

static uint16_t get16(const uint8_t *p, bool big)
{
	return big ? be16(p) : le16(p);
}

static uint32_t get32(const uint8_t *p, bool big)
{
	return big ? be32(p) : le32(p);
}

/* 10^n, or 0 where 64 bits cannot hold it. */
static uint64_t power_of_ten(unsigned n)
{
	uint64_t p = 1;
	if (n > 19)
		return 0;
	while (n--)
		p *= 10;
	return p;
}

static int64_t seconds_to_ns(int64_t seconds)
{
	int64_t ns;
	if (__builtin_mul_overflow(seconds, SHAKEDOWN_NS_PER_S, &ns))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

static const char *read_option(PcapngInterface *interface, uint16_t code, const uint8_t *value,
			       uint16_t len, bool big)
{
	if (code == OPTION_TSRESOL) {
		if (len != 1)
			return "an interface description whose if_tsresol is not 1 byte long";
		interface->tsresol = *value;
	} else if (code == OPTION_TSOFFSET) {
		if (len != 8)
			return "an interface description whose if_tsoffset is not 8 bytes long";
		uint32_t first = get32(value, big), second = get32(value + 4, big);
		uint64_t seconds =
			big ? (uint64_t)first << 32 | second : (uint64_t)second << 32 | first;
		interface->offset = seconds_to_ns((int64_t)seconds);
	}
	return NULL;
}

const char *pcapng_interface_read(PcapngInterface *interface, Bytes body, bool big)
{
	const uint8_t *p = bytes_pull(&body, 8);
	if (!p)
		return "an interface description too short for its fields";
	*interface = (PcapngInterface){
		.link_type = get16(p, big),
		.snaplen = get32(p + 4, big),
		.tsresol = 6, /* microseconds, where the option is missing */
	};
	while ((p = bytes_pull(&body, 4))) {
		uint16_t code = get16(p, big), len = get16(p + 2, big);
		if (code == OPTION_END)
			break;
		const uint8_t *value = bytes_pull(&body, (len + 3u) & ~3u);
		if (!value)
			return "an interface description with an option that is longer than it";
		const char *wrong = read_option(interface, code, value, len, big);
		if (wrong)
			return wrong;
	}
	if (interface->tsresol <= 9)
		interface->tick = power_of_ten(9u - interface->tsresol);
	return NULL;
}

static Wide ticks_to_ns(const PcapngInterface *interface, uint64_t ticks)
{
	unsigned n = interface->tsresol & 0x7fu;

	if (interface->tick)
		return (Wide)ticks * interface->tick;
	if (interface->tsresol & 0x80) /* the product has at most 94 bits */
		return (Wide)ticks * (uint64_t)SHAKEDOWN_NS_PER_S >> n;
	uint64_t divisor = power_of_ten(n - 9);
	return divisor ? ticks / divisor : 0;
}

ShakedownTime pcapng_interface_time(const PcapngInterface *interface, uint64_t ticks)
{
	Wide ns = ticks_to_ns(interface, ticks);
	ShakedownTime time = ns > INT64_MAX ? INT64_MAX : (ShakedownTime)ns;

	if (__builtin_add_overflow(time, interface->offset, &time))
		time = interface->offset < 0 ? INT64_MIN : INT64_MAX;
	return time;
}
