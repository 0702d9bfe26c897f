/* SPDX-License-Identifier: BSD-3-Clause */
/* The scenario language: what it reads, and how it refuses the rest. */
#include "scenario.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEAD                                                                                       \
	"title A test\n"                                                                           \
	"client 10.0.0.1:49152 isn=100 ttl=63\n"                                                   \
	"server 10.0.0.2:80 isn=300 win=1000\n"

static Scenario *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	Scenario *scenario = scenario_parse("test.scn", text, strlen(text), &error);

	cr_assert(scenario != NULL, "%s", error ? error->message : "no error");
	cr_assert_null(error);
	return scenario;
}

static const ScenarioConnection *connection_at(const Scenario *scenario, guint i)
{
	cr_assert_lt(i, scenario->connections->len);
	return scenario->connections->pdata[i];
}

static const ScenarioLine *line_at(const Scenario *scenario, guint i)
{
	const ScenarioConnection *connection = connection_at(scenario, 0);

	cr_assert_lt(i, connection->lines->len);
	return &g_array_index(connection->lines, ScenarioLine, i);
}

Test(language, reads_a_segment_with_all_its_words)
{
	g_autoptr(Scenario) scenario = parse(
		HEAD
		"# a comment\n"
		"+0.25 S PSH,ACK seq=y+1 ack=x+1 data=\"a b\\r\\n\\x41\\\"#\" win=77 ttl=9 ipid=4 "
		"urg=2 sack=x+5..x+9,next+1..next+2 ts=7:8 badsum dup lost # end\n"
		"0.25 C SYN mss=1460 sack wscale=7 ts tfo=00112233 md5 nots uncaptured\n");
	const ScenarioLine *line = line_at(scenario, 0);
	gsize len = 0;
	const char *data = g_bytes_get_data(line->data, &len);

	cr_assert_str_eq(scenario->title, "A test");
	cr_assert_eq(line->number, 5);
	cr_assert_eq(line->kind, SCENARIO_SEGMENT);
	cr_assert_eq(line->time, SHAKEDOWN_NS_PER_S / 4);
	cr_assert_eq(line->side, SHAKEDOWN_SERVER);
	cr_assert_eq(line->flags, 0x018);
	cr_assert_eq(line->seq.base, SCENARIO_BASE_Y);
	cr_assert_eq(line->ack.base, SCENARIO_BASE_X);
	cr_assert_eq(line->ack.offset, 1);
	cr_assert_eq(len, 8);
	cr_assert_eq(memcmp(data, "a b\r\nA\"#", 8), 0);
	cr_assert_eq(line->window, 77);
	cr_assert_eq(line->ttl, 9);
	cr_assert_eq(line->ip_id, 4);
	cr_assert_eq(line->urgent, 2);
	cr_assert_eq(line->options.sack_len, 2);
	cr_assert_eq(line->options.sack[1][0].base, SCENARIO_BASE_NEXT);
	cr_assert(line->options.ts_given && line->options.tsecr_given);
	cr_assert_eq(line->options.tsecr, 8);
	cr_assert(line->bad_checksum && line->duplicated && line->lost);
	cr_assert_not(line->asked);

	line = line_at(scenario, 1);
	cr_assert_eq(line->time, SHAKEDOWN_NS_PER_S / 4, "an absolute time counts from the start");
	cr_assert_eq(line->options.cookie_len, 4);
	cr_assert_eq(line->options.cookie[3], 0x33);
	cr_assert(line->uncaptured && line->options.md5 && line->options.no_timestamps);
}

Test(language, negative_offsets_wrap)
{
	g_autoptr(Scenario) scenario = parse(HEAD "+0 C ACK seq=next-1 ack=y-5\n");

	cr_assert_eq(line_at(scenario, 0)->seq.offset, UINT32_MAX);
	cr_assert_eq(line_at(scenario, 0)->ack.offset, (uint32_t)-5);
}

