/* SPDX-License-Identifier: BSD-3-Clause */
/* The anomalies, and what to ask next. */
#include "report/anomaly-text.h"
#include "report/report-text.h"

enum {
	SEVERITY = 8,
	COUNT = 7,
	KIND = 25,
	ONE_LINE = 140, /* columns from which a kind stands in one line, its sentence from there */
	ONE_LINE_COLUMN = 90,
	LISTED_LEAST = 3,
	COMMANDS = 5
};

/* To be told whom it concerns: the number of one connection says that. */
static bool has_name(const ReportProblem *k)
{
	return k->who[0] && (k->count > 1 || k->connection == 0);
}

/* "12×  WARNING  missing-third-ack  22:37:41.123, frame 88"; returns the column after it. */
static unsigned put_problem(ReportText *self, const ReportProblem *k)
{
	TextLayout *text = &self->text;
	char count[REPORT_COUNT_LEN + 4], when[32];

	size_t len = report_format_count(count, k->count);
	g_strlcpy(count + len, text->ascii ? "x" : "×", sizeof(count) - len);
	anomaly_when(k->time, false, when);
	text_cell(text, TEXT_BOLD, count, COUNT, TEXT_RIGHT, TEXT_CUT_END);
	text_spaces(text, 2);
	text_cell(text, text_severity_style(k->severity), anomaly_severity_word(k->severity),
		  SEVERITY, TEXT_LEFT, TEXT_CUT_END);
	text_spaces(text, 2);
	text_cell(text, TEXT_BOLD, shakedown_anomaly_info(k->kind)->name, KIND, TEXT_LEFT,
		  TEXT_CUT_END);
	g_string_printf(self->line, "  %s", when);
	if (k->frame > 0)
		g_string_append_printf(self->line, ", frame %" G_GUINT64_FORMAT, (guint64)k->frame);
	if (has_name(k) && text->width >= ONE_LINE)
		g_string_append_printf(self->line, ", %s", k->who);
	else if (k->count == 1 && k->connection > 0)
		g_string_append_printf(self->line, ", conn %" G_GUINT64_FORMAT,
				       (guint64)k->connection);
	unsigned at = COUNT + 2 + SEVERITY + 2 + KIND;
	return at + text_last_cell(text, TEXT_DIM, self->line->str, text->width - at, TEXT_CUT_END);
}

/* What happened, and to whom where the line above has no room for that: first, as the end may be
 * cut. The ends of one connection are not worth a line of their own. */
static void say(ReportText *self, const ReportProblem *k, unsigned columns)
{
	const bool wide = self->text.width >= ONE_LINE;
	/* A byte takes a column at the most. */
	const bool fits = strlen(k->example) + strlen(k->who) + strlen(" ()") <= columns;

	if (has_name(k) && !wide)
		g_string_printf(self->line, "%s: %s", k->who, k->example);
	else if (k->who[0] && !has_name(k) && (self->verbose || fits))
		g_string_printf(self->line, "%s (%s)", k->example, k->who);
	else
		g_string_assign(self->line, k->example);
}

/* The sentence, in so many lines at most. */
static void put_example(ReportText *self, const ReportProblem *k, unsigned at, unsigned lines)
{
	TextLayout *text = &self->text;
	unsigned column = COUNT + 2;

	if (text->width >= ONE_LINE) {
		column = MAX(at + 2, (unsigned)ONE_LINE_COLUMN);
		text_spaces(text, column - at);
	} else {
		text_newline(text);
		text_spaces(text, column);
	}
	say(self, k, text->width > column ? text->width - column : 0);
	text_wrap_within(text, TEXT_PLAIN, self->line->str, column, column, lines);
}

/* The kinds of those that are not listed: each once, those that are listed nowhere else first. */
static void put_rest(ReportText *self, size_t listed)
{
	uint64_t left[SHAKEDOWN_ANOMALY_KINDS];
	char count[REPORT_COUNT_LEN + 1];

	memcpy(left, self->kinds, sizeof(left));
	for (size_t i = 0; i < listed; i++)
		left[((const ReportProblem *)g_ptr_array_index(self->problems, i))->kind]--;
	count[report_format_count(count, self->problems_len - listed)] = '\0';
	g_string_printf(self->line, "and %s more:", count);
	const char *comma = " ";
	for (unsigned i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		if (left[i] == 0)
			continue;
		g_string_append_printf(self->line, "%s%s", comma,
				       shakedown_anomaly_info((ShakedownAnomalyKind)i)->name);
		if (left[i] > 1)
			g_string_append_printf(self->line, " %s%" G_GUINT64_FORMAT,
					       self->text.ascii ? "x" : "×", (guint64)left[i]);
		comma = ", ";
	}
	text_spaces(&self->text, COUNT + 2);
	(void)text_last_cell(&self->text, TEXT_DIM, self->line->str, self->text.width - COUNT - 2,
			     TEXT_CUT_END);
	text_newline(&self->text);
}

