/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The program that a fuzz target is without libFuzzer: it hands the target every file that is
 * named, and every file of each directory that is. In TAP each of its arguments is a point. A crash
 * ends it, and so fails it.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *files_of(const char *path)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	if (!dir)
		g_ptr_array_add(files, g_strdup(path));
	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(files, g_build_filename(path, name, NULL));
	g_ptr_array_sort(files, by_name);
	return files;
}

static bool replay(const char *path)
{
	g_autoptr(GError) error = NULL;
	char *text = NULL;
	gsize len = 0;

	if (!g_file_get_contents(path, &text, &len, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return false;
	}
	/* Of exactly its length, so that a sanitizer sees a step too far. */
	uint8_t *data = g_malloc(len ? len : 1);
	if (len)
		memcpy(data, text, len);
	g_free(text);
	LLVMFuzzerTestOneInput(data, len);
	g_free(data);
	return true;
}

/* False where there is nothing, or something cannot be read. */
static bool replay_all(const char *path)
{
	g_autoptr(GPtrArray) files = files_of(path);
	bool well = files->len > 0;

	for (guint i = 0; i < files->len; i++) {
		const char *file = g_ptr_array_index(files, i);

		/* Before it runs: what crashes is then known by the last line. */
		printf("# %s\n", file);
		fflush(stdout);
		well &= replay(file);
	}
	return well;
}

int main(int argc, char **argv)
{
	bool well = argc > 1;

	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		g_autofree char *base = g_path_get_basename(argv[i]);
		bool done = replay_all(argv[i]);

		printf("%s %d - %s\n", done ? "ok" : "not ok", i, base);
		well &= done;
	}
	return well ? 0 : 1;
}
