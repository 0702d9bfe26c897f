/* SPDX-License-Identifier: BSD-3-Clause */
/* What does not fit makes the room full for all that follows, so that one look at the end tells. */
#include "report/record-copy.h"

#include <glib.h>
#include <string.h>

#define ALIGNMENT _Alignof(max_align_t)

void *record_copy_bytes(RecordRoom *room, const void *bytes, size_t len)
{
	size_t begin = (room->used + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

	/* What is not there need not be copied. */
	if (!bytes)
		return NULL;
	if (begin > room->size || len > room->size - begin) {
		room->used = room->size + 1;
		return NULL;
	}
	room->used = begin + len;
	return memcpy(room->data + begin, bytes, len);
}

static bool fits(const RecordRoom *room)
{
	return room->used <= room->size;
}

static const char *copy_text(RecordRoom *room, const char *text)
{
	return record_copy_bytes(room, text, text ? strlen(text) + 1 : 0);
}

static const char *const *copy_texts(RecordRoom *room, const char *const *texts)
{
	size_t n = 0;

	while (texts && texts[n])
		n++;
	const char **copy = record_copy_bytes(room, texts, (n + 1) * sizeof *texts);
	for (size_t i = 0; copy && i < n; i++)
		copy[i] = copy_text(room, texts[i]);
	return copy;
}

static const ShakedownConnLog *copy_log(RecordRoom *room, const ShakedownConnLog *log)
{
	ShakedownConnLog *copy = record_copy_bytes(room, log, sizeof *log);

	if (copy) {
		copy->conn_state = copy_text(room, log->conn_state);
		copy->history = copy_text(room, log->history);
	}
	return copy;
}

const ShakedownConnection *record_copy_connection(RecordRoom *room,
						  const ShakedownConnection *connection)
{
	ShakedownConnection *copy = record_copy_bytes(room, connection, sizeof *connection);

	if (!copy)
		return NULL;
	for (unsigned i = 0; i < 2; i++)
		copy->side[i].history = record_copy_bytes(
			room, connection->side[i].history,
			connection->side[i].history_len * sizeof *connection->side[i].history);
	copy->encapsulation = copy_texts(room, connection->encapsulation);
	copy->anomalies =
		record_copy_bytes(room, connection->anomalies,
				  connection->anomalies_len * sizeof *connection->anomalies);
	copy->truncated = copy_text(room, connection->truncated);
	copy->log = copy_log(room, connection->log);
	return fits(room) ? copy : NULL;
}

static const ShakedownFact *copy_facts(RecordRoom *room, const ShakedownFact *facts, size_t n)
{
	ShakedownFact *copy = record_copy_bytes(room, facts, n * sizeof *facts);

	for (size_t i = 0; copy && i < n; i++) {
		copy[i].name = copy_text(room, facts[i].name);
		if (facts[i].type == SHAKEDOWN_VALUE_TEXT)
			copy[i].text = copy_text(room, facts[i].text);
	}
	return copy;
}

const ShakedownAnomaly *record_copy_anomaly(RecordRoom *room, const ShakedownAnomaly *anomaly)
{
	ShakedownAnomaly *copy = record_copy_bytes(room, anomaly, sizeof *anomaly);

	if (!copy)
		return NULL;
	copy->frames = record_copy_bytes(room, anomaly->frames,
					 anomaly->frames_len * sizeof *anomaly->frames);
	copy->summary = copy_text(room, anomaly->summary);
	copy->facts = copy_facts(room, anomaly->facts, anomaly->facts_len);
	copy->rule = copy_text(room, anomaly->rule);
	copy->filter = copy_text(room, anomaly->filter);
	copy->narrowing = copy_text(room, anomaly->narrowing);
	copy->connections =
		record_copy_bytes(room, anomaly->connections,
				  anomaly->connections_len * sizeof *anomaly->connections);
	return fits(room) ? copy : NULL;
}
