/* SPDX-License-Identifier: BSD-3-Clause */
/* Words and values of the scenario language, each read to the last character or refused. */
#include "scenario-reader.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

/* clang-format off */
G_DEFINE_QUARK(scenario-error, scenario_error)
/* clang-format on */

bool reader_fail(ScenarioReader *r, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	if (!r->failed)
		g_set_error(r->error, SCENARIO_ERROR, SCENARIO_ERROR_SYNTAX, "%s:%u: %s", r->file,
			    r->number, message);
	r->failed = true;
	return false;
}

bool reader_unexpected(ScenarioReader *r, const char *expected, const char *word)
{
	if (!word)
		return reader_fail(r, "expected %s, not the end of the line", expected);

	g_autofree char *cut = g_strndup(word, 60);
	g_autofree char *valid = g_utf8_make_valid(cut, -1);
	return reader_fail(r, "expected %s, not \"%s\"", expected, valid);
}

/* Where a word ends: at white space, though not between quotes. NULL where a quote is open. */
static char *word_end(char *at)
{
	bool quoted = false;

	for (; *at; at++) {
		if (*at == '\\' && quoted && at[1])
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && g_ascii_isspace(*at))
			break;
	}
	return quoted ? NULL : at;
}

bool reader_split(ScenarioReader *r, char *line)
{
	r->len = r->next = 0;
	for (char *at = line;;) {
		while (g_ascii_isspace(*at))
			at++;
		if (!*at || *at == '#')
			return true;
		if (r->len == READER_WORDS)
			return reader_fail(r, "more than %d words on a line", READER_WORDS);

		char *end = word_end(at);
		if (!end)
			return reader_fail(r, "a quote (\") is not closed");
		r->words[r->len++] = at;
		if (!*end)
			return true;
		*end = '\0';
		at = end + 1;
	}
}

char *reader_peek(const ScenarioReader *r)
{
	return r->next < r->len ? r->words[r->next] : NULL;
}

char *reader_word(ScenarioReader *r)
{
	return r->next < r->len ? r->words[r->next++] : NULL;
}

char *reader_need(ScenarioReader *r, const char *expected)
{
	char *word = reader_word(r);

	if (!word)
		reader_unexpected(r, expected, NULL);
	return word;
}

bool reader_end(ScenarioReader *r)
{
	return !reader_peek(r) || reader_unexpected(r, "the end of the line", reader_peek(r));
}

void reader_key(char *word, char **value)
{
	char *sign = strchr(word, '=');

	*value = NULL;
	if (sign) {
		*sign = '\0';
		*value = sign + 1;
	}
}

bool reader_is_arrow(const char *word)
{
	return strcmp(word, "→") == 0 || strcmp(word, "->") == 0;
}

bool read_u32(ScenarioReader *r, const char *what, const char *text, uint32_t least, uint32_t most,
	      uint32_t *value)
{
	guint64 wide = 0;

	if (text && g_ascii_string_to_unsigned(text, 10, least, most, &wide, NULL)) {
		*value = (uint32_t)wide;
		return true;
	}
	g_autofree char *expected =
		g_strdup_printf("%s=NUMBER from %" PRIu32 " to %" PRIu32, what, least, most);
	return reader_unexpected(r, expected, text ? text : what);
}

/* Digits with up to nine decimals: read as integers, so that no time is rounded. */
bool read_seconds(ScenarioReader *r, const char *what, const char *text,
		  ShakedownDuration *duration)
{
	int64_t whole = 0, part = 0, unit = SHAKEDOWN_NS_PER_S;
	const char *at = text ? text : "";
	bool digits = false;

	for (; g_ascii_isdigit(*at) && whole <= SCENARIO_SECONDS_MOST; at++, digits = true)
		whole = whole * 10 + (*at - '0');
	if (*at == '.') {
		for (at++; g_ascii_isdigit(*at) && unit > 1; at++, digits = true) {
			unit /= 10;
			part += (*at - '0') * unit;
		}
	}
	if (!digits || *at || whole > SCENARIO_SECONDS_MOST) {
		g_autofree char *expected = g_strdup_printf(
			"%s in seconds (at most %d, nine decimals)", what, SCENARIO_SECONDS_MOST);
		return reader_unexpected(r, expected, text);
	}
	*duration = whole * SHAKEDOWN_NS_PER_S + part;
	return true;
}

