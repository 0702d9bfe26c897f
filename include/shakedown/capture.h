/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where packets come from: one or several saved captures read as one, merged by time, or one or
 * several interfaces. It knows files, interfaces, filters and clocks, nothing of TCP.
 */
#pragma once

#include <glib.h>
#include <shakedown/packet.h>

G_BEGIN_DECLS

typedef struct _ShakedownCapture ShakedownCapture;

#define SHAKEDOWN_CAPTURE_ERROR (shakedown_capture_error_quark())
SHAKEDOWN_EXPORT GQuark shakedown_capture_error_quark(void);
typedef enum {
	SHAKEDOWN_CAPTURE_ERROR_OPEN,	/* missing, no permission, a directory … */
	SHAKEDOWN_CAPTURE_ERROR_FORMAT, /* empty, or no capture at all */
	SHAKEDOWN_CAPTURE_ERROR_CUT,	/* ends inside a packet, or is corrupt from some point on */
	SHAKEDOWN_CAPTURE_ERROR_FILTER, /* the BPF expression is wrong */
	SHAKEDOWN_CAPTURE_ERROR_PERMISSION, /* to capture on an interface */
	SHAKEDOWN_CAPTURE_ERROR_WRITE,	    /* packets cannot be kept */
} ShakedownCaptureError;

/* A point in a capture's time. */
typedef enum {
	SHAKEDOWN_MOMENT_NONE = 0, /* not given */
	SHAKEDOWN_MOMENT_AT,	   /* nanoseconds since 1970-01-01 00:00 UTC */
	/* … since midnight UTC: of the first packet's day, or of the next where that is more than
	 * twelve hours before the first packet. As an end, the next time after the beginning. */
	SHAKEDOWN_MOMENT_OF_DAY,
	SHAKEDOWN_MOMENT_AFTER, /* … since the first packet; as an end, since the beginning */
} ShakedownMomentKind;
typedef struct {
	ShakedownMomentKind kind;
	int64_t time;
} ShakedownMoment;

/*
 * "2026-01-31", "2026-01-31 10:05", "2026-01-31T10:05:00.25+02:00", "10:05", "+5min" (after the
 * first packet, or as an end after the beginning), "1769850300.25" (since 1970). What has no zone
 * is UTC. False where it is none of these; moment is left alone then.
 */
SHAKEDOWN_EXPORT bool shakedown_moment_from_text(const char *text, ShakedownMoment *moment);

typedef struct {
	/*
	 * Either files or interfaces. Paths, NULL-terminated; "-" is standard input. A directory
	 * means the files in it (but hidden ones, and those of directories in it), and a name that
	 * no file has those that it matches as a pattern, glob(7). Files found so that are no
	 * captures are left out.
	 */
	const char *const *files;
	const char *const *interfaces; /* names, NULL-terminated; "any" is all of them */
	const char *filter;	       /* BPF expression, or NULL */
	uint64_t count; /* stop after so many packets that passed the filter; 0: all */
	/*
	 * Files only: packets from since on, and before until. Frames are numbered as if all were
	 * taken. Reading ends where a hundred in a row are a minute or more beyond.
	 */
	ShakedownMoment since, until;
	/* Asked again and again while a pipe is silent, and while an interface is captured on, by
	 * whichever thread reads: true ends it there. Or NULL. */
	bool (*interrupted)(void *data);
	/* Interfaces only: */
	uint32_t buffer_kib;	    /* of the kernel's ring, for each; 0: 16 MiB */
	uint32_t snaplen;	    /* bytes of each packet; 0: all */
	bool no_promiscuous;	    /* only what is for this host, or from it */
	bool wait;		    /* for an interface that is not there, or goes */
	ShakedownDuration duration; /* to capture for; 0: until it is interrupted */
	/* Told, as one line, what happens while capturing: an interface goes, or returns. Or NULL.
	 */
	void (*remark)(const char *line, void *data);
	void *data; /* handed to interrupted and remark */
} ShakedownCaptureOptions;

/* Where the packets that pass the filter are kept, as pcapng, in the order of their frames. */
typedef struct {
	const char *path;	       /* "-" is standard output */
	uint64_t rotate_size;	       /* bytes after which another file begins; 0: never */
	ShakedownDuration rotate_time; /* … or packets' time */
	uint64_t keep;		       /* of such files the latest so many stay; 0: all */
	/* Told, as one line, what goes wrong while they are written. Or NULL. */
	void (*remark)(const char *line, void *data);
	void *data;
} ShakedownKeepOptions;

