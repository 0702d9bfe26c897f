/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON, NDJSON and CSV as they go out, read back where a reader is at hand. */
#include <criterion/criterion.h>

#include "report/csv.h"
#include "report/json.h"
#include "samples.h"

#ifdef HAVE_JSON_GLIB
#include <json-glib/json-glib.h>
#endif

static const SampleKind all_kinds[] = {SAMPLE_GRACEFUL,	  SAMPLE_NO_ANSWER, SAMPLE_REFUSED,
				       SAMPLE_UNFINISHED, SAMPLE_RESET,	    SAMPLE_LINGERING,
				       SAMPLE_MIDSTREAM,  SAMPLE_IPV6};

static char *run(ShakedownView view, ShakedownFormat format)
{
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(view, format, 80, &caught);
	sample_run(&options, all_kinds, G_N_ELEMENTS(all_kinds));
	return g_string_free(caught.text, FALSE);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;
	for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

/* The record that people build on, to the letter. */
Test(records, connection_to_the_letter)
{
	g_autofree char *text = run(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_NDJSON);
	char *end = strchr(text, '\n');
	cr_assert_not_null(end);
	*end = '\0';
	cr_assert_str_eq(
		text,
		"{\"record\":\"connection\",\"id\":1,\"ip_version\":4,"
		"\"start\":\"2026-11-20T22:37:41.123456789Z\","
		"\"end\":\"2026-11-20T22:37:42.523456789Z\",\"duration_s\":1.4,"
		"\"role_basis\":\"syn\",\"client\":{\"addr\":\"192.0.2.31\",\"port\":49153,"
		"\"state\":\"TIME-WAIT\",\"isn\":1000,\"history\":["
		"{\"state\":\"SYN-SENT\",\"time\":\"2026-11-20T22:37:41.123456789Z\",\"frame\":1,"
		"\"evidence\":\"sent\"},"
		"{\"state\":\"ESTABLISHED\",\"time\":\"2026-11-20T22:37:42.144456789Z\","
		"\"frame\":4,\"evidence\":\"sent\"},"
		"{\"state\":\"FIN-WAIT-1\",\"time\":\"2026-11-20T22:37:42.323456789Z\",\"frame\":9,"
		"\"evidence\":\"sent\"},"
		"{\"state\":\"FIN-WAIT-2\",\"time\":\"2026-11-20T22:37:42.333456789Z\","
		"\"frame\":10,\"evidence\":\"confirmed\"},"
		"{\"state\":\"TIME-WAIT\",\"time\":\"2026-11-20T22:37:42.523456789Z\",\"frame\":12,"
		"\"evidence\":\"sent\"}],"
		"\"packets\":7,\"bytes\":420,\"retransmissions\":1,\"out_of_order\":0,"
		"\"missing_bytes\":0,\"options\":{\"mss\":1460,\"window_scale\":7,"
		"\"sack_permitted\":true,\"timestamps\":true,\"fast_open\":null,\"mptcp\":null,"
		"\"md5\":false,\"ao\":false},\"seen\":true,"
		"\"fast_retransmissions\":0,\"spurious_retransmissions\":0,\"duplicate_acks\":0,"
		"\"keep_alives\":0,\"window_probes\":0,"
		"\"rtt\":{\"samples\":9,\"min_s\":0.0007,\"median_s\":0.000812345,\"p95_s\":0.003,"
		"\"max_s\":0.021}},"
		"\"server\":{\"addr\":\"198.51.100.107\",\"port\":443,\"state\":\"CLOSED\","
		"\"isn\":2000,\"history\":["
		"{\"state\":\"LISTEN\",\"time\":\"2026-11-20T22:37:41.123456789Z\",\"frame\":null,"
		"\"evidence\":\"assumed\"},"
		"{\"state\":\"SYN-RECEIVED\",\"time\":\"2026-11-20T22:37:42.124456789Z\","
		"\"frame\":3,\"evidence\":\"sent\"},"
		"{\"state\":\"ESTABLISHED\",\"time\":\"2026-11-20T22:37:42.144456789Z\","
		"\"frame\":4,\"evidence\":\"confirmed\"},"
		"{\"state\":\"CLOSE-WAIT\",\"time\":\"2026-11-20T22:37:42.323456789Z\",\"frame\":9,"
		"\"evidence\":\"confirmed\"},"
		"{\"state\":\"LAST-ACK\",\"time\":\"2026-11-20T22:37:42.513456789Z\",\"frame\":11,"
		"\"evidence\":\"sent\"},"
		"{\"state\":\"CLOSED\",\"time\":\"2026-11-20T22:37:42.523456789Z\",\"frame\":12,"
		"\"evidence\":\"delivered\"}],"
		"\"packets\":5,\"bytes\":1460,\"retransmissions\":0,\"out_of_order\":0,"
		"\"missing_bytes\":0,\"options\":{\"mss\":1460,\"window_scale\":7,"
		"\"sack_permitted\":true,\"timestamps\":true,\"fast_open\":null,\"mptcp\":null,"
		"\"md5\":false,\"ao\":false},\"seen\":true,"
		"\"fast_retransmissions\":0,\"spurious_retransmissions\":0,\"duplicate_acks\":0,"
		"\"keep_alives\":0,\"window_probes\":0,"
		"\"rtt\":{\"samples\":9,\"min_s\":0.0007,\"median_s\":0.000812345,\"p95_s\":0.003,"
		"\"max_s\":0.021}},"
		"\"handshake\":{\"kind\":\"three-way\",\"outcome\":\"complete\",\"syn\":2,"
		"\"syn_ack\":1,\"server_rtt_s\":0.0008,\"client_rtt_s\":0.021,\"tap\":null},"
		"\"teardown\":{\"kind\":\"four-way\",\"outcome\":\"graceful\",\"first\":\"client\","
		"\"time_wait\":\"client\",\"half_closed_s\":0.19,\"reset_by\":null},"
		"\"encapsulation\":[\"vlan:10\"],\"anomalies\":[\"syn-retransmitted\"],"
		"\"severity\":\"notice\","
		"\"first_frame\":10,\"last_frame\":19,\"truncated\":null}");
}

Test(records, unknown_is_null_not_false)
{
	g_autofree char *text = run(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_NDJSON);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	const char *midstream = lines[6], *v6 = lines[7];

	cr_assert_not_null(strstr(midstream, "\"isn\":null"));
	cr_assert_not_null(strstr(midstream, "\"options\":{\"mss\":null,\"window_scale\":null,"
					     "\"sack_permitted\":null,\"timestamps\":null,"
					     "\"fast_open\":null,\"mptcp\":null"));
	cr_assert_not_null(strstr(midstream, "\"server_rtt_s\":null,\"client_rtt_s\":null"));
	cr_assert_not_null(strstr(midstream, "\"first\":null,\"time_wait\":null,"
					     "\"half_closed_s\":null"));
	cr_assert_not_null(strstr(midstream, "\"role_basis\":\"ports\""));
	cr_assert_not_null(strstr(v6, "\"fast_open\":\"cookie\""));
	cr_assert_not_null(strstr(v6, "\"first\":\"server\",\"time_wait\":\"both\""));
	cr_assert_not_null(strstr(v6, "\"encapsulation\":[\"vlan:4094\",\"gre\",\"vxlan:42\"]"));
	cr_assert_null(strstr(lines[1], "\"rtt\""), "no samples, no rtt");
}

Test(records, views_hold_what_they_say)
{
	g_autofree char *conns = run(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_NDJSON);
	g_autofree char *anomalies = run(SHAKEDOWN_VIEW_ANOMALIES, SHAKEDOWN_FORMAT_NDJSON);
	g_autofree char *report = run(SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_NDJSON);

	cr_assert_eq(count(conns, "{\"record\":"), 8);
	cr_assert_eq(count(conns, "{\"record\":\"connection\""), 8);
	cr_assert_eq(count(anomalies, "{\"record\":"), 6);
	cr_assert_eq(count(anomalies, "{\"record\":\"anomaly\""), 6);
	cr_assert_eq(count(report, "{\"record\":"), 15);
	cr_assert_eq(count(report, "\n"), 15);
	const char *summary = strstr(report, "{\"record\":\"summary\"");
	cr_assert_not_null(summary);
	cr_assert_eq(strchr(summary, '\n')[1], '\0', "the summary is the last");
}

static char *flood(ShakedownFormat format, bool cut)
{
	ShakedownAnomaly anomaly = sample_flood();
	g_autoptr(GError) error = NULL;
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_ANOMALIES, format, 80, &caught);
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);

	anomaly.frames_cut = cut;
	shakedown_sink_anomaly(sink, &anomaly);
	cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
	return g_string_free(caught.text, FALSE);
}

