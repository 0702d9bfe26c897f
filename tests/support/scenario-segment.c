/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that begin with a time: segments, ICMP errors, ticks. */
#include "scenario-reader.h"

#include "packet-builder.h"

#include <string.h>

/* Names of the header's bits, RFC 9293 §3.1, 3168, 9768. */
static const struct {
	const char *name;
	uint16_t bit;
} flag_names[] = {
	{"SYN", 0x002}, {"ACK", 0x010}, {"FIN", 0x001}, {"RST", 0x004}, {"PSH", 0x008},
	{"URG", 0x020}, {"ECE", 0x040}, {"CWR", 0x080}, {"AE", 0x100},	{"NONE", 0},
	{"R1", 0x200},	{"R2", 0x400},	{"R3", 0x800},
};

/* RFC 792 and 1812; RFC 4443. */
static const struct {
	const char *name;
	uint8_t version, type, code;
} icmp_names[] = {
	{"net-unreachable", 4, 3, 0},	{"host-unreachable", 4, 3, 1},
	{"port-unreachable", 4, 3, 3},	{"frag-needed", 4, 3, 4},
	{"admin-prohibited", 4, 3, 13}, {"ttl-exceeded", 4, 11, 0},
	{"no-route", 6, 1, 0},		{"admin-prohibited", 6, 1, 1},
	{"host-unreachable", 6, 1, 3},	{"port-unreachable", 6, 1, 4},
	{"packet-too-big", 6, 2, 0},	{"ttl-exceeded", 6, 3, 0},
};

static bool read_flags(ScenarioReader *r, const char *text, uint16_t *flags)
{
	g_auto(GStrv) names = g_strsplit(text ? text : "", ",", -1);

	*flags = 0;
	for (size_t i = 0; names[i]; i++) {
		size_t f = 0;

		while (f < G_N_ELEMENTS(flag_names) && strcmp(flag_names[f].name, names[i]) != 0)
			f++;
		if (f == G_N_ELEMENTS(flag_names))
			return reader_unexpected(r, "flags as in SYN,ACK or NONE", text);
		*flags |= flag_names[f].bit;
	}
	return names[0] || reader_unexpected(r, "flags as in SYN,ACK or NONE", text);
}

static bool read_cookie(ScenarioReader *r, const char *text, ScenarioOptions *options)
{
	size_t len = strlen(text);

	/* RFC 7413 §4.1.1: 4 to 16 bytes, an even number. */
	if (len < 8 || len > 32 || len % 4 || strspn(text, "0123456789abcdefABCDEF") != len)
		return reader_unexpected(r, "tfo=HEX of 4 to 16 bytes", text);
	options->cookie_len = len / 2;
	for (size_t i = 0; i < options->cookie_len; i++)
		options->cookie[i] = (uint8_t)(g_ascii_xdigit_value(text[2 * i]) << 4 |
					       g_ascii_xdigit_value(text[2 * i + 1]));
	return true;
}

static bool read_timestamps(ScenarioReader *r, char *text, ScenarioOptions *options)
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon = '\0';
	options->ts_given = true;
	options->tsecr_given = colon != NULL;
	return read_u32(r, "ts", text, 0, UINT32_MAX, &options->tsval) &&
	       (!colon || read_u32(r, "ts=VALUE:ECHO", colon + 1, 0, UINT32_MAX, &options->tsecr));
}

/* "x+1461..x+2921,…": the blocks of RFC 2018 §3. */
static bool read_sack(ScenarioReader *r, const char *text, ScenarioOptions *options)
{
	g_auto(GStrv) blocks = g_strsplit(text, ",", SCENARIO_SACK_MOST + 1);

	options->sack_len = 0;
	for (size_t i = 0; blocks[i]; i++) {
		char *dots = strstr(blocks[i], "..");

		if (!dots || i == SCENARIO_SACK_MOST)
			return reader_unexpected(r, "sack=LEFT..RIGHT, at most 4 blocks", text);
		*dots = '\0';
		if (!read_number(r, "sack", blocks[i], &options->sack[i][0]) ||
		    !read_number(r, "sack", dots + 2, &options->sack[i][1]))
			return false;
		options->sack_len++;
	}
	return options->sack_len || reader_unexpected(r, "sack=LEFT..RIGHT", text);
}

