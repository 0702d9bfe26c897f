/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sinks write records: one view (what is asked) in one format. They see connections, anomalies and
 * the summary, never packets. Order of calls: any number of connection/anomaly/segment, one finish.
 */
#pragma once

#include <shakedown/analysis.h>
#include <shakedown/capture.h>

G_BEGIN_DECLS

typedef struct _ShakedownSink ShakedownSink;

typedef enum {
	SHAKEDOWN_VIEW_REPORT = 0,  /* everything */
	SHAKEDOWN_VIEW_CONNECTIONS, /* a row a connection */
	SHAKEDOWN_VIEW_ANOMALIES,   /* a row an anomaly */
	SHAKEDOWN_VIEW_LADDER,	    /* one connection, drawn */
	SHAKEDOWN_VIEW_WATCH,	    /* anomalies as they happen, a line each */
} ShakedownView;

typedef enum {
	SHAKEDOWN_FORMAT_TEXT = 0,
	SHAKEDOWN_FORMAT_JSON,
	SHAKEDOWN_FORMAT_NDJSON,
	SHAKEDOWN_FORMAT_CSV,
	SHAKEDOWN_FORMAT_ZEEK,	    /* connections as rows of Zeek's conn.log */
	SHAKEDOWN_FORMAT_ZEEK_JSON, /* … as Zeek's JSON has them */
	SHAKEDOWN_FORMAT_HTML,	    /* the report as a page that needs nothing else */
	SHAKEDOWN_FORMAT_SVG,	    /* the ladder as a picture */
	SHAKEDOWN_FORMAT_MERMAID,   /* … as a Mermaid sequenceDiagram */
} ShakedownFormat;

SHAKEDOWN_EXPORT bool shakedown_format_from_name(const char *name, ShakedownFormat *format);

/* What connections are counted by, in a report. */
typedef enum {
	SHAKEDOWN_GROUP_NONE = 0, /* not at all: the whole picture */
	SHAKEDOWN_GROUP_SERVICE,  /* the server's address and port */
	SHAKEDOWN_GROUP_CLIENT,
	SHAKEDOWN_GROUP_SERVER,
	SHAKEDOWN_GROUP_SUBNET, /* the client's network */
} ShakedownGroupBy;

typedef struct {
	ShakedownGroupBy by;
	uint8_t bits4, bits6; /* of a network's prefix, for IPv4 and IPv6 */
} ShakedownGrouping;

/* "service", "client", "server", "subnet/24" or, with the prefix for IPv6, "subnet/24/64", which
 * is also what "subnet" means. On error nothing is set. */
SHAKEDOWN_EXPORT bool shakedown_grouping_from_text(const char *text, ShakedownGrouping *grouping,
						   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes bytes in order; false means that they could not be written and that no more shall come. */
typedef bool (*ShakedownWriteFunc)(const void *bytes, size_t len, void *data);

typedef struct {
	ShakedownView view;
	ShakedownFormat format;
	unsigned width;	    /* columns of text; 0: 80 (watch: lines of any length) */
	bool color;	    /* ANSI colours in text */
	bool ascii;	    /* text in ASCII only (a terminal that is not UTF-8) */
	bool absolute;	    /* ladder: sequence numbers as on the wire */
	bool flush_records; /* hand each ndjson record to write() at once */
	bool verbose;	    /* text: more columns and lines */
	/* Report and anomalies: each anomaly by itself. Otherwise those that are of one kind and
	 * cause, and have their service or their client in common, are one with a count: at the
	 * end; or, in a stream (ndjson, flush_records), the first at once, and of those that follow
	 * what came within a minute of the packets' time. */
	bool all;
	/* Report as text: files and options that stand for the capture in the commands that it
	 * proposes, as a shell takes them; copied. NULL: "FILE". */
	const char *words;
	uint64_t connection;	    /* ladder: whose; 0: the first */
	ShakedownGrouping grouping; /* report: a row a group, instead of everything */
	size_t html_limit;	    /* html: bytes that the page may take; 0: 16 MiB */
	bool once;		    /* html: the capture cannot be read a second time */
	ShakedownWriteFunc write;   /* not NULL */
	void *write_data;
} ShakedownSinkOptions;

#define SHAKEDOWN_SINK_ERROR (shakedown_sink_error_quark())
SHAKEDOWN_EXPORT GQuark shakedown_sink_error_quark(void);
typedef enum {
	SHAKEDOWN_SINK_ERROR_UNSUPPORTED,   /* this view has no such format */
	SHAKEDOWN_SINK_ERROR_WRITE,	    /* the writer refused */
	SHAKEDOWN_SINK_ERROR_NO_CONNECTION, /* ladder: no connection has that id */
	SHAKEDOWN_SINK_ERROR_GROUPING,	    /* not what connections can be counted by */
} ShakedownSinkError;

SHAKEDOWN_EXPORT ShakedownSink *shakedown_sink_new(const ShakedownSinkOptions *options,
						   GError **error) G_GNUC_WARN_UNUSED_RESULT;
SHAKEDOWN_EXPORT void shakedown_sink_free(ShakedownSink *sink);

SHAKEDOWN_EXPORT void shakedown_sink_connection(ShakedownSink *sink,
						const ShakedownConnection *connection);
SHAKEDOWN_EXPORT void shakedown_sink_anomaly(ShakedownSink *sink, const ShakedownAnomaly *anomaly);
SHAKEDOWN_EXPORT void shakedown_sink_segment(ShakedownSink *sink, const ShakedownSegment *segment);
/* It is that late, by the packets' clock: a stream hands on what it held back long enough. */
SHAKEDOWN_EXPORT void shakedown_sink_advance(ShakedownSink *sink, ShakedownTime now);
/* True if the sink wants shakedown_sink_segment() to be called: it costs. */
SHAKEDOWN_EXPORT bool shakedown_sink_wants_segments(const ShakedownSink *sink);
/*
 * When the capture has been read and before finish: true if the sink has chosen connections of
 * which it would show the segments (html). Then read the same capture once more, from its beginning
 * to where the first reading ended, with an analysis of its own, and give the sink all records as
 * before, segments included; what it has counted already it does not count again. Who cannot do so
 * sets options.once, and the sink makes do with those connections that it followed from the start.
 */
SHAKEDOWN_EXPORT bool shakedown_sink_read_again(ShakedownSink *sink) G_GNUC_WARN_UNUSED_RESULT;
/* True if the sink needs connections with their log: shakedown_analysis_set_conn_log(). */
SHAKEDOWN_EXPORT bool shakedown_sink_wants_conn_log(const ShakedownSink *sink);
/* True once the writer has refused (a closed pipe, a full disk): go on reading is of no use. */
SHAKEDOWN_EXPORT bool shakedown_sink_broken(const ShakedownSink *sink);
/* Writes what was held back, and the end. */
SHAKEDOWN_EXPORT bool shakedown_sink_finish(ShakedownSink *sink, const ShakedownSummary *summary,
					    const ShakedownCaptureInfo *capture,
					    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownSink, shakedown_sink_free)

G_END_DECLS