/* Who counts frames must know that they are a selection. */
Test(records, frames_that_are_not_all_are_told)
{
	for (int cut = 0; cut < 2; cut++) {
		g_autofree char *json = flood(SHAKEDOWN_FORMAT_NDJSON, cut);
		g_autofree char *csv = flood(SHAKEDOWN_FORMAT_CSV, cut);

		cr_assert_not_null(strstr(json, cut ? "],\"frames_cut\":true,\"summary\""
						    : "],\"frames_cut\":false,\"summary\""),
				   "%s", json);
		cr_assert_not_null(strstr(csv, ",frames_cut\r\n"));
		cr_assert(g_str_has_suffix(csv, cut ? ",true\r\n" : ",false\r\n"), "%s", csv);
	}
}

static void flushed(ShakedownView view, bool flush, size_t *calls)
{
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(view, SHAKEDOWN_FORMAT_NDJSON, 80, &caught);
	options.flush_records = flush;
	sample_run(&options, all_kinds, G_N_ELEMENTS(all_kinds));
	*calls = caught.calls;
	catch_clear(&caught);
}

Test(records, are_handed_on_at_once_if_asked)
{
	size_t calls;

	flushed(SHAKEDOWN_VIEW_REPORT, true, &calls);
	cr_assert_eq(calls, 15);
	flushed(SHAKEDOWN_VIEW_REPORT, false, &calls);
	cr_assert_eq(calls, 1);
}