Test(language, reads_states_with_evidence)
{
	g_autoptr(Scenario) scenario =
		parse(HEAD "+0 C ACK → ESTABLISHED? / FIN-WAIT-1|CLOSING~ [duplicate-ack] "
			   "taken-back server CLOSE-WAIT taken-back server LAST-ACK\n"
			   "+0 C ACK -> - / *\n"
			   "+0 C ACK → TIME-WAIT! / SYN-SENT(sent)|LISTEN*\n");
	const ScenarioLine *line = line_at(scenario, 0);

	cr_assert(line->asked);
	cr_assert(scenario_belief_holds(&line->after[0], SHAKEDOWN_TCP_ESTABLISHED,
					SHAKEDOWN_EVIDENCE_DELIVERED));
	cr_assert_not(scenario_belief_holds(&line->after[0], SHAKEDOWN_TCP_ESTABLISHED,
					    SHAKEDOWN_EVIDENCE_CONFIRMED));
	cr_assert(scenario_belief_holds(&line->after[1], SHAKEDOWN_TCP_FIN_WAIT_1,
					SHAKEDOWN_EVIDENCE_SENT));
	cr_assert(scenario_belief_holds(&line->after[1], SHAKEDOWN_TCP_CLOSING,
					SHAKEDOWN_EVIDENCE_ASSUMED));
	cr_assert_not(scenario_belief_holds(&line->after[1], SHAKEDOWN_TCP_CLOSING,
					    SHAKEDOWN_EVIDENCE_SENT));
	cr_assert_eq(line->segment_class, SHAKEDOWN_SEGMENT_DUPLICATE_ACK);
	cr_assert_eq(line->taken_back[SHAKEDOWN_SERVER],
		     1u << SHAKEDOWN_TCP_CLOSE_WAIT | 1u << SHAKEDOWN_TCP_LAST_ACK);

	line = line_at(scenario, 1);
	cr_assert(scenario_belief_holds(&line->after[0], SHAKEDOWN_TCP_LISTEN,
					SHAKEDOWN_EVIDENCE_TIMER));
	cr_assert_not(scenario_belief_holds(&line->after[0], SHAKEDOWN_TCP_SYN_SENT,
					    SHAKEDOWN_EVIDENCE_SENT));
	cr_assert(scenario_belief_holds(&line->after[1], SHAKEDOWN_TCP_SYN_SENT,
					SHAKEDOWN_EVIDENCE_SENT));
}

Test(language, beliefs_print_as_they_are_written)
{
	static const char *const texts[] = {
		"ESTABLISHED", "CLOSED?", "TIME-WAIT!",		 "LAST-ACK~",	  "FIN-WAIT-2*",
		"-",	       "*",	  "FIN-WAIT-1|CLOSING?", "SYN-SENT(sent)"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = g_strdup_printf(HEAD "+0 C ACK → %s / *\n", texts[i]);
		g_autoptr(Scenario) scenario = parse(text);
		g_autofree char *back = scenario_belief_format(&line_at(scenario, 0)->after[0]);

		cr_assert_str_eq(back, texts[i]);
	}
}

Test(language, reads_the_end)
{
	g_autoptr(Scenario) scenario = parse(HEAD "+0 C SYN\n"
						  "end\n"
						  "client SYN-SENT → ESTABLISHED?\n"
						  "server … -> CLOSED(timer)\n"
						  "handshake * no-answer\n"
						  "teardown reset never-opened\n"
						  "first none\n"
						  "time-wait both\n"
						  "role first-packet\n"
						  "anomalies … refused no-answer\n"
						  "wider none\n"
						  "reported syn-flood\n");
	const ScenarioEnd *end = &connection_at(scenario, 0)->end;

	cr_assert_eq(end->number, 5);
	cr_assert_eq(end->history[0]->len, 2);
	cr_assert_eq(end->history[1]->len, 1);
	cr_assert(!end->tail_only[0] && end->tail_only[1]);
	cr_assert_eq(end->handshake_kind, -1);
	cr_assert_eq(end->handshake_outcome, SHAKEDOWN_HANDSHAKE_NO_ANSWER);
	cr_assert_eq(end->teardown_kind, SHAKEDOWN_TEARDOWN_KIND_RESET);
	cr_assert_eq(end->teardown_outcome, SHAKEDOWN_TEARDOWN_NEVER_OPENED);
	cr_assert_eq(end->first, 2);
	cr_assert_eq(end->time_wait, 2);
	cr_assert_eq(end->role, SHAKEDOWN_ROLE_FIRST_PACKET);
	cr_assert_eq(end->anomalies.names->len, 2);
	cr_assert(end->anomalies.at_least);
	cr_assert_eq(scenario->wider_anomalies.names->len, 0);
	cr_assert_eq(scenario->any_anomalies.names->len, 1);
}

