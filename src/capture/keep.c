/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/keep.h"

#include "capture/keep-files.h"
#include "capture/pcapng-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BUFFER ((guint)256 * 1024)
#define FLUSH_EVERY G_USEC_PER_SEC
#define TRY_EVERY G_USEC_PER_SEC
#define SNAPLEN_USUAL 262144
/* So many a section has at most, or nobody reads it. */
#define DESCRIBED_MOST 65536

/* An interface as a file describes it: a label may come to have another link type. */
typedef struct {
	uint32_t label, link_type;	   /* first: they are the key */
	uint32_t number;		   /* in the file that is open, if it stands there */
	bool known;			   /* something was said of it */
	uint64_t pending;		   /* lost, and not yet told with a packet */
	bool counted;			   /* by the kernel: packets of files are not */
	PcapngWriterCounts counts, before; /* now, and when the file began */
	char *name, *filter;
	uint32_t snaplen;
} KeepInterface;

struct _Keep {
	ShakedownKeepOptions options;
	char *path; /* as given; of the file that is open, name */
	char *name;
	KeepFiles files;
	bool rotates;
	int fd;			   /* -1: none is open */
	bool failed;		   /* it cannot be written any more: the next file may be */
	uint64_t size;		   /* of the file, with what is buffered, but for its end */
	ShakedownTime start, last; /* of the packets in it */
	int64_t flushed;	   /* µs, monotonic */
	int64_t refused;	   /* … when a file could not be opened; 0: it could */
	int refusal;		   /* … and why: errno */
	GByteArray *buffer;
	GPtrArray *interfaces; /* of KeepInterface: those that packets came from, … */
	GHashTable *by_label;  /* … and by label and link type, … */
	KeepInterface *latest; /* … and the last one that was asked for */
	GPtrArray *described;  /* … and those that stand in this file, by number */
	GPtrArray *known;      /* of KeepInterface, by label: what was said of them */
	char *problem;
};

static void interface_free(gpointer data)
{
	KeepInterface *i = data;

	g_free(i->name);
	g_free(i->filter);
	g_free(i);
}

static guint interface_hash(gconstpointer data)
{
	const KeepInterface *i = data;

	return i->label * 0x9e3779b1u ^ i->link_type;
}

static gboolean interface_equal(gconstpointer a, gconstpointer b)
{
	const KeepInterface *x = a, *y = b;

	return x->label == y->label && x->link_type == y->link_type;
}

static void fail(Keep *k, int err)
{
	k->failed = true;
	g_autofree char *line =
		g_strdup_printf("%s: %s; packets from here on are not kept%s", k->name,
				g_strerror(err), k->rotates ? ", but in the next file" : "");
	if (k->options.remark)
		k->options.remark(line, k->options.data);
	if (!k->problem)
		k->problem = g_steal_pointer(&line);
}

/* What was written of a block that is not whole goes, so that the file can be read to its end. */
static void cut_to_blocks(Keep *k, size_t written)
{
	const uint8_t *bytes = k->buffer->data;
	size_t whole = 0, next = 0;
	off_t end = lseek(k->fd, 0, SEEK_CUR);
	uint32_t len;

	while (next <= written) {
		whole = next;
		memcpy(&len, bytes + whole + sizeof len, sizeof len);
		next += len;
	}
	if (end >= 0 && written > whole && ftruncate(k->fd, end - (off_t)(written - whole)) != 0)
		return; /* whoever reads it is told where it ends */
}

static void flush(Keep *k)
{
	const uint8_t *at = k->buffer->data;
	size_t left = k->buffer->len;

	while (left && !k->failed) {
		ssize_t n = write(k->fd, at, left);

		if (n >= 0) {
			at += n;
			left -= (size_t)n;
		} else if (errno != EINTR) {
			fail(k, errno);
			cut_to_blocks(k, k->buffer->len - left);
		}
	}
	g_byte_array_set_size(k->buffer, 0);
	k->flushed = g_get_monotonic_time();
}

static bool open_file(Keep *k, const char *name, GError **error)
{
	k->fd = strcmp(name, "-") == 0 ? dup(STDOUT_FILENO)
				       : open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (k->fd < 0) {
		k->refusal = errno;
		g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_WRITE,
			    "%s: packets cannot be kept: %s", name, g_strerror(k->refusal));
		return false;
	}
	k->failed = false;
	k->refused = 0;
	g_ptr_array_set_size(k->described, 0);
	pcapng_write_section(k->buffer);
	k->size = k->buffer->len;
	return true;
}

