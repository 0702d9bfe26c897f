/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What there is to show at one moment: copies of the board's rows, and how it stands. Pausing is
 * not taking another.
 */
#pragma once

#include <shakedown/shakedown.h>

typedef enum {
	TOP_SERVICES = 0,
	TOP_CONNECTIONS,
	TOP_ANOMALIES,
} TopPane;
#define TOP_PANES 3

/* How it stands, told by whoever reads the packets. */
typedef struct {
	ShakedownLive live;
	uint64_t captured, dropped;
	bool ended; /* of a file: all of it has been read */
} TopStatus;

typedef struct {
	TopStatus status;
	/* A second, since the look before; < 0: not known yet. */
	double packets, attempts;
	double success; /* of the handshakes decided lately; < 0: none was */
	ShakedownBoardService *services;
	ShakedownBoardConnection *connections;
	const ShakedownBoardAnomaly **anomalies;
	size_t n[TOP_PANES];
	uint64_t forgotten_services, forgotten_connections;
	int64_t looked; /* µs, monotonic; 0: never */
} TopModel;

void top_model_init(TopModel *model);
void top_model_clear(TopModel *model);
/* Takes copies, and rates since the last time; the clock is monotonic, in µs. */
void top_model_look(TopModel *model, const ShakedownBoard *board, const TopStatus *status,
		    int64_t clock);

/* What a row is known by, whatever the order. */
uint64_t top_model_key(const TopModel *model, TopPane pane, size_t i);
/* What a filter looks at: all that the row shows in words. */
void top_model_words(const TopModel *model, TopPane pane, size_t i, GString *out);
/* By a column of that pane, see columns.h; ascending. */
int top_model_compare(const TopModel *model, TopPane pane, unsigned column, size_t a, size_t b);
