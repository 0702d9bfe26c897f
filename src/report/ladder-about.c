/* SPDX-License-Identifier: BSD-3-Clause */
/* Around the drawing. */
#include "report/ladder-about.h"

#include <inttypes.h>

enum { INDENT = 11 }; /* "  opening  " */

static void anomaly_clear(void *anomaly)
{
	LadderAnomaly *a = anomaly;
	g_free(a->summary);
	g_free(a->rule);
}

void ladder_about_init(LadderAbout *about)
{
	*about = (LadderAbout){.anomalies = g_array_new(FALSE, FALSE, sizeof(LadderAnomaly))};
	g_array_set_clear_func(about->anomalies, anomaly_clear);
}

static void connection_clear(LadderAbout *about)
{
	ShakedownConnection *c = &about->connection;

	for (int side = 0; side < 2; side++)
		g_free((void *)c->side[side].history);
	g_strfreev((char **)c->encapsulation);
	g_free((void *)c->truncated);
	*c = (ShakedownConnection){0};
	about->recorded = false;
}

void ladder_about_clear(LadderAbout *about)
{
	connection_clear(about);
	g_clear_pointer(&about->anomalies, g_array_unref);
}

/* The record lives only during the call: what is needed of it is copied, the rest forgotten. */
void ladder_about_connection(LadderAbout *about, const ShakedownConnection *connection)
{
	connection_clear(about);
	about->recorded = about->seen = true;
	about->connection = *connection;
	ShakedownConnection *c = &about->connection;
	for (int side = 0; side < 2; side++) {
		ShakedownSide *s = &c->side[side];
		s->history = g_memdup2(s->history, s->history_len * sizeof *s->history);
		about->addr[side] = s->addr;
		about->port[side] = s->port;
	}
	c->encapsulation = (const char *const *)g_strdupv((char **)c->encapsulation);
	c->truncated = g_strdup(c->truncated);
	c->anomalies = NULL;
	c->anomalies_len = 0;
}

void ladder_about_anomaly(LadderAbout *about, const ShakedownAnomaly *anomaly)
{
	if (about->anomalies->len >= LADDER_ANOMALIES_MAX) {
		about->anomalies_more++;
		return;
	}
	LadderAnomaly a = {.kind = anomaly->kind,
			   .severity = anomaly->severity,
			   .summary = g_strdup(anomaly->summary),
			   .rule = g_strdup(anomaly->rule),
			   .frames_len = anomaly->frames_len,
			   .frames_kept = MIN(anomaly->frames_len, LADDER_ANOMALY_FRAMES_MAX)};
	if (a.frames_kept)
		memcpy(a.frames, anomaly->frames, a.frames_kept * sizeof a.frames[0]);
	g_array_append_val(about->anomalies, a);
}

static void put_fact(TextLayout *text, const char *name, const GString *value)
{
	text_spaces(text, 2);
	text_cell(text, TEXT_DIM, name, INDENT - 2, TEXT_LEFT, TEXT_CUT_END);
	text_wrap(text, TEXT_PLAIN, value->str, INDENT, INDENT);
}

static void append_duration(GString *out, const char *before, ShakedownDuration duration,
			    bool ascii)
{
	char text[REPORT_DURATION_LEN];

	if (duration == SHAKEDOWN_DURATION_UNKNOWN)
		return;
	size_t len = report_format_duration(text, duration, ascii ? "u" : "µ");
	g_string_append_printf(out, "%s%.*s", before, (int)len, text);
}

static void append_options(GString *out, const ShakedownTcpOptions *options)
{
	if (!options->known)
		return;
	size_t before = out->len;
	if (options->mss >= 0)
		g_string_append_printf(out, ", mss %" PRId32, options->mss);
	if (options->window_scale >= 0)
		g_string_append_printf(out, ", wscale %d", options->window_scale);
	if (options->sack_permitted)
		g_string_append(out, ", sack");
	if (options->timestamps)
		g_string_append(out, ", timestamps");
	if (options->fast_open >= 0)
		g_string_append(out, options->fast_open ? ", fast open with cookie"
							: ", fast open, no cookie yet");
	if (options->mptcp >= 0)
		g_string_append_printf(out, ", mptcp v%d", options->mptcp);
	if (options->md5)
		g_string_append(out, ", md5");
	if (options->ao)
		g_string_append(out, ", ao");
	if (out->len > before)
		g_string_overwrite(out, before, " ("), g_string_append_c(out, ')');
	else
		g_string_append(out, " (no options)");
}

