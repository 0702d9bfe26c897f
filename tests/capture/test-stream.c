/* SPDX-License-Identifier: BSD-3-Clause */
/* Pipes, standard input, compressed files, files that shrink while they are read. */
#include "writer.h"

#include "capture/source.h"

#include <bzlib.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static Writer many_packets(guint n, uint32_t len)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	for (guint i = 0; i < n; i++)
		pcap_packet(&w, i, 0, i, len);
	return w;
}

static void assert_all(const Got *got, size_t n)
{
	cr_assert_null(got->error, "%s", got->error ? got->error->message : "");
	cr_assert_null(got->problem, "%s", got->problem);
	cr_assert_eq(got_len(got), n);
	for (size_t i = 0; i < n; i++)
		assert_pattern(got, i, i);
}

/* Somebody who writes to a pipe, in pieces. */
typedef struct {
	int fd;
	const uint8_t *data;
	size_t len, piece;
} Feeder;

static gpointer feed(gpointer data)
{
	Feeder *f = data;
	while (f->len) {
		ssize_t n = write(f->fd, f->data, MIN(f->piece, f->len));
		if (n <= 0)
			break;
		f->data += n;
		f->len -= (size_t)n;
	}
	close(f->fd);
	return NULL;
}

Test(stream, standard_input_may_be_a_pipe_that_dribbles)
{
	static const size_t pieces[] = {1, 17, 1000, 65536};
	Writer w = many_packets(300, 99);
	int saved = dup(0);
	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		int fds[2];
		cr_assert_eq(pipe(fds), 0);
		dup2(fds[0], 0);
		close(fds[0]);
		Feeder feeder = {fds[1], w.bytes->data, w.bytes->len, pieces[i]};
		GThread *thread = g_thread_new("feeder", feed, &feeder);
		Got got = read_file("-");
		g_thread_join(thread);
		assert_all(&got, 300);
		cr_assert_eq(got.file_size, 0);
		cr_assert_eq(got.file_bytes, w.bytes->len);
		got_clear(&got);
	}
	dup2(saved, 0);
	writer_free(&w);
}

static bool it_was(void *data)
{
	++*(unsigned *)data;
	return true;
}

static bool it_was_at_last(void *data)
{
	return ++*(unsigned *)data > 2;
}

/* What was written until then is read; nothing more is waited for, whenever the signal came. */
Test(stream, a_pipe_that_is_silent_is_given_up, .timeout = 60)
{
	bool (*const interrupted[])(void *data) = {it_was, it_was_at_last};

	for (size_t i = 0; i < G_N_ELEMENTS(interrupted); i++) {
		unsigned asked = 0;
		int fds[2];
		cr_assert_eq(pipe(fds), 0);
		cr_assert_eq(write(fds[1], "0123456789", 10), 10);
		g_autofree char *path = g_strdup_printf("/dev/fd/%d", fds[0]);
		g_autoptr(GError) error = NULL;
		StreamFile *file =
			stream_file_open(path, (StreamInterrupt){interrupted[i], &asked}, &error);
		cr_assert_not_null(file, "%s", error ? error->message : "");
		Stream *stream = stream_of_file(file);
		uint8_t got[16];

		cr_assert_eq(stream->read(stream, got, sizeof got), 10);
		cr_assert_eq(stream->read(stream, got, sizeof got), 0);
		cr_assert_null(stream->problem);
		stream_free(stream);
		close(fds[0]);
		close(fds[1]);
		cr_assert_eq(asked, i ? 3 : 2);
	}
}

Test(stream, a_fifo_is_read_like_a_file)
{
	Writer w = many_packets(5000, 700);
	g_autofree char *dir = g_dir_make_tmp("capture-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "fifo", NULL);
	cr_assert_eq(mkfifo(path, 0600), 0);
	/* Both ends, so that opening does not wait. */
	int fd = open(path, O_RDWR);
	Feeder feeder = {open(path, O_WRONLY), w.bytes->data, w.bytes->len, 4096};
	GThread *thread = g_thread_new("feeder", feed, &feeder);
	g_autoptr(GError) error = NULL;
	const char *files[] = {path, NULL};
	ShakedownCaptureOptions options = {.files = files, .count = 5000};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &error);
	ShakedownPacket packets[64];
	size_t total = 0, n;

	cr_assert_not_null(capture);
	while ((n = shakedown_capture_read(capture, packets, 64)) > 0)
		total += n;
	cr_assert_eq(total, 5000);
	g_thread_join(thread);
	close(fd);
	g_unlink(path);
	g_rmdir(dir);
	writer_free(&w);
}

