/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares; knows nothing of how a record came about. */
#include "scenario-verdict.h"

#include <string.h>

void differ(Differences *differences, unsigned line, const char *format, ...)
{
	va_list args;

	if (differences->n++ >= DIFFERENCES_REPORTED)
		return;
	g_string_append_printf(differences->report, "%s:%u: ", differences->file, line);
	va_start(args, format);
	g_string_append_vprintf(differences->report, format, args);
	va_end(args);
	g_string_append_c(differences->report, '\n');
}

void differences_close(Differences *differences)
{
	if (differences->n > DIFFERENCES_REPORTED)
		g_string_append_printf(differences->report, "… and %zu more\n",
				       differences->n - DIFFERENCES_REPORTED);
}

static bool is_out(ShakedownTcpState state)
{
	return state == SHAKEDOWN_TCP_CLOSED || state == SHAKEDOWN_TCP_LISTEN;
}

static bool history_matches(const GArray *asked, bool tail_only, const ShakedownHistoryEntry *got,
			    size_t len)
{
	if (tail_only ? len < asked->len : len != asked->len)
		return false;
	got += len - asked->len;
	for (guint i = 0; i < asked->len; i++) {
		if (!scenario_belief_holds(&g_array_index(asked, ScenarioBelief, i), got[i].state,
					   got[i].evidence))
			return false;
	}
	return true;
}

static void compare_history(Differences *differences, const ScenarioEnd *end, unsigned side,
			    const ShakedownSide *got)
{
	const GArray *asked = end->history[side];
	const ShakedownHistoryEntry *entries = got->history;
	size_t len = got->history_len;

	for (; len && is_out(entries->state); len--)
		entries++;
	if (!asked || history_matches(asked, end->tail_only[side], entries, len))
		return;

	g_autoptr(GString) told = g_string_new(NULL), wanted = g_string_new(NULL);
	for (size_t i = 0; i < len; i++)
		g_string_append_printf(told, "%s%s(%s)", i ? " → " : "",
				       shakedown_tcp_state_name(entries[i].state),
				       shakedown_evidence_name(entries[i].evidence));
	for (guint i = 0; i < asked->len; i++) {
		g_autofree char *text =
			scenario_belief_format(&g_array_index(asked, ScenarioBelief, i));

		g_string_append_printf(wanted, "%s%s", i || end->tail_only[side] ? " → " : "",
				       text);
	}
	differ(differences, end->number, "the %s's history is %s, expected %s%s",
	       shakedown_side_name((ShakedownSideId)side), told->len ? told->str : "none",
	       end->tail_only[side] ? "…" : "", wanted->len ? wanted->str : "none");
}

static void compare_name(Differences *differences, unsigned line, const char *what, const char *got,
			 const char *asked)
{
	if (strcmp(got, asked) != 0)
		differ(differences, line, "%s is %s, expected %s", what, got, asked);
}

static const char *holder_name(int side)
{
	static const char *const names[] = {"none", "client", "server", "both"};
	return names[CLAMP(side, -1, 2) + 1];
}

/* The language counts none as the last value, the record as -1. */
static const char *asked_holder_name(int asked, int none)
{
	return holder_name(asked == none ? -1 : asked);
}

static void compare_verdicts(Differences *differences, const ScenarioEnd *end,
			     const ShakedownConnection *got, bool swapped)
{
	const ShakedownHandshake *h = &got->handshake;
	const ShakedownTeardown *t = &got->teardown;
	int first = t->first >= 0 && t->first < 2 ? t->first ^ swapped : t->first;
	int holder = t->time_wait >= 0 && t->time_wait < 2 ? t->time_wait ^ swapped : t->time_wait;

	if (end->handshake_kind >= 0)
		compare_name(
			differences, end->number, "the handshake's kind",
			shakedown_handshake_kind_name(h->kind),
			shakedown_handshake_kind_name((ShakedownHandshakeKind)end->handshake_kind));
	if (end->handshake_outcome >= 0)
		compare_name(differences, end->number, "the handshake's outcome",
			     shakedown_handshake_outcome_name(h->outcome),
			     shakedown_handshake_outcome_name(
				     (ShakedownHandshakeOutcome)end->handshake_outcome));
	if (end->teardown_kind >= 0)
		compare_name(
			differences, end->number, "the teardown's kind",
			shakedown_teardown_kind_name(t->kind),
			shakedown_teardown_kind_name((ShakedownTeardownKind)end->teardown_kind));
	if (end->teardown_outcome >= 0)
		compare_name(differences, end->number, "the teardown's outcome",
			     shakedown_teardown_outcome_name(t->outcome),
			     shakedown_teardown_outcome_name(
				     (ShakedownTeardownOutcome)end->teardown_outcome));
	if (end->first >= 0)
		compare_name(differences, end->number, "who closed first", holder_name(first),
			     asked_holder_name(end->first, 2));
	if (end->time_wait >= 0)
		compare_name(differences, end->number, "who holds TIME-WAIT", holder_name(holder),
			     asked_holder_name(end->time_wait, 3));
	if (end->role >= 0)
		compare_name(differences, end->number, "how roles are known",
			     shakedown_role_basis_name(got->role_basis),
			     shakedown_role_basis_name((ShakedownRoleBasis)end->role));
}

bool verdict_has_name(const GPtrArray *names, const char *name)
{
	for (guint i = 0; i < names->len; i++) {
		if (strcmp(names->pdata[i], name) == 0)
			return true;
	}
	return false;
}

void verdict_compare_anomalies(Differences *differences, unsigned line, const char *where,
			       const ScenarioNames *asked, const GPtrArray *got)
{
	ShakedownAnomalyKind kind;

	if (!asked->names)
		return;
	for (guint i = 0; i < asked->names->len; i++) {
		const char *name = asked->names->pdata[i];

		if (!shakedown_anomaly_kind_from_name(name, &kind))
			differ(differences, line, "there is no anomaly called %s", name);
		else if (!verdict_has_name(got, name))
			differ(differences, line, "%s %s is not reported", where, name);
	}
	for (guint i = 0; i < got->len && !asked->at_least; i++) {
		if (!verdict_has_name(asked->names, got->pdata[i]))
			differ(differences, line, "%s %s is reported, and not expected", where,
			       (const char *)got->pdata[i]);
	}
}

void verdict_compare_record(Differences *differences, const ScenarioEnd *end,
			    const ShakedownConnection *record, bool swapped)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (size_t k = 0; k < record->anomalies_len; k++)
		g_ptr_array_add(names, (char *)shakedown_anomaly_info(record->anomalies[k])->name);
	for (unsigned side = 0; side < 2; side++)
		compare_history(differences, end, side, &record->side[side ^ swapped]);
	compare_verdicts(differences, end, record, swapped);
	verdict_compare_anomalies(differences, end->number, "the anomaly", &end->anomalies, names);
}
