/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A scene is a tracker with all detectors behind it, to which hosts send segments built by hand. It
 * keeps what the detectors report.
 */
#pragma once

#include "detect/detector.h"

#include <criterion/criterion.h>

#define SYN_ACK (TCP_SYN | TCP_ACK)
#define FIN_ACK (TCP_FIN | TCP_ACK)
#define RST_ACK (TCP_RST | TCP_ACK)
#define PSH_ACK (TCP_PSH | TCP_ACK)

#define MS(n) (INT64_C(1000000) * (n))
#define SECONDS(n) (SHAKEDOWN_NS_PER_S * (n))
/* As a window: 0 would take the default. */
#define CLOSED_WINDOW -1

/* A segment as its sender makes it; what is 0 takes the default. */
typedef struct {
	uint16_t flags;
	uint32_t seq, ack;	 /* from the ISNs on: a SYN has 0 and is acknowledged by 1 */
	uint32_t len;		 /* of payload */
	ShakedownDuration after; /* since the segment before; default 10 ms */
	int32_t window;		 /* default 8192 */
	uint8_t ttl;		 /* default 64 */
	uint32_t tsval;
	const char *options;
	uint8_t options_len;
	SegmentChecksum checksum;
	const char *payload;
	bool same_id; /* the IP identification of the segment before */
	SegmentCut cut;
} SceneSegment;

/* Something reported. */
typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	ShakedownScope scope;
	uint64_t connection;
	ShakedownTime time, until;
	size_t frames;
	bool frames_cut;
	char *summary, *filter, *facts; /* facts: "syn=3 waited_s=1.500 …" */
} SceneReport;

typedef struct {
	ShakedownConfig config;
	ShakedownSummary summary;
	DetectContext context;
	TcpTracker *tracker;
	Detectors *detectors;
	ShakedownAddress addr[2];
	uint16_t port[2];
	uint32_t isn[2];
	ShakedownTime now;
	uint64_t frame;
	uint16_t ip_id;
	uint64_t record_bits;		/* anomalies of the connection that was over last */
	ShakedownSeverity worst_record; /* of all connections that are over */
	GPtrArray *reports;
} Scene;

Scene *scene_new(void);
void scene_free(Scene *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

void scene_send(Scene *s, ShakedownSideId from, const SceneSegment *segment);
#define CLIENT(s, ...) scene_send((s), SHAKEDOWN_CLIENT, &(SceneSegment){__VA_ARGS__})
#define SERVER(s, ...) scene_send((s), SHAKEDOWN_SERVER, &(SceneSegment){__VA_ARGS__})
/* An ICMP error about a segment of that side, from a router. */
void scene_icmp(Scene *s, ShakedownSideId quoted, uint8_t type, uint8_t code, uint32_t mtu);
/* Packets of others pass for so long. */
void scene_wait(Scene *s, ShakedownDuration duration);
void scene_finish(Scene *s);

/* SYN; SYN,ACK; ACK, 10 ms apart. Then both may send from 1 on. */
void scene_open(Scene *s);
/* The client sends 120 bytes, the server 1000: then 121 and 1001 are next. */
void scene_talk(Scene *s);
/* A new one that has got so far. */
Scene *scene_talking(void);
/* The client closes first; all from 121 and 1001 on. */
void scene_close(Scene *s);
/* Another client, by number. */
void scene_client(Scene *s, unsigned n);
/* Initial sequence numbers that look random, by number. */
void scene_numbers(Scene *s, unsigned n);
/* From then on it is a connection to that port, of numbers of its own. */
void scene_to_port(Scene *s, unsigned port, unsigned from);

/* The first report of that kind, or NULL. */
const SceneReport *scene_report(const Scene *s, ShakedownAnomalyKind kind);
unsigned scene_count(const Scene *s, ShakedownAnomalyKind kind);
/* All kinds in order: "syn-retransmitted no-answer". */
char *scene_kinds(const Scene *s);
/* The number of reports of severity warning or above. */
unsigned scene_loud(const Scene *s);

#define EXPECT(s, KIND)                                                                            \
	do {                                                                                       \
		g_autofree char *kinds__ = scene_kinds(s);                                         \
		cr_assert_not_null(scene_report(s, SHAKEDOWN_ANOMALY_##KIND),                      \
				   #KIND " is not reported, but: %s", kinds__);                    \
	} while (0)
#define EXPECT_NOT(s, KIND)                                                                        \
	do {                                                                                       \
		const SceneReport *r__ = scene_report(s, SHAKEDOWN_ANOMALY_##KIND);                \
		cr_assert_null(r__, #KIND " is reported: %s", r__ ? r__->summary : "");            \
	} while (0)
#define EXPECT_KINDS(s, text)                                                                      \
	do {                                                                                       \
		g_autofree char *kinds__ = scene_kinds(s);                                         \
		cr_assert_str_eq(kinds__, text, "reported \"%s\", expected \"%s\"", kinds__,       \
				 text);                                                            \
	} while (0)
#define EXPECT_SEVERITY(s, KIND, SEVERITY)                                                         \
	do {                                                                                       \
		EXPECT(s, KIND);                                                                   \
		cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_##KIND)->severity,                  \
			     SHAKEDOWN_SEVERITY_##SEVERITY, #KIND " is not " #SEVERITY ": %s",     \
			     scene_report(s, SHAKEDOWN_ANOMALY_##KIND)->summary);                  \
	} while (0)
/* A fact as text is among its evidence: "syn=3". */
#define EXPECT_FACT(s, KIND, fact)                                                                 \
	do {                                                                                       \
		EXPECT(s, KIND);                                                                   \
		const SceneReport *r__ = scene_report(s, SHAKEDOWN_ANOMALY_##KIND);                \
		cr_assert_not_null(strstr(r__->facts, " " fact " "),                               \
				   #KIND " has no " fact ", but:%s", r__->facts);                  \
	} while (0)
