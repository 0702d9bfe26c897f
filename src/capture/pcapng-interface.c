/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface descriptions, and ticks to nanoseconds: draft-ietf-opsawg-pcapng §4.2. */
#include "capture/pcapng-interface.h"

#include "capture/pcapng-option.h"

#include <sys/param.h>

typedef enum {
	/* of a packet */
	OPTION_DROPCOUNT = 4,
	/* of statistics */
	OPTION_ENDTIME = 3,
	OPTION_IFDROP = 5,
	OPTION_OSDROP = 7,
	/* of a description */
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
} Option;

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

static const char *read_option(PcapngInterface *interface, const PcapngOption *option, bool big)
{
	if (option->code == OPTION_TSRESOL) {
		if (option->len != 1)
			return "an interface description whose if_tsresol is not 1 byte long";
		interface->tsresol = *option->value;
	} else if (option->code == OPTION_TSOFFSET) {
		if (option->len != 8)
			return "an interface description whose if_tsoffset is not 8 bytes long";
		interface->offset = seconds_to_ns((int64_t)bytes_get64(option->value, big));
	}
	return NULL;
}

const char *pcapng_interface_read(PcapngInterface *interface, Bytes body, bool big)
{
	const uint8_t *p = bytes_pull(&body, 8);
	PcapngOptionVerdict verdict;
	PcapngOption option;

	if (!p)
		return "an interface description too short for its fields";
	*interface = (PcapngInterface){
		.link_type = bytes_get16(p, big),
		.snaplen = bytes_get32(p + 4, big),
		.tsresol = 6, /* microseconds, where the option is missing */
	};
	while ((verdict = pcapng_option_next(&body, big, &option)) == PCAPNG_OPTION) {
		const char *wrong = read_option(interface, &option, big);
		if (wrong)
			return wrong;
	}
	if (verdict == PCAPNG_OPTION_CUT)
		return "an interface description with an option that is longer than it";
	if (interface->tsresol <= 9)
		interface->tick = power_of_ten(9u - interface->tsresol);
	return NULL;
}

/* isb_ifdrop and isb_osdrop count from the beginning of the capture, epb_dropcount from packet to
 * packet. Who writes both counts the same packets twice. */
void pcapng_interface_count(PcapngInterface *interface, Bytes options, bool big)
{
	uint64_t card = 0, system = 0;
	PcapngOption option;

	while (pcapng_option_next(&options, big, &option) == PCAPNG_OPTION) {
		if (option.len != 8)
			continue;
		if (option.code == OPTION_IFDROP)
			card = bytes_get64(option.value, big);
		else if (option.code == OPTION_OSDROP)
			system = bytes_get64(option.value, big);
		else if (option.code == OPTION_ENDTIME)
			interface->end = pcapng_interface_time(
				interface, (uint64_t)bytes_get32(option.value, big) << 32 |
						   bytes_get32(option.value + 4, big));
	}
	if (__builtin_add_overflow(card, system, &card))
		card = UINT64_MAX;
	interface->dropped = MAX(interface->dropped, card);
}

void pcapng_interface_lost(PcapngInterface *interface, Bytes options, bool big)
{
	PcapngOption option;

	while (pcapng_option_next(&options, big, &option) == PCAPNG_OPTION)
		if (option.code == OPTION_DROPCOUNT && option.len == 8 &&
		    __builtin_add_overflow(interface->lost, bytes_get64(option.value, big),
					   &interface->lost))
			interface->lost = UINT64_MAX;
	interface->dropped = MAX(interface->dropped, interface->lost);
}

/* ticks * 10^9 / 2^n, UINT64_MAX where 64 bits cannot hold it. The product has at most 94 bits. */
static uint64_t binary_to_ns(uint64_t ticks, unsigned n)
{
	uint64_t low = (uint32_t)ticks * (uint64_t)SHAKEDOWN_NS_PER_S;
	uint64_t high = (ticks >> 32) * (uint64_t)SHAKEDOWN_NS_PER_S + (low >> 32);

	if (n >= 32)
		return n < 96 ? high >> (n - 32) : 0;
	if (high >> (32 + n))
		return UINT64_MAX;
	return high << (32 - n) | (uint32_t)low >> n;
}

static uint64_t ticks_to_ns(const PcapngInterface *interface, uint64_t ticks)
{
	unsigned n = interface->tsresol & 0x7fu;
	uint64_t ns;

	if (interface->tick)
		return __builtin_mul_overflow(ticks, interface->tick, &ns) ? UINT64_MAX : ns;
	if (interface->tsresol & 0x80)
		return binary_to_ns(ticks, n);
	uint64_t divisor = power_of_ten(n - 9);
	return divisor ? ticks / divisor : 0;
}

ShakedownTime pcapng_interface_time(const PcapngInterface *interface, uint64_t ticks)
{
	uint64_t ns = ticks_to_ns(interface, ticks);
	ShakedownTime time = ns > INT64_MAX ? INT64_MAX : (ShakedownTime)ns;

	if (__builtin_add_overflow(time, interface->offset, &time))
		time = interface->offset < 0 ? INT64_MIN : INT64_MAX;
	return time;
}
