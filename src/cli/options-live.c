/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options-live.h"

#include "base/same-file.h"
#include "cli/cli.h"

#include <string.h>
#include <sys/stat.h>

#define KIB_MOST (2u * 1024 * 1024 - 1) /* libpcap counts bytes in an int */
#define SNAPLEN_MOST 262144
#define ROTATE_SIZE_LEAST (64u * 1024)

static bool take_number(const char *option, const char *text, uint64_t least, uint64_t most,
			uint64_t *value)
{
	if (!text || g_ascii_string_to_unsigned(text, 10, least, most, value, NULL))
		return true;
	complain("--%s: '%s' is not a whole number from %" G_GUINT64_FORMAT
		 " to %" G_GUINT64_FORMAT,
		 option, text, least, most);
	return false;
}

static bool take_duration(const char *option, const char *text, ShakedownDuration least,
			  ShakedownDuration *value)
{
	if (!text)
		return true;
	if (shakedown_duration_from_text(text, value) && *value >= least)
		return true;
	complain("--%s: '%s' is not a duration such as 30, 90s, 5min, 1h or 1d, or too short",
		 option, text);
	return false;
}

/* "100M": by 1024, as tcpdump's newer -C and ls -h have them. */
static bool take_size(const char *text, uint64_t *value)
{
	static const char units[] = "KMGT";
	uint64_t bytes = 0;
	char *end = NULL;

	if (!text)
		return true;
	bytes = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;
	const char *unit = end && *end ? strchr(units, g_ascii_toupper(*end)) : NULL;
	unsigned shift = unit ? 10u * (unsigned)(unit - units + 1) : 0;
	const char *rest = end ? end + (unit != NULL) : "?";

	if (strcmp(rest, "iB") == 0 || strcmp(rest, "B") == 0 || !*rest)
		rest = "";
	if (*rest || bytes > (UINT64_C(1) << 60) >> shift || bytes << shift < ROTATE_SIZE_LEAST) {
		complain("--rotate-size: '%s' is not a size such as 64K, 100M or 2G, or too small",
			 text);
		return false;
	}
	*value = bytes << shift;
	return true;
}

/* Devices and pipes take both; of two that write to one file, one is lost. */
static bool is_one_file(const char *path, const char *other)
{
	g_autofree char *a = g_canonicalize_filename(path, NULL);
	g_autofree char *b = g_canonicalize_filename(other, NULL);
	struct stat at, as;

	if (stat(a, &at) != 0 || stat(b, &as) != 0)
		return strcmp(a, b) == 0;
	return S_ISREG(at.st_mode) && is_same_file(&at, &as);
}

static bool agree(const LiveOptions *live, const RawLive *raw, const char *output)
{
	const bool rotates = raw->rotate_size || raw->rotate_time;
	const bool piped = live->write && strcmp(live->write, "-") == 0;

	if (piped && !output)
		complain(
			"-w - writes packets to standard output; name a file for the rest with -o");
	else if (live->write && !piped && !rotates && output && is_one_file(live->write, output))
		complain("-w and -o name the same file, '%s'; packets and records need one each",
			 output);
	else if (piped && rotates)
		complain("standard output cannot be followed by another file; name one with -w");
	else if (!live->write && (raw->rotate_size || raw->rotate_time || raw->keep))
		complain("--rotate-size, --rotate-time and --keep are for the packets that -w "
			 "keeps; name a file with -w");
	else if (raw->keep && !raw->rotate_size && !raw->rotate_time)
		complain("--keep says how many files stay; say when the next one begins with "
			 "--rotate-size or --rotate-time");
	else if (!live->interfaces &&
		 (raw->buffer || raw->snaplen || raw->no_promiscuous || raw->wait || raw->duration))
		complain("-B, -s, -p, --wait and --duration are for live capture; name an "
			 "interface with -i");
	else if (!live->interfaces && raw->metrics)
		complain("--metrics are of live capture, which goes on; name an interface with -i");
	else
		return true;
	return false;
}

bool options_live_take(LiveOptions *live, const RawLive *raw, const char *output)
{
	uint64_t buffer = 0, snaplen = 0;

	*live = (LiveOptions){
		.interfaces = (const char *const *)raw->interfaces,
		.no_promiscuous = raw->no_promiscuous,
		.wait = raw->wait,
		.write = raw->write,
		.metrics = raw->metrics,
	};
	if (!take_number("buffer-size", raw->buffer, 256, KIB_MOST, &buffer) ||
	    !take_number("snapshot-length", raw->snaplen, 64, SNAPLEN_MOST, &snaplen) ||
	    !take_number("keep", raw->keep, 1, 1000000, &live->keep) ||
	    !take_duration("duration", raw->duration, 1, &live->duration) ||
	    !take_duration("rotate-time", raw->rotate_time, SHAKEDOWN_NS_PER_S,
			   &live->rotate_time) ||
	    !take_duration("interval", raw->interval, SHAKEDOWN_NS_PER_S / 10, &live->interval) ||
	    !take_size(raw->rotate_size, &live->rotate_size))
		return false;
	live->buffer_kib = (uint32_t)buffer;
	live->snaplen = (uint32_t)snaplen;
	return agree(live, raw, output);
}

void options_live_clear(RawLive *raw)
{
	g_strfreev(raw->interfaces);
	g_free(raw->buffer);
	g_free(raw->snaplen);
	g_free(raw->duration);
	g_free(raw->write);
	g_free(raw->rotate_size);
	g_free(raw->rotate_time);
	g_free(raw->keep);
	g_free(raw->interval);
	g_free(raw->metrics);
}
