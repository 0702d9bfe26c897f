/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How handshakes and teardowns came out, in which states both sides were left, how long the
 * handshakes took: two blocks side by side.
 */
#include "report/conn-cell.h"
#include "report/conn-row.h"
#include "report/report-text.h"

/* The rows of a block: a name, a count, its share, a bar. */
typedef struct {
	const char *name;
	uint64_t count;
	TextStyle style;
} Share;

typedef struct {
	Share rows[SHAKEDOWN_TCP_STATES * SHAKEDOWN_TCP_STATES];
	unsigned n;
	unsigned name_columns;
	uint64_t whole;
} Shares;

enum { INDENT = 2, GAP = 3, COUNT = 9, PERCENT = 6, BAR_MOST = 24, LEG = 10, SIDE_BY_SIDE = 80 };

/* Where two blocks do not fit beside one another, they stand below one another. */
static bool stacked(const ReportText *self)
{
	return self->text.width < SIDE_BY_SIDE;
}

static unsigned block_columns(const ReportText *self)
{
	return stacked(self) ? self->text.width - INDENT : (self->text.width - INDENT - GAP) / 2;
}

static void put_bar(TextLayout *text, TextStyle style, uint64_t part, uint64_t whole,
		    unsigned columns)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	if (whole == 0 || columns == 0)
		return;
	unsigned n = (unsigned)((double)part / (double)whole * columns * 8 + 0.5);
	if (n == 0 && part > 0)
		n = 1;
	text_style_on(text, style);
	for (unsigned i = 0; i < n / 8; i++)
		report_put(text->out, text->ascii ? "#" : "█");
	if (text->ascii)
		report_put(text->out, n % 8 >= 4 || n < 8 ? "#" : "");
	else
		report_put(text->out, eighths[n % 8]);
	text_style_off(text, style);
	unsigned taken = n / 8 + (text->ascii ? n % 8 >= 4 || n < 8 : n % 8 > 0);
	text_spaces(text, columns > taken ? columns - taken : 0);
}

static void put_share(TextLayout *text, const Shares *shares, unsigned i, unsigned columns)
{
	char number[REPORT_GROUPED_LEN + 1], percent[REPORT_PERCENT_LEN + 1];

	if (i >= shares->n) {
		text_spaces(text, columns);
		return;
	}
	const Share *row = &shares->rows[i];
	unsigned fixed = shares->name_columns + COUNT + PERCENT;
	unsigned bar = columns > fixed + 1 ? MIN(columns - fixed - 1, BAR_MOST) : 0;
	size_t len = report_format_grouped(number, row->count);
	if (len >= COUNT)
		len = report_format_count(number, row->count);
	number[len] = '\0';
	percent[report_format_percent(percent, row->count, shares->whole)] = '\0';
	text_cell(text, row->style, row->name, shares->name_columns, TEXT_LEFT, TEXT_CUT_END);
	text_cell(text, TEXT_PLAIN, number, COUNT, TEXT_RIGHT, TEXT_CUT_END);
	text_cell(text, TEXT_DIM, percent, PERCENT, TEXT_RIGHT, TEXT_CUT_END);
	if (bar > 0) {
		text_spaces(text, 1);
		put_bar(text, row->style, row->count, shares->whole, bar);
		fixed += 1 + bar;
	}
	text_spaces(text, columns > fixed ? columns - fixed : 0);
}

static void add_share(Shares *shares, const char *name, uint64_t count, TextStyle style)
{
	shares->whole += count;
	if (count > 0)
		shares->rows[shares->n++] = (Share){name, count, style};
}

static void put_title(ReportText *self, const char *title)
{
	text_spaces(&self->text, INDENT);
	text_put(&self->text, TEXT_BOLD, title);
	text_newline(&self->text);
}

typedef void (*RowFunc)(ReportText *self, const Shares *shares, unsigned i);

/* Two blocks, the left one of shares, the right one of whatever put_right writes. */
static void put_blocks(ReportText *self, const char *left_title, const Shares *left,
		       const char *right_title, const Shares *right, RowFunc put_right,
		       unsigned right_rows)
{
	TextLayout *text = &self->text;
	unsigned columns = MAX(block_columns(self), left->name_columns + COUNT + PERCENT);
	/* A left block that is wider than its half moves the right one on. */
	unsigned whole = MAX(block_columns(self) + GAP, columns + 1);
	bool stack = stacked(self);
	unsigned rows = stack ? left->n : MAX(left->n, right_rows);

	if (stack) {
		put_title(self, left_title);
	} else {
		text_spaces(text, INDENT);
		text_cell(text, TEXT_BOLD, left_title, whole, TEXT_LEFT, TEXT_CUT_END);
		text_put(text, TEXT_BOLD, right_title);
		text_newline(text);
	}
	for (unsigned i = 0; i < rows; i++) {
		text_spaces(text, INDENT);
		put_share(text, left, i, columns);
		if (!stack) {
			text_spaces(text, whole - columns);
			put_right(self, right, i);
		}
		text_newline(text);
	}
	if (!stack)
		return;
	text_newline(text);
	put_title(self, right_title);
	for (unsigned i = 0; i < right_rows; i++) {
		text_spaces(text, INDENT);
		put_right(self, right, i);
		text_newline(text);
	}
}

