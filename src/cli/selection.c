/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/selection.h"

#include "cli/cli.h"

#include <string.h>

/* More of them would fill the screen. */
#define FILES_MOST 3u

static bool take(const char *option, const char *text, ShakedownMoment *moment)
{
	if (!text || shakedown_moment_from_text(text, moment))
		return true;
	complain("--%s: '%s' is no time such as '2026-01-31 10:05' or 10:05 (in UTC), or %s",
		 option, text,
		 strcmp(option, "since") == 0 ? "+5min (after the first packet)"
					      : "+5min (after --since, or the first packet)");
	return false;
}

bool selection_take(Options *o, const char *since, const char *until)
{
	o->since_text = since;
	o->until_text = until;
	if (!take("since", since, &o->since) || !take("until", until, &o->until))
		return false;
	if ((since || until) && o->live.interfaces)
		complain("--since and --until are for saved captures; --duration says for how long "
			 "to capture");
	else if (o->until.kind == SHAKEDOWN_MOMENT_AFTER && o->until.time == 0)
		complain("--until: '%s' leaves no time", until);
	else if (o->since.kind == SHAKEDOWN_MOMENT_AT && o->until.kind == SHAKEDOWN_MOMENT_AT &&
		 o->until.time <= o->since.time)
		complain("--until: '%s' is not after --since, '%s'", until, since);
	else
		return true;
	return false;
}

static void put_word(GString *out, const char *word)
{
	bool tame = *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789._-+/:@%,=") == strlen(word);
	g_autofree char *quoted = tame ? NULL : g_shell_quote(word);

	g_string_append_printf(out, "%s%s", out->len ? " " : "", quoted ? quoted : word);
}

static void put_option(GString *out, const char *option, const char *value)
{
	if (!value)
		return;
	put_word(out, option);
	put_word(out, value);
}

/* A name that would be taken for an option or a command. */
static bool is_mistakable(const char *file)
{
	for (const Command *c = commands; c->name; c++)
		if (strcmp(file, c->name) == 0)
			return true;
	return *file == '-';
}

/* True where all can be given again, and are few. */
static bool put_files(GString *out, char *const *files)
{
	if (g_strv_length((char **)files) > FILES_MOST)
		return false;
	for (; *files; files++) {
		if (strcmp(*files, "-") == 0)
			return false;
		g_autofree char *path =
			is_mistakable(*files) ? g_strconcat("./", *files, NULL) : NULL;
		put_word(out, path ? path : *files);
	}
	return true;
}

char *selection_words(const Options *o)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, o->count);

	if (o->live.interfaces)
		return NULL;
	if (!put_files(out, o->words))
		g_string_assign(out, "FILE");
	put_option(out, "-f", o->filter);
	put_option(out, "-c", o->count ? count : NULL);
	put_option(out, "--since", o->since_text);
	put_option(out, "--until", o->until_text);
	if (o->ignore_encapsulation)
		put_word(out, "--ignore-encapsulation");
	put_option(out, "--config", o->config);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
