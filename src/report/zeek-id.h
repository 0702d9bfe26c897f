/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names by which other tools know a connection: Community ID version 1 (the hash that Zeek,
 * Suricata and others share), and a uid that looks like Zeek's. Both come of the connection alone:
 * the same capture gives the same names again.
 */
#pragma once

#include <glib.h>
#include <shakedown/connection.h>

typedef struct {
	GChecksum *sha1;
} ZeekId;

void zeek_id_init(ZeekId *id);
void zeek_id_clear(ZeekId *id);

/* "1:" and base64 of 20 bytes; NUL included. */
#define ZEEK_COMMUNITY_LEN 31
/* Community ID v1 with seed 0; either order of the two ends gives the same. */
void zeek_community_id(ZeekId *id, const ShakedownConnection *connection,
		       char out[ZEEK_COMMUNITY_LEN]);

/* "C" and at most 17 digits of base 62 (96 bits), NUL included. */
#define ZEEK_UID_LEN 19
void zeek_uid(ZeekId *id, const ShakedownConnection *connection, char out[ZEEK_UID_LEN]);
