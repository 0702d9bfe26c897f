/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every threshold, with its default. A configuration file is a GLib key file with one group,
 * [shakedown], whose keys are listed by shakedown_config_keys().
 */
#pragma once

#include <glib.h>
#include <shakedown/types.h>

G_BEGIN_DECLS

/* Who fills one by hand begins with shakedown_config_init(), and keeps to the ranges of the keys:
 * nothing checks them here. */
typedef struct {
	ShakedownDuration msl;	       /* maximum segment lifetime; TIME-WAIT lasts 2 of them */
	ShakedownDuration syn_timeout; /* a SYN without any answer for this long: no-answer */
	ShakedownDuration handshake_timeout; /* a SYN,ACK without third ACK for this long */
	ShakedownDuration fin_timeout;	     /* a FIN without an ACK of it for this long */
	ShakedownDuration close_wait_linger; /* half-closed and nothing heard of the other side for
						this long */
	ShakedownDuration slow_handshake;    /* a leg of the handshake longer than this */
	ShakedownDuration zero_window;	     /* a window of 0 for this long */
	ShakedownDuration idle_timeout; /* forget a connection after this long without a packet */
	ShakedownDuration flood_window; /* sliding window of the flood detectors */
	uint64_t flood_syns;		/* SYNs to one service in flood_window */
	uint64_t flood_half_open;	/* percent of them that stay half-open */
	uint64_t scan_tries;		/* ports or targets tried in vain by one source */
	uint64_t time_wait_share;	/* percent of ephemeral_ports in TIME-WAIT at once */
	uint64_t ephemeral_ports;	/* ports a client has toward one service */
	uint64_t ignore_encapsulation;	/* 1: the same addresses and ports are the same connection,
					   whatever VLAN or tunnel they came in (mirrored traffic) */
	uint64_t overlap_segments;	/* payloads remembered to notice that what is sent again
					   differs; 0: none */
	uint64_t max_memory;		/* bytes that the whole process may take, of which 128 MiB
					   are set aside for what is no connection; 0: no bound
					   (the program then takes half of the machine's) */
} ShakedownConfig;

typedef enum {
	SHAKEDOWN_CONFIG_DURATION, /* "3", "0.5", "3s", "200ms", "2min", "1h" */
	SHAKEDOWN_CONFIG_COUNT,
} ShakedownConfigType;

typedef struct {
	const char *name; /* "syn_timeout" */
	ShakedownConfigType type;
	size_t offset;	     /* of the member in ShakedownConfig */
	int64_t least, most; /* inclusive; nanoseconds for a duration */
	const char *meaning;
} ShakedownConfigKey;

#define SHAKEDOWN_CONFIG_ERROR (shakedown_config_error_quark())
SHAKEDOWN_EXPORT GQuark shakedown_config_error_quark(void);
typedef enum {
	SHAKEDOWN_CONFIG_ERROR_FILE,	/* cannot be read, or is no key file */
	SHAKEDOWN_CONFIG_ERROR_UNKNOWN, /* a group or key that does not exist */
	SHAKEDOWN_CONFIG_ERROR_VALUE,	/* not a value of the key's type, or out of its range */
} ShakedownConfigError;

SHAKEDOWN_EXPORT void shakedown_config_init(ShakedownConfig *config); /* the defaults */
SHAKEDOWN_EXPORT const ShakedownConfigKey *shakedown_config_keys(size_t *n);
/* Overwrites what the file names; on error nothing is changed and the message names file and line.
 */
SHAKEDOWN_EXPORT bool shakedown_config_load(ShakedownConfig *config, const char *path,
					    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* "3", "0.5", "200ms", "5min", "1h", "2d": a number of seconds, or of the unit that follows. */
SHAKEDOWN_EXPORT bool shakedown_duration_from_text(const char *text, ShakedownDuration *duration);
/* Sets one key from text, as the file would. */
SHAKEDOWN_EXPORT bool shakedown_config_set(ShakedownConfig *config, const char *name,
					   const char *value,
					   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The value as a file would spell it ("3s", "200"); free with g_free(). */
SHAKEDOWN_EXPORT char *shakedown_config_get(const ShakedownConfig *config,
					    const ShakedownConfigKey *key);

G_END_DECLS