Test(stream, packets_do_not_wait_for_a_pipe_that_is_silent, .timeout = 20)
{
	Writer w = many_packets(3, 50);
	int fds[2], saved = dup(0);
	cr_assert_eq(pipe(fds), 0);
	dup2(fds[0], 0);
	cr_assert_eq(write(fds[1], w.bytes->data, w.bytes->len), w.bytes->len);
	g_autoptr(GError) error = NULL;
	const char *files[] = {"-", NULL};
	ShakedownCaptureOptions options = {.files = files};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &error);
	ShakedownPacket packets[64];
	size_t got = 0;

	cr_assert_not_null(capture);
	/* The writer is still there, and never ends: the three come nevertheless. */
	while (got < 3)
		got += shakedown_capture_read(capture, packets, 64);
	cr_assert_eq(packets[0].frame == 3 || got == 3, true);
	close(fds[1]);
	cr_assert_eq(shakedown_capture_read(capture, packets, 64), 0);
	cr_assert_null(shakedown_capture_problem(capture));
	dup2(saved, 0);
	writer_free(&w);
}

/* Each appends one member or frame that holds these bytes. */
typedef void (*Compress)(GByteArray *out, const uint8_t *data, size_t len);

static void compress_gzip(GByteArray *out, const uint8_t *data, size_t len)
{
	z_stream z = {.next_in = (z_const Bytef *)data, .avail_in = (uInt)len};
	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	g_autofree uint8_t *buffer = g_malloc(deflateBound(&z, len));
	z.next_out = buffer;
	z.avail_out = (uInt)deflateBound(&z, len);
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	g_byte_array_append(out, buffer, (guint)z.total_out);
	deflateEnd(&z);
}

static void compress_zstd(GByteArray *out, const uint8_t *data, size_t len)
{
	size_t bound = ZSTD_compressBound(len);
	g_autofree uint8_t *buffer = g_malloc(bound);
	ZSTD_CCtx *z = ZSTD_createCCtx();
	/* As the zstd program does. */
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	size_t n = ZSTD_compress2(z, buffer, bound, data, len);
	cr_assert_not(ZSTD_isError(n));
	g_byte_array_append(out, buffer, (guint)n);
	ZSTD_freeCCtx(z);
}

static void compress_lz4(GByteArray *out, const uint8_t *data, size_t len)
{
	/* With a checksum, so that damage is noticed. */
	LZ4F_preferences_t preferences = {.frameInfo.contentChecksumFlag =
						  LZ4F_contentChecksumEnabled};
	size_t bound = LZ4F_compressFrameBound(len, &preferences);
	g_autofree uint8_t *buffer = g_malloc(bound);
	size_t n = LZ4F_compressFrame(buffer, bound, data, len, &preferences);
	cr_assert_not(LZ4F_isError(n));
	g_byte_array_append(out, buffer, (guint)n);
}

static void compress_xz(GByteArray *out, const uint8_t *data, size_t len)
{
	size_t bound = lzma_stream_buffer_bound(len), n = 0;
	g_autofree uint8_t *buffer = g_malloc(bound);
	cr_assert_eq(
		lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data, len, buffer, &n, bound),
		LZMA_OK);
	g_byte_array_append(out, buffer, (guint)n);
}

static void compress_bzip2(GByteArray *out, const uint8_t *data, size_t len)
{
	unsigned n = (unsigned)(len + len / 100 + 600);
	g_autofree char *buffer = g_malloc(n);
	g_autofree char *copy = g_memdup2(data, len ? len : 1);
	cr_assert_eq(BZ2_bzBuffToBuffCompress(buffer, &n, copy, (unsigned)len, 1, 0, 0), BZ_OK);
	g_byte_array_append(out, (const uint8_t *)buffer, n);
}

static const struct {
	const char *name;
	Compress compress;
} codecs[] = {
	{"gzip", compress_gzip}, {"zstd", compress_zstd},   {"lz4", compress_lz4},
	{"xz", compress_xz},	 {"bzip2", compress_bzip2},
};

Test(stream, compressed_files_are_read_as_what_is_in_them)
{
	Writer w = many_packets(3000, 400);
	for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
		g_autoptr(GByteArray) one = g_byte_array_new();
		codecs[i].compress(one, w.bytes->data, w.bytes->len);
		Got got = read_bytes(one->data, one->len);
		assert_all(&got, 3000);
		cr_assert_eq(got.file_size, one->len);
		cr_assert_eq(got.file_bytes, one->len, "%s", codecs[i].name);
		got_clear(&got);
	}
	writer_free(&w);
}

