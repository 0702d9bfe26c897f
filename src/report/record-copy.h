/* SPDX-License-Identifier: BSD-3-Clause */
/* Records with all that they point to, copied into a room, for those who read them later. */
#pragma once

#include <shakedown/anomaly.h>
#include <shakedown/connection.h>

typedef struct {
	uint8_t *data; /* as malloc() gives it */
	size_t size, used;
} RecordRoom;

/* NULL where the room is too small; what is used of it then means nothing. */
void *record_copy_bytes(RecordRoom *room, const void *bytes, size_t len);
const ShakedownConnection *record_copy_connection(RecordRoom *room,
						  const ShakedownConnection *connection);
const ShakedownAnomaly *record_copy_anomaly(RecordRoom *room, const ShakedownAnomaly *anomaly);