bool read_options_word(ScenarioReader *r, const char *key, char *value, ScenarioOptions *options,
		       bool *known)
{
	uint32_t n = 0;

	*known = true;
	if (strcmp(key, "mss") == 0) {
		options->mss = true;
		if (!read_u32(r, key, value, 0, 65535, &n))
			return false;
		options->mss_value = (uint16_t)n;
	} else if (strcmp(key, "wscale") == 0) {
		options->window_scale = true;
		if (!read_u32(r, key, value, 0, 255, &n))
			return false;
		options->window_scale_value = (uint8_t)n;
	} else if (strcmp(key, "sack") == 0 && !value) {
		options->sack_permitted = true;
	} else if (strcmp(key, "sack") == 0) {
		return read_sack(r, value, options);
	} else if (strcmp(key, "ts") == 0) {
		options->timestamps = true;
		return !value || read_timestamps(r, value, options);
	} else if (strcmp(key, "nots") == 0 && !value) {
		options->no_timestamps = true;
	} else if (strcmp(key, "tfo") == 0) {
		options->fast_open = true;
		return !value || read_cookie(r, value, options);
	} else if (strcmp(key, "md5") == 0 && !value) {
		options->md5 = true;
	} else {
		*known = false;
	}
	return true;
}

/* Words that stand for themselves. */
static bool set_marker(const char *key, ScenarioLine *line)
{
	if (strcmp(key, "badsum") == 0)
		return line->bad_checksum = true;
	if (strcmp(key, "lost") == 0)
		return line->lost = true;
	if (strcmp(key, "forged") == 0 || strcmp(key, "old") == 0)
		return line->stray = true;
	if (strcmp(key, "dup") == 0)
		return line->duplicated = true;
	if (strcmp(key, "uncaptured") == 0)
		return line->uncaptured = true;
	return false;
}

static bool read_segment_word(ScenarioReader *r, char *word, ScenarioLine *line)
{
	char *value = NULL;
	uint32_t n = 0;
	bool known = false;

	reader_key(word, &value);
	if (!read_options_word(r, word, value, &line->options, &known))
		return false;
	if (known || (!value && set_marker(word, line)))
		return true;
	if (strcmp(word, "seq") == 0)
		return read_number(r, word, value, &line->seq);
	if (strcmp(word, "ack") == 0)
		return read_number(r, word, value, &line->ack);
	if (strcmp(word, "len") == 0)
		return read_u32(r, word, value, 0, PACKET_PAYLOAD_MOST, &line->len);
	if (strcmp(word, "data") == 0) {
		if (!read_quoted(r, value, &line->data))
			return false;
		line->len = (uint32_t)g_bytes_get_size(line->data);
		return true;
	}
	if (strcmp(word, "win") == 0 && read_u32(r, word, value, 0, 65535, &n))
		line->window = (int32_t)n;
	else if (strcmp(word, "ttl") == 0 && read_u32(r, word, value, 1, 255, &n))
		line->ttl = (int32_t)n;
	else if (strcmp(word, "ipid") == 0 && read_u32(r, word, value, 0, 65535, &n))
		line->ip_id = (int32_t)n;
	else if (strcmp(word, "urg") == 0 && read_u32(r, word, value, 0, 65535, &n))
		line->urgent = (uint16_t)n;
	else
		return reader_unexpected(
			r,
			"seq= ack= len= data= win= ttl= ipid= urg=, an option (mss= "
			"wscale= sack ts tfo md5 nots), badsum, lost, forged, old, "
			"dup, uncaptured, or → and the states",
			word);
	return true;
}

static const char *class_name(int segment_class)
{
	return shakedown_segment_class_name((ShakedownSegmentClass)segment_class);
}

/* "[duplicate-ack]" */
static bool read_class(ScenarioReader *r, const char *word, ScenarioLine *line)
{
	size_t len = strlen(word);
	g_autofree char *name = len > 2 ? g_strndup(word + 1, len - 2) : NULL;

	if (!name || word[len - 1] != ']')
		return reader_unexpected(r, "[CLASS]", word);
	return read_name(r, "a class of segment", name, class_name, SHAKEDOWN_SEGMENT_CLASSES,
			 &line->segment_class);
}

