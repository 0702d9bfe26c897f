/* SPDX-License-Identifier: BSD-3-Clause */
#include <shakedown/connection.h>
#include <shakedown/explain.h>

#include <criterion/criterion.h>
#include <string.h>

/* The enumerators as they stand in the header, in order: a name is its enumerator, lower-cased. */
static const char *const enumerators[] = {
	"SYN_RETRANSMITTED",
	"NO_ANSWER",
	"REFUSED",
	"UNREACHABLE",
	"MISSING_THIRD_ACK",
	"SYN_ACK_RETRANSMITTED",
	"THIRD_ACK_LOST",
	"ACCEPT_QUEUE_OVERFLOW",
	"BACKLOG_OVERFLOW",
	"SYN_COOKIES",
	"HALF_OPEN_PROBE",
	"SLOW_HANDSHAKE",
	"BAD_HANDSHAKE_ACK",
	"SYN_WITH_DATA",
	"FAST_OPEN_IGNORED",
	"OLD_DUPLICATE_SYN",
	"SPLIT_HANDSHAKE",
	"SIMULTANEOUS_OPEN",
	"ISN_PREDICTABLE",
	"UNEXPECTED_FLAGS",
	"RESET_ABORT",
	"RESET_AFTER_FIN",
	"FORGED_RST",
	"RESET_IGNORED",
	"CHALLENGE_ACK",
	"SYN_IN_ESTABLISHED",
	"HALF_OPEN_CONNECTION",
	"ACK_OF_UNSENT_DATA",
	"FRAGMENTATION_NEEDED",
	"FIN_RETRANSMITTED",
	"LAST_ACK_LOST",
	"FIN_UNANSWERED",
	"HALF_CLOSED_LINGERING",
	"HALF_CLOSE",
	"SIMULTANEOUS_CLOSE",
	"DATA_AFTER_FIN",
	"DATA_AFTER_RESET",
	"SILENT_DEATH",
	"ZERO_WINDOW_STALL",
	"TIME_WAIT_LINGERING",
	"TIME_WAIT_ACCUMULATION",
	"TIME_WAIT_REUSE",
	"TIME_WAIT_REUSE_REFUSED",
	"TIME_WAIT_ASSASSINATION",
	"SYN_FLOOD",
	"PORT_SCAN",
	"CONNECTION_FLOOD",
	"RESET_FLOOD",
	"ACK_FLOOD",
	"FIN_FLOOD",
	"SYN_ACK_FLOOD",
	"CAPTURE_LOSS",
	"ONE_DIRECTION",
	"DUPLICATE_PACKETS",
	"CAPTURE_DISORDER",
	"BAD_CHECKSUM",
	"OVERLAP_CONFLICT",
};

Test(catalogue, every_kind_is_named_as_its_enumerator)
{
	cr_assert_eq(G_N_ELEMENTS(enumerators), SHAKEDOWN_ANOMALY_KINDS);
	for (int i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		g_autofree char *name = g_ascii_strdown(enumerators[i], -1);
		ShakedownAnomalyKind kind;

		g_strdelimit(name, "_", '-');
		cr_assert_str_eq(shakedown_anomaly_info((ShakedownAnomalyKind)i)->name, name);
		cr_assert(shakedown_anomaly_kind_from_name(name, &kind));
		cr_assert_eq((int)kind, i);
	}
	cr_assert_eq(SHAKEDOWN_ANOMALY_OVERLAP_CONFLICT, SHAKEDOWN_ANOMALY_KINDS - 1);
	cr_assert_not(shakedown_anomaly_kind_from_name("no-such-kind", &(ShakedownAnomalyKind){0}));
}

/* Sentences, as opposed to notes: they begin with a capital and end with a full stop. */
static void assert_prose(const char *name, const char *what, const char *text)
{
	cr_assert(text && *text, "%s: no %s", name, what);
	cr_assert(g_utf8_validate(text, -1, NULL), "%s: %s", name, what);
	cr_assert(text[strlen(text) - 1] == '.', "%s: %s ends without a stop", name, what);
	cr_assert(!g_ascii_islower(text[0]) || g_str_has_prefix(text, "tcpdump") ||
			  g_str_has_prefix(text, "ss ") || g_str_has_prefix(text, "reordercap"),
		  "%s: %s begins without a capital", name, what);
	cr_assert_null(strstr(text, "  "), "%s: %s has two spaces", name, what);
	cr_assert_null(strchr(text, '\n'), "%s: %s has a line break", name, what);
}

