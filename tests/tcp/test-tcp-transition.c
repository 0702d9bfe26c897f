/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transition lists beside RFC 9293's Figure 5: the whole matrix as a reviewed file, and the
 * figure's own words once more, so that a slip of the hand in one is not copied into the other.
 */
#include "tcp/tcp-transition.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <stdlib.h>

/* clang-format off */
#define CLOSED       SHAKEDOWN_TCP_CLOSED
#define LISTEN       SHAKEDOWN_TCP_LISTEN
#define SYN_SENT     SHAKEDOWN_TCP_SYN_SENT
#define SYN_RECEIVED SHAKEDOWN_TCP_SYN_RECEIVED
#define ESTABLISHED  SHAKEDOWN_TCP_ESTABLISHED
#define FIN_WAIT_1   SHAKEDOWN_TCP_FIN_WAIT_1
#define FIN_WAIT_2   SHAKEDOWN_TCP_FIN_WAIT_2
#define CLOSE_WAIT   SHAKEDOWN_TCP_CLOSE_WAIT
#define CLOSING      SHAKEDOWN_TCP_CLOSING
#define LAST_ACK     SHAKEDOWN_TCP_LAST_ACK
#define TIME_WAIT    SHAKEDOWN_TCP_TIME_WAIT
#define NONE         SHAKEDOWN_TCP_STATES
/* clang-format on */

static bool can_send_data(ShakedownTcpState state)
{
	return state == ESTABLISHED || state == CLOSE_WAIT;
}

Test(tcp_transition, whole_matrix_is_as_reviewed)
{
	const char *path = g_getenv("SHAKEDOWN_TCP_TRANSITIONS");
	g_autofree char *golden = NULL;
	char *printed = NULL;
	size_t len = 0;

	if (!path)
		cr_skip_test("SHAKEDOWN_TCP_TRANSITIONS does not name the reviewed matrix");
	cr_assert(g_file_get_contents(path, &golden, NULL, NULL), "cannot read %s", path);
	FILE *out = open_memstream(&printed, &len);
	tcp_transition_print(out);
	fclose(out);
	g_auto(GStrv) want = g_strsplit(golden, "\n", -1), got = g_strsplit(printed, "\n", -1);
	free(printed);
	for (size_t i = 0; want[i] || got[i]; i++) {
		cr_assert(want[i] && got[i], "one ends at line %zu", i + 1);
		cr_assert_str_eq(got[i], want[i],
				 "line %zu is\n%s, reviewed was\n%s (review the new matrix, then "
				 "ninja regenerate-tcp-transitions)",
				 i + 1, got[i], want[i]);
	}
}

