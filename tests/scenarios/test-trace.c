/* SPDX-License-Identifier: BSD-3-Clause */
/* Scenarios made into packets: numbers left out, order, repetition, and text gone wrong. */
#include "base/bytes.h"
#include "scenario-trace.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct {
	Scenario *scenario;
	ScenarioTrace *trace;
} Told;

static void told_clear(Told *told)
{
	scenario_trace_free(told->trace);
	scenario_free(told->scenario);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static Told tell(const char *text)
{
	g_autoptr(GError) error = NULL;
	Told told = {.scenario = scenario_parse("test.scn", text, strlen(text), &error)};

	cr_assert(told.scenario != NULL, "%s", error ? error->message : "");
	told.trace = scenario_trace_new(told.scenario, &error);
	cr_assert(told.trace != NULL, "%s", error ? error->message : "");
	return told;
}

static const ScenarioPacket *packet_at(const Told *told, guint i)
{
	cr_assert_lt(i, told->trace->packets->len);
	return &g_array_index(told->trace->packets, ScenarioPacket, i);
}

/* seq and ack as they stand in the frame: Ethernet, IPv4 without options. */
static void expect_numbers(const Told *told, guint i, uint32_t seq, uint32_t ack)
{
	const ShakedownPacket *packet = &packet_at(told, i)->packet;

	cr_assert_eq(be32(packet->data + 38), seq, "packet %u: seq %u", i, be32(packet->data + 38));
	cr_assert_eq(be32(packet->data + 42), ack, "packet %u: ack %u", i, be32(packet->data + 42));
	cr_assert_eq(packet->frame, i + 1);
}

#define HEAD                                                                                       \
	"title T\n"                                                                                \
	"client 10.0.0.1:49152 isn=100\n"                                                          \
	"server 10.0.0.2:80 isn=300\n"

Test(trace, numbers_follow_from_what_was_sent_and_arrived)
{
	g_auto(Told) told = tell(HEAD "+0 C SYN\n"
				      "+0 S SYN,ACK\n"
				      "+0 C ACK\n"
				      "+0 C ACK len=10\n"
				      "+0 C ACK len=5 lost\n"
				      "+0 S ACK\n"
				      "+0 C ACK seq=next-5 len=5\n"
				      "+0 S ACK len=7 uncaptured\n"
				      "+0 C FIN,ACK\n"
				      "+0 S RST forged\n"
				      "+0 S FIN,ACK\n"
				      "+0 C ACK\n");

	cr_assert_eq(told.trace->packets->len, 11);
	expect_numbers(&told, 0, 100, 0);
	expect_numbers(&told, 1, 300, 101);
	expect_numbers(&told, 2, 101, 301);
	expect_numbers(&told, 3, 101, 301);
	expect_numbers(&told, 4, 111, 301);
	expect_numbers(&told, 5, 301, 111); /* the five bytes were lost */
	expect_numbers(&told, 6, 111, 301);
	expect_numbers(&told, 7, 116, 308); /* the seven arrived, though uncaptured */
	expect_numbers(&told, 8, 308, 0);
	expect_numbers(&told, 9, 308, 117); /* a forged reset changes nothing */
	expect_numbers(&told, 10, 117, 309);
}

Test(trace, numbers_wrap)
{
	g_auto(Told) told = tell("title T\n"
				 "client 10.0.0.1:49152 isn=4294967295\n"
				 "server 10.0.0.2:80 isn=4294967290\n"
				 "+0 C SYN\n"
				 "+0 S SYN,ACK\n"
				 "+0 S ACK len=10\n"
				 "+0 C ACK\n");

	expect_numbers(&told, 1, 4294967290u, 0);
	expect_numbers(&told, 2, 4294967291u, 0);
	expect_numbers(&told, 3, 0, 5);
}

Test(trace, what_is_sent_again_has_the_same_bytes)
{
	g_auto(Told) told = tell(HEAD "+0 C ACK len=100\n"
				      "+0 C ACK len=50\n"
				      "+0 C ACK seq=x+61 len=60\n");
	const uint8_t *first = packet_at(&told, 0)->packet.data + 54;
	const uint8_t *again = packet_at(&told, 2)->packet.data + 54;

	cr_assert_eq(memcmp(first + 60, again, 40), 0);
	cr_assert_eq(memcmp(packet_at(&told, 1)->packet.data + 54, again + 40, 20), 0);
}

Test(trace, timestamps_follow_once_both_offer_them)
{
	g_auto(Told) told = tell(HEAD "+0 C SYN ts\n"
				      "+0 S SYN,ACK ts=77\n"
				      "+1 C ACK\n"
				      "+0 C ACK nots\n"
				      "+0 C RST\n");
	const uint8_t *ack = packet_at(&told, 2)->packet.data;

	cr_assert_eq(packet_at(&told, 2)->packet.wire_len, 14 + 20 + 32);
	cr_assert_eq(be32(ack + 34 + 24), 1000000 + 1000);
	cr_assert_eq(be32(ack + 34 + 28), 77);
	cr_assert_eq(packet_at(&told, 3)->packet.wire_len, 54);
	cr_assert_eq(packet_at(&told, 4)->packet.wire_len, 54);
}

Test(trace, duplicates_follow_within_microseconds_with_the_same_bytes)
{
	g_auto(Told) told = tell(HEAD "+0 C SYN dup\n+1 C SYN\n");

	cr_assert_eq(told.trace->packets->len, 3);
	cr_assert(packet_at(&told, 1)->duplicate);
	cr_assert_eq(packet_at(&told, 0)->packet.data, packet_at(&told, 1)->packet.data);
	cr_assert_eq(packet_at(&told, 1)->packet.time - packet_at(&told, 0)->packet.time, 5000);
	cr_assert_neq(be16(packet_at(&told, 0)->packet.data + 18),
		      be16(packet_at(&told, 2)->packet.data + 18), "another IP id");
}

Test(trace, connections_are_merged_by_time_each_in_its_own_order)
{
	g_auto(Told) told = tell("title T\n"
				 "connection a\n"
				 "client 10.0.0.1:1\n"
				 "server 10.0.0.2:80\n"
				 "1 C SYN\n"
				 "3 C SYN\n"
				 "2 C SYN\n"
				 "connection b at=2.5\n"
				 "client 10.0.0.1:2\n"
				 "server 10.0.0.2:80\n"
				 "0 C SYN\n");
	static const uint16_t ports[] = {1, 2, 1, 1};

	for (guint i = 0; i < G_N_ELEMENTS(ports); i++)
		cr_assert_eq(be16(packet_at(&told, i)->packet.data + 34), ports[i]);
	cr_assert_eq(packet_at(&told, 3)->packet.time, SCENARIO_EPOCH + 2 * SHAKEDOWN_NS_PER_S);
}

Test(trace, repetitions_come_from_hosts_of_their_own)
{
	g_auto(Told) told = tell("title T\n"
				 "connection flood repeat=254 every=0.01\n"
				 "client 192.0.2.0/24:* isn=*\n"
				 "server 10.0.0.2:80\n"
				 "+0 C SYN\n");
	bool seen[256] = {false};

	for (guint i = 0; i < 254; i++) {
		const uint8_t *data = packet_at(&told, i)->packet.data;

		cr_assert_eq(be24(data + 26), 0xc00002);
		cr_assert_not(seen[data[29]], "192.0.2.%u twice", data[29]);
		seen[data[29]] = true;
		cr_assert_geq(be16(data + 34), 32768);
	}
	cr_assert_not(seen[0] || seen[255]);
}

Test(trace, icmp_quotes_the_last_segment)
{
	g_auto(Told) told =
		tell(HEAD "+0 C SYN\n+0 ICMP C host-unreachable from=10.9.9.9 quote=8\n");
	const ShakedownPacket *syn = &packet_at(&told, 0)->packet,
			      *icmp = &packet_at(&told, 1)->packet;

	cr_assert_eq(icmp->wire_len, 14 + 20 + 8 + 28);
	cr_assert_eq(memcmp(icmp->data + 42, syn->data + 14, 28), 0);
	cr_assert_eq(be32(icmp->data + 26), 0x0a090909);
	cr_assert_eq(be32(icmp->data + 30), 0x0a000001);
}

Test(trace, snaplen_cuts_and_keeps_the_length)
{
	g_auto(Told) told = tell("snaplen 60\n" HEAD "+0 C ACK len=100\n");

	cr_assert_eq(packet_at(&told, 0)->packet.captured_len, 60);
	cr_assert_eq(packet_at(&told, 0)->packet.wire_len, 154);
}

Test(trace, refuses_what_cannot_be_built)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{HEAD "+0 ICMP C host-unreachable\n", "test.scn:4: the client has sent nothing"},
		{HEAD "+0 C SYN md5 mss=1 ts wscale=1 sack sack=1..2,3..4\n",
		 "test.scn:4: the options take more than 40 bytes"},
		{"title T\nconnection a repeat=10000 every=1\nclient 10.0.0.1:1\n"
		 "server 10.0.0.2:2\nrepeat 11\n+0 C SYN\nagain\n",
		 "more than 100000 packets"},
		{HEAD "repeat 2000\n+0 C ACK len=65000\nagain\n", "more than 67108864 bytes"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Scenario) scenario =
			scenario_parse("test.scn", rows[i].text, strlen(rows[i].text), NULL);

		cr_assert_not_null(scenario, "row %zu", i);
		cr_assert_null(scenario_trace_new(scenario, &error), "row %zu", i);
		cr_assert(strstr(error->message, rows[i].message), "%s", error->message);
	}
}