Keep *keep_open(const ShakedownKeepOptions *options, GError **error)
{
	Keep *k = g_new0(Keep, 1);

	k->options = *options;
	k->path = g_strdup(options->path);
	k->rotates = options->rotate_size || options->rotate_time;
	k->fd = -1;
	k->buffer = g_byte_array_sized_new(BUFFER + 65536);
	k->interfaces = g_ptr_array_new_with_free_func(interface_free);
	k->by_label = g_hash_table_new(interface_hash, interface_equal);
	k->described = g_ptr_array_new();
	k->known = g_ptr_array_new_with_free_func(interface_free);
	if (k->rotates)
		keep_files_init(&k->files, k->path, options->keep);
	/* The first of several is named by its first packet; whether it can be is found out now. */
	g_autofree char *directory = g_path_get_dirname(k->path);
	if (k->rotates && access(directory, W_OK | X_OK) == 0)
		return k;
	if (k->rotates)
		g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_WRITE,
			    "%s: packets cannot be kept in this directory: %s", directory,
			    g_strerror(errno));
	else if (open_file(k, k->path, error)) {
		k->name = g_strdup(k->path);
		flush(k);
		return k;
	}
	keep_free(k);
	return NULL;
}

static void close_file(Keep *k, ShakedownTime end)
{
	if (k->fd < 0)
		return;
	for (guint i = 0; i < k->described->len; i++) {
		const KeepInterface *in = g_ptr_array_index(k->described, i);
		PcapngWriterCounts counts = {
			.received = in->counts.received - in->before.received,
			.kernel_dropped = in->counts.kernel_dropped - in->before.kernel_dropped,
			.card_dropped = in->counts.card_dropped - in->before.card_dropped,
			.start = k->start,
			.end = MAX(end, k->last),
		};
		if (in->counted)
			pcapng_write_statistics(k->buffer, i, &counts);
	}
	flush(k);
	if (close(k->fd) != 0 && !k->failed)
		fail(k, errno);
	k->fd = -1;
}

void keep_free(Keep *k)
{
	if (!k)
		return;
	close_file(k, 0);
	if (k->rotates)
		keep_files_clear(&k->files);
	g_byte_array_unref(k->buffer);
	g_hash_table_unref(k->by_label);
	g_ptr_array_unref(k->described);
	g_ptr_array_unref(k->interfaces);
	g_ptr_array_unref(k->known);
	g_free(k->path);
	g_free(k->name);
	g_free(k->problem);
	g_free(k);
}

static KeepInterface *find(const GPtrArray *list, uint32_t label)
{
	for (guint i = 0; i < list->len; i++) {
		KeepInterface *in = g_ptr_array_index(list, i);
		if (in->label == label)
			return in;
	}
	return NULL;
}

void keep_describe(Keep *k, uint32_t label, const char *name, const char *filter, uint32_t snaplen)
{
	KeepInterface *in = find(k->known, label);

	if (!in) {
		in = g_new0(KeepInterface, 1);
		in->label = label;
		g_ptr_array_add(k->known, in);
	}
	g_free(in->name);
	g_free(in->filter);
	in->name = g_strdup(name);
	in->filter = filter && *filter ? g_strdup(filter) : NULL;
	in->snaplen = snaplen;
}

void keep_count(Keep *k, uint32_t label, uint64_t received, uint64_t kernel_dropped,
		uint64_t card_dropped)
{
	PcapngWriterCounts counts = {received, kernel_dropped, card_dropped, 0, 0};
	KeepInterface *known = find(k->known, label);

	for (guint i = 0; i < k->interfaces->len; i++) {
		KeepInterface *in = g_ptr_array_index(k->interfaces, i);
		if (in->label != label)
			continue;
		in->pending += kernel_dropped + card_dropped - in->counts.kernel_dropped -
			       in->counts.card_dropped;
		in->counts = counts;
		in->counted = true;
	}
	if (known) {
		known->counts = counts;
		known->counted = true;
	}
}

static KeepInterface *add_interface(Keep *k, const KeepInterface *key)
{
	const KeepInterface *known = find(k->known, key->label);
	KeepInterface *in = g_new0(KeepInterface, 1);

	in->label = key->label;
	in->link_type = key->link_type;
	in->known = known != NULL;
	in->name = known ? g_strdup(known->name) : NULL;
	in->filter = known ? g_strdup(known->filter) : NULL;
	in->snaplen = known ? known->snaplen : SNAPLEN_USUAL;
	in->counts = known ? known->counts : (PcapngWriterCounts){0};
	in->counted = known && known->counted;
	/* What was lost before its first packet was lost all the same. */
	in->pending = in->counts.kernel_dropped + in->counts.card_dropped;
	g_ptr_array_add(k->interfaces, in);
	g_hash_table_add(k->by_label, in);
	return in;
}