static void put_sides(const LadderAbout *about, TextLayout *text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	char endpoint[REPORT_ENDPOINT_LEN];

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		size_t len =
			report_format_endpoint(endpoint, &about->addr[side], about->port[side]);
		g_string_truncate(line, 0);
		g_string_append_len(line, endpoint, (gssize)len);
		if (about->recorded) {
			append_options(line, &about->connection.side[side].options);
			if (!about->connection.side[side].seen)
				g_string_append(line, ", none of its packets captured");
		}
		put_fact(text, shakedown_side_name(side), line);
	}
}

static void put_opening(const ShakedownConnection *c, TextLayout *text)
{
	const ShakedownHandshake *h = &c->handshake;
	g_autoptr(GString) line = g_string_new(NULL);

	if (h->outcome == SHAKEDOWN_HANDSHAKE_NOT_CAPTURED) {
		g_string_append(line, "not captured");
	} else {
		/* What was not completed has no kind that would say anything. */
		if (h->kind != SHAKEDOWN_HANDSHAKE_KIND_NOT_CAPTURED &&
		    (h->kind != SHAKEDOWN_HANDSHAKE_THREE_WAY ||
		     h->outcome == SHAKEDOWN_HANDSHAKE_COMPLETE))
			g_string_append_printf(line, "%s, ",
					       shakedown_handshake_kind_name(h->kind));
		g_string_append(line, shakedown_handshake_outcome_name(h->outcome));
		append_duration(line, ", server leg ", h->server_rtt, text->ascii);
		append_duration(line, ", client leg ", h->client_rtt, text->ascii);
		if (h->tap == SHAKEDOWN_TAP_NEAR_CLIENT)
			g_string_append(line, ", tap near the client");
		if (h->tap == SHAKEDOWN_TAP_NEAR_SERVER)
			g_string_append(line, ", tap near the server");
		if (h->syn > 1)
			g_string_append_printf(line, ", %" PRIu32 " SYNs", h->syn);
		if (h->syn_ack > 1)
			g_string_append_printf(line, ", %" PRIu32 " SYN,ACKs", h->syn_ack);
	}
	put_fact(text, "opening", line);
}

static void put_closing(const ShakedownConnection *c, TextLayout *text)
{
	const ShakedownTeardown *t = &c->teardown;
	g_autoptr(GString) line = g_string_new(NULL);

	bool reset = t->kind == SHAKEDOWN_TEARDOWN_KIND_RESET;
	if (t->kind != SHAKEDOWN_TEARDOWN_KIND_NONE && !reset)
		g_string_append_printf(line, "%s, ", shakedown_teardown_kind_name(t->kind));
	g_string_append(line, shakedown_teardown_outcome_name(t->outcome));
	bool opened = t->outcome != SHAKEDOWN_TEARDOWN_NEVER_OPENED;
	int8_t who = reset ? t->reset_by : t->first;
	if (opened && (who == SHAKEDOWN_CLIENT || who == SHAKEDOWN_SERVER))
		g_string_append_printf(line, reset ? " by the %s" : ", %s first",
				       shakedown_side_name((ShakedownSideId)who));
	append_duration(line, ", half-closed for ", t->half_closed, text->ascii);
	if (t->time_wait == 2)
		g_string_append(line, ", both in TIME-WAIT");
	else if (t->time_wait >= 0)
		g_string_append_printf(line, ", TIME-WAIT at the %s",
				       shakedown_side_name((ShakedownSideId)t->time_wait));
	put_fact(text, "closing", line);
}

static void put_time(const ShakedownConnection *c, TextLayout *text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	char start[REPORT_TIME_LEN];
	size_t len = report_format_time(start, c->start);

	g_string_append_len(line, start, (gssize)len);
	append_duration(line, ", lasted ", ladder_elapsed(c->start, c->end), text->ascii);
	g_string_append_printf(line, ", frames %" PRIu64 "%s%" PRIu64, c->first_frame,
			       text->ascii ? "-" : "–", c->last_frame);
	put_fact(text, "start", line);
}

static void put_rest(const ShakedownConnection *c, TextLayout *text)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (const char *const *e = c->encapsulation; e && *e; e++)
		g_string_append_printf(line, "%s%s", line->len ? ", " : "", *e);
	if (line->len)
		put_fact(text, "inside", line);
	switch (c->role_basis) {
	case SHAKEDOWN_ROLE_SYN:
	case SHAKEDOWN_ROLE_SYN_ACK:
		break;
	case SHAKEDOWN_ROLE_PORTS:
		g_string_assign(line, "client and server told apart by their ports");
		put_fact(text, "roles", line);
		break;
	case SHAKEDOWN_ROLE_FIRST_PACKET:
		g_string_assign(line, "unknown; called client is who sent the first packet");
		put_fact(text, "roles", line);
		break;
	}
	if (c->truncated) {
		g_string_printf(line, "the record ends before the connection: %s", c->truncated);
		put_fact(text, "cut short", line);
	}
}

