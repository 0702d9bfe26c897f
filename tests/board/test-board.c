/* SPDX-License-Identifier: BSD-3-Clause */
/* The board: counts by service, connections that make room, ladders as far as they have got. */
#include <criterion/criterion.h>
#include <string.h>

#include <shakedown/shakedown.h>

#define SECONDS(n) ((n)*SHAKEDOWN_NS_PER_S)
#define T0 SECONDS(1000)

static ShakedownAddress address(unsigned last)
{
	return (ShakedownAddress){4, {192, 0, (uint8_t)(last >> 8 & 0xff), (uint8_t)(last & 0xff)}};
}

static void event(ShakedownBoard *board, ShakedownEventKind kind, uint64_t id, unsigned server,
		  ShakedownTime time, ShakedownHandshakeOutcome outcome)
{
	ShakedownAddress addr[2] = {address(1), address(server)};
	const ShakedownEvent t = {
		.kind = kind,
		.connection = id,
		.addr = {&addr[0], &addr[1]},
		.port = {40000, 443},
		.time = time,
		.handshake = {.outcome = outcome, .server_rtt = 1000000 * (int64_t)(id % 7 + 1)}};

	shakedown_board_event(board, &t);
}

static void segment(ShakedownBoard *board, uint64_t id, unsigned sender, uint16_t flags,
		    uint64_t frame, ShakedownTcpState client, ShakedownTcpState server)
{
	ShakedownAddress addr[2] = {address(1), address(2)};
	const ShakedownSegment s = {.connection = id,
				    .sender = sender,
				    .addr = {&addr[0], &addr[1]},
				    .port = {40000, 443},
				    .time = T0 + (int64_t)frame * 1000000,
				    .frame = frame,
				    .seq = 1000 + (uint32_t)frame,
				    .isn_known = {true, true},
				    .isn = {1000, 5000},
				    .flags = flags,
				    .len = flags == 0x18 ? 100 : 0,
				    .segment_class = flags == 0x18 ? SHAKEDOWN_SEGMENT_NEW
								   : SHAKEDOWN_SEGMENT_CONTROL,
				    .state = {client, server},
				    .note = frame == 3 ? "a remark" : NULL};

	shakedown_board_segment(board, &s);
}

static void anomaly(ShakedownBoard *board, uint64_t id, ShakedownSeverity severity)
{
	const uint64_t frames[] = {1, 2};
	const ShakedownAnomaly a = {.kind = SHAKEDOWN_ANOMALY_NO_ANSWER,
				    .severity = severity,
				    .scope = SHAKEDOWN_SCOPE_CONNECTION,
				    .connection = id,
				    .subject = {.client = address(1 + (unsigned)id),
						.server = address(700 + (unsigned)id),
						.client_port = 40000,
						.server_port = 443},
				    .time = T0,
				    .until = T0 + SECONDS(3),
				    .frames = frames,
				    .frames_len = 2,
				    .summary = "nobody answers",
				    .rule = "RFC 9293",
				    .filter = "tcp",
				    .count = 1};

	shakedown_board_anomaly(board, &a);
}

static bool append(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

static char *ladder(ShakedownBoard *board, uint64_t id)
{
	GString *text = g_string_new(NULL);
	const ShakedownSinkOptions options = {.width = 80, .write = append, .write_data = text};
	g_autoptr(GError) error = NULL;

	cr_assert(shakedown_board_ladder(board, id, &options, &error), "%s",
		  error ? error->message : "");
	return g_string_free(text, FALSE);
}

Test(board, counts_handshakes_by_service)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	ShakedownBoardService rows[4];

	for (uint64_t id = 1; id <= 10; id++) {
		event(board, SHAKEDOWN_EVENT_OPENED, id, 7, T0, 0);
		event(board, SHAKEDOWN_EVENT_ATTEMPT, id, 7, T0, SHAKEDOWN_HANDSHAKE_IN_PROGRESS);
	}
	for (uint64_t id = 1; id <= 6; id++)
		event(board, SHAKEDOWN_EVENT_COMPLETE, id, 7, T0, SHAKEDOWN_HANDSHAKE_COMPLETE);
	for (uint64_t id = 7; id <= 9; id++)
		event(board, SHAKEDOWN_EVENT_FAILED, id, 7, T0, SHAKEDOWN_HANDSHAKE_REFUSED);
	cr_assert_eq(shakedown_board_services(board, rows, 4), 1);
	cr_assert_eq(rows[0].tried, 10);
	cr_assert_eq(rows[0].complete, 6);
	cr_assert_eq(rows[0].failed, 3);
	cr_assert_eq(rows[0].pending, 1);
	cr_assert_eq(rows[0].live, 10);
	cr_assert_eq(rows[0].outcomes[SHAKEDOWN_HANDSHAKE_REFUSED], 3);
	/* 2, 3, 4, 5, 6, 7 ms: the lower of the two in the middle. */
	cr_assert_eq(rows[0].server_rtt, 4000000);
	cr_assert_float_eq(rows[0].rate, 2, 0.001);
	shakedown_board_advance(board, T0 + SECONDS(5));
	shakedown_board_services(board, rows, 4);
	cr_assert_float_eq(rows[0].rate, 2 / 2.71828, 0.001);
}

