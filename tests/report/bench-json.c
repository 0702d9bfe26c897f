/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a connection's record costs: this project's JSON writer against GLib's JSON library, which
 * builds a tree of each record first. The tree is built anew for each record from the same calls
 * that a sink would have to make; here by reading it from the record's text, outside the clock, and
 * replaying it through JsonBuilder, inside.
 */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "report/record.h"
#include "samples.h"

static bool swallow(const void *bytes, size_t len, void *data)
{
	*(uint64_t *)data += len;
	return true;
}

static void replay(JsonBuilder *builder, JsonNode *node)
{
	if (JSON_NODE_HOLDS_OBJECT(node)) {
		JsonObjectIter iter;
		const char *name;
		JsonNode *value;
		json_builder_begin_object(builder);
		json_object_iter_init_ordered(&iter, json_node_get_object(node));
		while (json_object_iter_next_ordered(&iter, &name, &value)) {
			json_builder_set_member_name(builder, name);
			replay(builder, value);
		}
		json_builder_end_object(builder);
	} else if (JSON_NODE_HOLDS_ARRAY(node)) {
		JsonArray *array = json_node_get_array(node);
		json_builder_begin_array(builder);
		for (guint i = 0; i < json_array_get_length(array); i++)
			replay(builder, json_array_get_element(array, i));
		json_builder_end_array(builder);
	} else if (json_node_is_null(node)) {
		json_builder_add_null_value(builder);
	} else if (json_node_get_value_type(node) == G_TYPE_STRING) {
		json_builder_add_string_value(builder, json_node_get_string(node));
	} else if (json_node_get_value_type(node) == G_TYPE_BOOLEAN) {
		json_builder_add_boolean_value(builder, json_node_get_boolean(node));
	} else if (json_node_get_value_type(node) == G_TYPE_DOUBLE) {
		json_builder_add_double_value(builder, json_node_get_double(node));
	} else {
		json_builder_add_int_value(builder, json_node_get_int(node));
	}
}

static double ours(unsigned n, uint64_t *bytes)
{
	ReportWriter writer;
	JsonWriter json;
	ShakedownConnection c = sample_connection(SAMPLE_GRACEFUL, 1);

	report_writer_init(&writer, swallow, bytes);
	json_init(&json, &writer);
	gint64 start = g_get_monotonic_time();
	for (unsigned i = 0; i < n; i++) {
		json.comma = false;
		record_connection(&json, &c);
		report_put_char(&writer, '\n');
	}
	(void)report_writer_flush(&writer);
	gint64 took = g_get_monotonic_time() - start;
	report_writer_clear(&writer);
	return (double)took / n;
}

static double theirs(unsigned n, uint64_t *bytes)
{
	Catch caught;
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonParser) parser = json_parser_new();
	SampleKind kind = SAMPLE_GRACEFUL;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_NDJSON, 0, &caught);
	sample_run(&options, &kind, 1);
	if (!json_parser_load_from_data(parser, caught.text->str, -1, &error))
		g_error("%s", error->message);
	gint64 start = g_get_monotonic_time();
	for (unsigned i = 0; i < n; i++) {
		g_autoptr(JsonBuilder) builder = json_builder_new();
		replay(builder, json_parser_get_root(parser));
		g_autoptr(JsonNode) root = json_builder_get_root(builder);
		g_autoptr(JsonGenerator) generator = json_generator_new();
		json_generator_set_root(generator, root);
		gsize len;
		g_autofree char *text = json_generator_to_data(generator, &len);
		*bytes += text ? len : 0;
	}
	gint64 took = g_get_monotonic_time() - start;
	catch_clear(&caught);
	return (double)took / n;
}

int main(void)
{
	uint64_t bytes = 0, other_bytes = 0;
	double a = ours(500000, &bytes), b = theirs(10000, &other_bytes);

	printf("a record of %u bytes: %.2f µs, %.0f MB/s; JsonBuilder and JsonGenerator %.1f µs: "
	       "%.0f times as long\n",
	       (unsigned)(bytes / 500000), a, (double)bytes / (a * 500000), b, b / a);
	return bytes > 0 && other_bytes > 0 ? 0 : 1;
}