static void put_right_share(ReportText *self, const Shares *shares, unsigned i)
{
	put_share(&self->text, shares, i, block_columns(self));
}

void report_outcomes(ReportText *self, const ShakedownSummary *summary)
{
	g_autofree Shares *left = g_new0(Shares, 1), *right = g_new0(Shares, 1);

	if (!summary)
		return;
	left->name_columns = right->name_columns = 14;
	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++) {
		ShakedownHandshakeOutcome outcome = (ShakedownHandshakeOutcome)i;
		add_share(left, shakedown_handshake_outcome_name(outcome), summary->handshakes[i],
			  conn_handshake_style(outcome));
	}
	for (unsigned i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++) {
		ShakedownTeardownOutcome outcome = (ShakedownTeardownOutcome)i;
		add_share(right, shakedown_teardown_outcome_name(outcome), summary->teardowns[i],
			  conn_teardown_style(outcome));
	}
	report_heading(self, "Connections");
	put_blocks(self, "handshake", left, "teardown", right, put_right_share, right->n);
}

/* The pairs of states, the most frequent first; what is beyond the most is one row of others. */
static void rank_pairs(ReportText *self, Shares *shares, unsigned most)
{
	uint64_t rest = 0;

	for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES * SHAKEDOWN_TCP_STATES; i++) {
		unsigned client = i / SHAKEDOWN_TCP_STATES, server = i % SHAKEDOWN_TCP_STATES;
		uint64_t count = self->pairs[client][server];
		g_string_printf(self->line, "%s / %s", conn_state_short((ShakedownTcpState)client),
				conn_state_short((ShakedownTcpState)server));
		add_share(shares,
			  count ? g_string_chunk_insert_const(self->strings, self->line->str) : "",
			  count, TEXT_PLAIN);
	}
	for (unsigned i = 1; i < shares->n; i++) {
		Share row = shares->rows[i];
		unsigned at = i;
		for (; at > 0 && shares->rows[at - 1].count < row.count; at--)
			shares->rows[at] = shares->rows[at - 1];
		shares->rows[at] = row;
	}
	if (shares->n <= most)
		return;
	for (unsigned i = most - 1; i < shares->n; i++)
		rest += shares->rows[i].count;
	shares->rows[most - 1] = (Share){"others", rest, TEXT_DIM};
	shares->n = most;
}

static void put_leg(ReportText *self, const char *name, Quantiles *leg, const uint8_t *percents,
		    unsigned n)
{
	char text[REPORT_DURATION_LEN + 1];

	text_cell(&self->text, TEXT_PLAIN, name, LEG, TEXT_LEFT, TEXT_CUT_END);
	for (unsigned i = 0; i < n; i++) {
		ShakedownDuration value = quantiles_at(leg, percents[i]);
		text[report_format_duration(text, value, "µ")] = '\0';
		text_cell(&self->text, TEXT_PLAIN, text, 9, TEXT_RIGHT, TEXT_CUT_END);
	}
}

/* Row i of the block on the right: the quantiles of both legs, and what the legs are. */
static void put_legs(ReportText *self, const Shares *shares, unsigned i)
{
	static const uint8_t percents[] = {50, 95, 100};
	static const char *const titles[] = {"median", "95 %", "max"};

	if (i == 0) {
		text_spaces(&self->text, LEG);
		for (unsigned k = 0; k < G_N_ELEMENTS(titles); k++)
			text_cell(&self->text, TEXT_DIM, titles[k], 9, TEXT_RIGHT, TEXT_CUT_END);
	} else if (i == 1) {
		put_leg(self, "server leg", &self->server_leg, percents, G_N_ELEMENTS(percents));
	} else if (i == 2) {
		put_leg(self, "client leg", &self->client_leg, percents, G_N_ELEMENTS(percents));
	} else if (i == 3) {
		text_put(&self->text, TEXT_DIM, "server: SYN to SYN,ACK");
	} else if (i == 4) {
		text_put(&self->text, TEXT_DIM, "client: SYN,ACK to ACK");
	}
}

void report_states(ReportText *self)
{
	g_autofree Shares *pairs = g_new0(Shares, 1);

	pairs->name_columns = 23; /* FIN-WAIT-1 / CLOSE-WAIT */
	rank_pairs(self, pairs, self->verbose ? 64 : 5);
	text_newline(&self->text);
	put_blocks(self, "states at the end, client / server", pairs, "handshake times", NULL,
		   put_legs, 5);
	g_string_truncate(self->line, 0);
}
