/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options-live.h"

#include "base/same-file.h"
#include "cli/cli.h"
#include "cli/values.h"

#include <string.h>
#include <sys/stat.h>

#define KIB_MOST (2u * 1024 * 1024 - 1) /* libpcap counts bytes in an int */
#define SNAPLEN_MOST 262144
#define ROTATE_SIZE_LEAST (64u * 1024)

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
	if (!value_take_number("buffer-size", raw->buffer, 256, KIB_MOST, &buffer) ||
	    !value_take_number("snapshot-length", raw->snaplen, 64, SNAPLEN_MOST, &snaplen) ||
	    !value_take_number("keep", raw->keep, 1, 1000000, &live->keep) ||
	    !value_take_duration("duration", raw->duration, 1, "more than 0 s", &live->duration) ||
	    !value_take_duration("rotate-time", raw->rotate_time, SHAKEDOWN_NS_PER_S,
				 "at least 1 s", &live->rotate_time) ||
	    !value_take_duration("interval", raw->interval, SHAKEDOWN_NS_PER_S / 10,
				 "at least 0.1 s", &live->interval) ||
	    !value_take_size("rotate-size", raw->rotate_size, ROTATE_SIZE_LEAST, "64K",
			     &live->rotate_size))
		return false;
	live->buffer_kib = (uint32_t)buffer;
	live->snaplen = (uint32_t)snaplen;
	return agree(live, raw, output);
}