static KeepInterface *interface_of(Keep *k, const ShakedownPacket *packet)
{
	const KeepInterface key = {.label = packet->interface, .link_type = packet->link_type};

	if (!k->latest || !interface_equal(k->latest, &key))
		k->latest = g_hash_table_lookup(k->by_label, &key);
	if (!k->latest)
		k->latest = add_interface(k, &key);
	return k->latest;
}

static bool stands_here(const Keep *k, const KeepInterface *in)
{
	return in->number < k->described->len && g_ptr_array_index(k->described, in->number) == in;
}

/* It is described before its first packet in this file. */
static void describe(Keep *k, KeepInterface *in)
{
	const PcapngWriterInterface what = {in->name, in->filter, in->link_type, in->snaplen};

	if (stands_here(k, in))
		return;
	if (k->described->len == DESCRIBED_MOST) {
		g_ptr_array_set_size(k->described, 0);
		pcapng_write_section(k->buffer);
	}
	in->number = k->described->len;
	g_ptr_array_add(k->described, in);
	pcapng_write_interface(k->buffer, &what);
}

/* Those of which something is known have counts in each file, and come along; of files there may be
 * any number. */
static void describe_known(Keep *k, const KeepInterface *last)
{
	for (guint i = 0; g_ptr_array_index(k->interfaces, i) != last; i++)
		describe(k, g_ptr_array_index(k->interfaces, i));
}

static bool is_over(const Keep *k, const ShakedownPacket *packet)
{
	/* One that nothing was written to yet is never full. */
	return k->fd < 0 || (k->options.rotate_time && k->described->len &&
			     packet->time - k->start >= k->options.rotate_time);
}

static bool is_full(int err)
{
	return err == ENOSPC || err == EDQUOT;
}

static bool next_file(Keep *k, const ShakedownPacket *packet)
{
	g_autoptr(GError) error = NULL;

	if (k->refused && g_get_monotonic_time() - k->refused < TRY_EVERY)
		return false;
	close_file(k, packet->time);
	for (guint i = 0; k->known->len && i < k->interfaces->len; i++) {
		KeepInterface *in = g_ptr_array_index(k->interfaces, i);
		in->before = in->counts;
	}
	g_free(k->name);
	k->name = keep_files_next(&k->files, packet->time);
	if (open_file(k, k->name, &error) ||
	    (is_full(k->refusal) && keep_files_make_room(&k->files) &&
	     open_file(k, k->name, NULL))) {
		keep_files_begun(&k->files, k->name);
		return true;
	}
	k->refused = g_get_monotonic_time();
	/* Tried again a second later; told once. */
	if (!k->problem && k->options.remark)
		k->options.remark(error->message, k->options.data);
	if (!k->problem)
		k->problem = g_strdup(error->message);
	return false;
}

/* False where the file would be larger than it may become, and holds a packet already. */
static bool keep_packet(Keep *k, const ShakedownPacket *packet)
{
	const guint before = k->buffer->len, described = k->described->len;
	const uint64_t most = k->options.rotate_size;
	KeepInterface *in = interface_of(k, packet);

	if (in->known && !stands_here(k, in))
		describe_known(k, in);
	describe(k, in);
	pcapng_write_packet(k->buffer, packet, in->number, in->pending);
	uint64_t size = k->size + k->buffer->len - before;
	if (most && described && size + k->described->len * PCAPNG_STATISTICS_LEN > most) {
		g_byte_array_set_size(k->buffer, before);
		g_ptr_array_set_size(k->described, (gint)MIN(described, k->described->len));
		return false;
	}
	/* Where the clock was set back, time goes on from there. */
	k->start = described ? MIN(k->start, packet->time) : packet->time;
	k->last = MAX(k->last, packet->time);
	in->pending = 0;
	k->size = size;
	if (k->buffer->len >= BUFFER)
		flush(k);
	return true;
}

void keep_packets(Keep *k, const ShakedownPacket *packets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_over(k, &packets[i]) && (!k->rotates || !next_file(k, &packets[i])))
			return;
		if (!keep_packet(k, &packets[i]) && next_file(k, &packets[i]))
			keep_packet(k, &packets[i]);
	}
}

void keep_rest(Keep *k)
{
	if (k->buffer->len && k->fd >= 0)
		flush(k);
}

void keep_tick(Keep *k)
{
	if (g_get_monotonic_time() - k->flushed >= FLUSH_EVERY)
		keep_rest(k);
}

void keep_finish(Keep *k, ShakedownTime end)
{
	close_file(k, end);
}

const char *keep_problem(const Keep *k)
{
	return k->problem;
}