bool read_number(ScenarioReader *r, const char *what, const char *text, ScenarioNumber *number)
{
	const char *at = text ? text : "";
	guint64 offset = 0;
	bool minus = false;

	number->base = SCENARIO_BASE_ZERO;
	if (*at == 'x')
		number->base = SCENARIO_BASE_X, at++;
	else if (*at == 'y')
		number->base = SCENARIO_BASE_Y, at++;
	else if (g_str_has_prefix(at, "next"))
		number->base = SCENARIO_BASE_NEXT, at += 4;
	if (number->base != SCENARIO_BASE_ZERO && (*at == '+' || *at == '-'))
		minus = *at++ == '-';
	else if (number->base != SCENARIO_BASE_ZERO && !*at)
		at = "0";
	if (!g_ascii_isdigit(*at) ||
	    !g_ascii_string_to_unsigned(at, 10, 0, UINT32_MAX, &offset, NULL)) {
		g_autofree char *expected =
			g_strdup_printf("%s=N, x+N (from the client's ISN), y+N (from the "
					"server's) or next+N (N below 2^32)",
					what);
		return reader_unexpected(r, expected, text ? text : what);
	}
	number->offset = minus ? 0 - (uint32_t)offset : (uint32_t)offset;
	return true;
}

bool read_address(ScenarioReader *r, const char *text, ShakedownAddress *address)
{
	*address = (ShakedownAddress){0};
	if (text && inet_pton(AF_INET, text, address->bytes) == 1)
		address->version = 4;
	else if (text && inet_pton(AF_INET6, text, address->bytes) == 1)
		address->version = 6;
	return address->version || reader_unexpected(r, "an IPv4 or IPv6 address", text);
}

/* "192.0.2.1:80", "[2001:db8::1]:80", "198.18.0.0/15:*" */
static bool read_socket(ScenarioReader *r, const char *text, ScenarioEndpoint *endpoint)
{
	const char *colon = text ? strrchr(text, ':') : NULL;
	uint32_t value = 0;

	if (!colon)
		return reader_unexpected(r, "ADDRESS:PORT ([ADDRESS]:PORT for IPv6)", text);
	endpoint->any_port = strcmp(colon + 1, "*") == 0;
	if (!endpoint->any_port && !read_u32(r, "port", colon + 1, 0, 65535, &value))
		return false;
	endpoint->port = (uint16_t)value;

	g_autofree char *host = g_strndup(text, (gsize)(colon - text));
	char *slash = strchr(host, '/');
	if (slash)
		*slash = '\0';
	size_t len = strlen(host);
	bool bracketed = len > 1 && host[0] == '[' && host[len - 1] == ']';
	if (bracketed)
		host[len - 1] = '\0';
	if (!read_address(r, host + bracketed, &endpoint->addr))
		return false;
	endpoint->prefix = SCENARIO_PREFIX_UNSPECIFIED;
	if (!slash)
		return true;
	if (!read_u32(r, "prefix", slash + 1, 0, endpoint->addr.version == 4 ? 32 : 128, &value))
		return false;
	endpoint->prefix = (uint8_t)value;
	return true;
}

