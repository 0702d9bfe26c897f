/* SPDX-License-Identifier: BSD-3-Clause */
/* A scenario file from the first line to the last: what it is, its connections, its stories. */
#include "scenario-reader.h"

#include <string.h>

typedef struct {
	ScenarioReader reader;
	Scenario *scenario;
	ScenarioConnection *current; /* NULL before the first */
	bool ending;		     /* in an `end` section */
	guint block;		     /* line index at which a `repeat` began */
	uint32_t times;		     /* … how often; 0: in none */
	unsigned block_number;
	guint lines; /* in all connections */
} Parser;

static ScenarioConnection *connection_new(const char *name)
{
	ScenarioConnection *connection = g_new0(ScenarioConnection, 1);

	connection->name = g_strdup(name);
	connection->repeat = 1;
	connection->lines = g_array_new(FALSE, TRUE, sizeof(ScenarioLine));
	g_array_set_clear_func(connection->lines, scenario_line_clear);
	connection->end = (ScenarioEnd){.handshake_kind = -1,
					.handshake_outcome = -1,
					.teardown_kind = -1,
					.teardown_outcome = -1,
					.first = -1,
					.time_wait = -1,
					.role = -1};
	return connection;
}

static void connection_free(gpointer data)
{
	ScenarioConnection *connection = data;

	g_array_unref(connection->lines);
	for (int side = 0; side < 2; side++)
		g_clear_pointer(&connection->end.history[side], g_array_unref);
	g_clear_pointer(&connection->end.anomalies.names, g_ptr_array_unref);
	g_free(connection->name);
	g_free(connection);
}

void scenario_free(Scenario *scenario)
{
	if (!scenario)
		return;
	g_ptr_array_unref(scenario->connections);
	g_clear_pointer(&scenario->any_anomalies.names, g_ptr_array_unref);
	g_clear_pointer(&scenario->wider_anomalies.names, g_ptr_array_unref);
	g_free(scenario->file);
	g_free(scenario->title);
	g_free(scenario->clause);
	g_free(scenario);
}

/* The rest of the line, for people. */
static bool read_text(ScenarioReader *r, const char *what, char **text)
{
	g_autoptr(GString) joined = g_string_new(NULL);

	if (*text)
		return reader_fail(r, "%s is given twice", what);
	for (char *word; (word = reader_word(r));)
		g_string_append_printf(joined, "%s%s", joined->len ? " " : "", word);
	if (!joined->len)
		return reader_unexpected(r, what, NULL);
	*text = g_strdup(joined->str);
	return true;
}

static ScenarioConnection *find_connection(const Scenario *scenario, const char *name)
{
	for (guint i = 0; i < scenario->connections->len; i++) {
		ScenarioConnection *connection = scenario->connections->pdata[i];

		if (strcmp(connection->name, name) == 0)
			return connection;
	}
	return NULL;
}

static bool read_connection_words(ScenarioReader *r, ScenarioConnection *connection)
{
	for (char *word, *value; (word = reader_word(r));) {
		bool good;

		reader_key(word, &value);
		if (strcmp(word, "at") == 0)
			good = read_seconds(r, "at", value, &connection->at);
		else if (strcmp(word, "every") == 0)
			good = read_seconds(r, "every", value, &connection->every);
		else if (strcmp(word, "repeat") == 0)
			good = read_u32(r, word, value, 1, SCENARIO_REPEAT_MOST,
					&connection->repeat);
		else if (strcmp(word, "vlan") == 0)
			good = read_vlan(r, value, connection);
		else
			good = reader_unexpected(r, "at=, repeat=, every= or vlan=", word);
		if (!good)
			return false;
	}
	return true;
}

static bool select_connection(Parser *p, const char *name)
{
	p->current = find_connection(p->scenario, name);
	p->ending = false;
	if (p->current)
		return true;
	if (p->scenario->connections->len == SCENARIO_CONNECTIONS_MOST)
		return reader_fail(&p->reader, "more than %u connections",
				   SCENARIO_CONNECTIONS_MOST);
	p->current = connection_new(name);
	g_ptr_array_add(p->scenario->connections, p->current);
	return true;
}