static char *one_string(const char *value)
{
	Catch caught;
	ReportWriter writer;
	JsonWriter json;

	catch_init(&caught);
	report_writer_init(&writer, sample_catch, &caught);
	json_init(&json, &writer);
	json_string(&json, value);
	cr_assert(report_writer_flush(&writer));
	report_writer_clear(&writer);
	return g_string_free(caught.text, FALSE);
}

Test(json, strings_are_escaped)
{
	static const char *const rows[][2] = {
		{"plain", "\"plain\""},
		{"", "\"\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"\n\r\t\b\x1b[31m\x7f", "\"\\n\\r\\t\\u0008\\u001b[31m\\u007f\""},
		{"\xc3\xa9 \xe2\x86\x92 \xf0\x9f\x90\x99",
		 "\"\xc3\xa9 \xe2\x86\x92 \xf0\x9f\x90\x99\""},
		{"\xff\xfe", "\"\\ufffd\\ufffd\""},
		{"a\xc3", "\"a\\ufffd\""},		       /* cut in the middle */
		{"\xc0\xaf", "\"\\ufffd\\ufffd\""},	       /* overlong */
		{"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate */
		{"\xc2\x9b", "\"\\u009b\""},		       /* CSI of C1 */
		{"\xe2\x80\xa8", "\"\\u2028\""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = one_string(rows[i][0]);
		cr_assert_str_eq(text, rows[i][1]);
	}
	g_autofree char *null = one_string(NULL);
	cr_assert_str_eq(null, "null");
}

Test(json, no_number_is_null)
{
	Catch caught;
	ReportWriter writer;
	JsonWriter json;

	catch_init(&caught);
	report_writer_init(&writer, sample_catch, &caught);
	json_init(&json, &writer);
	json_begin(&json, '[');
	json_double(&json, 0.993);
	json_double(&json, 0.0 / 0.0 * 1);
	json_double(&json, 1e300 * 1e300);
	json_double(&json, 1.0 / 3);
	json_seconds(&json, SHAKEDOWN_DURATION_UNKNOWN);
	json_seconds(&json, -5);
	json_end(&json, ']');
	cr_assert(report_writer_flush(&writer));
	cr_assert_str_eq(caught.text->str, "[0.993,null,null,0.333333,null,-0.000000005]");
	report_writer_clear(&writer);
	catch_clear(&caught);
}

Test(csv, quotes_where_it_must)
{
	Catch caught;
	ReportWriter writer;
	CsvWriter csv;

	catch_init(&caught);
	report_writer_init(&writer, sample_catch, &caught);
	csv_init(&csv, &writer);
	csv_text(&csv, "plain");
	csv_text(&csv, "a,b");
	csv_text(&csv, "say \"x\"");
	csv_text(&csv, "two\nlines");
	csv_text(&csv, NULL);
	csv_text(&csv, "\"");
	csv_uint(&csv, 7);
	csv_end_row(&csv);
	csv_seconds(&csv, SHAKEDOWN_DURATION_UNKNOWN);
	csv_bool(&csv, true);
	csv_end_row(&csv);
	cr_assert(report_writer_flush(&writer));
	cr_assert_str_eq(caught.text->str,
			 "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,\"\"\"\","
			 "7\r\n,true\r\n");
	report_writer_clear(&writer);
	catch_clear(&caught);
}

/* Fields of a line that has no line break within quotes. */
static unsigned fields_of(const char *line)
{
	unsigned n = 1;
	bool quoted = false;
	for (; *line; line++) {
		if (*line == '"')
			quoted = !quoted;
		n += *line == ',' && !quoted;
	}
	return n;
}

Test(csv, rows_have_the_columns_of_the_header)
{
	static const ShakedownView views[] = {SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_VIEW_REPORT,
					      SHAKEDOWN_VIEW_ANOMALIES};
	static const unsigned rows[] = {8, 8, 6};

	for (size_t v = 0; v < G_N_ELEMENTS(views); v++) {
		g_autofree char *text = run(views[v], SHAKEDOWN_FORMAT_CSV);
		g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
		cr_assert_eq(g_strv_length(lines), rows[v] + 2);
		for (unsigned i = 1; i <= rows[v]; i++)
			cr_assert_eq(fields_of(lines[i]), fields_of(lines[0]), "%s", lines[i]);
	}
	g_autofree char *text = run(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_CSV);
	cr_assert_not_null(strstr(text, ",SYN-SENT>ESTABLISHED>FIN-WAIT-1>FIN-WAIT-2>TIME-WAIT,"));
	cr_assert_not_null(strstr(text, "client_history"));
}

Test(sink, says_what_it_cannot_do)
{
	g_autoptr(GError) error = NULL;
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_LADDER, SHAKEDOWN_FORMAT_JSON, 80, &caught);
	ShakedownSink *sink = shakedown_sink_new(&options, &error);
	cr_assert_null(sink);
	cr_assert(g_error_matches(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_UNSUPPORTED));
	shakedown_sink_free(NULL);
	catch_clear(&caught);
}

Test(sink, knows_its_formats)
{
	ShakedownFormat format;

	cr_assert(shakedown_format_from_name("ndjson", &format));
	cr_assert_eq(format, SHAKEDOWN_FORMAT_NDJSON);
	cr_assert_not(shakedown_format_from_name("xml", &format));
	cr_assert_not(shakedown_format_from_name("", &format));
	cr_assert_not(shakedown_format_from_name("JSON", &format));
}

Test(sink, tells_that_the_writer_refused)
{
	static const ShakedownFormat formats[] = {SHAKEDOWN_FORMAT_TEXT, SHAKEDOWN_FORMAT_JSON,
						  SHAKEDOWN_FORMAT_NDJSON, SHAKEDOWN_FORMAT_CSV};
	for (size_t f = 0; f < G_N_ELEMENTS(formats); f++) {
		g_autoptr(GError) error = NULL;
		Catch caught;
		ShakedownSummary summary = {0};

		catch_init(&caught);
		caught.refuse_after = 1;
		ShakedownSinkOptions options =
			sample_options(SHAKEDOWN_VIEW_CONNECTIONS, formats[f], 80, &caught);
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
		for (uint64_t id = 1; id <= 60000; id++) {
			ShakedownConnection c = sample_connection(SAMPLE_GRACEFUL, id);
			shakedown_sink_connection(sink, &c);
		}
		cr_assert(shakedown_sink_broken(sink), "format %d", (int)formats[f]);
		cr_assert_not(shakedown_sink_finish(sink, &summary, NULL, &error));
		cr_assert(g_error_matches(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE));
		cr_assert_eq(caught.calls, 1);
		catch_clear(&caught);
	}
}

#ifdef HAVE_JSON_GLIB
static JsonObject *parse(JsonParser *parser, const char *text)
{
	g_autoptr(GError) error = NULL;
	cr_assert(json_parser_load_from_data(parser, text, -1, &error), "%s",
		  error ? error->message : "");
	return json_node_get_object(json_parser_get_root(parser));
}

Test(json, documents_can_be_read)
{
	static const ShakedownView views[] = {SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_VIEW_CONNECTIONS,
					      SHAKEDOWN_VIEW_ANOMALIES};
	for (size_t v = 0; v < G_N_ELEMENTS(views); v++) {
		g_autoptr(JsonParser) parser = json_parser_new_immutable();
		g_autofree char *text = run(views[v], SHAKEDOWN_FORMAT_JSON);
		JsonObject *document = parse(parser, text);
		cr_assert(json_object_has_member(document, "shakedown"));
		JsonObject *summary = json_object_get_object_member(document, "summary");
		JsonObject *capture = json_object_get_object_member(document, "capture");
		cr_assert_eq(json_object_get_int_member(summary, "connections"), 8);
		cr_assert_eq(json_array_get_length(json_object_get_array_member(capture, "files")),
			     1);
		cr_assert_eq(json_object_has_member(document, "connections"),
			     views[v] != SHAKEDOWN_VIEW_ANOMALIES);
		cr_assert_eq(json_object_has_member(document, "anomalies"),
			     views[v] != SHAKEDOWN_VIEW_CONNECTIONS);
	}
}

Test(json, an_empty_document_can_be_read)
{
	static const ShakedownView views[] = {SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_VIEW_CONNECTIONS,
					      SHAKEDOWN_VIEW_ANOMALIES};
	for (size_t v = 0; v < G_N_ELEMENTS(views); v++) {
		g_autoptr(JsonParser) parser = json_parser_new_immutable();
		g_autoptr(GError) error = NULL;
		Catch caught;
		catch_init(&caught);
		ShakedownSinkOptions options =
			sample_options(views[v], SHAKEDOWN_FORMAT_JSON, 80, &caught);
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
		cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
		(void)parse(parser, caught.text->str);
		catch_clear(&caught);
	}
}

Test(json, each_line_can_be_read)
{
	g_autofree char *text = run(SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_NDJSON);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; i < 15; i++) {
		g_autoptr(JsonParser) parser = json_parser_new_immutable();
		JsonObject *record = parse(parser, lines[i]);
		GList *members = json_object_get_members(record);
		cr_assert_str_eq((const char *)members->data, "record");
		g_list_free(members);
	}
}

Test(json, an_anomaly_has_its_facts)
{
	Catch caught;
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonParser) parser = json_parser_new_immutable();

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_ANOMALIES, SHAKEDOWN_FORMAT_NDJSON, 80, &caught);
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	ShakedownAnomaly flood = sample_flood();
	shakedown_sink_anomaly(sink, &flood);
	cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
	JsonObject *record = parse(parser, caught.text->str);
	JsonObject *subject = json_object_get_object_member(record, "subject");
	JsonObject *facts = json_object_get_object_member(record, "evidence");
	cr_assert(json_object_get_null_member(record, "connection"));
	cr_assert_str_eq(json_object_get_string_member(record, "scope"), "service");
	cr_assert_str_eq(json_object_get_string_member(subject, "server"), "198.51.100.7:443");
	cr_assert_not(json_object_has_member(subject, "client"));
	cr_assert_not(json_object_has_member(subject, "host"));
	cr_assert_eq(json_object_get_int_member(facts, "syns"), 48211);
	cr_assert(json_object_get_boolean_member(facts, "spoofed"));
	cr_assert_eq(json_object_get_double_member(facts, "half_open_share"), 0.993);
	cr_assert_eq(json_object_get_double_member(facts, "lasted_s"), 12.5);
	catch_clear(&caught);
}

