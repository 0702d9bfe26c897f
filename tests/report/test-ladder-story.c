/* SPDX-License-Identifier: BSD-3-Clause */
#include "test-ladder-story.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 8

typedef struct {
	ShakedownSegment segment;
	ShakedownStateChange changes[CHANGES_MAX];
} StorySegment;

typedef struct {
	ShakedownAnomaly anomaly;
	uint64_t frames[16];
} StoryAnomaly;

struct _Story {
	GStringChunk *strings;
	GArray *segments;   /* of StorySegment */
	GArray *anomalies;  /* of StoryAnomaly */
	GArray *history[2]; /* of ShakedownHistoryEntry */
	ShakedownConnection connection;
	bool no_record;
	uint32_t isn[2];
	bool isn_known[2], midstream;
	uint8_t state[2];
};

#define START (INT64_C(1795219302) * SHAKEDOWN_NS_PER_S)

static ShakedownTime at_seconds(const char *text)
{
	/* To the microsecond, as captures have it; a double holds no more. */
	return START + (int64_t)(g_ascii_strtod(text, NULL) * 1e6 + 0.5) * 1000;
}

static ShakedownDuration duration(const char *text)
{
	return strcmp(text, "-") ? at_seconds(text) - START : SHAKEDOWN_DURATION_UNKNOWN;
}

static ShakedownSideId side_of(char letter)
{
	cr_assert(letter == 'C' || letter == 'S', "no side: %c", letter);
	return letter == 'C' ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
}

static int find_name(const char *name, const char *(*name_of)(unsigned), unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(name, name_of(i)))
			return (int)i;
	cr_assert_fail("unknown name: %s", name);
	return 0;
}

static const char *state_name(unsigned i)
{
	return shakedown_tcp_state_name((ShakedownTcpState)i);
}

static const char *class_name(unsigned i)
{
	return shakedown_segment_class_name((ShakedownSegmentClass)i);
}

static const char *opening_kind(unsigned i)
{
	return shakedown_handshake_kind_name((ShakedownHandshakeKind)i);
}

static const char *opening_outcome(unsigned i)
{
	return shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)i);
}

static const char *closing_kind(unsigned i)
{
	return shakedown_teardown_kind_name((ShakedownTeardownKind)i);
}

static const char *closing_outcome(unsigned i)
{
	return shakedown_teardown_outcome_name((ShakedownTeardownOutcome)i);
}

static uint16_t parse_flags(const char *text)
{
	static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK",
					    "URG", "ECE", "CWR", "AE"};
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	uint16_t flags = 0;

	for (char **w = words; *w; w++)
		for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
			if (!strcmp(*w, names[i]))
				flags = (uint16_t)(flags | 1u << i);
	return flags;
}

static void believe(Story *story, StorySegment *s, const char *word)
{
	static const struct {
		char sign;
		ShakedownEvidence evidence;
	} signs[] = {{'=', SHAKEDOWN_EVIDENCE_SENT},	  {'?', SHAKEDOWN_EVIDENCE_DELIVERED},
		     {'!', SHAKEDOWN_EVIDENCE_CONFIRMED}, {'@', SHAKEDOWN_EVIDENCE_TIMER},
		     {'~', SHAKEDOWN_EVIDENCE_ASSUMED},	  {'-', SHAKEDOWN_EVIDENCE_DELIVERED}};
	ShakedownSideId side = side_of(word[0]);
	ShakedownTcpState state =
		(ShakedownTcpState)find_name(word + 2, state_name, SHAKEDOWN_TCP_STATES);
	ShakedownStateChange *c = &s->changes[s->segment.changes_len++];

	*c = (ShakedownStateChange){.side = side, .state = state, .taken_back = word[1] == '-'};
	for (unsigned i = 0; i < G_N_ELEMENTS(signs); i++)
		if (signs[i].sign == word[1])
			c->evidence = signs[i].evidence;
	if (c->taken_back) {
		g_array_set_size(story->history[side], story->history[side]->len - 1);
		story->state[side] =
			(uint8_t)g_array_index(story->history[side], ShakedownHistoryEntry,
					       story->history[side]->len - 1)
				.state;
		return;
	}
	for (unsigned i = 0;
	     c->evidence == SHAKEDOWN_EVIDENCE_CONFIRMED && i < story->history[side]->len; i++) {
		ShakedownHistoryEntry *h =
			&g_array_index(story->history[side], ShakedownHistoryEntry, i);
		if (h->state == state && h->evidence == SHAKEDOWN_EVIDENCE_DELIVERED) {
			h->evidence = SHAKEDOWN_EVIDENCE_CONFIRMED;
			return;
		}
	}
	ShakedownHistoryEntry entry = {s->segment.time, s->segment.frame, state, c->evidence};
	g_array_append_val(story->history[side], entry);
	story->state[side] = (uint8_t)state;
}