Test(language, a_side_without_states_has_none)
{
	g_autoptr(Scenario) scenario = parse(HEAD "+0 C SYN\nend\nserver none\n");

	cr_assert_eq(connection_at(scenario, 0)->end.history[1]->len, 0);
	cr_assert_null(connection_at(scenario, 0)->end.history[0]);
}

Test(language, lines_repeat_as_a_block)
{
	g_autoptr(Scenario) scenario = parse(HEAD "+1 C SYN\n"
						  "repeat 3\n"
						  "+0.1 S ACK data=\"x\"\n"
						  "+0.2 C ACK\n"
						  "again\n"
						  "+1 C FIN,ACK\n");

	cr_assert_eq(connection_at(scenario, 0)->lines->len, 8);
	cr_assert_eq(line_at(scenario, 5)->time, SHAKEDOWN_NS_PER_S * 17 / 10);
	cr_assert_eq(line_at(scenario, 7)->time, SHAKEDOWN_NS_PER_S * 29 / 10);
	cr_assert_eq(line_at(scenario, 5)->data, line_at(scenario, 1)->data);
}

Test(language, reads_connections_and_networks)
{
	g_autoptr(Scenario) scenario = parse("title Two\n"
					     "connection a at=1.5 repeat=10 every=0.5 vlan=100,10\n"
					     "client 198.18.0.0/15:* isn=*\n"
					     "server 192.0.2.1:443\n"
					     "+0 C SYN\n"
					     "connection b\n"
					     "client [2001:db8::1]:1024\n"
					     "server [2001:db8::2]:443\n"
					     "+0 C SYN\n"
					     "+1 ICMP C no-route from=2001:db8::3 quote=8\n"
					     "connection a\n"
					     "+1 C RST\n");
	const ScenarioConnection *a = connection_at(scenario, 0), *b = connection_at(scenario, 1);

	cr_assert_eq(a->at, SHAKEDOWN_NS_PER_S * 3 / 2);
	cr_assert_eq(a->repeat, 10);
	cr_assert_eq(a->vlans, 2);
	cr_assert_eq(a->vlan[1], 10);
	cr_assert_eq(a->endpoint[0].prefix, 15);
	cr_assert(a->endpoint[0].any_port && a->endpoint[0].any_isn);
	cr_assert_eq(a->lines->len, 2);
	cr_assert_eq(b->endpoint[0].addr.version, 6);
	cr_assert_eq(g_array_index(b->lines, ScenarioLine, 1).icmp.type, 1);
}