static char *anomaly_as(ShakedownFormat format, const ShakedownAnomaly *anomaly)
{
	Catch caught;
	g_autoptr(GError) error = NULL;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_ANOMALIES, format, 80, &caught);
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	shakedown_sink_anomaly(sink, anomaly);
	cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
	return g_string_free(caught.text, FALSE);
}

static char *summary_as(ShakedownFormat format, const ShakedownSummary *summary)
{
	Catch caught;
	g_autoptr(GError) error = NULL;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(SHAKEDOWN_VIEW_REPORT, format, 200, &caught);
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	cr_assert(shakedown_sink_finish(sink, summary, NULL, &error));
	return g_string_free(caught.text, FALSE);
}

/* What was captured by flags is not what was lost. */
Test(json, a_capture_filter_is_told)
{
	ShakedownSummary s = {.packets = 100,
			      .segments = 100,
			      .syn_segments = 60,
			      .fin_rst_segments = 40,
			      .missing_bytes = 5000,
			      .lacks_acks = true};

	for (ShakedownFormat format = SHAKEDOWN_FORMAT_TEXT; format <= SHAKEDOWN_FORMAT_JSON;
	     format++) {
		g_autofree char *told = summary_as(format, &s);
		cr_assert(strstr(told,
				 "a capture filter left out all segments without SYN, FIN or RST"),
			  "%s", told);
		cr_assert_null(strstr(told, "lost packets"), "%s", told);
	}
	g_autofree char *json = summary_as(SHAKEDOWN_FORMAT_JSON, &s);
	cr_assert(strstr(json, "\"syn_segments\":60,\"fin_rst_segments\":40,\"lacks_acks\":true"),
		  "%s", json);
	s.lacks_acks = false;
	g_autofree char *whole = summary_as(SHAKEDOWN_FORMAT_JSON, &s);
	cr_assert(strstr(whole, "lost packets"), "%s", whole);
	cr_assert_null(strstr(whole, "filter left out"), "%s", whole);
	/* A hundred SYNs and nothing else may be a flood, or what a filter left. */
	s = (ShakedownSummary){.packets = 100, .segments = 100, .syn_segments = 100};
	g_autofree char *syns = summary_as(SHAKEDOWN_FORMAT_JSON, &s);
	cr_assert(strstr(syns, "all TCP segments have SYN: if a capture filter"), "%s", syns);
	s.segments = s.syn_segments = 99;
	g_autofree char *few = summary_as(SHAKEDOWN_FORMAT_JSON, &s);
	cr_assert_null(strstr(few, "filter"), "%s", few);
}

