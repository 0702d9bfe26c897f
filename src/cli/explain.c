/* SPDX-License-Identifier: BSD-3-Clause */
/* `shakedown explain`: what a word means, a list of all words, or the thresholds in force. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/terminal.h"

#include <string.h>

/* Prose is easier to read in lines that are not as long as a wide terminal allows. */
#define MEASURE 88
#define LABEL_WIDTH 12

typedef struct {
	Output *output;
	ShakedownConfig config;
	unsigned width;
	bool color, ascii;
} Page;

/* The catalogue's only characters beyond ASCII are section signs. */
static void put(Page *page, const char *text)
{
	for (const char *sign; page->ascii && (sign = strstr(text, "§"));
	     text = sign + strlen("§")) {
		output_write(text, (size_t)(sign - text), page->output);
		output_write("sec. ", 5, page->output);
	}
	output_write(text, strlen(text), page->output);
}

static void put_bold(Page *page, const char *text)
{
	if (page->color)
		put(page, "\033[1m");
	put(page, text);
	if (page->color)
		put(page, "\033[0m");
}

static void put_spaces(Page *page, size_t n)
{
	while (n--)
		put(page, " ");
}

static size_t shown_len(const Page *page, const char *word)
{
	size_t len = (size_t)g_utf8_strlen(word, -1);

	return page->ascii && strstr(word, "§") ? len + strlen("sec.") : len;
}

/* Words from column at on, each line indented; ends the line. */
static void put_wrapped(Page *page, const char *text, size_t indent)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	size_t column = indent;

	for (char **word = words; *word; word++) {
		size_t len = shown_len(page, *word);

		if (column > indent && column + 1 + len > page->width) {
			put(page, "\n");
			put_spaces(page, indent);
			column = indent;
		} else if (column > indent) {
			put(page, " ");
			column++;
		}
		put(page, *word);
		column += len;
	}
	put(page, "\n");
}

static void put_labelled(Page *page, const char *label, const char *text)
{
	g_autofree char *expanded = NULL;

	if (!text)
		return;
	expanded = shakedown_explain_expand(text, &page->config);
	put(page, "  ");
	put_bold(page, label);
	put_spaces(page, LABEL_WIDTH - strlen(label));
	put_wrapped(page, expanded, 2 + LABEL_WIDTH);
}

static void put_picture(Page *page, const char *picture)
{
	g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);

	for (char **line = lines; *line && **line; line++) {
		put_spaces(page, 6);
		put(page, *line);
		put(page, "\n");
	}
	put(page, "\n");
}

/* "syn_timeout = 3s" for each key that the text rests on. */
static void put_thresholds(Page *page, const char *texts[], size_t n)
{
	GString *all = g_string_new(NULL);
	const ShakedownConfigKey *keys[8];

	for (size_t t = 0; t < n; t++) {
		size_t n_keys = shakedown_explain_keys(texts[t], keys, G_N_ELEMENTS(keys));
		for (size_t i = 0; i < n_keys; i++) {
			g_autofree char *value = shakedown_config_get(&page->config, keys[i]);
			g_autofree char *one = g_strdup_printf("%s=%s", keys[i]->name, value);
			if (!strstr(all->str, one))
				g_string_append_printf(all, "%s%s", all->len ? ", " : "", one);
		}
	}
	put_labelled(page, "Thresholds", all->len ? all->str : NULL);
	g_string_free(all, TRUE);
}

static void put_heading(Page *page, const ShakedownExplanation *e)
{
	const ShakedownAnomalyInfo *info = e->anomaly;
	g_autofree char *about = info ? g_strdup_printf("(%s, usually %s, about a %s)", e->group,
							shakedown_severity_name(info->severity),
							shakedown_scope_name(info->scope))
				      : g_strdup_printf("(%s)", e->group);
	bool fits = strlen(e->name) + 2 + strlen(about) <= page->width;

	put_bold(page, e->name);
	put(page, fits ? "  " : "\n  ");
	put(page, about);
	put(page, "\n\n");
}

static void put_explanation(Page *page, const ShakedownExplanation *e)
{
	const char *texts[] = {e->meaning, e->detected};
	g_autofree char *meaning = shakedown_explain_expand(e->meaning, &page->config);

	put_heading(page, e);
	put(page, "  ");
	put_wrapped(page, meaning, 2);
	if (e->picture || e->detected || e->innocent || e->action || e->sources)
		put(page, "\n");
	if (e->anomaly && !e->anomaly->implemented)
		put(page, "  This version does not detect it yet.\n\n");
	if (e->picture)
		put_picture(page, e->picture);
	put_labelled(page, e->anomaly ? "Detected" : "Known by", e->detected);
	put_labelled(page, "No fault", e->innocent);
	put_labelled(page, "What to do", e->action);
	put_labelled(page, "Sources", e->sources);
	put_thresholds(page, texts, G_N_ELEMENTS(texts));
}