static bool read_connection(Parser *p)
{
	ScenarioReader *r = &p->reader;
	const char *name = reader_need(r, "a name for the connection");

	if (p->times)
		return reader_fail(r, "the repeat of line %u has no again", p->block_number);
	return name && select_connection(p, name) && read_connection_words(r, p->current);
}

/* `client` and `server` set the two ends; in an `end` section they ask for a history. */
static bool read_host(Parser *p, int side)
{
	if (!p->current && !select_connection(p, ""))
		return false;
	if (p->current->endpoint[side].addr.version)
		return reader_fail(&p->reader,
				   "the %s is given twice; a second connection begins "
				   "with: connection NAME",
				   shakedown_side_name((ShakedownSideId)side));
	return read_endpoint(&p->reader, &p->current->endpoint[side]);
}

static ShakedownDuration time_of_last(const ScenarioConnection *connection)
{
	guint n = connection->lines->len;

	return n ? g_array_index(connection->lines, ScenarioLine, n - 1).time : 0;
}

static bool add_line(Parser *p, const ScenarioLine *line)
{
	if (p->lines == SCENARIO_LINES_MOST)
		return reader_fail(&p->reader, "more than %u segments", SCENARIO_LINES_MOST);
	p->lines++;
	g_array_append_val(p->current->lines, *line);
	return true;
}

static bool read_line(Parser *p)
{
	ScenarioReader *r = &p->reader;
	ScenarioLine line;

	if (!p->current || !p->current->endpoint[0].addr.version ||
	    !p->current->endpoint[1].addr.version)
		return reader_fail(r, "client and server must be given before the first segment");
	if (!read_timed(r, p->current, time_of_last(p->current), &line) || !add_line(p, &line)) {
		scenario_line_clear(&line);
		return false;
	}
	return true;
}

static bool read_repeat(Parser *p)
{
	ScenarioReader *r = &p->reader;

	if (p->times)
		return reader_fail(r, "a repeat within the repeat of line %u", p->block_number);
	if (!p->current)
		return reader_fail(r, "client and server must be given before a repeat");
	p->block = p->current->lines->len;
	p->block_number = r->number;
	return read_u32(r, "repeat", reader_word(r), 1, SCENARIO_REPEAT_MOST, &p->times) &&
	       reader_end(r);
}

/* Repeats the lines since `repeat`, each time as much later as the block is long. */
static bool read_again(Parser *p)
{
	ScenarioReader *r = &p->reader;

	if (!p->times)
		return reader_fail(r, "again without a repeat before it");

	GArray *lines = p->current->lines;
	guint len = lines->len - p->block;
	ShakedownDuration before =
		p->block ? g_array_index(lines, ScenarioLine, p->block - 1).time : 0;
	ShakedownDuration period = len ? time_of_last(p->current) - before : 0;

	for (uint32_t i = 1; i < p->times; i++) {
		for (guint k = 0; k < len; k++) {
			ScenarioLine line = g_array_index(lines, ScenarioLine, p->block + k);

			line.time += period * i;
			if (line.time < 0 || line.time > SCENARIO_SECONDS_MOST * SHAKEDOWN_NS_PER_S)
				return reader_fail(r, "the story lasts longer than %d s",
						   SCENARIO_SECONDS_MOST);
			if (line.data)
				g_bytes_ref(line.data);
			if (!add_line(p, &line)) {
				scenario_line_clear(&line);
				return false;
			}
		}
	}
	p->times = 0;
	return reader_end(r);
}

static bool read_end(Parser *p)
{
	ScenarioReader *r = &p->reader;

	if (p->times)
		return reader_fail(r, "the repeat of line %u has no again", p->block_number);
	if (!p->current)
		return reader_fail(r, "end before any connection");
	if (p->current->end.number)
		return reader_fail(r, "this connection has its end in line %u already",
				   p->current->end.number);
	p->current->end.number = r->number;
	p->ending = true;
	return reader_end(r);
}

static bool read_snaplen(ScenarioReader *r, Scenario *scenario)
{
	return read_u32(r, "snaplen", reader_word(r), 1, 262144, &scenario->snaplen) &&
	       reader_end(r);
}