Test(catalogue, every_kind_is_explained)
{
	for (int i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		const ShakedownAnomalyInfo *info = shakedown_anomaly_info((ShakedownAnomalyKind)i);

		assert_prose(info->name, "meaning", info->meaning);
		assert_prose(info->name, "detected", info->detected);
		assert_prose(info->name, "innocent", info->innocent);
		assert_prose(info->name, "action", info->action);
		cr_assert(info->rule && *info->rule, "%s", info->name);
		cr_assert_lt(info->severity, SHAKEDOWN_SEVERITIES);
		cr_assert_leq(info->scope, SHAKEDOWN_SCOPE_CAPTURE);
	}
}

Test(catalogue, severities_and_scopes_have_names)
{
	static const char *const names[] = {"info", "notice", "warning", "critical"};

	for (int i = 0; i < SHAKEDOWN_SEVERITIES; i++) {
		ShakedownSeverity severity;
		cr_assert_str_eq(shakedown_severity_name((ShakedownSeverity)i), names[i]);
		cr_assert(shakedown_severity_from_name(names[i], &severity));
		cr_assert_eq((int)severity, i);
	}
	cr_assert_not(shakedown_severity_from_name("fatal", &(ShakedownSeverity){0}));
	cr_assert_not(shakedown_severity_from_name("", &(ShakedownSeverity){0}));
	cr_assert_str_eq(shakedown_scope_name(SHAKEDOWN_SCOPE_SERVICE), "service");
	cr_assert_str_eq(shakedown_scope_name(SHAKEDOWN_SCOPE_CAPTURE), "capture");
}

static void assert_explained(const char *name, const char *group)
{
	for (size_t i = shakedown_explain_lookup(name, 0); i < shakedown_explain_count();
	     i = shakedown_explain_lookup(name, i + 1))
		if (strcmp(shakedown_explain_at(i).group, group) == 0)
			return;
	cr_assert_fail("%s is not explained as a %s", name, group);
}

Test(explain, knows_every_word_of_a_record)
{
	for (int i = 0; i < SHAKEDOWN_TCP_STATES; i++)
		assert_explained(shakedown_tcp_state_name((ShakedownTcpState)i), "state");
	for (int i = 0; i < SHAKEDOWN_EVIDENCES; i++)
		assert_explained(shakedown_evidence_name((ShakedownEvidence)i),
				 "evidence of a state");
	for (int i = 0; i <= SHAKEDOWN_ROLE_FIRST_PACKET; i++)
		assert_explained(shakedown_role_basis_name((ShakedownRoleBasis)i),
				 "basis of roles");
	for (int i = 0; i < SHAKEDOWN_HANDSHAKE_KINDS; i++)
		assert_explained(shakedown_handshake_kind_name((ShakedownHandshakeKind)i),
				 "handshake kind");
	for (int i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		assert_explained(shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)i),
				 "handshake outcome");
	for (int i = 0; i < SHAKEDOWN_TEARDOWN_KINDS; i++)
		assert_explained(shakedown_teardown_kind_name((ShakedownTeardownKind)i),
				 "teardown kind");
	for (int i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++)
		assert_explained(shakedown_teardown_outcome_name((ShakedownTeardownOutcome)i),
				 "teardown outcome");
}

Test(explain, pictures_are_small_and_ascii)
{
	for (size_t i = 0; i < shakedown_explain_count(); i++) {
		ShakedownExplanation e = shakedown_explain_at(i);
		size_t lines = 0;

		cr_assert(e.name && e.group && e.meaning);
		assert_prose(e.name, "meaning", e.meaning);
		if (!e.picture)
			continue;
		for (const char *p = e.picture; *p; p = strchr(p, '\n') + 1, lines++)
			cr_assert_leq(strcspn(p, "\n"), 64, "%s", e.name);
		cr_assert_leq(lines, 8, "%s", e.name);
		cr_assert_geq(lines, 3, "%s", e.name);
		cr_assert(g_str_is_ascii(e.picture), "%s", e.name);
	}
}

/* Kinds and outcomes say how they are known and what to do; most can be drawn. */
Test(explain, outcomes_are_whole)
{
	unsigned outcomes = 0, pictures = 0;

	for (size_t i = 0; i < shakedown_explain_count(); i++) {
		ShakedownExplanation e = shakedown_explain_at(i);

		if (!e.anomaly && !g_str_has_suffix(e.group, "outcome"))
			continue;
		outcomes++;
		pictures += e.picture != NULL;
		cr_assert(e.detected && e.innocent && e.action, "%s: %s", e.group, e.name);
	}
	cr_assert_geq(pictures * 10, outcomes * 7, "%u of %u are drawn", pictures, outcomes);
}

