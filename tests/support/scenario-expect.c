/* SPDX-License-Identifier: BSD-3-Clause */
/* What a scenario expects: states with their evidence, and the record at the end. */
#include "scenario-reader.h"

#include <string.h>

#define ALL_STATES ((uint16_t)((1u << SHAKEDOWN_TCP_STATES) - 1))
#define ALL_EVIDENCES ((uint8_t)((1u << SHAKEDOWN_EVIDENCES) - 1))
#define SENT_OR_CONFIRMED                                                                          \
	((uint8_t)(1u << SHAKEDOWN_EVIDENCE_SENT | 1u << SHAKEDOWN_EVIDENCE_CONFIRMED))
#define CLOSED_OR_LISTEN ((uint16_t)(1u << SHAKEDOWN_TCP_CLOSED | 1u << SHAKEDOWN_TCP_LISTEN))
#define HISTORY_MOST 64

/* How the language marks the evidence of a state; the first that fits is the one printed. */
static const struct {
	const char *mark;
	uint8_t evidences;
} evidence_marks[] = {
	{"", SENT_OR_CONFIRMED},
	{"?", 1u << SHAKEDOWN_EVIDENCE_DELIVERED},
	{"~", 1u << SHAKEDOWN_EVIDENCE_ASSUMED},
	{"!", 1u << SHAKEDOWN_EVIDENCE_TIMER},
	{"*", ALL_EVIDENCES},
	{"(sent)", 1u << SHAKEDOWN_EVIDENCE_SENT},
	{"(delivered)", 1u << SHAKEDOWN_EVIDENCE_DELIVERED},
	{"(confirmed)", 1u << SHAKEDOWN_EVIDENCE_CONFIRMED},
	{"(timer)", 1u << SHAKEDOWN_EVIDENCE_TIMER},
	{"(assumed)", 1u << SHAKEDOWN_EVIDENCE_ASSUMED},
};

static const char *state_name(int state)
{
	return shakedown_tcp_state_name((ShakedownTcpState)state);
}

bool read_state(ScenarioReader *r, const char *text, int *state)
{
	return read_name(r, "a state", text, state_name, SHAKEDOWN_TCP_STATES, state);
}

static bool read_alternative(ScenarioReader *r, const char *text, ScenarioBelief *belief)
{
	size_t name_len = strcspn(text, "?~!*(");
	g_autofree char *name = g_strndup(text, name_len);
	uint16_t states = 0;
	int state = 0;

	if (strcmp(text, "-") == 0)
		states = CLOSED_OR_LISTEN;
	else if (!read_state(r, name, &state))
		return false;
	else
		states = (uint16_t)(1u << state);

	for (size_t i = 0; i < G_N_ELEMENTS(evidence_marks); i++) {
		if (strcmp(states == CLOSED_OR_LISTEN ? "*" : text + name_len,
			   evidence_marks[i].mark) == 0) {
			belief->any_of[belief->n].states = states;
			belief->any_of[belief->n++].evidences = evidence_marks[i].evidences;
			return true;
		}
	}
	return reader_unexpected(r,
				 "a mark of evidence: ? delivered, ~ assumed, ! timer, * any, "
				 "(sent), (confirmed) …",
				 text + name_len);
}

bool read_belief(ScenarioReader *r, char *text, ScenarioBelief *belief)
{
	belief->n = 0;
	if (!text)
		return reader_unexpected(r, "a state", text);
	if (strcmp(text, "*") == 0)
		return true;

	g_auto(GStrv) parts = g_strsplit(text, "|", SCENARIO_ALTERNATIVES + 1);
	for (size_t i = 0; parts[i]; i++) {
		if (i == SCENARIO_ALTERNATIVES)
			return reader_fail(r, "more than %d alternatives", SCENARIO_ALTERNATIVES);
		if (!read_alternative(r, parts[i], belief))
			return false;
	}
	return belief->n || reader_unexpected(r, "a state", text);
}

char *scenario_belief_format(const ScenarioBelief *belief)
{
	GString *text = g_string_new(belief->n ? NULL : "*");

	for (size_t i = 0; i < belief->n; i++) {
		if (i)
			g_string_append_c(text, '|');
		if (belief->any_of[i].states == CLOSED_OR_LISTEN) {
			g_string_append_c(text, '-');
			continue;
		}
		for (int s = 0; s < SHAKEDOWN_TCP_STATES; s++) {
			if (belief->any_of[i].states == 1u << s)
				g_string_append(text, state_name(s));
		}
		for (size_t m = 0; m < G_N_ELEMENTS(evidence_marks); m++) {
			if (evidence_marks[m].evidences == belief->any_of[i].evidences) {
				g_string_append(text, evidence_marks[m].mark);
				break;
			}
		}
	}
	return g_string_free(text, FALSE);
}

bool scenario_belief_holds(const ScenarioBelief *belief, ShakedownTcpState state,
			   ShakedownEvidence evidence)
{
	for (size_t i = 0; i < belief->n; i++) {
		if ((belief->any_of[i].states & 1u << state) &&
		    (belief->any_of[i].evidences & 1u << evidence))
			return true;
	}
	return belief->n == 0;
}

static const char *handshake_kind_name(int kind)
{
	return shakedown_handshake_kind_name((ShakedownHandshakeKind)kind);
}

