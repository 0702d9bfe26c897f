/* SPDX-License-Identifier: BSD-3-Clause */
/* Inputs and their merge. One input alone is read straight through, without a queue. */
#include "capture/merge.h"

#include "capture/order.h"

#include <shakedown/capture.h>

#include <string.h>

#define QUEUE 256

static bool input_open(Input *input, const char *path, uint32_t *interfaces, GError **error)
{
	input->name = g_strdup(strcmp(path, "-") ? path : "standard input");
	input->latest = INT64_MIN;
	input->source = source_open(path, error);
	if (!input->source)
		return false;
	input->reader = reader_open(input->source, input->name, interfaces, error);
	return input->reader != NULL;
}

bool merge_open(Merge *merge, const char *const *files, GError **error)
{
	size_t n = 0;
	while (files[n])
		n++;
	*merge = (Merge){.inputs = g_new0(Input, n), .len = n};
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; !strcmp(files[i], "-") && j < i; j++)
			if (!strcmp(files[j], "-")) {
				g_set_error(error, SHAKEDOWN_CAPTURE_ERROR,
					    SHAKEDOWN_CAPTURE_ERROR_OPEN,
					    "standard input: it can be read only once");
				return false;
			}
		if (!input_open(&merge->inputs[i], files[i], &merge->interfaces, error))
			return false;
	}
	return true;
}

void merge_clear(Merge *merge)
{
	for (size_t i = 0; i < merge->len; i++) {
		Input *input = &merge->inputs[i];
		reader_free(input->reader);
		source_free(input->source);
		g_free(input->name);
		g_free(input->queue);
	}
	g_free(merge->inputs);
}

/* Packets that are handed on now: numbers them, and watches the file's clock. */
static void account(Merge *merge, Input *input, ShakedownPacket *packets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		packets[i].frame = ++merge->frames;
		if (packets[i].time >= input->latest) {
			input->latest = packets[i].time;
			continue;
		}
		input->disordered++;
		/* After a step the clock is a new one, to which what follows is compared. */
		if (order_is_step_back(input->latest, packets[i].time)) {
			input->clock_steps++;
			input->latest = packets[i].time;
		}
	}
	input->packets += n;
}

/* False when the input has come to its end. */
static bool fill_queue(Input *input)
{
	if (input->head < input->len)
		return true;
	if (!input->queue)
		input->queue = g_new(ShakedownPacket, QUEUE);
	input->head = 0;
	input->len = reader_read(input->reader, input->queue, QUEUE);
	return input->len > 0;
}

/* The input to take from next, and the one that comes after it. */
static Input *least(Merge *merge, const Input **rival)
{
	Input *best = NULL;
	*rival = NULL;
	for (size_t i = 0; i < merge->len; i++) {
		Input *input = &merge->inputs[i];
		if (!fill_queue(input))
			continue;
		if (!best || input->queue[input->head].time < best->queue[best->head].time) {
			*rival = best;
			best = input;
		} else if (!*rival ||
			   input->queue[input->head].time < (*rival)->queue[(*rival)->head].time) {
			*rival = input;
		}
	}
	return best;
}

static bool goes_before(const Input *a, const Input *b)
{
	ShakedownTime at = a->queue[a->head].time, bt = b->queue[b->head].time;
	return at < bt || (at == bt && a < b);
}

static size_t merge_several(Merge *merge, ShakedownPacket *packets, size_t room)
{
	size_t n = 0;

	while (n < room) {
		const Input *rival;
		Input *input = least(merge, &rival);
		if (!input)
			break;
		/* A run: rotated files hardly overlap, so the others need not be asked. */
		size_t begin = n;
		do {
			packets[n++] = input->queue[input->head++];
		} while (n < room && input->head < input->len &&
			 (!rival || goes_before(input, rival)));
		account(merge, input, &packets[begin], n - begin);
	}
	return n;
}

size_t merge_read(Merge *merge, ShakedownPacket *packets, size_t room)
{
	Input *only = &merge->inputs[0];
	size_t n = 0;

	if (merge->len != 1)
		return merge_several(merge, packets, room);
	if (only->head < only->len) {
		n = MIN(room, only->len - only->head);
		memcpy(packets, &only->queue[only->head], n * sizeof *packets);
		only->head += n;
	} else {
		n = reader_read(only->reader, packets, room);
		only->drained = n < room;
	}
	account(merge, only, packets, n);
	return n;
}

bool merge_ready(const Merge *merge, int milliseconds)
{
	const Input *only = &merge->inputs[0];
	if (merge->len != 1 || !only->drained)
		return true;
	return stream_file_ready(only->source->file, milliseconds);
}

const ShakedownPacket *merge_first(Merge *merge, size_t input)
{
	Input *in = &merge->inputs[input];
	return fill_queue(in) ? &in->queue[in->head] : NULL;
}

void merge_release(Merge *merge, const ShakedownPacket *held, size_t n)
{
	for (size_t i = 0; i < merge->len; i++) {
		Input *input = &merge->inputs[i];
		if (input->source->retired->len == 0)
			continue;
		/* Its own queue lies in one chunk, which is the current one. */
		source_release(input->source, held, n);
	}
}

const char *merge_problem(const Merge *merge, size_t input)
{
	const Input *in = &merge->inputs[input];
	return in->head < in->len ? NULL : in->reader->problem;
}