static uint32_t number(const char *value, uint32_t isn)
{
	bool absolute = *value == '=';
	uint32_t n = (uint32_t)g_ascii_strtoll(value + absolute, NULL, 10);
	return absolute ? n : isn + n;
}

static void parse_word(Story *story, StorySegment *s, const char *word)
{
	ShakedownSegment *seg = &s->segment;
	ShakedownSideId from = seg->sender;
	const char *value = strpbrk(word, "=:");

	if (strchr("CS", word[0]) && strchr("=?!@~-", word[1]))
		believe(story, s, word);
	else if (g_str_has_prefix(word, "seq"))
		seg->seq = number(value + 1, story->isn[from]);
	else if (g_str_has_prefix(word, "ack"))
		seg->ack = number(value + 1, story->isn[!from]);
	else if (g_str_has_prefix(word, "len"))
		seg->len = (uint32_t)atoi(value + 1);
	else if (g_str_has_prefix(word, "win"))
		seg->window = (uint32_t)atoi(value + 1);
	else if (g_str_has_prefix(word, "frame"))
		seg->frame = g_ascii_strtoull(value + 1, NULL, 10);
	else if (g_str_has_prefix(word, "class"))
		seg->segment_class = (ShakedownSegmentClass)find_name(value + 1, class_name,
								      SHAKEDOWN_SEGMENT_CLASSES);
	else
		cr_assert_fail("unknown word: %s", word);
}

static ShakedownSegmentClass usual_class(const ShakedownSegment *s)
{
	if (s->flags & 0x007)
		return SHAKEDOWN_SEGMENT_CONTROL;
	return s->len ? SHAKEDOWN_SEGMENT_NEW : SHAKEDOWN_SEGMENT_ACK;
}

static void parse_segment(Story *story, char *const *words)
{
	StorySegment s = {.segment = {.connection = 1,
				      .time = at_seconds(words[0]),
				      .frame = story->segments->len + 1,
				      .sender = side_of(words[1][0]),
				      .flags = parse_flags(words[2]),
				      .window = 64240,
				      .segment_class = (ShakedownSegmentClass)-1}};

	/* As the tracker does: an initial number is known when its SYN has passed. */
	story->isn_known[s.segment.sender] |= !story->midstream && s.segment.flags & 0x002;
	for (int i = 0; i < 2; i++) {
		s.segment.isn_known[i] = story->isn_known[i];
		s.segment.isn[i] = story->isn_known[i] ? story->isn[i] : 0;
	}
	for (char *const *w = words + 3; *w; w++) {
		if (!strcmp(*w, "#")) {
			g_autofree char *note = g_strjoinv(" ", (char **)w + 1);
			s.segment.note = g_string_chunk_insert(story->strings, note);
			break;
		}
		if (**w)
			parse_word(story, &s, *w);
	}
	if ((int)s.segment.segment_class == -1)
		s.segment.segment_class = usual_class(&s.segment);
	for (int i = 0; i < 2; i++)
		s.segment.state[i] = (ShakedownTcpState)story->state[i];
	g_array_append_val(story->segments, s);
}

static void parse_options(Story *story, char *const *words)
{
	ShakedownTcpOptions *o = &story->connection.side[side_of(words[1][0])].options;

	o->known = true;
	for (char *const *w = words + 2; *w; w++) {
		if (g_str_has_prefix(*w, "mss="))
			o->mss = atoi(*w + 4);
		else if (g_str_has_prefix(*w, "wscale="))
			o->window_scale = (int16_t)atoi(*w + 7);
		else if (!strcmp(*w, "sack"))
			o->sack_permitted = true;
		else if (!strcmp(*w, "timestamps"))
			o->timestamps = true;
	}
}