static const char *handshake_outcome_name(int outcome)
{
	return shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)outcome);
}

static const char *teardown_kind_name(int kind)
{
	return shakedown_teardown_kind_name((ShakedownTeardownKind)kind);
}

static const char *teardown_outcome_name(int outcome)
{
	return shakedown_teardown_outcome_name((ShakedownTeardownOutcome)outcome);
}

static const char *role_name(int role)
{
	return shakedown_role_basis_name((ShakedownRoleBasis)role);
}

static const char *first_name(int first)
{
	return first < 2 ? shakedown_side_name((ShakedownSideId)first) : "none";
}

static const char *time_wait_name(int holder)
{
	static const char *const names[] = {"client", "server", "both", "none"};
	return names[holder];
}

static bool is_ellipsis(const char *word)
{
	return word && (strcmp(word, "…") == 0 || strcmp(word, "...") == 0);
}

/* "SYN-SENT → ESTABLISHED?"; "none" for a side that was in no state; "… → X" asks only the end. */
static bool read_history(ScenarioReader *r, ScenarioEnd *end, ShakedownSideId side)
{
	const char *word = reader_peek(r);

	if (end->history[side])
		return reader_fail(r, "the %s's history is given twice", shakedown_side_name(side));
	end->history[side] = g_array_new(FALSE, TRUE, sizeof(ScenarioBelief));
	if (word && strcmp(word, "none") == 0) {
		reader_word(r);
		return reader_end(r);
	}
	end->tail_only[side] = is_ellipsis(word);
	if (end->tail_only[side])
		reader_word(r);
	for (bool first = true; first || reader_peek(r); first = false) {
		ScenarioBelief belief = {0};

		if (!first || end->tail_only[side]) {
			const char *arrow = reader_word(r);

			if (!arrow || !reader_is_arrow(arrow))
				return reader_unexpected(r, "→ or -> between states", arrow);
		}
		if (!read_belief(r, reader_word(r), &belief))
			return false;
		if (end->history[side]->len == HISTORY_MOST)
			return reader_fail(r, "more than %d states", HISTORY_MOST);
		g_array_append_val(end->history[side], belief);
	}
	return true;
}

bool read_anomalies(ScenarioReader *r, ScenarioNames *anomalies)
{
	char *word = reader_need(r, "names of anomalies, or none");

	if (anomalies->names)
		return reader_fail(r, "anomalies are given twice");
	anomalies->names = g_ptr_array_new_with_free_func(g_free);
	if (!word)
		return false;
	if (strcmp(word, "none") == 0)
		return reader_end(r);
	if (is_ellipsis(word)) {
		anomalies->at_least = true;
		word = reader_need(r, "names of anomalies");
	}
	for (; word; word = reader_word(r)) {
		if (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(word))
			return reader_unexpected(r, "the name of an anomaly", word);
		g_ptr_array_add(anomalies->names, g_strdup(word));
	}
	return !r->failed;
}

/* A kind and an outcome, either of which may be "*". */
static bool read_pair(ScenarioReader *r, const char *what, const char *(*kind_of)(int), int kinds,
		      int *kind, const char *(*outcome_of)(int), int outcomes, int *outcome)
{
	const char *word = reader_word(r);

	if ((!word || strcmp(word, "*") != 0) && !read_name(r, what, word, kind_of, kinds, kind))
		return false;
	word = reader_word(r);
	return (word && strcmp(word, "*") == 0) ||
	       read_name(r, "an outcome", word, outcome_of, outcomes, outcome);
}

bool read_expectation(ScenarioReader *r, const char *keyword, ScenarioEnd *end)
{
	bool good = false;

	if (strcmp(keyword, "client") == 0)
		return read_history(r, end, SHAKEDOWN_CLIENT);
	if (strcmp(keyword, "server") == 0)
		return read_history(r, end, SHAKEDOWN_SERVER);
	if (strcmp(keyword, "anomalies") == 0)
		return read_anomalies(r, &end->anomalies);
	if (strcmp(keyword, "handshake") == 0)
		good = read_pair(r, "a kind of handshake", handshake_kind_name,
				 SHAKEDOWN_HANDSHAKE_KINDS, &end->handshake_kind,
				 handshake_outcome_name, SHAKEDOWN_HANDSHAKE_OUTCOMES,
				 &end->handshake_outcome);
	else if (strcmp(keyword, "teardown") == 0)
		good = read_pair(r, "a kind of teardown", teardown_kind_name,
				 SHAKEDOWN_TEARDOWN_KINDS, &end->teardown_kind,
				 teardown_outcome_name, SHAKEDOWN_TEARDOWN_OUTCOMES,
				 &end->teardown_outcome);
	else if (strcmp(keyword, "first") == 0)
		good = read_name(r, "who closed first", reader_word(r), first_name, 3, &end->first);
	else if (strcmp(keyword, "time-wait") == 0)
		good = read_name(r, "who holds TIME-WAIT", reader_word(r), time_wait_name, 4,
				 &end->time_wait);
	else if (strcmp(keyword, "role") == 0)
		good = read_name(r, "how roles are known", reader_word(r), role_name, 4,
				 &end->role);
	else
		return reader_unexpected(r,
					 "client, server, handshake, teardown, first, time-wait, "
					 "role, anomalies, wider or reported",
					 keyword);
	return good && reader_end(r);
}
