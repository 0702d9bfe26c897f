/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of an input: looked at, asleep, awake, over. */
#include "capture/input.h"

#include <shakedown/capture.h>

#include <string.h>
#include <unistd.h>

#define QUEUE 256

void input_init(Input *input, InputPath *path, const SourceOptions *how)
{
	*input = (Input){.path = path->path,
			 .found = path->found,
			 .how = *how,
			 .latest = INT64_MIN,
			 .state = INPUT_ASLEEP};
	path->path = NULL;
	input->name = g_strdup(strcmp(input->path, "-") ? input->path : "standard input");
}

static void drop(Input *input)
{
	g_clear_pointer(&input->reader, reader_free);
	g_clear_pointer(&input->source, source_free);
	g_clear_pointer(&input->queue, g_free);
	input->head = input->len = 0;
}

void input_clear(Input *input)
{
	drop(input);
	g_free(input->path);
	g_free(input->name);
	g_free(input->problem);
}

bool input_open(Input *input, uint32_t *interfaces, GError **error)
{
	input->source = source_open(input->path, &input->how, error);
	if (!input->source)
		return false;
	input->reader = reader_open(input->source, input->name, interfaces, error);
	if (!input->reader)
		return false;
	input->format = input->reader->format;
	input->state = INPUT_AWAKE;
	return true;
}

/* A directory is read as it is at some moment: files in it come and go, and some are no captures.
 * One that may not be read, though, is missed. */
static bool may_be_left_out(const Input *input, const GError *error)
{
	return input->found &&
	       (!g_error_matches(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN) ||
		access(input->path, F_OK) != 0);
}

bool input_probe(Input *input, uint32_t *interfaces, GError **error)
{
	g_autoptr(GError) why = NULL;
	const uint32_t labels = *interfaces;

	if (!input_open(input, interfaces, &why)) {
		input_account(input);
		drop(input);
		input->state = INPUT_OVER;
		if (!may_be_left_out(input, why)) {
			g_propagate_error(error, g_steal_pointer(&why));
			return false;
		}
		input->left_out = true;
		input->problem = g_strdup(why->message);
		return true;
	}
	input_account(input);
	if (input_fill(input, interfaces) && stream_file_is_regular(input->source->file)) {
		drop(input);
		input->state = INPUT_ASLEEP;
		/* They are given when it is opened for good. */
		*interfaces = labels;
	}
	return true;
}

static void wake(Input *input, uint32_t *interfaces)
{
	g_autoptr(GError) error = NULL;

	if (input_open(input, interfaces, &error))
		return;
	/* It was there a moment ago. */
	drop(input);
	input->problem = g_strdup(error->message);
	input->state = INPUT_OVER;
}

/* There are no more packets: closes the file. */
static void end(Input *input)
{
	input_account(input);
	input->problem = g_steal_pointer(&input->reader->problem);
	input->state = INPUT_OVER;
	g_clear_pointer(&input->reader, reader_free);
	g_clear_pointer(&input->queue, g_free);
	source_close(input->source);
}

bool input_fill(Input *input, uint32_t *interfaces)
{
	if (input->state == INPUT_ASLEEP)
		wake(input, interfaces);
	if (input->state == INPUT_OVER)
		return false;
	if (input->head == input->len) {
		if (!input->queue)
			input->queue = g_new(ShakedownPacket, QUEUE);
		input->head = 0;
		input->len = reader_read(input->reader, input->queue, QUEUE);
		input->drained = input->len < QUEUE;
	}
	if (input->len == 0) {
		end(input);
		return false;
	}
	const ShakedownPacket *next = &input->queue[input->head];
	input->time = next->time;
	if (!input->has_first) {
		input->has_first = true;
		input->first_link_type = next->link_type;
	}
	return true;
}

bool input_ready(const Input *input, int milliseconds)
{
	if (input->state != INPUT_AWAKE || input->head < input->len || !input->drained)
		return true;
	return stream_file_ready(input->source->file, milliseconds);
}

bool input_release(Input *input, const SourceHeld *held)
{
	Source *source = input->source;

	if (!source)
		return false;
	/* While it is awake, what is in its own queue lies in the current chunk. */
	source_release(source, held);
	if (input->state == INPUT_OVER && !source_holds(source, held))
		g_clear_pointer(&input->source, source_free);
	return input->source != NULL;
}

void input_account(Input *input)
{
	if (input->reader) {
		input->dropped = input->reader->dropped;
		input->end = input->reader->end;
	}
	if (!input->source || !input->source->file)
		return;
	input->bytes = stream_file_position(input->source->file);
	input->size = stream_file_size(input->source->file);
}

const char *input_problem(const Input *input)
{
	if (input->problem)
		return input->problem;
	return input->reader && input->head == input->len ? input->reader->problem : NULL;
}