/* "see fin-unanswered": a reference leads somewhere. */
Test(explain, references_lead_somewhere)
{
	for (size_t i = 0; i < shakedown_explain_count(); i++) {
		ShakedownExplanation e = shakedown_explain_at(i);
		const char *texts[] = {e.meaning, e.innocent, e.action};

		for (size_t t = 0; t < G_N_ELEMENTS(texts); t++)
			for (const char *p = texts[t]; p && (p = strstr(p, "ee ")); p++) {
				const char *word = p + 3;
				size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz-");
				g_autofree char *name = g_strndup(word, len);

				if ((p[-1] != 's' && p[-1] != 'S') || !strchr(name, '-'))
					continue;
				cr_assert_lt(shakedown_explain_lookup(name, 0),
					     shakedown_explain_count(), "%s refers to %s", e.name,
					     name);
			}
	}
}

Test(explain, takes_names_as_people_write_them)
{
	static const char *const names[][2] = {
		{"time-wait", "TIME-WAIT"},   {"TIME_WAIT", "TIME-WAIT"},
		{"SYN-RECV", "SYN-RECEIVED"}, {"syn_recv", "SYN-RECEIVED"},
		{"estab", "ESTABLISHED"},     {"FIN_WAIT1", "FIN-WAIT-1"},
		{"Syn-Flood", "syn-flood"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		size_t at = shakedown_explain_lookup(names[i][0], 0);
		cr_assert_lt(at, shakedown_explain_count(), "%s", names[i][0]);
		cr_assert_str_eq(shakedown_explain_at(at).name, names[i][1]);
	}
	cr_assert_eq(shakedown_explain_lookup("time-wai", 0), shakedown_explain_count());
	cr_assert_eq(shakedown_explain_lookup("", 0), shakedown_explain_count());
	cr_assert_str_eq(shakedown_explain_nearest("time-wai"), "TIME-WAIT");
	cr_assert_str_eq(shakedown_explain_nearest("syn-flod"), "syn-flood");
	cr_assert_null(shakedown_explain_nearest("quux"));
}

Test(explain, one_name_may_mean_several_things)
{
	size_t first = shakedown_explain_lookup("reset", 0);
	size_t second = shakedown_explain_lookup("reset", first + 1);

	cr_assert_str_eq(shakedown_explain_at(first).group, "teardown kind");
	cr_assert_str_eq(shakedown_explain_at(second).group, "teardown outcome");
	cr_assert_eq(shakedown_explain_lookup("reset", second + 1), shakedown_explain_count());
}

Test(explain, placeholders_become_values)
{
	ShakedownConfig config;
	const ShakedownConfigKey *keys[4];

	shakedown_config_init(&config);
	config.syn_timeout = 1500000000;
	g_autofree char *text = shakedown_explain_expand(
		"a ${syn_timeout}, ${flood_syns} ${nothing} ${msl", &config);
	cr_assert_str_eq(text, "a 1500ms, 200 ${nothing} ${msl");
	g_autofree char *nested = shakedown_explain_expand("${${msl}} ${", NULL);
	cr_assert_str_eq(nested, "${30s} ${");
	cr_assert_eq(shakedown_explain_keys("${msl} ${msl} ${x} ${flood_syns}", keys, 4), 2);
	cr_assert_str_eq(keys[1]->name, "flood_syns");
	cr_assert_eq(shakedown_explain_keys(NULL, keys, 4), 0);
	cr_assert_eq(shakedown_explain_keys("${msl} ${flood_syns}", keys, 1), 1);
}

Test(explain, no_placeholder_is_left_over)
{
	for (size_t i = 0; i < shakedown_explain_count(); i++) {
		ShakedownExplanation e = shakedown_explain_at(i);
		const char *texts[] = {e.meaning, e.detected, e.innocent, e.action};

		for (size_t t = 0; t < G_N_ELEMENTS(texts); t++) {
			if (!texts[t])
				continue;
			g_autofree char *text = shakedown_explain_expand(texts[t], NULL);
			cr_assert_null(strstr(text, "${"), "%s: %s", e.name, text);
		}
	}
}
