/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6 errors in words: RFC 792, 1122 §3.2.2.1, 1812 §5.2.7.1, 4443 §3.1. */
#pragma once

#include <stdint.h>

/* "host unreachable"; of destination unreachable and time exceeded alone, else a general word. */
const char *icmp_unreachable_name(uint8_t version, uint8_t type, uint8_t code);