Test(json, a_subnet_has_its_prefix)
{
	ShakedownAnomaly flood = sample_flood();

	flood.scope = SHAKEDOWN_SCOPE_SUBNET;
	flood.subject = (ShakedownSubject){.host = {4, {203, 0, 113, 0}}, .subnet_bits = 24};
	g_autofree char *json = anomaly_as(SHAKEDOWN_FORMAT_NDJSON, &flood);
	g_autofree char *csv = anomaly_as(SHAKEDOWN_FORMAT_CSV, &flood);
	g_autofree char *text = anomaly_as(SHAKEDOWN_FORMAT_TEXT, &flood);
	cr_assert(strstr(json, "\"scope\":\"subnet\""), "%s", json);
	cr_assert(strstr(json, "\"subject\":{\"subnet\":\"203.0.113.0/24\"}"), "%s", json);
	cr_assert(strstr(csv, "syn-flood,critical,subnet,,,,,,203.0.113.0/24,"), "%s", csv);
	cr_assert(strstr(text, "syn-flood  203.0.113.0/24"), "%s", text);
	flood.subject = (ShakedownSubject){.host = {6, {0x20, 1, 0xd, 0xb8}}, .subnet_bits = 64};
	g_autofree char *wide = anomaly_as(SHAKEDOWN_FORMAT_NDJSON, &flood);
	cr_assert(strstr(wide, "\"subject\":{\"subnet\":\"2001:db8::/64\"}"), "%s", wide);
}
#endif