/* A scenario with something of everything, broken at random: it is read or refused, never worse. */
Test(trace, survives_mutated_text)
{
	static const char text[] =
		"title T\nsnaplen 80\nconnection a at=1 repeat=3 every=0.5 vlan=1,2\n"
		"client 10.0.0.0/8:* isn=* ttl=9 win=5\nserver 10.0.0.2:80 isn=300\n"
		"+0 C SYN seq=x mss=1460 sack wscale=7 ts tfo=00112233 → SYN-SENT / -\n"
		"repeat 3\n+0.1 S SYN,ACK seq=y+1 sack=x+1..next+2 dup → * / CLOSED?|LAST-ACK~ "
		"[new]\n"
		"again\n+0 ICMP C frag-needed mtu=1400 quote=9\n+1 tick\n"
		"+0 C ACK data=\"a\\x41\\n\" lost\nend\nclient … → CLOSED! → TIME-WAIT(sent)\n"
		"handshake three-way complete\nteardown * graceful\nanomalies … a b\nwider none\n";
	static const char alphabet[] = "\n \"\\=+-.,/|:*?!~()[]#0199xyCSACKPIM\xe2\x86\x92\xff";
	GRand *random = g_rand_new_with_seed(20260101);
	unsigned read = 0;

	for (int round = 0; round < 20000; round++) {
		char copy[sizeof text];
		size_t len = sizeof text - 1;

		memcpy(copy, text, sizeof text);
		for (int n = g_rand_int_range(random, 1, 3); n > 0; n--)
			copy[g_rand_int_range(random, 0, (gint32)len)] =
				alphabet[g_rand_int_range(random, 0, sizeof alphabet - 1)];
		if (round % 7 == 0)
			len = (size_t)g_rand_int_range(random, 0, (gint32)len);

		g_autoptr(GError) error = NULL;
		g_autoptr(Scenario) scenario = scenario_parse("m", copy, len, &error);
		cr_assert((scenario != NULL) != (error != NULL), "round %d", round);
		if (scenario) {
			scenario_trace_free(scenario_trace_new(scenario, NULL));
			read++;
		}
	}
	g_rand_free(random);
	cr_assert_gt(read, 100, "only %u mutations could be read", read);
}