bool read_endpoint(ScenarioReader *r, ScenarioEndpoint *endpoint)
{
	*endpoint = (ScenarioEndpoint){.ttl = 64, .window = -1};
	if (!read_socket(r, reader_word(r), endpoint))
		return false;
	for (char *word, *value; (word = reader_word(r));) {
		uint32_t n = 0;
		bool good = true;

		reader_key(word, &value);
		if (strcmp(word, "isn") == 0 && value && strcmp(value, "*") == 0)
			endpoint->any_isn = true;
		else if (strcmp(word, "isn") == 0)
			good = read_u32(r, word, value, 0, UINT32_MAX, &endpoint->isn);
		else if (strcmp(word, "ttl") == 0 && (good = read_u32(r, word, value, 1, 255, &n)))
			endpoint->ttl = (uint8_t)n;
		else if (strcmp(word, "win") == 0 &&
			 (good = read_u32(r, word, value, 0, 65535, &n)))
			endpoint->window = (int32_t)n;
		else if (good)
			good = reader_unexpected(r, "isn=, ttl= or win=", word);
		if (!good)
			return false;
	}
	return true;
}

bool read_vlan(ScenarioReader *r, const char *text, ScenarioConnection *connection)
{
	g_auto(GStrv) tags = g_strsplit(text ? text : "", ",", G_N_ELEMENTS(connection->vlan) + 2);

	connection->vlans = 0;
	for (size_t i = 0; tags[i]; i++) {
		uint32_t id = 0;

		if (i == G_N_ELEMENTS(connection->vlan))
			return reader_fail(r, "more than %zu VLAN tags", i);
		if (!read_u32(r, "vlan", tags[i], 0, 4095, &id))
			return false;
		connection->vlan[connection->vlans++] = (uint16_t)id;
	}
	return connection->vlans || reader_unexpected(r, "vlan=ID or vlan=OUTER,INNER", text);
}

static bool unescape(ScenarioReader *r, const char **at, guint8 *byte)
{
	static const char from[] = "rnt0\\\"", to[] = "\r\n\t\0\\\"";
	const char *found = **at ? strchr(from, **at) : NULL;

	if (found) {
		*byte = (guint8)to[found - from];
		(*at)++;
		return true;
	}
	if (**at != 'x' || !g_ascii_isxdigit((*at)[1]) || !g_ascii_isxdigit((*at)[2]))
		return reader_fail(r, "expected one of \\r \\n \\t \\0 \\\\ \\\" \\xHH in a text");
	*byte = (guint8)(g_ascii_xdigit_value((*at)[1]) << 4 | g_ascii_xdigit_value((*at)[2]));
	*at += 3;
	return true;
}

bool read_quoted(ScenarioReader *r, char *text, GBytes **data)
{
	size_t len = text ? strlen(text) : 0;

	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return reader_unexpected(r, "data=\"TEXT\"", text);

	g_autoptr(GByteArray) bytes = g_byte_array_new();
	for (const char *at = text + 1, *end = text + len - 1; at < end;) {
		guint8 byte = (guint8)*at++;

		if (byte == '"')
			return reader_unexpected(r, "one text in quotes", text);
		if (byte == '\\' && !unescape(r, &at, &byte))
			return false;
		g_byte_array_append(bytes, &byte, 1);
	}
	g_clear_pointer(data, g_bytes_unref);
	*data = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
	return true;
}

bool read_name(ScenarioReader *r, const char *what, const char *text, const char *(*name_of)(int),
	       int n, int *value)
{
	for (int i = 0; text && i < n; i++) {
		if (strcmp(name_of(i), text) == 0) {
			*value = i;
			return true;
		}
	}

	g_autoptr(GString) expected = g_string_new(what);
	for (int i = 0; i < n; i++)
		g_string_append_printf(expected, "%s%s", i ? ", " : " (", name_of(i));
	g_string_append_c(expected, ')');
	return reader_unexpected(r, expected->str, text);
}

static const char *side_name(int side)
{
	return shakedown_side_name((ShakedownSideId)side);
}

bool read_side(ScenarioReader *r, const char *text, int *side)
{
	return read_name(r, "a side", text, side_name, 2, side);
}