/* Figure 5, arrow by arrow. What a tap cannot see (LISTEN, a close in SYN-SENT) is not there. */
Test(tcp_transition, figure_5)
{
	static const struct {
		ShakedownTcpState from;
		TcpInput input;
		ShakedownTcpState to;
		const char *arrow;
	} arrows[] = {
		{CLOSED, TCP_SENDS_SYN, SYN_SENT, "active OPEN / snd SYN"},
		{LISTEN, TCP_SENDS_SYN, SYN_SENT, "SEND / snd SYN"},
		{LISTEN, TCP_SENDS_SYN_ACK, SYN_RECEIVED, "rcv SYN / snd SYN,ACK"},
		{SYN_SENT, TCP_SENDS_SYN_ACK, SYN_RECEIVED, "rcv SYN / snd SYN,ACK"},
		{SYN_SENT, TCP_SENDS_ACK, ESTABLISHED, "rcv SYN,ACK / snd ACK"},
		{SYN_RECEIVED, TCP_GETS_ACK_OF_SYN, ESTABLISHED, "rcv ACK of SYN / x"},
		{SYN_RECEIVED, TCP_SENDS_FIN, FIN_WAIT_1, "CLOSE / snd FIN"},
		{ESTABLISHED, TCP_SENDS_FIN, FIN_WAIT_1, "CLOSE / snd FIN"},
		{ESTABLISHED, TCP_GETS_FIN, CLOSE_WAIT, "rcv FIN / snd ACK"},
		{FIN_WAIT_1, TCP_GETS_ACK_OF_FIN, FIN_WAIT_2, "rcv ACK of FIN / x"},
		{FIN_WAIT_1, TCP_GETS_FIN, CLOSING, "rcv FIN / snd ACK"},
		{CLOSE_WAIT, TCP_SENDS_FIN, LAST_ACK, "CLOSE / snd FIN"},
		{CLOSING, TCP_GETS_ACK_OF_FIN, TIME_WAIT, "rcv ACK of FIN / x"},
		{FIN_WAIT_2, TCP_GETS_FIN, TIME_WAIT, "rcv FIN / snd ACK"},
		{LAST_ACK, TCP_GETS_ACK_OF_FIN, CLOSED, "rcv ACK of FIN / x"},
		{TIME_WAIT, TCP_TIMES_OUT, CLOSED, "Timeout=2MSL / delete TCB"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(arrows); i++) {
		const TcpTransition *t = tcp_transition(arrows[i].input, arrows[i].from);

		cr_assert_not_null(t, "%s from %s is missing", arrows[i].arrow,
				   shakedown_tcp_state_name(arrows[i].from));
		cr_assert_eq(t->to, arrows[i].to, "%s from %s leads to %s", arrows[i].arrow,
			     shakedown_tcp_state_name(arrows[i].from),
			     shakedown_tcp_state_name(t->to));
	}
}

/* What the figure has no arrow for must not be in the lists either. */
Test(tcp_transition, what_the_rfc_does_not_have)
{
	for (ShakedownTcpState from = CLOSED; from < NONE; from++) {
		const char *name = shakedown_tcp_state_name(from);
		bool fin = can_send_data(from) || from == SYN_RECEIVED;

		/* Only who may still send can close; only who may still receive gets a FIN. */
		cr_assert_eq(tcp_transition(TCP_SENDS_FIN, from) != NULL, fin, "%s", name);
		cr_assert_eq(tcp_transition(TCP_GETS_FIN, from) != NULL,
			     from == SYN_RECEIVED || from == ESTABLISHED || from == FIN_WAIT_1 ||
				     from == FIN_WAIT_2,
			     "%s", name);
		cr_assert_eq(tcp_transition(TCP_GETS_ACK_OF_FIN, from) != NULL,
			     from == FIN_WAIT_1 || from == CLOSING || from == LAST_ACK, "%s", name);
		cr_assert_eq(tcp_transition(TCP_TIMES_OUT, from) != NULL, from == TIME_WAIT, "%s",
			     name);
		/* §3.10.7.1 and §3.10.7.2 first: CLOSED and LISTEN do not care for an RST. */
		cr_assert_eq(tcp_transition(TCP_GETS_RST, from) != NULL, from >= SYN_SENT, "%s",
			     name);
		/* §3.10.7.4 fifth: nothing but SYN-RECEIVED waits for the ACK of its SYN,ACK. */
		cr_assert_eq(tcp_transition(TCP_GETS_ACK_OF_SYN, from) != NULL,
			     from == SYN_RECEIVED, "%s", name);
		/* A synchronized side never opens again as the same connection. */
		if (from >= ESTABLISHED) {
			cr_assert_null(tcp_transition(TCP_SENDS_SYN, from), "%s", name);
			cr_assert_null(tcp_transition(TCP_SENDS_SYN_ACK, from), "%s", name);
			cr_assert_null(tcp_transition(TCP_SENDS_ACK, from), "%s", name);
		}
	}
}

Test(tcp_transition, whatever_ends_a_connection_ends_in_closed)
{
	static const TcpInput ends[] = {TCP_SENDS_RST,	      TCP_GETS_RST,	 TCP_TIMES_OUT,
					TCP_GETS_UNREACHABLE, TCP_SENDS_NEW_SYN, TCP_GETS_NEW_SYN};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		for (ShakedownTcpState from = CLOSED; from < NONE; from++) {
			const TcpTransition *t = tcp_transition(ends[i], from);

			cr_assert(!t || t->to == CLOSED, "%s in %s", tcp_input_name(ends[i]),
				  shakedown_tcp_state_name(from));
			cr_assert(!t || from != CLOSED, "%s in CLOSED", tcp_input_name(ends[i]));
		}
}

Test(tcp_transition, every_row_changes_the_state_and_cites)
{
	for (TcpInput input = 0; input < TCP_INPUTS; input++) {
		cr_assert_not_null(tcp_input_name(input));
		for (ShakedownTcpState from = CLOSED; from < NONE; from++) {
			const TcpTransition *t = tcp_transition(input, from);

			if (!t)
				continue;
			cr_assert_eq(t->from, from);
			cr_assert_eq(t->input, input);
			cr_assert_neq(t->to, from, "%s in %s changes nothing",
				      tcp_input_name(input), shakedown_tcp_state_name(from));
			cr_assert(t->to < NONE);
			cr_assert_gt(strlen(t->clause), 5);
			/* A tap never sees a side fall back into LISTEN. */
			cr_assert_neq(t->to, LISTEN);
		}
	}
}

/* From CLOSED every state but LISTEN can be reached, and from every state CLOSED. */
Test(tcp_transition, no_state_is_an_island_and_none_a_trap)
{
	bool from_closed[NONE] = {[CLOSED] = true}, to_closed[NONE] = {[CLOSED] = true};

	for (unsigned round = 0; round < NONE; round++)
		for (TcpInput input = 0; input < TCP_INPUTS; input++)
			for (ShakedownTcpState from = CLOSED; from < NONE; from++) {
				const TcpTransition *t = tcp_transition(input, from);

				if (t && from_closed[from])
					from_closed[t->to] = true;
				if (t && to_closed[t->to])
					to_closed[from] = true;
			}
	for (ShakedownTcpState s = CLOSED; s < NONE; s++) {
		cr_assert_eq(from_closed[s], s != LISTEN, "%s", shakedown_tcp_state_name(s));
		cr_assert(to_closed[s], "%s", shakedown_tcp_state_name(s));
	}
}