/* What must be refused: the text, and what the message must say. */
static const struct {
	const char *text, *message;
} wrong[] = {
	{"", "no title"},
	{"title A\n", "no segment"},
	{"bogus\n", "test.scn:1: expected a time, or title"},
	{"title\n", "test.scn:1: expected the title, not the end of the line"},
	{"title A\ntitle B\n", "test.scn:2: the title is given twice"},
	{"title A\n+0 C SYN\n", "test.scn:2: client and server must be given"},
	{"client 10.0.0.1\n", "ADDRESS:PORT"},
	{"client 10.0.0.300:80\n", "an IPv4 or IPv6 address"},
	{"client 10.0.0.1:65536\n", "port=NUMBER from 0 to 65535"},
	{"client 10.0.0.1:80 isn=4294967296\n", "isn=NUMBER from 0 to 4294967295, not "
						"\"4294967296\""},
	{"client 10.0.0.1:80 mss=1\n", "isn=, ttl= or win="},
	{"client 10.0.0.1/33:80\n", "prefix=NUMBER from 0 to 32"},
	{HEAD "client 10.0.0.3:80\n", "given twice"},
	{HEAD "+0 X SYN\n", "C, S, ICMP or tick, not \"X\""},
	{HEAD "+0\n", "C, S, ICMP or tick, not the end of the line"},
	{HEAD "+ C SYN\n", "a time in seconds"},
	{HEAD "+0.0000000001 C SYN\n", "nine decimals"},
	{HEAD "+99999999999999999999 C SYN\n", "a time in seconds (at most 1000000"},
	{HEAD "+1000000 C SYN\n+1 C SYN\n", "lasts longer"},
	{HEAD "+0 C SIN\n", "flags as in SYN,ACK or NONE, not \"SIN\""},
	{HEAD "+0 C\n", "flags as in SYN,ACK or NONE"},
	{HEAD "+0 C SYN seq=z+1\n", "seq=N, x+N"},
	{HEAD "+0 C SYN seq=x+\n", "seq=N, x+N"},
	{HEAD "+0 C SYN seq=x+-1\n", "seq=N, x+N"},
	{HEAD "+0 C SYN seq\n", "seq=N, x+N"},
	{HEAD "+0 C SYN len=65001\n", "len=NUMBER from 0 to 65000"},
	{HEAD "+0 C SYN data=abc\n", "data=\"TEXT\""},
	{HEAD "+0 C SYN data=\"abc\n", "test.scn:4: a quote (\") is not closed"},
	{HEAD "+0 C SYN data=\"a\"b\"c\"\n", "one text in quotes"},
	{HEAD "+0 C SYN data=\"\\q\"\n", "expected one of \\r"},
	{HEAD "+0 C SYN data=\"\\x4\"\n", "expected one of \\r"},
	{HEAD "+0 C SYN tfo=00112\n", "tfo=HEX"},
	{HEAD "+0 C SYN sack=1..2,3..4,5..6,7..8,9..10\n", "at most 4 blocks"},
	{HEAD "+0 C SYN sack=1-2\n", "sack=LEFT..RIGHT"},
	{HEAD "+0 C SYN ttl=0\n", "ttl=NUMBER from 1 to 255"},
	{HEAD "+0 C SYN →\n", "CLIENT-STATE / SERVER-STATE"},
	{HEAD "+0 C SYN → SYN-SENT -\n", "CLIENT-STATE / SERVER-STATE"},
	{HEAD "+0 C SYN → SYNSENT / -\n", "a state (CLOSED, LISTEN"},
	{HEAD "+0 C SYN → SYN-SENT?? / -\n", "a mark of evidence"},
	{HEAD "+0 C SYN → | / -\n", "a state"},
	{HEAD "+0 C SYN → A|B|C|D|E / -\n", "a state"},
	{HEAD "+0 C SYN → * / - [new\n", "[CLASS]"},
	{HEAD "+0 C SYN → * / - [old]\n", "a class of segment"},
	{HEAD "+0 C SYN → * / - taken-back\n", "a side (client, server)"},
	{HEAD "+0 C SYN uncaptured → * / -\n", "does not hold this segment"},
	{HEAD "+0 tick tock\n", "the end of the line"},
	{HEAD "+0 ICMP X host-unreachable\n", "C or S, whose segment it quotes"},
	{HEAD "+0 ICMP C no-route\n", "a kind of ICMP error"},
	{HEAD "+0 ICMP C host-unreachable from=2001:db8::1\n", "the other IP version"},
	{HEAD "repeat 0\n", "repeat=NUMBER from 1"},
	{HEAD "repeat 2\nrepeat 2\n", "a repeat within the repeat of line 4"},
	{HEAD "again\n", "again without a repeat"},
	{HEAD "repeat 2\n+0 C SYN\n", "the repeat of line 4 has no again"},
	{HEAD "repeat 2\n+0 C SYN\nconnection b\n", "the repeat of line 4 has no again"},
	{HEAD "repeat 10000\n+0 C SYN\n+0 C SYN\n+0 C SYN\nagain\n", "more than 20000 segments"},
	{HEAD "+0 C SYN\nend\nend\n", "expected client, server, handshake"},
	{HEAD "+0 C SYN\nend\n+0 C SYN\n", "a segment after end"},
	{HEAD "+0 C SYN\nend\nclient\n", "a state, not the end of the line"},
	{HEAD "+0 C SYN\nend\nclient SYN-SENT ESTABLISHED\n", "→ or -> between states"},
	{HEAD "+0 C SYN\nend\nclient SYN-SENT →\n", "a state, not the end of the line"},
	{HEAD "+0 C SYN\nend\nclient none\nclient none\n", "history is given twice"},
	{HEAD "+0 C SYN\nend\nhandshake three-way\n", "an outcome (complete"},
	{HEAD "+0 C SYN\nend\nhandshake 3way complete\n", "a kind of handshake (three-way"},
	{HEAD "+0 C SYN\nend\nfirst nobody\n", "who closed first (client, server, none)"},
	{HEAD "+0 C SYN\nend\nanomalies\n", "names of anomalies, or none"},
	{HEAD "+0 C SYN\nend\nanomalies …\n", "names of anomalies"},
	{HEAD "+0 C SYN\nend\nanomalies Bad_Name\n", "the name of an anomaly"},
	{HEAD "+0 C SYN\nend\nanomalies none\nanomalies none\n", "given twice"},
	{"title A\nend\n", "end before any connection"},
	{"connection\n", "a name for the connection"},
	{"connection a repeat=10001\n", "repeat=NUMBER from 1 to 10000"},
	{"connection a vlan=4096\n", "vlan=NUMBER from 0 to 4095"},
	{"connection a vlan=1,2,3\n", "more than 2 VLAN tags"},
	{HEAD "+0 C SYN\nconnection b\n", "connection \"b\" has no client"},
	{"title A\nconnection a repeat=2\nclient 10.0.0.1:1\nserver 10.0.0.2:2\n+0 C SYN\n",
	 "repeats without every="},
	{"title A\nclient 10.0.0.1:1\nserver [::1]:2\n+0 C SYN\n", "two IP versions"},
	{"snaplen 0\n", "snaplen=NUMBER from 1"},
};

