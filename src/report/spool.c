/* SPDX-License-Identifier: BSD-3-Clause */
/* Text that has to wait for its turn. */
#include "report/spool.h"

void spool_init(Spool *spool, size_t limit)
{
	*spool = (Spool){.memory = g_byte_array_new(), .limit = limit};
}

void spool_clear(Spool *spool)
{
	g_clear_pointer(&spool->memory, g_byte_array_unref);
	if (spool->file)
		(void)fclose(spool->file);
	spool->file = NULL;
}

/* Moves what is in memory to the file. Once that has failed, memory holds what comes after: the
 * order is file, then memory. */
static void unload(Spool *spool)
{
	if (!spool->file && !(spool->file = tmpfile())) {
		spool->no_file = true;
		return;
	}
	size_t len = spool->memory->len;
	if (fwrite(spool->memory->data, 1, len, spool->file) == len && fflush(spool->file) == 0) {
		g_byte_array_set_size(spool->memory, 0);
		spool->filed += (int64_t)len;
	} else {
		/* Half a piece may be there: filed says how much of the file counts. */
		spool->no_file = true;
	}
}

bool spool_write(const void *bytes, size_t len, void *data)
{
	Spool *spool = data;
	g_byte_array_append(spool->memory, bytes, (guint)len);
	if (spool->memory->len > spool->limit && !spool->no_file)
		unload(spool);
	return true;
}

static bool drain_file(Spool *spool, ReportWriter *out)
{
	g_autofree char *buffer = g_malloc(REPORT_WRITER_ROOM / 4);
	int64_t left = spool->filed;

	if (fseek(spool->file, 0, SEEK_SET) != 0)
		return false;
	while (left > 0) {
		size_t want = MIN((size_t)left, REPORT_WRITER_ROOM / 4);
		size_t got = fread(buffer, 1, want, spool->file);
		if (got == 0)
			return false;
		report_put_bytes(out, buffer, got);
		left -= (int64_t)got;
	}
	return true;
}

bool spool_drain(Spool *spool, ReportWriter *out)
{
	bool ok = !spool->file || drain_file(spool, out);
	if (spool->memory->len > 0)
		report_put_bytes(out, spool->memory->data, spool->memory->len);
	g_byte_array_set_size(spool->memory, 0);
	spool->filed = 0;
	return ok;
}