Test(stream, members_and_frames_follow_one_another)
{
	Writer w = many_packets(1000, 300);
	for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
		g_autoptr(GByteArray) all = g_byte_array_new();
		static const size_t cuts[] = {0, 3, 3, 100000, 100001, 300000};
		for (size_t c = 0; c < G_N_ELEMENTS(cuts); c++) {
			size_t end = c + 1 < G_N_ELEMENTS(cuts) ? cuts[c + 1] : w.bytes->len;
			codecs[i].compress(all, w.bytes->data + cuts[c], end - cuts[c]);
		}
		Got got = read_bytes(all->data, all->len);
		assert_all(&got, 1000);
		got_clear(&got);
	}
	writer_free(&w);
}

Test(stream, compressed_files_cut_anywhere_yield_what_they_can)
{
	Writer w = many_packets(200, 300);
	for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
		g_autoptr(GByteArray) one = g_byte_array_new();
		codecs[i].compress(one, w.bytes->data, w.bytes->len);
		size_t most = 0;
		for (guint len = 8; len < one->len; len += 1 + one->len / 150) {
			Got got = read_bytes(one->data, len);
			const char *problem = got.error ? got.error->message : got.problem;
			cr_assert_not_null(problem, "%s cut at %u", codecs[i].name, len);
			cr_assert(strstr(problem, codecs[i].name), "%s cut at %u: %s",
				  codecs[i].name, len, problem);
			cr_assert_leq(got_len(&got), 200);
			cr_assert_geq(got_len(&got), most);
			most = got_len(&got);
			for (size_t k = 0; k < got_len(&got); k++)
				assert_pattern(&got, k, k);
			got_clear(&got);
		}
	}
	writer_free(&w);
}

/* How many bytes of a bzip2 stream its first block takes, of so many: what comes out by then. */
static guint first_block_end(const GByteArray *stream, uint8_t *out, unsigned room)
{
	bz_stream z = {.next_out = (char *)out, .avail_out = room};
	guint len = 0;

	cr_assert_eq(BZ2_bzDecompressInit(&z, 0, 0), BZ_OK);
	for (; z.avail_out == room && len < stream->len; len++) {
		z.next_in = (char *)stream->data + len;
		z.avail_in = 1;
		cr_assert_eq(BZ2_bzDecompress(&z), BZ_OK);
	}
	BZ2_bzDecompressEnd(&z);
	return len;
}

/* A block is larger than what is read at once, and nothing of the next one is there. */
Test(stream, a_block_of_bzip2_that_is_whole_is_read_whole)
{
	Writer w = many_packets(4000, 400);
	unsigned n = w.bytes->len + w.bytes->len / 100 + 600, room = 1000000;
	g_autofree char *buffer = g_malloc(n);
	g_autofree uint8_t *out = g_malloc(room);

	cr_assert_eq(
		BZ2_bzBuffToBuffCompress(buffer, &n, (char *)w.bytes->data, w.bytes->len, 9, 0, 0),
		BZ_OK);
	GByteArray stream = {.data = (guint8 *)buffer, .len = n};
	guint end = first_block_end(&stream, out, room);
	Got got = read_bytes(stream.data, end);
	cr_assert_gt(got_len(&got), 2000, "%zu packets of %u bytes", got_len(&got), end);
	got_clear(&got);
	writer_free(&w);
}

/* All that such a file holds is there; only the sum over it is not right, or is not there. */
Test(stream, a_wrong_checksum_at_the_end_costs_no_packet)
{
	static const guint lens[] = {1, 5, 200, 3000};
	for (size_t k = 0; k < G_N_ELEMENTS(lens); k++) {
		Writer w = many_packets(lens[k], 300);
		for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
			g_autoptr(GByteArray) one = g_byte_array_new();
			codecs[i].compress(one, w.bytes->data, w.bytes->len);
			/* gzip's length stands behind its sum; xz has its index and footer there.
			 */
			guint sum = codecs[i].compress == compress_gzip ? 8
				    : codecs[i].compress == compress_xz ? 28
									: 4;
			for (int cut = 0; cut <= 1; cut++) {
				one->data[one->len - sum] ^= 0x55;
				Got got = read_bytes(one->data, one->len - (cut ? sum : 0));
				one->data[one->len - sum] ^= 0x55;
				cr_assert_not_null(got.problem, "%s, %u packets", codecs[i].name,
						   lens[k]);
				cr_assert_eq(got_len(&got), lens[k], "%s: %zu of %u packets",
					     codecs[i].name, got_len(&got), lens[k]);
				got_clear(&got);
			}
		}
		writer_free(&w);
	}
}

