/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tool of the build: copies a template to standard output and puts what the catalogue knows in
 * the place of lines (or words) such as @ANOMALIES@. So the manual cannot say anything else than
 * `shakedown explain`.
 */
#include "detect/catalogue.h"

#include <shakedown/explain.h>

#include <stdio.h>
#include <string.h>

/* mdoc: a backslash is spelled \e, a leading dot or quote would be a request, § is \(sc. */
static void put_mdoc(const char *text)
{
	for (const char *p = text; *p; p++)
		if (*p == '\\')
			fputs("\\e", stdout);
		else if (g_str_has_prefix(p, "§"))
			p += strlen("§") - 1, fputs("\\(sc", stdout);
		else if ((*p == '.' || *p == '\'') && (p == text || p[-1] == '\n'))
			printf("\\&%c", *p);
		else if (*p == '-')
			fputs("\\-", stdout);
		else if (*p == ' ' && p > text && strchr(".?!", p[-1]))
			putchar('\n'); /* a new sentence, a new line */
		else
			putchar(*p);
}

static void put_paragraph(const char *text)
{
	g_autofree char *expanded = NULL;

	if (!text)
		return;
	expanded = shakedown_explain_expand(text, NULL);
	put_mdoc(expanded);
	putchar('\n');
}

static void put_anomaly(const ShakedownExplanation *e)
{
	printf(".It Sy ");
	put_mdoc(e->name);
	printf(" Pq %s , %s%s\n", shakedown_severity_name(e->anomaly->severity),
	       shakedown_scope_name(e->anomaly->scope),
	       e->anomaly->implemented ? "" : " ; not detected by this version yet");
	put_paragraph(e->meaning);
	puts(".br");
	fputs("Detected: ", stdout);
	put_paragraph(e->detected);
	puts(".br");
	fputs("No fault: ", stdout);
	put_paragraph(e->innocent);
	puts(".br");
	put_mdoc(e->sources);
	puts(".");
}

static void put_anomalies(void)
{
	const char *group = NULL;

	for (size_t i = 0; i < shakedown_explain_count(); i++) {
		ShakedownExplanation e = shakedown_explain_at(i);

		if (!e.anomaly)
			continue;
		if (group != e.group)
			printf("%s.Ss %c%s\n.Bl -tag -width indent\n", group ? ".El\n" : "",
			       g_ascii_toupper(e.group[0]), e.group + 1);
		group = e.group;
		put_anomaly(&e);
	}
	puts(".El");
}

static void put_keys(void)
{
	ShakedownConfig config;
	size_t n;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n);

	shakedown_config_init(&config);
	puts(".Bl -tag -width indent");
	for (size_t i = 0; i < n; i++) {
		g_autofree char *value = shakedown_config_get(&config, &keys[i]);
		printf(".It Cm %s Pq default : %s\n", keys[i].name, value);
		put_mdoc(keys[i].meaning);
		puts(".");
	}
	puts(".El");
}

/* Every word that explain knows, each once, for completion. */
static void put_words(void)
{
	size_t n_keys;
	const ShakedownConfigKey *keys = shakedown_config_keys(&n_keys);

	for (size_t i = 0; i < shakedown_explain_count(); i++)
		if (shakedown_explain_lookup(shakedown_explain_at(i).name, 0) == i)
			printf("%s ", shakedown_explain_at(i).name);
	for (size_t i = 0; i < n_keys; i++)
		printf("%s%s", keys[i].name, i + 1 < n_keys ? " " : "");
}

static void fill_in(const char *name, size_t len, char **values)
{
	g_autofree char *key = g_strndup(name, len);

	if (strcmp(key, "VERSION") == 0)
		fputs(values[0], stdout);
	else if (strcmp(key, "BINDIR") == 0 && values[1])
		put_mdoc(values[1]);
	else if (strcmp(key, "DATADIR") == 0 && values[1] && values[2])
		put_mdoc(values[2]);
	else if (strcmp(key, "ANOMALIES") == 0)
		put_anomalies();
	else if (strcmp(key, "KEYS") == 0)
		put_keys();
	else if (strcmp(key, "WORDS") == 0)
		put_words();
	else
		printf("@%s@", key);
}

int main(int argc, char **argv)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	if (argc < 3) {
		fputs("Usage: reference TEMPLATE VERSION [BINDIR DATADIR]\n", stderr);
		return 2;
	}
	if (!g_file_get_contents(argv[1], &text, NULL, &error)) {
		fprintf(stderr, "reference: %s\n", error->message);
		return 1;
	}
	for (const char *p = text; *p;) {
		const char *end = *p == '@' ? strchr(p + 1, '@') : NULL;
		size_t len = end ? (size_t)(end - p - 1) : 0;

		if (len && strspn(p + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len) {
			bool begins = p == text || p[-1] == '\n';

			fill_in(p + 1, len, argv + 2);
			/* Blocks end their own lines. */
			if (begins && end[1] == '\n' && strncmp(p + 1, "WORDS", 5) != 0)
				end++;
			p = end + 1;
		} else {
			putchar(*p++);
		}
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
