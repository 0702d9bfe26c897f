/* SPDX-License-Identifier: BSD-3-Clause */
/* What is paged through: the help, and all that is known of an anomaly. */
#include "top/draw.h"
#include "top/figures.h"

#include <string.h>

TopText *top_page_help(void)
{
	static const char *const lines[] = {
		"*Panes",
		"  1 2 3  Tab  ← →   services, connections, anomalies",
		"  ↑ ↓  j k          select; PgUp PgDn ^B ^F, ^U ^D (half), Home End g G",
		"  Enter             a service: its connections; a connection: its ladder;",
		"                    an anomaly: what it means, and from there its ladder",
		"  l  F5             the ladder at once",
		"  Esc  c            back, and without a filter",
		"",
		"*Order and choice",
		"  s  >  <  F6       sort by the next column, or the one before (▼ marks it)",
		"  r  R  I           the other way round",
		"  /  \\  F4          only rows with these words; Enter keeps, Esc drops it",
		"",
		"*Time",
		"  Space             pause: what is shown stays, packets are still read",
		"  +  -  d           look half as often, twice as often, or every so many seconds",
		"",
		"*The rest",
		"  h  ?  F1          this; q or Esc leads back",
		"  ^L                draw anew",
		"  ^Z                to the shell, as long as packets may wait; fg",
		"  q  F10  ^C        end, with the report",
		"",
		"*In a page",
		"  ↑ ↓ PgUp PgDn  Space f b  g G    up and down, as in less;  ← →  sideways",
		"",
		"*What the columns are",
		"  tries/s    first SYNs a second, over the last few seconds",
		"  ok         of the handshakes that are decided, those that came about",
		"  failed     refused, unreachable, aborted, or without answer or third ACK for",
		"             as long as the configuration says (3 s if it says nothing)",
		"  half-open  tried, and not decided yet",
		"  live       connections that are held, those lately closed among them",
		"  rtt        from SYN to SYN,ACK: the median of the latest",
		"  again      segments sent again; idle: since the last packet",
		"  times      how many anomalies of one cause this one stands for: the first is",
		"             told at once, those that follow it once a minute",
		"",
		"  A state is what is believed of that side alone: see shakedown explain.",
		"  Of services the last 4,096 are kept, of connections 2,048, of anomalies 512.",
	};
	TopText *text = top_text_new();

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		bool title = *lines[i] == '*';

		top_text_line(text, title ? TOP_BOLD : TOP_PLAIN, lines[i] + title);
	}
	return text;
}

static void put_fact(TopText *text, const char *name, const char *what, unsigned columns)
{
	enum { INDENT = 12 };
	unsigned first = text->len;

	if (!*what)
		return;
	top_text_wrap(text, TOP_PLAIN, what, columns, INDENT);
	if (text->len == first)
		return;
	/* The name stands in the first line's indentation. */
	TopLine *line = g_ptr_array_index(text, first);

	memcpy(line->text + 2, name, MIN(strlen(name), INDENT - 3));
}

static void put_paragraph(TopText *text, const char *title, const char *words, unsigned columns)
{
	if (!words)
		return;
	g_autofree char *expanded = shakedown_explain_expand(words, NULL);

	top_text_line(text, TOP_PLAIN, "");
	top_text_line(text, TOP_BOLD, title);
	top_text_wrap(text, TOP_PLAIN, expanded, columns, 2);
}

static void put_explanation(TopText *text, const char *name, unsigned columns)
{
	for (size_t i = shakedown_explain_lookup(name, 0); i < shakedown_explain_count();
	     i = shakedown_explain_lookup(name, i + 1)) {
		ShakedownExplanation e = shakedown_explain_at(i);

		if (!e.anomaly)
			continue;
		put_paragraph(text, "What it means", e.meaning, columns);
		put_paragraph(text, "No fault if", e.innocent, columns);
		put_paragraph(text, "What to do", e.action, columns);
		return;
	}
}

static void put_anomaly(TopText *text, const ShakedownBoardAnomaly *a, unsigned columns)
{
	const char *name = shakedown_anomaly_info(a->kind)->name;
	char begun[TOP_FIGURE_LEN], known[TOP_FIGURE_LEN];
	const TopStyle styles[SHAKEDOWN_SEVERITIES] = {
		[SHAKEDOWN_SEVERITY_INFO] = TOP_INFO,
		[SHAKEDOWN_SEVERITY_NOTICE] = TOP_NOTICE,
		[SHAKEDOWN_SEVERITY_WARNING] = TOP_WARNING,
		[SHAKEDOWN_SEVERITY_CRITICAL] = TOP_CRITICAL,
	};

	top_clock(begun, a->time);
	top_clock(known, a->until);
	g_autofree char *head = g_strdup_printf("%s  %s", top_severity_word(a->severity), name);
	g_autofree char *when = g_strdup_printf("%s to %s UTC", begun, known);
	g_autofree char *times =
		a->count > 1 ? g_strdup_printf("%" G_GUINT64_FORMAT " times", a->count) : NULL;

	top_text_line(text, styles[a->severity], head);
	top_text_wrap(text, TOP_PLAIN, a->summary, columns, 0);
	top_text_line(text, TOP_PLAIN, "");
	put_fact(text, "who", a->who, columns);
	put_fact(text, "when", when, columns);
	put_fact(text, "count", times ? times : "", columns);
	put_fact(text, "where", a->where, columns);
	put_fact(text, "evidence", a->evidence, columns);
	put_fact(text, "rule", a->rule, columns);
	put_fact(text, "filter", a->filter, columns);
	put_explanation(text, name, columns);
	top_text_line(text, TOP_PLAIN, "");
	top_text_line(text, TOP_DIM,
		      a->connection ? "Enter draws the ladder of its connection, Esc leads back."
				    : "Esc leads back.");
}

TopText *top_page_anomaly(const TopModel *model, uint64_t number, unsigned columns)
{
	TopText *text = top_text_new();

	for (size_t i = 0; i < model->n[TOP_ANOMALIES]; i++)
		if (model->anomalies[i]->number == number)
			put_anomaly(text, model->anomalies[i], columns);
	if (!text->len)
		top_text_line(text, TOP_DIM, "This anomaly has made room for later ones.");
	return text;
}
