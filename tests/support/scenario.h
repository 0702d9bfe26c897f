/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A scenario is a story told in segments: who sends what and when, the state of each side after it,
 * and what must be said of it at the end. Its text reads like the figures of RFC 9293 §3.5; the
 * language is described in tests/scenarios/README.md. Parsing is defensive: any text gives either a
 * scenario within the bounds below or an error that names file, line and what was expected.
 */
#pragma once

#include <glib.h>
#include <shakedown/analysis.h>

#define SCENARIO_TEXT_MOST (1u << 20)  /* bytes of a file */
#define SCENARIO_LINES_MOST 20000u     /* segment lines, line repeats expanded */
#define SCENARIO_CONNECTIONS_MOST 256u /* before they repeat */
#define SCENARIO_REPEAT_MOST 10000u
#define SCENARIO_PACKETS_MOST 100000u	/* all repeats expanded */
#define SCENARIO_BYTES_MOST (64u << 20) /* of all packets together */
#define SCENARIO_SECONDS_MOST 1000000	/* of any time in it */
#define SCENARIO_PREFIX_UNSPECIFIED 255 /* no range of addresses */
#define SCENARIO_SACK_MOST 4
#define SCENARIO_ALTERNATIVES 4

#define SCENARIO_ERROR (scenario_error_quark())
GQuark scenario_error_quark(void);
typedef enum {
	SCENARIO_ERROR_SYNTAX, /* the message begins "FILE:LINE: " */
	SCENARIO_ERROR_BOUND,  /* larger than a scenario may be */
} ScenarioError;

/* A sequence or acknowledgment number: a base and what is added to it. */
typedef struct {
	enum {
		SCENARIO_BASE_DEFAULT = 0, /* left out: the next in order */
		SCENARIO_BASE_ZERO,	   /* 120 */
		SCENARIO_BASE_X,	   /* x+1: the client's ISN */
		SCENARIO_BASE_Y,	   /* y+1: the server's ISN */
		SCENARIO_BASE_NEXT,	   /* next-1 */
	} base;
	uint32_t offset;
} ScenarioNumber;

/*
 * What is asked of one side's state: any of a few (state, evidence) sets. No alternative: nothing
 * is asked. Sets are bit masks over ShakedownTcpState and ShakedownEvidence.
 */
typedef struct {
	size_t n;
	struct {
		uint16_t states;
		uint8_t evidences;
	} any_of[SCENARIO_ALTERNATIVES];
} ScenarioBelief;

typedef struct {
	bool mss, window_scale, sack_permitted, timestamps, no_timestamps, fast_open, md5;
	bool ts_given, tsecr_given;
	uint16_t mss_value;
	uint8_t window_scale_value;
	uint32_t tsval, tsecr;
	uint8_t cookie[16];
	size_t cookie_len;
	ScenarioNumber sack[SCENARIO_SACK_MOST][2];
	size_t sack_len;
} ScenarioOptions;

typedef struct {
	uint8_t type, code;    /* as the connection's IP version numbers them */
	uint32_t mtu;	       /* 0: none */
	size_t quote;	       /* bytes quoted beyond the IP header */
	ShakedownAddress from; /* version 0: the host that the quoted segment was sent to */
} ScenarioIcmp;

typedef enum {
	SCENARIO_SEGMENT = 0,
	SCENARIO_ICMP, /* quotes the last segment that side sent */
	SCENARIO_TICK, /* a packet that is not TCP: the capture runs on */
} ScenarioKind;

typedef struct {
	unsigned number; /* in the file, from 1 */
	ScenarioKind kind;
	ShakedownDuration time; /* since the connection's start */
	ShakedownSideId side;	/* that sends it, or (ICMP) sent what is quoted */
	uint16_t flags;
	ScenarioNumber seq, ack;
	uint32_t len;	/* payload bytes */
	GBytes *data;	/* NULL: bytes that follow from their place in the stream */
	int32_t window; /* as in the header; -1: the side's usual one */
	int32_t ttl;	/* -1: the side's usual one */
	int32_t ip_id;	/* -1: the side's next */
	uint16_t urgent;
	ScenarioOptions options;
	ScenarioIcmp icmp;
	bool bad_checksum;
	bool lost;	 /* passes the tap, does not arrive */
	bool stray;	 /* forged, or an old duplicate: its sender's numbers know nothing of it */
	bool duplicated; /* the capture holds it twice */
	bool uncaptured; /* happens, but the capture does not hold it */
	bool asked;	 /* states after it are given */
	ScenarioBelief after[2];
	uint16_t taken_back[2]; /* states, as bits, that this segment must withdraw */
	int segment_class;	/* ShakedownSegmentClass; -1: not asked */
} ScenarioLine;

typedef struct {
	ShakedownAddress addr;
	uint8_t prefix; /* each repetition takes another address of that network */
	uint16_t port;
	bool any_port, any_isn; /* each repetition takes another */
	uint32_t isn;
	uint8_t ttl;
	int32_t window; /* header value after the SYN; -1: what a common stack would say */
} ScenarioEndpoint;

/* Kinds of anomaly, in any order: exactly these, or at least these. */
typedef struct {
	GPtrArray *names; /* of char *; NULL: not asked */
	bool at_least;
} ScenarioNames;

/* What must hold at the end. Numbers are -1 and arrays NULL where nothing is asked. */
typedef struct {
	unsigned number;    /* line of its `end`; 0: there is none */
	GArray *history[2]; /* of ScenarioBelief, without leading CLOSED and LISTEN */
	bool tail_only[2];  /* history[] is the end of it only */
	int handshake_kind, handshake_outcome;
	int teardown_kind, teardown_outcome;
	int first;     /* ShakedownSideId, or 2: none */
	int time_wait; /* ShakedownSideId, 2: both, 3: none */
	int role;
	ScenarioNames anomalies;
} ScenarioEnd;

typedef struct {
	char *name; /* "" where the file has but one */
	ShakedownDuration at, every;
	unsigned repeat;
	uint16_t vlan[2];
	size_t vlans;
	ScenarioEndpoint endpoint[2];
	GArray *lines; /* of ScenarioLine */
	ScenarioEnd end;
} ScenarioConnection;

typedef struct {
	char *file;
	char *title;  /* never NULL once parsed */
	char *clause; /* NULL: none given */
	uint32_t snaplen;
	GPtrArray *connections;	       /* of ScenarioConnection * */
	ScenarioNames wider_anomalies; /* of service, host and capture */
	ScenarioNames any_anomalies;   /* whosoever they concern; at least these */
} Scenario;

Scenario *scenario_parse(const char *file, const char *text, size_t len,
			 GError **error) G_GNUC_WARN_UNUSED_RESULT;
Scenario *scenario_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void scenario_free(Scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

/* "ESTABLISHED?", "FIN-WAIT-1|CLOSING?", "*": as the language spells it. Free with g_free(). */
char *scenario_belief_format(const ScenarioBelief *belief);
bool scenario_belief_holds(const ScenarioBelief *belief, ShakedownTcpState state,
			   ShakedownEvidence evidence);
