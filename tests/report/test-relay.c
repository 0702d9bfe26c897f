/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes through a relay is what the sink would have been told, however much and large it is. */
#include <criterion/criterion.h>
#include <string.h>

#include <shakedown/relay.h>

#include "report/record-copy.h"
#include "samples.h"

#define ROOM ((size_t)4 << 20)
#define RECORDS 5000
#define LARGE ((size_t)1 << 20) /* larger than what goes at once */

typedef struct {
	ShakedownSink *sink;
	ShakedownRelay *relay; /* NULL: straight to the sink */
	RecordRoom room;
	char *large;
} Way;

/* From a place that is overwritten as soon as the call has returned. */
static void tell_connection(Way *way, const ShakedownConnection *connection)
{
	way->room.used = 0;
	const ShakedownConnection *copy = record_copy_connection(&way->room, connection);

	cr_assert_not_null(copy);
	if (way->relay)
		shakedown_relay_connection(way->relay, copy);
	else
		shakedown_sink_connection(way->sink, copy);
	memset(way->room.data, 0xaa, way->room.used);
}

static void tell_anomaly(Way *way, const ShakedownAnomaly *anomaly)
{
	way->room.used = 0;
	const ShakedownAnomaly *copy = record_copy_anomaly(&way->room, anomaly);

	cr_assert_not_null(copy);
	if (way->relay)
		shakedown_relay_anomaly(way->relay, copy);
	else
		shakedown_sink_anomaly(way->sink, copy);
	memset(way->room.data, 0xaa, way->room.used);
}

static void tell_all(Way *way)
{
	static const ShakedownConnLog log = {.conn_state = "SF", .history = "ShADadFf"};
	ShakedownAnomaly anomaly = sample_flood();

	for (uint64_t id = 1; id <= RECORDS; id++) {
		SampleKind kind = (SampleKind)(id % SAMPLE_KINDS);
		ShakedownConnection connection = sample_connection(kind, id);

		connection.log = id % 3 ? &log : NULL;
		tell_connection(way, &connection);
		if (sample_anomaly(kind, id, &anomaly))
			tell_anomaly(way, &anomaly);
	}
	anomaly.summary = way->large;
	tell_anomaly(way, &anomaly);
	anomaly = sample_flood();
	tell_anomaly(way, &anomaly);
}

static char *told(ShakedownView view, ShakedownFormat format, bool relayed, size_t refuse_after)
{
	ShakedownSummary summary = {0};
	ShakedownCaptureInfo info = sample_capture(RECORDS);
	Catch caught;

	catch_init(&caught);
	caught.refuse_after = refuse_after;
	ShakedownSinkOptions options = sample_options(view, format, 80, &caught);
	options.all = true;
	Way way = {.sink = shakedown_sink_new(&options, NULL),
		   .room = {.data = g_malloc(ROOM), .size = ROOM},
		   .large = g_strnfill(LARGE, 'x')};

	cr_assert_not_null(way.sink);
	way.relay = relayed ? shakedown_relay_new(way.sink) : NULL;
	cr_assert_eq(way.relay != NULL, relayed);
	tell_all(&way);
	if (relayed)
		shakedown_relay_end(way.relay);
	if (relayed)
		cr_expect_eq(shakedown_relay_broken(way.relay), refuse_after != 0);
	g_clear_pointer(&way.relay, shakedown_relay_free);
	cr_expect_eq(shakedown_sink_finish(way.sink, &summary, &info, NULL), refuse_after == 0);
	shakedown_sink_free(way.sink);
	g_free(way.room.data);
	g_free(way.large);
	return g_string_free(caught.text, FALSE);
}

Test(relay, tells_what_the_sink_would_be_told)
{
	static const struct {
		ShakedownView view;
		ShakedownFormat format;
	} rows[] = {
		{SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_NDJSON},
		{SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_NDJSON},
		{SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_JSON},
		{SHAKEDOWN_VIEW_ANOMALIES, SHAKEDOWN_FORMAT_CSV},
		{SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_CSV},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *straight = told(rows[i].view, rows[i].format, false, 0);
		g_autofree char *relayed = told(rows[i].view, rows[i].format, true, 0);

		cr_expect_gt(strlen(straight), 1000);
		cr_expect(strcmp(straight, relayed) == 0, "%zu", i);
	}
}

Test(relay, goes_on_when_nobody_takes_it)
{
	g_autofree char *text =
		told(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_NDJSON, true, 100000);

	cr_expect_leq(strlen(text), 200000);
}

Test(relay, a_copy_fits_or_is_none)
{
	static const ShakedownConnLog log = {.conn_state = "SF", .history = "ShADadFf"};
	ShakedownConnection connection = sample_connection(SAMPLE_GRACEFUL, 1);
	ShakedownAnomaly anomaly = sample_flood();
	bool fitted[2] = {false, false};

	connection.log = &log;
	for (size_t size = 0; size < 4096; size++) {
		/* Of that size, so that a sanitizer sees a step beyond it. */
		RecordRoom room = {g_malloc(size), size, 0};
		bool fits[2];

		fits[0] = record_copy_connection(&room, &connection);
		room.used = 0;
		fits[1] = record_copy_anomaly(&room, &anomaly);
		for (unsigned i = 0; i < 2; i++) {
			cr_expect(fits[i] || !fitted[i], "%zu", size);
			fitted[i] = fits[i];
		}
		g_free(room.data);
	}
	cr_expect(fitted[0] && fitted[1]);
}
