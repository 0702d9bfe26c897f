/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The thresholds as a table: one row a key, from which defaults, parsing, ranges, listing and
 * printing follow. A threshold that has no row does not exist.
 */
#include "base/nearest.h"

#include <shakedown/config.h>

#include <string.h>

#define MS (SHAKEDOWN_NS_PER_S / 1000)
#define S SHAKEDOWN_NS_PER_S
#define MIN_NS (60 * S)
#define HOUR (60 * MIN_NS)
#define DAY (24 * HOUR)

G_DEFINE_QUARK(shakedown - config - error - quark, shakedown_config_error)

static const ShakedownConfig defaults = {
	/* Linux's TIME-WAIT is 60 s; RFC 9293 §3.4.2 has an MSL of 2 minutes. */
	.msl = 30 * S,
	.syn_timeout = 3 * S,
	.handshake_timeout = 3 * S,
	.fin_timeout = 3 * S,
	.close_wait_linger = 60 * S,
	.slow_handshake = S,
	.zero_window = S,
	/* RFC 5382 REQ-5: who keeps state for others forgets no established connection in less
	 * than 2 hours 4 minutes: the keep-alive interval of RFC 9293 §3.8.4 and some slack. */
	.idle_timeout = 124 * MIN_NS,
	.flood_window = 10 * S,
	.flood_syns = 200,
	.flood_half_open = 70,
	.scan_tries = 15,
	.time_wait_share = 50,
	/* Linux: net.ipv4.ip_local_port_range is 32768 to 60999. */
	.ephemeral_ports = 28232,
	/* A megabyte: what a processor's second cache holds. */
	.overlap_segments = 16384,
};

#define DURATION(member) #member, SHAKEDOWN_CONFIG_DURATION, offsetof(ShakedownConfig, member)
#define COUNT(member) #member, SHAKEDOWN_CONFIG_COUNT, offsetof(ShakedownConfig, member)

/* clang-format off */
static const ShakedownConfigKey keys[] = {
	{DURATION(msl), MS, HOUR,
	 "maximum segment lifetime; TIME-WAIT lasts twice as long"},
	{DURATION(syn_timeout), MS, DAY,
	 "a SYN without any answer for this long is reported"},
	{DURATION(handshake_timeout), MS, DAY,
	 "a SYN,ACK that is not acknowledged for this long is reported"},
	{DURATION(fin_timeout), MS, DAY,
	 "a FIN, sent again, that is not acknowledged for this long is reported"},
	{DURATION(close_wait_linger), MS, 30 * DAY,
	 "a half-closed connection silent for this long is reported"},
	{DURATION(slow_handshake), MS, DAY,
	 "a leg of a handshake that takes longer is reported"},
	{DURATION(zero_window), MS, DAY,
	 "a window that stays closed for longer is reported"},
	{DURATION(idle_timeout), S, 365 * DAY,
	 "a connection without a packet for this long is forgotten"},
	{DURATION(flood_window), 100 * MS, HOUR,
	 "the sliding window over which floods are counted"},
	{COUNT(flood_syns), 1, 1000000000,
	 "SYNs to a service or host (thrice to a subnet) in flood_window: a flood"},
	{COUNT(flood_half_open), 1, 100,
	 "percentage of those SYNs that must stay half-open"},
	{COUNT(scan_tries), 3, 65535,
	 "ports of a target, or targets on a port, tried in vain that make a scan"},
	{COUNT(time_wait_share), 1, 100,
	 "percentage of ephemeral_ports in TIME-WAIT at once that is reported"},
	{COUNT(ephemeral_ports), 1, 65535,
	 "ports that a client has for connections to one service"},
	{COUNT(ignore_encapsulation), 0, 1,
	 "1: VLANs and tunnels do not tell connections apart (mirrored traffic)"},
	{COUNT(overlap_segments), 0, 1 << 22,
	 "payloads of all connections kept to compare what is sent again; 0: none"},
	{COUNT(max_memory), 0, INT64_C(1) << 50,
	 "bytes of memory for the whole process, from 134217728 on; 0: half of the machine's"},
};
/* clang-format on */

/* Every member is 64 bits wide and has its row. */
_Static_assert(sizeof(ShakedownConfig) == G_N_ELEMENTS(keys) * sizeof(int64_t),
	       "a threshold without a key");

/* Largest first: a value prints in the first unit of which it is a whole number, and a time to be
 * read by people is not one of a thing ("60s", not "1min"). */
static const struct {
	const char *name;
	int64_t ns;
	int64_t least_whole; /* units: fewer print in a smaller one */
} units[] = {
	{"d", DAY, 2}, {"h", HOUR, 2},	{"min", MIN_NS, 2}, {"s", S, 1},
	{"ms", MS, 1}, {"us", 1000, 1}, {"ns", 1, 0},
};

