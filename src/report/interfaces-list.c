/* SPDX-License-Identifier: BSD-3-Clause */
/* The interfaces: a row each for people, a record each for programs. */
#include <glib.h>

#include <shakedown/interfaces.h>

#include "report/json.h"
#include "report/text-layout.h"

enum { NAME_COLUMNS = 15, STATE_COLUMNS = 10 };

typedef struct {
	ShakedownFormat format;
	ReportWriter writer;
	JsonWriter json;
	TextLayout text;
} List;

static const char *state_of(const ShakedownInterface *in)
{
	if (!in->up)
		return "down";
	return in->running ? "up" : "no carrier";
}

static void put_row(List *list, const ShakedownInterface *in)
{
	TextLayout *text = &list->text;
	g_autofree char *addresses = g_strjoinv(", ", (char **)in->addresses);
	const char *what = strcmp(in->name, "any") == 0 ? "all of them at once"
			   : *addresses			? addresses
							: "no address";
	const unsigned at = NAME_COLUMNS + STATE_COLUMNS + 4;

	text_cell(text, TEXT_BOLD, in->name, NAME_COLUMNS, TEXT_LEFT, TEXT_CUT_END);
	text_spaces(text, 2);
	text_cell(text, in->problem ? TEXT_NOTICE : TEXT_GOOD, state_of(in), STATE_COLUMNS,
		  TEXT_LEFT, TEXT_CUT_END);
	text_spaces(text, 2);
	text_wrap(text, TEXT_PLAIN, what, at, at);
	if (!in->problem)
		return;
	text_spaces(text, 2);
	text_wrap(text, TEXT_WARNING, in->problem, 2, 2);
}

static void put_record(List *list, const ShakedownInterface *in)
{
	JsonWriter *json = &list->json;

	json_begin(json, '{');
	json_key(json, "record");
	json_name(json, "interface");
	json_key(json, "name");
	json_string(json, in->name);
	json_key(json, "up");
	json_bool(json, in->up);
	json_key(json, "running");
	json_bool(json, in->running);
	json_key(json, "loopback");
	json_bool(json, in->loopback);
	json_key(json, "wireless");
	json_bool(json, in->wireless);
	json_key(json, "addresses");
	json_begin(json, '[');
	for (const char *const *a = in->addresses; *a; a++)
		json_string(json, *a);
	json_end(json, ']');
	json_key(json, "problem");
	json_string(json, in->problem);
	json_end(json, '}');
	if (list->format == SHAKEDOWN_FORMAT_NDJSON) {
		report_put_char(&list->writer, '\n');
		json->comma = false;
	}
}

static void put(const ShakedownInterface *in, void *data)
{
	List *list = data;

	if (list->format == SHAKEDOWN_FORMAT_TEXT)
		put_row(list, in);
	else
		put_record(list, in);
}

bool shakedown_interfaces_write(const ShakedownSinkOptions *options, GError **error)
{
	List list = {.format = options->format};
	bool document = options->format == SHAKEDOWN_FORMAT_JSON;

	if (options->format > SHAKEDOWN_FORMAT_NDJSON) {
		g_set_error_literal(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_UNSUPPORTED,
				    "interfaces are listed as text, json or ndjson");
		return false;
	}
	report_writer_init(&list.writer, options->write, options->write_data);
	json_init(&list.json, &list.writer);
	text_layout_init(&list.text, &list.writer, options);
	if (document)
		json_begin(&list.json, '[');
	bool ok = shakedown_interfaces_list(put, &list, error);
	if (document) {
		json_end(&list.json, ']');
		report_put_char(&list.writer, '\n');
	}
	if (!report_writer_flush(&list.writer) && ok) {
		g_set_error_literal(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE,
				    "the output was refused");
		ok = false;
	}
	text_layout_clear(&list.text);
	report_writer_clear(&list.writer);
	return ok;
}