static void parse_anomaly(Story *story, char **words)
{
	StoryAnomaly a = {.anomaly = {.connection = 1}};
	g_auto(GStrv) frames = g_strsplit(words[2], ",", -1);
	g_autofree char *summary = g_strjoinv(" ", words + 3);

	cr_assert(shakedown_anomaly_kind_from_name(words[1], &a.anomaly.kind), "%s", words[1]);
	a.anomaly.severity = shakedown_anomaly_info(a.anomaly.kind)->severity;
	a.anomaly.rule = shakedown_anomaly_info(a.anomaly.kind)->rule;
	a.anomaly.summary = g_string_chunk_insert(story->strings, summary);
	for (char **f = frames; *f; f++)
		a.frames[a.anomaly.frames_len++] = g_ascii_strtoull(*f, NULL, 10);
	g_array_append_val(story->anomalies, a);
}

static void set_address(Story *story, ShakedownSideId id, const char *text, const char *port)
{
	ShakedownSide *side = &story->connection.side[id];
	bool v6 = strchr(text, ':');

	side->addr = (ShakedownAddress){.version = v6 ? 6 : 4};
	cr_assert_eq(inet_pton(v6 ? AF_INET6 : AF_INET, text, side->addr.bytes), 1);
	side->port = (uint16_t)atoi(port);
}

static int8_t optional_side(const char *name)
{
	return !strcmp(name, "-") ? -1 : !strcmp(name, "both") ? 2 : !strcmp(name, "server");
}

static void parse_fact(Story *story, char **w)
{
	ShakedownConnection *c = &story->connection;

	if (!strcmp(w[0], "midstream")) {
		story->midstream = true;
		c->role_basis = SHAKEDOWN_ROLE_PORTS;
	} else if (!strcmp(w[0], "isn")) {
		story->isn[side_of(w[1][0])] = (uint32_t)g_ascii_strtoull(w[2], NULL, 10);
	} else if (!strcmp(w[0], "opening")) {
		c->handshake = (ShakedownHandshake){
			.kind = (ShakedownHandshakeKind)find_name(w[1], opening_kind,
								  SHAKEDOWN_HANDSHAKE_KINDS),
			.outcome = (ShakedownHandshakeOutcome)find_name(
				w[2], opening_outcome, SHAKEDOWN_HANDSHAKE_OUTCOMES),
			.server_rtt = duration(w[3]),
			.client_rtt = duration(w[4])};
	} else if (!strcmp(w[0], "closing")) {
		c->teardown = (ShakedownTeardown){
			.kind = (ShakedownTeardownKind)find_name(w[1], closing_kind,
								 SHAKEDOWN_TEARDOWN_KINDS),
			.outcome = (ShakedownTeardownOutcome)find_name(w[2], closing_outcome,
								       SHAKEDOWN_TEARDOWN_OUTCOMES),
			.first = optional_side(w[3]),
			.reset_by = optional_side(w[3]),
			.time_wait = optional_side(w[4]),
			.half_closed = duration(w[5])};
	} else if (!strcmp(w[0], "options")) {
		parse_options(story, w);
	} else if (!strcmp(w[0], "unseen")) {
		c->side[side_of(w[1][0])].seen = false;
	} else if (!strcmp(w[0], "timer") || !strcmp(w[0], "next")) {
		ShakedownHistoryEntry entry = {.time = at_seconds(w[1]),
					       .state = (ShakedownTcpState)find_name(
						       w[3], state_name, SHAKEDOWN_TCP_STATES),
					       .evidence = SHAKEDOWN_EVIDENCE_TIMER};
		if (w[4]) { /* the frame of the next connection that shows it */
			entry.frame = g_ascii_strtoull(w[4], NULL, 10);
			entry.evidence = SHAKEDOWN_EVIDENCE_SENT;
		}
		g_array_append_val(story->history[side_of(w[2][0])], entry);
	} else if (!strcmp(w[0], "anomaly")) {
		parse_anomaly(story, w);
	} else if (!strcmp(w[0], "address")) {
		set_address(story, side_of(w[1][0]), w[2], w[3]);
	} else if (!strcmp(w[0], "no")) {
		story->no_record = true;
	} else {
		cr_assert_fail("unknown line: %s", w[0]);
	}
}

