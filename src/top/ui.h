/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the user has chosen to see, and what a key makes of it: a state machine that knows neither
 * terminal nor lock. Keys are those of top, htop and less.
 */
#pragma once

#include "top/model.h"
#include "top/text.h"

/* A key is a character, or one of these, beyond all characters. */
typedef enum {
	TOP_KEY_NONE = 0,
	TOP_KEY_UP = 0x110000,
	TOP_KEY_DOWN,
	TOP_KEY_LEFT,
	TOP_KEY_RIGHT,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_BACK_TAB,
	TOP_KEY_BACKSPACE,
	TOP_KEY_F1,
	TOP_KEY_F4,
	TOP_KEY_F5,
	TOP_KEY_F6,
	TOP_KEY_F10,
} TopKey;
#define TOP_KEY_TAB '\t'
#define TOP_KEY_ENTER '\n'
#define TOP_KEY_ESCAPE 033
#define TOP_CTRL(c) ((c)&0x1f)

typedef enum {
	TOP_MODE_LISTS = 0,
	TOP_MODE_PAGE,
	TOP_MODE_FILTER,   /* a filter is being written */
	TOP_MODE_INTERVAL, /* … an interval */
} TopMode;

typedef enum {
	TOP_PAGE_HELP = 0,
	TOP_PAGE_ANOMALY,
	TOP_PAGE_LADDER,
} TopPageKind;

#define TOP_ENTRY_LEN 80

typedef struct {
	unsigned sort; /* a column */
	bool reverse;  /* against the column's habit */
	char filter[TOP_ENTRY_LEN];
	GArray *shown;		  /* of guint: rows of the model, in order */
	unsigned selected, first; /* of shown */
	uint64_t key;		  /* of the selected one; 0: the first, whatever that is */
	unsigned rows;		  /* that the screen has room for; set by whoever draws */
} TopList;

typedef struct {
	TopPageKind kind;
	uint64_t id;		/* of the connection, or number of the anomaly */
	TopText *text;		/* NULL: to be made */
	bool stale;		/* to be made anew: time has gone on */
	unsigned line, column;	/* the first that is shown */
	unsigned rows, columns; /* that the screen has room for */
} TopPage;

typedef struct {
	TopMode mode;
	TopPane pane;
	TopList list[TOP_PANES];
	TopPage page;
	bool paused;
	bool from_service;	    /* Escape leads back to the services */
	ShakedownDuration interval; /* between two looks */
	char entry[TOP_ENTRY_LEN], before[TOP_ENTRY_LEN];
	char message[200]; /* until the next key */
	/* What the screen shall do, reset by whoever has done it: */
	bool quit, suspend, redraw;
} TopUi;

#define TOP_INTERVAL_LEAST (SHAKEDOWN_NS_PER_S / 10)
#define TOP_INTERVAL_MOST (60 * SHAKEDOWN_NS_PER_S)

void top_ui_init(TopUi *ui, ShakedownDuration interval);
void top_ui_clear(TopUi *ui);
/* The model has changed: filters and sorts, and keeps the selection where it was. */
void top_ui_arrange(TopUi *ui, const TopModel *model);
void top_ui_key(TopUi *ui, const TopModel *model, unsigned key);
/* Puts the first line shown so that the selected one is among them. */
void top_ui_scroll(TopUi *ui);
/* The selected row of the model; false where the list is empty. */
bool top_ui_selected(const TopUi *ui, size_t *row);
