/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explanations: for every word that a record can hold (states, evidence, outcomes, classes of
 * segments, anomalies) what it means, how it is known, what is no fault about it, what to do and
 * where it is written. All strings are static UTF-8; pictures are ASCII.
 */
#pragma once

#include <glib.h>
#include <shakedown/anomaly-kind.h>
#include <shakedown/config.h>

G_BEGIN_DECLS

/* A member without a text is NULL; name, group and meaning never are. */
typedef struct {
	const char *name;  /* as records spell it: "TIME-WAIT", "missing-third-ack" */
	const char *group; /* "state", "handshake outcome", "teardown anomaly" … */
	const char *meaning;
	const char *picture; /* lines that end in newlines, at most 8, at most 64 columns */
	const char *detected;
	const char *innocent;
	const char *action;
	const char *sources;		     /* RFC clauses, papers */
	const ShakedownAnomalyInfo *anomaly; /* of anomalies only */
} ShakedownExplanation;

/* They are ordered by group; one name may be in several groups ("reset", "no-answer"). */
SHAKEDOWN_EXPORT size_t shakedown_explain_count(void);
SHAKEDOWN_EXPORT ShakedownExplanation shakedown_explain_at(size_t i);

/*
 * The first from index on that has the name; shakedown_explain_count() where there is none. Case
 * does not matter, '_' is as good as '-', and a state may be spelled as Linux does ("SYN-RECV").
 */
SHAKEDOWN_EXPORT size_t shakedown_explain_lookup(const char *name, size_t from);
/* The name most like it, or NULL. */
SHAKEDOWN_EXPORT const char *shakedown_explain_nearest(const char *name);

/* The text with each ${key} replaced by that key's value ("3s"). Config NULL: the defaults. Free
 * with g_free(). */
SHAKEDOWN_EXPORT char *shakedown_explain_expand(const char *text, const ShakedownConfig *config);
/* The keys that the text (which may be NULL) names, each once, at most room; returns how many. */
SHAKEDOWN_EXPORT size_t shakedown_explain_keys(const char *text, const ShakedownConfigKey *keys[],
					       size_t room);

G_END_DECLS