void report_findings(ReportText *self, unsigned lines)
{
	const unsigned least = self->text.width >= ONE_LINE ? 1 : 2; /* of each */
	const guint listed = MIN(self->problems->len, MAX(lines / least, LISTED_LEAST));
	unsigned left = MAX(lines, listed * least);

	report_heading(self, "Anomalies");
	anomaly_counts_put(&self->text, self->severities, self->stands_for);
	for (guint i = 0; i < listed; i++) {
		const ReportProblem *problem = g_ptr_array_index(self->problems, i);
		unsigned begin = self->text.lines;
		/* What the others do not need. */
		unsigned most = left - (listed - i) * least + 1;

		put_example(self, problem, put_problem(self, problem), most);
		left -= self->text.lines - begin;
	}
	if (self->problems_len > listed)
		put_rest(self, listed);
}

typedef struct {
	char *command[COMMANDS];
	const char *why[COMMANDS];
	unsigned n;
} Commands;

static void add_command(Commands *commands, const char *why, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static void add_command(Commands *commands, const char *why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	commands->command[commands->n] = g_strdup_vprintf(format, args);
	va_end(args);
	commands->why[commands->n++] = why;
}

/* The commands, and what they show beside them where there is room for it. */
static void put_commands(TextLayout *text, const Commands *commands)
{
	unsigned widest = 0, why = 0;

	for (unsigned i = 0; i < commands->n; i++) {
		widest = MAX(widest, (unsigned)strlen(commands->command[i]));
		why = MAX(why, (unsigned)strlen(commands->why[i]));
	}
	for (unsigned i = 0; i < commands->n; i++) {
		text_spaces(text, 2);
		unsigned at = text_put(text, TEXT_NOTICE, commands->command[i]);
		if (widest + why + 5 <= text->width && at <= widest) {
			text_spaces(text, widest - at + 3);
			text_put(text, TEXT_DIM, commands->why[i]);
		}
		text_newline(text);
	}
}

static bool wider_than_one(const ReportText *self)
{
	return ((const ReportProblem *)g_ptr_array_index(self->problems, 0))->who[0];
}

void report_next(ReportText *self, const ShakedownCaptureInfo *capture)
{
	size_t n = self->problems->len;
	const char *words = self->words ? self->words : "FILE";
	Commands commands = {0};
	uint64_t connection = 0;

	/* What passed an interface cannot be asked again. */
	bool live = capture && capture->live;

	if ((self->connections == 0 || live) && n == 0)
		return;
	for (size_t i = 0; i < n && connection == 0; i++)
		connection =
			((const ReportProblem *)g_ptr_array_index(self->problems, i))->connection;
	/* What is wrong with a service or a host does not show in the first connection there is. */
	if (connection == 0 && self->connections > 0 && (n == 0 || !wider_than_one(self)))
		connection = self->details[0].row.id;
	report_heading(self, "Next");
	if (connection > 0 && !live)
		add_command(&commands, "each packet, both states",
			    "shakedown ladder %s --conn %" G_GUINT64_FORMAT, words,
			    (guint64)connection);
	if (n > 0 && !live)
		add_command(&commands, "all, with display filters", "shakedown anomalies %s -v",
			    words);
	if (n > 0)
		add_command(
			&commands, "what it means, what to do", "shakedown explain %s",
			shakedown_anomaly_info(
				((const ReportProblem *)g_ptr_array_index(self->problems, 0))->kind)
				->name);
	if (self->connections > REPORT_LISTED && !live) {
		add_command(&commands, "the same by service", "shakedown %s --group-by service",
			    words);
		add_command(&commands, "one row per connection", "shakedown conns %s", words);
	}
	put_commands(&self->text, &commands);
	for (unsigned i = 0; i < commands.n; i++)
		g_free(commands.command[i]);
}