void shakedown_config_init(ShakedownConfig *config)
{
	*config = defaults;
}

const ShakedownConfigKey *shakedown_config_keys(size_t *n)
{
	if (n)
		*n = G_N_ELEMENTS(keys);
	return keys;
}

static int64_t value_get(const ShakedownConfig *config, const ShakedownConfigKey *key)
{
	int64_t value;

	memcpy(&value, (const char *)config + key->offset, sizeof value);
	return value;
}

static void value_set(ShakedownConfig *config, const ShakedownConfigKey *key, int64_t value)
{
	memcpy((char *)config + key->offset, &value, sizeof value);
}

/* Digits alone: no sign, no base, no locale. False when there are none, or too many. */
static bool take_digits(const char **at, int64_t *value)
{
	uint64_t n = 0;
	const char *p = *at;

	for (; g_ascii_isdigit(*p); p++)
		if (!g_uint64_checked_mul(&n, n, 10) ||
		    !g_uint64_checked_add(&n, n, (uint64_t)(*p - '0')) || n > INT64_MAX)
			return false;
	if (p == *at)
		return false;
	*at = p;
	*value = (int64_t)n;
	return true;
}

static bool parse_count(const char *text, int64_t *value)
{
	return take_digits(&text, value) && !*text;
}

/* "3", "0.5", "3s", "200 ms": a number of seconds, or of the unit that follows. */
bool shakedown_duration_from_text(const char *text, ShakedownDuration *value)
{
	const char *fraction = NULL;
	int64_t whole, unit = S;
	uint64_t ns;

	if (!take_digits(&text, &whole))
		return false;
	if (*text == '.') {
		fraction = ++text;
		while (g_ascii_isdigit(*text))
			text++;
		if (text == fraction)
			return false;
	}
	while (*text == ' ')
		text++;
	if (*text) {
		unit = 0;
		for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
			if (strcmp(text, units[i].name) == 0)
				unit = units[i].ns;
		if (!unit)
			return false;
	}
	if (!g_uint64_checked_mul(&ns, (uint64_t)whole, (uint64_t)unit) || ns > INT64_MAX)
		return false;
	/* What lies below a nanosecond is dropped. */
	for (int64_t place = unit / 10; fraction && g_ascii_isdigit(*fraction); place /= 10)
		if (!g_uint64_checked_add(&ns, ns, (uint64_t)((*fraction++ - '0') * place)) ||
		    ns > INT64_MAX)
			return false;
	*value = (int64_t)ns;
	return true;
}

static char *format_value(ShakedownConfigType type, int64_t value)
{
	size_t i = 0;

	if (type == SHAKEDOWN_CONFIG_COUNT)
		return g_strdup_printf("%" G_GINT64_FORMAT, value);
	while (value % units[i].ns || value / units[i].ns < units[i].least_whole)
		i++;
	return g_strdup_printf("%" G_GINT64_FORMAT "%s", value / units[i].ns, units[i].name);
}

char *shakedown_config_get(const ShakedownConfig *config, const ShakedownConfigKey *key)
{
	return format_value(key->type, value_get(config, key));
}

static const ShakedownConfigKey *find_key(const char *name, GError **error)
{
	Nearest nearest = NEAREST_INIT(name);
	g_autofree char *printable = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(name, keys[i].name) == 0)
			return &keys[i];
		nearest_offer(&nearest, keys[i].name);
	}
	printable = g_strescape(name, NULL);
	if (nearest.best)
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_UNKNOWN,
			    "unknown key '%s'; did you mean '%s'?", printable, nearest.best);
	else
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_UNKNOWN,
			    "unknown key '%s'; 'shakedown explain --config' lists those there are",
			    printable);
	return NULL;
}

bool shakedown_config_set(ShakedownConfig *config, const char *name, const char *text,
			  GError **error)
{
	const ShakedownConfigKey *key = find_key(name, error);
	bool is_duration;
	int64_t value;

	if (!key)
		return false;
	is_duration = key->type == SHAKEDOWN_CONFIG_DURATION;
	if (!(is_duration ? shakedown_duration_from_text(text, &value)
			  : parse_count(text, &value))) {
		g_autofree char *printable = g_strescape(text, NULL);
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_VALUE,
			    is_duration ? "%s: '%s' is not a duration such as 3, 0.5, 200ms, "
					  "3s, 2min or 1h"
					: "%s: '%s' is not a whole number such as 200",
			    key->name, printable);
		return false;
	}
	if (value < key->least || value > key->most) {
		g_autofree char *least = format_value(key->type, key->least);
		g_autofree char *most = format_value(key->type, key->most);
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_VALUE,
			    "%s: '%s' is out of range; it may be %s to %s", key->name, text, least,
			    most);
		return false;
	}
	value_set(config, key, value);
	return true;
}