void ladder_about_head(const LadderAbout *about, TextLayout *text)
{
	g_autofree char *title = g_strdup_printf("Connection %" PRIu64, about->id);

	text_put(text, TEXT_BOLD, title);
	text_newline(text);
	put_sides(about, text);
	if (about->recorded) {
		put_opening(&about->connection, text);
		put_closing(&about->connection, text);
		put_time(&about->connection, text);
		put_rest(&about->connection, text);
	}
	text_newline(text);
}

static void put_anomaly(const LadderAnomaly *a, TextLayout *text)
{
	g_autoptr(GString) line = g_string_new(NULL);

	text_spaces(text, 2);
	text_cell(text, text_severity_style(a->severity), shakedown_severity_name(a->severity),
		  INDENT - 2, TEXT_LEFT, TEXT_CUT_END);
	g_string_printf(line, "%s: %s", shakedown_anomaly_info(a->kind)->name,
			a->summary ? a->summary : "");
	text_wrap(text, TEXT_PLAIN, line->str, INDENT, INDENT);
	g_string_truncate(line, 0);
	for (size_t i = 0; i < a->frames_kept; i++)
		g_string_append_printf(line, "%s%" PRIu64,
				       i		   ? ", "
				       : a->frames_len > 1 ? "frames "
							   : "frame ",
				       a->frames[i]);
	if (a->frames_len > a->frames_kept)
		g_string_append(line, text->ascii ? " ..." : " …");
	if (a->rule)
		g_string_append_printf(line, line->len ? " (%s)" : "%s", a->rule);
	if (!line->len)
		return;
	text_spaces(text, INDENT);
	text_wrap(text, TEXT_DIM, line->str, INDENT, INDENT);
}

static void put_sign(TextLayout *text, const char *sign, unsigned columns, const char *meaning)
{
	text_spaces(text, 2);
	text_cell(text, TEXT_BOLD, sign, columns, TEXT_LEFT, TEXT_CUT_END);
	text_spaces(text, 2);
	text_wrap(text, TEXT_PLAIN, meaning, columns + 4, columns + 4);
}

static void put_legend(const LadderNumbers *numbers, const LadderBeliefs *beliefs,
		       LadderBrevity brevity, TextLayout *text)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) meaning = g_string_new(NULL);
	unsigned columns = strlen("STATE?");

	for (unsigned i = 0; ladder_numbers_legend(numbers, i, name, meaning); i++)
		columns = MAX(columns, text_width(name->str, name->len));
	for (unsigned i = 0; ladder_numbers_legend(numbers, i, name, meaning); i++)
		put_sign(text, name->str, columns, meaning->str);
	if (beliefs->doubt)
		put_sign(text, "STATE?", columns,
			 "by what passed the tap the side should be there; no later segment of its "
			 "own confirms it");
	if (beliefs->assumed)
		put_sign(text, "STATE~", columns, "assumed: the capture begins in the middle");
	if (brevity != LADDER_FULL) {
		g_string_printf(meaning, "data: the %s not written, for want of room",
				brevity == LADDER_BRIEF ? "flag ACK is" : "flags ACK and PSH are");
		put_sign(text, "len=", columns, meaning->str);
	}
}

void ladder_about_foot(const LadderAbout *about, const LadderNumbers *numbers,
		       const LadderBeliefs *beliefs, LadderBrevity brevity, TextLayout *text)
{
	if (about->anomalies->len) {
		text_newline(text);
		text_put(text, TEXT_BOLD, "Anomalies");
		text_newline(text);
	}
	for (unsigned i = 0; i < about->anomalies->len; i++)
		put_anomaly(&g_array_index(about->anomalies, LadderAnomaly, i), text);
	if (about->anomalies_more) {
		g_autofree char *more =
			g_strdup_printf("and %" PRIu64 " more", about->anomalies_more);
		text_spaces(text, INDENT);
		text_put(text, TEXT_DIM, more);
		text_newline(text);
	}
	text_newline(text);
	text_put(text, TEXT_BOLD, "Legend");
	text_newline(text);
	put_legend(numbers, beliefs, brevity, text);
}
