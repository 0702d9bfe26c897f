/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several inputs are merged through a heap of them, by the time of the packet that comes next. One
 * alone is read straight through, without a queue.
 */
#include "capture/merge.h"

#include "capture/order.h"

#include <shakedown/capture.h>

#include <string.h>

/* From so many files on each is read in smaller pieces: they may all overlap. */
#define MANY 32
#define SMALL_CHUNK ((size_t)32 * 1024)

/* Whether a's next packet comes before b's. */
static bool goes_before(const Input *a, const Input *b)
{
	return a->time < b->time || (a->time == b->time && a < b);
}

static void sift_down(Merge *merge, size_t i)
{
	Input **heap = merge->heap, *input = heap[i];

	for (size_t child; (child = 2 * i + 1) < merge->heap_len; i = child) {
		if (child + 1 < merge->heap_len && goes_before(heap[child + 1], heap[child]))
			child++;
		if (!goes_before(heap[child], input))
			break;
		heap[i] = heap[child];
	}
	heap[i] = input;
}

static void drop_first(Merge *merge)
{
	merge->heap[0] = merge->heap[--merge->heap_len];
	if (merge->heap_len)
		sift_down(merge, 0);
}

static bool refuse(GError **error, ShakedownCaptureError code, const char *why)
{
	g_set_error_literal(error, SHAKEDOWN_CAPTURE_ERROR, (gint)code, why);
	return false;
}

/* One line for all of them: what was named, and what is wrong with the first. */
static bool refuse_all(const Merge *merge, const char *const *names, GError **error)
{
	g_autofree char *why = g_strdup_printf(
		"%s: there is no capture in it: of %zu file%s the first is %s", names[0],
		merge->len, merge->len == 1 ? "" : "s", merge->inputs[0].problem);

	return refuse(error, SHAKEDOWN_CAPTURE_ERROR_FORMAT, why);
}

static bool probe_all(Merge *merge, GError **error)
{
	bool piped = false, any = false;

	for (size_t i = 0; i < merge->len; i++) {
		Input *input = &merge->inputs[i];
		bool standard = !strcmp(input->path, "-");
		if (piped && standard)
			return refuse(error, SHAKEDOWN_CAPTURE_ERROR_OPEN,
				      "standard input: it can be read only once");
		piped = piped || standard;
		if (!input_probe(input, &merge->interfaces, error))
			return false;
		any = any || !input->left_out;
		if (input->state != INPUT_OVER)
			merge->heap[merge->heap_len++] = input;
		if (input->state == INPUT_AWAKE)
			g_ptr_array_add(merge->lent, input);
	}
	for (size_t i = merge->heap_len / 2; i-- > 0;)
		sift_down(merge, i);
	return any || !merge->len;
}

bool merge_open(Merge *merge, const char *const *names, StreamInterrupt interrupt, GError **error)
{
	g_autoptr(GArray) list = input_list(names, error);

	*merge = (Merge){.lent = g_ptr_array_new()};
	if (!list)
		return false;
	const SourceOptions how = {.chunk = list->len > MANY ? SMALL_CHUNK : SOURCE_CHUNK,
				   .interrupt = interrupt,
				   .heavy = &merge->heavy};
	merge->len = list->len;
	merge->inputs = g_new0(Input, list->len);
	merge->heap = g_new(Input *, list->len);
	for (guint i = 0; i < list->len; i++)
		input_init(&merge->inputs[i], &g_array_index(list, InputPath, i), &how);
	if (merge->len > 1 || merge->inputs[0].found) {
		GError *why = NULL;
		if (probe_all(merge, &why))
			return true;
		if (!why)
			return refuse_all(merge, names, error);
		g_propagate_error(error, why);
		return false;
	}
	if (!input_open(&merge->inputs[0], &merge->interfaces, error))
		return false;
	g_ptr_array_add(merge->lent, &merge->inputs[0]);
	return true;
}

