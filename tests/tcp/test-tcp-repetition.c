/* SPDX-License-Identifier: BSD-3-Clause */
#include "talk.h"

/* A scanner's kernel may set ACK where it resets what it knows nothing of: its TTL is another, and
 * yet the reset is its own, as one without ACK is. Near miss: what may abort as well. */
Test(tcp_repetition, resets_what_came_again)
{
	for (unsigned answers = 2; answers > 0; answers--) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_SYN, .ttl = 63);
		for (unsigned i = 0; i < answers; i++)
			SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
		CLIENT(t, RST_ACK, 1, 1, .ttl = 128);
		cr_assert_eq(t->event_count[TCP_EVENT_RST_FORGED], answers == 1);
	}
}