Test(board, an_answer_after_all_is_no_failure)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	ShakedownAddress addr[2] = {address(1), address(7)};
	ShakedownEvent t = {.kind = SHAKEDOWN_EVENT_ATTEMPT,
			    .connection = 1,
			    .addr = {&addr[0], &addr[1]},
			    .port = {40000, 443},
			    .time = T0};
	ShakedownBoardService row;

	shakedown_board_event(board, &t);
	t.kind = SHAKEDOWN_EVENT_FAILED;
	t.handshake.outcome = SHAKEDOWN_HANDSHAKE_NO_ANSWER;
	shakedown_board_event(board, &t);
	t.kind = SHAKEDOWN_EVENT_COMPLETE;
	t.after_all = true;
	shakedown_board_event(board, &t);
	shakedown_board_services(board, &row, 1);
	cr_assert_eq(row.failed, 0);
	cr_assert_eq(row.complete, 1);
	cr_assert_eq(row.pending, 0);
	cr_assert_eq(row.outcomes[SHAKEDOWN_HANDSHAKE_NO_ANSWER], 0);
}

Test(board, services_heard_of_longest_ago_make_room)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	g_autofree ShakedownBoardService *rows =
		g_new(ShakedownBoardService, SHAKEDOWN_BOARD_SERVICES + 1);
	uint64_t services, connections;

	for (unsigned i = 0; i < SHAKEDOWN_BOARD_SERVICES + 904; i++) {
		event(board, SHAKEDOWN_EVENT_ATTEMPT, i + 1, 1000 + i, T0 + i, 0);
		/* This one is heard of again and again. */
		event(board, SHAKEDOWN_EVENT_ATTEMPT, i + 1, 1, T0 + i, 0);
	}
	size_t n = shakedown_board_services(board, rows, SHAKEDOWN_BOARD_SERVICES + 1);

	cr_assert_eq(n, SHAKEDOWN_BOARD_SERVICES);
	cr_assert_eq(rows[0].addr.bytes[3], 1);
	cr_assert_eq(rows[0].tried, SHAKEDOWN_BOARD_SERVICES + 904);
	shakedown_board_forgotten(board, &services, &connections);
	cr_assert_eq(services, 905);
}

Test(board, a_ladder_is_drawn_as_far_as_it_has_got)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();

	segment(board, 5, 0, 0x02, 1, SHAKEDOWN_TCP_SYN_SENT, SHAKEDOWN_TCP_LISTEN);
	g_autofree char *one = ladder(board, 5);

	cr_assert(strstr(one, "SYN seq=x"), "%s", one);
	segment(board, 5, 1, 0x12, 2, SHAKEDOWN_TCP_SYN_SENT, SHAKEDOWN_TCP_SYN_RECEIVED);
	segment(board, 5, 0, 0x10, 3, SHAKEDOWN_TCP_ESTABLISHED, SHAKEDOWN_TCP_ESTABLISHED);
	anomaly(board, 5, SHAKEDOWN_SEVERITY_WARNING);
	g_autofree char *three = ladder(board, 5);

	cr_assert(strstr(three, "a remark") && strstr(three, "nobody answers"), "%s", three);
}

Test(board, of_a_long_connection_the_middle_is_left_out)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	ShakedownBoardConnection row;

	segment(board, 1, 0, 0x02, 1, SHAKEDOWN_TCP_SYN_SENT, SHAKEDOWN_TCP_LISTEN);
	for (uint64_t frame = 2; frame <= 1080; frame++)
		segment(board, 1, frame % 2, 0x18, frame, SHAKEDOWN_TCP_ESTABLISHED,
			SHAKEDOWN_TCP_ESTABLISHED);
	cr_assert_eq(shakedown_board_connections(board, &row, 1), 1);
	cr_assert_eq(row.packets[0] + row.packets[1], 1080);
	cr_assert_eq(row.bytes[0] + row.bytes[1], 107900);
	g_autofree char *text = ladder(board, 1);

	cr_assert(strstr(text, "1000 segments"), "%s", text);
	cr_assert(strstr(text, "1080"), "%s", text);
}