Test(stream, damaged_compressed_files_are_survived_and_told)
{
	Writer w = many_packets(200, 300);
	g_autoptr(GRand) random = g_rand_new_with_seed(99);
	for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
		g_autoptr(GByteArray) one = g_byte_array_new();
		codecs[i].compress(one, w.bytes->data, w.bytes->len);
		for (int round = 0; round < 100; round++) {
			g_autofree uint8_t *bad = g_memdup2(one->data, one->len);
			for (int flips = 0; flips < 8; flips++)
				bad[g_rand_int_range(random, 6, (gint32)one->len)] ^=
					(uint8_t)g_rand_int_range(random, 1, 256);
			Got got = read_bytes(bad, one->len);
			cr_assert(got.error || got.problem, "%s, round %d", codecs[i].name, round);
			got_clear(&got);
		}
	}
	writer_free(&w);
}

Test(stream, what_follows_gzip_data_is_padding_or_a_problem)
{
	Writer w = many_packets(3, 30);
	g_autoptr(GByteArray) out = g_byte_array_new();
	compress_gzip(out, w.bytes->data, w.bytes->len);
	g_byte_array_append(out, (const uint8_t[512]){0}, 512);
	Got got = read_bytes(out->data, out->len);
	assert_all(&got, 3);
	got_clear(&got);
	g_byte_array_append(out, (const uint8_t *)"junk", 4);
	got = read_bytes(out->data, out->len);
	cr_assert_eq(got_len(&got), 3);
	cr_assert(strstr(got.problem, "left out"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

Test(stream, a_file_that_shrinks_while_it_is_read_ends_there)
{
	Writer w = many_packets(4000, 1000);
	char *path = writer_file(&w);
	g_autoptr(GError) error = NULL;
	const char *files[] = {path, NULL};
	ShakedownCaptureOptions options = {.files = files};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &error);
	ShakedownPacket packets[64];
	size_t total = 0, n, sum = 0;

	cr_assert_not_null(capture);
	cr_assert_eq(shakedown_capture_read(capture, packets, 64), 64);
	cr_assert_eq(truncate(path, 0), 0);
	/* Also those of the batch that is out. */
	for (size_t i = 0; i < 64; i++)
		cr_assert_eq(packets[i].data[999], pattern(i, 999));
	while ((n = shakedown_capture_read(capture, packets, 64)) > 0)
		for (size_t i = 0; i < n; i++, total++)
			sum += packets[i].data[packets[i].captured_len - 1];
	cr_assert_lt(total, 4000);
	cr_assert_neq(sum, 0);
	cr_assert(strstr(shakedown_capture_problem(capture), "cut short"));
	remove_file(path);
	writer_free(&w);
}

Test(source, allocates_what_is_there_and_not_what_is_claimed)
{
	g_autofree uint8_t *data = g_malloc0(SOURCE_CHUNK + 1000);
	char *path = bytes_file(data, SOURCE_CHUNK + 1000);
	Source *source = source_open(path, &(SourceOptions){.chunk = SOURCE_CHUNK}, NULL);
	cr_assert_null(source_peek(source, SIZE_MAX / 4, true));
	cr_assert_eq(source_left(source), SOURCE_CHUNK + 1000);
	cr_assert_eq(source->chunk.size, 2 * SOURCE_CHUNK);
	source_free(source);
	remove_file(path);
}

Test(source, skips_in_constant_memory)
{
	enum { MIB = 40 };
	g_autofree uint8_t *data = g_malloc0((size_t)MIB << 20);
	g_autoptr(GByteArray) out = g_byte_array_new();
	compress_gzip(out, data, (size_t)MIB << 20);
	char *path = bytes_file(out->data, out->len);
	Source *source = source_open(path, &(SourceOptions){.chunk = SOURCE_CHUNK}, NULL);
	cr_assert_not_null(source_peek(source, 10, true));
	source->lent = true;
	cr_assert(source_skip(source, ((uint64_t)MIB << 20) - 5));
	cr_assert_eq(source_offset(source), ((uint64_t)MIB << 20) - 5);
	cr_assert_eq(source->retired->len, 1);
	source_release(source, &(SourceHeld){NULL, 0, 0, false});
	cr_assert_eq(source->retired->len, 0);
	cr_assert_not(source_skip(source, 6));
	source_free(source);
	remove_file(path);
}