/* "CLIENT / SERVER", then what else is asked of the line. */
static bool read_after(ScenarioReader *r, ScenarioLine *line)
{
	char *client = reader_word(r), *slash = reader_word(r), *server = reader_word(r);

	if (!server || strcmp(slash, "/") != 0)
		return reader_unexpected(r, "CLIENT-STATE / SERVER-STATE", client);
	if (line->uncaptured)
		return reader_fail(r, "the capture does not hold this segment: there is no state "
				      "after it");
	line->asked = true;
	if (!read_belief(r, client, &line->after[0]) || !read_belief(r, server, &line->after[1]))
		return false;
	for (char *word; (word = reader_word(r));) {
		int side = 0, state = 0;

		if (word[0] == '[') {
			if (!read_class(r, word, line))
				return false;
		} else if (strcmp(word, "taken-back") != 0) {
			return reader_unexpected(r, "[CLASS] or taken-back SIDE STATE", word);
		} else if (!read_side(r, reader_word(r), &side) ||
			   !read_state(r, reader_word(r), &state)) {
			return false;
		} else {
			line->taken_back[side] |= (uint16_t)(1u << state);
		}
	}
	return true;
}

bool read_icmp(ScenarioReader *r, const ScenarioConnection *connection, ScenarioLine *line)
{
	uint8_t version = connection->endpoint[0].addr.version;
	const char *name = reader_word(r);
	uint32_t n = 0;
	size_t i = 0;

	while (i < G_N_ELEMENTS(icmp_names) &&
	       (icmp_names[i].version != version || !name || strcmp(icmp_names[i].name, name) != 0))
		i++;
	if (i == G_N_ELEMENTS(icmp_names))
		return reader_unexpected(r, "a kind of ICMP error (host-unreachable …)", name);
	line->kind = SCENARIO_ICMP;
	line->icmp.type = icmp_names[i].type;
	line->icmp.code = icmp_names[i].code;
	line->icmp.quote = 64;
	for (char *word, *value; (word = reader_peek(r)) && !reader_is_arrow(word);) {
		reader_word(r);
		reader_key(word, &value);
		if (strcmp(word, "mtu") == 0 && read_u32(r, word, value, 0, 65535, &n))
			line->icmp.mtu = n;
		else if (strcmp(word, "quote") == 0 && read_u32(r, word, value, 8, 512, &n))
			line->icmp.quote = n;
		else if (strcmp(word, "from") == 0) {
			if (!read_address(r, value, &line->icmp.from))
				return false;
			if (line->icmp.from.version != version)
				return reader_fail(r, "from= is of the other IP version");
		} else {
			return reader_unexpected(r, "from=, mtu= or quote=", word);
		}
	}
	return true;
}

/* "+0.010" counts from the line before, "0.010" from the connection's start. */
static bool read_when(ScenarioReader *r, ShakedownDuration before, ScenarioLine *line)
{
	const char *word = reader_word(r);
	bool relative = word && word[0] == '+';

	if (!read_seconds(r, "a time", word && relative ? word + 1 : word, &line->time))
		return false;
	if (relative)
		line->time += before;
	return line->time <= SCENARIO_SECONDS_MOST * SHAKEDOWN_NS_PER_S ||
	       reader_fail(r, "the story lasts longer than %d s", SCENARIO_SECONDS_MOST);
}

bool read_timed(ScenarioReader *r, const ScenarioConnection *connection, ShakedownDuration before,
		ScenarioLine *line)
{
	char *who;

	*line = (ScenarioLine){
		.number = r->number, .window = -1, .ttl = -1, .ip_id = -1, .segment_class = -1};
	if (!read_when(r, before, line) || !(who = reader_need(r, "C, S, ICMP or tick")))
		return false;
	if (strcmp(who, "tick") == 0) {
		line->kind = SCENARIO_TICK;
		return reader_end(r);
	}

	bool icmp = strcmp(who, "ICMP") == 0;
	const char *quoted = icmp ? reader_word(r) : who;
	if (!quoted || (strcmp(quoted, "C") != 0 && strcmp(quoted, "S") != 0))
		return reader_unexpected(
			r, icmp ? "C or S, whose segment it quotes" : "C, S, ICMP or tick", quoted);
	line->side = quoted[0] == 'C' ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
	if (icmp && !read_icmp(r, connection, line))
		return false;
	if (!icmp && !read_flags(r, reader_word(r), &line->flags))
		return false;
	for (char *word; (word = reader_word(r));) {
		if (reader_is_arrow(word))
			return read_after(r, line);
		if (!read_segment_word(r, word, line))
			return false;
	}
	return true;
}

void scenario_line_clear(gpointer line)
{
	g_clear_pointer(&((ScenarioLine *)line)->data, g_bytes_unref);
}