Test(board, a_flood_drives_out_nothing_of_worth)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	g_autofree ShakedownBoardConnection *rows =
		g_new(ShakedownBoardConnection, SHAKEDOWN_BOARD_CONNECTIONS);
	bool seen[3] = {false};

	segment(board, 1, 0, 0x10, 1, SHAKEDOWN_TCP_ESTABLISHED, SHAKEDOWN_TCP_ESTABLISHED);
	segment(board, 2, 0, 0x02, 2, SHAKEDOWN_TCP_SYN_SENT, SHAKEDOWN_TCP_LISTEN);
	anomaly(board, 2, SHAKEDOWN_SEVERITY_WARNING);
	for (uint64_t id = 3; id < 20000; id++)
		segment(board, id, 0, 0x02, id, SHAKEDOWN_TCP_SYN_SENT, SHAKEDOWN_TCP_LISTEN);
	size_t n = shakedown_board_connections(board, rows, SHAKEDOWN_BOARD_CONNECTIONS);

	for (size_t i = 0; i < n; i++)
		if (rows[i].id <= 3)
			seen[rows[i].id - 1] = true;
	cr_assert_eq(n, 514);
	cr_assert(seen[0] && seen[1] && !seen[2]);
	g_autoptr(GError) error = NULL;
	const ShakedownSinkOptions options = {.write = append};

	cr_assert_not(shakedown_board_ladder(board, 3, &options, &error));
	cr_assert(strstr(error->message, "connection 3 is not kept any more"), "%s",
		  error->message);
	/* It comes back: its beginning is not there. */
	segment(board, 3, 0, 0x02, 30000, SHAKEDOWN_TCP_SYN_SENT, SHAKEDOWN_TCP_LISTEN);
	g_autofree char *text = ladder(board, 3);

	cr_assert(strstr(text, "what was before it is not kept"), "%s", text);
}

Test(board, anomalies_of_one_cause_are_one)
{
	g_autoptr(ShakedownBoard) board = shakedown_board_new();
	const ShakedownBoardAnomaly *rows[3];
	const ShakedownFact facts[] = {
		{.name = "first_gap_s",
		 .type = SHAKEDOWN_VALUE_DURATION,
		 .duration = SHAKEDOWN_NS_PER_S},
		{.name = "refusals", .type = SHAKEDOWN_VALUE_COUNT, .count = 2}};
	ShakedownAnomaly a = {
		.kind = SHAKEDOWN_ANOMALY_REFUSED,
		.severity = SHAKEDOWN_SEVERITY_NOTICE,
		.scope = SHAKEDOWN_SCOPE_CONNECTION,
		.subject = {.client = address(1), .server = address(2), .server_port = 80},
		.facts = facts,
		.facts_len = 2,
		.summary = "an RST is the answer",
		.rule = "RFC 9293",
		.filter = "tcp",
		.narrowing = "tcp.flags.reset==1",
		.count = 1};

	for (uint64_t id = 1; id <= 41; id++) {
		a.connection = id;
		a.subject.client_port = (uint16_t)(1000 + id);
		a.time = a.until = T0 + (int64_t)id;
		shakedown_board_anomaly(board, &a);
	}
	cr_assert_eq(shakedown_board_anomalies(board, rows, 3), 1);
	cr_assert_str_eq(rows[0]->evidence, "first gap 1.00 s, refusals 2");
	shakedown_board_anomaly_unref(rows[0]);
	shakedown_board_finish(board);
	cr_assert_eq(shakedown_board_anomalies(board, rows, 3), 2);
	cr_assert_eq(rows[0]->count, 40);
	cr_assert_eq(rows[0]->connection, 2);
	cr_assert_eq(rows[1]->count, 1);
	shakedown_board_anomaly_unref(rows[0]);
	shakedown_board_anomaly_unref(rows[1]);
}

Test(board, the_latest_anomalies_come_first_and_outlive_the_board)
{
	ShakedownBoard *board = shakedown_board_new();
	const ShakedownBoardAnomaly *first[3], *rows[SHAKEDOWN_BOARD_ANOMALIES];

	for (uint64_t id = 1; id <= 3; id++)
		anomaly(board, id, SHAKEDOWN_SEVERITY_NOTICE);
	cr_assert_eq(shakedown_board_anomalies(board, first, 3), 3);
	cr_assert_eq(first[0]->number, 3);
	cr_assert_eq(first[2]->connection, 1);
	for (uint64_t id = 4; id <= 700; id++)
		anomaly(board, id, SHAKEDOWN_SEVERITY_NOTICE);
	size_t n = shakedown_board_anomalies(board, rows, SHAKEDOWN_BOARD_ANOMALIES);

	cr_assert_eq(n, SHAKEDOWN_BOARD_ANOMALIES);
	shakedown_board_free(board);
	for (size_t i = 0; i < n; i++)
		shakedown_board_anomaly_unref(rows[i]);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_str_eq(first[i]->summary, "nobody answers");
		shakedown_board_anomaly_unref(first[i]);
	}
}