void merge_clear(Merge *merge)
{
	for (size_t i = 0; i < merge->len; i++)
		input_clear(&merge->inputs[i]);
	g_free(merge->inputs);
	g_free(merge->heap);
	g_ptr_array_unref(merge->lent);
}

/* Packets that are handed on now: numbers them, and watches the file's clock. */
static void account(Merge *merge, Input *input, ShakedownPacket *packets, size_t n)
{
	uint64_t frame = merge->frames;
	ShakedownTime latest = input->latest;

	for (size_t i = 0; i < n; i++) {
		ShakedownTime time = packets[i].time;

		packets[i].frame = ++frame;
		if (G_LIKELY(time >= latest)) {
			latest = time;
			continue;
		}
		input->disordered++;
		/* After a step the clock is a new one, to which what follows is compared. */
		if (order_is_step_back(latest, time)) {
			input->clock_steps++;
			latest = time;
		}
	}
	merge->frames = frame;
	input->latest = latest;
	input->packets += n;
}

/* Whose packet is next; NULL at the end, or when waiting for it would hold back what is there. */
static Input *first_input(Merge *merge, bool may_wait)
{
	while (merge->heap_len) {
		Input *input = merge->heap[0];
		bool asleep = input->state == INPUT_ASLEEP;

		if (asleep || input->head == input->len) {
			if (!may_wait && !input_ready(input, 0))
				return NULL;
			if (!input_fill(input, &merge->interfaces)) {
				drop_first(merge);
				continue;
			}
			if (asleep)
				g_ptr_array_add(merge->lent, input);
			sift_down(merge, 0);
		}
		if (input == merge->heap[0])
			return input;
	}
	return NULL;
}

/* The input that comes after the first, or NULL. */
static const Input *rival_input(const Merge *merge)
{
	Input *const *heap = merge->heap;

	if (merge->heap_len < 3)
		return merge->heap_len == 2 ? heap[1] : NULL;
	return goes_before(heap[1], heap[2]) ? heap[1] : heap[2];
}

static size_t merge_several(Merge *merge, ShakedownPacket *packets, size_t room)
{
	size_t n = 0;

	while (n < room) {
		Input *input = first_input(merge, n == 0);
		if (!input)
			break;
		/* A run: rotated files hardly overlap, so the others need not be asked. */
		const Input *rival = rival_input(merge);
		size_t begin = n;
		do {
			packets[n++] = input->queue[input->head++];
			if (input->head == input->len)
				break;
			input->time = input->queue[input->head].time;
		} while (n < room && (!rival || goes_before(input, rival)));
		account(merge, input, &packets[begin], n - begin);
		if (input->head < input->len)
			sift_down(merge, 0);
	}
	return n;
}

static size_t merge_only(Merge *merge, ShakedownPacket *packets, size_t room)
{
	Input *only = &merge->inputs[0];
	size_t n = 0;

	if (only->state == INPUT_OVER)
		return 0;
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

static bool is_only(const Merge *merge)
{
	return merge->len == 1 && !merge->inputs[0].found;
}

size_t merge_read(Merge *merge, ShakedownPacket *packets, size_t room)
{
	return is_only(merge) ? merge_only(merge, packets, room)
			      : merge_several(merge, packets, room);
}

bool merge_ready(const Merge *merge, int milliseconds)
{
	if (is_only(merge))
		return input_ready(&merge->inputs[0], milliseconds);
	return !merge->heap_len || input_ready(merge->heap[0], milliseconds);
}

bool merge_first_link_type(Merge *merge, size_t i, uint32_t *link_type)
{
	Input *input = &merge->inputs[i];

	if (is_only(merge))
		input_fill(input, &merge->interfaces);
	*link_type = input->first_link_type;
	return input->has_first;
}

void merge_release(Merge *merge, const SourceHeld *held)
{
	for (guint i = merge->lent->len; i-- > 0;)
		if (!input_release(g_ptr_array_index(merge->lent, i), held))
			g_ptr_array_remove_index_fast(merge->lent, i);
}
