/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows for Zeek's users: Community ID against its specification's examples, and the log's form. */
#include "report/zeek-id.h"
#include "samples.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

typedef struct {
	const char *from, *to;
	uint16_t from_port, to_port;
	const char *id;
} Flow;

/* From the baseline of Corelight's community-id-spec; the last as its README's order asks. */
static const Flow flows[] = {
	{"128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{"66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{"2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25,
	 "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{"2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943,
	 "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
};

static ShakedownAddress address(const char *text)
{
	ShakedownAddress a = {.version = strchr(text, ':') ? 6 : 4};

	cr_assert_eq(inet_pton(a.version == 6 ? AF_INET6 : AF_INET, text, a.bytes), 1);
	return a;
}

static ShakedownConnection connection_of(const Flow *flow)
{
	ShakedownConnection c = {.id = 1, .first_frame = 1};

	c.side[0].addr = address(flow->from);
	c.side[1].addr = address(flow->to);
	c.side[0].port = flow->from_port;
	c.side[1].port = flow->to_port;
	return c;
}

Test(zeek, community_id_is_that_of_the_specification)
{
	ZeekId id;

	zeek_id_init(&id);
	for (size_t i = 0; i < G_N_ELEMENTS(flows); i++) {
		char got[ZEEK_COMMUNITY_LEN];
		ShakedownConnection c = connection_of(&flows[i]);

		zeek_community_id(&id, &c, got);
		cr_expect_str_eq(got, flows[i].id, "%s: %s", flows[i].from, got);
	}
	zeek_id_clear(&id);
}

Test(zeek, uid_is_the_connections_own)
{
	ShakedownConnection c = connection_of(&flows[0]);
	char first[ZEEK_UID_LEN], again[ZEEK_UID_LEN], other[ZEEK_UID_LEN];
	ZeekId id;

	zeek_id_init(&id);
	zeek_uid(&id, &c, first);
	zeek_uid(&id, &c, again);
	c.id = 2;
	zeek_uid(&id, &c, other);
	cr_expect_str_eq(first, again);
	cr_expect_str_neq(first, other);
	cr_expect_eq(first[0], 'C');
	cr_expect_eq(strspn(first + 1, "0123456789abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
		     strlen(first) - 1);
	zeek_id_clear(&id);
}

/* What a reader of such logs does: header by header, then every row by tabs. */
static GPtrArray *lines_of(ShakedownFormat format, Catch *caught)
{
	static const SampleKind kinds[] = {SAMPLE_GRACEFUL, SAMPLE_NO_ANSWER, SAMPLE_IPV6};
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_CONNECTIONS, format, 0, caught);
	g_autoptr(GError) error = NULL;
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	ShakedownSummary summary = {.last = SAMPLE_START};

	cr_assert_not_null(sink);
	cr_expect(shakedown_sink_wants_conn_log(sink));
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		static const char *const tunnels[] = {"vlan:10", "gre:7",    "ah:9", "esp:8",
						      "ipcomp",	 "vxlan:42", NULL};
		ShakedownConnection c = sample_connection(kinds[i], i + 1);
		ShakedownConnLog log = {.conn_state = "SF",
					.history = i ? "ShAFf" : "",
					.last = i == 1 ? c.start : c.start + 1500000,
					.missed_bytes = 3,
					.side = {{5, 300, 17}, {4, 200, 9}}};
		c.log = i == 2 ? NULL : &log;
		c.encapsulation = i == 0 ? tunnels : NULL;
		shakedown_sink_connection(sink, &c);
	}
	cr_assert(shakedown_sink_finish(sink, &summary, NULL, &error));
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) split = g_strsplit(caught->text->str, "\n", -1);
	for (char **line = split; *line; line++)
		g_ptr_array_add(lines, g_strdup(*line));
	return lines;
}

#define LINE(lines, i) ((const char *)g_ptr_array_index((lines), (i)))