/* What the key would say if it had that value. */
static char *value_text(const ShakedownConfigKey *key, int64_t value)
{
	ShakedownConfig config = {0};

	memcpy((char *)&config + key->offset, &value, sizeof value);
	return shakedown_config_get(&config, key);
}

static void put_key(Page *page, const ShakedownConfigKey *key)
{
	g_autofree char *value = shakedown_config_get(&page->config, key);
	g_autofree char *least = value_text(key, key->least);
	g_autofree char *most = value_text(key, key->most);
	g_autofree char *range = g_strdup_printf("%s to %s", least, most);
	g_autofree char *standard = NULL;
	ShakedownConfig defaults;

	shakedown_config_init(&defaults);
	standard = shakedown_config_get(&defaults, key);
	put_bold(page, key->name);
	put(page, "  (configuration key)\n\n");
	put_labelled(page, "Meaning", key->meaning);
	put_labelled(page, "In force", value);
	put_labelled(page, "Default", standard);
	put_labelled(page, "Range", range);
}

static void put_keys(Page *page, const char *path)
{
	size_t n;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);

	put(page, "# ");
	put(page, path ? path : "The values in force");
	put(page, "\n[shakedown]\n");
	for (size_t i = 0; i < n; i++) {
		g_autofree char *value = shakedown_config_get(&page->config, &keys[i]);

		put(page, "\n# ");
		put(page, keys[i].meaning);
		put(page, "\n");
		put_bold(page, keys[i].name);
		put(page, "=");
		put(page, value);
		put(page, "\n");
	}
}

/* As much of the first sentence as fits into the rest of the line, in whole words. */
static void put_gist(Page *page, const char *meaning, size_t column)
{
	g_autofree char *text = shakedown_explain_expand(meaning, &page->config);
	size_t room = page->width - column;
	char *end = text;

	do
		end += strcspn(end + 1, ".:") + 1;
	while (*end && end[1] && end[1] != ' ');
	*end = '\0';
	if (strlen(text) > room) {
		for (room -= strlen(" ..."); room && text[room] != ' '; room--)
			;
		text[room] = '\0';
		put(page, text);
		put(page, " ...\n");
	} else {
		put(page, text);
		put(page, "\n");
	}
}

static void put_list(Page *page)
{
	const char *group = NULL;
	bool planned = false;

	for (size_t i = 0; i < shakedown_explain_count(); i++) {
		ShakedownExplanation e = shakedown_explain_at(i);
		bool later = e.anomaly && !e.anomaly->implemented;

		if (group != e.group) {
			put(page, group ? "\n" : "");
			put_bold(page, e.group);
			put(page, "\n");
		}
		group = e.group;
		put(page, later ? "* " : "  ");
		put(page, e.name);
		put_spaces(page, 25 - MIN(strlen(e.name), 24));
		put_gist(page, e.meaning, 27);
		planned = planned || later;
	}
	put(page, "\nconfiguration keys: shakedown explain --config\n");
	if (planned)
		put(page, "* not detected by this version yet\n");
}

/* False where the word is unknown; the nearest one is told. */
static bool put_word(Page *page, const char *word)
{
	size_t n_keys, n = shakedown_explain_count();
	const ShakedownConfigKey *keys = shakedown_config_keys(&n_keys);
	size_t at = shakedown_explain_lookup(word, 0);
	bool found = at < n;

	for (; at < n; at = shakedown_explain_lookup(word, at + 1)) {
		ShakedownExplanation e = shakedown_explain_at(at);

		put_explanation(page, &e);
		if (shakedown_explain_lookup(word, at + 1) < n)
			put(page, "\n");
	}
	for (size_t i = 0; i < n_keys; i++)
		if (strcmp(word, keys[i].name) == 0) {
			put_key(page, &keys[i]);
			found = true;
		}
	if (!found) {
		const char *nearest = shakedown_explain_nearest(word);
		complain("nothing is called '%s'%s%s%s", word,
			 nearest ? "; did you mean '" : "; 'shakedown explain' lists what is",
			 nearest ? nearest : "", nearest ? "'?" : "");
	}
	return found;
}

Status explain_run(const Options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Output) output = NULL;
	Status status = STATUS_DONE;
	Page page;

	if (!options_config(options, &page.config))
		return STATUS_USAGE;
	output = output_new(options->output, NULL, &error);
	if (!output) {
		complain("%s", error->message);
		return STATUS_FAILED;
	}
	page.output = output;
	page.width = MIN(terminal_width(options, output), MEASURE);
	page.color = terminal_color(options, output);
	page.ascii = terminal_ascii(options);
	if (!*options->words && options->config_given)
		put_keys(&page, options->config);
	else if (!*options->words)
		put_list(&page);
	for (char **word = options->words; *word; word++) {
		put(&page, word == options->words ? "" : "\n");
		if (!put_word(&page, *word))
			status = STATUS_USAGE;
	}
	if (output_finish(output, &error) || output_closed_by_reader(output))
		return status;
	complain("%s", error->message);
	return STATUS_FAILED;
}
