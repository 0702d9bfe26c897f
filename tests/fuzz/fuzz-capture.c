/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The readers: the input is a capture file, of any format and compressed or not, read through the
 * public interface. It is read as a file, and once more as a pipe that gives it in pieces, in
 * batches of another size: the packets must be the same. Merged with itself it must give each of
 * them twice.
 */
#include "fuzz.h"

#include <shakedown/capture.h>

#include <string.h>

/* A few bytes can be decompressed to very many. */
#define PACKETS_MOST 20000
#define BYTES_MOST (8u << 20)

typedef struct {
	uint64_t packets, bytes, digest;
	bool opened, whole;
	const char *format; /* of the first file; static */
	char *problem;
} Reading;

static void look_at(Reading *r, const ShakedownPacket *packet)
{
	fuzz_check(packet->wire_len >= packet->captured_len, "packet %" G_GUINT64_FORMAT,
		   packet->frame);
	fuzz_check(packet->frame >= 1, "a frame without number");
	r->packets++;
	r->bytes += packet->captured_len;
	r->digest = fuzz_digest(r->digest, packet->data, packet->captured_len);
	r->digest = fuzz_digest(r->digest, &packet->wire_len, sizeof packet->wire_len);
	r->digest = fuzz_digest(r->digest, &packet->time, sizeof packet->time);
	r->digest = fuzz_digest(r->digest, &packet->frame, sizeof packet->frame);
	r->digest = fuzz_digest(r->digest, &packet->link_type, sizeof packet->link_type);
}

static void look_at_info(const Reading *r, ShakedownCapture *capture, size_t files)
{
	const ShakedownCaptureInfo *info = shakedown_capture_info(capture);

	fuzz_check(info->files_len == files && !info->left_out, "%zu files", info->files_len);
	const ShakedownCaptureFile *file = &info->files[0];
	fuzz_check(fuzz_is_line(file->name) && fuzz_is_line(file->format), "of the file");
	fuzz_check(info->packets >= info->passed, "more passed than were read");
	fuzz_check(info->disordered <= info->packets && info->clock_steps <= info->disordered,
		   "%" G_GUINT64_FORMAT " disordered", info->disordered);
	fuzz_check(!info->passed || info->first <= info->last, "times run backwards");
	fuzz_check(!file->problem || fuzz_is_line(file->problem), "the problem is no line");
	if (!r->whole)
		return;
	fuzz_check(info->passed == r->packets,
		   "%" G_GUINT64_FORMAT " passed, %" G_GUINT64_FORMAT " came", info->passed,
		   r->packets);
	fuzz_check(info->bytes == r->bytes, "of what passed");
}

static Reading read_files(const char *const *files, const char *filter, size_t room)
{
	ShakedownCaptureOptions options = {.files = files, .filter = filter};
	Reading r = {.digest = FUZZ_DIGEST};
	g_autoptr(GError) error = NULL;
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &error);

	fuzz_check(!capture == !!error, "an error and a capture, or neither");
	if (!capture) {
		fuzz_check(fuzz_is_line(error->message), "the error is no line");
		return r;
	}
	ShakedownPacket packets[64];
	size_t n = 1;
	r.opened = true;
	while (n && r.packets < PACKETS_MOST && r.bytes < BYTES_MOST) {
		n = shakedown_capture_read(capture, packets, room);
		fuzz_check(n <= room, "%zu packets in room for %zu", n, room);
		/* Only now: those of a batch must be there together. */
		for (size_t i = 0; i < n; i++)
			look_at(&r, &packets[i]);
	}
	r.whole = n == 0;
	if (r.whole)
		fuzz_check(shakedown_capture_read(capture, packets, room) == 0,
			   "the end is not the end");
	look_at_info(&r, capture, g_strv_length((char **)files));
	r.format = g_intern_string(shakedown_capture_info(capture)->files[0].format);
	const char *problem = shakedown_capture_problem(capture);
	fuzz_check(!problem || fuzz_is_line(problem), "the problem is no line");
	/* It begins with the path. */
	r.problem = g_strdup(problem ? strstr(problem, ": ") : NULL);
	return r;
}

static Reading read_all(const char *path, const char *filter, size_t room)
{
	const char *files[] = {path, NULL};

	return read_files(files, filter, room);
}

/* Two files: each is opened, closed, and opened again when its time has come. */
static void merge_with_itself(const char *path, const Reading *once, size_t room)
{
	const char *files[] = {path, path, NULL};
	Reading twice = read_files(files, NULL, room);

	fuzz_check(once->opened == twice.opened, "one can be opened, two cannot");
	fuzz_check(!once->whole || !twice.whole ||
			   (twice.packets == 2 * once->packets && twice.bytes == 2 * once->bytes),
		   "%" G_GUINT64_FORMAT " packets, and %" G_GUINT64_FORMAT " of two", once->packets,
		   twice.packets);
	fuzz_check(!once->whole || !twice.whole || !once->problem == !twice.problem,
		   "a problem that one has and two have not");
	g_free(twice.problem);
}

/*
 * What a decompressor has put out before it finds its data to be corrupt depends on how much of
 * them it was given at once.
 */
static bool is_compressed(const uint8_t *data, size_t size)
{
	static const uint8_t first[] = {0x1f, 0x28, 0x04, 0xfd};

	return size && (memchr(first, data[0], sizeof first) || (data[0] & 0xf0) == 0x50);
}

static void compare(const Reading *a, const Reading *b)
{
	fuzz_check(a->opened == b->opened, "it can be opened as one, not as the other");
	/* What no magic number tells is guessed only where the whole file is there to be looked at.
	 */
	if (!a->whole || !b->whole || g_strcmp0(a->format, b->format))
		return;
	fuzz_check(a->packets == b->packets && a->digest == b->digest,
		   "%" G_GUINT64_FORMAT " packets from a file, %" G_GUINT64_FORMAT " from a pipe",
		   a->packets, b->packets);
	/* Not where in a block: one that is passed in pieces is told of by its end. */
	fuzz_check(!a->problem == !b->problem, "“%s”, “%s”", a->problem ? a->problem : "",
		   b->problem ? b->problem : "");
}

static bool is_sound(const Reading *reading)
{
	return reading->opened && !reading->problem;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No more than the least that is read at once: a pipe drops the rest of a piece. */
	static const size_t pieces[] = {1, 7, 64, 509};
	uint64_t chance = fuzz_digest(FUZZ_DIGEST, data, MIN(size, 64));
	FuzzFile file = fuzz_file_new(data, size), pipe;
	Reading whole = read_all(file.path, NULL, 64);

	/* Compiling a filter takes far longer than reading. */
	if (whole.packets && chance % 16 == 0) {
		Reading filtered = read_all(file.path, "tcp or vlan", 32);
		g_free(filtered.problem);
	}
	if (chance % 4 == 1)
		merge_with_itself(file.path, &whole, 1 + chance / 256 % 64);
	fuzz_file_clear(&file);
	size_t piece = pieces[chance / 16 % G_N_ELEMENTS(pieces)];
	while (piece < 509 && size > 200 * piece)
		piece *= 8;
	if (fuzz_pipe_new(&pipe, data, size, MIN(piece, 509))) {
		Reading pieced = read_all(pipe.path, NULL, 1 + chance / 256 % 64);

		if (!is_compressed(data, size) || (is_sound(&whole) && is_sound(&pieced)))
			compare(&whole, &pieced);
		g_free(pieced.problem);
		fuzz_file_clear(&pipe);
	}
	g_free(whole.problem);
	return 0;
}
