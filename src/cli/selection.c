/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/selection.h"

#include "cli/cli.h"
#include "cli/terminal.h"

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

/* It comes out of a report as it is: neither spelt out nor left out by who shows it. */
static bool is_shown(const char *word, bool ascii)
{
	if (!g_utf8_validate(word, -1, NULL))
		return false;
	for (const char *at = word; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (!g_unichar_isprint(c) || (ascii && c > 0x7e))
			return false;
	}
	return true;
}

/* By numbers, which bash, zsh, ksh and POSIX.1-2024 know: $'a\012b'. */
static char *spell_out(const char *word)
{
	GString *out = g_string_new("$'");

	for (const char *at = word; *at; at++)
		if (*at < 0x20 || *at > 0x7e || *at == '\'' || *at == '\\')
			g_string_append_printf(out, "\\%03o", (unsigned char)*at);
		else
			g_string_append_c(out, *at);
	g_string_append_c(out, '\'');
	return g_string_free(out, FALSE);
}

static void put_word(GString *out, const char *word, bool ascii)
{
	bool tame = *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789._-+/:@%,=") == strlen(word);
	g_autofree char *quoted = tame			  ? NULL
				  : is_shown(word, ascii) ? g_shell_quote(word)
							  : spell_out(word);

	g_string_append_printf(out, "%s%s", out->len ? " " : "", quoted ? quoted : word);
}

static void put_option(GString *out, const char *option, const char *value, bool ascii)
{
	if (!value)
		return;
	put_word(out, option, ascii);
	put_word(out, value, ascii);
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
static bool put_files(GString *out, char *const *files, bool ascii)
{
	if (g_strv_length((char **)files) > FILES_MOST)
		return false;
	for (; *files; files++) {
		if (strcmp(*files, "-") == 0)
			return false;
		g_autofree char *path =
			is_mistakable(*files) ? g_strconcat("./", *files, NULL) : NULL;
		put_word(out, path ? path : *files, ascii);
	}
	return true;
}

char *selection_words(const Options *o)
{
	g_autoptr(GString) out = g_string_new(NULL);
	bool ascii = terminal_ascii(o);
	g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, o->count);

	if (o->live.interfaces)
		return NULL;
	if (!put_files(out, o->words, ascii))
		g_string_assign(out, "FILE");
	put_option(out, "-f", o->filter, ascii);
	put_option(out, "-c", o->count ? count : NULL, ascii);
	put_option(out, "--since", o->since_text, ascii);
	put_option(out, "--until", o->until_text, ascii);
	if (o->ignore_encapsulation)
		put_word(out, "--ignore-encapsulation", ascii);
	put_option(out, "--config", o->config, ascii);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