Test(language, refusals_say_where_and_why)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Scenario) scenario =
			scenario_parse("test.scn", wrong[i].text, strlen(wrong[i].text), &error);

		cr_assert_null(scenario, "row %zu was read: %s", i, wrong[i].text);
		cr_assert(error && strstr(error->message, wrong[i].message),
			  "row %zu: \"%s\" does not hold \"%s\"", i, error ? error->message : "",
			  wrong[i].message);
		cr_assert(g_str_has_prefix(error->message, "test.scn:"), "row %zu: \"%s\"", i,
			  error->message);
	}
}

Test(language, refuses_what_is_too_large_or_no_text)
{
	g_autofree char *large = g_malloc0(SCENARIO_TEXT_MOST + 2);
	g_autofree char *wordy = g_strnfill(2000, 'w');
	g_autoptr(GError) error = NULL;

	memset(large, '\n', SCENARIO_TEXT_MOST + 1);
	cr_assert_null(scenario_parse("x", large, SCENARIO_TEXT_MOST + 1, &error));
	cr_assert(g_error_matches(error, SCENARIO_ERROR, SCENARIO_ERROR_BOUND));
	g_clear_error(&error);
	cr_assert_null(scenario_parse("x", "title a\0b\n", 10, &error));
	cr_assert_str_eq(error->message, "x:1: a byte 0 in the text");
	g_clear_error(&error);
	for (size_t i = 0; i < 2000; i += 2)
		wordy[i] = ' ';
	cr_assert_null(scenario_parse("x", wordy, 2000, &error));
	cr_assert_str_eq(error->message, "x:1: more than 64 words on a line");
	g_clear_error(&error);
	cr_assert_null(scenario_parse("x", "\xff\xfe\n", 3, &error));
	cr_assert(g_utf8_validate(error->message, -1, NULL), "messages are text");
	cr_assert_null(scenario_parse("x", "\xff\xfe\n", 3, NULL), "an error is not asked for");
}