static bool read_directive(Parser *p)
{
	ScenarioReader *r = &p->reader;
	const char *word = reader_peek(r);

	if (!word)
		return true;
	if (g_ascii_isdigit(word[0]) || word[0] == '+') {
		if (p->ending)
			return reader_fail(r, "a segment after end");
		return read_line(p);
	}
	reader_word(r);
	if (strcmp(word, "connection") == 0)
		return read_connection(p);
	if (strcmp(word, "wider") == 0)
		return read_anomalies(r, &p->scenario->wider_anomalies);
	if (strcmp(word, "reported") == 0) {
		p->scenario->any_anomalies.at_least = true;
		return read_anomalies(r, &p->scenario->any_anomalies);
	}
	if (p->ending)
		return read_expectation(r, word, &p->current->end);
	if (strcmp(word, "title") == 0)
		return read_text(r, "the title", &p->scenario->title);
	if (strcmp(word, "clause") == 0)
		return read_text(r, "the clause", &p->scenario->clause);
	if (strcmp(word, "snaplen") == 0)
		return read_snaplen(r, p->scenario);
	if (strcmp(word, "client") == 0)
		return read_host(p, SHAKEDOWN_CLIENT);
	if (strcmp(word, "server") == 0)
		return read_host(p, SHAKEDOWN_SERVER);
	if (strcmp(word, "repeat") == 0)
		return read_repeat(p);
	if (strcmp(word, "again") == 0)
		return read_again(p);
	if (strcmp(word, "end") == 0)
		return read_end(p);
	return reader_unexpected(r,
				 "a time, or title, clause, snaplen, connection, client, server, "
				 "repeat, again, end, wider or reported",
				 word);
}

/* What can only be judged when the file has been read. */
static bool check_whole(Parser *p)
{
	ScenarioReader *r = &p->reader;

	if (p->times)
		return reader_fail(r, "the repeat of line %u has no again", p->block_number);
	if (!p->scenario->title)
		return reader_fail(r, "the file has no title");
	if (!p->lines)
		return reader_fail(r, "the file has no segment");
	for (guint i = 0; i < p->scenario->connections->len; i++) {
		const ScenarioConnection *c = p->scenario->connections->pdata[i];
		const ScenarioEndpoint *e = c->endpoint;

		if (!e[0].addr.version || !e[1].addr.version)
			return reader_fail(r, "connection \"%s\" has no client or no server",
					   c->name);
		if (e[0].addr.version != e[1].addr.version)
			return reader_fail(r, "connection \"%s\" has ends of two IP versions",
					   c->name);
		if (c->repeat > 1 && !c->every)
			return reader_fail(r, "connection \"%s\" repeats without every=", c->name);
	}
	return true;
}

Scenario *scenario_parse(const char *file, const char *text, size_t len, GError **error)
{
	g_autoptr(Scenario) scenario = g_new0(Scenario, 1);
	Parser p = {.reader = {.file = file, .error = error}, .scenario = scenario};

	scenario->file = g_strdup(file);
	scenario->snaplen = 262144;
	scenario->connections = g_ptr_array_new_with_free_func(connection_free);
	if (len > SCENARIO_TEXT_MOST) {
		g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_BOUND,
			    "%s: larger than %u bytes: no scenario", file, SCENARIO_TEXT_MOST);
		return NULL;
	}
	for (const char *at = text, *end = text + len; at < end;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t line_len = (size_t)((eol ? eol : end) - at);
		g_autofree char *line = g_strndup(at, line_len);

		p.reader.number++;
		if (strlen(line) != line_len)
			reader_fail(&p.reader, "a byte 0 in the text");
		else if (!g_utf8_validate(line, -1, NULL))
			reader_fail(&p.reader, "a byte that is not UTF-8 in the text");
		else if (reader_split(&p.reader, line))
			read_directive(&p);
		if (p.reader.failed)
			return NULL;
		at = eol ? eol + 1 : end;
	}
	return check_whole(&p) ? g_steal_pointer(&scenario) : NULL;
}

Scenario *scenario_load(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	gsize len = 0;

	if (!g_file_get_contents(path, &text, &len, error))
		return NULL;
	return scenario_parse(path, text, len, error);
}