/* What is known of one input, a file or an interface, after (or while) it is read. */
typedef struct {
	const char *name;   /* as given, or found; of "-" it is "standard input" */
	const char *format; /* "pcap", "pcap (nanoseconds)", "live, EN10MB", …; NULL where left out
			     */
	uint64_t packets;   /* read from it, before the filter (of an interface, after it) */
	uint64_t dropped;   /* that its writer says it lost; 0 also where it says nothing */
	uint64_t card_dropped; /* of those, by an interface rather than by the kernel's ring */
	uint64_t bytes;	       /* of the file, read so far; 0 where unknown */
	uint64_t size;	       /* of the file; 0 where unknown (a pipe) */
	const char *problem;   /* NULL, or the line that says where and why it ended early */
	bool left_out;	       /* found, and no capture: the problem says what it is instead */
} ShakedownCaptureFile;

typedef struct {
	uint64_t packets;    /* read, before the filter */
	uint64_t passed;     /* that lie between since and until, and passed the filter */
	uint64_t bytes;	     /* captured bytes of those that passed */
	uint64_t disordered; /* packets whose time is before that of one already read (same file) */
	uint64_t clock_steps; /* of those, too far back to be put right: the clock was set back */
	uint64_t dropped;     /* by those who captured, as far as the files tell */
	ShakedownTime first, last; /* least and greatest time; meaningless when passed is 0 */
	/* What since and until came to, once there was a packet; 0 where they were not given. */
	ShakedownTime since, until;
	/* NULL, or the line that says that none of those that were read lies between. Owned by the
	 * capture. */
	const char *missed;
	const char *const *names; /* as they were given to open, NULL-terminated */
	const ShakedownCaptureFile *files;
	size_t files_len;
	size_t left_out; /* of the files */
	bool live;	 /* they are interfaces */
} ShakedownCaptureInfo;

/*
 * Opens all files, or none: on failure the error names the file, the reason and what to try. Of
 * several, only those stay open whose time has come; pipes are always open.
 */
SHAKEDOWN_EXPORT ShakedownCapture *shakedown_capture_open(const ShakedownCaptureOptions *options,
							  GError **error) G_GNUC_WARN_UNUSED_RESULT;
SHAKEDOWN_EXPORT void shakedown_capture_free(ShakedownCapture *capture);

/*
 * Before the first read. With rotation, files are named by the path with the time of their first
 * packet and a number put in. A file that is read may not be written to.
 */
SHAKEDOWN_EXPORT bool shakedown_capture_keep(ShakedownCapture *capture,
					     const ShakedownKeepOptions *options,
					     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Fills up to room packets and returns how many; 0 at the end of all files. Of interfaces, 0 also
 * when nothing has come for a tenth of a second: shakedown_capture_ended() tells. They come by
 * their time where the files have them slightly out of order (frames do not ascend then), and as
 * they stand in the file after a clock step; wire_len is never less than captured_len. The packets'
 * bytes are valid until the next call. A file that is cut short or corrupt yields what it has;
 * after the end, shakedown_capture_problem() tells.
 */
SHAKEDOWN_EXPORT size_t shakedown_capture_read(ShakedownCapture *capture, ShakedownPacket *packets,
					       size_t room);

/* No more packets will come. */
SHAKEDOWN_EXPORT bool shakedown_capture_ended(const ShakedownCapture *capture);
/*
 * Of interfaces: all packets up to this time have been returned, by the clock that stamps them. It
 * goes on when none come. Of files that have ended: up to then they were captured, which is the
 * last packet's time unless their writer says that there was silence after it.
 */
SHAKEDOWN_EXPORT ShakedownTime shakedown_capture_now(const ShakedownCapture *capture);

/* How many packets were lost by those who captured, as far as is known by now: cheap. Of many files
 * it is known at their end. */
SHAKEDOWN_EXPORT uint64_t shakedown_capture_dropped(const ShakedownCapture *capture);
/* The first problem of any file that was not left out, as one line, or NULL. Owned by the capture.
 */
SHAKEDOWN_EXPORT const char *shakedown_capture_problem(const ShakedownCapture *capture);
SHAKEDOWN_EXPORT const ShakedownCaptureInfo *shakedown_capture_info(ShakedownCapture *capture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownCapture, shakedown_capture_free)

G_END_DECLS
