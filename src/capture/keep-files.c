/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/keep-files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define STAMP "%Y%m%dT%H%M%SZ"
#define STAMP_LEN 16 /* 20261121T144210Z */

/* Whether the name is one of ours: between stem and suffix, "-STAMP-NUMBER". */
static bool is_ours(const char *name, const char *stem, const char *suffix)
{
	size_t len = strlen(name), before = strlen(stem), after = strlen(suffix);

	if (len < before + STAMP_LEN + 3 + after || strncmp(name, stem, before) != 0 ||
	    strcmp(name + len - after, suffix) != 0)
		return false;
	const char *p = name + before;
	for (size_t i = 0; i < len - before - after; i++) {
		char want = i == 0 || i == STAMP_LEN + 1 ? '-'
			    : i == 9			 ? 'T'
			    : i == STAMP_LEN		 ? 'Z'
							 : '0';
		if (want == '0' ? !g_ascii_isdigit(p[i]) : p[i] != want)
			return false;
	}
	return true;
}

static int by_name(const void *a, const void *b, void *data)
{
	return strcmp(a, b);
}

/* What an earlier run left is the oldest. */
static void take_earlier(KeepFiles *f)
{
	g_autofree char *path = g_path_get_dirname(f->stem);
	const char *base = strrchr(f->stem, '/');
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	base = base ? base + 1 : f->stem;
	while (dir && (name = g_dir_read_name(dir)))
		if (is_ours(name, base, f->suffix)) {
			g_autofree char *front = g_strndup(f->stem, (gsize)(base - f->stem));
			g_queue_insert_sorted(&f->names, g_strconcat(front, name, NULL), by_name,
					      NULL);
		}
}

void keep_files_init(KeepFiles *f, const char *path, uint64_t most)
{
	const char *base = strrchr(path, '/');
	const char *dot = strrchr(base ? base + 1 : path, '.');

	*f = (KeepFiles){.most = most};
	g_queue_init(&f->names);
	f->stem = dot ? g_strndup(path, (gsize)(dot - path)) : g_strdup(path);
	f->suffix = g_strdup(dot ? dot : "");
	if (most)
		take_earlier(f);
}

void keep_files_clear(KeepFiles *f)
{
	g_queue_clear_full(&f->names, g_free);
	g_free(f->stem);
	g_free(f->suffix);
	*f = (KeepFiles){0};
}

char *keep_files_next(KeepFiles *f, ShakedownTime time)
{
	g_autoptr(GDateTime) date =
		g_date_time_new_from_unix_utc(MAX(time, 0) / SHAKEDOWN_NS_PER_S);
	g_autofree char *stamp = date ? g_date_time_format(date, STAMP) : NULL;

	return g_strdup_printf("%s-%s-%05" G_GUINT64_FORMAT "%s", f->stem,
			       stamp ? stamp : "00000000T000000Z", (guint64)f->number + 1,
			       f->suffix);
}

/* One that cannot be removed now may be later; those after it must not stay for that. */
static bool remove_beyond(KeepFiles *f, uint64_t most)
{
	bool removed = false;
	GList *next;

	for (GList *at = f->names.head; at && f->names.length > most; at = next) {
		next = at->next;
		if (g_unlink(at->data) == 0)
			removed = true;
		else if (errno != ENOENT)
			continue;
		g_free(at->data);
		g_queue_delete_link(&f->names, at);
	}
	return removed;
}

void keep_files_begun(KeepFiles *f, const char *name)
{
	f->number++;
	if (!f->most)
		return;
	g_queue_push_tail(&f->names, g_strdup(name));
	remove_beyond(f, f->most);
}

bool keep_files_make_room(KeepFiles *f)
{
	return f->names.length && remove_beyond(f, MIN(f->names.length, f->most) - 1);
}