static void count_segments(Story *story)
{
	ShakedownConnection *c = &story->connection;

	for (unsigned i = 0; i < story->segments->len; i++) {
		ShakedownSegment *s = &g_array_index(story->segments, StorySegment, i).segment;
		bool syn = s->flags & 0x002 && s->segment_class != SHAKEDOWN_SEGMENT_ICMP_ERROR;
		bool ack = s->flags & 0x010;
		c->handshake.syn += syn && !ack;
		c->handshake.syn_ack += syn && ack;
		if (i == 0) {
			c->start = s->time;
			c->first_frame = s->frame;
		}
		c->end = s->time;
		c->last_frame = s->frame;
	}
}

Story *story_new(const char *text)
{
	Story *story = g_new0(Story, 1);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	story->strings = g_string_chunk_new(256);
	story->segments = g_array_new(FALSE, FALSE, sizeof(StorySegment));
	story->anomalies = g_array_new(FALSE, FALSE, sizeof(StoryAnomaly));
	story->isn[0] = 3298344424u;
	story->isn[1] = 2901123456u;
	story->connection.id = 1;
	story->connection.teardown.time_wait = story->connection.teardown.first = -1;
	story->connection.teardown.reset_by = -1;
	for (int i = 0; i < 2; i++) {
		ShakedownTcpOptions none = {
			.mss = -1, .window_scale = -1, .fast_open = -1, .mptcp = -1};
		story->history[i] = g_array_new(FALSE, FALSE, sizeof(ShakedownHistoryEntry));
		story->connection.side[i].options = none;
		story->connection.side[i].seen = true;
	}
	set_address(story, SHAKEDOWN_CLIENT, "192.0.2.10", "50112");
	set_address(story, SHAKEDOWN_SERVER, "198.51.100.7", "443");
	for (char **line = lines; *line; line++) {
		g_strstrip(*line);
		g_auto(GStrv) words = g_strsplit(*line, " ", -1);
		if (!words[0] || !*words[0])
			continue;
		if (g_ascii_isdigit(words[0][0]))
			parse_segment(story, words);
		else
			parse_fact(story, words);
	}
	count_segments(story);
	return story;
}

void story_free(Story *story)
{
	g_string_chunk_free(story->strings);
	g_array_unref(story->segments);
	g_array_unref(story->anomalies);
	for (int i = 0; i < 2; i++)
		g_array_unref(story->history[i]);
	g_free(story);
}

void story_tell(const Story *story, ReportSink *sink)
{
	ShakedownConnection connection = story->connection;

	for (unsigned i = 0; i < story->segments->len; i++) {
		const StorySegment *s = &g_array_index(story->segments, StorySegment, i);
		ShakedownSegment segment = s->segment;
		segment.changes = s->changes;
		for (int k = 0; k < 2; k++) {
			segment.addr[k] = &story->connection.side[k].addr;
			segment.port[k] = story->connection.side[k].port;
		}
		sink->ops->segment(sink, &segment);
	}
	for (int i = 0; i < 2; i++) {
		connection.side[i].history = (const void *)story->history[i]->data;
		connection.side[i].history_len = story->history[i]->len;
	}
	if (!story->no_record)
		sink->ops->connection(sink, &connection);
	for (unsigned i = 0; i < story->anomalies->len; i++) {
		const StoryAnomaly *a = &g_array_index(story->anomalies, StoryAnomaly, i);
		ShakedownAnomaly anomaly = a->anomaly;
		anomaly.frames = a->frames;
		sink->ops->anomaly(sink, &anomaly);
	}
}

static bool append(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

char *story_draw(const char *text, ShakedownSinkOptions options)
{
	GString *out = g_string_new(NULL);
	g_autoptr(Story) story = story_new(text);
	g_autoptr(GError) error = NULL;
	ReportWriter writer;

	report_writer_init(&writer, append, out);
	ReportSink *sink = ladder_sink_new(&writer, &options);
	story_tell(story, sink);
	cr_assert(sink->ops->finish(sink, NULL, NULL, &error), "%s", error ? error->message : "");
	sink->ops->free(sink);
	cr_assert(report_writer_flush(&writer));
	report_writer_clear(&writer);
	return g_string_free(out, FALSE);
}