Test(zeek, header_and_rows)
{
	static const char *const head[] = {
		"#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)",
		"#unset_field\t-",  "#path\tconn",	 "#open\t2026-11-20-22-37-41",
	};
	Catch caught;
	catch_init(&caught);
	g_autoptr(GPtrArray) lines = lines_of(SHAKEDOWN_FORMAT_ZEEK, &caught);

	cr_assert_eq(lines->len, 8 + 3 + 1 + 1, "%s", caught.text->str);
	for (size_t i = 0; i < G_N_ELEMENTS(head) - 1; i++)
		cr_expect_str_eq(LINE(lines, i), head[i]);
	cr_expect(g_str_has_prefix(LINE(lines, 5), "#open\t2026-11-20-"));
	cr_expect(g_str_has_prefix(LINE(lines, 6), "#fields\tts\tuid\tid.orig_h\t"));
	cr_expect(g_str_has_prefix(LINE(lines, 7), "#types\ttime\tstring\taddr\tport\t"));
	cr_expect_str_eq(LINE(lines, 11), "#close\t2026-11-20-22-37-41");
	g_auto(GStrv) names = g_strsplit(LINE(lines, 6), "\t", -1);
	g_auto(GStrv) types = g_strsplit(LINE(lines, 7), "\t", -1);
	cr_expect_eq(g_strv_length(names), g_strv_length(types));
	for (unsigned i = 8; i < 11; i++) {
		g_auto(GStrv) row = g_strsplit(LINE(lines, i), "\t", -1);
		cr_expect_eq(g_strv_length(row) + 1, g_strv_length(names), "%s", LINE(lines, i));
		for (char **cell = row; *cell; cell++)
			cr_expect_gt(strlen(*cell), 0, "an empty cell has a word for it");
	}
	g_auto(GStrv) first = g_strsplit(LINE(lines, 8), "\t", -1);
	cr_expect_str_eq(first[8], "0.001500");
	cr_expect_str_eq(first[9], "17");
	cr_expect_str_eq(first[15], "-", "a history without letters is unset");
	cr_expect_str_eq(first[20], "gre:7,vxlan:42",
			 "a VLAN is no tunnel, nor is what protects or compresses");
	g_auto(GStrv) second = g_strsplit(LINE(lines, 9), "\t", -1);
	cr_expect_str_eq(second[8], "-", "no time, no duration");
	cr_expect_str_eq(second[9], "-");
	cr_expect_str_eq(second[20], "-");
	catch_clear(&caught);
}

Test(zeek, json_leaves_out_what_is_unset)
{
	Catch caught;
	catch_init(&caught);
	g_autoptr(GPtrArray) lines = lines_of(SHAKEDOWN_FORMAT_ZEEK_JSON, &caught);

	cr_assert_eq(lines->len, 4);
	cr_expect(g_str_has_prefix(LINE(lines, 0), "{\"ts\":"));
	cr_expect_not_null(strstr(LINE(lines, 0), "\"tunnel_parents\":[\"gre:7\",\"vxlan:42\"]"));
	cr_expect_not_null(strstr(LINE(lines, 0), "\"duration\":0.001500,\"orig_bytes\":17,"));
	cr_expect_null(strstr(LINE(lines, 0), "service"));
	cr_expect_null(strstr(LINE(lines, 1), "duration"));
	cr_expect_null(strstr(LINE(lines, 1), "tunnel_parents"));
	catch_clear(&caught);
}

Test(zeek, has_rows_for_connections_alone)
{
	Catch caught;
	catch_init(&caught);
	static const ShakedownView views[] = {SHAKEDOWN_VIEW_ANOMALIES, SHAKEDOWN_VIEW_LADDER};

	for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
		ShakedownSinkOptions options =
			sample_options(views[i], SHAKEDOWN_FORMAT_ZEEK, 0, &caught);
		g_autoptr(GError) error = NULL;
		cr_expect_null(shakedown_sink_new(&options, &error));
		cr_expect(g_error_matches(error, SHAKEDOWN_SINK_ERROR,
					  SHAKEDOWN_SINK_ERROR_UNSUPPORTED));
	}
	catch_clear(&caught);
}
