/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/input-list.h"

#include <shakedown/capture.h>

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void clear_path(gpointer data)
{
	g_free(((InputPath *)data)->path);
}

/* Without the zeros in front, a number of more digits is the greater one. */
static int compare_numbers(const char **a, const char **b)
{
	const char *x = *a + strspn(*a, "0"), *y = *b + strspn(*b, "0");
	size_t m = strspn(x, "0123456789"), n = strspn(y, "0123456789");

	*a = x + m;
	*b = y + n;
	if (m != n)
		return m < n ? -1 : 1;
	return strncmp(x, y, m);
}

/* Capture programs number the files that they rotate: capture9 comes before capture10. */
static int by_name(gconstpointer left, gconstpointer right)
{
	const char *const a = ((const InputPath *)left)->path;
	const char *const b = ((const InputPath *)right)->path;
	const char *x = a, *y = b;

	while (*x && *y) {
		int order;

		if (g_ascii_isdigit(*x) && g_ascii_isdigit(*y))
			order = compare_numbers(&x, &y);
		else
			order = (uint8_t)*x++ - (uint8_t)*y++;
		if (order)
			return order;
	}
	return *x || *y ? (uint8_t)*x - (uint8_t)*y : strcmp(a, b);
}

static void set_error(GError **error, const char *name, const char *why)
{
	g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN, "%s: %s", name,
		    why);
}

static void add(GArray *list, char *path, bool found)
{
	InputPath input = {path, found};

	g_array_append_val(list, input);
}

static bool add_directory(GArray *list, const char *path, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(GDir) dir = g_dir_open(path, 0, &why);
	const guint before = list->len;
	const char *name;

	if (!dir) {
		/* GLib's own message names the directory once more. */
		set_error(error, path,
			  g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_ACCES)
				  ? "a directory that may not be listed; read it with sudo, or "
				    "name the files in it"
				  : why->message);
		return false;
	}
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		struct stat st;

		if (*name != '.' && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			add(list, g_steal_pointer(&file), true);
	}
	if (list->len > before)
		return true;
	set_error(error, path, "a directory without files; name one in which there are captures");
	return false;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") && access(name, F_OK) != 0;
}

static bool add_pattern(GArray *list, const char *pattern, GError **error)
{
	const guint before = list->len;
	glob_t found = {0};
	int r = glob(pattern, GLOB_NOSORT, NULL, &found);

	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		struct stat st;

		if (is_directory(path))
			/* One of several: that there is nothing in it is no error. */
			add_directory(list, path, NULL);
		else if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			add(list, g_strdup(path), true);
	}
	globfree(&found);
	if (list->len > before)
		return true;
	set_error(error, pattern,
		  r != 0 && r != GLOB_NOMATCH
			  ? "the pattern could not be followed everywhere"
			  : "no such file, and no file that it matches as a pattern; check the "
			    "path and the spelling");
	return false;
}

GArray *input_list(const char *const *names, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(InputPath));

	g_array_set_clear_func(list, clear_path);
	for (; *names; names++) {
		const guint before = list->len;
		bool ok = true;

		if (!strcmp(*names, "-"))
			add(list, g_strdup(*names), false);
		else if (is_directory(*names))
			ok = add_directory(list, *names, error);
		else if (is_pattern(*names))
			ok = add_pattern(list, *names, error);
		else
			add(list, g_strdup(*names), false);
		if (!ok)
			return NULL;
		qsort(&g_array_index(list, InputPath, before), list->len - before,
		      sizeof(InputPath), by_name);
	}
	return g_steal_pointer(&list);
}
