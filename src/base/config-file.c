/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration file: a GLib key file with one group. GLib parses it; where in the file an error
 * is, GLib does not say, so the line is looked up afterwards.
 */
#include "base/nearest.h"

#include <shakedown/config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GROUP "shakedown"
/* A configuration is a page of text; what is larger is something else, or has no end. */
#define FILE_MAX_LEN ((size_t)1 << 20)

static char *read_text(const char *path, gsize *len, GError **error)
{
	g_autofree char *text = g_malloc(FILE_MAX_LEN + 1);
	FILE *file = fopen(path, "re");
	int err = errno;

	if (file) {
		errno = 0;
		*len = fread(text, 1, FILE_MAX_LEN + 1, file);
		err = ferror(file) ? errno : 0;
		fclose(file);
	}
	if (!file || err) {
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_FILE, "%s: %s%s",
			    path, g_strerror(err),
			    err == ENOENT ? "; check the path and the spelling" : "");
		return NULL;
	}
	if (*len > FILE_MAX_LEN || memchr(text, 0, *len)) {
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_FILE,
			    "%s: not a configuration file (%s)", path,
			    *len > FILE_MAX_LEN ? "larger than 1 MiB" : "it holds binary data");
		return NULL;
	}
	text[*len] = '\0';
	return g_steal_pointer(&text);
}

typedef enum { LINE_NOTHING, LINE_GROUP, LINE_KEY, LINE_WRONG } LineKind;

/* As GKeyFile takes lines; the name of the group or key goes to *name. */
static LineKind classify(const char *line, char **name)
{
	const char *end;

	*name = NULL;
	if (*line == '#' || !line[strspn(line, " \t\r")])
		return LINE_NOTHING;
	if (*line == '[' && (end = strchr(line, ']'))) {
		*name = g_strndup(line + 1, (gsize)(end - line - 1));
		return LINE_GROUP;
	}
	end = strchr(line, '=');
	if (!end || end == line)
		return LINE_WRONG;
	*name = g_strchomp(g_strndup(line, (gsize)(end - line)));
	return LINE_KEY;
}

/*
 * The number of the last line that defines the key in the group (it is the one that counts), of the
 * first that opens the group (key NULL), or of the first that GKeyFile cannot take (both NULL).
 * 0: there is none.
 */
static unsigned find_line(const char *text, const char *group, const char *key)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *current = NULL;
	unsigned found = 0;

	for (unsigned i = 0; lines[i]; i++) {
		g_autofree char *name = NULL;
		LineKind kind = classify(lines[i], &name);

		if (!group && (kind == LINE_WRONG || (kind == LINE_KEY && !current)))
			return i + 1;
		if (kind == LINE_GROUP) {
			if (group && !key && strcmp(name, group) == 0)
				return i + 1;
			g_free(current);
			current = g_steal_pointer(&name);
		} else if (kind == LINE_KEY && key && g_strcmp0(current, group) == 0 &&
			   strcmp(name, key) == 0) {
			found = i + 1;
		}
	}
	return found;
}

/* Which file and line an error of shakedown_config_set() is about. */
static void at_line(GError **error, const char *path, unsigned line)
{
	g_prefix_error(error, "%s:%u: ", path, line);
}

static bool groups_are_known(GKeyFile *file, const char *path, const char *text, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (gsize i = 0; groups[i]; i++) {
		if (strcmp(groups[i], GROUP) == 0)
			continue;
		g_autofree char *printable = g_strescape(groups[i], NULL);
		g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_UNKNOWN,
			    "unknown group [%s]; the only one is [" GROUP "]", printable);
		at_line(error, path, find_line(text, groups[i], NULL));
		return false;
	}
	return true;
}

/* GLib's message quotes the file as it is. */
static char *printable_line(const char *message)
{
	char *text = g_utf8_make_valid(message, -1);

	for (char *at = text; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = '?';
	return text;
}

/* Of a line that GLib does not take. */
static const char *what_is_wrong(const char *text, unsigned line)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *name = NULL;

	return classify(lines[line - 1], &name) == LINE_KEY ? "a line [" GROUP "] must come first"
							    : "neither a comment (#) nor KEY=VALUE";
}

static GKeyFile *parse(const char *path, const char *text, gsize len, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) why = NULL;
	unsigned line;

	if (g_key_file_load_from_data(file, text, len, G_KEY_FILE_KEEP_TRANSLATIONS, &why))
		return g_steal_pointer(&file);
	line = find_line(text, NULL, NULL);
	g_autofree char *wrong = printable_line(why->message);
	g_set_error(error, SHAKEDOWN_CONFIG_ERROR, SHAKEDOWN_CONFIG_ERROR_FILE, "%s",
		    line ? what_is_wrong(text, line) : wrong);
	if (line)
		at_line(error, path, line);
	else
		g_prefix_error(error, "%s: ", path);
	return NULL;
}

bool shakedown_config_load(ShakedownConfig *config, const char *path, GError **error)
{
	ShakedownConfig loaded = *config;
	g_autoptr(GKeyFile) file = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) keys = NULL;
	gsize len = 0;

	text = read_text(path, &len, error);
	if (!text)
		return false;
	file = parse(path, text, len, error);
	if (!file || !groups_are_known(file, path, text, error))
		return false;
	keys = g_key_file_get_keys(file, GROUP, NULL, NULL);
	for (gsize i = 0; keys && keys[i]; i++) {
		g_autofree char *value = g_key_file_get_value(file, GROUP, keys[i], NULL);

		if (!shakedown_config_set(&loaded, keys[i], g_strstrip(value), error)) {
			at_line(error, path, find_line(text, GROUP, keys[i]));
			return false;
		}
	}
	*config = loaded;
	return true;
}
